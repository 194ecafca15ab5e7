"""Tokens: one refresh however many ask, durable before use, nothing lost at any crash, a dead one fails alone."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monette_assets.sources.http import Retry
from monette_assets.sources.quickbooks.errors import BrokenAnswer, QuickBooksError, ServerError, TokenDead
from monette_assets.sources.quickbooks.oauth import TokenKeeper
from monette_assets.sources.secrets import EncryptedFileTokenStore, Tokens
from monette_assets_tests.sources.quickbooks.conftest import APP
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, said, token
from monette_assets_tests.sources.serving import HandClock

HOUR = 3600


def another(quickbooks: StandIn, store: EncryptedFileTokenStore, clock: HandClock) -> TokenKeeper:
    """A keeper as a new process would have."""
    return TokenKeeper(store=store, app=APP, token_url=quickbooks.token_url, clock=clock, retry=Retry(2, clock=clock))


def test_connecting_keeps_the_tokens(store: EncryptedFileTokenStore, keeper: TokenKeeper, clock: HandClock) -> None:
    kept = store.read("north")
    assert kept == keeper.tokens("north")
    assert kept is not None
    assert (kept.realm_id, kept.access_token) == ("1001", token("ACCESS", "1001", 0))
    assert (kept.access_expires_at - clock.now()).total_seconds() == HOUR


@pytest.mark.parametrize(("after", "refreshes"), [(HOUR - 301, 0), (HOUR - 299, 1), (3 * HOUR, 1)])
def test_an_access_token_with_less_than_five_minutes_left_is_renewed(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock, after: int, refreshes: int
) -> None:
    clock.elapsed = after
    assert keeper.tokens("north").access_token == token("ACCESS", "1001", refreshes)
    assert quickbooks.refreshes["1001"] == refreshes


def test_many_threads_and_keepers_refresh_once(
    quickbooks: StandIn, store: EncryptedFileTokenStore, keeper: TokenKeeper, clock: HandClock
) -> None:
    clock.elapsed = HOUR
    keepers = [keeper, another(quickbooks, store, clock)] * 4
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda each: each.tokens("north").access_token, keepers))
    assert tokens == {token("ACCESS", "1001", 1)}
    assert quickbooks.refreshes["1001"] == 1


def refresh_in_process(folder: Path, key: Path, token_url: str, barrier: object) -> None:
    """What another process does: renew the token it found."""
    keeper = TokenKeeper(store=EncryptedFileTokenStore(folder, key), app=APP, token_url=token_url)
    barrier.wait(60)  # type: ignore[attr-defined]
    assert keeper.renew("north", token("ACCESS", "1001", 0)).access_token == token("ACCESS", "1001", 1)


def test_two_processes_refresh_once(quickbooks: StandIn, keeper: TokenKeeper, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    work = (tmp_path / "tokens", tmp_path / "key", quickbooks.token_url, barrier)
    processes = [spawn.Process(target=refresh_in_process, args=work) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert quickbooks.refreshes["1001"] == 1


class Crash(BaseException):
    """The process ends here."""


class CrashingStore(EncryptedFileTokenStore):
    """Ends the process before or after a write."""

    when = ""

    def write(self, company: str, tokens: Tokens) -> None:
        if self.when == "before":
            raise Crash
        super().write(company, tokens)
        if self.when == "after":
            raise Crash


def test_new_tokens_are_on_disk_before_anybody_gets_them(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock, tmp_path: Path
) -> None:
    """A crash right after the write: the next process finds the new tokens, and needs no refresh."""
    store = CrashingStore(tmp_path / "tokens", tmp_path / "key")
    store.when = "after"
    clock.elapsed = HOUR
    with pytest.raises(Crash):
        another(quickbooks, store, clock).tokens("north")
    assert keeper.tokens("north").refresh_token == token("REFRESH", "1001", 1)
    assert quickbooks.refreshes["1001"] == 1


def test_a_crash_before_the_write_leaves_the_old_refresh_token_which_intuit_still_takes(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock, tmp_path: Path
) -> None:
    store = CrashingStore(tmp_path / "tokens", tmp_path / "key")
    store.when = "before"
    clock.elapsed = HOUR
    with pytest.raises(Crash):
        another(quickbooks, store, clock).tokens("north")
    quickbooks.refresh_tokens[token("REFRESH", "1001", 0)] = "1001"  # Intuit: the old one lives for another 24 h
    assert keeper.tokens("north").refresh_token == token("REFRESH", "1001", 2)
    assert store.read("north") == keeper.tokens("north")


def killed_in_refresh(folder: Path, key: Path, token_url: str, when: str) -> None:
    """A process that is gone, without any clean-up, before or after its write."""
    store = CrashingStore(folder, key)
    store.when = when
    try:
        TokenKeeper(store=store, app=APP, token_url=token_url).renew("north", token("ACCESS", "1001", 0))
    except Crash:
        os._exit(9)


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_a_killed_process_leaves_whole_tokens_and_a_free_lock(
    quickbooks: StandIn, keeper: TokenKeeper, store: EncryptedFileTokenStore, tmp_path: Path, when: str, kept: int
) -> None:
    work = (tmp_path / "tokens", tmp_path / "key", quickbooks.token_url, when)
    process = multiprocessing.get_context("spawn").Process(target=killed_in_refresh, args=work)
    process.start()
    process.join(60)
    assert process.exitcode == 9
    found = store.read("north")
    assert found is not None
    assert found.refresh_token == token("REFRESH", "1001", kept)
    quickbooks.refresh_tokens[found.refresh_token] = "1001"  # Intuit: the old one lives for another 24 h
    assert keeper.renew("north", found.access_token).refresh_token == token("REFRESH", "1001", 2)


def test_a_lost_answer_is_asked_for_again(quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock) -> None:
    clock.elapsed = HOUR
    quickbooks.token_answers.extend([said("oops", 503), said('{"access_token": "A')])
    assert keeper.tokens("north").access_token == token("ACCESS", "1001", 1)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said("oops", 503), ServerError),
        (said({"access_token": "only"}), BrokenAnswer),
        (said({"error": "invalid_client"}, 401), QuickBooksError),
    ],
)
def test_what_the_token_endpoint_cannot_do_changes_nothing(
    quickbooks: StandIn,
    keeper: TokenKeeper,
    store: EncryptedFileTokenStore,
    clock: HandClock,
    answer: object,
    kind: type[QuickBooksError],
) -> None:
    before = store.read("north")
    clock.elapsed = HOUR
    quickbooks.token_answers.extend([answer] * 3)  # type: ignore[list-item]
    with pytest.raises(kind) as caught:
        keeper.tokens("north")
    assert type(caught.value) is kind
    assert store.read("north") == before
    quickbooks.token_answers.clear()
    assert keeper.tokens("north").access_token == token("ACCESS", "1001", 1)


def test_a_dead_token_fails_its_company_alone_and_says_what_to_do(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock
) -> None:
    quickbooks.dead.add("1001")
    clock.elapsed = HOUR
    results = keeper.refresh_all(["north", "south", "east"])
    assert results["south"] is None
    assert str(results["north"]) == (
        "north: OAuth refresh_token: Incorrect or invalid refresh token: *** "
        "(HTTP 400, code invalid_grant, intuit_tid 1-tid-0042); reconnect the company with `monette connect north`"
    )
    assert str(results["east"]) == "east: OAuth: not connected; connect it: `monette connect east`"
    assert {type(results["north"]), type(results["east"])} == {TokenDead}


def test_a_refused_token_is_not_tried_again_until_the_company_is_reconnected(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock
) -> None:
    quickbooks.dead.add("1001")
    clock.elapsed = HOUR
    for _ in range(3):
        with pytest.raises(TokenDead):
            keeper.tokens("north")
    quickbooks.token_answers.append(said("asked once more", 418))
    with pytest.raises(TokenDead):
        keeper.tokens("north")
    quickbooks.token_answers.clear()
    quickbooks.dead.clear()
    quickbooks.refreshes["1001"] = 7
    keeper.connect("north", "1001", "code-of-1001", "http://127.0.0.1/connected")
    assert keeper.tokens("north").access_token == token("ACCESS", "1001", 7)
