"""What differs between two states of a table, as multisets of business rows: identical rows count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.lake.errors import SchemaMismatch

_NET = "_net"
_ROW = "_row"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Counts of rows, and samples of them, ordered by key.

    A key that has lost and gained rows has changed as many of them as it has pairs of; the rest is added or removed.
    `changed_rows` has the key's columns and, for every column that differs in the sample, `<column>_old` and
    `<column>_new`.
    """

    added: int
    changed: int
    removed: int
    added_rows: pa.Table
    changed_rows: pa.Table
    removed_rows: pa.Table

    @property
    def is_empty(self) -> bool:
        """Whether both states hold the same rows, each as often."""
        return not (self.added or self.changed or self.removed)


def difference(
    old: pa.Table,
    new: pa.Table,
    key: Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] = (),
    samples: int = 20,
) -> Difference:
    """The difference of `new` from `old` in `columns` (all but `ignore`). A column one side lacks is null there.

    Raises `SchemaMismatch` where key columns are missing or a column has two types.
    """
    types = {f.name: f.type for f in [*old.schema, *new.schema]}
    names = [name for name in (columns or types) if name not in ignore or name in key]
    if missing := [name for name in [*key, *names] if name not in types]:
        raise SchemaMismatch(f"compare: expected columns {missing}, found {sorted(types)}")
    names = list(dict.fromkeys([*key, *names]))
    signed = pa.concat_tables([_signed(new, names, types, 1), _signed(old, names, types, -1)])
    net = signed.group_by(names).aggregate([(_NET, "sum")]).rename_columns({f"{_NET}_sum": _NET})
    came = net.filter(pc.field(_NET) > 0)
    went = net.filter(pc.field(_NET) < 0)
    keys = _by_key(came, went, list(key))
    both, came_only, went_only = pc.min_element_wise(keys["came"], keys["went"]), keys["came"], keys["went"]
    changed, added, removed = both, pc.subtract(came_only, both), pc.subtract(went_only, both)

    def sample(counts: pa.ChunkedArray, side: str, rows: pa.Table) -> pa.Table:
        picked = keys.filter(pc.greater(counts, 0)).slice(0, samples)
        return rows.take(picked[side]).select(names)

    return Difference(
        added=pc.sum(added).as_py() or 0,
        changed=pc.sum(changed).as_py() or 0,
        removed=pc.sum(removed).as_py() or 0,
        added_rows=sample(added, "came_row", came),
        changed_rows=_side_by_side(sample(changed, "went_row", went), sample(changed, "came_row", came), list(key)),
        removed_rows=sample(removed, "went_row", went),
    )


def _signed(table: pa.Table, names: list[str], types: dict[str, pa.DataType], sign: int) -> pa.Table:
    columns = []
    for name in names:
        if name not in table.schema.names:
            columns.append(pa.nulls(len(table), types[name]))
        elif table.schema.field(name).type == types[name]:
            columns.append(table[name])
        else:
            raise SchemaMismatch(
                f"compare: {name} is {table.schema.field(name).type} on one side, {types[name]} on the other"
            )
    columns.append(pa.repeat(pa.scalar(sign, pa.int64()), len(table)))
    return pa.table(columns, names=[*names, _NET])


def _by_key(came: pa.Table, went: pa.Table, key: list[str]) -> pa.Table:
    """Per key: rows come and gone, and one row number on each side."""

    def side(table: pa.Table, here: str, there: str) -> pa.Table:
        zero = pa.repeat(pa.scalar(0, pa.int64()), len(table))
        rows = pa.array(range(len(table)), pa.int64())
        counted = {
            here: pc.abs(table[_NET]),
            there: zero,
            f"{here}_row": rows,
            f"{there}_row": pa.nulls(len(table), pa.int64()),
        }
        columns = [*(table[name] for name in key), *(counted[n] for n in ("came", "went", "came_row", "went_row"))]
        return pa.table(columns, names=[*key, "came", "went", "came_row", "went_row"])

    both = pa.concat_tables([side(came, "came", "went"), side(went, "went", "came")])
    grouped = both.group_by(key).aggregate([("came", "sum"), ("went", "sum"), ("came_row", "min"), ("went_row", "min")])
    renamed = grouped.rename_columns([*key, "came", "went", "came_row", "went_row"])
    return renamed.sort_by([(name, "ascending") for name in key])


def _side_by_side(old: pa.Table, new: pa.Table, key: list[str]) -> pa.Table:
    columns, names = [old[name] for name in key], list(key)
    for name in old.schema.names:
        if name not in key and old[name].to_pylist() != new[name].to_pylist():
            columns += [old[name], new[name]]
            names += [f"{name}_old", f"{name}_new"]
    return pa.table(columns, names=names)
