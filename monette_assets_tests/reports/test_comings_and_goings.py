"""Statements of companies that joined or left foot over every view: beginning + movement = end (ACCOUNTING 3, 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.reports.statement import Statement
from monette_assets.reports.statements import STATEMENTS
from monette_assets_tests.reports.changing_lake import LAST, LIVES, MONTHS, changing_group, changing_lake

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Ask = Callable[..., Statement]
ZERO = Decimal("0.00")
OF_COMPANIES = {f"{code}, {currency.value}": {"company": code, "currency": currency}
                for code in LIVES for currency in InCurrency}  # fmt: skip
# of whom -> the question, and the companies it is about
WHOM: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    **{name: (asked, (asked["company"],)) for name, asked in OF_COMPANIES.items()},
    "group": ({"subgroup": "group"}, tuple(LIVES)),
    "nobody named": ({}, tuple(LIVES)),
    "mill's pillar": ({"subgroup": "pillar/Seed"}, ("mill",)),
    "south's country": ({"subgroup": "country/US"}, ("south",)),
    "the others' country": ({"subgroup": "country/CA"}, ("north", "mill", "hill")),
}
of_whom = pytest.mark.parametrize("whom", WHOM)
over_every_view = pytest.mark.parametrize("view", list(View))


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return changing_group(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group, spark: SparkSession) -> Lake:
    return changing_lake(tmp_path_factory.mktemp("lake") / "lake", group, spark)


@pytest.fixture(scope="module")
def ask(lake: Lake, group: Group) -> Ask:
    release = open_release(lake, group.time_zone)

    def asked(statement: str, period: date | None = None, view: View | None = None, **whom: Any) -> Statement:
        return STATEMENTS[statement](Question(release, group, period, view=view, **whom))

    return asked


def months_of(whom: str) -> list[date]:
    """The months in which any of the companies was part of the group."""
    return [month for month in MONTHS if any(month in LIVES[code].months for code in WHOM[whom][1])]


def columns(statement: Statement) -> dict[str, dict[str, Decimal]]:
    """Figures by column and line, of those columns that hold any."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in statement.rows:
        for key in (each.key for each in statement.fields):
            if key not in ("line", "account", "change", "change_percent") and row.get(key) is not None:
                found.setdefault(key, {})[row["line"]] = row[key]
    return found


def held(lake: Lake, whom: str, month: date, end: str) -> Decimal:
    """The cash of the companies there in that month, by their translated books (in home currency, by those)."""
    asked, companies = WHOM[whom]
    home = asked.get("currency") is InCurrency.HOME
    return sum(
        (
            row[end if home else f"{end}_cad"]
            for row in lake.read("gold/translated_balances").to_pylist()
            if row["company"] in companies and row["period"] == month and row["group_account"] == "bank"
        ),
        ZERO,
    )


@of_whom
@over_every_view
def test_cash_begins_with_the_first_month_there_is_and_ends_with_the_last(
    ask: Ask, lake: Lake, whom: str, view: View
) -> None:
    there = months_of(whom)
    for month in there:
        statement = ask("cash_flow", month, view, **WHOM[whom][0])
        found = columns(statement)
        assert found
        for each in found.values():
            assert each["Cash at the beginning"] + each["Net change in cash"] == each["Cash at the end"]
        if view is View.YEAR and len(WHOM[whom][1]) == 1 and LIVES[WHOM[whom][1][0]].year_start == 11:
            assert found["current"]["Cash at the beginning"] == held(lake, whom, there[0], "opening") != 0
            assert found["current"]["Cash at the end"] == held(lake, whom, there[-1], "closing") != 0
        if view in (View.MONTH, View.YTD):
            assert found["current"]["Cash at the end"] == held(lake, whom, month, "closing") != 0


@of_whom
@over_every_view
def test_equity_ends_in_the_balance_sheet_of_the_last_month_there_is(ask: Ask, whom: str, view: View) -> None:
    for month in months_of(whom):
        equity = columns(ask("changes_in_equity", month, view, **WHOM[whom][0]))["total"]
        sheets = columns(ask("balance_sheet", month, view, **WHOM[whom][0]))
        *_, sheet = [each for key, each in sheets.items() if key != "year_before"]
        assert sum(equity.values()) == 2 * equity["At the end"] != 0  # what is between explains all of the change
        assert equity["At the end"] == sheet["Total equity"]
        assert sheet["Total assets"] == sheet["Total liabilities and equity"] != 0


@of_whom
@over_every_view
def test_every_account_of_a_trial_balance_foots(ask: Ask, whom: str, view: View) -> None:
    for month in months_of(whom):
        found = ask("trial_balance", month, view, **WHOM[whom][0])
        accounts = [row for row in found.rows if "group_account" in row]
        assert all(_footed(row, {each.key for each in found.fields}) for row in accounts)
        assert accounts or not WHOM[whom][0]  # unnamed, it lists the companies


def _footed(row: Mapping[str, Any], shown: set[str]) -> bool:
    between = row["between"] if "between" in shown else ZERO
    if "debit" in shown:
        return bool(row["opening"] + row["debit"] - row["credit"] + between == row["closing"])
    return bool(row["opening_cad"] + row["movement_cad"] + between == row["closing_cad"])


def test_who_joined_or_left_has_a_column_in_the_trial_balance_that_is_that_of_the_cash_flow(ask: Ask) -> None:
    statement = ask("trial_balance", LAST, View.YEAR, subgroup="group")
    assert [each.title for each in statement.fields][-2:] == ["Joined or left", "Closing"]
    found = {row["group_account"]: row["between"] for row in statement.rows if "group_account" in row}
    cash = columns(ask("cash_flow", LAST, View.YEAR))["current"]
    # hill brought 700; mill had 400, took 75 and spent 20 in each of three months
    assert cash["Cash of companies that joined"] == Decimal("700.00")
    assert cash["Cash of companies that left"] == Decimal("-565.00")
    assert found["bank"] == Decimal("135.00")
    assert sum(found.values()) == 0


def test_a_years_end_has_a_column_where_twelve_months_cross_it(ask: Ask) -> None:
    statement = ask("trial_balance", LAST, View.TRAILING, company="hill")
    assert [each.title for each in statement.fields][-2:] == ["Year end", "Closing"]
    found = {row["account_id"]: row["between"] for row in statement.rows if "account_id" in row}
    # 60 sold before December and 110 in it, 33 burnt
    assert (found["sales"], found["fuel"], found["retained"]) == (Decimal(170), Decimal(-33), Decimal(-137))


def test_a_shorter_life_is_said_beside_the_figures(ask: Ask) -> None:
    for statement in ("cash_flow", "changes_in_equity", "balance_sheet", "trial_balance"):
        assert ask(statement, LAST, View.YEAR, company="mill").notes[-2:] == [
            "FY2025 holds 3 of 12 months, 2024-11 to 2025-01.",
            "Of the months that release 1 holds, Mill was part of the group in 2024-11 to 2025-01.",
        ]


@pytest.mark.parametrize("statement", ["profit_and_loss", "balance_sheet", "cash_flow", "changes_in_equity",
                                       "trial_balance"])  # fmt: skip
@pytest.mark.parametrize(
    ("whom", "name", "month", "there"),
    [
        ({"company": "hill"}, "Hill", MONTHS[0], "2024-12 to 2025-04"),
        ({"company": "mill"}, "Mill", MONTHS[3], "2024-11 to 2025-01"),
        ({"subgroup": "pillar/Seed"}, "Seed", LAST, "2024-11 to 2025-01"),
    ],
)
def test_a_month_of_which_it_was_not_part_is_refused_naming_those_it_was(
    ask: Ask, statement: str, whom: dict[str, str], name: str, month: date, there: str
) -> None:
    said = f"--period {month:%Y-%m}: Of the months that release 1 holds, {name} was part of the group in {there}."
    with pytest.raises(ReportError) as refused:
        ask(statement, month, **whom)
    assert str(refused.value) == said


def test_the_last_full_month_is_that_of_whom_is_asked_about(ask: Ask) -> None:
    assert ask("cash_flow", company="mill").title == "Mill: cash flow, Jan 2025"
    assert ask("cash_flow", company="hill").title == "Hill: cash flow, Apr 2025"
