"""The sensor `landing`: a sheet dropped into the landing folder is on its way to gold within a minute.

A file is new by name, size or time of change, then by content. What new files speak of becomes months and tables owed;
they are owed until a refresh has built them, so that neither a tick that dies nor a run that fails loses anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import BaseModel, ConfigDict

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.cursors import read_cursor
from monette_assets.automation.owed import REQUEST_TAG, Months, merged, retry_after
from monette_assets.bronze import landing_files
from monette_assets.clock import now
from monette_assets.group.calendar import add_months
from monette_assets.sources.landing.folder import Folder, Unreadable, shown_name
from monette_assets.sources.landing.recognition import ADJUSTMENTS, BUDGET, HEAD_COUNTS, UNKNOWN, recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets.tables import provenance
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.resources import Landing

SENSOR = "landing"
INTERVAL_SECONDS = 30
SETTLED = timedelta(seconds=15)  # a file changed later than that may still be on its way
FILES_A_TICK = 20
TABLES = {BUDGET: "silver/budgets", ADJUSTMENTS: "silver/adjustments", HEAD_COUNTS: "silver/head_counts"}


class Seen(BaseModel):
    """A file that was looked at."""

    size: int
    modified_at: datetime
    content_hash: str


class Request(BaseModel):
    """The newest request for a refresh."""

    key: str
    months: Months
    tables: list[str]
    attempts: int
    at: datetime


class Cursor(BaseModel):
    """What the sensor remembers from tick to tick; to a new one every file is new that is not built."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    seen: dict[str, Seen] = {}
    months: Months = {}  # owed, by company
    tables: list[str] = []  # owed
    request: Request | None = None


def build(group: Group, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor. Needs resources `lake` and `landing`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake", "landing"},
        description="Looks for new sheets in the landing folder and builds what they feed, for the months they name.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return tick(context, group, context.resources.lake.lake, context.resources.landing)

    return landing


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    landing: Landing,
    moment: datetime | None = None,
) -> dg.SensorResult | dg.SkipReason:
    """One look at the folder: at most one request for a refresh. `moment` is now, aware."""
    moment = moment or now(group)
    fail_abandoned(context.instance)
    if running := refresh_job.active(context.instance):
        run = running[0]
        return dg.SkipReason(
            f"refresh {run.run_id[:8]} is {run.status.value.lower()}; the folder is looked at after it"
        )
    latest = chain.latest_period(lake)
    if latest is None:
        return dg.SkipReason("nothing is ingested yet; `monette run` takes the landing folder in too")
    cursor = settled(read_cursor(Cursor, context.cursor, moment), context.instance)
    try:
        cursor = looked(cursor, group, lake, landing.folder, latest, moment)
    except OSError as error:
        context.log.warning(f"the landing folder cannot be read, it is looked at again: {error}")
    request = _request(cursor, moment)
    if request is None:
        why = "the request before is tried again later" if cursor.tables else "nothing new in the landing folder"
        return dg.SensorResult(skip_reason=why, cursor=cursor.model_dump_json())
    refresh = refresh_job.Refresh(months=request.months, landed=request.tables)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=request.key, run_config=refresh_job.run_config(refresh), tags={REQUEST_TAG: request.key}
            )
        ],
        cursor=cursor.model_copy(update={"request": request}).model_dump_json(),
    )


def settled(cursor: Cursor, instance: dg.DagsterInstance) -> Cursor:
    """The cursor without what the last request's run has built."""
    request = cursor.request
    if request is None:
        return cursor
    runs = instance.get_runs(dg.RunsFilter(tags={REQUEST_TAG: request.key}))
    if not any(refresh_job.FETCHED_TAG in run.tags for run in runs):
        return cursor
    if (request.months, request.tables) != (cursor.months, cursor.tables):  # more came while it ran: all of it again
        return cursor.model_copy(update={"request": None})
    return cursor.model_copy(update={"months": {}, "tables": [], "request": None})


def looked(cursor: Cursor, group: Group, lake: Lake, folder: Folder, latest: date, moment: datetime) -> Cursor:
    """The cursor after a look at the folder. Raises OSError."""
    seen, months, tables = dict(cursor.seen), dict(cursor.months), set(cursor.tables)
    built = {} if seen else _built(lake)
    fresh = 0
    for landed in folder.files():
        key = shown_name(landed.name)
        before = seen.get(key)
        if before is not None and (before.size, before.modified_at) == (landed.size, landed.modified_at):
            continue
        if moment - landed.modified_at < SETTLED or fresh >= FILES_A_TICK:
            continue
        fresh += 1
        try:
            content = folder.read(landed.name)
            digest = sha256(content).hexdigest()
            known = {built.get(landed.name), *(each.content_hash for each in seen.values())}
            if digest not in known or (before is not None and before.content_hash != digest):
                found, table = affected(group, lake, landed.name, content, latest)
                months, tables = merged(months, found), tables | table
        except Unreadable:  # the run moves it away and says why
            digest = ""
            months, tables = merged(months, _every(group, [latest])), tables | set(TABLES.values())
        seen[key] = Seen(size=landed.size, modified_at=landed.modified_at, content_hash=digest)
    return cursor.model_copy(update={"seen": seen, "months": months, "tables": sorted(tables)})


def _built(lake: Lake) -> dict[str, str]:
    """Content hash by name of the files in bronze; none where something they feed was not computed from all of them."""
    name = landing_files.CONTRACT.name
    standing = lake.version(name)
    for table in TABLES.values():
        noted = provenance.read(lake, table)
        if not noted or any((name, standing) not in each.inputs for each in noted.values()):
            return {}
    return {file: digest for file, (_, digest) in landing_files.stored(lake).newest.items()}


def affected(group: Group, lake: Lake, name: str, content: bytes, latest: date) -> tuple[Months, set[str]]:
    """The months by company, and the silver table, that a file feeds. Raises `Unreadable`.

    Of a budget the whole fiscal years; and what an earlier version of the file spoke of, since it may be withdrawn.
    """
    kind = recognise(read_workbook(content)).kind
    if kind == UNKNOWN:
        raise Unreadable("no known header")
    table = TABLES[kind]
    units = {(row.get("company"), row["period"]) for row in rows_of(group, lake, kind, name, content)}
    units |= _held(lake, table, name)
    if kind == BUDGET:
        units = {(company, each) for company, period in units for each in _fiscal_year(group, company, period)}
    companies = [company.code for company in group.companies]
    months: Months = {}
    for company, period in units:
        if group.first_period <= period <= latest:
            for code in [company] if company else companies:
                months = merged(months, {code: [month_key(period)]})
    return months or _every(group, [latest]), {table}


def rows_of(group: Group, lake: Lake, kind: str, name: str, content: bytes) -> list[dict[str, Any]]:
    """What a file says, good units only, as silver reads it."""
    from monette_assets.silver.adjustments import parse_adjustments
    from monette_assets.silver.budgets import parse_budgets
    from monette_assets.silver.head_counts import parse_head_counts
    from monette_assets.silver.sheets import File, Vocabulary

    charts: dict[str, list[tuple[str | None, str]]] = {}
    if kind == BUDGET and lake.exists("silver/accounts"):
        columns = ["company", "account_number", "account_name"]
        for row in lake.read("silver/accounts", columns=columns).to_pylist():
            charts.setdefault(row["company"], []).append((row["account_number"], row["account_name"]))
    parser = {BUDGET: parse_budgets, ADJUSTMENTS: parse_adjustments, HEAD_COUNTS: parse_head_counts}[kind]
    moment = now(group)
    file = File(name, 1, "", moment, moment, content)
    return parser(Vocabulary(group, charts), [file]).rows


def _held(lake: Lake, table: str, name: str) -> set[tuple[str | None, date]]:
    """The company-months of earlier versions of a file."""
    import pyarrow.compute as pc

    if not lake.exists(table):
        return set()
    rows = lake.read(table, columns=["company", "period"], filters=pc.field("file_name") == name)
    return {(row["company"], row["period"]) for row in rows.group_by(["company", "period"]).aggregate([]).to_pylist()}


def _fiscal_year(group: Group, company: str | None, period: date) -> Iterable[date]:
    if company is None:
        return [period]
    year = group.fiscal_year(company, period)
    around = (add_months(period, offset) for offset in range(-11, 12))
    return [each for each in around if group.fiscal_year(company, each) == year]


def _every(group: Group, periods: Iterable[date]) -> Months:
    keys = [month_key(period) for period in periods]
    return {company.code: keys for company in group.companies}


def _request(cursor: Cursor, moment: datetime) -> Request | None:
    """A request for what is owed; the same again later and later."""
    if not cursor.tables:
        return None
    last, attempts = cursor.request, 1
    if last is not None and (last.months, last.tables) == (cursor.months, cursor.tables):
        if moment < last.at + retry_after(last.attempts):
            return None
        attempts = last.attempts + 1
    # Run keys are remembered for ever: the same files give the same key, so a repeated tick asks for nothing twice.
    files = sorted((name, seen.content_hash, seen.modified_at.isoformat()) for name, seen in cursor.seen.items())
    content = json.dumps([files, attempts, cursor.begun.isoformat(), last.key if last else ""], ensure_ascii=True)
    key = sha256(content.encode()).hexdigest()[:20]
    return Request(key=key, months=cursor.months, tables=cursor.tables, attempts=attempts, at=moment)
