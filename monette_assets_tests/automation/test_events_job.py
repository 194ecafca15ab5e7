"""The job `events`: from the broker to silver, month by month; what is killed on the way is found and built again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from monette_assets.automation import chain, events_job
from monette_assets.automation.chain import ChainResult
from monette_assets.clock import now
from monette_assets.commands.refreshing import selected
from monette_assets.definitions import build
from monette_assets.engine import Engine
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.settings import Settings
from monette_assets.silver import scale_tickets
from monette_assets.tables.judge import Judge
from monette_assets_tests.frames import group_of, shown
from monette_assets_tests.mock_broker import MockBroker, mock_broker, with_broker
from monette_assets_tests.silver.test_scale_tickets import TICKET
from monette_assets_tests.silver.test_telemetry import READING
from monette_assets_tests.world import RunningEngine

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)


@dataclass
class Farm:
    """A deployment with a broker and nothing else."""

    group: Group
    settings: Settings
    broker: MockBroker
    instance: dg.DagsterInstance
    engine: Engine
    judge: Judge

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake_url)

    def definitions(self, replaced: Mapping[str, Any]) -> dg.Definitions:
        return build(self.settings, self.group, {**replaced, "engine": RunningEngine(self.engine.spark)})

    def weigh(self, ticket: str, day: str, **other: Any) -> None:
        self.broker.send(
            "scale_tickets", {**TICKET, "ticket_id": ticket, "weighed_at": f"{day}T10:00:00-06:00", **other}
        )

    def take_in(self) -> ChainResult:
        return events_job.take_in(self.group, self.lake, self.definitions, self.instance, judge=self.judge)

    def tickets(self) -> list[tuple[Any, ...]]:
        return shown(self.lake.read("silver/scale_tickets").to_pylist(), "ticket_id version period")

    def refused(self) -> list[tuple[Any, ...]]:
        return shown(self.lake.read("quarantine").to_pylist(), "table_name company transaction_id path kind")


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, engine: Engine, judge: Judge) -> Iterator[Farm]:
    folder = tmp_path_factory.mktemp("farm")
    with mock_broker() as broker, dg.DagsterInstance.ephemeral() as instance:
        settings = with_broker(Settings(home=folder), broker.address)
        yield Farm(group_of(folder / "group"), settings, broker, instance, engine, judge)


def steps(result: ChainResult) -> list[tuple[str, str, str]]:
    return [(step.step.name, step.step.start, step.step.end) for step in result.steps]


def test_events_become_tickets_and_what_is_none_is_quarantined(farm: Farm) -> None:
    farm.weigh("A", "2024-11-20")
    farm.weigh("B", "2024-12-02")
    farm.weigh("C", "2024-12-03", unit="bu")
    farm.broker.send("scale_tickets", b"{ poison")
    done = farm.take_in()
    assert all(step.success for step in done.steps)
    running = f"{now(farm.group):%Y-%m}"  # what cannot be read is of the month it came in
    assert steps(done) == [
        ("events", "", ""), ("event tables", "2024-11", "2024-12"), ("event tables", running, running),
    ]  # fmt: skip
    assert farm.tickets() == [("A", 1, "2024-11"), ("B", 1, "2024-12")]
    assert farm.refused() == [
        ("silver/scale_tickets", "group", None, "scale_tickets[0]@3", "transaction"),
        ("silver/scale_tickets", "north", "C", "scale_tickets[0]@2", "transaction"),
    ]
    assert {check.check_name for check in done.errors} == {"nothing_refused"}


def test_only_the_months_that_new_events_reach_are_built(farm: Farm) -> None:
    farm.weigh("A", "2024-12-01", version=2)  # weighed in December after all
    farm.weigh("C", "2024-12-03", version=2)  # answers what was refused
    assert steps(farm.take_in()) == [("events", "", ""), ("event tables", "2024-11", "2024-12")]
    assert farm.tickets() == [("A", 2, "2024-12"), ("B", 1, "2024-12"), ("C", 2, "2024-12")]
    assert [path for *_, path, _ in farm.refused()] == ["scale_tickets[0]@3"]
    assert steps(farm.take_in()) == [("events", "", "")]


def test_months_that_were_found_and_not_built_are_found_again(farm: Farm) -> None:
    farm.weigh("D", "2024-11-05")
    broken = chain.execute(farm.definitions({}), farm.instance, [events_job.TAKE_IN])
    assert broken.ok
    for _ in range(2):  # a run that is killed before it builds them looks just as often
        assert events_job.months_due(farm.lake, farm.group, scale_tickets.CONTRACT) == {NOVEMBER}
    farm.take_in()
    assert farm.tickets()[-1] == ("D", 1, "2024-11")
    assert events_job.months_due(farm.lake, farm.group, scale_tickets.CONTRACT) == set()


def test_a_table_made_of_events_is_run_by_name(farm: Farm) -> None:
    steps = selected(events_job.steps_of({NOVEMBER, DECEMBER}), ["silver/scale_tickets+"])
    assert [(step.assets, step.start, step.end) for step in steps] == [
        ((dg.AssetKey(["silver", "scale_tickets"]),), "2024-11", "2024-12")
    ]
    assert events_job.selects(["silver/scale_tickets+", "gold/completeness"])
    assert not events_job.selects(["gold/completeness"])


def test_telemetry_is_built_once_an_hour_at_most(farm: Farm) -> None:
    farm.broker.send("telemetry", {**READING, "measured_at": "2024-12-03T10:00:00-06:00"})
    farm.take_in()
    assert farm.lake.read("silver/telemetry").num_rows == 1
    farm.broker.send("telemetry", {**READING, "measured_at": "2024-12-03T10:01:00-06:00"})
    assert steps(farm.take_in()) == [("events", "", "")]
    later = datetime.now(UTC) + timedelta(hours=1)
    [step] = events_job.plan(farm.group, farm.lake, later)
    assert (step.assets, step.start) == ((dg.AssetKey(["silver", "telemetry"]),), "2024-12")


def test_another_contract_builds_every_month_anew(farm: Farm, tmp_path: Path) -> None:
    other = group_of(tmp_path, commodities=[{"code": "durum", "name": "Durum wheat"}])
    due = events_job.months_due(farm.lake, other, scale_tickets.CONTRACT)
    assert {NOVEMBER, DECEMBER} < due
    farm.take_in()  # under the contract it has: all as it was
