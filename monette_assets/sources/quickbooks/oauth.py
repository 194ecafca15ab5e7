"""OAuth with Intuit: an access token for an hour, and a refresh token that changes about daily and must never be lost.

A refresh happens under the company's lock, by whoever gets there first; everybody after re-reads and finds it done. The
new refresh token is durable before the new access token is used. A crash before that loses nothing either: Intuit lets
the old refresh token live for another 24 hours. Should two refresh all the same, as one whose lock ran out, the tokens
that were granted last are those that stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import msgspec

from monette_assets.sources.http import TIMEOUT, Clock, Retry, certificates, without_secrets
from monette_assets.sources.quickbooks.errors import (
    BrokenAnswer,
    QuickBooksError,
    ServerError,
    Throttled,
    TimedOut,
    TokenDead,
    read_fault,
)
from monette_assets.sources.secrets.store import SecretStoreError, Superseded
from monette_assets.sources.secrets.tokens import Tokens, TokenStore

# An access token with less left than this is renewed before it is used: the longest request takes two minutes.
MARGIN = timedelta(minutes=5)
# Every request asks for tokens, and a store may be as far away as QuickBooks: what was read is believed for so long.
BELIEVED_SECONDS = 60.0
WRITES = 5  # of tokens, each of which found that somebody else had written


@dataclass(frozen=True, slots=True)
class App:
    """The application as registered with Intuit."""

    client_id: str
    client_secret: str = field(repr=False)


class _Grant(msgspec.Struct):
    """The token endpoint's answer; times in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    x_refresh_token_expires_in: int


class TokenKeeper:
    """Hands out access tokens and renews them; the only writer of the store. Safe across threads and processes."""

    def __init__(
        self, *, store: TokenStore, app: App, token_url: str, retry: Retry | None = None, clock: Clock | None = None
    ) -> None:
        self._store = store
        self._app = app
        self._token_url = token_url
        self._clock = clock or Clock()
        self._retry = retry or Retry(clock=self._clock)
        self._http = httpx.Client(timeout=TIMEOUT, verify=certificates(), headers={"Accept": "application/json"})
        self._dead: dict[str, tuple[str, TokenDead]] = {}  # company -> the refused refresh token, and what was said
        self._read: dict[str, tuple[float, Tokens]] = {}  # company -> when they were read, and what
        self._unkept: dict[str, Tokens] = {}  # granted by Intuit, but not taken by the store: kept before all else

    def __repr__(self) -> str:
        return f"TokenKeeper(store={self._store!r}, token_url={self._token_url!r})"

    def tokens(self, company: str) -> Tokens:
        """Tokens whose access token is good for five minutes at least.

        Raises:
            TokenDead: never connected, or Intuit refuses the refresh token: a person must connect the company.
            ServerError, Throttled: Intuit cannot be reached; nothing is lost.
        """
        known = self._read.get(company)
        if known is not None and self._clock.monotonic() - known[0] <= BELIEVED_SECONDS:
            tokens = known[1]
        else:
            tokens = self._stored(company)
            if known is not None and known[1].realm_id == tokens.realm_id and not _later(tokens, known[1]):
                with self._store.lock(company):  # a writer that had lost its lock put older ones over them
                    tokens = self._keep(company, known[1])
        if tokens.access_expires_at - self._clock.now() >= MARGIN:
            return tokens
        return self.renew(company, tokens.access_token)

    def renew(self, company: str, rejected: str) -> Tokens:
        """New tokens in place of the access token `rejected`, unless somebody has renewed it already."""
        with self._store.lock(company):
            if company in self._unkept:
                self._keep(company, self._unkept[company])
            tokens = self._stored(company)
            if tokens.access_token != rejected:
                return tokens
            form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
            try:
                granted = self._grant(company, tokens.realm_id, form, tokens.refresh_token, tokens.access_token)
            except TokenDead as error:
                self._read.pop(company, None)
                self._dead[company] = (tokens.refresh_token, error)
                with suppress(SecretStoreError):  # the refusal is what has to be told
                    self._store.write(company, replace(tokens, refused_at=self._clock.now()))
                raise
            return self._keep(company, replace(granted, version=tokens.version))

    def connect(self, company: str, realm_id: str, code: str, redirect_uri: str) -> None:
        """Exchange the authorization code Intuit sent to `redirect_uri`, and keep the company's tokens."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        with self._store.lock(company):
            version = self._store.version(company)
            self._keep(company, replace(self._grant(company, realm_id, form, code), version=version))

    def refresh_all(self, companies: Iterable[str]) -> dict[str, Exception | None]:
        """Make every company's access token good, side by side: the control plane, before any data is fetched.

        Returns:
            None for every company that is ready; the error of each that is not, by company.
        """

        def refresh(company: str) -> Exception | None:
            try:
                self.tokens(company)
            except Exception as error:
                return error
            return None

        companies = list(companies)
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix="refresh") as pool:
            return dict(zip(companies, pool.map(refresh, companies), strict=True))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _stored(self, company: str) -> Tokens:
        tokens = self._store.read(company)
        if tokens is None:
            raise TokenDead(
                "not connected", company=company, request="OAuth", what_to_do=f"connect it: `monette connect {company}`"
            )
        refused, error = self._dead.get(company, ("", None))
        if error is not None and refused == tokens.refresh_token:  # else it was connected again since
            raise error.again()
        self._read[company] = (self._clock.monotonic(), tokens)
        return tokens

    def _keep(self, company: str, tokens: Tokens) -> Tokens:
        """The tokens that stand: these, or another writer's that were granted later. They are durable on return."""
        self._unkept[company] = tokens
        for _ in range(WRITES):
            try:
                kept = self._store.write(company, tokens)
                break
            except Superseded:
                held = self._store.read(company)
            if held is not None and held.realm_id == tokens.realm_id and _later(held, tokens):
                kept = held
                break
            tokens = replace(tokens, version=held.version if held else None)
        else:
            raise SecretStoreError(f"{company}: its new tokens were overwritten {WRITES} times; end the other writer")
        del self._unkept[company]
        self._read[company] = (self._clock.monotonic(), kept)
        return kept

    def _grant(self, company: str, realm_id: str, form: Mapping[str, str], *secrets: str) -> Tokens:
        """Ask for tokens. Nobody sees them before they are kept."""
        asked_at = self._clock.now()
        grant = self._retry.run(
            lambda: self._ask(company, form, *secrets),
            worth_retrying=lambda error: isinstance(error, ServerError | Throttled | BrokenAnswer),
        )
        return Tokens(
            realm_id=realm_id,
            access_token=grant.access_token,
            access_expires_at=asked_at + timedelta(seconds=grant.expires_in),
            refresh_token=grant.refresh_token,
            refresh_expires_at=asked_at + timedelta(seconds=grant.x_refresh_token_expires_in),
        )

    def _ask(self, company: str, form: Mapping[str, str], *secrets: str) -> _Grant:
        request = f"OAuth {form['grant_type']}"
        try:
            response = self._http.post(self._token_url, data=form, auth=(self._app.client_id, self._app.client_secret))
        except httpx.TimeoutException as error:
            raise TimedOut(type(error).__name__, company=company, request=request) from None
        except httpx.TransportError as error:
            message = without_secrets(f"{type(error).__name__}: {error}", self._app.client_secret, *secrets)
            raise ServerError(message, company=company, request=request) from None
        fault = read_fault(response.content)
        message = without_secrets(fault.message if fault else "no fault given", self._app.client_secret, *secrets)
        status, code = response.status_code, fault.code if fault else ""
        tid = response.headers.get("intuit_tid", "")
        if status == httpx.codes.OK:
            try:
                return msgspec.json.decode(response.content, type=_Grant)
            except (msgspec.MsgspecError, UnicodeDecodeError):  # their text may quote the answer: not passed on
                raise BrokenAnswer(
                    "expected JSON with access_token, expires_in, refresh_token, x_refresh_token_expires_in",
                    company=company,
                    request=request,
                    status=status,
                    intuit_tid=tid,
                ) from None
        kind: type[QuickBooksError]
        if code == "invalid_grant":
            kind, what_to_do = TokenDead, f"reconnect the company with `monette connect {company}`"
        elif status == httpx.codes.TOO_MANY_REQUESTS:
            kind, what_to_do = Throttled, "try again in some minutes"
        elif status >= httpx.codes.INTERNAL_SERVER_ERROR:
            kind, what_to_do = ServerError, "try again later; nothing is lost"
        else:
            kind, what_to_do = QuickBooksError, "check the client id and secret of the app"
        raise kind(
            message,
            company=company,
            request=request,
            status=status,
            code=code,
            intuit_tid=tid,
            what_to_do=what_to_do,
        )


def _later(held: Tokens, tokens: Tokens) -> bool:
    """Whether the held ones were granted no earlier."""
    return held.access_expires_at >= tokens.access_expires_at
