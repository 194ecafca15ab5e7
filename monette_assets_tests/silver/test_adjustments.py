"""Manual adjustments: whole, in balance and approved by a second person, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import landing_files
from monette_assets.silver.adjustments import CONTRACT, adjustments, parse_adjustments
from monette_assets.silver.sheets import Parsed, Vocabulary
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.landed import landed, workbook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEADER = ["Period", "Entry", "Company", "Group account", "Amount CAD", "Description", "Author", "Approver"]
GOOD: list[list[Any]] = [
    ["2024-11", "A-1", "north", "sales", -100.25, "Cut-off", "Ann", "Bob"],
    ["2024-11", "A-1", None, "Assets", 100.25, "Cut-off", "Ann", "Bob"],
]
SHOWN = "period entry line_number company group_account amount_cad author approver"


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return Vocabulary(group_of(tmp_path_factory.mktemp("group")))


def of(words: Vocabulary, *lines: list[Any], header: list[str] = HEADER) -> Parsed:
    return parse_adjustments(words, [landed(workbook({"Entries": [header, *lines]}))])


def test_an_entry(words: Vocabulary) -> None:
    found = of(words, *GOOD)
    assert found.refusals == []
    assert shown(found.rows, SHOWN) == [
        ("2024-11", "A-1", 1, "north", "sales", "-100.25", "Ann", "Bob"),
        ("2024-11", "A-1", 2, None, "assets", "100.25", "Ann", "Bob"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (4, -100.24, "expected entry A-1 to net to zero in 2024-11, found 0.01"),
        (4, "-100.25", "expected an amount, found text"),
        (4, -100.255, "expected whole cents"),
        (7, None, "expected an approver, found nothing"),
        (7, "ann", "expected an approver other than the author"),
        (6, "Cid", "expected one author and one approver"),
        (3, "salse", "expected a group account, one of"),
        (2, "nroth", "expected a company, one of"),
        (0, "soon", "expected a month"),
        (5, None, "expected a description, found nothing"),
    ],
)
def test_a_bad_line_refuses_its_entry_and_no_other(words: Vocabulary, column: int, value: Any, said: str) -> None:
    bad = [*GOOD[0][:column], value, *GOOD[0][column + 1 :]]
    other = [[*line[:1], "A-2", *line[2:]] for line in GOOD]
    found = of(words, bad, *other, GOOD[1])
    assert said in "\n".join(refusal.reason for refusal in found.refusals)
    assert {row["entry"] for row in found.rows} == {"A-2"}
    assert found.seen == 4


@pytest.mark.parametrize("approver", ["Ann  Lee", "ANN LEE", "Ann\u00a0Lee", "Ann Le\u200be", "\uff21nn Lee"])
def test_nobody_approves_an_own_entry_under_another_spelling(words: Vocabulary, approver: str) -> None:
    found = of(words, *([*line[:6], "Ann Lee", approver] for line in GOOD))
    assert found.rows == []
    assert all("expected an approver other than the author" in each.reason for each in found.refusals)


def test_a_sheet_without_an_approver_column(words: Vocabulary) -> None:
    found = of(words, *(line[:-1] for line in GOOD), header=HEADER[:-1])
    assert found.refusals[0].reason.endswith("found none for approver")


def test_a_new_version_withdraws_what_it_leaves_out_and_keeps_what_it_spoils(words: Vocabulary) -> None:
    second = [[*line[:1], "A-2", *line[2:]] for line in GOOD]
    first = landed(workbook({"Entries": [HEADER, *GOOD, *second]}), "a.xlsx", 1)
    without = landed(workbook({"Entries": [HEADER, *second]}), "a.xlsx", 2, day=1)
    spoilt = landed(workbook({"Entries": [HEADER, second[0]]}), "a.xlsx", 3, day=2)
    assert {row["entry"] for row in parse_adjustments(words, [first, without]).rows} == {"A-2"}
    found = parse_adjustments(words, [first, without, spoilt])
    assert {(row["entry"], row["file_version"]) for row in found.rows} == {("A-2", 2)}
    assert "net to zero" in found.refusals[0].reason


def other(amount: float) -> list[list[Any]]:
    """Somebody else's entry of the same number."""
    return [
        ["2024-11", "A-1", None, "sales", -amount, "Other", "Eve", "Bob"],
        ["2024-11", "A-1", None, "Assets", amount, "Other", "Eve", "Bob"],
    ]


def counting(found: Parsed) -> list[tuple[Any, ...]]:
    return shown(found.rows, "entry amount_cad file_name file_version")[1::2]


def test_of_two_entries_of_one_number_in_two_files_the_first_stands_and_the_other_is_refused(words: Vocabulary) -> None:
    ann = landed(workbook({"Entries": [HEADER, *GOOD]}), "ann.xlsx")
    eve = landed(workbook({"Extra": [HEADER, *other(7)]}), "eve.xlsx", day=1)
    found = parse_adjustments(words, [eve, ann])
    assert counting(found) == [("A-1", "100.25", "ann.xlsx", 1)]
    [refusal] = found.refusals
    assert refusal.where == "eve.xlsx (version 1): Extra, row 2"
    assert "expected 2024-11 A-1 in one file, found another in ann.xlsx (version 1): Entries, row 2" in refusal.reason
    assert found.seen == len(found.rows) + refusal.amounts

    corrected = landed(workbook({"Entries": [HEADER, *other(8)]}), "ann.xlsx", 2, day=2)
    found = parse_adjustments(words, [ann, eve, corrected])
    assert counting(found) == [("A-1", "8.00", "ann.xlsx", 2)]  # the name that spoke first speaks still
    assert len(found.refusals) == 1

    withdrawn = landed(workbook({"Entries": [HEADER, *([*e[:1], "A-2", *e[2:]] for e in GOOD)]}), "ann.xlsx", 2, day=2)
    found = parse_adjustments(words, [ann, eve, withdrawn])
    assert counting(found) == [("A-1", "7.00", "eve.xlsx", 1), ("A-2", "100.25", "ann.xlsx", 2)]
    assert found.refusals == []


def test_a_spoilt_entry_is_not_put_right_by_somebody_elses_of_its_number(words: Vocabulary) -> None:
    ann = landed(workbook({"Entries": [HEADER, GOOD[0]]}), "ann.xlsx")
    eve = landed(workbook({"Extra": [HEADER, *other(7)]}), "eve.xlsx", day=1)
    found = parse_adjustments(words, [ann, eve])
    assert counting(found) == [("A-1", "7.00", "eve.xlsx", 1)]
    assert {refusal.where for refusal in found.refusals} == {"ann.xlsx (version 1): Entries, row 2"}


def test_a_file_that_repeats_an_entry_of_another_adds_nothing(words: Vocabulary) -> None:
    november = landed(workbook({"Entries": [HEADER, *GOOD]}), "november.xlsx")
    december = landed(workbook({"Entries": [HEADER, *GOOD, *([*e[:1], "A-2", *e[2:]] for e in GOOD)]}), "so far.xlsx",
                      day=1)  # fmt: skip
    found = parse_adjustments(words, [november, december])
    assert counting(found) == [("A-1", "100.25", "november.xlsx", 1), ("A-2", "100.25", "so far.xlsx", 1)]
    assert found.refusals == []


def test_a_tab_of_entries_without_a_known_header_refuses_its_version(words: Vocabulary) -> None:
    second = [[*line[:1], "A-2", *line[2:]] for line in GOOD]
    first = landed(workbook({"Entries": [HEADER, *GOOD], "Late": [HEADER, *second]}), "a.xlsx", 1)
    header = ["Account" if title == "Group account" else title for title in HEADER]
    spoilt = landed(workbook({"Entries": [HEADER, *GOOD], "Late": [header, *second]}), "a.xlsx", 2, day=1)
    found = parse_adjustments(words, [first, spoilt])
    assert {(row["entry"], row["file_version"]) for row in found.rows} == {("A-1", 1), ("A-2", 1)}
    assert "tab Late: expected a header row that is known above figures" in found.refusals[0].reason


def test_the_table_and_an_entry_that_does_not_net_to_zero(spark: SparkSession, tmp_path: Path) -> None:
    context = context_of(spark, group_of(tmp_path))
    file, table = landed(workbook({"Entries": [HEADER, *GOOD]})), landing_files.CONTRACT
    given = (file.name, 1, "adjustments", file.content, file.content_hash, file.received_at, file.modified_at)
    header = "file_name version kind content content_hash received_at modified_at"
    computed = adjustments(context, files=frame(spark, table, rows(table, header, given)))
    assert shown(computed, "entry amount_cad _kind") == [("A-1", "-100.25", "row"), ("A-1", "100.25", "row")]
    staged = computed.select(*CONTRACT.column_names)
    assert failures(CONTRACT, "nets_to_zero", context, staged) == []
    found = failures(CONTRACT, "nets_to_zero", context, staged.where("line_number = 1"))
    assert shown(found, "period entry net_cad") == [("2024-11", "A-1", "-100.25")]
