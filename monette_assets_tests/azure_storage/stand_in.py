"""What Azurite has not got: a service whose clock is another, and tokens of Entra ID and of a machine's own identity.

A process of its own, since delta-rs keeps Python's lock while it waits for an answer. An empty container answers who
shows the token it gave out; everybody else is refused as Azure does. `python -m ...stand_in MINUTES` says its port.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TENANT, CLIENT, SECRET, FEDERATED = "the-tenant", "the-client", "the-secret", "the pod's own token"
TOKEN = "a-token-of-entra-id"
NOTHING = b"<EnumerationResults><Blobs></Blobs><NextMarker/></EnumerationResults>"


def server(ahead: timedelta) -> ThreadingHTTPServer:
    """A service on loopback whose clock is ahead of ours."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/metadata/identity/oauth2/token":  # of a virtual machine's identity
                wanted = parse_qs(asked.query)
                known = self.headers.get("Metadata") == "true" and wanted.get("client_id", [CLIENT]) == [CLIENT]
                self._token(known and wanted["resource"] == ["https://storage.azure.com"])
            elif self.headers.get("Authorization") == f"Bearer {TOKEN}":
                self._answer(200, "application/xml", NOTHING)
            else:
                there = datetime.now(UTC) + ahead
                told = f"Server failed to authenticate the request.\nRequestId:1\nTime:{there:%Y-%m-%dT%H:%M:%S}.0000Z"
                body = f"<Error><Code>AuthenticationFailed</Code><Message>{told}</Message></Error>".encode()
                self._answer(403, "application/xml", body)

        def do_HEAD(self) -> None:
            known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            self._answer(404 if known else 403, "application/xml", b"")

        def do_POST(self) -> None:
            told = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            proof = told.get("client_secret", told.get("client_assertion"))
            self._token(
                self.path == f"/{TENANT}/oauth2/v2.0/token"
                and told["client_id"] == [CLIENT]
                and proof in ([SECRET], [FEDERATED])
                and told["scope"] == ["https://storage.azure.com/.default"]
            )

        def _token(self, known: bool) -> None:
            if not known:
                self._answer(401, "application/json", b'{"error": "invalid_client"}')
                return
            expires = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
            token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "expires_on": str(expires)}
            self._answer(200, "application/json", json.dumps(token).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response_only(status)
            self.send_header("Date", f"{datetime.now(UTC) + ahead:%a, %d %b %Y %H:%M:%S} GMT")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 403:
                self.send_header("x-ms-error-code", "AuthenticationFailed")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Answers)


@contextmanager
def running(ahead: timedelta = timedelta(0)) -> Iterator[str]:
    """The address of one that runs."""
    minutes = str(int(ahead.total_seconds() // 60))
    with subprocess.Popen([sys.executable, "-m", __name__, minutes], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    made = server(timedelta(minutes=int(sys.argv[1])))
    sys.stdout.write(f"{made.server_port}\n")
    sys.stdout.flush()
    made.serve_forever()
