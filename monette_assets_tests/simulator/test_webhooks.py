"""The simulator's notifications, as they arrive at a server of the test's own, checked with the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monette_assets_tests.simulator.conftest import REALM, Client, Serve
from monette_assets_tests.sources.serving import serving

TOKEN = "demo-verifier"
ENTRY = {"date": "2025-03-04", "postings": [{"account": "1000", "amount": "5"}, {"account": "4000", "amount": "-5"}]}


class Inbox:
    """Receives deliveries; answers with the statuses it is told, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[Any] = []
        self.statuses: list[int] = []

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        digest = base64.b64encode(hmac.digest(TOKEN.encode(), body, hashlib.sha256)).decode()
        assert request.headers["intuit-signature"] == digest
        self.bodies.append(json.loads(body))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    @property
    def ids(self) -> list[str]:
        return [each["intuitentityid"] for body in self.bodies for each in body]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    with serving(Starlette(routes=[Route("/in", inbox.receive, methods=["POST"])])) as url:
        inbox.url = f"{url}/in"
        yield inbox


@pytest.fixture
def client(serve: Serve, inbox: Inbox) -> Client:
    return serve(webhooks=inbox.url, verifier_token=TOKEN)


def edit(client: Client, action: str = "add", **more: Any) -> str:
    content = {"realm_id": REALM, "action": action, "kind": "JournalEntry", **more}
    answer = client.http.post("/simulator/edits", json=content)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_an_edit_is_told_as_a_cloud_event(client: Client, inbox: Inbox) -> None:
    made = edit(client, document=ENTRY)
    edit(client, "delete", id=made)
    [added], [deleted] = inbox.bodies
    assert (added["type"], added["intuitentityid"]) == ("qbo.journalentry.created.v1", made)
    assert (deleted["type"], deleted["intuitaccountid"]) == ("qbo.journalentry.deleted.v1", REALM)
    assert added["id"] != deleted["id"]


def test_the_old_form_on_request(serve: Serve, inbox: Inbox) -> None:
    made = edit(serve(webhooks=inbox.url, verifier_token=TOKEN, webhook_form="eventNotifications"), document=ENTRY)
    [notification] = inbox.bodies[0]["eventNotifications"]
    [entity] = notification["dataChangeEvent"]["entities"]
    assert (notification["realmId"], entity["name"], entity["id"]) == (REALM, "JournalEntry", made)


def test_notifications_are_lost_repeated_and_out_of_order_on_request(client: Client, inbox: Inbox) -> None:
    for kind in ("lose_notification", "repeat_notification", "delay_notification"):
        client.fault(kind=kind, times=1)
    _, twice, late, next_one = (edit(client, document=ENTRY) for _ in range(4))
    assert inbox.ids == [twice, twice, next_one, late]


def test_what_is_not_acknowledged_is_sent_again_before_the_next(client: Client, inbox: Inbox) -> None:
    inbox.statuses = [503]
    first, second = edit(client, document=ENTRY), edit(client, document=ENTRY)
    assert inbox.ids == [first, first, second]
    assert client.http.get("/simulator/requests").json()["webhooks"]["statuses"] == {"503": 1, "200": 2}


def test_an_edit_nobody_receives_is_made_all_the_same(serve: Serve) -> None:
    client = serve(webhooks="http://127.0.0.1:9/nobody", verifier_token=TOKEN)
    edit(client, document=ENTRY)
    assert client.http.get("/simulator/requests").json()["webhooks"]["statuses"] == {"ConnectError": 1}


def test_a_silent_edit_is_in_the_reports_and_nowhere_else(client: Client, inbox: Inbox) -> None:
    since = client.clock.now.isoformat()

    def told() -> Any:
        return client.get("cdc", entities="JournalEntry", changedSince=since).json()["CDCResponse"][0]["QueryResponse"]

    before = balances(client)
    client.clock.advance(minutes=5)
    made = edit(client, document=ENTRY, silent=True)
    added = balances(client)
    edit(client, "change", id=made, silent=True, document={"memo": "recosted"})
    edit(client, "delete", id=made, silent=True)
    assert added != before == balances(client)
    assert (told(), inbox.bodies) == ([{}], [])


def test_a_voided_document_stays_with_nothing_in_it(client: Client) -> None:
    before = balances(client)
    made = edit(client, document=ENTRY)
    edit(client, "void", id=made)
    after = httpx.get(f"{client.simulator.url}/simulator/document", params={"realm": REALM, "id": made}).json()
    assert [line["amount"] for line in after["postings"]] == [0, 0]
    assert (after["memo"], after["sync_token"]) == ("Voided", 1)
    assert balances(client) == before
    found = client.query("select * from JournalEntry orderby MetaData.LastUpdatedTime desc").json()["QueryResponse"]
    assert found["JournalEntry"][0]["Id"] == made


def balances(client: Client) -> Any:
    return client.report("TrialBalance", "2024-11-01", "2025-03-31").json()["Rows"]
