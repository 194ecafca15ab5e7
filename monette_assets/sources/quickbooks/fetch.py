"""Fetching reports whole: what was cut off or took too long is asked for again in halves, down to one day.

Payloads are kept verbatim, odd rows included: what a row means, and whether it may stay, is the parser's business. Here
an answer must only be the report that was asked for, and all of it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Any, Final

import orjson

from monette_assets.sources.quickbooks.client import Answer, QuickBooksClient
from monette_assets.sources.quickbooks.errors import TimedOut, Truncated, WrongAnswer
from monette_assets.sources.quickbooks.requests import AGINGS, Basis, ReportRequest
from monette_assets.telemetry.about import carried

CELL_LIMIT: Final = 400_000

# How the cell begins that QuickBooks puts where it stopped. The French text is a guess, none being recorded publicly;
# the limit and the odd last row (below) find a cut in any language.
_CUT_OFF: Final = (
    "unable to display more data",
    "impossible d'afficher plus de données",
    "impossible d’afficher plus de données",  # noqa: RUF001
)
# Answers waiting for their consumer; bounds the memory when fetching is faster.
_WAITING = 32


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: a range of the report, `start` to `end` included, verbatim."""

    number: int  # from 1, in order of the ranges
    start: date
    end: date
    params: dict[str, str]
    payload: str = field(repr=False)
    status: int
    intuit_tid: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """A report of a company-month, whole: its parts lie one after the other and cover the range asked for."""

    company: str
    period: date
    basis: Basis
    report: str
    parts: tuple[Part, ...]
    fetched_at: datetime  # when it was asked for first: later changes may be missing
    content_hash: str  # sha256 of ranges and contents, without the answers' own clock


@dataclass(frozen=True, slots=True)
class Failure:
    """A report of a company-month that could not be had, and why."""

    request: ReportRequest
    error: Exception


def fetch_report(client: QuickBooksClient, request: ReportRequest, *, cell_limit: int = CELL_LIMIT) -> Fetch:
    """The whole report, in as many parts as it takes.

    Raises:
        Truncated: cut off, and its range is one day already, or the report is not one that can be put together.
        WrongAnswer: another report, period, basis or currency than asked for, or not a report at all.
        QuickBooksError: as `QuickBooksClient.get`.
    """
    parts: list[Part] = []
    contents: list[dict[str, Any]] = []
    asked_at: datetime | None = None
    ranges = [(request.start, request.end)]  # still to fetch, the earliest last
    while ranges:
        start, end = ranges.pop()
        params = request.params(start, end)
        divisible = request.additive and start < end
        try:
            answer = client.get(
                request.company, f"reports/{request.name}", params, kind=request.report, retry_timeouts=not divisible
            )
            _check(request, start, end, answer)
            _refuse_cut(request, start, end, answer, cell_limit)
        except (TimedOut, Truncated):
            if not divisible:
                raise
            middle = start + (end - start) // 2
            ranges += [(middle + timedelta(days=1), end), (start, middle)]
            continue
        asked_at = asked_at or answer.asked_at
        parts.append(Part(len(parts) + 1, start, end, params, answer.text, answer.status, answer.intuit_tid))
        contents.append(answer.content)
    assert asked_at is not None
    return Fetch(
        company=request.company,
        period=request.period,
        basis=request.basis,
        report=request.report,
        parts=tuple(parts),
        fetched_at=asked_at,
        content_hash=_content_hash(parts, contents),
    )


def fetch_company_months(
    client: QuickBooksClient, requests: Iterable[ReportRequest], *, at_once_per_company: int = 4
) -> Iterator[Fetch | Failure]:
    """Fetch many reports, companies side by side, and yield each as it is there, in no particular order.

    Every company has threads of its own, so that one that is throttled or dead holds up none of the others; the
    client's limits bound the calls. Closing the iterator stops after the calls under way.
    """
    waiting: defaultdict[str, deque[ReportRequest]] = defaultdict(deque)
    for request in requests:
        waiting[request.company].append(request)
    total = sum(map(len, waiting.values()))
    done: SimpleQueue[Fetch | Failure] = SimpleQueue()
    room = Semaphore(_WAITING)
    stopped = Event()

    def work(mine: deque[ReportRequest]) -> None:
        while not stopped.is_set():
            try:
                request = mine.popleft()
            except IndexError:
                return
            room.acquire()
            try:
                done.put(fetch_report(client, request))
            except Exception as error:
                done.put(Failure(request, error))

    threads = [
        Thread(target=carried(work), args=(mine,), name=f"fetch {company}", daemon=True)
        for company, mine in waiting.items()
        for _ in range(min(at_once_per_company, len(mine)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(total):
            result = done.get()
            room.release()
            yield result
    finally:
        stopped.set()
        room.release(len(threads) or 1)
        for thread in threads:
            thread.join()


def _check(request: ReportRequest, start: date, end: date, answer: Answer) -> None:
    """Refuse an answer that is not the report asked for."""
    content = answer.content
    wrong = [f"$.{name}: expected an object, found {_kind(content.get(name))}" for name in ("Header", "Columns", "Rows")
             if not isinstance(content.get(name), dict)]  # fmt: skip
    if not wrong:
        wrong = _check_header(request, start, end, content["Header"])
        for outer, inner in (("Columns", "Column"), ("Rows", "Row")):
            found = content[outer].get(inner, [])
            if not isinstance(found, list):
                wrong.append(f"$.{outer}.{inner}: expected a list, found {_kind(found)}")
        if not content["Columns"].get("Column") and not _is_empty(content["Header"]):
            wrong.append("$.Columns.Column: expected columns, found none")
    if wrong:
        raise WrongAnswer(
            "; ".join(wrong),
            **_where(request, start, end, answer),
            what_to_do="ask again; if it lasts, check the company's realm and currency in the contract",
        )


def _check_header(request: ReportRequest, start: date, end: date, header: dict[str, Any]) -> list[str]:
    expected = {"ReportName": request.name, "Currency": request.currency}
    options = _options(header)
    if request.report in AGINGS:
        # An aging is as of one day, told as an option or as the period's end.
        name = "report_date" if "report_date" in options else "EndPeriod"
        if {**options, **header}.get(name, end.isoformat()) != end.isoformat():
            return [f"$.Header {name}: expected {end}, found {({**options, **header})[name]!r}"]
    else:
        expected |= {"StartPeriod": start.isoformat(), "EndPeriod": end.isoformat()}
        if "ReportBasis" in header:
            expected["ReportBasis"] = request.basis.capitalize()
    return [
        f"$.Header.{name}: expected {value!r}, found {header.get(name)!r}"
        for name, value in expected.items()
        if header.get(name) != value
    ]


def _options(header: dict[str, Any]) -> dict[str, Any]:
    options = header.get("Option")
    if not isinstance(options, list):
        return {}
    return {str(option.get("Name")): option.get("Value") for option in options if isinstance(option, dict)}


def _is_empty(header: dict[str, Any]) -> bool:
    return _options(header).get("NoReportData") == "true"


def _refuse_cut(request: ReportRequest, start: date, end: date, answer: Answer, cell_limit: int) -> None:
    """Refuse a report that QuickBooks cut off: it says so in a cell, reaches the limit, or ends in an odd row."""
    content = answer.content
    width = len(content["Columns"].get("Column") or ())
    cells = 0
    reason = ""
    last: tuple[list[Any], bool] | None = None  # the last row that holds values, and whether it is its section's first
    for line, is_leaf, is_first in _lines(content["Rows"].get("Row") or []):
        cells += len(line)
        texts = [_text(cell) for cell in line]
        filled = [text for text in texts if text]
        if filled and (texts[0] == filled[0] or len(filled) == 1) and filled[0].casefold().startswith(_CUT_OFF):
            reason = f"a cell reads {filled[0]!r}"
        if is_leaf:
            last = (line, is_first)
    if not reason and cells + width > cell_limit:
        reason = f"it has {cells} cells, the limit is {cell_limit}"
    if not reason and request.additive and last is not None and _is_odd(*last):
        reason = f"its last row has a single value, {_text(last[0][0])!r}"
    if reason:
        why = (
            "one day is the smallest range"
            if request.additive
            else f"a {request.name} cannot be put together from parts"
        )
        raise Truncated(
            f"cut off: {reason}; {why}",
            **_where(request, start, end, answer),
            what_to_do="ask for fewer columns, or take the day's postings from QuickBooks' own export",
        )


def _lines(rows: list[Any], path: int = 0) -> Iterator[tuple[list[Any], bool, bool]]:
    """Every line of cells in order: (cells, whether a leaf, whether the first row of a section)."""
    stack = [iter(enumerate(rows))]
    summaries: list[Any] = []
    while stack:
        index, row = next(stack[-1], (0, None))
        if row is None:
            stack.pop()
            if summaries and (summary := _cells(summaries.pop())):
                yield summary, False, False
            continue
        if not isinstance(row, dict):
            continue  # refused by the parser, with its path
        if header := _cells(row.get("Header")):
            yield header, False, False
        if cells := _cells(row):
            yield cells, True, index == 0 and len(stack) > 1
        inner = row.get("Rows")
        children = inner.get("Row") if isinstance(inner, dict) else None
        summaries.append(row.get("Summary"))
        stack.append(iter(enumerate(children if isinstance(children, list) else [])))


def _cells(line: Any) -> list[Any]:
    cells = line.get("ColData") if isinstance(line, dict) else None
    return cells if isinstance(cells, list) else []


def _text(cell: Any) -> str:
    value = cell.get("value") if isinstance(cell, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _is_odd(line: list[Any], is_first: bool) -> bool:
    """Whether a last row looks like a notice instead of a posting: one text, first, without an id.

    A section's first row may look so too: a Beginning Balance without an amount.
    """
    filled = [cell for cell in line if _text(cell)]
    return not is_first and len(line) > 1 and filled == line[:1] and not filled[0].get("id")


def _content_hash(parts: list[Part], contents: list[dict[str, Any]]) -> str:
    """sha256 over each part's range and its JSON with sorted keys, less Header.Time. Numbers in reports are strings."""
    digest = hashlib.sha256()
    for part, content in zip(parts, contents, strict=True):
        header = {name: value for name, value in content["Header"].items() if name != "Time"}
        told = {"start": part.start, "end": part.end, "content": {**content, "Header": header}}
        digest.update(orjson.dumps(told, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()


def _where(request: ReportRequest, start: date, end: date, answer: Answer) -> dict[str, Any]:
    return {
        "company": request.company,
        "request": f"{request.report} of {request.period:%Y-%m} ({request.name}, {start} to {end}, {request.basis})",
        "status": answer.status,
        "intuit_tid": answer.intuit_tid,
    }


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
