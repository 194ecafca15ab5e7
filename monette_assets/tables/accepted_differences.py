"""`accepted_differences`: who accepted that an account differs from QuickBooks' own report, and why; hash-chained.

An acceptance covers one account of one statement of a company-month, and one amount to the cent: where the same
account differs by another amount, it covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.tables import standing_acts
from monette_assets.tables.contract import MONEY, Column, Contract, Partitions
from monette_assets.tables.hash_chain import COLUMNS, Entry

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ACCEPT, WITHDRAW = "accept", "withdraw"
CONTENT = ("company", "period", "basis", "statement", "account_id", "difference")

CONTRACT = Contract(
    name="accepted_differences",
    description=(
        "Who accepted which difference to QuickBooks' own reports and why, and who withdrew that; one row an act, "
        "append-only and hash-chained. An accepted difference stays in `gold/tie_out` and does not keep its month from "
        "being complete."
    ),
    key=("number",),
    unit=("number",),
    partitions=Partitions.NONE,
    columns=(
        *COLUMNS,
        Column("action", "string", "What was done.", choices=(ACCEPT, WITHDRAW)),
        Column("company", "string", "Contract code of the company."),
        Column("period", "date", "First day of the month."),
        Column("basis", "string", "Accounting basis.", choices=("accrual", "cash")),
        Column("statement", "string", "The statement."),
        Column("account_id", "string", "The account, as in `gold/tie_out`."),
        Column("difference", MONEY, "The amount that is accepted: ours - theirs.", unit="home currency"),
        Column("ours", MONEY, "The platform's figure then.", unit="home currency"),
        Column("theirs", MONEY, "QuickBooks' figure then.", unit="home currency"),
        Column("who", "string", "Who did it."),
        Column("why", "string", "Why."),
        Column("at", "timestamp", "When."),
        Column("contract_version", "string", "Fingerprint of the group contract."),
    ),
)


def in_force(log: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The acceptances that nobody withdrew, in the order of the log."""
    return standing_acts.in_force(log, CONTENT, ACCEPT)


def covered_by(differing: Iterable[Mapping[str, Any]], log: Iterable[Mapping[str, Any]]) -> list[Entry | None]:
    """The acceptance that covers each difference; None where none does."""
    return standing_acts.covered_by(differing, log, CONTENT, ACCEPT)


def marked(compared: DataFrame, log: DataFrame) -> DataFrame:
    """The compared accounts with `accepted_by` and `accepted_because`: null where no acceptance covers a difference."""
    from pyspark.sql import functions as F

    accepted = standing_acts.frame_in_force(log, CONTENT, ACCEPT).select(
        *CONTENT, F.col("who").alias("accepted_by"), F.col("why").alias("accepted_because")
    )
    return compared.join(accepted, list(CONTENT), "left")
