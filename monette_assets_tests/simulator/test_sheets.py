"""The sheets the demo drops: the same for the same seed, written once, and all of it readable by the platform."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.bronze.landing_files import Stored, take_in
from monette_assets.clock import now
from monette_assets.group import Group, load_group
from monette_assets.silver.adjustments import parse_adjustments
from monette_assets.silver.budgets import parse_budgets
from monette_assets.silver.head_counts import parse_head_counts
from monette_assets.silver.sheets import FILE_COLUMNS, File, Vocabulary
from monette_assets.simulator.charts import chart_of, full_name
from monette_assets.simulator.profiles import profile_of, uses_of
from monette_assets.simulator.sheets import sheets, write_sheets
from monette_assets.sources.landing.folder import LocalFolder
from monette_assets.sources.landing.recognition import BUDGET, recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets_tests.landed import landed


@pytest.fixture(scope="module")
def group() -> Group:
    return load_group()


@pytest.fixture(scope="module")
def written(group: Group) -> dict[str, bytes]:
    return dict(sheets(group))


@pytest.fixture(scope="module")
def files(written: dict[str, bytes]) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {}
    for day, (name, content) in enumerate(written.items()):
        found.setdefault(recognise(read_workbook(content)).kind, []).append(landed(content, name, day=day))
    return found


@pytest.fixture(scope="module")
def words(group: Group) -> Vocabulary:
    charts = {}
    for company in group.companies:
        profile = profile_of(company)
        accounts, _ = chart_of(
            uses_of(group, company), company.home_currency, language=profile.language,
            renumbered=profile.renumbered, unnumbered=profile.unnumbered,
        )  # fmt: skip
        charts[company.code] = [(each.number or None, full_name(accounts, each.id)) for each in accounts.values()]
    return Vocabulary(group, charts)


def test_the_same_seed_gives_the_same_bytes(group: Group, written: dict[str, bytes]) -> None:
    assert dict(sheets(group)) == written
    assert dict(sheets(group, seed=1)) != written


def test_nothing_in_them_is_refused(words: Vocabulary, files: dict[str, list[File]]) -> None:
    budgets = parse_budgets(words, files["budget"])
    assert budgets.refusals == []
    assert {row["company"] for row in budgets.rows} == {company.code for company in words.group.companies}
    assert {row["fiscal_year"] for row in budgets.rows} >= {2025, 2026}
    replaced = {(row["company"], row["fiscal_year"]) for row in budgets.rows if not row["current"]}
    assert replaced == {("sable_butte", 2026)}  # submitted again in a file of its own
    adjustments = parse_adjustments(words, files["adjustments"])
    assert (adjustments.refusals, len(adjustments.rows)) == ([], 4)
    counts = parse_head_counts(words, files["head_counts"])
    assert counts.refusals == []
    assert {(row["location"], row["herd"]) for row in counts.rows} == {
        ("Brindle Ridge", "Cow-Calf"),
        ("Brindle Ridge", "Feedlot"),
    }


def test_the_revised_budget_counts_though_one_look_takes_in_all_of_them(
    group: Group, words: Vocabulary, tmp_path: Path
) -> None:
    write_sheets(group, tmp_path)
    taken = take_in(LocalFolder(tmp_path), Stored(), "run", now(group))
    files = [File(*(row[name] for name in FILE_COLUMNS)) for row in taken.rows if row["kind"] == BUDGET]
    assert len({file.received_at for file in files}) == 1
    rows = [row for row in parse_budgets(words, files).rows if row["company"] == "sable_butte" and row["current"]]
    counting = {(row["file_name"], row["budget_rate"]) for row in rows if row["fiscal_year"] == 2026}
    assert counting == {("Sable Butte Farms LLC budget FY2026 revised.xlsx", Decimal("1.37"))}


def test_the_head_counts_of_later_months_come_when_a_month_is_over(
    group: Group, written: dict[str, bytes], words: Vocabulary
) -> None:
    assert dict(sheets(group, today=date(2026, 11, 30))) == written  # November runs still, October was the last planned
    january = dict(sheets(group, today=date(2027, 1, 1)))
    assert january.keys() - written.keys() == {"Head counts 2026-11.xlsx", "Head counts 2026-12.xlsx"}
    assert {name: january[name] for name in written} == written
    november = "Head counts 2026-11.xlsx"
    assert dict(sheets(group, today=date(2026, 12, 9)))[november] == january[november]
    counts = parse_head_counts(words, [landed(january[november], november)])
    assert counts.refusals == []
    assert {(row["company"], row["period"], row["herd"]) for row in counts.rows} == {
        ("brindle_ridge", date(2026, 11, 1), "Cow-Calf"),
        ("brindle_ridge", date(2026, 11, 1), "Feedlot"),
    }


def test_they_are_written_once_and_what_somebody_changed_is_left(group: Group, tmp_path: Path) -> None:
    first = write_sheets(group, tmp_path)
    assert {path.name for path in first} == {path.name for path in tmp_path.iterdir()}
    first[0].write_bytes(b"changed")
    assert write_sheets(group, tmp_path) == []
    assert first[0].read_bytes() == b"changed"
