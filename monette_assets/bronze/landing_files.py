"""Files people drop into the landing folder, verbatim; one row a version of a file name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import dagster as dg

from monette_assets.bronze.appending import Newest, after, append_commit
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.sources.landing.folder import Folder, Landed, Unreadable, shown_name
from monette_assets.sources.landing.recognition import EXPECTED, KINDS, UNKNOWN, recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets.tables import Column, Contract, Partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.telemetry.spans import traced

CONTRACT = Contract(
    name="bronze/landing_files",
    description=(
        "Workbooks and CSV files from the landing folder, verbatim. New content under a name is a new version of it; "
        "content that stands there already under another name adds nothing. What cannot be read is moved to "
        "`rejected/` with the reason beside it."
    ),
    key=("file_name", "version"),
    unit=("file_name",),
    partitions=Partitions.NONE,
    columns=(
        Column("file_name", "string", "As it was dropped."),
        Column("version", "int", "Of the name, from 1."),
        Column("kind", "string", "Told by the header cells of its sheets.", choices=KINDS),
        Column("content", "binary", "The file, verbatim."),
        Column("content_hash", "string", "SHA-256 of the content."),
        Column("size", "bigint", "Of the file.", unit="bytes"),
        Column("unread_tabs", "array<string>", "Tabs that hold something but no header of a known kind."),
        Column("modified_at", "timestamp", "When it was last written, as the folder says."),
        Column("received_at", "timestamp", "When it was taken in."),
        Column("run_id", "string", "The run that took it in."),
    ),
    owner="finance",
)
ARRIVED, READABLE = "arrived", "readable"
SETTLED = timedelta(seconds=15)  # what is younger and cannot be read may still be on its way


@dataclass(frozen=True)
class Taken:
    """What became of the files of one look at the folder."""

    rows: list[dict[str, Any]]
    rejected: dict[str, str]  # file name -> reason
    waiting: list[str]  # too young to be called unreadable


def build(group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resources `lake` and `landing`. A file that is rejected, is rejected alone."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name="bronze__landing_files",
        pool="bronze__landing_files",  # one run at a time writes a table
        specs=[asset_spec(CONTRACT, group)],
        check_specs=[
            dg.AssetCheckSpec(ARRIVED, asset=key, description="The landing folder could be read."),
            dg.AssetCheckSpec(READABLE, asset=key, description="No file was rejected (ACCOUNTING 7)."),
        ],
        required_resource_keys={"lake", "landing"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def landing_files(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        problem, taken = "", Taken([], {}, [])
        try:
            held = stored(lake)
            at = after(now(group), held.last)
            taken = take_in(context.resources.landing.folder, held, context.run_id, at)
        except OSError as error:
            problem = f"the landing folder cannot be read, what came before stands: {error}"
        if taken.rows:
            append_commit(lake, CONTRACT, taken.rows, context.run_id, group, now(group))
        told = "; ".join(f"{name}: {reason}" for name, reason in sorted(taken.rejected.items()))
        yield dg.AssetCheckEvaluation(
            asset_key=key, check_name=ARRIVED, passed=not problem, description=problem or None
        )
        yield dg.AssetCheckEvaluation(asset_key=key, check_name=READABLE, passed=not told, description=told or None)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "new_versions": len(taken.rows),
                "rejected": len(taken.rejected),
                "waiting": ", ".join(taken.waiting) or "nothing",
            },
        )

    return landing_files


@dataclass
class Stored:
    """What bronze holds: the newest version of every file name with its content hash, and every content ever taken."""

    newest: dict[str, tuple[int, str]] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)
    last: Newest | None = None  # of all

    def add(self, name: str, version: int, content_hash: str) -> None:
        """One version more, in order."""
        self.newest[name] = (version, content_hash)
        self.contents.add(content_hash)


def stored(lake: Lake) -> Stored:
    """What bronze holds; nothing while the table does not exist."""
    found = Stored()
    if lake.exists(CONTRACT.name):
        rows = lake.read(CONTRACT.name, columns=["file_name", "version", "content_hash", "received_at"]).to_pylist()
        for row in sorted(rows, key=lambda row: (row["file_name"], row["version"])):
            found.add(row["file_name"], row["version"], row["content_hash"])
            came = Newest(row["received_at"], row["content_hash"])
            found.last = came if found.last is None else max(found.last, came)
    return found


def take_in(folder: Folder, held: Stored, run_id: str, at: datetime) -> Taken:
    """Look at the folder once: new versions as rows, unreadable files moved away. Raises OSError.

    Files are taken oldest first, so that of two names with one content the first keeps it.
    """
    taken = Taken([], {}, [])
    for landed in sorted(folder.files(), key=lambda each: (each.modified_at, each.name)):
        try:
            row = _version(folder, landed, held)
        except Unreadable as error:
            if at - landed.modified_at < SETTLED:
                taken.waiting.append(shown_name(landed.name))
                continue
            taken.rejected[shown_name(landed.name)] = str(error)
            folder.reject(landed.name, str(error))
            continue
        if row is None:
            continue
        held.add(landed.name, row["version"], row["content_hash"])
        taken.rows.append({**row, "modified_at": landed.modified_at, "received_at": at, "run_id": run_id})
    return taken


def unread(folder: Folder, lake: Lake) -> list[str]:
    """The files that the next look at the folder takes in or rejects. Raises OSError."""
    held = stored(lake)
    found = []
    for landed in folder.files():
        try:
            if _version(folder, landed, held) is None:
                continue
        except Unreadable:
            pass  # it is rejected by that look, with its reason
        found.append(shown_name(landed.name))
    return found


def _version(folder: Folder, landed: Landed, held: Stored) -> dict[str, Any] | None:
    """The file as a new version; None where its content is there. Raises `Unreadable`."""
    content = folder.read(landed.name)
    content_hash = sha256(content).hexdigest()
    version, stands = held.newest.get(landed.name, (0, ""))
    if content_hash == stands or (version == 0 and content_hash in held.contents):
        return None
    recognised = recognise(read_workbook(content))
    if recognised.kind == UNKNOWN:
        raise Unreadable(f"no tab has a header row that is known. Expected {EXPECTED}.")
    return {
        "file_name": landed.name,
        "version": version + 1,
        "kind": recognised.kind,
        "content": content,
        "content_hash": content_hash,
        "size": len(content),
        "unread_tabs": list(recognised.unread),
    }
