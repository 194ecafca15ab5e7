"""The sensor `catch_up`: what was left failed is tried again by itself, later and later, and a standing check says it.

A company that does not answer (token revoked, throttled, QuickBooks down) waits without an attempt being counted, and
is asked for what it owes as soon as it answers; whoever started the run that failed does not matter.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256

import dagster as dg
from pydantic import BaseModel, ConfigDict

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.cursors import read_cursor
from monette_assets.automation.failed_partitions import Left, left_failed, to_fetch, to_rebuild, told
from monette_assets.automation.owed import REQUEST_TAG, Months, Tried, retry_after
from monette_assets.automation.polling import ask
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.resources import QuickBooks
from monette_assets.tables import quarantine
from monette_assets.tables.asset import asset_key
from monette_assets.tables.partitions import month_key

SENSOR = "catch_up"
CHECK = "no_partition_left_failed"
INTERVAL_SECONDS = 60
FIRST_WAIT = timedelta(minutes=15)  # after the first attempt; after each further one twice as long
LONGEST_WAIT = timedelta(hours=4)  # so what can never succeed is tried six times a day, and no more
BUDGET_SECONDS = 20.0
TABLES = "tables"  # what is tried, besides companies: rebuilding from bronze


class Cursor(BaseModel):
    """What the sensor remembers from tick to tick."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    tried: dict[str, Tried] = {}  # by company, and TABLES: attempts made since it was last well
    said: list[str] | None = None  # by the standing check; None: it has said nothing yet


def build(group: Group, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor. Needs resources `lake` and `quickbooks`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake", "quickbooks"},
        description="Tries again what was left failed, later and later, once whoever has to answer does.",
    )
    def catch_up(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return tick(context, group, context.resources.lake.lake, context.resources.quickbooks)

    return catch_up


def build_check(group: Group) -> dg.AssetChecksDefinition:
    """The standing check, to be asked for by hand; the sensor says it by itself whenever it changes."""

    @dg.asset_check(
        asset=asset_key(quarantine.CONTRACT),
        name=CHECK,
        description="No partition of any table was left failed, and none that is expected never came.",
        required_resource_keys={"lake"},
    )
    def no_partition_left_failed(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        lines = told(left_failed(context.instance, group, context.resources.lake.lake))
        return dg.AssetCheckResult(passed=not lines, description="; ".join(lines) or None)

    return no_partition_left_failed


def wait_after(attempts: int) -> timedelta:
    """How long a target waits after so many attempts that did not mend it."""
    return retry_after(attempts, FIRST_WAIT, LONGEST_WAIT)


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    quickbooks: QuickBooks,
    moment: datetime | None = None,
) -> dg.SensorResult | dg.SkipReason:
    """One look at what is left failed: at most one request for a refresh. `moment` is now, aware."""
    moment = moment or now(group)
    if refresh_job.tried_again(context.instance, fail_abandoned(context.instance)):
        return dg.SkipReason("a refresh was killed and is tried again; what is left is seen after it")
    if running := refresh_job.active(context.instance):
        run = running[0]
        return dg.SkipReason(f"refresh {run.run_id[:8]} is {run.status.value.lower()}; what is left is seen after it")
    latest = chain.latest_period(lake)
    if latest is None:
        return dg.SkipReason("nothing is ingested yet: `monette run` comes first")
    left = left_failed(context.instance, group, lake)
    lines = told(left)
    cursor = read_cursor(Cursor, context.cursor, moment)
    wanted = to_fetch(left, group, latest)
    span = to_rebuild(left, latest)
    ill = {*wanted, *([TABLES] if span else [])}
    cursor = cursor.model_copy(update={"tried": {name: tried for name, tried in cursor.tried.items() if name in ill}})
    due = sorted(name for name in ill if _due(cursor, name, moment))
    answers = ask(quickbooks, {code: moment for code in due if code in wanted}, budget_seconds=BUDGET_SECONDS)
    for company, why in answers.failures.items():
        context.log.warning(f"{company}: it does not answer, so what it owes waits: {why}")
    months: Months = {code: sorted(map(month_key, wanted[code])) for code in due if code in answers.changes}
    config = refresh_job.Refresh(months=months) if months else None
    if config is None and span is not None and TABLES in due:
        config = refresh_job.Refresh(first=month_key(span[0]), last=month_key(span[1]), fetch=False)
    evaluations = [] if cursor.said == lines else [_evaluation(lines)]
    if config is None:
        return dg.SensorResult(
            skip_reason="; ".join(lines) or "nothing is left failed",
            cursor=cursor.model_copy(update={"said": lines}).model_dump_json(),
            asset_events=evaluations,
        )
    tried = {
        name: Tried(attempts=cursor.tried[name].attempts + 1 if name in cursor.tried else 1, at=moment)
        for name in (months or [TABLES])
    }
    key = _key(cursor, config, tried, left)
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=key, run_config=refresh_job.run_config(config), tags={REQUEST_TAG: key})],
        cursor=cursor.model_copy(update={"tried": {**cursor.tried, **tried}, "said": lines}).model_dump_json(),
        asset_events=evaluations,
    )


def _due(cursor: Cursor, name: str, moment: datetime) -> bool:
    tried = cursor.tried.get(name)
    return tried is None or moment >= tried.at + wait_after(tried.attempts)


def _key(cursor: Cursor, config: refresh_job.Refresh, tried: dict[str, Tried], left: list[Left]) -> str:
    """Run keys are remembered for ever: the same attempt at the same failures asks once, anything else again."""
    attempts = {name: each.attempts for name, each in tried.items()}
    content = json.dumps(
        [cursor.begun.isoformat(), config.model_dump(), attempts, sorted({each.run_id for each in left})],
        sort_keys=True,
    )
    return sha256(content.encode()).hexdigest()[:20]


def _evaluation(lines: list[str]) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset_key(quarantine.CONTRACT),
        check_name=CHECK,
        passed=not lines,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(lines) or None,
    )
