"""A dropped sheet end to end: taken in, published, its refusals in quarantine; the same again changes nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monette_assets.automation import chain
from monette_assets_tests.automation.conftest import DECEMBER, NOVEMBER, World
from monette_assets_tests.frames import shown
from monette_assets_tests.landed import workbook


def test_a_dropped_budget_is_published_and_what_is_wrong_with_it_quarantined(world: World) -> None:
    header = ["Account", "Nov 2024", "Dec 2024"]
    content = workbook(
        {
            "North Home": [["Company", "north"], header, [5300, 100, 200.5]],
            "South Ranch": [["Company", "south"], header, [5300, "a lot", 2]],
        }
    )
    folder = Path(world.settings.landing_url)
    folder.mkdir()
    (folder / "budget.xlsx").write_bytes(content)
    at = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(folder / "budget.xlsx", (at, at))
    steps = chain.plan_landing([NOVEMBER, DECEMBER], ["silver/budgets"], latest=DECEMBER)

    result = chain.execute(world.definitions(), world.instance, steps)
    assert all(step.success for step in result.steps), [step.error for step in result.steps]
    assert [check.check_name for step in result.steps for check in step.failed_checks] == ["nothing_refused"]
    assert shown(world.lake.read("silver/budgets").to_pylist(), "company location period amount current") == [
        ("north", "North Home", "2024-11", "100.00", True),
        ("north", "North Home", "2024-12", "200.50", True),
    ]
    refused = [row for row in world.lake.read("quarantine").to_pylist() if row["table_name"] == "silver/budgets"]
    assert "South Ranch!B3: expected an amount, found text 'a lot'" in "; ".join(row["reason"] for row in refused)

    lines = [row for row in world.lake.read("gold/budget_vs_actual").to_pylist() if row["budget"] != 0]
    assert shown(lines, "company period location budget budget_cad budget_rate_source") == [
        ("north", "2024-11", "North Home", "100.00", "100.00", "home"),
        ("north", "2024-12", "North Home", "200.50", "200.50", "home"),
    ]
    summary = [row for row in world.lake.read("gold/financial_summary").to_pylist() if row["scenario"] == "budget"]
    assert ("2024-11", "Net Income", "-100.00") in shown(summary, "period line amount_cad")

    before = {
        table: world.lake.version(table)
        for table in ("bronze/landing_files", "silver/budgets", "gold/budget_vs_actual", "quarantine")
    }
    chain.execute(world.definitions(), world.instance, steps)
    assert {table: world.lake.version(table) for table in before} == before

    corrected = {"North Home": [["Company", "north"], header, [5300, 100, 200.5]]}
    (folder / "budget.xlsx").write_bytes(workbook(corrected))
    os.utime(folder / "budget.xlsx", (at, at))
    healed = chain.execute(world.definitions(), world.instance, steps)
    assert healed.ok, healed.failed_checks  # a new version without the refused tab leaves nothing in quarantine
    assert "silver/budgets" not in {row["table_name"] for row in world.lake.read("quarantine").to_pylist()}
