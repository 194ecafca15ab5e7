"""Amounts read well on a terminal and stay exact in JSON and CSV; no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from monette_assets.reports.rendering import as_csv, as_json, money, safe_cell, show
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

AMOUNTS = st.decimals(min_value=-(10**16), max_value=10**16, places=2, allow_nan=False)


def statement(*rows: dict[str, object], emphasis: tuple[Emphasis, ...] = ()) -> Statement:
    """A statement of names and amounts."""
    return Statement(
        "Title", "subtitle", (Field("name", "Name"), Field("amount", "Amount", Kind.MONEY)), rows, emphasis
    )


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1234567.89", "1,234,567.89 "), ("-1234.50", "(1,234.50)"), ("0.00", "- "), ("0.01", "0.01 ")],
)
def test_an_amount_has_thousands_separators_and_its_negative_parentheses(amount: str, written: str) -> None:
    assert money(Decimal(amount)) == written


@given(AMOUNTS)
def test_amounts_survive_json_and_csv_to_the_cent(amount: Decimal) -> None:
    whole = statement({"name": "x", "amount": amount})
    [row] = list(csv.DictReader(io.StringIO(as_csv(whole))))
    assert Decimal(row["amount"]) == amount
    assert Decimal(json.loads(as_json(whole))["rows"][0]["amount"]) == amount


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_written_as_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_negative_amounts_days_and_plain_text_are_left_alone() -> None:
    assert safe_cell(Decimal("-1.50")) == "-1.50"
    assert safe_cell(date(2025, 1, 31)) == "2025-01-31"
    assert safe_cell("Chequing - savings") == "Chequing - savings"
    assert safe_cell(None) == ""


@given(st.text())
def test_no_text_of_a_csv_begins_a_formula(text: str) -> None:
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_headings_are_for_people_only() -> None:
    found = statement(
        {"name": "Assets"}, {"name": "Cash", "amount": Decimal(1)}, emphasis=(Emphasis.HEADING, Emphasis.NORMAL)
    )
    assert [row["name"] for row in json.loads(as_json(found))["rows"]] == ["Cash"]
    assert "Assets" not in as_csv(found)


def test_a_narrow_terminal_never_cuts_an_amount_short() -> None:
    console = Console(file=io.StringIO(), width=20)
    show(statement({"name": "A name of some length", "amount": Decimal("-1234567890.12")}), console)
    assert "(1,234,567,890.12)" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_long_statement_shows_its_beginning_and_says_so() -> None:
    found = statement(*({"name": str(n), "amount": Decimal(n)} for n in range(5))).first(2)
    assert [row["name"] for row in found.rows] == ["0", "1"]
    assert found.notes == ["The first 2 of 5 rows; `--format csv` writes them all."]
