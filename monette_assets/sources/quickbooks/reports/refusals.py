"""What could not be published from a report, why, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

RAW_LIMIT = 2_000  # characters of the raw fragment kept

MONEY = pa.decimal128(18, 2)

REFUSALS = pa.schema(
    [
        ("company", pa.string()),
        ("period", pa.date32()),
        ("basis", pa.string()),
        ("report", pa.string()),
        ("part", pa.int32()),  # which payload of the fetch, from 0
        ("scope", pa.string()),  # row: this row; transaction: a line of a quarantined transaction; report: everything
        ("reason", pa.string()),  # a fixed word, e.g. malformed_amount
        ("detail", pa.string()),  # expected, found, what to do
        ("path", pa.string()),
        ("transaction_type", pa.string()),
        ("transaction_id", pa.string()),
        ("account_id", pa.string()),
        ("amount", MONEY),  # debit positive, where readable
        ("raw", pa.string()),
    ]
)


class ReportRefusedError(Exception):
    """The report as a whole cannot be read. Caught inside the parser, where it becomes a refusal of scope `report`."""

    def __init__(self, reason: str, detail: str, *, path: str = "$", raw: str | None = None) -> None:
        super().__init__(f"{reason} at {path}: {detail}")
        self.reason, self.detail, self.path, self.raw = reason, detail, path, raw


def fragment(raw: Any) -> str:
    """A raw fragment as text, cut to a bounded size. Lone surrogates, which no table can hold, are escaped."""
    text = raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()
    return text[:RAW_LIMIT].encode("utf-8", "backslashreplace").decode()


@dataclass(slots=True)
class Refusals:
    """Refusals of one fetch, gathered row by row (they are few)."""

    company: str
    period: date
    basis: str
    report: str
    entries: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        part: int,
        scope: str,
        reason: str,
        detail: str,
        path: str,
        *,
        transaction: tuple[str, str] | None = None,
        account_id: str | None = None,
        amount: Any = None,
        raw: str | None = None,
    ) -> None:
        """Add one; `amount` is a Decimal of debit positive sign."""
        self.entries.append(
            {
                "company": self.company,
                "period": self.period,
                "basis": self.basis,
                "report": self.report,
                "part": part,
                "scope": scope,
                "reason": reason,
                "detail": fragment(detail),
                "path": fragment(path),
                "transaction_type": transaction[0] if transaction else None,
                "transaction_id": transaction[1] if transaction else None,
                "account_id": account_id,
                "amount": amount,
                "raw": None if raw is None else fragment(raw),
            }
        )

    def refuse_report(self, part: int, error: ReportRefusedError) -> None:
        """Add the refusal of a whole report."""
        self.add(part, "report", error.reason, error.detail, error.path, raw=error.raw)

    def table(self) -> pa.Table:
        """As a table of schema `REFUSALS`."""
        return pa.Table.from_pylist(self.entries, schema=REFUSALS)


@dataclass(slots=True)
class Counts:
    """Conservation of one fetch (ACCOUNTING 7): data_rows = lines + not_postings + rows_refused, unless all is refused.

    `not_postings` are beginning balances, spacers and totals; `totals_verified` counts printed figures that were
    equal to
    what stands above them, `totals_unverified` those whose scope cannot be told or that hold an unreadable amount,
    `totals_off`
    those that differ.
    """

    data_rows: int = 0
    lines: int = 0
    not_postings: int = 0
    rows_refused: int = 0
    gross: int | None = None  # cents: readable amounts of data rows, published or refused, without their signs
    totals_verified: int = 0
    totals_unverified: int = 0
    totals_off: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """One fetch, parsed. `lines` has the parser's own schema; both tables are empty rather than absent."""

    lines: pa.Table
    refusals: pa.Table
    counts: Counts
    openings: pa.Table | None = None  # of a general ledger

    @property
    def refused(self) -> bool:
        """Whether the report as a whole was refused: then there are no lines at all."""
        return "report" in self.refusals.column("scope").unique().to_pylist()

    def reasons(self) -> Sequence[str]:
        """The reasons of refusal, in order."""
        reasons: list[str] = self.refusals.column("reason").to_pylist()
        return reasons
