"""What was spent of each budget, and which are exceeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import platform_costs
from monette_assets.gold.platform_budgets import CONTRACT, platform_budgets
from monette_assets.group import Group
from monette_assets.tables import group_contracts
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.price_books import with_prices

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return with_prices(group_of(tmp_path_factory.mktemp("group")))


def test_a_budget_is_exceeded_by_a_millionth_more_than_it(spark: SparkSession, group: Group) -> None:
    """Gold may cost 10, Cattle 5; what the sub-pillar Cow-Calf costs is Cattle's too. To the cent it is within."""
    book = group.prices
    assert book is not None
    kept = rows(group_contracts.CONTRACT, "fingerprint file_name content kept_at",
                (book.fingerprint, "prices.yaml", book.text, "2024-11-02"))  # fmt: skip
    spent = rows(
        platform_costs.CONTRACT,
        "period usage_id layer pillar amount_cad",
        ("2024-11", "a", "gold", "Grain", "6.000000"),
        ("2024-11", "b", "gold", "Cow-Calf", "4.000000"),
        ("2024-11", "c", "silver", "Cow-Calf", "1.000001"),
        ("2024-12", "d", "bronze", "Grain", "99.000000"),
    )
    context = context_of(spark, group, "2024-11", "2024-12")
    found = platform_budgets(
        context,
        costs=frame(spark, platform_costs.CONTRACT, spent),
        price_books=frame(spark, group_contracts.CONTRACT, kept),
    )
    assert shown(found, "period part name budget_cad spent_cad left_cad is_exceeded") == [
        ("2024-11", "layer", "gold", "10.00", "10.000000", "0.000000", False),
        ("2024-11", "pillar", "Cattle", "5.00", "5.000001", "-0.000001", True),
        ("2024-12", "layer", "gold", "10.00", "0.000000", "10.000000", False),
        ("2024-12", "pillar", "Cattle", "5.00", "0.000000", "5.000000", False),
    ]
    (over,) = failures(CONTRACT, "within_budget", context, found)
    assert over["name"] == "Cattle"
