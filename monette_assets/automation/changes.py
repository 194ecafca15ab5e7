"""The sensor `quickbooks_changes`: what was edited in QuickBooks is on its way to gold within a minute.

Every company is asked for its changes since it was last asked (change data capture): all of them every so often, and
at once those of which there is a notice, left by the receiver of webhooks or the nightly comparison. Changes become
months owed; months are owed until a refresh has fetched them, so that neither a tick that dies, a run that fails nor a
company that is cut off loses anything. It is the only owner of what is owed: who else hears something leaves a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from monette_assets.automation import chain, refresh_job
from monette_assets.automation.abandoned import fail_abandoned
from monette_assets.automation.affected import affected_months, every_month
from monette_assets.automation.cursors import read_cursor
from monette_assets.automation.owed import (
    REQUEST_TAG,
    Cursor,
    Months,
    Tried,
    attempts_of,
    merged,
    next_request,
    settled,
)
from monette_assets.automation.polling import BUDGET_SECONDS, Poll, ask, asks_to_connect
from monette_assets.clock import now
from monette_assets.tables.partitions import month_key, periods_of

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.resources import QuickBooks
    from monette_assets.sources.quickbooks.notices import Notice
    from monette_assets.sources.quickbooks.objects import Changes, Deletion, QuickBooksObject

SENSOR = "quickbooks_changes"
INTERVAL_SECONDS = 5  # between looks for notices, which cost nothing
ASK_AGAIN_AFTER = timedelta(seconds=30)  # who has not answered, whatever notices there are
PATIENCE = timedelta(minutes=5)  # so long a poll that is due waits for refreshes that others asked for
OVERLAP = timedelta(minutes=2)  # QuickBooks' clock is not ours
FIRST_OVERLAP = timedelta(hours=1)  # an ingest takes its time: what changed while it ran may be half in
BRONZE = ("bronze/quickbooks_objects", "bronze/quickbooks_reports")


def build(group: Group, job: dg.JobDefinition, poll_every: timedelta) -> dg.SensorDefinition:
    """The sensor. Needs resources `lake`, `quickbooks` and `notices`. All companies are asked once in `poll_every`."""

    @dg.sensor(
        name=SENSOR,
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={"lake", "quickbooks", "notices"},
        description="Asks companies what changed and refreshes the months it touches, and what lies below them.",
    )
    def quickbooks_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        resources = context.resources
        newest = resources.notices.newest()
        return tick(context, group, resources.lake.lake, resources.quickbooks, notices=newest, poll_every=poll_every)

    return quickbooks_changes


def tick(
    context: dg.SensorEvaluationContext,
    group: Group,
    lake: Lake,
    quickbooks: QuickBooks,
    moment: datetime | None = None,
    *,
    notices: Mapping[str, Notice] | None = None,
    poll_every: timedelta = timedelta(0),
    budget_seconds: float = BUDGET_SECONDS,
) -> dg.SensorResult | dg.SkipReason:
    """One look at the companies whose turn it is: at most one request for a refresh. `moment` is now, aware."""
    moment = moment or now(group)
    cursor = read_cursor(Cursor, context.cursor, moment)
    unheard = news(group, cursor, notices or {}, moment)
    everybody = cursor.polled is None or not timedelta(0) <= moment - cursor.polled < poll_every
    if not everybody and not unheard:
        return dg.SkipReason(f"no notice; every company is asked again {poll_every.total_seconds():g} s after the last")
    if (held_up := _held_up(context, cursor, moment, poll_every)) is not None:
        return held_up
    latest = chain.latest_period(lake)
    if latest is None:
        return dg.SkipReason("nothing is ingested yet, so nothing can have changed: `monette run` comes first")
    cursor = settled(cursor, context.instance)
    since = _since(group, lake, cursor, moment)
    if not everybody:
        since = {code: since[code] for code in {notice.company for notice in unheard.values()}}
    poll = ask(quickbooks, since, cursor.asked, budget_seconds)
    for company, why in poll.failures.items():
        context.log.error(f"{company}: no changes heard, the other companies go on: {why}")
    unheard = {name: notice for name, notice in unheard.items() if notice.company in poll.changes}
    told = _new_months(group, lake, poll, cursor, latest=latest, today=moment.date())
    new = opened(group, merged(told, _named(group, unheard.values(), latest)), latest)
    cursor = _after(cursor, poll, unheard, new, moment, everybody=everybody)
    request = next_request(cursor, poll, new, moment)
    if request is None:
        return dg.SensorResult(skip_reason=_why_not(poll, cursor), cursor=cursor.model_dump_json())
    tried = {code: Tried(attempts=count, at=moment) for code, count in attempts_of(cursor, request.months, new).items()}
    asked = cursor.model_copy(update={"request": request, "tried": {**cursor.tried, **tried}})
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=request.key,
                run_config=refresh_job.run_config(
                    refresh_job.Refresh(
                        months=request.months, whole=[code for code in cursor.whole if code in request.months]
                    )
                ),
                tags={REQUEST_TAG: request.key},
            )
        ],
        cursor=asked.model_dump_json(),
    )


def _held_up(
    context: dg.SensorEvaluationContext, cursor: Cursor, moment: datetime, poll_every: timedelta
) -> dg.SensorResult | dg.SkipReason | None:
    """Why nobody is asked yet, if so: a refresh that was killed is tried again, or one waits or runs."""
    abandoned = fail_abandoned(context.instance)
    for run_id in abandoned:
        context.log.warning(f"run {run_id[:8]}: its process is gone; marked failed, its months are still owed")
    if refresh_job.tried_again(context.instance, abandoned):
        return dg.SkipReason("a refresh was killed and is tried again; changes are asked for after it")
    running = refresh_job.active(context.instance)
    if not running or not _waits(cursor, running, moment, poll_every):
        return None
    said = f"refresh {running[0].run_id[:8]} is {running[0].status.value.lower()}; changes are asked for after it"
    if context.cursor:
        return dg.SkipReason(said)
    return dg.SensorResult(skip_reason=said, cursor=cursor.model_dump_json())  # it says since when it waits


def _waits(cursor: Cursor, running: Iterable[dg.DagsterRun], moment: datetime, poll_every: timedelta) -> bool:
    """Whether companies are asked only after the refreshes that run: not for ever, since one may follow the other.

    What others asked for is fetched before what is asked for now, which waits in the queue. One's own refresh is waited
    for to its end: it settles what is owed.
    """
    if cursor.request is not None and any(run.tags.get(REQUEST_TAG) == cursor.request.key for run in running):
        return True
    due = cursor.begun if cursor.polled is None else cursor.polled + poll_every
    return -poll_every <= moment - due < PATIENCE  # before that: a clock was set back


def news(group: Group, cursor: Cursor, notices: Mapping[str, Notice], moment: datetime) -> dict[str, Notice]:
    """The notices to look into: of companies of the group, not looked into yet.

    A company that did not answer is left alone for a while, and so is its notice.
    """
    known = {company.code for company in group.companies}
    waiting = {code for code in cursor.silent if timedelta(0) <= moment - cursor.asked[code] < ASK_AGAIN_AFTER}
    return {
        name: notice
        for name, notice in notices.items()
        if notice.company in known - waiting and cursor.heard.get(name) != notice.mark
    }


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


def _after(
    cursor: Cursor, poll: Poll, looked_into: Mapping[str, Notice], new: Months, moment: datetime, *, everybody: bool
) -> Cursor:
    """The cursor after an answer. Whose turn did not come are asked at the next tick."""
    asked_for = len(poll.changes) + len(poll.failures)
    answered = {code: found.until for code, found in poll.changes.items()}
    silent = {*cursor.silent, *(poll.begun & set(poll.failures))} - set(answered)
    return cursor.model_copy(
        update={
            "since": {**cursor.since, **answered},
            "asked": {**cursor.asked, **dict.fromkeys(poll.begun, moment)},
            "silent": sorted(silent),
            "refused": sorted(code for code in silent if _is_refused(code, cursor, poll)),
            "polled": moment if everybody and len(poll.begun) == asked_for else cursor.polled,
            "heard": {**cursor.heard, **{name: notice.mark for name, notice in looked_into.items()}},
            "seen": {**cursor.seen, **{code: sorted(_names(found)) for code, found in poll.changes.items()}},
            "owed": merged(cursor.owed, new),
            "whole": sorted({*cursor.whole, *(notice.company for notice in looked_into.values() if notice.months)}),
        }
    )


def _is_refused(company: str, cursor: Cursor, poll: Poll) -> bool:
    """Whether it has to be connected again, as its newest answer said."""
    why = poll.failures.get(company)
    return company in cursor.refused if why is None else asks_to_connect(why, company)


def _named(group: Group, notices: Iterable[Notice], latest: date) -> Months:
    """The months that notices name, as far as the lake holds them."""
    named: Months = {}
    for notice in notices:
        held = {month_key(period) for period in every_month(group, notice.company, latest=latest)}
        named = merged(named, {notice.company: held & set(notice.months)})
    return {code: months for code, months in named.items() if months}


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
