"""Which months a column sums up, by whose fiscal year (ACCOUNTING 10, 11)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.group import Group, load_group
from monette_assets.group.calendar import add_months
from monette_assets.lake import Lake
from monette_assets.reports.columns import BEFORE, CHANGE, CURRENT, PERCENT, TOTAL, Column, Columns, columns_of
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.question import Question
from monette_assets.reports.released import Released, ReportError
from monette_assets_tests.contracts import small_contract, write_contract


@pytest.fixture
def group(tmp_path: Path) -> Group:
    """North's year begins in November, south's in January, the group's in November."""
    settings = {**small_contract()["group"], "year_start_month": 11}
    return load_group(write_contract(tmp_path, group=settings))


class Months(Released):
    """A release of which only the months are known."""

    def __init__(self, *built: date) -> None:
        super().__init__(Lake("nowhere"), 1, datetime(2025, 1, 1, tzinfo=UTC), {})
        object.__setattr__(self, "_built", built)

    def months(self, table: str = "gold/trial_balance", company: str | None = None) -> list[date]:
        return list(self._built)  # type: ignore[attr-defined]


def columns(group: Group, view: View, month: str, **whom: Any) -> Columns:
    period = date.fromisoformat(f"{month}-01")
    return columns_of(
        Question(Months(*(add_months(period, n) for n in range(-30, 1))), group, period, view=view, **whom)
    )


def spans(found: Columns) -> list[tuple[str, str, str]]:
    return [(each.title, f"{each.months[0]:%Y-%m}", f"{each.months[-1]:%Y-%m}") for each in found.each]


def test_a_month_beside_the_same_a_year_before(group: Group) -> None:
    assert spans(columns(group, View.MONTH, "2026-02")) == [
        ("Feb 2026", "2026-02", "2026-02"), ("Feb 2025", "2025-02", "2025-02"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("company", "quarter", "to_date", "year"),
    [
        (None, ("Q2 FY2026", "2026-02", "2026-04"), ("FY2026 to Feb 2026", "2025-11", "2026-02"),
         ("FY2026", "2025-11", "2026-10")),
        ("north", ("Q2 FY2026", "2026-02", "2026-04"), ("FY2026 to Feb 2026", "2025-11", "2026-02"),
         ("FY2026", "2025-11", "2026-10")),
        ("south", ("Q1 FY2026", "2026-01", "2026-03"), ("FY2026 to Feb 2026", "2026-01", "2026-02"),
         ("FY2026", "2026-01", "2026-12")),
    ],
)  # fmt: skip
def test_quarter_and_year_are_those_of_whom_is_asked_about(
    group: Group, company: str | None, quarter: Any, to_date: Any, year: Any
) -> None:
    assert spans(columns(group, View.QUARTER, "2026-02", company=company))[0] == quarter
    assert spans(columns(group, View.YTD, "2026-02", company=company))[0] == to_date
    assert spans(columns(group, View.YEAR, "2026-02", company=company))[0] == year


def test_a_year_cut_short_by_a_change_of_year_start_ends_where_the_next_begins(tmp_path: Path) -> None:
    companies = small_contract()["companies"]
    companies[0]["year_starts"] = [
        {"from": date(2020, 11, 1), "month": 11}, {"from": date(2026, 1, 1), "month": 1},
    ]  # fmt: skip
    group = load_group(write_contract(tmp_path, companies=companies))
    assert spans(columns(group, View.YEAR, "2025-12", company="north")) == [
        ("FY2025", "2025-11", "2025-12"), ("FY2025", "2024-11", "2024-12"),
    ]  # fmt: skip


def test_twelve_months_each_and_together(group: Group) -> None:
    found = columns(group, View.TRAILING, "2026-02")
    assert spans(found)[0] == ("Mar 2025", "2025-03", "2025-03")
    assert spans(found)[-1] == ("12 months", "2025-03", "2026-02")
    assert (len(found.each), found.current.key, found.compares) == (13, TOTAL, False)


def test_what_has_not_been_built_is_said(group: Group) -> None:
    question = Question(Months(date(2026, 2, 1)), group, date(2026, 2, 1), view=View.YTD)
    assert columns_of(question).notes == [
        "Nothing was built of FY2025 to Feb 2025: its column is empty.",
        "FY2026 to Feb 2026 holds 1 of 4 months, 2026-02 to 2026-02.",
    ]


DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
TWO = Columns(
    (Column(CURRENT, "now", (DECEMBER, JANUARY)), Column(BEFORE, "then", (date(2024, 12, 1), date(2025, 1, 1)))),
    frozenset({DECEMBER, JANUARY, date(2025, 1, 1)}),
    compares=True,
)
ROWS = [
    {"period": period, "line": "cash", "amount": Decimal(amount)}
    for period, amount in ((DECEMBER, "1.10"), (JANUARY, "2.20"), (date(2025, 1, 1), "-4.00"))
]


def test_flows_add_up_openings_are_the_first_months_and_closings_the_lasts() -> None:
    assert dict(TWO.flows(ROWS, "amount", lambda row: row["line"])["cash"]) == {
        CURRENT: Decimal("3.30"), BEFORE: Decimal("-4.00"),
    }  # fmt: skip
    assert TWO.openings(ROWS, "amount", lambda row: row["line"])["cash"][CURRENT] == Decimal("1.10")
    assert TWO.closings(ROWS, "amount", lambda row: row["line"])["cash"][CURRENT] == Decimal("2.20")
    assert TWO.openings(ROWS, "amount", lambda row: row["line"])["cash"][BEFORE] == Decimal("-4.00")


def test_a_change_is_a_percentage_of_what_was_there() -> None:
    cells = TWO.cells({CURRENT: Decimal("3.30"), BEFORE: Decimal("-4.00")})
    assert (cells[CHANGE], cells[PERCENT]) == (Decimal("7.30"), Decimal("182.5"))
    assert TWO.cells({CURRENT: Decimal("3.30")})[PERCENT] is None


def test_a_year_before_that_was_not_built_is_no_zero() -> None:
    only = Columns(TWO.each, frozenset({DECEMBER}), compares=True)
    assert only.cells({CURRENT: Decimal("3.30")}) == {CURRENT: Decimal("3.30")}


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=2, max_size=2))
def test_change_and_year_before_make_the_current_amount(amounts: list[Decimal]) -> None:
    cells = TWO.cells({CURRENT: amounts[0], BEFORE: amounts[1]})
    assert cells[BEFORE] + cells[CHANGE] == cells[CURRENT]  # type: ignore[operator]


def test_currencies_are_never_added_up_and_only_one_is_asked_about(group: Group) -> None:
    with pytest.raises(ReportError, match="--currency home: give the --company"):
        Question(Months(), group, currency=InCurrency.HOME)
    with pytest.raises(ReportError, match="--company and --subgroup: give one of them"):
        Question(Months(), group, company="north", subgroup="country/CA")
    with pytest.raises(ReportError, match="--basis cash: the contract's bases are accrual"):
        Question(Months(), group, basis="cash")
