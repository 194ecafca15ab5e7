"""PostgreSQL, as a process of its own on loopback, with a database for Dagster; it ends with the test.

Its server refuses to run as root: then it runs as another user of the machine, in a folder that is that user's.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monette_assets_tests.processes import Process, free_port

PASSWORD = "p@ss:w/rd?#%&="  # of a database that lives as long as a test: all that a URL would stumble over
SETTINGS = {"listen_addresses": "127.0.0.1", "fsync": "off", "full_page_writes": "off", "max_connections": "100"}


def programs() -> Path:
    """The folder of its programs; skips the test, saying why, where there is none."""
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = str(there[-1]) if there else shutil.which("postgres")
    if found is None:
        pytest.skip("no PostgreSQL on this machine: install Debian's package postgresql")
    return Path(found).resolve().parent


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """An empty server; what to set for infra/compose/dagster.yaml, and DAGSTER_POSTGRES_PORT."""
    bin_, port = programs(), free_port()
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "password").write_text(PASSWORD)
        owner = _owner()
        options: dict[str, Any] = (
            {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        )
        if owner is not None:
            for path in (folder, folder / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        initialised = subprocess.run(
            [bin_ / "initdb", "--pgdata", data, "--username", "dagster", "--pwfile", folder / "password",
             "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
            check=False, capture_output=True, text=True, cwd=folder, **options,
        )  # fmt: skip
        if initialised.returncode != 0:
            pytest.fail(f"initdb ended with {initialised.returncode}: {initialised.stderr}")
        flags = [flag for name, value in SETTINGS.items() for flag in ("-c", f"{name}={value}")]
        server = Process(
            folder / "log", port, bin_ / "postgres", "-D", data, "-p", str(port), "-k", folder, *flags,
            cwd=folder, **options,
        )  # fmt: skip
        try:
            server.wait()
            yield {
                "DAGSTER_POSTGRES_HOST": "127.0.0.1",
                "DAGSTER_POSTGRES_PORT": str(port),
                "POSTGRES_USER": "dagster",
                "POSTGRES_PASSWORD": PASSWORD,
                "POSTGRES_DB": "postgres",  # there from the start
            }
        finally:
            server.process.send_signal(2)  # fast: connections are broken off
            server.end()


def _owner() -> pwd.struct_passwd | None:
    """Who runs it; None where this process's own user may."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
