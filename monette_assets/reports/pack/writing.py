"""Writing a board pack into a folder."""

from __future__ import annotations

import os
from pathlib import Path

from monette_assets.reports.pack import page, pillars, workbook
from monette_assets.reports.pack.contents import gather
from monette_assets.reports.pack.sheets import unwritable
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError


def write_pack(question: Question, folder: Path, with_pillars: bool = False) -> list[Path]:
    """Write the month's page and workbook (and a workbook a pillar) into the folder; returns what was written.

    Raises ReportError where nothing was released, the month was not built, or the folder cannot be written to.
    """
    pack = gather(question)
    refuse_unwritable(folder)
    name = f"board_pack_{pack.month:%Y-%m}"
    written = [page.write(pack, folder / f"{name}.html"), workbook.write(pack, folder / f"{name}.xlsx")]
    return [*written, *pillars.write_all(pack, folder)] if with_pillars else written


def refuse_unwritable(folder: Path) -> None:
    """Raise ReportError unless files can be put into the folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ReportError(f"{folder}: cannot be written to; choose another folder with --out")
