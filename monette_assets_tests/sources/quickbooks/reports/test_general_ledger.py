"""The general ledger: row kinds, and what a bad cell, row or report costs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from monette_assets.sources.quickbooks.reports import GENERAL_LEDGER, REFUSALS, Parsed, parse_general_ledger
from monette_assets_tests.sources.quickbooks.reports.rendering import (
    COLUMNS,
    MONTH,
    beginning,
    cells,
    posting,
    report,
    sale,
    section,
    text,
)

D = Decimal


def parse(body: Any, **options: Any) -> Parsed:
    return parse_general_ledger([body if isinstance(body, str) else text(body)], **{**MONTH, **options})


def refusal(parsed: Parsed) -> dict[str, Any]:
    """The only refusal."""
    [refused] = parsed.refusals.to_pylist()
    return dict(refused)


def conserves(parsed: Parsed) -> bool:
    counts = parsed.counts
    return counts.data_rows == counts.lines + counts.not_postings + counts.rows_refused


def test_a_sale_is_two_lines_debit_positive_and_an_opening() -> None:
    parsed = parse(sale())
    assert parsed.lines.schema == GENERAL_LEDGER
    assert parsed.refusals.schema == REFUSALS
    bank, sales = parsed.lines.to_pylist()
    assert (bank["account_id"], bank["debit"], bank["credit"], bank["amount"]) == ("1", D("100.00"), D(0), D("100.00"))
    assert (sales["account_id"], sales["debit"], sales["credit"], sales["amount"]) == ("2", D(0), D(100), D("-100.00"))
    assert bank["transaction_date"] == date(2025, 1, 15)
    assert bank["currency"] == "CAD"
    assert bank["memo"] is None
    assert parsed.openings is not None
    assert parsed.openings.select(["account_id", "natural_amount"]).to_pylist() == [
        {"account_id": "1", "natural_amount": D("50.00")}
    ]
    assert parsed.counts.totals_verified == 1
    assert conserves(parsed)


@pytest.mark.parametrize(
    "row",
    [
        beginning("12.00", "Solde d'ouverture"),
        beginning("12.00", ""),
        beginning("", "Beginning Balance"),
        beginning("", ""),
    ],
)
def test_beginning_balance_is_known_by_structure_not_by_its_label(row: Any) -> None:
    parsed = parse(report([section("Bank", [row], identifier="1")]))
    assert not len(parsed.lines)
    assert not len(parsed.refusals)
    assert parsed.openings is not None
    assert parsed.openings["natural_amount"].to_pylist() == [D("12.00") if "12.00" in text(row) else None]
    assert conserves(parsed)


def test_beginning_balance_in_the_type_column() -> None:
    row = {"type": "Data", "ColData": cells({"txn_type": "Beginning Balance", "rbal_nat_amount": "3.00"})}
    parsed = parse(report([section("Bank", [row], identifier="1")]))
    assert parsed.openings is not None
    assert parsed.openings["natural_amount"].to_pylist() == [D("3.00")]


def test_identical_lines_stay_and_are_numbered() -> None:
    twin = posting("Bill", "9", debit="1.00")
    other = posting("Bill", "9", credit="2.00")
    parsed = parse(report([section("Fuel", [twin, twin], identifier="5"), section("AP", [other], identifier="6")]))
    assert parsed.lines.select(["account_id", "line_number"]).to_pylist() == [
        {"account_id": "5", "line_number": 1},
        {"account_id": "5", "line_number": 2},
        {"account_id": "6", "line_number": 1},
    ]


def test_names_repeat_under_parents_and_ids_do_not() -> None:
    body = report(
        [
            section(
                "Crops",
                [posting("A", "1", credit="1"), section("Other", [posting("A", "2", credit="2.5")], identifier="11")],
                identifier="10",
                credit="3.50",
            ),
            section("Cattle", [section("Other", [posting("A", "3", credit="4")], identifier="21")]),
        ]
    )
    found = {r["account_id"]: r["account_name"] for r in parse(body).lines.to_pylist()}
    assert found == {"10": "Crops", "11": "Crops:Other", "21": "Cattle:Other"}


def test_section_without_header_belongs_to_the_account_around_it() -> None:
    own = section(None, [posting("A", "1", debit="1.00")], debit="1.00")
    body = report(
        [
            section(
                "Fuel",
                [own, section("Diesel", [posting("A", "1", credit="1.00")], identifier="6")],
                identifier="5",
                debit="1.00",
                credit="1.00",
            )
        ]
    )
    assert parse(body).lines["account_id"].to_pylist() == ["5", "6"]


def test_spacer_empty_section_and_lone_total_are_no_postings() -> None:
    spacer = {"type": "Data", "ColData": cells({})}
    blank = {"type": "Section", "Header": {"ColData": cells({})}, "Summary": {"ColData": cells({})}}
    hollow = {"type": "Section", "Rows": {}, "Summary": {"ColData": cells({"tx_date": "Total"})}}
    parsed = parse(report([section("Fuel", [posting("A", "1", debit="1"), spacer], identifier="5"), blank, hollow]))
    assert len(parsed.lines) == 1
    assert parsed.counts.not_postings == 1
    assert not len(parsed.refusals)


def test_row_without_type_is_data() -> None:
    row = posting("A", "1", debit="1")
    del row["type"]
    assert len(parse(report([section("Fuel", [row], identifier="5")])).lines) == 1


def test_no_report_data_is_empty_not_an_error() -> None:
    body = report([], Option=[{"Name": "NoReportData", "Value": "true"}])
    empty: dict[str, Any] = {}
    for columns in (body["Columns"], empty):
        parsed = parse({**body, "Columns": columns})
        assert not len(parsed.lines)
        assert not len(parsed.refusals)


def test_a_line_without_account_quarantines_its_whole_transaction_and_nothing_else() -> None:
    body = report(
        [
            section(
                "Bank", [posting("Bill", "1", credit="5.00"), posting("Invoice", "1", debit="7.00")], identifier="1"
            ),
            section("Not Specified", [posting("Bill", "1", debit="5.00")]),
            section("Sales", [posting("Invoice", "1", credit="7.00")], identifier="2"),
        ]
    )
    parsed = parse(body)
    assert parsed.lines["transaction_type"].to_pylist() == ["Invoice", "Invoice"]
    first, second = parsed.refusals.to_pylist()
    assert (first["scope"], first["reason"], first["amount"], first["account_id"]) == (
        "transaction",
        "no_account",
        D("-5.00"),
        "1",
    )
    assert (second["scope"], second["reason"], second["path"]) == ("row", "no_account", "Rows.Row[1].Rows.Row[0]")
    assert (second["transaction_type"], second["transaction_id"], second["amount"]) == ("Bill", "1", D("5.00"))
    assert conserves(parsed)


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"debit": "1,234.50"}, "malformed_amount", "debt_amt"),
        ({"debit": "12345678901234567.00"}, "malformed_amount", "debt_amt"),
        ({"debit": "1e3"}, "malformed_amount", "debt_amt"),
        ({"debit": "1.005"}, "malformed_amount", "debt_amt"),
        ({"debit": "(5.00)"}, "malformed_amount", "debt_amt"),
        ({"day": "45992"}, "malformed_date", "tx_date"),
        ({"day": "2025-02-30"}, "malformed_date", "tx_date"),
        ({"day": "01/15/2025"}, "malformed_date", "tx_date"),
        ({"day": "2025-02-01"}, "malformed_date", "tx_date"),
        ({"day": "0-00-00"}, "malformed_date", "tx_date"),
    ],
)
def test_a_bad_cell_quarantines_the_transaction(change: dict[str, str], reason: str, column: str | None) -> None:
    parsed = parse(sale(**change))
    assert not len(parsed.lines)
    row, other = parsed.refusals.to_pylist()
    assert (row["scope"], row["reason"]) == ("row", reason)
    suffix = f".ColData[{COLUMNS.index(column)}]" if column else ""
    assert row["path"] == f"Rows.Row[0].Rows.Row[1]{suffix}"
    assert (row["transaction_type"], row["transaction_id"], row["company"]) == ("Invoice", "7", "north")
    assert json.loads(row["raw"])[0]["value"] == change.get("day", "2025-01-15")
    assert (other["scope"], other["amount"]) == ("transaction", D("-100.00"))
    assert not parsed.refused
    assert conserves(parsed)


@pytest.mark.parametrize("broken", [{"value": 5}, {"value": None}, {}, "5.00", None, {"value": "1", "id": 3}])
def test_a_cell_that_is_no_cell_costs_its_transaction(broken: Any) -> None:
    body = sale()
    body["Rows"]["Row"][0]["Rows"]["Row"][1]["ColData"][6] = broken
    body["Rows"]["Row"].append(
        section("Rent", [posting("Bill", "8", debit="1.00"), posting("Bill", "8", credit="1.00")], identifier="3")
    )
    parsed = parse(body)
    assert parsed.lines["transaction_id"].to_pylist() == ["8", "8"]
    assert [(r["scope"], r["reason"], r["transaction_id"]) for r in parsed.refusals.to_pylist()] == [
        ("row", "malformed_row", "7"),
        ("transaction", "malformed_row", "7"),
    ]
    assert parsed.refusals["path"][0].as_py() == "Rows.Row[0].Rows.Row[1].ColData"
    assert conserves(parsed)


def test_a_row_with_cells_missing_is_refused() -> None:
    body = sale()
    body["Rows"]["Row"][0]["Rows"]["Row"][1]["ColData"].pop()
    parsed = parse(body)
    assert [r["reason"] for r in parsed.refusals.to_pylist()] == ["malformed_row", "malformed_row"]
    assert "expected 9 cells, found 8" in parsed.refusals["detail"][0].as_py()


def test_a_posting_of_zero_may_print_nothing_but_not_all_of_them() -> None:
    nothing = posting("A", "1")
    bank = section("Bank", [nothing, posting("A", "2", debit="1")], identifier="1")
    assert parse(report([bank])).lines["amount"].to_pylist() == [D("0.00"), D("1.00")]
    assert refusal(parse(report([section("Bank", [nothing], identifier="1")])))["reason"] == "no_amount"


def test_a_row_without_transaction_id_is_refused() -> None:
    parsed = parse(report([section("Fuel", [posting("A", "", debit="1")], identifier="5")]))
    assert refusal(parsed)["reason"] == "no_transaction_id"


def test_account_cell_and_section_must_agree() -> None:
    parsed = parse(sale(**{"account_name": "Bank", "account_name.id": "99"}))
    assert parsed.refusals["reason"].to_pylist() == ["accounts_disagree", "accounts_disagree"]


def edited(**changes: Any) -> Any:
    body = sale()
    body["Header"] = {**body["Header"], **changes}
    return body


def with_row(row: Any) -> Any:
    return report([*sale()["Rows"]["Row"], row])


@pytest.mark.parametrize(
    ("body", "reason", "path"),
    [
        (text(sale())[:300], "unreadable_json", "$"),
        ("", "unreadable_json", "$"),
        ("<html>Bad gateway</html>", "unreadable_json", "$"),
        ("[" * 100_000, "unreadable_json", "$"),
        ("[]", "unknown_row_kind", "$"),
        ("{}", "not_a_report", "$"),
        ('{"Fault": {"Error": [{"code": "3001"}]}}', "fault", "$"),
        ('{"type": "DATA", "colData": [{"value": "Beginning Balance"}]}', "not_a_report", "$"),
        (edited(ReportName="TrialBalance"), "wrong_report", "Header.ReportName"),
        (edited(ReportBasis="Cash"), "wrong_basis", "Header.ReportBasis"),
        (edited(Currency="USD"), "wrong_currency", "Header.Currency"),
        (edited(StartPeriod="2025-01-02"), "wrong_period", "Header.StartPeriod"),
        (edited(EndPeriod="2025-01-30"), "wrong_period", "Header.EndPeriod"),
        (edited(EndPeriod="45992"), "malformed_date", "Header.EndPeriod"),
        (with_row({"type": "Surprise", "ColData": []}), "unknown_row_kind", "Rows.Row[2]"),
        (with_row({"type": "Section"}), "unknown_row_kind", "Rows.Row[2]"),
        (with_row({"type": "Data", "colData": []}), "unknown_row_kind", "Rows.Row[2]"),
        (with_row({"ColData": [], "Rows": {}}), "unknown_row_kind", "Rows.Row[2]"),
        (with_row({"type": "Section", "Rows": []}), "unknown_row_kind", "Rows.Row[2].Rows"),
        (with_row(7), "unknown_row_kind", "Rows.Row[2]"),
        (
            with_row(
                posting("Unable to display more data. Please reduce the date range.", "")
                | {"ColData": cells({"tx_date": "Unable to display more data. Please reduce the date range."})}
            ),
            "truncated",
            "Rows.Row[2]",
        ),
        (
            section("Bank", [posting("A", "1", debit="5.00")], identifier="1", debit="6.00"),
            "total_off",
            "Rows.Row[0].Summary.ColData[6]",
        ),
        (
            section("Bank", [posting("A", "1", debit="5.00")], identifier="1", debit="5,00"),
            "malformed_amount",
            "Rows.Row[0].Summary.ColData[6]",
        ),
    ],
)
def test_a_report_that_cannot_be_trusted_is_refused_whole(body: Any, reason: str, path: str) -> None:
    if isinstance(body, dict) and "Header" in body and "Rows" in body and "Columns" not in body:
        body = report([body])
    parsed = parse(body)
    found = refusal(parsed)
    assert (found["scope"], found["reason"], found["path"]) == ("report", reason, path)
    assert (found["company"], found["period"], found["report"]) == ("north", date(2025, 1, 1), "GeneralLedger")
    assert parsed.refused
    assert not len(parsed.lines)


def test_totals_off_name_both_figures_and_may_be_only_noted() -> None:
    body = report([section("Bank", [posting("A", "1", debit="5.00")], identifier="1", debit="6.00")])
    assert "prints 6.00" in refusal(parse(body))["detail"]
    noted = parse(body, verify_totals=False)
    assert refusal(noted)["scope"] == "total"
    assert "sum to 5.00" in refusal(noted)["detail"]
    assert len(noted.lines) == 1


@pytest.mark.parametrize("missing", ["tx_date", "txn_type", "debt_amt"])
def test_a_missing_column_is_named(missing: str) -> None:
    parsed = parse(report([], columns=[c for c in COLUMNS if c != missing]))
    assert refusal(parsed)["reason"] == "missing_column"
    assert missing in refusal(parsed)["detail"]


def test_columns_go_by_key_in_any_order() -> None:
    order = list(reversed(range(len(COLUMNS))))
    body = sale()
    columns = [
        {"ColTitle": "Montant", "ColType": "String", "MetaData": [{"Name": "ColKey", "Value": COLUMNS[i]}]}
        for i in order
    ]
    for row in body["Rows"]["Row"]:
        for leaf in row["Rows"]["Row"]:
            leaf["ColData"] = [leaf["ColData"][i] for i in order]
        del row["Summary"]
    body["Columns"]["Column"] = columns
    assert parse(body).lines.equals(parse(sale()).lines)


def test_natural_amounts_need_the_accounts_classification() -> None:
    columns = ("tx_date", "txn_type", "subt_nat_amount")
    rows = [
        {
            "Header": {"ColData": [{"value": "Loan", "id": "3"}]},
            "Rows": {
                "Row": [
                    {
                        "ColData": cells(
                            {
                                "tx_date": "2025-01-02",
                                "txn_type": "Deposit",
                                "txn_type.id": "4",
                                "subt_nat_amount": "9.00",
                            },
                            columns,
                        )
                    }
                ]
            },
        }
    ]
    body = report(rows, columns=columns)
    assert refusal(parse(body))["reason"] == "missing_column"
    line = parse(body, classification={"3": "Liability"}).lines.to_pylist()[0]
    assert (line["debit"], line["credit"], line["amount"]) == (D(0), D("9.00"), D("-9.00"))


def test_multicurrency_amounts_are_home_and_foreign_turns_with_them() -> None:
    columns = (
        "tx_date",
        "txn_type",
        "debt_amt",
        "credit_amt",
        "debt_home_amt",
        "credit_home_amt",
        "subt_nat_home_amount",
        "currency",
        "exch_rate",
        "nat_foreign_amount",
        "is_adj",
        "create_date",
    )
    row = {
        "tx_date": "2025-01-02",
        "txn_type": "Facture",
        "txn_type.id": "4",
        "credit_home_amt": "135.00",
        "subt_nat_home_amount": "135.00",
        "currency": "USD",
        "exch_rate": "1.3500001",
        "nat_foreign_amount": "100.00",
        "is_adj": "Oui",
        "create_date": "2025-01-03T10:12:01-08:00",
    }
    rows = [
        {"Header": {"ColData": [{"value": "Ventes", "id": "3"}]}, "Rows": {"Row": [{"ColData": cells(row, columns)}]}}
    ]
    line = parse(report(rows, columns=columns)).lines.to_pylist()[0]
    assert (line["amount"], line["foreign_amount"], line["currency"]) == (D("-135.00"), D("-100.00"), "USD")
    assert (line["exchange_rate"], line["is_adjustment"]) == (D("1.350000"), True)
    assert line["transaction_type"] == "Facture"
    assert line["created_at"] == datetime(2025, 1, 3, 18, 12, 1, tzinfo=UTC)
    row["credit_home_amt"] = ""
    row["credit_amt"] = "100.00"
    row["subt_nat_home_amount"] = ""
    rows[0]["Rows"] = {"Row": [{"ColData": cells(row, columns)}]}  # type: ignore[dict-item]
    assert refusal(parse(report(rows, columns=columns)))["reason"] == "no_home_amount"


def test_parts_of_a_bisected_month_are_one_ledger_and_gaps_are_refused() -> None:
    one = report(
        [section("Bank", [beginning("1.00"), posting("A", "1", debit="2.00", day="2025-01-03")], identifier="1")],
        end="2025-01-10",
    )
    two = report(
        [section("Bank", [beginning("3.00"), posting("A", "2", debit="4.00", day="2025-01-20")], identifier="1")],
        start="2025-01-11",
    )
    whole = parse_general_ledger([text(one), text(two)], **MONTH)  # type: ignore[arg-type]
    assert whole.lines["transaction_id"].to_pylist() == ["1", "2"]
    assert whole.openings is not None
    assert whole.openings["natural_amount"].to_pylist() == [D("1.00")]
    for parts in ([one], [two], [two, one], [one, one, two], []):
        parsed = parse_general_ledger([text(p) for p in parts], **MONTH)  # type: ignore[arg-type]
        assert refusal(parsed)["reason"] in ("wrong_period", "no_payload")
        assert not len(parsed.lines)


def test_hostile_names_are_only_text() -> None:
    name = "=cmd|'/c calc'!A1 \"; DROP TABLE -- ../../etc \U0001f404\u202e"
    parsed = parse(sale(**{"name": name, "name.id": "5", "memo": name}))
    assert parsed.lines["contact_name"][0].as_py() == name
