"""The cash flow statement of the group and its parts: companies, eliminations and adjustments (ACCOUNTING 5, 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import cash_flow, consolidated_statements
from monette_assets.gold.cash_flow import CLOSING, FLOWS, OPENING, add_cash_flow, entries, statement_lines, sum_where
from monette_assets.gold.intercompany import DIVIDENDS
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Staged, table
from monette_assets.tables.contract import MONEY, hours

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

STATEMENTS, FLOW = "gold/consolidated_statements", "gold/cash_flow"
PART = ["period", "basis", "subgroup"]
WHOSE = [*PART, "step", "component"]
STEPS = ("companies", "eliminations", "adjustments")
SECTIONS = (*FLOWS, "exchange", "scope", "cash")
JOINED, LEFT, INVESTMENTS = "companies_joined", "companies_left", "investments_in_companies"
INVESTMENT = "investment"  # the elimination of what a parent paid: no flow but the payment itself


def _off_the_group_cash(staged: Staged) -> DataFrame:
    """Opening cash and all flows = closing cash = what the consolidated balance sheet holds."""
    from pyspark.sql import functions as F

    says = staged.rows.groupBy(*PART).agg(
        sum_where(F.col("section") != "cash", "amount_cad").alias("flows_cad"),
        sum_where(F.col("line") == OPENING, "amount_cad").alias("opening_cad"),
        sum_where(F.col("line") == CLOSING, "amount_cad").alias("closing_cad"),
    )
    held = add_cash_flow(staged.context, staged.inputs["consolidated_statements"]).where(F.col("cash_flow") == "cash")
    holds = held.groupBy(*PART).agg(F.sum("closing_cad").alias("balance_sheet_cad"))
    both = says.join(holds, PART, "left").na.fill(0)
    return both.where(
        (F.col("opening_cad") + F.col("flows_cad") != F.col("closing_cad"))
        | (F.col("closing_cad") != F.col("balance_sheet_cad"))
    )


def _not_conserved(staged: Staged) -> DataFrame:
    """The companies' flows, line by line, are the companies' own statements."""
    from pyspark.sql import functions as F

    key = [*PART, "section", "line"]
    ours = staged.rows.where((F.col("step") == "companies") & F.col("section").isin(*FLOWS))
    theirs = staged.inputs["cash_flow"].where(F.col("section").isin(*FLOWS))
    members = members_of(staged.inputs["consolidated_statements"]).withColumnRenamed("component", "company")
    expected = (
        theirs.join(members, ["period", "basis", "company"]).groupBy(*key).agg(F.sum("amount_cad").alias("companies"))
    )
    months = staged.rows.select("period").distinct()
    both = (
        ours.groupBy(*key)
        .agg(F.sum("amount_cad").alias("group"))
        .join(expected.join(months, "period", "left_semi"), key, "full_outer")
    )
    return both.na.fill(0).where(F.col("companies") != F.col("group"))


CONTRACT = Contract(
    name="gold/consolidated_cash_flow",
    description=(
        "Cash flow of the group and every part of it, in CAD: each company's statement, eliminations and adjustments; "
        "their sum is the group's. Cash that companies bring along or take with them is a section of its own, so that "
        "a month opens with what the month before closed with. Inflows positive."
    ),
    key=("period", "basis", "subgroup", "step", "component", "section", "line"),
    unit=("period",),
    inputs={
        "cash_flow": Input(cash_flow.CONTRACT, Months.UP_TO),
        "consolidated_statements": Input(consolidated_statements.CONTRACT, Months.UP_TO),
    },
    balance=True,
    columns=(
        Column("period", "date", "First day of the month.", source=(f"{STATEMENTS}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{STATEMENTS}.basis",)),
        Column("subgroup", "string", "Part of the group; group is all of it.", source=(f"{STATEMENTS}.subgroup",)),
        Column("step", "string", "Step of the consolidation.", choices=STEPS, source=(f"{STATEMENTS}.step",)),
        Column("component", "string", "Company, or kind of elimination or adjustment.",
               source=(f"{STATEMENTS}.component",)),
        Column("section", "string", "Section; the first three are operating.", choices=SECTIONS,
               source=(f"{FLOW}.section",)),
        Column("line", "string", "Group account, or a line of its own name.",
               source=(f"{FLOW}.line", f"{STATEMENTS}.group_account")),
        Column("amount_cad", MONEY, "Inflow positive.", unit="group currency",
               source=(f"{FLOW}.amount_cad", f"{STATEMENTS}.movement_cad")),
    ),
    checks=(
        Check("ties_to_cash", "Opening cash and all flows = closing cash = cash on the consolidated balance sheet.",
              "ACCOUNTING 5", _off_the_group_cash),
        Check("conserved", "The companies' flows = their own cash flow statements, line by line.", "ACCOUNTING 17",
              _not_conserved),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def consolidated_cash_flow(context: Context, cash_flow: DataFrame, consolidated_statements: DataFrame) -> DataFrame:
    """Members' statements, what steps changed of them, and who came and went."""
    from pyspark.sql import functions as F

    first, last = F.lit(context.periods[0]), F.lit(context.periods[-1])
    recent = F.col("period") >= F.add_months(first, -1)
    flows, figures = cash_flow.where(recent), consolidated_statements.where(recent)
    made = (
        of_companies(flows, members_of(figures))
        .unionByName(of_steps(context, figures))
        .where(F.col("period").between(first, last))
        .groupBy(*WHOSE, "section", "line")
        .agg(F.sum("amount_cad").alias("amount_cad"))
    )
    return made.where((F.col("amount_cad") != 0) | (F.col("section") == "cash")).select(
        *[F.col(column.name).cast(column.type) for column in CONTRACT.columns]
    )


def members_of(consolidated_statements: DataFrame) -> DataFrame:
    """PART, component: the companies of every part of the group, month by month.

    One that has left keeps its income in the year to date, and no balance.
    """
    from pyspark.sql import functions as F

    there = (F.col("step") == "companies") & (F.col("statement") == "balance_sheet")
    return consolidated_statements.where(there).select(*PART, "component").distinct()


def of_companies(cash_flow: DataFrame, members: DataFrame) -> DataFrame:
    """The members' flows. A month opens with the cash of those who were there the month before."""
    from pyspark.sql import functions as F

    lines = cash_flow.select("period", "basis", F.col("company").alias("component"), "section", "line", "amount_cad")
    at = ["period", "basis", "component"]
    own = lines.join(members, at).withColumn("step", F.lit("companies"))
    before = members.withColumn("period", F.add_months("period", 1))
    built = before.select(*PART).distinct().withColumn("follows", F.lit(True))
    were = before.withColumn("was_there", F.lit(True))
    known = own.join(built, PART, "left").join(were, [*PART, "component"], "left")
    joins = (F.col("line") == OPENING) & F.col("follows").isNotNull() & F.col("was_there").isNull()
    closed = lines.where(F.col("line") == CLOSING).withColumn("period", F.add_months("period", 1))
    gone = (
        before.join(members, [*PART, "component"], "left_anti")
        .join(members.select(*PART).distinct(), PART, "left_semi")
        .join(closed, at)
        .withColumn("step", F.lit("companies"))
    )
    names = [*WHOSE, "section", "line", "amount_cad"]
    stayed = (
        known.where(F.col("line") != "net_change")
        .withColumn("section", F.when(joins, F.lit("scope")).otherwise(F.col("section")))
        .withColumn("line", F.when(joins, F.lit(JOINED)).otherwise(F.col("line")))
    )
    left = (
        gone.withColumn("section", F.lit("scope"))
        .withColumn("line", F.lit(LEFT))
        .withColumn("amount_cad", -F.col("amount_cad"))
    )
    opened = gone.withColumn("line", F.lit(OPENING))
    return stayed.select(*names).unionByName(left.select(*names)).unionByName(opened.select(*names))


def of_steps(context: Context, consolidated_statements: DataFrame) -> DataFrame:
    """Eliminations and adjustments as flows: minus the month's movement, and what of it is cash.

    The elimination of an investment in a company is no flow: what was paid stands in the parent's statement, what the
    company brought along in scope. Shares of others are no flow either.
    """
    from pyspark.sql import functions as F

    zero = F.lit("0").cast(MONEY)
    steps = (
        add_cash_flow(context, consolidated_statements)
        .where(F.col("step").isin("eliminations", "adjustments"))
        .withColumn("earns", F.col("statement") == "profit_and_loss")
        .withColumn("flow", zero)
        .withColumn("flow_cad", -F.col("movement_cad"))
        .withColumn("account_id", F.lit(""))
    )
    is_cash = F.col("cash_flow") == "cash"
    brought = (F.col("component") == INVESTMENT) | (F.col("kind") == "translation") | ~is_entry()
    still = ~F.col("earns") & ~is_cash & brought
    flows = statement_lines(context, steps.where(~still), WHOSE)
    rest = entries(
        steps,
        [
            (still, "scope", F.lit(INVESTMENTS), zero, F.col("flow_cad")),
            (is_cash, "cash", F.lit(OPENING), zero, F.col("opening_cad")),
            (is_cash, "cash", F.lit(CLOSING), zero, F.col("closing_cad")),
        ],
        WHOSE,
    )
    return flows.unionByName(rest).drop("amount")


def is_entry() -> Expression:
    """Whether a row's movement is a change of its own, not what a company brought along.

    Eliminating an investment takes out the equity that was bought. Of eliminations on equity only dividends between
    companies are changes.
    """
    from pyspark.sql import functions as F

    is_equity = (F.col("step") == "eliminations") & (F.col("classification") == "Equity")
    return ~is_equity | (F.col("kind") == DIVIDENDS)
