"""Processes that write at once: nobody's rows are lost, mixed or written twice."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from decimal import Decimal
from itertools import repeat

import pytest

from monette_assets.lake.errors import PositionMoved, SequenceTaken
from monette_assets.lake.lake import Lake
from monette_assets.lake.scope import Scope
from monette_assets_tests.lake.books import JANUARY, SCHEMA, Row, commit, months, rows_of, table

TABLE = "gold/ledger"
WRITERS = 4
NUMBERS = 20


def times(lake: Lake) -> int:
    """How often each writer writes: fewer where every request goes to a service."""
    return 4 if "://" in lake.url else 10


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Fresh interpreters: delta-rs does not survive a fork."""
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(rows_of_nothing, range(WRITERS)))  # imports done before the race
        yield pool


def rows_of_nothing(_: int) -> list[Row]:
    """Nothing, in a process that has imported everything."""
    return rows_of(table([]))


def together(pool: Executor, work: Callable[[Lake, int], object], lake: Lake) -> list[object]:
    """Every writer's work, all at once."""
    return list(pool.map(work, repeat(lake, WRITERS), range(WRITERS)))


def lines(company: str, round_: int) -> list[Row]:
    """Three rows that show which writer and which round they come from."""
    return [(company, JANUARY, f"round {round_}", Decimal(line)) for line in range(3)]


def create(lake: Lake, _: int) -> None:
    """Creates the table."""
    lake.create(TABLE, SCHEMA)


def own_company(lake: Lake, writer: int) -> None:
    """Replaces the writer's own company again and again."""
    for round_ in range(times(lake)):
        unit = (f"company-{writer}", JANUARY)
        lake.publish(
            TABLE,
            table(lines(unit[0], round_)),
            schema=SCHEMA,
            scope=months(unit),
            commit=commit(f"own:{writer}:{round_}"),
        )


def same_company(lake: Lake, writer: int) -> None:
    """Replaces the one company all writers replace."""
    for round_ in range(times(lake)):
        data = table(lines("north", writer * 100 + round_))
        lake.publish(
            TABLE, data, schema=SCHEMA, scope=months(("north", JANUARY)), commit=commit(f"same:{writer}:{round_}")
        )


def same_publish(lake: Lake, _: int) -> int:
    """The same publish in every process; 1 where this process wrote it."""
    done = lake.publish(
        TABLE, table(lines("north", 0)), schema=SCHEMA, scope=months(("north", JANUARY)), commit=commit("the one")
    )
    return 0 if done.replayed else 1


def add(lake: Lake, writer: int) -> None:
    """Appends."""
    for round_ in range(times(lake)):
        data = table(lines(f"company-{writer}", round_))
        lake.append("bronze/reports", data, schema=SCHEMA, commit=commit(f"add:{writer}:{round_}"))


def chain(lake: Lake, writer: int) -> int:
    """Appends to a chain, each link naming the one before; the number of times another writer was faster."""
    beaten = 0
    for link in range(times(lake)):
        while True:
            last = lake.sequence("audit_log")
            data = table([(f"company-{writer}", JANUARY, str(last), Decimal(last + 1))])
            try:
                lake.append_once(
                    "audit_log", last + 1, data, schema=SCHEMA, commit=commit(f"chain:{writer}:{link}:{last}")
                )
            except SequenceTaken:
                beaten += 1
            else:
                break
    return beaten


def read_on(lake: Lake, writer: int) -> int:
    """Takes in what a stream of numbers brings, two at a time, until its end; the times another was faster."""
    beaten = 0
    while True:
        before = lake.positions("bronze/stream", ["numbers"]).get("numbers")
        first = before or 0
        if first == NUMBERS:
            return beaten
        data = table([(f"company-{writer}", JANUARY, None, Decimal(first + more)) for more in range(2)])
        try:
            lake.append_onwards(
                "bronze/stream", {"numbers": (before, first + 2)}, data, schema=SCHEMA, commit=commit("any")
            )
        except PositionMoved:
            beaten += 1


def watch(lake: Lake, _: int) -> list[int]:
    """Reads pinned versions while others publish; the number of different rounds seen in each."""
    seen = []
    for _round in range(3 * times(lake)):
        version = lake.version(TABLE)
        first, second = (rows_of(lake.read(TABLE, version=version)) for _ in range(2))
        assert first == second
        assert len(first) == 3
        seen.append(len({account for _, _, account, _ in first}))
    return seen


def test_racing_creators_make_one_table(processes: Executor, lake: Lake) -> None:
    together(processes, create, lake)
    assert lake.version(TABLE) == 0


def test_publishes_of_different_scopes_are_all_there(processes: Executor, lake: Lake) -> None:
    together(processes, own_company, lake)
    last = [row for writer in range(WRITERS) for row in lines(f"company-{writer}", times(lake) - 1)]
    assert rows_of(lake.read(TABLE)) == sorted(last, key=repr)
    assert lake.version(TABLE) == WRITERS * times(lake)


def test_of_publishes_of_the_same_scope_the_last_wins_whole(processes: Executor, lake: Lake) -> None:
    together(processes, same_company, lake)
    final = lake.history(TABLE, limit=1)[0].commit
    assert final is not None
    _, writer, round_ = final.publish_id.split(":")
    assert rows_of(lake.read(TABLE)) == lines("north", int(writer) * 100 + int(round_))
    for version in range(1, WRITERS * times(lake) + 1):
        assert len(rows_of(lake.read(TABLE, version=version))) == 3


def test_one_publish_in_many_processes_is_written_once(processes: Executor, lake: Lake) -> None:
    assert sum(together(processes, same_publish, lake)) == 1  # type: ignore[arg-type]
    assert lake.version(TABLE) == 1


def test_appends_are_all_there(processes: Executor, lake: Lake) -> None:
    together(processes, add, lake)
    every = [
        row for writer in range(WRITERS) for round_ in range(times(lake)) for row in lines(f"company-{writer}", round_)
    ]
    assert rows_of(lake.read("bronze/reports")) == sorted(every, key=repr)


def test_a_chain_does_not_fork(processes: Executor, lake: Lake) -> None:
    together(processes, chain, lake)
    links = sorted((int(amount or 0), int(before or 0)) for _, _, before, amount in rows_of(lake.read("audit_log")))
    assert links == [(number, number - 1) for number in range(1, WRITERS * times(lake) + 1)]
    assert lake.sequence("audit_log") == WRITERS * times(lake)


def test_a_stream_is_taken_in_exactly_once_by_many_readers(processes: Executor, lake: Lake) -> None:
    together(processes, read_on, lake)
    assert sorted(amount or 0 for *_, amount in rows_of(lake.read("bronze/stream"))) == list(range(NUMBERS))


def test_readers_never_see_a_mix(processes: Executor, lake: Lake) -> None:
    lake.publish(TABLE, table(lines("north", 0)), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    reading = processes.submit(watch, lake, 0)
    writing = [processes.submit(same_company, lake, writer) for writer in (1, 2)]
    assert set(reading.result()) == {1}
    assert [future.result() for future in writing] == [None, None]
