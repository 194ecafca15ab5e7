"""A difference to QuickBooks' report is accepted by a named person for a reason; it covers that amount alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.accepting import AcceptanceRefusedError, Place, accept, differences, withdraw
from monette_assets.closing import CloseRefusedError
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import hash_chain
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of, shown
from monette_assets_tests.reports.small_lake import publish

DECEMBER = date(2024, 12, 1)
NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)
BANK = Place("north", DECEMBER, "trial_balance", ("bank",))
BOTH = Place("north", DECEMBER, "trial_balance", ("bank", "sales"))


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    settings = {**small_contract()["group"], "controllers": ["A. Controller", "B. Controller"]}
    return group_of(tmp_path_factory.mktemp("group"), group=settings)


def compared(lake: Lake, name: str, bank: str) -> None:
    """`gold/tie_out` as a run leaves it: north's bank differs by `bank`, its sales by the same the other way."""
    amounts = {"bank": Decimal(bank), "sales": -Decimal(bank), "capital": Decimal(0)}
    rows = [
        {"company": "north", "period": DECEMBER, "basis": basis, "statement": statement, "account_id": account,
         "ours": 10 + amount, "theirs": Decimal(10), "difference": amount}
        for basis in ("accrual", "cash")
        for statement in ("trial_balance", "balance_sheet")
        for account, amount in amounts.items()
    ]  # fmt: skip
    publish(lake, "gold/tie_out", rows, name)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    compared(made, "first", "0.01")
    return made


def by(who: str = "A. Controller", why: str = "a rounding of QuickBooks'") -> dict[str, Any]:
    return {"who": who, "why": why, "now": lambda: NOON}


def accepted(lake: Lake) -> list[tuple[Any, ...]]:
    found = [row for row in differences(lake) if row["acceptance"]]
    return shown(found, "company period basis statement account_id difference")


def test_it_covers_that_account_of_that_statement_and_basis(lake: Lake, group: Group) -> None:
    [act] = accept(lake, group, BANK, **by())
    assert shown([act], "number action account_id difference ours theirs who why") == [
        (1, "accept", "bank", "0.01", "10.01", "10.00", "A. Controller", "a rounding of QuickBooks'")
    ]
    assert accepted(lake) == [("north", "2024-12", "accrual", "trial_balance", "bank", "0.01")]
    assert len(differences(lake)) == 8


def test_another_amount_counts_again_and_the_same_amount_is_covered_again(lake: Lake, group: Group) -> None:
    accept(lake, group, BANK, **by())
    compared(lake, "second", "0.02")
    assert accepted(lake) == []
    accept(lake, group, BANK, **by())  # by a cent more, with a new word
    assert [row[-1] for row in accepted(lake)] == ["0.02"]
    compared(lake, "third", "0.01")
    assert [row[-1] for row in accepted(lake)] == ["0.01"]


def test_withdrawn_it_covers_nothing_of_that_account_whatever_the_amount(lake: Lake, group: Group) -> None:
    accept(lake, group, BOTH, **by())
    compared(lake, "second", "0.02")
    accept(lake, group, BANK, **by())
    acts = withdraw(lake, group, BANK, **by("B. Controller", "it was an error"))
    assert shown(acts, "number action difference who") == [
        (4, "withdraw", "0.01", "B. Controller"), (5, "withdraw", "0.02", "B. Controller"),
    ]  # fmt: skip
    assert accepted(lake) == []
    compared(lake, "third", "0.01")
    assert [row[4] for row in accepted(lake)] == ["sales"]
    assert hash_chain.verify(lake, "accepted_differences") is None


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("north", DECEMBER, "trial_balance", ("capital",)), "account capital: expected one that differs, which "),
        (Place("south", DECEMBER, "trial_balance", ("bank",)), "south 2024-12 trial_balance: account bank: .* none "),
        (Place("north", DECEMBER, "trial_balance", ("bank", "x")), r"account x: .* bank \(0.01\), sales \(-0.01\)"),
    ],
)  # fmt: skip
def test_what_does_not_differ_is_refused_whole(lake: Lake, group: Group, place: Place, told: str) -> None:
    with pytest.raises(AcceptanceRefusedError, match=told):
        accept(lake, group, place, **by())
    assert hash_chain.entries(lake, "accepted_differences") == []


def test_it_takes_a_reason_and_one_of_the_controllers_and_is_done_once(lake: Lake, group: Group) -> None:
    with pytest.raises(CloseRefusedError, match="the contract lets only"):
        accept(lake, group, BANK, **by("Somebody"))
    with pytest.raises(AcceptanceRefusedError, match="--reason: say why"):
        accept(lake, group, BANK, **by(why=" "))
    with pytest.raises(AcceptanceRefusedError, match="account bank: expected one that is accepted, which none does"):
        withdraw(lake, group, BANK, **by())
    accept(lake, group, BANK, **by())
    with pytest.raises(AcceptanceRefusedError, match=r"A\. Controller accepted it on 2025-01-10 12:00 UTC: a rounding"):
        accept(lake, group, BOTH, **by("B. Controller"))
    assert len(hash_chain.entries(lake, "accepted_differences")) == 1


def test_of_two_who_accept_the_same_at_once_one_is_told(lake: Lake, group: Group) -> None:
    def meanwhile() -> datetime:
        accept(lake, group, BANK, **by("B. Controller", "seen first"))
        return NOON

    with pytest.raises(AcceptanceRefusedError, match=r"B\. Controller accepted it on .*: seen first"):
        accept(lake, group, BANK, **{**by(), "now": meanwhile})
    assert [act["who"] for act in hash_chain.entries(lake, "accepted_differences")] == ["B. Controller"]
