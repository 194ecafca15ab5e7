"""Every company's chart of accounts as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import quickbooks_objects
from monette_assets.silver.current_objects import NOTHING_REFUSED, conserved, current_objects, text
from monette_assets.tables import Column, Context, Contract, Input, Months, Partitions, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = ("bronze/quickbooks_objects.payload",)

CLASSIFICATIONS = ("Asset", "Liability", "Equity", "Revenue", "Expense")

CONTRACT = Contract(
    name="silver/accounts",
    description="Every company's own chart of accounts, inactive and deleted accounts included.",
    key=("company", "account_id"),
    unit=("company",),
    partitions=Partitions.NONE,
    inputs={"objects": Input(quickbooks_objects.CONTRACT, Months.ALL, only=("entity", ("Account",)))},
    columns=(
        Column("company", "string", "Contract code of the company.", source=("bronze/quickbooks_objects.company",)),
        Column("account_id", "string", "QuickBooks' id.", source=SOURCE),
        Column("account_number", "string", "Number in the company's chart.", nullable=True, source=SOURCE),
        Column("account_name", "string", "Full name, parents first.", source=SOURCE),
        Column("account_type", "string", "QuickBooks' type, e.g. Bank.", source=SOURCE),
        Column("account_sub_type", "string", "QuickBooks' detail type.", nullable=True, source=SOURCE),
        Column("classification", "string", "Side of the books.", choices=CLASSIFICATIONS, source=SOURCE),
        Column("parent_id", "string", "The account above.", nullable=True, source=SOURCE),
        Column("currency", "string", "Currency of the account.", nullable=True, source=SOURCE),
        Column("is_active", "boolean", "Whether it may still be posted to.", source=SOURCE),
    ),
    checks=(NOTHING_REFUSED, conserved("Account")),
)


@table(CONTRACT)
def accounts(context: Context, objects: DataFrame) -> DataFrame:
    """The newest version of every Account."""
    return current_objects(objects, ["Account"], CONTRACT, _account)


def _account(_entity: str, account: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "account_id": account["Id"],
        "account_number": text(account, "AcctNum"),
        "account_name": account.get("FullyQualifiedName") or account["Name"],
        "account_type": account["AccountType"],
        "account_sub_type": text(account, "AccountSubType"),
        "classification": account["Classification"],
        "parent_id": text(account, "ParentRef", "value"),
        "currency": text(account, "CurrencyRef", "value"),
        "is_active": bool(account.get("Active", True)),
    }
