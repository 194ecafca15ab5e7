"""The ledger lines behind a figure, each with QuickBooks' document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from monette_assets.group import Group
from monette_assets.reports.evidence import add_documents
from monette_assets.reports.explain.explanation import Row, step
from monette_assets.reports.explain.facts import CENT, LEDGER, OPENING, WORDS, ZERO, Asked, Facts, Key
from monette_assets.reports.lines import BALANCE_SHEET
from monette_assets.reports.released import Released
from monette_assets.reports.statement import Field, Kind, Statement

COLUMNS = (
    "company", "account_id", "account_number", "transaction_date", "transaction_type", "transaction_id",
    "document_number", "contact_name", "memo", "currency", "amount", "amount_cad",
)  # fmt: skip


def documents_behind(asked: Asked, facts: Facts, limit: int) -> tuple[Statement, list[str]]:
    """Ledger lines of the month on the line's accounts, largest first; their sum is each account's movement.

    None of an opening: what the month posted came after it.
    """
    import pyarrow.compute as pc

    currency = asked.group.currency
    opens = facts.what == WORDS[OPENING]
    keys = {} if opens else {(row["company"], row["account_id"]): row for row in facts.accounts}
    posted = asked.release.rows(
        LEDGER,
        period=facts.month,
        columns=COLUMNS,
        where=asked.of_basis
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
        and (company, account) in facts.booked
    ]  # fmt: skip
    notes = []
    if opens:
        notes.append("Not what the month before closed with: its lines are no part of what the month opened with.")
    elif facts.line.statement == BALANCE_SHEET:
        opening = sum((row["opening_cad"] for row in facts.accounts), ZERO)
        notes.append(f"The month's lines move the balance from {opening:,.2f} {currency}; earlier months: --period.")
    return listed(asked.release, asked.group, lines, limit, notes), problems


def listed(
    release: Released, group: Group, lines: list[Row], limit: int, notes: Sequence[str] = (), more: Sequence[Field] = ()
) -> Statement:
    """Ledger lines, largest first, each with its document; the rest is counted. `more` columns stand before amounts."""
    lines = sorted(lines, key=lambda row: (-abs(row["amount_cad"] or row["amount"]), row["company"],
                                           row["transaction_date"]))  # fmt: skip
    shown = lines if limit == 0 else lines[:limit]
    for row in shown:
        row["amount_cad"] = None if row["amount_cad"] is None else row["amount_cad"].quantize(CENT, ROUND_HALF_UP)
    add_documents(release, shown)
    rest = len(lines) - len(shown)
    if rest:
        left = sum((row["amount_cad"] or ZERO for row in lines[len(shown) :]), ZERO).quantize(CENT, ROUND_HALF_UP)
        notes = [f"and {rest:,} more lines, {left:,.2f} {group.currency} together; --limit 0 lists all.", *notes]
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
        *more,
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        Field("amount_cad", group.currency, Kind.MONEY),
    )
    return step("Documents", subtitle, fields, shown, notes=notes)
