"""A board pack says what may be said of its month, and refuses what it cannot show."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.reports.pack import write_pack
from monette_assets.reports.pack.consolidated import TOTAL
from monette_assets.reports.pack.contents import Pack, gather
from monette_assets.reports.pack.grid import Grid
from monette_assets.reports.pack.management import ebitda_steps
from monette_assets.reports.pack.page import render, what_to_know
from monette_assets.reports.pack.reconciliation import reconciliation, translated_otherwise
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.finance_lake import CONSOLIDATED, finance_lake
from monette_assets_tests.reports.small_lake import AT, DECEMBER, GOLD, JANUARY, NOVEMBER, append, publish, small_lake


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return load_group(write_contract(tmp_path / "group"))


def question(lake: Lake, group: Group) -> Question:
    return Question(open_release(lake, group.time_zone), group, DECEMBER)


def packed(tmp_path: Path, group: Group, complete: bool = True) -> Pack:
    return gather(question(finance_lake(tmp_path / "lake", group, complete=complete), group))


def test_consolidated_is_companies_and_eliminations_and_adjustments(tmp_path: Path, group: Group) -> None:
    grid = packed(tmp_path, group).profit_and_loss
    shown = {line: [str(grid.value(line, column.key)) for column in grid.columns] for line in ("sales", "Net Income")}
    assert [column.key for column in grid.columns] == [
        "north", "south", "companies", "eliminations", "adjustments", TOTAL,
    ]  # fmt: skip
    assert shown["sales"] == ["1000.00", "112.00", "1112.00", "-50.00", "0.00", "1062.00"]
    assert shown["Net Income"] == ["600.00", "70.00", "670.00", "0.00", "-5.00", "665.00"]


def test_the_balance_sheet_balances_in_every_column(tmp_path: Path, group: Group) -> None:
    grid = packed(tmp_path, group).balance_sheet
    assert {grid.value("check", column.key) for column in grid.columns} == {Decimal("0.00")}
    assert grid.value("Assets", TOTAL) == Decimal("1312.50")


def test_a_company_with_another_year_end_balances_in_its_own_column(tmp_path: Path, group: Group) -> None:
    moved = [
        {**CONSOLIDATED[2], "closing_cad": Decimal("-990.00")},  # sales to date of the group's year, 10.00 less
        {**CONSOLIDATED[1], "step": "adjustments", "component": "year_end/north", "closing_cad": Decimal("-10.00")},
    ]
    rows = [*CONSOLIDATED[:2], *moved, *CONSOLIDATED[3:]]
    grid = gather(question(finance_lake(tmp_path / "lake", group, consolidated=rows), group)).balance_sheet
    assert grid.value("capital", "north") == Decimal("510.00")
    assert {grid.value("check", column.key) for column in grid.columns} == {Decimal("0.00")}


def test_a_complete_month_is_final_and_its_tie_out_is_told(tmp_path: Path, group: Group) -> None:
    pack = packed(tmp_path, group)
    assert pack.standing.sentence == "Final: all 2 companies are complete."
    assert pack.tie_out is not None
    assert pack.tie_out.sentence(DECEMBER) == "1 of 2 account balances differ from QuickBooks' own reports."


def test_closes_are_counted_until_reopened(tmp_path: Path, group: Group) -> None:
    assert packed(tmp_path, group).standing.close == "No company has closed it."
    lake = finance_lake(tmp_path / "other", group)
    acts = [("close", "north"), ("close", "south"), ("reopen", "south"), ("approve", "south")]
    append(
        lake,
        "closes",
        [
            {
                "number": number,
                "action": action,
                "company": company,
                "period": DECEMBER,
                "who": "A. Controller",
                "at": AT,
            }
            for number, (action, company) in enumerate(acts, start=1)
        ],
    )
    told = "1 of 2 companies have closed it, the last on 3 February 2025 by A. Controller."
    assert gather(question(lake, group)).standing.close == told


def test_an_incomplete_month_names_the_company_and_is_nowhere_called_final(tmp_path: Path, group: Group) -> None:
    pack = packed(tmp_path, group, complete=False)
    assert pack.standing.word == "Incomplete"
    assert "south: its reports have not arrived." in pack.standing.sentence
    page = render(pack)
    assert "final" not in page.casefold()
    sections = page.count("<section")
    assert page.count(">Incomplete</span>") > sections  # every section's head, and the bar


def test_a_company_the_completeness_says_nothing_of_keeps_a_month_from_being_final(tmp_path: Path) -> None:
    group = load_group(write_contract(tmp_path / "group"))
    lake = finance_lake(tmp_path / "lake", group)
    wider = replace(group, companies=(*group.companies, group.companies[0].model_copy(update={"code": "west"})))
    assert gather(question(lake, wider)).standing.word == "Incomplete"


def column(grid: Grid | None, line: str) -> list[str]:
    assert grid is not None
    return [str(grid.value(line, each.key)) for each in grid.columns]


def test_cash_flow_goes_from_net_income_to_the_cash_of_the_groups_balance_sheet(tmp_path: Path, group: Group) -> None:
    """North, south, both, what finance's adjustment of 5.00 changes, the group."""
    pack = packed(tmp_path, group)
    assert column(pack.cash_flow, "Operating activities") == ["600.00", "70.00", "670.00", "-5.00", "665.00"]
    assert column(pack.cash_flow, "change") == ["600.00", "77.50", "677.50", "-5.00", "672.50"]
    assert column(pack.cash_flow, "closing") == ["1100.00", "217.50", "1317.50", "-5.00", "1312.50"]
    assert str(pack.balance_sheet.value("Assets", TOTAL)) == "1312.50"


def test_changes_in_equity_end_in_the_groups_equity(tmp_path: Path, group: Group) -> None:
    pack = packed(tmp_path, group)
    assert column(pack.changes_in_equity, "translation_adjustment") == ["0.00", "7.50", "7.50", "0.00", "7.50"]
    assert column(pack.changes_in_equity, "closing") == ["1100.00", "217.50", "1317.50", "-5.00", "1312.50"]
    assert str(pack.balance_sheet.value("Equity", TOTAL)) == "1312.50"


def test_who_left_takes_its_cash_and_equity_along(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    sold = group.companies[1].model_copy(update={"last_period": NOVEMBER})
    pack = gather(question(lake, replace(group, companies=(group.companies[0], sold))))
    assert column(pack.cash_flow, "left")[:3] == ["0.00", "-217.50", "-217.50"]
    assert column(pack.cash_flow, "closing")[:3] == ["1100.00", "0.00", "1100.00"]
    assert column(pack.changes_in_equity, "closing")[:3] == ["1100.00", "0.00", "1100.00"]


def test_agings_are_by_bucket_and_rounded_once(tmp_path: Path, group: Group) -> None:
    (receivables,) = packed(tmp_path, group).agings
    assert receivables.buckets == ("current", "31-60", "over 90")
    assert receivables.amounts["south", "over 90"] == Decimal("116.01")
    assert receivables.overdue == Decimal("516.01")
    assert receivables.contacts[0] == ("north", "@Mill & Sons", Decimal("400.00"), Decimal("700.00"))


def test_an_aging_stands_beside_its_control_accounts(tmp_path: Path, group: Group) -> None:
    """The two accounts of kind receivable stand at 1,100.00 and 217.50; 816.01 is owed by document."""
    control = group.chart[0].model_copy(update={"code": "cash", "kind": "receivable"})
    lake = finance_lake(tmp_path / "lake", group)
    (receivables,) = gather(question(lake, replace(group, chart=(*group.chart, control)))).agings
    assert (receivables.booked, receivables.difference) == (Decimal("1317.50"), Decimal("-501.49"))


def test_variances_are_positive_where_they_are_good(tmp_path: Path, group: Group) -> None:
    management = packed(tmp_path, group).management
    assert management is not None
    span = management.of_month
    assert management.variance("Grain", "Sales Revenue", span) == Decimal("100.00")
    assert management.variance("Grain", "Direct Operating Expenses", span) == Decimal("-50.00")


def test_a_month_that_was_not_built_is_refused(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    with pytest.raises(ReportError, match="2025-01 has not been built; release 1 holds 2024-11 to 2024-12"):
        gather(Question(open_release(lake, group.time_zone), group, JANUARY))


def test_a_month_that_was_not_consolidated_is_refused(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    with pytest.raises(ReportError, match="2024-11 has not been consolidated in release 1"):
        gather(Question(open_release(lake, group.time_zone), group, NOVEMBER))


def test_a_release_without_consolidation_is_refused(tmp_path: Path, group: Group) -> None:
    with pytest.raises(ReportError, match="release 1 holds no consolidated statements"):
        gather(question(small_lake(tmp_path / "lake", group), group))


def test_a_single_company_is_refused(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    with pytest.raises(ReportError, match="a board pack is the whole group's: leave --company out"):
        gather(Question(open_release(lake, group.time_zone), group, DECEMBER, "north"))


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ReportError, match=r"taken: cannot be written: File exists; choose another folder with --out"):
        write_pack(question(lake, group), tmp_path / "taken")


def test_a_pack_is_a_page_and_a_workbook_and_a_workbook_a_pillar(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    written = write_pack(question(lake, group), tmp_path / "out", with_pillars=True)
    assert [path.name for path in written] == [
        "board_pack_2024-12.html", "board_pack_2024-12.xlsx", "pillar_grain_2024-12.xlsx", "pillar_cattle_2024-12.xlsx",
    ]  # fmt: skip
    assert all(path.stat().st_size > 1000 for path in written)


def test_a_restated_figure_of_the_group_says_which_it_is(tmp_path: Path, group: Group) -> None:
    lake = finance_lake(tmp_path / "lake", group)
    figure = {"company": "group", "period": DECEMBER, "basis": "accrual", "statement": "consolidated_cash_flow",
              "subgroup": "country/CA", "step": "companies", "component": "north", "section": "cash",
              "line": "closing_cash", "measure": "amount_cad", "difference": Decimal("-1.00")}  # fmt: skip
    publish(lake, "gold/restatements", [figure])
    release(lake, GOLD, "run 2", group)
    listed = gather(question(lake, group)).restatements
    assert listed is not None
    shown = {field.title: listed.rows[0][field.key] for field in listed.fields}
    told = ("Part of the group", "Step", "Component", "Section", "Line")
    assert [shown[name] for name in told] == ["country/CA", "companies", "north", "cash", "closing_cash"]


def test_what_exchange_rates_did_to_ebitda_is_a_step_of_its_own(tmp_path: Path, group: Group) -> None:
    """Of 219.00 more sales than budgeted 7.50 are of the rate; of 92.00 more costs, 2.50. January is not yet."""
    lake = finance_lake(tmp_path / "lake", group)
    unit = {"company": "south", "basis": "accrual", "currency": "USD"}
    publish(lake, "gold/budget_vs_actual", [
        {**unit, "period": DECEMBER, "profit_type": "Sales Revenue", "fx_variance_cad": Decimal("7.50")},
        {**unit, "period": DECEMBER, "profit_type": "Direct Operating Expenses", "fx_variance_cad": Decimal("2.50")},
        {**unit, "period": DECEMBER, "profit_type": "Other Expense", "fx_variance_cad": Decimal("90.00")},
        {**unit, "period": JANUARY, "profit_type": "Sales Revenue", "fx_variance_cad": Decimal("80.00")},
        {**unit, "period": DECEMBER, "basis": "cash", "profit_type": "Sales Revenue",
         "fx_variance_cad": Decimal("70.00")},
    ])  # fmt: skip
    release(lake, GOLD, "run 2", group)
    management = gather(question(lake, group)).management
    assert management is not None
    steps = ebitda_steps(management)
    assert [(name, str(amount)) for name, amount, _ in steps if amount] == [
        ("Budget", "550.00"), ("Sales Revenue", "211.50"), ("Direct Operating Expenses", "-89.50"),
        ("Exchange rates", "5.00"), ("Actual", "677.00"),
    ]  # fmt: skip
    assert steps[0][1] + sum(amount for _, amount, kind in steps if kind == "change") == steps[-1][1]


def test_the_variance_of_ebitda_is_explained_by_what_made_it(tmp_path: Path, group: Group) -> None:
    """In thousands: 550 budgeted; 219 more sales, 92 more costs."""
    pack = packed(tmp_path, group)
    assert pack.management is not None
    thousands = {key: 1000 * amount for key, amount in pack.management.amounts.items()}
    notes = what_to_know(replace(pack, management=replace(pack.management, amounts=thousands)))
    assert (
        "EBITDA to date is 127 k ahead of its budget of 550 k: "
        "Sales Revenue +219 k; Direct Operating Expenses \N{MINUS SIGN}92 k." in notes
    )
    assert (
        "Cattle is furthest ahead of its budget to date: contribution margin +70 k, most by Sales Revenue (+112 k)."
        in notes
    )


def test_closed_months_that_changed_are_told_with_what_that_does_to_net_income(tmp_path: Path, group: Group) -> None:
    """Of November, which December's figures to date hold; not what a later close took in, nor on another basis."""
    lake = finance_lake(tmp_path / "lake", group)
    figure = {"company": "north", "period": NOVEMBER, "basis": "accrual", "statement": "changes_in_equity",
              "line": "net_income", "measure": "amount_cad", "state": "closed",
              "difference": Decimal("-12.50")}  # fmt: skip
    publish(lake, "gold/restatements", [
        figure,
        {**figure, "statement": "balance_sheet", "line": "", "measure": "amount", "difference": Decimal("99.00")},
        {**figure, "state": "superseded", "next_close": 7},
        {**figure, "statement": "trial_balance", "line": "", "measure": "closing", "account_name": "Fuel"},
        {**figure, "statement": "trial_balance", "line": "", "measure": "opening", "account_name": "Fuel"},
        {**figure, "basis": "cash"},
        {**figure, "company": "group", "statement": "consolidated_changes_in_equity"},
        {**figure, "period": JANUARY},
    ])  # fmt: skip
    release(lake, GOLD, "run 2", group)
    pack = gather(question(lake, group))
    told = "North Farm Ltd., November 2024: 4 figures, net income \N{MINUS SIGN}12.50"
    assert f"Changed since their close: {told}." in what_to_know(pack)
    assert pack.restatements is not None
    assert [row["state"] for row in pack.restatements.rows] == ["closed"] * 2 + ["superseded"] + ["closed"] * 3
    assert pack.restated_accounts is not None
    assert [(row["account_name"], row["measure"]) for row in pack.restated_accounts.rows] == [("Fuel", "closing")]


def test_the_management_accounts_reconcile_to_the_consolidated_results_step_by_step(
    tmp_path: Path, group: Group
) -> None:
    """South's costs are 44.00 by the management accounts' rate, 42.00 by its statements' own."""
    pack = packed(tmp_path, group)
    assert pack.management is not None
    costs = "Direct Operating Expenses"
    rate = {"Cattle": Decimal("44.00")}
    amounts = {
        key: rate.get(key[1], amount) if (key[0], key[2]) == ("actual", costs) and amount else amount
        for key, amount in pack.management.amounts.items()
    }
    locations = [
        {**row, "amount_cad": rate["Cattle"]}
        if (row["company"], row["scenario"], row["line"]) == ("south", "actual", costs)
        else row
        for row in pack.management.locations
    ]
    management = replace(pack.management, amounts=amounts, locations=locations)
    span, grid = management.of_month, pack.profit_and_loss
    steps = reconciliation(management, span, grid, "")
    assert column(steps, costs) == ["444.00", "-2.00", "-50.00", "5.00", "397.00"]
    assert column(steps, "EBITDA") == ["668.00", "2.00", "0.00", "-5.00", "665.00"]
    for line in steps.lines:
        assert steps.value(line.key, TOTAL) == grid.value_or_zero(line.key, TOTAL)
    assert translated_otherwise(management, span, grid)["EBITDA"] == [("South Farm LLC", Decimal("2.00"))]
