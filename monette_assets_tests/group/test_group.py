"""What the platform asks of a group, on the demo group and on small ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monette_assets.group import Group, load_group
from monette_assets_tests.contracts import small_contract, write_contract, write_files

NOV_2024, OCT_2026 = date(2024, 11, 1), date(2026, 10, 1)


@pytest.fixture(scope="module")
def demo() -> Group:
    return load_group()


def test_the_demo_group_is_fifteen_companies_in_two_currencies(demo: Group) -> None:
    currencies = [each.home_currency for each in demo.companies]
    assert (currencies.count("CAD"), currencies.count("USD")) == (11, 4)
    assert (demo.currency, demo.time_zone, demo.first_period) == ("CAD", ZoneInfo("America/Regina"), NOV_2024)
    assert demo.bases == ("accrual",)


def test_one_demo_company_has_a_calendar_year(demo: Group) -> None:
    starts = {each.code: each.year_starts[-1].month for each in demo.companies}
    assert {code for code, month in starts.items() if month != 11} == {"wexmoor_services"}
    assert demo.fiscal_year("harrow_plains", date(2025, 11, 1)) == 2026
    assert demo.fiscal_year("wexmoor_services", date(2025, 11, 1)) == 2025
    assert demo.fiscal_year_start("harrow_plains", date(2025, 11, 1)) == date(2025, 11, 1)
    assert demo.fiscal_year_start("wexmoor_services", date(2025, 11, 1)) == date(2025, 1, 1)


def test_a_bought_and_a_sold_company_are_expected_only_while_they_belong(demo: Group) -> None:
    expected = demo.expected_company_months(NOV_2024, OCT_2026)
    assert len(expected) == 15 * 24 - 6 - 7
    assert min(p for c, p in expected if c == "long_coulee") == date(2025, 5, 1)
    assert max(p for c, p in expected if c == "antler_draw") == date(2026, 3, 1)
    assert not demo.is_active("antler_draw", date(2026, 4, 1))


def test_an_unknown_company_is_answered_with_the_known_ones(demo: Group) -> None:
    with pytest.raises(KeyError, match=r"no company 'tolen_creek' in group wexmoor.*did you mean 'tollen_creek'"):
        demo.company("tolen_creek")


def test_mapping_rows_say_one_group_account_per_account_and_period(demo: Group) -> None:
    rows = demo.account_mapping_rows()
    feed = {r["company"]: r["group_account"] for r in rows if r["account_number"] == "5500"}
    assert feed["dunmarrow"] == "feed"
    assert feed["tollen_creek"] == "crop_insurance"
    for period in (NOV_2024, date(2025, 2, 1), OCT_2026):
        keys = [
            (r["company"], r["account_number"], r["account_name"])
            for r in rows
            if r["from_period"] <= period < r["to_period"]
        ]
        assert len(keys) == len(set(keys))


def test_a_companys_own_mapping_comes_first_for_as_long_as_it_is_in_force(demo: Group) -> None:
    rows = [r for r in demo.account_mapping_rows() if (r["company"], r["account_number"]) == ("sable_butte", "5320")]
    assert [(r["group_account"], r["from_period"], r["to_period"]) for r in rows] == [
        ("travel", date(1900, 1, 1), date(2025, 2, 1)),
        ("fuel", date(2025, 2, 1), date(9999, 12, 1)),
    ]


def test_commodity_comes_from_the_mapping_else_from_the_group_account(demo: Group) -> None:
    commodity = {
        r["account_number"]: r["commodity"] for r in demo.account_mapping_rows() if r["company"] == "kestrel_bend"
    }
    assert (commodity["4010"], commodity["4210"], commodity["5100"]) == ("durum", "durum", None)


def test_locations_are_known_by_their_own_and_by_raw_names_and_change_pillar(demo: Group) -> None:
    rows = [r for r in demo.location_rows() if (r["company"], r["location"]) == ("harrow_plains", "Willowdip")]
    assert {(r["raw_name"], r["pillar"], r["from_period"], r["to_period"]) for r in rows} == {
        (raw, *rest)
        for raw in ("Willowdip", "Willow-dip farm")
        for rest in (
            ("Grain", date(1900, 1, 1), date(2025, 11, 1)),
            ("Cow-Calf", date(2025, 11, 1), date(9999, 12, 1)),
        )
    }


def test_reroutes_of_every_company_are_expanded(demo: Group) -> None:
    rows = [r for r in demo.reroute_rows() if r["company"] == "dunmarrow"]
    assert rows == [
        {
            "company": "dunmarrow",
            "group_account": "travel",
            "to_group_account": "custom_work",
            "from_period": NOV_2024,
            "to_period": date(2026, 1, 1),
        },
        {
            "company": "dunmarrow",
            "group_account": "telephone",
            "to_group_account": "office",
            "from_period": date(2025, 11, 1),
            "to_period": date(9999, 12, 1),
        },
    ]


def test_a_companys_own_reroute_comes_before_every_companys(tmp_path: Path) -> None:
    everyone = {"group_account": "direct", "to_group_account": "cost_of_goods", "from": date(2025, 1, 1)}
    own = {
        "company": "north",
        "group_account": "direct",
        "to_group_account": "below_ebitda",
        "from": date(2025, 3, 1),
        "to": date(2025, 5, 1),
    }
    rows = load_group(write_contract(tmp_path, reroutes=[everyone, own])).reroute_rows()
    assert [(r["to_group_account"], r["from_period"]) for r in rows if r["company"] == "north"] == [
        ("cost_of_goods", date(2025, 1, 1)),
        ("below_ebitda", date(2025, 3, 1)),
        ("cost_of_goods", date(2025, 5, 1)),
    ]
    assert [r["to_group_account"] for r in rows if r["company"] == "south"] == ["cost_of_goods"]


def test_every_depreciation_interest_and_tax_account_of_the_demo_is_below_ebitda(demo: Group) -> None:
    kinds = {r["kind"]: r["profit_type"] for r in demo.chart_rows()}
    assert {kinds[each] for each in ("depreciation", "interest", "income_tax")} == {"Other Expense"}


def test_fiscal_year_rows_hold_every_company_and_period(demo: Group) -> None:
    rows = demo.fiscal_year_rows(NOV_2024, OCT_2026)
    assert len(rows) == 15 * 24
    assert rows[0] == {
        "company": "harrow_plains",
        "period": NOV_2024,
        "fiscal_year": 2025,
        "fiscal_year_start": NOV_2024,
    }


def test_adding_a_company_is_one_entry(tmp_path: Path) -> None:
    contract = small_contract()
    contract["companies"].append(contract["companies"][0] | {"code": "east", "name": "East Ltd.", "realm_id": "1003"})
    group = load_group(write_files(tmp_path, contract))
    assert group.company("east").first_period == NOV_2024
    mapped = {code: [r for r in group.account_mapping_rows() if r["company"] == code] for code in ("north", "east")}
    assert len(mapped["east"]) == len(mapped["north"]) > 90
