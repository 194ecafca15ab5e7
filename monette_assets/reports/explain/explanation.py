"""An explanation: a figure, the steps that made it, the documents behind it, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from monette_assets.reports.statement import Emphasis, Field, Statement

ROWS = 400  # of a step; the rest is counted
Row = dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """A figure in group currency and display sign, the steps that made it, the ledger lines behind it.

    `problems` name every step that does not tie to the one before; none where the figure is explained to the cent.
    """

    title: str
    figure: Decimal
    steps: tuple[Statement, ...]
    documents: Statement
    problems: tuple[str, ...]

    @property
    def ties(self) -> bool:
        """Whether the steps add up to the figure."""
        return not self.problems


def step(
    title: str,
    subtitle: str,
    fields: Sequence[Field],
    rows: Sequence[Row],
    total: Row | None = None,
    notes: Sequence[str] = (),
) -> Statement:
    """A step as it is shown: its first rows, and their total below."""
    shown, notes = list(rows[:ROWS]), list(notes)
    if len(rows) > ROWS:
        notes.append(f"The first {ROWS} of {len(rows):,} rows; one company: --company CODE.")
    emphasis = [Emphasis.NORMAL] * len(shown)
    if total is not None:
        shown.append(total)
        emphasis.append(Emphasis.RESULT)
    return Statement(title, subtitle, tuple(fields), shown, emphasis, notes)
