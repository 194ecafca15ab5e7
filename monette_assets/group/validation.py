"""What must hold between entries and between files, once each entry is well formed by itself."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from monette_assets.group.calendar import month_end
from monette_assets.group.effective import ALWAYS, Hop, Window, follow_reroutes, subtract
from monette_assets.group.models import (
    ANY_COMPANY,
    WHOLE_GROUP,
    Commodity,
    Company,
    Consolidation,
    GroupAccount,
    GroupSettings,
    Location,
    MappingEntry,
    OpeningPosition,
    Pillar,
    Reroute,
)
from monette_assets.group.problems import Problem, one_of

Item = TypeVar("Item")
Indexed = tuple[tuple[int, Item], ...]

RESERVED_NAME = "Unclassified"  # what carries a location missing from the contract
OTHER_EXPENSE = "Other Expense"
OTHER_EXPENSE_KINDS = ("depreciation", "interest", "income_tax")  # ACCOUNTING 24
OTHER_EXPENSE_NAMES = re.compile(
    r"depreciat|amorti[sz]ation|amortissement|interest (?:expense|on)|int[eé]r[eê]ts sur|income tax|imp[oô]ts? sur le",
    re.I,
)
OTHER_EXPENSE_SUB_TYPES = ("Depreciation", "Amortization", "AmortizationExpense", "InterestPaid", "IncomeTaxExpense")
REVENUE_TYPES = ("Sales Revenue", "Other Operating Revenue", "Other Income")


@dataclass(frozen=True, slots=True)
class Contract:
    """The well-formed entries of every file with their places, and all names given, those of ill-formed entries too."""

    settings: GroupSettings | None
    companies: Indexed[Company]
    pillars: Indexed[Pillar]
    locations: Indexed[Location]
    commodities: Indexed[Commodity]
    chart: Indexed[GroupAccount]
    mapping: Indexed[MappingEntry]
    reroutes: Indexed[Reroute]
    consolidation: Consolidation | None
    named: dict[str, set[str] | None]  # None: the file could not be read, so nothing is known to be missing from it


def problems_between_files(contract: Contract) -> Iterator[Problem]:
    """Every problem that takes more than one entry to see, or more than types to judge."""
    yield from _settings(contract)
    yield from _companies(contract)
    yield from _pillars(contract)
    yield from _locations(contract)
    yield from _duplicates("commodities", ((i, "code", each.code) for i, each in contract.commodities))
    yield from _chart(contract)
    yield from _translation(contract)
    yield from _mapping(contract)
    yield from _reroutes(contract)


def _settings(contract: Contract) -> Iterator[Problem]:
    if not contract.settings:
        return
    zone = contract.settings.time_zone
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        yield Problem("group.yaml", "time_zone", repr(zone), one_of(available_timezones(), zone))
    bases = contract.settings.bases
    if len(set(bases)) != len(bases):
        yield Problem("group.yaml", "bases", repr(list(bases)), "each basis once")
    yield from _fallback_rates(contract.settings)
    years = [(each.fiscal_year, each.currency) for each in contract.settings.budget_rates]
    for i, each in enumerate(years):
        if each in years[:i]:
            yield Problem("group.yaml", f"budget_rates[{i}]", f"{each[1]} in {each[0]} again", "one rate a year")


def _fallback_rates(settings: GroupSettings) -> Iterator[Problem]:
    seen = set()
    for i, each in enumerate(settings.fallback_rates):
        path = f"fallback_rates[{i}]"
        if each.currency == settings.currency:
            yield Problem("group.yaml", f"{path}.currency", each.currency, "another currency than the group's")
        if each.rate_date > month_end(each.period):
            expected = f"{month_end(each.period)} or earlier: a later rate is not that month's"
            yield Problem("group.yaml", f"{path}.rate_date", str(each.rate_date), expected)
        key = (each.currency, each.period, each.kind)
        if key in seen:
            found = f"{each.kind} of {each.currency} for {each.period:%Y-%m} again"
            yield Problem("group.yaml", path, found, "one rate of a kind for a month")
        seen.add(key)


def _companies(contract: Contract) -> Iterator[Problem]:
    file = "companies.yaml"
    yield from _duplicates("companies", ((i, "code", each.code) for i, each in contract.companies))
    yield from _duplicates("companies", ((i, "realm_id", each.realm_id) for i, each in contract.companies))
    yield from _alike("companies", ((i, each.name) for i, each in contract.companies))
    for i, each in contract.companies:
        path = f"companies[{i}]"
        yield from _known(contract, "pillars", file, f"{path}.pillar", each.pillar)
        if each.location is not None:
            yield from _known(contract, "locations", file, f"{path}.location", each.location)
        if each.code == WHOLE_GROUP:
            yield Problem(file, f"{path}.code", repr(each.code), "another code: this one stands for the group itself")
        if each.last_period and each.last_period < each.first_period:
            yield Problem(file, f"{path}.last_period", str(each.last_period), f"{each.first_period} or later")
        if contract.settings and each.first_period < contract.settings.first_period:
            expected = f"{contract.settings.first_period} or later (first_period of group.yaml)"
            yield Problem(file, f"{path}.first_period", str(each.first_period), expected)
        for k, start in enumerate(each.year_starts):
            here = f"{path}.year_starts[{k}].from"
            if start.from_period.month != start.month:
                expected = (
                    f"a period in the month the year starts in, {start.month}: a change begins with a fiscal year"
                )
                yield Problem(file, here, str(start.from_period), expected)
            if k == 0 and start.from_period > each.first_period:
                yield Problem(
                    file, here, str(start.from_period), f"{each.first_period} (first_period) or earlier: no gap"
                )
            if k > 0 and start.from_period <= each.year_starts[k - 1].from_period:
                yield Problem(file, here, str(start.from_period), f"later than {each.year_starts[k - 1].from_period}")


def _pillars(contract: Contract) -> Iterator[Problem]:
    yield from _duplicates("pillars", ((i, "name", each.name) for i, each in contract.pillars))
    parents = {each.name for _, each in contract.pillars if each.parent is None}
    for i, each in contract.pillars:
        if each.name == RESERVED_NAME:
            yield _reserved("pillars.yaml", f"pillars[{i}].name")
        if each.parent is not None and (each.parent not in parents or each.parent == each.name):
            expected = f"a pillar without a parent of its own: {one_of(parents - {each.name}, each.parent)}"
            yield Problem("pillars.yaml", f"pillars[{i}].parent", repr(each.parent), expected)


def _locations(contract: Contract) -> Iterator[Problem]:
    file = "locations.yaml"
    yield from _alike("locations", ((i, each.name) for i, each in contract.locations))
    spellings: list[tuple[Hashable, Window, str, str]] = []
    for i, each in contract.locations:
        path = f"locations[{i}]"
        if each.name == RESERVED_NAME:
            yield _reserved(file, f"{path}.name")
        dated: list[tuple[Hashable, Window, str, str]] = []
        for k, held in enumerate(each.pillars):
            yield from _known(contract, "pillars", file, f"{path}.pillars[{k}].pillar", held.pillar)
            dated.append((each.name, held.window, f"{path}.pillars[{k}]", f"pillar {held.pillar!r}"))
        yield from _overlaps(file, dated)
        spellings.append(((ANY_COMPANY, each.name), ALWAYS, f"{path}.name", f"location {each.name!r}"))
        for k, spelling in enumerate(each.spellings):
            here = f"{path}.spellings[{k}]"
            yield from _known_company(contract, file, f"{here}.company", spelling.company)
            if (spelling.company, spelling.raw) != (ANY_COMPANY, each.name):
                spellings.append(
                    ((spelling.company, spelling.raw), spelling.window, here, f"spelling {spelling.raw!r}")
                )
    yield from _overlaps(file, spellings)


def _chart(contract: Contract) -> Iterator[Problem]:
    file = "chart.yaml"
    yield from _duplicates("chart", ((i, "code", each.code) for i, each in contract.chart))
    for i, each in contract.chart:
        path = f"chart[{i}]"
        if each.commodity is not None:
            yield from _known(contract, "commodities", file, f"{path}.commodity", each.commodity)
        on_balance_sheet = each.classification in ("Asset", "Liability", "Equity")
        if on_balance_sheet != (each.statement == "balance_sheet"):
            expected = "Asset, Liability or Equity" if each.statement == "balance_sheet" else "Revenue or Expense"
            yield Problem(file, f"{path}.classification", repr(each.classification), f"{expected} in {each.statement}")
        if on_balance_sheet and each.profit_type is not None:
            yield Problem(file, f"{path}.profit_type", repr(each.profit_type), "null for a balance-sheet account")
        if each.classification in ("Revenue", "Expense"):
            is_revenue = each.classification == "Revenue"
            choices = [t for t in _PROFIT_TYPES if (t in REVENUE_TYPES) == is_revenue]
            if each.profit_type not in choices:
                yield Problem(file, f"{path}.profit_type", repr(each.profit_type), one_of(choices, each.profit_type))
        if each.cash_flow == "cash" and each.classification not in ("Asset", "Liability"):
            expected = "operating, investing or financing: cash is an asset (or an overdraft)"
            yield Problem(file, f"{path}.cash_flow", repr(each.cash_flow), expected)
        named_so = each.classification == "Expense" and OTHER_EXPENSE_NAMES.search(each.name)
        if (each.kind in OTHER_EXPENSE_KINDS or named_so) and each.profit_type != OTHER_EXPENSE:
            yield Problem(
                file, f"{path}.profit_type", repr(each.profit_type), f"{OTHER_EXPENSE!r}: {_OTHER_EXPENSE_RULE}"
            )
    banks = [each.code for _, each in contract.chart if each.kind == "bank"]
    if banks and not any(each.cash_flow_section == "cash" for _, each in contract.chart):
        expected = "one of them at least in section cash: the cash flow statement ends in it"
        yield Problem(file, "chart", f"bank accounts outside of cash: {', '.join(banks)}", expected)
    retained = [each.code for _, each in contract.chart if each.kind == "retained_earnings"]
    if contract.chart and len(retained) != 1:
        found = ", ".join(retained) or "none"
        yield Problem(file, "chart", f"accounts of kind retained_earnings: {found}", "exactly one (ACCOUNTING 4)")


def _translation(contract: Contract) -> Iterator[Problem]:
    """What translating foreign companies takes (ACCOUNTING 13, 14)."""
    if not contract.settings:
        return
    currency = contract.settings.currency
    for i, each in contract.companies:
        path = f"companies[{i}].opening"
        if each.home_currency == currency:
            if each.opening:
                yield Problem("companies.yaml", path, "an opening position", f"none: its books are in {currency}")
        elif each.opening is None:
            expected = f"its opening position in {currency}: rate, rate_date, source, historical (ACCOUNTING 14)"
            yield Problem("companies.yaml", path, "nothing", expected)
        else:
            yield from _opening(contract, each, each.opening, path)
    foreign = [each for _, each in contract.companies if each.home_currency != currency]
    temporal = any(each.translation == "temporal" for each in foreign)
    yield from _translation_account(contract, "translation", "Equity", needed=bool(foreign))
    yield from _translation_account(contract, "exchange", "Revenue", needed=temporal)
    for i, account in contract.chart:
        path, on_sheet = f"chart[{i}].monetary", account.classification in ("Asset", "Liability")
        if account.monetary is not None and not on_sheet:
            yield Problem("chart.yaml", path, str(account.monetary), "null: only assets and liabilities")
        elif temporal and on_sheet and account.is_monetary is None:
            expected = "true or false: a company is translated by the temporal method (ACCOUNTING 14)"
            yield Problem("chart.yaml", path, "nothing", expected)


def _translation_account(contract: Contract, kind: str, classification: str, *, needed: bool) -> Iterator[Problem]:
    """Where translation differences go: one account, on one side of the books."""
    found = [(i, each) for i, each in contract.chart if each.kind == kind]
    if needed and contract.chart and len(found) != 1:
        shown = ", ".join(each.code for _, each in found) or "none"
        yield Problem("chart.yaml", "chart", f"accounts of kind {kind}: {shown}", "exactly one (ACCOUNTING 14)")
    for i, each in found:
        if each.classification != classification:
            yield Problem("chart.yaml", f"chart[{i}].classification", repr(each.classification), repr(classification))


def _opening(contract: Contract, company: Company, opening: OpeningPosition, path: str) -> Iterator[Problem]:
    file, accounts = "companies.yaml", {each.code: each for _, each in contract.chart}
    if opening.rate_date >= company.first_period:
        yield Problem(file, f"{path}.rate_date", str(opening.rate_date), f"a day before {company.first_period}")
    seen: set[str] = set()
    for k, each in enumerate(opening.historical):
        here = f"{path}.historical[{k}].group_account"
        yield from _known(contract, "chart", file, here, each.group_account)
        if each.group_account in seen:
            yield Problem(file, here, repr(each.group_account), "each group account once")
        seen.add(each.group_account)
        account = accounts.get(each.group_account)
        if account is None:
            continue
        carries = account.classification == "Equity" or account.is_monetary is False
        if company.translation == "temporal" and account.kind == "retained_earnings":
            expected = "an account other than retained earnings, which is what remains under the temporal method"
            yield Problem(file, here, repr(each.group_account), expected)
        elif account.kind == "translation":
            yield Problem(file, here, repr(each.group_account), "another account: this is what remains")
        elif not carries or (company.translation == "current_rate" and account.classification != "Equity"):
            kinds = "an equity" if company.translation == "current_rate" else "an equity or a non-monetary"
            yield Problem(file, here, repr(each.group_account), f"{kinds} account: others are at the closing rate")


_PROFIT_TYPES = (
    *REVENUE_TYPES,
    "Cost of Goods Sold",
    "Direct Operating Expenses",
    "Operating Overheads",
    OTHER_EXPENSE,
)
_OTHER_EXPENSE_RULE = "depreciation, interest and income tax are below EBITDA (ACCOUNTING 24)"


def _mapping(contract: Contract) -> Iterator[Problem]:
    file = "mapping.yaml"
    accounts = {each.code: each for _, each in contract.chart}
    dated: list[tuple[Hashable, Window, str, str]] = []
    for i, each in contract.mapping:
        path = f"mapping[{i}]"
        yield from _known_company(contract, file, f"{path}.company", each.company)
        yield from _known(contract, "chart", file, f"{path}.group_account", each.group_account)
        if each.commodity is not None:
            yield from _known(contract, "commodities", file, f"{path}.commodity", each.commodity)
        if (each.account_number is None) == (each.account_name is None):
            found = "both" if each.account_number else "neither"
            yield Problem(file, path, found, "account_number, or account_name where the account has no number")
            continue
        target = accounts.get(each.group_account)
        if (
            each.account_name
            and target
            and target.classification == "Expense"
            and target.profit_type != OTHER_EXPENSE
            and OTHER_EXPENSE_NAMES.search(each.account_name)
        ):
            expected = f"a group account of profit type {OTHER_EXPENSE!r}: {_OTHER_EXPENSE_RULE}"
            yield Problem(file, f"{path}.group_account", repr(each.group_account), expected)
        kind, value = each.key
        dated.append(
            ((each.company, each.key), each.window, path, f"account {kind} {value!r} of company {each.company!r}")
        )
    yield from _overlaps(file, dated)


def _reroutes(contract: Contract) -> Iterator[Problem]:
    file = "reroutes.yaml"
    accounts = {each.code: each for _, each in contract.chart}
    dated: list[tuple[Hashable, Window, str, str]] = []
    for i, each in contract.reroutes:
        path = f"reroutes[{i}]"
        yield from _known_company(contract, file, f"{path}.company", each.company)
        yield from _known(contract, "chart", file, f"{path}.group_account", each.group_account)
        yield from _known(contract, "chart", file, f"{path}.to_group_account", each.to_group_account)
        dated.append(((each.company, each.group_account), each.window, path, f"account {each.group_account!r}"))
        source, target = accounts.get(each.group_account), accounts.get(each.to_group_account)
        if source and target:
            here = f"{path}.to_group_account"
            if source.statement != target.statement:
                yield Problem(
                    file, here, f"{target.code!r} ({target.statement})", f"an account of the {source.statement}"
                )
            if source.kind in OTHER_EXPENSE_KINDS and target.profit_type != OTHER_EXPENSE:
                expected = f"an account of profit type {OTHER_EXPENSE!r}: {_OTHER_EXPENSE_RULE}"
                yield Problem(file, here, f"{target.code!r} ({target.profit_type})", expected)
    yield from _overlaps(file, dated)
    seen: set[tuple[str, ...]] = set()
    entries = tuple(contract.reroutes)
    for code in [*sorted({each.company for _, each in entries} - {ANY_COMPANY}), ANY_COMPANY]:
        for cycle in follow_reroutes(reroute_hops(code, entries))[1]:
            if tuple(sorted(cycle.path)) not in seen:
                seen.add(tuple(sorted(cycle.path)))
                found = (
                    " -> ".join((*cycle.path, cycle.path[0]))
                    if cycle.path[0] != cycle.path[-1]
                    else " -> ".join(cycle.path)
                )
                yield Problem(
                    file, f"reroutes[{cycle.entry}]", f"circular reroute {found}", "reroutes that end somewhere"
                )


def reroute_hops(company: str, reroutes: Iterable[tuple[int, Reroute]]) -> dict[str, list[Hop]]:
    """The reroutes in force for a company: its own first, those of every company where it has none."""
    own: dict[str, list[Hop]] = defaultdict(list)
    shared: dict[str, list[Hop]] = defaultdict(list)
    for i, each in reroutes:
        if each.company in (company, ANY_COMPANY):
            (own if each.company == company else shared)[each.group_account].append(
                Hop(each.window, each.to_group_account, i)
            )
    for account, hops in shared.items():
        taken = [hop.window for hop in own.get(account, ())]
        own[account].extend(Hop(left, hop.target, hop.entry) for hop in hops for left in subtract(hop.window, taken))
    return dict(own)


def _known(contract: Contract, what: str, file: str, path: str, found: str) -> Iterator[Problem]:
    named = contract.named[what]
    if named is not None and found not in named:
        yield Problem(file, path, repr(found), one_of(named, found))


def _known_company(contract: Contract, file: str, path: str, found: str) -> Iterator[Problem]:
    named = contract.named["companies"]
    if named is not None and found != ANY_COMPANY and found not in named:
        yield Problem(file, path, repr(found), one_of(named | {ANY_COMPANY}, found))


def _duplicates(what: str, values: Iterable[tuple[int, str, str]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for i, field, value in values:
        if value in first:
            yield Problem(
                f"{what}.yaml", f"{what}[{i}].{field}", repr(value), f"no duplicate of {what}[{first[value]}]"
            )
        first.setdefault(value, i)


def _alike(what: str, names: Iterable[tuple[int, str]]) -> Iterator[Problem]:
    """Names that sheets could not tell apart: case and spaces do not count there."""
    first: dict[str, tuple[int, str]] = {}
    for i, name in names:
        held, other = first.setdefault(" ".join(name.split()).casefold(), (i, name))
        if held != i:
            expected = f"another name than {what}[{held}], {other!r}: sheets are read without case and spaces"
            yield Problem(f"{what}.yaml", f"{what}[{i}].name", repr(name), expected)


def _overlaps(file: str, dated: Iterable[tuple[Hashable, Window, str, str]]) -> Iterator[Problem]:
    """Entries for one key must not be in force at the same time, and none may end before it begins."""
    by_key: dict[Hashable, list[tuple[Window, str, str]]] = defaultdict(list)
    for key, window, path, what in dated:
        if window.end <= window.first:
            yield Problem(file, f"{path}.to", str(window.end), f"later than its from, {window.first} (to is exclusive)")
        else:
            by_key[key].append((window, path, what))
    for entries in by_key.values():
        entries.sort()
        for (earlier, earlier_path, _), (later, path, what) in itertools.pairwise(entries):
            if later.first < earlier.end:
                found = f"{what} from {later.first}"
                yield Problem(
                    file, path, found, f"no overlap with {earlier_path}, in force {earlier.first} to {earlier.end}"
                )


def _reserved(file: str, path: str) -> Problem:
    return Problem(file, path, repr(RESERVED_NAME), "another name: this one carries what the contract does not know")
