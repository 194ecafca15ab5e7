"""What can go wrong in the lake, by name."""

# ruff: noqa: N818 - named after what happened

from __future__ import annotations


class LakeError(Exception):
    """Anything the lake refuses. The message says what was expected, found, where, and what to do."""


class TableName(LakeError):
    """A table name that is not `layer/name` in lower case."""


class TableMissing(LakeError):
    """The table does not exist yet."""


class VersionGone(LakeError):
    """A version that never existed, or whose files vacuum has deleted."""


class SchemaMismatch(LakeError):
    """The data, the contract and the table do not have the same columns or types."""


class OutsideScope(LakeError):
    """The data holds rows outside the units a publish replaces."""


class ScopeRefused(LakeError):
    """A scope that cannot be written as a safe and exact predicate."""


class SequenceTaken(LakeError):
    """Another writer has appended to a sequenced table since its end was read."""


class PositionMoved(LakeError):
    """A stream's position has moved since it was read from there."""


class Conflict(LakeError):
    """Another writer has committed since the table was read: the lake tries again on what stands now."""


class LostRace(LakeError):
    """A commit lost to other writers as often as the lake is willing to try."""


class DiskFull(LakeError):
    """A write that a full disk stopped; nothing of it is seen by anybody."""


class StoreRefused(LakeError):
    """An object store that lets nobody in, or does not answer."""


class StoreFailed(LakeError):
    """An object store that answered with an error of its own."""


class AppendOnly(LakeError):
    """A table of bronze or a record may only grow: it is never published over, restored or vacuumed."""
