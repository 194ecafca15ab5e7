"""A year of daily publishes, with the weekly maintenance and without: `python benchmarks/year.py`.

Two tables grow as they do in production: one as gold (a ledger, by month; every day a company's running month is
replaced by rows that differ) and one as bronze (payloads of 40 KB appended). Two lakes live the same days side by side,
so that what else the machine does meets both. Before the first day and after day 1, 30 and 365: what it takes to open
the ledger, to read all of it and a unit (a company's month), to publish a unit, to read when everything was fetched:
processor time of all threads, the least of nine, which other work on the machine hardly touches. Then rows of the
ledger, files, bytes of log and of disk.

The days pass within minutes, but retention goes by the clock: vacuum deletes nothing yet, and checkpoints still name
every file that was ever replaced. So opening, log and disk are the most they can be.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from measuring import ROOT, WORK, folder_bytes, machine

from monette_assets.automation.maintenance import maintain
from monette_assets.bronze import quickbooks_reports
from monette_assets.group import Group, load_group
from monette_assets.group.calendar import add_months, months_between
from monette_assets.group.loading import DEMO_FOLDER
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.lake.layout import PAYLOADS

PAGE = ROOT / "docs" / "benchmarks_year.md"
TOLD = (0, 1, 30, 365)  # and the last
TIMED = ("open", "read", "month", "publish", "fetches")
SUNDAY = 6
FIRST, BEGIN = date(2023, 1, 1), date(2025, 1, 1)  # two years of history before the first day
LINES = 250  # of a company-month
GOLD, BRONZE = "gold/ledger", "bronze/quickbooks_reports"
AT = datetime(2025, 1, 1, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("account_id", pa.string()),
        ("line_number", pa.int32()),
        ("memo", pa.string()),
        ("amount", pa.decimal128(18, 2)),
    ]
)
REPEATS = 9

Figures = dict[str, Any]


class Year:
    """A lake that lives through the days, with two years of history before the first."""

    def __init__(self, group: Group, folder: Path, *, maintained: bool) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.group, self.lake, self.maintained = group, Lake(str(folder)), maintained
        self.companies = [company.code for company in group.companies]
        self.dice, self.told, self.maintaining = random.Random(2024), list[Figures](), list[float]()
        history = [(code, period) for period in months_between(FIRST, add_months(BEGIN, -1)) for code in self.companies]
        publish(self.lake, [rows(self.dice, *unit) for unit in history], history, "history")

    def live(self, day: int) -> None:
        """A company's month is published anew and its fetch kept; on Sundays the lake is maintained."""
        today = BEGIN + timedelta(days=day - 1)
        unit = (self.dice.choice(self.companies), today.replace(day=1))
        publish(self.lake, [rows(self.dice, *unit)], [unit], f"day-{day}")
        append(self.lake, self.dice, unit, day)
        if self.maintained and today.weekday() == SUNDAY:
            start = time.perf_counter()
            for table in (GOLD, BRONZE):
                maintain(self.lake, table, f"maintenance-{day}", self.group, AT)
            self.maintaining.append(time.perf_counter() - start)

    def tell(self, day: int) -> None:
        """How long things take now, and how much there is."""
        unit, lake, counter = (self.companies[0], FIRST), self.lake, iter(range(REPEATS))
        one = Scope.of(("company", "period"), [unit])
        self.told.append(
            {
                "day": day,
                "open": least(lambda: lake.open(GOLD)),
                "read": least(lambda: lake.read(GOLD).num_rows),
                "month": least(lambda: lake.read(GOLD, scope=one).num_rows),
                "publish": least(
                    lambda: publish(lake, [rows(self.dice, *unit)], [unit], f"told-{day}-{next(counter)}")
                ),
                "fetches": least(lambda: lake.read(BRONZE, columns=["company", "fetched_at"])) if day else None,
                "rows": lake.read(GOLD, columns=["period"]).num_rows,
                "files": sum(len(lake.open(table).file_uris()) for table in (GOLD, BRONZE) if lake.exists(table)),
                "log": sum(folder_bytes(Path(lake.uri(table), "_delta_log")) for table in (GOLD, BRONZE)),
                "disk": folder_bytes(Path(lake.url)),
            }
        )


def rows(dice: random.Random, company: str, period: date) -> pa.Table:
    """The lines of a company's month, another time than before."""
    cents = [dice.randrange(-10_000_000, 10_000_000) for _ in range(LINES)]
    return pa.table(
        {
            "company": [company] * LINES,
            "period": pa.array([period] * LINES, pa.date32()),
            "account_id": [str(dice.randrange(1, 120)) for _ in range(LINES)],
            "line_number": pa.array(range(LINES), pa.int32()),
            "memo": [f"Delivery {dice.randrange(10**9)}" for _ in range(LINES)],
            "amount": pa.array([Decimal(each).scaleb(-2) for each in cents], pa.decimal128(18, 2)),
        },
        schema=SCHEMA,
    )


def publish(lake: Lake, parts: list[pa.Table], units: list[tuple[str, date]], name: str) -> None:
    """One commit that replaces these company-months."""
    lake.publish(
        GOLD,
        pa.concat_tables(parts),
        schema=SCHEMA,
        scope=Scope.of(("company", "period"), units),
        commit=commit(name),
        partition_by=("period",),
    )


def append(lake: Lake, dice: random.Random, unit: tuple[str, date], day: int) -> None:
    """One fetch, as bronze keeps it."""
    contract = quickbooks_reports.CONTRACT
    row = {
        "company": unit[0],
        "period": unit[1],
        "basis": "accrual",
        "report": "general_ledger",
        "fetch_id": f"day-{day}",
        "fetched_at": AT,
        "requests": ["{}"],
        "payloads": [dice.randbytes(20_000).hex()],
        "content_hash": str(day),
        "run_id": f"day-{day}",
    }
    lake.append(
        contract.name,
        pa.Table.from_pylist([row], schema=contract.arrow_schema),
        schema=contract.arrow_schema,
        commit=commit(f"fetch-{day}"),
        partition_by=contract.layout,
        layout=PAYLOADS,
    )


def commit(name: str) -> Commit:
    return Commit(run_id=name, publish_id=name, code_version="1", contract_version="1", at=AT)


def least(what: Callable[[], object]) -> float:
    """Processor seconds of the cheapest of several."""
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        what()
        found.append(time.process_time() - start)
    return min(found)


def page(years: Mapping[str, Year], load: float, asked: str) -> Iterator[str]:
    """The Markdown page."""
    yield "# A year of daily commits"
    yield ""
    yield "Written by `python benchmarks/year.py`; do not edit. Processor time;"
    yield "what is measured, and how, stands at its top."
    yield ""
    told = ", ".join(f"{name}: {value}" for name, value in machine().items())
    yield f"{told}. {datetime.now(UTC):%Y-%m-%d}, `{asked}`, load average {load:.1f}."
    for name, year in years.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| day | open | read all | read a unit | publish a unit | read when fetched | rows | files | log | disk |"
        yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
        for each in year.told:
            seconds = " | ".join("" if each[name] is None else f"{each[name] * 1000:.0f} ms" for name in TIMED)
            yield (
                f"| {each['day']} | {seconds} | {each['rows']:,} | {each['files']:,} | {each['log'] / 1e6:.1f} MB | "
                f"{each['disk'] / 1e6:.0f} MB |"
            )
        first, last = year.told[1], year.told[-1]
        ratios = " | ".join(f"{last[name] / first[name]:.2f}" for name in TIMED)
        yield f"| last by day {first['day']} | {ratios} | {last['rows'] / first['rows']:.2f} | | | |"
        if year.maintaining:
            yield ""
            most = max(year.maintaining)
            yield f"{len(year.maintaining)} times maintained, {most:.1f} s at most."
    yield ""


def main() -> None:
    """Measure both years and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args()
    group = load_group(DEMO_FOLDER)
    years = {
        title: Year(group, WORK / "year" / title.split()[0].lower(), maintained=maintained)
        for title, maintained in (("With the weekly maintenance", True), ("Without", False))
    }
    for day in range(asked.days + 1):
        for year in years.values():
            if day:
                year.live(day)
            if day in TOLD or day == asked.days:
                year.tell(day)
    command = "python benchmarks/year.py" + (
        f" --days {asked.days}" if asked.days != parser.get_default("days") else ""
    )
    asked.page.write_text("\n".join(page(years, os.getloadavg()[0], command)), encoding="utf-8")
    print(json.dumps({title: year.told for title, year in years.items()}))


if __name__ == "__main__":
    main()
