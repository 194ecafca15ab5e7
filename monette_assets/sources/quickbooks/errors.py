"""What can go wrong with QuickBooks, in words a person can act on; and how its faults are read.

Faults come as `Fault` (JSON), `fault` (JSON, on 401), XML (504, and whenever `Accept` is lost) and OAuth's own shape.
Their text is localised, so codes decide, never words.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any, Self
from xml.etree import ElementTree

import orjson

THROTTLED = "3001"
GATEWAY_TIMEOUT = "6002"


class QuickBooksError(Exception):
    """A call failed: which company, which request, what QuickBooks said, and what to do. Never holds a secret.

    Attributes:
        status: HTTP status; None where no answer came.
        code: QuickBooks' fault code without leading zeros, "" where there is none.
        intuit_tid: Intuit's id of the answer, to quote to their support; "" where none was sent.
    """

    def __init__(
        self,
        message: str,
        *,
        company: str,
        request: str,
        status: int | None = None,
        code: str = "",
        intuit_tid: str = "",
        what_to_do: str = "",
    ) -> None:
        self.company = company
        self.request = request
        self.status = status
        self.code = code
        self.message = message
        self.intuit_tid = intuit_tid
        self.what_to_do = what_to_do
        super().__init__(message)

    def __str__(self) -> str:
        facts = [
            f"HTTP {self.status}" if self.status is not None else "",
            f"code {self.code}" if self.code else "",
            f"intuit_tid {self.intuit_tid}" if self.intuit_tid else "",
        ]
        said = ", ".join(fact for fact in facts if fact)
        return (
            f"{self.company}: {self.request}: {self.message}"
            + (f" ({said})" if said else "")
            + (f"; {self.what_to_do}" if self.what_to_do else "")
        )

    def __reduce__(self) -> tuple[Any, ...]:
        facts = ("company", "request", "status", "code", "intuit_tid", "what_to_do")
        return _rebuild, (type(self), self.message, {name: getattr(self, name) for name in facts})

    def again(self) -> Self:
        """The same error, fresh: one exception object is not raised in two threads."""
        return copy(self)


def _rebuild(kind: type[QuickBooksError], message: str, facts: dict[str, Any]) -> QuickBooksError:
    return kind(message, **facts)


class TokenDead(QuickBooksError):  # noqa: N818 - named after the fact
    """The company's connection is lost: a person must connect it again. Other companies are not concerned."""


class Throttled(QuickBooksError):  # noqa: N818
    """Too many requests (429 or code 3001), still so after the retries."""


class ServerError(QuickBooksError):
    """QuickBooks failed (5xx) or could not be reached, still so after the retries."""


class TimedOut(ServerError):  # noqa: N818
    """QuickBooks gave up on a long request (504, code 6002), or did not answer in time."""


class Truncated(QuickBooksError):  # noqa: N818
    """The report was cut off at QuickBooks' cell limit, and its date range cannot be made smaller."""


class WrongAnswer(QuickBooksError):  # noqa: N818
    """An answer that is not what was asked for: no JSON, another report, period, currency or company."""


class BrokenAnswer(WrongAnswer):
    """An answer that stops half way or is no JSON at all; worth asking for again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as QuickBooks sent it; `code` without leading zeros."""

    code: str
    message: str


def read_fault(body: bytes) -> Fault | None:
    """The fault in an answer's body, whatever its shape; None where there is none."""
    stripped = body.lstrip()
    if stripped.startswith(b"<"):
        return _xml_fault(stripped)
    try:
        answer = orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return None
    return fault_in(answer)


def fault_in(answer: Any) -> Fault | None:
    """The fault in a parsed JSON answer, None where there is none."""
    if not isinstance(answer, dict):
        return None
    fault = answer.get("Fault") or answer.get("fault")
    if isinstance(fault, dict):
        errors = fault.get("Error") or fault.get("error")
        lowered = [
            {str(key).lower(): value for key, value in error.items()}
            for error in errors or []
            if isinstance(error, dict)
        ]
        if not lowered:
            return Fault("", f"a fault of type {fault.get('type', 'unknown')}")
        return _fault([(str(e.get("code") or ""), e.get("message"), e.get("detail")) for e in lowered])
    if isinstance(answer.get("error"), str):  # OAuth
        return Fault(answer["error"], str(answer.get("error_description") or answer["error"]))
    return None


def _xml_fault(body: bytes) -> Fault | None:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:  # QuickBooks sends neither; entities can blow up a parser
        return None
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError:
        return None
    errors = [element for element in root.iter() if _local(element) == "Error"]
    if not errors:
        return None
    return _fault([(error.get("code") or "", _child(error, "Message"), _child(error, "Detail")) for error in errors])


def _fault(errors: list[tuple[str, Any, Any]]) -> Fault:
    texts = [": ".join(dict.fromkeys(str(text) for text in (message, detail) if text)) for _, message, detail in errors]
    return Fault(errors[0][0].lstrip("0"), "; ".join(text for text in texts if text) or "no message")


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ElementTree.Element, name: str) -> str | None:
    return next((child.text for child in element if _local(child) == name), None)
