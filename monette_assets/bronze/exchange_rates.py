"""The Bank of Canada's daily rates, one row a fetch of a month, verbatim (ACCOUNTING 13)."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import dagster as dg

from monette_assets.bronze.appending import Newest, after, append_commit, newest
from monette_assets.clock import now, today
from monette_assets.group import Group
from monette_assets.group.calendar import month_end
from monette_assets.lake import Lake
from monette_assets.tables import Column, Contract, Freshness, partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import hours
from monette_assets.telemetry.spans import traced

CONTRACT = Contract(
    name="bronze/exchange_rates",
    description=(
        "The Bank of Canada's published daily rates, verbatim, per month; a few days before it are asked for too. The "
        "same answer is kept twice where the first was given while the month still ran."
    ),
    key=("period", "series", "content_hash", "fetched_at"),
    unit=("period",),
    columns=(
        Column("period", "date", "First day of the month."),
        Column("series", "string", "Valet series, e.g. FXUSDCAD: CAD for one USD."),
        Column("payload", "string", "The answer, verbatim."),
        Column("content_hash", "string", "SHA-256 of the payload."),
        Column("fetched_at", "timestamp", "When it was asked for."),
        Column("run_id", "string", "The run that fetched it."),
    ),
    owner="finance",
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)
ARRIVED = "arrived"
DAYS_BEFORE = 14  # the closing rate is the last published on or before month end, even after a row of holidays


def series_of(group: Group) -> list[str]:
    """The series the group needs: one for every home currency that is not the group's."""
    foreign = sorted({company.home_currency for company in group.companies} - {group.currency})
    return [f"FX{currency}{group.currency}" for currency in foreign]


def _is_over_since(period: date, standing: Newest, group: Group) -> bool:
    """Whether the answer that stands was given while its month still ran: the same one now is final."""
    last = month_end(period)
    return standing.fetched_at.astimezone(group.time_zone).date() <= last < today(group)


def build(group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resources `lake` and `bank_of_canada`."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name="bronze__exchange_rates",
        pool="bronze__exchange_rates",  # one run at a time writes a table
        specs=[asset_spec(CONTRACT, group)],
        check_specs=[
            dg.AssetCheckSpec(
                ARRIVED,
                asset=key,
                description="The month's rates came for every currency of the group (ACCOUNTING 13).",
                partitions_def=partitions.months(group),
            )
        ],
        partitions_def=partitions.months(group),
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={"lake", "bank_of_canada"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def exchange_rates(context: dg.AssetExecutionContext) -> Iterator[Any]:
        from monette_assets.sources.bank_of_canada.client import BankOfCanadaDown

        lake: Lake = context.resources.lake.lake
        periods = partitions.periods_of(context.partition_keys)
        stored = newest(lake, CONTRACT.name, ("period", "series"), period=periods)
        rows: list[dict[str, Any]] = []
        problems: dict[str, str] = {}
        down = ""  # who cannot be reached for one month cannot be for the next
        for period in periods:
            for series in series_of(group):
                if down:
                    problems[partitions.month_key(period)] = down
                    continue
                try:
                    rates = context.resources.bank_of_canada.rates(
                        series, period - timedelta(days=DAYS_BEFORE), month_end(period)
                    )
                except Exception as error:
                    problems[partitions.month_key(period)] = str(error)
                    down = str(error) if isinstance(error, BankOfCanadaDown) else ""
                    continue
                content_hash = sha256(rates.payload.encode()).hexdigest()
                standing = stored.get((period, series))
                if standing is None or standing.content_hash != content_hash or _is_over_since(period, standing, group):
                    rows.append(
                        {
                            "period": period,
                            "series": series,
                            "payload": rates.payload,
                            "content_hash": content_hash,
                            "fetched_at": after(rates.fetched_at, standing),
                            "run_id": context.run_id,
                        }
                    )
        if rows:
            append_commit(lake, CONTRACT, rows, context.run_id, group, now(group))
        for period in periods:
            name = partitions.month_key(period)
            problem = problems.get(name)
            yield dg.AssetCheckEvaluation(
                asset_key=key, check_name=ARRIVED, passed=problem is None, partition=name, description=problem
            )
            new = sum(row["period"] == period for row in rows)
            context.add_asset_metadata({"new_answers": new}, asset_key=key, partition_key=name)
        if problems:
            context.log.error("rates are missing: %s", problems)
        yield dg.MaterializeResult(asset_key=key)  # what a missing rate blocks is decided where it is used

    return exchange_rates
