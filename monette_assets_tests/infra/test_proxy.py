"""Who reaches what of the interface through its proxy, and that nobody is believed who only says who he is."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from monette_assets.tables.attribution import HEADER, WHO_TAG
from monette_assets_tests.infra.conftest import NGINX, OPERATORS

CLAIMED = {  # what a browser may say of itself, and nobody believes
    HEADER: "forged@example.com",
    "X-Auth-Request-Email": "forged@example.com",
    "X-Auth-Request-Groups": OPERATORS,
}
LAUNCH = """
mutation($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } }
}
"""
RUNS = (
    'query($asked: String!) { runsOrError(filter: {tags: [{key: "asked", value: $asked}]}) { ... on Runs { count } } }'
)
TAGS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }"
LOGS = """
subscription($id: ID!) {
  pipelineRunLogs(runId: $id) {
    ... on PipelineRunLogsSubscriptionSuccess { messages { __typename } }
  }
}
"""
REPORT = 'mutation { reportRunlessAssetEvents(eventParams: {eventType: ASSET_MATERIALIZATION, assetKey: {path: ["written"]}}) { __typename } }'  # noqa: E501
TRUSTING = ssl.create_default_context()  # the certificate is made here and now
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine: install Debian's package nginx-light")


@contextmanager
def browser(address: str, who: str | None) -> Iterator[httpx.Client]:
    """A browser with this person's cookie, which says of itself that it is somebody else and may do everything."""
    cookies = {"_oauth2_proxy": who} if who else {}
    with httpx.Client(
        base_url=address, verify=TRUSTING, cookies=cookies, headers=CLAIMED, timeout=60, trust_env=False
    ) as client:
        yield client


def asked(client: httpx.Client, query: str, **variables: Any) -> Any:
    """What GraphQL answers."""
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def execution(who: str) -> dict[str, Any]:
    """What the interface sends to launch a run of the asset; its tags say it was somebody else."""
    return {
        "selector": {
            "repositoryLocationName": "graph",
            "repositoryName": "__repository__",
            "pipelineName": "__ASSET_JOB",
            "assetSelection": [{"path": ["written"]}],
            "assetCheckSelection": [],
        },
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {
            "tags": [{"key": WHO_TAG, "value": "forged@example.com"}, {"key": "asked", "value": who}]
        },
    }


def launched(client: httpx.Client, who: str) -> str:
    """The id of a run that was launched."""
    said = asked(client, LAUNCH, params=execution(who))["launchRun"]
    assert said["__typename"] == "LaunchRunSuccess", said
    run_id: str = said["run"]["runId"]
    return run_id


def subscription(address: str, who: str | None, origin: str | None = None) -> ClientConnection:
    """A websocket as the interface opens it."""
    headers = {**CLAIMED, "Origin": origin or address, **({"Cookie": f"_oauth2_proxy={who}"} if who else {})}
    return connect(
        address.replace("https", "wss") + "/graphql",
        ssl=TRUSTING,
        subprotocols=[Subprotocol("graphql-ws")],
        additional_headers=headers,
        proxy=None,
    )


@pytest.mark.parametrize("who", [None, "somebody"])
def test_who_is_not_logged_in_is_sent_to_the_login_and_back(address: str, who: str | None) -> None:
    with browser(address, who) as client:
        page = client.get("/runs?q=status:FAILURE&cursor=1")
        assert page.status_code == 302
        back = httpx.URL(page.headers["location"]).params["back"]
        assert back == f"{address.removeprefix('https://')} /runs?q=status:FAILURE&cursor=1"
        assert client.get("/server_info").status_code == 302


@pytest.mark.parametrize("who", [None, "somebody"])
def test_who_is_not_logged_in_reaches_nothing(address: str, who: str | None) -> None:
    with browser(address, who) as client:
        assert client.post("/graphql", json={"query": "{ version }"}).status_code == 401
        assert client.get("/oauth2/auth").status_code == 404
    with pytest.raises(InvalidStatus) as refused:
        subscription(address, who)
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("who", ["nora", "mallory"])
def test_who_is_of_no_group_is_refused(address: str, who: str) -> None:
    with browser(address, who) as client:
        assert client.get("/").status_code == 403
        assert client.post("/graphql", json={"query": "{ version }"}).status_code == 403


@pytest.mark.parametrize("who", ["victor", "vera"])
def test_a_viewer_looks_and_dagster_refuses_what_changes_anything(address: str, who: str) -> None:
    with browser(address, who) as client:
        page = client.get("/")
        assert (page.status_code, page.text[:15]) == (200, "<!DOCTYPE html>")
        assert asked(client, LAUNCH, params=execution(who))["launchRun"]["__typename"] == "UnauthorizedError"
        assert asked(client, REPORT)["reportRunlessAssetEvents"]["__typename"] == "UnauthorizedError"
        assert asked(client, RUNS, asked=who)["runsOrError"]["count"] == 0


def test_an_operator_launches_and_the_run_says_who_it_was(address: str) -> None:
    with browser(address, "olive") as client:
        run_id = launched(client, "olive")
        tags = {tag["key"]: tag["value"] for tag in asked(client, TAGS, id=run_id)["runOrError"]["tags"]}
    assert tags[WHO_TAG] == "olive@example.com"


def test_a_viewer_follows_a_run_through_a_websocket(address: str) -> None:
    with browser(address, "olive") as client:
        run_id = launched(client, "olive")
    with subscription(address, "victor") as socket_:
        assert socket_.subprotocol == "graphql-ws"
        socket_.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket_.recv(timeout=60)) == {"type": "connection_ack"}
        query = {"query": LOGS, "variables": {"id": run_id}}
        socket_.send(json.dumps({"id": "1", "type": "start", "payload": query}))
        frame = json.loads(socket_.recv(timeout=60))
    messages = frame["payload"]["data"]["pipelineRunLogs"]["messages"]
    assert "RunEnqueuedEvent" in {message["__typename"] for message in messages}


@pytest.mark.parametrize("who", ["olive", "victor"])
def test_neither_a_link_nor_another_site_changes_anything(address: str, who: str) -> None:
    with browser(address, who) as client:
        assert client.get("/graphql", params={"query": LAUNCH}).status_code == 405
        for origin, status in ((address, 200), ("https://127.0.0.1", 403), ("null", 403)):
            answer = client.post("/graphql", json={"query": "{ version }"}, headers={"Origin": origin})
            assert (origin, answer.status_code) == (origin, status)
    with pytest.raises(InvalidStatus) as refused:
        subscription(address, who, origin="https://elsewhere.example.com")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/report_asset_materialization/written", 403),
        ("/report_asset_check/written", 403),
        ("/report%5Fasset_observation/written", 403),
        ("/report_asset_materialization/../written", 400),
        ("/report_asset_materialization/%2e%2E/written", 400),
        ("/report_asset_materialization/written/..", 400),
    ],
)
def test_events_are_not_made_up(address: str, path: str, status: int) -> None:
    host, port = address.removeprefix("https://").split(":")
    with TRUSTING.wrap_socket(socket.create_connection((host, int(port)), timeout=60)) as raw:  # the path as it is
        request = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: _oauth2_proxy=olive\r\nContent-Length: 0\r\n"
        raw.sendall(f"{request}Connection: close\r\n\r\n".encode())
        assert raw.makefile("rb").readline().split()[1] == str(status).encode()


def test_the_proxy_takes_no_page_into_a_frame(address: str) -> None:
    with browser(address, "victor") as client:
        headers = client.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["strict-transport-security"].startswith("max-age=")
