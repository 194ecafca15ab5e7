"""QuickBooks' limits, kept side by side for all companies: 10 a second, 500 a minute and 10 at once per company.

A call is counted from its start until a second (a minute) after its end. QuickBooks counts it somewhere in between, so
no delay on the way can make it see one too many; a limiter that counts starts lets slow calls arrive together, and
a 429 costs a minute. The counts are this process's own: where several processes call for one company, the 429 is what
tells them, and it holds back every thread that calls for that company, not only the one that met it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock

from monette_assets.sources.http import Clock

_A_MOMENT = 0.001  # past the limit, not on it


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests per company, requests at once over all companies, seconds to wait after a 429 without Retry-After."""

    per_second: int = 10
    per_minute: int = 500
    at_once_per_company: int = 10
    at_once: int = 40
    throttle_wait: float = 60.0
    longest_throttle_wait: float = 600.0  # whatever Retry-After says


@dataclass(slots=True)
class _Counts:
    """A company's calls: how many are under way, when the others ended (ascending), and until when it is held back."""

    places: BoundedSemaphore
    under_way: int = 0
    ended: deque[float] = field(default_factory=deque)
    held_until: float = float("-inf")


class Gate:
    """Lets a call through when its company's limits allow it."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = Lock()
        # With no more places than calls a second, somebody who must wait always waits for a call that has ended.
        places = min(limits.at_once_per_company, limits.per_second, limits.per_minute)
        self._counts: defaultdict[str, _Counts] = defaultdict(lambda: _Counts(BoundedSemaphore(places)))
        self._places = BoundedSemaphore(limits.at_once)

    @contextmanager
    def passing(self, company: str) -> Iterator[None]:
        """Wait for the company's turn, and hold one of its places (and of everybody's) meanwhile."""
        with self._lock:
            counts = self._counts[company]
        # Everybody's place is taken last, so that a company that waits takes none from the others.
        with counts.places:
            while wait := self._wait(counts):
                self._clock.sleep(wait)
            try:
                with self._places:
                    yield
            finally:
                with self._lock:
                    counts.under_way -= 1
                    counts.ended.append(self._clock.monotonic())

    def hold(self, company: str, seconds: float | None) -> None:
        """Let no call of the company through for `seconds` (None: the configured wait): it was throttled."""
        wait = self._limits.throttle_wait if seconds is None else min(seconds, self._limits.longest_throttle_wait)
        until = self._clock.monotonic() + wait
        with self._lock:
            counts = self._counts[company]
            counts.held_until = max(until, counts.held_until)

    def _wait(self, counts: _Counts) -> float:
        """Seconds until the company's next call may be tried; 0 where it may go now, and is counted."""
        with self._lock:
            now = self._clock.monotonic()
            if counts.held_until > now:
                return counts.held_until - now
            while counts.ended and counts.ended[0] < now - 60:
                counts.ended.popleft()
            for limit, seconds in ((self._limits.per_minute, 60), (self._limits.per_second, 1)):
                # The call whose end must be left behind so that one more fits under the limit.
                position = counts.under_way + len(counts.ended) - limit
                if position >= 0 and (wait := counts.ended[position] + seconds - now) >= 0:
                    return wait + _A_MOMENT
            counts.under_way += 1
            return 0.0
