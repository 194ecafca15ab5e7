"""Delta tables on a disk or in an object store: read, stage, publish, compare, restore, maintain."""

from monette_assets.lake.commits import Commit, HistoryEntry
from monette_assets.lake.errors import LakeError, PositionMoved, SequenceTaken, TableMissing
from monette_assets.lake.lake import Lake
from monette_assets.lake.scope import Scope
from monette_assets.lake.writing import Published

__all__ = [
    "Commit", "HistoryEntry", "Lake", "LakeError", "PositionMoved", "Published", "Scope", "SequenceTaken",
    "TableMissing",
]  # fmt: skip
