"""What the standard variables ask for is exported, to whom they say; nothing is imported where they ask for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event

import pytest

from monette_assets.telemetry import probing
from monette_assets.telemetry.exporting import Exporter, TelemetryError, exporter, wanted
from monette_assets.telemetry.measures import MEASURES, ROWS, Kind
from monette_assets.telemetry.spans import record, span
from monette_assets_tests.telemetry.collector import Collector, attributes

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
BOTH = ("TRACES", "METRICS")


@pytest.mark.parametrize(
    ("environment", "signals"),
    [
        ({}, ()),
        (ENDPOINT, BOTH),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, ("TRACES",)),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "none"}, ("TRACES",)),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "otlp"}, ("METRICS",)),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, ()),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, BOTH),
    ],
)
def test_what_is_exported_is_what_the_standard_variables_say(
    environment: dict[str, str], signals: tuple[str, ...]
) -> None:
    assert wanted(environment) == signals


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "expected http/protobuf .* port 4318.*, found grpc"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "expected http://collector:4318 or .* found neither http://"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "me:word@10.0.0.4:4318", "_ENDPOINT: expected http://10.0.0.4:4318 or"),
        (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "grpc://collector:4317",
            "_TRACES_ENDPOINT: .* found grpc:// before",
        ),
        ("OTEL_TRACES_EXPORTER", "zipkin", "OTEL_TRACES_EXPORTER: expected otlp or none, found zipkin"),
    ],
)
def test_what_is_not_spoken_is_said_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str, value: str, message: str
) -> None:
    with pytest.raises(TelemetryError, match=message):
        wanted({**ENDPOINT, variable: value})
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, value)
    exporter.cache_clear()
    try:
        with span("work"):
            record(ROWS, 1, asset="gold/ledger", change="added")
        assert caplog.text.count("nothing is exported") == 1
    finally:
        exporter.cache_clear()


def test_nothing_is_imported_where_nothing_is_exported() -> None:
    """Spans and measures are told all the same, and go nowhere."""
    code = (
        "import sys, monette_assets.definitions\n"
        "from monette_assets.telemetry.spans import RunSpan, record, span\n"
        "from monette_assets.telemetry.measures import ROWS\n"
        "with RunSpan(run='r').within(), span('work'): record(ROWS, 1, asset='a', change='added')\n"
        "print(sorted(each for each in sys.modules if each.startswith('opentelemetry')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_measure_comes_with_its_name_unit_and_attributes(exporting: Exporter, collector: Collector) -> None:
    for measure in MEASURES:
        for told_value in (1, 2):
            record(measure, told_value, **dict.fromkeys(measure.told_by, "x"))
    exporting.flush()
    came = {metric.name: metric for metric in collector.metrics}
    assert {(each.name, each.unit, each.description) for each in came.values()} == {
        (each.name, each.unit, each.description) for each in MEASURES
    }
    data = {Kind.COUNTER: "sum", Kind.HISTOGRAM: "histogram", Kind.GAUGE: "gauge"}
    for measure in MEASURES:
        assert came[measure.name].WhichOneof("data") == data[measure.kind]
        [(told, value)] = collector.values(measure.name).items()
        assert {name for name, _ in told} == set(measure.told_by)
        assert value == (3 if measure.kind is Kind.COUNTER else 2)
    [service] = {each["service.name"] for each in collector.resources}
    assert service == "monette"
    assert all(each["service.instance.id"] for each in collector.resources)


def test_a_measure_is_told_by_its_attributes_and_no_other() -> None:
    with pytest.raises(ValueError, match=r"monette.asset.rows: expected asset, change, found asset, document"):
        record(ROWS, 1, asset="gold/ledger", document="4711")


def test_spans_lie_in_one_another_and_tell_no_text_of_an_error(exporting: Exporter, collector: Collector) -> None:
    def refused() -> None:
        with span("whole", asset="gold/ledger"), span("part", company="north"):
            raise ValueError("THE-SECRET of somebody")

    with pytest.raises(ValueError, match="THE-SECRET"):
        refused()
    exporting.flush()
    part, whole = sorted(collector.spans, key=lambda each: each.name)
    assert (part.name, part.parent_span_id, part.trace_id) == ("part", whole.span_id, whole.trace_id)
    assert attributes(list(part.attributes)) == {"monette.company": "north"}
    assert [each.status.code for each in (part, whole)] == [2, 2]  # an error
    assert not any(b"THE-SECRET" in body for body in collector.bodies)


def test_a_collector_that_refuses_fails_nothing(exporting: Exporter, collector: Collector) -> None:
    collector.status = 400
    with span("work"):
        record(ROWS, 1, asset="gold/ledger", change="added")
    exporting.flush()
    assert collector.spans == []


def test_a_collector_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, exporting: Exporter, collector: Collector
) -> None:
    monkeypatch.setattr("monette_assets.telemetry.exporting.FLUSH_SECONDS", 0.1)
    collector.hangs = Event()
    with span("work"):
        pass
    for _ in range(2):
        exporting.flush()
    assert collector.spans == []  # it returned before it was answered
    collector.hangs.set()
    assert exporting._flushing is not None
    exporting._flushing.join(60)
    assert [each.name for each in collector.spans] == ["work"]


def test_doctor_says_whether_a_collector_takes_it(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probing.collectors() == []
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.replace("//", "//somebody:THE-SECRET@"))
    assert probing.collectors() == [f"traces to {collector.url}", f"metrics to {collector.url}"]
    collector.status = 401
    with pytest.raises(TelemetryError, match=f"{collector.url} takes no traces; .*OTEL_EXPORTER_OTLP_HEADERS"):
        probing.collectors()
