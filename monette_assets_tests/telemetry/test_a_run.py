"""A run of the command, told to a collector and to a file: run, tables, phases, calls, and lines of JSON about them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from monette_assets.credentials import token_store
from monette_assets.telemetry.measures import MEASURES
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.sources.serving import serving
from monette_assets_tests.telemetry.collector import Collector, attributes

REPORTS, TIE_OUT = "bronze/quickbooks_reports", "gold/tie_out"
PHASES = {"engine", "audit", "compare", "publish"}


@dataclass
class Told:
    """What a run told: to the collector, and as lines of a file."""

    collector: Collector
    lines: list[dict[str, str]]
    text: str


@pytest.fixture(scope="module")
def told(small_world: SmallWorld, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """December of the small world is fetched again, where nothing is new, and a gold table computed again."""
    collector, logs = Collector(), tmp_path_factory.mktemp("logs") / "monette.jsonl"
    with serving(collector.app()) as collector.url:
        subprocess.run(
            [sys.executable, "-m", "monette_assets.cli", "run", "--from", "2024-12", "--to", "2024-12",
             "--select", f"{REPORTS},{TIE_OUT}"],
            env={**os.environ, **small_world.environment, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                 "OTEL_SERVICE_NAME": "farm", "MONETTE_LOGS": str(logs)},
            capture_output=True,
            check=True,
        )  # fmt: skip
    text = logs.read_text()
    return Told(collector, [json.loads(line) for line in text.splitlines()], text)


def test_tables_lie_in_their_run_and_phases_and_calls_in_their_table(told: Told) -> None:
    runs = [span for span in told.collector.spans if span.name == "run"]
    assert all(not run.parent_span_id and attributes(list(run.attributes))["monette.run"] for run in runs)
    assert len({attributes(list(run.attributes))["monette.chain"] for run in runs}) == 1  # one command
    tables = {
        attributes(list(each.attributes))["monette.asset"]: each for run in runs for each in told.collector.under(run)
    }
    assert {REPORTS, TIE_OUT} <= set(tables)
    assert {span.name for span in told.collector.under(tables[REPORTS])} == {"call quickbooks"}
    assert {span.name for span in told.collector.under(tables[TIE_OUT])} == PHASES
    inside = [span for table in tables.values() for span in told.collector.under(table)]
    assert len(runs) + len(tables) + len(inside) == len(told.collector.spans)  # nothing lies elsewhere


def test_calls_are_told_by_company_and_kind_and_are_those_that_were_made(told: Told, small_world: SmallWorld) -> None:
    spans = Counter(
        (attributes(list(span.attributes))["monette.company"], attributes(list(span.attributes))["monette.kind"])
        for span in told.collector.spans
        if span.name == "call quickbooks"
    )
    counted = {
        (dict(key)["company"], dict(key)["kind"]): n for key, n in told.collector.values("monette.source.calls").items()
    }
    assert counted == spans
    assert {company for company, _ in spans} == {"north", "south"}
    assert spans["north", "general_ledger"] == 1
    received = told.collector.values("monette.source.received")
    assert all(size > 0 for size in received.values())
    assert len(received) == len(counted)


def test_what_is_told_of_tables_is_what_was_done(told: Told) -> None:
    seconds = told.collector.values("monette.phase.duration")
    assert {dict(key)["phase"] for key in seconds if dict(key)["asset"] == TIE_OUT} == PHASES
    rows = {dict(key)["change"]: n for key, n in told.collector.values("monette.asset.rows").items()}
    assert rows == {"added": 0, "changed": 0, "removed": 0, "refused": 0}  # nothing was new
    outcomes = {(dict(key)["asset"], dict(key)["outcome"]) for key in told.collector.values("monette.asset.duration")}
    assert {(REPORTS, "ok"), (TIE_OUT, "ok")} <= outcomes
    assert {metric.name for metric in told.collector.metrics} <= {measure.name for measure in MEASURES}
    assert {each["service.name"] for each in told.collector.resources} == {"farm"}


def test_every_line_says_of_which_run_and_table_it_is(told: Told) -> None:
    runs = {attributes(list(span.attributes)).get("monette.run") for span in told.collector.spans if span.name == "run"}
    assert {line["run"] for line in told.lines} == runs
    assert all(line["time"] and line["level"] and line["message"] for line in told.lines)
    assert {REPORTS, TIE_OUT} <= {line.get("asset") for line in told.lines}
    companies = {line.get("company") for line in told.lines if line.get("event") == "ASSET_MATERIALIZATION"}
    assert {"north", "south"} <= companies


def test_no_token_is_in_what_was_told(told: Told, small_world: SmallWorld) -> None:
    store = token_store(small_world.settings)
    held = [store.read(company) for company in ("north", "south")]
    secrets = [secret for each in held if each for secret in (each.access_token, each.refresh_token)]
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in told.text
        assert not any(secret.encode() in body for body in told.collector.bodies)
