"""Notices: somebody heard that a company's books changed, and the sensor `quickbooks_changes` is to look.

One small file a company and source, replaced in one step and on the disk before its writer goes on. It carries a mark
that is new each time: whoever has looked remembers the mark, so that no clock decides, nothing has to be taken away,
and however often, late or out of order somebody notifies, the company is asked once more at most.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from monette_assets.sources import durable

WEBHOOKS = "webhooks"
COMPARISON = "comparison"
SOURCES = (WEBHOOKS, COMPARISON)
LOCK_SECONDS = 2.0  # Intuit gives up after 3

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Notice(BaseModel):
    """The newest notice of a company by a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mark: str
    company: str
    at: datetime  # aware
    times: int  # so many notices so far
    months: tuple[Month, ...] = ()  # to be fetched whatever QuickBooks says has changed


class Notices:
    """The notices under a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def leave(self, source: str, companies: Mapping[str, Iterable[str]], at: datetime) -> None:
        """Notify of companies, each with the months to be fetched (none: what changed); durable on return.

        Raises:
            OSError: a notice cannot be written; those before it stand.
            filelock.Timeout: another process holds the folder.
        """
        if not companies:
            return
        folder = self._folder / source
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
            for company, months in companies.items():
                path = folder / f"{company}.json"
                before = _read(path)
                notice = Notice(
                    mark=uuid.uuid4().hex,
                    company=company,
                    at=at,
                    times=1 if before is None else before.times + 1,
                    months=tuple(months),
                )
                durable.replace(path, notice.model_dump_json().encode())

    def newest(self) -> dict[str, Notice]:
        """The newest notice by source and company, `webhooks/north`; one that cannot be read is as if it were not."""
        found = {}
        for source in SOURCES:
            for path in sorted((self._folder / source).glob("*.json")):
                notice = _read(path)
                if notice is not None:
                    found[f"{source}/{path.stem}"] = notice
        return found


def _read(path: Path) -> Notice | None:
    try:
        return Notice.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
