"""What can go wrong on purpose: switched on per company, report and number of times, over HTTP or in a test.

A fault either answers instead of the API (`throttle`, `server_error`, ...), or spoils the report it would have sent
(`unknown_row_kind`, `malformed_amount`, ...), or spoils the bytes (`half_json`), the tokens (`revoke_token`, ...)
or the notifications (`repeat_notification`, ...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from monette_assets.simulator.reports.layout import cut

Json = dict[str, Any]

ANSWERS = ("throttle", "server_error", "gateway_timeout", "xml_error", "unauthorised", "disconnect")
DELAYS = ("slow",)
TOKENS = ("revoke_token", "lose_rotation", "no_grace")
BYTES = ("half_json", "wrong_company")
NOTIFICATIONS = ("lose_notification", "repeat_notification", "delay_notification")  # a delayed one comes after the next


class FaultError(ValueError):
    """A fault that cannot be switched on: names what was asked and what there is."""


@dataclass
class Fault:
    """One fault switched on. `realm` "*" means every company, `report` None any report or call, `times` None always."""

    kind: str
    realm: str = "*"
    report: str | None = None
    times: int | None = None
    seconds: float = 5.0  # how long `slow` takes

    def concerns(self, realm: str, report: str | None) -> bool:
        return self.realm in ("*", realm) and (self.report is None or self.report == report) and self.times != 0

    def as_json(self) -> Json:
        return {"kind": self.kind, "realm": self.realm, "report": self.report, "times": self.times}


@dataclass
class Faults:
    """The faults that are on, in the order they were switched on."""

    active: list[Fault] = field(default_factory=list)

    def add(self, body: object) -> Fault:
        """Switch on the fault a JSON body describes. Raises FaultError."""
        if not isinstance(body, dict):
            raise FaultError(f"expected a JSON object with a kind, found {type(body).__name__}")
        unknown = set(body) - {"kind", "realm", "report", "times", "seconds"}
        if unknown:
            raise FaultError(f"unknown fields {sorted(unknown)}; known: kind, realm, report, times, seconds")
        kind, times = body.get("kind"), body.get("times")
        if kind not in KINDS:
            raise FaultError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise FaultError(f"times must be a whole number above 0 or null, found {times!r}")
        realm, report, seconds = body.get("realm", "*"), body.get("report"), body.get("seconds", 5.0)
        if not isinstance(realm, str) or not (report is None or isinstance(report, str)):
            raise FaultError(f"realm and report must be texts, found {realm!r} and {report!r}")
        if not isinstance(seconds, int | float) or seconds < 0:
            raise FaultError(f"seconds must be a number from 0, found {seconds!r}")
        fault = Fault(kind, realm, report, times, float(seconds))
        self.active.append(fault)
        return fault

    def clear(self, realm: str | None = None) -> None:
        """Switch all off, or those of one company only."""
        self.active = [fault for fault in self.active if realm not in (None, fault.realm)]

    def take(self, realm: str, report: str | None, kinds: tuple[str, ...]) -> Fault | None:
        """The first active fault of these kinds that concerns the call, counted as used; None if there is none."""
        for fault in self.active:
            if fault.kind in kinds and fault.concerns(realm, report):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


# ---- spoiling a report


def spoil(report: Json, kind: str, *, truncated_text: str = "") -> Json:
    """The report with the fault in it. The report's own lists may be changed; shared cells never are."""
    if kind == "truncate":
        width = len(report["Columns"]["Column"])
        rows = report["Rows"].get("Row", [])
        report["Rows"] = {"Row": cut(rows, width, _leaf_count(rows) // 2 * width, truncated_text)}
        return report
    SPOILERS[kind](report)
    return report


def _leaf_count(rows: list[Json]) -> int:
    return sum(_leaf_count(row["Rows"].get("Row", [])) if "Rows" in row else 1 for row in rows)


def _leaves(rows: list[Json]) -> Iterator[Json]:
    for row in rows:
        if "Rows" in row:
            yield from _leaves(row["Rows"].get("Row", []))
        elif "ColData" in row:
            yield row


def _column_key(column: Json) -> str:
    return next((m["Value"] for m in column.get("MetaData", ()) if m["Name"] == "ColKey"), str(column["ColType"]))


def _money_positions(report: Json) -> list[int]:
    columns = report["Columns"]["Column"]
    keys = [_column_key(column) for column in columns]
    marks = ("amt", "amount", "bal", "Money", "total")
    return [position for position, key in enumerate(keys) if any(mark in key for mark in marks)]


def _replace(report: Json, positions: list[int], change: Callable[[str], str]) -> None:
    """Change the first filled cell among these positions, in the first leaf that has one."""
    for leaf in _leaves(report["Rows"].get("Row", [])):
        for position in positions:
            value = leaf["ColData"][position]["value"]
            if value and any(character.isdigit() for character in value):
                cells = list(leaf["ColData"])
                cells[position] = {**cells[position], "value": change(value)}
                leaf["ColData"] = cells
                return


def _replace_amount(report: Json, change: Callable[[str], str]) -> None:
    _replace(report, _money_positions(report), change)


def _replace_date(report: Json, value: str) -> None:
    keys = [_column_key(column) for column in report["Columns"]["Column"]]
    _replace(report, [keys.index("tx_date")] if "tx_date" in keys else [], lambda _: value)


def _unknown_row_kind(report: Json) -> None:
    rows = report["Rows"].setdefault("Row", [])
    rows.insert(len(rows) // 2, {"type": "Mystery", "Payload": {"ColData": [{"value": "?"}]}})


def _missing_column(report: Json) -> None:
    positions = _money_positions(report)
    if not positions:
        return
    gone = positions[0]

    def without(cells: list[Json]) -> list[Json]:
        return cells[:gone] + cells[gone + 1 :]

    def strip(rows: list[Json]) -> None:
        for row in rows:
            for part in ("Header", "Summary"):
                if part in row:
                    row[part] = {"ColData": without(row[part]["ColData"])}
            if "ColData" in row:
                row["ColData"] = without(row["ColData"])
            if "Rows" in row:
                strip(row["Rows"].get("Row", []))

    report["Columns"]["Column"] = without(report["Columns"]["Column"])
    strip(report["Rows"].get("Row", []))


def _new_column(report: Json) -> None:
    """A column nobody asked for, at the end."""
    columns = report["Columns"]["Column"]
    columns.append({"ColTitle": "Region", "ColType": "String", "MetaData": [{"Name": "ColKey", "Value": "region"}]})

    def widen(rows: list[Json]) -> None:
        for row in rows:
            for part in ("Header", "Summary"):
                if part in row:
                    row[part] = {"ColData": [*row[part]["ColData"], {"value": ""}]}
            if "ColData" in row:
                row["ColData"] = [*row["ColData"], {"value": "West"}]
            if "Rows" in row:
                widen(row["Rows"].get("Row", []))

    widen(report["Rows"].get("Row", []))


def _renamed_column(report: Json) -> None:
    """The first money column under a title, type and key nobody knows."""
    for position in _money_positions(report)[:1]:
        report["Columns"]["Column"][position] = {
            "ColTitle": "Value", "ColType": "Value", "MetaData": [{"Name": "ColKey", "Value": "value"}]
        }  # fmt: skip


def _more(value: str, more: int = 1) -> str:
    sign, digits = (-1, value[1:]) if value.startswith("-") else (1, value)
    cents = sign * int(digits.replace(".", "")) + more
    sign_text = "-" if cents < 0 else ""
    return f"{sign_text}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _misplaced_cent(report: Json) -> None:
    """A cent of one line on the line below: every total holds, two accounts are wrong."""
    for position in _money_positions(report)[:1]:
        leaves = _leaves(report["Rows"].get("Row", []))
        filled = [leaf for leaf in leaves if any(map(str.isdigit, leaf["ColData"][position]["value"]))]
        for leaf, cents in zip(filled[:2], (1, -1), strict=False):
            cells = list(leaf["ColData"])
            cells[position] = {**cells[position], "value": _more(cells[position]["value"], cents)}
            leaf["ColData"] = cells


SPOILERS: Mapping[str, Callable[[Json], None]] = MappingProxyType(
    {
        "unknown_row_kind": _unknown_row_kind,
        "missing_column": _missing_column,
        "new_column": _new_column,
        "renamed_column": _renamed_column,
        "malformed_amount": lambda report: _replace_amount(report, lambda _: "1.234,5O"),
        "malformed_date": lambda report: _replace_date(report, "2025-13-45"),
        "excel_date": lambda report: _replace_date(report, "45678"),
        "huge_amount": lambda report: _replace_amount(report, lambda _: "12345678901234567890.00"),
        "unbalanced": lambda report: _replace_amount(report, _more),
        "misplaced_cent": _misplaced_cent,
    }
)
REPORT_KINDS = (*SPOILERS, "truncate")
KINDS = (*ANSWERS, *DELAYS, *TOKENS, *BYTES, *NOTIFICATIONS, *REPORT_KINDS)
