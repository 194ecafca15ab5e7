"""QuickBooks Online over HTTP: tokens, companies, queries, changes and reports."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monette_assets.simulator import answers
from monette_assets.simulator.faults import ANSWERS, DELAYS, REPORT_KINDS, spoil
from monette_assets.simulator.localisation import TRUNCATED, localised
from monette_assets.simulator.oauth import OAuthError
from monette_assets.simulator.parameters import ParameterError, date_of, range_of
from monette_assets.simulator.query import QueryError, changes, instant, run_query
from monette_assets.simulator.reports import (
    REPORTS,
    ReportRequest,
    build_report,
)
from monette_assets.simulator.throttle import ThrottledError
from monette_assets.simulator.world import World


class TransactionId:
    """Puts an intuit_tid on every answer, faults included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["intuit_tid"] = f"1-{secrets.token_hex(4)}-{secrets.token_hex(12)}"
            await send(message)

        await self.app(scope, receive, send_with_id)


class QuickBooks:
    """The QuickBooks Online API."""

    def __init__(self, world: World) -> None:
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
        except ParameterError as error:
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
            raise ParameterError("Invalid Parameter", f"There is no report {name}; there are {', '.join(REPORTS)}")
        now = self.world.options.clock()
        if name.startswith("Aged"):
            end = date_of(parameters.get("report_date"), "report_date") or now.date()
            start = end
        else:
            start, end = range_of(parameters.get("start_date"), parameters.get("end_date"), now.date())
        limit = self.world.options.report_day_limits.get(name)
        if limit is not None and (end - start).days + 1 > limit:
            return answers.gateway_timeout()
        basis = parameters.get("accounting_method", "Accrual").capitalize()
        if basis not in ("Accrual", "Cash"):
            raise ParameterError("Invalid Parameter", f"accounting_method is Accrual or Cash, not {basis}")
        columns = tuple(key for key in parameters.get("columns", "").split(",") if key)
        asked = ReportRequest(name, start, end, basis, columns, self.world.options.cell_limit, now)
        return build_report(self.world.ledger(realm, basis), asked)

    def _time(self) -> str:
        return self.world.options.clock().isoformat(timespec="milliseconds")


async def _broken_off() -> Any:
    yield b'{"Header": {'
    raise ConnectionResetError("the fault breaks the answer off")
