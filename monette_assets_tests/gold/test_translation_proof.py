"""The difference is proved: what it consists of, and that nothing is left (ACCOUNTING 15)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monette_assets.gold import translated_balances as balances
from monette_assets.gold.translation_proof import CONTRACT, translation_proof
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, failures, group_of, shown
from monette_assets_tests.gold.test_translated_balances import (
    ENTRIES,
    MONTHS,
    OPENING,
    RATES,
    changed,
    contract_of,
    inputs_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

    from monette_assets.group import Group
    from monette_assets.tables import Context


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"), **contract_of("current_rate"))


@pytest.fixture(scope="module")
def every_month(spark: SparkSession, group: Group) -> Context:
    return context_of(spark, group, *MONTHS)


@pytest.fixture(scope="module")
def inputs(spark: SparkSession) -> dict[str, DataFrame]:
    return inputs_of(spark, OPENING, ENTRIES, RATES)


@pytest.fixture(scope="module")
def booked(every_month: Context, inputs: dict[str, DataFrame]) -> DataFrame:
    return balances.translated_balances(every_month, **inputs)


@pytest.fixture(scope="module")
def found(every_month: Context, inputs: dict[str, DataFrame], booked: DataFrame) -> DataFrame:
    return translation_proof(every_month, translated_balances=booked, **inputs)


def test_the_golden_case_line_by_line(found: DataFrame) -> None:
    november = found.where("period = date'2024-11-01'")
    assert shown(november, "company line amount rate_from rate_to amount_cad roundings") == [
        ("south", "booked", None, None, None, "33.50000000", None),
        ("south", "difference", None, None, None, "0.00000000", None),
        ("south", "equity", "-50.00", "1.370000", "1.380000", "-0.50000000", None),
        ("south", "flows_at_average", "200.00", "1.360000", "1.380000", "4.00000000", None),
        ("south", "opening_position", "1000.00", "1.350000", "1.380000", "30.00000000", None),
        ("south", "proof", None, None, None, "33.50000000", None),
        ("south", "rounding", None, None, None, "0.00000000", 4),
    ]


def test_nothing_is_left_in_any_month(every_month: Context, found: DataFrame) -> None:
    rest = found.where("line = 'difference'")
    assert shown(rest, "period amount_cad") == [(month, "0.00000000") for month in MONTHS]
    for check in CONTRACT.checks:
        assert failures(CONTRACT, check.name, every_month, found) == [], check.name


def test_a_balance_that_was_not_proved_is_found(
    every_month: Context, inputs: dict[str, DataFrame], booked: DataFrame
) -> None:
    other = changed(booked, "account_id = 'translation_adjustment' and period = date'2024-12-01'", movement_cad="1.01")
    broken = failures(
        CONTRACT, "proved", every_month, translation_proof(every_month, translated_balances=other, **inputs)
    )
    assert shown(broken, "company period amount_cad") == [("south", "2024-12", "-24.01000000")]


def test_a_proof_of_nothing_is_found(every_month: Context, inputs: dict[str, DataFrame], booked: DataFrame) -> None:
    without = booked.where("period != date'2024-12-01'")
    proof = translation_proof(every_month, translated_balances=without, **inputs)
    assert shown(failures(CONTRACT, "booked", every_month, proof), "company period") == [("south", "2024-12")]


def test_roundings_beyond_half_a_cent_each_are_found(every_month: Context, found: DataFrame) -> None:
    """Four amounts were rounded in November: 2 cents at most."""
    line = "line = 'rounding' and period = date'2024-11-01'"
    most, more = Decimal("-0.02"), Decimal("-0.02000001")
    assert failures(CONTRACT, "rounding_bounded", every_month, changed(found, line, amount_cad=str(most))) == []
    broken = failures(CONTRACT, "rounding_bounded", every_month, changed(found, line, amount_cad=str(more)))
    assert shown(broken, "company period roundings amount_cad") == [("south", "2024-11", 4, "-0.02000001")]


def test_a_group_without_a_foreign_company_proves_nothing(
    spark: SparkSession, tmp_path: Path, inputs: dict[str, DataFrame], booked: DataFrame
) -> None:
    alone = group_of(tmp_path, companies=small_contract()["companies"][:1])
    context = context_of(spark, alone, "2024-11")
    assert translation_proof(context, translated_balances=booked, **inputs).count() == 0
