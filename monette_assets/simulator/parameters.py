"""Reading what a request says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson

from monette_assets.simulator.faults import FaultError

_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # dates QuickBooks takes


class ParameterError(ValueError):
    """A bad request parameter: the fault's message and detail."""

    def __init__(self, message: str, detail: str) -> None:
        super().__init__(detail)
        self.message, self.detail = message, detail


def date_of(text: str | None, name: str) -> date | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar date)
    except ValueError:
        raise ParameterError("Invalid Date", f"{name} must be a date like 2025-01-31, not {text}") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ParameterError("Invalid Date", f"{name} must be within {_FIRST_YEAR} and {_LAST_YEAR}, not {text}")
    return day


def range_of(start_text: str | None, end_text: str | None, today: date) -> tuple[date, date]:
    """The asked-for range; a lone date is ignored, and the range is this month to date."""
    start, end = date_of(start_text, "start_date"), date_of(end_text, "end_date")
    if start is None or end is None:
        return today.replace(day=1), today
    if start > end:
        raise ParameterError("Invalid Date", f"start_date {start} is after end_date {end}")
    return start, end


def json_of(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FaultError(f"expected JSON: {error}") from None
