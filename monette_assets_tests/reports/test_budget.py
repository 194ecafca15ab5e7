"""The budget report: results are made of their parts, the year to date of its months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.reports.budget import budget
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.tables.releases import release
from monette_assets_tests.frames import group_of, shown
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, publish, small_lake


def line(period: Any, kind: str, actual: str, planned: str, exchange: str = "0.00", **more: Any) -> dict[str, Any]:
    numbers = {"actual_cad": actual, "budget": planned, "budget_cad": planned, "fx_variance_cad": exchange}
    return {
        "company": "north", "period": period, "fiscal_year": 2025, "basis": "accrual", "location": "North Home",
        "pillar": "Grain", "profit_type": kind, "currency": "CAD", "budget_rate_source": "home",
        "group_account": kind.casefold(), **{name: Decimal(value) for name, value in numbers.items()},
        "variance_cad": Decimal(actual) - Decimal(planned), **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Lake:
    folder: Path = tmp_path_factory.mktemp("lake")
    made = small_lake(folder, group)
    south: dict[str, Any] = {"company": "south", "fiscal_year": 2024, "pillar": "Cow-Calf", "currency": "USD"}
    publish(
        made,
        "gold/budget_vs_actual",
        [
            line(NOVEMBER, "Sales Revenue", "400.00", "500.00"),
            line(DECEMBER, "Sales Revenue", "1000.00", "900.00"),
            line(DECEMBER, "Cost of Goods Sold", "300.00", "350.00"),
            line(DECEMBER, "Sales Revenue", "137.00", "130.00", "7.00", **south),
            line(date(2024, 10, 1), "Sales Revenue", "50.00", "60.00", **south),
            line(DECEMBER, "Sales Revenue", "9.00", "9.00", basis="cash"),
        ],
    )
    release(made, GOLD, "second", group)
    return made


def asked(lake: Lake, group: Group, **more: Any) -> list[tuple[Any, ...]]:
    question = Question(open_release(lake, group.time_zone), group, DECEMBER, **more)
    header = "line actual budget variance exchange actual_to_date budget_to_date variance_to_date"
    return [row for row in shown(budget(question).rows, header) if row[0] in ("Sales Revenue", "Gross Margin")]


def test_the_group(lake: Lake, group: Group) -> None:
    assert asked(lake, group) == [
        ("Gross Margin", "837.00", "680.00", "157.00", "7.00", "1237.00", "1180.00", "57.00"),
        ("Sales Revenue", "1137.00", "1030.00", "107.00", "7.00", "1537.00", "1530.00", "7.00"),
    ]


def test_to_date_is_of_the_companys_own_year_and_of_the_groups_for_all_else(lake: Lake, group: Group) -> None:
    """South's year begins in January, the group's in November."""
    own = asked(lake, group, company="south")[1]
    assert own == ("Sales Revenue", "137.00", "130.00", "7.00", "7.00", "187.00", "190.00", "-3.00")
    of_its_pillar = asked(lake, group, pillar="Cow-Calf")[1]
    assert of_its_pillar == ("Sales Revenue", "137.00", "130.00", "7.00", "7.00", "137.00", "130.00", "7.00")


def test_a_company_and_a_pillar_with_what_is_below_it(lake: Lake, group: Group) -> None:
    north = ("Sales Revenue", "1000.00", "900.00", "100.00", "0.00", "1400.00", "1400.00", "0.00")
    assert asked(lake, group, company="north")[1] == north
    assert asked(lake, group, pillar="Grain")[1] == north
    assert asked(lake, group, pillar="Cattle")[1][:5] == ("Sales Revenue", "137.00", "130.00", "7.00", "7.00")


def test_a_budget_that_is_not_divided_between_herds_is_told_of(lake: Lake, group: Group, tmp_path: Path) -> None:
    """South Ranch has both herds: its budget stands with one of them, what it sold is divided."""
    made = small_lake(tmp_path, group)
    place = {"location": "South Ranch", "company": "south"}
    budgeted = line(DECEMBER, "Sales Revenue", "300.00", "500.00", pillar="Cow-Calf", **place)
    divided = line(DECEMBER, "Sales Revenue", "180.00", "0.00", pillar="Grain", **place)
    publish(made, "gold/budget_vs_actual", [budgeted, divided, line(DECEMBER, "Sales Revenue", "1.00", "2.00")])
    release(made, GOLD, "second", group)
    opened = open_release(made, group.time_zone)

    def told(**whom: Any) -> list[str]:
        return [note for note in budget(Question(opened, group, DECEMBER, **whom)).notes if "divided" in note]

    for herd in ("Cow-Calf", "Cattle", "Grain"):
        (note,) = told(pillar=herd)
        assert note.startswith("South Ranch: ")
    assert told() == told(company="south") == []
    assert "divided" not in " ".join(budget(Question(open_release(lake, group.time_zone), group, DECEMBER)).notes)
