"""Whether a table would come out as it stands: computed from the very same, and nothing was amiss.

Then it need not be computed. Told are rows, not versions: an input may have moved on in months, or in reports, that the
table does not read. Where anything is uncertain, the table is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.lake import gained
from monette_assets.lake.errors import VersionGone
from monette_assets.tables import provenance, quarantine
from monette_assets.tables.contract import Contract, Input, Months, Partitions
from monette_assets.tables.reach import Change, Periods, months_changed

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

Unit = tuple[Any, ...]
UNKNOWN = -2  # the version of an input that the table did not read then; that of one that was not there is -1


def rows_standing(
    lake: Lake, group: Group, contract: Contract, periods: tuple[date, ...], versions: Mapping[str, int]
) -> dict[Unit, int] | None:
    """Rows per unit of these months (none: a table without months), if they are what computing them would give.

    `versions`: of the inputs by table, `ABSENT` where there is none. None where a month was not computed by this code
    under this contract from these rows, where a check failed or something was refused then, where somebody has
    written to the month since, or where the table asks what day it is.
    """
    stands = lake.version(contract.name)
    if contract.by_day or stands is None:
        return None
    noted = provenance.read(lake, contract.name)
    months = periods if contract.partitions is Partitions.MONTH else (None,)
    passed = {noted[month].passed if month in noted else None for month in months}
    code = {(noted[month].code, noted[month].contract) for month in months if month in noted}
    if None in passed or code != {(contract.code_version, group.fingerprint)}:
        return None
    try:
        for each in passed:
            assert each is not None
            told = {**dict(each.inputs), contract.name: each.version}
            stand = {**versions, contract.name: stands}
            for spec in (Input(contract), *contract.inputs.values()):
                name = spec.contract.name
                if not _same(Change(lake, group, contract, spec, told.get(name, UNKNOWN), stand[name]), periods):
                    return None
    except VersionGone:  # nobody can tell what has changed
        return None
    return None if _held(lake, contract, periods) else _rows(lake, contract, periods)


def _same(change: Change, periods: tuple[date, ...]) -> bool:
    """Whether what the table reads of the input is what it was before."""
    if change.before == change.after:
        return True
    if change.before < 0 or change.after < change.before:
        return False
    if any(each.commit is None for each in change.commits()):
        return False  # not written by this platform: it does not say what it changed
    reached = _gained(change) if change.name.startswith("bronze/") else months_changed(change)
    if reached is None:
        return False
    if not periods or change.source.months is Months.ALL:
        return not reached
    first = date.min if change.source.months is Months.UP_TO else periods[0]
    return not any(first <= month <= periods[-1] for month in reached)


def _gained(change: Change) -> Periods:
    """The months of the rows that came, of those the table reads; None where they have none."""
    import pyarrow.compute as pc

    dated = "period" in change.source.contract.column_names
    only = change.source.only
    where = pc.field(only[0]).isin(list(only[1])) if only is not None else None
    column = "period" if dated else change.source.contract.column_names[0]
    found = gained.rows(change.lake, change.name, change.before, change.after, [column], where).column(column)
    months: set[Any] = set(found.to_pylist()) if dated else {None} if len(found) else set()
    return None if None in months else months


def _held(lake: Lake, contract: Contract, periods: tuple[date, ...]) -> bool:
    """Whether quarantine holds anything of these months: what passed has left nothing there, a restore may have."""
    import pyarrow.compute as pc

    if not lake.exists(quarantine.CONTRACT.name):
        return False
    where = pc.field("table_name") == contract.name
    held = lake.read(quarantine.CONTRACT.name, columns=["period"], filters=where).column("period").to_pylist()
    return any(month is None or not periods or month in periods for month in held)


def _rows(lake: Lake, contract: Contract, periods: tuple[date, ...]) -> dict[Unit, int]:
    import pyarrow.compute as pc

    within = pc.field("period").isin(list(periods)) if contract.partitions is Partitions.MONTH else None
    rows = lake.read(contract.name, columns=list(contract.unit), filters=within)
    counted = rows.group_by(list(contract.unit)).aggregate([([], "count_all")]).to_pylist()
    return {tuple(row[name] for name in contract.unit): row["count_all"] for row in counted}
