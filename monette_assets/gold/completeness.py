"""What should be there and is: every company-month the contract expects (ACCOUNTING 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.bronze import quickbooks_reports
from monette_assets.gold import cash_bridge, cash_flow, changes_in_equity, ledger, tie_out, translation_proof
from monette_assets.gold.mapping import UNMAPPED
from monette_assets.group.calendar import month_end
from monette_assets.sources.quickbooks.requests import REPORTS
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables import quarantine as quarantine_table
from monette_assets.tables import waivers as waivers_table
from monette_assets.tables.contract import hours
from monette_assets.tables.reach import months_changed

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

OPENING = "opening_trial_balance"  # of a company's first month only
MONTHLY = len(REPORTS) - 1


def _incomplete(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where(~F.col("complete") & ~F.col("provisional")).select("company", "period", "missing")


CONTRACT = Contract(
    name="gold/completeness",
    description=(
        "Every company-month the contract expects: whether its reports arrived, whether it is published, how many "
        "lines and refusals it has, whether it ties out. Its age is the time since `arrived_at`: `monette report "
        "completeness` counts it. A month is final only when all its companies are "
        "complete. What is in quarantine counts where statements rest on it."
    ),
    key=("company", "period", "basis"),
    inputs={
        "reports": Input(quickbooks_reports.CONTRACT),
        "ledger": Input(ledger.CONTRACT),
        "tie_out": Input(tie_out.CONTRACT),
        "quarantine": Input(quarantine_table.CONTRACT, Months.ALL, reach=months_changed),
        "waivers": Input(waivers_table.CONTRACT, Months.ALL),
    },
    after=(translation_proof.CONTRACT, cash_flow.CONTRACT, changes_in_equity.CONTRACT, cash_bridge.CONTRACT),
    balance=True,
    by_day=True,
    columns=(
        Column("period", "date", "First day of the month."),
        Column("company", "string", "Contract code of the company."),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash")),
        Column("provisional", "boolean", "Whether the month is still running."),
        Column("arrived_at", "timestamp", "When its newest general ledger was fetched.", nullable=True,
               source=("bronze/quickbooks_reports.fetched_at",)),
        Column("expected_reports", "int", "Reports that QuickBooks is asked for.", nullable=True),
        Column("arrived_reports", "int", "How many of them have arrived, ever.", nullable=True,
               source=("bronze/quickbooks_reports.report",)),
        Column("published", "boolean", "Its ledger has arrived, and no table holds its newest rows back.",
               nullable=True, source=("bronze/quickbooks_reports.report", "quarantine.kind")),
        Column("lines", "bigint", "Ledger lines published.", source=("gold/ledger.line_number",)),
        Column("unmapped", "bigint", "Accounts without a group account.", source=("gold/ledger.group_account",)),
        Column("refused", "bigint", "Entries in quarantine that nobody waived.", source=("quarantine.reason",)),
        Column("waived", "bigint", "Entries in quarantine that somebody waived: they do not keep it from being "
               "complete.", nullable=True, source=("waivers.reason",)),
        Column("held_back", "bigint", "Tables that keep its last good rows.", source=("quarantine.reason",)),
        Column("differences", "bigint", "Accounts that do not tie out, and nobody accepted it.",
               source=("gold/tie_out.difference",)),
        Column("accepted", "bigint", "Accounts that differ by what somebody accepted: they do not keep it from being "
               "complete.", nullable=True, source=("gold/tie_out.accepted_by",)),
        Column("complete", "boolean",
               "Arrived, published, nothing refused, every account mapped, every difference accepted or none."),
        Column("missing", "string", "What keeps it from being complete; empty if nothing."),
    ),
    checks=(
        Check("all_present", "Every company-month the contract expects is complete.", "ACCOUNTING 6", _incomplete,
              Severity.REPORTS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def completeness(
    context: Context,
    reports: DataFrame,
    ledger: DataFrame,
    tie_out: DataFrame,
    quarantine: DataFrame,
    waivers: DataFrame,
) -> DataFrame:
    """The contract's expectation joined with what stands in the lake."""
    from pyspark.sql import functions as F

    group, unit, one = context.group, ["company", "period", "basis"], F.count(F.lit(1))
    today = context.now.date()
    expected = context.relation(
        [
            {
                "company": company,
                "period": period,
                "basis": basis,
                "provisional": month_end(period) >= today,
                "is_first": period == max(group.company(company).first_period, group.first_period),
            }
            for company, period in group.expected_company_months(context.periods[0], context.periods[-1])
            for basis in group.bases
        ],
        "company string, period date, basis string, provisional boolean, is_first boolean",
    )
    is_ledger = F.col("report") == "general_ledger"
    arrived = reports.groupBy(*unit).agg(
        F.max(F.when(is_ledger, F.col("fetched_at"))).alias("arrived_at"),
        F.count_distinct(F.when(F.col("report") != OPENING, F.col("report"))).alias("monthly"),
        F.max(F.when(F.col("report") == OPENING, 1).otherwise(0)).alias("opening"),
    )
    lines = ledger.groupBy(*unit).agg(
        one.alias("lines"),
        F.count_distinct(F.when(F.col("group_account") == UNMAPPED, F.col("account_id"))).alias("unmapped"),
    )
    by_nobody = F.col("accepted_by").isNull()
    differing = (
        tie_out.where(F.col("difference") != 0)
        .groupBy(*unit)
        .agg(
            F.sum(F.when(by_nobody, 1).otherwise(0)).alias("differences"),
            F.sum(F.when(by_nobody, 0).otherwise(1)).alias("accepted"),
        )
    )
    entries = quarantine.where(F.col("table_name").isin(sorted(CONTRACT.rests_on)))
    refused = refusals(entries, waivers, expected)
    rows = (
        expected.join(arrived, unit, "left")
        .join(lines, unit, "left")
        .join(differing, unit, "left")
        .join(refused, ["company", "period"], "left")
        .na.fill(0, ["lines", "unmapped", "refused", "waived", "held_back", "differences", "accepted"])
        .na.fill(0, ["monthly", "opening"])
        .withColumn("first", F.col("is_first").cast("int"))
        .withColumn("expected_reports", F.lit(MONTHLY) + F.col("first"))
        .withColumn("arrived_reports", F.col("monthly") + F.col("opening") * F.col("first"))
        .withColumn("published", F.col("arrived_at").isNotNull() & (F.col("held_back") == 0))
    )
    missing = F.concat_ws(
        "; ",
        F.when(F.col("arrived_at").isNull(), F.lit("its reports have not arrived")),
        F.when(F.col("held_back") > 0, F.concat(F.col("held_back").cast("string"), F.lit(" table(s) hold it back"))),
        F.when(F.col("refused") > 0, F.concat(F.col("refused").cast("string"), F.lit(" entries in quarantine"))),
        F.when(F.col("unmapped") > 0, F.concat(F.col("unmapped").cast("string"), F.lit(" account(s) unmapped"))),
        F.when(F.col("differences") > 0, F.concat(F.col("differences").cast("string"), F.lit(" account(s) differ"))),
    )
    return (
        rows.withColumn("missing", missing)
        .withColumn("complete", F.col("missing") == "")
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def refusals(quarantine: DataFrame, waivers: DataFrame, expected: DataFrame) -> DataFrame:
    """company, period, refused, waived, held_back. What a list refuses or holds back (no month) is so in every month.

    A unit that is held back is so whatever anybody waives.
    """
    from pyspark.sql import functions as F

    def count(condition: SparkColumn) -> SparkColumn:
        return F.sum(F.when(condition, 1).otherwise(0))

    entries = waivers_table.marked(quarantine, waivers).select(
        "company", F.col("period").alias("month"), (F.col("kind") == "unit").alias("is_unit"), F.col("waived")
    )
    units = expected.select("company", "period").distinct()
    applies = F.col("month").isNull() | (F.col("month") == F.col("period"))
    is_unit, waived = F.col("is_unit"), F.col("waived")
    return (
        units.join(entries, "company")
        .where(applies)
        .groupBy("company", "period")
        .agg(
            count(~is_unit & ~waived).alias("refused"),
            count(~is_unit & waived).alias("waived"),
            count(is_unit).alias("held_back"),
        )
    )
