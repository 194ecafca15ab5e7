"""Which companies the group is made of, month by month, and how they know each other (ACCOUNTING 17 to 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from monette_assets.group.calendar import add_months
from monette_assets.group.effective import Window, intersect, subtract
from monette_assets.group.effective import window as window_of
from monette_assets.group.group import Group, Row
from monette_assets.group.models import ANY_COMPANY, WHOLE_GROUP, Ownership


def belongs(group: Group, company: str, period: date) -> bool:
    """Whether the company's figures are part of the group's: while it belongs, a subsidiary while controlled."""
    if not group.is_active(company, period):
        return False
    held = [each for each in group.consolidation.ownership if each.company == company]
    return not held or any(each.window.first <= period < each.window.end for each in held)


def belonging(group: Group) -> Callable[[Mapping[str, Any]], bool]:
    """Tells of a row with company and period whether it is the group's: a subsidiary's books may go beyond control."""
    owned = {each.company for each in group.consolidation.ownership}

    @cache
    def is_controlled(company: str, period: date) -> bool:
        return ownership(group, company, period) is not None

    return lambda row: row["company"] not in owned or is_controlled(row["company"], row["period"])


def ownership(group: Group, company: str, period: date) -> Ownership | None:
    """The entry that says who controls the company in that period; None for a company nobody in the group owns."""
    for each in group.consolidation.ownership:
        if each.company == company and each.window.first <= period < each.window.end:
            return each
    return None


def effective_share(group: Group, company: str, period: date) -> Decimal:
    """The owners' share of the company through every parent: 80 % of 60 % is 48 %."""
    share = Decimal(1)
    while entry := ownership(group, company, period):
        share, company = share * entry.share, entry.parent
    return share


def sold_by(group: Group, company: str, period: date) -> tuple[str, Decimal]:
    """Who sold a company that is controlled no more from the period on, and its share in it.

    A parent that leaves with it did not: who sold 80 % of a company that owns 60 % of it sold 48 %.
    """
    share, last = Decimal(1), add_months(period, -1)
    while not belongs(group, company, period) and (entry := ownership(group, company, last)):
        share, company = share * entry.share, entry.parent
    return company, share


def pillar_of(group: Group, company: str) -> str:
    """The top-level pillar of a company."""
    pillar = group.company(company).pillar
    return next((each.parent for each in group.pillars if each.name == pillar), None) or pillar


def subgroups_of(group: Group, company: str) -> tuple[str, ...]:
    """The group, the company's country and its pillar."""
    return WHOLE_GROUP, f"country/{group.company(company).country}", f"pillar/{pillar_of(group, company)}"


def subgroup_rows(group: Group, periods: Iterable[date]) -> list[Row]:
    """period, subgroup, company: who is in which part of the group, month by month."""
    return [
        {"period": period, "subgroup": subgroup, "company": each.code}
        for period in periods
        for each in group.companies
        if belongs(group, each.code, period)
        for subgroup in subgroups_of(group, each.code)
    ]


def group_year_start(group: Group, period: date) -> date:
    """First day of the group's own fiscal year that holds the period."""
    month = group.settings.year_start_month
    return date(period.year if period.month >= month else period.year - 1, month, 1)


def year_to_date_rows(group: Group, periods: Iterable[date]) -> list[Row]:
    """period, month: the months of the group's fiscal year up to each period."""
    return [
        {"period": period, "month": month}
        for period in periods
        for month in group.periods(group_year_start(group, period), period)
    ]


def normal(name: str) -> str:
    """A contact's name as names are compared: without case and outer spaces."""
    return name.strip().lower()


def company_name_rows(group: Group) -> list[Row]:
    """books, name, partner, from_period, to_period: what each company's books call the others.

    A spelling for one company's books comes before one for every company, that before the companies' own names.
    """
    rows: list[Row] = []
    for books in group.companies:
        taken: dict[str, list[Window]] = defaultdict(list)
        spelled = sorted(group.consolidation.names, key=lambda each: each.books == ANY_COMPANY)
        entries = [
            (normal(each.raw), each.company, window_of(each.from_period, each.to_period))
            for each in spelled
            if each.books in (books.code, ANY_COMPANY)
        ]
        entries += [(normal(each.name), each.code, window_of(None, None)) for each in group.companies]
        for name, partner, window in entries:
            for left in subtract(window, taken[name]):
                rows.append(
                    {
                        "books": books.code,
                        "name": name,
                        "partner": partner,
                        "from_period": left.first,
                        "to_period": left.end,
                    }
                )
            taken[name].append(window)
    return [row for row in rows if row["partner"] != row["books"]]


def owner_rows(group: Group) -> list[Row]:
    """company, partner, owner of every pair named in the contract, both ways round."""
    rows = []
    for each in group.consolidation.owners:
        one, other = each.companies
        rows += [
            {"company": one, "partner": other, "owner": each.owner},
            {"company": other, "partner": one, "owner": each.owner},
        ]
    return rows


def profit_in_stock_rows(group: Group) -> list[Row]:
    """seller, buyer, inventory_account, cost_account, margin, from_period, to_period of every pair of companies.

    The more specific entry comes first: both named, then the seller, then the buyer.
    """
    rows: list[Row] = []
    entries = sorted(
        group.consolidation.profit_in_stock, key=lambda e: (e.seller == ANY_COMPANY) * 2 + (e.buyer == ANY_COMPANY)
    )
    for seller in group.companies:
        for buyer in group.companies:
            taken: dict[str, list[Window]] = defaultdict(list)
            for each in entries:
                if each.seller not in (seller.code, ANY_COMPANY) or each.buyer not in (buyer.code, ANY_COMPANY):
                    continue
                if seller.code == buyer.code:
                    continue
                for left in subtract(each.window, taken[each.inventory_account]):
                    rows.append(
                        {
                            "seller": seller.code,
                            "buyer": buyer.code,
                            "inventory_account": each.inventory_account,
                            "cost_account": each.cost_account,
                            "margin": each.margin,
                            "from_period": left.first,
                            "to_period": left.end,
                        }
                    )
                taken[each.inventory_account].append(each.window)
    return rows


def control_months(group: Group, entry: Ownership, last: date) -> list[date]:
    """The months up to `last` in which the entry's company is controlled."""
    company = group.company(entry.company)
    belongs_to = window_of(company.first_period, add_months(company.last_period, 1) if company.last_period else None)
    both = intersect(entry.window, belongs_to)
    return group.periods(both.first, min(add_months(both.end, -1), last)) if both else []


def account_of_kind(group: Group, kind: str, statement: str) -> str | None:
    """The one group account of a kind in a statement; None where the chart has none."""
    return next((each.code for each in group.chart if (each.kind, each.statement) == (kind, statement)), None)
