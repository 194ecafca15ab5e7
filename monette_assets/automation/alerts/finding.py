"""A finding: one thing that is wrong, and of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What kind of thing is wrong."""

    TOKEN = "token"  # noqa: S105 - the name of a trouble
    SILENT = "silent"  # a company that QuickBooks does not answer for
    RUN = "run"  # the last run of a job broke down
    CHECK = "check"
    LEFT = "left"  # a partition that nothing has mended since it was tried last
    INCOMPLETE = "incomplete"
    STALE = "stale"
    TICK = "tick"  # a sensor or schedule that fails
    BUDGET = "budget"  # a part of the platform that costs more than it may


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong: of which table, check, job or sensor (`subject`), and of whom."""

    kind: Kind
    subject: str  # "gold/ledger double_entry", "refresh", "quickbooks_changes", a company
    what: str  # a sentence, as a person is told
    company: str | None = None
    period: date | None = None

    @property
    def table(self) -> str:
        """The table that a check is of."""
        return self.subject.partition(" ")[0]

    @property
    def check(self) -> str:
        """The check's name."""
        return self.subject.partition(" ")[2]
