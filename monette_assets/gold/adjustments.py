"""Manual adjustments of the group's figures, as finance wrote and approved them (ACCOUNTING 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.persons import compared
from monette_assets.silver import adjustments as sheets
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Severity, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SHEETS = "silver/adjustments"
ENTRY = ["period", "entry"]


def _applied_does_not_net(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    applied = staged.rows.where(F.col("status") == "applied")
    sums = applied.groupBy(*ENTRY).agg(F.sum("amount_cad").alias("net_cad"))
    return sums.where(F.col("net_cad") != 0)


def _not_applied(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rows = staged.rows.where(F.col("status") != "applied")
    return rows.select(*ENTRY, "line_number", "company", "group_account", "amount_cad", "author", "reason")


CONTRACT = Contract(
    name="gold/adjustments",
    description=(
        "Consolidation entries written by hand: group account, amount in group currency, author and approver. An entry "
        "is applied whole or not at all; what is not applied stands here with its reason."
    ),
    key=("period", "entry", "line_number"),
    unit=("period",),
    inputs={"sheets": Input(sheets.CONTRACT)},
    columns=(
        Column("period", "date", "First day of the month it is booked in.", source=(f"{SHEETS}.period",)),
        Column("entry", "string", "The entry.", source=(f"{SHEETS}.entry",)),
        Column("line_number", "int", "Within the entry.", source=(f"{SHEETS}.line_number",)),
        Column("company", "string", "Contract code; null: of the group as a whole.", nullable=True,
               source=(f"{SHEETS}.company",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{SHEETS}.group_account",)),
        Column("amount_cad", MONEY, "Debit positive.", unit="group currency", source=(f"{SHEETS}.amount_cad",)),
        Column("description", "string", "What it is for.", source=(f"{SHEETS}.description",)),
        Column("author", "string", "Who wrote it.", source=(f"{SHEETS}.author",)),
        Column("approver", "string", "Who approved it: another person.", source=(f"{SHEETS}.approver",)),
        Column("status", "string", "Whether the statements hold it.", choices=("applied", "not_applied")),
        Column("reason", "string", "Why not; empty if applied."),
        Column("file_name", "string", "The file it came in.", source=(f"{SHEETS}.file_name",)),
        Column("file_hash", "string", "SHA-256 of the file.", source=(f"{SHEETS}.file_hash",)),
        Column("sheet", "string", "Sheet of the file.", source=(f"{SHEETS}.sheet",)),
        Column("row_number", "int", "Row of the sheet.", source=(f"{SHEETS}.row_number",)),
    ),
    checks=(
        Check("nets_to_zero", "Every applied entry nets to zero.", "ACCOUNTING 17", _applied_does_not_net),
        Check("all_applied", "Every entry of the sheets is approved by a second person and books what the contract "
              "knows.", "ACCOUNTING 17", _not_applied, Severity.REPORTS),
    ),
    freshness=Freshness(fail_after=hours(36)),
)  # fmt: skip


@table(CONTRACT)
def adjustments(context: Context, sheets: DataFrame) -> DataFrame:
    """Every entry of the sheets, applied or with the reason why not."""
    from pyspark.sql import functions as F

    accounts = context.relation(context.group.chart_rows(), "group_account string").withColumn("known", F.lit(True))
    members = context.relation(
        [
            {"period": period, "company": each.code, "belongs": each.is_active(period)}
            for period in context.periods
            for each in context.group.companies
        ],
        "period date, company string, belongs boolean",
    )
    signed = [row.asDict() for row in sheets.select("author", "approver").distinct().collect()]  # some names
    people = context.relation(
        [{**row, "wrote": compared(row["author"]), "approved": compared(row["approver"])} for row in signed],
        "author string, approver string, wrote string, approved string",
    )
    rows = sheets.join(accounts, "group_account", "left").join(members, ["period", "company"], "left")
    rows = rows.join(people, ["author", "approver"], "left")
    wrong = F.concat_ws(
        "; ",
        F.when(F.col("wrote") == "", "no author"),
        F.when(F.col("approved") == "", "not approved"),
        F.when(
            (F.col("approved") != "") & (F.col("wrote") == F.col("approved")), "author and approver are the same person"
        ),
        F.when(F.col("known").isNull(), F.concat(F.lit("no group account "), "group_account")),
        F.when(F.col("company").isNotNull() & F.col("belongs").isNull(), F.concat(F.lit("no company "), "company")),
        F.when(~F.col("belongs"), F.concat(F.lit("not in the group that month: "), "company")),
    )
    judged = rows.withColumn("wrong", wrong)
    entries = judged.groupBy(*ENTRY).agg(
        F.concat_ws("; ", F.array_sort(F.collect_set(F.when(F.col("wrong") != "", F.col("wrong"))))).alias("faults"),
        F.sum("amount_cad").alias("net_cad"),
    )
    off = F.when(F.col("net_cad") != 0, F.concat(F.lit("does not net to zero: "), F.col("net_cad").cast("string")))
    reason = F.concat_ws("; ", F.when(F.col("faults") != "", F.col("faults")), off)
    return (
        judged.join(entries, ENTRY)
        .withColumn("reason", reason)
        .withColumn("status", F.when(F.col("reason") == "", "applied").otherwise("not_applied"))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )
