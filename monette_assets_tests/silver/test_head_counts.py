"""Head counts of mixed herds: a location's month is whole or refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.bronze import landing_files
from monette_assets.silver.head_counts import CONTRACT, head_counts, parse_head_counts
from monette_assets.silver.sheets import Parsed, Vocabulary
from monette_assets.tables import Staged
from monette_assets_tests.frames import context_of, frame, group_of, rows, shown
from monette_assets_tests.landed import landed, workbook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HEADER = ["Period", "Company", "Location", "Herd", "Head"]
GOOD: list[list[Any]] = [
    ["Nov 2024", "South Farm LLC", None, "Cow/Calf", 420],
    ["Nov 2024", "south", "south ranch", "Feedlot", 180],
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return Vocabulary(group_of(tmp_path_factory.mktemp("group")))


def of(words: Vocabulary, *lines: list[Any]) -> Parsed:
    return parse_head_counts(words, [landed(workbook({"Herds": [HEADER, *lines]}))])


def test_counts_by_herd(words: Vocabulary) -> None:
    found = of(words, *GOOD)
    assert found.refusals == []
    assert shown(found.rows, "period company location herd head") == [
        ("2024-11", "south", "South Ranch", "Cow-Calf", 420),
        ("2024-11", "south", "South Ranch", "Feedlot", 180),
    ]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (4, "420", "expected a whole number, found text '420'"),
        (4, 420.5, "expected a whole number, 0 or more"),
        (4, -1, "expected a whole number, 0 or more"),
        (4, None, "expected a whole number, found nothing"),
        (3, "Sheep", "expected a herd, one of Cow-Calf, Feedlot"),
        (3, "feedlot", "expected one count of Feedlot at South Ranch in 2024-11, found a second"),
    ],
)
def test_a_bad_row_refuses_its_locations_month(words: Vocabulary, column: int, value: Any, said: str) -> None:
    bad = [*GOOD[0][:column], value, *GOOD[0][column + 1 :]]
    found = of(words, bad, GOOD[1], ["Dec 2024", *GOOD[1][1:]])
    assert said in "\n".join(refusal.reason for refusal in found.refusals)
    assert shown(found.rows, "period herd") == [("2024-12", "Feedlot")]


def test_a_later_file_corrects_a_month(words: Vocabulary) -> None:
    first = landed(workbook({"Herds": [HEADER, *GOOD]}), "herds.xlsx")
    later = landed(workbook({"Herds": [HEADER, [*GOOD[0][:4], 400], GOOD[1]]}), "corrected.xlsx", day=3)
    found = parse_head_counts(words, [later, first])
    assert shown(found.rows, "herd head file_name") == [
        ("Cow-Calf", 400, "corrected.xlsx"),
        ("Feedlot", 180, "corrected.xlsx"),
    ]


@pytest.mark.parametrize("names", [("a.xlsx", "b.xlsx"), ("b.xlsx", "a.xlsx")])
def test_of_files_in_one_look_the_one_written_later_counts_whatever_their_names(
    words: Vocabulary, names: tuple[str, str]
) -> None:
    counted, corrected = (
        landed(workbook({"Herds": [HEADER, [*GOOD[0][:4], head]]}), name, written=minute)
        for name, head, minute in zip(names, (420, 400), (10, 20), strict=True)
    )
    assert shown(parse_head_counts(words, [corrected, counted]).rows, "head file_name") == [(400, names[1])]


def test_the_table_and_its_refusals(spark: SparkSession, tmp_path: Path) -> None:
    context = context_of(spark, group_of(tmp_path))
    file, table = landed(workbook({"Herds": [HEADER, *GOOD, [*GOOD[0][:4], "x"]]})), landing_files.CONTRACT
    given = (file.name, 1, "head_counts", file.content, file.content_hash, file.received_at, file.modified_at)
    header = "file_name version kind content content_hash received_at modified_at"
    computed = head_counts(context, files=frame(spark, table, rows(table, header, given)))
    good, refused = computed.where("_kind = 'row'"), computed.where("_kind = 'refused'")
    assert good.count() == 0
    check = next(each for each in CONTRACT.checks if each.name == "nothing_refused")
    assert check.failures(Staged(good, refused, refused, {}, context)).count() == 2
