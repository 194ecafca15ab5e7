"""An explanation's steps add up to the figure, to the cent, or it says where they do not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group, load_group
from monette_assets.reports.explain import Explanation, explain
from monette_assets.reports.question import Question
from monette_assets.reports.released import ReportError, open_release
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.reports.every_figure import unexplained
from monette_assets_tests.reports.finance_lake import ACCOUNTS, CONSOLIDATED, LEDGER, Row, finance_lake
from monette_assets_tests.reports.small_lake import DECEMBER, NOVEMBER, publish


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return load_group(write_contract(tmp_path / "group"))


def asked(tmp_path: Path, group: Group, company: str | None = None, **lake: Any) -> Question:
    made = finance_lake(tmp_path / "lake", group, **lake)
    return Question(open_release(made, group.time_zone), group, DECEMBER, company)


A_CENT_LESS = {**CONSOLIDATED[3], "movement_cad": Decimal("399.99")}


def step(found: Explanation, name: str) -> list[Row]:
    return [dict(row) for each in found.steps if each.title.endswith(name) for row in each.rows]


@pytest.mark.parametrize(
    ("statement", "line", "figure"),
    [
        ("profit_and_loss", "direct", "397.00"),
        ("profit_and_loss", "Sales Revenue", "1062.00"),
        ("profit_and_loss", "EBITDA", "665.00"),
        ("profit_and_loss", "net income", "665.00"),
        ("balance_sheet", "cash", "1312.50"),
        ("balance_sheet", "Total assets", "1312.50"),
        ("balance_sheet", "Total equity", "1312.50"),
    ],
)
def test_the_steps_tie_to_the_figure(tmp_path: Path, group: Group, statement: str, line: str, figure: str) -> None:
    found = explain(asked(tmp_path, group), statement, line)
    assert (found.figure, found.problems) == (Decimal(figure), ())


def test_a_foreign_company_shows_its_rates_with_date_and_source(tmp_path: Path, group: Group) -> None:
    found = explain(asked(tmp_path, group, "south"), "balance_sheet", "Checking")
    assert (found.figure, found.problems) == (Decimal("217.50"), ())
    row = step(found, "Translate")[0]
    assert (row["amount"], row["rate"], row["rate_kind"], str(row["rate_date"]), row["rate_source"]) == (
        Decimal("150.00"), "1.450000", "closing", "2024-12-31", "Bank of Canada",
    )  # fmt: skip


def test_the_mapping_entry_and_since_when_it_is_in_force_are_named(tmp_path: Path) -> None:
    mapping = [
        each for each in small_contract()["mapping"] if each["account_number"] != "5310"
    ] + [{"company": "south", "account_number": "5310", "group_account": "direct", "from": DECEMBER}]  # fmt: skip
    group = load_group(write_contract(tmp_path / "own", mapping=mapping))
    found = explain(asked(tmp_path, group), "profit_and_loss", "direct")
    entries = {row["account_number"]: (row["by"], row["since"]) for row in step(found, "Map")}
    assert entries == {
        "5300": ("number 5300, every company's", "always"),
        "5310": ("number 5310, its own entry", "2024-12"),
    }


def test_a_reroute_is_a_step_of_its_own(tmp_path: Path) -> None:
    mapping = [
        {**each, "group_account": "cost_of_goods"} if each["account_number"] == "5300" else each
        for each in small_contract()["mapping"]
    ]
    reroutes = [{"group_account": "cost_of_goods", "to_group_account": "direct", "from": DECEMBER}]
    group = load_group(write_contract(tmp_path / "rerouted", mapping=mapping, reroutes=reroutes))
    found = explain(asked(tmp_path, group), "profit_and_loss", "direct")
    assert [(row["maps_to"], row["goes_to"], row["since"]) for row in step(found, "Reroute")] == [
        ("cost_of_goods", "direct", "2024-12")
    ]
    assert found.ties


def test_eliminations_and_adjustments_are_steps(tmp_path: Path, group: Group) -> None:
    found = explain(asked(tmp_path, group), "profit_and_loss", "direct")
    eliminated, adjusted = step(found, "Eliminations")[0], step(found, "Adjustments")[0]
    assert [eliminated[name] for name in ("entry", "whose", "evidence", "amount")] == [
        "income north south USD INV-1", "south / north", "document INV-1", Decimal("-50.00"),
    ]  # fmt: skip
    assert [adjusted[name] for name in ("component", "entry", "whose", "evidence", "amount")] == [
        "ADJ-1", "Fuel not yet invoiced", "north",
        "by I. Halvorsen, approved by M. Okafor; Adjustments.xlsx, Entries, row 2", Decimal("5.00"),
    ]  # fmt: skip


def test_what_a_step_holds_beyond_the_entries_listed_is_said(tmp_path: Path, group: Group) -> None:
    carried = {**CONSOLIDATED[9], "movement_cad": Decimal("-60.00")}
    found = explain(asked(tmp_path, group, consolidated=[*CONSOLIDATED[:9], carried, *CONSOLIDATED[10:]]),
                    "profit_and_loss", "direct")  # fmt: skip
    notes = [note for each in found.steps if each.title.endswith("Eliminations") for note in each.notes]
    assert notes == ["The entries listed come to -50.00; the rest was carried forward from earlier months."]


def test_a_ledger_line_leads_to_its_document_and_what_settled_it(tmp_path: Path, group: Group) -> None:
    found = explain(asked(tmp_path, group), "profit_and_loss", "direct", limit=0)
    told = {row["document_number"]: row["document"] for row in found.documents.rows}
    assert told["BILL-0"] == "Bill id BILL-0, total 50.00 CAD, due 2025-01-14; settled by BillPayment CHQ 204"
    assert told["BILL-1"] == "Bill id BILL-1, total 50.00 CAD, due 2025-01-14"
    assert told["BILL-9"] == ""  # south's, which the lake does not hold


def test_documents_come_largest_first_and_the_rest_is_counted(tmp_path: Path, group: Group) -> None:
    question = asked(tmp_path, group)
    found = explain(question, "profit_and_loss", "direct", limit=3)
    assert [row["amount_cad"] for row in found.documents.rows] == [Decimal("50.00")] * 3
    assert found.documents.notes == ["and 6 more lines, 292.00 CAD together; --limit 0 lists all."]
    assert len(explain(question, "profit_and_loss", "direct", limit=0).documents.rows) == 9


@pytest.mark.parametrize(
    ("lake", "problem"),
    [
        ({"consolidated": [*CONSOLIDATED[:3], A_CENT_LESS, *CONSOLIDATED[4:]]},
         "aggregate: north: 400.00 translated, 399.99 in gold/consolidated_statements, difference -0.01"),
        ({"accounts": [*ACCOUNTS[:7], {**ACCOUNTS[7], "movement_cad": Decimal("42.01")}, ACCOUNTS[8]]},
         "translate: south account 5310: 30.00 at 1.400000 is 42.00, found 42.01"),
        ({"ledger": [row for row in LEDGER if row["document_number"] != "BILL-3"]},
         "documents: north account 5300: lines of 350.00, a movement of 400.00"),
    ],
)  # fmt: skip
def test_what_does_not_tie_is_said(tmp_path: Path, group: Group, lake: dict[str, Any], problem: str) -> None:
    found = explain(asked(tmp_path, group, **lake), "profit_and_loss", "direct")
    assert not found.ties
    assert problem in found.problems


def test_a_company_with_another_year_end_counts_from_the_groups(tmp_path: Path) -> None:
    contract = write_contract(tmp_path / "group", group={**small_contract()["group"], "year_start_month": 12})
    sales = ACCOUNTS[2]  # of north, whose year began in November
    accounts = [
        *ACCOUNTS[:2], {**sales, "opening": Decimal(-10), "opening_cad": Decimal(-10), "closing": Decimal(-1010),
                        "closing_cad": Decimal(-1010)}, *ACCOUNTS[3:],
        {**sales, "period": NOVEMBER, "movement": Decimal(-10), "movement_cad": Decimal(-10)},
    ]  # fmt: skip
    group = load_group(contract)
    found = explain(asked(tmp_path, group, accounts=accounts), "balance_sheet", "net income of the year to date")
    assert (found.figure, found.problems) == (Decimal("665.00"), ())


@pytest.mark.parametrize("line", ["Total equity", "Total assets", "Total liabilities and equity"])
def test_a_companys_own_balance_sheet_counts_from_its_own_year(tmp_path: Path, line: str) -> None:
    """North's year began in November, with 10.00 of sales; the group's in December."""
    cash, capital, sales, *others = ACCOUNTS
    cash = {**cash, "opening": Decimal(510), "opening_cad": Decimal(510), "closing": Decimal(1110),
            "closing_cad": Decimal(1110)}  # fmt: skip
    sales = {**sales, "opening": Decimal(-10), "opening_cad": Decimal(-10), "closing": Decimal(-1010),
             "closing_cad": Decimal(-1010)}  # fmt: skip
    settings = {**small_contract()["group"], "year_start_month": 12}
    group = load_group(write_contract(tmp_path / "group", group=settings))
    found = explain(asked(tmp_path, group, "north", accounts=[cash, capital, sales, *others]), "balance_sheet", line)
    assert (found.figure, found.problems) == (Decimal("1110.00"), ())


@pytest.mark.parametrize(
    ("statement", "line", "why"),
    [
        ("balance_sheet", "Does not balance by", "a check, made of no accounts; explain Total assets"),
        ("changes_in_equity", "Result of the year before, to retained earnings", "ask for COMPONENT/year_end"),
    ],
)
def test_a_printed_line_that_no_accounts_make_is_refused_with_why(
    tmp_path: Path, group: Group, statement: str, line: str, why: str
) -> None:
    with pytest.raises(ReportError, match=why):
        explain(asked(tmp_path, group), statement, line)


@pytest.mark.parametrize("whose", ["group", "country/US", "north", "south"])
def test_every_figure_of_a_released_month_is_explained_to_the_cent(small_world: SmallWorld, whose: str) -> None:
    release = open_release(small_world.lake, small_world.group.time_zone)
    of = {"company": whose} if whose in ("north", "south") else {"subgroup": whose}
    assert list(unexplained(release, small_world.group, DECEMBER, **of)) == []


def test_an_unknown_line_is_refused_with_the_nearest_names(tmp_path: Path, group: Group) -> None:
    with pytest.raises(ReportError, match="profit_and_loss has no line 'dirrect'; nearest: Direct"):
        explain(asked(tmp_path, group), "profit_and_loss", "dirrect")


def test_an_unknown_statement_is_refused(tmp_path: Path, group: Group) -> None:
    with pytest.raises(ReportError, match="'cash': expected one of profit_and_loss, balance_sheet, cash_flow, ch"):
        explain(asked(tmp_path, group), "cash", "direct")


def test_a_part_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path, group: Group) -> None:
    question = replace(asked(tmp_path, group), subgroup="country/MX")
    with pytest.raises(ReportError, match="--subgroup country/MX: expected one of group"):
        explain(question, "profit_and_loss", "direct")


def test_a_flow_without_its_months_average_rate_is_refused_and_never_taken_as_one(tmp_path: Path, group: Group) -> None:
    unrated = [{**row, "average_rate": None} if row["company"] == "south" else row for row in LEDGER]
    with pytest.raises(ReportError, match=r"south 2024-12: no average rate in gold/ledger; run `monette run"):
        explain(asked(tmp_path, group, ledger=unrated), "cash_flow", "net_income")


def test_a_rate_corrected_after_the_release_does_not_move_its_flows(tmp_path: Path, group: Group) -> None:
    """South's cash moved by 50.00: at 1.40 in the release, at 1.60 in what was built since."""
    question = asked(tmp_path, group, "south")
    released = explain(question, "cash_flow", "exchange_effect")
    publish(question.release.lake, "silver/exchange_rates", [
        {"period": DECEMBER, "from_currency": "USD", "to_currency": "CAD", "kind": "average", "rate": Decimal("1.60")}
    ])  # fmt: skip
    corrected = [{**row, "average_rate": Decimal("1.60")} if row["company"] == "south" else row for row in LEDGER]
    publish(question.release.lake, "gold/ledger", corrected, "corrected")
    assert explain(question, "cash_flow", "exchange_effect") == released
    assert (released.figure, released.problems) == (Decimal("7.50"), ())


def test_a_line_of_another_section_is_asked_for_with_it(small_world: SmallWorld) -> None:
    """The net change is every section's sum; a line that the month does not have is refused with those it has."""
    question = Question(open_release(small_world.lake, small_world.group.time_zone), small_world.group, DECEMBER)
    sections = [explain(question, "cash_flow", name, limit=1).figure for name in ("operating", "investing",
                "financing", "exchange_effect")]  # fmt: skip
    assert explain(question, "cash_flow", "Net change in cash", limit=1).figure == sum(sections)
    with pytest.raises(ReportError, match="cash_flow has no line 'net incme'; nearest: Net income, net_change"):
        explain(question, "cash_flow", "net incme")
    with pytest.raises(ReportError, match="changes_in_equity has no line 'capital/dividnds'; nearest: Capital/"):
        explain(question, "changes_in_equity", "capital/dividnds")
