"""Whoever joined, left, has years of its own or is translated by the temporal method is explained to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.explain import explain
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError, open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets_tests.reports.changing_lake import LAST, LIVES, MONTHS, changing_group, changing_lake
from monette_assets_tests.reports.every_figure import unexplained

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return changing_group(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group, spark: SparkSession) -> Lake:
    return changing_lake(tmp_path_factory.mktemp("lake") / "lake", group, spark)


@pytest.fixture(scope="module")
def release(lake: Lake, group: Group) -> Released:
    return open_release(lake, group.time_zone)


@pytest.mark.parametrize(
    ("whose", "month"),
    [
        *((code, month) for code, life in LIVES.items() for month in {life.months[0], life.months[-1]}),
        ("hill", MONTHS[2]),  # its year begins
        ("group", MONTHS[1]),  # hill has joined
        ("group", MONTHS[3]),  # mill has left
        ("country/US", LAST),
    ],
)
def test_every_figure_is_explained_to_the_cent(release: Released, group: Group, whose: str, month: date) -> None:
    of = {"company": whose} if whose in LIVES else {"subgroup": whose}
    assert list(unexplained(release, group, month, **of)) == []


@pytest.mark.parametrize("line", ["Net Income", "exchange", "fuel"])
def test_a_years_profit_of_a_temporal_company_is_what_its_report_prints(
    release: Released, group: Group, line: str
) -> None:
    asked = Question(release, group, LAST, "south", view=View.YTD)
    printed = {
        name: row["current"]
        for row in STATEMENTS["profit_and_loss"](Question(release, group, LAST, "south", view=View.YTD,
                                                          currency=InCurrency.GROUP)).rows
        if "current" in row
        for name in (row["line"], row.get("account"))
    }  # fmt: skip
    found = explain(asked, "profit_and_loss", line)
    assert (found.figure, found.problems) == (printed[line], ())


def test_the_documents_of_a_movement_are_its_debits_and_credits(release: Released, group: Group) -> None:
    found = explain(Question(release, group, LAST, "south"), "trial_balance", "bank/movement", limit=0)
    assert sorted(row["amount"] for row in found.documents.rows) == [Decimal("-41.00"), Decimal("75.00")]


def test_an_opening_is_the_month_befores_closing_with_its_lines(release: Released, group: Group) -> None:
    """Unless a year's end is between them: then no line of the month is behind it."""
    opened = explain(Question(release, group, LAST, "south"), "trial_balance", "bank/opening", limit=0)
    assert {row["transaction_date"] for row in opened.documents.rows} == {MONTHS[-2]}
    restarted = explain(Question(release, group, MONTHS[2], "hill"), "trial_balance", "retained/opening")
    assert (restarted.figure, list(restarted.documents.rows)) == (Decimal("-137.00"), [])


@pytest.mark.parametrize(
    ("company", "line", "why"),
    [
        ("south", "bank/debit", "explain bank/movement: its ledger lines are the debits and credits"),
        ("south", "Total", "a check, zero where debits equal credits"),
        (None, "north", "ACCOUNT --company north"),
        ("south", "bnk", "trial_balance has no line 'bnk'; nearest: bank"),
    ],
)
def test_what_no_account_has_is_refused_with_where_to_ask(
    release: Released, group: Group, company: str | None, line: str, why: str
) -> None:
    with pytest.raises(ReportError, match=why):
        explain(Question(release, group, LAST, company), "trial_balance", line)
