"""Printed amounts, dates and rates, against Decimal and datetime."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.sources.quickbooks.reports import values

CENTS = st.integers(-(10**18) + 1, 10**18 - 1)


def printed(cents: int, style: int) -> str:
    sign, whole, rest = "-" * (cents < 0), *divmod(abs(cents), 100)
    if style == 1 and not whole:
        return f"{sign}.{rest:02d}"
    if style == 2 and not rest % 10:
        return f"{sign}{whole}.{rest // 10}"
    if style == 3 and not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:02d}"


@given(st.lists(st.tuples(CENTS, st.integers(0, 3))))
def test_amounts_equal_decimal_in_every_printed_style(amounts: list[tuple[int, int]]) -> None:
    texts = [printed(*amount) for amount in amounts]
    found = values.money(texts)
    assert found.cents.tolist() == [int(Decimal(t) * 100) for t in texts]
    assert not found.bad.any()
    assert values.from_cents(found.cents).to_pylist() == [Decimal(t).quantize(Decimal("0.01")) for t in texts]
    assert [values.one(t) for t in texts] == found.cents.tolist()


@given(st.text(alphabet="0123456789.,-+e ()$\u00a0\n\u0663", max_size=24))
def test_what_is_no_plain_amount_is_bad_and_never_another_number(text: str) -> None:
    found = values.money([text])
    if found.given[0]:
        assert Decimal(text) * 100 == int(found.cents[0])
    else:
        assert found.cents[0] == 0
        assert bool(found.empty[0]) == (text == "")
    try:
        one = values.one(text)
    except ValueError:
        assert found.bad[0]
    else:
        assert one == (None if text == "" else int(found.cents[0]))


@given(st.lists(CENTS, max_size=40), st.data())
def test_sums_over_ranges_are_exact_however_large(cents: list[int], data: st.DataObject) -> None:
    stop = data.draw(st.integers(0, len(cents)))
    start = data.draw(st.integers(0, stop))
    assert values.Totals(np.array(cents, np.int64)).between(start, stop) == sum(cents[start:stop])


@given(st.dates())
def test_dates_are_iso(day: date) -> None:
    assert values.day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "45992", "2025-1-2", "20250102", "2025-02-30", "2025-01-02T00:00", "\u0662025-01-02"]
)
def test_other_dates_are_malformed(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words does not matter here
        values.day(text)


def test_rates_round_half_even_to_six_decimals_and_are_positive() -> None:
    assert values.rate("1.3500005") == Decimal("1.350000")
    assert values.rate("") is None
    for text in ("0", "-1", "1,3", "nan", "1e2"):
        with pytest.raises(ValueError):  # noqa: PT011
            values.rate(text)
