"""From bronze to gold, cold, all months, through Dagster: `python benchmarks/pipeline.py --scale 1`.

First what the tie-out and the financial summary rest on, then every other table, so that either can be told.
A fresh process runs what `monette run --no-fetch` runs (the chain of runs, in one process), on a lake that holds bronze
only. Seconds are told table by table: look (of what is not computed: whether it would come out as it stands), parsing
(the engine's time of the tables that parse reports), engine, audit, compare (with what stood before), publish, and
Dagster's own (a step's wall time less all of these).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from cProfile import Profile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bronze import Bronze, bronze
from measuring import WORK, Measured, folder_bytes, measure

if TYPE_CHECKING:
    import dagster as dg

    from monette_assets.automation.chain import Step

PARSING = ("silver/general_ledger", "silver/profit_and_loss_lines", "silver/reported_balances")
PHASES = ("look", "parsing", "engine", "audit", "compare", "publish", "dagster")


def home_of(scale: float, name: str = "pipeline") -> Path:
    """Where a benchmark's platform lives."""
    return WORK / "homes" / f"{name}-{scale:g}"


def linked(lake: Path, group: Path, home: Path) -> Path:
    """A home with a lake and a contract. Files are linked, not copied: nobody changes a file of a Delta table."""
    if home.exists():
        shutil.rmtree(home)
    shutil.copytree(lake, home / "lake", copy_function=os.link)
    shutil.copytree(group, home / "group")
    return home


def environment(home: Path) -> dict[str, str]:
    """The deployment of a benchmark: all below its home."""
    return {"MONETTE_HOME": str(home), "MONETTE_GROUP": str(home / "group"), "MONETTE_LAKE": str(home / "lake")}


def run_pipeline(made: Bronze, home: Path, profile: Path | None = None) -> Measured:
    """Refresh every table of every month, in a fresh process."""
    command = [__file__, "--child", "--first", made.first.isoformat(), "--last", made.last.isoformat()]
    if profile is not None:
        command += ["--profile", str(profile)]
    return measure(command, environment(home))


def child(
    first: date, last: date, companies: Sequence[str] | None = None, upto: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the measured process does; returns what it took, to be told. `upto`: these tables and what they rest on."""
    begun = time.perf_counter()
    from monette_assets import catalog
    from monette_assets.automation import chain
    from monette_assets.definitions import build
    from monette_assets.gold import financial_summary, tie_out
    from monette_assets.group import load_group
    from monette_assets.home import dagster_instance
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings

    settings = Settings()
    group = load_group(settings.group)
    definitions = build(settings, group)
    latest = chain.latest_period(Lake(settings.lake_url))
    steps = chain.plan(group, first, last, companies=companies, latest=latest, fetch=False)
    tied = tie_out.CONTRACT.rests_on | financial_summary.CONTRACT.rests_on
    if upto:
        contracts = {table.name: table.contract for table in (*catalog.SILVER, *catalog.GOLD)}
        steps = _only(steps, {name for each in upto for name in contracts[each].rests_on})
    with dagster_instance(settings) as instance:
        loaded = time.perf_counter()
        statements = chain.execute(definitions, instance, _only(steps, tied))
        told_at = time.time()
        finance = chain.execute(definitions, instance, _only(steps, tied, leave_out=True))
        ran = time.perf_counter()
        done = [*statements.steps, *finance.steps]
        tables = phases(instance, [step.run_id for step in done])
    for step in done:
        if step.error:
            print(f"{step.step.name}: {step.error}", file=sys.stderr)
    return {
        "load": loaded - begun,
        "run": ran - loaded,
        "statements_at": told_at,  # seconds since 1970: from here on the tables beyond them
        "finance": time.time() - told_at,
        "tied": sorted(tied & tables.keys()),
        "tables": tables,
        "ok": statements.ok and finance.ok,
        "success": all(step.success for step in done),
        "failed_checks": sorted({e.asset_check_key.to_user_string() for s in done for e in s.failed_checks}),
    }


def _only(steps: Iterable[Step], names: Collection[str], *, leave_out: bool = False) -> list[Step]:
    """The steps with these tables only, or without them; none that has nothing to do."""
    chosen = [
        replace(step, assets=tuple(key for key in step.assets if ("/".join(key.path) in names) is not leave_out))
        for step in steps
    ]
    return [step for step in chosen if step.assets]


def phases(instance: dg.DagsterInstance, run_ids: Iterable[str]) -> dict[str, dict[str, float]]:
    """Seconds of each phase of each table, from the runs' own events, in order of execution.

    What of a run no step accounts for, from its creation to its end, stands under "between steps".
    """
    import dagster as dg

    kinds = {
        dg.DagsterEventType.STEP_START,
        dg.DagsterEventType.STEP_SUCCESS,
        dg.DagsterEventType.STEP_FAILURE,
        dg.DagsterEventType.ASSET_MATERIALIZATION,
    }
    tables: dict[str, dict[str, float]] = {}
    for run_id in run_ids:
        marks: dict[str, dict[str, float]] = defaultdict(dict)
        told: dict[str, dict[str, float]] = {}
        for entry in instance.all_logs(run_id, of_type=kinds):
            event = entry.get_dagster_event()
            name = str(event.step_key).replace("__", "/")
            if event.event_type is dg.DagsterEventType.STEP_START:
                marks[name]["start"] = entry.timestamp
            elif event.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION:
                found = event.step_materialization_data.materialization.metadata
                told[name] = {
                    key.removeprefix("seconds_"): float(str(value.value))
                    for key, value in found.items()
                    if key.startswith("seconds_")
                }
            else:
                marks[name]["end"] = entry.timestamp
        for name, mark in marks.items():
            spent = tables.setdefault(name, dict.fromkeys(PHASES, 0.0))
            spent |= {"start": mark["start"], "end": mark.get("end", mark["start"])}
            for phase, seconds in told.get(name, {}).items():
                spent["parsing" if phase == "engine" and name in PARSING else phase] += seconds
            spent["dagster"] += mark.get("end", mark["start"]) - mark["start"] - sum(told.get(name, {}).values())
        record = instance.get_run_record_by_id(run_id)
        assert record is not None
        start, end = record.create_timestamp.timestamp(), record.end_time or 0.0
        steps = sum(mark.get("end", mark["start"]) - mark["start"] for mark in marks.values())
        between = tables.setdefault("between steps", dict.fromkeys(PHASES, 0.0))
        between["dagster"] += end - start - steps
    return tables


def totals(tables: dict[str, dict[str, float]]) -> dict[str, float]:
    """Seconds of each phase over all tables."""
    return {phase: sum(spent[phase] for spent in tables.values()) for phase in PHASES}


def seconds_of(spent: Mapping[str, float]) -> float:
    """Wall seconds of a table, all phases."""
    return sum(spent[phase] for phase in PHASES)


def lines_of(measured: Measured) -> Iterable[str]:
    """The phases of every table as a Markdown table, with the CPU seconds and peak memory of its time."""
    tables = measured.told["tables"]
    yield "| table | " + " | ".join(PHASES) + " | all | CPU | peak |"
    yield "|---|" + "---:|" * (len(PHASES) + 3)
    for name, spent in [*tables.items(), ("**all**", totals(tables))]:
        cells = [f"{seconds:.1f}" for seconds in (*(spent[phase] for phase in PHASES), seconds_of(spent))]
        if "start" in spent:
            cpu, peak = measured.between(spent["start"], spent["end"])
            cells += [f"{cpu:.1f}", f"{peak / 1e9:.2f} GB"]
        else:
            cells += ["", ""]
        yield f"| {name} | {' | '.join(cells)} |"


def show(title: str, measured: Measured) -> None:
    """Print what one measured run took."""
    told = measured.told
    print(
        f"{title}: wall {measured.wall:.1f} s, CPU {measured.cpu:.1f} s, peak {measured.peak / 1e9:.2f} GB, "
        f"load before {measured.load:.1f}, others {measured.others:.1f} cores; "
        f"code loaded in {told['load']:.1f} s, run {told['run']:.1f} s; "
        f"ok: {told['ok']}, failed checks: {', '.join(told['failed_checks']) or 'none'}"
    )
    print("\n".join(lines_of(measured)))


def main() -> None:
    """Measure, or be the measured process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--months", type=int, default=96)
    parser.add_argument("--profile", type=Path, help="write a cProfile of the measured process's main thread here")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=date.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--last", type=date.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--company", action="append", help=argparse.SUPPRESS)
    parser.add_argument("--upto", action="append", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        with Profile() if asked.profile else nullcontext() as profile:
            told = child(asked.first, asked.last, asked.company, asked.upto)
        if profile is not None:
            profile.dump_stats(asked.profile)
        asked.result.write_text(json.dumps(told))
        return
    made = bronze(asked.scale, asked.months)
    home = linked(made.lake, made.group, home_of(asked.scale))
    measured = run_pipeline(made, home, asked.profile)
    (home / "measured.json").write_text(json.dumps({"told": measured.told, "wall": measured.wall}))
    show(f"scale {asked.scale:g}, {asked.months} months, {made.facts['lines']:,} ledger lines", measured)
    print(f"lake after: {folder_bytes(home / 'lake') / 1e6:.0f} MB on disk")


if __name__ == "__main__":
    main()
