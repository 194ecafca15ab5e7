"""Random reports come back as they were; damaged ones come back as refusals, never as an exception."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.sources.quickbooks.reports import (
    Parsed,
    parse_agings,
    parse_balances,
    parse_general_ledger,
    parse_journal,
    parse_profit_and_loss_detail,
)
from monette_assets_tests.sources.quickbooks.reports.rendering import MONTH, Json, posting, report, sale, section, text

Line = tuple[str, str, int, int]  # type, id, day, cents debit positive
LINES = st.lists(
    st.tuples(
        st.sampled_from(["Invoice", "Bill", "Facture"]),
        st.sampled_from(["1", "2", "3"]),
        st.integers(1, 31),
        st.integers(-(10**11), 10**11),
    ),
    max_size=4,
)
TREE: st.SearchStrategy[Any] = st.recursive(
    st.tuples(LINES, st.just([])), lambda below: st.tuples(LINES, st.lists(below, max_size=3)), max_leaves=12
)


def money(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))


def rendered(tree: Any, numbers: Any, expected: list[Any]) -> tuple[Json, int, int]:
    """The section of an account and its debit and credit totals; appends the lines it must come back as."""
    lines, children = tree
    identifier = str(next(numbers))
    rows, debit, credit = [], 0, 0
    for kind, txn, day, cents in lines:
        side = {"debit": money(cents)} if cents >= 0 else {"credit": money(-cents)}
        rows.append(posting(kind, txn, day=f"2025-01-{day:02d}", **side))
        expected.append((identifier, kind, txn, date(2025, 1, day), Decimal(cents).scaleb(-2)))
        debit, credit = debit + max(cents, 0), credit - min(cents, 0)
    for child in children:
        below, more_debit, more_credit = rendered(child, numbers, expected)
        rows.append(below)
        debit, credit = debit + more_debit, credit + more_credit
    name = f"Account {identifier}"
    return section(name, rows, identifier=identifier, debit=money(debit), credit=money(credit)), debit, credit


@given(st.lists(TREE, max_size=4))
def test_a_random_ledger_comes_back_line_by_line(trees: list[Any]) -> None:
    expected: list[Any] = []
    numbers = iter(range(1, 10_000))
    body = report([rendered(tree, numbers, expected)[0] for tree in trees])
    parsed = parse_general_ledger([text(body)], **MONTH)  # type: ignore[arg-type]
    assert not len(parsed.refusals)
    found = [
        (r["account_id"], r["transaction_type"], r["transaction_id"], r["transaction_date"], r["amount"])
        for r in parsed.lines.to_pylist()
    ]
    assert found == expected
    keys = [
        (r["account_id"], r["transaction_type"], r["transaction_id"], r["line_number"])
        for r in parsed.lines.to_pylist()
    ]
    assert len(set(keys)) == len(keys)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *[p for key, value in below for p in places(value, (*path, key))]]


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(
        ["45992", "1,234.50", "Unable to display more data.", "Section", "\ud800", {}, [], {"Row": None}, [[]]]
    ),
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    body: Any = copy.deepcopy(sale())
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(body)))
        junk = draw(JUNK)
        if not path:
            body = junk
            break
        parent = body
        for key in path[:-1]:
            parent = parent[key]
        action = draw(st.sampled_from(["replace", "delete", "double"]))
        if action == "replace":
            parent[path[-1]] = junk
        elif action == "delete":
            del parent[path[-1]]
        elif isinstance(parent, list):
            parent.insert(path[-1], copy.deepcopy(parent[path[-1]]))
    whole = json.dumps(body, ensure_ascii=draw(st.booleans()))
    return whole[: draw(st.integers(0, len(whole)))] if draw(st.booleans()) and draw(st.booleans()) else whole


def sound(parsed: Parsed) -> None:
    """Nothing unforeseen, nothing lost, every refusal says why and where."""
    for refusal in parsed.refusals.to_pylist():
        assert refusal["reason"] != "unexpected", refusal["detail"]
        assert refusal["detail"]
        assert refusal["path"]
    if parsed.refused:
        assert not len(parsed.lines)


@settings(max_examples=400)
@given(damaged())
def test_damage_ends_in_refusals_never_in_an_exception(payload: str) -> None:
    parsed = parse_general_ledger([payload], **MONTH)  # type: ignore[arg-type]
    sound(parsed)
    counts = parsed.counts
    if not parsed.refused:
        assert counts.data_rows == counts.lines + counts.not_postings + counts.rows_refused


@settings(max_examples=150)
@given(
    damaged(),
    st.sampled_from(
        ["ProfitAndLossDetail", "ProfitAndLoss", "BalanceSheet", "TrialBalance", "AgedPayableDetail", "JournalReport"]
    ),
)
def test_damage_to_the_other_reports(payload: str, name: str) -> None:
    payload = payload.replace('"GeneralLedger"', f'"{name}"').replace("debt_amt", "subt_nat_amount")
    statements: dict[str, Any] = {
        "ProfitAndLoss": "profit_and_loss",
        "BalanceSheet": "balance_sheet",
        "TrialBalance": "trial_balance",
    }
    if name in statements:
        sound(parse_balances([payload], statements[name], **MONTH))  # type: ignore[arg-type]
    elif name == "AgedPayableDetail":
        sound(parse_agings([payload], name, **MONTH))  # type: ignore[arg-type]
    elif name == "JournalReport":
        sound(parse_journal([payload], **MONTH))  # type: ignore[arg-type]
    else:
        sound(parse_profit_and_loss_detail([payload], **MONTH))  # type: ignore[arg-type]
