"""The average rates of a release, as its ledger has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from monette_assets.group import load_group
from monette_assets.lake import Lake, Scope
from monette_assets.reports.average_rates import average_rates
from monette_assets.reports.released import open_release
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, commit_of, filled, publish

LEDGER = "gold/ledger"
LINE = {"company": "south", "currency": "USD", "average_rate": Decimal("1.40"), "rate_source": "Bank of Canada",
        "rate_date": date(2024, 12, 31)}  # fmt: skip


def test_a_release_older_than_the_rates_day_and_source_has_the_rate_alone(tmp_path: Path) -> None:
    group, lake = load_group(write_contract(tmp_path / "group")), Lake(str(tmp_path / "lake"))
    given = [{**LINE, "period": NOVEMBER}, {**LINE, "period": DECEMBER}, {**LINE, "period": DECEMBER}]
    older = filled(LEDGER, given).drop_columns(["rate_date", "rate_source"])
    commit = commit_of(LEDGER, "older")
    lake.publish(LEDGER, older, schema=older.schema, scope=Scope.everything(), commit=commit)
    release(lake, GOLD, "run", group)
    publish(lake, LEDGER, given, "newer")
    release(lake, GOLD, "run-2", group)
    unit, rate = ("south", DECEMBER), Decimal("1.400000")

    def found(number: str) -> list[object]:
        row = average_rates(open_release(lake, group.time_zone, number), [DECEMBER])[unit]
        return [row[name] for name in ("average_rate", "rate_date", "rate_source")]

    assert (found("1"), found("2")) == ([rate, None, None], [rate, date(2024, 12, 31), "Bank of Canada"])
