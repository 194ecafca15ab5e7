"""A table that got wrong rows is brought back, what is made of it follows, and a release makes it what reports read."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from dagster._core.test_utils import create_run_for_test

from monette_assets.cli import main
from monette_assets.commands.platform import Platform
from monette_assets.gold import profit_and_loss
from monette_assets.lake import Commit, Scope
from monette_assets.reports.released import open_release
from monette_assets_tests.commands.conftest import OwnWorld, Say

TABLE, SUMMARY = "gold/profit_and_loss", "gold/financial_summary"
NOVEMBER = date(2024, 11, 1)
RUN = ["run", "--no-fetch", "--from", "2024-11", "--to", "2024-12", "--select"]
Rows = Counter[tuple[tuple[str, Any], ...]]


def counted(rows: list[dict[str, Any]]) -> Rows:
    return Counter(tuple(sorted(row.items())) for row in rows)


@dataclass(frozen=True)
class Wrong:
    """What stood before a faulty run, and the version it left."""

    good_version: int
    good: dict[str, Rows]
    wrong_version: int


@pytest.fixture(scope="module")
def wrong(own_world: OwnWorld) -> Wrong:
    """A faulty run doubled November of one company, and all below it was made of that and released."""
    lake = own_world.lake
    good = {table: counted(own_world.rows(table)) for table in (TABLE, SUMMARY)}
    version = lake.open(TABLE).version()
    scope = Scope.of(("company", "period"), [("north", NOVEMBER)])
    doubled = [
        {**row, **{name: row[name] * 2 for name in ("amount", "amount_cad", "display_amount_cad")}}
        for row in lake.read(TABLE, scope=scope).to_pylist()
    ]
    schema = profit_and_loss.CONTRACT.arrow_schema
    commit = Commit(
        run_id="faulty", publish_id=uuid.uuid4().hex, code_version="x", contract_version="x", at=datetime.now(UTC)
    )
    lake.publish(TABLE, pa.Table.from_pylist(doubled, schema=schema), schema=schema, scope=scope, commit=commit)
    main([*RUN, "gold/budget_vs_actual,gold/financial_summary,gold/tie_out,gold/completeness"])
    assert counted(own_world.rows(SUMMARY)) != good[SUMMARY]
    assert any(row["differences"] for row in own_world.rows("gold/completeness"))
    return Wrong(version, good, lake.open(TABLE).version())


def released(world: OwnWorld, table: str) -> Rows:
    return counted(open_release(world.lake, world.group.time_zone).rows(table))


def test_while_a_run_writes_it_it_is_not_restored(own_world: OwnWorld, wrong: Wrong, say: Say) -> None:
    with Platform().instance() as instance:
        run = create_run_for_test(
            instance, job_name="refresh", status=dg.DagsterRunStatus.STARTED
        )  # on another machine, as far as anybody can tell
        status, _, error = say("restore", TABLE, "--version", str(wrong.good_version), "--reason", "doubled", "--yes")
        instance.delete_run(run.run_id)
    assert status == 1
    assert f"run {run.run_id[:8]} (refresh) is started and would write over what is restored" in error
    assert own_world.lake.open(TABLE).version() == wrong.wrong_version


def test_restored_and_replayed_gold_is_as_before_and_a_new_release_says_so(
    own_world: OwnWorld, wrong: Wrong, say: Say
) -> None:
    release = own_world.lake.sequence("releases")
    status, _, error = say("restore", TABLE, "--version", str(wrong.good_version), "--reason", "doubled", "--yes")
    assert status == 0, error
    assert own_world.lake.sequence("releases") == release + 1
    for table in (TABLE, SUMMARY):
        assert counted(own_world.rows(table)) == wrong.good[table]
        assert released(own_world, table) == wrong.good[table]
    assert not any(row["differences"] for row in own_world.rows("gold/completeness"))
    assert "In line with it: gold/budget_vs_actual, gold/financial_summary" in error
    assert "The next refresh of its months computes gold/profit_and_loss anew" in error
    newest = own_world.lake.history(TABLE, 1)[0]
    assert newest.scope == Scope.of(("company", "period"), [("north", NOVEMBER)])  # no more than what had changed
    assert newest.commit is not None
    assert newest.commit.reason == "doubled"


def test_a_refresh_that_replaces_what_was_restored_says_so(own_world: OwnWorld, wrong: Wrong, say: Say) -> None:
    """Here the wrong version is restored, and the refresh that comes by is right."""
    arguments = [
        "restore",
        TABLE,
        "--version",
        str(wrong.wrong_version),
        "--reason",
        "by mistake",
        "--yes",
        "--no-replay",
    ]
    status, _, error = say(*arguments)
    assert (status, "Made of it, and as they were: gold/budget_vs_actual" in error) == (0, True)
    restored = own_world.lake.open(TABLE).version()
    assert main([*RUN, f"{TABLE}+"]) == 0
    commit = own_world.lake.history(TABLE, 1)[0].commit
    assert commit is not None
    assert str(commit.reason).startswith(f"replaces version {restored}, restored by ")
    assert str(commit.reason).endswith(": by mistake")
    assert "by mistake" in say("history", TABLE)[1].replace("\n", " ")
    assert counted(own_world.rows(TABLE)) == wrong.good[TABLE]


def test_what_stands_and_what_only_grows_is_not_restored(own_world: OwnWorld, wrong: Wrong, say: Say) -> None:
    version = own_world.lake.open(TABLE).version()
    status, _, error = say("restore", TABLE, "--version", str(version), "--reason", "x", "--yes")
    assert (status, f"that version of {TABLE} stands" in error) == (2, True)
    status, _, error = say("restore", "bronze/quickbooks_reports", "--version", "0", "--reason", "x", "--yes")
    assert (status, "it only grows" in error) == (1, True)
