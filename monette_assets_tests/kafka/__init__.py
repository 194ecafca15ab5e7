"""Apache Kafka, one broker in KRaft mode, as a process of its own on loopback.

It needs Java 17 and Maven; the jars that `jars.sha256` names are fetched once, from Maven Central, into the user's
cache. Event Hubs speaks the same protocol; its quotas, its logins and its retention are not in it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monette_assets_tests.cache import fetch, made_once
from monette_assets_tests.processes import Process, free_port

HERE = Path(__file__).parent
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
CLUSTER = "bW9uZXR0ZS1ldmVudHMtMQ"
CONNECTION = (  # of an account that lives as long as a test run
    "Endpoint=sb://farm.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey=dGVzdHMgb25seQ=="
)
JAVA = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://127.0.0.1:{secure}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=PLAIN,OAUTHBEARER
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=\
  org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
  user_$ConnectionString="{connection}";
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
log.dirs={folder}/log
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
num.network.threads=1
num.io.threads=2
num.recovery.threads.per.data.dir=1
log.cleaner.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


def jars() -> Path:
    """The folder of the jars, fetched if need be; skips the test, saying why, where they cannot be had."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        pytest.skip("no java and mvn on this machine: a Kafka broker needs them")
    lines = [line.split() for line in (HERE / "jars.sha256").read_text().splitlines()]
    wanted = {name: digest for digest, name in lines}
    with made_once("kafka", (HERE / "jars.sha256").read_bytes()) as (folder, empty):
        if empty:
            maven = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), COPY,
                     f"-DoutputDirectory={folder / 'jars'}", "-DincludeScope=runtime"]  # fmt: skip
            fetch("Kafka's jars", maven)
            found = {path.name: sha256(path.read_bytes()).hexdigest() for path in (folder / "jars").glob("*.jar")}
            assert found == wanted, f"expected the jars of jars.sha256, found others: {set(found) ^ set(wanted)}"
    return folder / "jars"


@dataclass
class Kafka:
    """A broker that can be killed and started again on the log it has."""

    folder: Path
    port: int
    secure: int  # port where it asks for a login, over TLS
    _java: tuple[str, ...]
    _process: Process | None = None

    @property
    def brokers(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        """Who signed its certificate."""
        return self.folder / "authority.pem"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = (*self._java, "kafka.Kafka", str(self.folder / "server.properties"))
        self._process = Process(self.folder / "kafka.log", self.port, *command, cwd=self.folder)
        self._process.wait()

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.process.kill()
            self._process.process.wait()
            self._process = None


@contextmanager
def running(folder: Path) -> Iterator[Kafka]:
    """A broker of its own without topics; `folder` holds its log."""
    java = ("java", *JAVA, "-cp", f"{jars()}/*")
    port, secure = free_port(), free_port()
    _certify(folder)
    properties = folder / "server.properties"
    properties.write_text(
        PROPERTIES.format(port=port, secure=secure, controller=free_port(), folder=folder, connection=CONNECTION)
    )
    format_ = [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(properties)]
    subprocess.run(format_, check=True, capture_output=True)
    broker = Kafka(folder, port, secure, java)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def _certify(folder: Path) -> None:
    """A certificate of 127.0.0.1 that signed itself: with its key for the broker, without for who asks it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    (folder / "authority.pem").write_bytes(made)
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "broker.pem").write_bytes(pkcs8 + made)
