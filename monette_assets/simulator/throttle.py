"""QuickBooks' request limits per company: per second, per minute, and at the same time."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ThrottledError(Exception):
    """A request beyond a limit."""


class Throttle:
    """Counts each company's requests of the last minute and those under way. `clock` gives seconds."""

    def __init__(self, per_second: int, per_minute: int, concurrent: int, clock: Callable[[], float]) -> None:
        self.per_second, self.per_minute, self.concurrent, self.clock = per_second, per_minute, concurrent, clock
        self._times: dict[str, deque[float]] = defaultdict(deque)
        self._under_way: dict[str, int] = defaultdict(int)

    @contextmanager
    def request(self, realm: str) -> Iterator[None]:
        """One request, from its arrival to its answer. Raises ThrottledError; a refused request does not count."""
        now, times = self.clock(), self._times[realm]
        while times and times[0] <= now - 60:
            times.popleft()
        last_second = sum(1 for moment in times if moment > now - 1)
        if last_second >= self.per_second or len(times) >= self.per_minute or self._under_way[realm] >= self.concurrent:
            raise ThrottledError(realm)
        times.append(now)
        self._under_way[realm] += 1
        try:
            yield
        finally:
            self._under_way[realm] -= 1
