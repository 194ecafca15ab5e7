"""Notifications of edits, signed as Intuit signs them, sent to whoever receives webhooks.

What is not acknowledged stays, and is sent again before the next: Intuit holds what follows back. Faults lose, repeat
or delay a notification.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections import Counter, deque
from threading import Lock
from typing import Any, Literal

import httpx
import orjson

from monette_assets.simulator.edits import Edit
from monette_assets.simulator.faults import NOTIFICATIONS, Faults

Form = Literal["cloudevents", "eventNotifications"]
SECONDS = 3.0  # Intuit waits no longer for an answer
KEPT = 1_000
_EVENTS = {"add": "created", "change": "updated", "backdate": "updated", "void": "voided", "delete": "deleted"}
_OPERATIONS = {"add": "Create", "change": "Update", "backdate": "Update", "void": "Void", "delete": "Delete"}


def body_of(edit: Edit, form: Form) -> bytes:
    """The notification of an edit that was made, as it is sent."""
    content: Any
    if form == "cloudevents":
        content = [
            {
                "specversion": "1.0",
                "id": str(uuid.uuid4()),
                "source": "intuit.simulator",
                "type": f"qbo.{edit.kind.lower()}.{_EVENTS[edit.action]}.v1",
                "datacontenttype": "application/json",
                "time": edit.at,
                "intuitentityid": edit.id,
                "intuitaccountid": edit.realm_id,
                "data": {},
            }
        ]
    else:
        entity = {
            "name": edit.kind, "id": edit.id, "operation": _OPERATIONS[edit.action], "lastUpdated": edit.at,
        }  # fmt: skip
        content = {"eventNotifications": [{"realmId": edit.realm_id, "dataChangeEvent": {"entities": [entity]}}]}
    return orjson.dumps(content)


class Webhooks:
    """Sends notifications to one URL; safe to use from many threads."""

    def __init__(self, url: str, verifier_token: str, form: Form, faults: Faults) -> None:
        self._url, self._key, self._form, self._faults = url, verifier_token.encode(), form, faults
        self._waiting: deque[bytes] = deque(maxlen=KEPT)
        self._delayed: deque[bytes] = deque(maxlen=KEPT)
        self._lock = Lock()
        self._http = httpx.Client(timeout=SECONDS)
        self.answers: Counter[str] = Counter()  # HTTP statuses, and what kept an answer from coming

    def notify(self, edit: Edit) -> None:
        """Tell of an edit, unless it is silent; returns once the receiver has answered, or not in time."""
        if edit.silent:
            return
        body = body_of(edit, self._form)
        fault = self._faults.take(edit.realm_id, None, NOTIFICATIONS)
        kind = fault.kind if fault else ""
        with self._lock:
            if kind == "delay_notification":
                self._delayed.append(body)
                return
            self._waiting.extend([] if kind == "lose_notification" else [body])
            self._waiting.extend([body] if kind == "repeat_notification" else [])
            self._waiting.extend(self._delayed)
            self._delayed.clear()
            self._send()

    def _send(self) -> None:
        while self._waiting:
            body = self._waiting[0]
            signature = base64.b64encode(hmac.digest(self._key, body, hashlib.sha256)).decode()
            headers = {"intuit-signature": signature, "content-type": "application/json"}
            try:
                status = self._http.post(self._url, content=body, headers=headers).status_code
            except httpx.HTTPError as error:
                self.answers[type(error).__name__] += 1
                return
            self.answers[str(status)] += 1
            if status != httpx.codes.OK:
                return
            self._waiting.popleft()
