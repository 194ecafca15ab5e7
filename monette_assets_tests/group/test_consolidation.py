"""consolidation.yaml: who is in the group's figures when, and every mistake named (ACCOUNTING 17 to 20)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group, GroupContractError, load_group, perimeter
from monette_assets_tests.group_books import chart, companies_group, company

JANUARY, MARCH, JUNE = date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1)


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "company": "ranch", "parent": "grain", "share": "0.80", "from": JANUARY, "investment_account": "investment",
        "opening_equity": [{"group_account": "capital", "amount": "100.00"}],
    } | changes  # fmt: skip


def group_of(folder: Path, **consolidation: Any) -> Group:
    companies = [company("grain"), company("ranch", "USD", pillar="Cow-Calf"), company("shop", pillar="Seed")]
    return companies_group(folder, *companies, **consolidation)


def problems(folder: Path, **consolidation: Any) -> list[str]:
    with pytest.raises(GroupContractError) as raised:
        group_of(folder, **consolidation)
    return [str(each) for each in raised.value.problems]


CONSOLIDATED = {"method": "consolidated"}
WRONG = [
    ({"method": "merged"}, "consolidation.yaml: method: found 'merged'; expected one of combined, consolidated"),
    (
        {"names": [{"company": "grian", "raw": "G"}]},
        "consolidation.yaml: names[0].company: found 'grian'; "
        "expected one of grain, ranch, shop (did you mean 'grain'?)",
    ),
    (
        {"names": [{"company": "grain", "raw": "G"}, {"company": "shop", "raw": "g "}]},
        "consolidation.yaml: names[1]: found name 'g ' in the books of '*' from 1900-01-01; "
        "expected no overlap with names[0], in force 1900-01-01 to 9999-12-01",
    ),
    (
        {"owners": [{"companies": ["grain", "grain"], "owner": "A"}]},
        "consolidation.yaml: owners[0].companies: found ['grain', 'grain']; expected two companies",
    ),
    (
        {"owners": [{"companies": ["grain", "shop"], "owner": "A"}, {"companies": ["shop", "grain"], "owner": "B"}]},
        "consolidation.yaml: owners[1].companies: found ['shop', 'grain']; expected no duplicate of owners[0]",
    ),
    (
        {"profit_in_stock": [{"inventory_account": "capital", "cost_account": "cost", "margin": "0.2"}]},
        "consolidation.yaml: profit_in_stock[0].inventory_account: found 'capital' (Equity); "
        "expected an account of Asset",
    ),
    (
        {"profit_in_stock": [{"inventory_account": "inventory", "cost_account": "cost", "margin": "1.2"}]},
        "consolidation.yaml: profit_in_stock[0].margin: found '1.2'; expected a share above \"0\", at most \"1\"",
    ),
    (
        CONSOLIDATED,
        "consolidation.yaml: ownership: found 0 entries with method consolidated; "
        "expected some with method consolidated, none with combined (ACCOUNTING 20)",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(share="1.5")]},
        "consolidation.yaml: ownership[0].share: found '1.5'; expected a share above \"0\", at most \"1\"",
    ),
    (
        CONSOLIDATED | {"ownership": [{k: v for k, v in entry().items() if k != "investment_account"}]},
        "consolidation.yaml: ownership[0].investment_account: found nothing; expected a value: the key is required",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="rnch")]},
        "consolidation.yaml: ownership[0].company: found 'rnch'; "
        "expected one of grain, ranch, shop (did you mean 'ranch'?)",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(to=MARCH)]},
        "consolidation.yaml: ownership[0].disposal_account: found nothing; "
        "expected an income account: the company is sold",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(), entry(**{"from": JUNE})]},
        "consolidation.yaml: ownership[1]: found control of 'ranch' from 2025-06-01; "
        "expected no overlap with ownership[0], in force 2025-01-01 to 9999-12-01",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(to=MARCH, disposal_account="gain"), entry(**{"from": MARCH})]},
        "consolidation.yaml: ownership[1].from: found 2025-03-01; "
        "expected a month without control in between: a change of share alone is not supported",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(), entry(company="shop")]},
        "consolidation.yaml: ownership[1].investment_account: found 'investment', where 'ranch' stands too; "
        "expected an account for this company alone",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="shop", parent="ranch")]},
        "consolidation.yaml: ownership[0].parent: found 'ranch', whose books are in USD; expected a parent whose books "
        "are in CAD, the group's currency: an investment kept in another is not supported",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="shop"), entry(company="grain", parent="shop")]},
        "consolidation.yaml: ownership: found circular ownership shop -> grain -> shop; "
        "expected a parent that nothing below it owns",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="shop", parent="shop")]},
        "consolidation.yaml: ownership: found circular ownership shop -> shop; "
        "expected a parent that nothing below it owns",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(**{"from": date(2024, 10, 1)})]},
        "consolidation.yaml: ownership[0].from: found 2024-10-01; expected 2024-11-01 or later (its first_period)",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(**{"from": MARCH}, to=JANUARY, disposal_account="gain")]},
        "consolidation.yaml: ownership[0].to: found 2025-01-01; "
        "expected later than its from, 2025-03-01 (to is exclusive)",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="shop", to=MARCH, disposal_account="gain"),
                                      entry(parent="shop", investment_account="inventory", to=MARCH,
                                            disposal_account="gain")]},
        "consolidation.yaml: ownership[1].investment_account: found 'inventory', an account of kind inventory; "
        "expected one of kind other",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(company="shop", to=MARCH, disposal_account="gain"), entry(parent="shop")]},
        "consolidation.yaml: ownership[1].parent: found 'shop', which is not part of the group from 2025-03-01 to "
        "9999-12-01; expected a parent that is, in every month of control: a company leaves, or joins, with its parent",
    ),
    (
        CONSOLIDATED | {"ownership": [entry(opening_equity=[
            {"group_account": "capital", "amount": "1.00"}, {"group_account": "capital", "amount": "2.00"},
        ])]},
        "consolidation.yaml: ownership[0].opening_equity[1].group_account: found 'capital'; "
        "expected no duplicate of opening_equity[0]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("consolidation", "expected"), WRONG, ids=[expected[20:80] for _, expected in WRONG])
def test_a_wrong_entry_is_named_with_what_may_stand_there(
    tmp_path: Path, consolidation: dict[str, Any], expected: str
) -> None:
    assert problems(tmp_path, **consolidation) == [expected]


@pytest.mark.parametrize(("life", "without"), [
    ({"first_period": MARCH}, "2025-01-01 to 2025-03-01"), ({"last_period": MARCH}, "2025-04-01 to 9999-12-01"),
])  # fmt: skip
def test_a_subsidiary_has_a_parent_as_long_as_it_is_there(tmp_path: Path, life: dict[str, Any], without: str) -> None:
    """Its capital, that the parent's investment is eliminated with, would stand as the group's own."""
    with pytest.raises(GroupContractError) as raised:
        companies_group(
            tmp_path,
            company("grain", **life),
            company("shop"),
            method="consolidated",
            ownership=[entry(company="shop")],
        )
    (problem,) = raised.value.problems
    assert f"found 'grain', which is not part of the group from {without}; " in str(problem)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        method="consolidated",
        names=[{"company": "grian", "raw": "G"}],
        ownership=[entry(parent="nobody", to=MARCH)],
    )
    assert [each.split(": found")[0] for each in found] == [
        "consolidation.yaml: names[0].company",
        "consolidation.yaml: ownership[0].parent",
        "consolidation.yaml: ownership[0].disposal_account",
    ]


@pytest.mark.parametrize("kind", ["goodwill", "non_controlling_interest"])
def test_a_subsidiary_needs_its_accounts_in_the_chart(tmp_path: Path, kind: str) -> None:
    without = [account for account in chart() if account["kind"] != kind]
    codes = {account["code"] for account in without}
    with pytest.raises(GroupContractError) as raised:
        companies_group(
            tmp_path,
            company("grain"),
            company("ranch", "USD"),
            overrides={
                "chart": without,
                "mapping": [{"account_name": code, "group_account": code} for code in sorted(codes)],
            },
            method="consolidated",
            ownership=[entry()],
        )
    assert all(f"accounts of kind {kind}: none; expected exactly one" in str(p) for p in raised.value.problems)


def test_intercompany_accounts_need_a_line_for_what_does_not_match(tmp_path: Path) -> None:
    without = [account for account in chart() if account["kind"] != "intercompany_difference"]
    with pytest.raises(GroupContractError) as raised:
        companies_group(
            tmp_path,
            company("grain"),
            overrides={
                "chart": without,
                "mapping": [{"account_name": a["code"], "group_account": a["code"]} for a in without],
            },
        )
    assert [str(each).split(": found")[1].split(";")[0] for each in raised.value.problems] == [
        " balance_sheet accounts of kind intercompany_difference: none",
        " profit_and_loss accounts of kind intercompany_difference: none",
    ]


def test_a_group_without_the_file_is_of_sister_companies() -> None:
    assert load_group().consolidation.method == "combined"


def test_a_subsidiary_belongs_while_it_is_controlled(tmp_path: Path) -> None:
    group = group_of(
        tmp_path, method="consolidated", ownership=[entry(**{"from": MARCH}, to=JUNE, disposal_account="gain")]
    )
    months = group.periods(JANUARY, JUNE)
    assert [month for month in months if perimeter.belongs(group, "ranch", month)] == group.periods(
        MARCH, date(2025, 5, 1)
    )
    assert all(perimeter.belongs(group, "shop", month) for month in months)
    members = {row["company"] for row in perimeter.subgroup_rows(group, [MARCH]) if row["subgroup"] == "pillar/Cattle"}
    assert members == {"ranch"}


@pytest.mark.parametrize(("stated", "section"), [({}, "investing"), ({"cash_flow": "financing"}, "financing")])
def test_what_is_paid_for_a_company_is_invested_unless_the_chart_says_otherwise(
    tmp_path: Path, stated: dict[str, str], section: str
) -> None:
    accounts = [{**each, **(stated if each["code"] == "investment" else {})} for each in chart()]
    group = companies_group(
        tmp_path, company("grain"), company("shop"), overrides={"chart": accounts}, method="consolidated",
        ownership=[entry(company="shop")],
    )  # fmt: skip
    sections = {each.code: each.cash_flow_section for each in group.chart}
    assert (sections["investment"], sections["receivable"]) == (section, "operating")


def test_owners_through_two_parents_hold_the_product(tmp_path: Path) -> None:
    ownership = [entry(company="shop"), entry(parent="shop", share="0.60")]
    group = group_of(tmp_path, method="consolidated", ownership=ownership)
    assert perimeter.effective_share(group, "ranch", MARCH) == Decimal("0.4800")
    assert perimeter.effective_share(group, "grain", MARCH) == 1


def test_the_groups_year_begins_in_its_own_month(tmp_path: Path) -> None:
    group = group_of(tmp_path)
    assert perimeter.group_year_start(group, date(2025, 10, 1)) == date(2024, 11, 1)
    months = [row["month"] for row in perimeter.year_to_date_rows(group, [date(2025, 12, 1)])]
    assert months == [date(2025, 11, 1), date(2025, 12, 1)]


def test_a_spelling_of_ones_own_books_comes_first(tmp_path: Path) -> None:
    group = group_of(
        tmp_path,
        names=[
            {"company": "shop", "raw": "Store"},
            {"company": "ranch", "raw": "STORE", "books": "grain", "from": MARCH},
        ],
    )
    rows = [row for row in perimeter.company_name_rows(group) if (row["books"], row["name"]) == ("grain", "store")]
    assert [(row["partner"], row["from_period"], row["to_period"]) for row in rows] == [
        ("ranch", MARCH, date(9999, 12, 1)),
        ("shop", date(1900, 1, 1), MARCH),
    ]


def test_the_nearer_margin_comes_first(tmp_path: Path) -> None:
    goods = {"inventory_account": "inventory", "cost_account": "cost"}
    group = group_of(
        tmp_path,
        profit_in_stock=[{"margin": "0.10", **goods}, {"seller": "shop", "buyer": "grain", "margin": "0.30", **goods}],
    )
    margins = {(row["seller"], row["buyer"]): row["margin"] for row in perimeter.profit_in_stock_rows(group)}
    assert (margins["shop", "grain"], margins["shop", "ranch"]) == (Decimal("0.30"), Decimal("0.10"))
