"""Where output goes: what was asked for to standard output, progress and notes to standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from monette_assets.reports.statement import Statement


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def write(statement: Statement, format_: Format) -> None:
    """Rows to standard output. JSON and CSV are alone there."""
    from rich.console import Console

    from monette_assets.reports.rendering import as_csv, as_json, show

    if format_ is Format.JSON:
        sys.stdout.write(as_json(statement) + "\n")
    elif format_ is Format.CSV:
        sys.stdout.write(as_csv(statement))
    else:
        show(statement, Console(highlight=False))


def notes() -> Console:
    """The console for progress, notes and errors.

    Dagster redirects the process's own standard error while a run is under way; a copy of it is not redirected.
    """
    from rich.console import Console

    stream: TextIO = sys.stderr
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a test's or an embedder's stream has no descriptor
        stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1, encoding="utf-8", errors="replace")
    return Console(file=stream, highlight=False, soft_wrap=not stream.isatty())
