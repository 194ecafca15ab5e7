"""The simulated outside world over real HTTP on loopback: QuickBooks Online, the Bank of Canada, and their controls.

`create_app` is the whole of it as an ASGI application; `serve` runs it for the command, `running` for tests.
Nothing but the loopback interface is ever listened on.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import gc
import hmac
import secrets
import socket
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

import msgspec
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monette_assets.simulator import answers
from monette_assets.simulator.edits import Edit, EditError, EditJournal, apply_edit, parse_edit
from monette_assets.simulator.entities import Entities
from monette_assets.simulator.faults import ANSWERS, DELAYS, REPORT_KINDS, FaultError, Faults, spoil
from monette_assets.simulator.localisation import TRUNCATED, localised
from monette_assets.simulator.model import Books, Document
from monette_assets.simulator.oauth import OAuthError, TokenStore
from monette_assets.simulator.query import QueryError, changes, instant, run_query
from monette_assets.simulator.reports import (
    CELL_LIMIT,
    REPORTS,
    LedgerIndex,
    ReportRequest,
    build_report,
    ledger_of,
)
from monette_assets.simulator.throttle import Throttle, ThrottledError

Rates = Callable[[date, date], list[tuple[date, Decimal]]]
LOOPBACK = "127.0.0.1"
_FIRST_YEAR, _LAST_YEAR = 1900, 2999  # dates QuickBooks takes


def _now() -> datetime:
    return datetime.now(UTC)


def _published_rates(first: date, last: date) -> list[tuple[date, Decimal]]:
    from monette_assets.simulator.exchange_rates import series

    return list(series(first, last))


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """How the simulated outside world behaves. The defaults are QuickBooks' own limits and the demo's credentials."""

    client_id: str = "demo-client"
    client_secret: str = field(default="demo-secret", repr=False)
    access_token_seconds: int = 3600
    rotate_refresh_tokens: bool = True
    refresh_grace_seconds: float = 86_400  # how long a replaced refresh token lives on
    requests_per_second: int = 10
    requests_per_minute: int = 500
    concurrent_requests: int = 10
    report_day_limits: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"GeneralLedger": 400})
    )  # longer ranges time out (504)
    cell_limit: int = CELL_LIMIT
    clock: Callable[[], datetime] = _now  # aware
    monotonic: Callable[[], float] = time.monotonic
    exchange_rates: Rates = _published_rates


def create_app(
    books: Mapping[str, Books],
    *,
    state: Path,
    options: SimulatorOptions | None = None,
) -> Starlette:
    """The application over these books (any keys; companies are known by their realm id).

    Tokens and the journal of edits live in the `state` folder. The journal is replayed into the given books, so they
    must be as first made; EditError where it no longer fits them.
    """
    world = _World(books, state, options or SimulatorOptions())
    quickbooks, control = _QuickBooks(world), _Control(world)
    company = "/v3/company/{realm}"
    return Starlette(
        routes=[
            Route("/oauth2/v1/tokens/bearer", quickbooks.token, methods=["POST"]),
            Route(f"{company}/companyinfo/{{identifier}}", quickbooks.company_info),
            Route(f"{company}/preferences", quickbooks.preferences),
            Route(f"{company}/query", quickbooks.query),
            Route(f"{company}/cdc", quickbooks.cdc),
            Route(f"{company}/reports/{{report}}", quickbooks.report),
            Route("/valet/observations/{series}/json", control.exchange_rates),
            Route("/simulator/health", control.health),
            Route("/simulator/companies", control.companies),
            Route("/simulator/connect/{realm}", control.connect, methods=["POST"]),
            Route("/simulator/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/simulator/requests", control.requests),
            Route("/simulator/edits", control.edits, methods=["POST"]),
            Route("/simulator/document", control.document),
        ],
        middleware=[Middleware(_TransactionId)],
    )


class _TransactionId:
    """Puts an intuit_tid on every answer, faults included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
            await send(message)

        await self.app(scope, receive, send_with_id)


class _World:
    """What the endpoints share: the books, their indexes, tokens, faults and counts."""

    def __init__(self, books: Mapping[str, Books], state: Path, options: SimulatorOptions) -> None:
        self.books = {company.realm_id: company for company in books.values()}
        self.options = options
        self.journal = EditJournal(state / "edits.jsonl")
        self.journal.replay(self.books)
        self.tokens = TokenStore(
            state / "tokens.json",
            lambda: options.clock().timestamp(),
            options.access_token_seconds,
            options.rotate_refresh_tokens,
            options.refresh_grace_seconds,
        )
        self.throttle = Throttle(
            options.requests_per_second,
            options.requests_per_minute,
            options.concurrent_requests,
            options.monotonic,
        )
        self.faults = Faults()
        self.calls: dict[str, Counter[str]] = defaultdict(Counter)
        self.statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self._ledgers: dict[tuple[str, str], LedgerIndex] = {}
        self._entities: dict[str, Entities] = {}

    def ledger(self, realm: str, basis: str = "Accrual") -> LedgerIndex:
        ledger = self._ledgers.get((realm, basis))
        if ledger is None:
            ledger = self._ledgers[realm, basis] = ledger_of(self.books[realm], basis)
        return ledger

    def entities(self, realm: str) -> Entities:
        entities = self._entities.get(realm)
        if entities is None:
            entities = self._entities[realm] = Entities(self.ledger(realm))
        return entities

    def make_edit(self, content: object) -> Edit:
        """Apply an edit, keep it in the journal; the next question sees the new books. Raises EditError."""
        if not isinstance(content, dict):
            raise EditError(f"edit refused: found {type(content).__name__}; expected a JSON object")
        edit = parse_edit(content)
        if edit.realm_id not in self.books:
            raise EditError(f"edit refused: found realm {edit.realm_id}; expected one of {', '.join(self.books)}")
        made = apply_edit(self.books[edit.realm_id], edit, at=self.options.clock())
        self._entities.pop(edit.realm_id, None)
        for basis in ("Accrual", "Cash"):
            self._ledgers.pop((edit.realm_id, basis), None)
        self.journal.append(made)
        return made

    def another_company(self, realm: str) -> str:
        """A realm that is not this one, where there is one."""
        return next((other for other in self.books if other != realm), realm)


class _ParameterError(ValueError):
    """A bad request parameter: the fault's message and detail."""

    def __init__(self, message: str, detail: str) -> None:
        super().__init__(detail)
        self.message, self.detail = message, detail


class _QuickBooks:
    """The QuickBooks Online API."""

    def __init__(self, world: _World) -> None:
        self.world = world

    # ---- OAuth

    async def token(self, request: Request) -> Response:
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        tokens = self.world.tokens
        if not self._is_client(request):
            return answers.json_answer({"error": "invalid_client"}, 401)
        try:
            if form.get("grant_type") == "authorization_code":
                self.world.calls["*"]["token:authorization_code"] += 1
                return answers.json_answer(tokens.exchange(form.get("code", "")))
            if form.get("grant_type") == "refresh_token":
                return self._refreshed(form.get("refresh_token", ""))
            body = {"error": "unsupported_grant_type"}
            return answers.json_answer(body, 400)
        except OAuthError as error:
            self.world.statuses["*"][f"token:{error.status}"] += 1
            body = {"error": error.error, "error_description": error.description}
            return answers.json_answer(body, error.status)

    def _refreshed(self, token: str) -> Response:
        tokens, faults = self.world.tokens, self.world.faults
        realm = tokens.realm_of_refresh(token) or "*"
        self.world.calls[realm]["token:refresh_token"] += 1
        if realm != "*" and faults.take(realm, None, ("revoke_token",)):
            tokens.revoke(realm)
        lost = faults.take(realm, None, ("lose_rotation",)) is not None
        no_grace = faults.take(realm, None, ("no_grace",)) is not None
        answer = tokens.refresh(token, grace=not no_grace)
        # lost: the new token is valid, but its bearer never hears of it
        return answers.gateway_timeout() if lost else answers.json_answer(answer)

    def _is_client(self, request: Request) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        options = self.world.options
        expected = f"{options.client_id}:{options.client_secret}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, expected)

    # ---- the company's endpoints

    async def company_info(self, request: Request) -> Response:
        def answer(realm: str) -> object:
            return {"CompanyInfo": self.world.entities(realm).company_info(), "time": self._time()}

        return await self._company_call(request, "companyinfo", answer)

    async def preferences(self, request: Request) -> Response:
        def answer(realm: str) -> object:
            return {"Preferences": self.world.entities(realm).preferences(), "time": self._time()}

        return await self._company_call(request, "preferences", answer)

    async def query(self, request: Request) -> Response:
        text = request.query_params.get("query", "")
        words = text.split()
        lowered = [word.lower() for word in words]
        entity = words[lowered.index("from") + 1] if "from" in lowered[:-1] else "?"

        def answer(realm: str) -> object:
            return {"QueryResponse": run_query(self.world.entities(realm), text), "time": self._time()}

        return await self._company_call(request, f"query:{entity}", answer)

    async def cdc(self, request: Request) -> Response:
        def answer(realm: str) -> object:
            kinds = [kind.strip() for kind in request.query_params.get("entities", "").split(",")]
            since = instant(request.query_params.get("changedSince", ""))
            found = changes(self.world.entities(realm), kinds, since, self.world.options.clock())
            return {"CDCResponse": [{"QueryResponse": found}], "time": self._time()}

        return await self._company_call(request, "cdc", answer)

    async def report(self, request: Request) -> Response:
        name = request.path_params["report"]
        return await self._company_call(request, f"report:{name}", lambda realm: self._report(request, realm), name)

    # ---- what every company call goes through

    async def _company_call(
        self, request: Request, call: str, answer: Callable[[str], object], report: str | None = None
    ) -> Response:
        realm = request.path_params["realm"]
        self.world.calls[realm][call] += 1
        response = await self._guarded(request, realm, report or call, answer, report)
        self.world.statuses[realm][str(response.status_code)] += 1
        return response

    async def _guarded(
        self, request: Request, realm: str, subject: str, answer: Callable[[str], object], report: str | None
    ) -> Response:
        refusal = self._refusal(request, realm)
        if refusal is not None:
            return refusal
        faults, language = self.world.faults, self.world.books[realm].language
        try:
            with self.world.throttle.request(realm):
                if (fault := faults.take(realm, subject, DELAYS)) is not None:
                    await asyncio.sleep(fault.seconds)
                if (fault := faults.take(realm, subject, ANSWERS)) is not None:
                    return self._faulty(request, fault.kind, language)
                mistaken = faults.take(realm, subject, ("wrong_company",)) is not None
                body = answer(self.world.another_company(realm) if mistaken else realm)
        except ThrottledError:
            return answers.throttled()
        except QueryError as error:
            return answers.fault(request, 400, error.code, error.message, error.detail, language=language)
        except _ParameterError as error:
            return answers.fault(request, 400, "2170", error.message, error.detail, language=language)
        return body if isinstance(body, Response) else self._rendered(request, realm, subject, body, report)

    def _rendered(self, request: Request, realm: str, subject: str, body: object, report: str | None) -> Response:
        if not answers.wants_json(request):
            return answers.xml_answer("<Report/>" if report else "<QueryResponse/>")
        content = orjson.dumps(self._spoilt(body, realm, report))
        if self.world.faults.take(realm, subject, ("half_json",)):
            content = content[: len(content) // 2]
        return Response(content, media_type="application/json")

    def _refusal(self, request: Request, realm: str) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return answers.unauthorised(request, "Token missing")
        if self.world.faults.take(realm, None, ("revoke_token",)):
            self.world.tokens.revoke(realm)
        owner = self.world.tokens.realm_of(token)
        if owner is None:
            return answers.unauthorised(request, "Token expired: <redacted>")
        if owner != realm or realm not in self.world.books:
            return answers.forbidden(request)
        return None

    def _faulty(self, request: Request, kind: str, language: str) -> Response:
        if kind == "throttle":
            return answers.throttled()
        if kind == "gateway_timeout":
            return answers.gateway_timeout()
        if kind == "unauthorised":
            return answers.unauthorised(request, "Token expired: <redacted>")
        if kind == "xml_error":
            detail = "System Failure Error: Could not find resource"
            return answers.xml_fault(500, "10000", "An application error has occurred", detail, type_="SystemFault")
        if kind == "disconnect":
            return StreamingResponse(_broken_off(), headers={"content-length": "1000"}, media_type="application/json")
        return answers.system_fault(request, language)

    def _spoilt(self, body: object, realm: str, report: str | None) -> object:
        if report is None or not isinstance(body, dict):
            return body
        fault = self.world.faults.take(realm, report, REPORT_KINDS)
        if fault is None:
            return body
        return spoil(body, fault.kind, truncated_text=localised(TRUNCATED, self.world.books[realm].language))

    # ---- reports

    def _report(self, request: Request, realm: str) -> object:
        name, parameters = request.path_params["report"], request.query_params
        if name not in REPORTS:
            raise _ParameterError("Invalid Parameter", f"There is no report {name}; there are {', '.join(REPORTS)}")
        now = self.world.options.clock()
        if name.startswith("Aged"):
            end = _date(parameters.get("report_date"), "report_date") or now.date()
            start = end
        else:
            start, end = _range(parameters.get("start_date"), parameters.get("end_date"), now.date())
        limit = self.world.options.report_day_limits.get(name)
        if limit is not None and (end - start).days + 1 > limit:
            return answers.gateway_timeout()
        basis = parameters.get("accounting_method", "Accrual").capitalize()
        if basis not in ("Accrual", "Cash"):
            raise _ParameterError("Invalid Parameter", f"accounting_method is Accrual or Cash, not {basis}")
        columns = tuple(key for key in parameters.get("columns", "").split(",") if key)
        asked = ReportRequest(name, start, end, basis, columns, self.world.options.cell_limit, now)
        return build_report(self.world.ledger(realm, basis), asked)

    def _time(self) -> str:
        return self.world.options.clock().isoformat(timespec="milliseconds")


class _Control:
    """What a person or a test does to the simulated world, and the Bank of Canada."""

    def __init__(self, world: _World) -> None:
        self.world = world

    async def health(self, request: Request) -> Response:
        return answers.json_answer({"status": "ok", "companies": len(self.world.books)})

    async def companies(self, request: Request) -> Response:
        return answers.json_answer(
            [
                {
                    "code": books.code,
                    "realm_id": books.realm_id,
                    "name": books.name,
                    "home_currency": books.home_currency,
                    "documents": len(books.documents),
                }
                for books in self.world.books.values()
            ]
        )

    async def connect(self, request: Request) -> Response:
        realm = request.path_params["realm"]
        if realm not in self.world.books:
            return _unknown_realm(realm, self.world.books)
        return answers.json_answer({"code": self.world.tokens.connect(realm), "realm_id": realm})

    async def faults(self, request: Request) -> Response:
        faults = self.world.faults
        if request.method == "DELETE":
            faults.clear()
        elif request.method == "POST":
            try:
                fault = faults.add(_json(await request.body()))
            except FaultError as error:
                return answers.json_answer({"error": str(error)}, 400)
            if fault.kind == "revoke_token" and fault.times is None and fault.realm in self.world.books:
                self.world.tokens.revoke(fault.realm)
        return answers.json_answer([fault.as_json() for fault in faults.active])

    async def requests(self, request: Request) -> Response:
        world = self.world
        return answers.json_answer(
            {realm: {"calls": world.calls[realm], "statuses": world.statuses[realm]} for realm in sorted(world.calls)}
        )

    async def edits(self, request: Request) -> Response:
        try:
            made = self.world.make_edit(_json(await request.body()))
        except (EditError, FaultError) as error:
            return answers.json_answer({"error": str(error)}, 400)
        return answers.json_answer(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def document(self, request: Request) -> Response:
        """The newest document of a kind (of all kinds where none is given), or the one with an id, in cents."""
        parameters = request.query_params
        realm, kind, identifier = parameters.get("realm", ""), parameters.get("kind"), parameters.get("id")
        books = self.world.books.get(realm)
        if books is None:
            return _unknown_realm(realm, self.world.books)
        try:
            first = _date(parameters.get("from"), "from") or date.min
            last = _date(parameters.get("to"), "to") or date.max
        except _ParameterError as error:
            return answers.json_answer({"error": error.detail}, 400)
        found = [
            document
            for document in books.documents.values()
            if kind in (None, document.kind) and identifier in (None, document.id) and first <= document.date <= last
        ]
        if not found:
            return answers.json_answer({"error": f"no such document in {books.code}"}, 404)
        return answers.json_answer(_plain(max(found, key=lambda document: (document.date, document.id))))

    async def exchange_rates(self, request: Request) -> Response:
        """The Bank of Canada's Valet API: daily FXUSDCAD, published on business days."""
        self.world.calls["valet"]["observations"] += 1
        series, parameters = request.path_params["series"], request.query_params
        if series != "FXUSDCAD":
            body = {"message": f"Series {series} not found.", "docs": "https://www.bankofcanada.ca/valet/docs"}
            return answers.json_answer(body, 404)
        today = self.world.options.clock().date()
        try:
            first = _date(parameters.get("start_date"), "start_date") or date(2017, 1, 3)
            last = min(_date(parameters.get("end_date"), "end_date") or today, today)
        except _ParameterError as error:
            return answers.json_answer({"message": error.detail, "docs": "https://www.bankofcanada.ca/valet/docs"}, 400)
        rates = self.world.options.exchange_rates(first, last) if first <= last else []
        return answers.json_answer(
            {
                "terms": {"url": "https://www.bankofcanada.ca/terms/"},
                "seriesDetail": {
                    "FXUSDCAD": {
                        "label": "USD/CAD",
                        "description": "US dollar to Canadian dollar daily exchange rate",
                        "dimension": {"key": "d", "name": "Date"},
                    }
                },
                "observations": [
                    {"d": day.isoformat(), "FXUSDCAD": {"v": format(rate, "f")}}
                    for day, rate in rates
                    if first <= day <= last and day.weekday() < 5
                ],
            }
        )


def _date(text: str | None, name: str) -> date | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar date)
    except ValueError:
        raise _ParameterError("Invalid Date", f"{name} must be a date like 2025-01-31, not {text}") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _ParameterError("Invalid Date", f"{name} must be within {_FIRST_YEAR} and {_LAST_YEAR}, not {text}")
    return day


def _range(start_text: str | None, end_text: str | None, today: date) -> tuple[date, date]:
    """The asked-for range; a lone date is ignored, and the range is this month to date."""
    start, end = _date(start_text, "start_date"), _date(end_text, "end_date")
    if start is None or end is None:
        return today.replace(day=1), today
    if start > end:
        raise _ParameterError("Invalid Date", f"start_date {start} is after end_date {end}")
    return start, end


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FaultError(f"expected JSON: {error}") from None


def _plain(document: Document) -> Any:
    return msgspec.to_builtins(document)


def _unknown_realm(realm: str, books: Mapping[str, Books]) -> Response:
    known = ", ".join(f"{company.realm_id} ({company.code})" for company in books.values())
    return answers.json_answer({"error": f"no company with realm {realm!r}; there are {known}"}, 404)


async def _broken_off() -> Any:
    yield b'{"Header": {'
    raise ConnectionResetError("the fault breaks the answer off")


# ---- running it


@dataclass
class Running:
    """A simulator serving in a background thread."""

    url: str
    app: Starlette
    options: SimulatorOptions
    _server: uvicorn.Server = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def ask_to_stop(self) -> None:
        """Stop serving soon, without waiting for it."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Stop serving and wait for it; stopping twice is fine."""
        self.ask_to_stop()
        self._thread.join(timeout=30)


def start(
    books: Mapping[str, Books],
    *,
    state: Path,
    port: int = 0,
    options: SimulatorOptions | None = None,
) -> Running:
    """Serve in a background thread on loopback; port 0 picks a free one. Connections are accepted on return."""
    options = options or SimulatorOptions()
    app = create_app(books, state=state, options=options)
    listener = socket.create_server((LOOPBACK, port))
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True)
    thread.start()
    return Running(f"http://{LOOPBACK}:{listener.getsockname()[1]}", app, options, server, thread)


@contextlib.contextmanager
def running(books: Mapping[str, Books], *, state: Path | None = None, **options: Any) -> Iterator[Running]:
    """A simulator for a test: `with running(books, cell_limit=100) as simulator: httpx.get(simulator.url + ...)`.

    Keyword arguments are those of SimulatorOptions. Without `state`, tokens live as long as the block.
    """
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
        simulator = start(books, state=folder, options=SimulatorOptions(**options))
        try:
            yield simulator
        finally:
            simulator.stop()


def serve(
    books: Mapping[str, Books],
    host: str = LOOPBACK,
    port: int = 8765,
    *,
    state: Path,
    options: SimulatorOptions | None = None,
) -> None:
    """Serve until interrupted. Raises ValueError for a host that is not loopback, OSError where the port is taken."""
    if host not in (LOOPBACK, "localhost"):
        raise ValueError(f"the simulator listens on {LOOPBACK} only, not on {host!r}")
    app = create_app(books, state=state, options=options)
    gc.freeze()  # the books stay until the end: keep the collector off millions of postings
    with socket.create_server((LOOPBACK, port)) as listener:
        uvicorn.Server(_config(app)).run(sockets=[listener])


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
