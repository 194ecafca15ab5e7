"""SQL for Unity Catalog: every statement is what a parser takes it for, and says of every table what its contract does.

No workspace runs it here. What sqlglot has no syntax for (filters, masks, repairs) is held to the text of the manual.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import sqlglot
from deltalake import DeltaTable
from sqlglot import exp

from monette_assets import documentation, unity_catalog
from monette_assets.lake.lake import Lake
from monette_assets.tables import Column, Contract
from monette_assets.unity_catalog import FOLDER, files, literal, masks, parts, quoted, reader
from monette_assets_tests.databricks import statements
from monette_assets_tests.lake.books import SCHEMA, commit, months, rows_of, table

ROOT = Path(__file__).parents[1]
CONTRACTS = documentation.contracts()
FILES = files(CONTRACTS)
NAMES = {contract.name for contract in CONTRACTS}
COMPANY_ROWS = "`monette_dev`.`rights`.`company_rows`"


def parsed(statement: str) -> exp.Expr:
    return sqlglot.parse_one(statement, dialect="databricks")


def named(contract: Contract) -> str:
    schema, name = parts(contract.name)
    return f"`monette_dev`.`{schema}`.`{name}`"


def contract_of(name: str) -> Contract:
    return next(contract for contract in CONTRACTS if contract.name == name)


def test_the_files_in_the_repository_are_those_the_contracts_make() -> None:
    stands = {path.name: path.read_text("utf-8") for path in (ROOT / FOLDER).iterdir()}
    assert stands == FILES, "run python -m monette_assets.documentation"


def test_every_table_is_registered_where_the_lake_has_it_and_nothing_of_it_is_changed() -> None:
    found = statements(FILES["tables.sql"])
    assert found.keys() - {""} == NAMES
    schemas = [parsed(each) for each in found.pop("")]
    assert [(each.this.db, each.args["kind"], each.args["exists"]) for each in schemas] == [
        (name, "SCHEMA", True) for name in ("bronze", "silver", "gold", "records", "rights")
    ]
    for name, (create, repair) in found.items():
        made = parsed(create)
        assert isinstance(made, exp.Create)
        assert made.args["exists"]
        table_ = made.find(exp.Table)
        assert table_
        assert (table_.catalog, table_.db, table_.name) == ("monette_dev", *parts(name))
        location, kind = made.find(exp.LocationProperty), made.find(exp.FileFormatProperty)
        assert location
        assert kind
        assert (location.this.this, kind.name) == (
            f"abfss://lake@monettedevx1lake.dfs.core.windows.net/{name}",
            "DELTA",
        )
        assert not list(made.find_all(exp.ColumnDef))  # the schema is the Delta log's: it cannot disagree
        assert repair == f"REPAIR TABLE {named(contract_of(name))} SYNC METADATA"


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: str(contract.name))
def test_every_column_of_a_contract_is_described(contract: Contract) -> None:
    of_table, *of_columns = statements(FILES["comments.sql"])[contract.name]
    comment = parsed(of_table)
    assert isinstance(comment, exp.Comment)
    assert comment.expression.this == " ".join(contract.description.split())
    described = {}
    for each in of_columns:
        alter = parsed(each)
        assert isinstance(alter, exp.Alter)
        (action,) = alter.args["actions"]
        described[action.this.this] = action.args["comment"].this
    assert list(described) == contract.column_names
    for column in contract.columns:
        assert described[column.name].startswith(" ".join(column.description.split()))


def test_rows_of_a_company_are_filtered_in_every_table_that_has_them() -> None:
    found = statements(FILES["access.sql"])
    for contract in CONTRACTS:
        filters = [each for each in found.get(contract.name, []) if "ROW FILTER" in each]
        expected = f"ALTER TABLE {named(contract)} SET ROW FILTER {COMPANY_ROWS} ON (`company`)"
        assert filters == ([expected] if "company" in contract.column_names else [])


def test_who_is_in_no_group_sees_no_row_and_a_row_without_company_is_the_groups() -> None:
    (made, *_) = (parsed(each) for each in statements(FILES["access.sql"])[""])
    assert isinstance(made, exp.Create)
    returned = made.expression.this
    assert returned.sql("databricks") == (
        "IS_ACCOUNT_GROUP_MEMBER('whole group') OR "
        "COALESCE(IS_ACCOUNT_GROUP_MEMBER(CONCAT('monette_company_', company)), FALSE)"
    )


def test_a_table_is_granted_after_its_filter_and_masks_and_withdrawn_before_them() -> None:
    for name, found in statements(FILES["access.sql"]).items():
        if name and reader(contract_of(name)):
            assert isinstance(parsed(found[-1]), exp.Grant)
            assert [each for each in found[:-1] if each.startswith("GRANT")] == []
    lines = [line for line in FILES["withdraw.sql"].splitlines() if line and not line.startswith("--")]
    kinds = [line.partition(" ")[0] for line in lines]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"REVOKE", "ALTER"}


def test_nobody_is_granted_more_than_to_select_from_the_tables_that_are_theirs() -> None:
    granted: dict[str, set[str]] = {}
    schemas = set()
    for each in (line for block in statements(FILES["access.sql"]).values() for line in block):
        if not each.startswith("GRANT"):
            continue
        grant = parsed(each)
        assert isinstance(grant, exp.Grant)
        (privilege,), (principal,) = grant.args["privileges"], grant.args["principals"]
        to, on = principal.this.this, grant.args["securable"]
        if grant.args["kind"] == "SCHEMA":
            schemas.add((privilege.this.this, on.name, to))
        else:
            assert privilege.this.this == "SELECT"
            granted.setdefault(to, set()).add(f"{on.db}/{on.name}")
    assert schemas == {("USE SCHEMA", "silver", "controllers"), ("USE SCHEMA", "records", "controllers")}
    assert granted.keys() == {"readers", "controllers", "whole group"}
    assert {name.partition("/")[0] for name in granted["controllers"]} == {"silver", "records"}
    assert {name.partition("/")[0] for name in granted["readers"] | granted["whole group"]} == {"gold"}
    assert {"gold/ledger", "gold/financial_summary", "gold/profit_and_loss"} <= granted["readers"]
    # what is of the whole group, and no company's
    assert {"gold/consolidated_statements", "gold/consolidated_cash_flow"} <= granted["whole group"]
    assert not granted["whole group"] & granted["readers"]


def test_rights_that_are_granted_are_what_withdrawing_takes_back() -> None:
    def selected(text: str, word: str) -> set[tuple[str, str]]:
        found = (each for block in statements(text).values() for each in block if each.startswith(f"{word} SELECT"))
        return {(grant.args["securable"].sql(), grant.args["principals"][0].sql()) for grant in map(parsed, found)}

    def protected(text: str, words: tuple[str, str]) -> set[tuple[str, str]]:
        return {
            (word, each.partition(f" {word}")[0])
            for block in statements(text).values()
            for each in block
            for word in words
            if f" {word}" in each
        }

    given, taken = FILES["access.sql"], FILES["withdraw.sql"]
    assert selected(given, "GRANT") == selected(taken, "REVOKE")
    set_ = {(what.removeprefix("SET "), on) for what, on in protected(given, ("SET ROW FILTER", "SET MASK"))}
    dropped = {(what.removeprefix("DROP "), on) for what, on in protected(taken, ("DROP ROW FILTER", "DROP MASK"))}
    assert set_ == dropped
    assert set_


def test_whom_pay_is_for_is_masked_wherever_a_line_may_tell_it() -> None:
    names = {"contact_id", "contact_name", "memo", "private_note", "raw"}
    bare = {
        (contract.name, column)
        for contract in CONTRACTS
        for column in names & set(contract.column_names) - masks(contract).keys()
    }
    # customers, vendors and companies only
    assert {name for name, _ in bare} == {
        "silver/agings", "gold/receivables_aging", "gold/payables_aging",
        "gold/intercompany_lines", "gold/intercompany_matches",
    }  # fmt: skip
    found = statements(FILES["access.sql"])

    def masked(contract: str, column: str, by: str) -> bool:
        where = f"ALTER TABLE {named(contract_of(contract))} ALTER COLUMN `{column}`"
        return f"{where} SET MASK `monette_dev`.`rights`.{by}" in found[contract]

    assert masked("gold/ledger", "contact_name", "`line_payee` USING COLUMNS (`group_account`, `profit_type`)")
    assert masked("silver/contacts", "contact_name", "`contact_payee` USING COLUMNS (`kind`)")
    assert masked("silver/general_ledger", "memo", "`payee`")
    assert masked("silver/document_lines", "description", "`payee`")
    for contract in CONTRACTS:
        for column, (function, others) in masks(contract).items():
            assert contract.column(column).type == "string"  # as the function returns
            assert {contract.column(other).type for other in others} <= {"string"}
            assert function in {name for name, *_ in unity_catalog.FUNCTIONS}


def seen(function: str, member: bool, *values: str | None) -> object:
    """What a mask returns, computed by an engine from the statement itself."""
    import duckdb

    made = next(
        each for each in map(parsed, statements(FILES["access.sql"])[""]) if each.this.find(exp.Table).name == function
    )
    parameters = [each.name for each in made.this.expressions]
    body = made.expression.this.transform(
        lambda node: exp.Boolean(this=member) if isinstance(node, exp.Anonymous) else node
    )
    row = ", ".join(f"?::VARCHAR AS {name}" for name in parameters)
    (found,) = duckdb.execute(f"SELECT {body.sql('duckdb')} FROM (SELECT {row})", list(values)).fetchall()
    return found[0]


@pytest.mark.parametrize(
    ("function", "values", "shown"),
    [
        ("line_payee", ("Rowan Elk", "field_wages", "Direct Operating Expenses"), False),
        ("line_payee", ("Prairie Fuel", "fuel", "Direct Operating Expenses"), True),
        ("line_payee", ("Rowan Elk", "cash", None), False),  # the bank's side of a cheque to an employee
        ("line_payee", ("Rowan Elk", None, "Direct Operating Expenses"), False),
        ("activity_payee", ("Prairie Fuel", "fuel"), True),
        ("activity_payee", ("Rowan Elk", "payroll_liabilities"), False),
        ("activity_payee", ("Rowan Elk", None), False),  # nobody knows what it was for
        ("activity_payee", ("Rowan Elk", "unmapped"), False),
        ("contact_payee", ("Prairie Fuel", "Vendor"), True),
        ("contact_payee", ("Rowan Elk", "Employee"), False),
        ("contact_payee", ("Rowan Elk", None), False),
        ("payee", ("Prairie Fuel",), False),
    ],
)
def test_a_mask_shows_what_is_surely_not_pay_and_withholds_the_rest(
    function: str, values: tuple[str | None, ...], shown: bool
) -> None:
    assert seen(function, False, *values) == (values[0] if shown else "(withheld)")
    assert seen(function, True, *values) == values[0]
    assert seen(function, False, None, *values[1:]) is None  # nothing is withheld where nothing is


@pytest.mark.parametrize(
    "name", ["gold`; DROP TABLE x; --", "a b", "A", "", "1a", "a-b", "a.b", "a\n", "é", "x`y", "${catalog}"]
)
def test_hostile_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a name matching"):
        quoted(name)
    column = Column(name, "string", "A column.")
    with pytest.raises(ValueError, match="expected a name matching"):
        files([Contract("gold/x", "A table.", (), (Column("company", "string", "C."), column), unit=())])


@pytest.mark.parametrize(
    "text",
    ["QuickBooks' type", "\\", "\\'", "'; DROP TABLE gold.ledger; --", "a -- b", "`x`", "1;\n\n2", "CAD/acre ≥ 5 %"],
)
def test_any_text_is_one_literal_that_says_it(text: str) -> None:
    contract = Contract("gold/x", text, ("company",), (Column("company", "string", text),), unit=("company",))
    of_table, of_column = statements(files([contract])["comments.sql"])["gold/x"]
    (comment,), (alter,) = sqlglot.parse(of_table, dialect="databricks"), sqlglot.parse(of_column, dialect="databricks")
    assert isinstance(comment, exp.Comment)
    assert isinstance(alter, exp.Alter)
    assert comment.expression.this == " ".join(text.split())
    assert alter.args["actions"][0].args["comment"].this == " ".join(text.split())


@pytest.mark.parametrize("text", ["of ${catalog}", "a\x00b", "right \u202e left"])
def test_texts_that_would_be_something_else_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected printable text"):
        literal(text)


def test_a_table_whose_columns_were_described_is_written_and_read_as_before(tmp_path: Path) -> None:
    """comments.sql commits to the Delta log: the platform's own commits go on, and keep what was described."""
    lake, january = Lake(str(tmp_path)), datetime.date(2025, 1, 1)
    lake.publish(
        "gold/x", table([("a", january, "1", None)]), schema=SCHEMA, scope=months(("a", january)), commit=commit()
    )
    DeltaTable(lake.uri("gold/x")).alter.set_column_metadata("account", {"comment": "The account."})
    DeltaTable(lake.uri("gold/x")).alter.set_table_description("Amounts.")
    lake.publish(
        "gold/x", table([("a", january, "2", None)]), schema=SCHEMA, scope=months(("a", january)), commit=commit()
    )
    assert rows_of(lake.read("gold/x")) == [("a", january, "2", None)]
    described = DeltaTable(lake.uri("gold/x")).schema().fields[2]
    assert (described.name, described.metadata) == ("account", {"comment": "The account."})
