"""Intuit's webhooks: the signature over a body, and whom a body speaks of, in its new form and its old.

A notification says that an object changed, never how; change data capture does. So only the company matters here, and
a delivery that is repeated, late or out of order asks the same question once more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

SIGNATURE_HEADER = "intuit-signature"


class Signature:
    """HMAC-SHA256 over a raw body as it comes in, to compare with the header's."""

    def __init__(self, verifier_token: str) -> None:
        self._mac = hmac.new(verifier_token.encode("utf-8"), digestmod=hashlib.sha256)

    def update(self, part: bytes) -> None:
        """Take in the next part of the body."""
        self._mac.update(part)

    def matches(self, header: str) -> bool:
        """Whether the header is this body's signature; takes as long whatever is wrong with it."""
        expected = base64.b64encode(self._mac.digest())
        return hmac.compare_digest(expected, header.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Notified:
    """What a body says: how many changes of each realm, and how many entries could not be read."""

    changes: Mapping[str, int]
    unreadable: int


class _CloudEvent(msgspec.Struct):
    """The form since 2026: one event an object, companies mixed."""

    type: str
    realm: str | int = msgspec.field(name="intuitaccountid")


class _ChangeEvent(msgspec.Struct):
    entities: list[msgspec.Raw] = msgspec.field(default_factory=list)


class _EventNotification(msgspec.Struct):
    """The old form: one entry a company."""

    realm: str | int = msgspec.field(name="realmId")
    event: _ChangeEvent = msgspec.field(name="dataChangeEvent", default_factory=_ChangeEvent)


class _Old(msgspec.Struct):
    notifications: list[msgspec.Raw] = msgspec.field(name="eventNotifications")


def read(body: bytes) -> Notified:
    """Whom the body speaks of. Never raises: what is neither form counts as one unreadable entry."""
    try:
        if body.lstrip()[:1] == b"[":
            return _counted(msgspec.json.decode(body, type=list[msgspec.Raw]), _CloudEvent)
        return _counted(msgspec.json.decode(body, type=_Old).notifications, _EventNotification)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Notified({}, 1)


def _counted(entries: list[msgspec.Raw], form: type[_CloudEvent] | type[_EventNotification]) -> Notified:
    changes: Counter[str] = Counter()
    unreadable = 0
    for raw in entries:
        try:
            told = msgspec.json.decode(raw, type=form)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            unreadable += 1
            continue
        changes[str(told.realm)] += len(told.event.entities) if isinstance(told, _EventNotification) else 1
    return Notified(dict(changes), unreadable)
