"""Which fetch counts, what belongs together, and what becomes of what cannot be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monette_assets.bronze import quickbooks_reports
from monette_assets.engine import spreading
from monette_assets.group.calendar import add_months
from monette_assets.lake import Lake
from monette_assets.silver import accounts, documents, general_ledger
from monette_assets.simulator.model import Document, Posting
from monette_assets.simulator.reports import render_report
from monette_assets.tables import Context, Table, quarantine
from monette_assets.tables.judge import Judge
from monette_assets.tables.outcome import Outcome
from monette_assets.tables.refresh import refresh
from monette_assets_tests.frames import context_of, failures, frame, group_of, parsed_failures, rows, shown
from monette_assets_tests.silver.ledgers import fetches_of, sale
from monette_assets_tests.simulator.small_books import farm

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NOVEMBER = {"start": "2024-11-01", "end": "2024-11-30"}
CHART = (("north", "1", "Bank", "Asset"), ("north", "2", "Sales", "Revenue"))


@pytest.fixture(scope="module")
def context(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
    return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11", "2024-12")


@pytest.fixture(scope="module")
def chart(spark: SparkSession) -> DataFrame:
    header = "company account_id account_name classification"
    return frame(spark, accounts.CONTRACT, rows(accounts.CONTRACT, header, *CHART))


def test_the_newest_fetch_counts_and_the_parts_of_a_bisected_one_belong_together(
    spark: SparkSession, context: Context, chart: DataFrame
) -> None:
    first_half = sale("1", "2024-11-05", "10.00", start="2024-11-01", end="2024-11-15")
    second_half = sale("2", "2024-11-20", "20.00", start="2024-11-16", end="2024-11-30")
    reports = fetches_of(
        spark,
        ("north", "2024-11", "2024-12-01", [sale("1", "2024-11-05", "99.00", **NOVEMBER)]),
        ("north", "2024-11", "2024-12-03", [first_half, second_half]),
        ("north", "2024-11", "2024-12-02", [sale("1", "2024-11-05", "98.00", **NOVEMBER)]),
        ("north", "2024-12", "2024-12-01", [sale("3", "2024-12-05", "30.00", start="2024-12-01", end="2024-12-31")]),
    )
    found = general_ledger.general_ledger(context, reports=reports, accounts=chart)
    lines = [row.asDict() for row in found.collect() if row["_kind"] == "row"]
    assert shown(lines, "period transaction_id account_id amount") == [
        ("2024-11", "1", "1", "10.00"), ("2024-11", "1", "2", "-10.00"),
        ("2024-11", "2", "1", "20.00"), ("2024-11", "2", "2", "-20.00"),
        ("2024-12", "3", "1", "30.00"), ("2024-12", "3", "2", "-30.00"),
    ]  # fmt: skip
    read = [row.asDict() for row in found.collect() if row["_kind"] == "read"]
    assert shown(read, "company period _rows_seen") == [("north", "2024-11", 4), ("north", "2024-12", 2)]


def test_many_reports_are_parsed_in_several_processes_to_the_same_rows(
    spark: SparkSession, context: Context, chart: DataFrame
) -> None:
    def fetch(first: date) -> tuple[str, str, str, list[str]]:
        last = add_months(first, 1) - timedelta(days=1)
        amount = "a lot" if first == date(2010, 7, 1) else f"{first:%y%m}.00"
        return "north", f"{first:%Y-%m}", "2024-12-01", [sale("1", f"{first}", amount, start=f"{first}", end=f"{last}")]

    reports = fetches_of(spark, *[fetch(add_months(date(2005, 1, 1), at)) for at in range(240)])

    def workers_asked_for() -> int:
        asked = spreading._executor.cache_info()
        return asked.hits + asked.misses

    def parsed(embedded: bool) -> list[tuple[object, ...]]:
        given = replace(context, embedded=embedded)
        found = general_ledger.general_ledger(given, reports=reports, accounts=chart)
        told = shown(found, "_kind period transaction_id account_id amount _reason _rows_seen")
        return sorted(told, key=repr)

    before = workers_asked_for()
    alone = parsed(embedded=False)
    kinds = Counter(row[0] for row in alone)
    assert (kinds["row"], kinds["read"], workers_asked_for()) == (239 * 2, 240, before)
    assert kinds["refused"] > 0
    assert parsed(embedded=True) == alone
    assert workers_asked_for() > before


def test_a_transaction_out_of_balance_is_named_with_its_difference(spark: SparkSession, context: Context) -> None:
    """ACCOUNTING 1: per transaction, company and period; two that cancel out do not hide each other."""
    header = "company period transaction_type transaction_id account_id amount"
    given = rows(
        general_ledger.CONTRACT,
        header,
        ("north", "2024-11", "Bill", "1", "a", "10.01"),
        ("north", "2024-11", "Bill", "1", "b", "-10.00"),
        ("north", "2024-11", "Bill", "2", "a", "9.99"),
        ("north", "2024-11", "Bill", "2", "b", "-10.00"),
        ("north", "2024-11", "Invoice", "1", "a", "5.00"),
        ("north", "2024-11", "Invoice", "1", "b", "-5.00"),
    )
    found = failures(general_ledger.CONTRACT, "double_entry", context, frame(spark, general_ledger.CONTRACT, given))
    assert shown(found, "company period transaction_type transaction_id difference") == [
        ("north", "2024-11", "Bill", "1", "0.01"),
        ("north", "2024-11", "Bill", "2", "-0.01"),
    ]


def test_a_transaction_in_one_foreign_currency_balances_in_it_too(spark: SparkSession, context: Context) -> None:
    """ACCOUNTING 1: where all lines share one currency; a line in home currency alone takes the transaction out."""
    given = rows(
        general_ledger.CONTRACT,
        "transaction_id account_id amount currency foreign_amount",
        ("1", "a", "135.00", "USD", "100.00"),
        ("1", "b", "-135.00", "USD", "-100.00"),
        ("2", "a", "135.00", "USD", "100.00"),
        ("2", "b", "-135.00", "USD", "-99.99"),  # home currency hides it
        ("3", "a", "136.00", "USD", "100.00"),
        ("3", "b", "-135.00", "USD", "-100.00"),
        ("3", "gain", "-1.00", "USD", "0.00"),
        ("4", "a", "136.00", "USD", "100.00"),
        ("4", "b", "-135.00", "USD", "-99.00"),
        ("4", "gain", "-1.00", "CAD", None),
        ("5", "a", "10.00", "CAD", None),
        ("5", "b", "-10.00", "CAD", None),
        ("6", "a", "10.00", "USD", "7.00"),
        ("6", "b", "-10.00", "EUR", "-6.00"),
        company="north",
        transaction_type="Payment",
    )
    check = "double_entry_in_its_currency"
    found = failures(general_ledger.CONTRACT, check, context, frame(spark, general_ledger.CONTRACT, given))
    assert shown(found, "transaction_id currency difference") == [("2", "USD", "0.01")]


COLUMNS = (
    "tx_date", "txn_type", "doc_num", "account_name", "debt_home_amt", "credit_home_amt", "subt_nat_home_amount",
    "rbal_nat_home_amount", "currency", "exch_rate", "nat_foreign_amount",
)  # fmt: skip


def paid_in_dollars(foreign: int) -> str:
    """A multicurrency company's February: 100.00 USD invoiced at 1.35, paid at 1.36, and revalued."""
    books = farm(multicurrency=True, documents={})
    dollars = {"currency": "USD", "exchange_rate": Decimal("1.35")}
    for kind, lines in (
        ("Invoice", [Posting("2", 135_00, 100_00), Posting("20", -135_00, -100_00)]),
        ("Payment", [Posting("1", 136_00, 100_00), Posting("2", -135_00, foreign), Posting("50", -1_00, 0)]),
        ("JournalEntry", [Posting("1", 50, 0), Posting("50", -50, 0)]),  # brought to the closing rate
    ):
        document = Document("9", kind, kind, date(2025, 2, 20), "9", lines, **dollars)  # type: ignore[arg-type]
        books.documents[kind, "9"] = document
    body = render_report(books, "GeneralLedger", date(2025, 2, 1), date(2025, 2, 28), columns=COLUMNS)
    return body if isinstance(body, str) else body.decode()


def test_exchange_gains_and_revaluations_of_a_multicurrency_company_balance_in_its_currency(
    spark: SparkSession, tmp_path: Path
) -> None:
    """They are printed with a foreign amount of zero, so that nothing has to be let through."""
    context = context_of(spark, group_of(tmp_path), "2025-02")
    chart = frame(
        spark, accounts.CONTRACT,
        rows(accounts.CONTRACT, "company account_id classification",
             *(("north", each.id, each.classification) for each in farm().accounts.values())),
    )  # fmt: skip
    for foreign, wrong in ((-100_00, []), (-99_00, [("Payment", "USD", "1.00")])):
        reports = fetches_of(spark, ("north", "2025-02", "2025-03-01", [paid_in_dollars(foreign)]))
        found = general_ledger.general_ledger(context, reports=reports, accounts=chart)
        lines = found.where("_kind = 'row'").select(*general_ledger.CONTRACT.column_names)
        assert lines.count() == 7
        assert failures(general_ledger.CONTRACT, "double_entry", context, lines) == []
        told = failures(general_ledger.CONTRACT, "double_entry_in_its_currency", context, lines)
        assert shown(told, "transaction_type currency difference") == wrong


def test_a_refused_report_keeps_that_company_months_last_good_rows_while_others_publish(
    spark: SparkSession, context: Context, judge: Judge, tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path))

    def refreshed(run_id: str, *fetches: tuple[str, str, str, list[str]]) -> Outcome:
        reports = fetches_of(spark, *fetches)

        def computed(context: Context) -> DataFrame:
            nothing = frame(spark, accounts.CONTRACT)
            return general_ledger.general_ledger(context, reports=reports, accounts=nothing)

        of_itself = tuple(check for check in general_ledger.CONTRACT.checks if check.name != "of_company")
        alone = replace(general_ledger.CONTRACT, inputs={}, checks=of_itself)
        return refresh(Table(alone, computed), context=context, lake=lake, judge=judge, run_id=run_id)

    good = (
        ("north", "2024-11", "2024-12-01", [sale("1", "2024-11-05", "10.00", **NOVEMBER)]),
        ("south", "2024-11", "2024-12-01", [sale("1", "2024-11-05", "50.00", **NOVEMBER, Currency="USD")]),
    )
    assert refreshed("run-1", *good).committed
    again = (
        ("north", "2024-11", "2024-12-02", [sale("1", "2024-11-05", "11.00", **NOVEMBER)[:-20]]),  # half a JSON
        ("south", "2024-11", "2024-12-02", [sale("1", "2024-11-05", "51.00", **NOVEMBER, Currency="USD")]),
    )
    outcome = refreshed("run-2", *good, *again)
    assert {unit[0] for unit in outcome.audit.blocked} == {"north"}
    assert shown(lake.read("silver/general_ledger").to_pylist(), "company amount") == [
        ("north", "-10.00"), ("north", "10.00"), ("south", "-51.00"), ("south", "51.00"),
    ]  # fmt: skip
    held = lake.read(quarantine.CONTRACT.name).to_pylist()
    assert shown(held, "table_name company period kind") == [
        ("silver/general_ledger", "north", "2024-11", "report"),
        ("silver/general_ledger", "north", "2024-11", "unit"),
    ]
    # an unbalanced transaction whose report adds up blocks its company-month too
    uneven = ("north", "2024-11", "2024-12-03", [sale("1", "2024-11-05", "12.00", credit="11.99", **NOVEMBER)])
    outcome = refreshed("run-3", *good, *again, uneven)
    assert [failure.sentence for failure in outcome.audit.failures] == [
        "double_entry: north, 2024-11-01: 1 row(s); first: company=north, period=2024-11-01, basis=accrual, "
        "transaction_type=Invoice, transaction_id=1, difference=0.01"
    ]
    fixed = ("north", "2024-11", "2024-12-04", [sale("1", "2024-11-05", "13.00", **NOVEMBER)])
    assert refreshed("run-4", *good, *again, uneven, fixed).audit.failures == []
    assert ("north", "13.00") in shown(lake.read("silver/general_ledger").to_pylist(), "company amount")
    assert lake.read(quarantine.CONTRACT.name).num_rows == 0


def test_posting_period_transaction_date_and_modification_date_are_three_things(
    spark: SparkSession, tmp_path: Path
) -> None:
    """ACCOUNTING 9: entered and changed in January, dated 15 November, printed in November's ledger."""
    books = farm(documents={})
    lines = [Posting("1", 100_00), Posting("20", -100_00)]
    entered, changed = datetime(2025, 1, 7, 9, tzinfo=UTC), datetime(2025, 1, 9, 17, tzinfo=UTC)
    books.documents["Invoice", "9"] = Document(
        "9", "Invoice", "Invoice", date(2024, 11, 15), "9", lines, "CAD", Decimal(1), created_at=entered,
        modified_at=changed,
    )  # fmt: skip
    columns = ("tx_date", "txn_type", "account_name", "debt_amt", "credit_amt", "create_date", "last_mod_date")
    body = render_report(books, "GeneralLedger", date(2024, 11, 1), date(2024, 11, 30), columns=columns)
    payload = body if isinstance(body, str) else body.decode()
    found = general_ledger.general_ledger(
        context_of(spark, group_of(tmp_path), "2024-11"),
        reports=fetches_of(spark, ("north", "2024-11", "2025-01-10", [payload])),
        accounts=frame(spark, accounts.CONTRACT),
    )
    (row,) = (
        found.where("_kind = 'row'")
        .select("period", "transaction_date", "created_at", "modified_at")
        .distinct()
        .collect()
    )
    assert (row["period"], row["transaction_date"]) == (date(2024, 11, 1), date(2024, 11, 15))
    assert [row[name].replace(tzinfo=UTC) for name in ("created_at", "modified_at")] == [entered, changed]


def test_the_table_reads_the_bronze_reports() -> None:
    assert general_ledger.CONTRACT.inputs["reports"].contract is quickbooks_reports.CONTRACT


def test_a_ledger_of_transactions_that_are_no_documents_of_the_company_is_anothers(
    spark: SparkSession, context: Context
) -> None:
    """Ids collide between companies, dates seldom do. What the interface has no object for is not counted."""
    ledger = rows(
        general_ledger.CONTRACT,
        "company period transaction_date transaction_type transaction_id account_id amount",
        *(
            (company, period, day, kind, identifier, account, amount)
            for company, period, day, kind, identifier in (
                ("north", "2024-11", "2024-11-05", "Invoice", "1"),
                ("north", "2024-11", "2024-11-06", "Facture à payer", "1"),  # entered since, or refused
                ("north", "2024-11", "2024-11-30", "Payroll Cheque", "2"),
                ("north", "2024-11", "2024-11-30", "Payroll Cheque", "3"),
                ("north", "2024-12", "2024-12-05", "Invoice", "2"),  # another day than the document's
                ("north", "2024-12", "2024-12-06", "Bill", "1"),
                ("north", "2024-12", "2024-12-07", "Journal Entry", "5"),
                ("south", "2024-12", "2024-12-07", "Invoice", "8"),  # no document of it was ever fetched
                ("south", "2024-12", "2024-12-07", "Invoice", "9"),
            )
            for account, amount in (("a", "1.00"), ("b", "-1.00"))
        ),
    )
    known = rows(
        documents.CONTRACT,
        "company period document_type document_id document_date",
        ("north", "2024-11", "Invoice", "1", "2024-11-05"),
        ("north", "2024-12", "Invoice", "2", "2024-12-04"),
        ("north", "2024-12", "Invoice", "5", "2024-12-07"),  # of another type
        ("north", "2024-12", "Bill", "1", "2024-12-06"),
    )
    found = failures(
        general_ledger.CONTRACT, "of_company", context, frame(spark, general_ledger.CONTRACT, ledger),
        documents=frame(spark, documents.CONTRACT, known),
    )  # fmt: skip
    assert shown(found, "company period transactions known_documents") == [("north", "2024-12", 3, 1)]


def test_rows_and_amounts_of_a_report_are_conserved_by_basis(
    spark: SparkSession, context: Context, chart: DataFrame
) -> None:
    """ACCOUNTING 7: what was read is published or refused, to the cent."""
    from pyspark.sql import functions as F

    reports = fetches_of(
        spark,
        ("north", "2024-11", "2024-12-01", [sale("1", "2024-11-05", "10.00", **NOVEMBER)]),
        ("north", "2024-12", "2024-12-01", [sale("3", "2025-12-05", "30.00", start="2024-12-01", end="2024-12-31")]),
    )  # December's is of another year: refused
    found = general_ledger.general_ledger(context, reports=reports, accounts=chart).cache()
    assert shown(found.where("_kind = 'refused'"), "period _amount") == [("2024-12", "-30.00"), ("2024-12", "30.00")]
    wrong = partial(parsed_failures, general_ledger.CONTRACT, "conserved", context)
    assert wrong(found) == []
    cent = found.withColumn(
        "amount", F.col("amount") + F.when(F.col("amount") > 0, Decimal("0.01")).otherwise(Decimal(0))
    )
    header = "period basis read published amount_read amount_published"
    assert shown(wrong(cent.select(found.columns)), header) == [("2024-11", "accrual", 2, 2, "20.00", "20.01")]
    other = found.withColumn("basis", F.when(F.col("amount") > 0, F.lit("cash")).otherwise(F.col("basis")))
    assert shown(wrong(other.select(found.columns)), "period basis published") == [
        ("2024-11", "accrual", 1), ("2024-11", "cash", 1),
    ]  # fmt: skip
