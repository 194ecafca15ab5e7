"""Budget sheets in the layouts people use, and every way they go wrong. Real workbooks, written here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.bronze import landing_files
from monette_assets.group import Group
from monette_assets.silver import accounts
from monette_assets.silver.budgets import CONTRACT, budgets, parse_budgets
from monette_assets.silver.sheets import File, Parsed, Vocabulary
from monette_assets.tables import Staged
from monette_assets.tables.table import staging_ddl
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, failures, frame, group_of, rows, shown
from monette_assets_tests.landed import Rows, landed, workbook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MONTHS = ["Nov 2024", "Dec 2024", "Jan 2025"]
FACTS = [["Company:", "North Farm Ltd."], ["Fiscal year", 2025], []]
HEADER = ["Account", "Name", *MONTHS]
UNNUMBERED = ("Repairs:Barn", "Net Wrap", "Total Rewards")
SHOWN = "company fiscal_year location account_number period amount"


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    north, south = small_contract()["companies"]
    return group_of(
        tmp_path_factory.mktemp("group"),
        companies=[north, south],
        mapping=[
            *small_contract()["mapping"],
            {"company": "south", "account_name": "Savings", "group_account": "assets"},
            *({"company": "south", "account_name": name, "group_account": "direct"} for name in UNNUMBERED),
        ],
    )


@pytest.fixture(scope="module")
def words(group: Group) -> Vocabulary:
    chart = [("4010", "Grain Sales:Durum"), ("5300", "Fuel"), ("1000", "Chequing"), ("5430", "Repairs:Buildings")]
    return Vocabulary(group, {"north": chart, "south": [*chart, *((None, name) for name in UNNUMBERED)]})


def parsed(words: Vocabulary, *files: File) -> Parsed:
    return parse_budgets(words, files)


def of(words: Vocabulary, tabs: dict[str, Rows], change: Any = None) -> Parsed:
    return parsed(words, landed(workbook(tabs, change)))


def reasons(found: Parsed) -> str:
    return "\n".join(f"{refusal.where}: {refusal.reason}" for refusal in found.refusals)


def tab(*lines: list[Any]) -> Rows:
    return [*FACTS, HEADER, *lines]


# --- layouts


def test_months_across_with_a_tab_for_each_location(words: Vocabulary) -> None:
    sales = ["Grain", None], [4010, "Durum", 100, 200.555, None], ["Total grain", None, 100, 200.56, 0]
    found = of(words, {"Notes": [["by Émile"]], "North Home": tab(*sales), "South Ranch": tab([5300, None, -5, 0, 7])})
    assert found.refusals == []
    assert shown(found.rows, SHOWN) == [
        ("north", 2025, "North Home", "4010", "2024-11", "100.00"),
        ("north", 2025, "North Home", "4010", "2024-12", "200.56"),
        ("north", 2025, "South Ranch", "5300", "2024-11", "-5.00"),
        ("north", 2025, "South Ranch", "5300", "2024-12", "0.00"),
        ("north", 2025, "South Ranch", "5300", "2025-01", "7.00"),
    ]
    assert shown(found.rows[:1], "account_name currency sheet row_number version current budget_rate") == [
        ("Grain Sales:Durum", "CAD", "North Home", 6, 1, True, None)
    ]


def test_facts_of_a_cover_hold_for_every_tab(words: Vocabulary) -> None:
    cover = [["Budget"], ["Company: south", None, "Budget rate", 1.3], ["Currency", "USD"]]
    found = of(words, {"Cover": cover, "South Ranch": [HEADER, [5300, "Fuel", 1, 2, 3]]})
    assert found.refusals == []
    assert shown(found.rows[:1], "company currency budget_rate fiscal_year") == [("south", "USD", "1.300000", 2024)]
    assert found.rows[2]["fiscal_year"] == 2025  # south's year is the calendar's


def test_a_long_list(words: Vocabulary) -> None:
    found = of(
        words,
        {
            "List": [
                ["Company", "Location", "Account", "Month", "Amount"],
                ["north", "NORTH (home)", "4010", "2024-11", 5],
                ["South Farm LLC", None, "5300 Fuel", date(2025, 1, 1), 6.5],
                ["south", "south ranch", "Repairs:Barn", "Feb 2025", 7],
            ]
        },
    )
    assert found.refusals == []
    assert shown(found.rows, SHOWN) == [
        ("north", 2025, "North Home", "4010", "2024-11", "5.00"),
        ("south", 2025, "South Ranch", "5300", "2025-01", "6.50"),
        ("south", 2025, "South Ranch", None, "2025-02", "7.00"),
    ]


def test_a_tab_for_each_company_with_blocks_or_a_column_of_locations(words: Vocabulary) -> None:
    blocks = [
        ["FY2025 budget"], HEADER,
        ["Location: North Home"], [4010, "Durum", 1, None, None], ["Total", None, 1, None, None],
        ["South Ranch"], [4010, "Durum", 2, None, None],
    ]  # fmt: skip
    column = [["Location", "Account", "Nov 2024", "Total"], ["South Ranch", 5300, 3, 3], [None, 5300, None, None]]
    found = of(words, {"North Farm Ltd.": blocks, "south": column})
    assert found.refusals == []
    assert shown(found.rows, "company location account_number amount") == [
        ("north", "North Home", "4010", "1.00"),
        ("north", "South Ranch", "4010", "2.00"),
        ("south", "South Ranch", "5300", "3.00"),
    ]


def test_months_without_a_year_belong_to_the_stated_fiscal_year(words: Vocabulary) -> None:
    found = of(words, {"North Home": [["Company", "north"], ["FY", "FY2025"], ["Account", "Nov", "Jan"], [5300, 1, 2]]})
    assert shown(found.rows, "period amount") == [("2024-11", "1.00"), ("2025-01", "2.00")]
    found = of(words, {"North Home": [["Company", "north"], ["Account", "Nov", "Jan"], [5300, 1, 2]]})
    assert "expected months with their year" in reasons(found)


def test_a_csv_list(words: Vocabulary) -> None:
    text = 'Company,Location,Account,Month,Amount\nnorth,North Home,4010,2024-11,"1,234.50"\nnorth,,5300,2024-11,(2)\n'
    found = parsed(words, landed(text.encode(), "budget.csv"))
    assert "expected a location, one of" in reasons(found)  # north has none of its own
    found = parsed(words, landed(text.replace("north,,", "north,north home,").encode(), "budget.csv"))
    assert shown(found.rows, "account_number amount") == [("4010", "1234.50"), ("5300", "-2.00")]


# --- what goes wrong


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([4010, "Durum", "12.50", 1, 2], "North Home!C5: expected an amount, found text '12.50'"),
        ([4010, "Durum", 1, True, 2], "North Home!D5: expected an amount, found"),
        ([4010, "Durum", 1, datetime(2025, 1, 1), 2], "North Home!D5: expected an amount, found the date 2025-01-01"),  # noqa: DTZ001
        ([4010, "Durum", "=1+1", 2, 2], "North Home!C5: expected an amount, found a formula saved without its result"),
        ([date(2025, 1, 1), None, 1, 2, 3], "found the date 2025-01-01 (Excel turned it into one"),
        ([4011, "Drum", 1, 2, 3], "expected an account of north that the mapping knows, one of"),
        ([None, "Fule", 1, 2, 3], "did you mean 'Fuel'"),
        ([None, None, 1, 2, 3], "expected an account beside an amount, found nothing"),
        ([1000, "Chequing", 1, 2, 3], "expected an income or expense account, found 1000"),
        ([4010, "Durum", 1e13, 2, 3], "expected an amount below"),
    ],
)  # fmt: skip
def test_a_bad_row_refuses_its_companys_year_and_says_where(words: Vocabulary, line: list[Any], said: str) -> None:
    other = [["Company", "south"], HEADER, [5300, None, 1, 2, 3]]
    found = of(words, {"North Home": tab(line, [5300, "Fuel", 1, 2, 3]), "South Ranch": other})
    assert said in reasons(found)
    assert "north FY2025: its other 3 amounts in this file wait" in reasons(found)
    assert {row["company"] for row in found.rows} == {"south"}  # the rest of the file goes on
    assert found.seen == len(found.rows) + sum(refusal.amounts for refusal in found.refusals)


def test_a_renamed_tab(words: Vocabulary) -> None:
    found = of(words, {"North Home": tab([5300, "Fuel", 1, 2, 3]), "Nroth Home": tab([4010, "Durum", 1, 2, 3])})
    assert "Nroth Home: expected a tab named after a location (was it renamed?)" in reasons(found)
    assert "did you mean 'North Home'?" in reasons(found)
    assert found.rows == []


@pytest.mark.parametrize("company", ["Nroth Farm Ltd.", None])
def test_a_tab_of_an_unknown_company_may_be_part_of_any_and_all_of_the_file_waits(
    words: Vocabulary, company: str | None
) -> None:
    before = one(7, "b.xlsx", 1, 0, "North Home", "South Ranch")
    lost = [["Company", company], HEADER, [5300, None, 1, 2, 3]]
    after = landed(workbook({"North Home": tab([5300, None, 1, 2, 3]), "South Ranch": lost}), "b.xlsx", 2, 1)
    found = parsed(words, before, after)
    assert "expected a company, one of North Farm Ltd., South Farm LLC" in reasons(found)
    assert "north FY2025: its other 3 amounts in this file wait" in reasons(found)
    assert counting(found) == [("North Home", "7.00", 1, "b.xlsx"), ("South Ranch", "7.00", 1, "b.xlsx")]


# --- headings


@pytest.mark.parametrize("heading", [["Suoth Ranch"], ["Location: Suoth Ranch"], ["Location", "Suoth Ranch"]])
@pytest.mark.parametrize("name", ["north", "North Home"])
def test_nothing_below_a_misspelt_location_is_booked(words: Vocabulary, heading: list[Any], name: str) -> None:
    block = [4010, "Durum", 1, None, None], heading, [5300, "Fuel", 9, 9, 9]
    found = of(words, {name: [["Company", "north"], HEADER, ["North Home"], *block, ["Expenses"], [5430, None, 8]]})
    assert found.rows == []
    for row in (6, 8):  # a section is still in the block above it
        assert f"{name}, row {row}: below the heading" in reasons(found)
    assert "of row 5: expected a location, one of North Home, South Ranch (did you mean 'South Ranch'?)" in reasons(
        found
    )
    assert found.seen == sum(refusal.amounts for refusal in found.refusals) == 5


def test_what_is_below_the_next_known_heading_is_not_refused_with_it(words: Vocabulary) -> None:
    lost = ["Moon Base"], [5300, "Fuel", 9, 9, 9]
    found = of(words, {"north": [HEADER, *lost, ["North Home"], [5300, "Fuel", 1, 2, 3]]})
    assert "below the heading 'Moon Base' of row 2: expected a location" in reasons(found)
    assert "north FY2025: its other 3 amounts in this file wait" in reasons(found)


def test_a_location_tab_with_a_block_of_another_misspelt(words: Vocabulary) -> None:
    found = of(words, {"North Home": tab([4010, "Durum", 1, None, None], ["Suoth Ranch"], [5300, "Fuel", 9, 9, 9])})
    assert found.rows == []
    assert "did you mean 'South Ranch'?" in reasons(found)


@pytest.mark.parametrize(
    "title",
    ["Revenue", "EXPENSES:", "Grain", "Grain Sales", "Direct operating expenses", "Total sales", "5300 Fuel",
     "9999 Gone", "Section: Crop inputs", "Note: 40 bushels an acre", "North Farm Ltd."],
)  # fmt: skip
def test_a_title_is_not_a_location(words: Vocabulary, title: str) -> None:
    found = of(words, {"north": [HEADER, ["North Home"], [title], [5300, "Fuel", 1, None, None]]})
    assert found.refusals == []
    assert shown(found.rows, "location amount") == [("North Home", "1.00")]


def test_a_tab_of_one_location_may_have_any_titles_and_notes_below_the_last_row_carry_nothing(
    words: Vocabulary,
) -> None:
    found = of(words, {"North Home": tab(["Crop inputs"], [5300, "Fuel", 1, None, None])})
    assert (found.refusals, shown(found.rows, "location amount")) == ([], [("North Home", "1.00")])
    found = of(words, {"north": [HEADER, ["North Home"], [5300, "Fuel", 1], ["As agreed in October"]]})
    assert (found.refusals, shown(found.rows, "location amount")) == ([], [("North Home", "1.00")])


def test_where_rows_say_their_company_a_heading_cannot_say_their_location(words: Vocabulary) -> None:
    header, row = ["Company", "Account", "Nov 2024", "Dec 2024"], ["south", 5300, 1, 2]
    found = of(words, {"All": [header, ["south", "Fuel"], row]})  # nothing budgeted for it
    assert shown(found.rows, "location amount") == [("South Ranch", "1.00"), ("South Ranch", "2.00")]
    found = of(words, {"All": [header, ["North Home"], row]})
    assert found.rows == []
    assert "expected a column Location beside the column Company, found a heading" in reasons(found)


# --- totals


def test_an_account_whose_name_begins_like_a_total_is_an_account(words: Vocabulary) -> None:
    lines = ["Net Wrap", 1, 2, 3], ["Total Rewards", 4, 5, 6], ["Total expenses", 5, 7, 9], ["Net income", -5, -7, -9]
    found = of(words, {"South Ranch": [["Company", "south"], ["Name", *MONTHS], *lines]})
    assert found.refusals == []
    assert shown(found.rows, "account_name amount") == [
        ("Net Wrap", "1.00"), ("Net Wrap", "2.00"), ("Net Wrap", "3.00"),
        ("Total Rewards", "4.00"), ("Total Rewards", "5.00"), ("Total Rewards", "6.00"),
    ]  # fmt: skip
    found = of(words, {"South Ranch": [["Company", "south"], ["Name", *MONTHS], ["Net Wrapp", 1, 2, 3]]})
    assert "did you mean 'Net Wrap'?" in reasons(found)


def test_a_total_of_every_company_is_one_and_that_of_an_unknown_company_is_not(words: Vocabulary) -> None:
    header = ["Company", "Name", *MONTHS]
    found = of(words, {"All": [header, ["south", "Net Wrap", 1, 2, 3], [None, "Total", 1, 2, 3]]})
    assert (found.refusals, len(found.rows)) == ([], 3)
    found = of(words, {"All": [header, ["suoth", "Net Wrap", 1, 2, 3]]})
    assert "expected a company, one of" in reasons(found)


def test_a_long_list_has_no_totals(words: Vocabulary) -> None:
    text = "Company,Account,Month,Amount\nsouth,Net Wrap,2024-11,12.5\n"
    found = parsed(words, landed(text.encode(), "budget.csv"))
    assert shown(found.rows, "account_name amount") == [("Net Wrap", "12.50")]
    found = parsed(words, landed(f"{text}south,Total expenses,2024-11,12.5\n".encode(), "budget.csv"))
    assert "expected an account of south that the mapping knows" in reasons(found)
    assert (found.rows, found.seen) == ([], 2)


# --- tabs


@pytest.mark.parametrize(
    "lost",
    [
        [*FACTS, ["GL", "Libellé", *MONTHS], [5300, "Fuel", 1, 2, 3]],
        [*FACTS, ["Account", "Name", "P1", "P2", "P3"], [5300, "Fuel", 1, 2, 3]],
        [["Fuel", 1, 2, 3]],
        [["Fuel", "1", "2", "3"]],
        [["Fuel", "=A2+A3"]],
        [*([] for _ in range(40)), HEADER, [5300, "Fuel", 1, 2, 3]],
    ],
)
def test_a_tab_of_figures_without_a_known_header_refuses_its_version(words: Vocabulary, lost: Rows) -> None:
    before = one(7, "b.xlsx", 1, 0, "North Home", "South Ranch")
    after = landed(workbook({"North Home": tab([5300, "Fuel", 1, 2, 3]), "South Ranch": lost}), "b.xlsx", 2, 1)
    found = parsed(words, before, after)
    assert "tab South Ranch: expected a header row that is known above figures, found none" in reasons(found)
    assert counting(found) == [("North Home", "7.00", 1, "b.xlsx"), ("South Ranch", "7.00", 1, "b.xlsx")]


def test_a_duplicate_company(words: Vocabulary) -> None:
    one = [["Location", "Account", "Nov 2024", "Dec 2024"], ["North Home", 5300, 1, 2]]
    found = of(words, {"north": one, "North Farm Ltd.": one})
    assert "expected one amount for 5300, North Home, 2024-11, found another in north!C2" in reasons(found)
    assert found.rows == []


def test_a_location_nobody_knows_in_a_column(words: Vocabulary) -> None:
    found = of(words, {"north": [["Location", "Account", *MONTHS], ["Moon Base", 5300, 1, 2, 3]]})
    assert "expected a location, one of North Home, South Ranch, found 'Moon Base'" in reasons(found)


def test_merged_cells(words: Vocabulary) -> None:
    found = of(
        words, {"North Home": tab([5300, "Fuel", 1, None, 3])}, lambda book: book["North Home"].merge_cells("C5:D5")
    )
    assert "expected single cells, found C5:D5 merged" in reasons(found)
    titles = tab([5300, "Fuel", 1, 2, 3])
    found = of(words, {"North Home": titles}, lambda book: book["North Home"].merge_cells("A3:E3"))
    assert found.refusals == []  # above the header they are decoration


def test_hidden_rows_columns_and_tabs(words: Vocabulary) -> None:
    def hide_row(book: Any) -> None:
        book["North Home"].row_dimensions[5].hidden = True

    def hide_column(book: Any) -> None:
        book["North Home"].column_dimensions["D"].hidden = True

    def hide_tab(book: Any) -> None:
        book["North Home"].sheet_state = "hidden"

    tabs = {"North Home": tab([5300, "Fuel", 1, 2, 3]), "Notes": [["x"]]}
    assert "North Home, row 5: expected rows that can be seen" in reasons(of(words, tabs, hide_row))
    assert "found D hidden" in reasons(of(words, tabs, hide_column))
    assert "expected tabs that can be seen" in reasons(of(words, tabs, hide_tab))


def test_a_month_misspelt_is_not_overlooked(words: Vocabulary) -> None:
    sheet = [["Company", "north"], ["Account", "Nov 2024", "Decembr 2024", "Jan 2025"], [5300, 1, 2, 3]]
    found = of(words, {"North Home": sheet})
    assert "North Home!C2: expected a month or a known column above numbers, found text 'Decembr 2024'" in reasons(
        found
    )


def test_a_printed_total_that_is_not_the_months_sum(words: Vocabulary) -> None:
    sheet = [["Company", "north"], ["Account", *MONTHS, "Total"], [5300, 1, 2, 3, 7]]
    assert "expected the months' sum 6.00, found 7.00" in reasons(of(words, {"North Home": sheet}))


def test_another_currency_and_another_year_than_stated(words: Vocabulary) -> None:
    sheet = [["Company", "south"], ["Currency", "CAD"], HEADER, [5300, None, 1, 2, 3]]
    assert "expected USD, the currency of south, found CAD" in reasons(of(words, {"South Ranch": sheet}))
    sheet = [["Company", "south"], ["Fiscal year", 2025], HEADER, [5300, None, 1, 2, 3]]
    found = of(words, {"South Ranch": sheet})
    assert "expected months of fiscal year 2025, found 2024-11, which is in 2024" in reasons(found)


# --- versions


def one(amount: float, name: str, version: int, day: int, *places: str) -> File:
    tabs = {place: tab([5300, "Fuel", amount, None, None]) for place in places or ("North Home",)}
    return landed(workbook(tabs), name, version, day)


def counting(found: Parsed) -> list[tuple[Any, ...]]:
    return shown([row for row in found.rows if row["current"]], "location amount version file_name")


def test_a_resubmission_is_a_version_and_the_older_one_stays_readable(words: Vocabulary) -> None:
    found = parsed(words, one(2, "b.xlsx", 2, 5), one(1, "b.xlsx", 1, 0))
    assert counting(found) == [("North Home", "2.00", 2, "b.xlsx")]
    assert shown(found.rows, "amount version current") == [("1.00", 1, False), ("2.00", 2, True)]


def test_a_new_version_of_a_name_replaces_it_wholly_another_name_the_places_it_speaks_of(words: Vocabulary) -> None:
    both = one(1, "b.xlsx", 1, 0, "North Home", "South Ranch")
    assert counting(parsed(words, both, one(2, "b.xlsx", 2, 1))) == [("North Home", "2.00", 2, "b.xlsx")]
    assert counting(parsed(words, both, one(3, "c.xlsx", 1, 1))) == [
        ("North Home", "3.00", 2, "c.xlsx"),
        ("South Ranch", "1.00", 1, "b.xlsx"),
    ]


def test_a_refused_version_leaves_the_one_before_and_a_good_one_answers_it(words: Vocabulary) -> None:
    bad = landed(workbook({"North Home": tab([5300, "Fuel", "x", None, None])}), "b.xlsx", 2, 1)
    found = parsed(words, one(1, "b.xlsx", 1, 0), bad)
    assert counting(found) == [("North Home", "1.00", 1, "b.xlsx")]
    assert "expected an amount" in reasons(found)
    for better in (one(2, "b.xlsx", 3, 2), one(2, "c.xlsx", 1, 2)):
        found = parsed(words, one(1, "b.xlsx", 1, 0), bad, better)
        assert [row[1] for row in counting(found)] == ["2.00"]
        assert found.refusals == []


@pytest.mark.parametrize("names", [("a.xlsx", "b.xlsx"), ("b.xlsx", "a.xlsx")])
def test_of_files_in_one_look_the_one_written_later_counts_whatever_their_names(
    words: Vocabulary, names: tuple[str, str]
) -> None:
    first, revised = names
    written = [
        landed(workbook({"North Home": tab([5300, "Fuel", amount, None, None])}), name, written=minute)
        for amount, name, minute in ((2, revised, 20), (1, first, 10))
    ]
    assert counting(parsed(words, *written)) == [("North Home", "2.00", 2, revised)]
    bad = landed(workbook({"North Home": tab([5300, "Fuel", "x", None, None])}), first, written=10)
    assert parsed(words, written[0], bad).refusals == []  # the one written later has put it right


# --- whatever comes

cell = st.one_of(
    st.none(),
    st.sampled_from([4010, 5300, "4010", "North Home", "Total", "Location: x", "north", "Nov 2024", "Account"]),
    st.integers(-(10**14), 10**14), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=20), st.dates(date(1950, 1, 1)),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.lists(cell, max_size=6), max_size=8), st.booleans())
def test_random_cells_are_rows_or_refusals_and_nothing_is_lost(
    words: Vocabulary, lines: list[list[Any]], facts: bool
) -> None:
    sheet = tab(*lines) if facts else [HEADER, *lines]
    found = of(words, {"North Home": sheet})
    assert found.seen == len(found.rows) + sum(refusal.amounts for refusal in found.refusals) or any(
        refusal.whole and not refusal.amounts for refusal in found.refusals
    )
    assert all(isinstance(row["amount"], Decimal) for row in found.rows)


# --- the table


def test_the_table_publishes_rows_and_quarantines_refusals(spark: SparkSession, group: Group, tmp_path: Path) -> None:
    good = one(1, "good.xlsx", 1, 0)
    bad = landed(workbook({"South Ranch": [["Company", "south"], HEADER, [9999, None, 1, 2, 3]]}), "bad.xlsx")
    table = landing_files.CONTRACT
    given = [
        (file.name, file.version, kind, file.content, file.content_hash, file.received_at, file.modified_at)
        for file, kind in ((good, "budget"), (bad, "budget"), (landed(b"?", "other.xlsx"), "adjustments"))
    ]
    header = "file_name version kind content content_hash received_at modified_at"
    files = frame(spark, table, rows(table, header, *given))
    charts = frame(spark, accounts.CONTRACT, rows(accounts.CONTRACT, "company account_number account_name",
                                                  ("north", "5300", "Fuel")))  # fmt: skip
    context = context_of(spark, group)
    found = budgets(context, files=files, accounts=charts)
    staged = [row.asDict() for row in found.collect()]
    assert shown([row for row in staged if row["_kind"] == "row"], f"{SHOWN} account_name file_hash") == [
        ("north", 2025, "North Home", "5300", "2024-11", "1.00", "Fuel", good.content_hash)
    ]
    [refused] = [row for row in staged if row["_kind"] == "refused"]
    assert "found '9999'" in refused["_reason"]
    assert refused["_path"] == "bad.xlsx (version 1): South Ranch, row 3"


def test_a_file_that_replaces_a_year_with_fewer_months_is_warned_of(
    spark: SparkSession, group: Group, words: Vocabulary
) -> None:
    def lost(*files: File) -> list[Any]:
        given = spark.createDataFrame(parsed(words, *files).rows, CONTRACT.ddl)
        found = failures(CONTRACT, "replaces_every_month", context_of(spark, group), given)
        return shown(found, "company location file_name replaced_file months_lost")

    whole = landed(workbook({"North Home": tab([5300, "Fuel", 1, 2, 3])}), "whole.xlsx")
    missing = ("north", "North Home", "one.xlsx", "whole.xlsx", "2024-12, 2025-01")
    assert lost(whole, one(5, "one.xlsx", 1, 1)) == [missing]
    assert lost(whole, one(5, "one.xlsx", 1, 1), one(6, "one.xlsx", 2, 2)) == [missing]
    assert lost(whole, one(5, "whole.xlsx", 2, 1)) == []  # its own name says what it means
    assert lost(whole, landed(workbook({"North Home": tab([5300, "Fuel", 4, 5, 6])}), "all.xlsx", day=1)) == []


def test_a_refusal_fails_its_check(spark: SparkSession, group: Group) -> None:
    nothing = spark.createDataFrame([], staging_ddl(CONTRACT))
    refused = spark.sql("SELECT 'north' AS company, 'expected an amount' AS _reason, 'b.xlsx' AS _path")
    check = next(each for each in CONTRACT.checks if each.name == "nothing_refused")
    staged = Staged(nothing, refused, nothing, {}, context_of(spark, group))
    assert [row.asDict() for row in check.failures(staged).collect()] == [
        {"company": "north", "_path": "b.xlsx", "_reason": "expected an amount"}
    ]
