"""What a cell holds, read strictly: an amount is a number, a name is text, a month is a month. Nothing is guessed.

A number is never read as a name, a text never as a number (but in CSV, where everything is text), a formula is never
computed: its saved value is read, and a cell without one is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

LARGEST = Decimal("1e12")  # amounts: nobody budgets more in a cell, and sums stay far from 18 digits
CENT, RATE_STEP = Decimal("0.01"), Decimal("0.000001")
MONTHS = (
    ("january", "jan", "janvier", "janv"),
    ("february", "feb", "février", "fevrier", "févr", "fev"),
    ("march", "mar", "mars"),
    ("april", "apr", "avril", "avr"),
    ("may", "mai"),
    ("june", "jun", "juin"),
    ("july", "jul", "juillet", "juil"),
    ("august", "aug", "août", "aout"),
    ("september", "sep", "sept", "septembre"),
    ("october", "oct", "octobre"),
    ("november", "nov", "novembre"),
    ("december", "dec", "décembre", "decembre", "déc"),
)
MONTH_NUMBERS = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
FIRST_YEAR, LAST_YEAR = 2000, 2099
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_NAMED_MONTH = re.compile(r"([^\W\d_]+)\.?[\s\-/,]*(\d{4}|'?\d{2})?")
_ISO_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?:[ T]00:00(?::00)?)?")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{4})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that has no value of its own: an error, or a formula that was saved without its result."""

    what: str


Value = str | int | float | bool | date | datetime | time | timedelta | Broken | None


class CellError(ValueError):
    """A cell that does not hold what it should: expected, found."""


def blank(value: Value) -> bool:
    """Whether there is nothing in the cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: Value) -> str:
    """A value as a person would recognise it."""
    if isinstance(value, Broken):
        return value.what
    if blank(value):
        return "nothing"
    if isinstance(value, datetime | date):
        return f"the date {value:%Y-%m-%d}"
    text = repr(value)
    kind = "text " if isinstance(value, str) else "number " if isinstance(value, int | float) else ""
    return kind + (text if len(text) <= 80 else f"{text[:77]}...")


def text(value: Value, what: str = "text", *, longest: int = 200) -> str:
    """A name: text without control characters. Raises CellError."""
    if not isinstance(value, str) or not value.strip():
        hint = " (Excel turned it into one: format the cell as text)" if isinstance(value, datetime | date) else ""
        raise CellError(f"expected {what}, found {shown(value)}{hint}")
    if len(value) > longest:
        raise CellError(f"expected {what} of at most {longest} characters, found {len(value)}")
    return _CONTROL.sub(" ", value).strip()


def code(value: Value, what: str = "a number or code") -> str:
    """A number that is a name, such as an account's: text, or a whole number. Raises CellError."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e9:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value, what)


def amount(value: Value, *, is_text: bool = False, exact: bool = False) -> Decimal:
    """Money, rounded to the cent half up; `exact` refuses fractions of a cent; `is_text` for CSV. Raises CellError."""
    found = number(value, "an amount", is_text=is_text)
    if abs(found) >= LARGEST:
        raise CellError(f"expected an amount below {LARGEST:,.0f}, found {shown(value)}")
    cents = found.quantize(CENT, ROUND_HALF_UP)
    if exact and abs(found - cents) > RATE_STEP:  # a float's own dust is less
        raise CellError(f"expected whole cents, found {shown(value)}")
    return cents


def rate(value: Value, *, is_text: bool = False) -> Decimal:
    """An exchange rate of six decimals, above zero. Raises CellError."""
    found = number(value, "an exchange rate", is_text=is_text)
    if not RATE_STEP <= found < 1000:
        raise CellError(f"expected an exchange rate above 0, found {shown(value)}")
    return found.quantize(RATE_STEP, ROUND_HALF_UP)


def count(value: Value, *, is_text: bool = False) -> int:
    """A whole number, not below zero. Raises CellError."""
    found = number(value, "a whole number", is_text=is_text)
    if found != found.to_integral_value() or not 0 <= found < LARGEST:
        raise CellError(f"expected a whole number, 0 or more, found {shown(value)}")
    return int(found)


def number(value: Value, what: str = "a number", *, is_text: bool = False) -> Decimal:
    """An exact number. Text is one only in CSV: 1234.50, 1,234.50, (1,234.50). Raises CellError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            found = Decimal(repr(value))
        except InvalidOperation:  # more digits than anybody means
            raise CellError(f"expected {what}, found {shown(value)}") from None
        if not found.is_finite() or found.adjusted() > 20:
            raise CellError(f"expected {what}, found {shown(value)}")
        return found
    if is_text and isinstance(value, str) and len(value) <= 40:
        written = value.strip().replace("\u00a0", "")
        negative = written.startswith("(") and written.endswith(")")
        plain = written[1:-1].strip() if negative else written
        if plain.isascii() and _NUMBER.fullmatch(plain) and not (negative and plain.startswith("-")):
            parsed = Decimal(plain.replace(",", ""))
            return -parsed if negative else parsed
        raise CellError(f"expected {what} such as 1234.50 or (1,234.50), found {shown(value)}")
    hint = " (text: format the cell as a number and type it again)" if isinstance(value, str) and value.strip() else ""
    raise CellError(f"expected {what}, found {shown(value)}{hint}")


def month(value: Value) -> date:
    """The first day of the month a cell names: a date, 2024-11, Nov 2024, 11/2024. Raises CellError."""
    year_and_month = month_named(value)
    if year_and_month is None or year_and_month[0] is None:
        raise CellError(f"expected a month such as 2024-11 or Nov 2024, found {shown(value)}")
    return date(year_and_month[0], year_and_month[1], 1)


def month_named(value: Value) -> tuple[int | None, int] | None:
    """Year (None where it is not said) and month; None where the cell names no month."""
    if isinstance(value, datetime | date):
        return (value.year, value.month) if FIRST_YEAR <= value.year <= LAST_YEAR else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    plain = value.strip()
    if found := _ISO_MONTH.fullmatch(plain):
        return _checked(int(found[1]), int(found[2]))
    if found := _MONTH_FIRST.fullmatch(plain):
        return _checked(int(found[2]), int(found[1]))
    found = _NAMED_MONTH.fullmatch(plain)
    position = MONTH_NUMBERS.get(found[1].casefold()) if found else None
    if found is None or position is None:
        return None
    said = int(found[2].lstrip("'")) if found[2] else None
    return (None, position) if said is None else _checked(said if said >= 100 else 2000 + said, position)


def _checked(year: int, position: int) -> tuple[int, int] | None:
    return (year, position) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= position <= 12 else None


def fiscal_year(value: Value) -> int:
    """A fiscal year by the year it ends in: 2026 or FY2026. Raises CellError."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    written = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    found = re.fullmatch(r"(?:FY\s*)?(20\d\d)", written, re.IGNORECASE | re.ASCII)
    if not found:
        raise CellError(f"expected a fiscal year by the year it ends in, such as 2026 or FY2026, found {shown(value)}")
    return int(found[1])
