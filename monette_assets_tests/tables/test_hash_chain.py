"""Chained logs: whatever is changed afterwards is found, and two writers cannot fork one (ACCOUNTING 12)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.lake import Commit, Lake
from monette_assets.lake.errors import AppendOnly
from monette_assets.lake.maintenance import vacuum
from monette_assets.tables import Column, Contract, Partitions, closes
from monette_assets.tables.hash_chain import (
    COLUMNS,
    GENESIS,
    ChainBrokenError,
    Entry,
    append,
    content_hash,
    entries,
    entry_hash,
    first_broken,
    verify,
)

AT = datetime(2025, 12, 10, 18, tzinfo=UTC)
LOG = Contract(
    name="audit_log",
    description="A log.",
    key=("number",),
    unit=("number",),
    partitions=Partitions.NONE,
    columns=(
        *COLUMNS,
        Column("who", "string", "Who."),
        Column("at", "timestamp", "When."),
        Column("amount", "decimal(18, 2)", "How much.", nullable=True),
        Column("tables", "array<string>", "What.", nullable=True),
    ),
)
WRITERS, EACH = 3, 4


def commit(name: str, number: int) -> Commit:
    return Commit(run_id="run", publish_id=f"{name}:{number}", code_version="1", contract_version="c", at=AT)


def write(lake: Lake, who: str, **more: Any) -> Entry:
    return append(lake, LOG, {"who": who, "at": AT, **more}, commit=lambda number: commit(who, number))


def chained(contents: Sequence[dict[str, Any]]) -> list[Entry]:
    """A chain as `append` writes it."""
    found: list[Entry] = []
    for number, content in enumerate(contents, start=1):
        entry = {**content, "number": number, "previous_hash": found[-1]["hash"] if found else GENESIS}
        found.append({**entry, "hash": entry_hash(entry)})
    return found


CONTENTS = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.text(max_size=8),
            "amount": st.none() | st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
            "at": st.datetimes(timezones=st.just(UTC)),
            "tables": st.lists(st.text(max_size=4), max_size=3),
        }
    ),
    min_size=1,
    max_size=6,
)


@given(CONTENTS)
def test_a_chain_as_it_was_written_is_intact(contents: list[dict[str, Any]]) -> None:
    assert first_broken(chained(contents), len(contents)) is None


@given(CONTENTS, st.data())
def test_any_changed_value_is_found_at_its_entry(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    chain = chained(contents)
    position = data.draw(st.integers(0, len(chain) - 1))
    column = data.draw(st.sampled_from(sorted(chain[0])))
    value = chain[position][column]
    others: dict[str, Any] = {
        "who": st.text(max_size=9),
        "amount": st.none() | st.decimals(-10, 10, places=2, allow_nan=False),
        "at": st.datetimes(timezones=st.just(UTC)),
        "tables": st.lists(st.text(max_size=4), max_size=4),
        "number": st.integers(-3, 99),
        "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
        "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    }
    chain[position][column] = data.draw(others[column].filter(lambda other: other != value))
    broken = first_broken(chain, len(contents))
    assert broken is not None
    if column != "number":  # an entry under another number leaves a gap, which may come first
        assert broken.number == position + 1


@given(CONTENTS, st.data())
def test_any_removed_repeated_or_moved_entry_is_found(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    chain = chained(contents)
    position = data.draw(st.integers(0, len(chain) - 1))
    act = data.draw(st.sampled_from(["removed", "repeated", "moved", "rewritten"]))
    if act == "removed":
        del chain[position]
    elif act == "repeated":
        chain.append(dict(chain[position]))
    elif act == "moved":
        chain[position]["number"] = len(chain) + 1
    else:  # with a hash of its own that fits: the entry after it tells, or its head does not match what was noted
        chain[position]["who"] += "!"
        chain[position]["hash"] = entry_hash(chain[position])
        if position == len(chain) - 1:
            return  # only somebody who noted the last hash can tell: `verify` prints it
    assert first_broken(chain, len(contents)) is not None


@given(st.lists(st.fixed_dictionaries({"a": st.text(max_size=3), "b": st.none() | st.integers(0, 2)}), max_size=5))
def test_a_content_hash_knows_how_often_a_row_is_there_but_not_where(rows: list[dict[str, Any]]) -> None:
    assert content_hash(rows) == content_hash(rows[::-1])
    if rows:
        assert content_hash(rows) != content_hash([*rows, rows[0]])
        assert content_hash(rows) != content_hash(rows[1:])


def test_entries_are_numbered_and_linked(lake: Lake) -> None:
    first = write(lake, "Ann", amount=Decimal("1.50"), tables=["gold/ledger"])
    second = write(lake, "Bob")
    assert (first["number"], first["previous_hash"]) == (1, GENESIS)
    assert (second["number"], second["previous_hash"]) == (2, first["hash"])
    assert entries(lake, "audit_log") == [first, second]
    assert verify(lake, "audit_log") is None
    assert verify(lake, "closes") is None  # nothing there yet


def test_a_column_added_later_leaves_old_hashes_alone(lake: Lake) -> None:
    write(lake, "Ann")
    wider = Contract(**{**vars(LOG), "columns": (*LOG.columns, Column("note", "string", "New.", nullable=True))})
    append(lake, wider, {"who": "Bob", "at": AT, "note": "x"}, commit=lambda number: commit("Bob", number))
    assert verify(lake, "audit_log") is None


def test_a_row_changed_in_the_table_is_named(lake: Lake) -> None:
    for who in ("Ann", "Bob", "Cid"):
        write(lake, who)
    lake.open("audit_log").update(updates={"who": "'Eve'"}, predicate="number = 2")
    broken = verify(lake, "audit_log")
    assert broken is not None
    assert broken.sentence("audit_log").startswith("audit_log: the chain is broken at entry 2: its content has hash")


def test_a_removed_end_is_found_and_not_appended_to(lake: Lake) -> None:
    for who in ("Ann", "Bob"):
        write(lake, who)
    lake.open("audit_log").delete("number = 2")
    broken = verify(lake, "audit_log")
    assert broken is not None
    assert broken.sentence("audit_log").endswith(
        "entry 2: expected 2 entries, found 1: entries at the end were removed or added"
    )
    with pytest.raises(ChainBrokenError, match=r"expected its last entry, number 2, once, found it 0 times"):
        write(lake, "Cid")


def test_whoever_is_refused_writes_nothing(lake: Lake) -> None:
    def never(log: Sequence[Entry]) -> None:
        raise ValueError(f"{len(log)} entries are enough")

    write(lake, "Ann")
    with pytest.raises(ValueError, match="1 entries are enough"):
        append(lake, LOG, {"who": "Bob", "at": AT}, commit=lambda number: commit("Bob", number), allowed=never)
    assert [entry["who"] for entry in entries(lake, "audit_log")] == ["Ann"]


@pytest.mark.parametrize(
    "table", ["closes", "closed_statements", "closed_ledger", "audit_log", "waivers", "accepted_differences"]
)
def test_records_are_never_restored_or_vacuumed(lake: Lake, table: str) -> None:
    with pytest.raises(AppendOnly, match="never vacuumed"):
        vacuum(lake, table)
    lake.create(table, closes.CONTRACT.arrow_schema)
    with pytest.raises(AppendOnly, match=f"{table}: it is a record; it is only appended to, never restored"):
        lake.restore(table, 0, commit("restore", 0))


def write_many(url: str, writer: int) -> None:
    for turn in range(EACH):
        write(Lake(url), f"writer {writer} turn {turn}")


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    """Fresh interpreters: delta-rs does not survive a fork."""
    url = str(tmp_path / "lake")
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(write_many, repeat(url, WRITERS), range(WRITERS)))
    lake = Lake(url)
    assert verify(lake, "audit_log") is None
    assert sorted(entry["who"] for entry in entries(lake, "audit_log")) == sorted(
        f"writer {writer} turn {turn}" for writer in range(WRITERS) for turn in range(EACH)
    )
