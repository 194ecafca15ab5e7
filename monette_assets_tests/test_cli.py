"""The command: exit statuses, one-sentence errors, clean output, and a small world end to end."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from monette_assets import catalog
from monette_assets.automation.chain import plan
from monette_assets.cli import main
from monette_assets.commands.demo import versions
from monette_assets.commands.outside_world import connect, unconnected
from monette_assets.commands.platform import Platform
from monette_assets.commands.refreshing import selected
from monette_assets.credentials import token_store
from monette_assets.group import load_group
from monette_assets.reports.statements import STATEMENTS
from monette_assets.resources import token_keeper
from monette_assets.sources.quickbooks.errors import TokenDead
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.contracts import small_contract, write_contract
from monette_assets_tests.reports.small_lake import small_lake

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run the command: exit status, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def lake_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a few released rows, and nothing outside."""
    contract = write_contract(tmp_path / "group")
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MONETTE_GROUP", str(contract))
    monkeypatch.setenv("MONETTE_QUICKBOOKS_URL", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("MONETTE_BANK_OF_CANADA_URL", "http://127.0.0.1:9/valet")
    small_lake(tmp_path / "home" / "lake", load_group(contract))
    return tmp_path / "home"


@pytest.fixture
def world(small_world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> SmallWorld:
    """The command works on the small world."""
    for name, value in small_world.environment.items():
        monkeypatch.setenv(name, value)
    return small_world


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--from", "2024-1"], "expected a month such as 2025-03, found '2024-1'"),
        (["run", "--from", "2024-13"], "expected a month such as 2025-03, found '2024-13'"),
        (["run", "--from", "2024-10"], "2024-10: the group's first month is 2024-11 (group.yaml: first_period)"),
        (["run", "--from", "2999-01"], "2999-01: that month has not begun; the running month is "),
        (["run", "--from", "2024-12", "--to", "2024-11"], "--to 2024-11 comes before --from 2024-12"),
        (["run", "--from", "2024-11", "--company", "nort"], "(did you mean 'north'?)"),
        (["run", "--from", "2024-11", "--select", "gold/ledgr"], "(did you mean 'gold/ledger'?)"),
        (["run"], "expected --from MONTH, or --stale"),
        (["report", "profit_and_lost"], "(did you mean 'profit_and_loss'?)"),
        (["report", "tie_out", "--company", "noth"], "(did you mean 'north'?)"),
        (["check", "--select", "gold/tie_oot"], "(did you mean 'gold/tie_out'?)"),
        (["history", "gold/tie_oot"], "(did you mean 'gold/tie_out'?)"),
        (["restore", "gold/tie_out", "--version", "1", "--reason", " "], "--reason: say why"),
        (["connect"], "say which companies to connect, or --all"),
        (["simulate", "--months", "2", "--until", "2025-01-31"], "--months and --until say the same thing; give one"),
        (["simulate", "--until", "soon"], "--until: expected a day such as 2025-10-31, found 'soon'"),
        (["nonsense"], "No such command 'nonsense'"),
    ],
)
def test_misuse_is_one_sentence_and_status_2(lake_home: Path, say: Say, arguments: list[str], sentence: str) -> None:
    status, out, err = say(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_the_help_names_every_statement(say: Say) -> None:
    status, out, _ = say("report", "--help")
    assert (status, [name for name in STATEMENTS if name not in out]) == (0, [])


def test_a_company_that_was_not_there_yet_is_named_with_its_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    companies = small_companies(first_period="2025-02-01")
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path / "group", companies=companies)))
    status, _, err = say("run", "--from", "2024-12", "--company", "south")
    assert status == 2
    assert "south belongs to the group from 2025-02 on, not in 2024-12" in err


def small_companies(first_period: str) -> list[dict[str, object]]:
    companies: list[dict[str, object]] = small_contract()["companies"]
    companies[1]["first_period"] = date.fromisoformat(first_period)
    return companies


def test_a_broken_contract_is_told_with_every_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.setenv("MONETTE_GROUP", str(tmp_path / "nowhere"))
    status, _, err = say("status")
    assert status == 1
    assert "group.yaml" in err
    assert "Traceback" not in err


def test_a_wrong_setting_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    monkeypatch.setenv("MONETTE_SPARK_TIMEOUT_SECONDS", "soon")
    status, _, err = say("status")
    assert status == 1
    assert "MONETTE_SPARK_TIMEOUT_SECONDS: Input should be a valid number" in err


def test_nothing_built_yet_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path))
    status, out, err = say("report", "profit_and_loss")
    assert (status, out) == (1, "")
    assert err == "monette: nothing has been released yet; run `monette demo` or `monette run --from MONTH`\n"


def test_json_is_alone_on_standard_output_and_exact(lake_home: Path, say: Say) -> None:
    status, out, err = say("report", "profit_and_loss", "--format", "json")
    assert (status, err) == (0, "")
    rows = {row["line"]: row for row in json.loads(out)["rows"]}
    assert rows["Net Income"] == {"line": "Net Income", "Grain": "1000.10", "Cattle": "-250.05", "total": "750.05"}


def test_csv_holds_no_formula(lake_home: Path, say: Say) -> None:
    status, out, err = say("report", "trial_balance", "--company", "north", "--format", "csv")
    assert (status, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert rows[0]["account_name"] == "'=SUM(A1)"
    assert Decimal(rows[1]["closing"]) == Decimal("-5.10")


def test_a_month_that_was_not_built_is_refused(lake_home: Path, say: Say) -> None:
    status, _, err = say("report", "trial_balance", "--period", "2025-06")
    assert status == 1
    assert "2025-06 has not been built; release 1 holds 2024-11 to 2025-01: run `monette run --from 2025-06`" in err


def test_history_names_run_and_rows(lake_home: Path, say: Say) -> None:
    status, out, _ = say("history", "gold/tie_out")
    assert status == 0
    assert "Rows written" in out


def test_restore_asks_and_without_an_answer_changes_nothing(
    lake_home: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    status, _, err = say("restore", "gold/tie_out", "--version", "0", "--reason", "wrong rates")
    assert status == 1
    assert "not done: not confirmed" in err
    assert "wrong rates" not in say("history", "gold/tie_out")[1]


def test_restore_publishes_the_version_again_with_its_reason(lake_home: Path, say: Say) -> None:
    why = ["--reason", "wrong rates", "--yes", "--no-replay"]
    status, _, err = say("restore", "gold/tie_out", "--version", "0", *why)
    assert status == 0
    assert "monette run --no-fetch --from 2024-11" in err
    assert "--select gold/completeness" in err
    assert "wrong rates" in say("history", "gold/tie_out")[1]


@pytest.mark.parametrize(("table", "sentence"), [("bronze/quickbooks_reports", "expected a table at")])
def test_restoring_what_is_not_there_fails(lake_home: Path, say: Say, table: str, sentence: str) -> None:
    status, _, err = say("restore", table, "--version", "0", "--reason", "x", "--yes")
    assert status == 1
    assert sentence in err


def test_check_fails_on_what_the_lake_itself_says(lake_home: Path, say: Say) -> None:
    status, out, _ = say("check")
    assert status == 1
    assert "does not tie out: north 2024-12 trial_balance account 1: ours 5.10, QuickBooks 5.00, difference 0.10" in out
    assert "incomplete: north 2024-12: 1 account(s) differ" in out


def test_check_computes_the_checks_again_on_the_tables_as_they_stand(lake_home: Path, say: Say) -> None:
    status, out, err = say("check", "--select", "gold/tie_out", "--format", "json")
    assert (status, err) == (1, "")
    [row] = [each for each in json.loads(out)["rows"] if each["check"] == "ties_out"]
    assert (row["table"], row["check"], row["where"], row["severity"]) == (
        "gold/tie_out", "ties_out", "north 2024-12", "error"
    )  # fmt: skip
    assert row["what"].splitlines()[0] == "1 row(s)"
    assert "account_id=1, ours=5.10, theirs=5.00, difference=0.10" in row["what"]
    november = json.loads(say("check", "--select", "gold/tie_out", "--to", "2024-11", "--format", "json")[1])["rows"]
    assert [each["check"] for each in november] == ["conserved"]  # this lake lacks the tables that were compared
    assert "ties_out" not in say("check", "--select", "gold/tie_out", "--recorded")[1]  # no run ever said so


def test_doctor_says_what_is_not_ok_and_what_to_do(lake_home: Path, say: Say) -> None:
    status, out, _ = say("doctor", "--no-engine")
    assert status == 1
    assert "http://127.0.0.1:9 does not answer (ConnectError): start the simulator" in out
    assert "0 of 2 companies connected: connect them: `monette connect --all`" in out
    assert "2 companies asked every 30 s without webhooks: 172,800 a month" in out


def test_help_needs_none_of_the_heavy_packages() -> None:
    heavy = "{'dagster', 'pyspark', 'pysail', 'great_expectations', 'pyarrow', 'deltalake', 'pandas'}"
    program = f"import sys, monette_assets.cli; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_small_world_is_built_and_ties_out(world: SmallWorld, say: Say) -> None:
    assert world.outcome.ok, [(step.error, step.failed_checks) for step in world.outcome.steps]
    status, out, err = say("check", "--to", "2024-12")
    assert (status, err) == (0, ""), out
    assert "All is well" in out
    status, out, _ = say("report", "tie_out", "--format", "json")
    total = json.loads(out)["rows"][-1]
    assert (total["company"], total["months"], total["differences"]) == ("All", 4, 0)
    assert total["trial_balance"] > 0


def test_every_commit_says_which_code_made_it(world: SmallWorld) -> None:
    newest = {c.name: world.lake.history(c.name, 1)[0].commit for c in catalog.contracts() if world.lake.exists(c.name)}
    assert len(newest) > 40
    assert {name: commit and commit.code_version for name, commit in newest.items()} == {
        contract.name: contract.code_version for contract in catalog.contracts() if contract.name in newest
    }
    assert len({commit.code_version for commit in newest.values() if commit}) == len(newest)  # each its own


def test_a_companys_statements_by_view_and_currency(world: SmallWorld, say: Say) -> None:
    asked = ("--company", "south", "--view", "quarter", "--format", "json")
    status, out, _ = say("report", "cash_flow", *asked, "--currency", "home")
    cash = {row["line"]: Decimal(row["current"]) for row in json.loads(out)["rows"]}
    assert status == 0
    assert cash["Cash at the beginning"] + cash["Net change in cash"] == cash["Cash at the end"]
    _, out, _ = say("report", "cash_bridge", *asked)
    bridge = {row["line"]: Decimal(row["current"]) for row in json.loads(out)["rows"]}
    assert bridge["Net income, accrual"] == cash["Net income"]
    assert bridge["Operating cash, at the bank"] == bridge["Operating cash, from net income"] != 0
    status, out, err = say("report", "profit_and_loss", "--pillar", "Grian")
    assert (status, out) == (2, "")
    assert "--pillar Grian: expected one of Cattle, Cow-Calf, Grain (did you mean 'Grain'?)" in err


def test_status_shows_months_and_connections_but_no_token(world: SmallWorld, say: Say) -> None:
    status, out, err = say("status")
    assert (status, err) == (1, "")  # months after December are over, and nobody ran them
    assert "connected, " in out
    assert "Not all is well" in out
    assert "north: " in out
    assert "month(s) that are over are not complete: 2025-01, 2025-02, 2025-03 ..." in out
    held = token_store(world.settings).read("north")
    assert held is not None
    assert not any(token[:8] in out for token in (held.access_token, held.refresh_token))


def test_status_is_well_where_everything_over_is_complete_and_not_where_intuit_refused_a_token(
    world: SmallWorld, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "current_month", date(2025, 1, 1))
    status, out, _ = say("status", "--format", "json")
    found = json.loads(out)
    assert (status, found["not_well"]) == (0, [])
    assert [(row["company"], row["complete"]) for row in found["companies"]["rows"]] == [("north", 2), ("south", 2)]
    assert {row["table"]: row["fresh_for"] for row in found["tables"]["rows"]}["gold/tie_out"] == "36 h"
    tokens = token_store(world.settings).read("south")
    assert tokens is not None
    httpx.post(
        f"{world.simulator.url}/simulator/faults", json={"kind": "revoke_token", "realm": "1002"}
    ).raise_for_status()
    try:
        with contextlib.closing(token_keeper(world.settings)) as keeper, pytest.raises(TokenDead):
            keeper.renew("south", tokens.access_token)
    finally:
        httpx.delete(f"{world.simulator.url}/simulator/faults").raise_for_status()
    status, out, _ = say("status", "--format", "csv")
    assert status == 1
    state = {row["company"]: row["connection"] for row in csv.DictReader(io.StringIO(out, newline=""))}
    assert state["south"].startswith("refused by Intuit on 2")
    assert state["south"].endswith(": monette connect south")
    assert "south is refused by Intuit on " in say("doctor", "--no-engine", "--format", "json")[1]
    connect(world.settings, world.group, ["south"])  # new tokens begin without
    assert say("status")[0] == 0


def test_history_and_comparisons_as_rows(lake_home: Path, say: Say) -> None:
    status, out, _ = say("history", "gold/tie_out", "--format", "json")
    newest, created = json.loads(out)["rows"]
    assert (status, int(newest["version"]), newest["run"], created["operation"]) == (0, 1, "run", "create table")
    status, out, _ = say("compare", "gold/tie_out", "0", "1", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert status == 0
    assert [(row["change"], row["period"], row["ours"]) for row in rows] == [
        ("added", "2024-11-01", "5.00"), ("added", "2024-12-01", "5.10")
    ]  # fmt: skip


def test_a_runs_result_as_rows(world: SmallWorld, say: Say) -> None:
    status, out, _ = say("run", "--from", "2024-12", "--no-fetch", "--select", "gold/tie_out", "--format", "csv")
    [row] = csv.DictReader(io.StringIO(out, newline=""))
    assert (status, row["step"], row["ok"], row["failed_checks"]) == (0, "tables", "yes", "0")


def test_a_second_run_changes_nothing(world: SmallWorld, say: Say) -> None:
    before = versions(world.lake)
    status, out, err = say("run", "--from", "2024-11", "--to", "2024-12")
    assert (status, out) == (0, ""), err
    assert "2024-11 to 2024-12: up to date" in err
    assert versions(world.lake) == before
    assert "tables" in say("status")[1]  # the run is in Dagster's records


def test_what_is_stale_is_found_by_the_command_itself(world: SmallWorld, say: Say) -> None:
    assert say("run", "--stale", "--from", "2024-11")[0] == 2
    status, _, err = say("run", "--stale")
    assert (status, err) == (0, "Nothing is stale\n")


def test_a_company_connects_again_at_the_simulator(world: SmallWorld, say: Say) -> None:
    status, _, err = say("connect", "north")
    assert (status, err) == (0, "Connected: north\n")
    assert token_store(world.settings).read("north")


def test_companies_whose_tokens_the_simulator_forgot_are_connected_again(world: SmallWorld) -> None:
    assert unconnected(world.settings, world.group) == []
    httpx.post(
        f"{world.simulator.url}/simulator/faults", json={"kind": "revoke_token", "realm": "1002"}
    ).raise_for_status()
    httpx.delete(f"{world.simulator.url}/simulator/faults").raise_for_status()
    assert unconnected(world.settings, world.group) == ["south"]
    connect(world.settings, world.group, ["south"])
    assert unconnected(world.settings, world.group) == []


def test_a_selection_with_plus_takes_all_that_is_made_of_it(world: SmallWorld) -> None:
    steps = plan(world.group, date(2024, 11, 1), date(2024, 11, 1))
    [tables] = selected(steps, ["gold/balance_sheet+"])
    names = {"/".join(key.path) for key in tables.assets}
    made_of_it = {"changes_in_equity", "tie_out", "completeness", "restatements"}
    assert names == {"gold/balance_sheet", *(f"gold/{name}" for name in made_of_it), "releases"}
