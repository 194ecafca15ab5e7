"""A real ledger through the whole platform: its statements equal what hledger computed from it, to the cent."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monette_assets.automation.chain import ChainResult
from monette_assets.engine import Engine
from monette_assets.group import load_group
from monette_assets.simulator.ledger_file import books_from_ledger
from monette_assets.tables.judge import Judge
from monette_assets_tests.contracts import OPEN_BOOKS_REALM, write_open_books_contract
from monette_assets_tests.world import World, world_of

LEDGER = Path(__file__).parents[2] / "shared" / "ledgers" / "open_books"
FIRST, LAST = date(2015, 1, 1), date(2017, 12, 1)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not LEDGER.exists(), reason=f"the recorded ledger is not at {LEDGER}"),
]

Statement = dict[str, Decimal]  # account -> amount, zeros left out


@pytest.fixture(scope="module")
def ledger_lines() -> list[dict[str, str]]:
    with (LEDGER / "general_ledger.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, judge: Judge, ledger_lines: list[dict[str, str]]
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("open_books")
    group = load_group(write_open_books_contract(folder / "group", {line["account"] for line in ledger_lines}))
    books = books_from_ledger(
        LEDGER / "general_ledger.csv", code="open_books", realm_id=OPEN_BOOKS_REALM, name="Open Books",
        home_currency="USD",
    )  # fmt: skip
    with world_of(folder / "home", group, {OPEN_BOOKS_REALM: books}, engine, judge) as made:
        yield made


@pytest.fixture(scope="module")
def ran(world: World) -> ChainResult:
    return world.run(FIRST, LAST)


def hledger(name: str) -> tuple[dict[date, Statement], dict[date, Decimal]]:
    """hledger's statement by month: its accounts in natural sign, and its Net line."""
    with (LEDGER / name).open(newline="") as file:
        lines = list(csv.reader(file))
    months = [date.fromisoformat(f"{column[:7]}-01") for column in lines[1][1:]]
    accounts: dict[date, Statement] = {month: {} for month in months}
    net: dict[date, Decimal] = {}
    for name_of_line, *amounts in lines[2:]:
        for month, amount in zip(months, amounts, strict=True):
            if name_of_line == "Net:":
                net[month] = Decimal(amount)
            elif ":" in name_of_line and Decimal(amount):
                accounts[month][name_of_line] = Decimal(amount)
    return accounts, net


def test_every_run_succeeds_and_no_check_fails(ran: ChainResult, world: World) -> None:
    assert [step.error for step in ran.steps] == [""] * 3
    assert [check.description for step in ran.steps for check in step.failed_checks] == []
    assert world.rows("quarantine") == []
    months = world.rows("gold/completeness")
    assert (len(months), {row["missing"] for row in months}) == (36, {""})


def test_36_monthly_income_statements(ran: ChainResult, world: World) -> None:
    expected, net = hledger("income_statement_monthly.csv")
    names = {row["account_id"]: row["account_name"] for row in world.rows("gold/ledger")}
    ours: dict[date, Statement] = {month: {} for month in expected}
    for row in world.rows("gold/profit_and_loss"):
        if row["display_amount_cad"]:
            ours[row["period"]][names[row["account_id"]]] = row["display_amount_cad"]
    assert len(expected) == 36
    assert ours == expected
    summed = dict.fromkeys(expected, Decimal(0))
    for row in world.rows("gold/financial_summary"):
        if row["line"] == "Net Income":
            summed[row["period"]] += row["amount_cad"]
    assert summed == net


def test_36_monthly_balance_sheets(ran: ChainResult, world: World) -> None:
    """hledger never closes a year: its net worth is what we hold as retained earnings and the year's net income."""
    expected, net = hledger("balance_sheet_monthly.csv")
    ours: dict[date, Statement] = {month: {} for month in expected}
    earned = dict.fromkeys(expected, Decimal(0))
    for row in world.rows("gold/balance_sheet"):
        if row["classification"] == "Equity":
            earned[row["period"]] += row["display_amount"]
        else:
            ours[row["period"]][row["account_name"]] = row["display_amount"]
    assert len(expected) == 36
    assert ours == expected
    assert earned == net


def test_36_monthly_cash_flows(ran: ChainResult, world: World) -> None:
    """hledger's cash is its only asset, a bank account; what moved it began with its net income."""
    sheets, _ = hledger("balance_sheet_monthly.csv")
    cash, owed = kinds(sheets, "Assets:"), kinds(sheets, "Liabilities:")
    _, net = hledger("income_statement_monthly.csv")
    ours: dict[str, dict[date, Decimal]] = defaultdict(lambda: dict.fromkeys(cash, Decimal(0)))
    for row in world.rows("gold/cash_flow"):
        ours[row["line"]][row["period"]] += row["amount"]
    assert ours["closing_cash"] == cash
    assert ours["net_income"] == net
    assert ours["net_change"] == changes(cash)
    assert ours["liabilities"] == changes(owed)


def changes(balances: dict[date, Decimal]) -> dict[date, Decimal]:
    """Every month's balance less the one before."""
    before = [Decimal(0), *balances.values()]
    return {month: balance - earlier for (month, balance), earlier in zip(balances.items(), before, strict=False)}


def test_equity_is_what_was_earned_and_the_bridge_ends_at_the_bank(ran: ChainResult, world: World) -> None:
    _, worth = hledger("balance_sheet_monthly.csv")
    closing = dict.fromkeys(worth, Decimal(0))
    for row in world.rows("gold/changes_in_equity"):
        if row["line"] == "closing":
            closing[row["period"]] += row["amount"]
    assert closing == worth
    moved = dict.fromkeys(worth, Decimal(0))
    for row in world.rows("gold/ledger"):
        moved[row["period"]] += row["amount"] if row["account_name"].startswith("Assets:") else 0
    at_bank = dict.fromkeys(worth, Decimal(0))
    for row in world.rows("gold/cash_bridge"):
        at_bank[row["period"]] += row["amount"] if row["section"] == "at_bank" else 0
    assert at_bank == moved  # nothing was invested or borrowed


def test_a_group_of_one_company_is_consolidated_to_the_same(ran: ChainResult, world: World) -> None:
    """Its group chart has one account for each of hledger's five kinds; `Others` is its one pillar."""
    sheets, worth = hledger("balance_sheet_monthly.csv")
    incomes, net = hledger("income_statement_monthly.csv")
    zero = dict.fromkeys(worth, Decimal(0))
    for part in ("group", "country/US", "pillar/Others"):
        closing: dict[str, dict[date, Decimal]] = defaultdict(lambda: dict(zero))
        movement: dict[str, dict[date, Decimal]] = defaultdict(lambda: dict(zero))
        for row in world.rows("gold/consolidated_statements"):
            if row["subgroup"] == part:
                kind = row["group_account"] if row["group_account"] in ("assets", "liabilities") else "equity"
                closing[kind][row["period"]] += row["closing_cad"]
                movement[row["group_account"]][row["period"]] += row["movement_cad"]
        assert closing["assets"] == kinds(sheets, "Assets:")
        assert negative(closing["liabilities"]) == kinds(sheets, "Liabilities:")
        assert negative(closing["equity"]) == worth
        assert negative(movement["income"]) == kinds(incomes, "Income:")
        assert movement["expenses"] == kinds(incomes, "Expenses:")
        flows: dict[str, dict[date, Decimal]] = defaultdict(lambda: dict(zero))
        for row in world.rows("gold/consolidated_cash_flow"):
            if row["subgroup"] == part:
                flows[row["line"]][row["period"]] += row["amount_cad"]
        assert flows["net_income"] == net
        assert flows["closing_cash"] == kinds(sheets, "Assets:")


def kinds(statements: dict[date, Statement], kind: str) -> dict[date, Decimal]:
    """The sum of all accounts of a kind, by month."""
    return {
        month: sum((amount for name, amount in statement.items() if name.startswith(kind)), Decimal(0))
        for month, statement in statements.items()
    }


def negative(amounts: dict[date, Decimal]) -> dict[date, Decimal]:
    """What is in credit as hledger prints it."""
    return {month: -amount for month, amount in amounts.items()}


def test_movements_of_every_account(ran: ChainResult, world: World) -> None:
    with (LEDGER / "trial_balance_final.csv").open(newline="") as file:
        expected = {line["account"]: Decimal(line["balance"]) for line in csv.DictReader(file)}
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for row in world.rows("gold/ledger"):
        moved[row["account_name"]] += row["amount"]
    assert {account: amount for account, amount in moved.items() if amount} == {
        account: amount for account, amount in expected.items() if amount and account.casefold() != "total"
    }


def test_every_line_is_there_the_identical_ones_too(
    ran: ChainResult, world: World, ledger_lines: list[dict[str, str]]
) -> None:
    recorded = Counter(
        (line["transaction"], date.fromisoformat(line["date"]), line["account"], Decimal(line["amount"]))
        for line in ledger_lines
    )
    published = Counter(
        (row["transaction_id"], row["transaction_date"], row["account_name"], row["amount"])
        for row in world.rows("gold/ledger")
    )
    assert published == recorded
    assert sum(count - 1 for count in published.values()) == 32
