"""A statement of lines x columns that knows what its totals are made of: formulas in Excel, sums on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

ZERO = Decimal("0.00")


class Role(Enum):
    """What a column is."""

    COMPANY = "company"
    STEP = "step"  # eliminations, adjustments, non-controlling interest
    SUBTOTAL = "subtotal"
    TOTAL = "total"


class Level(Enum):
    """How much a line matters."""

    HEADING = "heading"  # no figures
    ACCOUNT = "account"
    TOTAL = "total"
    RESULT = "result"
    CHECK = "check"  # zero where all is well


@dataclass(frozen=True)
class GridColumn:
    """A column; `parts` are the columns it adds up, none for one that has figures of its own."""

    key: str
    title: str
    role: Role
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class GridLine:
    """A line; `parts` are the lines it adds (1) or deducts (-1), none for one that has figures of its own."""

    key: str
    name: str
    level: Level
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Grid:
    """A statement. `figures` are those of account lines in company and step columns; everything else follows."""

    key: str
    title: str
    columns: tuple[GridColumn, ...]
    lines: tuple[GridLine, ...]
    figures: Mapping[tuple[str, str], Decimal]
    _values: dict[tuple[str, str], Decimal] = field(default_factory=dict, compare=False, repr=False)

    def column(self, key: str) -> GridColumn:
        """The column of that key."""
        return next(each for each in self.columns if each.key == key)

    def line(self, key: str) -> GridLine:
        """The line of that key."""
        return next(each for each in self.lines if each.key == key)

    def value(self, line: str, column: str) -> Decimal:
        """The exact amount in a cell."""
        known = self._values.get((line, column))
        if known is not None:
            return known
        parts = self.line(line).parts
        if parts:
            found = sum((self.value(part, column) * sign for part, sign in parts), ZERO)
        else:
            columns = self.column(column).parts
            found = (
                sum((self.value(line, part) for part in columns), ZERO)
                if columns
                else self.figures.get((line, column), ZERO)
            )
        self._values[line, column] = found
        return found

    def value_or_zero(self, line: str, column: str) -> Decimal:
        """Likewise, zero where there is no such line or column."""
        known = any(each.key == line for each in self.lines) and any(each.key == column for each in self.columns)
        return self.value(line, column) if known else ZERO


def side_by_side(grids: Iterable[Grid | None]) -> list[GridLine]:
    """The lines of the first grid, and where they stand those that only others have; totals are of the parts of all."""
    lines: dict[str, GridLine] = {}
    order: list[str] = []
    for grid in grids:
        above = -1
        for line in grid.lines if grid else ():
            if line.key not in lines:
                order.insert(above + 1, line.key)
                lines[line.key] = line
            else:
                known = lines[line.key]
                more = tuple(part for part in line.parts if part not in known.parts)
                lines[line.key] = replace(known, parts=(*known.parts, *more))
            above = order.index(line.key)
    return [lines[key] for key in order]
