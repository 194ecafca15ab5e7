"""Spark on a JVM with Delta, as a Spark Connect server of its own on loopback.

Spark's jars come with pyspark. Delta's are fetched once, by Maven, into the user's cache, and checked against
`jars.sha256`; Java 17 has to be there. `running` is one process; `cluster` a master and workers of one core each.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest

from monette_assets_tests.cache import fetch, made_once
from monette_assets_tests.processes import Process, free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"

DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalogImplementation": "in-memory",
}
CLIENT = {"spark.python.sql.dataFrameDebugging.enabled": "false"}  # see engine/session.py
FRUGAL = {  # for tables of some hundred rows: a query costs what it takes to plan it
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.ui.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
}


@dataclass(frozen=True)
class Spark:
    """A running server."""

    remote: str  # its Spark Connect URL
    interface: str  # of its REST API, where it is on


def installed() -> list[Path]:
    """Delta's jars, fetched if need be; skips the test, saying why, where they cannot be had."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} on this machine: Spark on a JVM with Delta needs it")
    pinned = (HERE / "jars.sha256").read_text()
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in pinned.splitlines())}
    with made_once("delta", pinned.encode()) as (folder, empty):
        if empty:
            maven = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), COPY, "-DexcludeTransitive=true"]
            fetch("Delta's jars", [*maven, f"-DoutputDirectory={folder}"])
    for name, digest in expected.items():
        found = sha256((folder / name).read_bytes()).hexdigest()
        assert found == digest, f"{folder / name}: expected SHA-256 {digest}, found {found}; delete it and try again"
    return [folder / name for name in expected]


@contextmanager
def running(folder: Path, options: Mapping[str, str], master: str = "local[2]", memory: str = "2g") -> Iterator[Spark]:
    """A server with these options of Spark's; `folder` holds what it says and leaves."""
    jars, port, ui = installed(), free_port(), free_port()
    settings = {
        **DELTA,
        **CLIENT,
        "spark.master": master,
        "spark.jars": ",".join(map(str, jars)),
        "spark.driver.memory": memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.ui.port": str(ui),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spark"),
        "spark.log.level": "WARN",
        **options,
    }
    told = folder / "spark.properties"
    told.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    submit: list[str | Path] = [
        _spark_home() / "bin" / "spark-submit",
        "--properties-file",
        told,
        "--class",
        CONNECT,
        "spark-internal",
    ]
    server = Process(folder / "spark.out", port, *submit, env=_environment(), cwd=folder)
    try:
        server.wait()
        yield Spark(f"sc://127.0.0.1:{port}", f"http://127.0.0.1:{ui}/api/v1")
    finally:
        server.end()


@contextmanager
def cluster(folder: Path, options: Mapping[str, str], workers: int = 2, memory: str = "3g") -> Iterator[Spark]:
    """A standalone cluster: a master, workers of one core each, and a server whose executors run on them."""
    port, home = free_port(), _spark_home()
    here = {**_environment(), "SPARK_NO_DAEMONIZE": "1", "SPARK_WORKER_DIR": str(folder / "work")}

    def start(name: str, at: int, *command: str) -> Process:
        run: list[str | Path] = [
            home / "bin" / "spark-class",
            f"org.apache.spark.deploy.{command[0]}",
            "--host",
            "127.0.0.1",
            *command[1:],
        ]
        return Process(folder / f"{name}.out", at, *run, env=here, cwd=folder)

    with ExitStack() as stack:
        master = start("master", port, "master.Master", "--port", str(port), "--webui-port", "0")
        stack.callback(master.end)
        master.wait()
        for number in range(workers):
            at, address = free_port(), f"spark://127.0.0.1:{port}"
            arguments = ("--port", str(at), "--webui-port", "0", "--cores", "1", "--memory", memory, address)
            worker = start(f"worker-{number}", at, "worker.Worker", *arguments)
            stack.callback(worker.end)
            worker.wait()
        spread = {"spark.executor.cores": "1", "spark.executor.memory": memory, "spark.ui.enabled": "true"}
        yield stack.enter_context(running(folder, {**spread, **options}, f"spark://127.0.0.1:{port}"))


def _spark_home() -> Path:
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    home = Path(found.origin).parent
    if not (home / "jars").is_dir():
        pytest.skip("this pyspark has no jars: Spark on a JVM needs them")
    return home


def _environment() -> Mapping[str, str]:
    """Of the JVM and its Python workers, which import what parses."""
    return {
        **os.environ,
        "SPARK_HOME": str(_spark_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }
