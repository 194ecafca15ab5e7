"""Spans of the work: a run, its tables, their phases, calls of outside systems. Without an exporter they cost nothing.

A span holds names only: no text of an error, which may have been somebody else's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from monette_assets.telemetry import about
from monette_assets.telemetry.exporting import Exporter, exporter
from monette_assets.telemetry.measures import ASSET_SECONDS, PHASE_SECONDS, RUN_SECONDS, Measure

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Compute = TypeVar("Compute", bound=Callable[..., Iterator[Any]])

WELL, FAILED = "ok", "failed"


def record(measure: Measure, value: float, **told: str) -> None:
    """Tell a value of a measure, by its attributes. Raises ValueError for others than the measure is told by."""
    if set(told) != set(measure.told_by):
        raise ValueError(f"{measure.name}: expected {', '.join(measure.told_by)}, found {', '.join(told) or 'nothing'}")
    found = exporter()
    if found is not None:
        found.record(measure, value, told)


@contextmanager
def span(name: str, **what: str) -> Iterator[None]:
    """A span of the block, under the one it is in; `what` it is about is known to every line logged within."""
    found = exporter()
    with about.about(**_known(what)), nullcontext() if found is None else _within(_begun(found, name, what)):
        yield


@contextmanager
def phase(name: str, asset: str) -> Iterator[None]:
    """A phase of a table: its span and its seconds."""
    begun = time.perf_counter()
    with span(name, asset=asset):
        try:
            yield
        finally:
            record(PHASE_SECONDS, time.perf_counter() - begun, asset=asset, phase=name)


class RunSpan:
    """The span of a Dagster run, from its first resource to its last.

    It is handed on by hand, not by context: what Dagster begins and ends in generators has no context of its own.
    """

    def __init__(self, **what: str) -> None:
        self._what = {key: value for key, value in what.items() if value}
        self._begun = time.perf_counter()
        self._exporter = exporter()
        self._span = None if self._exporter is None else _begun(self._exporter, "run", self._what)
        self.failed = False

    @contextmanager
    def within(self) -> Iterator[None]:
        """The block belongs to the run."""
        with about.about(**_known(self._what)), nullcontext() if self._span is None else _current(self._span):
            yield

    def end(self) -> None:
        """End it, and send what the run has told: its process may end any moment."""
        outcome = FAILED if self.failed else WELL
        record(RUN_SECONDS, time.perf_counter() - self._begun, dagster_job=self._what.get("job", ""), outcome=outcome)
        if self._span is not None and self._exporter is not None:
            _end(self._span, failed=self.failed)
            self._exporter.flush()


def traced(asset: str) -> Callable[[Compute], Compute]:
    """Around the function of an asset that yields its events: the asset's span in its run's, and its seconds.

    The run comes with the resource `lake`.
    """

    def around(compute: Compute) -> Compute:
        @wraps(compute)
        def inner(context: Any) -> Iterator[Any]:
            run: RunSpan | None = getattr(context.resources.lake, "run_span", None)
            if run is None:
                yield from compute(context)
                return
            begun, steps, outcome = time.perf_counter(), compute(context), FAILED
            with run.within():
                found = exporter()
                whole = None if found is None else _begun(found, "asset", {"asset": asset})
            try:
                while True:
                    with run.within(), about.about(asset=asset), nullcontext() if whole is None else _current(whole):
                        try:
                            event = next(steps)
                        except StopIteration:
                            outcome = WELL
                            return
                    yield event  # Dagster's own work, outside of the span's context
            finally:
                steps.close()  # type: ignore[attr-defined]
                run.failed |= outcome == FAILED
                record(ASSET_SECONDS, time.perf_counter() - begun, asset=asset, outcome=outcome)
                if whole is not None:
                    _end(whole, failed=outcome == FAILED)

        return inner  # type: ignore[return-value]

    return around


def _known(what: Mapping[str, str]) -> dict[str, str]:
    """What of it every line logged within is about."""
    return {key: value for key, value in what.items() if key in about.KEYS and value}


def _begun(found: Exporter, name: str, what: Mapping[str, str]) -> Span:
    return found.tracer.start_span(name, attributes={f"monette.{key}": value for key, value in what.items()})


def _current(span: Span) -> AbstractContextManager[Any]:
    from opentelemetry.trace import use_span

    return use_span(span, record_exception=False, set_status_on_exception=False)


@contextmanager
def _within(span: Span) -> Iterator[None]:
    failed = True
    try:
        with _current(span):
            yield
        failed = False
    finally:
        _end(span, failed=failed)


def _end(span: Span, *, failed: bool) -> None:
    if failed:
        from opentelemetry.trace import StatusCode

        span.set_status(StatusCode.ERROR)
    span.end()
