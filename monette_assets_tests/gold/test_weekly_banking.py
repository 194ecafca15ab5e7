"""What was behind every bank movement, through the links between documents, to the cent (ACCOUNTING 27)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold import ledger
from monette_assets.gold.weekly_banking import CONTRACT, weekly_banking
from monette_assets.silver import accounts, document_lines, document_links, documents, locations
from monette_assets.tables import Context, Contract, Severity
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.frames import Row, context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# id, number, name, type, sub type
CHART = (
    ("bank", "1000", "Chequing", "Bank", None),
    ("usd", "1050", "US dollars", "Bank", None),
    ("ar", "1100", "Receivable", "Accounts Receivable", None),
    ("float", "1090", "Undeposited", "Other Current Asset", "UndepositedFunds"),
    ("ap", "2000", "Payable", "Accounts Payable", None),
    ("card", "2100", "Card", "Credit Card", None),
    ("durum", "4010", "Durum", "Income", None),
    ("canola", "4020", "Canola", "Income", None),
    ("fuel", "5400", "Fuel", "Expense", None),
    ("seed", "5000", "Seed", "Cost of Goods Sold", None),
    ("fees", "6070", "Bank fees", "Expense", None),
    ("gain", "4930", "Exchange", "Other Income", None),
)
Books = dict[tuple[str, str], tuple[str, list[tuple[str, str]]]]  # (printed type, id) -> day, (account, amount)

BOOKS: Books = {
    # An invoice of 100.00 (2/3 durum, 1/3 canola) paid 60.00 into the bank and 40.00 into undeposited funds ...
    ("Invoice", "1"): ("2024-11-01", [("ar", "100.00"), ("durum", "-66.67"), ("canola", "-33.33")]),
    ("Payment", "2"): ("2024-11-05", [("bank", "60.00"), ("ar", "-60.00")]),
    ("Payment", "3"): ("2024-11-06", [("float", "40.00"), ("ar", "-40.00")]),
    # ... which goes to the bank with the 25.00 another customer paid, and a sale of 5.00.
    ("Invoice", "4"): ("2024-11-02", [("ar", "25.00"), ("canola", "-25.00")]),
    ("Payment", "5"): ("2024-11-06", [("float", "25.00"), ("ar", "-25.00")]),
    ("Deposit", "6"): ("2024-11-08", [("bank", "70.00"), ("float", "-65.00"), ("durum", "-5.00")]),
    # A bill of 50.00 paid 30.00, and 12.00 more than anything owed.
    ("Bill", "7"): ("2024-11-03", [("ap", "-50.00"), ("fuel", "20.00"), ("seed", "30.00")]),
    ("Bill Payment (Cheque)", "8"): ("2024-11-12", [("bank", "-42.00"), ("ap", "42.00")]),
    # An invoice of 80.00 less a credit memo of 20.00, paid 60.00.
    ("Invoice", "9"): ("2024-11-04", [("ar", "80.00"), ("durum", "-80.00")]),
    ("Credit Memo", "10"): ("2024-11-05", [("ar", "-20.00"), ("canola", "20.00")]),
    ("Payment", "11"): ("2024-11-13", [("bank", "60.00"), ("ar", "-60.00")]),
    # Between two banks, with a fee; and to the card.
    ("Transfer", "12"): ("2024-11-14", [("bank", "-105.00"), ("usd", "100.00"), ("fees", "5.00")]),
    ("Transfer", "13"): ("2024-11-14", [("bank", "-9.00"), ("card", "9.00")]),
    # A deposit nobody linked.
    ("Deposit", "14"): ("2024-11-15", [("bank", "33.00"), ("float", "-33.00")]),
    # 100.00 US dollars booked at 1.40, received at 1.38.
    ("Invoice", "15"): ("2024-11-09", [("ar", "140.00"), ("durum", "-140.00")]),
    ("Payment", "16"): ("2024-11-20", [("usd", "138.00"), ("ar", "-140.00"), ("gain", "2.00")]),
    # Wages and fees in one entry, with two lines alike.
    ("Journal Entry", "17"): (
        "2024-11-21", [("bank", "-21.00"), ("fees", "10.00"), ("fees", "10.00"), ("seed", "1.00")],
    ),
    # A payment that settles an invoice we do not hold, and one for an opening entry of several customers.
    ("Payment", "18"): ("2024-11-22", [("bank", "7.00"), ("ar", "-7.00")]),
    ("Journal Entry", "19"): ("2024-11-01", [("ar", "5.00"), ("ar", "6.00"), ("durum", "-11.00")]),
    ("Payment", "20"): ("2024-11-22", [("bank", "5.00"), ("ar", "-5.00")]),
    # An entry with one customer is as good as an invoice.
    ("Journal Entry", "21"): ("2024-11-01", [("ar", "8.00"), ("canola", "-8.00")]),
    ("Payment", "22"): ("2024-11-23", [("bank", "8.00"), ("ar", "-8.00")]),
    # An expense against payables, and a French cheque.
    ("Expense", "23"): ("2024-11-24", [("bank", "-4.00"), ("ap", "4.00")]),
    ("Chèque", "24"): ("2024-11-25", [("bank", "-6.00"), ("fuel", "6.00")]),
}  # fmt: skip
ENTITIES = {
    "Bill Payment (Cheque)": "BillPayment", "Journal Entry": "JournalEntry", "Credit Memo": "CreditMemo",
    "Expense": "Purchase", "Chèque": "Purchase",
}  # fmt: skip
# from, line, to, amount
LINKS = (
    (("Payment", "2"), 1, ("Invoice", "1"), "60.00"),
    (("Payment", "3"), 1, ("Invoice", "1"), "40.00"),
    (("Invoice", "1"), None, ("Payment", "2"), None),  # the other way round, of the whole document
    (("Payment", "5"), 1, ("Invoice", "4"), "25.00"),
    (("Deposit", "6"), 1, ("Payment", "3"), "40.00"),
    (("Deposit", "6"), 2, ("Payment", "5"), "25.00"),
    (("BillPayment", "8"), 1, ("Bill", "7"), "30.00"),
    (("Payment", "11"), 1, ("Invoice", "9"), "80.00"),
    (("Payment", "11"), 2, ("CreditMemo", "10"), "20.00"),
    (("Payment", "16"), 1, ("Invoice", "15"), "100.00"),
    (("Payment", "18"), 1, ("Invoice", "404"), "7.00"),
    (("Payment", "20"), 1, ("JournalEntry", "19"), "5.00"),
    (("Payment", "22"), 1, ("JournalEntry", "21"), "8.00"),
)
TOTALS = {"2": "60.00", "3": "40.00", "5": "25.00", "8": "42.00", "11": "60.00", "16": "100.00", "18": "7.00",
          "20": "5.00", "22": "8.00"}  # fmt: skip
OWN_SIDE = {"Invoice": "ar", "CreditMemo": "ar", "Bill": "ap"}  # which is no line of the document


def document_rows() -> list[tuple[Any, ...]]:
    """type, id, line, account, location, amount: what the documents list besides their own side."""
    found: list[tuple[Any, ...]] = []
    for (printed, identifier), (_, lines) in BOOKS.items():
        entity = ENTITIES.get(printed, printed)
        if entity in ("Payment", "BillPayment"):
            continue
        number = 0
        for account, amount in lines:
            if account != OWN_SIDE.get(entity) and not (entity == "Deposit" and account == "bank"):
                number += 1
                found.append((entity, identifier, number, account, "place", amount))
    deposit = [("Deposit", "6", 1, None, None, "-40.00"), ("Deposit", "6", 2, None, None, "-25.00"),
               ("Deposit", "6", 3, "durum", None, "-5.00")]  # fmt: skip
    kept = [row for row in found if row[1] not in ("6", "15")]
    return [*kept, *deposit, ("Invoice", "15", 1, "durum", "place", "-100.00")]  # in US dollars


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")


@pytest.fixture(scope="module")
def inputs(spark: SparkSession, context: Context) -> dict[str, DataFrame]:
    def given(table: Contract, header: str, lines: Any, **constants: Any) -> DataFrame:
        return frame(spark, table, rows(table, header, *lines, company="north", **constants))

    postings = [
        (printed, identifier, number, day, account, amount, Decimal(amount) * Decimal("1.5"))
        for (printed, identifier), (day, lines) in BOOKS.items()
        for number, (account, amount) in enumerate(lines, 1)
    ]
    links = [(*source, number, line, *target, amount) for number, (source, line, target, amount) in enumerate(LINKS, 1)]
    kinds = {"8": "BillPayment"}
    heads = [(kinds.get(identifier, "Payment"), identifier, total) for identifier, total in TOTALS.items()]
    return {
        "ledger": given(
            ledger.CONTRACT,
            "transaction_type transaction_id line_number transaction_date account_id amount amount_cad",
            postings,
            period="2024-11", average_rate="1.5", currency="CAD", location_name="NORTH (home)",
        ),
        "accounts": given(
            accounts.CONTRACT, "account_id account_number account_name account_type account_sub_type", CHART
        ),
        "locations": given(locations.CONTRACT, "location_id location_name", [("place", "North Home")]),
        "documents": given(documents.CONTRACT, "document_type document_id total", heads, period="2024-11"),
        "document_lines": given(
            document_lines.CONTRACT, "document_type document_id line_number account_id location_id amount",
            document_rows(), period="2024-11",
        ),
        "document_links": given(
            document_links.CONTRACT, "from_type from_id link_number line_number to_type to_id amount", links,
            period="2024-11",
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def computed(context: Context, inputs: dict[str, DataFrame]) -> list[Row]:
    return [row.asDict() for row in weekly_banking(context, **inputs).collect()]


def behind(found: list[Row], identifier: str) -> list[tuple[Any, ...]]:
    return shown([row for row in found if row["transaction_id"] == identifier], "account_id amount found_by")


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("2", [("canola", "20.00", "links"), ("durum", "40.00", "links")]),
        # 40.00 of invoice 1 (26.67 + 13.33), 25.00 of invoice 4, and the deposit's own sale of 5.00
        ("6", [("canola", "38.33", "links"), ("durum", "26.67", "links"), ("durum", "5.00", "own lines")]),
        (
            "8",
            [("ap", "-12.00", "not applied to a document"), ("fuel", "-12.00", "links"), ("seed", "-18.00", "links")],
        ),
        ("11", [("canola", "-20.00", "links"), ("durum", "80.00", "links")]),
        ("13", [("card", "-9.00", "own lines")]),
        ("14", [("float", "33.00", "no link to a document")]),
        ("16", [("durum", "140.00", "links"), ("gain", "-2.00", "own lines")]),
        ("17", [("fees", "-20.00", "own lines"), ("seed", "-1.00", "own lines")]),
        ("18", [("ar", "7.00", "applied to a document that is not held, or has no lines")]),
        ("20", [("ar", "5.00", "applied to a document that is not held, or has no lines")]),
        ("22", [("canola", "8.00", "links")]),
        ("23", [("ap", "-4.00", "no link to a document")]),
        ("24", [("fuel", "-6.00", "own lines")]),
    ],
)  # fmt: skip
def test_the_activity_behind_a_movement(computed: list[Row], identifier: str, expected: list[tuple[Any, ...]]) -> None:
    assert behind(computed, identifier) == expected


def test_a_transfer_moves_from_bank_to_bank_and_its_fee_is_paid_once(computed: list[Row]) -> None:
    rows_ = [row for row in computed if row["transaction_id"] == "12"]
    assert shown(rows_, "bank_account_id account_id amount") == [
        ("bank", "fees", "-5.00"), ("bank", "usd", "-100.00"), ("usd", "bank", "100.00"),
    ]  # fmt: skip


def test_group_account_location_week_and_group_currency(computed: list[Row]) -> None:
    header = "week transaction_date bank_account_id account_id group_account location pillar amount_cad"
    assert shown([row for row in computed if row["transaction_id"] in ("2", "24")], header) == [
        ("2024-11-04", "2024-11-05", "bank", "canola", "sales", "North Home", "Grain", "30.00000000"),
        ("2024-11-04", "2024-11-05", "bank", "durum", "sales", "North Home", "Grain", "60.00000000"),
        ("2024-11-25", "2024-11-25", "bank", "fuel", "direct", "North Home", "Grain", "-9.00000000"),
    ]


def test_what_has_no_match_is_listed(context: Context, computed: list[Row]) -> None:
    found = failures(CONTRACT, "all_matched", context, frame(context.spark, CONTRACT, computed))
    assert sorted(row["transaction_id"] for row in found) == ["14", "18", "20", "23", "8"]
    assert {row["transaction_id"] for row in computed if not row["matched"]} == {"14", "18", "20", "23", "8"}
    assert next(check for check in CONTRACT.checks if check.name == "all_matched").severity is Severity.WARNS


def test_movements_are_the_ledgers(context: Context, inputs: dict[str, DataFrame], computed: list[Row]) -> None:
    given = frame(context.spark, CONTRACT, computed)
    assert failures(CONTRACT, "conserved", context, given, **inputs) == []
    short = frame(context.spark, CONTRACT, [row for row in computed if row["transaction_id"] != "24"])
    assert shown(failures(CONTRACT, "conserved", context, short, **inputs), "bank_account_id movements posted") == [
        ("bank", "62.00", "56.00")
    ]


def test_an_item_whose_account_nobody_told(context: Context, inputs: dict[str, DataFrame]) -> None:
    from pyspark.sql import functions as F

    nameless = inputs["document_lines"].withColumn(
        "account_id", F.when(F.col("account_id") != "canola", F.col("account_id"))
    )
    found = weekly_banking(context, **{**inputs, "document_lines": nameless}).collect()
    assert behind([row.asDict() for row in found], "2") == [
        ("ar", "20.00", "the document's line names no account"), ("durum", "40.00", "links"),
    ]  # fmt: skip


def test_the_small_worlds_movements_are_conserved_and_matched(small_world: SmallWorld) -> None:
    """End to end: every cent through a bank account, and what it was for."""
    banks = {
        (row["company"], row["account_id"])
        for row in small_world.lake.read("silver/accounts").to_pylist()
        if row["account_type"] == "Bank"
    }
    posted: dict[Any, Decimal] = defaultdict(Decimal)
    for row in small_world.lake.read("silver/general_ledger").to_pylist():
        if (row["company"], row["account_id"]) in banks:
            posted[row["company"], row["period"], row["account_id"]] += row["amount"]
    moved: dict[Any, Decimal] = defaultdict(Decimal)
    table = small_world.lake.read("gold/weekly_banking").to_pylist()
    for row in table:
        moved[row["company"], row["period"], row["bank_account_id"]] += row["amount"]
    assert {key: amount for key, amount in moved.items() if amount} == {
        key: amount for key, amount in posted.items() if amount
    }
    assert len(table) > 500
    assert all(row["matched"] for row in table)
    assert {row["found_by"] for row in table} == {"links", "own lines"}
