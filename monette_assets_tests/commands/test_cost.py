"""What the platform cost and would cost, on what a real chain of runs was measured to take."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from monette_assets_tests.commands.conftest import OwnWorld, Say
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.price_books import small_prices

PLAN = ("cost", "--plan", "backfill 2024-11..2024-12", "--no-fetch", "--format", "json")


@pytest.fixture(scope="module")
def counted(own_world: OwnWorld, tmp_path_factory: pytest.TempPathFactory) -> OwnWorld:
    """The own world with a price book that lacks the disk; nothing is counted before a test does."""
    folder = write_contract(tmp_path_factory.mktemp("priced"))
    book = small_prices()
    book["prices"] = [each for each in book["prices"] if each["sku"] != "disk"]
    (folder / "prices.yaml").write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    return OwnWorld(folder, own_world.group)


@pytest.fixture(autouse=True)
def priced(counted: OwnWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONETTE_GROUP", str(counted.home))


def amounts(out: str) -> dict[str, Decimal]:
    rows = json.loads(out)["rows"]
    return {next(iter(row.values())): Decimal(row["amount_cad"]) for row in rows}


def test_before_anything_is_counted_the_command_says_what_counts_it(say: Say) -> None:
    assert say("cost") == (
        1, "", "monette: nothing was counted yet: `monette cost --update` does, and the job `costs` does every day\n",
    )  # fmt: skip
    status, _, err = say(*PLAN)
    assert (status, "nothing was measured yet" in err) == (1, True)


def test_what_was_counted_is_the_same_sum_by_whatever_and_a_gap_fails_by_name(say: Say, own_world: OwnWorld) -> None:
    versions = {name: own_world.lake.version(name) for name in ("gold/ledger", "releases", "silver/accounts")}
    status, out, _ = say("cost", "--update", "--format", "json")
    by_asset = amounts(out)
    (gap,) = [note for note in json.loads(out)["notes"] if note.startswith("Not counted: ")]
    assert (status, "expected a price of storage disk on " in gap) == (1, True)
    assert {"gold/ledger", "bronze/quickbooks_reports", "between steps"} <= set(by_asset)
    assert by_asset.pop("Total") == sum(by_asset.values())
    total = sum(by_asset.values())
    for by in ("company", "engine", "layer", "pillar", "item", "period", "run"):
        found = amounts(say("cost", "--by", by, "--format", "json")[1])
        assert (by, found["Total"]) == (by, total)
    assert set(amounts(say("cost", "--by", "company", "--format", "json")[1])) == {"north", "south", "Total"}
    assert {name: own_world.lake.version(name) for name in versions} == versions
    assert say("report", "gold/platform_costs", "--format", "json")[0] == 0


def test_a_plan_compares_engines_and_machines_and_names_the_cheapest_in_time(say: Say) -> None:
    status, out, _ = say(*PLAN, "--engine", "databricks-jobs", "--sku", "D8", "--deadline", "06:00")
    found = json.loads(out)
    assert status == 0
    assert (found["rows"][0]["engine"], found["rows"][0]["sku"], found["rows"][0]["basis"]) == (
        "databricks-jobs", "D8", "scaled",
    )  # fmt: skip
    own = next(row for row in found["rows"] if (row["engine"], row["sku"]) == ("sail", "laptop"))
    assert (own["basis"], own["runnable"], found["rows"][0]["runnable"]) == ("measured here", "yes", "no")
    assert own["seconds_low"] <= own["seconds"] <= own["seconds_high"]
    assert found["notes"][0].startswith("Cheapest that is done by ")
    assert found["notes"][1].startswith("Asked for, but cannot be run from here: databricks-jobs on D8, ")
    assert found["notes"][1].endswith(": The test has none")
    assert "Seconds go with the rows of each table" in found["notes"][2]


def test_what_cannot_be_run_from_here_is_told_where_nobody_asked_for_it(say: Say) -> None:
    _, out, _ = say(*PLAN)
    assert json.loads(out)["notes"][1] == "Not chosen, cannot be run from here: databricks-jobs: The test has none"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--plan", "backfill FY2024"], 2, "that is 2023-11 to 2024-10; the group has months from 2024-11 to "),
        (["--plan", "fill FY2025"], 2, "expected 'backfill FY2026', 'backfill 2025-11..2026-10' or"),
        (["--plan", "backfill 2024-12..2024-11"], 2, "2024-11 comes before 2024-12"),
        (["--plan", "backfill 2024-11", "--deadline", "6"], 2, "expected a time of the day such as 06:00"),
        (["--plan", "backfill 2024-11", "--engine", "spork"], 1, "expected engine spork under `engines`, found one of"),
        (["--plan", "backfill 2024-11", "--sku", "D16"], 1, "expected machine D16 under `machines`, found one of"),
        (
            ["--plan", "backfill 2024-11", "--engine", "sail", "--nodes", "9"], 2,
            "--nodes 9: expected an engine that is a cluster by prices.yaml (databricks-jobs, databricks-all-purpose), "
            "found sail, which computes in the run's own process",
        ),
        (["--plan", "backfill 2024-11", "--nodes", "9"], 2, "--nodes 9: expected an engine that is a cluster"),
        (["--sku", "D8"], 2, "belong to --plan"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_told(say: Say, arguments: list[str], status: int, said: str) -> None:
    found, _, err = say("cost", *arguments)
    assert (found, said in err) == (status, True), err


def test_without_a_price_book_the_command_says_where_to_take_one_from(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path)))
    status, _, err = say("cost")
    assert (status, "the contract has no prices.yaml; copy the demo's" in err) == (1, True)
