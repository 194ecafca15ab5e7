"""Whom a body of Intuit's webhooks speaks of, and whether it is Intuit's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.sources.quickbooks.notifications import Notified, Signature, read


def event(realm: object, kind: str = "qbo.invoice.updated.v1") -> dict[str, object]:
    """One notification of the new form."""
    return {"specversion": "1.0", "id": "e-1", "type": kind, "intuitentityid": "7", "intuitaccountid": realm}


def old(*realms: tuple[str, int]) -> bytes:
    """A body of the old form: so many entities of each realm."""
    entity = {"name": "Invoice", "id": "7", "operation": "Update", "lastUpdated": "2025-11-20T12:00:00Z"}
    notifications = [{"realmId": realm, "dataChangeEvent": {"entities": [entity] * count}} for realm, count in realms]
    return json.dumps({"eventNotifications": notifications}).encode()


def test_events_of_the_new_form_are_counted_by_realm() -> None:
    body = json.dumps([event("1001"), event("1002"), event(1001)]).encode()
    assert read(body) == Notified({"1001": 2, "1002": 1}, 0)


def test_notifications_of_the_old_form_are_counted_by_realm() -> None:
    assert read(old(("1001", 2), ("1002", 1))) == Notified({"1001": 2, "1002": 1}, 0)


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"{", b"\xff\xfe", b'"[]"', b"[" * 100_000, b"7"])
def test_what_is_neither_form_is_one_unreadable_entry(body: bytes) -> None:
    assert read(body) == Notified({}, 1)


def test_an_entry_without_a_realm_leaves_the_others_readable() -> None:
    body = json.dumps([{"type": "qbo.invoice.updated.v1"}, event("1001"), 7]).encode()
    assert read(body) == Notified({"1001": 1}, 2)


@given(st.binary(max_size=300))
def test_no_body_whatever_raises(body: bytes) -> None:
    read(body)


def signature(token: str, *parts: bytes) -> Signature:
    signed = Signature(token)
    for part in parts:
        signed.update(part)
    return signed


def test_a_signature_is_of_the_raw_body_and_the_token_however_it_came_in() -> None:
    # base64 of HMAC-SHA256("demo-verifier", '{"eventNotifications":[]}'), computed with openssl
    header = "pKzkj7uG3HatAy7g0LV7wIpQYWaYPIvdluRxhToTW4o="
    assert signature("demo-verifier", b'{"eventNoti', b'fications":[]}').matches(header)
    assert not signature("demo-verifier", b'{"eventNotifications": []}').matches(header)
    assert not signature("another", b'{"eventNotifications":[]}').matches(header)


@pytest.mark.parametrize("header", ["", "é", "not base64", "=" * 5_000])
def test_a_header_that_is_no_signature_matches_nothing(header: str) -> None:
    assert not signature("demo-verifier", b"").matches(header)
