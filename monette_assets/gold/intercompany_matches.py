"""What companies of the group say of each other, side by side: what matches and what does not (ACCOUNTING 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import intercompany_lines, translated_balances
from monette_assets.gold.intercompany import ACCOUNT_PAIRS, BALANCE_PAIRS, PAIR, elsewhere, lines_of, sides
from monette_assets.group.perimeter import owner_rows
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LINES, TRANSLATED = "gold/intercompany_lines", "gold/translated_balances"
KINDS = ("none", "amount", "timing", "fx", "one_sided", "account")
ITEM = PAIR[1:]  # what makes a difference the same one from month to month


def _unexplained(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rows = staged.rows
    differs = F.col("difference_cad") != 0
    dated = F.col("first_period").isNotNull() & F.col("age_days").isNotNull()
    explained = (F.col("difference_kind") != "none") & (F.col("owner") != "") & dated
    return rows.where(differs & ~explained).select(*PAIR, "difference_cad", "difference_kind", "owner")


def _to_clear(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    open_ones = staged.rows.where(F.col("difference_kind").isin("amount", "one_sided", "account"))
    return open_ones.select(*PAIR, "difference_kind", "difference_cad", "age_days", "owner")


def _does_not_differ(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    rows = staged.rows
    difference = F.col("company_amount_cad") + F.col("partner_amount_cad")
    return rows.where(difference != F.col("difference_cad")).select(*PAIR, "difference_cad")


CONTRACT = Contract(
    name="gold/intercompany_matches",
    description=(
        "What each company's books say of every other company, both sides in one row: claims at month end (due from "
        "against due to) and the month's charges (income against cost), by currency and document. What does not match "
        "is classified, dated and owned. A line on an intercompany account that names no company of the group stands "
        "alone, without a partner."
    ),
    key=tuple(PAIR),
    unit=("period",),
    inputs={
        "lines": Input(intercompany_lines.CONTRACT, Months.UP_TO),
        "translated_balances": Input(translated_balances.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{LINES}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LINES}.basis",)),
        Column("account_pair", "string", "What stands against what.", choices=ACCOUNT_PAIRS,
               source=(f"{TRANSLATED}.group_account",)),
        Column("company", "string", "Whose claim or income it is; the holder of a line without partner.",
               source=(f"{LINES}.company",)),
        Column("partner", "string", "Who owes it or bears its cost; empty where the line names no company of the "
               "group.", source=(f"{LINES}.contact_name",)),
        Column("currency", "string", "Currency of the documents.", source=(f"{LINES}.currency",)),
        Column("reference", "string", "Document number on both sides; 'opening' for what stood there before the first "
               "posting; empty where a document has none.", source=(f"{LINES}.reference",)),
        Column("company_currency", "string", "Home currency of the company.", source=(f"{LINES}.currency",)),
        Column("company_amount", MONEY, "In the company's books, debit positive.", unit="home currency",
               source=(f"{LINES}.amount",)),
        Column("company_transaction_amount", MONEY, "The same as documented.", unit="transaction currency",
               source=(f"{LINES}.transaction_amount",)),
        Column("company_amount_cad", MONEY, "The same, as translated in its statements.", unit="group currency",
               source=(f"{LINES}.amount", f"{TRANSLATED}.rate")),
        Column("partner_currency", "string", "Home currency of the partner.", nullable=True,
               source=(f"{LINES}.currency",)),
        Column("partner_amount", MONEY, "In the partner's books, debit positive.", unit="home currency",
               source=(f"{LINES}.amount",)),
        Column("partner_transaction_amount", MONEY, "The same as documented.", unit="transaction currency",
               source=(f"{LINES}.transaction_amount",)),
        Column("partner_amount_cad", MONEY, "The same, as translated in its statements.", unit="group currency",
               source=(f"{LINES}.amount", f"{TRANSLATED}.rate")),
        Column("matched_cad", MONEY, "What both sides agree on.", unit="group currency",
               source=(f"{LINES}.amount", f"{TRANSLATED}.rate")),
        Column("difference_cad", MONEY, "Company's and partner's amount, debit positive: 0 where they agree.",
               unit="group currency", source=(f"{LINES}.amount", f"{TRANSLATED}.rate")),
        Column("difference_kind", "string", "timing: booked by both, settled or booked by one of them in another "
               "month; fx: the same amount at two rates; one_sided: nothing in the other's books; account: it stands "
               "on another account there, or names no company of the group; amount: another amount.", choices=KINDS),
        Column("other_account", "string", "Group account the other side stands on by mistake.", nullable=True,
               source=(f"{LINES}.group_account",)),
        Column("contact_name", "string", "A contact as the books print it.", nullable=True,
               source=(f"{LINES}.contact_name",)),
        Column("first_period", "date", "Since when it differs without a break; null where it does not.", nullable=True),
        Column("age_days", "int", "From that month's end to this one's.", unit="days", nullable=True),
        Column("owner", "string", "Who clears it."),
    ),
    checks=(
        Check("adds_up", "Difference = company's amount + partner's amount.", "ACCOUNTING 18", _does_not_differ),
        Check("differences_are_owned", "Every difference has a kind, a first month and an owner.", "ACCOUNTING 18",
              _unexplained),
        Check("differences_to_clear", "No amount, account or missing side is left to clear; timing and exchange pass.",
              "ACCOUNTING 18", _to_clear, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def intercompany_matches(context: Context, lines: DataFrame, translated_balances: DataFrame) -> DataFrame:
    """Both sides of every claim and charge in one row, the difference classified, dated and owned."""
    from pyspark.sql import functions as F

    posted = lines_of(lines)
    pairs = side_by_side(context, sides(context, posted, translated_balances))
    rows = classify(context, pairs, elsewhere(context, posted))
    asked = F.col("period").between(F.lit(context.periods[0]), F.lit(context.periods[-1]))
    return (
        assign(context, date_differences(rows))
        .where(asked)
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def side_by_side(context: Context, every_side: DataFrame) -> DataFrame:
    """One row a pair: sums of either side, and which of them has postings."""
    from pyspark.sql import functions as F

    zero = F.lit("0").cast(MONEY)
    sums = []
    for side in ("company", "partner"):
        here = F.col("side") == side
        sums += [F.max(F.when(here, 1).otherwise(0)).alias(f"{side}_booked")]
        for name in ("amount", "transaction_amount", "charged", "amount_cad"):
            sums.append(F.sum(F.when(here, F.col(name)).otherwise(zero)).cast(MONEY).alias(f"{side}_{name}"))
    pairs = every_side.groupBy(*PAIR).agg(*sums, F.max("contact_name").alias("contact_name"))
    homes = context.relation(context.group.company_rows(), "company string, home_currency string")
    opposite = F.signum("company_amount_cad") * F.signum("partner_amount_cad") < 0
    return (
        pairs.join(homes.withColumnRenamed("home_currency", "company_currency"), "company", "left")
        .join(homes.toDF("partner", "partner_currency"), "partner", "left")
        .withColumn("difference_cad", F.col("company_amount_cad") + F.col("partner_amount_cad"))
        .withColumn(
            "matched_cad",
            F.when(opposite, F.least(F.abs("company_amount_cad"), F.abs("partner_amount_cad"))).otherwise(zero),
        )
        .where(
            (F.col("company_amount_cad") != 0)
            | (F.col("partner_amount_cad") != 0)
            | (F.col("company_amount") != 0)
            | (F.col("partner_amount") != 0)
        )
    )


def classify(context: Context, pairs: DataFrame, found_elsewhere: DataFrame) -> DataFrame:
    """Add `difference_kind` and `other_account`."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    tolerance = F.lit(str(context.group.consolidation.exchange_tolerance)).cast(MONEY)
    is_claim = F.col("account_pair").isin(*BALANCE_PAIRS)
    silent = F.when(F.col("company_booked") == 0, F.col("company")).otherwise(F.col("partner"))
    speaks = F.when(F.col("company_booked") == 0, F.col("partner")).otherwise(F.col("company"))
    other = found_elsewhere.groupBy("period", "basis", "holder", "partner", "currency", "reference").agg(
        F.min("posted_account").alias("other_account")
    )
    to_date = Window.partitionBy(*ITEM).orderBy("period").rowsBetween(Window.unboundedPreceding, 0)
    differs = F.col("company_transaction_amount") + F.col("partner_transaction_amount")
    both_homes = F.col("company_currency") != F.col("partner_currency")
    agrees = F.abs("differs") <= F.when(both_homes, tolerance).otherwise(F.lit("0").cast(MONEY))
    one_sided = (F.col("company_booked") == 0) | (F.col("partner_booked") == 0)
    same_charge = F.abs(F.col("company_charged") - F.col("partner_charged")) <= F.when(both_homes, tolerance).otherwise(
        F.lit("0").cast(MONEY)
    )
    kind = (
        F.when(F.col("difference_cad") == 0, "none")
        .when(F.col("partner") == "", "account")
        .when(agrees, "fx")
        .when(~is_claim & (F.col("differs_to_date") == 0), "timing")
        .when(one_sided & is_claim & F.col("other_account").isNotNull(), "account")
        .when(one_sided, "one_sided")
        .when(is_claim & same_charge, "timing")
        .otherwise("amount")
    )
    return (
        pairs.withColumn("differs", differs)
        .withColumn("differs_to_date", F.sum("differs").over(to_date))
        .withColumn("silent", silent)
        .withColumn("speaks", speaks)
        .join(
            other.withColumnRenamed("holder", "silent").withColumnRenamed("partner", "speaks"),
            ["period", "basis", "silent", "speaks", "currency", "reference"],
            "left",
        )
        .withColumn("difference_kind", kind)
        .withColumn("other_account", F.when(F.col("difference_kind") == "account", F.col("other_account")))
    )


def date_differences(rows: DataFrame) -> DataFrame:
    """Add `first_period` and `age_days`: the months in a row in which the same pair and document differ."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    differs = F.col("difference_kind") != "none"
    month = F.year("period") * 12 + F.month("period")
    in_order = Window.partitionBy(*ITEM, "differs_now").orderBy("period")
    spell = Window.partitionBy(*ITEM, "differs_now", "spell")
    age = F.datediff(F.last_day("period"), F.last_day("first_period"))
    return (
        rows.withColumn("differs_now", differs)
        .withColumn("spell", month - F.row_number().over(in_order))
        .withColumn("first_period", F.when(F.col("differs_now"), F.min("period").over(spell)))
        .withColumn("age_days", F.when(F.col("differs_now"), age))
    )


def assign(context: Context, rows: DataFrame) -> DataFrame:
    """Add `owner`: named for the pair in the contract, else the group's."""
    from pyspark.sql import functions as F

    default = F.lit(context.group.consolidation.owner)
    owners = owner_rows(context.group)
    if not owners:
        return rows.withColumn("owner", default)
    named = context.relation(owners, "company string, partner string, owner string")
    return rows.join(named, ["company", "partner"], "left").withColumn("owner", F.coalesce("owner", default))
