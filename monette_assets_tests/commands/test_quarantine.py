"""From an account sent without a name to months that are complete: by a waiver, then by its correction."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from monette_assets.bronze import quickbooks_objects
from monette_assets.bronze.appending import append_commit
from monette_assets.cli import main
from monette_assets.reports.pack.findings import waivers
from monette_assets.reports.released import open_release
from monette_assets.tables.quarantine import entry_id
from monette_assets_tests.commands.conftest import OwnWorld, Say
from monette_assets_tests.frames import shown

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)


def arrives(world: OwnWorld, account: str, number: int, **content: object) -> None:
    """A version of an account of the company north in bronze, as a fetch leaves it."""
    payload = json.dumps({"Id": account, "SyncToken": str(number), **content})
    at = datetime(2025, 1, 10, 12, number, tzinfo=UTC)
    row = {
        "company": "north", "entity": "Account", "object_id": account, "deleted": False, "modified_at": at.isoformat(),
        "payload": payload, "content_hash": sha256(payload.encode()).hexdigest(), "fetched_at": at,
        "run_id": f"fetch-{number}",
    }  # fmt: skip
    append_commit(world.lake, quickbooks_objects.CONTRACT, [row], f"fetch-{number}", world.group, at)


def completeness(world: OwnWorld) -> list[tuple[object, ...]]:
    rows = [row for row in world.rows("gold/completeness") if row["company"] == "north"]
    return shown(rows, "period refused waived complete missing")


@pytest.fixture(scope="module")
def refused(own_world: OwnWorld) -> tuple[str, str]:
    """The ids of two entries: accounts 98 and 99."""
    for number, account in enumerate(("98", "99"), start=1):
        arrives(own_world, account, number)
    for table, status in (("silver/accounts", 1), ("gold/completeness", 1)):
        assert main(["run", "--no-fetch", "--from", "2024-11", "--to", "2024-12", "--select", table]) == status
    first, second = sorted(own_world.rows("quarantine"), key=lambda row: str(row["transaction_id"]))
    return entry_id(first), entry_id(second)


def test_a_refused_account_keeps_its_companys_months_from_being_complete(
    own_world: OwnWorld, refused: tuple[str, str]
) -> None:
    assert completeness(own_world) == [
        ("2024-11", 2, 0, False, "2 entries in quarantine"), ("2024-12", 2, 0, False, "2 entries in quarantine"),
    ]  # fmt: skip


def test_it_is_listed_and_shown_whole_with_its_payloads_place_and_what_to_do(
    own_world: OwnWorld, refused: tuple[str, str], say: Say
) -> None:
    status, out, _ = say("quarantine", "list", "--company", "north", "--table", "silver/accounts", "--format", "json")
    assert status == 0
    found = json.loads(out)["rows"]
    assert {(row["entry_id"], row["kind"], row["waived_by"]) for row in found} == {
        (each, "transaction", None) for each in refused
    }
    assert json.loads(say("quarantine", "list", "--company", "south", "--format", "json")[1])["rows"] == []
    assert json.loads(say("quarantine", "list", "--kind", "unit", "--format", "json")[1])["rows"] == []
    assert say("quarantine", "list", "--format", "csv")[1].count(refused[0]) == 1
    assert refused[0] in say("quarantine", "list")[1]
    _, out, _ = say("quarantine", "show", refused[1])
    for told in (
        "expected an object with its required fields, found KeyError",
        "bronze/quickbooks_objects: Account 99 of north",
        f"monette quarantine replay {refused[1]} --fetch",
        '{"Id": "99", "SyncToken": "2"}',
        "of a list, hence of every one",
    ):
        assert told in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "beef"], "beef: expected"),
        (["list", "--kind", "whole"], "--kind whole: expected one of report, transaction, unit"),
        (["list", "--table", "silver/acounts"], "(did you mean 'silver/accounts'?)"),
        (["replay"], "say what to replay"),
        (["replay", "beef", "--all"], "say what to replay"),
        (["waive", "beef", "--by", "A. Controller", "--reason", "so"], "beef: expected the id of an entry"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_refused(
    own_world: OwnWorld, refused: tuple[str, str], say: Say, arguments: list[str], told: str
) -> None:
    status, _, error = say("quarantine", *arguments)
    assert status in (1, 2)
    assert told in error


def test_waived_it_stays_visible_and_the_months_are_complete(
    own_world: OwnWorld, refused: tuple[str, str], say: Say
) -> None:
    release = own_world.lake.sequence("releases")
    status, _, error = say("quarantine", "waive", *refused, "--by", "A. Controller", "--reason", "a test account")
    assert (status, f"waived  {refused[1]}" in error) == (0, True)
    assert completeness(own_world) == [("2024-11", 0, 2, True, ""), ("2024-12", 0, 2, True, "")]
    assert own_world.lake.sequence("releases") == release + 1  # what reports read says so
    assert "A. Controller: a test account" in say("status")[1].replace("\n", " ")
    found = json.loads(say("quarantine", "list", "--waived", "--format", "json")[1])["rows"]
    assert [(row["waived_by"], row["waived_because"]) for row in found] == [("A. Controller", "a test account")] * 2
    assert "waived by A. Controller" in say("check", "--recorded", "--warnings", "--select", "silver/accounts")[1]
    assert say("check", "--recorded", "--select", "silver/accounts")[0] == 0
    assert "waive" in say("audit", "list", "--format", "csv")[1]
    assert say("quarantine", "verify")[:2] == (0, "Intact: 2 entries\n")


def test_in_a_board_pack_it_stands_with_name_and_reason(own_world: OwnWorld, refused: tuple[str, str]) -> None:
    found = waivers(open_release(own_world.lake, own_world.group.time_zone), own_world.group, DECEMBER)
    assert found is not None
    assert shown(list(found.rows), "entry_id company who why") == [
        (each, "north", "A. Controller", "a test account") for each in sorted(refused)
    ]


def test_a_waiver_taken_back_makes_it_count_again(own_world: OwnWorld, refused: tuple[str, str], say: Say) -> None:
    assert say("quarantine", "revoke", refused[1], "--by", "B. Controller", "--reason", "it is real")[0] == 0
    assert [row[1:4] for row in completeness(own_world)] == [(1, 1, False), (1, 1, False)]
    log = json.loads(say("quarantine", "waivers", "--format", "json")[1])["rows"]
    assert [(act["action"], act["who"]) for act in log] == [
        ("waive", "A. Controller"), ("waive", "A. Controller"), ("revoke", "B. Controller"),
    ]  # fmt: skip


def test_replayed_what_was_corrected_leaves_and_the_rest_stays(
    own_world: OwnWorld, refused: tuple[str, str], say: Say
) -> None:
    arrives(own_world, "99", 3, Name="Trials", Active=True, AccountType="Bank", Classification="Asset")
    status, _, error = say("quarantine", "replay", "--table", "silver/accounts")
    assert status == 1  # not all of it left
    assert f"left    {refused[1]}" in error
    assert f"stayed  {refused[0]}" in error
    assert "1 of 2 entries left quarantine" in error
    assert [row["transaction_id"] for row in own_world.rows("quarantine")] == ["98"]
    assert "Trials" in {row["account_name"] for row in own_world.rows("silver/accounts")}
    assert [row[1:4] for row in completeness(own_world)] == [(0, 1, True), (0, 1, True)]  # the other one is waived
