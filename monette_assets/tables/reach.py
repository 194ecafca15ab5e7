"""Which months of a table a change in one of its inputs reaches, from what was committed since they were computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.lake.errors import VersionGone
from monette_assets.lake.lake import is_append_only
from monette_assets.tables.contract import Partitions

if TYPE_CHECKING:
    import pyarrow as pa

    from monette_assets.group import Group
    from monette_assets.lake import HistoryEntry, Lake
    from monette_assets.tables.contract import Contract, Input

MAINTENANCE = frozenset({"OPTIMIZE", "VACUUM START", "VACUUM END"})  # commits that change no row
CLOCKS = frozenset({"run_id", "quarantined_at"})  # columns that say when a row was written, not what it says

Periods = set[date] | None  # None: every month


@dataclass(frozen=True)
class Change:
    """What was committed to an input of a table after version `before`, up to `after`."""

    lake: Lake
    group: Group
    table: Contract
    source: Input
    before: int
    after: int

    @property
    def name(self) -> str:
        return self.source.contract.name

    def commits(self) -> list[HistoryEntry]:
        """The commits that may have changed rows. Raises `VersionGone` where the log no longer tells of all of them."""
        newest = max(self.after, self.lake.version(self.name) or 0)  # it may have moved on since `after` was read
        told = self.lake.history(self.name, newest - self.before)
        found = [each for each in told if self.before < each.version <= self.after]
        if len(found) < self.after - self.before:
            raise VersionGone(
                f"{self.name}: expected every commit from version {self.before + 1} to {self.after} in its log, "
                f"found {len(found)}"
            )
        return [each for each in found if each.operation not in MAINTENANCE]

    def appended(self, columns: Sequence[str]) -> pa.Table:
        """Rows of bronze appended since, of those the table reads (`Input.only`)."""
        import pyarrow.compute as pc

        runs = {each.commit.run_id for each in self.commits() if each.commit is not None}
        where: Any = pc.field("run_id").isin(sorted(runs))
        if self.source.only is not None:
            column, values = self.source.only
            where &= pc.field(column).isin(list(values))
        return self.lake.read(self.name, self.after, columns=list(columns), filters=where)

    def grown(self) -> set[date | None]:
        """The months that a log has more rows of than before; all it has where it was not there."""
        old, new = (
            Counter(self.lake.read(self.name, version, columns=["period"]).column("period").to_pylist())
            if version >= 0
            else Counter()
            for version in (self.before, self.after)
        )
        return set(new - old)

    def changed(self, columns: Sequence[str]) -> list[dict[str, Any]] | None:
        """These columns of every row that one version has and the other lacks; None where `before` is gone.

        For small tables: both versions are held in memory.
        """
        try:
            old, new = self._rows(self.before), self._rows(self.after)
        except VersionGone:
            return None
        counted = [Counter(repr(row) for row in rows) for rows in (old, new)]
        differing = (counted[0] - counted[1]) + (counted[1] - counted[0])
        kept = {repr(row): {column: row.get(column) for column in columns} for row in (*old, *new)}
        return [kept[text] for text in differing]

    def _rows(self, version: int) -> list[dict[str, Any]]:
        there = self.lake.schema(self.name, version).names
        names = [name for name in self.source.contract.column_names if name in there and name not in CLOCKS]
        rows: list[dict[str, Any]] = self.lake.read(self.name, version, columns=names).to_pylist()
        return rows


Reach = Callable[[Change], Periods]


def months_changed(change: Change) -> Periods:
    """The months of the input that changed; None where it has no months, or does not tell."""
    contract = change.source.contract
    if contract.name.startswith("bronze/"):
        return _fetched(change)
    log = is_append_only(contract.name) and "period" in contract.column_names
    if change.before < 0:
        return _periods(change.grown()) if log else None  # a log without entries says of no month anything
    if not change.commits():
        return set()
    if "period" not in contract.column_names:
        return None
    return _periods(change.grown()) if log else _published(change)


def _fetched(change: Change) -> Periods:
    """Of a table of bronze: what was appended, though the table is new."""
    dated = "period" in change.source.contract.column_names
    rows = change.appended(["period" if dated else "run_id"])
    if not rows.num_rows:
        return set()
    return _periods(rows.column("period").unique().to_pylist()) if dated else None


def _published(change: Change) -> Periods:
    """Of a table that publishes replace: the months of their units, or of the rows that differ."""
    periods: set[date] = set()
    for commit in change.commits():
        if commit.scope is None or "period" not in commit.scope.columns:
            if change.source.contract.partitions is not Partitions.NONE:
                return None
            rows = change.changed(["period"])
            return None if rows is None else _periods(row["period"] for row in rows)
        position = commit.scope.columns.index("period")
        periods |= {value for unit in commit.scope.units if isinstance(value := unit[position], date)}
    return periods


def _periods(found: Iterable[date | None]) -> Periods:
    """The months; every one where a row is of none."""
    periods = set(found)
    return None if None in periods else {period for period in periods if period is not None}


def nowhere(change: Change) -> Periods:
    """The table reads the input, and no row of it depends on what it says."""
    return set()


def held_back(change: Change) -> Periods:
    """The months of which the table holds something back, for an input of its checks alone: they may pass now."""
    import pyarrow.compute as pc

    if not change.lake.exists("quarantine"):
        return set()
    where = (pc.field("table_name") == change.table.name) & (pc.field("kind") == "unit")
    return _periods(change.lake.read("quarantine", columns=["period"], filters=where).column("period").to_pylist())


def by_key(*columns: str) -> Reach:
    """The months in which rows carry the key of a changed row: in the table itself or an input by month.

    And those in which the table refuses or holds back something of a company with such a row: what it lacked may have
    come. For an input with few rows, such as a company's accounts.
    """

    def reach(change: Change) -> Periods:
        rows = change.changed(columns) if change.before >= 0 else None
        if rows is None:
            return None
        keys = {tuple(row[column] for column in columns) for row in rows}
        if not keys:
            return set()
        monthly = [change.table, *(spec.contract for spec in change.table.inputs.values())]
        carrying = [each for each in monthly if {*columns, "period"} <= set(each.column_names)]
        if not carrying:
            return None
        found: set[date] = set()
        for contract in carrying:
            if change.lake.exists(contract.name):
                found |= _carrying(change.lake, contract.name, columns, keys)
        return _periods([*found, *_refused(change, {key[0] for key in keys})])

    return reach


def _carrying(lake: Lake, table: str, columns: Sequence[str], keys: Collection[tuple[Any, ...]]) -> set[date]:
    import pyarrow.compute as pc

    where: Any = None
    for position, column in enumerate(columns):
        among = pc.field(column).isin(sorted({key[position] for key in keys}))
        where = among if where is None else where & among
    rows = lake.read(table, columns=[*columns, "period"], filters=where)
    distinct = rows.group_by([*columns, "period"]).aggregate([]).to_pylist()
    return {row["period"] for row in distinct if tuple(row[column] for column in columns) in keys}


def _refused(change: Change, companies: Collection[str]) -> list[date | None]:
    import pyarrow.compute as pc

    if not change.lake.exists("quarantine"):
        return []
    where = (pc.field("table_name") == change.table.name) & pc.field("company").isin(sorted(companies))
    return list(change.lake.read("quarantine", columns=["period"], filters=where).column("period").to_pylist())
