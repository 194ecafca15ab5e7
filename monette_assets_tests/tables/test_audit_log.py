"""Who did what: written before it begins, and when it is over; what cannot be written down is not done."""

from __future__ import annotations

import pytest

from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables.audit_log import recorded
from monette_assets.tables.hash_chain import ChainBrokenError, entries, verify


def told(lake: Lake) -> list[tuple[str, ...]]:
    names = ("who", "through", "action", "what", "phase", "result")
    return [tuple(entry[name] for name in names) for entry in entries(lake, "audit_log")]


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
    acts = [entry["act"] for entry in entries(lake, "audit_log")]
    assert acts[0] == acts[1] != acts[2] == acts[3]
    assert verify(lake, "audit_log") is None


def test_an_act_that_raises_has_failed_with_its_reason(lake: Lake, group: Group) -> None:
    with pytest.raises(ValueError, match="no such month"), recorded(lake, group, who="Ann", action="run", what="x"):
        raise ValueError("no such month")
    assert told(lake)[-1] == ("Ann", "command", "run", "x", "failed", "ValueError: no such month")


def test_what_cannot_be_written_down_is_not_done(lake: Lake, group: Group) -> None:
    with recorded(lake, group, who="Ann", action="run", what="x"):
        pass
    lake.open("audit_log").delete("number = 2")  # somebody cut the log short
    done = []
    with pytest.raises(ChainBrokenError), recorded(lake, group, who="Ann", action="run", what="y"):
        done.append("y")
    assert done == []
