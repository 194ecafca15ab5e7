"""A contract is refused with every mistake of every file: file, path, what was found, the valid choices."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import GroupContractError, load_group
from monette_assets_tests.contracts import small_contract, write_contract, write_files


def problems(folder: Path) -> list[str]:
    with pytest.raises(GroupContractError) as raised:
        load_group(folder)
    return [str(each) for each in raised.value.problems]


def changed(file: str, index: int, **fields: Any) -> dict[str, Any]:
    """The small contract with one entry changed; a field given as None is left out."""
    contract = small_contract()
    contract[file][index] |= fields
    contract[file][index] = {key: value for key, value in contract[file][index].items() if value is not None}
    return contract


def test_the_small_contract_is_valid(tmp_path: Path) -> None:
    assert [each.code for each in load_group(write_contract(tmp_path)).companies] == ["north", "south"]


WRONG_ENTRIES = [
    (
        changed("companies", 1, home_currency="EUR"),
        "companies.yaml: companies[1].home_currency: found 'EUR'; expected one of CAD, USD",
    ),
    (
        changed("companies", 0, pillar="Grian"),
        "companies.yaml: companies[0].pillar: found 'Grian'; "
        "expected one of Cattle, Cow-Calf, Grain (did you mean 'Grain'?)",
    ),
    (
        changed("companies", 1, location="South Ranche"),
        "companies.yaml: companies[1].location: found 'South Ranche'; "
        "expected one of North Home, South Ranch (did you mean 'South Ranch'?)",
    ),
    (
        changed("companies", 1, code="South"),
        r"companies.yaml: companies[1].code: found 'South'; expected text matching ^[a-z][a-z0-9_]{1,31}$",
    ),
    (
        changed("companies", 1, code="n' OR 1=1"),
        """companies.yaml: companies[1].code: found "n' OR 1=1"; expected text matching ^[a-z][a-z0-9_]{1,31}$""",
    ),
    (
        changed("companies", 1, code="south\n"),
        r"companies.yaml: companies[1].code: found 'south\n'; expected text matching ^[a-z][a-z0-9_]{1,31}$",
    ),
    (
        changed("companies", 1, code="north"),
        "companies.yaml: companies[1].code: found 'north'; expected no duplicate of companies[0]",
    ),
    (
        changed("companies", 1, code="group"),
        "companies.yaml: companies[1].code: found 'group'; expected another code: this one stands for the group itself",
    ),
    (
        changed("companies", 1, realm_id="1001"),
        "companies.yaml: companies[1].realm_id: found '1001'; expected no duplicate of companies[0]",
    ),
    (
        changed("companies", 1, name="North  farm LTD."),
        "companies.yaml: companies[1].name: found 'North  farm LTD.'; expected another name than companies[0], "
        "'North Farm Ltd.': sheets are read without case and spaces",
    ),
    (
        small_contract()
        | {"locations": [*small_contract()["locations"], {"name": "north home", "pillars": [{"pillar": "Grain"}]}]},
        "locations.yaml: locations[2].name: found 'north home'; expected another name than locations[0], "
        "'North Home': sheets are read without case and spaces",
    ),
    (
        changed("companies", 1, realm_id=1002),
        "companies.yaml: companies[1].realm_id: found 1002; expected text (put it in quotes)",
    ),
    (
        changed("companies", 0, first_period=date(2024, 11, 15)),
        "companies.yaml: companies[0].first_period: found datetime.date(2024, 11, 15); "
        "expected the first day of a month, such as 2024-11-01",
    ),
    (
        changed("companies", 0, first_period=date(2024, 10, 1)),
        "companies.yaml: companies[0].first_period: found 2024-10-01; "
        "expected 2024-11-01 or later (first_period of group.yaml)",
    ),
    (
        changed("companies", 0, last_period=date(2024, 10, 1)),
        "companies.yaml: companies[0].last_period: found 2024-10-01; expected 2024-11-01 or later",
    ),
    (
        changed("companies", 0, year_starts=[{"from": date(2020, 11, 1), "month": 13}]),
        "companies.yaml: companies[0].year_starts[0].month: found 13; expected less than or equal to 12",
    ),
    (
        changed("companies", 0, year_starts=[{"from": date(2025, 11, 1), "month": 11}]),
        "companies.yaml: companies[0].year_starts[0].from: found 2025-11-01; "
        "expected 2024-11-01 (first_period) or earlier: no gap",
    ),
    (
        changed(
            "companies",
            0,
            year_starts=[{"from": date(2020, 11, 1), "month": 11}, {"from": date(2020, 11, 1), "month": 11}],
        ),
        "companies.yaml: companies[0].year_starts[1].from: found 2020-11-01; expected later than 2020-11-01",
    ),
    (
        changed("companies", 0, year_starts=[{"from": date(2020, 10, 1), "month": 11}]),
        "companies.yaml: companies[0].year_starts[0].from: found 2020-10-01; "
        "expected a period in the month the year starts in, 11: a change begins with a fiscal year",
    ),
    (
        changed("companies", 0, homecurrency="CAD"),
        "companies.yaml: companies[0].homecurrency: found unknown key 'homecurrency'; expected one of code, country, "
        "first_period, home_currency, last_period, location, name, opening, pillar, realm_id, translation, "
        "year_starts (did you mean 'home_currency'?)",
    ),
    (
        changed("companies", 0, country=None),
        "companies.yaml: companies[0].country: found nothing; expected a value: the key is required",
    ),
    (
        changed("pillars", 2, parent="Catle"),
        "pillars.yaml: pillars[2].parent: found 'Catle'; "
        "expected a pillar without a parent of its own: one of Cattle, Grain (did you mean 'Cattle'?)",
    ),
    (
        changed("locations", 0, name="Unclassified"),
        "locations.yaml: locations[0].name: found 'Unclassified'; "
        "expected another name: this one carries what the contract does not know",
    ),
    (
        changed("locations", 0, pillars=[{"pillar": "Grain"}, {"pillar": "Cattle", "from": date(2025, 1, 1)}]),
        "locations.yaml: locations[0].pillars[1]: found pillar 'Cattle' from 2025-01-01; "
        "expected no overlap with locations[0].pillars[0], in force 1900-01-01 to 9999-12-01",
    ),
    (
        changed("locations", 1, spellings=[{"raw": "NORTH (home)", "company": "north"}]),
        "locations.yaml: locations[1].spellings[0]: found spelling 'NORTH (home)' from 1900-01-01; "
        "expected no overlap with locations[0].spellings[0], in force 1900-01-01 to 9999-12-01",
    ),
    (
        changed("locations", 0, spellings=[{"raw": "N", "company": "nort"}]),
        "locations.yaml: locations[0].spellings[0].company: found 'nort'; "
        "expected one of *, north, south (did you mean 'north'?)",
    ),
    (
        changed("chart", 0, profit_type="Other Income"),
        "chart.yaml: chart[0].profit_type: found 'Other Income'; expected null for a balance-sheet account",
    ),
    (
        changed("chart", 4, profit_type="Cost of Goods Sold"),
        "chart.yaml: chart[4].profit_type: found 'Cost of Goods Sold'; "
        "expected one of Other Income, Other Operating Revenue, Sales Revenue",
    ),
    (
        changed("chart", 0, classification="Expense", profit_type="Other Expense"),
        "chart.yaml: chart[0].classification: found 'Expense'; expected Asset, Liability or Equity in balance_sheet",
    ),
    (
        changed("chart", 4, commodity="durm"),
        "chart.yaml: chart[4].commodity: found 'durm'; expected one of durum (did you mean 'durum'?)",
    ),
    (
        changed("chart", 3, kind="capital"),
        "chart.yaml: chart: found accounts of kind retained_earnings: none; expected exactly one (ACCOUNTING 4)",
    ),
    (
        changed("chart", 4, cash_flow="cash"),
        "chart.yaml: chart[4].cash_flow: found 'cash'; expected operating, investing or financing: cash is an asset "
        "(or an overdraft)",
    ),
    (
        changed("chart", 10, cash_flow="financing"),
        "chart.yaml: chart: found bank accounts outside of cash: cash; expected one of them at least in section "
        "cash: the cash flow statement ends in it",
    ),
    (
        changed("mapping", 0, group_account="asets"),
        "mapping.yaml: mapping[0].group_account: found 'asets'; expected one of assets, below_ebitda, capital, cash, "
        "cost_of_goods, direct, liabilities, other_income, retained_earnings, sales, translation_adjustment "
        "(did you mean 'assets'?)",
    ),
    (
        changed("mapping", 0, account_number=1000),
        "mapping.yaml: mapping[0].account_number: found 1000; expected text (put it in quotes)",
    ),
    (
        changed("mapping", 0, account_name="Chequing"),
        "mapping.yaml: mapping[0]: found both; "
        "expected account_number, or account_name where the account has no number",
    ),
    (
        changed("mapping", 1, account_number="1000", **{"from": date(2025, 1, 1)}),
        "mapping.yaml: mapping[1]: found account number '1000' of company '*' from 2025-01-01; "
        "expected no overlap with mapping[0], in force 1900-01-01 to 9999-12-01",
    ),
    (
        changed("mapping", 0, **{"from": date(2025, 3, 1), "to": date(2025, 3, 1)}),
        "mapping.yaml: mapping[0].to: found 2025-03-01; expected later than its from, 2025-03-01 (to is exclusive)",
    ),
]


@pytest.mark.parametrize(("contract", "expected"), WRONG_ENTRIES, ids=[expected[:60] for _, expected in WRONG_ENTRIES])
def test_a_wrong_entry_is_named_with_what_may_stand_there(
    tmp_path: Path, contract: dict[str, Any], expected: str
) -> None:
    assert problems(write_files(tmp_path, contract)) == [expected]


@pytest.mark.parametrize("kind", ["depreciation", "interest", "income_tax"])
def test_depreciation_interest_and_income_tax_must_be_other_expense(tmp_path: Path, kind: str) -> None:
    found = problems(write_files(tmp_path, changed("chart", 6, kind=kind)))
    assert found == [
        "chart.yaml: chart[6].profit_type: found 'Direct Operating Expenses'; expected 'Other Expense': "
        "depreciation, interest and income tax are below EBITDA (ACCOUNTING 24)"
    ]


@pytest.mark.parametrize("name", ["Amortization", "Depreciation - barns", "Income taxes", "Interest expense"])
def test_nor_may_they_hide_behind_a_name(tmp_path: Path, name: str) -> None:
    by_chart = problems(write_files(tmp_path / "chart", changed("chart", 6, name=name)))
    assert by_chart[0].startswith("chart.yaml: chart[6].profit_type: found 'Direct Operating Expenses'")
    mapped = small_contract()
    mapped["mapping"].append({"account_name": f"Costs:{name}", "group_account": "direct"})
    by_name = problems(write_files(tmp_path / "mapping", mapped))
    assert f"mapping.yaml: mapping[{len(mapped['mapping']) - 1}].group_account: found 'direct'" in by_name[0]


def reroute(source: str, target: str, first: date = date(2025, 1, 1), **more: Any) -> dict[str, Any]:
    return {"group_account": source, "to_group_account": target, "from": first, **more}


def test_reroutes_may_not_lead_back(tmp_path: Path) -> None:
    circle = [reroute("direct", "cost_of_goods"), reroute("cost_of_goods", "direct", date(2026, 1, 1))]
    assert problems(write_contract(tmp_path, reroutes=circle)) == [
        "reroutes.yaml: reroutes[1]: found circular reroute direct -> cost_of_goods -> direct; "
        "expected reroutes that end somewhere"
    ]


def test_reroutes_that_are_never_in_force_together_are_no_circle(tmp_path: Path) -> None:
    one_then_the_other = [
        reroute("direct", "cost_of_goods", to=date(2026, 1, 1)),
        reroute("cost_of_goods", "direct", date(2026, 1, 1)),
    ]
    assert len(load_group(write_contract(tmp_path, reroutes=one_then_the_other)).reroute_rows()) == 4


def test_a_reroute_stays_in_its_statement_and_below_ebitda(tmp_path: Path) -> None:
    found = problems(
        write_contract(tmp_path, reroutes=[reroute("direct", "assets"), reroute("below_ebitda", "cost_of_goods")])
    )
    assert found == [
        "reroutes.yaml: reroutes[0].to_group_account: found 'assets' (balance_sheet); "
        "expected an account of the profit_and_loss",
        "reroutes.yaml: reroutes[1].to_group_account: found 'cost_of_goods' (Cost of Goods Sold); expected an account "
        "of profit type 'Other Expense': depreciation, interest and income tax are below EBITDA (ACCOUNTING 24)",
    ]


def test_overlapping_reroutes_of_one_account_are_refused(tmp_path: Path) -> None:
    found = problems(
        write_contract(
            tmp_path, reroutes=[reroute("direct", "cost_of_goods"), reroute("direct", "below_ebitda", date(2025, 6, 1))]
        )
    )
    assert found[0].startswith("reroutes.yaml: reroutes[1]: found account 'direct' from 2025-06-01")


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    contract = changed("companies", 0, home_currency="EUR", pillar="Grian")
    contract["group"]["time_zone"] = "America/Regine"
    contract["chart"][4]["commodity"] = "durm"
    folder = write_files(tmp_path, contract)
    (folder / "reroutes.yaml").unlink()
    (folder / "pillars.yaml").write_text("pillars: [{name: Grain}, {name: Cattle}, {name: Cow-Calf, parent: Cattle\n")
    files = sorted({each.split(":")[0] for each in problems(folder)})
    assert files == ["chart.yaml", "companies.yaml", "group.yaml", "pillars.yaml", "reroutes.yaml"]


def test_a_fallback_rate_is_of_its_month_of_another_currency_and_given_once(tmp_path: Path) -> None:
    contract = small_contract()
    rate = {
        "currency": "USD", "period": date(2025, 3, 1), "kind": "closing", "rate": "1.43",
        "rate_date": date(2025, 3, 31), "source": "Federal Reserve H.10", "reason": "none published",
    }  # fmt: skip
    contract["group"]["fallback_rates"] = [
        rate, {**rate, "kind": "average", "rate_date": date(2025, 4, 1)}, {**rate, "currency": "CAD"}, rate,
    ]  # fmt: skip
    assert problems(write_files(tmp_path, contract)) == [
        "group.yaml: fallback_rates[1].rate_date: found 2025-04-01; expected 2025-03-31 or earlier: a later rate is "
        "not that month's",
        "group.yaml: fallback_rates[2].currency: found CAD; expected another currency than the group's",
        "group.yaml: fallback_rates[3]: found closing of USD for 2025-03 again; expected one rate of a kind for a "
        "month",
    ]


def test_a_wrong_entry_causes_no_complaint_about_what_refers_to_it(tmp_path: Path) -> None:
    found = problems(write_files(tmp_path, changed("chart", 0, kind="asset")))
    assert [each.split(": found")[0] for each in found] == ["chart.yaml: chart[0].kind"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("companies: [{code: a, code: b}]", "key 'code' twice"),
        ("companies:\n  - code: [", "valid YAML in UTF-8"),
        ("firms: []", "found keys firms; expected one key `companies` holding a list"),
        ("", "found None; expected one key `companies` holding a list"),
        ("companies: 5", "expected one key `companies` holding a list"),
        ("companies: [{1: a}]", "key 1 is not text"),
    ],
)
def test_a_file_that_is_no_list_of_entries(tmp_path: Path, text: str, expected: str) -> None:
    folder = write_contract(tmp_path)
    (folder / "companies.yaml").write_text(text)
    assert any(each.startswith("companies.yaml: ") and expected in each for each in problems(folder))


def test_a_missing_folder_names_every_file(tmp_path: Path) -> None:
    assert len(problems(tmp_path / "nowhere")) == 8


def test_the_fingerprint_is_of_the_content_not_of_its_writing(tmp_path: Path) -> None:
    folder = write_contract(tmp_path)
    before = load_group(folder).fingerprint
    file = folder / "companies.yaml"
    file.write_text("# a comment\n" + file.read_text())
    assert load_group(folder).fingerprint == before
    file.write_text(file.read_text().replace("North Farm Ltd.", "North Farms Ltd."))
    assert load_group(folder).fingerprint != before
