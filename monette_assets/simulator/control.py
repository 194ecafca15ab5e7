"""What a person or a test does to the simulated world over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monette_assets.simulator import answers
from monette_assets.simulator.edits import EditError
from monette_assets.simulator.faults import FaultError
from monette_assets.simulator.model import Books, Document
from monette_assets.simulator.parameters import ParameterError, date_of, json_of
from monette_assets.simulator.world import World


class Control:
    """The controls."""

    def __init__(self, world: World) -> None:
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
            return unknown_realm(realm, self.world.books)
        return answers.json_answer({"code": self.world.tokens.connect(realm), "realm_id": realm})

    async def faults(self, request: Request) -> Response:
        faults = self.world.faults
        if request.method == "DELETE":
            faults.clear(request.query_params.get("realm"))
        elif request.method == "POST":
            try:
                fault = faults.add(json_of(await request.body()))
            except FaultError as error:
                return answers.json_answer({"error": str(error)}, 400)
            if fault.kind == "revoke_token" and fault.times is None and fault.realm in self.world.books:
                self.world.tokens.revoke(fault.realm)
        return answers.json_answer([fault.as_json() for fault in faults.active])

    async def requests(self, request: Request) -> Response:
        world = self.world
        counts: dict[str, Any] = {
            realm: {"calls": world.calls[realm], "statuses": world.statuses[realm]} for realm in sorted(world.calls)
        }
        if world.webhooks is not None:
            counts["webhooks"] = {"calls": {}, "statuses": world.webhooks.answers}
        return answers.json_answer(counts)

    async def edits(self, request: Request) -> Response:
        try:
            made = self.world.make_edit(json_of(await request.body()))
        except (EditError, FaultError) as error:
            return answers.json_answer({"error": str(error)}, 400)
        if self.world.webhooks is not None:
            await run_in_threadpool(self.world.webhooks.notify, made)
        return answers.json_answer(made.model_dump(mode="json", by_alias=True, exclude_none=True))

    async def document(self, request: Request) -> Response:
        """The newest document of a kind (of all kinds where none is given), or the one with an id, in cents."""
        parameters = request.query_params
        realm, kind, identifier = parameters.get("realm", ""), parameters.get("kind"), parameters.get("id")
        books = self.world.books.get(realm)
        if books is None:
            return unknown_realm(realm, self.world.books)
        try:
            first = date_of(parameters.get("from"), "from") or date.min
            last = date_of(parameters.get("to"), "to") or date.max
        except ParameterError as error:
            return answers.json_answer({"error": error.detail}, 400)
        found = [
            document
            for document in books.documents.values()
            if kind in (None, document.kind) and identifier in (None, document.id) and first <= document.date <= last
        ]
        if not found:
            return answers.json_answer({"error": f"no such document in {books.code}"}, 404)
        return answers.json_answer(_plain(max(found, key=lambda document: (document.date, document.id))))


def _plain(document: Document) -> Any:
    return msgspec.to_builtins(document)


def unknown_realm(realm: str, books: Mapping[str, Books]) -> Response:
    known = ", ".join(f"{company.realm_id} ({company.code})" for company in books.values())
    return answers.json_answer({"error": f"no company with realm {realm!r}; there are {known}"}, 404)
