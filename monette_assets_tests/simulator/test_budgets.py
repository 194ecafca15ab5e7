"""The demo's budgets: in the sign the group's statements have, and about what the books of such a year bring."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.group import Group, load_group
from monette_assets.simulator.budgets import Line, budget_lines, year_months
from monette_assets.simulator.charts import full_name
from monette_assets.simulator.generator import generate_company

YEAR = 2025
GROWERS = ("harrow_plains", "marrowby", "greenmantle")  # of grain and of produce: their crop comes in


@pytest.fixture(scope="module")
def group() -> Group:
    return load_group()


def by_profit_type(group: Group, company: str, amounts: dict[tuple[str, str], int]) -> dict[str, int]:
    """Amounts by account number and name, as sums by the profit type that the group gives the account."""
    rows = [row for row in group.account_mapping_rows() if row["company"] == company]
    types = {account.code: account.profit_type for account in group.chart}
    numbered = {row["account_number"]: row["group_account"] for row in rows if row["account_number"]}
    named = {row["account_name"]: row["group_account"] for row in rows if row["account_name"]}
    sums: dict[str, int] = defaultdict(int)
    for (number, name), amount in amounts.items():
        sums[str(types[numbered.get(number) or named[name]])] += amount
    return sums


def planned(lines: list[Line]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for _, number, name, values in lines:
        sums[number, name] += sum(each or 0 for each in values)
    return sums


def test_revenue_and_cost_are_both_positive_harvest_too(group: Group) -> None:
    """Harvest is a negative cost to QuickBooks and operating revenue to the group; a budget is read as the group's."""
    for company in group.companies:
        for place, number, name, values in budget_lines(group, company, YEAR):
            assert min(each or 0 for each in values) >= 0, (company.code, place, number, name)
    for code in GROWERS:
        lines = budget_lines(group, group.company(code), YEAR)
        months = [f"{period:%m}" for period in year_months(group, group.company(code), YEAR)]
        crops = {month: sum(line[3][i] or 0 for line in lines if line[1] == "5090") for i, month in enumerate(months)}
        assert crops["09"] == max(crops.values()) > 0
        assert crops["01"] == 0


@pytest.mark.parametrize("code", GROWERS)
def test_a_years_books_come_near_its_budget(group: Group, code: str) -> None:
    company = group.company(code)
    months = set(year_months(group, company, YEAR))
    books = generate_company(group, company, until=date(2025, 10, 31))
    posted: dict[tuple[str, str], int] = defaultdict(int)
    for document in books.documents.values():
        for posting in document.postings:
            account = books.accounts[posting.account_id]
            if document.date.replace(day=1) in months and not account.is_balance_sheet:
                posted[account.number, full_name(books.accounts, account.id)] += posting.amount
    actual = {
        kind: (-cents if kind in REVENUE_TYPES else cents) / 100
        for kind, cents in by_profit_type(group, code, posted).items()
    }
    budget = by_profit_type(group, code, planned(budget_lines(group, company, YEAR)))
    for kind in ("Sales Revenue", "Cost of Goods Sold", "Direct Operating Expenses", "Other Operating Revenue"):
        assert budget[kind] == pytest.approx(actual[kind], rel=0.15), kind
    assert budget["Other Expense"] == pytest.approx(actual["Other Expense"], rel=0.35)  # with tax on the profit


def test_what_one_company_plans_to_charge_another_plans_to_be_charged(group: Group) -> None:
    """Management fees of the calendar months both have, within the few percent that each is off."""
    services, buyer = group.company("wexmoor_services"), group.company("tollen_creek")
    income = planned(budget_lines(group, services, YEAR))
    cost = planned(budget_lines(group, buyer, YEAR))
    fees = {number: amount for (number, _), amount in (income | cost).items() if number in ("4460", "6060")}
    assert fees["6060"] == pytest.approx(9_800_000 * 0.001 * 12, rel=0.05)
    assert fees["4460"] > 8 * fees["6060"]  # it is one of eight growers, and not the largest


def test_a_budget_is_the_same_for_the_same_seed(group: Group) -> None:
    company = group.company("dunmarrow")
    assert budget_lines(group, company, YEAR) == budget_lines(group, company, YEAR)
    assert budget_lines(group, company, YEAR, seed=1) != budget_lines(group, company, YEAR)
