"""Secrets are planted, everything that can go wrong with them does, and then every byte that was left is searched."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest

from monette_assets.simulator.books import generate_books
from monette_assets.simulator.server import running
from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
from monette_assets.sources.secrets.tokens import TokenStore
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of

CLIENT, VERIFIER, ENGINE = "planted-client-4c1d", "planted-verifier-7ab2", "planted-engine-9e0f"
STORAGE, CHANNEL = "cGxhbnRlZC1zdG9yYWdlLTFmM2U=", "planted-channel-63d8"  # a storage account's key is base64
BRONZE = "bronze/quickbooks_objects,bronze/quickbooks_reports"
NOBODY = "127.0.0.1:9"  # the port of `discard`: nothing listens there


@dataclass
class Deployment:
    """A home with its key elsewhere, commands run as processes of their own, and all they wrote."""

    home: Path
    key: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def monette(self, *arguments: str, said: str | None = None, **settings: str) -> int:
        """The command's exit status, `said` to it; the tokens that it held before and after are kept in mind."""
        self.remember()
        done = subprocess.run(
            [sys.executable, "-m", "monette_assets.cli", "--debug", *arguments],
            env={**os.environ, **self.environment, **settings},
            input=said,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        self.said.append(done.stdout + done.stderr)
        self.remember()
        return done.returncode

    def remember(self) -> None:
        store = TokenStore(EncryptedFolder(self.home / "secrets", self.key))
        for tokens in filter(None, (store.read(company) for company in ("north", "south"))):
            self.tokens |= {tokens.access_token, tokens.refresh_token}

    def left(self) -> Iterator[tuple[str, str]]:
        """Everything that was said or left behind, unpacked: where, and what it says."""
        for number, text in enumerate(self.said):
            yield f"output of command {number}", text
        for path in (path for path in self.home.rglob("*") if path.is_file()):
            yield str(path), path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                yield str(path), str(pq.read_table(path).to_pylist())
            elif path.suffix == ".db":
                yield from ((str(path), value) for value in _values(path))

    def places_of(self, text: str) -> list[str]:
        return sorted({where for where, found in self.left() if text in found})


def _values(path: Path) -> Iterator[str]:
    """Every value of a database; Dagster keeps snapshots deflated."""
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{table}"'):
                for value in row:
                    if isinstance(value, bytes):
                        try:
                            yield zlib.decompress(value).decode("latin-1")
                        except zlib.error:
                            yield value.decode("latin-1")
                    elif isinstance(value, str):
                        yield value


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Two companies, and a day on which tokens expire, are refused and revoked, and nobody else answers."""
    contract, home = tmp_path_factory.mktemp("group"), tmp_path_factory.mktemp("home")
    key = tmp_path_factory.mktemp("keys") / "secrets.key"
    group = group_of(contract, companies=small_contract()["companies"])
    with running(generate_books(group, until=date(2024, 11, 30)), client_secret=CLIENT) as simulator:
        url = simulator.url
        made = Deployment(home, key, {
            "MONETTE_HOME": str(home),
            "MONETTE_GROUP": str(contract),
            "MONETTE_SECRETS_KEY": str(key),
            "MONETTE_LOGS": str(home / "monette.jsonl"),
            "MONETTE_QUICKBOOKS_URL": url,
            "MONETTE_QUICKBOOKS_TOKEN_URL": f"{url}/oauth2/v1/tokens/bearer",
            "MONETTE_QUICKBOOKS_CLIENT_SECRET": "secret:quickbooks-client-secret",
            "MONETTE_QUICKBOOKS_VERIFIER_TOKEN": VERIFIER,
            "MONETTE_BANK_OF_CANADA_URL": f"{url}/valet",
            "MONETTE_ALERTS": f"json://somebody:{CHANNEL}@{NOBODY}/hook",
        })  # fmt: skip

        def fault(**how: object) -> None:
            httpx.post(f"{url}/simulator/faults", json=how).raise_for_status()

        november = ("run", "--from", "2024-11", "--select", BRONZE)
        assert made.monette("connect", "--all") == 1  # a credential is referred to that nobody has stored
        assert made.monette("secrets", "set", "quickbooks-client-secret", said=f"{CLIENT}\n") == 0
        assert made.monette("secrets", "rotate-key") == 0
        assert made.monette("connect", "--all") == 0
        fault(kind="unauthorised", realm="1001", times=1)  # the tokens rotate
        fault(kind="malformed_amount", realm="1001", report="TrialBalance", times=1)
        made.monette(*november)
        fault(kind="unauthorised", realm="1001", report="GeneralLedger", times=9)  # refused though renewed
        fault(kind="revoke_token", realm="1002")
        assert made.monette(*november) == 1
        assert made.monette(*november, MONETTE_QUICKBOOKS_URL=f"http://{NOBODY}") == 1
        tables = ("run", "--from", "2024-11", "--no-fetch", "--select", "silver/accounts")
        assert made.monette(*tables, MONETTE_SPARK_REMOTE=f"sc://{NOBODY}/;token={ENGINE}") == 1
        container = {
            "MONETTE_LANDING": "abfss://sheets@fictional.dfs.core.windows.net/in",
            "MONETTE_AZURE_STORAGE_KEY": STORAGE,
            "MONETTE_AZURE_STORAGE_ENDPOINT": f"http://{NOBODY}/fictional",
        }
        landing = ("run", "--from", "2024-11", "--select", "bronze/landing_files")
        assert made.monette(*landing, **container) == 1
        assert made.monette("status", **container) in (0, 1)
        lake = {"MONETTE_LAKE": "abfss://lake@fictional.dfs.core.windows.net/in"}
        assert made.monette("doctor", "--no-engine", **container, **lake) == 1
        assert made.monette("alerts", "test") == 1
        assert made.monette("audit", "list") == 0
        yield made


def test_what_was_said_is_searched_wherever_it_went(deployment: Deployment) -> None:
    """So that the search below finds what is there: the output, Dagster's records, the lake's log and its data."""
    told = deployment.places_of("monette connect south")  # the error of the company whose token is dead
    assert any(where.startswith("output") for where in told)
    assert any(where.endswith(".db") for where in told)
    assert any(where.endswith(".jsonl") for where in told)
    in_lake = deployment.places_of("bronze/quickbooks_objects")
    assert any("_delta_log" in where for where in in_lake)
    assert any(where.endswith(".parquet") for where in deployment.places_of("TotalAmt"))  # a document, as it came


def test_no_secret_is_in_output_records_logs_or_lake(deployment: Deployment) -> None:
    assert len(deployment.tokens) >= 6  # of two companies, and after a rotation
    secrets = {CLIENT, VERIFIER, ENGINE, STORAGE, CHANNEL, deployment.key.read_text().strip(), *deployment.tokens}
    assert {secret[:8]: found for secret in secrets if (found := deployment.places_of(secret))} == {}
