"""Rows that an engine of its own holds and commits by itself: the lake says what and whether, its Delta writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Write:
    """One commit that replaces exactly the rows of `predicate` (None: all of them) in a table that exists."""

    table: str
    uri: str
    schema: pa.Schema  # the contract's, as Delta stores it
    predicate: str | None
    partition_by: tuple[str, ...]
    publish_id: str  # the commit's application transaction, at version 1: a second one under it writes nothing
    metadata: Mapping[str, str]  # what the commit says about itself
    grows: bool  # whether the schema has columns that the table lacks


class EngineRows(ABC):
    """The rows of a publish where they are, so that they need not pass through this process."""

    @abstractmethod
    def commit(self, write: Write) -> None:
        """Commits them once. Raises `Conflict` where another writer was faster, `OutsideScope`, `SchemaMismatch`."""
