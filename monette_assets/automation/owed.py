"""What the sensor `quickbooks_changes` remembers: whom it heard to when, and which months it owes.

A month is owed from when its change is heard until a refresh has fetched it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

import dagster as dg
from pydantic import BaseModel, ConfigDict

from monette_assets.automation import refresh_job
from monette_assets.automation.polling import Poll

REQUEST_TAG = "monette/request"  # on a run: the request of a sensor that it answers
RETRY_AFTER = timedelta(minutes=5)  # after the first attempt; after each further one twice as long
LONGEST_WAIT = timedelta(hours=1)  # an outage of any length costs an attempt an hour, and ends by itself

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
    """What the sensor remembers from tick to tick; a new one starts from what bronze holds."""

    model_config = ConfigDict(extra="forbid")

    begun: datetime  # part of every run key: a lost cursor never repeats the keys of the one before
    since: dict[str, datetime] = {}  # by company: every change before is owed or fetched
    asked: dict[str, datetime] = {}  # by company: when its turn was last, whether or not it answered
    silent: list[str] = []  # companies that did not answer when they were last asked
    refused: list[str] = []  # those of them that have to be connected again
    polled: datetime | None = None  # when all were asked
    heard: dict[str, str] = {}  # by source and company: the mark of the newest notice that was looked into
    seen: dict[str, list[str]] = {}  # by company: the newest answer's changes, which the overlap tells again
    owed: Months = {}  # not fetched yet, as far as we know
    whole: list[str] = []  # companies whose documents changed unheard: they are all read when the months are fetched
    tried: dict[str, Tried] = {}  # by company, of those that owe
    request: Request | None = None


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
            "whole": [code for code in cursor.whole if code not in fetched],
            "tried": {code: tried for code, tried in cursor.tried.items() if code not in fetched},
            "request": request.model_copy(update={"months": asked}) if asked else None,
        }
    )


def retry_after(attempts: int, first: timedelta = RETRY_AFTER, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """How long what is owed waits after so many attempts that did not bring it: doubling from `first` to `longest`."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return min(first * doubled, longest)


def merged(months: Mapping[str, Iterable[str]], more: Mapping[str, Iterable[str]]) -> Months:
    """Both, company by company."""
    return {code: sorted({*months.get(code, ()), *more.get(code, ())}) for code in {**months, **more}}


def next_request(cursor: Cursor, poll: Poll, new: Months, moment: datetime) -> Request | None:
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
    # Run keys are remembered for ever. The same cursor, changes and notices give the same key, so that a tick that is
    # repeated asks for nothing twice; anything else gives another.
    told = {code: cursor.seen.get(code, []) for code in due}
    heard = {name: mark for name, mark in cursor.heard.items() if name.split("/")[-1] in due}
    content = json.dumps(
        [due, told, heard, attempts_of(cursor, due, new), cursor.begun.isoformat(), last.key if last else ""],
        sort_keys=True,
        ensure_ascii=True,
    )
    return Request(key=sha256(content.encode()).hexdigest()[:20], months=due, at=moment)


def attempts_of(cursor: Cursor, due: Months, new: Months) -> dict[str, int]:
    """Which attempt it is for each company; what is new begins at one."""
    before = {code: cursor.tried[code].attempts for code in due if code in cursor.tried and code not in new}
    return {code: before.get(code, 0) + 1 for code in due}
