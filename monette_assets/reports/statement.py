"""A statement: a titled table of typed columns, before anybody decides how to show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any


class Kind(Enum):
    """What a column holds, which decides how it is aligned and written."""

    TEXT = "text"
    MONEY = "money"
    COST = "cost"  # money of which less than a cent counts
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"  # a day, or a moment
    MONTH = "month"  # a period, by its first day


class Emphasis(Enum):
    """How much a row matters."""

    NORMAL = "normal"
    RESULT = "result"  # a total or a result: bold
    HEADING = "heading"  # stands above a group; left out of JSON and CSV


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its key in the rows, its title, its kind."""

    key: str
    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Statement:
    """Rows by key; `emphasis` runs beside them (all normal where empty). Amounts are Decimal, never rounded here."""

    title: str
    subtitle: str
    fields: tuple[Field, ...]
    rows: Sequence[Mapping[str, Any]]
    emphasis: Sequence[Emphasis] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def emphasis_of(self, position: int) -> Emphasis:
        """The emphasis of the row at that position."""
        return self.emphasis[position] if self.emphasis else Emphasis.NORMAL

    def first(self, count: int) -> Statement:
        """The first rows only, saying so in a note."""
        if len(self.rows) <= count:
            return self
        note = f"The first {count} of {len(self.rows):,} rows; `--format csv` writes them all."
        return replace(self, rows=self.rows[:count], emphasis=self.emphasis[:count], notes=[*self.notes, note])
