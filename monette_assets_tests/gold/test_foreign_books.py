"""From the group contract to the terms a company is translated on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from monette_assets.gold.foreign_books import terms_of
from monette_assets.group import load_group
from monette_assets_tests.frames import group_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_terms_of_the_demo_groups_temporal_company() -> None:
    group = load_group()
    terms = terms_of(group, group.company("prairie_lantern"))
    assert terms.treatments == {
        "inventory": "non_monetary",
        "prepaid": "non_monetary",
        "land": "non_monetary",  # no depreciation is of land
        "buildings": "fixed_asset",
        "machinery": "fixed_asset",
        "breeding_herd": "fixed_asset",
        "accumulated_depreciation": "accumulated_depreciation",
    }
    assert (terms.method, terms.difference.id, terms.difference.group_account) == (
        "temporal", "translation_gain", "exchange_gain_loss",
    )  # fmt: skip


def test_the_contract_states_amounts_as_the_balance_sheet_shows_them() -> None:
    group = load_group()
    opening = terms_of(group, group.company("prairie_lantern")).opening
    assert opening.rate == (Decimal("1.368800"), date(2024, 10, 31), "Bank of Canada FXUSDCAD")
    stated = {name: opening.historical[name] for name in ("share_capital", "land", "accumulated_depreciation")}
    assert stated == {  # debit positive
        "share_capital": Decimal("-87720.00"),
        "land": Decimal("11220000.00"),
        "accumulated_depreciation": Decimal("-2900000.00"),
    }


def test_a_company_without_an_opening_position_has_no_terms(tmp_path: Path) -> None:
    group = group_of(tmp_path)
    with pytest.raises(ValueError, match="company north: expected an opening position in CAD, found none"):
        terms_of(group, group.company("north"))
