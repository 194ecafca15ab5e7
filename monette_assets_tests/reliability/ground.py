"""Where stories happen: a small world built once, copied for each; runs in processes of their own; what must hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from monette_assets.lake import Lake
from monette_assets.simulator.model import Books
from monette_assets.simulator.server import Running, start
from monette_assets.simulator.world import SimulatorOptions
from monette_assets.tables import hash_chain, releases
from monette_assets_tests.reliability import oracle
from monette_assets_tests.reliability.plans import Plan
from monette_assets_tests.reliability.small_farm import MONTHS, books, contract, edits, herds
from monette_assets_tests.reliability.wounds import STRUCK
from monette_assets_tests.reliability.zygote import Child, Ended, Zygote

SPINE = (
    "bronze/quickbooks_objects,bronze/quickbooks_reports,bronze/exchange_rates,bronze/landing_files,silver/accounts,"
    "silver/exchange_rates,silver/general_ledger,silver/reported_balances,silver/head_counts,gold/ledger,"
    "gold/profit_and_loss,gold/trial_balance,gold/balance_sheet,gold/tie_out,gold/completeness"
)
FAST = 10_000
ROOMY = "size=500m"


@dataclass
class Place:
    """A home, the simulator that its companies are connected to, and runs on it."""

    folder: Path
    group: Path
    zygote: Zygote
    simulator: Running
    books: Mapping[str, Books]
    whole: bool  # every table, or the spine from QuickBooks to completeness
    outside: httpx.Client

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def lake(self) -> Lake:
        return Lake(str(self.home / "lake"))

    @property
    def environment(self) -> dict[str, str]:
        url = self.simulator.url
        return {
            "MONETTE_HOME": str(self.home),
            "MONETTE_GROUP": str(self.group),
            "MONETTE_QUICKBOOKS_URL": url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{url}/oauth2/v1/tokens/bearer",
            "MONETTE_QUICKBOOKS_REQUESTS_PER_SECOND": str(FAST),
            "MONETTE_BANK_OF_CANADA_URL": f"{url}/valet",
            STRUCK: str(self.folder / "struck"),
        }

    def start(self, *arguments: str, wounds: Mapping[str, Any] | None = None) -> Child:
        """The command, in a process of its own."""
        judge = {"judge": "Great Expectations"} if self.whole else {}
        return self.zygote.start(arguments, self.environment, {**(wounds or {}), **judge})

    def refresh(self, first: str = "2024-02", last: str = "2024-03", **wounds: Any) -> Child:
        """`monette run` of these months."""
        select = () if self.whole else ("--select", SPINE)
        return self.start("run", "--from", first, "--to", last, *select, wounds=wounds)

    def edit(self, edit: Mapping[str, Any]) -> None:
        self.outside.post("/simulator/edits", json=edit).raise_for_status()

    def drop(self, name: str) -> None:
        """The sheet of head counts, under a name."""
        folder = self.home / "landing"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(herds())

    def connect(self) -> Ended:
        """As a person does after a token is dead."""
        return self.start("connect", "--all").wait()

    def struck(self) -> list[str]:
        """What the wounds say they did."""
        path = self.folder / "struck"
        return path.read_text().splitlines() if path.exists() else []


@dataclass
class Tally:
    """Faults that were really injected, by kind; those of stories that ended as without them; stories that did not."""

    injected: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    lost: int = 0
    runs: int = 0
    releases_read: int = 0
    mixed: int = 0
    stories: int = 0

    def sentence(self) -> str:
        """The figures, for people."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.injected.items()))
        return (
            f"{self.stories} stories, {self.runs} runs: {sum(self.injected.values())} faults injected, "
            f"{self.survived} survived; {self.lost} stories did not end as without them; "
            f"{self.releases_read} releases read meanwhile, {self.mixed} mixed\n"
            f"  {kinds}"
        )


class Ground:
    """The world without faults, and what its tables must hold after every edit."""

    def __init__(self, folder: Path, *, whole: bool = False) -> None:
        self.folder, self.whole, self.tally = folder, whole, Tally()
        self.group = contract(folder / "group")
        self.zygote = Zygote()
        self.base = folder / "base"
        with self._place(self.base) as place:
            made = [place.connect()]
            place.drop("herds.xlsx")
            made.append(place.refresh().wait())
            assert [ended.status for ended in made] == [0, 0], made[-1].wrote
            self.cpu_seconds = made[-1].cpu
        with self.copy("reference") as place:
            for edit in edits():
                place.edit(edit)
            ended = place.refresh().wait()
            assert ended.status == 0, ended.wrote
            self.expected = oracle.hashes(place.lake)
            assert oracle.ledger_sums(place.lake) == oracle.books_sums(place.books.values(), MONTHS)

    def close(self) -> None:
        self.zygote.close()

    @contextmanager
    def _place(self, folder: Path) -> Iterator[Place]:
        made = books()
        options = SimulatorOptions(requests_per_second=FAST, requests_per_minute=FAST, concurrent_requests=FAST)
        simulator = start(made, state=folder / "simulator", options=options)
        try:
            with httpx.Client(base_url=simulator.url, timeout=20) as outside:
                yield Place(folder, self.group, self.zygote, simulator, made, self.whole, outside)
        finally:
            simulator.stop()

    @contextmanager
    def copy(self, name: str) -> Iterator[Place]:
        """A world of one's own, as it was built: two months released, nothing edited since."""
        folder = self.folder / name
        shutil.copytree(self.base, folder)
        try:
            with self._place(folder) as place:
                yield place
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def live(self, plan: Plan) -> list[str]:
        """One story, and what is wrong after it: nothing, that is the point."""
        with self.copy(f"seed-{plan.seed}") as place, ExitStack() as stack:
            before = place.lake.read(releases.NAME).to_pylist()
            for edit in plan.before:
                place.edit(edit)
            for fault in plan.outside:
                place.outside.post("/simulator/faults", json=fault).raise_for_status()
            if plan.sheet_again:
                place.drop("herds.xlsx")
                place.drop("herds (1).xlsx")
            disk = stack.enter_context(_hurt_disk(plan, place))
            notes, stop = place.folder / "notes", place.folder / "stop"
            reader = place.zygote.start(["read", str(place.home / "lake"), str(notes), str(stop)], {}, {})
            ended = [child.wait() for child in self._hurt(plan, place)]
            self._count(plan, place, ended)
            disk()
            place.outside.delete("/simulator/faults").raise_for_status()
            for edit in plan.after:
                place.edit(edit)
            if plan.needs_person:
                ended.append(place.connect())
            if plan.other_month_first:
                ended.append(place.refresh("2024-03", "2024-03").wait())
            healed = [place.refresh().wait()]
            if healed[-1].status:
                healed.append(place.refresh().wait())
            stop.touch()
            place.zygote.wait(reader.pid)
            self.tally.runs += len(ended) + len(healed)
            problems = self._problems(place, before, notes)
            if healed[-1].status:
                problems.append(f"a run without faults ends with {healed[-1].status}: {healed[-1].wrote[-3000:]}")
        self.tally.stories += 1
        return problems

    def _hurt(self, plan: Plan, place: Place) -> Sequence[Child]:
        if plan.run == "at_once":
            together = [place.refresh("2024-02", "2024-02"), place.refresh("2024-03", "2024-03"), place.refresh()]
            self.tally.injected["three refreshes at once"] += 1
            return together
        return [place.refresh(**plan.wounds)]

    def _count(self, plan: Plan, place: Place, ended: Sequence[Ended]) -> None:
        for line in place.struck():
            self.tally.injected[" ".join(line.split()[:2]) if line.startswith("kill ") else line.split()[0]] += 1
        left = Counter[tuple[str, str | None, str]]()
        for fault in place.outside.get("/simulator/faults").json():
            left[fault["kind"], fault["report"], fault["realm"]] += fault["times"] or 0
        for fault in plan.outside:
            happened = fault["times"] - left[fault["kind"], fault["report"], fault["realm"]]
            self.tally.injected[fault["kind"]] += max(0, happened)
        if plan.sheet_again:
            self.tally.injected["the same sheet twice"] += 1
        self.tally.injected["edits shuffled, late or twice"] += 1
        if plan.run in ("disk", "readonly"):
            said = ("No space left", "os error 28") if plan.run == "disk" else ("Permission denied", "os error 13")
            refused = any(word in each.wrote for each in ended for word in said)
            self.tally.injected[{"disk": "disk full", "readonly": "storage refuses"}[plan.run]] += refused

    def _problems(self, place: Place, before: Sequence[Mapping[str, Any]], notes: Path) -> list[str]:
        lake = place.lake
        problems = [f"{table} is not as without faults" for table in oracle.differing(lake, self.expected)]
        if oracle.ledger_sums(lake) != oracle.books_sums(place.books.values(), MONTHS):
            problems.append("the ledger's lines and sums are not the books'")
        problems += oracle.vanished(lake, before)
        if broken := hash_chain.verify(lake, "audit_log"):
            problems.append(broken.sentence("audit_log"))
        for line in notes.read_text(encoding="utf-8").splitlines():
            note = json.loads(line)
            self.tally.releases_read += "release" in note
            self.tally.mixed += bool(note.get("problems"))
            problems += [f"release {note['release']}: {each}" for each in note.get("problems", ())]
            problems += [note["problem"]] if "problem" in note else []
        newest = lake.read(releases.NAME).to_pylist()
        pinned = max(newest, key=lambda row: row["number"])
        stands = {table: str(lake.version(table)) for table in pinned["tables"]}
        if stands != dict(zip(pinned["tables"], pinned["versions"], strict=True)):
            problems.append("the newest release does not pin what stands")
        return problems


@contextmanager
def _hurt_disk(plan: Plan, place: Place) -> Iterator[Any]:
    """The lake on a disk that is nearly full, or a table that may not be written; the value heals it."""
    lake = place.home / "lake"
    if plan.run == "readonly":
        folders = [path for path in (lake / plan.table, lake / plan.table / "_delta_log") if path.is_dir()]
        for folder in folders:
            folder.chmod(0o555)

        def writable() -> None:
            for folder in folders:
                folder.chmod(0o755)

        yield writable
        return
    if plan.run != "disk" or os.geteuid() != 0:
        yield lambda: None
        return
    kept = lake.rename(place.folder / "lake")
    lake.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", ROOMY, "tmpfs", str(lake)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    shutil.copytree(kept, lake, dirs_exist_ok=True)

    def resize(size: str) -> None:
        if mounted:
            subprocess.run(["mount", "-o", f"remount,{size}", str(lake)], check=True, capture_output=True)

    there = os.statvfs(lake)
    resize(f"size={(there.f_blocks - there.f_bfree) * there.f_frsize + plan.spare_bytes}")
    try:
        yield lambda: resize(ROOMY)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(lake)], check=False, capture_output=True)
