"""Small texts beside the tables, one a table. What a note says can be found out again: losing one costs work only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from monette_assets.lake import staging
from monette_assets.lake.refusing import refusing

if TYPE_CHECKING:
    from monette_assets.lake.lake import Lake

FOLDER = "_notes"


@refusing
def read(lake: Lake, table: str) -> str | None:
    """The note of a table; None where there is none. Raises `TableName`."""
    lake.uri(table)
    files = staging.filesystem(lake.url, lake.storage_options)
    try:
        with files.open_input_stream(_path(table)) as stream:
            return bytes(stream.read()).decode()
    except FileNotFoundError:
        return None


@refusing
def write(lake: Lake, table: str, text: str) -> None:
    """Replaces the note of a table, whole or not at all. Raises `TableName`."""
    lake.uri(table)
    if "://" in lake.url:
        with staging.filesystem(lake.url, lake.storage_options).open_output_stream(_path(table)) as stream:
            stream.write(text.encode())
        return
    target = Path(lake.url, _path(table))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{uuid4().hex}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)


def _path(table: str) -> str:
    return f"{FOLDER}/{table}.json"
