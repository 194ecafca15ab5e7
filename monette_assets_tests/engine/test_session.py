"""The session: an endpoint nobody answers on is named at once, and a session can be started again."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monette_assets import catalog
from monette_assets.engine import Engine, EngineUnreachableError
from monette_assets.engine.session import preflight
from monette_assets.gold.ledger import EXACT
from monette_assets.tables.contract import DECIMAL, MONEY, RATE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]


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


def test_a_port_that_accepts_connections_and_never_speaks_spark_is_told_within_the_time_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(EngineUnreachableError) as refused:
            preflight(f"sc://127.0.0.1:{port}/;user_id=demo;x-secret=hush", timeout_seconds=1)
    assert f"127.0.0.1:{port} accepts connections, but no Spark Connect server answered there within 1 s (" in str(
        refused.value
    )
    assert "hush" not in str(refused.value)


def test_a_web_server_is_no_spark_connect_server() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as web:
        serving = threading.Thread(target=web.serve_forever)
        serving.start()
        try:
            with pytest.raises(EngineUnreachableError, match="no Spark Connect server answered there"):
                preflight(f"sc://127.0.0.1:{web.server_port}", timeout_seconds=2)
        finally:
            web.shutdown()
            serving.join()


SERVER = """
import sys
from pysail.spark import SparkConnectServer

server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(server.listening_address[1], flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def server() -> Iterator[str]:
    """Another process's Spark Connect server, by its URL."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        yield f"sc://127.0.0.1:{run.stdout.readline().strip()}"
        assert run.stdin is not None
        run.stdin.close()


# What parses inside the engine is run by the other process.
TABLE = """
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from monette_assets.bronze import exchange_rates as bronze
from monette_assets.engine import Engine
from monette_assets.lake import Commit, Lake
from monette_assets.silver.exchange_rates import exchange_rates
from monette_assets.tables.judge import Judge
from monette_assets.tables.refresh import refresh
from monette_assets_tests.frames import context_of, group_of, rows

if __name__ == "__main__":
    remote, folder = sys.argv[1], Path(sys.argv[2])
    engine, lake = Engine(remote=remote, timeout_seconds=30), Lake(str(folder / "lake"))
    assert not engine.embedded
    answer = '{"observations": [{"d": "2024-11-01", "FXUSDCAD": {"v": "1.39"}}]}'
    given = rows(bronze.CONTRACT, "period payload", ("2024-11", answer), series="FXUSDCAD")
    schema = bronze.CONTRACT.arrow_schema
    at = datetime(2024, 12, 1, tzinfo=UTC)
    commit = Commit(run_id="r", publish_id="p", code_version="", contract_version="", at=at)
    lake.append(bronze.CONTRACT.name, pa.Table.from_pylist(given, schema=schema), schema=schema, commit=commit)
    with Judge() as judge:
        context = context_of(engine.spark, group_of(folder / "group"), "2024-11")
        outcome = refresh(exchange_rates, context=context, lake=lake, judge=judge, run_id="run-1")
    assert outcome.audit.failures == [], outcome.audit.failures
    print(sorted((row["kind"], str(row["rate"])) for row in lake.read("silver/exchange_rates").to_pylist()))
    engine.close()
"""


def test_a_table_is_computed_by_a_spark_connect_server_of_another_process(server: str, tmp_path: Path) -> None:
    script = tmp_path / "table.py"
    script.write_text(TABLE)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), server, str(tmp_path)],
        capture_output=True, text=True, timeout=240, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[('average', '1.390000'), ('closing', '1.390000'), ('daily', '1.390000')]"


# A process has one session, and ending it ends it for everybody: what follows happens in a process apart.
RESTART = """
from monette_assets.engine import Engine

one = Engine()
assert one.embedded
assert one.spark is one.spark, "one session a run"
assert one.spark.conf.get("spark.sql.session.timeZone") == "UTC"
assert one.spark.conf.get("spark.sql.ansi.enabled") == "true"
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


REMOTE = """
from pysail.spark import SparkConnectServer
from monette_assets.engine import Engine

server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
host, port = server.listening_address
remote = Engine(remote=f"sc://{host}:{port}")
assert not remote.embedded
assert remote.spark.conf.get("spark.sql.ansi.enabled") == "true"
remote.close()
server.stop()
"""


def test_a_remote_engine_is_told_to_raise_on_overflow() -> None:
    """Tried by hand on Spark 4.2.1 on a JVM, local: casts, products and sums beyond their width raise."""
    done = subprocess.run([sys.executable, "-c", REMOTE], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


# ---- decimals that do not fit raise (ACCOUNTING 16)

MONEY_MAX, RATE_MAX = "9" * 16 + ".99", "9" * 12 + ".999999"


def expression(sql: str) -> str:
    """SQL of one value."""
    return f"SELECT {sql} AS value"


def summed(value: str, kind: str, rows: int = 20) -> str:
    """SQL of so many equal values added up."""
    return f"SELECT sum(CAST('{value}' AS {kind})) AS value FROM range({rows})"


@pytest.mark.parametrize(
    "sql",
    [
        expression(f"CAST('1{MONEY_MAX}' AS {MONEY})"),
        expression(f"CAST(CAST('1{MONEY_MAX}' AS decimal(28, 2)) AS {MONEY})"),
        expression(f"CAST(round(CAST('1{MONEY_MAX}' AS {EXACT}), 2) AS {MONEY})"),
        expression(f"CAST(CAST('{MONEY_MAX}' AS {MONEY}) * CAST('{RATE_MAX}' AS {RATE}) AS {EXACT})"),
        expression(f"CAST('{'9' * 20}.99999999' AS {EXACT}) * CAST('{RATE_MAX}' AS {RATE})"),
        f"SELECT CAST(value AS {MONEY}) AS value FROM ({summed(MONEY_MAX, MONEY)})",
    ],
)
def test_what_does_not_fit_raises(spark: SparkSession, sql: str) -> None:
    with pytest.raises(Exception, match=r"too large to store|[Oo]verflow"):
        spark.sql(sql).collect()


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        (summed(MONEY_MAX, MONEY), "199999999999999999.80"),
        (summed("9" * 20 + ".99999999", EXACT), "1999999999999999999999.99999980"),
        (summed(RATE_MAX, RATE), "19999999999999.999980"),
        (f"SELECT sum(value) AS value FROM ({summed(MONEY_MAX, MONEY)})", "199999999999999999.80"),
    ],
)
def test_sums_of_the_widest_amounts_are_exact(spark: SparkSession, sql: str, value: str) -> None:
    (row,) = spark.sql(sql).collect()
    assert f"{row['value']:f}" == value


def test_every_decimal_of_the_tables_leaves_ten_digits_for_its_sum() -> None:
    """The embedded engine lets a sum or an addition leave 38 digits, silently: no column may come near them."""
    for contract in catalog.contracts():
        for column in contract.columns:
            if found := DECIMAL.match(column.type):
                assert int(found[1]) <= 28, f"{contract.name}.{column.name}: {column.type}"
