"""`closed_ledger`: the ledger lines of every closed company-month as they were closed, for good (ACCOUNTING 12)."""

from __future__ import annotations

from monette_assets.tables.contract import MONEY, Column, Contract, Partitions

CONTRACT = Contract(
    name="closed_ledger",
    description=(
        "The ledger lines of every closed company-month as they stood when it was closed; append-only. What changed "
        "since is found against them, whatever was vacuumed. A row counts if the log `closes` holds its close_id."
    ),
    key=("close_id", "basis", "transaction_type", "transaction_id", "account_id", "line_number"),
    unit=("close_id",),
    partitions=Partitions.NONE,
    columns=(
        Column("close_id", "string", "The close, as `closes` names it."),
        Column("company", "string", "Contract code of the company."),
        Column("period", "date", "First day of the posting month."),
        Column("basis", "string", "Accounting basis."),
        Column("transaction_date", "date", "The document's date."),
        Column("transaction_type", "string", "As printed."),
        Column("transaction_id", "string", "QuickBooks' id."),
        Column("line_number", "int", "Within transaction and account."),
        Column("document_number", "string", "The document's number.", nullable=True),
        Column("account_id", "string", "QuickBooks' id of the account."),
        Column("account_number", "string", "Number in the company's chart.", nullable=True),
        Column("account_name", "string", "Full name, parents first."),
        Column("group_account", "string", "Account of the group chart."),
        Column("location", "string", "Standard name."),
        Column("pillar", "string", "Pillar of the location."),
        Column("commodity", "string", "Of the account.", nullable=True),
        Column("contact_name", "string", "As printed.", nullable=True),
        Column("class_name", "string", "As printed.", nullable=True),
        Column("memo", "string", "Free text.", nullable=True),
        Column("currency", "string", "Home currency of the company."),
        Column("amount", MONEY, "Debit positive.", unit="home currency"),
        Column("amount_cad", "decimal(28, 8)", "At the month's average rate.", unit="group currency", nullable=True),
    ),
)

# What a line says: two lines that agree in these are the same line. Names that follow from the account's id are left
# out, since renaming an account restates nothing.
BUSINESS = (
    "company", "period", "basis", "transaction_date", "transaction_type", "transaction_id", "document_number",
    "account_id", "group_account", "location", "pillar", "commodity", "contact_name", "class_name", "memo", "currency",
    "amount",
)  # fmt: skip
