"""Asking companies what changed: side by side, within a time budget, who was asked longest ago first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monette_assets.resources import QuickBooks
    from monette_assets.sources.quickbooks.objects import Changes

BUDGET_SECONDS = 30.0  # Dagster ends a tick after 60
AT_ONCE = 8
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Poll:
    """The companies' answers, and why others gave none."""

    changes: Mapping[str, Changes] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()  # whose turn came, whether or not they answered


def asks_to_connect(text: str, company: str) -> bool:
    """Whether an error says that the company has to be connected again."""
    return re.search(rf"`monette connect {re.escape(company)}`", text) is not None


def ask(
    quickbooks: QuickBooks,
    since: Mapping[str, datetime],
    turns: Mapping[str, datetime] | None = None,
    budget_seconds: float = BUDGET_SECONDS,
) -> Poll:
    """Every company's changes; who takes longer than the budget is left out.

    `turns`: when each was asked last. Who was not asked for longest is first, not who did not answer for longest: a few
    companies that hang would hold up the others at every tick.
    """
    pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="changes")
    order = sorted(since, key=lambda code: ((turns or {}).get(code, NEVER), since[code]))
    asked = {code: pool.submit(quickbooks.changes, code, since[code]) for code in order}
    wait(asked.values(), timeout=budget_seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    changes: dict[str, Changes] = {}
    failures: dict[str, str] = {}
    for code, answer in asked.items():
        if not answer.done() or answer.cancelled():
            failures[code] = f"no answer within {budget_seconds:g} s; asked again at the next tick"
        elif (error := answer.exception()) is not None:
            failures[code] = str(error)
        else:
            changes[code] = answer.result()
    return Poll(changes, failures, frozenset(code for code, answer in asked.items() if not answer.cancelled()))
