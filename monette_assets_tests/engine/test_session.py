"""The session: an endpoint nobody answers on is named at once, and a session can be started again."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from monette_assets.engine import Engine, EngineUnreachableError
from monette_assets.engine.session import preflight


@pytest.fixture
def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_an_endpoint_nobody_answers_on_names_the_setting(closed_port: int) -> None:
    with pytest.raises(EngineUnreachableError) as refused:
        _ = Engine(remote=f"sc://127.0.0.1:{closed_port}/;token=secret", timeout_seconds=5).spark
    assert f"no Spark Connect server answered at 127.0.0.1:{closed_port} within 5 s" in str(refused.value)
    assert "correct MONETTE_SPARK_REMOTE, or unset it to use the embedded engine" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("remote", ["http://127.0.0.1:15002", "127.0.0.1:15002", "sc://", "sc:///;token=secret"])
def test_what_is_no_endpoint_says_what_one_looks_like(remote: str) -> None:
    expected = r"MONETTE_SPARK_REMOTE: expected sc://host\[:port\], found "
    with pytest.raises(EngineUnreachableError, match=expected) as refused:
        preflight(remote, timeout_seconds=5)
    assert "secret" not in str(refused.value)


def test_something_that_accepts_connections_is_good_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        preflight(f"sc://127.0.0.1:{listener.getsockname()[1]}/;user_id=demo", timeout_seconds=5)


# A process has one session, and ending it ends it for everybody: what follows happens in a process apart.
RESTART = """
from monette_assets.engine import Engine

one = Engine()
assert one.embedded
assert one.spark is one.spark, "one session a run"
assert one.spark.conf.get("spark.sql.session.timeZone") == "UTC"
assert one.spark.range(2).count() == 2
one.close()
one.close()
assert one.spark.range(3).count() == 3, "a session ended can be started again"
another = Engine()
assert another.spark.range(4).count() == 4
another.close()
assert one.spark.range(5).count() == 5, "also one that another engine ended"
one.close()
"""


def test_the_embedded_session_ends_and_starts_again() -> None:
    done = subprocess.run([sys.executable, "-c", RESTART], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
