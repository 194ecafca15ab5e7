"""A month closed, its books edited afterwards: restated line by line, reproduced as of any moment (ACCOUNTING 12)."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from monette_assets.automation import refresh_job
from monette_assets.automation.refresh_job import Refresh
from monette_assets.cli import main
from monette_assets.commands.outside_world import connect
from monette_assets.commands.platform import Platform
from monette_assets.definitions import build
from monette_assets.engine import Engine
from monette_assets.group import load_group
from monette_assets.lake import Lake
from monette_assets.resources import RunningJudge
from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets.tables.judge import Judge
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.frames import shown
from monette_assets_tests.world import RunningEngine

DECEMBER = date(2024, 12, 1)
NORTH, SOUTH = "1001", "1002"


@dataclass
class Office:
    """A controller's desk: the command, the books in QuickBooks, and the lake to look into."""

    lake: Lake
    platform: Platform
    url: str
    judge: Judge
    engine: Engine

    def refresh(self) -> dg.ExecuteInProcessResult:
        """Both months, as the nightly schedule brings them up to date."""
        running = {"judge": RunningJudge(self.judge), "engine": RunningEngine(self.engine.spark)}
        with dg.DagsterInstance.ephemeral() as instance:
            definitions = build(self.platform.settings, self.platform.group, running)
            return definitions.resolve_job_def(refresh_job.JOB).execute_in_process(
                instance=instance,
                run_config=refresh_job.run_config(Refresh(first="2024-11", last="2024-12")),
                tags={"dagster/schedule_name": "daily_refresh"},
                raise_on_error=False,
            )

    def edit(self, action: str, realm_id: str = NORTH, **edit: Any) -> str:
        """Edit a journal entry over HTTP; its id."""
        body = {"realm_id": realm_id, "action": action, "kind": "JournalEntry", **edit}
        answer = httpx.post(f"{self.url}/simulator/edits", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.lake.read(table).to_pylist()  # type: ignore[no-any-return]

    def restated(self, header: str, statement: str) -> list[tuple[Any, ...]]:
        return shown((row for row in self.rows("gold/restatements") if row["statement"] == statement), header)


def repairs(amount: str) -> list[dict[str, str]]:
    """Something repaired and paid from chequing."""
    return [{"account": "Repairs", "amount": amount}, {"account": "1000", "amount": f"-{amount}"}]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, judge: Judge, engine: Engine) -> Iterator[Office]:
    """A world of this module's own: November and December 2024, built and not closed."""
    folder = tmp_path_factory.mktemp("office")
    contract = write_contract(folder / "group")
    group = load_group(contract)
    books = generate_books(group, until=date(2025, 1, 10))
    with (
        running(books, requests_per_second=1000, requests_per_minute=100_000) as simulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("MONETTE_HOME", str(folder / "home"))
        patch.setenv("MONETTE_GROUP", str(contract))
        patch.setenv("MONETTE_QUICKBOOKS_URL", simulator.url)
        patch.setenv("MONETTE_QUICKBOOKS_TOKEN_URL", f"{simulator.url}/oauth2/v1/tokens/bearer")
        patch.setenv("MONETTE_QUICKBOOKS_REQUESTS_PER_SECOND", "1000")
        patch.setenv("MONETTE_BANK_OF_CANADA_URL", f"{simulator.url}/valet")
        platform = Platform()
        connect(platform.settings, group, ["north", "south"])
        yield Office(platform.lake, platform, simulator.url, judge, engine)


@dataclass
class Closed:
    """What stood when November of both companies and December of north had been closed."""

    paid: str  # id of a journal entry of December, 40.00
    at: datetime
    trial_balance: str  # north's in December, as CSV
    versions: dict[str, int | None]


REPORT = ("report", "trial_balance", "--period", "2024-12", "--company", "north", "--format", "csv")
RESTATED = ("gold/restatements", "gold/restated_lines")


def printed(*arguments: str) -> str:
    """What the command prints, all being well."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(arguments) == 0
    return out.getvalue()


@pytest.fixture(scope="module")
def closed(office: Office) -> Closed:
    paid = office.edit("add", document={"date": "2024-12-03", "postings": repairs("40.00")})
    assert office.refresh().success
    assert office.rows("gold/restatements") == office.rows("gold/restated_lines") == []
    printed("close", "2024-11", "--all", "--by", "Ann")
    printed("close", "2024-12", "--company", "north", "--by", "Ann")
    versions = {table: office.lake.version(table) for table in RESTATED}
    return Closed(paid, datetime.now(UTC), printed(*REPORT), versions)


@pytest.fixture(scope="module")
def quiet(office: Office, closed: Closed) -> Closed:
    """South's December, which is open, was edited since."""
    office.edit("add", realm_id=SOUTH, document={"date": "2024-12-05", "postings": repairs("9.00")})
    assert office.refresh().success
    assert {table: office.lake.version(table) for table in RESTATED} == closed.versions
    return closed


@dataclass
class Edited:
    """What was edited in months that are closed, and what the nightly run said of it."""

    closed: Closed
    added: str  # id of a document back-dated into November: 1,234.56
    failure: str


@pytest.fixture(scope="module")
def edited(office: Office, quiet: Closed) -> Edited:
    added = office.edit("add", document={"date": "2024-11-15", "postings": repairs("1234.56")})
    office.edit("change", id=quiet.paid, document={"postings": repairs("40.01")})
    done = office.refresh()
    assert not done.success
    return Edited(quiet, added, str(done.get_step_failure_events()[0].step_failure_data.error))


def repairs_account(office: Office) -> str:
    (found,) = [
        row["account_id"]
        for row in office.rows("silver/accounts")
        if (row["company"], row["account_name"]) == ("north", "Repairs")
    ]
    return str(found)


def test_an_edit_outside_of_closed_months_restates_nothing(office: Office, quiet: Closed) -> None:
    """`quiet` has seen that no commit was made."""
    assert [office.lake.read(table, quiet.versions[table]).num_rows for table in RESTATED] == [0, 0]


def test_an_edit_in_a_closed_month_is_told_by_the_nightly_run(edited: Edited) -> None:
    for month, whose in (("2024-11", "group"), ("2024-11", "north"), ("2024-12", "north")):
        assert f"closed_months_unchanged: {whose}, {month}-01: " in edited.failure


def test_the_status_names_closed_months_that_are_no_longer_as_they_were_closed(
    edited: Edited, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Platform, "current_month", date(2025, 1, 1))
    assert main(["status", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    show, where = "monette report gold/restatements --period", "docs/playbook.md#what-changed-since-the-close"
    assert [each for each in told["not_well"] if "as it was closed" in each] == [
        f"2024-11 is no longer as it was closed: group, north; `{show} 2024-11`, {where}",
        f"2024-12 is no longer as it was closed: north; `{show} 2024-12`, {where}",
    ]
    assert [(row["period"], row["restated"]) for row in told["months"]["rows"]] == [
        ("2024-11-01", "group, north"), ("2024-12-01", "north"),
    ]  # fmt: skip


def test_the_lines_that_were_restated_are_exact(office: Office, edited: Edited) -> None:
    lines, paid, added = office.rows("gold/restated_lines"), edited.closed.paid, edited.added
    assert shown(lines, "period change version transaction_id account_name amount difference") == sorted(
        [
            ("2024-11", "added", "present", added, "Repairs", "1234.56", "1234.56"),
            ("2024-11", "added", "present", added, "Chequing", "-1234.56", "-1234.56"),
            ("2024-12", "changed", "closed", paid, "Repairs", "40.00", "-40.00"),
            ("2024-12", "changed", "present", paid, "Repairs", "40.01", "40.01"),
            ("2024-12", "changed", "closed", paid, "Chequing", "-40.00", "40.00"),
            ("2024-12", "changed", "present", paid, "Chequing", "-40.01", "-40.01"),
        ],
        key=str,
    )
    assert all(row["modified_at"] > edited.closed.at for row in lines if row["version"] == "present")


def test_the_figures_that_were_restated_are_exact(office: Office, edited: Edited) -> None:
    header = "period account_name measure difference close_number state"
    assert office.restated(header, "trial_balance") == [
        ("2024-11", "Chequing", "closing", "-1234.56", 1, "closed"),
        ("2024-11", "Repairs", "closing", "1234.56", 1, "closed"),
        ("2024-12", "Chequing", "closing", "-1234.57", 4, "closed"),  # balances carry it on
        ("2024-12", "Chequing", "opening", "-1234.56", 4, "closed"),
        ("2024-12", "Repairs", "closing", "1234.57", 4, "closed"),
        ("2024-12", "Repairs", "opening", "1234.56", 4, "closed"),
    ]
    assert office.restated("period account_name measure difference", "profit_and_loss") == [
        ("2024-11", "Repairs", "amount", "1234.56"),
        ("2024-11", "Repairs", "amount_cad", "1234.56"),
        ("2024-12", "Repairs", "amount", "0.01"),
        ("2024-12", "Repairs", "amount_cad", "0.01"),
    ]


def test_an_edit_of_a_company_restates_the_groups_month(office: Office, edited: Edited) -> None:
    """November was closed with the last of its companies; December's group is open."""
    header = "company period subgroup step component group_account difference close_number state"
    found = office.restated(header, "consolidated_statements")
    cash, repaired = ("cash", "-1234.56", 3, "closed"), ("direct", "1234.56", 3, "closed")
    assert found == sorted(
        ("group", "2024-11", part, "companies", "north", *figure)
        for part in ("group", "country/CA", "pillar/Grain")
        for figure in (cash, repaired)
    )
    told = csv.DictReader(io.StringIO(printed("report", "gold/restatements", "--company", "group", "--format", "csv")))
    assert {(row["company"], row["period"][:7]) for row in told} == {("group", "2024-11")}
    header = "section line difference"
    assert [row for row in office.restated(f"subgroup {header}", "consolidated_cash_flow") if row[0] == "group"] == [
        ("group", "cash", "closing_cash", "-1234.56"),
        ("group", "net_income", "net_income", "-1234.56"),
    ]
    assert office.restated(f"company period {header}", "cash_flow")[:2] == [
        ("north", "2024-11", "cash", "closing_cash", "-1234.56"),
        ("north", "2024-11", "cash", "closing_cash", "-1234.56"),  # home currency and CAD
    ]
    assert {row[0] for row in office.restated("component line difference", "changes_in_equity")} == {"current_earnings"}


@pytest.mark.parametrize("aging", ["payables_aging", "receivables_aging"])
def test_a_close_keeps_what_was_owed_by_contact_and_bucket(office: Office, closed: Closed, aging: str) -> None:
    kept: dict[Any, Decimal] = defaultdict(Decimal)
    owed: dict[Any, Decimal] = defaultdict(Decimal)
    for row in office.rows("closed_statements"):
        if (row["company"], row["period"], row["statement"]) == ("north", DECEMBER, aging):
            kept[row["component"], row["account_name"], row["section"]] += row["amount"]
    for row in office.rows(f"gold/{aging}"):
        if (row["company"], row["period"]) == ("north", DECEMBER):
            owed[row["contact_id"], row["contact_name"], row["bucket"]] += row["open_balance"]
    assert kept == owed
    assert kept


def test_who_closed_a_month_is_seen_in_the_user_interface_at_once(office: Office, closed: Closed) -> None:
    """No run has looked at the log since."""
    key = dg.AssetKey("closes")
    with office.platform.instance() as instance:
        (told,) = instance.fetch_materializations(key, limit=1).records
        months = instance.fetch_materializations(key, limit=10).records
    event = told.asset_materialization
    assert event is not None
    assert told.event_log_entry.run_id == ""
    assert event.description == "north 2024-12: close by Ann"
    assert event.metadata["entries"].value == 4
    assert [each.asset_materialization.description for each in months if each.asset_materialization] == [
        "north 2024-12: close by Ann",
        "north 2024-11: close by Ann; south 2024-11: close by Ann; group 2024-11: close by Ann",
    ]


def test_how_months_stand_is_a_table_and_in_the_status(office: Office, quiet: Closed) -> None:
    assert shown(office.rows("gold/close_status"), "company period state closed_by number") == [
        ("group", "2024-11", "closed", "Ann", 3),
        ("group", "2024-12", "open", None, 0),
        ("north", "2024-11", "closed", "Ann", 1),
        ("north", "2024-12", "closed", "Ann", 4),
        ("south", "2024-11", "closed", "Ann", 2),
        ("south", "2024-12", "open", None, 0),
    ]


def another_year_end(folder: Path) -> Path:
    """The contract, north's fiscal year beginning in December instead of November."""
    companies = [dict(each) for each in small_contract()["companies"]]
    companies[0]["year_starts"] = [{"from": date(2020, 12, 1), "month": 12}]
    return write_contract(folder, companies=companies)


def test_a_moment_before_the_first_close_is_rebuilt_though_there_are_closes_now(edited: Edited) -> None:
    assert printed(*REPORT, "--as-of", "1", "--rebuild") == edited.closed.trial_balance
    flows = ("report", "cash_flow", "--period", "2024-12", "--format", "csv", "--as-of", "1")
    assert printed(*flows, "--rebuild") == printed(*flows)  # the group's is computed from the companies'


def test_a_moment_is_reproduced_from_bronze_when_its_versions_are_gone(
    office: Office, edited: Edited, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the contract of then: today's would end north's year before December."""
    before = edited.closed.trial_balance
    as_of = edited.closed.at.astimezone(office.platform.group.time_zone).replace(tzinfo=None).isoformat()
    assert printed(*REPORT) != before
    assert printed(*REPORT, "--as-of", as_of) == before
    for table in ("trial_balance", "ledger"):
        office.lake.open(f"gold/{table}").vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)
    monkeypatch.setenv("MONETTE_GROUP", str(another_year_end(tmp_path)))
    rebuilt = printed(*REPORT, "--as-of", as_of)
    assert rebuilt == before
    told = capfd.readouterr().err
    assert "rebuilding it from bronze" in told
    version = office.platform.group.fingerprint[:8]
    said = (
        f"rebuilt from bronze as of {as_of[:10]} {as_of[11:16]}, with the contract of then ({version}), as it was kept"
    )
    assert said in told
    frozen = {
        row["account_name"]: row["amount"]
        for row in office.rows("closed_statements")
        if (row["company"], row["period"]) == ("north", DECEMBER)
        and (row["statement"], row["measure"]) == ("trial_balance", "closing")
    }
    found = list(csv.DictReader(io.StringIO(rebuilt)))
    assert {row["account_name"]: Decimal(row["closing"]) for row in found if row["account_name"] != "Total"} == frozen


def test_a_month_reopened_and_closed_again_takes_the_changes_in(office: Office, edited: Edited) -> None:
    seen = {row["first_seen_at"] for row in office.rows("gold/restatements")}
    for month, one, other in (("2024-11", "Ann", "Bob"), ("2024-12", "Bob", "Ann")):
        reopening = ("reopen", month, "--company", "north", "--by", one, "--reason", "a late bill")
        assert main([*reopening, "--approved-by", one.lower()]) == 1
        printed(*reopening, "--approved-by", other)
        printed("close", month, "--company", "north", "--by", "Ann")
    assert office.refresh().success
    found = office.rows("gold/restatements")
    assert {(row["close_number"], row["state"], row["next_close"]) for row in found} == {
        (1, "superseded", 7),
        (3, "superseded", 8),
        (4, "superseded", 10),
    }
    assert {row["first_seen_at"] for row in found} == seen
    account = repairs_account(office)
    moved = [row["difference"] for row in office.rows("gold/restated_lines") if row["account_id"] == account]
    assert sum(moved) == Decimal("1234.57")
    log = list(csv.DictReader(io.StringIO(printed("closes", "--format", "csv"))))
    assert [(row["action"], row["company"], row["period"][:7], row["who"], row["approved_by"]) for row in log] == [
        ("close", "north", "2024-11", "Ann", ""),
        ("close", "south", "2024-11", "Ann", ""),
        ("close", "group", "2024-11", "Ann", ""),
        ("close", "north", "2024-12", "Ann", ""),
        ("reopen", "group", "2024-11", "Ann", "Bob"),
        ("reopen", "north", "2024-11", "Ann", "Bob"),
        ("close", "north", "2024-11", "Ann", ""),
        ("close", "group", "2024-11", "Ann", ""),
        ("reopen", "north", "2024-12", "Bob", "Ann"),
        ("close", "north", "2024-12", "Ann", ""),
    ]
    assert printed("closes", "verify").startswith("Intact: 10 entries, the last with hash ")


def test_the_audit_log_says_who_did_what_and_how_it_ended(office: Office, edited: Edited) -> None:
    assert printed("audit", "verify").startswith("Intact: ")
    listed = list(csv.DictReader(io.StringIO(printed("audit", "list", "--format", "csv", "--limit", "1000"))))
    acts = {(row["through"], row["action"], row["phase"]) for row in listed}
    assert {
        ("command", "close", "begun"),
        ("command", "close", "done"),
        ("schedule", "run", "begun"),
        ("schedule", "run", "done"),
        ("schedule", "run", "failed"),
    } <= acts
    assert {row["who"] for row in listed if row["through"] == "schedule"} == {"daily_refresh"}


def test_an_act_that_cannot_be_written_down_is_not_done(
    office: Office, edited: Edited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a copy of the lake whose audit log somebody cut short."""
    shutil.copytree(office.lake.url, tmp_path / "lake")
    monkeypatch.setenv("MONETTE_LAKE", str(tmp_path / "lake"))
    lake = Lake(str(tmp_path / "lake"))
    lake.open("audit_log").delete(f"number = {lake.sequence('audit_log')}")
    before = {name: lake.version(name) for name in ("closes", "closed_statements", "gold/tie_out")}
    for act in (
        ["approve", "2024-12", "--company", "south", "--by", "Ann"],
        ["close", "2024-12", "--company", "south", "--by", "Ann"],
        ["restore", "gold/tie_out", "--version", "1", "--reason", "x", "--yes"],
    ):
        assert main(act) == 1
        assert "expected its last entry" in capsys.readouterr().err
    assert {name: lake.version(name) for name in before} == before


def test_all_of_a_month_are_those_that_are_still_open(
    office: Office, closed: Closed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a copy of the lake: north has closed December, south has not."""
    shutil.copytree(office.lake.url, tmp_path / "lake")
    monkeypatch.setenv("MONETTE_LAKE", str(tmp_path / "lake"))
    before = Lake(str(tmp_path / "lake")).read("closes").num_rows
    assert main(["approve", "2024-12", "--all", "--by", "Ann"]) == 0
    assert "2024-12 closed already: north\n" in capsys.readouterr().err
    *_, last = sorted(Lake(str(tmp_path / "lake")).read("closes").to_pylist(), key=lambda row: row["number"])
    assert (last["number"], last["action"], last["company"]) == (before + 1, "approve", "south")
    assert main(["close", "2024-11", "--all", "--by", "Ann"]) == 1
    assert "2024-11: every company is closed already; there is nothing to close" in capsys.readouterr().err


def test_tampering_with_a_log_is_told_by_command_and_check(
    office: Office, edited: Edited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a copy of the lake."""
    shutil.copytree(office.lake.url, tmp_path / "lake")
    monkeypatch.setenv("MONETTE_LAKE", str(tmp_path / "lake"))
    Lake(str(tmp_path / "lake")).open("audit_log").update(updates={"who": "'Eve'"}, predicate="number = 2")
    assert main(["audit", "verify"]) == 1
    assert capsys.readouterr().out.startswith("audit_log: the chain is broken at entry 2: its content has hash")
    definitions, key = build(Platform().settings, office.platform.group), dg.AssetKey("audit_log")
    job = definitions.resolve_implicit_job_def_def_for_assets([key])
    assert job is not None
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(instance=instance, asset_selection=[key])
    (evaluation,) = done.get_asset_check_evaluations()
    assert (evaluation.check_name, evaluation.passed) == ("chain_intact", False)
    assert str(evaluation.description).startswith("audit_log: the chain is broken at entry 2")


def test_a_log_or_a_frozen_row_that_was_changed_after_the_last_run_is_told_by_check_and_status(
    office: Office, edited: Edited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a copy of the lake, with no run since."""
    shutil.copytree(office.lake.url, tmp_path / "lake")
    monkeypatch.setenv("MONETTE_LAKE", str(tmp_path / "lake"))
    check = ("check", "--select", "closes,closed_statements,closed_ledger,audit_log", "--format", "json")
    assert json.loads(printed(*check))["rows"] == []
    lake = Lake(str(tmp_path / "lake"))
    statement = "company = 'north' AND statement = 'trial_balance' AND measure = 'closing' AND period = '2024-12-01'"
    lake.open("closed_statements").update(updates={"amount": "amount + 1000"}, predicate=statement)
    lake.open("closes").update(updates={"reason": "'none'"}, predicate="number = 3")
    capsys.readouterr()
    assert main(check) == 1
    frozen, closes = json.loads(capsys.readouterr().out)["rows"]
    assert (closes["table"], closes["check"], closes["severity"]) == ("closes", "chain_intact", "error")
    assert closes["what"].startswith("closes: the chain is broken at entry 3: its content has hash ")
    assert frozen["what"].startswith("closed_statements: close 4, north 2024-12: expected content hash ")
    assert main(["status"]) == 1
    assert "closes: the chain is broken at entry 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["close", "2024-11", "--by", "Ann"], 2, "say which companies to close, by --company CODE or --all"),
        (["close", "2024-11", "--all", "--company", "north", "--by", "Ann"], 2, "say which companies to close"),
        (["close", "2024-11", "--company", "nort", "--by", "Ann"], 2, "(did you mean 'north'?)"),
        (["close", "2999-01", "--all", "--by", "Ann"], 2, "2999-01: that month has not begun"),
        (["close", "2024-11", "--company", "north"], 2, "Missing option '--by'"),
        (["close", "2024-11", "--company", "north", "--by", " "], 1, "--by: expected a person's name, found none"),
        (["close", "2025-01", "--company", "north", "--by", "Ann"], 1, "it has not been built; run `monette run"),
        (["reopen", "2025-01", "--company", "north", "--by", "Ann", "--approved-by", "Bob", "--reason", "x"], 1,
         "north 2025-01 is not closed: there is nothing to reopen"),
        (["reopen", "2025-01", "--all", "--by", "Ann", "--approved-by", "Bob", "--reason", "x"], 1,
         "2025-01: no company is closed; there is nothing to reopen"),
        (["report", "trial_balance", "--rebuild"], 2, "--rebuild: say the moment with --as-of"),
        (["report", "trial_balance", "--as-of", "last week"], 1, "or a moment such as 2026-10-31T18:00, found 'last"),
        (["report", "trial_balance", "--as-of", "2020-01-31T12:00"], 1, "no report had been fetched by 2020-01-31 12"),
    ],
)  # fmt: skip
def test_misuse_is_told_in_a_sentence(
    closed: Closed, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, sentence: str
) -> None:
    assert main(arguments) == status
    assert sentence in capsys.readouterr().err
