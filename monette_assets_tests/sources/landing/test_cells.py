"""Cells are read strictly: what is not what it should be is refused, and says what was found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.sources.landing import cells
from monette_assets.sources.landing.cells import Broken, CellError


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1234.5, "1234.50"), (7, "7.00"), (0.1 + 0.2, "0.30"), (-2.005, "-2.01"), (1e11, "100000000000.00")],
)
def test_an_amount_is_rounded_to_the_cent_half_up(value: float, expected: str) -> None:
    assert str(cells.amount(value)) == expected


@pytest.mark.parametrize("text", ["1234.50", "1,234.50", " 1234.5 ", "1234.500"])
def test_csv_writes_amounts_as_text(text: str) -> None:
    assert cells.amount(text, is_text=True) == Decimal("1234.50")


def test_brackets_are_negative_in_csv() -> None:
    assert cells.amount("(1,234.50)", is_text=True) == Decimal("-1234.50")


@pytest.mark.parametrize("text", ["1234,50", "1.234,50", "12,34", "1e5", "$5", "--1", "(-1)", "NaN", "٣", "1 234", ""])
def test_what_may_mean_two_things_is_no_amount(text: str) -> None:
    with pytest.raises(CellError, match="expected an amount"):
        cells.amount(text, is_text=True)


@pytest.mark.parametrize(
    "value", ["12.50", True, None, date(2024, 11, 1), float("nan"), float("inf"), 1e12, Broken("the error #REF!")]
)
def test_in_a_workbook_only_a_number_is_an_amount(value: Any) -> None:
    with pytest.raises(CellError, match="expected an amount"):
        cells.amount(value)


def test_a_text_that_looks_like_a_number_says_how_to_put_it_right() -> None:
    with pytest.raises(CellError, match=r"found text '12\.50' \(text: format the cell as a number"):
        cells.amount("12.50")


def test_exact_amounts_have_no_fractions_of_a_cent() -> None:
    assert cells.amount(0.1 + 0.2, exact=True) == Decimal("0.30")
    with pytest.raises(CellError, match="whole cents"):
        cells.amount(1.005, exact=True)


def test_an_excel_date_in_a_text_column_is_named() -> None:
    with pytest.raises(CellError, match=r"found the date 2025-03-01 .Excel turned it into one"):
        cells.text(datetime(2025, 3, 1), "a location")  # noqa: DTZ001 Excel's dates have no time zone


@pytest.mark.parametrize(
    ("value", "expected"), [(4010, "4010"), (4010.0, "4010"), (" 4010 ", "4010"), ("4010-A", "4010-A")]
)
def test_an_accounts_number_is_a_name(value: Any, expected: str) -> None:
    assert cells.code(value) == expected


@pytest.mark.parametrize("value", [4010.5, True, None, date(2025, 1, 1)])
def test_what_is_no_accounts_number(value: Any) -> None:
    with pytest.raises(CellError):
        cells.code(value)


@pytest.mark.parametrize(
    "value",
    ["2024-11", "Nov 2024", "november 2024", "Nov-24", "nov. 2024", "Nov '24", "11/2024", "2024/11", "2024-11-30",
     date(2024, 11, 15), datetime(2024, 11, 1)],  # noqa: DTZ001
)  # fmt: skip
def test_a_month_as_people_write_it(value: Any) -> None:
    assert cells.month(value) == date(2024, 11, 1)


@pytest.mark.parametrize("value", ["Nov", "13/2024", "2024-00", "Novembr 2024", 2024, 45597, "", None, "1899-12-31"])
def test_what_is_no_month(value: Any) -> None:
    with pytest.raises(CellError, match="expected a month"):
        cells.month(value)


def test_french_months() -> None:
    assert cells.month("août 2025") == date(2025, 8, 1)


@pytest.mark.parametrize(("value", "expected"), [(2026, 2026), ("FY2026", 2026), ("fy 2026", 2026), (2026.0, 2026)])
def test_a_fiscal_year(value: Any, expected: int) -> None:
    assert cells.fiscal_year(value) == expected


anything = st.one_of(
    st.none(), st.text(max_size=50), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(), st.builds(Broken, st.text(max_size=5)),
)  # fmt: skip


@given(anything, st.booleans())
def test_a_cell_is_read_or_refused_whatever_it_holds(value: Any, is_text: bool) -> None:
    for read in (cells.text, cells.code, cells.month, cells.fiscal_year):
        with suppress(CellError):
            read(value)
    of_number: tuple[Callable[..., Any], ...] = (cells.amount, cells.rate, cells.count)
    for read_number in of_number:
        with suppress(CellError):
            assert abs(read_number(value, is_text=is_text)) < 10**12


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_written_to_a_cell_is_read_back(amount: Decimal) -> None:
    assert cells.amount(float(amount)) == amount
    assert cells.amount(f"{amount:,}", is_text=True) == amount
