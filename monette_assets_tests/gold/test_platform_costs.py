"""What was used is priced once and split so that the parts are the whole; what has no price is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.bronze import platform_usage
from monette_assets.gold.platform_costs import CONTRACT, platform_costs
from monette_assets.gold.platform_costs import price as price_all
from monette_assets.gold.pricing import cost_rows, gaps, layer_of
from monette_assets.group import Group
from monette_assets.group.prices import PriceMissing
from monette_assets.settings import Settings
from monette_assets.tables import group_contracts
from monette_assets.tables.compute import Compute, compute_of
from monette_assets_tests.frames import context_of, frame, group_of, parsed_failures, rows, shown
from monette_assets_tests.price_books import book_of, cad, price, small_prices, with_prices

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

USED = "usage_id asset kind quantity ended_at sku weights split_by engine cluster_sku cluster_nodes"
NOON = datetime(2024, 11, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return with_prices(group_of(tmp_path_factory.mktemp("group")))


def usage(kind: str = "compute", quantity: str = "3600", sku: str = "laptop", **more: Any) -> dict[str, Any]:
    """One usage of November 2024, split over north and south as 2 to 1 unless it says otherwise."""
    weights = [{"company": "north", "weight": 2}, {"company": "south", "weight": 1}]
    said = {"usage_id": "r1/gold/ledger", "asset": "gold/ledger", "kind": kind, "quantity": Decimal(quantity),
            "sku": sku, "ended_at": NOON, "weights": weights, "split_by": "rows", "engine": "sail"}  # fmt: skip
    return rows(platform_usage.CONTRACT, "", (), **{**said, **more})[0]


def costs(group: Group, used: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["item"], row["sku"], row["company"], row["quantity"], row["amount_cad"])
            for row in cost_rows(used, book_of(group), group)]  # fmt: skip


def test_an_hour_of_a_machine_is_split_as_two_to_one(group: Group) -> None:
    """0.36 an hour: 0.24 and 0.12; a third of an hour is 0.333333."""
    assert costs(group, usage()) == [
        ("machine", "laptop", "north", cad("0.666667"), cad("0.24")),
        ("machine", "laptop", "south", cad("0.333333"), cad("0.12")),
    ]


def test_four_runs_beside_each_other_cost_the_machine_once(group: Group) -> None:
    """An hour of each on a quarter of a D8: 4 x 0.14 is the 0.56 (0.40 USD at 1.40) of the machine for that hour."""
    north = [{"company": "north", "weight": 1}]
    runs = [costs(group, usage(sku="D8", usage_id=f"r{number}/gold/ledger", weights=north,
                               machine_share=Decimal("0.25"))) for number in range(4)]  # fmt: skip
    assert runs == [[("machine", "D8", "north", cad("0.25"), cad("0.14"))]] * 4


def test_the_part_is_a_setting_above_nothing_and_up_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compute_of(Settings()).share == 1
    monkeypatch.setenv("MONETTE_MACHINE_SHARE", "0.333333")
    assert compute_of(Settings()).share == Decimal("0.333333")
    for wrong in ("0", "1.01", "-0.5"):
        monkeypatch.setenv("MONETTE_MACHINE_SHARE", wrong)
        with pytest.raises(ValueError, match="MONETTE_MACHINE_SHARE"):
            Settings()


def test_all_that_was_measured_is_counted_as_to_the_part_that_was_given(spark: SparkSession, group: Group) -> None:
    context = context_of(spark, group, "2024-11")
    used = frame(spark, platform_usage.CONTRACT, [usage(machine_share=Decimal("0.25"))])
    priced = price_all(used, book_of(group), group)
    assert parsed_failures(CONTRACT, "all_counted", context, priced, usage=used) == []
    whole = frame(spark, platform_usage.CONTRACT, [usage()])
    assert len(parsed_failures(CONTRACT, "all_counted", context, priced, usage=whole)) == 1


def test_a_cluster_costs_its_machines_and_databricks_units_beside_the_process(group: Group) -> None:
    """Two D8 for an hour: 2 x 0.40 USD at 1.40 = 1.12; 2 x 2 DBU at 0.30 USD = 1.68; the process 0.36."""
    used = usage(engine="databricks-jobs", cluster_sku="D8", cluster_nodes=2,
                 weights=[{"company": "north", "weight": 9}])  # fmt: skip
    assert costs(group, used) == [
        ("machine", "laptop", "north", cad("1"), cad("0.36")),
        ("cluster", "D8", "north", cad("2"), cad("1.12")),
        ("databricks", "jobs", "north", cad("4"), cad("1.68")),
    ]


def test_a_day_of_storage_is_a_share_of_the_month(group: Group) -> None:
    """30 GB for a day of November (30 days) is 1 GB-month: 0.03, 0.02 and 0.01 of it."""
    used = usage("storage", "30000000000", "disk", engine=None)
    assert [row[3:] for row in costs(group, used)] == [
        (cad("0.666667"), cad("0.02")), (cad("0.333333"), cad("0.01")),
    ]  # fmt: skip


def test_what_is_of_no_company_goes_evenly_to_those_of_the_month(group: Group) -> None:
    used = usage("throughput", "24", "unit", weights=[], split_by="evenly", engine=None)
    assert [(row[2], row[4]) for row in costs(group, used)] == [("north", cad("0.48")), ("south", cad("0.48"))]


def test_the_price_of_the_day_counts_and_is_told(group: Group) -> None:
    prices = [*small_prices()["prices"], price("machine", "laptop", "0.720000", **{"from": NOON.date()})]
    dearer = with_prices(group, prices=prices)
    (before, after) = (
        cost_rows(usage(ended_at=NOON.replace(day=day)), book_of(dearer), dearer)[0] for day in (4, 5)
    )  # fmt: skip
    assert (before["amount_cad"], after["amount_cad"]) == (cad("0.24"), cad("0.48"))
    assert (after["price"], after["price_from"], after["rate"], after["price_source"]) == (
        Decimal("0.72"), NOON.date(), 1, "the test",
    )  # fmt: skip


@given(
    seconds=st.integers(0, 10_000_000),
    price_cad=st.integers(0, 50_000_000),
    weights=st.lists(st.integers(0, 10_000_000), min_size=1, max_size=15),
)
def test_the_parts_are_the_whole(group: Group, seconds: int, price_cad: int, weights: list[int]) -> None:
    """The companies' parts sum to the amount, rounded once, and none is a millionth or more from its proportion."""
    prices = [price("machine", "laptop", str(Decimal(price_cad).scaleb(-6)))]
    priced = with_prices(group, prices=prices)
    quantity = Decimal(seconds).scaleb(-3)
    owners = [{"company": f"c{number:02}", "weight": weight} for number, weight in enumerate(weights)]
    found = cost_rows(usage(quantity=str(quantity), weights=owners), book_of(priced), priced)
    exact = quantity * Decimal(price_cad).scaleb(-6) / 3600
    whole = sum((row["amount_cad"] for row in found), Decimal(0))
    assert abs(whole - exact) <= Decimal("0.0000005")
    for row in found:
        if any(weights):
            weight = weights[int(row["company"][1:])]
            assert abs(row["amount_cad"] - whole * weight / sum(weights)) < Decimal("0.000001")


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (
            usage(sku="D16"),
            "expected a price of machine D16 on 2024-11-05, found no price of it; of machine it has D4, D8, laptop. "
            "Add under `prices` an entry with item: machine, sku: D16, from: 2024-11-05 or earlier",
        ),
        (
            usage(ended_at=datetime(2024, 10, 31, 12, tzinfo=UTC)),
            "expected a price of machine laptop on 2024-10-31, found its first price is of 2024-11-01",
        ),
        (
            usage(engine="spark", cluster_sku="D8", cluster_nodes=1),
            "expected engine spark under `engines`, found one of databricks-all-purpose, databricks-jobs, sail",
        ),
        (
            usage(engine="databrix"),
            "expected engine databrix under `engines`, found one of databricks-all-purpose, databricks-jobs, sail "
            "(did you mean 'databricks-jobs'?). Add it there with code, cluster, nodes, start_seconds, "
            "relative_seconds and basis, or correct the name (MONETTE_ENGINE)",
        ),
        (
            usage(engine="databricks-jobs"),
            "expected size and number of the machines of databricks-jobs (a cluster by prices.yaml) on 2024-11-05, "
            "found no number of no size. Set MONETTE_CLUSTER_MACHINE and MONETTE_CLUSTER_NODES",
        ),
        (
            usage(engine="databricks-jobs", cluster_sku="D8"),
            "found no number of D8. Set MONETTE_CLUSTER_MACHINE and MONETTE_CLUSTER_NODES",
        ),
        (
            usage(engine="databricks-jobs", cluster_sku="laptop", cluster_nodes=1),
            "expected dbu_per_hour of machine laptop, on which databricks-jobs ran on 2024-11-05, found none",
        ),
    ],
)
def test_a_gap_names_what_is_missing_and_what_to_add(group: Group, used: dict[str, Any], said: str) -> None:
    with pytest.raises(PriceMissing, match="expected") as raised:
        cost_rows(used, book_of(group), group)
    assert said in str(raised.value)


def test_a_foreign_price_without_a_rate_is_a_gap(group: Group) -> None:
    with pytest.raises(PriceMissing, match="expected the rate at which USD is billed on 2024-11-05"):
        cost_rows(usage(sku="D4"), book_of(with_prices(group, rates=[])), group)


def test_what_a_deployment_lacks_in_the_price_book_is_told_at_once(group: Group) -> None:
    book, day = book_of(group), NOON.date()
    assert gaps(Compute("sail", "laptop"), book, day) == []
    assert gaps(Compute("databricks-all-purpose", "laptop", "D8", 2), book, day) == []
    told = gaps(Compute("spark", "D16", "D8", 2, "tape"), book, day)
    assert [next(word for word in ("D16", "tape", "spark") if word in each) for each in told] == [
        "D16",
        "tape",
        "spark",
    ]
    told = gaps(Compute("databrix", "D16", "D16", 2), book, day)
    assert [next(word for word in ("D16", "databrix") if word in each) for each in told] == ["D16", "databrix"]


DATABRICKS: dict[str, Any] = {"databricks_host": "adb-1.azuredatabricks.net", "databricks_cluster": "1129-abc",
                              "databricks_token": "planted"}  # fmt: skip
D8: dict[str, Any] = {"cluster_machine": "D8", "cluster_nodes": 3}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, None),
        (DATABRICKS, "found no number of no size. Set MONETTE_CLUSTER_MACHINE and MONETTE_CLUSTER_NODES"),
        ({**DATABRICKS, "cluster_machine": "D8"}, "found no number of D8. Set MONETTE_CLUSTER_MACHINE"),
        ({**DATABRICKS, "cluster_nodes": 3}, "found no number of no size. Set MONETTE_CLUSTER_MACHINE"),
        ({**DATABRICKS, **D8}, None),
        ({"engine": "databricks-all-purpose"}, "the machines of databricks-all-purpose (a cluster by prices.yaml)"),
        ({**DATABRICKS, **D8, "engine": "databrix"}, "expected engine databrix under `engines`"),
        (
            {**DATABRICKS, **D8, "engine": "databricks-jobs"},
            "expected an engine that can be run from here, found databricks-jobs, of which it says: The test has none. "
            "Set MONETTE_ENGINE",
        ),
        ({"spark_remote": "sc://spark:15002"}, "expected engine spark-connect under `engines`"),
    ],
)
def test_a_cluster_is_never_priced_as_the_process_that_waits_for_it(
    group: Group, settings: dict[str, Any], said: str | None
) -> None:
    """Whatever of its settings is missing or misspelt is a gap; the workspace's host alone says whose DBU they are."""
    told = gaps(compute_of(Settings(**settings)), book_of(group), NOON.date())
    assert len(told) == (said is not None)
    assert (said or "") in "".join(told)


def test_what_the_playbooks_settings_name_is_priced_as_all_purpose(group: Group) -> None:
    """Three D8 for an hour: 3 x 0.40 USD at 1.40 = 1.68; 3 x 2 DBU at 0.50 USD = 4.20."""
    on = compute_of(Settings(**DATABRICKS, **D8))
    used = usage(engine=on.engine, sku=on.machine, cluster_sku=on.cluster, cluster_nodes=on.nodes,
                 weights=[{"company": "north", "weight": 1}])  # fmt: skip
    assert [(item, sku, amount) for item, sku, _, _, amount in costs(group, used)] == [
        ("machine", "laptop", cad("0.36")), ("cluster", "D8", cad("1.68")), ("databricks", "all-purpose", cad("4.20")),
    ]  # fmt: skip


def on_cluster(run_id: str, first: int, last: int, quantity: int, **more: Any) -> dict[str, Any]:
    """A step of a run from one minute of the hour to another, on the cluster of three D8, for north alone."""
    on = compute_of(Settings(**DATABRICKS, **D8))
    said = {"usage_id": f"{run_id}/gold/ledger", "run_id": run_id, "held_by": run_id, "cluster_id": on.cluster_id,
            "cluster_nodes": 3, "weights": [{"company": "north", "weight": 1}],
            "started_at": NOON + timedelta(minutes=first), "ended_at": NOON + timedelta(minutes=last)}  # fmt: skip
    return usage(quantity=str(quantity * 60), engine=on.engine, cluster_sku="D8", **{**said, **more})


def bills(spark: SparkSession, group: Group, used: list[dict[str, Any]]) -> dict[str, tuple[Decimal, Decimal]]:
    """What each run is charged of a cluster: its machines and its units."""
    priced = price_all(frame(spark, platform_usage.CONTRACT, used), book_of(group), group).where("_kind = 'row'")
    amounts = {(row["run_id"], row["item"]): row["amount_cad"] for row in priced.collect() if row["item"] != "machine"}
    return {run: (amounts[run, "cluster"], amounts[run, "databricks"]) for run, _ in amounts}


def test_runs_on_one_cluster_at_once_sum_to_its_bill(spark: SparkSession, group: Group) -> None:
    """It is used for 90 minutes, for 30 of them by two: 1.5 hours of three D8 are 2.52, of their units 6.30."""
    used = [on_cluster("r1", 0, 60, 60), on_cluster("r2", 30, 90, 60)]
    assert bills(spark, group, used) == {"r1": (cad("1.26"), cad("3.15")), "r2": (cad("1.26"), cad("3.15"))}


def test_a_chain_and_the_job_that_executes_it_are_one_beside_another_run(spark: SparkSession, group: Group) -> None:
    """A job of an hour, 40 minutes of it a run of its chain, and another run for half an hour of it: 1.68 in all."""
    used = [
        on_cluster("job", 0, 60, 20, asset="between steps"),
        on_cluster("step", 10, 50, 40, held_by="job"),
        on_cluster("r9", 30, 60, 30),
    ]
    found = bills(spark, group, used)
    assert {run: machines for run, (machines, _) in found.items()} == {
        "job": cad("0.42"), "step": cad("0.84"), "r9": cad("0.42"),
    }  # fmt: skip


def test_what_nobody_knows_to_be_one_cluster_is_not_shared_out(spark: SparkSession, group: Group) -> None:
    """Another cluster, runs of before it was kept which one it was, and one of a month that is counted already."""
    whole = (cad("1.68"), cad("4.20"))
    other = "adb-1.azuredatabricks.net/1129-xyz"
    unknown: dict[str, Any] = {"cluster_id": None, "held_by": None}
    later: dict[str, Any] = {"period": NOON.date().replace(month=12, day=1)}
    used = [on_cluster("r1", 0, 60, 60), on_cluster("r2", 0, 60, 60, cluster_id=other),
            on_cluster("r3", 0, 60, 60, **unknown), on_cluster("r4", 0, 60, 60, **unknown),
            on_cluster("r5", 0, 60, 60, **later)]  # fmt: skip
    assert bills(spark, group, used) == dict.fromkeys(["r1", "r2", "r3", "r4", "r5"], whole)


def test_which_cluster_it_was_is_kept_without_what_opens_it() -> None:
    kept = [compute_of(Settings(**D8, **settings)).cluster_id for settings in (
        DATABRICKS, {"spark_remote": "sc://spark.farm.example:15002/;token=planted"}, {},
    )]  # fmt: skip
    assert kept == ["adb-1.azuredatabricks.net/1129-abc", "spark.farm.example:15002", None]
    assert compute_of(Settings(spark_remote="sc://spark:15002")).cluster_id is None  # no machines of its own


def test_layers_are_told_by_the_tables_name() -> None:
    assets = ("bronze/events", "gold/ledger", "closes", "releases", "between steps", "refresh")
    assert [layer_of(each) for each in assets] == ["bronze", "gold", "records", "records", "platform", "platform"]


def test_a_day_costs_what_the_book_has_standing_on_it_and_rows_of_an_earlier_version_nothing(
    spark: SparkSession, group: Group
) -> None:
    """Two units at 0.04 an hour for 24 hours: 1.92, for a table as its storage of the day, 3 to 1. A machine without a
    price is refused by itself.
    """
    unit = {"item": "throughput", "sku": "unit", "units": 2, "from": NOON.date(), "asset": "bronze/events"}
    lone = {"item": "machine", "sku": "D16", "units": 1, "from": NOON.date()}
    stands = with_prices(group, standing=[unit, lone])
    shares = [{"company": "north", "weight": 3}, {"company": "south", "weight": 1}]
    used = [
        usage("day", "24", "standing", usage_id="day|2024-11-05|standing", asset="standing", weights=[], engine=None),
        usage("day", "24", "standing", usage_id="day|2024-11-04|standing", asset="standing", weights=[], engine=None,
              ended_at=NOON.replace(day=4)),
        usage("storage", "0", "disk", usage_id="storage|2024-11-05|bronze/events", asset="bronze/events",
              weights=shares, engine=None),
        usage("throughput", "24", "unit", usage_id="throughput|2024-11-05|unit throughput", engine=None),
    ]  # fmt: skip
    priced = price_all(frame(spark, platform_usage.CONTRACT, used), book_of(stands), stands)
    assert shown(priced.where("_kind = 'row'"), "usage_id asset layer company split_by amount_cad") == [
        ("throughput|2024-11-05|unit bronze/events", "bronze/events", "bronze", "north", "rows", "1.440000"),
        ("throughput|2024-11-05|unit bronze/events", "bronze/events", "bronze", "south", "rows", "0.480000"),
    ]
    (refused,) = priced.where("_kind = 'refused'").collect()
    assert refused["usage_id"] == "machine|2024-11-05|D16 machine"


def test_the_table_holds_what_is_priced_and_one_refusal_for_a_gap(
    tmp_path: Path, spark: SparkSession, group: Group
) -> None:
    context = context_of(spark, group, "2024-11")
    used = [usage(), usage(usage_id="r1/silver/accounts", asset="silver/accounts", sku="D16"),
            usage(usage_id="r2/gold/ledger", sku="D16"), usage()]  # fmt: skip
    usages = frame(spark, platform_usage.CONTRACT, used)
    book = book_of(group)
    kept = rows(group_contracts.CONTRACT, "fingerprint file_name content kept_at",
                (book.fingerprint, "prices.yaml", book.text, "2024-11-02"))  # fmt: skip
    books = frame(spark, group_contracts.CONTRACT, kept)
    found = platform_costs(context, usage=usages, price_books=books)
    assert shown(found.where("_kind = 'row'"), "usage_id company layer pillar amount_cad") == [
        ("r1/gold/ledger", "north", "gold", "Grain", "0.240000"),
        ("r1/gold/ledger", "south", "gold", "Cow-Calf", "0.120000"),
    ]
    (gap,) = parsed_failures(CONTRACT, "priced", context, found)
    assert gap["_path"] == "2 usage(s), the first r1/silver/accounts"
    assert parsed_failures(CONTRACT, "all_counted", context, found, usage=usages) == []
    nothing = platform_costs(context, usage=usages, price_books=frame(spark, group_contracts.CONTRACT))
    assert nothing.collect() == []
