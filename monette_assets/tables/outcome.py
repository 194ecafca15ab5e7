"""What a refresh of a table did, for whoever reports it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from monette_assets.tables.audit import Audit
from monette_assets.tables.contract import Contract
from monette_assets.tables.row_changes import RowChanges
from monette_assets.telemetry.spans import phase as telemetry_phase


@dataclass
class Outcome:
    """Of one table and the months it was about."""

    contract: Contract
    periods: tuple[date, ...]
    audit: Audit = field(default_factory=Audit)
    version: int | None = None  # of the table, after
    committed: bool = False
    changes: dict[date | None, RowChanges] = field(
        default_factory=dict
    )  # per month; None where the table has no months
    refused: dict[date | None, int] = field(default_factory=dict)
    input_versions: dict[str, int] = field(default_factory=dict)
    replaced_restore: str | None = None  # what somebody restored, where this replaced it
    computed: bool = True  # not where it would have come out as it stands
    seconds: dict[str, float] = field(default_factory=dict)  # engine, audit, compare, publish; look
    cpu_seconds: float = 0.0  # of this process, the embedded engine's threads included

    @property
    def nothing_published(self) -> bool:
        """Whether every unit was held back."""
        return bool(self.audit.blocked) and not (set(self.audit.rows) - self.audit.blocked)

    @property
    def unchanged(self) -> bool:
        """Whether the rows are those that stood there before."""
        return all(change.none for change in self.changes.values())

    def passed(self, month: date | None) -> bool:
        """Whether no check of the month failed, and nothing of it was refused."""
        of_month = month is not None and "period" in self.contract.unit
        failed = [each for each in self.audit.failures if not of_month or month in each.unit]
        refused = {period for period, count in self.refused.items() if count}
        return not failed and not (refused & {month, None} if of_month else refused)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            with telemetry_phase(phase, self.contract.name):
                yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - start
