"""Every command that the page offers explains the very figure it stands beside, to the cent."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from monette_assets.reports.explain import explain
from monette_assets.reports.options import View
from monette_assets.reports.pack import page
from monette_assets.reports.pack.contents import Pack, gather
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.reports.small_lake import DECEMBER


@pytest.fixture(scope="module")
def pack(small_world: SmallWorld) -> Pack:
    group = small_world.group
    return gather(Question(open_release(small_world.lake, group.time_zone), group, DECEMBER))


def offered(pack: Pack) -> Iterator[tuple[str, Decimal | None]]:
    """Commands beside the figures of the page."""
    when = {"December 2024": 0, "December 2023": 1, "Year to December 2024": 2, "Year to December 2023": 3}
    for line in (*page._profit_and_loss(pack), *page._balance_sheet(pack)):
        yield from ((command, line.figures[when[title]]) for title, command in line.commands)
    for grid in (pack.cash_flow, pack.changes_in_equity):
        assert grid is not None
        for line in page._movements(pack, grid).lines:
            yield from ((command, line.figures[-1]) for _, command in line.commands)
    for _, rows in page._pillars(pack):
        for row in rows:
            figures = {"Sales revenue": row.revenue, "Contribution margin": row.margin, "Budget": row.budget}
            yield from ((command, figures[what]) for what, command in row.commands)


def answer(pack: Pack, command: str) -> tuple[Decimal, tuple[str, ...]]:
    """What the command says, and what of it does not add up."""
    words = shlex.split(command)
    options = dict(zip(words[4::2], words[5::2], strict=True))
    assert words[:2] == ["monette", "explain"]
    assert set(options) <= {"--period", "--view", "--pillar"}
    month = date.fromisoformat(f"{options['--period']}-01")
    view = View(options["--view"]) if "--view" in options else None
    question = Question(pack.release, pack.group, month, pillar=options.get("--pillar"), view=view)
    found = explain(question, words[2], words[3], limit=1)
    return found.figure, found.problems


def test_every_command_on_the_page_explains_its_figure(pack: Pack) -> None:
    commands = list(offered(pack))
    assert {command.split()[2] for command, _ in commands} == {
        "profit_and_loss", "balance_sheet", "cash_flow", "changes_in_equity", "financial_summary",
    }  # fmt: skip
    wrong = [(command, figure, told) for command, figure in commands if (told := answer(pack, command)) != (figure, ())]
    assert wrong == []


def test_a_line_without_a_command_is_a_check_or_no_line_of_its_own(pack: Pack) -> None:
    for grid in (pack.cash_flow, pack.changes_in_equity):
        assert grid is not None
        without = {line.key for line in page._movements(pack, grid).lines if not line.commands}
        assert without <= {"year_end", "joined", "left", "scope"}
    lines = (*page._profit_and_loss(pack), *page._balance_sheet(pack))
    assert {line.key for line in lines if not line.commands} == {"check"}


def test_what_stands_behind_a_movement_adds_up_to_it(pack: Pack) -> None:
    for grid in (pack.cash_flow, pack.changes_in_equity):
        assert grid is not None
        for line in page._movements(pack, grid).lines:
            behind = sum((amounts[0] or Decimal(0) for _, amounts in line.companies), Decimal(0))
            assert behind == line.figures[-1], line.key


def test_the_places_behind_a_pillar_add_up_to_it(pack: Pack) -> None:
    for _, rows in page._pillars(pack):
        for row in rows:
            assert sum((place[1] for place in row.places), Decimal(0)) == row.revenue
            assert sum((place[2] for place in row.places), Decimal(0)) == row.margin
