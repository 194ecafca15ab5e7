"""Which months, or tables without months, a change of an input reaches."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets.bronze import landing_files
from monette_assets.bronze.appending import append_commit
from monette_assets.gold import tie_out
from monette_assets.lake import Lake
from monette_assets.silver import adjustments, budgets
from monette_assets.tables.provenance import ABSENT
from monette_assets.tables.reach import Change, months_changed
from monette_assets_tests.frames import NOW, group_of
from monette_assets_tests.reports.small_lake import commit_of, filled

if TYPE_CHECKING:
    from monette_assets.tables import Contract


def test_a_sheet_reaches_the_table_it_feeds_and_no_other_though_it_is_the_first_ever(tmp_path: Path) -> None:
    group, lake = group_of(tmp_path / "contract"), Lake(str(tmp_path / "lake"))
    row = {
        "file_name": "budget.xlsx", "version": 1, "kind": "budget", "content": b"", "content_hash": "", "size": 0,
        "unread_tabs": [], "modified_at": NOW, "received_at": NOW, "run_id": "run",
    }  # fmt: skip
    append_commit(lake, landing_files.CONTRACT, [row], "run", group, NOW)
    version = lake.version(landing_files.CONTRACT.name)
    assert version is not None

    def reached(table: Contract) -> object:
        return months_changed(Change(lake, group, table, table.inputs["files"], ABSENT, version))

    assert reached(adjustments.CONTRACT) == set()
    assert reached(budgets.CONTRACT) is None  # all of it


def test_what_is_committed_after_a_look_began_hides_nothing_from_it(tmp_path: Path) -> None:
    """The look is at version 0, a budget; head counts have come since."""
    group, lake = group_of(tmp_path / "contract"), Lake(str(tmp_path / "lake"))
    for number, kind in enumerate(("budget", "head_counts")):
        row = {
            "file_name": f"{kind}.xlsx", "version": 1, "kind": kind, "content": b"", "content_hash": kind, "size": 0,
            "unread_tabs": [], "modified_at": NOW, "received_at": NOW, "run_id": f"run-{number}",
        }  # fmt: skip
        append_commit(lake, landing_files.CONTRACT, [row], f"run-{number}", group, NOW)
    newest = lake.version(landing_files.CONTRACT.name)
    assert newest is not None
    table = budgets.CONTRACT
    assert months_changed(Change(lake, group, table, table.inputs["files"], newest - 2, newest - 1)) is None


def test_an_entry_of_a_log_reaches_its_month_and_no_other_though_it_is_the_first_ever(tmp_path: Path) -> None:
    group, lake = group_of(tmp_path / "contract"), Lake(str(tmp_path / "lake"))
    table, log = tie_out.CONTRACT, "accepted_differences"

    def reached(before: int) -> object:
        version = lake.version(log)
        assert version is not None
        return months_changed(Change(lake, group, table, table.inputs[log], before, version))

    def append(number: int, period: date) -> None:
        data = filled(log, [{"number": number, "period": period}])
        lake.append(log, data, schema=data.schema, commit=commit_of(log, str(number)))

    append(1, date(2024, 12, 1))
    assert reached(ABSENT) == {date(2024, 12, 1)}
    first = lake.version(log)
    append(2, date(2025, 3, 1))
    assert first is not None
    assert reached(first) == {date(2025, 3, 1)}
    assert reached(ABSENT) == {date(2024, 12, 1), date(2025, 3, 1)}
