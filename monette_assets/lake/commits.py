"""What every commit says about itself."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monette_assets.lake.errors import LakeError
from monette_assets.lake.scope import Scope

_PREFIX = "monette."
WRITE = f"{_PREFIX}write"
"""By which an engine's commit is told from a rival's under the same publish id."""
_LOG = "_delta_log"
_ENTRY = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")  # a checkpoint may outlive the commit it was made of


@dataclass(frozen=True, kw_only=True)
class Commit:
    """Who wrote a version of a table, from what.

    `publish_id` names one publish of one run (run id, table, step): a second commit under the same id is not made.
    `units` is a summary for people. `at` is aware.
    """

    run_id: str
    publish_id: str
    code_version: str
    contract_version: str
    at: datetime.datetime
    input_versions: Mapping[str, int] = field(default_factory=dict)
    units: str = ""
    author: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise LakeError(f"commit {self.publish_id}: expected a time with its zone, found {self.at.isoformat()}")
        if not self.publish_id:
            raise LakeError(f"commit of run {self.run_id}: expected a publish_id, found none")

    def to_metadata(self, scope: Scope | None = None) -> dict[str, str]:
        """As Delta commit metadata: text to text, every name with our prefix."""
        values = {
            "run_id": self.run_id,
            "publish_id": self.publish_id,
            "code_version": self.code_version,
            "contract_version": self.contract_version,
            "at": self.at.isoformat(),
            "input_versions": json.dumps(dict(sorted(self.input_versions.items()))),
            "units": self.units,
            "author": self.author,
            "reason": self.reason,
            "scope": scope.to_json() if scope else None,
        }
        return {_PREFIX + name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> Commit | None:
        """The commit in a Delta commit's metadata; None where something else wrote it."""
        found = {name.removeprefix(_PREFIX): value for name, value in metadata.items() if name.startswith(_PREFIX)}
        if "publish_id" not in found:
            return None
        return cls(
            run_id=found["run_id"],
            publish_id=found["publish_id"],
            code_version=found["code_version"],
            contract_version=found["contract_version"],
            at=datetime.datetime.fromisoformat(found["at"]),
            input_versions=json.loads(found["input_versions"]),
            units=found.get("units", ""),
            author=found.get("author"),
            reason=found.get("reason"),
        )


def scope_in(metadata: Mapping[str, Any]) -> Scope | None:
    """What a commit replaced; None where it does not say."""
    text = metadata.get(_PREFIX + "scope")
    return Scope.from_json(text) if text else None


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One version of a table. `rows_added` counts rows written for the publish, not unchanged rows moved along."""

    version: int
    timestamp: datetime.datetime
    operation: str
    commit: Commit | None
    scope: Scope | None
    rows_added: int | None
    files_added: int | None
    files_removed: int | None
    write: str | None = None  # which write of a publish it was, where an engine committed it

    @classmethod
    def from_delta(cls, entry: Mapping[str, Any]) -> HistoryEntry:
        """From an entry of delta-rs' `history()`, whether delta-rs or an engine committed it."""
        metrics = entry.get("operationMetrics") or {}
        told = {**_user_metadata(entry), **entry}
        return cls(
            version=entry["version"],
            timestamp=datetime.datetime.fromtimestamp(entry["timestamp"] / 1000, tz=datetime.UTC),
            operation=entry["operation"],
            commit=Commit.from_metadata(told),
            scope=scope_in(told),
            rows_added=_count(metrics, "num_added_rows", "numOutputRows"),
            files_added=_count(metrics, "num_added_files", "numFiles"),
            files_removed=_count(metrics, "num_removed_files", "numRemovedFiles"),
            write=told.get(WRITE),
        )

    def writes(self, period: datetime.date) -> bool:
        """Whether rows of the month may have been replaced."""
        if self.scope is None or "period" not in self.scope.columns:
            return True
        at = self.scope.columns.index("period")
        return any(unit[at] == period for unit in self.scope.units)


def log_of(table: str) -> str:
    """The folder of a table's log."""
    return f"{table}/{_LOG}"


def newest(names: Iterable[str]) -> int | None:
    """The newest version in a log, by the names of its files; None where there is none."""
    return max((int(found[1]) for name in names if (found := _ENTRY.fullmatch(name))), default=None)


def _user_metadata(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an engine's commit says about itself: Spark has one text for it."""
    try:
        found = json.loads(entry.get("userMetadata") or "")
    except ValueError:  # somebody else's
        return {}
    return found if isinstance(found, dict) else {}


def _count(metrics: Mapping[str, Any], *names: str) -> int | None:
    """The first of these metrics that is told: delta-rs has numbers, Spark text."""
    return next((int(metrics[name]) for name in names if metrics.get(name) is not None), None)


def newest_commit(table: Path) -> int | None:
    """The newest version in the log of a table on a disk; None where there is none."""
    try:
        return newest(entry.name for entry in Path(log_of(str(table))).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None
