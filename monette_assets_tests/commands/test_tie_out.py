"""From a trial balance that QuickBooks prints a cent apart from its own ledger to a month that is complete all the
same, because somebody knows why."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest

from monette_assets.bronze import quickbooks_reports
from monette_assets.bronze.appending import append_commit
from monette_assets.cli import main
from monette_assets.group import Group
from monette_assets.reports.pack.contents import gather
from monette_assets.reports.pack.page import what_to_know
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.tie_out import tie_out
from monette_assets_tests.commands.conftest import OwnWorld, Say
from monette_assets_tests.frames import shown

DECEMBER = date(2024, 12, 1)
PLACE = ("north", "2024-12", "trial_balance")
BY = ("--by", "A. Controller", "--reason", "QuickBooks rounds it")


def cent_moved(payload: str) -> tuple[str, list[str]]:
    """The trial balance with a cent of its first debit booked at its second, and the ids of both accounts."""
    report = json.loads(payload)
    debits = [row["ColData"] for row in report["Rows"]["Row"] if row.get("ColData") and row["ColData"][1]["value"]]
    for cells, cents in zip(debits[:2], (-1, 1), strict=True):
        whole = int(cells[1]["value"].replace(".", "")) + cents
        cells[1]["value"] = f"{whole // 100}.{whole % 100:02}"
    return json.dumps(report), [cells[0]["id"] for cells in debits[:2]]


@pytest.fixture(scope="module")
def apart(own_world: OwnWorld) -> list[str]:
    """The accounts of north that differ in December 2024: by a cent, and by a cent the other way."""
    where = {"company": "north", "period": DECEMBER, "report": "trial_balance", "basis": "accrual"}
    found = [row for row in own_world.rows(quickbooks_reports.CONTRACT.name) if where.items() <= row.items()]
    newest: dict[str, Any] = max(found, key=lambda row: row["fetched_at"])
    payload, accounts = cent_moved(newest["payloads"][0])
    at = datetime.now(UTC)
    row = {
        **newest, "payloads": [payload], "content_hash": sha256(payload.encode()).hexdigest(), "fetched_at": at,
        "fetch_id": "apart", "run_id": "apart",
    }  # fmt: skip
    append_commit(own_world.lake, quickbooks_reports.CONTRACT, [row], "apart", own_world.group, at)
    month = ["--from", "2024-12", "--to", "2024-12", "--select", "silver/reported_balances+"]
    assert main(["run", "--no-fetch", *month]) == 1
    return accounts


def december(world: OwnWorld) -> list[tuple[object, ...]]:
    rows = [row for row in world.rows("gold/completeness") if (row["company"], row["period"]) == ("north", DECEMBER)]
    return shown(rows, "differences accepted complete missing")


def listed(say: Say, *options: str) -> list[tuple[Any, ...]]:
    rows = json.loads(say("tie-out", "list", *options, "--format", "json")[1])["rows"]
    return [(row["account_id"], row["difference"], row["accepted_by"]) for row in rows]


def test_what_differs_is_listed_and_keeps_its_month_from_being_complete(
    own_world: OwnWorld, apart: list[str], say: Say
) -> None:
    first, second = apart
    assert december(own_world) == [(2, 0, False, "2 account(s) differ")]
    assert listed(say, "--company", "north") == sorted([(first, "0.01", None), (second, "-0.01", None)])
    assert listed(say, "--company", "south") == listed(say, "--period", "2024-11") == listed(say, "--accepted") == []
    assert first in say("tie-out", "list", "--open")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["north", "2024-12", "trial_balanc", "1"], "trial_balanc: expected one of balance_sheet"),
        (["nort", "2024-12", "trial_balance", "1"], "did you mean 'north'?"),
        (["north,south", "2024-12", "trial_balance", "1"], "expected the code of one company"),
        (["north", "2024-12", "trial_balance", "beef"], "north 2024-12 trial_balance: account beef: expected one that"),
        (["north", "2024-12", "balance_sheet", "1"], "account 1: expected one that differs, which none does"),
        (["north", "2024-12", "trial_balance", "1", "--basis", "cash"], "--basis cash: expected one of accrual"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    own_world: OwnWorld, apart: list[str], say: Say, arguments: list[str], told: str
) -> None:
    status, _, error = say("tie-out", "accept", *arguments, *BY)
    assert (status in (1, 2), told in error) == (True, True), error
    assert own_world.rows("accepted_differences") == []


def test_one_account_that_does_not_differ_keeps_all_from_being_accepted(
    own_world: OwnWorld, apart: list[str], say: Say
) -> None:
    status, _, error = say("tie-out", "accept", *PLACE, apart[0], "beef", *BY)
    assert (status, f"{apart[0]} (0.01)" in error) == (1, True)
    assert say("tie-out", "accept", *PLACE, apart[0], "--by", "A. Controller", "--reason", " ")[0] == 1
    assert own_world.rows("accepted_differences") == []


def test_accepted_the_month_is_complete_and_the_difference_stays_in_sight(
    own_world: OwnWorld, apart: list[str], say: Say
) -> None:
    release = own_world.lake.sequence("releases")
    status, _, error = say("tie-out", "accept", *PLACE, *apart, *BY)
    assert (status, f"accepted  north 2024-12 trial_balance account {apart[0]}" in error) == (0, True), error
    assert "warning gold/tie_out nothing_accepted" in error
    assert december(own_world) == [(0, 2, True, "")]
    assert own_world.lake.sequence("releases") == release + 1  # what reports read says so
    assert listed(say) == sorted([(apart[0], "0.01", "A. Controller"), (apart[1], "-0.01", "A. Controller")])
    assert listed(say, "--open") == []
    assert "A. Controller: QuickBooks rounds it" in " ".join(say("status")[1].split())
    status, out, _ = say("check", "--recorded", "--warnings", "--from", "2024-12", "--to", "2024-12")
    assert (status, "accepted_by=A. Controller" in out) == (0, True), out
    assert "accept" in say("audit", "list", "--format", "csv")[1]
    assert say("tie-out", "verify")[:2] == (0, "Intact: 2 entries\n")
    log = json.loads(say("tie-out", "log", "--format", "json")[1])["rows"]
    assert {(act["action"], act["who"], act["why"]) for act in log} == {
        ("accept", "A. Controller", "QuickBooks rounds it")
    }


def question(world: OwnWorld, group: Group) -> Question:
    return Question(open_release(world.lake, group.time_zone), group, DECEMBER)


def test_the_report_and_the_board_pack_name_who_accepted_it_and_why(own_world: OwnWorld, apart: list[str]) -> None:
    asked = question(own_world, own_world.group)
    said = tie_out(asked)
    assert (said.rows[-1]["differences"], said.rows[-1]["accepted"]) == (2, 2)
    assert all(note.endswith("accepted by A. Controller: QuickBooks rounds it") for note in said.notes)
    notes = what_to_know(gather(asked))
    assert "Accepted differences to QuickBooks: north (A. Controller: QuickBooks rounds it)." in notes
    assert any(note.endswith("; 2 of these differences are accepted.") for note in notes)


def test_what_is_accepted_already_is_not_accepted_twice(own_world: OwnWorld, apart: list[str], say: Say) -> None:
    status, _, error = say("tie-out", "accept", *PLACE, apart[0], *BY)
    assert (status, "A. Controller accepted it on" in error) == (1, True)


def test_withdrawn_it_counts_again(own_world: OwnWorld, apart: list[str], say: Say) -> None:
    again = ("--by", "B. Controller", "--reason", "it is a mistake after all")
    assert say("tie-out", "withdraw", *PLACE, apart[1], *again, "--no-run")[0] == 0
    assert listed(say, "--open") == [(apart[1], "-0.01", None)]
    status, _, error = say("tie-out", "withdraw", *PLACE, apart[1], *again)
    assert (status, f"account {apart[1]}: expected one that is accepted" in error) == (1, True)
