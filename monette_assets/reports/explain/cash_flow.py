"""Figures of the cash flow statement: which accounts moved, and at which rate their movement flowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from monette_assets.gold.cash_flow import CLOSING as CLOSING_CASH
from monette_assets.gold.cash_flow import (
    EXCHANGE_EFFECT,
    FLOWS,
    NET_CHANGE,
    NET_INCOME,
    OPERATING,
    TRANSLATION_ADJUSTMENT,
    TRANSLATION_GAIN,
)
from monette_assets.gold.cash_flow import OPENING as OPENING_CASH
from monette_assets.gold.consolidated_cash_flow import INVESTMENTS, JOINED, LEFT
from monette_assets.group import Group
from monette_assets.group.calendar import add_months
from monette_assets.reports.average_rates import Rates, average_rates, rate_of
from monette_assets.reports.cash_flow import line_name
from monette_assets.reports.explain.accounts import mappings
from monette_assets.reports.explain.explanation import Row
from monette_assets.reports.explain.facts import (
    CENT,
    CLOSING,
    COMPANIES,
    EARNS,
    MOVEMENT,
    OPENING,
    WORDS,
    ZERO,
    Asked,
    Facts,
    Key,
)
from monette_assets.reports.lines import CASH_FLOW, PROFIT_AND_LOSS, Level, Line, nearest
from monette_assets.reports.sheet import label

OF_COMPANY, OF_GROUP = "gold/cash_flow", "gold/consolidated_cash_flow"
TOTALS = {
    "operating": ("Cash from operating activities", OPERATING),
    "investing": ("Cash from investing activities", ("investing",)),
    "financing": ("Cash from financing activities", ("financing",)),
    NET_CHANGE: ("Net change in cash", (*FLOWS, "exchange", "scope")),
}
Place = tuple[str, str]  # section, line


def facts_of(asked: Asked, text: str) -> Facts:
    """`text` is a line or a section's total; `SECTION/LINE` where an account stands in several sections.

    Raises ReportError where the month has no such line, naming the nearest.
    """
    told = _table(asked)
    found = {(row["section"], row["line"]) for row in told if row["line"] != NET_CHANGE}
    wanted, line = _find(asked.group, text, sorted(found | _without_amount(asked, found)))
    made_of = [row for row in told if (row["section"], row["line"]) in wanted]
    accounts, what = _accounts(asked, wanted)
    periods = {row["period"] for row in accounts}
    month = periods.pop() if len(periods) == 1 else asked.month
    return Facts(
        line=Line(CASH_FLOW, line, _name(asked.group, line), Level.TOTAL, 1,
                  frozenset(row["group_account"] for row in accounts)),
        month=month,
        what=what,
        accounts=accounts,
        made_of=made_of,
        table=OF_COMPANY if asked.company else OF_GROUP,
        mapping=mappings(asked.group, month),
        booked=_booked(asked, month, accounts),
    )  # fmt: skip


def _table(asked: Asked) -> list[Row]:
    """The month's rows of the statement, each with step and component."""
    if not asked.company:
        return [{**row, "amount": row["amount_cad"], "group_account": row["line"]}
                for row in asked.consolidated(asked.month, OF_GROUP)]  # fmt: skip
    rows = asked.release.rows(OF_COMPANY, period=asked.month, company=asked.company, where=asked.of_basis)
    return [
        {**row, "step": COMPANIES, "component": asked.company, "amount": row["amount_cad"],
         "group_account": row["line"]}
        for row in rows
    ]  # fmt: skip


def _without_amount(asked: Asked, found: set[Place]) -> set[Place]:
    """Lines of nothing this month: the statement prints them for the year before's sake."""
    lines = {("net_income", NET_INCOME), ("exchange", EXCHANGE_EFFECT), ("cash", OPENING_CASH), ("cash", CLOSING_CASH)}
    if not asked.company:
        lines |= {("scope", each) for each in (JOINED, LEFT, INVESTMENTS)}
    for account in asked.group.chart:
        section = account.cash_flow_section
        if account.statement == PROFIT_AND_LOSS and section != "operating":
            lines.add(("adjustments", account.code))
        elif account.statement != PROFIT_AND_LOSS and section != "cash":
            lines.add(("working_capital" if section == "operating" else section, account.code))
    told = {line for _, line in found}
    return {(section, line) for section, line in lines if line not in told}


def _find(group: Group, text: str, places: list[Place]) -> tuple[set[Place], str]:
    """The places that a line or total is made of, and its key."""
    known = dict(TOTALS)
    names: dict[str, str] = {key: key for key in known} | {title: key for key, (title, _) in known.items()}
    printed = Counter(line_name(group, *place) for place in places)
    for section, line in places:
        twice = len([each for _, each in places if each == line]) > 1
        key = f"{section}/{line}" if twice else line
        names |= {f"{section}/{line}": key, key: key, _name(group, key): key}
        if printed[line_name(group, section, line)] == 1:
            names[line_name(group, section, line)] = key
    key = nearest(CASH_FLOW, text, names)
    if key in known:
        return {place for place in places if place[0] in known[key][1]}, key
    return {(section, line) for section, line in places if key in (line, f"{section}/{line}")}, key


def _name(group: Group, key: str) -> str:
    if key in TOTALS:
        return TOTALS[key][0]
    section, _, line = key.rpartition("/")
    name = label(group, line)
    return f"{name} ({section.replace('_', ' ')})" if section else name


# --- the accounts --------------------------------------------------------------------------------------------------


def _accounts(asked: Asked, wanted: set[Place]) -> tuple[list[Row], str]:
    """Accounts with what of each stands on these lines, and what that is."""
    flows = _contributions(asked)
    if wanted <= {("cash", OPENING_CASH), ("scope", JOINED), ("scope", LEFT)}:
        return _cash_at_the_beginning(asked, wanted), "cash held"
    found: dict[Key, Row] = {}
    for row, place, amount, amount_cad in flows:
        if place in wanted:
            key = (row["company"], row["account_id"])
            before = found.get(key, {"amount": ZERO, "amount_cad": ZERO})
            found[key] = {**row, "amount": before["amount"] + amount, "amount_cad": before["amount_cad"] + amount_cad}
    if ("scope", JOINED) in wanted or ("scope", LEFT) in wanted:
        for row in _cash_at_the_beginning(asked, wanted - {("cash", OPENING_CASH)}):
            key = (row["company"], row["account_id"])
            before = found.get(key, {"amount": ZERO, "amount_cad": ZERO})
            found[key] = {**row, "amount": before["amount"] + row["amount"],
                          "amount_cad": before["amount_cad"] + row["amount_cad"]}  # fmt: skip
    what = WORDS[CLOSING] if wanted == {("cash", CLOSING_CASH)} else "what flowed, inflows positive,"
    return [row for row in found.values() if row["amount"] or row["amount_cad"]], what


def _contributions(asked: Asked) -> Iterator[tuple[Row, Place, Decimal, Decimal]]:
    """Every account's part of every line, in home and group currency (gold/cash_flow)."""
    chart = {each.code: each for each in asked.group.chart}
    accumulated = next((code for code, each in chart.items() if each.kind == "accumulated_depreciation"), None)
    averages = average_rates(asked.release, [asked.month])
    for held in asked.balances(asked.month):
        account = held["group_account"]
        section = chart[account].cash_flow_section if account in chart else "operating"
        earns, unreal = held["classification"] in EARNS, held["account_id"] == TRANSLATION_GAIN
        row, flow, flow_cad = _flow(held, averages)
        effect = ("exchange", EXCHANGE_EFFECT)
        if section == "cash":
            yield row, ("cash", CLOSING_CASH), row[CLOSING], row["closing_cad"]
            yield row, effect, row[CLOSING] - row[OPENING], row["closing_cad"] - row["opening_cad"]
        elif not unreal:
            yield row, effect, -flow, -flow_cad
        if earns:
            yield row, ("net_income", NET_INCOME), flow, flow_cad
        if (earns and section != "operating") or unreal:
            yield row, ("adjustments", account), -flow, -flow_cad
        if not earns and section == "operating":
            yield row, ("working_capital", account), flow, flow_cad
        if section in ("investing", "financing") and not unreal:
            is_depreciation = account in chart and chart[account].kind == "depreciation"
            yield row, (section, accumulated if is_depreciation and accumulated else account), flow, flow_cad


def _flow(row: Row, averages: Rates) -> tuple[Row, Decimal, Decimal]:
    """The account with the rate its movement flowed at, and the flow: minus the movement."""
    if row["account_id"] == TRANSLATION_ADJUSTMENT:
        return row, -row[MOVEMENT], ZERO
    if row["rate_kind"] != "closing":
        return row, -row[MOVEMENT], -row["movement_cad"]
    if not row[MOVEMENT]:
        return row, ZERO, ZERO  # nothing flowed, at any rate
    average = rate_of(averages, row["company"], row["period"])
    at_average = (row[MOVEMENT] * average["average_rate"]).quantize(CENT, ROUND_HALF_UP)
    rated = {**row, "rate": average["average_rate"], "rate_kind": "average", "rate_date": average["rate_date"],
             "rate_source": average["rate_source"]}  # fmt: skip
    return rated, -row[MOVEMENT], -at_average


def _cash_at_the_beginning(asked: Asked, wanted: set[Place]) -> list[Row]:
    """Cash accounts at the end of the month before, of who was there then and who joined or left since."""
    cash = {each.code for each in asked.group.chart if each.cash_flow_section == "cash"}
    now = [row for row in asked.balances(asked.month) if row["group_account"] in cash]
    if asked.company:
        return _with(now, OPENING)
    earlier = add_months(asked.month, -1)
    before = [row for row in asked.balances(earlier) if row["group_account"] in cash]
    follows = bool(asked.consolidated(earlier))
    here, there = _present(asked, asked.month), _present(asked, earlier)
    found: list[Row] = []
    if ("cash", OPENING_CASH) in wanted:
        found += _with(before, CLOSING) if follows else _with(now, OPENING)
    if ("scope", JOINED) in wanted and follows:
        found += _with((row for row in now if row["company"] not in there), OPENING)
    if ("scope", LEFT) in wanted:
        found += _with((row for row in before if row["company"] not in here), CLOSING, -1)
    return found


def _present(asked: Asked, month: date) -> set[str]:
    """The companies with a balance in the consolidation of that month."""
    rows = asked.consolidated(month)
    return {row["component"] for row in rows if (row["step"], row["statement"]) == (COMPANIES, "balance_sheet")}


def _with(rows: Iterable[Row], measure: str, sign: int = 1) -> list[Row]:
    taken = [{**row, "amount": sign * row[measure], "amount_cad": sign * row[f"{measure}_cad"]} for row in rows]
    return [row for row in taken if row["amount"] or row["amount_cad"]]


def _booked(asked: Asked, month: date, accounts: list[Row]) -> dict[Key, Decimal | None]:
    """The accounts of the month that the trial balance knows; it says nothing of flows."""
    keys = {(row["company"], row["account_id"]) for row in accounts if row["period"] == month}
    known = {(row["company"], row["account_id"]) for row in asked.trial_balance(month)}
    return dict.fromkeys(keys & known)
