"""QuickBooks' reports, one row a fetch: the payloads exactly as they came, parts of a bisected range together."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from monette_assets.bronze.appending import Newest, after, append_commit, newest
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import Column, Contract, Freshness, Partitions, partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import hours
from monette_assets.telemetry.spans import traced

if TYPE_CHECKING:
    from monette_assets.sources.quickbooks.fetch import Failure, Fetch

CONTRACT = Contract(
    name="bronze/quickbooks_reports",
    description=(
        "QuickBooks' reports of every company-month, verbatim: general ledger, profit and loss, profit and loss "
        "detail, trial balance, balance sheet, agings. One row a fetch; the same content again adds nothing."
    ),
    key=("fetch_id",),
    partitions=Partitions.MONTH_COMPANY,
    layout=("report",),  # silver reads one report at a time, and payloads are large
    columns=(
        Column("company", "string", "Contract code of the company."),
        Column("period", "date", "First day of the month."),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash")),
        Column("report", "string", "Our name of the report."),
        Column("fetch_id", "string", "Identity of the fetch: run, company, month, report."),
        Column("fetched_at", "timestamp", "When it was asked for."),
        Column("requests", "array<string>", "Per part: range, parameters, HTTP status and intuit_tid, as JSON."),
        Column("payloads", "array<string>", "Per part: the answer's body, verbatim."),
        Column("content_hash", "string", "SHA-256 of the content without the answer's own clock."),
        Column("run_id", "string", "The run that fetched it."),
    ),
    owner="data engineering",
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)
ARRIVED = "arrived"
ASSET = "bronze__quickbooks_reports"
BALANCES_ONLY = "balances_only"
CALLS_TAG = "monette/calls"  # on a run: calls of QuickBooks by its process so far, retries included
FLUSH_BYTES = 64_000_000


def balances_only() -> dict[str, Any]:
    """Run configuration that fetches only the reports that an earlier month's change reaches: balances, agings."""
    return {"ops": {ASSET: {"config": {BALANCES_ONLY: True}}}}


def build(group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resources `lake` and `quickbooks`. A company that fails, fails alone."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name=ASSET,
        pool=ASSET,  # one run at a time writes a table
        config_schema={
            BALANCES_ONLY: dg.Field(
                bool, default_value=False, description="Fetch only balances and agings: an earlier month has changed."
            )
        },
        specs=[asset_spec(CONTRACT, group)],
        check_specs=[
            dg.AssetCheckSpec(
                ARRIVED,
                asset=key,
                description="Every report of the company-month came, whole (ACCOUNTING 6).",
                partitions_def=partitions.month_companies(group),
            )
        ],
        partitions_def=partitions.month_companies(group),
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={"lake", "quickbooks"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def quickbooks_reports(context: dg.AssetExecutionContext) -> Iterator[Any]:
        wanted = _wanted(context, group)
        lake: Lake = context.resources.lake.lake
        only_balances: bool = context.op_execution_context.op_config[BALANCES_ONLY]
        requests, unready = context.resources.quickbooks.requests(wanted)
        requests = [request for request in requests if request.cumulative or not only_balances]
        failures: dict[tuple[str, date], list[str]] = defaultdict(list)
        for (company, period), error in unready.items():
            failures[company, period].append(str(error))
        companies, periods = {company for company, _ in wanted}, {period for _, period in wanted}
        identity = ("company", "period", "basis", "report")
        stored = newest(lake, CONTRACT.name, identity, company=companies, period=periods)
        counts: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: {"fetched": 0, "new": 0, "bytes": 0})
        batch: list[dict[str, Any]] = []
        size = 0

        def flush() -> None:
            if batch:
                append_commit(lake, CONTRACT, batch, context.run_id, group, now(group))
                batch.clear()

        for result in context.resources.quickbooks.fetch(requests):
            unit = _unit(result)
            if not hasattr(result, "parts"):
                failures[unit].append(str(result.error))
                continue
            tally = counts[unit]
            tally["fetched"] += 1
            standing = stored.get((result.company, result.period, result.basis, result.report))
            if standing is not None and standing.content_hash == result.content_hash:
                continue
            row = _row(result, context.run_id, standing)
            weight = sum(len(payload) for payload in row["payloads"])
            tally["new"] += 1
            tally["bytes"] += weight
            batch.append(row)
            size += weight
            if size >= FLUSH_BYTES:
                flush()
                size = 0
        flush()
        calls = context.resources.quickbooks.calls()
        for unit, name in wanted.items():
            problems = failures.get(unit, [])
            if only_balances and not problems:
                continue  # says nothing of the month's other reports
            yield dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=ARRIVED,
                passed=not problems,
                partition=name,
                description="; ".join(problems[:3]) or None,
                metadata={"reports": counts[unit]["fetched"]},
            )
            if not problems:
                yield dg.AssetMaterialization(asset_key=key, partition=name, metadata={**counts[unit]})
        context.instance.add_run_tags(context.run_id, {CALLS_TAG: str(sum(calls.values()))})
        context.log.info("%d report calls, by company: %s", sum(calls.values()), dict(sorted(calls.items())))
        if failures:
            raise dg.Failure(_sentence(failures), allow_retries=False)

    return quickbooks_reports


def _wanted(context: dg.AssetExecutionContext, group: Group) -> dict[tuple[str, date], str]:
    """The run's partition keys by company-month, without those when the company was not in the group."""
    wanted: dict[tuple[str, date], str] = {}
    for name in context.partition_keys:
        dimensions = name.keys_by_dimension if isinstance(name, dg.MultiPartitionKey) else {}
        company, period = dimensions["company"], partitions.period_of(dimensions["month"])
        if group.is_active(company, period):
            wanted[company, period] = name
        else:
            context.log.info("%s %s: not in the group then, nothing to fetch", company, dimensions["month"])
    return wanted


def _unit(result: "Fetch | Failure") -> tuple[str, date]:
    request = getattr(result, "request", result)
    return request.company, request.period  # type: ignore[union-attr]


def _row(fetch: "Fetch", run_id: str, standing: Newest | None) -> dict[str, Any]:
    import orjson

    return {
        "company": fetch.company,
        "period": fetch.period,
        "basis": fetch.basis,
        "report": fetch.report,
        "fetch_id": f"{run_id}/{fetch.company}/{fetch.period:%Y-%m}/{fetch.basis}/{fetch.report}",
        "fetched_at": after(fetch.fetched_at, standing),
        "requests": [
            orjson.dumps(
                {
                    "start": part.start,
                    "end": part.end,
                    "params": part.params,
                    "status": part.status,
                    "intuit_tid": part.intuit_tid,
                }
            ).decode()
            for part in fetch.parts
        ],
        "payloads": [part.payload for part in fetch.parts],
        "content_hash": fetch.content_hash,
        "run_id": run_id,
    }


def _sentence(failures: dict[tuple[str, date], list[str]]) -> str:
    by_company: dict[str, list[str]] = defaultdict(list)
    months: dict[str, set[date]] = defaultdict(set)
    for (company, period), problems in failures.items():
        by_company[company] += problems
        months[company].add(period)
    parts = [
        f"{company} ({len(months[company])} month(s)): {problems[0]}"
        for company, problems in sorted(by_company.items())
    ]
    return f"{len(by_company)} company(ies) could not be fetched, the others are done. " + "; ".join(parts)
