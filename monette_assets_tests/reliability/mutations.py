"""Valid reports and sheets, spoilt by choices that somebody else makes (Hypothesis or a coverage-guided fuzzer), and
what must be true of whatever the readers make of them.
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from monette_assets.silver.adjustments import parse_adjustments
from monette_assets.silver.budgets import parse_budgets
from monette_assets.silver.head_counts import parse_head_counts
from monette_assets.silver.sheets import Parsed as ParsedSheets
from monette_assets.silver.sheets import Parser, Vocabulary
from monette_assets.simulator.reports import ledger_of, render_report
from monette_assets.sources.landing.folder import Unreadable
from monette_assets.sources.landing.recognition import recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets.sources.quickbooks.reports import (
    Parsed,
    parse_agings,
    parse_balances,
    parse_general_ledger,
    parse_journal,
    parse_profit_and_loss_detail,
)
from monette_assets_tests.landed import landed, workbook
from monette_assets_tests.reliability.small_farm import MARCH, books, herds
from monette_assets_tests.simulator.small_books import farm
from monette_assets_tests.sources.quickbooks.recorded import PAYLOADS

Choose = Callable[[int], int]
"""One of so many: 0 to n - 1."""

MONTH: dict[str, Any] = {"company": "north", "period": MARCH, "basis": "accrual", "home_currency": "CAD"}
PARSERS: dict[str, Callable[[str], Parsed]] = {
    "GeneralLedger": lambda text: parse_general_ledger([text], **MONTH),
    "ProfitAndLossDetail": lambda text: parse_profit_and_loss_detail([text], **MONTH),
    "TrialBalance": lambda text: parse_balances([text], "trial_balance", **MONTH),
    "BalanceSheet": lambda text: parse_balances([text], "balance_sheet", **MONTH),
    "ProfitAndLoss": lambda text: parse_balances([text], "profit_and_loss", **MONTH),
    "AgedPayableDetail": lambda text: parse_agings([text], "AgedPayableDetail", **MONTH),
    "AgedReceivableDetail": lambda text: parse_agings([text], "AgedReceivableDetail", **MONTH),
    "JournalReport": lambda text: parse_journal([text], **MONTH),
}
SHARED = PAYLOADS / "reports"
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", " ", "45992", "1,234.50", "(12.00)", "-0.00", "1e5", "NaN", "٣", "\ud800",
    "\x00", "é",
    "Unable to display more data. Please reduce the date range.", "Section", "Data", "2024-02-30", "2024-02-29",
    "99999999999999999999.99", "0.001", "Total for Bank", "9" * 400, {}, [], [[]], {"Row": None}, {"Row": [None]},
    {"ColData": []}, {"ColData": [{"value": "1.00"}]}, {"value": "12.00", "id": "1"}, {"Rows": {"Row": []}},
)  # fmt: skip


LEDGER_COLUMNS = (
    "tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "klass_name", "dept_name", "account_name",
    "account_num", "debt_amt", "credit_amt", "subt_nat_amount", "rbal_nat_amount",
)  # fmt: skip


@cache
def reports() -> tuple[tuple[str, str], ...]:
    """Reports as the simulator renders them, of two kinds of books; recorded ones where they lie beside the
    repository."""
    found = []
    for each, start in ((books()["1001"], date(2024, 3, 1)), (farm(), date(2025, 2, 1))):
        index = ledger_of(each)
        for name in PARSERS:
            asked = LEDGER_COLUMNS if name == "GeneralLedger" else ()
            text = render_report(index, name, start, date(start.year, start.month, 28), columns=asked).decode()
            found.append((name, text.replace(f"{start:%Y-%m}-28", "2024-03-31").replace(f"{start:%Y-%m}", "2024-03")))
    for path in sorted(SHARED.glob("*.json")):
        name = path.name.partition("__")[0]
        if name in PARSERS:
            found.append((name, path.read_text(encoding="utf-8")))
    return tuple(found)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every container and key in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        keys = each.keys() if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            found.append((each, key))
            waiting.append(each[key])
    return found


def _digit(value: str, choose: Choose) -> str:
    at = choose(len(value) + 1)
    return value[:at] + "0123456789.-, e/"[choose(16)] + value[at + choose(2) :]


def _change(place: tuple[Any, Any], other: tuple[Any, Any], choose: Choose) -> None:
    """One change where `place` points, with what `other` points at."""
    holder, key = place
    action = choose(7)
    if action == 0:
        holder[key] = copy.deepcopy(JUNK[choose(len(JUNK))])
    elif action == 1:
        del holder[key]
    elif action == 2 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif action == 3 and isinstance(holder, list):
        at = choose(len(holder))
        holder[key], holder[at] = holder[at], holder[key]
    elif action == 4 and isinstance(holder, dict):
        holder[f"{key}s" if choose(2) else str(key).lower()] = holder.pop(key)
    elif action == 5 and isinstance(holder[key], str):
        holder[key] = _digit(holder[key], choose)
    else:
        holder[key] = copy.deepcopy(other[0][other[1]])


def spoilt_report(choose: Choose) -> tuple[str, str]:
    """A report's name and its text after up to three changes; sometimes cut, sometimes read as another report."""
    known = reports()
    name, text = known[choose(len(known))]
    body = json.loads(text)
    for _ in range(choose(4)):
        places = _places(body)
        if not places:
            break
        _change(places[choose(len(places))], places[choose(len(places))], choose)
    text = json.dumps(body, ensure_ascii=bool(choose(2)))
    if choose(16) == 0:
        text = text[: choose(len(text) + 1)]
    return (list(PARSERS)[choose(len(PARSERS))] if choose(16) == 0 else name), text


def check_report(name: str, text: str) -> Parsed:
    """Rows and refusals that conserve; every refusal of a kind foreseen, with its place."""
    parsed = PARSERS[name](text)
    for refusal in parsed.refusals.to_pylist():
        assert refusal["reason"] != "unexpected", refusal["detail"]
        assert refusal["detail"], refusal
        assert refusal["path"], refusal
    counts = parsed.counts
    if parsed.refused:
        assert len(parsed.lines) == 0
    elif name == "GeneralLedger":
        assert counts.data_rows == counts.lines + counts.not_postings + counts.rows_refused, counts
        assert counts.lines >= len(parsed.lines), counts
    return parsed


@cache
def sheets() -> tuple[bytes, ...]:
    """A budget by month, head counts, entries by hand, as workbooks; a budget as CSV."""
    months = [f"{year}-{month:02d}" for year, month in [(2024, 11), (2024, 12), *((2025, m) for m in range(1, 11))]]
    budget = workbook({"North Home": [["Account", "Name", *months], ["4000", "Grain", *[100.5] * 12]]})
    header = ["Period", "Entry", "Company", "Group account", "Amount CAD", "Description", "Author", "Approver"]
    entries = [["2024-12", "J1", "north", "assets", 10, "m", "A", "B"],
               ["2024-12", "J1", "north", "sales", -10, "m", "A", "B"]]  # fmt: skip
    csv = "Period;Company;Location;Herd;Head\n2024-03;south;South Ranch;Feedlot;120\n2024-03;south;;Cow/Calf;(4)\n"
    return budget, herds(), workbook({"Entries": [header, *entries]}), csv.encode()


def spoilt_sheet(choose: Choose) -> bytes:
    """A file after some changes: bytes of a part, its name, its end; of a CSV its characters."""
    content = bytearray(sheets()[choose(len(sheets()))])
    if not content.startswith(b"PK") or choose(8) == 0:
        for _ in range(choose(6)):
            at = choose(len(content)) if content else 0
            content[at : at + choose(3)] = [b"", b"\x00", b'"', b"\n", b";", b"\xff", b"9", b"=1+1"][choose(8)]
        return bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    for _ in range(1 + choose(3)):
        names = list(parts)
        name = names[choose(len(names))] if choose(3) == 0 else "xl/worksheets/sheet1.xml"
        if name not in parts:
            continue
        part, action = parts[name], choose(5)
        at = choose(len(part) + 1)
        if action == 0:
            del parts[name]
        elif action == 1:
            del part[at : at + choose(64)]
        elif action == 2:
            other = parts[names[choose(len(names))]]
            part[at:at] = other[: choose(len(other) + 1)][:256]
        else:
            junk = [b"A1048576", b"XFD1", b"ZZZ9", b"-1", b"9" * 30, b'r="0"', b't="e"', b't="d"', b't="b"', b"&amp;",
                    b"<f>1</f>", b"NaN", b"1e400", b"2024-02-30", b"<c/>", b"<row/>", b'hidden="1"',
                    b'min="-5"']  # fmt: skip
            part[at : at + choose(9)] = junk[choose(len(junk))]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), bytes(part))
    return target.getvalue()


SHEET_PARSERS: Mapping[str, Parser] = {
    "budget": parse_budgets, "head_counts": parse_head_counts, "adjustments": parse_adjustments
}  # fmt: skip


def check_sheet(content: bytes, words: Vocabulary) -> str:
    """The file is refused as unreadable, or read: then no reader raises, and what it saw is a row or withheld.

    Returns what it was taken for, or why it was refused.
    """
    try:
        kind = recognise(read_workbook(content)).kind
    except Unreadable as refused:
        return str(refused)
    if kind in SHEET_PARSERS:
        found: ParsedSheets = SHEET_PARSERS[kind](words, [landed(content)])
        withheld = sum(refusal.amounts for refusal in found.refusals)
        whole = [refusal for refusal in found.refusals if refusal.whole]
        assert found.seen == len(found.rows) + withheld or whole, (found.seen, len(found.rows), withheld)
    return kind
