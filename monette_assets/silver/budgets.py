"""Budgets from the workbooks finance drops (ACCOUNTING 25): several layouts, one long table, versions side by side.

The unit of trust is one company's fiscal year in one version of a file: it is whole or it is refused, since half a
budget reads like a low one. Other companies and years of the file go on, and the version before stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import landing_files
from monette_assets.silver import accounts as accounts_table
from monette_assets.silver.budget_sheets import parse_budget
from monette_assets.silver.refusals import nothing_refused
from monette_assets.silver.sheets import READABLE, File, Parsed, Vocabulary, in_order, parse_files, vocabulary
from monette_assets.sources.landing.recognition import BUDGET
from monette_assets.tables import Check, Column, Context, Contract, Input, Months, Partitions, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

FILES = "bronze/landing_files"
CONTENT = (f"{FILES}.content",)

PLACE = ("company", "fiscal_year", "location")


def _months_lost(staged: Staged) -> DataFrame:
    """Months of the newest version of another file that the file that counts in its place says nothing of."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    of_name = Window.partitionBy("company", "fiscal_year", "file_name")
    newest = staged.rows.withColumn("_newest", F.max("file_version").over(of_name)).where("file_version = _newest")
    counting = newest.where("current").groupBy(*PLACE, "file_name").agg(F.collect_set("period").alias("_months"))
    replaced = (
        newest.where("NOT current")
        .groupBy(*PLACE, F.col("file_name").alias("replaced_file"))
        .agg(F.max("version").alias("_version"), F.sort_array(F.collect_set("period")).alias("_months_before"))
    )
    last = replaced.groupBy(*PLACE).agg(F.max_by(F.struct("replaced_file", "_months_before"), "_version").alias("_of"))
    months_lost = F.concat_ws(", ", F.transform(F.array_except("_of._months_before", "_months"), _month))
    lost = counting.join(last, list(PLACE)).withColumn("months_lost", months_lost).where("months_lost <> ''")
    return lost.select(*PLACE, "file_name", "_of.replaced_file", "months_lost")


def _month(period: SparkColumn) -> SparkColumn:
    from pyspark.sql import functions as F

    return F.date_format(period, "yyyy-MM")


CONTRACT = Contract(
    name="silver/budgets",
    description=(
        "Every amount of every budget sheet dropped into the landing folder, in the company's own currency and in "
        "display sign, as finance writes it: revenue and cost positive. A later file replaces the locations it speaks "
        "of; a new version of the same file name replaces that file's budget of the company and year wholly. What is "
        "replaced stays, not `current`. In a sheet of months across, an empty cell means nothing budgeted."
    ),
    key=("company", "fiscal_year", "location", "account_number", "account_name", "period", "file_name", "file_version"),
    unit=("company",),
    partitions=Partitions.NONE,
    inputs={
        "files": Input(landing_files.CONTRACT, Months.ALL, only=("kind", (BUDGET,))),
        "accounts": Input(accounts_table.CONTRACT, Months.ALL),
    },
    columns=(
        Column("company", "string", "Contract code of the company.", source=CONTENT),
        Column("fiscal_year", "int", "Of the company, named by the year it ends in.", source=CONTENT),
        Column("location", "string", "Standard name.", source=CONTENT),
        Column("account_number", "string", "In the company's chart; null where it has none.", nullable=True,
               source=CONTENT),
        Column("account_name", "string", "Full name, parents first, where known.",
               source=(*CONTENT, "silver/accounts.account_name")),
        Column("period", "date", "First day of the month.", source=CONTENT),
        Column("currency", "string", "Home currency of the company."),
        Column("amount", MONEY, "Display sign; rounded to the cent.", unit="home currency", source=CONTENT),
        Column("budget_rate", RATE, "Group currency for one unit of home currency, as the sheet states it.",
               nullable=True, source=CONTENT),
        Column("version", "int", "Of the budget of this company, year and location, from 1."),
        Column("current", "boolean", "Whether it is the version that counts."),
        Column("received_at", "timestamp", "When the file was taken in.", source=(f"{FILES}.received_at",)),
        Column("file_name", "string", "As it was dropped.", source=(f"{FILES}.file_name",)),
        Column("file_version", "int", "Version of the file name.", source=(f"{FILES}.version",)),
        Column("file_hash", "string", "SHA-256 of the file.", source=(f"{FILES}.content_hash",)),
        Column("sheet", "string", "Tab."),
        Column("row_number", "int", "Row of the tab."),
    ),
    checks=(
        nothing_refused(("company",), READABLE),
        Check("replaces_every_month", "A file that replaces another's budget of a location has every month that the "
              "other had: those it lacks have no budget.", "ACCOUNTING 25", _months_lost, Severity.WARNS),
    ),
)  # fmt: skip


@table(CONTRACT)
def budgets(context: Context, files: DataFrame, accounts: DataFrame) -> DataFrame:
    """Every budget sheet's amounts, and what was refused."""
    return parse_files(files, BUDGET, vocabulary(context.group, accounts), CONTRACT, parse_budgets)


def parse_budgets(words: Vocabulary, files: Sequence[File]) -> Parsed:
    """Parse every version of every file, then decide which one counts."""
    parsed = [(file, parse_budget(words, file)) for file in in_order(files)]
    newest = {file.name: file.version for file, _ in parsed}
    good = {(row["company"], row["fiscal_year"]): at for at, (_, found) in enumerate(parsed) for row in found.rows}
    result = Parsed(seen=sum(found.seen for _, found in parsed))
    for at, (file, found) in enumerate(parsed):
        # what a newer version of the file, or a later good budget of that company and year, has put right is answered
        result.refusals += [
            refusal
            for refusal in found.refusals
            if file.version == newest[file.name] and not (refusal.unit in good and good[refusal.unit] > at)
        ]
    result.rows = _versions([found.rows for _, found in parsed])
    return result


def _versions(submissions: Sequence[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Number the budgets of each company, year and location, and say which one counts. Oldest first."""
    of_name: dict[tuple[Any, ...], int] = {}  # company, year, file name -> the newest good version of that name
    for rows in submissions:
        for row in rows:
            name = (row["company"], row["fiscal_year"], row["file_name"])
            of_name[name] = max(of_name.get(name, 0), row["file_version"])
    numbers: dict[tuple[Any, ...], dict[tuple[str, int], int]] = defaultdict(dict)
    counts: dict[tuple[Any, ...], tuple[str, int]] = {}
    for rows in submissions:
        for row in rows:
            place = (row["company"], row["fiscal_year"], row["location"])
            file = (row["file_name"], row["file_version"])
            numbers[place].setdefault(file, len(numbers[place]) + 1)
            if of_name[row["company"], row["fiscal_year"], row["file_name"]] == row["file_version"]:
                counts[place] = file
    return [
        {
            **row,
            "version": numbers[place][file],
            "current": counts.get(place) == file,
        }
        for rows in submissions
        for row in rows
        for place, file in [
            ((row["company"], row["fiscal_year"], row["location"]), (row["file_name"], row["file_version"]))
        ]
    ]
