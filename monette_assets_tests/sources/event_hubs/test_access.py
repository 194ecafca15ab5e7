"""How a broker is reached: what settings become, and what is refused before anybody is asked. No secret is told."""

from __future__ import annotations

import pytest

from monette_assets.sources.event_hubs.access import Access, AccessWrong, client_configuration

SECRET = "c2VjcmV0"
CONNECTION = f"Endpoint=sb://farm.servicebus.windows.net/;SharedAccessKeyName=listen;SharedAccessKey={SECRET}="


def test_a_connection_string_names_its_broker_and_is_the_password() -> None:
    assert client_configuration(Access(connection_string=CONNECTION)) == {
        "bootstrap.servers": "farm.servicebus.windows.net:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "$ConnectionString",
        "sasl.password": CONNECTION,
    }


def test_a_namespace_without_one_is_reached_as_who_we_are() -> None:
    made = client_configuration(Access("farm.servicebus.windows.net:9093"))
    assert (made["security.protocol"], made["sasl.mechanism"]) == ("SASL_SSL", "OAUTHBEARER")
    assert callable(made["oauth_cb"])


def test_a_broker_on_loopback_needs_nothing() -> None:
    assert client_configuration(Access("127.0.0.1:9092")) == {"bootstrap.servers": "127.0.0.1:9092"}


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (Access("kafka.example:9092"), "without a login and TLS a broker is read on loopback only"),
        (Access("farm.servicebus.windows.net"), "expected NAMESPACE.servicebus.windows.net:9093, or 127.0.0.1:PORT"),
        (Access("other.servicebus.windows.net:9093", CONNECTION), "to be the connection string's farm.servicebus"),
        (Access(connection_string=f"SharedAccessKey={SECRET}"), "found none of Endpoint, SharedAccessKeyName"),
    ],
)
def test_what_reaches_no_broker_is_refused(access: Access, said: str) -> None:
    with pytest.raises(AccessWrong) as refused:
        client_configuration(access)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(access)
