"""The gold tables as they were at any moment, rebuilt from bronze as it stood then (ACCOUNTING 12).

Time travel in the lake ends where vacuum begins; bronze is never vacuumed. What had been fetched by the moment goes
through the tables of today into a lake of its own, which is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from monette_assets import catalog
from monette_assets.group import GroupContractError
from monette_assets.lake import Commit, Lake
from monette_assets.reports.released import RELEASES, Released, ReportError
from monette_assets.tables import (
    Context,
    Contract,
    Partitions,
    accepted_differences,
    closed_ledger,
    closed_statements,
    closes,
    group_contracts,
    hash_chain,
    waivers,
)
from monette_assets.tables.refresh import refresh

if TYPE_CHECKING:
    from monette_assets.engine import Engine
    from monette_assets.group import Group
    from monette_assets.tables.judge import Judge

RUN = "as-of"
ARRIVALS = ("fetched_at", "received_at")
REPORTS = "bronze/quickbooks_reports"


@contextmanager
def rebuilt(
    lake: Lake, group: Group, moment: datetime, engine: Engine, judge: Judge, last: date | None = None
) -> Iterator[Released]:
    """The tables of first..`last` month (all that bronze held, by default) from what had been fetched by the moment.

    The contract is that of then, as the last release before kept it; where it cannot be had, today's: the text of the
    release says which, and the release carries it. A company-month that a
    blocking check holds back is absent, since there are no last good rows to keep. Raises ReportError where bronze held
    nothing yet.
    """
    with TemporaryDirectory(prefix="monette-as-of-") as folder:
        scratch = Lake(folder)
        for contract in catalog.BRONZE:
            _copy(lake, scratch, contract, _until(arrival(contract), moment))
        then, which = contract_of(lake, group, moment)
        periods = _periods(scratch, then, last)
        if not periods:
            raise ReportError(
                f"--as-of: no report had been fetched by {moment:%Y-%m-%d %H:%M}" + _earliest(lake, group)
            )
        _copy_closes(lake, scratch, moment)
        for log in (waivers.CONTRACT, accepted_differences.CONTRACT):
            _copy(lake, scratch, log, _until("at", moment))
        for table in (*catalog.SILVER, *catalog.GOLD):
            monthly = table.contract.partitions is Partitions.MONTH
            refresh(
                table,
                context=Context(engine.spark, then, periods if monthly else (), moment, engine.embedded),
                lake=scratch,
                judge=judge,
                run_id=RUN,
            )
        names = [table.name for table in catalog.GOLD]
        versions = {name: version for name in names if (version := scratch.version(name)) is not None}
        said = f"rebuilt from bronze as of {moment:%Y-%m-%d %H:%M}, {which}"
        yield Released(scratch, 0, moment, versions, then.fingerprint, then, said)


def arrival(contract: Contract) -> str:
    """The column of a bronze table that says when a row came. Raises ReportError where there is none."""
    for name in ARRIVALS:
        if name in contract.column_names:
            return name
    raise ReportError(f"--as-of: {contract.name} does not say when its rows came: none of {', '.join(ARRIVALS)}")


def _until(column: str, moment: datetime) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.field(column) <= pa.scalar(moment.astimezone(UTC), pa.timestamp("us", tz="UTC"))


def _copy(lake: Lake, scratch: Lake, contract: Contract, rows: Any) -> None:
    """Copy the rows that hold, a few batches at a time."""
    if not lake.exists(contract.name):
        return
    schema = lake.schema(contract.name)
    scratch.append(
        contract.name,
        lambda: iter(lake.scan(contract.name, filters=rows)),
        schema=schema,
        partition_by=contract.layout,
        commit=Commit(run_id=RUN, publish_id=contract.name, code_version="", contract_version="", at=datetime.now(UTC)),
    )


def _copy_closes(lake: Lake, scratch: Lake, moment: datetime) -> None:
    """The closes made by the moment, and what they froze."""
    import pyarrow as pa
    import pyarrow.compute as pc

    _copy(lake, scratch, closes.CONTRACT, _until("at", moment))
    if not scratch.exists(closes.CONTRACT.name):
        return
    made = closes.close_ids(hash_chain.entries(scratch, closes.CONTRACT.name))
    for contract in (closed_statements.CONTRACT, closed_ledger.CONTRACT):
        _copy(lake, scratch, contract, pc.field("close_id").isin(pa.array(made, pa.string())))


def _periods(scratch: Lake, group: Group, last: date | None) -> tuple[date, ...]:
    """From the group's first month to the last one that has reports, `last` at most."""
    if not scratch.exists(REPORTS):
        return ()
    held = scratch.read(REPORTS, columns=["period"]).column("period").unique().to_pylist()
    if not held:
        return ()
    end = max(held) if last is None else min(last, max(held))
    return tuple(group.periods(group.first_period, end))


def _earliest(lake: Lake, group: Group) -> str:
    import pyarrow.compute as pc

    if not lake.exists(REPORTS):
        return ""
    first = pc.min(lake.read(REPORTS, columns=["fetched_at"]).column("fetched_at")).as_py()
    return f"; the first one came {first.astimezone(group.time_zone):%Y-%m-%d %H:%M}" if first else ""


def contract_of(lake: Lake, group: Group, moment: datetime) -> tuple[Group, str]:
    """The contract of the last release before the moment, as it was kept, else today's; and which of them it is."""
    rows = lake.read(RELEASES).to_pylist() if lake.exists(RELEASES) else []
    before = [row for row in rows if row["released_at"] <= moment]
    if not before:
        return group, "with the contract of today"
    then = max(before, key=lambda row: row["number"])["contract_version"]
    if then == group.fingerprint:
        return group, "with the contract of then"
    try:
        kept = group_contracts.kept(lake, then)
    except GroupContractError as error:
        why = f"which this version does not accept: {error.problems[0]}"
        return group, f"with the contract of today, not that of then ({then[:8]}), {why}"
    if kept is None:
        return group, f"with the contract of today, not that of then ({then[:8]}), which was not kept"
    return kept, f"with the contract of then ({then[:8]}), as it was kept"
