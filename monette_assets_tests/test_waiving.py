"""An entry of quarantine is waived by a named person for a reason; it covers that entry and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.closing import CloseRefusedError
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.lake.errors import AppendOnly
from monette_assets.tables import Check, Severity, Staged, hash_chain, waivers
from monette_assets.tables.judge import Judge
from monette_assets.waiving import WaiverRefusedError, entries, revoke, waive
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import context_of, group_of, shown
from monette_assets_tests.tables.sample import CONTRACT, Books

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
NOON = datetime(2025, 1, 10, 12, tzinfo=UTC)
GOOD = (("north", "2024-11", "bank", "1.00"), ("south", "2024-12", "bank", "4.00"))
BILL = {
    "company": "north", "period": NOVEMBER, "_whole": False, "_reason": "amount: expected 1.00, found 1,00",
    "_path": "$.Rows.Row[3]", "_transaction_type": "Bill", "_transaction_id": "7", "_amount": Decimal("1.00"),
    "_raw": '{"amount": "1,00"}',
}  # fmt: skip
NOTE = {"company": "south", "period": DECEMBER, "_whole": False, "_reason": "no date", "_path": "$.Rows.Row[4]"}


def _refused(staged: Staged) -> DataFrame:
    return staged.refused.select("company", "period", "_reason", "_path")


NOTHING_REFUSED = Check(
    "nothing_refused", "All was read.", "rule 3", _refused, Severity.REPORTS, of_source=True, waivable=True
)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    settings = {**small_contract()["group"], "controllers": ["A. Controller", "B. Controller"]}
    return group_of(tmp_path_factory.mktemp("group"), group=settings)


@pytest.fixture
def books(spark: SparkSession, judge: Judge, group: Group, tmp_path: Path) -> Books:
    """Two lines published, two refused."""
    contract = replace(CONTRACT, checks=(*CONTRACT.checks, NOTHING_REFUSED))
    made = Books(context_of(spark, group, "2024-11", "2024-12"), Lake(str(tmp_path / "lake")), judge, contract)
    made.refresh(*GOOD, refused=[BILL, NOTE])
    return made


def id_of(books: Books, company: str, kind: str = "transaction") -> str:
    return next(str(e["entry_id"]) for e in entries(books.lake) if (e["company"], e["kind"]) == (company, kind))


def waived(books: Books, *companies: str, who: str = "A. Controller", why: str = "a duplicate") -> list[dict[str, Any]]:
    ids = [id_of(books, company) for company in companies]
    return waive(books.lake, books.context.group, ids, who=who, why=why, now=lambda: NOON)


def told(books: Books, *refused: dict[str, Any]) -> list[tuple[str, str, Severity]]:
    """What the check of a next run says, by company."""
    outcome = books.refresh(*GOOD, refused=list(refused) or [BILL, NOTE])
    return [
        (failure.unit[0], str(failure.samples[0]["_reason"]), failure.severity)
        for failure in outcome.audit.failed("nothing_refused")
    ]


def test_a_waived_entry_only_warns_saying_who_and_why_and_stays_in_quarantine(books: Books) -> None:
    [act] = waived(books, "north", who=" a.  controller ", why="  printed twice by\nQuickBooks ")
    assert told(books) == [
        (
            "north",
            "amount: expected 1.00, found 1,00 (waived by a. controller: printed twice by QuickBooks)",
            Severity.WARNS,
        ),
        ("south", "no date", Severity.REPORTS),
    ]
    assert [(e["company"], e["waiver"] and e["waiver"]["number"]) for e in entries(books.lake)] == [
        ("north", act["number"]),
        ("south", None),
    ]
    assert books.quarantined() == [("north", "2024-11", "transaction"), ("south", "2024-12", "transaction")]


@pytest.mark.parametrize(
    "change",
    [{"_amount": Decimal("1.01")}, {"_raw": '{"amount": "1,000"}'}, {"_reason": "another"}, {"_transaction_id": "8"}],
    ids=lambda change: next(iter(change)),
)
def test_a_waiver_covers_its_entry_word_for_word_and_nothing_else(books: Books, change: dict[str, Any]) -> None:
    waived(books, "north")
    assert [severity for _, _, severity in told(books, {**BILL, **change})] == [Severity.REPORTS]
    assert [entry["waiver"] for entry in entries(books.lake)] == [None]
    assert [severity for _, _, severity in told(books, BILL)] == [Severity.WARNS]  # as it was: covered again


def test_a_waiver_taken_back_no_longer_covers_and_both_acts_stand_in_the_chain(books: Books) -> None:
    waived(books, "north")
    entry = id_of(books, "north")
    revoke(books.lake, books.context.group, [entry], who="B. Controller", why="no duplicate", now=lambda: NOON)
    assert [severity for _, _, severity in told(books)] == [Severity.REPORTS, Severity.REPORTS]
    waived(books, "north", who="B. Controller", why="one after all")
    log = hash_chain.entries(books.lake, "waivers")
    assert shown(log, "number action entry_id who why reason amount") == [
        (1, "waive", entry, "A. Controller", "a duplicate", "amount: expected 1.00, found 1,00", "1.00"),
        (2, "revoke", entry, "B. Controller", "no duplicate", "amount: expected 1.00, found 1,00", "1.00"),
        (3, "waive", entry, "B. Controller", "one after all", "amount: expected 1.00, found 1,00", "1.00"),
    ]
    assert hash_chain.verify(books.lake, "waivers") is None
    with pytest.raises(AppendOnly):
        books.lake.restore("waivers", 1, books.lake.history("waivers")[0].commit)  # type: ignore[arg-type]


def test_what_a_blocking_check_holds_back_cannot_be_waived(books: Books) -> None:
    """Its last good rows stand, or none: figures would be complete and wrong."""
    books.refresh(("north", "2024-11", "bank", "-1.00"), refused=[{**BILL, "_whole": True}, NOTE])
    for kind in ("unit", "report"):
        with pytest.raises(
            WaiverRefusedError,
            match=r"silver/sample north 2024-11 is held back by a blocking check \(not_negative.*money would be wrong",
        ):
            waive(
                books.lake,
                books.context.group,
                [id_of(books, "south"), id_of(books, "north", kind)],
                who="A. Controller",
                why="it is late",
                now=lambda: NOON,
            )
    assert hash_chain.entries(books.lake, "waivers") == []  # the other one neither


def test_a_waiver_needs_a_controller_a_reason_and_an_entry_that_nobody_waived(books: Books) -> None:
    with pytest.raises(CloseRefusedError, match=r"--by C\. Clerk: the contract lets only A\. Controller, B\. Contr"):
        waived(books, "north", who="C. Clerk")
    with pytest.raises(WaiverRefusedError, match="--reason: say why"):
        waived(books, "north", why=" ")
    with pytest.raises(WaiverRefusedError, match="beef: expected the id of an entry that is in quarantine, of which 2"):
        waive(books.lake, books.context.group, ["beef"], who="A. Controller", why="so", now=lambda: NOON)
    waived(books, "north")
    with pytest.raises(WaiverRefusedError, match=r"A\. Controller waived it on 2025-01-10 12:00 UTC: a duplicate"):
        waived(books, "north")
    entry = id_of(books, "south")
    with pytest.raises(WaiverRefusedError, match="expected the id of an entry that is waived, of which 1 "):
        revoke(books.lake, books.context.group, [entry], who="A. Controller", why="so", now=lambda: NOON)


def test_somebody_who_changes_the_log_is_found_out(books: Books) -> None:
    waived(books, "north", "south")
    books.lake.open("waivers").update(updates={"who": "'Eve'"}, predicate="number = 1")
    broken = hash_chain.verify(books.lake, waivers.CONTRACT.name)
    assert broken is not None
    assert broken.sentence("waivers").startswith("waivers: the chain is broken at entry 1")
