"""A stand-in for Azure Key Vault's secrets over HTTPS, and for the managed identity of a machine on Azure.

Written from Microsoft's REST reference (set, get, list versions, delete, recover; error codes; soft delete). It asks
for a token as the service does, with a challenge, and gives the end of its own name as the resource the token is for.
What it cannot stand in for: Entra ID, role assignments that take minutes to count, firewalls, limits.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable
from threading import RLock
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "an-entra-token-of-this-machine"
TENANT = "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000000"


def refusal(status: int, code: str, message: str, inner: str | None = None, **headers: str) -> JSONResponse:
    """An error as Key Vault tells it."""
    error: dict[str, Any] = {"code": code, "message": message}
    if inner:
        error["innererror"] = {"code": inner}
    return JSONResponse(
        {"error": error}, status, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


class Vault:
    """One vault. Every writing of a secret is a version, the newest is what is read, and none is ever lost."""

    def __init__(self) -> None:
        self.url = ""
        self.resource = ""  # what a token is asked for; unset: as a vault's is, the end of its own name
        self.versions: dict[str, list[dict[str, Any]]] = {}  # by name, oldest first
        self.deleted: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, str]] = []  # method and path of what was authorised
        self.answers: deque[Response | None] = deque()  # said in place of what would be, None: the answer itself
        self.may = {"GET", "PUT"}
        self.before_writing: Callable[[], None] | None = None  # done once, by another writer
        self._lock = RLock()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/identity", self._identity),
                Route("/secrets/{name}/versions", self._authorised(self._list)),
                Route("/secrets/{name}{slash:path}", self._authorised(self._secret), methods=["GET", "PUT", "DELETE"]),
                Route("/deletedsecrets/{name}/recover", self._authorised(self._recover), methods=["POST"]),
            ]
        )

    def disable(self, name: str) -> None:
        """As a person does in the portal, to the newest version."""
        self.versions[name][-1]["attributes"]["enabled"] = False

    def delete(self, name: str) -> None:
        """As a person does: the name is kept."""
        self.deleted[name] = self.versions.pop(name)

    def put(self, name: str, value: str, **tags: str) -> dict[str, Any]:
        """A new version."""
        at = int(time.time())
        version = {
            "value": value,
            "id": f"{self.url}/secrets/{name}/{uuid.uuid4().hex}",
            "attributes": {"enabled": True, "created": at, "updated": at, "recoveryLevel": "Recoverable+Purgeable"},
            "tags": tags,
        }
        self.versions.setdefault(name, []).append(version)
        return version

    @staticmethod
    def _identity(request: Request) -> Response:
        if request.headers.get("x-identity-header") != "this-machine":
            return JSONResponse({"error": {"code": "Unauthorized"}}, 401)
        resource = request.query_params["resource"]
        until = int(time.time()) + 86_400
        return JSONResponse(
            {"access_token": TOKEN, "expires_on": str(until), "resource": resource, "token_type": "Bearer"}
        )

    def _authorised(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            assert request.query_params["api-version"]
            given = request.headers.get("authorization")
            if given != f"Bearer {TOKEN}":
                resource = self.resource or self.url.replace("127.", "", 1)
                challenge = f'Bearer authorization="{TENANT}", resource="{resource}"'
                return refusal(401, "Unauthorized", "AKV10000: no token", WWW_Authenticate=challenge)
            with self._lock:
                self.asked.append((request.method, request.url.path))
                scripted = self.answers.popleft() if self.answers else None
                if scripted is not None:
                    return scripted
                if request.method not in self.may:
                    return refusal(403, "Forbidden", "Caller is not authorized to perform action", "ForbiddenByRbac")
                return answer(request)

        return endpoint

    def _secret(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "PUT":
            return self._put(name, request)
        version = request.path_params["slash"].strip("/")
        found = [each for each in self.versions.get(name, ()) if not version or each["id"].endswith(f"/{version}")]
        if not found:
            return refusal(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
        if request.method == "DELETE":
            self.delete(name)
            return JSONResponse({**found[-1], "recoveryId": f"{self.url}/deletedsecrets/{name}"})
        if not found[-1]["attributes"]["enabled"]:
            return refusal(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
        return JSONResponse(found[-1])

    def _put(self, name: str, request: Request) -> Response:
        import anyio.from_thread

        body = anyio.from_thread.run(request.json)
        if self.before_writing is not None:
            rival, self.before_writing = self.before_writing, None
            rival()
        if name in self.deleted:
            message = f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused"
            return refusal(409, "Conflict", message, "ObjectIsDeletedButRecoverable")
        return JSONResponse(self.put(name, body["value"], **(body.get("tags") or {})))

    def _list(self, request: Request) -> Response:
        found = self.versions.get(request.path_params["name"], [])
        return JSONResponse({"value": [{**each, "value": None} for each in found], "nextLink": None})

    def _recover(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.deleted:
            return refusal(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        self.versions[name] = self.deleted.pop(name)
        return JSONResponse(self.versions[name][-1])
