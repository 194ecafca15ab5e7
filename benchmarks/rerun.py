"""One company-month again: `python benchmarks/rerun.py --scale 1`, after pipeline.py at that scale.

The month is closed for every company; then, in the largest company's books, a document of it is changed, and
`monette run` brings the month up to date: from typing it to gold committed, its month in every table, the restatement
of what was closed, and balances and the group's statements to the latest month. Once with --no-fetch, the
changed reports being in bronze already, and once fetching them from the simulator over HTTP on loopback. Then how long
the code location takes to load, best of five.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bronze import SEED, report_rows
from measuring import ROOT, Measured, measure
from pipeline import environment, home_of, lines_of, linked, phases

from monette_assets.bronze import quickbooks_reports
from monette_assets.bronze.appending import append_commit
from monette_assets.group import Group, load_group
from monette_assets.group.calendar import add_months, month_end, months_between
from monette_assets.lake import Lake
from monette_assets.simulator.generator import generate_company
from monette_assets.simulator.model import Books
from monette_assets.simulator.reports import LedgerIndex
from monette_assets.simulator.server import running

COMPANY = "harrow_plains"  # the one with the most postings
MONTHS_BACK = 12
RESTATED = 1  # the status of `monette run`: the closed month's restatement waits for somebody's approval
REACHED = (  # tables that an edited document of a closed month must change
    "gold/ledger", "gold/trial_balance", "gold/profit_and_loss", "gold/balance_sheet", "gold/translated_balances",
    "gold/consolidated_statements", "gold/changes_in_equity", "gold/restatements", "gold/restated_lines",
)  # fmt: skip


def rerun(scale: float, *, fetch: bool) -> Measured:
    """One company-month of the pipeline's home again, by the command line, in a fresh process.

    Raises RuntimeError where a command fails or a table that the edit touches is not committed anew.
    """
    standing = home_of(scale)
    home = linked(standing / "lake", standing / "group", home_of(scale, "rerun"))
    shutil.copytree(standing / "dagster", home / "dagster")
    group, lake = load_group(home / "group"), Lake(str(home / "lake"))
    last = latest_month(lake)
    period = add_months(last, -MONTHS_BACK)
    books = generate_company(group, group.company(COMPANY), seed=SEED, until=month_end(last), scale=scale)
    before = list(_reports(group, books, period, last))
    edit(books, period)
    settings = environment(home)
    close = [sys.executable, "-m", "monette_assets.cli", "close", f"{period:%Y-%m}", "--all", "--by", "I. Halvorsen"]
    subprocess.run(close, check=True, cwd=ROOT, env={**os.environ, **settings}, stdout=sys.stderr)
    command = ["-m", "monette_assets.cli", "run", "--from", f"{period:%Y-%m}", "--to", f"{period:%Y-%m}"]
    command += ["--company", COMPANY]
    before_edit = {name: lake.version(name) for name in REACHED}
    if fetch:
        with tempfile.TemporaryDirectory() as state, running({books.realm_id: books}, state=Path(state)) as simulator:
            settings |= {
                "MONETTE_QUICKBOOKS_URL": simulator.url,
                "MONETTE_QUICKBOOKS_TOKEN_URL": f"{simulator.url}/oauth2/v1/tokens/bearer",
                "MONETTE_BANK_OF_CANADA_URL": f"{simulator.url}/valet",
            }
            connect = [sys.executable, "-m", "monette_assets.cli", "connect", COMPANY]
            subprocess.run(connect, check=True, cwd=ROOT, env={**os.environ, **settings})
            measured = measure(command, settings, tells=False, status=RESTATED)
    else:
        known = {(row["period"], row["report"]): row["content_hash"] for row in before}
        changed = [
            row
            for row in _reports(group, books, period, last)
            if known[row["period"], row["report"]] != row["content_hash"]
        ]
        append_commit(lake, quickbooks_reports.CONTRACT, changed, "benchmark-edit", group, datetime.now(UTC))
        measured = measure([*command, "--no-fetch"], settings, tells=False, status=RESTATED)
    if missed := [name for name in REACHED if lake.version(name) == before_edit[name]]:
        raise RuntimeError(f"{home}: the edit did not reach {', '.join(missed)}")
    measured.told["tables"] = measure([__file__, "--phases"], settings).told
    return measured


def latest_month(lake: Lake) -> date:
    """The last month the lake holds balances of."""
    from monette_assets.automation.chain import latest_period

    found = latest_period(lake)
    if found is None:
        raise RuntimeError(f"{lake.url} has no balances: run pipeline.py first")
    return found


def edit(books: Books, period: date) -> None:
    """Move ten cents from one line of the month's longest document to another: both accounts change."""
    within = [each for each in books.documents.values() if period <= each.date <= month_end(period)]
    document = max(within, key=lambda each: len({posting.account_id for posting in each.postings}))
    first = document.postings[0]
    other = next(posting for posting in document.postings if posting.account_id != first.account_id)
    first.amount += 10
    other.amount -= 10


def _reports(group: Group, books: Books, first: date, last: date) -> Iterator[dict[str, Any]]:
    company = group.company(books.code)
    return report_rows(group, company, LedgerIndex(books), months_between(first, last), "benchmark-edit")


def phases_of_newest_chain() -> Mapping[str, Mapping[str, float]]:
    """Seconds by phase of the tables of the newest chain of runs in the environment's instance."""
    from monette_assets.automation.chain import CHAIN_TAG
    from monette_assets.home import dagster_instance
    from monette_assets.settings import Settings

    with dagster_instance(Settings()) as instance:
        runs = instance.get_runs(limit=10)
        newest = runs[0].tags[CHAIN_TAG]
        return phases(instance, [run.run_id for run in reversed(runs) if run.tags.get(CHAIN_TAG) == newest])


def loading(times: int = 5) -> list[float]:
    """Seconds of `import monette_assets.definitions` in a fresh process, as often as asked, the best first."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import monette_assets.definitions"], check=True, cwd=ROOT)
        spent.append(time.perf_counter() - start)
    return sorted(spent)


def show(title: str, measured: Measured) -> None:
    """Print one rerun."""
    print(
        f"{title}: wall {measured.wall:.1f} s, CPU {measured.cpu:.1f} s, peak {measured.peak / 1e9:.2f} GB, "
        f"load before {measured.load:.1f}, others {measured.others:.1f} cores"
    )
    print("\n".join(lines_of(measured)))


def main() -> None:
    """Measure, or tell the phases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--phases", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.phases:
        asked.result.write_text(json.dumps(phases_of_newest_chain()))
        return
    show("one company-month, --no-fetch", rerun(asked.scale, fetch=False))
    show("one company-month, fetching", rerun(asked.scale, fetch=True))
    spent = loading()
    print(f"code location: {spent[0]:.2f} s best of {len(spent)}, {spent[-1]:.2f} s worst")


if __name__ == "__main__":
    main()
