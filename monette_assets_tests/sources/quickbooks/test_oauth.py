"""Tokens: one refresh however many ask, durable before use, nothing lost at any crash, a dead one fails alone.

All of it holds of tokens in the encrypted folder and in Key Vault.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace

import pytest

from monette_assets.sources.http import Retry
from monette_assets.sources.quickbooks.errors import BrokenAnswer, QuickBooksError, ServerError, TokenDead
from monette_assets.sources.quickbooks.oauth import TokenKeeper
from monette_assets.sources.secrets.store import SecretStoreError
from monette_assets.sources.secrets.tokens import Tokens, TokenStore
from monette_assets_tests.sources.conftest import Place
from monette_assets_tests.sources.quickbooks.conftest import APP
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, said, token
from monette_assets_tests.sources.serving import HandClock

HOUR = 3600


@pytest.fixture
def store(place: Place) -> TokenStore:
    """Of each kind of store."""
    return TokenStore(place.open())


def another(quickbooks: StandIn, store: TokenStore, clock: HandClock) -> TokenKeeper:
    """A keeper as a new process would have."""
    return TokenKeeper(store=store, app=APP, token_url=quickbooks.token_url, clock=clock, retry=Retry(2, clock=clock))


def test_connecting_keeps_the_tokens(store: TokenStore, keeper: TokenKeeper, clock: HandClock) -> None:
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
    quickbooks: StandIn, store: TokenStore, keeper: TokenKeeper, clock: HandClock
) -> None:
    clock.elapsed = HOUR
    keepers = [keeper, another(quickbooks, store, clock)] * 4
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda each: each.tokens("north").access_token, keepers))
    assert tokens == {token("ACCESS", "1001", 1)}
    assert quickbooks.refreshes["1001"] == 1


def refresh_in_process(place: Place, token_url: str, barrier: object) -> None:
    """What another process does: renew the token it found."""
    keeper = TokenKeeper(store=TokenStore(place.open()), app=APP, token_url=token_url)
    barrier.wait(60)  # type: ignore[attr-defined]
    assert keeper.renew("north", token("ACCESS", "1001", 0)).access_token == token("ACCESS", "1001", 1)


def test_two_processes_refresh_once(quickbooks: StandIn, keeper: TokenKeeper, place: Place) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    work = (place, quickbooks.token_url, barrier)
    processes = [spawn.Process(target=refresh_in_process, args=work) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert quickbooks.refreshes["1001"] == 1


class Crash(BaseException):
    """The process ends here."""


class CrashingStore(TokenStore):
    """Ends the process before or after a write."""

    when = ""

    def write(self, company: str, tokens: Tokens) -> Tokens:
        if self.when == "before":
            raise Crash
        kept = super().write(company, tokens)
        if self.when == "after":
            raise Crash
        return kept


def test_new_tokens_are_on_disk_before_anybody_gets_them(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock, place: Place
) -> None:
    """A crash right after the write: the next process finds the new tokens, and needs no refresh."""
    store = CrashingStore(place.open())
    store.when = "after"
    clock.elapsed = HOUR
    with pytest.raises(Crash):
        another(quickbooks, store, clock).tokens("north")
    assert keeper.tokens("north").refresh_token == token("REFRESH", "1001", 1)
    assert quickbooks.refreshes["1001"] == 1


def test_a_crash_before_the_write_leaves_the_old_refresh_token_which_intuit_still_takes(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock, place: Place
) -> None:
    store = CrashingStore(place.open())
    store.when = "before"
    clock.elapsed = HOUR
    with pytest.raises(Crash):
        another(quickbooks, store, clock).tokens("north")
    quickbooks.refresh_tokens[token("REFRESH", "1001", 0)] = "1001"  # Intuit: the old one lives for another 24 h
    assert keeper.tokens("north").refresh_token == token("REFRESH", "1001", 2)
    assert store.read("north") == keeper.tokens("north")


def killed_in_refresh(place: Place, token_url: str, when: str) -> None:
    """A process that is gone, without any clean-up, before or after its write."""
    store = CrashingStore(place.open())
    store.when = when
    try:
        TokenKeeper(store=store, app=APP, token_url=token_url).renew("north", token("ACCESS", "1001", 0))
    except Crash:
        os._exit(9)


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_a_killed_process_leaves_whole_tokens_and_a_free_lock(
    quickbooks: StandIn, keeper: TokenKeeper, store: TokenStore, place: Place, when: str, kept: int
) -> None:
    work = (place, quickbooks.token_url, when)
    process = multiprocessing.get_context("spawn").Process(target=killed_in_refresh, args=work)
    process.start()
    process.join(60)
    assert process.exitcode == 9
    found = store.read("north")
    assert found is not None
    assert found.refresh_token == token("REFRESH", "1001", kept)
    quickbooks.refresh_tokens[found.refresh_token] = "1001"  # Intuit: the old one lives for another 24 h
    assert keeper.renew("north", found.access_token).refresh_token == token("REFRESH", "1001", 2)


def one_that_lost_its_lock(
    quickbooks: StandIn, place: Place, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> TokenKeeper:
    """A keeper that holds no lock, as one does whose lease ran out while its machine was suspended."""
    store = TokenStore(place.open())
    monkeypatch.setattr(store, "lock", lambda company: nullcontext())
    return another(quickbooks, store, clock)


@pytest.mark.parametrize("ours", ["earlier", "later"])
def test_of_two_that_refresh_at_once_the_tokens_granted_last_stand(
    quickbooks: StandIn,
    store: TokenStore,
    keeper: TokenKeeper,
    clock: HandClock,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    ours: str,
) -> None:
    """Another refreshes and writes after Intuit has answered us, and before we write."""
    rival = one_that_lost_its_lock(quickbooks, place, clock, monkeypatch)
    clock.elapsed = HOUR
    write, old = TokenStore.write, token("REFRESH", "1001", 0)

    def overtaken(self: TokenStore, company: str, tokens: Tokens) -> Tokens:
        if self is store and not rivals:
            quickbooks.refresh_tokens[old] = "1001"  # Intuit: the old one lives for another 24 h
            clock.elapsed += {"earlier": 10, "later": -10}[ours]
            rivals.append(rival.renew(company, token("ACCESS", "1001", 0)))
        return write(self, company, tokens)

    rivals: list[Tokens] = []
    monkeypatch.setattr(TokenStore, "write", overtaken)
    found = keeper.tokens("north")
    last = 2 if ours == "earlier" else 1
    assert (found.access_token, store.read("north")) == (token("ACCESS", "1001", last), found)


def test_tokens_that_older_ones_were_put_over_are_put_back(
    quickbooks: StandIn,
    store: TokenStore,
    keeper: TokenKeeper,
    clock: HandClock,
    place: Place,
) -> None:
    """What Key Vault cannot refuse: a writer that looked before we wrote, and wrote after."""
    older = store.read("north")
    clock.elapsed = HOUR
    ours = keeper.tokens("north")
    assert older is not None
    TokenStore(place.open()).write("north", replace(older, version=ours.version))
    clock.elapsed += 61
    assert keeper.tokens("north") == ours == store.read("north")
    assert quickbooks.refreshes["1001"] == 1


def test_what_a_store_did_not_take_is_kept_before_intuit_is_asked_again(
    quickbooks: StandIn, store: TokenStore, keeper: TokenKeeper, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault that throttles, a full disk: the tokens that Intuit has granted are not lost with the attempt."""

    def refused(*args: object) -> Tokens:
        raise SecretStoreError("not taken")

    clock.elapsed = HOUR
    with monkeypatch.context() as patch:
        patch.setattr(store, "write", refused)
        with pytest.raises(SecretStoreError, match="not taken"):
            keeper.tokens("north")
    kept = keeper.tokens("north")
    assert (kept.refresh_token, store.read("north")) == (token("REFRESH", "1001", 1), kept)
    assert quickbooks.refreshes["1001"] == 1


def test_a_store_is_not_asked_at_every_request(
    quickbooks: StandIn, store: TokenStore, keeper: TokenKeeper, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process's tokens are seen within a minute, or as soon as QuickBooks takes ours no longer."""
    newer = another(quickbooks, store, clock).renew("north", token("ACCESS", "1001", 0))
    assert keeper.tokens("north").access_token == token("ACCESS", "1001", 0)
    assert keeper.renew("north", token("ACCESS", "1001", 0)) == newer
    clock.elapsed = 61
    assert keeper.tokens("north") == newer
    monkeypatch.setattr(store, "read", lambda company: None)
    assert keeper.tokens("north") == newer


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
    store: TokenStore,
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
