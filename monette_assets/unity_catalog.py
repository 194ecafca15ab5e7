"""The lake's tables in Databricks' Unity Catalog, as SQL written from their contracts: registered, described, shut.

`python -m monette_assets.documentation` writes it to infra/databricks/sql; infra/databricks/register.py fills in the
`${...}` and runs it. It has not been run on a workspace; what is said of Unity Catalog is from Databricks' manual.
Who sees what, and why: docs/decisions/0041-filters-lie-on-the-tables-themselves.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from monette_assets.gold.mapping import UNMAPPED
from monette_assets.tables import Contract

FOLDER = Path("infra/databricks/sql")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
RIGHTS = "rights"  # the schema of the functions that decide who sees what
RECORDS = "records"  # the schema of tables that are in no layer
WITHHELD = "(withheld)"
GENERATED = "-- Written from the table contracts by `python -m monette_assets.documentation`: changes belong there."

# Columns that may say who was paid, or what is written about it.
PAYEES = frozenset({"contact_id", "contact_name", "memo", "private_note", "raw"})
PAYEES_OF = {"silver/document_lines": frozenset({"description"})}
# Their payees are customers, vendors and companies of the group, never employees.
WITHOUT_EMPLOYEES = frozenset(
    {
        "silver/agings",
        "gold/receivables_aging",
        "gold/payables_aging",
        "gold/intercompany_lines",
        "gold/intercompany_matches",
    }
)
# Which function decides, and by which columns; where none is named here, those who may see pay see payees at all.
BY_COLUMNS = {
    "gold/ledger": ("line_payee", ("group_account", "profit_type")),
    "gold/weekly_banking": ("activity_payee", ("group_account",)),
    "silver/contacts": ("contact_payee", ("kind",)),
    "silver/documents": ("contact_payee", ("contact_kind",)),
}
MAY_SEE_PAY = "is_account_group_member('${pay}')"
# name, its parameters, who sees the value: null counts as no
FUNCTIONS = (
    ("payee", "value STRING", ""),
    (
        "line_payee",
        "value STRING, group_account STRING, profit_type STRING",
        "profit_type IS NOT NULL AND group_account NOT IN (${pay_accounts})",
    ),
    ("activity_payee", "value STRING, group_account STRING", f"group_account NOT IN (${{pay_accounts}}, '{UNMAPPED}')"),
    ("contact_payee", "value STRING, kind STRING", "kind IN ('Customer', 'Vendor')"),
)
# What nobody but engineers reads: what the sources said, verbatim, and lines of documents with their texts inside.
UNSHARED = frozenset({"silver/documents"})


def quoted(name: str) -> str:
    """A name in backquotes. Raises ValueError unless it is lower-case letters, digits and underscores."""
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"expected a name matching {IDENTIFIER.pattern}, found {name!r}; rename it in its contract")
    return f"`{name}`"


def literal(text: str) -> str:
    """A text as a string literal, on one line.

    Raises ValueError for what a placeholder looks like, and for characters that cannot be printed.
    """
    line = " ".join(text.split())
    if "${" in line or not line.isprintable():
        raise ValueError(f"expected printable text without '${{', found {text!r}; reword it in its contract")
    return "'" + line.replace("\\", "\\\\").replace("'", "\\'") + "'"


def parts(name: str) -> tuple[str, str]:
    """Schema and table: the layer's, or `records`."""
    layer, _, table = name.rpartition("/")
    return layer or RECORDS, table


def full_name(schema: str, name: str) -> str:
    """The three parts of a name, quoted. The catalog is filled in later."""
    return f"`${{catalog}}`.{quoted(schema)}.{quoted(name)}"


def masks(contract: Contract) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Column -> the function that masks it and the other columns it asks."""
    if contract.name in WITHOUT_EMPLOYEES:
        return {}
    payees = PAYEES | PAYEES_OF.get(contract.name, frozenset())
    how = BY_COLUMNS.get(contract.name, ("payee", ()))
    return {name: how for name in contract.column_names if name in payees}


def reader(contract: Contract) -> str | None:
    """The placeholder of the group that may select; None: nobody but engineers, whom Terraform lets in."""
    schema, _ = parts(contract.name)
    if schema == "bronze" or contract.name in UNSHARED:
        return None
    if schema != "gold":
        return "controllers"
    return "readers" if "company" in contract.column_names else "all_companies"


def files(contracts: Sequence[Contract]) -> dict[str, str]:
    """File name -> SQL, in the order in which it is run for the first time, and what undoes it.

    A line `-- table NAME` begins what concerns one table, and is left out where the lake has none of that name yet.
    Raises ValueError for names and texts that cannot be written safely.
    """
    return {
        "tables.sql": _file(
            "Schemas and tables. Nothing is copied: each stays where the lake has it.", _tables(contracts)
        ),
        "access.sql": _file("Who sees what: first filters and masks, then the right to select.", _access(contracts)),
        "comments.sql": _file(
            "What tables and columns mean. Each statement is a commit of its table.", _comments(contracts)
        ),
        "withdraw.sql": _file(
            "access.sql taken back: first the right to select, then filters and masks.", _withdraw(contracts)
        ),
    }


def write(contracts: Sequence[Contract], folder: Path = FOLDER) -> list[Path]:
    """Write the files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files(contracts).items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def _file(about: str, blocks: Iterable[tuple[str, Sequence[str]]]) -> str:
    lines = [GENERATED, f"-- {about}", ""]
    for table, statements in blocks:
        if statements:
            lines += [*([f"-- table {table}"] if table else []), *(f"{each};" for each in statements), ""]
    return "\n".join(lines)


def _name(contract: Contract) -> str:
    return full_name(*parts(contract.name))


def _tables(contracts: Sequence[Contract]) -> Iterable[tuple[str, list[str]]]:
    schemas = dict.fromkeys(parts(contract.name)[0] for contract in contracts)
    yield "", [f"CREATE SCHEMA IF NOT EXISTS `${{catalog}}`.{quoted(schema)}" for schema in (*schemas, RIGHTS)]
    for contract in contracts:
        # no columns: those of the Delta log are taken, and the lake's metadata stays as it is
        create = f"CREATE TABLE IF NOT EXISTS {_name(contract)} USING DELTA LOCATION '${{lake}}/{contract.name}'"
        yield contract.name, [create, f"REPAIR TABLE {_name(contract)} SYNC METADATA"]


def _access(contracts: Sequence[Contract]) -> Iterable[tuple[str, list[str]]]:
    rows = (
        f"CREATE OR REPLACE FUNCTION {full_name(RIGHTS, 'company_rows')}(company STRING) RETURNS BOOLEAN RETURN "
        "is_account_group_member('${all_companies}') OR "
        "coalesce(is_account_group_member(concat('${company_prefix}', company)), FALSE)"
    )
    yield "", [rows, *(_mask_function(*each) for each in FUNCTIONS)]
    for schema in dict.fromkeys(parts(contract.name)[0] for contract in contracts):
        if schema not in ("bronze", "gold"):  # gold: Terraform's
            yield "", [f"GRANT USE SCHEMA ON SCHEMA `${{catalog}}`.{quoted(schema)} TO `${{controllers}}`"]
    for contract in contracts:
        found = []
        if "company" in contract.column_names:
            company_rows = full_name(RIGHTS, "company_rows")
            found.append(f"ALTER TABLE {_name(contract)} SET ROW FILTER {company_rows} ON (`company`)")
        for column, (function, others) in masks(contract).items():
            using = f" USING COLUMNS ({', '.join(map(quoted, others))})" if others else ""
            mask = f"SET MASK {full_name(RIGHTS, function)}{using}"
            found.append(f"ALTER TABLE {_name(contract)} ALTER COLUMN {quoted(column)} {mask}")
        if group := reader(contract):
            found.append(f"GRANT SELECT ON TABLE {_name(contract)} TO `${{{group}}}`")
        yield contract.name, found


def _mask_function(name: str, parameters: str, shown: str) -> str:
    sees = f"{MAY_SEE_PAY} OR ({shown})" if shown else MAY_SEE_PAY
    return (
        f"CREATE OR REPLACE FUNCTION {full_name(RIGHTS, name)}({parameters}) RETURNS STRING RETURN "
        f"CASE WHEN value IS NULL OR {sees} THEN value ELSE '{WITHHELD}' END"
    )


def _comments(contracts: Sequence[Contract]) -> Iterable[tuple[str, list[str]]]:
    for contract in contracts:
        found = [f"COMMENT ON TABLE {_name(contract)} IS {literal(contract.description)}"]
        for column in contract.columns:
            unit = f" Unit: {column.unit}." if column.unit else ""
            comment = literal(column.description + unit)
            found.append(f"ALTER TABLE {_name(contract)} ALTER COLUMN {quoted(column.name)} COMMENT {comment}")
        yield contract.name, found


def _withdraw(contracts: Sequence[Contract]) -> Iterable[tuple[str, list[str]]]:
    for contract in contracts:
        if group := reader(contract):
            revoke = f"REVOKE SELECT ON TABLE {_name(contract)} FROM `${{{group}}}`"  # noqa: S608
            yield contract.name, [revoke]
    for contract in contracts:
        found = [f"ALTER TABLE {_name(contract)} DROP ROW FILTER"] if "company" in contract.column_names else []
        found += [
            f"ALTER TABLE {_name(contract)} ALTER COLUMN {quoted(column)} DROP MASK" for column in masks(contract)
        ]
        yield contract.name, found
