"""What each company of the demo plans to earn and spend, in its own currency: its profile and seasons, as they recur.

Budgets know the contract, not the books: they hold what a month of that kind brings on average, a little off line by
line. What comes of balances (interest on the operating line, exchange gains, stock counts) nobody plans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from monette_assets.group import Company, Group
from monette_assets.group.calendar import months_between
from monette_assets.simulator import intercompany
from monette_assets.simulator.charts import chart_of, full_name
from monette_assets.simulator.profiles import businesses_of, profile_of, uses_of
from monette_assets.simulator.seasons import ACTIVITIES, CAPITAL, OVERHEADS, STOCKS, WAGES

FISCAL_YEARS = (2025, 2026)
BUDGET_RATES = {2025: 1.36, 2026: 1.38}
SHARES = 10_000  # an activity's share is in hundredths of a percent of a year's revenue
ROUND_TO = 100  # nobody budgets single dollars
HARVEST = "5090"  # a cost by QuickBooks, negative where crop comes in; the group shows it as revenue
PAYROLL_TAXES_PERCENT = 7
INCOME_TAX_PERCENT = 13

Line = tuple[str, str, str, list[int | None]]  # location as people call it, number, name, one amount a month


def year_months(group: Group, company: Company, year: int) -> list[date]:
    """The months of a fiscal year in which the company belongs to the group."""
    around = months_between(date(year - 1, 1, 1), date(year, 12, 1))
    of_year = [period for period in around if group.fiscal_year(company.code, period) == year]
    return [period for period in of_year if company.is_active(period) and period >= group.first_period]


def budget_lines(group: Group, company: Company, year: int, *, seed: int = 2024) -> list[Line]:
    """What the company plans, by location and account, over the months it has in the year.

    Amounts are as the group's statements show an account: revenue and cost both positive.
    """
    months = year_months(group, company, year)
    if not months:
        return []
    profile = profile_of(company)
    accounts, ids = chart_of(
        uses_of(group, company),
        company.home_currency,
        language=profile.language,
        renumbered=profile.renumbered,
        unnumbered=profile.unnumbered,
    )
    amounts: dict[tuple[str, str], dict[date, int]] = {}
    for period in months:
        for place, number, cents in _month(group, company, period, year):
            known = number if number in ids else "6060"  # where its books put what their chart has no account for
            line = amounts.setdefault((place, known), {})
            line[period] = line.get(period, 0) + cents
    planned: dict[tuple[str, str], list[int]] = {}
    for (place, number), by_month in sorted(amounts.items()):
        hope = Random(f"{seed}/budget/{company.code}/{year}/{place}/{number}").uniform(0.96, 1.04)
        planned[place, number] = [
            round(by_month.get(period, 0) * hope / 100 / ROUND_TO) * ROUND_TO for period in months
        ]
    if company.country == "CA" and (tax := _income_tax(planned)):
        planned[company.location or "", "7200"] = [0] * (len(months) - 1) + [tax]
    return [
        (place, accounts[ids[number]].number, full_name(accounts, ids[number]), [each or None for each in values])
        for (place, number), values in sorted(planned.items())
        if any(values)
    ]


def _month(group: Group, company: Company, period: date, year: int) -> Iterator[tuple[str, str, int]]:
    """Place, farm chart's number and cents of all that a month brings."""
    businesses = businesses_of(group, company, period)
    departments = sum(max(1, len(raws)) for raws in businesses.values())
    revenue, home = profile_of(company).revenue, company.location or ""
    wages = 0
    for business, raws in businesses.items():
        places = Counter(_standard(group, raw) for raw in raws) or {home: 1}
        for number, cents in _trade(business, revenue, period.month):
            for place, count in places.items():
                yield place, number, cents * count // departments
            wages += cents * sum(places.values()) // departments if number in ("5700", "6050") else 0
    yield home, "5710", wages * PAYROLL_TAXES_PERCENT // 100
    for number, cents, currency in intercompany.planned(group, company, period):
        foreign = currency != company.home_currency
        yield home, number, round(cents * BUDGET_RATES[year]) if foreign else cents


def _trade(business: str, revenue: int, month: int) -> Iterator[tuple[str, int]]:
    """Farm chart's number and cents of a month, of everything the business does with strangers, its staff and stock."""
    stock, capital = STOCKS.get(business), CAPITAL[business]
    sold = 0
    for activity, percent in (
        *((each, 100) for each in ACTIVITIES[business]),
        *((each, capital.overheads) for each in OVERHEADS),
    ):
        total = revenue * percent * activity.share // SHARES * activity.months[month - 1] // sum(activity.months)
        for number in dict.fromkeys(activity.accounts):
            part = total * activity.accounts.count(number) // len(activity.accounts)
            if part and number[0] in "4567":
                yield number, part
            sold += part if stock is not None and number.startswith(stock.sales) else 0
    if stock is not None:
        yield stock.cost, sold * stock.cost_share // SHARES
        if stock.harvest and (crop := stock.harvest[month - 1]):
            yield HARVEST, revenue * 100 * stock.cost_share // SHARES * crop // sum(stock.harvest)
    field, office = WAGES[business]
    yield "5700", revenue * 100 * field // SHARES // 12
    yield "6050", revenue * 100 * office // SHARES // 12
    yield "7000", revenue * (capital.machinery + capital.buildings) // 100 * 100 // 144
    yield "7100", revenue * capital.term_debt // 100 * 100 * 55 // 1000 // 12


def _income_tax(planned: dict[tuple[str, str], list[int]]) -> int:
    """What the year's profit is taxed with, none on a loss."""
    profit = sum(
        sum(values) if number[0] == "4" or number == HARVEST else -sum(values)
        for (_, number), values in planned.items()
    )
    return max(0, round(profit * INCOME_TAX_PERCENT / 100 / ROUND_TO) * ROUND_TO)


def _standard(group: Group, raw: str) -> str:
    return next((place.name for place in group.locations for spelling in place.spellings if spelling.raw == raw), raw)
