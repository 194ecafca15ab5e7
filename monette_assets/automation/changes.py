"""The sensor `quickbooks_changes`: what was edited in QuickBooks is on its way to gold within a minute.

Every company is asked for its changes since it was last asked (change data capture), side by side and within a time
budget; who did not answer is first in turn the next time. Changes become months owed; months are owed until a refresh
has fetched them, so that neither a tick that dies, a run that fails nor a company that is cut off loses anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.affected import affected_months, every_month
from monette_assets.clock import now
from monette_assets.tables.partitions import month_key, periods_of

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.resources import QuickBooks
    from monette_assets.sources.quickbooks.objects import Changes, Deletion, QuickBooksObject

SENSOR = "quickbooks_changes"
REQUEST_TAG = "monette/request"  # on a run: the request of this sensor that it answers
INTERVAL_SECONDS = 30
BUDGET_SECONDS = 30.0  # Dagster ends a tick after 60
AT_ONCE = 8
OVERLAP = timedelta(minutes=2)  # QuickBooks' clock is not ours
FIRST_OVERLAP = timedelta(hours=1)  # an ingest takes its time: what changed while it ran may be half in
RETRY_AFTER = timedelta(minutes=5)  # after the first attempt; after each further one twice as long
LONGEST_WAIT = timedelta(hours=1)  # an outage of any length costs an attempt an hour, and ends by itself
BRONZE = ("bronze/quickbooks_objects", "bronze/quickbooks_reports")

Months = dict[str, list[str]]  # by company, YYYY-MM


class Request(BaseModel):
    """The newest request for a refresh."""

    key: str
    months: Months
    at: datetime


class Tried(BaseModel):
    """How often a company's months were asked for and not fetched, and when last."""

    attempts: int
    at: datetime


class Cursor(BaseModel):
    """What the sensor remembers from tick to tick."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    since: dict[str, datetime] = {}  # by company: every change before is owed or fetched
    seen: dict[str, list[str]] = {}  # by company: the newest answer's changes, which the overlap tells again
    owed: Months = {}  # not fetched yet, as far as we know
    tried: dict[str, Tried] = {}  # by company, of those that owe
    request: Request | None = None


@dataclass(frozen=True)
class Poll:
    """The companies' answers, and why others gave none."""

    changes: Mapping[str, Changes] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


def build(group: Group, job: dg.JobDefinition) -> dg.SensorDefinition:
    """The sensor. Needs resources `lake` and `quickbooks`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake", "quickbooks"},
        description="Asks every company what changed and refreshes the months it touches, and what lies below them.",
    )
    def quickbooks_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return tick(context, group, context.resources.lake.lake, context.resources.quickbooks)

    return quickbooks_changes


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    quickbooks: QuickBooks,
    moment: datetime | None = None,
) -> dg.SensorResult | dg.SkipReason:
    """One look at every company: at most one request for a refresh. `moment` is now, aware."""
    moment = moment or now(group)
    for run_id in fail_abandoned(context.instance):
        context.log.warning(f"run {run_id[:8]}: its process is gone; marked failed, its months are still owed")
    if running := refresh_job.active(context.instance):
        run = running[0]
        return dg.SkipReason(f"refresh {run.run_id[:8]} is {run.status.value.lower()}; changes are asked for after it")
    latest = chain.latest_period(lake)
    if latest is None:
        return dg.SkipReason("nothing is ingested yet, so nothing can have changed: `monette run` comes first")
    cursor = settled(read_cursor(context.cursor, moment), context.instance)
    since = _since(group, lake, cursor, moment)
    poll = ask(quickbooks, since)
    for company, why in poll.failures.items():
        context.log.error(f"{company}: no changes heard, the other companies go on: {why}")
    new = opened(group, _new_months(group, lake, poll, cursor, latest=latest, today=moment.date()), latest)
    cursor = cursor.model_copy(
        update={
            "since": {**cursor.since, **{code: found.until for code, found in poll.changes.items()}},
            "seen": {**cursor.seen, **{code: sorted(_names(found)) for code, found in poll.changes.items()}},
            "owed": merged(cursor.owed, new),
        }
    )
    request = _request(cursor, poll, new, moment)
    if request is None:
        return dg.SensorResult(skip_reason=_why_not(poll, cursor), cursor=cursor.model_dump_json())
    tried = {code: Tried(attempts=count, at=moment) for code, count in _attempts(cursor, request.months, new).items()}
    asked = cursor.model_copy(update={"request": request, "tried": {**cursor.tried, **tried}})
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=request.key,
                run_config=refresh_job.run_config(refresh_job.Refresh(months=request.months)),
                tags={REQUEST_TAG: request.key},
            )
        ],
        cursor=asked.model_dump_json(),
    )


def read_cursor(text: str | None, moment: datetime) -> Cursor:
    """The cursor; a new one where there is none or it cannot be read, which then starts from what bronze holds."""
    try:
        return Cursor.model_validate_json(text or "")
    except ValidationError:
        return Cursor(begun=moment)


def settled(cursor: Cursor, instance: dg.DagsterInstance) -> Cursor:
    """The cursor without the months that the last request's run has fetched, company by company."""
    request = cursor.request
    if request is None:
        return cursor
    runs = instance.get_runs(dg.RunsFilter(tags={REQUEST_TAG: request.key}))
    fetched = {code for run in runs for code in refresh_job.fetched_of(run, request.months)}
    if not fetched:
        return cursor
    owed = {
        code: sorted(set(months) - set(request.months[code])) if code in fetched else months
        for code, months in cursor.owed.items()
    }
    asked = {code: months for code, months in request.months.items() if code not in fetched}
    return cursor.model_copy(
        update={
            "owed": {code: months for code, months in owed.items() if months},
            "tried": {code: tried for code, tried in cursor.tried.items() if code not in fetched},
            "request": request.model_copy(update={"months": asked}) if asked else None,
        }
    )


def retry_after(attempts: int) -> timedelta:
    """How long the months of a company wait after so many attempts that did not fetch them."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(RETRY_AFTER * doubled, LONGEST_WAIT)


def ask(quickbooks: QuickBooks, since: Mapping[str, datetime], budget_seconds: float = BUDGET_SECONDS) -> Poll:
    """Every company's changes, the one that waited longest first; who takes longer than the budget is left out."""
    pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix=SENSOR)
    turns = sorted(since, key=lambda code: since[code])
    asked = {code: pool.submit(quickbooks.changes, code, since[code]) for code in turns}
    wait(asked.values(), timeout=budget_seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    changes: dict[str, Changes] = {}
    failures: dict[str, str] = {}
    for code, answer in asked.items():
        if not answer.done() or answer.cancelled():
            failures[code] = f"no answer within {budget_seconds:g} s; asked again at the next tick"
        elif (error := answer.exception()) is not None:
            failures[code] = str(error)
        else:
            changes[code] = answer.result()
    return Poll(changes, failures)


def ingested_since(lake: Lake) -> dict[str, datetime]:
    """By company: when the newest run that brought something into bronze began to fetch it."""
    newest: dict[str, tuple[datetime, str]] = {}
    began: dict[tuple[str, str], datetime] = {}
    for table in BRONZE:
        if not lake.exists(table):
            continue
        rows = lake.read(table, columns=["company", "run_id", "fetched_at"]).group_by(["company", "run_id"])
        for row in rows.aggregate([("fetched_at", "min"), ("fetched_at", "max")]).to_pylist():
            company, run = row["company"], row["run_id"]
            began[company, run] = row["fetched_at_min"]
            newest[company] = max(newest.get(company, (row["fetched_at_max"], run)), (row["fetched_at_max"], run))
    return {company: began[company, run] for company, (_, run) in newest.items()}


def merged(months: Mapping[str, Iterable[str]], more: Mapping[str, Iterable[str]]) -> Months:
    """Both, company by company."""
    return {code: sorted({*months.get(code, ()), *more.get(code, ())}) for code in {**months, **more}}


def _since(group: Group, lake: Lake, cursor: Cursor, moment: datetime) -> dict[str, datetime]:
    """From when on to ask each company. One that bronze knows nothing of is asked whether it answers at all."""
    unknown = [company.code for company in group.companies if company.code not in cursor.since]
    began = ingested_since(lake) if unknown else {}
    asked = {code: since - OVERLAP for code, since in cursor.since.items() if code not in unknown}
    first = {code: began[code] - FIRST_OVERLAP if code in began else moment for code in unknown}
    known = {company.code for company in group.companies}
    return {code: at.astimezone(UTC) for code, at in {**asked, **first}.items() if code in known}


def _new_months(group: Group, lake: Lake, poll: Poll, cursor: Cursor, *, latest: date, today: date) -> Months:
    """The months touched by changes not told before; of a company bronze knows nothing of, all."""
    found: Months = {}
    began = None
    for code, answer in poll.changes.items():
        seen = set(cursor.seen.get(code, ()))
        if code not in cursor.since:
            began = ingested_since(lake) if began is None else began
            if code not in began:
                found[code] = [month_key(period) for period in every_month(group, code, latest=latest)]
                continue
        fresh = replace(
            answer,
            changed=tuple(each for each in answer.changed if _name(each) not in seen),
            deleted=tuple(each for each in answer.deleted if _name(each) not in seen),
        )
        if fresh.too_far or fresh.changed or fresh.deleted:
            months = affected_months(group, lake, fresh, latest=latest, today=today)
            found[code] = sorted(month_key(period) for period in months)
    return {code: months for code, months in found.items() if months}


def opened(group: Group, new: Months, latest: date) -> Months:
    """With a month the lake does not hold yet, every company's months up to it: balances leave no month out."""
    last = max((period for keys in new.values() for period in periods_of(keys)), default=latest)
    missing = [period for period in group.periods(latest, last) if period > latest]
    return merged(
        new,
        {
            company.code: [month_key(period) for period in missing if company.is_active(period)]
            for company in group.companies
            if missing
        },
    )


def _request(cursor: Cursor, poll: Poll, new: Months, moment: datetime) -> Request | None:
    """A request for what is owed by the companies that answer: at once where they changed, else later and later."""
    due = {
        code: months
        for code, months in cursor.owed.items()
        if months
        and code in poll.changes
        and (
            code in new or (tried := cursor.tried.get(code)) is None or moment >= tried.at + retry_after(tried.attempts)
        )
    }
    if not due:
        return None
    last = cursor.request
    # Run keys are remembered for ever. The same cursor and the same changes give the same key, so that a tick that is
    # repeated asks for nothing twice; anything else gives another.
    told = {code: cursor.seen.get(code, []) for code in due}
    content = json.dumps(
        [due, told, _attempts(cursor, due, new), cursor.begun.isoformat(), last.key if last else ""],
        sort_keys=True,
        ensure_ascii=True,
    )
    return Request(key=sha256(content.encode()).hexdigest()[:20], months=due, at=moment)


def _attempts(cursor: Cursor, due: Months, new: Months) -> dict[str, int]:
    """Which attempt it is for each company; what is new begins at one."""
    before = {code: cursor.tried[code].attempts for code in due if code in cursor.tried and code not in new}
    return {code: before.get(code, 0) + 1 for code in due}


def _why_not(poll: Poll, cursor: Cursor) -> str:
    said = [f"{len(poll.changes)} company(ies) asked, nothing new"]
    if poll.failures:
        said.append(f"no answer from {', '.join(sorted(poll.failures))}: " + "; ".join(poll.failures.values()))
    if cursor.owed:
        owed = "; ".join(f"{code}: {', '.join(months)}" for code, months in sorted(cursor.owed.items()))
        said.append(f"not fetched yet: {owed}")
    return ". ".join(said)


def _names(changes: Changes) -> set[str]:
    return {_name(each) for each in changes.changed} | {_name(each) for each in changes.deleted}


def _name(change: QuickBooksObject | Deletion) -> str:
    """The version of an object that a change tells of."""
    at = getattr(change, "modified_at", None) or getattr(change, "deleted_at", "")
    return f"{change.entity}/{change.id}/{getattr(change, 'sync_token', 'gone')}/{at}"
