"""Printed values to typed columns, whole columns at a time: amounts to integer cents, dates, timestamps, rates.

Nothing is coerced: what does not match the one accepted form is reported as bad, position by position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from monette_assets.sources.quickbooks.reports.refusals import MONEY

Cents = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# At most 18 digits with two decimals; `.25` and `.00` are how QuickBooks prints small ones; no separators, no exponent.
AMOUNT = r"^-?(?:[0-9]{1,16}(?:\.[0-9]{1,2}0*)?|\.[0-9]{1,2}0*)$"
AMOUNT_FORM = "an amount of at most 18 digits such as -1234.50"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_RATE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,18})?\Z|\.[0-9]{1,18}\Z")
_SAFE = 2**62


@dataclass(slots=True)
class Money:
    """A column of amounts: cents (0 where empty or bad), and which cells were empty or bad."""

    cents: Cents
    empty: Mask
    bad: Mask

    @property
    def given(self) -> Mask:
        """Where a readable amount stands."""
        return ~(self.empty | self.bad)


def money(texts: Sequence[str]) -> Money:
    """Amounts as integer cents."""
    array = pa.array(texts, pa.string())
    empty = _mask(pc.equal(array, ""))
    fits = _mask(pc.match_substring_regex(array, AMOUNT))
    readable = pc.if_else(pa.array(fits), array, None)
    decimals = pc.cast(readable, MONEY)
    return Money(to_cents(decimals), empty, ~(fits | empty))


def to_cents(decimals: pa.Array) -> Cents:
    """Cents of a decimal128(18, 2) array, 0 where null: the low words, since 18 digits fit into 63 bits."""
    filled = pc.fill_null(decimals, Decimal("0.00"))
    words = np.frombuffer(filled.buffers()[1], dtype=np.int64)
    low = words[2 * filled.offset : 2 * (filled.offset + len(filled)) : 2]
    return np.array(low, dtype=np.int64)


def from_cents(cents: Cents, null: Mask | None = None) -> pa.Array:
    """Cents as a decimal128(18, 2) array, null where `null`."""
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents
    words[:, 1] = cents >> 63  # sign extension
    validity = None if null is None or not null.any() else pa.array(~null).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [validity, pa.py_buffer(words)])


def one(text: str) -> int | None:
    """One amount in cents, None where empty.

    Raises:
        ValueError: malformed.
    """
    if text == "":
        return None
    if not re.match(AMOUNT, text) or text.endswith("\n"):
        raise ValueError(f"expected an amount such as -1234.50, found {text[:60]!r}")
    return int(Decimal(text).scaleb(2))


def decimal(cents: int | None) -> Decimal | None:
    """Cents as a Decimal of two places."""
    return None if cents is None else Decimal(cents).scaleb(-2)


class Totals:
    """Sums over ranges of rows, exact whatever the amounts."""

    def __init__(self, cents: Cents) -> None:
        largest = int(np.abs(cents).max()) if len(cents) else 0
        exact = cents if largest * max(len(cents), 1) < _SAFE else cents.astype(object)
        self._running = np.concatenate([np.zeros(1, dtype=exact.dtype), np.cumsum(exact)])

    def between(self, start: int, stop: int) -> int:
        """Sum of rows [start, stop)."""
        return int(self._running[stop] - self._running[start])


def mapped(texts: Sequence[str], kind: pa.DataType, read: Callable[[str], Any]) -> tuple[pa.Array, Mask]:
    """A column read value by distinct value (months have few dates): the array, and which cells are bad.

    `read` returns None for an empty cell and raises ValueError for a malformed one.
    """
    codes = pc.dictionary_encode(pa.array(texts, pa.string()))
    values: list[Any] = []
    bad: list[bool] = []
    for text in codes.dictionary.to_pylist():
        try:
            values.append(read(text))
            bad.append(False)
        except (ValueError, OverflowError):
            values.append(None)
            bad.append(True)
    indices = codes.indices.to_numpy(zero_copy_only=False)
    marks = np.array(bad, dtype=np.bool_)[indices] if len(indices) else np.zeros(0, dtype=np.bool_)
    return pa.array(values, kind).take(codes.indices), marks


def day(text: str) -> date:
    """A local calendar date `YYYY-MM-DD`; Excel's serial numbers and empty cells are malformed."""
    if not _DATE.match(text):
        raise ValueError(f"expected a date YYYY-MM-DD, found {text[:60]!r}")
    return date.fromisoformat(text)


def instant(text: str) -> datetime | None:
    """An ISO 8601 moment, in UTC; one without offset is taken as UTC."""
    if text == "":
        return None
    if not _DATE.match(text[:10]):
        raise ValueError(f"expected an ISO 8601 timestamp, found {text[:60]!r}")
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def instants(texts: Sequence[str]) -> tuple[pa.Array, Mask]:
    """A column of moments, as `instant`: at once where all are well formed with an offset, else one by one."""
    kind = pa.timestamp("us", tz="UTC")
    try:
        return pc.cast(optional(texts), kind), np.zeros(len(texts), np.bool_)
    except pa.ArrowInvalid:
        return mapped(texts, kind, instant)


_SIX = Decimal("0.000001")


def rate(text: str) -> Decimal | None:
    """An exchange rate, half-even to six decimals (ACCOUNTING 15)."""
    if text == "":
        return None
    if not _RATE.match(text) or not Decimal(text):
        raise ValueError(f"expected a positive exchange rate, found {text[:60]!r}")
    return Decimal(text).quantize(_SIX, ROUND_HALF_EVEN)


_YES_NO = {"": None, "yes": True, "true": True, "oui": True, "no": False, "false": False, "non": False}


def yes_no(text: str) -> bool | None:
    """Yes or no, as English and French companies print it; None where empty."""
    try:
        return _YES_NO[text.strip().lower()]
    except KeyError:
        raise ValueError(f"expected yes or no, found {text[:60]!r}") from None


def optional(texts: Sequence[str | None]) -> pa.Array:
    """Text, null where the cell is empty."""
    array = pa.array(texts, pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def constant(value: Any, kind: pa.DataType, rows: int) -> pa.Array:
    """The same value in every row."""
    return pa.repeat(pa.scalar(value, kind), rows)


def _mask(array: pa.Array) -> Mask:
    mask: Mask = array.to_numpy(zero_copy_only=False)
    return mask
