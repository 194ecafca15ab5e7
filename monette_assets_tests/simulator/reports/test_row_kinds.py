"""Every row kind and quirk that QuickBooks' reports are known to have is served somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monette_assets.simulator.localisation import TRUNCATED
from monette_assets.simulator.model import Books
from monette_assets_tests.simulator.reading import Json, cents, column, every_row, keys, leaves, report, rows
from monette_assets_tests.simulator.small_books import add, document, farm

FEBRUARY = ("2025-02-01", "2025-02-28")
YEAR = ("2024-11-01", "2025-10-31")


def _values(row: Json, part: str) -> list[str]:
    return [cell["value"] for cell in row.get(part, {}).get("ColData", [])]


def _with_unknown_account() -> Books:
    books = farm()
    add(books, document("JournalEntry", "9", "2025-02-05", [("1", 5_00), ("", -5_00)]))
    return books


def _own_and_children() -> Books:
    books = farm()
    add(books, document("Invoice", "9", "2025-02-05", [("2", 7_00), ("20", -3_00), ("21", -4_00)]))
    return books


def _is_data_leaf(row: Json) -> bool:
    return row.get("type") == "Data" and any("id" in cell for cell in row.get("ColData", []))


KINDS: list[tuple[str, Callable[[], Books], str, tuple[str, str], Callable[[Json, Json], Any]]] = [
    ("1 data leaf", farm, "GeneralLedger", FEBRUARY, lambda b, r: _is_data_leaf(r)),
    ("1 untyped leaf", farm, "TrialBalance", FEBRUARY, lambda b, r: "ColData" in r and "type" not in r),
    ("1 untyped aging leaf", farm, "AgedPayableDetail", FEBRUARY, lambda b, r: "ColData" in r and "type" not in r),
    (
        "2 section with group, at top level only",
        farm,
        "ProfitAndLoss",
        FEBRUARY,
        lambda b, r: (
            r in rows(b)
            and {"Header", "Rows", "Summary", "group"} <= set(r)
            and not any("group" in below for top in rows(b) for below in every_row({"Rows": top.get("Rows", {})}))
        ),
    ),
    ("3 summary only", farm, "ProfitAndLoss", FEBRUARY, lambda b, r: set(r) == {"Summary", "type", "group"}),
    ("4 rows {}", farm, "ProfitAndLossDetail", FEBRUARY, lambda b, r: r.get("Rows") == {} and "Summary" in r),
    (
        "5 section without header: a parent's own postings",
        _own_and_children,
        "ProfitAndLossDetail",
        FEBRUARY,
        lambda b, r: "Header" not in r and r.get("Rows", {}).get("Row") and "Summary" in r,
    ),
    (
        "6 header without id: a parent without own postings",
        farm,
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: _values(r, "Header")[:1] == ["4100 Custom Work"] and "id" not in r["Header"]["ColData"][0],
    ),
    (
        "7 blank header and summary, no rows",
        farm,
        "ProfitAndLossDetail",
        FEBRUARY,
        lambda b, r: "Rows" not in r and set(_values(r, "Header")) == {""} == set(_values(r, "Summary")),
    ),
    (
        "8 not specified",
        _with_unknown_account,
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: _values(r, "Header")[:1] == ["Not Specified"] and r["Rows"]["Row"],
    ),
    (
        "9 net income leaf",
        farm,
        "BalanceSheet",
        FEBRUARY,
        lambda b, r: r.get("group") == "NetIncome" and r["type"] == "Data" and "id" not in r["ColData"][0],
    ),
    (
        "10 parent's own amount in the header's money cell",
        farm,
        "ProfitAndLoss",
        YEAR,
        lambda b, r: r.get("Header", {}).get("ColData", [{}])[0].get("id") == "20" and _values(r, "Header")[1],
    ),
    (
        "11 continuation line",
        farm,
        "JournalReport",
        FEBRUARY,
        lambda b, r: [c["value"] for c in r.get("ColData", [])[:2]] == ["0-00-00", ""] and r["ColData"][1]["id"],
    ),
    ("11 spacer", farm, "JournalReport", FEBRUARY, lambda b, r: {c["value"] for c in r.get("ColData", [])} == {""}),
    ("11 a quarter", farm, "GeneralLedger", FEBRUARY, lambda b, r: {"value": ".25"} in r.get("ColData", [])),
    (
        "12 beginning balance",
        farm,
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: "ColData" in r and r["ColData"][0]["value"] == "Beginning Balance" and r["ColData"][-1]["value"],
    ),
    (
        "12 beginning balance empty in every column",
        lambda: farm(empty_beginning_balance=True),
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: r.get("type") == "Data" and not any(cell["value"] for cell in r["ColData"]),
    ),
    ("15 id on the type, empty id on the name", farm, "GeneralLedger", FEBRUARY, lambda b, r: _ids(b, r) == ("2", "")),
    (
        "16 several split accounts",
        farm,
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: "ColData" in r and column(b, r, "split_acc")["value"] == "-Split-",
    ),
    (
        "17 natural sign: revenue reads positive",
        farm,
        "GeneralLedger",
        FEBRUARY,
        lambda b, r: "ColData" in r and cents(column(b, r, "subt_nat_amount")["value"]) == 700_00,
    ),
]


def _ids(body: Json, row: Json) -> tuple[str, str] | None:
    if "ColData" not in row:
        return None
    return column(body, row, "txn_type").get("id", "?"), column(body, row, "name").get("id", "?")


@pytest.mark.parametrize(("books", "name", "span", "is_kind"), [kind[1:] for kind in KINDS], ids=[k[0] for k in KINDS])
def test_row_kind_is_served(
    books: Callable[[], Books], name: str, span: tuple[str, str], is_kind: Callable[[Json, Json], Any]
) -> None:
    body = report(books(), name, *span)
    assert any(is_kind(body, row) for row in every_row(body))


def test_13_truncated_at_the_cell_limit() -> None:
    whole = report(farm(), "GeneralLedger", *YEAR)
    width = len(keys(whole))
    cut = report(farm(), "GeneralLedger", *YEAR, cell_limit=10 * width)
    assert rows(cut)[-1]["ColData"][0]["value"] == TRUNCATED
    assert len(leaves(cut)) == 10 + 1
    assert leaves(cut)[:10] == leaves(whole)[:10]


def test_13_a_report_at_the_limit_is_whole() -> None:
    whole = report(farm(), "GeneralLedger", *YEAR)
    limit = len(leaves(whole)) * len(keys(whole))
    assert rows(report(farm(), "GeneralLedger", *YEAR, cell_limit=limit)) == rows(whole)
    assert rows(report(farm(), "GeneralLedger", *YEAR, cell_limit=limit - 1))[-1]["ColData"][0]["value"] == TRUNCATED


def test_14_ids_of_two_object_types_collide() -> None:
    body = report(farm(), "GeneralLedger", *YEAR)
    types = {
        column(body, row, "txn_type")["value"] for row in leaves(body) if column(body, row, "txn_type").get("id") == "1"
    }
    assert len(types) > 1


def test_an_empty_report_says_so() -> None:
    for name in ("GeneralLedger", "ProfitAndLoss", "ProfitAndLossDetail", "TrialBalance", "BalanceSheet"):
        body = report(farm(), name, "2020-01-01", "2020-01-31")
        assert {"Name": "NoReportData", "Value": "true"} in body["Header"]["Option"]
        assert body["Rows"] == {}


# ---- columns


def test_columns_are_those_asked_for_and_unknown_ones_are_ignored() -> None:
    asked = ("credit_amt", "no_such_column", "tx_date", "debt_amt", "subt_nat_home_amount")
    assert set(keys(report(farm(), "GeneralLedger", *FEBRUARY, columns=asked))) == {"tx_date", "debt_amt", "credit_amt"}


@pytest.mark.parametrize(
    ("multicurrency", "non_tracking", "amount", "balance"),
    [
        (False, False, "subt_nat_amount", "rbal_nat_amount"),
        (True, False, "subt_nat_home_amount", "rbal_nat_home_amount"),
        (False, True, "subt_nat_amount_nt", "rbal_nat_amount_nt"),
        (True, True, "subt_nat_amount_home_nt", "rbal_nat_amount_home_nt"),
    ],
)
def test_each_kind_of_company_has_its_own_amount_columns(
    multicurrency: bool, non_tracking: bool, amount: str, balance: str
) -> None:
    books = farm(multicurrency=multicurrency, non_tracking=non_tracking)
    body = report(books, "GeneralLedger", *FEBRUARY)
    assert keys(body)[-2:] == [amount, balance]
    assert sum(cents(column(body, row, amount)["value"]) for row in rows(body)[0]["Rows"]["Row"]) == 256_30


def test_a_multicurrency_company_leaves_the_plain_amounts_empty() -> None:
    books = farm(multicurrency=True)
    add(
        books,
        document("Invoice", "9", "2025-02-20", [("2", 100_00), ("20", -100_00)], currency="USD", rate="1.4321"),
    )
    asked = ("txn_type", "debt_amt", "subt_nat_amount", "debt_home_amt", "currency", "exch_rate", "nat_foreign_amount")
    body = report(books, "GeneralLedger", "2025-02-20", "2025-02-20", columns=asked)
    receivable = next(row for row in leaves(body) if column(body, row, "txn_type").get("id") == "9")
    shown = {key: column(body, receivable, key)["value"] for key in asked[1:]}
    assert shown == {
        "debt_amt": "",
        "subt_nat_amount": "",
        "debt_home_amt": "143.21",
        "currency": "USD",
        "exch_rate": "1.4321",
        "nat_foreign_amount": "100.00",
    }


def test_key_order_is_not_fixed() -> None:
    orders = {tuple(report(farm(realm), "TrialBalance", *FEBRUARY)) for realm in ("9130001", "9130002")}
    assert orders == {("Header", "Columns", "Rows"), ("Header", "Rows", "Columns")}


def test_a_french_company_answers_in_french() -> None:
    body = report(farm(language="fr"), "GeneralLedger", *FEBRUARY)
    titles = [c["ColTitle"] for c in body["Columns"]["Column"]]
    values = {cell["value"] for row in leaves(body) for cell in row["ColData"]}
    assert "Type d'opération" in titles
    assert {"Solde d'ouverture", "Facture", "Écriture de journal", "-Répartition-"} <= values
    assert not {"Beginning Balance", "Invoice"} & values
    cut = report(farm(language="fr"), "GeneralLedger", *FEBRUARY, cell_limit=8)
    assert rows(cut)[-1]["ColData"][0]["value"].startswith("Impossible d'afficher plus de données")
