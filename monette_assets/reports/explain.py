"""Why a figure is what it is: from the accounts of the companies' books, step by step, to the statement.

Every step's sum is compared with the step before it; an explanation that does not add up says so (ACCOUNTING 17).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.calendar import month_end
from monette_assets.group.effective import EARLIEST
from monette_assets.group.models import ANY_COMPANY
from monette_assets.reports.evidence import add_documents, adjustment_lines, elimination_entries
from monette_assets.reports.lines import BALANCE_SHEET, PROFIT_AND_LOSS, Line, find_line, group_year_start, places
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

CONSOLIDATED, BALANCES = "gold/consolidated_statements", "gold/translated_balances"
TRIAL_BALANCE, LEDGER = "gold/trial_balance", "gold/ledger"
GROUP, COMPANIES = "group", "companies"
LATER_STEPS = {
    "eliminations": "Eliminations",
    "adjustments": "Adjustments",
    "non_controlling_interest": "Non-controlling interest",
}
EARNS = ("Revenue", "Expense")
CENT, ZERO = Decimal("0.01"), Decimal("0.00")
ACCOUNT_ROWS = 400
Row = dict[str, Any]
Key = tuple[str, str]  # company, account_id


@dataclass(frozen=True)
class Explanation:
    """A figure in group currency and display sign, the steps that made it, the ledger lines behind it.

    `problems` name every step that does not tie to the one before; none where the figure is explained to the cent.
    """

    title: str
    figure: Decimal
    steps: tuple[Statement, ...]
    documents: Statement
    problems: tuple[str, ...]

    @property
    def ties(self) -> bool:
        """Whether the steps add up to the figure."""
        return not self.problems


@dataclass(frozen=True)
class _Facts:
    """What the explanation is made from: rows of one month, of the line's accounts."""

    line: Line
    measure: str  # movement of the month, or closing balance
    balances: list[Row]
    consolidated: list[Row]
    trial_balance: dict[Key, Decimal]
    mapping: Mapping[tuple[str, str, str], Row]


def explain(question: Question, statement: str, line: str, limit: int = 20) -> Explanation:
    """The steps that made a figure of the group, or of the question's company; `limit` ledger lines (0: all).

    A profit and loss figure is the month's, a balance sheet figure the balance at its end. Raises ReportError for a
    statement or line that there is not, naming the nearest.
    """
    release, group, month = question.release, question.group, question.month
    for table in (CONSOLIDATED, BALANCES):
        if not release.holds(table):
            raise ReportError(f"{table} is not in {release.name}; run `monette run --from {month:%Y-%m}`")
    facts = _read(release, group, month, question.company, statement, line)
    sign = facts.line.sign
    figure = sign * _sum(facts.consolidated, f"{facts.measure}_cad")
    steps, problems = [], []
    for step, problem in (
        _map(facts),
        _reroute(group, month, facts),
        _translate(group, facts),
        _aggregate(group, facts),
        *(_later(release, group, month, facts, name) for name in LATER_STEPS),
    ):
        if step is not None:
            steps.append(step)
        problems += problem
    steps.append(_figure(group, facts, figure))
    documents, problem = _documents(release, group, month, facts, limit)
    what = facts.line.name if facts.line.statement == PROFIT_AND_LOSS else f"{facts.line.name} at {month_end(month)}"
    return Explanation(
        f"{question.whom}: {what}, {month:%B %Y}, {question.subtitle(group.currency, 'accrual')}",
        figure,
        tuple(replace(step, title=f"{number}. {step.title}") for number, step in enumerate(steps, start=1)),
        documents,
        (*problems, *problem),
    )


def _read(release: Released, group: Group, month: date, company: str | None, statement: str, text: str) -> _Facts:
    import pyarrow.compute as pc

    accrual = pc.field("basis") == "accrual"
    wanted = accrual & (pc.field("subgroup") == GROUP)
    if company:
        wanted = wanted & (pc.field("step") == COMPANIES) & (pc.field("component") == company)
    consolidated = release.rows(CONSOLIDATED, period=month, where=wanted)
    balances = release.rows(BALANCES, period=month, company=company, where=accrual)
    line = find_line(statement, text, places(group, [*consolidated, *balances]))
    measure = "movement" if statement == PROFIT_AND_LOSS else "closing"
    trial_balance = release.rows(TRIAL_BALANCE, period=month, company=company, where=accrual)
    if statement == BALANCE_SHEET:
        balances = [row for row in balances if row["classification"] not in EARNS]
        trial_balance = [row for row in trial_balance if row["classification"] not in EARNS]
        balances += _earned(release, group, month, company)
    return _Facts(
        line,
        measure,
        [row for row in balances if row["group_account"] in line.accounts and _moved(row, measure)],
        [row for row in consolidated if row["group_account"] in line.accounts],
        {
            (row["company"], row["account_id"]): row["closing"] - (row["opening"] if measure == "movement" else 0)
            for row in trial_balance
            if row["group_account"] in line.accounts
        },
        mappings(group, month),
    )


def _earned(release: Released, group: Group, month: date, company: str | None) -> list[Row]:
    """Income and expense to date of the group's fiscal year, whatever the company's own; each month at its own rate."""
    import pyarrow.compute as pc

    first = group_year_start(group, month)
    of_year = (pc.field("period") >= first) & (pc.field("period") <= month)
    rows = release.rows(
        BALANCES,
        company=company,
        where=of_year & (pc.field("basis") == "accrual") & pc.field("classification").isin(list(EARNS)),
    )
    found: dict[Key, Row] = {}
    for row in sorted(rows, key=lambda row: row["period"]):
        key = (row["company"], row["account_id"])
        is_now = row["period"] == month
        before = found.get(key, {"closing": ZERO, "closing_cad": ZERO})
        now, now_cad = row["movement"] or ZERO, row["movement_cad"] or ZERO
        found[key] = {
            **row,
            "movement": now if is_now else ZERO,
            "movement_cad": now_cad if is_now else ZERO,
            "opening_cad": before["closing_cad"] if is_now else before["closing_cad"] + now_cad,
            "closing": before["closing"] + now,
            "closing_cad": before["closing_cad"] + now_cad,
            "rate": None,
            "rate_kind": "by month",
            "rate_date": None,
            "rate_source": f"each month's own, from {first:%Y-%m}",
        }
    return list(found.values())


def _moved(row: Row, measure: str) -> bool:
    return bool(row[measure] or row[f"{measure}_cad"])


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    return sum((row[name] or ZERO for row in rows), ZERO)


def _statement(
    title: str,
    subtitle: str,
    fields: Sequence[Field],
    rows: Sequence[Row],
    total: Row | None = None,
    notes: Sequence[str] = (),
) -> Statement:
    shown = list(rows[:ACCOUNT_ROWS])
    notes = list(notes)
    if len(rows) > ACCOUNT_ROWS:
        notes.append(f"The first {ACCOUNT_ROWS} of {len(rows):,} rows; one company: --company CODE.")
    emphasis = [Emphasis.NORMAL] * len(shown)
    if total is not None:
        shown.append(total)
        emphasis.append(Emphasis.RESULT)
    return Statement(title, subtitle, tuple(fields), shown, emphasis, notes)


ACCOUNT_FIELDS = (Field("company", "Company"), Field("account_number", "Number"), Field("account_name", "Account"))


def _by_size(rows: Iterable[Row], name: str) -> list[Row]:
    return sorted(rows, key=lambda row: (-abs(row[name] or ZERO), row["company"], row["account_id"]))


# --- the steps -----------------------------------------------------------------------------------------------------


def mappings(group: Group, month: date) -> dict[tuple[str, str, str], Row]:
    """The mapping entries in force by (company, "number" or "name", value), each with `by` and `of` in words."""
    own = {
        (entry.company, *entry.key)
        for entry in group.mapping
        if entry.company != ANY_COMPANY and entry.window.first <= month < entry.window.end
    }
    found: dict[tuple[str, str, str], Row] = {}
    for row in group.account_mapping_rows():
        if row["from_period"] <= month < row["to_period"]:
            kind = "number" if row["account_number"] else "name"
            key = (row["company"], kind, row[f"account_{kind}"])
            of = "its own entry" if key in own else "every company's"
            found[key] = {**row, "by": f"{kind} {key[2]}, {of}"}
    return found


def mapped(entries: Mapping[tuple[str, str, str], Row], account: Row) -> Row | None:
    """The entry for an account: by number, by full name as fallback; None where there is none."""
    number = (account["company"], "number", account["account_number"] or "")
    return entries.get(number) or entries.get((account["company"], "name", account["account_name"]))


def _since(first: date) -> str:
    return "always" if first == EARLIEST else f"{first:%Y-%m}"


def _map(facts: _Facts) -> tuple[Statement, list[str]]:
    """Accounts of the companies' own books, in home currency, and the contract entry that maps each."""
    rows, problems = [], []
    for row in _by_size(facts.balances, facts.measure):
        entry = mapped(facts.mapping, row)
        expected = facts.trial_balance.get((row["company"], row["account_id"]))
        if expected is not None and expected != row[facts.measure]:
            problems.append(
                f"map: {row['company']} account {row['account_id']}: translated from {row[facts.measure]}, "
                f"the trial balance says {expected}"
            )
        rows.append(
            {
                **row,
                "amount": row[facts.measure],
                "maps_to": entry["group_account"]
                if entry
                else "made by translation"
                if expected is None
                else "unmapped",
                "by": entry["by"] if entry else "",
                "since": _since(entry["from_period"]) if entry else "",
            }
        )
    held = {(row["company"], row["account_id"]) for row in facts.balances}
    problems += [
        f"map: {company} account {account}: {amount} in the trial balance, not translated"
        for (company, account), amount in sorted(facts.trial_balance.items())
        if amount and (company, account) not in held
    ]
    fields = (
        *ACCOUNT_FIELDS,
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        Field("maps_to", "Group account"),
        Field("by", "By entry"),
        Field("since", "In force since"),
    )
    what = "movement of the month" if facts.measure == "movement" else "closing balance"
    return _statement("Map", f"{what} in home currency, debit positive; from {TRIAL_BALANCE}", fields, rows), problems


def _reroute(group: Group, month: date, facts: _Facts) -> tuple[Statement | None, list[str]]:
    """Accounts whose activity finance moved to another group account (ACCOUNTING 23)."""
    moves = {
        (row["company"], row["group_account"]): row
        for row in group.reroute_rows()
        if row["from_period"] <= month < row["to_period"]
    }
    rows, problems = [], []
    for row in facts.balances:
        entry = mapped(facts.mapping, row)
        if entry is None or entry["group_account"] == row["group_account"]:
            continue
        move = moves.get((row["company"], entry["group_account"]))
        if move is None or move["to_group_account"] != row["group_account"]:
            problems.append(
                f"reroute: {row['company']} account {row['account_id']} stands in {row['group_account']}, the contract "
                f"of today maps it to {entry['group_account']}: the release was built with another contract"
            )
            continue
        rows.append(
            {**row, "maps_to": entry["group_account"], "goes_to": row["group_account"],
             "since": _since(move["from_period"]), "amount": row[facts.measure]}
        )  # fmt: skip
    if not rows:
        return None, problems
    fields = (
        *ACCOUNT_FIELDS,
        Field("maps_to", "From"),
        Field("goes_to", "To"),
        Field("since", "In force since"),
        Field("amount", "Amount", Kind.MONEY),
    )
    return _statement("Reroute", "activity moved to another group account", fields, rows), problems


def _translate(group: Group, facts: _Facts) -> tuple[Statement, list[str]]:
    """Each account's rate, its kind, date and source (ACCOUNTING 13, 14); the product is checked where it is one."""
    cad, rows, problems = f"{facts.measure}_cad", [], []
    for row in _by_size(facts.balances, cad):
        is_product = row["rate_kind"] == ("average" if facts.measure == "movement" else "closing")
        if row["rate_kind"] == "none" and row["currency"] == group.currency:
            expected: Decimal | None = row[facts.measure]
        elif is_product and row["rate"] is not None:
            expected = (row[facts.measure] * row["rate"]).quantize(CENT, ROUND_HALF_UP)
        else:
            expected = None
        if expected is not None and expected != row[cad]:
            problems.append(
                f"translate: {row['company']} account {row['account_id']}: {row[facts.measure]} at {row['rate']} is "
                f"{expected}, found {row[cad]}"
            )
        rows.append(
            {
                **row,
                "amount": row[facts.measure],
                "rate": "" if row["rate"] is None else format(row["rate"], "f"),
                "amount_cad": row[cad],
            }
        )
    fields = (
        *ACCOUNT_FIELDS,
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        Field("method", "Method"),
        Field("rate", "Rate"),
        Field("rate_kind", "Kind"),
        Field("rate_date", "Of", Kind.DATE),
        Field("rate_source", "Source"),
        Field("amount_cad", group.currency, Kind.MONEY),
    )
    total = {"company": "All", "amount_cad": _sum(facts.balances, cad)}
    return _statement("Translate", f"to {group.currency}; from {BALANCES}", fields, rows, total), problems


def _aggregate(group: Group, facts: _Facts) -> tuple[Statement, list[str]]:
    """Companies as they enter consolidation; what they do not owe to translation alone is named."""
    cad = f"{facts.measure}_cad"
    translated: dict[str, Decimal] = defaultdict(lambda: ZERO)
    entered: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in facts.balances:
        translated[row["company"]] += row[cad] or ZERO
    for row in facts.consolidated:
        if row["step"] == COMPANIES:
            entered[row["component"]] += row[cad]
    rows, problems = [], []
    for company in sorted(translated.keys() | entered.keys(), key=lambda each: (-abs(entered[each]), each)):
        difference = entered[company] - translated[company]
        rows.append(
            {
                "company": company,
                "translated": translated[company],
                "difference": difference,
                "amount": entered[company],
            }
        )
        if difference:
            problems.append(
                f"aggregate: {company}: {translated[company]} translated, {entered[company]} in the consolidation, "
                f"difference {difference}"
            )
    fields = (
        Field("company", "Company"),
        Field("translated", "Translated", Kind.MONEY),
        Field("difference", "Difference", Kind.MONEY),
        Field("amount", "In consolidation", Kind.MONEY),
    )
    total = {
        "company": "All",
        "translated": sum(translated.values(), ZERO),
        "difference": sum(entered.values(), ZERO) - sum(translated.values(), ZERO),
        "amount": sum(entered.values(), ZERO),
    }
    return _statement(
        "Aggregate", f"{group.currency}, debit positive; in {CONSOLIDATED}", fields, rows, total
    ), problems


def _later(
    release: Released, group: Group, month: date, facts: _Facts, step: str
) -> tuple[Statement | None, list[str]]:
    """The entries of a later step: what the consolidation holds by kind, then the entries it is made of."""
    cad = f"{facts.measure}_cad"
    rows = [
        {"component": row["component"], "group_account": row["group_account"], "amount": row[cad]}
        for row in facts.consolidated
        if row["step"] == step and row[cad]
    ]
    if not rows:
        return None, []
    rows.sort(key=lambda row: (-abs(row["amount"]), row["component"]))
    entries = [
        entry
        for entry in _entries(release, month, facts, step)
        if facts.measure == "closing" or entry["period"] == month
    ]
    told = sum((entry["amount"] for entry in entries), ZERO)
    whole = sum((row["amount"] for row in rows), ZERO)
    notes = []
    if entries and told != whole:
        notes.append(f"The entries listed come to {told:,.2f}; the rest was carried forward from earlier months.")
    fields = (
        Field("component", "What"),
        *((Field("entry", "Entry"), Field("whose", "Whose"), Field("evidence", "Evidence")) if entries else ()),
        Field("group_account", "Group account"),
        Field("amount", "Amount", Kind.MONEY),
    )
    total = {"component": "All", "amount": whole}
    subtitle = f"{group.currency}, debit positive"
    return _statement(LATER_STEPS[step], subtitle, fields, entries or rows, total, notes), []


def _entries(release: Released, month: date, facts: _Facts, step: str) -> list[Row]:
    """The entries of a step on the line's accounts, each with whose it is and what proves it."""
    if step == "eliminations":
        return [
            {
                **row,
                "component": row["kind"],
                "entry": row["elimination"],
                "whose": " / ".join(each for each in (row["company"], row["partner"]) if each),
                "evidence": f"document {row['reference']}" if row["reference"] else "",
                "amount": row["amount_cad"],
            }
            for row in elimination_entries(release, month, facts.line.accounts)
        ]
    if step == "adjustments":
        return [
            {
                **row,
                "component": row["entry"],
                "entry": row["description"],
                "whose": row["company"] or "the group",
                "evidence": f"by {row['author']}, approved by {row['approver']}; {row['file_name']}, {row['sheet']}, "
                f"row {row['row_number']}",
                "amount": row["amount_cad"],
            }
            for row in adjustment_lines(release, month, facts.line.accounts)
        ]
    return []


def _figure(group: Group, facts: _Facts, figure: Decimal) -> Statement:
    cad = f"{facts.measure}_cad"
    rows = [
        {"what": "Companies", "amount": _sum((row for row in facts.consolidated if row["step"] == COMPANIES), cad)},
        *(
            {"what": title, "amount": _sum((row for row in facts.consolidated if row["step"] == step), cad)}
            for step, title in LATER_STEPS.items()
        ),
    ]
    rows = [row for row in rows if row["amount"] or row["what"] == "Companies"]
    notes = [] if facts.line.sign > 0 else ["Revenue, income, liabilities and equity are shown with the sign turned."]
    total = {"what": facts.line.name, "amount": figure}
    fields = (Field("what", "Step"), Field("amount", group.currency, Kind.MONEY))
    return _statement("Figure", "debit positive, then as shown", fields, rows, total, notes)


# --- the documents -------------------------------------------------------------------------------------------------


def _documents(release: Released, group: Group, month: date, facts: _Facts, limit: int) -> tuple[Statement, list[str]]:
    """Ledger lines of the month on the line's accounts, largest first; their sum is each account's movement."""
    import pyarrow.compute as pc

    keys = {(row["company"], row["account_id"]): row for row in facts.balances}
    posted = release.rows(
        LEDGER,
        period=month,
        columns=[
            "company", "account_id", "account_number", "transaction_date", "transaction_type", "transaction_id",
            "document_number", "contact_name", "memo", "currency", "amount", "amount_cad",
        ],
        where=(pc.field("basis") == "accrual")
        & pc.field("company").isin(sorted({company for company, _ in keys}))
        & pc.field("account_id").isin(sorted({account for _, account in keys})),
    ) if keys else []  # fmt: skip
    lines = [row for row in posted if (row["company"], row["account_id"]) in keys]
    sums: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        sums[row["company"], row["account_id"]] += row["amount"]
    problems = [
        f"documents: {company} account {account}: lines of {sums[company, account]}, a movement of {row['movement']}"
        for (company, account), row in keys.items()
        if sums[company, account] != row["movement"] and (row["movement"] or sums[company, account])
        and (company, account) in facts.trial_balance
    ]  # fmt: skip
    lines.sort(key=lambda row: (-abs(row["amount_cad"] or row["amount"]), row["company"], row["transaction_date"]))
    shown = lines if limit == 0 else lines[:limit]
    for row in shown:
        row["amount_cad"] = None if row["amount_cad"] is None else row["amount_cad"].quantize(CENT, ROUND_HALF_UP)
    add_documents(release, shown)
    notes = []
    rest = len(lines) - len(shown)
    if rest:
        left = sum((row["amount_cad"] or ZERO for row in lines[len(shown) :]), ZERO).quantize(CENT, ROUND_HALF_UP)
        notes.append(f"and {rest:,} more lines, {left:,.2f} {group.currency} together; --limit 0 lists all.")
    if facts.line.statement == BALANCE_SHEET:
        opening = sum((row["opening_cad"] for row in facts.balances), ZERO)
        notes.append(
            f"The month's lines move the balance from {opening:,.2f} {group.currency}; earlier months: --period."
        )
    subtitle = f"{len(lines):,} ledger lines, debit positive; {group.currency} at the month's average rate"
    fields = (
        Field("company", "Company"),
        Field("transaction_date", "Date", Kind.DATE),
        Field("transaction_type", "Type"),
        Field("document_number", "Number"),
        Field("account_number", "Account"),
        Field("contact_name", "Contact"),
        Field("memo", "Memo"),
        *((Field("document", "Document in QuickBooks"),) if any(row["document"] for row in shown) else ()),
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        Field("amount_cad", group.currency, Kind.MONEY),
    )
    return _statement("Documents", subtitle, fields, shown, notes=notes), problems
