"""Receivers on loopback: a webhook and a mail server that keep what they are given."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr
from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.schema import CreateSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from monette_assets.automation.alerts.channels import Channel, channels
from monette_assets.automation.alerts.incidents import Incident
from monette_assets.automation.alerts.register import Register
from monette_assets.automation.alerts.stores import Database, HomeFile
from monette_assets_tests import postgres
from monette_assets_tests.processes import free_port
from monette_assets_tests.sources.serving import serving

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
SECRET = "s3cr3t-t0ken-of-the-channel"


@dataclass
class Webhook:
    """Takes everything in, unless it is told to refuse."""

    url: str = ""
    status: int = 200
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self.paths.append(request.url.path)
        if self.status == 200 and body:
            self.bodies.append(json.loads(body))
        await Response(status_code=self.status)(scope, receive, send)

    @property
    def channel(self) -> Channel:
        """A webhook whose path is a secret."""
        [found] = channels(SecretStr(f"{self.url.replace('http', 'json')}/{SECRET}"))
        return found

    @property
    def ids(self) -> list[str]:
        """Of the messages it has, in order."""
        return [str(body["id"]) for body in self.bodies]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver) as receiver.url:
        yield receiver


class Mailbox:
    """Mails taken in over SMTP."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self.asked = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        if self.refuses:
            return "451 The mailbox is busy"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, SecretStr]]:
    """The mails, and the URL to send them to."""
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, SecretStr(f"mailto://127.0.0.1:{port}?from=platform@farm.example&to=controller@farm.example")
    finally:
        controller.stop()


@pytest.fixture(scope="session")
def database() -> Iterator[URL]:
    """A PostgreSQL."""
    with postgres.running() as given:
        yield URL.create(
            "postgresql+psycopg2",
            given["POSTGRES_USER"],
            given["POSTGRES_PASSWORD"],
            given["DAGSTER_POSTGRES_HOST"],
            int(given["DAGSTER_POSTGRES_PORT"]),
            given["POSTGRES_DB"],
        )


@pytest.fixture
def empty(database: URL) -> str:
    """URL of a schema with nothing in it."""
    schema = f"empty_{uuid.uuid4().hex}"
    with create_engine(database).begin() as connection:
        connection.execute(CreateSchema(schema))
    return database.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a register may be kept, and nothing is yet: a folder, and a PostgreSQL."""
    return str(tmp_path / "alerts") if request.param == "sqlite" else str(request.getfixturevalue("empty"))


@pytest.fixture
def register(place: str) -> Register:
    return kept_at(place)


def kept_at(place: str) -> Register:
    """The register at a place, opened anew; a PostgreSQL is connected to as Dagster does."""
    if "://" not in place:
        return Register(HomeFile(Path(place)))
    return Register(Database(create_engine(place, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect))


def incident(key: str = "token:north", *companies: str) -> Incident:
    """An incident of these companies."""
    return Incident(key, f"Something is wrong: {key}", companies or ("north",), (), (), ("monette status",), "x", 1)


def evaluate(instance: dg.DagsterInstance, table: str, check: str, partition: str | None, **said: Any) -> None:
    """A check's evaluation, as a run records it."""
    key = dg.AssetKey(table.split("/"))
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=key, check_name=check, partition=partition, **said)
    )
