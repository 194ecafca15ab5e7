"""What is done to a run inside its own process, before it begins: it kills itself, loses races, is refused, misreads
the clock.

The platform knows nothing of it: its functions are wrapped in the child alone. Where a wound strikes it says so in a
file, so that a fault that never happened is not counted as survived.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from monette_assets.lake.lake import Lake
from monette_assets.sources import durable
from monette_assets.sources.http import Clock
from monette_assets.sources.secrets.encrypted_folder import SUFFIX
from monette_assets.sources.secrets.tokens import TokenStore
from monette_assets.tables import judge

STRUCK = "MONETTE_RELIABILITY_STRUCK"  # the file in which a wound says that it struck
PACE = 200.0  # waits of the sources pass so many times as fast
POINTS = (
    "staging", "staged", "writing", "committed", "unreleased", "released", "rotated", "keeping", "kept",
)  # fmt: skip


def struck(what: str) -> None:
    """Say that the wound has struck; on disk before anything else happens."""
    with Path(os.environ[STRUCK]).open("a", encoding="utf-8") as file:
        file.write(f"{what}\n")
        file.flush()
        os.fsync(file.fileno())


def die(point: str) -> None:
    """SIGKILL to this process and all it has started."""
    struck(f"kill {point}")
    os.killpg(os.getpgid(0), signal.SIGKILL)
    time.sleep(60)  # the signal is on its way: nothing more happens in this thread


def wound(wounds: Mapping[str, Any]) -> None:
    """Apply every wound. Waits are shortened, and measures judged here, in any case."""
    _hurry()
    if "judge" not in wounds:
        judge.Judge = Judging  # type: ignore[misc, assignment]
    for kind, how in wounds.items():
        if kind != "judge":
            WOUNDS[kind](how)


class Judging(judge.Judge):
    """Every measure must be zero, as Great Expectations judges it in a process of its own: that takes seconds."""

    def __init__(self) -> None:
        pass

    def close(self) -> None:
        pass

    def judge(
        self, table: str, expectations: tuple[judge.Expectation, ...], measures: dict[str, list[Any]]
    ) -> list[judge.Verdict]:
        found = []
        for each in expectations:
            failed = tuple(position for position, value in enumerate(measures[each.measure]) if value != 0)
            found.append(judge.Verdict(each.measure, not failed, failed))
        return found


def _hurry() -> None:
    """A 429 costs a minute and retries wait: here they wait as long by a quicker clock."""
    real_monotonic, real_sleep = time.monotonic, time.sleep
    Clock.monotonic = lambda self: real_monotonic() * PACE  # type: ignore[method-assign]
    Clock.sleep = lambda self, seconds: real_sleep(seconds / PACE)  # type: ignore[method-assign]


def _around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Replace a function by one that gets it as its first argument."""
    original = getattr(owner, name)
    setattr(owner, name, lambda *args, **named: wrapper(original, *args, **named))


def _counting(nth: int) -> Callable[[], bool]:
    """Whether this is the nth time."""
    left = [nth]

    def now() -> bool:
        left[0] -= 1
        return left[0] == 0

    return now


def _die_once_there(folder: Path, point: str) -> None:
    """Kill as soon as a data file is in the folder that was not there."""
    before = set(folder.rglob("*.parquet"))

    def look() -> None:
        while not set(folder.rglob("*.parquet")) - before:
            pass
        die(point)

    threading.Thread(target=look, daemon=True).start()


def kill(how: Mapping[str, Any]) -> None:
    """At the nth time that the run passes a named point."""
    point, here = how["point"], _counting(how.get("nth", 1))
    layers = ("silver/", "gold/")

    def staging(original: Any, lake: Lake, run_id: str, table: str) -> Any:
        uri = original(lake, run_id, table)
        if table.startswith(layers) and here():
            _die_once_there(Path(uri), point)
        return uri

    def marked(original: Any, lake: Lake, uri: str) -> None:
        original(lake, uri)
        if here():
            die(point)

    def committing(original: Any, lake: Lake, table: str, *args: Any, **named: Any) -> Any:
        chosen = table.startswith(layers) and here()
        if chosen and point == "writing":
            _die_once_there(Path(lake.uri(table)), point)
        done = original(lake, table, *args, **named)
        if chosen:
            die(point)
        return done

    def appending(original: Any, lake: Lake, table: str, *args: Any, **named: Any) -> Any:
        if table == "releases" and point == "unreleased":
            die(point)
        done = original(lake, table, *args, **named)
        if table == "releases":
            die(point)
        return done

    def rotated(original: Any, *args: Any) -> Any:
        die(point)
        return original(*args)

    def keeping(original: Any, path: Path, content: bytes) -> Any:
        done = original(path, content)
        if path.suffix == SUFFIX:
            die(point)
        return done

    patches: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "staging": (Lake, "stage_uri", staging),
        "staged": (Lake, "mark_staged", marked),
        "writing": (Lake, "_commit", committing),
        "committed": (Lake, "_commit", committing),
        "unreleased": (Lake, "append_once", appending),
        "released": (Lake, "append_once", appending),
        "rotated": (TokenStore, "write", rotated),
        "keeping": (durable, "temporary", keeping),  # the new record lies beside the old one
        "kept": (durable, "replace", keeping),
    }
    _around(*patches[point])


def moment(cpu_seconds: float) -> None:
    """At a random moment: after so many seconds of the processor, however busy the machine is."""

    def look() -> None:
        while time.process_time() < cpu_seconds:
            time.sleep(0.002)
        die(f"after {cpu_seconds:.2f} s")

    threading.Thread(target=look, daemon=True).start()


def rival(table: str) -> None:
    """Another writer rewrites the table between this run's look at it and its commit: the commit loses, once."""
    first = _counting(1)

    def committing(original: Any, lake: Lake, name: str, there: Any, *args: Any, **named: Any) -> Any:
        if name == table and there.version() > 0 and first():
            struck(f"race {table}")
            said = named["commit"]
            lake.restore(table, there.version(), type(said)(
                run_id="rival", publish_id=f"rival:{said.publish_id}", code_version="", contract_version="", at=said.at
            ))  # fmt: skip
        return original(lake, name, there, *args, **named)

    _around(Lake, "_commit", committing)


def clock(how: Mapping[str, Any]) -> None:
    """The machine's clock is off by `seconds`, or jumps to the moment `to`, from which it goes on."""
    from monette_assets import clock as platform_clock

    real, started = platform_clock.now, datetime.now().astimezone()
    target = datetime.fromisoformat(how["to"]) if "to" in how else started + timedelta(seconds=how["seconds"])
    off = target - started

    def now(group: Any) -> datetime:
        return (real(group).astimezone(target.tzinfo) + off).astimezone(group.time_zone)

    for module in list(sys.modules.values()):
        if module.__name__.startswith("monette_assets.") and getattr(module, "now", None) is real:
            module.now = now  # type: ignore[attr-defined]
    original = Clock.now
    Clock.now = lambda self: original(self) + off  # type: ignore[method-assign]
    struck(f"clock {off}")


def file_size(limit: int) -> None:
    """No file may grow beyond so many bytes: what a full disk says, without root."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    struck(f"files end at {limit} bytes")


def unprivileged(_: bool) -> None:
    """Root obeys the permissions of files, too."""
    if os.geteuid() != 0:
        return

    class Header(ctypes.Structure):
        _fields_: ClassVar[Sequence[Any]] = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    class Sets(ctypes.Structure):
        _fields_: ClassVar[Sequence[Any]] = [
            (name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")
        ]

    library, header, sets = ctypes.CDLL(None, use_errno=True), Header(0x20080522, 0), (Sets * 2)()
    assert library.capget(ctypes.byref(header), sets) == 0
    sets[0].effective &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert library.capset(ctypes.byref(header), sets) == 0, ctypes.get_errno()


WOUNDS: Mapping[str, Callable[[Any], None]] = {
    "kill": kill,
    "moment": moment,
    "rival": rival,
    "clock": clock,
    "file_size": file_size,
    "unprivileged": unprivileged,
}
