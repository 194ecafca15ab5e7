"""Reading the lake through a release: every table at the version that belongs together with the others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc

    from monette_assets.group import Group
    from monette_assets.lake import Lake

RELEASES = "releases"
FROZEN = ("closed_statements", "closed_ledger")  # of whose rows those count that the log `closes` names


class ReportError(Exception):
    """A report that cannot be made: what was asked for, what there is, and what to do."""


@dataclass(frozen=True)
class Released:
    """The gold tables of one release; tables outside of releases (silver, quarantine) as they stand."""

    lake: Lake
    number: int
    released_at: datetime
    versions: dict[str, int]
    contract_version: str = ""  # fingerprint of the group contract it was built with
    group: Group | None = None  # the contract to read it with, where it is not the one in force
    said: str = ""  # where it is no release of the log: what it is instead

    @property
    def name(self) -> str:
        """What its figures are of, for people."""
        return self.said or f"release {self.number}"

    def rows(
        self,
        table: str,
        *,
        period: date | None = None,
        company: str | None = None,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
    ) -> list[dict[str, Any]]:
        """The table's rows, of one month and company where given, and of those only what `where` holds for.

        Of frozen rows those that the log of closes names. Raises ReportError where there is no such table.
        """
        found = self.table(table, period=period, company=company, columns=columns, where=where)
        return found.to_pylist()  # type: ignore[no-any-return]

    def table(
        self,
        table: str,
        *,
        period: date | None = None,
        company: str | None = None,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
    ) -> pa.Table:
        """As `rows`, as an Arrow table."""
        import pyarrow.compute as pc

        if table.startswith("gold/") and table not in self.versions and table not in _outside():
            held = ", ".join(sorted(self.versions)) or "nothing"
            raise ReportError(f"{table} is not in {self.name}, which holds {held}; run `monette run`")
        if not self.lake.exists(table):
            raise ReportError(f"{table} does not exist yet; run `monette run`")
        version = self.versions.get(table)
        names = self.lake.schema(table, version).names
        wanted: Any = where
        for name, value in (("period", period), ("company", company)):
            if value is None:
                continue
            if name not in names:
                raise ReportError(f"{table} has no {name}; leave --{name} out")
            test = pc.field(name) == value
            wanted = test if wanted is None else wanted & test
        if table in FROZEN:
            read = None if columns is None else [*dict.fromkeys((*columns, "close_id"))]
            found = _named_by_the_log(self.lake, self.lake.read(table, version, columns=read, filters=wanted))
            return found if columns is None else found.select(list(columns))
        return self.lake.read(table, version, columns=columns, filters=wanted)

    def rows_behind(self, of: str, table: str, period: date, where: pc.Expression) -> list[dict[str, Any]]:
        """The table's rows as the month of the gold table `of` was made from them, by the commit that wrote it.

        As they stand where the release has no `of`, no commit says, or the lake no longer has that version. Raises
        ReportError where there is no such table.
        """
        from monette_assets.lake.errors import VersionGone

        made_from = self._made_from(of, table, period)
        if made_from is not None:
            try:
                return replace(self, versions={**self.versions, table: made_from}).rows(table, where=where)
            except VersionGone:
                pass
        return self.rows(table, where=where)

    def _made_from(self, of: str, table: str, period: date) -> int | None:
        if of not in self.versions:
            return None
        for entry in self.lake.history(of):
            if entry.version > self.versions[of] or entry.commit is None or not entry.writes(period):
                continue
            if table in entry.commit.input_versions:
                return entry.commit.input_versions[table]
        return None

    def holds(self, table: str) -> bool:
        """Whether the table can be read through the release (one outside of releases: whether it is there)."""
        return table in self.versions or (not table.startswith("gold/") and self.lake.exists(table))

    def months(self, table: str = "gold/trial_balance", company: str | None = None) -> list[date]:
        """The months a table holds (of a company, where given), in order."""
        column = self.table(table, company=company, columns=["period"]).column("period")
        return sorted(column.unique().to_pylist())


def _named_by_the_log(lake: Lake, rows: pa.Table) -> pa.Table:
    """Of frozen rows, those of a close that the log names: what a close that lost a race copied is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from monette_assets.tables import closes, hash_chain

    named = closes.close_ids(hash_chain.entries(lake, closes.CONTRACT.name))
    held = rows.column("close_id").cast(pa.string())  # rewritten files may hold views of strings
    return rows.filter(pc.is_in(held, value_set=pa.array(named, pa.string())))


def _outside() -> frozenset[str]:
    """The gold tables that are in no release, and read as they stand."""
    from monette_assets import catalog

    return frozenset(table.name for table in catalog.PLATFORM)


def open_release(lake: Lake, time_zone: ZoneInfo, as_of: str | None = None) -> Released:
    """The newest release, the one of that number, or the last one up to that moment or the end of that day.

    Raises ReportError where there is none.
    """
    rows = sorted(lake.read(RELEASES).to_pylist(), key=lambda row: row["number"]) if lake.exists(RELEASES) else []
    if not rows:
        raise ReportError("nothing has been released yet; run `monette demo` or `monette run --from MONTH`")
    chosen = rows[-1]
    if as_of is not None:
        found = [row for row in rows if _is_as_of(row, as_of, time_zone)]
        if not found:
            first, last = rows[0], rows[-1]
            raise ReportError(
                f"--as-of {as_of}: no such release; there are {first['number']} ({_day(first, time_zone)}) "
                f"to {last['number']} ({_day(last, time_zone)})"
            )
        chosen = found[-1]
    versions = {name: int(version) for name, version in zip(chosen["tables"], chosen["versions"], strict=True)}
    return Released(lake, chosen["number"], chosen["released_at"], versions, chosen["contract_version"])


def moment_of(lake: Lake, time_zone: ZoneInfo, as_of: str) -> datetime:
    """The moment `--as-of` names: a release's, the end of a day, or 2025-12-31T18:00; in the group's time zone.

    Raises ReportError for anything else.
    """
    if not _is_number(as_of):
        return _moment(as_of, time_zone)
    released_at: datetime = open_release(lake, time_zone, as_of).released_at
    return released_at.astimezone(time_zone)


def _is_as_of(row: dict[str, Any], as_of: str, time_zone: ZoneInfo) -> bool:
    if _is_number(as_of):
        return bool(row["number"] == int(as_of))
    return bool(row["released_at"] <= _moment(as_of, time_zone))


def _is_number(as_of: str) -> bool:
    return as_of.isascii() and as_of.isdigit() and len(as_of) < 8  # 20251231 is a day


def _moment(as_of: str, time_zone: ZoneInfo) -> datetime:
    try:
        given = datetime.fromisoformat(as_of)
        whole_day = date.fromisoformat(as_of) if "T" not in as_of and " " not in as_of else None
    except ValueError:
        raise ReportError(
            f"--as-of: expected a release number, a day such as 2026-10-31 or a moment such as 2026-10-31T18:00, found "
            f"{as_of!r}"
        ) from None
    if whole_day is not None:
        return datetime.combine(whole_day, time.max, time_zone)
    return given if given.tzinfo else given.replace(tzinfo=time_zone)


def _day(row: dict[str, Any], time_zone: ZoneInfo) -> str:
    return f"{row['released_at'].astimezone(time_zone):%Y-%m-%d %H:%M}"
