"""A call of an outside system: its span, its seconds, its answer and how long that is."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from monette_assets.telemetry.measures import BYTES, CALL_SECONDS, CALLS
from monette_assets.telemetry.spans import record, span

log = logging.getLogger(__name__)

NONE = "none"  # no answer came


class Call:
    """One call. `kind` is what is asked for: the name of a report, of a list, of a series."""

    def __init__(self, source: str, company: str, kind: str) -> None:
        self._source, self._company, self._kind = source, company, kind
        self._answer, self._bytes = NONE, 0

    def answered(self, status: int, size: int) -> None:
        """What came: an HTTP status, and so many bytes."""
        self._answer, self._bytes = str(status), size

    @contextmanager
    def made(self) -> Iterator[None]:
        """The block makes the call."""
        begun = time.perf_counter()
        told = {"source": self._source, "company": self._company}
        with span(f"call {self._source}", **told, kind=self._kind):
            try:
                yield
            finally:
                seconds = time.perf_counter() - begun
                record(CALL_SECONDS, seconds, **told)
                record(CALLS, 1, **told, kind=self._kind, answer=self._answer)
                if self._bytes:
                    record(BYTES, self._bytes, **told, kind=self._kind)
                level = logging.DEBUG if self._answer.startswith("2") else logging.INFO  # who gives up says so
                log.log(level, "%s %s: answer %s, %.3f s", self._source, self._kind, self._answer, seconds)
