"""Whether a collector takes what is exported to it."""

from __future__ import annotations

from monette_assets.telemetry.exporting import TelemetryError, endpoint, wanted


def collectors() -> list[str]:
    """Where which signal goes, each sent an empty export that was taken.

    Raises TelemetryError where one is not, or the packages for it are not installed.
    """
    signals = wanted()
    if not signals:
        return []
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics.export import MetricExportResult, MetricsData
        from opentelemetry.sdk.trace.export import SpanExportResult
    except ImportError:
        raise TelemetryError("OTEL_... needs OpenTelemetry; install `monette-assets[telemetry]`") from None
    taken = []
    for signal in signals:
        if signal == "TRACES":
            spans = OTLPSpanExporter(timeout=5)
            done = spans.export([]) is SpanExportResult.SUCCESS
            spans.shutdown()  # type: ignore[no-untyped-call]
        else:
            metrics = OTLPMetricExporter(timeout=5)
            done = metrics.export(MetricsData([])) is MetricExportResult.SUCCESS
            metrics.shutdown()
        if not done:
            raise TelemetryError(
                f"{endpoint(signal)} takes no {signal.lower()}; start the collector, or correct "
                "OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS"
            )
        taken.append(f"{signal.lower()} to {endpoint(signal)}")
    return taken
