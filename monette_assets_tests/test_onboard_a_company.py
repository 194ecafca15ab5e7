"""A company more is one entry in companies.yaml: nothing else is written, and all of its books arrive in gold."""

from __future__ import annotations

import io
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from monette_assets.automation.chain import ChainResult
from monette_assets.commands.outside_world import connect
from monette_assets.commands.platform import Platform
from monette_assets.commands.refreshing import refresh
from monette_assets.group import load_group
from monette_assets.group.loading import DEMO_FOLDER
from monette_assets.lake import Lake
from monette_assets.simulator.books import generate_books, generate_company
from monette_assets.simulator.model import Books
from monette_assets.simulator.server import running
from monette_assets.tables.judge import Judge
from monette_assets_tests.conftest import SmallWorld

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
ENTRY = """
- code: east
  name: East Farm Ltd.
  realm_id: "1003"
  home_currency: CAD
  country: CA
  year_starts: [{from: 2020-11-01, month: 11}]
  pillar: Grain
  location: North Home
"""
Rows = Counter[tuple[tuple[str, Any], ...]]


def with_one_entry_more(contract: Path, folder: Path, entry: str = ENTRY) -> Path:
    """A copy of a contract; an entry is added at the end of its companies.yaml, and not a letter more."""
    shutil.copytree(contract, folder)
    with (folder / "companies.yaml").open("a", encoding="utf-8") as companies:
        companies.write(entry)
    return folder


@dataclass(frozen=True)
class Onboarded:
    """The small world with a company more: connected, and brought up to date as the playbook says."""

    before: Lake
    lake: Lake
    books: Books  # the new company's
    outcome: ChainResult

    def profit_and_loss(self, lake: Lake, *companies: str) -> list[dict[str, Any]]:
        return [row for row in lake.read("gold/profit_and_loss").to_pylist() if row["company"] in companies]


@pytest.fixture(scope="module")
def onboarded(small_world: SmallWorld, tmp_path_factory: pytest.TempPathFactory, judge: Judge) -> Iterator[Onboarded]:
    folder = tmp_path_factory.mktemp("onboarded")
    contract = with_one_entry_more(Path(small_world.environment["MONETTE_GROUP"]), folder / "group")
    home = shutil.copytree(small_world.settings.home, folder / "home")
    books = generate_books(load_group(contract), until=date(2025, 1, 10))
    with (
        running(books, requests_per_second=1000, requests_per_minute=100_000) as simulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {
            **small_world.environment,
            "MONETTE_HOME": str(home),
            "MONETTE_GROUP": str(contract),
            "MONETTE_QUICKBOOKS_URL": simulator.url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
            "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
        }.items():
            patch.setenv(name, value)
        platform = Platform()
        connect(platform.settings, platform.group, ["east"])
        silent = Console(file=io.StringIO())
        outcome = refresh(platform, judge, silent, NOVEMBER, DECEMBER, companies=["east"])
        yield Onboarded(small_world.lake, platform.lake, books["1003"], outcome)


def test_every_run_succeeds_and_no_check_has_anything_to_say_of_it(onboarded: Onboarded) -> None:
    assert [step.error for step in onboarded.outcome.steps if step.error] == []
    assert onboarded.outcome.ok
    said = [check.description or "" for check in onboarded.outcome.failed_checks]
    assert [each for each in said if "east" in each] == []
    # what is said is said of a neighbour, as before: some of its lines name no location, and it has none of its own
    assert {each.partition(":")[0] for each in said} == {"location_known"}
    assert all("company=north" in each for each in said)


def test_its_profit_and_loss_is_its_books_account_by_account(onboarded: Onboarded) -> None:
    books, expected = onboarded.books, defaultdict[tuple[date, str], int](int)
    for document in books.documents.values():
        for posting in document.postings:
            if not books.accounts[posting.account_id].is_balance_sheet:
                expected[document.date.replace(day=1), posting.account_id] += posting.amount
    found = defaultdict[tuple[date, str], Decimal](Decimal)
    for row in onboarded.profit_and_loss(onboarded.lake, "east"):
        found[row["period"], row["account_id"]] += row["amount"]
    wanted = {key: Decimal(cents).scaleb(-2) for key, cents in expected.items() if key[0] in (NOVEMBER, DECEMBER)}
    assert len(wanted) > 30
    assert {key: amount for key, amount in found.items() if amount} == {
        key: each for key, each in wanted.items() if each
    }


def test_it_ties_out_and_its_months_are_complete(onboarded: Onboarded) -> None:
    ties = [row for row in onboarded.lake.read("gold/tie_out").to_pylist() if row["company"] == "east"]
    assert {row["statement"] for row in ties} == {"trial_balance", "profit_and_loss", "balance_sheet"}
    assert {row["difference"] for row in ties} == {Decimal(0)}
    months = {
        (row["company"], row["period"]): row["missing"] for row in onboarded.lake.read("gold/completeness").to_pylist()
    }
    assert months == {(company, each): "" for company in ("north", "south", "east") for each in (NOVEMBER, DECEMBER)}


def test_the_others_stand_as_they_stood(onboarded: Onboarded) -> None:
    def counted(lake: Lake) -> Rows:
        return Counter(tuple(sorted(row.items())) for row in onboarded.profit_and_loss(lake, "north", "south"))

    assert counted(onboarded.lake) == counted(onboarded.before)
    # the new company was not taken into the world they stood in, but into a copy of it
    assert onboarded.profit_and_loss(onboarded.before, "east") == []
    assert onboarded.profit_and_loss(onboarded.lake, "east") != []


def test_a_sixteenth_company_of_the_demo_group_needs_no_mapping_of_its_own(tmp_path: Path) -> None:
    entry = "".join(f"  {line}\n" for line in ENTRY.replace("North Home", "Harrow North").splitlines())
    group = load_group(with_one_entry_more(DEMO_FOLDER, tmp_path / "group", entry))
    assert len(group.companies) == 16
    books = generate_company(group, group.company("east"), until=date(2025, 10, 31))
    used = {posting.account_id for document in books.documents.values() for posting in document.postings}
    mapped = {row["account_number"] for row in group.account_mapping_rows() if row["company"] == "east"}
    assert len(used) > 40
    assert {books.accounts[each].number for each in used} - mapped == set()
