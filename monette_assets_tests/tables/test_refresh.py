"""Compute, stage, audit, publish what passed, quarantine what did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from monette_assets.lake.errors import ScopeRefused
from monette_assets.tables import Column, Context, Partitions, Table
from monette_assets.tables.refresh import refresh
from monette_assets.tables.row_changes import RowChanges
from monette_assets_tests.frames import context_of, frame, rows
from monette_assets_tests.tables.sample import CONTRACT, Books

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
GOOD = (
    ("north", "2024-11", "bank", "1.00"),
    ("north", "2024-12", "bank", "2.00"),
    ("south", "2024-11", "bank", "3.00"),
    ("south", "2024-12", "bank", "4.00"),
)


def test_what_passed_is_published_and_running_again_changes_nothing(books: Books) -> None:
    first = books.refresh(*GOOD)
    again = books.refresh(*GOOD[::-1])
    assert (first.committed, again.committed) == (True, False)
    assert again.version == first.version == books.lake.version("silver/sample")
    assert again.unchanged
    assert books.stored() == list(GOOD)
    assert books.quarantined() == []
    assert books.lake.staged_runs() == []


def test_a_key_column_without_a_value_compares_like_any_other(books: Books) -> None:
    named = replace(books, contract=replace(books.contract, key=("company", "period", "account", "memo")))
    lines = (("north", "2024-11", "4000", "1.00", None), ("north", "2024-11", "4000", "2.00", "lease"))
    assert named.refresh(*lines, header="company period account amount memo").committed
    again = named.refresh(*lines, header="company period account amount memo")
    assert (again.committed, again.unchanged) == (False, True)


def test_changes_are_counted_by_key_and_month(books: Books) -> None:
    books.refresh(*GOOD)
    outcome = books.refresh(
        ("north", "2024-11", "bank", "1.00"),  # as it was
        ("north", "2024-12", "bank", "2.01"),
        ("north", "2024-12", "cash", "1.00"),
        ("south", "2024-12", "cash", "4.00"),
        ("south", "2025-01", "bank", "5.00"),
    )
    assert outcome.changes == {
        NOVEMBER: RowChanges(removed=1),
        DECEMBER: RowChanges(added=2, changed=1, removed=1),
        JANUARY: RowChanges(added=1),
    }
    assert len(books.stored()) == 5


def test_a_text_that_moves_from_one_column_to_another_is_a_change(books: Books) -> None:
    line = ("north", "2024-11", "bank", "1.00")
    books.refresh((*line, "Home", None), header="company period account amount memo place")
    moved = books.refresh((*line, None, "Home"), header="company period account amount memo place")
    assert moved.changes == {NOVEMBER: RowChanges(changed=1)}
    assert books.stored("memo place") == [(None, "Home")]


def test_only_the_months_of_the_run_are_replaced(books: Books) -> None:
    books.refresh(*GOOD)
    december = context_of(books.context.spark, books.context.group, "2024-12")
    outcome = books.during(december).refresh(("north", "2024-12", "bank", "9.00"))
    assert outcome.changes == {DECEMBER: RowChanges(changed=1, removed=1)}
    assert books.stored() == [GOOD[0], ("north", "2024-12", "bank", "9.00"), GOOD[2]]


def test_a_blocked_company_month_keeps_its_last_good_rows_and_leaves_quarantine_when_fixed(books: Books) -> None:
    books.refresh(*GOOD)
    bad = (
        ("north", "2024-11", "bank", "1.50"),
        ("north", "2024-12", "bank", "-2.00"),
        ("south", "2024-12", "bank", "4.50"),
        ("south", "2025-01", "bank", "-5.00"),
    )
    held = books.refresh(*bad)
    assert held.committed
    assert held.audit.blocked == {("north", DECEMBER), ("south", JANUARY)}
    assert not held.nothing_published
    assert books.stored() == [
        ("north", "2024-11", "bank", "1.50"),
        ("north", "2024-12", "bank", "2.00"),  # the last good row
        ("south", "2024-12", "bank", "4.50"),  # and 2025-01 stays absent
    ]
    assert books.quarantined("table_name company period kind reason") == [
        ("silver/sample", "north", "2024-12", "unit",
         "not_negative: north, 2024-12-01: 1 row(s); first: "
         "company=north, period=2024-12-01, account=bank, amount=-2.00"),
        ("silver/sample", "south", "2025-01", "unit",
         "not_negative: south, 2025-01-01: 1 row(s); first: "
         "company=south, period=2025-01-01, account=bank, amount=-5.00"),
    ]  # fmt: skip
    version = books.lake.version("quarantine")
    assert not books.refresh(*bad).committed
    assert books.lake.version("quarantine") == version  # nothing new to say
    fixed = books.refresh(*bad[:1], ("north", "2024-12", "bank", "7.00"), bad[2])
    assert fixed.audit.blocked == set()
    assert books.quarantined() == []
    assert ("north", "2024-12", "bank", "7.00") in books.stored()


def test_a_run_over_some_months_leaves_the_quarantine_of_others(books: Books) -> None:
    books.refresh(("north", "2024-11", "bank", "-1.00"), ("north", "2024-12", "bank", "-1.00"))
    november = context_of(books.context.spark, books.context.group, "2024-11")
    books.during(november).refresh(("north", "2024-11", "bank", "1.00"))
    assert books.quarantined() == [("north", "2024-12", "unit")]


def test_nothing_at_all_may_pass(books: Books) -> None:
    outcome = books.refresh(("north", "2024-11", "bank", "-1.00"))
    assert outcome.nothing_published
    assert books.stored() == [] or not books.lake.exists("silver/sample")


def test_a_check_that_only_reports_publishes(books: Books) -> None:
    outcome = books.refresh(("north", "2024-11", "odd", "1.00"))
    assert [failure.sentence for failure in outcome.audit.failures] == [
        "not_odd: north, 2024-11-01: 1 row(s); first: company=north, period=2024-11-01, account=odd"
    ]
    assert outcome.audit.blocked == set()
    assert books.stored() == [("north", "2024-11", "odd", "1.00")]
    assert books.quarantined() == []


def test_column_rules_and_key_each_name_company_period_and_rule(books: Books) -> None:
    outcome = books.refresh(
        ("north", "2024-11", "bank", "1.00", "cash"),
        ("north", "2024-11", "bank", "2.00", "cash"),  # the key twice
        ("north", "2024-12", "bank", None, "cash"),
        ("north", "2025-01", "bank", "1.00", "cattle"),
        ("south", "2024-11", "bank", "9999999999999999.99", "cash"),  # 18 digits: sums of it could overflow
        ("south", "2024-12", "bank", "999999999999999.99", "cash"),  # the widest that passes
        header="company period account amount kind",
    )
    assert [failure.sentence for failure in outcome.audit.failed("contract")] == [
        "contract: north, 2024-11-01: 1 row(s); first: company=north, period=2024-11-01, account=bank, copies=2",
        "contract: north, 2024-12-01: 1 row(s); first: rule=amount is never null",
        "contract: north, 2025-01-01: 1 row(s); first: rule=kind is one of cash, grain",
        "contract: south, 2024-11-01: 1 row(s); first: rule=amount has at most 17 digits",
    ]
    assert books.stored() == [("south", "2024-12", "bank", "999999999999999.99")]
    assert books.quarantined() == [
        ("north", "2024-11", "unit"), ("north", "2024-12", "unit"), ("north", "2025-01", "unit"),
        ("south", "2024-11", "unit"),
    ]  # fmt: skip


def test_a_row_of_no_company_stops_the_table_before_anything_is_published(books: Books) -> None:
    books.refresh(*GOOD)
    with pytest.raises(ScopeRefused):
        books.refresh((None, "2024-11", "bank", "1.00"), ("north", "2024-11", "bank", "9.00"))
    assert books.stored() == list(GOOD)


def test_refused_rows_go_to_quarantine_with_their_reason_and_the_others_are_published(books: Books) -> None:
    refused = [
        {"company": "north", "period": NOVEMBER, "_whole": False, "_reason": "amount: expected 1.00, found 1,00",
         "_path": "$.Rows.Row[3]", "_transaction_type": "Bill", "_transaction_id": "7", "_amount": Decimal("1.00"),
         "_raw": "{\"O'Neil; DROP TABLE\": \"🚜\"}"},
        {"company": "south", "period": DECEMBER, "_whole": True, "_reason": "half a report", "_path": "$"},
    ]  # fmt: skip
    outcome = books.refresh(*GOOD[:1], refused=refused)
    assert outcome.refused == {NOVEMBER: 1, DECEMBER: 1}
    assert books.stored() == [GOOD[0]]
    header = "company period kind reason path transaction_type transaction_id amount raw"
    assert books.quarantined(header) == [
        ("north", "2024-11", "transaction", "amount: expected 1.00, found 1,00", "$.Rows.Row[3]", "Bill", "7", "1.00",
         "{\"O'Neil; DROP TABLE\": \"🚜\"}"),
        ("south", "2024-12", "report", "half a report", "$", None, None, None, None),
    ]  # fmt: skip
    version = books.lake.version("quarantine")
    assert not books.refresh(*GOOD[:1], refused=refused).committed
    assert books.lake.version("quarantine") == version
    books.refresh(*GOOD[:1], refused=refused[1:])
    assert books.quarantined() == [("south", "2024-12", "report")]


def test_a_new_nullable_column_arrives_even_where_it_is_empty(books: Books) -> None:
    books.refresh(*GOOD)
    wider = replace(CONTRACT, columns=(*CONTRACT.columns, Column("crop", "string", "Crop.", nullable=True)))
    outcome = replace(books, contract=wider).refresh(*GOOD)
    assert outcome.committed
    assert outcome.unchanged
    assert books.stored("account crop") == [("bank", None)] * 4


def test_a_table_without_months_keeps_a_blocked_companys_rows(books: Books) -> None:
    dimension = replace(
        books,
        contract=replace(CONTRACT, key=("company", "account"), unit=("company",), partitions=Partitions.NONE),
        context=context_of(books.context.spark, books.context.group),
    )
    dimension.refresh(*GOOD[:1], GOOD[2])
    outcome = dimension.refresh(("north", "2024-11", "bank", "-1.00"), ("south", "2024-11", "till", "3.00"))
    assert outcome.changes == {None: RowChanges(added=1, removed=1)}
    assert dimension.stored() == [GOOD[0], ("south", "2024-11", "till", "3.00")]
    assert dimension.quarantined() == [("north", None, "unit")]


def test_every_commit_says_by_which_run_from_what(books: Books) -> None:
    books.refresh(("north", "2024-11", "bank", "-1.00"), GOOD[1])
    commit = books.lake.history("silver/sample")[0].commit
    assert commit is not None
    assert (commit.run_id, commit.code_version) == ("run-1", "")  # no module of the platform bears its name
    assert commit.contract_version == books.context.group.fingerprint
    assert commit.units == "2024-11..2025-01 without north/2024-11-01"


def test_a_kept_column_keeps_the_value_it_had_when_its_key_appeared(books: Books) -> None:
    kept = replace(books, contract=replace(CONTRACT, kept=("memo",)))
    header = "company period account amount memo"
    kept.refresh(("north", "2024-11", "bank", "1.00", "first"), header=header)
    again = kept.refresh(("north", "2024-11", "bank", "1.00", "second"), header=header)
    assert not again.committed
    lines = (("north", "2024-11", "bank", "2.00", "third"), ("north", "2024-11", "till", "3.00", "third"))
    kept.refresh(*lines, header=header)
    assert kept.stored(header) == [
        ("north", "2024-11", "bank", "2.00", "first"),
        ("north", "2024-11", "till", "3.00", "third"),
    ]


def test_what_stands_beside_the_companies_is_replaced_like_one_of_them(books: Books) -> None:
    beside = replace(books, contract=replace(CONTRACT, beside=("group",)))
    beside.refresh(*GOOD, ("group", "2024-11", "bank", "9.00"))
    beside.refresh(*GOOD)
    assert beside.stored() == list(GOOD)


@pytest.mark.parametrize(("kept", "times"), [(True, 1), (False, 2)])
def test_what_is_used_twice_is_computed_once_and_goes_with_what_was_staged(
    books: Books, tmp_path: Path, kept: bool, times: int
) -> None:
    marks = tmp_path / "marks"  # one a computation
    marks.mkdir()

    def mark(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        (marks / uuid4().hex).touch()
        yield from batches

    def both(context: Context) -> DataFrame:
        given = frame(context.spark, CONTRACT, rows(CONTRACT, "company period account amount", *GOOD))
        marked = given.coalesce(1).mapInArrow(mark, CONTRACT.ddl)
        used = context.once(marked, "marked") if kept else marked
        return used.where("company = 'north'").unionByName(used.where("company = 'south'"))

    refresh(Table(CONTRACT, both), context=books.context, lake=books.lake, judge=books.judge, run_id="run-1")
    assert books.stored() == list(GOOD)
    assert len(list(marks.iterdir())) == times
    assert books.lake.staged_runs() == []


def test_nothing_computed_once_is_no_rows(books: Books) -> None:
    def nothing(context: Context) -> DataFrame:
        return context.once(frame(context.spark, CONTRACT, []), "nothing")

    refresh(Table(CONTRACT, nothing), context=books.context, lake=books.lake, judge=books.judge, run_id="run-1")
    assert books.stored() == []
