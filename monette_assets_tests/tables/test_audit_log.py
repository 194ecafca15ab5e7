"""Who did what: written before it begins, and when it is over; what cannot be written down is not done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Commit, Lake
from monette_assets.tables import audit_log
from monette_assets.tables.audit_log import recorded
from monette_assets.tables.hash_chain import ChainBrokenError, append, entries, verify
from monette_assets_tests.contracts import write_contract

AT = datetime(2025, 12, 10, 18, tzinfo=UTC)


def told(lake: Lake) -> list[tuple[str, ...]]:
    """Every entry but those of the contract."""
    names = ("who", "through", "action", "what", "phase", "result")
    return [
        tuple(entry[name] for name in names) for entry in entries(lake, "audit_log") if entry["action"] != "contract"
    ]


def contracts(lake: Lake) -> list[str]:
    return [entry["what"] for entry in entries(lake, "audit_log") if entry["action"] == "contract"]


def test_an_act_is_there_before_it_begins_and_when_it_is_over(lake: Lake, group: Group) -> None:
    with recorded(lake, group, who="Ann", action="run", what="2024-11") as act:
        assert [row[4] for row in told(lake)] == ["begun"]
        act.result = "chain 1"
    with recorded(lake, group, who="daily_refresh", through="schedule", action="run", what="2024-12") as act:
        act.failed = True
    assert told(lake) == [
        ("Ann", "command", "run", "2024-11", "begun", None),
        ("Ann", "command", "run", "2024-11", "done", "chain 1"),
        ("daily_refresh", "schedule", "run", "2024-12", "begun", None),
        ("daily_refresh", "schedule", "run", "2024-12", "failed", None),
    ]
    contract, *acts = [entry["act"] for entry in entries(lake, "audit_log")]
    assert contract not in acts
    assert acts[0] == acts[1] != acts[2] == acts[3]
    assert verify(lake, "audit_log") is None


def test_an_act_that_raises_has_failed_with_its_reason(lake: Lake, group: Group) -> None:
    with pytest.raises(ValueError, match="no such month"), recorded(lake, group, who="Ann", action="run", what="x"):
        raise ValueError("no such month")
    assert told(lake)[-1] == ("Ann", "command", "run", "x", "failed", "ValueError: no such month")


def test_what_cannot_be_written_down_is_not_done(lake: Lake, group: Group) -> None:
    with recorded(lake, group, who="Ann", action="run", what="x"):
        pass
    lake.open("audit_log").delete("number = 3")  # somebody cut the log short
    done = []
    with pytest.raises(ChainBrokenError), recorded(lake, group, who="Ann", action="run", what="y"):
        done.append("y")
    assert done == []


def act(lake: Lake, group: Group) -> None:
    with recorded(lake, group, who="Ann", action="run", what="2024-11"):
        pass


def test_a_contract_not_seen_before_is_an_entry_that_says_which_files_changed(lake: Lake, tmp_path: Path) -> None:
    folder = write_contract(tmp_path / "group")
    first = load_group(folder)
    for _ in range(2):
        act(lake, first)
    assert contracts(lake) == [f"{first.fingerprint[:12]}, the first in this log"]

    pillars = folder / "pillars.yaml"
    pillars.write_text(f"# formatted otherwise\n{pillars.read_text()}")
    act(lake, load_group(folder))
    assert len(contracts(lake)) == 1  # it says the same

    settings = folder / "group.yaml"
    settings.write_text(settings.read_text().replace("name: ", "name: New ", 1))
    second = load_group(folder)
    act(lake, second)
    act(lake, first)  # taken back
    changed = f"{second.fingerprint[:12]} in place of {first.fingerprint[:12]}: group.yaml changed"
    back = f"{first.fingerprint[:12]} in place of {second.fingerprint[:12]}: group.yaml changed"
    assert contracts(lake)[1:] == [changed, back]
    assert verify(lake, "audit_log") is None


def test_a_log_begun_before_contracts_stood_in_it_goes_on(lake: Lake, group: Group) -> None:
    columns = tuple(column for column in audit_log.CONTRACT.columns if column.name != "contract_files")
    old = replace(audit_log.CONTRACT, columns=columns)
    said = {"act": "1", "phase": "begun", "at": AT, "who": "Ann", "through": "command", "action": "run", "what": "x"}
    append(
        lake, old, {**said, "contract_version": "c"},
        commit=lambda number: Commit(run_id="1", publish_id="1", code_version="1", contract_version="c", at=AT),
    )  # fmt: skip
    act(lake, group)
    assert [entry["action"] for entry in entries(lake, "audit_log")] == ["run", "contract", "run", "run"]
    assert verify(lake, "audit_log") is None
