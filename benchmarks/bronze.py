"""A bronze lake of any size, made without HTTP: `python benchmarks/bronze.py --scale 1 --months 96`.

The demo group, every company a member for all of the months; its simulated books are asked the platform's own requests
by the platform's own fetching (bisection, refusals, content hash), in process.
Scale 1 is 0.7 M ledger lines over 15 companies x 96 months. The lake is kept, and made again when its code, seed
or size changes.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
import yaml
from measuring import ROOT, WORK, folder_bytes

from monette_assets.bronze import exchange_rates, landing_files, quickbooks_objects, quickbooks_reports
from monette_assets.bronze.appending import append_commit
from monette_assets.group import Company, Group, load_group
from monette_assets.group.calendar import add_months, month_end, months_between, period_of
from monette_assets.group.loading import DEMO_FOLDER
from monette_assets.lake import Lake
from monette_assets.simulator.entities import Entities
from monette_assets.simulator.generator import generate_company
from monette_assets.simulator.profiles import profile_of
from monette_assets.simulator.reports import LedgerIndex, ReportRequest, build_report
from monette_assets.simulator.sheets import write_sheets
from monette_assets.sources.landing.container import open_folder
from monette_assets.sources.quickbooks.client import Answer, QuickBooksClient
from monette_assets.sources.quickbooks.fetch import fetch_report
from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES, LIST_ENTITIES
from monette_assets.sources.quickbooks.requests import read_profile, report_requests

SEED = 2024
RUN_ID = "benchmark"
FLUSH_BYTES = 64_000_000
# What the payloads depend on: a change here makes the lake anew.
CODE = ("simulator", "group/demo", "bronze", "sources/quickbooks/requests.py", "sources/quickbooks/fetch.py")


@dataclass(frozen=True)
class Bronze:
    """A bronze lake in the work folder, the contract it was made of, and what is in it."""

    folder: Path
    first: date
    last: date
    facts: Mapping[str, int]

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    @property
    def group(self) -> Path:
        return self.folder / "group"


def bronze(scale: float, months: int = 96, work: Path = WORK) -> Bronze:
    """The lake of that size, made if it is not there."""
    last = add_months(period_of(datetime.now(UTC).date()), -1)
    first = add_months(last, 1 - months)
    name = f"bronze-{scale:g}x{months}-{last:%Y-%m}"
    folder = work / f"{name}-{_fingerprint()}"
    told = folder / "facts.json"
    if not told.exists():
        for outdated in work.glob(f"{name}-*"):
            shutil.rmtree(outdated)
        write_group(folder / "group", first)
        facts = _write_lake(folder, first, last, scale)
        told.write_text(json.dumps(facts))
    return Bronze(folder, first, last, json.loads(told.read_text()))


def _fingerprint() -> str:
    digest = sha256(f"{SEED}".encode())
    package = ROOT / "monette_assets"
    found = [Path(__file__)]
    for name in CODE:
        path = package / name
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    for path in found:
        if path.suffix in (".py", ".yaml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write_group(folder: Path, first: date) -> None:
    """The demo contract from an earlier month on, with every company in it all the time."""
    folder.mkdir(parents=True)
    for path in DEMO_FOLDER.glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.name == "group.yaml":
            content["first_period"] = first
        for company in content.get("companies", ()):
            company.pop("first_period", None)
            company.pop("last_period", None)
            if "rate_date" in company.get("opening", {}):
                company["opening"]["rate_date"] = first - timedelta(days=1)
        (folder / path.name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _write_lake(folder: Path, first: date, last: date, scale: float) -> dict[str, int]:
    group = load_group(folder / "group")
    start = time.perf_counter()
    # the largest first, so that both cores end together
    companies = sorted(group.companies, key=lambda each: -profile_of(each).volume)
    facts = {"companies": len(companies), "months": len(months_between(first, last)), "lines": 0, "reports": 0}
    facts |= {"objects": 0, "payload_bytes": 0}
    _write_rates(folder / "lake", group, first, last)
    lake = Lake(str(folder / "lake"))
    _write_sheets(lake, group)
    # tables are created in one place, before two processes write them
    for contract in (quickbooks_reports.CONTRACT, quickbooks_objects.CONTRACT):
        lake.create(contract.name, contract.arrow_schema, contract.layout)
    jobs = [(str(folder), each.code, first, last, scale) for each in companies]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for done, (code, counts) in enumerate(pool.imap_unordered(_write_company, jobs, chunksize=1), start=1):
            for name, count in counts.items():
                facts[name] += count
            seconds = time.perf_counter() - start
            print(f"{done:2d}/{len(jobs)} {code}: {counts['lines']:,} lines ({seconds:.0f} s so far)", flush=True)
    facts["disk_bytes"] = folder_bytes(folder / "lake")
    facts["seconds"] = round(time.perf_counter() - start)
    return facts


def _write_company(job: tuple[str, str, date, date, float]) -> tuple[str, dict[str, int]]:
    folder, code, first, last, scale = job
    gc.disable()  # books and answers are trees: little for a collector to find
    group = load_group(Path(folder) / "group")
    lake = Lake(str(Path(folder) / "lake"))
    company = group.company(code)
    books = generate_company(group, company, seed=SEED, until=month_end(last), scale=scale)
    counts = {
        "lines": sum(len(each.postings) for each in books.documents.values() if first <= each.date <= month_end(last)),
        "reports": 0,
        "objects": 0,
        "payload_bytes": 0,
    }
    index = LedgerIndex(books)
    for name, contract, rows in (
        ("reports", quickbooks_reports.CONTRACT, report_rows(group, company, index, months_between(first, last))),
        ("objects", quickbooks_objects.CONTRACT, object_rows(company, index)),
    ):
        for batch, size in _batches(rows):
            append_commit(lake, contract, batch, f"{RUN_ID}-{code}-{counts[name]}", group, datetime.now(UTC))
            counts[name] += len(batch)
            counts["payload_bytes"] += size
    del books, index
    gc.collect()
    return code, counts


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Rows by some megabytes of payload: memory stays bounded, and a commit holds many."""
    batch: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row["payload"]) if "payload" in row else sum(map(len, row["payloads"]))
        if size >= FLUSH_BYTES:
            yield batch, size
            batch, size = [], 0
    if batch:
        yield batch, size


class InProcess:
    """Answers the QuickBooks client's questions from books, as the simulator does, without HTTP."""

    def __init__(self, index: LedgerIndex) -> None:
        self.index, self.entities = index, Entities(index)
        self.realms = {index.books.code: index.books.realm_id}

    def get(
        self, company: str, path: str, params: Mapping[str, str], *, kind: str, retry_timeouts: bool = True
    ) -> Answer:
        """As `QuickBooksClient.get`, for CompanyInfo, Preferences and reports."""
        if path.startswith("companyinfo"):
            content: dict[str, Any] = {"CompanyInfo": self.entities.company_info()}
        elif path == "preferences":
            content = {"Preferences": self.entities.preferences()}
        else:
            end = date.fromisoformat(params.get("report_date") or params["end_date"])  # an aging stands at a day
            asked = ReportRequest(
                path.removeprefix("reports/"),
                date.fromisoformat(params.get("start_date") or end.isoformat()),
                end,
                params.get("accounting_method", "Accrual"),
                tuple(key for key in params.get("columns", "").split(",") if key),
                time=datetime.now(UTC),
            )
            content = build_report(self.index, asked)
        return Answer(orjson.dumps(content).decode(), content, 200, "in process", datetime.now(UTC))


def report_rows(
    group: Group, company: Company, index: LedgerIndex, periods: list[date], run_id: str = RUN_ID
) -> Iterator[dict[str, Any]]:
    """Rows of bronze/quickbooks_reports: what the platform asks of each month."""
    client = cast("QuickBooksClient", InProcess(index))
    profile = read_profile(client, company.code, home_currency=company.home_currency)
    for period in periods:
        for request in report_requests(profile, period, first_month=period == company.first_period):
            yield quickbooks_reports._row(fetch_report(client, request), run_id, None)


def object_rows(company: Company, index: LedgerIndex) -> Iterator[dict[str, Any]]:
    """Rows of bronze/quickbooks_objects: every list and document."""
    entities, now = Entities(index), datetime.now(UTC)
    for entity in (*LIST_ENTITIES, *DOCUMENT_ENTITIES):
        for identifier in entities.identifiers(entity):
            content = entities.json(entity, identifier)
            payload = orjson.dumps(content).decode()
            yield {
                "company": company.code,
                "entity": entity,
                "object_id": identifier,
                "deleted": False,
                "modified_at": content["MetaData"]["LastUpdatedTime"],
                "payload": payload,
                "content_hash": sha256(payload.encode()).hexdigest(),
                "fetched_at": now,
                "run_id": RUN_ID,
            }


def _write_sheets(lake: Lake, group: Group) -> None:
    """The finance office's budgets and adjustments, as landed; not its head counts: by hand no herd is split."""
    with tempfile.TemporaryDirectory() as landed:
        write_sheets(group, Path(landed))
        for counts in Path(landed).glob("Head counts*"):
            counts.unlink()
        now = datetime.now(UTC)
        taken = landing_files.take_in(open_folder(landed), landing_files.stored(lake), RUN_ID, now)
    if taken.rejected:
        raise RuntimeError(f"expected every simulated sheet to be readable, found {taken.rejected}")
    append_commit(lake, landing_files.CONTRACT, taken.rows, RUN_ID, group, now)


def _write_rates(folder: Path, group: Group, first: date, last: date) -> None:
    from monette_assets.simulator.exchange_rates import series as published

    rows = []
    for series in exchange_rates.series_of(group):
        for period in months_between(first, last):
            start, end = period - timedelta(days=exchange_rates.DAYS_BEFORE), month_end(period)
            told = [{"d": day.isoformat(), series: {"v": format(rate, "f")}} for day, rate in published(start, end)]
            payload = orjson.dumps({"seriesDetail": {series: {"label": series}}, "observations": told}).decode()
            rows.append(
                {
                    "period": period,
                    "series": series,
                    "payload": payload,
                    "content_hash": sha256(payload.encode()).hexdigest(),
                    "fetched_at": datetime.now(UTC),
                    "run_id": RUN_ID,
                }
            )
    append_commit(Lake(str(folder)), exchange_rates.CONTRACT, rows, RUN_ID, group, datetime.now(UTC))


def main() -> None:
    """Make the lake and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--months", type=int, default=96)
    asked = parser.parse_args()
    made = bronze(asked.scale, asked.months)
    print(made.folder)
    for name, count in made.facts.items():
        print(f"{name}: {count:,}")


if __name__ == "__main__":
    main()
