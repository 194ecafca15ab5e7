"""Every measurement of docs/benchmarks.md: `make bench`, or `python benchmarks/run.py [--scale 1] [--scale 10]`.

Each scale: a bronze lake (made once), the pipeline, the same by hand, both compared. At scale 1 also one company-month
again, and the loading of the code location. Figures are kept beside the lakes; the page is written from all of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import by_hand
import pack
import pipeline
import rerun
from bronze import bronze
from measuring import ROOT, WORK, Measured, folder_bytes, machine

PAGE = ROOT / "docs" / "benchmarks.md"
MONTHS = 96
AIMS = {1.0: (90, 2.0), 10.0: (480, 4.0)}  # seconds, GB
AIM_RATIO = 2.5
AIM_RERUN = 20.0
AIM_RESTATED = 30.0
AIM_PACK = 20.0
AIM_LOADING = 3.0
AIM_FINANCE = {1.0: 30, 10.0: 240}  # seconds of data work of all gold tables
AIM_FINANCE_GB = 2.0  # at scale 1
LISTS = ("silver/accounts", "silver/classes", "silver/contacts", "silver/exchange_rates", "silver/locations")
QUIET = 0.3  # cores busy with something else, on average; the simulator and the sampling take some themselves
MEASURED = ("pipeline", "by_hand", "pack", "rerun", "rerun_fetching")
SHOWN = 8  # the largest items of a run

DATA_PHASES = tuple(phase for phase in pipeline.PHASES if phase != "dagster")

Figures = dict[str, Any]


def measure_scale(scale: float) -> Figures:
    """Everything at one scale."""
    made = bronze(scale, MONTHS)
    home = pipeline.linked(made.lake, made.group, pipeline.home_of(scale))
    cold = pipeline.run_pipeline(made, home)
    (home / "measured.json").write_text(json.dumps({"wall": cold.wall}))
    pipeline.show(f"scale {scale:g}", cold)
    folder = WORK / "hand" / f"{scale:g}"
    hand = by_hand.run_by_hand(home, folder)
    compared = by_hand.compare(folder, home / "lake")
    by_hand.show(hand, compared)
    figures: Figures = {
        "scale": scale,
        "facts": dict(made.facts),
        "first": f"{made.first:%Y-%m}",
        "last": f"{made.last:%Y-%m}",
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "code": _revision(),
        "lake_bytes": folder_bytes(home / "lake"),
        "pipeline": asdict(cold),
        "by_hand": asdict(hand),
        "compared": compared,
    }
    if scale == 1:
        figures["pack"] = asdict(pack.pack(scale))
        for name, fetch in (("rerun", False), ("rerun_fetching", True)):
            again = rerun.rerun(scale, fetch=fetch)
            rerun.show(name, again)
            figures[name] = asdict(again)
        figures["loading"] = rerun.loading()
    return figures


def _revision() -> str:
    """The commit that was measured, with a mark where the tree differs from it."""
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def page(found: list[Figures]) -> Iterator[str]:
    """The Markdown page, from the figures of every scale."""
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench` (`python benchmarks/run.py`, for scale 10 `--scale 10`); do not edit. What each"
    yield "figure is and how it is taken stands at the top of each file in `benchmarks/`."
    yield ""
    runs = [figures[name] for figures in found for name in MEASURED if name in figures]
    if (others := max(run["others"] for run in runs)) > QUIET:
        yield f"**The machine was not quiet** (up to {others:.1f} of its cores were busy with something else): wall"
        yield "seconds, and ratios of them, mean little here, CPU seconds more. Measure again."
        yield ""
    yield "## Against the aims"
    yield ""
    yield "| what | aim | measured | |"
    yield "|---|---:|---:|---|"
    for figures in found:
        yield from _against_aims(figures)
    yield from _growth(found)
    for figures in found:
        yield ""
        yield from _scale(figures)
    first = found[0]
    if "rerun" in first:
        yield ""
        yield from _reruns(first)
    yield ""


def _row(what: str, aim: float, measured: float, unit: str) -> str:
    digits = 1 if unit == "s" else 2
    verdict = "met" if measured <= aim else f"missed by {measured - aim:.{digits}f} {unit} ({measured / aim:.1f}x)"
    return f"| {what} | {aim:g} {unit} | {measured:.{digits}f} {unit} | {verdict} |"


def _against_aims(figures: Figures) -> Iterator[str]:
    scale, cold = f"scale {figures['scale']:g}", Measured(**figures["pipeline"])
    name = f"{scale}, bronze to statements that tie out, cold, {MONTHS} months"
    if figures["scale"] in AIMS:
        seconds, gigabytes = AIMS[figures["scale"]]
        until = cold.told["statements_at"]
        yield _row(f"{name}: wall", seconds, cold.wall - cold.told["finance"], "s")
        yield _row(f"{name}: peak memory", gigabytes, cold.between(0, until)[1] / 1e9, "GB")
        yield _row(f"{scale}, every other table after them: peak memory", gigabytes, cold.peak / 1e9, "GB")
    ratio = data_seconds(figures) / sum(figures["by_hand"]["told"].values())
    yield _row(f"{scale}: data work against the script by hand", AIM_RATIO, ratio, "x")
    if figures["scale"] in AIM_FINANCE:
        gold = {name: spent for name, spent in cold.told["tables"].items() if name.startswith("gold/")}
        yield _row(f"{scale}: all gold tables, data work", AIM_FINANCE[figures["scale"]], data_work(figures, gold), "s")
        if figures["scale"] == 1:
            peak = max(cold.between(spent["start"], spent["end"])[1] for spent in gold.values())
            yield _row(f"{scale}: all gold tables, peak memory", AIM_FINANCE_GB, peak / 1e9, "GB")
    if "rerun" in figures:
        yield _row("one company-month again, --no-fetch", AIM_RERUN, figures["rerun"]["wall"], "s")
        yield _row("one company-month again, fetching", AIM_RERUN, figures["rerun_fetching"]["wall"], "s")
        restated = "a closed company-month restated in every statement, later months' balances included"
        yield _row(f"{restated}, --no-fetch", AIM_RESTATED, figures["rerun"]["wall"], "s")
        yield _row("a month's board pack", AIM_PACK, figures["pack"]["wall"], "s")
        yield _row("code location loads (best of 5)", AIM_LOADING, figures["loading"][0], "s")


def _growth(found: list[Figures]) -> Iterator[str]:
    for smaller, larger in pairwise(found):
        lines = larger["facts"]["lines"] / smaller["facts"]["lines"]
        walls = [each["pipeline"]["wall"] - each["pipeline"]["told"]["finance"] for each in (larger, smaller)]
        wall = walls[0] / walls[1]
        yield _row(
            f"growth of wall to the statements, scale {smaller['scale']:g} to {larger['scale']:g}",
            round(lines, 2),
            wall,
            "x",
        )


def data_seconds(figures: Figures) -> float:
    """Data work of the tables the script makes by hand, and of the lists it reads for them."""
    return data_work(figures, [*LISTS, *figures["compared"]])


def data_work(figures: Figures, tables: Iterable[str]) -> float:
    """Seconds of these tables without Dagster's own."""
    told: dict[str, dict[str, float]] = figures["pipeline"]["told"]["tables"]
    return sum(seconds for table in tables for phase, seconds in told[table].items() if phase in DATA_PHASES)


def _scale(figures: Figures) -> Iterator[str]:
    facts, cold, hand = figures["facts"], figures["pipeline"], figures["by_hand"]
    scale, tables = figures["scale"], cold["told"]["tables"]
    yield f"## Scale {scale:g}"
    yield ""
    yield ", ".join(f"{name}: {value}" for name, value in figures["machine"].items()) + "."
    yield f"Code {figures['code']}, {figures['measured_at']}, `python benchmarks/run.py --scale {scale:g}`."
    yield ""
    yield (
        f"{facts['companies']} companies x {facts['months']} months ({figures['first']} to {figures['last']}): "
        f"{facts['lines']:,} ledger lines in {facts['reports']:,} reports, {facts['objects']:,} "
        f"objects; {facts['payload_bytes'] / 1e6:,.0f} MB of JSON, {facts['disk_bytes'] / 1e6:,.0f} MB on disk. "
        f"With silver and gold {figures['lake_bytes'] / 1e6:,.0f} MB."
    )
    yield ""
    yield "| | wall | CPU | peak memory | others |"
    yield "|---|---:|---:|---:|---:|"
    for name, run in (("platform", cold), ("by hand", hand)):
        yield _run_row(name, run)
    yield ""
    spent = sum(map(pipeline.seconds_of, tables.values()))
    told = cold["told"]
    yield (
        f"Of the platform's {cold['wall']:.1f} s the tables below are {spent:.1f} s; loading the code took "
        f"{told['load']:.1f} s, the rest is starting and ending the process. Seconds:"
    )
    yield ""
    yield from pipeline.lines_of(Measured(**cold))
    yield ""
    yield "Where most of it goes:"
    yield ""
    items = [(phases[phase], table, phase) for table, phases in tables.items() for phase in pipeline.PHASES]
    for seconds, table, phase in sorted(items, reverse=True)[:SHOWN]:
        yield f"- {seconds:.1f} s ({seconds / spent:.0%}): {phase} of {table}"
    yield ""
    yield (
        f"CPU seconds in all, the tables not made by hand included: {cold['cpu'] / hand['cpu']:.1f}x "
        f"those by hand. Data work (all but Dagster's own) of the tables made by hand too: "
        f"{data_seconds(figures):.1f} s wall, by hand "
        f"{sum(hand['told'].values()):.1f} s ("
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in hand["told"].items())
        + "). Rows compared, every business column:"
    )
    yield ""
    yield "| table | equal | only by hand | only in the platform |"
    yield "|---|---:|---:|---:|"
    for table, (same, ours, theirs) in figures["compared"].items():
        yield f"| {table} | {same:,} | {ours:,} | {theirs:,} |"
    if not told["ok"]:
        yield ""
        yield f"Not all was well: {', '.join(told['failed_checks']) or 'a run failed'}."


def _run_row(name: str, run: Figures) -> str:
    return f"| {name} | {run['wall']:.1f} s | {run['cpu']:.1f} s | {run['peak'] / 1e9:.2f} GB | {run['others']:.1f} |"


def _reruns(figures: Figures) -> Iterator[str]:
    yield "## One company-month again"
    yield ""
    yield (
        f"The month of {rerun.MONTHS_BACK} months ago is closed for every company, a document of it in the largest "
        "company's books is changed, and `monette run` brings that month up to date: from a fresh process to gold "
        "committed, with the restatement of what was closed, and balances to the latest month."
    )
    yield ""
    yield "| | wall | CPU | peak memory | others |"
    yield "|---|---:|---:|---:|---:|"
    names = {"rerun": "--no-fetch", "rerun_fetching": "fetching over HTTP"}
    for name, title in (*names.items(), ("pack", "a month's board pack, `monette report pack`")):
        yield _run_row(title, figures[name])
    for name, title in names.items():
        yield ""
        yield f"Seconds, {title}:"
        yield ""
        yield from pipeline.lines_of(Measured(**figures[name]))
    yield ""
    seconds = ", ".join(f"{each:.2f}" for each in figures["loading"])
    yield f"Loading the code location (`import monette_assets.definitions` in a fresh process): {seconds} s."


def main() -> None:
    """Measure the scales asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, action="append", help="1 if left out; may be repeated")
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args()
    start = time.perf_counter()
    WORK.mkdir(parents=True, exist_ok=True)
    differs = False
    for scale in asked.scale or [1.0]:
        figures = measure_scale(scale)
        differs |= any(ours or theirs for _, ours, theirs in figures["compared"].values())
        (WORK / f"figures-{scale:g}.json").write_text(json.dumps(figures))
    found = [json.loads(path.read_text()) for path in WORK.glob("figures-*.json")]
    asked.page.write_text("\n".join(page(sorted(found, key=lambda each: each["scale"]))), encoding="utf-8")
    print(f"{asked.page} written after {time.perf_counter() - start:.0f} s")
    if differs:
        sys.exit("the tables made by hand and the platform's differ")


if __name__ == "__main__":
    main()
