"""A collector over loopback: takes OTLP by HTTP as protobuf, and keeps what it was told."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monette_assets_tests.sources.serving import serving


@dataclass
class Collector:
    """What came, decoded. `status` is what it answers."""

    url: str = ""
    status: int = 200
    hangs: Event | None = None  # until it is set, nothing is answered
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        routes = [Route(f"/v1/{signal}", self._taken, methods=["POST"]) for signal in ("traces", "metrics")]
        return Starlette(routes=routes)

    async def _taken(self, request: Request) -> Response:
        body = await request.body()
        if self.hangs is not None:
            await run_in_threadpool(self.hangs.wait)
        assert request.headers["content-type"] == "application/x-protobuf"
        body = gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body
        if self.status == 200:
            self.bodies.append(body)
            (self._traces if request.url.path.endswith("traces") else self._metrics)(body)
        return Response(status_code=self.status, media_type="application/x-protobuf")

    def _traces(self, body: bytes) -> None:
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(attributes(each.resource.attributes))
            self.spans += [span for scope in each.scope_spans for span in scope.spans]

    def _metrics(self, body: bytes) -> None:
        for each in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            self.resources.append(attributes(each.resource.attributes))
            self.metrics += [metric for scope in each.scope_metrics for metric in scope.metrics]

    def values(self, name: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The last told value of each series of a measure, by its attributes; of a histogram, how many values."""
        found = {}
        for metric in self.metrics:
            if metric.name == name:
                for point in getattr(metric, metric.WhichOneof("data") or "").data_points:
                    value = point.count if hasattr(point, "bucket_counts") else point.as_int or point.as_double
                    found[tuple(sorted(attributes(point.attributes).items()))] = value
        return found

    def under(self, parent: Span) -> list[Span]:
        """The spans right below one."""
        return [span for span in self.spans if span.parent_span_id == parent.span_id]


def attributes(pairs: Iterator[KeyValue] | list[KeyValue]) -> dict[str, str]:
    """Attributes as a plain dictionary."""
    return {pair.key: pair.value.string_value for pair in pairs}


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that listens."""
    made = Collector()
    with serving(made.app()) as made.url:
        yield made
