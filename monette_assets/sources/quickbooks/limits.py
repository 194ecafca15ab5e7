"""QuickBooks' limits, kept side by side for all companies: 10 a second, 500 a minute and 10 at once per company.

The counts are this process's own. Where several processes call for one company, QuickBooks' 429 is what tells them, and
it holds back every thread that calls for that company, not only the one that met it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from monette_assets.sources.http import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests per company, requests at once over all companies, seconds to wait after a 429 without Retry-After."""

    per_second: int = 10
    per_minute: int = 500
    at_once_per_company: int = 10
    at_once: int = 40
    throttle_wait: float = 60.0


class Gate:
    """Lets a call through when its company's limits allow it."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = Lock()
        self._held_until: dict[str, float] = {}
        self._buckets: defaultdict[str, InMemoryBucket] = defaultdict(self._bucket)
        self._company_slots: defaultdict[str, BoundedSemaphore] = defaultdict(
            lambda: BoundedSemaphore(limits.at_once_per_company)
        )
        self._slots = BoundedSemaphore(limits.at_once)

    @contextmanager
    def passing(self, company: str) -> Iterator[None]:
        """Wait for the company's turn, and hold one of its places (and of everybody's) meanwhile."""
        with self._lock:
            company_slots = self._company_slots[company]
        with company_slots:
            while wait := self._wait(company):
                self._clock.sleep(wait)
            with self._slots:  # taken last: a company that waits takes no place from the others
                yield

    def hold(self, company: str, seconds: float | None) -> None:
        """Let no call of the company through for `seconds` (None: the configured wait): it was throttled."""
        until = self._clock.monotonic() + (self._limits.throttle_wait if seconds is None else seconds)
        with self._lock:
            self._held_until[company] = max(until, self._held_until.get(company, until))

    def _bucket(self) -> InMemoryBucket:
        return InMemoryBucket([Rate(self._limits.per_second, 1_000), Rate(self._limits.per_minute, 60_000)])

    def _wait(self, company: str) -> float:
        """Seconds until the company's next call may go; 0 where this one was counted and may go now."""
        with self._lock:
            now = self._clock.monotonic()
            held = self._held_until.get(company, now) - now
            if held > 0:
                return held
            bucket = self._buckets[company]
            item = RateItem(company, int(now * 1_000))
            bucket.leak(item.timestamp)
            if bucket.put(item):
                return 0.0
            wait = bucket.waiting(item)
            assert isinstance(wait, int)  # awaitable for asynchronous buckets only
            return max(1, wait) / 1_000
