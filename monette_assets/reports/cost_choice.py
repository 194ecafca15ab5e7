"""Which of the estimated engines and machines to take: the cheapest that can be run from here and is done in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monette_assets.reports.cost_plan import Candidate


@dataclass(frozen=True)
class Start:
    """When the work begins, and until when it has to be done, if by any time."""

    at: datetime
    until: datetime | None = None

    def ends(self, candidate: Candidate) -> datetime:
        """The minute by which it is done at the latest, by the clock it began by; never one before that."""
        exactly = self._ends(candidate)
        begun = exactly.replace(second=0, microsecond=0)
        return (begun if begun == exactly else begun + timedelta(minutes=1)).astimezone(self.at.tzinfo)

    def in_time(self, candidate: Candidate) -> bool:
        """Whether it is sure to be."""
        return self.until is None or self._ends(candidate) <= self.until.astimezone(UTC)

    def _ends(self, candidate: Candidate) -> datetime:
        # in UTC: within a time zone, the hour that a clock is put forward or back counts for nothing
        return self.at.astimezone(UTC) + timedelta(seconds=candidate.seconds.high)


def choice(every: Sequence[Candidate], start: Start) -> Candidate | None:
    """The one of the lowest likely cost that can be run from here and is done in time; None where none is."""
    fit = [each for each in every if each.not_runnable is None and start.in_time(each)]
    return min(fit, key=lambda each: (each.cost[1], each.seconds.likely), default=None)


def verdict(every: Sequence[Candidate], start: Start, currency: str) -> str:
    """The choice in a sentence; or, where there is none, which is the soonest."""
    best = choice(every, start)
    if best is not None:
        within = f" that is done by {start.until:%Y-%m-%d %H:%M}" if start.until else ""
        return f"Cheapest{within}: {_told(best, currency)}"
    runnable = [each for each in every if each.not_runnable is None]
    if not runnable:
        return "None can be run from here"
    soonest = min(runnable, key=lambda each: each.seconds.high)
    return (
        f"None is sure to be done by {start.until:%Y-%m-%d %H:%M}; the soonest is {soonest.place.engine} on "
        f"{soonest.place.sku}, at {start.ends(soonest):%Y-%m-%d %H:%M} at the latest"
    )


def left_out(every: Sequence[Candidate], asked: Candidate | None, currency: str) -> list[str]:
    """Why engines cannot be run from here; of the one that was `asked` for by name also what it would cost."""
    reasons = {each.place.engine: each.not_runnable for each in every if each.not_runnable is not None}
    told = []
    if asked is not None and (reason := reasons.pop(asked.place.engine, None)) is not None:
        told = [f"Asked for, but cannot be run from here: {_told(asked, currency)}: {reason}"]
    return told + [f"Not chosen, cannot be run from here: {engine}: {reason}" for engine, reason in reasons.items()]


def _told(candidate: Candidate, currency: str) -> str:
    low, likely, high = candidate.cost
    return f"{candidate.place.engine} on {candidate.place.sku}, {likely:,.4f} {currency} ({low:,.4f} to {high:,.4f})"
