"""A stand-in for QuickBooks that does what a test tells it to, over real HTTP: tokens as Intuit's, answers scripted."""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Script = Callable[[dict[str, str]], Response]


def said(content: Any, status: int = 200, **headers: str) -> Response:
    """An answer: JSON of `content`, or `content` itself where it is text."""
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Response(body, status, {"intuit_tid": "1-tid-0042", "Content-Type": "application/json", **headers})


def page_of(entity: str, objects: list[dict[str, Any]], params: dict[str, str], cap: int = 1000) -> Response:
    """What `query` answers: so many from a position."""
    position, maximum = map(int, re.findall(r"startposition (\d+) maxresults (\d+)", params["query"])[0])
    found = objects[position - 1 : position - 1 + min(maximum, cap)]
    return said(
        {"QueryResponse": {entity: found, "startPosition": position, "maxResults": len(found)} if found else {}}
    )


def token(kind: str, realm: str, number: int) -> str:
    """The realm's access or refresh token after so many refreshes, as long as a real one."""
    return f"{kind}-{realm}-{number}-{'x' * 40}"


class StandIn:
    """Realms with tokens that rotate on every refresh, the old one dying at once; and scripted answers."""

    def __init__(self) -> None:
        self.url = ""
        self.refresh_tokens: dict[str, str] = {}  # refresh token -> realm
        self.access_tokens: dict[str, str] = {}  # access token -> realm
        self.refreshes: defaultdict[str, int] = defaultdict(int)  # by realm
        self.dead: set[str] = set()  # realms whose refresh is refused
        self.token_answers: deque[Response] = deque()  # said before anything else at the token endpoint
        self.once: deque[Response] = deque()  # said before anything else at the API
        self.scripts: dict[str, Script] = {}  # by path below the realm
        self.seen: list[tuple[str, str, dict[str, str]]] = []  # (realm, path, parameters)
        self._lock = Lock()

    @property
    def token_url(self) -> str:
        return f"{self.url}/oauth2/v1/tokens/bearer"

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oauth2/v1/tokens/bearer", self._token, methods=["POST"]),
                Route("/v3/company/{realm}/{path:path}", self._api),
            ]
        )

    def issue(self, realm: str) -> dict[str, Any]:
        """New tokens for the realm, as the token endpoint tells them."""
        number = self.refreshes[realm]
        access, refresh = token("ACCESS", realm, number), token("REFRESH", realm, number)
        self.access_tokens[access] = realm
        self.refresh_tokens = {token: of for token, of in self.refresh_tokens.items() if of != realm} | {refresh: realm}
        return {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": 3600,
            "refresh_token": refresh,
            "x_refresh_token_expires_in": 8_640_000,
        }

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        with self._lock:
            if self.token_answers:
                return self.token_answers.popleft()
            if form["grant_type"] == "authorization_code":
                return said(self.issue(form["code"].removeprefix("code-of-")))
            realm = self.refresh_tokens.get(form["refresh_token"])
            if realm is None or realm in self.dead:
                description = f"Incorrect or invalid refresh token: {form['refresh_token']}"
                return said({"error": "invalid_grant", "error_description": description}, 400)
            self.refreshes[realm] += 1
            return said(self.issue(realm))

    def _api(self, request: Request) -> Response:
        realm, path = request.path_params["realm"], request.path_params["path"]
        params = dict(request.query_params)
        with self._lock:
            self.seen.append((realm, path, params))
            if self.once:
                return self.once.popleft()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.access_tokens.get(token) != realm:
            detail = f"Token expired: {token}"
            error = {"message": "message=AuthenticationFailed; errorCode=003200", "detail": detail, "code": "3200"}
            return said({"fault": {"error": [error], "type": "AUTHENTICATION"}}, 401)
        return self.scripts[path](params)


def report(
    name: str,
    start: str,
    end: str,
    rows: list[Any] | None = None,
    *,
    currency: str = "CAD",
    columns: int = 3,
    time: str = "T",
) -> dict[str, Any]:
    """A report's JSON with `rows`, in so many columns."""
    return {
        "Header": {
            "Time": time,
            "ReportName": name,
            "ReportBasis": "Accrual",
            "StartPeriod": start,
            "EndPeriod": end,
            "Currency": currency,
            "Option": [{"Name": "NoReportData", "Value": "false" if rows else "true"}],
        },
        "Columns": {"Column": [{"ColTitle": f"c{n}", "ColType": "String"} for n in range(columns)]},
        "Rows": {"Row": rows or []},
    }


def line(*values: str) -> dict[str, Any]:
    """A data row."""
    return {"type": "Data", "ColData": [{"value": value} for value in values]}


def section(*rows: Any) -> dict[str, Any]:
    """An account's section."""
    return {
        "type": "Section",
        "Header": {"ColData": [{"value": "Chequing", "id": "35"}, {"value": ""}, {"value": ""}]},
        "Rows": {"Row": list(rows)},
        "Summary": {"ColData": [{"value": "Total for Chequing"}, {"value": ""}, {"value": "1.00"}]},
    }
