"""Spoilt reports and sheets end in rows and refusals that conserve, or in the declared error: never in another."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monette_assets.silver.sheets import Vocabulary
from monette_assets.sources.landing.recognition import recognise
from monette_assets.sources.landing.workbooks import read_workbook
from monette_assets_tests.frames import group_of
from monette_assets_tests.reliability.mutations import (
    PARSERS,
    Choose,
    check_report,
    check_sheet,
    reports,
    sheets,
    spoilt_report,
    spoilt_sheet,
)

FEW = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def choosing(data: st.DataObject) -> Choose:
    return lambda count: data.draw(st.integers(0, max(count - 1, 0)))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return Vocabulary(group_of(tmp_path_factory.mktemp("group")))


def test_what_is_spoilt_is_readable_before() -> None:
    rendered = reports()[: 2 * len(PARSERS)]  # the simulator's; recorded ones come after them
    assert [name for name, text in rendered if check_report(name, text).refused] == []
    assert {recognise(read_workbook(content)).kind for content in sheets()} == {"budget", "head_counts", "adjustments"}


@FEW
@given(st.data())
def test_a_spoilt_report_ends_in_rows_and_refusals_that_conserve(data: st.DataObject) -> None:
    check_report(*spoilt_report(choosing(data)))


@FEW
@given(st.data())
def test_a_spoilt_sheet_is_read_or_refused(words: Vocabulary, data: st.DataObject) -> None:
    check_sheet(spoilt_sheet(choosing(data)), words)
