"""One GET against QuickBooks Online: the token, the limits, the retries, and either JSON or an error that says why.

The client is synchronous and safe to use from many threads; companies are served side by side by threads (`fetch.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from monette_assets.sources.http import TIMEOUT, Clock, Retry, certificates, without_secrets
from monette_assets.sources.quickbooks.errors import (
    GATEWAY_TIMEOUT,
    THROTTLED,
    BrokenAnswer,
    Fault,
    QuickBooksError,
    ServerError,
    Throttled,
    TimedOut,
    TokenDead,
    WrongAnswer,
    fault_in,
    read_fault,
)
from monette_assets.sources.quickbooks.limits import Gate, Limits
from monette_assets.sources.quickbooks.oauth import TokenKeeper
from monette_assets.sources.secrets.tokens import Tokens
from monette_assets.telemetry.calls import Call

MINOR_VERSION = "75"


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: `text` is the body verbatim, `content` the same parsed."""

    text: str
    content: dict[str, Any] = field(repr=False)
    status: int
    intuit_tid: str
    asked_at: datetime


class QuickBooksClient:
    """Calls QuickBooks for many companies.

    Args:
        base_url: e.g. https://quickbooks.api.intuit.com
        realms: the realm id of every company, by company code. A token of another realm is refused.
        tokens: hands out and renews access tokens.
    """

    def __init__(
        self,
        *,
        base_url: str,
        realms: Mapping[str, str],
        tokens: TokenKeeper,
        limits: Limits | None = None,
        retry: Retry | None = None,
        clock: Clock | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.clock = clock or Clock()
        self.realms = dict(realms)
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._retry = retry or Retry(clock=self.clock)
        limits = limits or Limits()
        self._gate = Gate(limits, self.clock)
        self._http = httpx.Client(
            verify=certificates(),
            timeout=timeout,
            headers={"Accept": "application/json"},
            limits=httpx.Limits(max_connections=limits.at_once, max_keepalive_connections=limits.at_once),
        )
        self._calls: Counter[tuple[str, str]] = Counter()
        self._calls_lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"QuickBooksClient({self._base_url!r}, {len(self.realms)} companies)"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def calls(self) -> dict[tuple[str, str], int]:
        """Calls made so far, retries included, by (company, kind): reads are metered by Intuit."""
        with self._calls_lock:
            return dict(self._calls)

    def get(
        self, company: str, path: str, params: Mapping[str, str], *, kind: str, retry_timeouts: bool = True
    ) -> Answer:
        """GET /v3/company/{realm}/{path}.

        Args:
            kind: what the call is counted as, e.g. a report's name.
            retry_timeouts: False where the caller would rather ask for less after a 504.

        Raises:
            TokenDead, Throttled, TimedOut, ServerError, WrongAnswer, QuickBooksError: see `errors.py`; each after
                as many attempts as may help.
        """
        realm = self.realms.get(company)
        if realm is None:
            raise ValueError(
                f"company {company!r} has no realm here; known: {', '.join(sorted(self.realms)) or 'none'}"
            )

        def worth_retrying(error: BaseException) -> bool:
            if isinstance(error, TimedOut):
                return retry_timeouts
            return isinstance(error, ServerError | Throttled | BrokenAnswer)

        return self._retry.run(
            lambda: self._attempt(company, realm, path, params, kind),
            worth_retrying=worth_retrying,
            waits_elsewhere=lambda error: isinstance(error, Throttled),
        )

    def _attempt(self, company: str, realm: str, path: str, params: Mapping[str, str], kind: str) -> Answer:
        request = _named(path, params)
        tokens = self._tokens_of(company, realm, request)
        response, asked_at = self._send(company, realm, path, params, kind, request, tokens)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            tokens = self._tokens.renew(company, tokens.access_token)
            response, asked_at = self._send(company, realm, path, params, kind, request, tokens)
        return self._answer(company, request, response, asked_at, tokens)

    def _tokens_of(self, company: str, realm: str, request: str) -> Tokens:
        tokens = self._tokens.tokens(company)
        if tokens.realm_id != realm:
            raise TokenDead(
                f"expected a connection to realm {realm}, found one to realm {tokens.realm_id}",
                company=company,
                request=request,
                what_to_do=f"reconnect the company with `monette connect {company}`, or correct the contract",
            )
        return tokens

    def _send(
        self,
        company: str,
        realm: str,
        path: str,
        params: Mapping[str, str],
        kind: str,
        request: str,
        tokens: Tokens,
    ) -> tuple[httpx.Response, datetime]:
        with self._gate.passing(company):
            with self._calls_lock:
                self._calls[company, kind] += 1
            asked_at = self.clock.now()
            call = Call("quickbooks", company, kind)
            try:
                with call.made():
                    response = self._http.get(
                        f"{self._base_url}/v3/company/{realm}/{path}",
                        params={**params, "minorversion": MINOR_VERSION},
                        headers={"Authorization": f"Bearer {tokens.access_token}"},
                    )
                    call.answered(response.status_code, len(response.content))
            except httpx.ReadTimeout:
                raise TimedOut("no answer in time", company=company, request=request) from None
            except httpx.TransportError as error:
                message = without_secrets(f"{type(error).__name__}: {error}", tokens.access_token)
                raise ServerError(
                    message,
                    company=company,
                    request=request,
                    what_to_do="check the network and the base URL, try again",
                ) from None
        return response, asked_at

    def _answer(
        self, company: str, request: str, response: httpx.Response, asked_at: datetime, tokens: Tokens
    ) -> Answer:
        status, tid = response.status_code, response.headers.get("intuit_tid", "")
        where: dict[str, Any] = {"company": company, "request": request, "status": status, "intuit_tid": tid}
        if status != httpx.codes.OK:
            raise self._error(company, response, read_fault(response.content), tokens, where)
        try:
            text = response.content.decode("utf-8")
            content = orjson.loads(text)
        except (UnicodeDecodeError, orjson.JSONDecodeError) as error:
            fault = read_fault(response.content)
            if fault is not None:
                raise self._error(company, response, fault, tokens, where) from None
            reason = getattr(error, "msg", None) or getattr(error, "reason", "")
            start = without_secrets(response.text[:60], tokens.access_token, tokens.refresh_token)
            raise BrokenAnswer(
                f"expected JSON, found {len(response.content)} bytes that are none ({reason}), beginning {start!r}",
                **where,
                what_to_do="try again; if it lasts, give Intuit the intuit_tid",
            ) from None
        if not isinstance(content, dict):
            raise WrongAnswer(f"expected a JSON object, found {type(content).__name__}", **where)
        fault = fault_in(content)
        if fault is not None:
            raise self._error(company, response, fault, tokens, where)
        return Answer(text=text, content=content, status=status, intuit_tid=tid, asked_at=asked_at)

    def _error(
        self, company: str, response: httpx.Response, fault: Fault | None, tokens: Tokens, where: dict[str, Any]
    ) -> QuickBooksError:
        """The error for an answer that is a fault; a throttled company is held back for everybody."""
        status, code = response.status_code, fault.code if fault else ""
        said = fault.message if fault else f"no fault given, {len(response.content)} bytes"
        message = without_secrets(said, tokens.access_token, tokens.refresh_token)
        kind: type[QuickBooksError] = QuickBooksError
        what_to_do = "correct the request"
        if status == httpx.codes.TOO_MANY_REQUESTS or code == THROTTLED:
            self._gate.hold(company, self._retry_after(response))
            kind, what_to_do = Throttled, "run again later, or with fewer companies' jobs at once"
        elif status == httpx.codes.GATEWAY_TIMEOUT or code == GATEWAY_TIMEOUT:
            kind, what_to_do = TimedOut, "ask for a shorter range, or try again later"
        elif status >= httpx.codes.INTERNAL_SERVER_ERROR:
            kind, what_to_do = ServerError, "try again later; if it lasts, give Intuit the intuit_tid"
        elif status == httpx.codes.UNAUTHORIZED:
            kind, what_to_do = TokenDead, f"reconnect the company with `monette connect {company}`"
        elif status == httpx.codes.FORBIDDEN:
            what_to_do = f"check that the app may read this company; if so, `monette connect {company}`"
        elif status == httpx.codes.OK:
            what_to_do = "QuickBooks answered with a fault; correct the request"
        return kind(message, **where, code=code, what_to_do=what_to_do)

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Seconds asked for by Retry-After (a number or a date); None where it is absent or unreadable."""
        value = response.headers.get("Retry-After", "")
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            return max(0.0, (parsedate_to_datetime(value) - self.clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


def _named(path: str, params: Mapping[str, str]) -> str:
    """The request in words, for errors; the columns asked for are left out: they are long and the same every time."""
    told = " ".join(f"{name}={value}" for name, value in params.items() if name != "columns")
    return f"GET {path} {told}".rstrip()
