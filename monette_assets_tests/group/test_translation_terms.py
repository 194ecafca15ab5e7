"""What the contract must say of a foreign company before it can be translated (ACCOUNTING 13, 14)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import GroupContractError, load_group
from monette_assets_tests.contracts import small_contract, write_files

Contract = dict[str, Any]
SOUTH = "companies.yaml: companies[1].opening"


def problems(folder: Path, contract: Contract) -> list[str]:
    with pytest.raises(GroupContractError) as raised:
        load_group(write_files(folder, contract))
    return [str(each) for each in raised.value.problems]


def opened(**fields: Any) -> Contract:
    """The small contract, the opening position of its US company changed."""
    contract = small_contract()
    contract["companies"][1]["opening"] |= fields
    return contract


def temporal() -> Contract:
    """The small contract, its US company translated by the temporal method, and all that this takes."""
    contract = small_contract()
    contract["companies"][1] |= {"translation": "temporal"}
    accounts = {each["code"]: each for each in contract["chart"]}
    accounts["assets"]["monetary"] = accounts["liabilities"]["monetary"] = True
    accounts["other_income"]["kind"] = "exchange"
    return contract


def test_a_foreign_company_states_its_opening_position(tmp_path: Path) -> None:
    contract = small_contract()
    del contract["companies"][1]["opening"]
    assert problems(tmp_path, contract) == [
        f"{SOUTH}: found nothing; expected its opening position in CAD: rate, rate_date, source, historical "
        "(ACCOUNTING 14)"
    ]


def test_a_company_of_the_groups_currency_has_none(tmp_path: Path) -> None:
    contract = small_contract()
    contract["companies"][0]["opening"] = contract["companies"][1]["opening"]
    assert problems(tmp_path, contract) == [
        "companies.yaml: companies[0].opening: found an opening position; expected none: its books are in CAD"
    ]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"rate": 1.3688}, f"{SOUTH}.rate: found 1.3688; expected a figure with at most 6 decimals, in quotes"),
        ({"rate": "1.36881234"}, f"{SOUTH}.rate: found '1.36881234'; expected a figure with at most 6 decimals, in "
         "quotes"),
        ({"rate": "0"}, f"{SOUTH}.rate: found '0'; expected a rate above zero"),
        ({"rate_date": date(2024, 11, 1)}, f"{SOUTH}.rate_date: found 2024-11-01; expected a day before 2024-11-01"),
        ({"historical": [{"group_account": "assets", "amount_cad": "1.00"}]},
         f"{SOUTH}.historical[0].group_account: found 'assets'; expected an equity account: others are at the closing "
         "rate"),
        ({"historical": [{"group_account": "translation_adjustment", "amount_cad": "1.00"}]},
         f"{SOUTH}.historical[0].group_account: found 'translation_adjustment'; expected another account: this is "
         "what remains"),
        ({"historical": [{"group_account": "capital", "amount_cad": "1.005"}]},
         f"{SOUTH}.historical[0].amount_cad: found '1.005'; expected a figure with at most 2 decimals, in quotes"),
        ({"historical": [{"group_account": "capital", "amount_cad": "1"}] * 2},
         f"{SOUTH}.historical[1].group_account: found 'capital'; expected each group account once"),
    ],
)  # fmt: skip
def test_a_wrong_opening_position_is_named(tmp_path: Path, fields: dict[str, Any], problem: str) -> None:
    assert problems(tmp_path, opened(**fields)) == [problem]


def test_the_difference_needs_an_account(tmp_path: Path) -> None:
    contract = small_contract()
    contract["chart"] = [each for each in contract["chart"] if each["code"] != "translation_adjustment"]
    assert problems(tmp_path, contract) == [
        "chart.yaml: chart: found accounts of kind translation: none; expected exactly one (ACCOUNTING 14)"
    ]


def test_a_group_without_a_foreign_company_needs_none(tmp_path: Path) -> None:
    contract = small_contract()
    contract["chart"] = [each for each in contract["chart"] if each["code"] != "translation_adjustment"]
    contract["companies"] = contract["companies"][:1]
    assert load_group(write_files(tmp_path, contract)).company("north").opening is None


def test_the_temporal_method_asks_which_accounts_are_monetary(tmp_path: Path) -> None:
    """Kinds imply it (a bank is, inventory is not); an account of kind `other` has to say."""
    contract = temporal()
    accounts = {each["code"]: each for each in contract["chart"]}
    del accounts["assets"]["monetary"], accounts["other_income"]["kind"]
    accounts["capital"]["monetary"] = True
    assert problems(tmp_path / "wrong", contract) == [
        "chart.yaml: chart: found accounts of kind exchange: none; expected exactly one (ACCOUNTING 14)",
        "chart.yaml: chart[0].monetary: found nothing; expected true or false: a company is translated by the "
        "temporal method (ACCOUNTING 14)",
        "chart.yaml: chart[2].monetary: found True; expected null: only assets and liabilities",
    ]
    accounts["assets"]["kind"] = "inventory"
    del accounts["capital"]["monetary"]
    accounts["other_income"]["kind"] = "exchange"
    group = load_group(write_files(tmp_path / "right", contract))
    monetary = {row["group_account"]: row["monetary"] for row in group.chart_rows()}
    assert {code: monetary[code] for code in ("assets", "liabilities")} == {
        "assets": False, "liabilities": True,
    }  # fmt: skip


def test_retained_earnings_is_what_remains_under_the_temporal_method(tmp_path: Path) -> None:
    contract = temporal()
    contract["companies"][1]["opening"]["historical"] = [{"group_account": "retained_earnings", "amount_cad": "1"}]
    assert problems(tmp_path, contract) == [
        f"{SOUTH}.historical[0].group_account: found 'retained_earnings'; expected an account other than retained "
        "earnings, which is what remains under the temporal method"
    ]
