"""Objects: every version verbatim, what is gone told once, and a company that fails fails alone."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import orjson
import pytest

from monette_assets.bronze.quickbooks_objects import CONTRACT
from monette_assets.sources.http import Clock
from monette_assets_tests.bronze.conftest import REALMS, Bronze, postings
from monette_assets_tests.world import World


@pytest.fixture
def objects(world: World) -> Bronze:
    return Bronze(world, CONTRACT)


def test_every_object_is_kept_verbatim_lists_and_documents_alike(objects: Bronze) -> None:
    entry = objects.add("north", "2024-12-05")
    run = objects.fetch("north", "south")
    assert run.success, run.error
    assert {row["company"] for row in objects.rows()} == {"north", "south"}
    assert {"Account", "Department", "Vendor", "Invoice", "JournalEntry"} <= {row["entity"] for row in objects.rows()}
    [row] = objects.rows(company="north", entity="JournalEntry", object_id=entry)
    content = orjson.loads(row["payload"])
    assert (content["Id"], content["TxnDate"]) == (entry, "2024-12-05")
    assert row["modified_at"] == content["MetaData"]["LastUpdatedTime"]
    assert row["content_hash"] == sha256(row["payload"].encode()).hexdigest()
    assert (row["deleted"], row["run_id"]) == (False, run.run_id)


def test_the_same_objects_again_add_nothing(objects: Bronze) -> None:
    objects.fetch("north")
    before = objects.rows()
    again = objects.fetch("north")
    assert objects.rows() == before
    [told] = objects.materialized(again).values()
    assert (told["new_versions"], told["deleted"]) == (0, 0)
    assert 0 < told["objects"] < len(before)  # lists whole, of documents only what changed


def test_what_changed_after_a_clock_ran_ahead_is_not_missed(objects: Bronze, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, real = objects.add("north", "2024-12-05", "100.00"), Clock.now
    with monkeypatch.context() as ahead:
        ahead.setattr(Clock, "now", lambda clock: real(clock) + timedelta(days=2))
        objects.fetch("north")
    objects.edit("north", "change", id=entry, document={"postings": postings("55.00")})
    objects.fetch("north")
    before, newest = objects.rows(entity="JournalEntry", object_id=entry)
    assert orjson.loads(before["payload"])["Line"][0]["Amount"] == 100.0
    assert orjson.loads(newest["payload"])["Line"][0]["Amount"] == 55.0


def test_a_changed_document_adds_its_version_and_those_of_its_accounts_with_their_new_balances(
    objects: Bronze,
) -> None:
    entry = objects.add("north", "2024-12-05", "100.00")
    first = objects.fetch("north")
    objects.edit("north", "change", id=entry, document={"postings": postings("55.00")})
    second = objects.fetch("north")
    assert objects.materialized(second)["north"]["new_versions"] == 3
    new = [row for row in objects.rows() if row["run_id"] != first.run_id]
    assert sorted(row["entity"] for row in new) == ["Account", "Account", "JournalEntry"]
    amounts = [
        orjson.loads(row["payload"])["Line"][0]["Amount"]
        for row in objects.rows(entity="JournalEntry", object_id=entry)
    ]
    assert amounts == [100.0, 55.0]


def test_a_deleted_document_is_told_gone_once(objects: Bronze) -> None:
    entry = objects.add("north", "2024-12-05")
    objects.add("south", "2024-11-05")
    objects.fetch("north", "south")
    objects.edit("north", "delete", id=entry)
    told = objects.materialized(objects.fetch("north"))["north"]
    assert (told["new_versions"], told["deleted"]) == (3, 1)  # two accounts' balances changed with it
    [gone] = objects.rows(deleted=True)
    assert (gone["company"], gone["entity"], gone["object_id"]) == ("north", "JournalEntry", entry)
    assert (gone["payload"], gone["content_hash"]) == ("", sha256(b"").hexdigest())
    kept, last = objects.rows(company="north", entity="JournalEntry", object_id=entry)
    assert (kept["deleted"], last["deleted"]) == (False, True)
    objects.fetch("north", "south")
    assert objects.rows(deleted=True) == [gone]


def test_an_object_that_comes_back_is_a_version_again(objects: Bronze) -> None:
    entry = objects.add("north", "2024-12-05")
    objects.fetch("north")
    objects.edit("north", "delete", id=entry)
    objects.fetch("north")
    document = {"date": "2024-12-05", "postings": postings("100.00")}
    objects.edit("north", "add", id=entry, document=document)
    objects.fetch("north")
    versions = objects.rows(entity="JournalEntry", object_id=entry)
    assert [row["deleted"] for row in versions] == [False, True, False]


def test_a_company_whose_token_is_dead_fails_alone_saying_what_to_do_and_loses_nothing(objects: Bronze) -> None:
    objects.fetch("south")
    held = objects.rows(company="south")
    objects.world.fault(kind="revoke_token", realm=REALMS["south"])
    run = objects.fetch("north", "south")
    assert not run.success
    assert "monette connect south" in run.error
    told = objects.arrived(run)
    assert {company: each.passed for company, each in told.items()} == {"north": True, "south": False}
    assert "monette connect south" in str(told["south"].description)
    assert set(objects.materialized(run)) == {"north"}
    assert objects.rows(company="north")
    assert objects.rows(company="south") == held
