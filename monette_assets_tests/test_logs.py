"""Structured logs: one line of JSON a record, with what it is about; nothing where it is not configured."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from monette_assets import logs
from monette_assets.settings import Settings
from monette_assets.telemetry.about import about, carried

ROOT = Path(__file__).parents[1]
log = logging.getLogger("monette_assets.somewhere")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that MONETTE_LOGS names."""
    path = tmp_path / "monette.jsonl"
    monkeypatch.setenv("MONETTE_LOGS", str(path))
    yield path
    ours = logging.getLogger(logs.OURS)
    for handler in [each for each in ours.handlers if isinstance(each, logs.JsonLines)]:
        ours.removeHandler(handler)
        handler.close()
    ours.setLevel(logging.NOTSET)


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_says_what_its_work_is_about_in_whatever_thread(written: Path) -> None:
    logs.install()
    logs.install()  # once
    with about(run="r1", asset="gold/ledger"):
        log.info("computed %s\nof two lines", "naïvely")
        with about(company="north"):
            thread = threading.Thread(target=carried(log.warning), args=("asked",))
            thread.start()
            thread.join()
        log.info("another's", extra={"company": "south"})
    log.debug("too small")
    log.info("of nothing")
    first, second, third, fourth = lines(written)
    assert (first["message"], first["run"], first["asset"]) == ("computed naïvely\nof two lines", "r1", "gold/ledger")
    assert (first["level"], first["logger"], first.get("company")) == ("INFO", "monette_assets.somewhere", None)
    assert (second["level"], second["run"], second["company"]) == ("WARNING", "r1", "north")
    assert (third["company"], third["asset"]) == ("south", "gold/ledger")
    assert "run" not in fourth


def test_an_error_is_in_the_line_with_where_it_came_from(written: Path) -> None:
    logs.install()
    try:
        int("none")
    except ValueError:
        log.exception("not done")
    [line] = lines(written)
    assert (line["message"], line["error"]) == ("not done", "ValueError")
    assert line["traceback"].endswith("ValueError: invalid literal for int() with base 10: 'none'")


def test_the_signature_of_a_url_is_in_no_line(written: Path) -> None:
    logs.install()
    log.error("GET %s\n500", "https://farm.blob.core.windows.net/lake?comp=batch&sp=rl&sig=planted%2B1%3D")
    [line] = lines(written)
    assert line["message"].endswith("&sp=rl&sig=[kept back]\n500")


def test_nothing_is_written_where_it_is_not_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONETTE_LOGS", raising=False)
    logs.install()
    assert not any(isinstance(each, logs.JsonLines) for each in logging.getLogger(logs.OURS).handlers)
    logs.JsonLines().emit(logging.makeLogRecord({"msg": "nobody reads it"}))
    assert logs.of_dagster(Settings()) == {}


def test_what_production_writes_of_a_run_says_run_table_and_company(written: Path) -> None:
    """With the section of production's own dagster.yaml, which is what an instance made here has too."""
    said = yaml.safe_load((ROOT / "infra" / "compose" / "dagster.yaml").read_text())
    ours = {"python_logs": said["python_logs"]}
    assert logs.of_dagster(Settings()) == ours
    by = dg.MultiPartitionsDefinition(
        {"month": dg.StaticPartitionsDefinition(["2024-12-01"]), "company": dg.StaticPartitionsDefinition(["north"])}
    )

    @dg.asset(key=["bronze", "reports"], partitions_def=by)
    def bronze__reports(context: dg.AssetExecutionContext) -> None:
        context.log.info("fetched")
        context.log.warning("slowly")

    key = dg.MultiPartitionKey({"month": "2024-12-01", "company": "north"})
    with dg.DagsterInstance.ephemeral(settings=ours) as instance:
        result = dg.materialize([bronze__reports], instance=instance, partition_key=key)
    found = lines(written)
    assert {line["run"] for line in found} == {result.run_id}
    [fetched] = [line for line in found if line["message"] == "fetched"]
    assert fetched["asset"] == "bronze/reports"
    assert [line["level"] for line in found if line["message"] == "slowly"] == ["WARNING"]
    [made] = [line for line in found if line.get("event") == "ASSET_MATERIALIZATION"]
    assert (made["asset"], made["company"]) == ("bronze/reports", "north")
