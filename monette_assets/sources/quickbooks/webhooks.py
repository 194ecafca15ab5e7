"""The receiver of Intuit's webhooks: checks the signature, writes down whom it concerns, answers; nothing else.

It listens on loopback, behind a proxy that speaks TLS. Intuit holds further notifications back until one is
acknowledged, so all that is truly Intuit's is: where the body is of a form nobody knows, or too long to be kept, every
company is noted, since any of them may have changed. What was not written down durably is not acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import uvicorn
from filelock import Timeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monette_assets.sources.quickbooks.notices import WEBHOOKS, Notices
from monette_assets.sources.quickbooks.notifications import SIGNATURE_HEADER, Signature, read

LOOPBACK = "127.0.0.1"
PATH = "/webhooks/quickbooks"
HEALTH = "/health"
KEPT_BYTES = 1 << 20  # some 3,000 notifications; what is longer is only checked
LONGEST_BYTES = 32 << 20
BODY_SECONDS = 10.0
AT_ONCE = 32  # more are turned away until some are done

log = logging.getLogger(__name__)


@dataclass
class Receiver:
    """What the endpoint needs, and what it counted since it started."""

    verifier_token: str = field(repr=False)
    companies: Mapping[str, str]  # code by realm id
    notices: Notices
    clock: Callable[[], datetime]  # aware
    kept_bytes: int = KEPT_BYTES
    longest_bytes: int = LONGEST_BYTES
    body_seconds: float = BODY_SECONDS
    counts: Counter[str] = field(default_factory=Counter)

    async def receive(self, request: Request) -> Response:
        """Answer a delivery."""
        try:
            async with asyncio.timeout(self.body_seconds):
                body = await self._signed_body(request)
        except TimeoutError:
            return self._refused("too_slow", 408)
        except ClientDisconnect:
            return self._refused("broken_off", 400)
        if isinstance(body, Response):
            return body
        notified = read(body) if body is not None else read(b"")  # too long to be kept: nobody knows whom it concerns
        known = [self.companies[realm] for realm in notified.changes if realm in self.companies]
        unknown = {realm: count for realm, count in notified.changes.items() if realm not in self.companies}
        if notified.unreadable:
            log.error("a signed delivery holds what cannot be read: every company is asked for its changes")
            known = list(self.companies.values())
        for realm in unknown:
            log.warning("realm %r is no company's of the contract", realm[:32])
        try:
            await run_in_threadpool(self.notices.leave, WEBHOOKS, dict.fromkeys(known, ()), self.clock())
        except (OSError, Timeout) as error:
            log.error("a delivery could not be written down, Intuit is to send it again: %s", error)  # noqa: TRY400
            return self._refused("not_written", 503)
        self.counts["deliveries"] += 1
        self.counts["notifications"] += sum(notified.changes.values())
        self.counts["unknown_realm"] += sum(unknown.values())
        self.counts["unreadable"] += notified.unreadable
        return JSONResponse({"noted": sorted(set(known))})

    async def health(self, request: Request) -> Response:
        """Counts since the start: of deliveries, notifications, and what was refused, by reason."""
        return JSONResponse({"status": "ok", "counts": dict(self.counts)})

    async def _signed_body(self, request: Request) -> bytes | Response | None:
        """The body, None if it is too long to be kept, or the refusal of one that is not Intuit's."""
        signature, kept, length = Signature(self.verifier_token), bytearray(), 0
        async for part in request.stream():
            length += len(part)
            if length > self.longest_bytes:
                return self._refused("too_long", 413)
            signature.update(part)
            if length <= self.kept_bytes:
                kept += part
        if not signature.matches(request.headers.get(SIGNATURE_HEADER, "")):
            return self._refused("wrong_signature", 401)
        return bytes(kept) if length <= self.kept_bytes else None

    def _refused(self, why: str, status: int) -> Response:
        self.counts[why] += 1
        return JSONResponse({"error": why}, status)


def create_app(receiver: Receiver) -> Starlette:
    """The endpoint and its counts, as an ASGI application."""
    return Starlette(
        routes=[Route(PATH, receiver.receive, methods=["POST"]), Route(HEALTH, receiver.health, methods=["GET"])]
    )


def serve(receiver: Receiver, port: int) -> None:
    """Serve on loopback until interrupted. Raises OSError where the port is taken."""
    with socket.create_server((LOOPBACK, port)) as listener:
        uvicorn.Server(_config(receiver)).run(sockets=[listener])


@contextlib.contextmanager
def serving(receiver: Receiver, port: int = 0) -> Iterator[str]:
    """Serve in a thread for as long as the block; the URL deliveries go to. Port 0 picks a free one."""
    listener = socket.create_server((LOOPBACK, port))
    server = uvicorn.Server(_config(receiver))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=WEBHOOKS, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}{PATH}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def _config(receiver: Receiver) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(receiver),
        log_level="warning",
        access_log=False,
        lifespan="off",
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=3,
    )
