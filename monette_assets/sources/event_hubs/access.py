"""How a broker is reached: Event Hubs by a connection string or as who this process is, Kafka on loopback as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_BROKER = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}")
_NAMESPACE = re.compile(r"[A-Za-z0-9-]+\.servicebus\.[a-z0-9.-]+")
_PARTS = ("Endpoint", "SharedAccessKeyName", "SharedAccessKey")
_LOOPBACK = ("127.0.0.1", "localhost")
EVENT_HUBS_PORT = 9093
EXPECTED = "NAMESPACE.servicebus.windows.net:9093, or 127.0.0.1:PORT"


class AccessWrong(ValueError):  # noqa: N818 - it says what is wrong
    """Settings that reach no broker: expected, found."""


@dataclass(frozen=True, slots=True)
class Access:
    """`brokers`: HOST:PORT, several by commas. With a connection string of Event Hubs its namespace is the broker.

    A namespace of Event Hubs without a connection string is reached by azure-identity's chain: workload identity,
    managed identity, or whom its own environment variables name. `authority`: file with the certificates of whoever
    signed the broker's, where it is nobody the machine knows.
    """

    brokers: str | None = None
    connection_string: str | None = field(default=None, repr=False)
    authority: str | None = None


def client_configuration(access: Access) -> dict[str, Any]:
    """What librdkafka takes. Raises `AccessWrong`; no message holds a secret."""
    namespace = None if access.connection_string is None else _namespace(access.connection_string)
    brokers = [part.strip() for part in (access.brokers or f"{namespace}:{EVENT_HUBS_PORT}").split(",")]
    for broker in brokers:
        if not _BROKER.fullmatch(broker):
            raise AccessWrong(f"MONETTE_EVENTS_BROKERS: expected {EXPECTED}, found {broker[:80]!r}")
    hosts = {broker.rpartition(":")[0] for broker in brokers}
    configuration: dict[str, Any] = {"bootstrap.servers": ",".join(brokers)}
    if access.authority is not None:
        configuration["ssl.ca.location"] = access.authority
    if access.connection_string is not None:
        if access.brokers is not None and hosts != {namespace} and not hosts <= set(_LOOPBACK):
            raise AccessWrong(
                f"expected MONETTE_EVENTS_BROKERS to be the connection string's {namespace}:{EVENT_HUBS_PORT}, found "
                f"{access.brokers}; leave it out"
            )
        return configuration | {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "PLAIN",
            "sasl.username": "$ConnectionString",
            "sasl.password": access.connection_string,
        }
    if hosts <= set(_LOOPBACK):
        return configuration
    if len(hosts) == 1 and _NAMESPACE.fullmatch(host := next(iter(hosts))):
        return configuration | {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "OAUTHBEARER",
            "oauth_cb": Identity(host),
        }
    raise AccessWrong(
        f"MONETTE_EVENTS_BROKERS: expected {EXPECTED}, found {', '.join(sorted(hosts))}: without a login and TLS a "
        "broker is read on loopback only"
    )


def _namespace(connection_string: str) -> str:
    """The host of the namespace that a connection string names."""
    parts = dict(part.partition("=")[::2] for part in connection_string.strip().strip(";").split(";"))
    missing = [name for name in _PARTS if not parts.get(name)]
    if missing:
        raise AccessWrong(
            "MONETTE_EVENTS_CONNECTION_STRING: expected Endpoint=sb://NAMESPACE.servicebus.windows.net/;"
            f"SharedAccessKeyName=...;SharedAccessKey=..., found none of {', '.join(missing)}"
        )
    return parts["Endpoint"].removeprefix("sb://").strip("/")


@dataclass
class Identity:
    """Gives librdkafka a token of Entra ID, and when it ends, each time it asks."""

    host: str
    _credential: Any = None

    def __call__(self, _: str) -> tuple[str, float]:
        from azure.identity import DefaultAzureCredential

        self._credential = self._credential or DefaultAzureCredential()
        given = self._credential.get_token(f"https://{self.host}/.default")
        return given.token, float(given.expires_on)
