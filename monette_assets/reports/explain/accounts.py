"""The first steps of an explanation: accounts of the companies' books, mapped, rerouted and translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from monette_assets.group import Group
from monette_assets.group.effective import EARLIEST
from monette_assets.group.models import ANY_COMPANY
from monette_assets.reports.explain.explanation import Row, step
from monette_assets.reports.explain.facts import CENT, TRIAL_BALANCE, ZERO, Facts, sum_of
from monette_assets.reports.statement import Field, Kind, Statement

METHOD = Field("method", "Method")
ACCOUNT_FIELDS = (Field("company", "Company"), Field("account_number", "Number"), Field("account_name", "Account"))


def by_size(rows: Iterable[Row], name: str) -> list[Row]:
    """Accounts, the largest amount first."""
    return sorted(rows, key=lambda row: (-abs(row[name] or ZERO), row["company"], row["account_id"]))


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


def map_accounts(facts: Facts) -> tuple[Statement, list[str]]:
    """Accounts of the companies' own books, in home currency, and the contract entry that maps each."""
    rows, problems = [], []
    for row in by_size(facts.accounts, "amount"):
        entry = mapped(facts.mapping, row)
        key = (row["company"], row["account_id"])
        expected = facts.booked.get(key)
        if expected is not None and expected != row["amount"]:
            problems.append(
                f"map: {row['company']} account {row['account_id']}: translated from {row['amount']}, "
                f"{facts.books} says {expected}"
            )
        rows.append(
            {
                **row,
                "maps_to": entry["group_account"]
                if entry
                else "unmapped"
                if key in facts.booked or facts.books != TRIAL_BALANCE
                else "made by translation",
                "by": entry["by"] if entry else "",
                "since": _since(entry["from_period"]) if entry else "",
            }
        )
    held = {(row["company"], row["account_id"]) for row in facts.accounts}
    problems += [
        f"map: {company} account {account}: {amount} in {facts.books}, not translated"
        for (company, account), amount in sorted(facts.booked.items())
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
    return step("Map", f"{facts.what} in home currency; from {facts.books}", fields, rows), problems


def reroute(group: Group, facts: Facts) -> tuple[Statement | None, list[str]]:
    """Accounts whose activity finance moved to another group account (ACCOUNTING 23)."""
    moves = {
        (row["company"], row["group_account"]): row
        for row in group.reroute_rows()
        if row["from_period"] <= facts.month < row["to_period"]
    }
    rows, problems = [], []
    for row in facts.accounts:
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
             "since": _since(move["from_period"])}
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
    return step("Reroute", "activity moved to another group account", fields, rows), problems


def translate(group: Group, facts: Facts, which: Field = METHOD) -> tuple[Statement, list[str]]:
    """Each account's rate, its kind, date and source (ACCOUNTING 13, 14); the product is checked where it is one.

    `which` is the column that tells rows of an account apart.
    """
    rows, problems = [], []
    for row in by_size(facts.accounts, "amount_cad"):
        is_product = row["rate_kind"] == facts.product
        if row["rate_kind"] == "none" and row["currency"] == group.currency:
            expected: Decimal | None = row["amount"]
        elif is_product and row["rate"] is not None:
            expected = (row["amount"] * row["rate"]).quantize(CENT, ROUND_HALF_UP)
        else:
            expected = None
        if expected is not None and expected != row["amount_cad"]:
            problems.append(
                f"translate: {row['company']} account {row['account_id']}: {row['amount']} at {row['rate']} is "
                f"{expected}, found {row['amount_cad']}"
            )
        rows.append({**row, "rate": "" if row["rate"] is None else format(row["rate"], "f")})
    fields = (
        *ACCOUNT_FIELDS,
        Field("currency", "Currency"),
        Field("amount", "Amount", Kind.MONEY),
        which,
        Field("rate", "Rate"),
        Field("rate_kind", "Kind"),
        Field("rate_date", "Of", Kind.DATE),
        Field("rate_source", "Source"),
        Field("amount_cad", group.currency, Kind.MONEY),
    )
    total = {"company": "All", "amount_cad": sum_of(facts.accounts, "amount_cad")}
    return step("Translate", f"to {group.currency}; from {facts.translated_in}", fields, rows, total), problems
