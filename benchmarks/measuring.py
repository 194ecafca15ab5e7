"""What every benchmark shares: the work folder, the machine, and measuring a child process with its children."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".monette" / "bench"
MEMORY_LIMIT = 8_000_000_000  # a benchmark that needs more is stopped: the machine is not its own
SAMPLE_SECONDS = 0.05


class TooMuchMemoryError(RuntimeError):
    """The measured processes together went over the limit, and were ended."""


Sample = tuple[float, float, int]  # seconds since 1970, CPU seconds so far, bytes resident


@dataclass(frozen=True)
class Measured:
    """One run of a child process: wall and CPU seconds, peak bytes resident, and what it told."""

    wall: float
    cpu: float
    peak: int
    load: float  # the machine's one-minute load average before the start
    others: float  # cores that were busy with something else meanwhile, on average
    told: dict[str, Any]
    samples: list[Sample]

    def between(self, start: float, end: float) -> tuple[float, int]:
        """CPU seconds and peak bytes resident between two moments (seconds since 1970)."""
        within = [sample for sample in self.samples if start - SAMPLE_SECONDS <= sample[0] <= end + SAMPLE_SECONDS]
        if not within:
            return 0.0, 0
        return within[-1][1] - within[0][1], max(resident for _, _, resident in within)


def measure(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, tells: bool = True, status: int = 0
) -> Measured:
    """Run `python <command>`, with its children, and measure it. If it `tells`, it writes JSON to `--result`.

    It is to end with `status`. Memory is the sum of what the processes hold resident, sampled every 50 ms: pages they
    share count in each. Raises RuntimeError where the child ends otherwise, TooMuchMemoryError where it needs too much.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        load, before, busy, start = os.getloadavg()[0], _children_cpu(), _busy(), time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *command, *(["--result", str(result)] if tells else [])],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=sys.stderr,
        )
        samples: list[Sample] = []
        try:
            while child.poll() is None:
                samples.append(_sample(child.pid))
                if samples[-1][2] > MEMORY_LIMIT:
                    raise TooMuchMemoryError(
                        f"{' '.join(command)}: {samples[-1][2] / 1e9:.1f} GB, limit {MEMORY_LIMIT / 1e9:.0f}"
                    )
                time.sleep(SAMPLE_SECONDS)
        finally:
            _end(child)
        wall = time.perf_counter() - start
        if child.returncode != status:
            raise RuntimeError(
                f"{' '.join(command)} ended with status {child.returncode}, not {status}; its output is above"
            )
        told = json.loads(result.read_text()) if result.exists() else {}
        peak = max(resident for _, _, resident in samples)
        cpu = _children_cpu() - before
        return Measured(wall, cpu, peak, load, max(0.0, _busy() - busy - cpu) / wall, told, samples)


def _busy() -> float:
    """CPU seconds of the whole machine since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def _children_cpu() -> float:
    """CPU seconds of every ended child, and theirs: orphans are not among them."""
    times = os.times()
    return times.children_user + times.children_system


def _sample(pid: int) -> Sample:
    """The process and its children now."""
    cpu, resident = 0.0, 0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for each in family:
        try:
            times = each.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            resident += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return time.time(), cpu, resident


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and its own children, if they still run."""
    if child.poll() is not None:
        return
    try:
        family = psutil.Process(child.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for each in family:
        each.terminate()
    child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def machine() -> dict[str, str]:
    """Cores, memory, CPU, system and Python of this machine."""
    model = "unknown"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return {
        "CPU": model,
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }


def folder_bytes(folder: Path) -> int:
    """Bytes on disk below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
