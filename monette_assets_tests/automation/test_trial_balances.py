"""In which months books changed: the month of the change, not the later ones that carry it on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from monette_assets.automation.trial_balances import Balances, changed_months

NOVEMBER, DECEMBER, JANUARY, FEBRUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)
YEARS = {NOVEMBER: date(2024, 1, 1), DECEMBER: date(2024, 1, 1), JANUARY: JANUARY, FEBRUARY: JANUARY}
EARNING = {"sales", "feed"}


def balances(**closing: str) -> Balances:
    return {account: Decimal(amount) for account, amount in closing.items()}


# cash, sales and feed of a company whose year ends in December; what was earned is then in retained earnings
OURS = {
    NOVEMBER: balances(cash="60", sales="-100", feed="40"),
    DECEMBER: balances(cash="90", sales="-150", feed="60"),
    JANUARY: balances(cash="110", retained="-90", sales="-20"),
    FEBRUARY: balances(cash="105", retained="-90", sales="-20", feed="5"),
}


def changed(theirs: dict[date, Balances], ours: dict[date, Balances] | None = None) -> list[date]:
    return changed_months(YEARS, OURS if ours is None else ours, theirs, EARNING, "retained")


def test_equal_books_have_no_changed_month() -> None:
    assert changed(dict(OURS)) == []


def test_a_sale_entered_in_november_changes_november_alone() -> None:
    """Its cash stands in every later month, its income in retained earnings from January on."""
    theirs = {
        NOVEMBER: balances(cash="67", sales="-107", feed="40"),
        DECEMBER: balances(cash="97", sales="-157", feed="60"),
        JANUARY: balances(cash="117", retained="-97", sales="-20"),
        FEBRUARY: balances(cash="112", retained="-97", sales="-20", feed="5"),
    }
    assert changed(theirs) == [NOVEMBER]


def test_goods_costed_again_in_december_and_february() -> None:
    theirs = {
        NOVEMBER: OURS[NOVEMBER],
        DECEMBER: balances(cash="90", stock="-3", sales="-150", feed="63"),
        JANUARY: balances(cash="110", stock="-3", retained="-87", sales="-20"),
        FEBRUARY: balances(cash="105", stock="-4", retained="-87", sales="-20", feed="6"),
    }
    assert changed(theirs) == [DECEMBER, FEBRUARY]


def test_a_reclassification_within_a_year_leaves_nothing_behind_and_is_found() -> None:
    theirs = {**OURS, DECEMBER: balances(cash="90", sales="-140", feed="50")}
    assert changed(theirs) == [DECEMBER]


def test_a_document_moved_to_another_month_changes_both() -> None:
    theirs = {**OURS, NOVEMBER: balances(cash="50", sales="-90", feed="40")}
    assert changed(theirs) == [NOVEMBER, DECEMBER]


def test_an_earlier_balance_that_moved_changes_the_first_month() -> None:
    theirs = {month: {**held, "cash": held["cash"] + 1, "capital": Decimal(-1)} for month, held in OURS.items()}
    assert changed(theirs) == [NOVEMBER]


def test_a_month_that_is_not_here_is_changed_whatever_is_in_it() -> None:
    ours = {month: held for month, held in OURS.items() if month != DECEMBER}
    assert changed(dict(OURS), ours) == [DECEMBER, JANUARY]


@pytest.mark.parametrize("retained", ["retained", ""])
def test_a_difference_over_the_year_end_is_no_change_only_where_retained_earnings_takes_it_in(retained: str) -> None:
    theirs = {
        NOVEMBER: OURS[NOVEMBER],
        DECEMBER: balances(cash="91", sales="-151", feed="60"),
        JANUARY: balances(cash="111", retained="-91", sales="-20"),
        FEBRUARY: balances(cash="106", retained="-91", sales="-20", feed="5"),
    }
    found = changed_months(YEARS, OURS, theirs, EARNING, retained)
    assert found == ([DECEMBER] if retained else [DECEMBER, JANUARY])
