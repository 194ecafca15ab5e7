"""The group as the rest of the platform asks it: who is in it when, fiscal years, and flat rows to join with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from monette_assets.group import calendar
from monette_assets.group.effective import ALWAYS, Window, follow_reroutes, intersect, subtract
from monette_assets.group.models import (
    ANY_COMPANY,
    Commodity,
    Company,
    Consolidation,
    GroupAccount,
    GroupSettings,
    Location,
    MappingEntry,
    Pillar,
    Reroute,
)
from monette_assets.group.prices import PriceBook
from monette_assets.group.problems import one_of
from monette_assets.group.validation import reroute_hops

Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """A valid contract. Rows are plain dicts; their windows are half-open (`from_period` <= period < `to_period`).

    `fingerprint` is the contract's version: the same for the same content, however the files are formatted;
    `file_fingerprints` are those of its files.
    """

    settings: GroupSettings
    companies: tuple[Company, ...]
    pillars: tuple[Pillar, ...]
    locations: tuple[Location, ...]
    commodities: tuple[Commodity, ...]
    chart: tuple[GroupAccount, ...]
    mapping: tuple[MappingEntry, ...]
    reroutes: tuple[Reroute, ...]
    consolidation: Consolidation
    fingerprint: str
    file_fingerprints: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)  # as written, by name
    prices: PriceBook | None = field(default=None, compare=False)  # it has a fingerprint of its own

    @property
    def code(self) -> str:
        return self.settings.code

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def currency(self) -> str:
        return self.settings.currency

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """It decides what day it is (ACCOUNTING 12)."""
        return ZoneInfo(self.settings.time_zone)

    @property
    def first_period(self) -> date:
        return self.settings.first_period

    @property
    def bases(self) -> tuple[str, ...]:
        return self.settings.bases

    @cached_property
    def _by_code(self) -> dict[str, Company]:
        return {each.code: each for each in self.companies}

    def company(self, code: str) -> Company:
        """The company of that code. Raises KeyError naming the valid codes."""
        try:
            return self._by_code[code]
        except KeyError:
            raise KeyError(
                f"no company {code!r} in group {self.code}; expected {one_of(self._by_code, code)}"
            ) from None

    def is_active(self, company: str, period: date) -> bool:
        """Whether the company belongs to the group in that period."""
        return self.company(company).is_active(period)

    def periods(self, first: date, last: date) -> list[date]:
        """Every period from first to last, both included."""
        return calendar.months_between(first, last)

    def expected_company_months(self, first: date, last: date) -> list[tuple[str, date]]:
        """(company, period) of every company-month that should be there, by company, then period."""
        months = self.periods(first, last)
        return [(each.code, period) for each in self.companies for period in months if each.is_active(period)]

    def fiscal_year_start(self, company: str, period: date) -> date:
        """First day of the company's fiscal year that holds the period."""
        return calendar.fiscal_year_start(self.company(company).year_starts, period)

    def fiscal_year(self, company: str, period: date) -> int:
        """The fiscal year by the calendar year in which it ends: FY2026 = November 2025 to October 2026."""
        return calendar.fiscal_year(self.company(company).year_starts, period)

    def account_mapping_rows(self) -> list[Row]:
        """company, account_number | account_name, group_account, commodity, from_period, to_period.

        A company's own entries come before those of every company (`*`), for as long as they are in force.
        `commodity` falls back to the group account's. Names are full names (colon paths).
        """
        default = {each.code: each.commodity for each in self.chart}
        shared: dict[tuple[str, str], list[MappingEntry]] = defaultdict(list)
        own: dict[str, dict[tuple[str, str], list[MappingEntry]]] = defaultdict(lambda: defaultdict(list))
        for entry in self.mapping:
            (shared if entry.company == ANY_COMPANY else own[entry.company])[entry.key].append(entry)

        def row(company: str, entry: MappingEntry, window: Window) -> Row:
            return {
                "company": company,
                "account_number": entry.account_number,
                "account_name": entry.account_name,
                "group_account": entry.group_account,
                "commodity": entry.commodity or default[entry.group_account],
                "from_period": window.first,
                "to_period": window.end,
            }

        rows: list[Row] = []
        for company in self._by_code:
            specific = own[company]
            for entries in specific.values():
                rows.extend(row(company, each, each.window) for each in entries)
            for key, entries in shared.items():
                taken = [each.window for each in specific.get(key, ())]
                rows.extend(row(company, each, left) for each in entries for left in subtract(each.window, taken))
        return rows

    def location_rows(self) -> list[Row]:
        """company, raw_name, location, pillar, from_period, to_period: every known spelling in every company.

        The standard name is a spelling everywhere; a company's own spelling comes before one of every company.
        """
        shared: list[tuple[str, Location, Window]] = []
        own: dict[str, list[tuple[str, Location, Window]]] = defaultdict(list)
        for location in self.locations:
            shared.append((location.name, location, ALWAYS))
            for each in location.spellings:
                if each.company != ANY_COMPANY:
                    own[each.company].append((each.raw, location, each.window))
                elif each.raw != location.name:
                    shared.append((each.raw, location, each.window))
        rows: list[Row] = []
        for company in self._by_code:
            taken: dict[str, list[Window]] = defaultdict(list)
            for raw, _, window in own[company]:
                taken[raw].append(window)
            spellings = own[company] + [
                (raw, location, left)
                for raw, location, window in shared
                for left in subtract(window, taken.get(raw, ()))
            ]
            for raw, location, window in spellings:
                for held in location.pillars:
                    both = intersect(window, held.window)
                    if both:
                        rows.append(
                            {
                                "company": company,
                                "raw_name": raw,
                                "location": location.name,
                                "pillar": held.pillar,
                                "from_period": both.first,
                                "to_period": both.end,
                            }
                        )
        return rows

    def reroute_rows(self) -> list[Row]:
        """company, group_account, to_group_account, from_period, to_period; chains followed to their end."""
        entries = tuple(enumerate(self.reroutes))
        return [
            {
                "company": company,
                "group_account": source,
                "to_group_account": target,
                "from_period": window.first,
                "to_period": window.end,
            }
            for company in self._by_code
            for source, target, window in follow_reroutes(reroute_hops(company, entries))[0]
        ]

    def budget_rate_rows(self) -> list[Row]:
        """fiscal_year, currency, rate: where a budget sheet states no rate of its own."""
        return [
            {"fiscal_year": each.fiscal_year, "currency": each.currency, "rate": each.rate}
            for each in self.settings.budget_rates
        ]

    def chart_rows(self) -> list[Row]:
        """group_account, name, statement, classification, profit_type, kind, order, commodity, monetary (is_monetary),
        cash_flow (section); in statement order."""
        return [
            {
                "group_account": each.code,
                "name": each.name,
                "statement": each.statement,
                "classification": each.classification,
                "profit_type": each.profit_type,
                "kind": each.kind,
                "order": each.order,
                "commodity": each.commodity,
                "monetary": each.is_monetary,
                "cash_flow": each.cash_flow_section,
            }
            for each in self.chart
        ]

    def pillar_rows(self) -> list[Row]:
        """pillar, parent (None at the top), order; in the contract's order."""
        return [{"pillar": each.name, "parent": each.parent, "order": i} for i, each in enumerate(self.pillars)]

    def company_rows(self) -> list[Row]:
        """company, name, realm_id, home_currency, currency (the group's), country, pillar, location, first_period,
        last_period (None while it belongs), translation."""
        return [
            {
                "company": each.code,
                "name": each.name,
                "realm_id": each.realm_id,
                "home_currency": each.home_currency,
                "currency": self.currency,
                "country": each.country,
                "pillar": each.pillar,
                "location": each.location,
                "first_period": each.first_period,
                "last_period": each.last_period,
                "translation": each.translation,
            }
            for each in self.companies
        ]

    def fiscal_year_rows(self, first: date, last: date) -> list[Row]:
        """company, period, fiscal_year, fiscal_year_start of every company and period, active or not."""
        months = self.periods(first, last)
        return [
            {
                "company": each.code,
                "period": period,
                "fiscal_year": calendar.fiscal_year(each.year_starts, period),
                "fiscal_year_start": calendar.fiscal_year_start(each.year_starts, period),
            }
            for each in self.companies
            for period in months
        ]
