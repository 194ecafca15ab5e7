"""What a publish replaces: an exact set of units, such as company-months, as a predicate of typed values only."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.lake.errors import ScopeRefused

Value = str | datetime.date
Unit = tuple[Value, ...]
Block = tuple[tuple[Value, ...], ...]
"""One tuple of values per column; the block is their cross product."""

_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:/+&-]{0,126}")
_MOST_COLUMNS = 4


@dataclass(frozen=True)
class Scope:
    """A set of units over key columns; `Scope.everything()` is the whole table.

    Values are text of a safe pattern or dates, one type per column; anything else is refused with `ScopeRefused`.
    A row whose key is null is in no unit.
    """

    columns: tuple[str, ...]
    units: frozenset[Unit]

    @classmethod
    def everything(cls) -> Scope:
        """The whole table."""
        return cls((), frozenset({()}))

    @classmethod
    def of(cls, columns: Sequence[str], units: Iterable[Sequence[Value]]) -> Scope:
        """The units given, e.g. `Scope.of(("company", "period"), [("north", date(2025, 1, 1))])`."""
        if not columns:
            raise ScopeRefused("a scope needs at least one column; for the whole table use Scope.everything()")
        return cls(tuple(columns), frozenset(tuple(unit) for unit in units))

    def __post_init__(self) -> None:
        if not self.units:
            raise ScopeRefused(f"a scope over {self.columns} names no unit: nothing would be replaced; do not publish")
        if len(set(self.columns)) != len(self.columns) or len(self.columns) > _MOST_COLUMNS:
            raise ScopeRefused(f"expected up to {_MOST_COLUMNS} different columns, found {self.columns}")
        for column in self.columns:
            if not _COLUMN.fullmatch(column):
                raise ScopeRefused(f"expected a lower-case column name, found {column!r}")
        for unit in self.units:
            if len(unit) != len(self.columns):
                raise ScopeRefused(f"expected one value for each of {self.columns}, found {unit!r}")
            for column, value in zip(self.columns, unit, strict=True):
                _check(column, value)
        for position, column in enumerate(self.columns):
            kinds = {type(unit[position]).__name__ for unit in self.units}
            if len(kinds) > 1:
                raise ScopeRefused(f"{column}: expected values of one type, found {', '.join(sorted(kinds))}")

    @property
    def is_everything(self) -> bool:
        """Whether this is the whole table."""
        return not self.columns

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The same units as few disjoint cross products, values in the order of `columns`."""
        if self.is_everything:
            return ((),)
        candidates = (self._blocks(order) for order in permutations(range(len(self.columns))))
        return min(candidates, key=lambda blocks: sum(len(values) for block in blocks for values in block))

    def _blocks(self, order: tuple[int, ...]) -> tuple[Block, ...]:
        grouped = _group({tuple(unit[i] for i in order) for unit in self.units})
        back = [order.index(i) for i in range(len(order))]
        return tuple(sorted((tuple(block[i] for i in back) for block in grouped), key=repr))

    @cached_property
    def predicate(self) -> str | None:
        """SQL for delta-rs; None for the whole table. Never null: a null key is outside."""
        if self.is_everything:
            return None
        return " OR ".join(
            "(" + " AND ".join(_sql(c, values) for c, values in zip(self.columns, block, strict=True)) + ")"
            for block in self.blocks
        )

    @property
    def expression(self) -> pc.Expression | None:
        """The same for pyarrow datasets and tables."""
        if self.is_everything:
            return None
        expression: pc.Expression | None = None
        for block in self.blocks:
            part: pc.Expression | None = None
            for column, values in zip(self.columns, block, strict=True):
                test = pc.field(column).isin(pa.array(values))
                part = test if part is None else part & test
            expression = part if expression is None else expression | part
        return expression

    def holds(self, unit: Sequence[Any]) -> bool:
        """Whether the unit, a value per column, is in the scope."""
        return tuple(unit) in self.units

    def to_json(self) -> str:
        """For commit metadata."""
        blocks = [[[_plain(value) for value in values] for values in block] for block in self.blocks]
        dates = [isinstance(values[0], datetime.date) for values in self.blocks[0]]
        return json.dumps({"columns": self.columns, "dates": dates, "blocks": blocks}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Scope:
        """The scope that `to_json` wrote."""
        found = json.loads(text)
        units: set[Unit] = set()
        for block in found["blocks"]:
            values = [
                [datetime.date.fromisoformat(value) if is_date else value for value in column]
                for column, is_date in zip(block, found["dates"], strict=True)
            ]
            units.update(product(*values))
        return cls(tuple(found["columns"]), frozenset(units))

    def union(self, other: Scope) -> Scope:
        """The units of both; everything if their columns differ."""
        if self.columns != other.columns:
            return Scope.everything()
        return Scope(self.columns, self.units | other.units)


def _check(column: str, value: object) -> None:
    if isinstance(value, str):
        if not _TEXT.fullmatch(value):
            raise ScopeRefused(
                f"{column}: expected a plain code ({_TEXT.pattern}), found {value!r}; "
                "scope by the contract's codes, not by names people type"
            )
    elif type(value) is not datetime.date:
        raise ScopeRefused(f"{column}: expected text or a date, found {type(value).__name__} {value!r}")


def _group(units: set[Unit]) -> list[Block]:
    """Merge first values that have the same rest, recursively."""
    if len(next(iter(units))) == 1:
        return [(_sorted(unit[0] for unit in units),)]
    rests: dict[Value, set[Unit]] = {}
    for first, *rest in units:
        rests.setdefault(first, set()).add(tuple(rest))
    firsts: dict[frozenset[Unit], list[Value]] = {}
    for first, found in rests.items():
        firsts.setdefault(frozenset(found), []).append(first)
    return [(_sorted(values), *block) for found, values in firsts.items() for block in _group(set(found))]


def _sorted(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=_plain))


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _sql(column: str, values: tuple[Value, ...]) -> str:
    literals = [f"'{value}'" if isinstance(value, str) else f"DATE '{value.isoformat()}'" for value in values]
    return f"{column} = {literals[0]}" if len(literals) == 1 else f"{column} IN ({', '.join(literals)})"
