"""What `monette live` watches: edits and faults as they were made, and a line on what the platform did about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median
from typing import TYPE_CHECKING

from monette_assets.automation.following import Story, refreshes, released, story, waiting

if TYPE_CHECKING:
    import dagster as dg
    from rich.console import RenderableType

    from monette_assets.automation.alerts.register import Kept
    from monette_assets.automation.following import Refreshed
    from monette_assets.commands.platform import Platform
    from monette_assets.commands.random_edits import Fault, Outside, Plan

INCIDENT_SECONDS = 360  # the sensor `alerts` looks every five minutes at least


@dataclass
class Followed:
    """One edit, and what became of it so far."""

    plan: Plan
    story: Story
    waited: tuple[datetime, datetime] | None = None  # the company did not answer the sensor: first and last seen so
    mended: datetime | None = None  # the fault was ended, or the company connected again
    incident: int | None = None  # that was opened for the fault
    spared: int = 0  # answers the fault had still to spoil when all was done


@dataclass
class Watch:
    """The edits made so far, and what became of each."""

    platform: Platform
    instance: dg.DagsterInstance
    outside: Outside
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    edits: list[Followed] = field(default_factory=list)
    _failed: set[str] = field(default_factory=set)  # refreshes
    _incidents: dict[int, Kept] = field(default_factory=dict)
    _before: frozenset[int] = frozenset()  # incidents that were open

    def __post_init__(self) -> None:
        self._before = frozenset(each.number for each in self._register())

    @property
    def open(self) -> list[Followed]:
        """Edits that are not released yet."""
        return [each for each in self.edits if not each.story.done]

    def free(self, company: str) -> bool:
        """Whether every edit of the company's is released: the next is told apart from them."""
        return all(each.plan.company != company for each in self.open)

    def make(self, plan: Plan) -> None:
        """Make an edit, with its fault."""
        self.edits.append(Followed(plan, Story(self.outside.make(plan))))

    def look(self) -> list[str]:
        """See what became of the edits, mend what only a person can; a line for each thing that is over now."""
        now = datetime.now(UTC)
        lines = list(self._look_at_incidents())
        runs, made = refreshes(self.instance, self.begun), released(self.platform.lake)
        silent = waiting(self.instance, now)
        for each in self.open:
            plan = each.plan
            each.story = story(plan.company, plan.months, each.story.changed, runs, made)
            if plan.fault is not None and plan.company in silent:
                each.waited = (each.waited[0] if each.waited else now, now)
            if plan.fault is not None and each.mended is None:
                lines += self._mend(each, plan.fault, now)
            if each.story.done:
                if plan.fault is not None:
                    each.spared = self.outside.end_faults(plan.company)
                lines += told(each, self.zone)
        return [*lines, *self._failures(runs)]

    @property
    def zone(self) -> tzinfo:
        """The group's."""
        return self.platform.group.time_zone

    def _mend(self, each: Followed, fault: Fault, now: datetime) -> Iterator[str]:
        """End what ends only by somebody's hand, once the platform is seen to wait for it."""
        company, at = each.plan.company, _clock(now, self.zone)
        if fault.times is None and (each.waited or each.story.attempts > 1 or each.story.done):
            self.outside.end_faults(company)
            each.mended = now
        elif fault.reconnects and each.waited:
            opened = [n for n, kept in self._incidents.items() if kept.incident.key == f"token:{company}"]
            if opened or now - each.waited[0] > timedelta(seconds=INCIDENT_SECONDS):
                from monette_assets.commands.outside_world import connect

                connect(self.platform.settings, self.platform.group, [company])
                each.mended, each.incident = now, max(opened, default=None)
                yield f"{at} {company} connected again, as `monette connect {company}` does"

    def _register(self) -> list[Kept]:
        from monette_assets.automation.alerts.register import register_of

        register = register_of(self.instance, self.platform.settings)
        return register.incidents(self.zone, since=self.begun)

    def _look_at_incidents(self) -> Iterator[str]:
        """A line for each incident that was opened or closed since the last look."""
        for kept in self._register():
            before = self._incidents.get(kept.number)
            self._incidents[kept.number] = kept
            if before is None and kept.number not in self._before:
                yield f"{kept.opened_at:%H:%M:%S} incident {kept.number} opened: {kept.incident.sentence}"
            if kept.closed_at is not None and (before is None or before.closed_at is None):
                yield (
                    f"{_clock(datetime.now(UTC), self.zone)} incident {kept.number} closed, over since "
                    f"{kept.closed_at:%H:%M:%S}: {kept.incident.sentence}"
                )

    def _failures(self, runs: list[Refreshed]) -> Iterator[str]:
        """A line for each refresh that failed since the last look."""
        for run in runs:
            if not run.failed or run.ended is None or run.run_id in self._failed:
                continue
            self._failed.add(run.run_id)
            late = sorted(set(run.months) - run.fetched)
            what = (
                f"did not get {', '.join(late)}: asked for again"
                if late
                else "failed; `monette check` and the interface say what"
            )
            yield f"{_clock(run.ended, self.zone)} refresh {run.run_id[:8]} {what}"

    def summary(self) -> Iterator[str]:
        """How it went."""
        done = [each.story.total for each in self.edits if each.story.total is not None]
        faults = sum(each.plan.fault is not None for each in self.edits)
        said = f"{len(self.edits)} edit(s), {faults} with a fault: {len(done)} released"
        if done:
            said += f", from edit to release {median(done):.0f} s in the median, {max(done):.0f} s at most"
        yield said
        own = [kept for number, kept in sorted(self._incidents.items()) if number not in self._before]
        closed = [kept for kept in own if kept.closed_at is not None]
        yield f"{len(own)} incident(s) opened, {len(closed)} of them closed"
        for kept in own:
            if kept.closed_at is None:
                over = f"not found any more since {kept.absent_since:%H:%M:%S}" if kept.absent_since else "open"
                yield f"incident {kept.number} is {over}: {kept.incident.sentence}"
        for each in self.open:
            yield f"not released: edit {each.plan.number}, {each.plan.company} {each.plan.what}"

    def pending(self) -> RenderableType:
        """What is under way, for a terminal."""
        from rich.table import Table

        table = Table(title="Under way", title_justify="left", box=None)
        for name in ("edit", "company", "what", "fault", "so far"):
            table.add_column(name, no_wrap=True)
        for each in self.open:
            fault = each.plan.fault.means if each.plan.fault else ""
            table.add_row(str(each.plan.number), each.plan.company, each.plan.what, fault, _so_far(each))
        return table


def told(each: Followed, zone: tzinfo) -> Iterator[str]:
    """The edit's line and, where it came with a fault, the fault's."""
    plan, known = each.plan, each.story
    at = _clock(known.changed, zone)
    yield f"{at} edit {plan.number}: {plan.company} {plan.what} | {_did(known, zone)}"
    if plan.fault is not None:
        yield f"{at} fault {plan.number}: {plan.company}, {_fault(each, plan.fault, zone)}"


def _did(known: Story, zone: tzinfo) -> str:
    parts = [f"seen by the sensor {_clock(known.seen, zone)}"]
    parts += [f"asked for again, the {known.attempts}. time {_clock(known.asked, zone)}"] if known.attempts > 1 else []
    parts += [f"refreshed in {known.worked:.1f} s"]
    if known.release is None:
        return f"{', '.join(parts)}, gold came out equal {_clock(known.ended, zone)}: {known.total:.1f} s"
    release = f"release {known.release.number} {_clock(known.release.at, zone)}"
    return f"{', '.join(parts)}, {release}: {known.total:.1f} s from edit to release"


def _fault(each: Followed, fault: Fault, zone: tzinfo) -> str:
    what = fault.means
    if fault.times is None:
        what += f" until {_clock(each.mended, zone)}"
    elif each.spared:
        what += f" ({each.spared} of {fault.times} came too late to be felt)"
    parts = []
    if each.incident is not None:
        parts.append(f"incident {each.incident}")
    if each.mended is not None and fault.reconnects:
        parts.append(f"connected again {_clock(each.mended, zone)}")
    if each.waited is not None:
        first, last = each.waited
        parts.append(f"{each.plan.company} waited {_clock(first, zone)} to {_clock(last, zone)}, the others went on")
    elif each.story.attempts > 1:
        parts.append(f"{each.plan.company} waited for the next refresh")
    else:
        parts.append("nobody waited")
    caught = each.story.release.at if each.story.release else each.story.ended
    return f"{what} | {', '.join([*parts, f'caught up {_clock(caught, zone)}'])}"


def _so_far(each: Followed) -> str:
    known = each.story
    if known.began is not None:
        return f"refreshing, asked {known.after(known.asked):.0f} s after"
    if known.seen is not None:
        return f"seen after {known.after(known.seen):.0f} s, the refresh is starting"
    return "its company does not answer" if each.waited and each.mended is None else "not seen yet"


def _clock(moment: datetime | None, zone: tzinfo) -> str:
    return "never" if moment is None else f"{moment.astimezone(zone):%H:%M:%S}"
