"""The receiver of webhooks, over real HTTP: what is acknowledged is written down, and nothing makes it fall over."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from monette_assets.sources.quickbooks.notices import Notices
from monette_assets.sources.quickbooks.webhooks import Receiver, serving

TOKEN = "demo-verifier"
AT = datetime(2025, 11, 20, 12, tzinfo=UTC)


class Intuit:
    """Sends deliveries to a receiver that keeps up to 2,000 bytes and takes up to 10,000."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notices = Notices(folder)
        companies = {"1001": "north", "1002": "south"}
        self.receiver = Receiver(
            TOKEN, companies, self.notices, lambda: AT, kept_bytes=2_000, longest_bytes=10_000, body_seconds=0.2
        )
        self.url = ""

    def send(self, content: object, *, token: str = TOKEN, **headers: str) -> httpx.Response:
        """A delivery, signed with the token."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        signed = {"intuit-signature": base64.b64encode(hmac.digest(token.encode(), body, hashlib.sha256)).decode()}
        return httpx.post(self.url, content=body, headers={**signed, **headers})

    def noted(self) -> dict[str, int]:
        """By company: how often there was a notice."""
        return {notice.company: notice.times for notice in self.notices.newest().values()}


@pytest.fixture
def intuit(tmp_path: Path) -> Iterator[Intuit]:
    intuit = Intuit(tmp_path / "notices")
    with serving(intuit.receiver) as intuit.url:
        yield intuit


def event(realm: str, entity: str = "7") -> dict[str, object]:
    return {"specversion": "1.0", "id": "e", "type": "qbo.bill.created.v1", "time": "2025-11-20T12:00:00Z",
            "intuitentityid": entity, "intuitaccountid": realm, "data": {}}  # fmt: skip


def old_form(realm: str) -> dict[str, object]:
    entity = {"name": "Bill", "id": "7", "operation": "Delete", "lastUpdated": "2025-11-20T12:00:00Z"}
    return {"eventNotifications": [{"realmId": realm, "dataChangeEvent": {"entities": [entity]}}]}


def test_a_delivery_of_several_companies_is_written_down_for_each(intuit: Intuit) -> None:
    answer = intuit.send([event("1001"), event("1002"), event("1001", "8")])
    assert (answer.status_code, answer.json()) == (200, {"noted": ["north", "south"]})
    assert intuit.noted() == {"north": 1, "south": 1}


def test_the_old_form_is_understood(intuit: Intuit) -> None:
    assert intuit.send(old_form("1002")).status_code == 200
    assert intuit.noted() == {"south": 1}


@pytest.mark.parametrize("headers", [{"intuit-signature": ""}, {"intuit-signature": "AAAA"}])
def test_what_is_not_signed_with_our_token_is_refused_and_leaves_nothing(
    intuit: Intuit, headers: dict[str, str]
) -> None:
    assert intuit.send([event("1001")], **headers).status_code == 401
    assert intuit.send([event("1001")], token="another").status_code == 401
    assert httpx.post(intuit.url, json=[event("1001")]).status_code == 401
    assert intuit.noted() == {}
    assert intuit.receiver.counts == {"wrong_signature": 3}


def test_a_delivery_that_comes_again_is_one_more_notice_and_nothing_else(intuit: Intuit) -> None:
    for delivery in ([event("1001")], old_form("1002"), [event("1001")]):
        assert intuit.send(delivery).status_code == 200
    assert intuit.noted() == {"north": 2, "south": 1}


def test_a_realm_nobody_knows_is_acknowledged_and_counted(intuit: Intuit) -> None:
    answer = intuit.send([event("666"), event("1001")])
    assert (answer.status_code, answer.json()) == (200, {"noted": ["north"]})
    assert intuit.receiver.counts["unknown_realm"] == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[[]]", b"\xff", b'{"somethingNew": []}', b"[" * 1_900])
def test_a_signed_body_nobody_can_read_has_every_company_asked(intuit: Intuit, body: bytes) -> None:
    """Refused, Intuit would send it for ever and hold back all that follows."""
    assert intuit.send(body).status_code == 200
    assert intuit.noted() == {"north": 1, "south": 1}
    assert intuit.receiver.counts["unreadable"] == 1


def test_a_signed_body_too_long_to_be_kept_has_every_company_asked(intuit: Intuit) -> None:
    assert intuit.send([event("1001", "7" * 3_000)]).status_code == 200
    assert intuit.noted() == {"north": 1, "south": 1}


def test_a_body_beyond_all_measure_is_refused_before_it_is_in(intuit: Intuit) -> None:
    assert intuit.send(b" " * 10_001).status_code == 413
    assert intuit.noted() == {}


def test_what_cannot_be_written_down_is_not_acknowledged(intuit: Intuit) -> None:
    intuit.folder.write_bytes(b"a file where the folder should be")
    assert intuit.send([event("1001")]).status_code == 503
    intuit.folder.unlink()
    assert intuit.send([event("1001")]).status_code == 200
    assert intuit.receiver.counts["not_written"] == 1


def test_a_body_that_never_ends_holds_nobody_up(intuit: Intuit) -> None:
    where = urlsplit(intuit.url)
    with socket.create_connection((where.hostname or "", where.port or 0)) as idle:
        idle.sendall(f"POST {where.path} HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n[".encode())
        assert intuit.send([event("1001")]).status_code == 200
        assert idle.recv(100).startswith(b"HTTP/1.1 408")
    assert intuit.receiver.counts["too_slow"] == 1


def test_counts_are_told_without_secrets(intuit: Intuit) -> None:
    intuit.send([event("1001"), event("1001", "8")])
    told = httpx.get(intuit.url.replace("/webhooks/quickbooks", "/health")).json()
    assert told["counts"] == {"deliveries": 1, "notifications": 2, "unknown_realm": 0, "unreadable": 0}
    assert TOKEN not in repr(intuit.receiver)
    assert httpx.get(intuit.url).status_code == 405
