"""Every bank movement with the activity behind it, found through the links between documents (ACCOUNTING 27).

The movements are the ledger's: what QuickBooks' book of record says went through a bank account. Most name the other
side themselves (an expense, a cheque, a transfer). A payment's other side is receivables, a deposit's undeposited
funds: there the documents say what was settled, and what that was for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monette_assets.gold import ledger as gold_ledger
from monette_assets.gold.allocation import allocate_rows
from monette_assets.gold.ledger import EXACT
from monette_assets.gold.mapping import locate, map_accounts, reroute_accounts
from monette_assets.gold.rates import pedigree
from monette_assets.silver import accounts as silver_accounts
from monette_assets.silver import document_lines, document_links
from monette_assets.silver import documents as silver_documents
from monette_assets.silver import locations as silver_locations
from monette_assets.sources.quickbooks.documents import SETTLEMENTS
from monette_assets.sources.quickbooks.transaction_types import PRINTED_TYPES
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables.contract import MONEY, RATE, hours
from monette_assets.tables.reach import by_key

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

LEDGER = "gold/ledger"
TRANSACTION = ["company", "period", "basis", "transaction_type", "transaction_id"]
MOVEMENT = [*TRANSACTION, "bank_account_id"]
ACTIVITY = ["account_id", "account_name", "group_account", "location", "pillar", "found_by"]
DOCUMENT = ["company", "document_type", "document_id"]
LEAF = ["leaf_account_id", "leaf_location_name", "leaf_found_by"]

OWN_LINES, LINKS = "own lines", "links"
NOT_APPLIED = "not applied to a document"
NOT_FOUND = "applied to a document that is not held, or has no lines"
NO_ACCOUNT = "the document's line names no account"
NO_LINK = "no link to a document"
FOUND_BY = (OWN_LINES, LINKS, NOT_APPLIED, NOT_FOUND, NO_ACCOUNT, NO_LINK)
MATCHED = (OWN_LINES, LINKS)

RECEIVABLE, PAYABLE = "Accounts Receivable", "Accounts Payable"
CREDITS = ("CreditMemo", "VendorCredit")  # what a settlement takes off


def _not_conserved(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    account = ["company", "period", "basis", "bank_account_id"]
    banks = _of_type(staged.inputs["accounts"], "Bank").withColumnRenamed("account_id", "bank_account_id")
    ours = staged.rows.groupBy(*account).agg(F.sum("amount").alias("movements"))
    theirs = (
        staged.inputs["ledger"]
        .withColumnRenamed("account_id", "bank_account_id")
        .join(banks, ["company", "bank_account_id"], "left_semi")
        .groupBy(*account)
        .agg(F.sum("amount").alias("posted"))
    )
    both = theirs.join(ours, account, "full_outer").na.fill(0, ["movements", "posted"])
    return both.where(F.col("movements") != F.col("posted"))


def _unmatched(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    shown = ["company", "period", "bank_account_name", "transaction_date", "transaction_type", "transaction_id",
             "contact_name", "amount", "found_by"]  # fmt: skip
    return staged.rows.where(~F.col("matched")).select(*shown)


CONTRACT = Contract(
    name="gold/weekly_banking",
    description=(
        "Every movement of every bank account, in parts by the activity behind it: the other lines of the transaction, "
        "or, where those are receivables, payables or undeposited funds, the lines of the documents it settles, found "
        "through links (payment to invoice to lines, deposit to payment to invoice to lines) and in proportion. The "
        "parts of a movement sum to it to the cent; a part without a match stands under its own control account."
    ),
    key=("company", "period", "basis", "bank_account_id", "transaction_type", "transaction_id", "account_id",
         "location", "found_by"),
    inputs={
        "ledger": Input(gold_ledger.CONTRACT),
        "accounts": Input(silver_accounts.CONTRACT, Months.ALL, reach=by_key("company", "account_id")),
        "locations": Input(silver_locations.CONTRACT, Months.ALL),
        "documents": Input(silver_documents.CONTRACT, Months.ALL),  # what is settled is older, or yet to come
        "document_lines": Input(document_lines.CONTRACT, Months.ALL),
        "document_links": Input(document_links.CONTRACT, Months.ALL),
    },
    balance=True,  # a changed invoice changes what later payments were for
    columns=(
        Column("company", "string", "Contract code of the company.", source=(f"{LEDGER}.company",)),
        Column("period", "date", "First day of the month.", source=(f"{LEDGER}.period",)),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash"), source=(f"{LEDGER}.basis",)),
        Column("week", "date", "Monday of the week.", source=(f"{LEDGER}.transaction_date",)),
        Column("transaction_date", "date", "Day of the movement.", source=(f"{LEDGER}.transaction_date",)),
        Column("transaction_type", "string", "As printed.", source=(f"{LEDGER}.transaction_type",)),
        Column("transaction_id", "string", "QuickBooks' id.", source=(f"{LEDGER}.transaction_id",)),
        Column("document_number", "string", "The document's number.", nullable=True,
               source=(f"{LEDGER}.document_number",)),
        Column("bank_account_id", "string", "QuickBooks' id of the bank account.", source=(f"{LEDGER}.account_id",)),
        Column("bank_account_name", "string", "Full name of the bank account.", source=(f"{LEDGER}.account_name",)),
        Column("contact_name", "string", "As printed.", nullable=True, source=(f"{LEDGER}.contact_name",)),
        Column("account_id", "string", "Company's account of the activity.",
               source=(f"{LEDGER}.account_id", "silver/document_lines.account_id")),
        Column("account_name", "string", "Its full name.",
               source=(f"{LEDGER}.account_name", "silver/accounts.account_name")),
        Column("group_account", "string", "Activity: account of the group chart.",
               source=(f"{LEDGER}.group_account", "silver/accounts.account_number")),
        Column("location", "string", "Standard name.", source=(f"{LEDGER}.location", "silver/locations.location_name")),
        Column("pillar", "string", "Pillar of the location.",
               source=(f"{LEDGER}.pillar", "silver/locations.location_name")),
        Column("found_by", "string", "How the activity was found, or why it was not.", choices=FOUND_BY,
               source=("silver/document_links.to_id",)),
        Column("matched", "boolean", "Whether an activity was found."),
        Column("currency", "string", "Home currency of the company.", source=(f"{LEDGER}.currency",)),
        Column("amount", MONEY, "Into the bank account positive.", unit="home currency",
               source=(f"{LEDGER}.amount", "silver/document_links.amount", "silver/document_lines.amount",
                       "silver/documents.total")),
        Column("average_rate", RATE, "The month's average rate.", source=(f"{LEDGER}.average_rate",)),
        *pedigree(LEDGER),
        Column("amount_cad", EXACT, "amount x average_rate, exact.", unit="group currency",
               source=(f"{LEDGER}.amount", f"{LEDGER}.average_rate")),
    ),
    checks=(
        Check("conserved", "Movements by company, bank account and month = the ledger's.", "ACCOUNTING 7",
              _not_conserved),
        Check("all_matched", "The activity behind every movement was found; the others are listed.", "ACCOUNTING 27",
              _unmatched, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def weekly_banking(
    context: Context,
    ledger: DataFrame,
    accounts: DataFrame,
    locations: DataFrame,
    documents: DataFrame,
    document_lines: DataFrame,
    document_links: DataFrame,
) -> DataFrame:
    """Movements from the ledger, their other sides, and behind control accounts what the links lead to."""
    from pyspark.sql import functions as F

    movements = context.once(bank_movements(ledger, accounts), "movements")
    sides = other_sides(ledger, movements)
    traced = behind(context, accounts, locations, documents, document_lines, document_links)
    parts = trace(context, sides, traced, accounts)
    summed = parts.groupBy(*MOVEMENT, *ACTIVITY).agg(F.sum("part").alias("part"))
    amount = (F.col("part").cast("decimal(18, 0)") * F.lit("0.01").cast("decimal(2, 2)")).cast(MONEY)
    return (
        summed.where(F.col("part") != 0)
        .join(movements.drop("total"), MOVEMENT)
        .withColumn("week", F.to_date(F.date_trunc("week", F.col("transaction_date").cast("timestamp"))))
        .withColumn("matched", F.col("found_by").isin(*MATCHED))
        .withColumn("amount", amount)
        .withColumn("amount_cad", (F.col("amount") * F.col("average_rate")).cast(EXACT))
        .select(*[F.col(column.name).cast(column.type) for column in CONTRACT.columns])
    )


def bank_movements(ledger: DataFrame, accounts: DataFrame) -> DataFrame:
    """One row a transaction and bank account it changes: `total` in cents, day, number, contact."""
    from pyspark.sql import functions as F

    banks = _of_type(accounts, "Bank")
    return (
        ledger.join(banks, ["company", "account_id"], "left_semi")
        .withColumnRenamed("account_id", "bank_account_id")
        .groupBy(*MOVEMENT)
        .agg(
            F.sum(_cents("amount")).alias("total"),
            F.min("transaction_date").alias("transaction_date"),
            F.max("document_number").alias("document_number"),
            F.max("account_name").alias("bank_account_name"),
            F.max("contact_name").alias("contact_name"),
            F.max("currency").alias("currency"),
            F.max("average_rate").alias("average_rate"),
            F.max("rate_date").alias("rate_date"),
            F.max("rate_source").alias("rate_source"),
        )
        .where(F.col("total") != 0)
    )


def other_sides(ledger: DataFrame, movements: DataFrame) -> DataFrame:
    """Each movement with the lines on its other side: `key_1`, and `weight_1` in cents, which sum to its `total`.

    One bank account: its other side is every other line. Several: what goes from one to another is a transfer between
    them, and the other lines belong to the accounts on the side that is left over, in proportion.
    """
    from pyspark.sql import functions as F

    moved = movements.select(*MOVEMENT, "total")
    sums = moved.groupBy(*TRANSACTION).agg(F.sum("total").alias("all_banks"))
    leads = F.when(F.col("all_banks") == 0, F.col("total") > 0).otherwise(
        F.signum("total") == F.signum(F.col("all_banks"))
    )
    sided = moved.join(sums, TRANSACTION).withColumn("leads", leads)
    of_bank = sided.select(*TRANSACTION, F.col("bank_account_id").alias("account_id"), F.col("leads").alias("led"))
    lines = (
        ledger.select(*TRANSACTION, "account_id", "line_number", "location_name", _cents("amount").alias("cents"))
        .where(F.col("cents") != 0)
        .join(sided.select(*MOVEMENT, "total", "leads"), TRANSACTION)
        .join(of_bank, [*TRANSACTION, "account_id"], "left")
    )
    belongs = F.when(F.col("leads"), F.coalesce(~F.col("led"), F.lit(True))).otherwise(F.coalesce("led", F.lit(False)))
    return lines.where(belongs).select(
        *MOVEMENT,
        "total",
        "account_id",
        "location_name",
        F.concat_ws("|", "account_id", "line_number").alias("key_1"),
        (-F.col("cents")).alias("weight_1"),
    )


def behind(
    context: Context,
    accounts: DataFrame,
    locations: DataFrame,
    documents: DataFrame,
    document_lines: DataFrame,
    document_links: DataFrame,
) -> DataFrame:
    """What stands behind every payment, bill payment and deposit: a tree over LEAF columns.

    Level 2 is the payment of a deposit, 3 the document settled, 4 its line; level 1 is the ledger's line.
    """
    from pyspark.sql import functions as F

    lines = context.once(_lines(accounts, locations, document_lines), "lines")
    applied = document_links.where(F.col("line_number").isNotNull() & F.col("amount").isNotNull())
    settled = context.once(_settled(documents, applied, lines), "settled")
    deposited = _deposited(accounts, document_lines, applied, settled, lines)
    return settled.unionByName(deposited)


def _settled(documents: DataFrame, applied: DataFrame, lines: DataFrame) -> DataFrame:
    """The leaves of payments and bill payments: the lines of each document settled, and what is not applied."""
    from pyspark.sql import functions as F

    sides = lines.select("to_type", "to_id", "company", "owed").distinct()
    target = ["company", "to_type", "to_id"]
    taken_off = F.col("to_type").isin(*CREDITS) | ((F.col("to_type") == "JournalEntry") & (F.col("owed") < 0))
    links = (
        applied.where(F.col("from_type").isin(*SETTLEMENTS))
        .join(sides, target, "left")
        .withColumn("cents", F.when(taken_off, -_cents("amount")).otherwise(_cents("amount")))
    )
    linked = links.join(lines.drop("owed"), target, "left").select(
        "company",
        F.col("from_type").alias("document_type"),
        F.col("from_id").alias("document_id"),
        F.col("link_number").alias("key_3"),
        F.col("cents").alias("weight_3"),
        F.coalesce("line_number_of", F.lit(0)).alias("key_4"),
        F.coalesce("weight_4", F.lit(1).cast("bigint")).alias("weight_4"),
        "leaf_account_id",
        "leaf_location_name",
        F.coalesce("leaf_found_by", F.lit(NOT_FOUND)).alias("leaf_found_by"),
    )
    sums = links.groupBy(
        "company", F.col("from_type").alias("document_type"), F.col("from_id").alias("document_id")
    ).agg(F.sum("cents").alias("applied"))
    left = (
        documents.where(F.col("document_type").isin(*SETTLEMENTS))
        .join(sums, DOCUMENT, "left")
        .withColumn("weight_3", _cents("total") - F.coalesce("applied", F.lit(0)))
        .where(F.col("weight_3") != 0)
        .select(
            *DOCUMENT,
            F.lit(0).alias("key_3"),
            "weight_3",
            F.lit(0).alias("key_4"),
            F.lit(1).cast("bigint").alias("weight_4"),
            F.lit(None).cast("string").alias("leaf_account_id"),
            F.lit(None).cast("string").alias("leaf_location_name"),
            F.lit(NOT_APPLIED).alias("leaf_found_by"),
        )
    )
    return linked.unionByName(left).select(
        *DOCUMENT, F.lit(0).alias("key_2"), F.lit(1).cast("bigint").alias("weight_2"),
        "key_3", "weight_3", "key_4", "weight_4", *LEAF,
    )  # fmt: skip


def _deposited(
    accounts: DataFrame, document_lines: DataFrame, applied: DataFrame, settled: DataFrame, lines: DataFrame
) -> DataFrame:
    """The leaves of deposits: those of each payment or receipt deposited, and lines that name none."""
    from pyspark.sql import functions as F

    target = ["company", "to_type", "to_id"]
    deposits = applied.where(F.col("from_type") == "Deposit").select(
        *target,
        F.lit("Deposit").alias("document_type"),
        F.col("from_id").alias("document_id"),
        F.col("line_number").alias("key_2"),
        _cents("amount").alias("weight_2"),
    )
    one = F.lit(1).cast("bigint")
    payments = settled.select(
        "company", F.col("document_type").alias("to_type"), F.col("document_id").alias("to_id"),
        "key_3", "weight_3", "key_4", "weight_4", *LEAF,
    )  # fmt: skip
    receipts = lines.select(
        *target, F.lit(0).alias("key_3"), one.alias("weight_3"), F.col("line_number_of").alias("key_4"),
        "weight_4", *LEAF,
    )  # fmt: skip
    columns = [*DOCUMENT, "key_2", "weight_2", "key_3", "weight_3", "key_4", "weight_4", *LEAF]
    linked = (
        deposits.join(payments.unionByName(receipts), target, "left")
        .withColumn("leaf_found_by", F.coalesce("leaf_found_by", F.lit(NOT_FOUND)))
        .na.fill(0, ["key_3", "key_4"])
        .na.fill(1, ["weight_3", "weight_4"])
        .select(*columns)
    )
    loose = (
        document_lines.where(F.col("document_type") == "Deposit")
        .join(_control(accounts), ["company", "account_id"], "left_semi")
        .withColumnRenamed("line_number", "key_2")
        .join(deposits.select(*DOCUMENT, "key_2"), [*DOCUMENT, "key_2"], "left_anti")
        .select(
            *DOCUMENT, "key_2", (-_cents("amount")).alias("weight_2"),
            F.lit(0).alias("key_3"), one.alias("weight_3"), F.lit(0).alias("key_4"), one.alias("weight_4"),
            F.lit(None).cast("string").alias("leaf_account_id"), F.lit(None).cast("string").alias("leaf_location_name"),
            F.lit(NO_LINK).alias("leaf_found_by"),
        )
    )  # fmt: skip
    return linked.unionByName(loose)


def _lines(accounts: DataFrame, locations: DataFrame, document_lines: DataFrame) -> DataFrame:
    """The lines of every document that can be settled, as leaves of level 4; `owed` is their sum's opposite, in cents.

    A journal entry counts where one of its lines alone stands on receivables or payables: the others are behind it.
    Of an entry with several such lines (opening balances) nobody can tell what belongs to which.
    """
    from pyspark.sql import functions as F

    control = _control(accounts)
    own = (
        document_lines.where(~F.col("document_type").isin("Deposit", "Transfer"))
        .join(control, ["company", "account_id"], "left")
        .withColumn("of_control", (F.col("document_type") == "JournalEntry") & F.col("control").isNotNull())
        .withColumn("cents", _cents("amount"))
    )
    on_control = F.col("of_control").cast("int")
    owed = F.when(F.col("control") == PAYABLE, -F.col("cents")).otherwise(F.col("cents"))
    sums = own.groupBy(*DOCUMENT).agg(
        F.sum(on_control).alias("controls"),
        F.sum(F.when(F.col("of_control"), F.lit(0)).otherwise(F.col("cents"))).alias("lines"),
        F.sum(F.when(F.col("of_control"), owed).otherwise(F.lit(0))).alias("owed"),
    )
    single = F.when(F.col("document_type") == "JournalEntry", F.col("controls") == 1).otherwise(F.lit(True))
    usable = sums.where(single & (F.col("lines") != 0)).select(*DOCUMENT, "owed")
    return (
        own.where(~F.col("of_control") & (F.col("cents") != 0))
        .join(usable, DOCUMENT)
        .join(locations.select("company", "location_id", "location_name"), ["company", "location_id"], "left")
        .select(
            "company",
            F.col("document_type").alias("to_type"),
            F.col("document_id").alias("to_id"),
            "owed",
            F.col("line_number").alias("line_number_of"),
            F.col("cents").alias("weight_4"),
            F.col("account_id").alias("leaf_account_id"),
            F.col("location_name").alias("leaf_location_name"),
            F.when(F.col("account_id").isNull(), F.lit(NO_ACCOUNT)).otherwise(F.lit(LINKS)).alias("leaf_found_by"),
        )
    )


def trace(context: Context, sides: DataFrame, traced: DataFrame, accounts: DataFrame) -> DataFrame:
    """Every movement divided over its other side, and control accounts over what is behind them; `part` in cents.

    What is found gets group account, location and pillar as the ledger's postings do.
    """
    from pyspark.sql import functions as F

    types = context.relation(
        [{"transaction_type": printed, "document_type": entity} for printed, entity in PRINTED_TYPES.items()],
        "transaction_type string, document_type string",
    )
    on_control = F.col("control").isNotNull()
    found_by = F.when(on_control, F.coalesce("leaf_found_by", F.lit(NO_LINK))).otherwise(F.lit(OWN_LINES))
    leaves = (
        sides.join(_control(accounts), ["company", "account_id"], "left")
        .join(types, "transaction_type", "left")
        .withColumn("document_id", F.when(on_control, F.col("transaction_id")))
        .join(traced, DOCUMENT, "left")
        .withColumn("found_by", found_by)
        .withColumn(
            "location_name",
            F.when(F.col("leaf_account_id").isNull(), F.col("location_name")).otherwise(F.col("leaf_location_name")),
        )
        .withColumn("account_id", F.coalesce("leaf_account_id", "account_id"))
        .na.fill(0, ["key_2", "key_3", "key_4"])
        .na.fill(1, ["weight_2", "weight_3", "weight_4"])
    )
    parts = allocate_rows(leaves, MOVEMENT, 4, ["account_id", "location_name", "found_by"])
    chart = accounts.select("company", "account_id", "account_number", "account_name")
    described = parts.join(chart, ["company", "account_id"], "left").withColumn(
        "account_name", F.coalesce("account_name", "account_id")
    )
    return locate(context, reroute_accounts(context, map_accounts(context, described)))


def _of_type(accounts: DataFrame, kind: str) -> DataFrame:
    from pyspark.sql import functions as F

    return accounts.where(F.col("account_type") == kind).select("company", "account_id")


def _control(accounts: DataFrame) -> DataFrame:
    """Accounts that say nothing of an activity: receivables, payables, undeposited funds; `control` says which."""
    from pyspark.sql import functions as F

    kind = F.when(F.col("account_type").isin(RECEIVABLE, PAYABLE), F.col("account_type")).when(
        F.coalesce("account_sub_type", F.lit("")) == "UndepositedFunds", F.col("account_sub_type")
    )
    return accounts.select("company", "account_id", kind.alias("control")).where(F.col("control").isNotNull())


def _cents(name: str) -> Expression:
    from pyspark.sql import functions as F

    return (F.col(name) * F.lit(100)).cast("bigint")
