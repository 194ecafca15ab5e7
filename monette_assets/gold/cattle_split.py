"""Income and cost of locations with mixed herds, split between cow-calf and feedlot (ACCOUNTING 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import ledger
from monette_assets.gold.ledger import EXACT, of_the_year
from monette_assets.gold.rates import pedigree
from monette_assets.silver import head_counts
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

LEDGER, COUNTS = "gold/ledger", "silver/head_counts"
ORIGINAL, OFFSET, SPLIT = "ORIGINAL", "SYNTHETIC_OFFSET", "SYNTHETIC_SPLIT"
LINE = ["company", "period", "basis", "transaction_type", "transaction_id", "account_id", "line_number"]
PLACE = ["company", "location"]


def _not_conserved(staged: Staged) -> DataFrame:
    """A line's offset and parts sum to zero, and leave nothing of it at its location; every line is there once."""
    from pyspark.sql import functions as F

    def total(*entries: str) -> SparkColumn:
        return F.sum(F.when(F.col("entry").isin(*entries), F.col("amount")).otherwise(F.lit("0").cast(MONEY)))

    added = F.max(F.when(F.col("entry") == ORIGINAL, 0).otherwise(1))
    lines = staged.rows.groupBy(*LINE).agg(
        total(ORIGINAL).alias("original"), total(OFFSET).alias("offset"), total(SPLIT).alias("parts"),
        added.alias("is_split"), F.count(F.when(F.col("entry") == ORIGINAL, 1)).alias("originals"),
    )  # fmt: skip
    mixed = mixed_lines(staged.inputs["ledger"], staged.inputs["head_counts"]).select(*LINE, F.col("amount"))
    both = mixed.join(lines, LINE, "full_outer").na.fill(0, ["amount", "original", "offset", "parts", "originals"])
    kept = (F.col("originals") == 1) & (F.col("original") == F.col("amount"))
    net = (F.col("offset") + F.col("parts") == 0) & (
        (F.col("is_split") == 0) | (F.col("original") + F.col("offset") == 0)
    )
    return both.where(~(kept & net)).select(*LINE, "amount", "original", "offset", "parts")


def _uncounted(staged: Staged) -> DataFrame:
    """Of months whose head counts are overdue; a herd is counted when its month is over, not before."""
    from pyspark.sql import functions as F

    return _unsplit(staged).where(_due_on(staged.context) < F.lit(staged.context.now.date()))


def _awaited(staged: Staged) -> DataFrame:
    """Of months that are over and whose head counts are not due yet."""
    from pyspark.sql import functions as F

    today = F.lit(staged.context.now.date())
    is_over = F.last_day("period") < today
    due_on = _due_on(staged.context)
    return _unsplit(staged).where(is_over & (due_on >= today)).withColumn("due_on", due_on.cast("string"))


def _due_on(context: Context) -> SparkColumn:
    """The last day on which the month's head counts are in time."""
    from pyspark.sql import functions as F

    return F.date_add(F.last_day("period"), context.group.settings.head_counts_within_days)


def _unsplit(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    split = staged.rows.where(F.col("entry") == SPLIT).select(*LINE).distinct()
    left = staged.rows.where(F.col("entry") == ORIGINAL).join(split, LINE, "left_anti")
    return left.groupBy("company", "period", "location").agg(
        F.count(F.lit(1)).alias("lines"), F.sum("amount").alias("amount")
    )


CONTRACT = Contract(
    name="gold/cattle_split",
    description=(
        "Income and expense lines of locations with mixed herds. A line whose class names a herd goes there, the "
        "others are split by the month's head counts: SYNTHETIC_OFFSET takes the line out of its location, "
        "SYNTHETIC_SPLIT puts its parts into the herds. The group's total does not change."
    ),
    key=(*LINE, "entry", "herd"),
    inputs={
        "ledger": Input(ledger.CONTRACT),
        "head_counts": Input(head_counts.CONTRACT, Months.ALL),
    },
    by_day=True,
    columns=(
        Column("period", "date", "First day of the posting month.", source=(f"{LEDGER}.period",)),
        Column("company", "string", "Contract code of the company.", source=(f"{LEDGER}.company",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("transaction_type", "string", "Of the original line.", source=(f"{LEDGER}.transaction_type",)),
        Column("transaction_id", "string", "Of the original line.", source=(f"{LEDGER}.transaction_id",)),
        Column("account_id", "string", "Of the original line.", source=(f"{LEDGER}.account_id",)),
        Column("line_number", "int", "Of the original line.", source=(f"{LEDGER}.line_number",)),
        Column("entry", "string", "The line itself, what takes it out, or a part of it.",
               choices=(ORIGINAL, OFFSET, SPLIT)),
        Column("herd", "string", "Of a part; empty else.", source=(f"{LEDGER}.class_name", f"{COUNTS}.herd")),
        Column("location", "string", "Standard name.", source=(f"{LEDGER}.location",)),
        Column("pillar", "string", "Of the location; of a part, its herd's.",
               source=(f"{LEDGER}.pillar", f"{COUNTS}.herd")),
        Column("class_name", "string", "As printed.", nullable=True, source=(f"{LEDGER}.class_name",)),
        Column("fiscal_year", "int", "Of the company.", source=(f"{LEDGER}.fiscal_year",)),
        Column("commodity", "string", "Of the account.", nullable=True, source=(f"{LEDGER}.commodity",)),
        Column("group_account", "string", "Account of the group chart.", source=(f"{LEDGER}.group_account",)),
        Column("profit_type", "string", "Profit type; Unmapped for an unmapped account.",
               source=(f"{LEDGER}.profit_type",)),
        Column("currency", "string", "Home currency of the company.", source=(f"{LEDGER}.currency",)),
        Column("amount", MONEY, "Debit positive.", unit="home currency", source=(f"{LEDGER}.amount",)),
        Column("average_rate", RATE, "The month's average rate.", nullable=True, source=(f"{LEDGER}.average_rate",)),
        *pedigree(LEDGER),
        Column("amount_cad", EXACT, "amount x average_rate, exact.", unit="group currency", nullable=True,
               source=(f"{LEDGER}.amount", f"{LEDGER}.average_rate")),
        Column("head", "int", "Animals the part is by; null where the class names the herd.", unit="head",
               nullable=True, source=(f"{COUNTS}.head",)),
        Column("heads", "int", "Of all herds of the location.", unit="head", nullable=True, source=(f"{COUNTS}.head",)),
    ),
    checks=(
        Check("conserved", "Offset + parts = 0, original + offset = 0, every line once.", "ACCOUNTING 26",
              _not_conserved),
        Check("herds_are_counted", "Lines that name no herd have the month's head counts to be split by, once these "
              "are due (`head_counts_within_days` in group.yaml).", "ACCOUNTING 26", _uncounted, Severity.REPORTS),
        Check("herds_are_counted_in_time", "Of a month that is over the head counts are there, though not due yet.",
              "ACCOUNTING 26", _awaited, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def cattle_split(context: Context, ledger: DataFrame, head_counts: DataFrame) -> DataFrame:
    """Every line of a mixed location, and where it can be split what takes it out and its parts."""
    from pyspark.sql import functions as F

    lines = mixed_lines(ledger, head_counts)
    named = lines.where(F.col("named_herd").isNotNull()).select(
        "*", F.col("named_herd").alias("herd"), F.col("amount").alias("part"),
        F.lit(None).cast("int").alias("head"), F.lit(None).cast("int").alias("heads"),
    )  # fmt: skip
    counted = by_heads(lines.where(F.col("named_herd").isNull()), head_counts).select(*named.columns)
    parts = named.unionByName(counted)
    nobody, nothing = F.lit(""), F.lit(None).cast("int")
    original = lines.select("*", nobody.alias("herd"), F.col("amount").alias("part"), nothing.alias("head"),
                            nothing.alias("heads"))  # fmt: skip
    offset = original.join(parts.select(*LINE).distinct(), LINE, "left_semi").withColumn("part", -F.col("part"))
    rows = (
        original.withColumn("entry", F.lit(ORIGINAL))
        .unionByName(offset.withColumn("entry", F.lit(OFFSET)))
        .unionByName(parts.withColumn("entry", F.lit(SPLIT)).withColumn("pillar", F.col("herd")))
    )
    return (
        rows.withColumn("amount", F.col("part"))
        .withColumn("amount_cad", (F.col("part") * F.col("average_rate")).cast(EXACT))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def mixed_lines(ledger: DataFrame, head_counts: DataFrame) -> DataFrame:
    """Income and expense lines of locations where several herds were ever counted; `named_herd` as their class says."""
    from pyspark.sql import functions as F

    mixed = head_counts.groupBy(*PLACE).agg(F.count_distinct("herd").alias("herds")).where(F.col("herds") > 1)
    said = F.lower("class_name")
    herd = F.when(said.contains("cow/calf") | said.contains("cow-calf") | said.contains("cow calf"), "Cow-Calf").when(
        said.contains("feedlot"), "Feedlot"
    )
    return (
        of_the_year(ledger)
        .join(mixed.select(*PLACE), PLACE, "left_semi")
        .select(
            *LINE, "location", "pillar", "class_name", "fiscal_year", "commodity", "group_account",
            F.coalesce("profit_type", F.lit("Unmapped")).alias("profit_type"), "currency", "amount", "average_rate",
            "rate_date", "rate_source", herd.alias("named_herd"),
        )
    )  # fmt: skip


def by_heads(lines: DataFrame, head_counts: DataFrame) -> DataFrame:
    """Each line's parts in whole cents by the month's heads: largest remainder, ties by name (ACCOUNTING 16)."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    place = [*PLACE, "period"]
    heads = head_counts.where(F.col("head") > 0).select(*place, "herd", "head")
    all_heads = heads.groupBy(*place).agg(F.sum("head").cast("int").alias("heads"))
    line = Window.partitionBy(*LINE)
    shared = (
        lines.join(heads.join(all_heads, place), place)
        .withColumn("cents", (F.col("amount") * 100).cast("bigint"))
        .withColumn("share", F.col("cents") * F.col("head"))
        .withColumn("remainder", F.pmod("share", F.col("heads").cast("bigint")))
        .withColumn("whole", F.expr("(share - remainder) div heads"))
        .withColumn("missing", F.col("cents") - F.sum("whole").over(line))
        .withColumn("place_in_line", F.row_number().over(line.orderBy(F.col("remainder").desc(), "herd")))
    )
    more = F.when(F.col("place_in_line") <= F.col("missing"), 1).otherwise(0)
    return shared.withColumn("part", ((F.col("whole") + more) / 100).cast(MONEY))
