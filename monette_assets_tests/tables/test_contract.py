"""A contract that contradicts itself is refused where it is declared; the rest is derived from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from monette_assets import catalog
from monette_assets.tables import Column, Contract
from monette_assets.tables.contract import nested
from monette_assets.tables.lineage import column_lineage, table_schema
from monette_assets_tests.tables.sample import CONTRACT


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": "silver/Sample"}, "contract of table 'silver/Sample': name does not match"),
        ({"name": "platinum/sample"}, "name does not match"),
        ({"key": ("company", "shoe_size")}, "key column 'shoe_size' is not declared"),
        ({"unit": ("farm",)}, "unit column 'farm' is not declared"),
        ({"columns": (*CONTRACT.columns, CONTRACT.columns[0])}, "column 'company' is declared twice"),
    ],
)
def test_what_contradicts_itself_is_refused(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match="contract of table") as refused:
        replace(CONTRACT, **wrong)
    assert problem in str(refused.value)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"'one' is not declared; .*'two' is not declared"):
        replace(CONTRACT, key=("one", "two"))


def test_a_column_of_an_unknown_type_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"column amount: type 'float' is none of .*decimal\(p, s\)"):
        Column("amount", "float", "Never money.").arrow_type  # noqa: B018


def test_rows_in_a_column() -> None:
    inside = (
        Column("number", "int", "One."),
        Column("amount", "decimal(18, 2)", "Two."),
        Column("memo", "string", "3."),
    )
    column = Column("lines", nested(inside), "Rows.")
    assert column.type == "array<struct<number: int, amount: decimal(18, 2), memo: string>>"
    assert column.arrow_type == pa.list_(
        pa.struct([("number", pa.int32()), ("amount", pa.decimal128(18, 2)), ("memo", pa.string())])
    )


def test_a_column_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(KeyError, match="table silver/sample has no column 'acount'; it has company, period, account"):
        CONTRACT.column("acount")


def test_the_schema_is_the_declaration() -> None:
    assert CONTRACT.arrow_schema == pa.schema(
        [
            ("company", pa.string()), ("period", pa.date32()), ("account", pa.string()), ("kind", pa.string()),
            ("memo", pa.string()), ("place", pa.string()), ("amount", pa.decimal128(18, 2)),
        ]
    )  # fmt: skip
    assert "amount decimal(18, 2)" in CONTRACT.ddl
    shown = {column.name: column for column in table_schema(CONTRACT).columns}
    assert (shown["amount"].type, shown["memo"].constraints.nullable) == ("decimal(18, 2)", True)


# A document, a sheet that people drop, a load that is weighed, and the close of a month are the same on either basis.
OF_EITHER_BASIS = {
    "silver/documents", "silver/document_lines", "silver/document_links", "silver/head_counts", "gold/close_status",
    "silver/scale_tickets", "silver/telemetry",
}  # fmt: skip


@pytest.mark.parametrize("contract", catalog.contracts(), ids=lambda contract: contract.name)
def test_every_table_names_columns_that_exist_above_it(contract: Contract) -> None:
    """Lineage that points nowhere would be drawn all the same."""
    known = {each.name: each for each in catalog.contracts()}
    for deps in column_lineage(contract).deps_by_column.values():
        for dep in deps:
            known["/".join(dep.asset_key.path)].column(dep.column_name)
    assert contract.arrow_schema.names == contract.column_names


@pytest.mark.parametrize("contract", catalog.contracts(), ids=lambda contract: contract.name)
def test_every_table_carries_company_period_and_basis_where_it_is_about_them(contract: Contract) -> None:
    """DESIGN, common columns: amounts of a month belong to a company, a period and a basis (ACCOUNTING 5)."""
    if contract.unit == ("company", "period") and contract.name not in OF_EITHER_BASIS:
        assert {"company", "period", "basis"} <= set(contract.column_names)
        assert {"company", "period", "basis"} <= set(contract.key) or contract.key == ("fetch_id",)
