"""Closing and reopening months: what is refused, what is frozen, what the log says (ACCOUNTING 12)."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from monette_assets.closing import CloseRefusedError, approve, close, reopen
from monette_assets.freezing import Books
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.lake.errors import VersionGone
from monette_assets.reports.released import open_release
from monette_assets.tables import chained, closed_statements, group_contracts, hash_chain, provenance
from monette_assets.tables.asset import asset_key
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of, shown
from monette_assets_tests.reports.closable_lake import closable_lake, complete
from monette_assets_tests.reports.small_lake import DECEMBER, JANUARY, NOVEMBER, publish

NOW = datetime(2025, 2, 10, 18, tzinfo=UTC)
FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)


@pytest.fixture(scope="session")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return group_of(tmp_path_factory.mktemp("group"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, group: Group) -> Path:
    missing = "2 entries in quarantine; 1 account(s) differ"
    told = [complete("south", DECEMBER, complete=False, missing=missing), complete("south", JANUARY, provisional=True)]
    folder = tmp_path_factory.mktemp("closable") / "lake"
    closable_lake(folder, group, told)
    return folder


@pytest.fixture
def books(tmp_path: Path, template: Path, group: Group) -> Books:
    """A lake of one's own; it is 10 February 2025."""
    shutil.copytree(template, tmp_path / "lake")
    return Books(Lake(str(tmp_path / "lake")), group, lambda: NOW.astimezone(group.time_zone))


def test_a_close_freezes_what_the_release_says(books: Books) -> None:
    (entry,) = close(books, NOVEMBER, ["south"], "  Ann  Controller ")
    assert (entry["number"], entry["action"], entry["who"], entry["release"]) == (1, "close", "Ann Controller", 1)
    assert entry["contract_version"] == books.group.fingerprint
    assert group_contracts.kept(books.lake, entry["contract_version"]) == books.group
    assert dict(zip(entry["tables"], entry["versions"], strict=True))["gold/ledger"] == "1"
    frozen = books.lake.read("closed_statements").to_pylist()
    assert {row["close_id"] for row in frozen} == {entry["close_id"]}
    assert shown(
        (row for row in frozen if row["amount"] != 0), "company period statement account_id measure amount rate_kind"
    ) == [
        ("south", "2024-11", "balance_sheet", "bank", "amount", "10.00", ""),
        ("south", "2024-11", "cash_flow", "", "amount", "10.00", ""),
        ("south", "2024-11", "cash_flow", "", "amount_cad", "10.00", ""),
        ("south", "2024-11", "exchange_rates", "", "rate", None, "average"),
        ("south", "2024-11", "exchange_rates", "", "rate", None, "closing"),
        ("south", "2024-11", "profit_and_loss", "sales", "amount", "-10.00", ""),
        ("south", "2024-11", "profit_and_loss", "sales", "amount_cad", "-14.00", ""),
        ("south", "2024-11", "trial_balance", "bank", "closing", "10.00", ""),
        ("south", "2024-11", "trial_balance", "sales", "closing", "-10.00", ""),
    ]
    rates = [row for row in frozen if row["statement"] == "exchange_rates"]
    assert (
        shown(rates, "currency rate rate_date rate_source")
        == [("USD", "1.400000", "2024-11", "Bank of Canada FXUSDCAD")] * 2
    )
    assert entry["statements"] == [
        "trial_balance",
        "profit_and_loss",
        "balance_sheet",
        "translated_balances",
        "cash_flow",
    ]
    lines = books.lake.read("closed_ledger").to_pylist()
    assert shown(lines, "transaction_id account_id amount") == [("7", "bank", "10.00"), ("7", "sales", "-10.00")]
    assert (entry["statements_rows"], entry["ledger_rows"]) == (len(frozen), 2)


def test_the_rates_kept_are_those_the_figures_were_made_with_though_silver_has_newer_ones(books: Books) -> None:
    corrected = [{**row, "rate": Decimal("1.500000")} for row in books.lake.read("silver/exchange_rates").to_pylist()]
    publish(books.lake, "silver/exchange_rates", corrected, "corrected")
    close(books, NOVEMBER, ["south"], "Ann")
    rates = [row for row in books.lake.read("closed_statements").to_pylist() if row["statement"] == "exchange_rates"]
    assert shown(rates, "rate_kind rate") == [("average", "1.400000"), ("closing", "1.400000")]


def test_figures_released_later_do_not_reach_what_was_frozen(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    before = books.lake.read("closed_statements").to_pylist()
    closable_lake(Path(books.lake.url), books.group, sales="999.00")
    assert books.lake.read("closed_statements").to_pylist() == before
    assert chained.frozen_problems(books.lake) == []


@pytest.mark.parametrize(
    ("period", "company", "reason"),
    [
        (FEBRUARY, "north", "north 2025-02 is running until the month ends: only a month that is over can be closed"),
        (MARCH, "north", "north 2025-03 has not begun: only a month that is over can be closed"),
        (date(2024, 10, 1), "north", "north 2024-10: north did not belong to the group then"),
        (DECEMBER, "south", "south 2024-12 is incomplete: accrual: 2 entries in quarantine; 1 account(s) differ."),
        (JANUARY, "south", "south 2025-01 was last built while it was running: its figures are provisional"),
    ],
)
def test_a_month_that_is_not_finished_is_refused(books: Books, period: date, company: str, reason: str) -> None:
    for act in (close, approve):
        with pytest.raises(CloseRefusedError) as refused:
            act(books, period, [company], "Ann")
        assert str(refused.value).startswith(reason)
    assert books.log == []


def test_a_month_that_was_not_built_is_refused(books: Books) -> None:
    later = replace(books, now=lambda: datetime(2025, 3, 10, tzinfo=UTC))
    with pytest.raises(CloseRefusedError, match="north 2025-02 is not in release 1: it has not been built; run "):
        close(later, FEBRUARY, ["north"], "Ann")


def test_figures_of_another_contract_than_the_log_would_name_are_refused(books: Books) -> None:
    """A contract that was edited counts for a month once the month was built with it."""

    def built_with(contract: str, table: str) -> None:
        provenance.write(books.lake, table, {NOVEMBER: provenance.Provenance.of("code", contract, {})})

    in_force = books.group.fingerprint
    built_with("a1b2c3d4e5", "gold/trial_balance")
    for act in (approve, close):
        with pytest.raises(CloseRefusedError) as refused:
            act(books, NOVEMBER, ["north"], "Ann")
        assert str(refused.value) == (
            f"gold/trial_balance of 2024-11 was built with another contract (a1b2c3d4) than is in force "
            f"({in_force[:8]}); run `monette run --no-fetch --from 2024-11 --to 2024-11`, then close it"
        )
    assert books.log == []
    built_with(in_force, "gold/trial_balance")
    built_with("a1b2c3d4e5", "gold/consolidated_statements")
    told: list[str] = []
    made = close(books, NOVEMBER, ["north", "south"], "Ann", tell=told.append)
    assert [(entry["company"], entry["contract_version"]) for entry in made] == [
        ("north", in_force), ("south", in_force),
    ]  # fmt: skip
    assert told[0].startswith("gold/consolidated_statements of 2024-11 was built with another contract (a1b2c3d4)")
    built_with(in_force, "gold/consolidated_statements")
    assert [entry["company"] for entry in close(books, NOVEMBER, ["group"], "Ann")] == ["group"]


def test_one_refusal_refuses_all_and_all_are_told(books: Books) -> None:
    close(books, DECEMBER, ["north"], "Ann")
    with pytest.raises(CloseRefusedError, match="south 2024-12 is incomplete"):
        close(books, DECEMBER, ["north", "south"], "Ann")
    assert len(books.log) == 1


def test_a_company_outside_of_the_group_then_is_refused(books: Books, tmp_path: Path) -> None:
    companies: list[dict[str, Any]] = [dict(each) for each in small_contract()["companies"]]
    companies[1]["first_period"] = DECEMBER
    books = replace(books, group=group_of(tmp_path / "group", companies=companies))
    with pytest.raises(CloseRefusedError, match="south 2024-11: south did not belong to the group then"):
        close(books, NOVEMBER, ["south"], "Ann")
    with pytest.raises(KeyError, match="nort"):
        close(books, NOVEMBER, ["nort"], "Ann")


def test_a_month_is_closed_once_and_in_order(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    with pytest.raises(CloseRefusedError, match=r"north 2024-11 was closed by Ann on 2025-02-10 .* \(close 1\)"):
        close(books, NOVEMBER, ["north"], "Bob")
    with pytest.raises(CloseRefusedError, match="north 2024-11 was closed by Ann"):
        approve(books, NOVEMBER, ["north"], "Bob")
    with pytest.raises(CloseRefusedError, match="north 2025-01: 2024-12 is open; months are closed in order"):
        close(books, JANUARY, ["north"], "Ann")
    close(books, DECEMBER, ["north"], "Ann")  # each company by itself
    close(books, JANUARY, ["north"], "Ann")
    assert len(books.log) == 3


def test_the_first_close_may_be_of_any_month(books: Books) -> None:
    close(books, DECEMBER, ["north"], "Ann")
    assert shown(books.log, "number action company period") == [(1, "close", "north", "2024-12")]


def test_reopening_takes_two_persons_a_reason_and_a_closed_month(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    with pytest.raises(CloseRefusedError, match="a second person: ann cannot approve what Ann asks for"):
        reopen(books, NOVEMBER, ["north"], "ann", " Ann\u200b ", "a late bill")
    with pytest.raises(CloseRefusedError, match="--approved-by: expected a person's name, found none"):
        reopen(books, NOVEMBER, ["north"], "Ann", " ", "a late bill")
    with pytest.raises(CloseRefusedError, match="--reason: say why"):
        reopen(books, NOVEMBER, ["north"], "Ann", "Bob", " ")
    with pytest.raises(CloseRefusedError, match="north 2024-12 is not closed: there is nothing to reopen"):
        reopen(books, DECEMBER, ["north"], "Ann", "Bob", "a late bill")
    (entry,) = reopen(books, NOVEMBER, ["north"], "Ann", "Bob", " a late bill ")
    assert (entry["who"], entry["approved_by"], entry["reason"]) == ("Ann", "Bob", "a late bill")
    with pytest.raises(CloseRefusedError, match="north 2024-11 is not closed"):
        reopen(books, NOVEMBER, ["north"], "Ann", "Bob", "again")
    with pytest.raises(CloseRefusedError, match="north 2024-12: 2024-11 is open"):
        close(books, DECEMBER, ["north"], "Ann")
    close(books, NOVEMBER, ["north"], "Ann")
    assert [entry["action"] for entry in books.log] == ["close", "reopen", "close"]
    assert hash_chain.verify(books.lake, "closes") is None


def test_the_groups_month_is_closed_with_the_last_of_its_companies(books: Books) -> None:
    assert [entry["company"] for entry in close(books, NOVEMBER, ["north"], "Ann")] == ["north"]
    south, group = close(books, NOVEMBER, ["south"], "Bob")
    assert (south["company"], group["company"], group["who"], group["number"]) == ("south", "group", "Bob", 3)
    assert group["statements"] == ["consolidated_statements"]
    frozen = [row for row in books.lake.read("closed_statements").to_pylist() if row["company"] == "group"]
    assert {row["close_id"] for row in frozen} == {group["close_id"]}
    assert shown(
        (row for row in frozen if row["measure"] == "closing_cad"), "subgroup step component group_account amount"
    ) == [
        ("group", "companies", "north", "bank", "100.00"),
        ("group", "companies", "north", "sales", "-100.00"),
        ("group", "companies", "south", "bank", "14.00"),
        ("group", "companies", "south", "sales", "-14.00"),
    ]
    assert (group["statements_rows"], group["ledger_rows"]) == (len(frozen), 0)
    assert chained.frozen_problems(books.lake) == []
    assert [chained.problem(books.lake, table) for table in ("closes", "closed_statements", "closed_ledger")] == [
        None, None, None,
    ]  # fmt: skip


def test_the_groups_month_stays_open_while_a_company_of_it_is(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    with pytest.raises(CloseRefusedError, match="group 2024-11: south is open; the group is closed once every company"):
        close(books, NOVEMBER, ["group"], "Ann")
    assert len(books.log) == 1


def test_reopening_a_company_reopens_the_groups_month_first(books: Books) -> None:
    close(books, NOVEMBER, ["north", "south"], "Ann")
    reopen(books, NOVEMBER, ["south"], "Ann", "Bob", "a late bill")
    assert shown(books.log[3:], "number action company who approved_by reason") == [
        (4, "reopen", "group", "Ann", "Bob", "south is reopened: a late bill"),
        (5, "reopen", "south", "Ann", "Bob", "a late bill"),
    ]
    reopen(books, NOVEMBER, ["north"], "Ann", "Bob", "another one")  # the group's month is open already
    assert shown(books.log[5:], "number company") == [(6, "north")]
    close(books, NOVEMBER, ["north"], "Ann")
    close(books, NOVEMBER, ["south"], "Ann")
    assert shown(books.log[6:], "number action company") == [
        (7, "close", "north"), (8, "close", "south"), (9, "close", "group"),
    ]  # fmt: skip


def test_the_groups_month_is_reopened_and_closed_alone(books: Books) -> None:
    """For what is the group's alone: a late adjustment, a changed consolidation."""
    with pytest.raises(CloseRefusedError, match="group 2024-11 is not closed: there is nothing to reopen"):
        reopen(books, NOVEMBER, ["group"], "Ann", "Bob", "a late adjustment")
    close(books, NOVEMBER, ["north", "south"], "Ann")
    with pytest.raises(CloseRefusedError, match=r"group 2024-11 was closed by Ann on .* \(close 3\)"):
        close(books, NOVEMBER, ["group"], "Bob")
    (opened,) = reopen(books, NOVEMBER, ["group"], "Ann", "Bob", "a late adjustment")
    assert (opened["company"], opened["reason"]) == ("group", "a late adjustment")
    (again,) = close(books, NOVEMBER, ["group"], "Ann")
    assert (again["number"], again["company"]) == (5, "group")


def test_the_group_is_reopened_too_by_whoever_it_was_closed_beside(books: Books) -> None:
    """The group's month is closed between the look at the log and the entry that reopens its company."""
    close(books, NOVEMBER, ["north", "south"], "Ann")
    reopen(books, NOVEMBER, ["group"], "Ann", "Bob", "a late adjustment")

    def meanwhile() -> datetime:
        if len(books.log) == 4:
            close(books, NOVEMBER, ["group"], "Ann")
        return books.now()

    reopen(replace(books, now=meanwhile), NOVEMBER, ["north"], "Ann", "Bob", "a late bill")
    assert shown(books.log[4:], "number action company") == [
        (5, "close", "group"), (6, "reopen", "group"), (7, "reopen", "north"),
    ]  # fmt: skip


def test_the_groups_month_is_not_closed_on_a_company_that_changed_since_its_close(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    restated = {"company": "north", "period": NOVEMBER, "basis": "accrual", "state": "closed", "close_number": 1}
    closable_lake(Path(books.lake.url), books.group, sales="101.00", restated=[restated])
    told: list[str] = []
    assert [entry["company"] for entry in close(books, NOVEMBER, ["south"], "Ann", tell=told.append)] == ["south"]
    assert told == [
        "group 2024-11: north differs from what was closed; reopen it and close it again: the group's figures are "
        "those of its companies"
    ]
    with pytest.raises(CloseRefusedError, match="group 2024-11: north differs from what was closed"):
        close(books, NOVEMBER, ["group"], "Ann")
    reopen(books, NOVEMBER, ["north"], "Ann", "Bob", "one more sale")
    assert [entry["company"] for entry in close(books, NOVEMBER, ["north"], "Ann")] == ["north", "group"]


def test_an_approval_is_written_down_and_freezes_nothing(books: Books) -> None:
    (entry,) = approve(books, NOVEMBER, ["north"], "Ann")
    assert (entry["action"], entry["who"], entry["close_id"]) == ("approve", "Ann", None)
    assert not books.lake.exists("closed_statements")
    close(books, NOVEMBER, ["north"], "Bob")


def test_the_contract_says_who_may_close(books: Books, tmp_path: Path) -> None:
    settings = {**small_contract()["group"], "controllers": ["Ann Controller", "Bob Owner"]}
    books = replace(books, group=group_of(tmp_path / "group", group=settings))
    with pytest.raises(CloseRefusedError, match="--by Eve: the contract lets only Ann Controller, Bob Owner do that"):
        close(books, NOVEMBER, ["north"], "Eve")
    close(books, NOVEMBER, ["north"], "ann controller")
    with pytest.raises(CloseRefusedError, match="--approved-by Eve: the contract lets only"):
        reopen(books, NOVEMBER, ["north"], "Bob Owner", "Eve", "a late bill")


def test_of_two_closes_at_once_one_wins_and_the_other_is_told(books: Books) -> None:
    started, results = threading.Barrier(2), {}

    def work(who: str) -> None:
        started.wait()
        try:
            results[who] = close(books, NOVEMBER, ["north"], who)[0]["number"]
        except CloseRefusedError as refused:
            results[who] = str(refused)

    threads = [threading.Thread(target=work, args=(who,)) for who in ("Ann", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results.values()))[0] == "1"
    winner = next(who for who, result in results.items() if result == 1)
    (loser,) = {"Ann", "Bob"} - {winner}
    assert str(results[loser]).startswith(f"north 2024-11 was closed by {winner} on ")
    assert len(books.log) == 1
    reported = open_release(books.lake, books.group.time_zone).rows("closed_ledger", company="north")
    assert {row["close_id"] for row in reported} == {books.log[0]["close_id"]}
    assert [chained.problem(books.lake, table) for table in ("closes", "closed_statements", "closed_ledger")] == [
        None, None, None,
    ]  # fmt: skip
    assert chained.frozen_problems(books.lake) == []  # what the loser copied does not count


def test_of_two_closes_of_several_companies_at_once_one_closes_all_and_the_other_none(books: Books) -> None:
    started = threading.Barrier(2)
    failures: dict[str, str] = {}

    def work(who: str, companies: list[str]) -> None:
        started.wait()
        try:
            close(books, NOVEMBER, companies, who)
        except CloseRefusedError as refused:
            failures[who] = str(refused)

    orders = {"Ann": ["north", "south"], "Bob": ["south", "north"]}
    threads = [threading.Thread(target=work, args=each) for each in orders.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((loser, told),) = failures.items()
    (winner,) = set(orders) - {loser}
    assert [(entry["company"], entry["who"]) for entry in books.log] == [
        (company, winner) for company in (*orders[winner], "group")
    ]
    assert all(f"{company} 2024-11 was closed by {winner} on " in told for company in orders[loser])
    assert hash_chain.verify(books.lake, "closes") is None


def test_one_company_closed_meanwhile_leaves_the_others_open(books: Books) -> None:
    """South is closed by somebody else between the look at the log and the entries."""

    def overtaken() -> datetime:
        if books.lake.exists("closed_ledger") and not books.log:
            close(books, NOVEMBER, ["south"], "Ann")
        return books.now()

    with pytest.raises(CloseRefusedError, match=r"^south 2024-11 was closed by Ann on [^\n]*$"):
        close(replace(books, now=overtaken), NOVEMBER, ["north", "south"], "Bob")
    assert shown(books.log, "number company who") == [(1, "south", "Ann")]


def test_whoever_is_overtaken_while_copying_is_told(books: Books) -> None:
    def overtaken() -> datetime:
        if books.lake.exists("closed_ledger") and not books.log:  # Bob has copied, and not yet written the log
            close(books, NOVEMBER, ["north"], "Ann")
        return books.now()

    with pytest.raises(CloseRefusedError, match="north 2024-11 was closed by Ann"):
        close(replace(books, now=overtaken), NOVEMBER, ["north"], "Bob")
    assert shown(books.log, "number who") == [(1, "Ann")]
    assert books.lake.read("closed_ledger").num_rows == 4  # both copies, one of them named by the log
    release = open_release(books.lake, books.group.time_zone)
    for table in ("closed_ledger", "closed_statements"):
        rows = release.rows(table, period=NOVEMBER, company="north")
        assert {row["close_id"] for row in rows} == {books.log[0]["close_id"]}  # a report has the copy that counts
    assert chained.frozen_problems(books.lake) == []


def test_closes_of_two_companies_at_once_follow_one_another(books: Books) -> None:
    started = threading.Barrier(2)
    failures: list[Exception] = []

    def work(company: str) -> None:
        started.wait()
        try:
            close(books, NOVEMBER, [company], "Ann")
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(company,)) for company in ("north", "south")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(entry["company"] for entry in books.log) == ["group", "north", "south"]
    assert books.log[-1]["company"] == "group"  # once, by whoever was last
    assert hash_chain.verify(books.lake, "closes") is None


def test_a_changed_or_removed_frozen_row_is_found(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    books.lake.open("closed_statements").update(updates={"amount": "1"}, predicate="measure = 'amount_cad'")
    (problem,) = chained.frozen_problems(books.lake)
    assert chained.problem(books.lake, "closed_statements") == problem  # as every refresh looks
    assert problem.startswith("closed_statements: close 1, north 2024-11: expected content hash ")
    books.lake.open("closed_ledger").delete("account_id = 'bank'")
    assert chained.problem(books.lake, "closed_ledger") == (
        "closed_ledger: close 1, north 2024-11: expected 2 rows, found 1"
    )


def test_a_run_reads_frozen_rows_again_only_where_they_or_the_log_changed(books: Books) -> None:
    """Reading all that was ever closed is no work for every run; files that are gone tell whether it was done."""
    asset = chained.build(closed_statements.CONTRACT, books.group)
    key = asset_key(closed_statements.CONTRACT)
    with dg.DagsterInstance.ephemeral() as instance:

        def intact() -> bool:
            resources = {"lake": SimpleNamespace(lake=books.lake)}
            run = dg.materialize([asset], instance=instance, resources=resources)
            [found] = run.get_asset_check_evaluations()
            assert found.asset_key == key
            return bool(found.passed)

        assert intact()  # nothing is closed
        close(books, NOVEMBER, ["north"], "Ann")
        assert intact()
        for file in Path(books.lake.uri("closed_statements")).rglob("*.parquet"):
            file.unlink()
        with pytest.raises(VersionGone):  # as `monette check` looks, whatever stands
            chained.problem(books.lake, "closed_statements")
        assert intact()  # no new version: not read
        approve(books, NOVEMBER, ["south"], "Bob")
        assert not intact()  # the log has one
        assert not intact()  # and what was not intact is looked at again


def test_nothing_is_added_to_a_log_that_somebody_changed(books: Books) -> None:
    close(books, NOVEMBER, ["north"], "Ann")
    close(books, DECEMBER, ["north"], "Ann")
    books.lake.open("closes").update(updates={"who": "'Eve'"}, predicate="number = 1")
    versions = {table: books.lake.version(table) for table in ("closes", "closed_statements", "closed_ledger")}
    broken = "closes: the chain is broken at entry 1: its content"
    with pytest.raises(hash_chain.ChainBrokenError, match=broken):
        approve(books, NOVEMBER, ["south"], "Bob")
    with pytest.raises(hash_chain.ChainBrokenError, match=broken):
        close(books, NOVEMBER, ["south"], "Bob")
    with pytest.raises(hash_chain.ChainBrokenError, match=broken):
        reopen(books, DECEMBER, ["north"], "Ann", "Bob", "a late bill")
    assert {table: books.lake.version(table) for table in versions} == versions
