"""OpenTelemetry's SDK, where the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`) ask for it; else not imported.

Nothing that is told here may fail what it tells of: a collector that is absent, slow or refuses is logged, no more.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Mapping
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monette_assets.telemetry.measures import MEASURES, Kind, Measure

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

log = logging.getLogger(__name__)

NAME = "monette"
FLUSH_SECONDS = 5.0  # a run waits so long for a collector, once
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_SIGNALS = ("TRACES", "METRICS")
_PROTOCOL = "http/protobuf"


class TelemetryError(Exception):
    """What the variables of OpenTelemetry ask for cannot be done: what was expected, what was found."""


def wanted(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Which signals (`TRACES`, `METRICS`) are to be exported, by the variables of the OpenTelemetry specification.

    Raises TelemetryError for what this platform does not speak.
    """
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ()
    found = []
    for signal in _SIGNALS:
        exporter = environment.get(f"OTEL_{signal}_EXPORTER", "otlp") or "otlp"
        address = _of_signal(environment, "ENDPOINT", signal)
        if exporter == "none" or not address:
            continue
        if exporter != "otlp":
            raise TelemetryError(f"OTEL_{signal}_EXPORTER: expected otlp or none, found {exporter}")
        protocol = _of_signal(environment, "PROTOCOL", signal) or _PROTOCOL
        if protocol != _PROTOCOL:
            raise TelemetryError(
                f"OTEL_EXPORTER_OTLP_PROTOCOL: expected {_PROTOCOL} (a collector listens for it on port 4318), "
                f"found {protocol}"
            )
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            of_signal = f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"
            host = address.partition("?")[0].rpartition("@")[2].rpartition("://")[2].strip("/") or "HOST:4318"
            raise TelemetryError(
                f"{of_signal if environment.get(of_signal) else _ENDPOINT}: expected http://{host} or https://{host}, "
                f"found {f'{parts.scheme}://' if '://' in address else 'neither http:// nor https://'} before the host"
            )
        found.append(signal)
    return tuple(found)


def endpoint(signal: str) -> str:
    """Where a signal goes, without what may be a password in it."""
    found = urlsplit(_of_signal(os.environ, "ENDPOINT", signal))
    return f"{found.scheme}://{found.hostname}" + (f":{found.port}" if found.port else "")


def _of_signal(environment: Mapping[str, str], what: str, signal: str) -> str:
    return environment.get(f"OTEL_EXPORTER_OTLP_{signal}_{what}") or environment.get(f"OTEL_EXPORTER_OTLP_{what}", "")


class Exporter:
    """The SDK of one process: a tracer, a meter with every measure, and what sends both."""

    def __init__(self, signals: tuple[str, ...]) -> None:
        from opentelemetry.sdk.resources import Resource

        named = {"service.name": os.environ.get("OTEL_SERVICE_NAME") or NAME}  # OTEL_RESOURCE_ATTRIBUTES adds to it
        resource = Resource.create({**named, "service.instance.id": str(uuid.uuid4())})
        self._traces = _traces(resource, export="TRACES" in signals)
        self._metrics = _metrics(resource, export="METRICS" in signals)
        self.tracer: Tracer = self._traces.get_tracer(NAME)
        meter = self._metrics.get_meter(NAME)
        self._instruments = {measure.name: _instrument(meter, measure) for measure in MEASURES}
        self._flushing: Thread | None = None

    def record(self, measure: Measure, value: float, attributes: Mapping[str, str]) -> None:
        """Tell a value of a measure."""
        self._instruments[measure.name](value, dict(attributes))

    def flush(self) -> None:
        """Send what has been told so far, and wait for that some seconds: the SDK itself would wait for half a minute.

        A collector that has not taken the last of it is not waited for again.
        """
        if self._flushing is not None and self._flushing.is_alive():
            return
        self._flushing = Thread(target=self._send, name="telemetry", daemon=True)
        self._flushing.start()
        self._flushing.join(FLUSH_SECONDS)

    def shutdown(self) -> None:
        """Send what is left, and end."""
        self._traces.shutdown()
        self._metrics.shutdown()

    def _send(self) -> None:
        self._traces.force_flush()
        self._metrics.force_flush()


@cache
def exporter() -> Exporter | None:
    """The process's exporter; None where nothing is to be exported."""
    try:
        signals = wanted()
        return Exporter(signals) if signals else None
    except TelemetryError as error:
        log.warning("nothing is exported: %s", error)
    except ImportError:
        log.warning("nothing is exported: OTEL_... needs OpenTelemetry; install `monette-assets[telemetry]`")
    return None


def _traces(resource: Any, *, export: bool) -> TracerProvider:
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # a run has sent its own; nobody waits at exit
    if export:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _metrics(resource: Any, *, export: bool) -> MeterProvider:
    from opentelemetry.sdk.metrics import MeterProvider

    if not export:
        return MeterProvider(resource=resource, shutdown_on_exit=False)
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    return MeterProvider([reader], resource=resource, shutdown_on_exit=False)


_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600)


def _instrument(meter: Meter, measure: Measure) -> Any:
    told = {"unit": measure.unit, "description": measure.description}
    if measure.kind is Kind.COUNTER:
        return meter.create_counter(measure.name, **told).add
    if measure.kind is Kind.GAUGE:
        return meter.create_gauge(measure.name, **told).set
    return meter.create_histogram(measure.name, **told, explicit_bucket_boundaries_advisory=_SECONDS).record
