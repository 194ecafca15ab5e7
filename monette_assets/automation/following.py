"""What the platform did about a change: when it was seen, refreshed and released, as Dagster's runs and releases say.

A change of a company's months is seen with the first refresh created after it that is asked for one of them, and
refreshed with the one after which each of its months was fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.scheduler.instigation import TickStatus

from monette_assets.automation import changes, refresh_job
from monette_assets.automation.cursors import cursor_text, read_cursor, sensor_state
from monette_assets.automation.owed import Cursor
from monette_assets.tables import releases
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.lake import Lake


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A run of the job `refresh`: which months of which companies, when, and which companies it did not get."""

    run_id: str
    months: Mapping[str, frozenset[str]]
    created: datetime
    began: datetime | None
    ended: datetime | None
    fetched: frozenset[str]  # companies
    failed: bool = False

    def answers(self, company: str, months: Collection[date]) -> bool:
        """Whether it was asked for one of these months."""
        return bool(self.months.get(company, frozenset()) & {month_key(month) for month in months})


@dataclass(frozen=True, slots=True)
class Released:
    """A release: its number and when it was made."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """What became of one change so far; None for what has not come yet."""

    changed: datetime
    seen: datetime | None = None  # a refresh was asked for, the first
    asked: datetime | None = None  # and the last, where it took several
    began: datetime | None = None  # that last one
    ended: datetime | None = None
    release: Released | None = None  # that holds it; none where gold came out equal
    attempts: int = 0

    @property
    def done(self) -> bool:
        """Whether it is in gold as readers see it."""
        return self.ended is not None

    def after(self, moment: datetime | None) -> float | None:
        """Seconds from the change to a moment."""
        return None if moment is None else (moment - self.changed).total_seconds()

    @property
    def total(self) -> float | None:
        """Seconds from the change to its release, or to the end of a refresh that had nothing to release."""
        return self.after(self.release.at if self.release else self.ended) if self.done else None

    @property
    def worked(self) -> float | None:
        """Seconds of that refresh, up to the release."""
        if self.began is None or self.ended is None:
            return None
        return ((self.release.at if self.release else self.ended) - self.began).total_seconds()


def refreshes(instance: dg.DagsterInstance, since: datetime) -> list[Refreshed]:
    """Every run of the job created since, the earliest first."""
    filters = dg.RunsFilter(job_name=refresh_job.JOB, created_after=since)
    found = []
    for record in reversed(instance.get_run_records(filters)):
        run = record.dagster_run
        months = {company: frozenset(keys) for company, keys in refresh_job.config_of(run).get("months", {}).items()}
        found.append(
            Refreshed(
                run_id=run.run_id,
                months=months,
                created=record.create_timestamp.astimezone(UTC),
                began=_moment(record.start_time),
                ended=_moment(record.end_time) if run.is_finished else None,
                fetched=frozenset(refresh_job.fetched_of(run, months)),
                failed=run.status is dg.DagsterRunStatus.FAILURE,
            )
        )
    return found


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def released(lake: Lake) -> list[Released]:
    """Every release, in order."""
    if not lake.exists(releases.NAME):
        return []
    rows = lake.read(releases.NAME, columns=["number", "released_at"]).to_pylist()
    return [Released(row["number"], row["released_at"]) for row in sorted(rows, key=lambda row: int(row["number"]))]


def waiting(instance: dg.DagsterInstance, moment: datetime) -> frozenset[str]:
    """The companies that did not answer when the sensor `quickbooks_changes` asked them last."""
    return frozenset(read_cursor(Cursor, cursor_text(instance, changes.SENSOR), moment).silent)


def ticked(instance: dg.DagsterInstance, since: datetime) -> bool:
    """Whether a tick of the sensor `quickbooks_changes` has begun and ended since."""
    state = sensor_state(instance, changes.SENSOR)
    over = [TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.FAILURE]
    return state is not None and bool(
        instance.get_ticks(state.instigator_origin_id, state.selector_id, after=since.timestamp(), statuses=over)
    )


def story(
    company: str,
    months: Collection[date],
    changed: datetime,
    runs: Sequence[Refreshed],
    made: Sequence[Released],
) -> Story:
    """What became of a change of these months.

    A refresh that fetched it but failed a check has released nothing; it is done with the next release, whoever makes
    it.
    """
    answering = [run for run in runs if run.created >= changed and run.answers(company, months)]
    missing = {month_key(month) for month in months}
    for attempts, run in enumerate(answering, 1):
        so_far = Story(changed, answering[0].created, run.created, run.began, None, None, attempts)
        if run.ended is None or run.began is None:
            return so_far
        if company in run.fetched:
            missing -= run.months[company]
        if missing:
            continue
        after = [each for each in made if each.at >= run.began]
        within = [each for each in after if each.at <= run.ended]
        release = within[-1] if within else after[0] if after and run.failed else None
        ended = max(run.ended, release.at) if release else None if run.failed else run.ended
        return Story(changed, answering[0].created, run.created, run.began, ended, release, attempts)
    return so_far if answering else Story(changed)
