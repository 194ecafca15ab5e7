"""The rules that both agings keep, on open documents of two companies, one with a dollar's home currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from monette_assets.gold import trial_balance
from monette_assets.silver import accounts, agings, documents, exchange_rates
from monette_assets.tables import Context, Contract, Severity, Table
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def inputs_of(
    spark: SparkSession,
    report: str,
    account_type: str,
    kind: str,
    control: tuple[str, str],
    *,
    rates: tuple[tuple[str, ...], ...] = (("2024-11", "USD", "CAD", "closing", "2024-11-29", "1.4"),),
) -> dict[str, DataFrame]:
    """North owes or is owed 15.00 and 100.00 and more, south 10.00; `control` is what their books say."""

    def given(table: Contract, header: str, *lines: tuple[Any, ...], **constants: Any) -> DataFrame:
        return frame(spark, table, rows(table, header, *lines, **constants))

    other = "aged_payable_detail" if report == "aged_receivable_detail" else "aged_receivable_detail"
    header = "company report transaction_type transaction_id transaction_date due_date open_balance line_number"
    return {
        "agings": given(
            agings.CONTRACT, header,
            ("north", report, kind, "1", "2024-11-20", "2024-11-30", "15.00", 1),
            ("north", report, kind, "2", "2024-10-01", "2024-10-31", "100.00", 1),
            ("north", report, kind, "3", "2024-10-01", "2024-10-30", "1.00", 1),
            ("north", report, kind, "4", "2024-08-01", "2024-09-30", "2.00", 1),
            ("north", report, kind, "5", "2024-08-01", "2024-08-31", "3.00", 1),
            ("north", report, "Unheard of", "6", "2024-07-01", None, "-4.00", 1),
            ("south", report, kind, "1", "2024-11-01", "2024-12-01", "10.00", 1),
            ("north", other, kind, "1", "2024-11-01", "2024-12-01", "999.00", 1),
            period="2024-11", contact_id="9", contact_name="Neighbour",
        ),
        "documents": given(
            documents.CONTRACT, "company document_type document_id currency",
            ("north", kind, "1", "CAD"), ("north", kind, "2", "USD"), ("south", kind, "1", "USD"),
            period="2024-11",
        ),
        "exchange_rates": given(
            exchange_rates.CONTRACT, "period from_currency to_currency kind rate_date rate", *rates
        ),
        "accounts": given(
            accounts.CONTRACT, "company account_id account_type",
            ("north", "c", account_type), ("north", "d", account_type), ("north", "x", "Bank"),
            ("south", "c", account_type),
        ),
        "trial_balance": given(
            trial_balance.CONTRACT, "company account_id closing",
            ("north", "c", control[0]), ("north", "d", "0.00"), ("north", "x", "77.00"), ("south", "c", control[1]),
            period="2024-11",
        ),
    }  # fmt: skip


class AgingRules:
    """One of the two agings by due date, in home and group currency, tied to the books (ACCOUNTING 5, 28)."""

    table: ClassVar[Table]
    source: ClassVar[tuple[str, str, str]]  # report, type of the control account, type of an open document
    booked: ClassVar[tuple[str, str]]  # what the control accounts of both companies say

    @pytest.fixture(scope="class")
    def context(self, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Context:
        return context_of(spark, group_of(tmp_path_factory.mktemp("group")), "2024-11")

    def given(self, context: Context, *booked: str, **more: Any) -> dict[str, DataFrame]:
        control = booked or self.booked
        return inputs_of(context.spark, *self.source, (control[0], control[1]), **more)

    def test_buckets_currency_and_closing_rate(self, context: Context) -> None:
        """On its due date a document is current; thirty days later it is in the first bucket still."""
        found = self.table(context, **self.given(context))
        header = "company transaction_id due_date days_overdue bucket document_currency open_balance open_balance_cad"
        assert shown(found, header) == [
            ("north", "1", "2024-11-30", 0, "current", "CAD", "15.00", "15.00000000"),
            ("north", "2", "2024-10-31", 30, "1-30", "USD", "100.00", "100.00000000"),
            ("north", "3", "2024-10-30", 31, "31-60", None, "1.00", "1.00000000"),
            ("north", "4", "2024-09-30", 61, "61-90", None, "2.00", "2.00000000"),
            ("north", "5", "2024-08-31", 91, "over 90", None, "3.00", "3.00000000"),
            ("north", "6", "2024-07", 152, "over 90", None, "-4.00", "-4.00000000"),
            ("south", "1", "2024-12", -1, "current", "USD", "10.00", "14.00000000"),
        ]

    def test_the_total_is_the_control_accounts(self, context: Context) -> None:
        """By company; accounts of other types do not count. A cent less in the books of south is found."""
        contract, inputs = self.table.contract, self.given(context)
        found = self.table(context, **inputs)
        assert failures(contract, "ties_to_control", context, found, **inputs) == []
        less = self.booked[1].replace("10.00", "9.99")
        off = failures(contract, "ties_to_control", context, found, **self.given(context, self.booked[0], less))
        assert shown(off, "company period difference") == [("south", "2024-11", "0.01")]
        assert next(each for each in contract.checks if each.name == "ties_to_control").severity is Severity.REPORTS

    def test_a_balance_without_an_aging_is_a_difference(self, context: Context) -> None:
        inputs = self.given(context)
        nothing = self.table(context, **inputs).where("company = 'nobody'")
        found = failures(self.table.contract, "ties_to_control", context, nothing, **inputs)
        assert shown(found, "company difference") == [("north", "-117.00"), ("south", "-10.00")]

    def test_a_missing_rate_is_never_one(self, context: Context) -> None:
        contract, inputs = self.table.contract, self.given(context, rates=())
        found = self.table(context, **inputs)
        assert shown(failures(contract, "rate_present", context, found, **inputs), "company lines") == [("south", 1)]
        assert next(each for each in contract.checks if each.name == "rate_present").severity is Severity.BLOCKS

    def test_the_small_world_ties(self, small_world: SmallWorld) -> None:
        name = self.table.name
        failed = {(check.asset_key.to_user_string(), check.check_name) for step in small_world.outcome.steps
                  for check in step.failed_checks}  # fmt: skip
        assert (name, "ties_to_control") not in failed
        rows = small_world.lake.read(name).to_pylist()
        assert {row["company"] for row in rows} == {"north", "south"}
        assert {row["bucket"] for row in rows} >= {"current", "1-30"}
