"""A company's profit and loss in group currency is what enters the group's, whatever translates it (ACCOUNTING 14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets_tests.reports.changing_lake import AVERAGE, LAST, LIVES, changing_group, changing_lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ZERO = Decimal("0.00")
Figures = dict[str, dict[str, Decimal]]  # by column and line
Ask = Callable[..., Figures]


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return changing_group(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group, spark: SparkSession) -> Lake:
    return changing_lake(tmp_path_factory.mktemp("lake") / "lake", group, spark)


@pytest.fixture(scope="module")
def ask(lake: Lake, group: Group) -> Ask:
    release = open_release(lake, group.time_zone)

    def asked(statement: str, month: date, view: View, company: str, currency: InCurrency) -> Figures:
        question = Question(release, group, month, company, view=view, currency=currency)
        found: Figures = {}
        for row in STATEMENTS[statement](question).rows:
            for key, figure in row.items():
                if isinstance(figure, Decimal) and key not in ("change", "change_percent"):
                    found.setdefault(key, {})[row["line"]] = figure
        return found

    return asked


@pytest.mark.parametrize("code", LIVES)
@pytest.mark.parametrize("view", list(View))
def test_it_ends_in_the_net_income_of_the_cash_flow_and_of_the_changes_in_equity(
    ask: Ask, code: str, view: View
) -> None:
    for month in LIVES[code].months:
        of: Any = (month, view, code, InCurrency.GROUP)
        income = {key: each["Net Income"] for key, each in ask("profit_and_loss", *of).items()}
        cash = ask("cash_flow", *of)
        assert income == {key: each.get("Net income", ZERO) for key, each in cash.items()}
        equity = ask("changes_in_equity", *of)["total"]
        assert income["total" if view is View.TRAILING else "current"] == equity.get("Net income", ZERO)


def test_what_translation_gains_is_part_of_it_and_of_no_home_currency(ask: Ask, lake: Lake) -> None:
    translated = ask("profit_and_loss", LAST, View.YEAR, "south", InCurrency.GROUP)["current"]
    home = ask("profit_and_loss", LAST, View.YEAR, "south", InCurrency.HOME)["current"]
    gained = -sum(
        row["movement_cad"]
        for row in lake.read("gold/translated_balances").to_pylist()
        if row["account_id"] == "translation_gain"
    )
    assert translated["Exchange gain or loss"] == gained != 0
    assert "Exchange gain or loss" not in home
    assert home["Net Income"] == 6 * (130 - 41) - 120
    # what was fed costs what it did when it was bought, at November's average
    assert translated["Fuel"] == sum(41 * Decimal(rate) for rate in AVERAGE) + 120 * Decimal(AVERAGE[0])
