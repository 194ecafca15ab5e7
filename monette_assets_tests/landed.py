"""Workbooks as people make them, written with openpyxl; and files as bronze keeps them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import openpyxl

from monette_assets.silver.sheets import File

RECEIVED = datetime(2025, 1, 7, 9, tzinfo=UTC)
Rows = Sequence[Any]  # of rows


def workbook(tabs: Mapping[str, Rows], change: Callable[[Any], None] | None = None) -> bytes:
    """An .xlsx of these tabs, changed by hand before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tabs.items():
        tab = book.create_sheet(name)
        for row in rows:
            tab.append(list(row))
    if change is not None:
        change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def landed(content: bytes, name: str = "budget.xlsx", version: int = 1, day: int = 0, written: int = 0) -> File:
    """A version of a file, received so many days after the first; `written`: minutes into the hour before."""
    received = RECEIVED + timedelta(days=day)
    modified = received - timedelta(minutes=60 - written)
    return File(name, version, sha256(content).hexdigest(), received, modified, content)
