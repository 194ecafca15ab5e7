"""Retries, waits, faults in every shape, and no secret in anything that is told."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
import traceback
from contextlib import ExitStack

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from monette_assets.sources.http import Retry
from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import (
    BrokenAnswer,
    QuickBooksError,
    ServerError,
    Throttled,
    TimedOut,
    TokenDead,
    WrongAnswer,
)
from monette_assets.sources.quickbooks.limits import Gate, Limits
from monette_assets.sources.quickbooks.oauth import TokenKeeper
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, said, token
from monette_assets_tests.sources.serving import HandClock

SECRETS = ("ACCESS-100", "REFRESH-100", "THE-CLIENT-SECRET", "code-of-")

XML_504 = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse time="2025-05-27T11:42:31.710-07:00" xmlns="http://schema.intuit.com/finance/v3">
<Fault type="SERVICE"><Error code="6002"><Message>message=GatewayTimeout</Message></Error></Fault></IntuitResponse>"""
THROTTLE = {
    "Fault": {"Error": [{"Message": "ThrottleExceeded", "Detail": "later", "code": "003001"}], "type": "SERVICE"}
}
FRENCH = {
    "Fault": {
        "Error": [{"Message": "Validation de l'entreprise", "Detail": "Taux de TPS/TVH requis.", "code": "6000"}],
        "type": "ValidationFault",
    }
}


def ask(client: QuickBooksClient, company: str = "north", **more: bool) -> dict[str, object]:
    return client.get(company, "preferences", {}, kind="Preferences", **more).content


@pytest.fixture(autouse=True)
def preferences(quickbooks: StandIn) -> None:
    quickbooks.scripts["preferences"] = lambda params: said({"Preferences": {}})


def test_an_answer_is_kept_verbatim(quickbooks: StandIn, client: QuickBooksClient) -> None:
    text = '{ "Preferences" : {"rate": 1.10, "name": "Fermé 🌾"} }'
    quickbooks.scripts["preferences"] = lambda params: said(text)
    answer = client.get("north", "preferences", {}, kind="Preferences")
    assert (answer.text, answer.status, answer.intuit_tid) == (text, 200, "1-tid-0042")
    assert quickbooks.seen == [("1001", "preferences", {"minorversion": "75"})]


def test_server_errors_and_broken_connections_are_retried_with_growing_waits(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock
) -> None:
    quickbooks.once.extend([said("oops", 500), said("<html>bad gateway</html>", 502), said('{"Prefer')])
    assert ask(client) == {"Preferences": {}}
    assert client.calls == {("north", "Preferences"): 4}
    assert len(clock.slept) == 3
    assert all(wait <= 2 ** (n + 1) for n, wait in enumerate(clock.slept))


def test_retries_are_bounded(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.scripts["preferences"] = lambda params: said("oops", 500)
    with pytest.raises(ServerError) as caught:
        ask(client)
    assert len(quickbooks.seen) == 4
    assert (caught.value.status, caught.value.intuit_tid) == (500, "1-tid-0042")


@pytest.mark.parametrize(
    ("headers", "waited"),
    [({}, 60), ({"Retry-After": "7"}, 7), ({"Retry-After": "soon"}, 60), ({"Retry-After": "86400"}, 600)],
)
def test_a_throttled_company_waits_as_told_else_a_minute(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock, headers: dict[str, str], waited: int
) -> None:
    quickbooks.once.append(said(THROTTLE, 429, **headers))
    ask(client)
    assert clock.elapsed == pytest.approx(waited)


def test_throttling_is_known_by_its_code_and_reported_when_it_lasts(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    quickbooks.scripts["preferences"] = lambda params: said(THROTTLE, 403)
    with pytest.raises(Throttled) as caught:
        ask(client)
    assert (caught.value.code, len(quickbooks.seen)) == ("3001", 4)


def test_other_refusals_are_not_retried_and_keep_their_localised_text(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    quickbooks.scripts["preferences"] = lambda params: said(FRENCH, 400)
    with pytest.raises(QuickBooksError) as caught:
        ask(client)
    assert str(caught.value) == (
        "north: GET preferences: Validation de l'entreprise: Taux de TPS/TVH requis. "
        "(HTTP 400, code 6000, intuit_tid 1-tid-0042); correct the request"
    )
    assert len(quickbooks.seen) == 1


def test_a_gateway_timeout_comes_as_xml_and_is_retried_unless_less_can_be_asked(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    quickbooks.scripts["preferences"] = lambda params: said(XML_504, 504)
    with pytest.raises(TimedOut) as caught:
        ask(client, retry_timeouts=False)
    assert (caught.value.code, len(quickbooks.seen)) == ("6002", 1)
    with pytest.raises(TimedOut):
        ask(client)
    assert len(quickbooks.seen) == 5


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("[]", WrongAnswer),
        ("<IntuitResponse><Ok/></IntuitResponse>", BrokenAnswer),
        ('{"a": NaN}', BrokenAnswer),
        ("", BrokenAnswer),
    ],
)
def test_what_is_no_json_object_is_a_wrong_answer(
    quickbooks: StandIn, client: QuickBooksClient, body: str, kind: type[WrongAnswer]
) -> None:
    quickbooks.scripts["preferences"] = lambda params: said(body)
    with pytest.raises(kind, match="expected") as caught:
        ask(client)
    assert type(caught.value) is kind


def test_bytes_that_are_no_text_are_a_broken_answer(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.scripts["preferences"] = lambda params: Response(b'{"a": "\xff\xfe"}')
    with pytest.raises(BrokenAnswer, match="north: GET preferences: expected JSON, found 11 bytes"):
        ask(client)


def test_a_fault_behind_status_200_is_an_error(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.scripts["preferences"] = lambda params: said(FRENCH)
    with pytest.raises(QuickBooksError, match="TPS/TVH"):
        ask(client)


def test_nobody_answering_is_a_server_error(keeper: TokenKeeper, clock: HandClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with (
        QuickBooksClient(
            base_url=f"http://127.0.0.1:{port}",
            realms={"north": "1001"},
            tokens=keeper,
            clock=clock,
            retry=Retry(2, clock=clock),
        ) as client,
        pytest.raises(ServerError, match="ConnectError"),
    ):
        ask(client)
    assert client.calls == {("north", "Preferences"): 2}


def test_an_answer_that_does_not_come_in_time_counts_as_a_gateway_timeout(
    quickbooks: StandIn, keeper: TokenKeeper, clock: HandClock
) -> None:
    answered = threading.Event()

    def late(params: dict[str, str]) -> Response:
        answered.wait(10)
        return said({})

    quickbooks.scripts["preferences"] = late
    with QuickBooksClient(
        base_url=quickbooks.url, realms={"north": "1001"}, tokens=keeper, clock=clock, timeout=httpx.Timeout(0.05)
    ) as client:
        with pytest.raises(TimedOut):
            ask(client, retry_timeouts=False)
        answered.set()


def test_an_unauthorised_call_renews_the_token_once(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.access_tokens.clear()
    assert ask(client) == {"Preferences": {}}
    assert quickbooks.refreshes["1001"] == 1


def test_unauthorised_with_a_fresh_token_is_a_dead_connection(quickbooks: StandIn, client: QuickBooksClient) -> None:
    refused = {"fault": {"error": [{"message": "AuthorizationFailed", "code": "3200"}]}}
    quickbooks.once.extend([said(refused, 401), said(refused, 401)])
    with pytest.raises(TokenDead, match="monette connect north"):
        ask(client)
    assert len(quickbooks.seen) == 2


def test_a_token_of_another_realm_is_refused_before_anything_is_read(quickbooks: StandIn, keeper: TokenKeeper) -> None:
    with (
        QuickBooksClient(base_url=quickbooks.url, realms={"north": "9999"}, tokens=keeper) as client,
        pytest.raises(TokenDead, match="expected a connection to realm 9999, found one to realm 1001"),
    ):
        ask(client)
    assert quickbooks.seen == []


def test_a_company_without_realm_is_refused(client: QuickBooksClient) -> None:
    with pytest.raises(ValueError, match="company 'east' has no realm here; known: north, south"):
        ask(client, "east")


def test_ten_a_second_and_five_hundred_a_minute_per_company(clock: HandClock) -> None:
    gate = Gate(Limits(), clock)
    times: list[float] = []
    for _ in range(1_001):
        with gate.passing("north"):
            times.append(clock.elapsed)
    for n, at in enumerate(times):
        assert sum(at - 1 < each <= at for each in times[max(0, n - 20) : n + 1]) <= 10
        assert sum(at - 60 < each <= at for each in times[: n + 1]) <= 500
    before = clock.elapsed
    with gate.passing("south"):
        assert clock.elapsed == before


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 900), st.floats(0, 1)), min_size=30, max_size=80))
def test_however_slow_the_way_quickbooks_never_sees_more_than_ten_a_second(
    calls: list[tuple[int, int, float]],
) -> None:
    """Each call: how many are left running before it, milliseconds until the next, and when it arrives in between."""
    clock = HandClock()
    gate = Gate(Limits(), clock)
    running: list[tuple[ExitStack, float, float]] = []
    arrivals: list[float] = []
    for most, pause, way in calls:
        while len(running) > most:
            stack, began, part = running.pop(0)
            arrivals.append(began + (clock.elapsed - began) * part)
            stack.close()
        stack = ExitStack()
        stack.enter_context(gate.passing("north"))
        running.append((stack, clock.elapsed, way))
        clock.elapsed += pause / 1000
    for stack, began, part in running:
        arrivals.append(began + (clock.elapsed - began) * part)
        stack.close()
    assert len(arrivals) == len(calls)
    assert all(sum(at - 1 < each <= at for each in arrivals) <= 10 for at in arrivals)


def test_no_more_than_ten_at_once_per_company(clock: HandClock) -> None:
    gate = Gate(Limits(at_once_per_company=2, at_once=3), clock)
    inside = threading.Semaphore(0)
    leave = threading.Event()

    def call(company: str) -> None:
        with gate.passing(company):
            inside.release()
            leave.wait(10)

    threads = [
        threading.Thread(target=call, args=(company,)) for company in ("north", "north", "north", "south", "south")
    ]
    for thread in threads:
        thread.start()
    assert all(inside.acquire(timeout=10) for _ in range(3))
    assert not inside.acquire(timeout=0.05)
    leave.set()
    for thread in threads:
        thread.join(10)
    assert all(inside.acquire(timeout=10) for _ in range(2))


def test_no_secret_is_told_in_an_error_a_log_or_a_repr(
    quickbooks: StandIn, client: QuickBooksClient, keeper: TokenKeeper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(client), repr(keeper), repr(keeper.tokens("north")), repr(keeper.tokens("south"))]
    access, refresh = token("ACCESS", "1001", 1), token("REFRESH", "1001", 1)
    leak = f'{{"a": "{access} {refresh}'
    fault = {
        "Fault": {"Error": [{"Message": f"{access} {refresh}", "Detail": token("ACCESS", "1001", 0), "code": "1"}]}
    }
    answers = [
        *[said({"fault": {"error": [{"message": "no", "detail": f"Token expired: {access}", "code": "3200"}]}}, 401)]
        * 2,
        *[said(fault, status) for status in (400, 403)],
        *[said(leak)] * 4,
    ]
    quickbooks.once.extend(answers)
    for _ in range(4):
        with pytest.raises(QuickBooksError) as caught:
            ask(client)
        told += ["".join(traceback.format_exception(caught.value)), repr(caught.value), repr(vars(caught.value))]
    quickbooks.dead.add("1001")
    quickbooks.access_tokens.clear()
    with pytest.raises(TokenDead) as dead:
        ask(client)
    told += ["".join(traceback.format_exception(dead.value)), repr(dead.value)]
    assert not quickbooks.once
    assert "Incorrect or invalid refresh token" in told[-2]
    everything = "\n".join([*told, caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert [secret for secret in SECRETS if secret in everything] == []


def test_errors_travel_between_processes() -> None:
    error = Throttled(
        "too fast", company="north", request="GET x", status=429, code="3001", intuit_tid="t", what_to_do="wait"
    )
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert type(pickle.loads(pickle.dumps(error))) is Throttled
