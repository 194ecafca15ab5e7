"""`monette doctor` names all that is wrong at once, and what to do about each: in Azure Storage, of what runs cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from monette_assets_tests.azurite import Azurite
from monette_assets_tests.commands.conftest import Say
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.mock_broker import mock_broker
from monette_assets_tests.price_books import small_prices

Doctor = Callable[..., dict[str, str]]


@pytest.fixture
def doctor(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """The lines of the doctor that are not ok, by what they are about, in an environment with these settings."""
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("MONETTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MONETTE_GROUP", str(write_contract(tmp_path / "group")))
    monkeypatch.setenv("MONETTE_QUICKBOOKS_URL", nobody)
    monkeypatch.setenv("MONETTE_BANK_OF_CANADA_URL", nobody)

    def examined(**settings: str) -> dict[str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"MONETTE_{name.upper()}", value)
        status, out, _ = say("doctor", "--no-engine", "--format", "json")
        assert status == 1
        return {row["what"]: f"{row['found']}: {row['to_do']}" for row in json.loads(out)["rows"] if row["ok"] == "no"}

    return examined


def test_half_configured_settings_are_told_whole(doctor: Doctor) -> None:
    said = doctor(
        lake="abfss://lake", landing="s3://sheets", azure_storage_key="planted-1", azure_client_secret="planted-2"
    )
    for problem in (
        "MONETTE_LAKE: expected abfss://CONTAINER@ACCOUNT",
        "MONETTE_LANDING: expected abfss://CONTAINER@ACCOUNT",
        "found MONETTE_AZURE_CLIENT_SECRET and MONETTE_AZURE_STORAGE_KEY; unset the others",
        "MONETTE_AZURE_CLIENT_ID and MONETTE_AZURE_TENANT_ID not: a service principal is all three",
    ):
        assert problem in said["settings"]
    assert "planted" not in str(said)


def test_a_key_that_is_cut_off_and_a_figure_out_of_range_are_told_as_that(doctor: Doctor) -> None:
    """The store itself would only say that something is wrong. No letter of the key is told."""
    said = doctor(lake="abfss://lake@farm.dfs.core.windows.net", azure_storage_key="planted-1", machine_share="2")
    assert "MONETTE_AZURE_STORAGE_KEY: expected base64, as Azure shows it, found 9 characters" in said["settings"]
    assert "MONETTE_MACHINE_SHARE: Input should be less than or equal to 1, found 2" in said["settings"]
    assert said["lake"] == "not examined: put the settings it needs right first"
    assert "planted" not in str(said)


def test_an_expired_signature_is_told_with_what_else_is_wrong(doctor: Doctor) -> None:
    """With the lake, where that is examined; once in either case."""
    expired = "sv=2024-11-04&srt=co&sp=rwcdl&se=2020-01-01T00:00:00Z&sig=planted"
    said = doctor(lake="abfss://lake@farm.dfs.core.windows.net", azure_storage_signature=expired, azure_tenant_id="t")
    assert "MONETTE_AZURE_TENANT_ID is set, MONETTE_AZURE_CLIENT_SECRET not" in said["settings"]
    assert "(MONETTE_AZURE_STORAGE_SIGNATURE) expired at 2020-01-01 00:00 UTC" in said["settings"]
    assert str(said).count("expired at") == 1
    assert "planted" not in str(said)


def test_dagsters_files_are_looked_for_where_dagster_looks(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container DAGSTER_HOME holds both, and nobody starts anything in the working directory."""
    home, elsewhere = tmp_path / "dagster_home", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        folder.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    assert f"no dagster.yaml and workspace.yaml in {elsewhere}" in doctor()["dagster"]
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    assert f"no dagster.yaml and workspace.yaml in {home}; mount them there" in doctor()["dagster"]
    (home / "workspace.yaml").write_text("load_from: []\n", encoding="utf-8")
    assert "dagster" not in doctor()


def test_a_misspelt_setting_is_named_here_and_told_by_every_command(doctor: Doctor, say: Say) -> None:
    said = doctor(azure_storge_key="planted-1", alert="slack://planted-2")
    alike = {"AZURE_STORGE_KEY": "AZURE_STORAGE_KEY", "ALERT": "ALERTS"}
    told = [f"MONETTE_{name}: no such setting; is it MONETTE_{meant}?" for name, meant in alike.items()]
    assert all(each in said["settings"] for each in told)
    assert "planted" not in str(said)
    err = say("alerts", "list")[2]
    assert all(f"monette: {each}\n" in err for each in told)


@pytest.mark.parametrize(
    "uri",
    ["http://farm.example/connected", "https://10.0.0.4/connected", "https://127.0.0.1/connected", "farm.example"],
)
def test_a_redirect_that_intuit_would_not_take_is_refused(doctor: Doctor, uri: str) -> None:
    assert "MONETTE_QUICKBOOKS_REDIRECT_URI: " in (said := doctor(quickbooks_redirect_uri=uri)["settings"])
    assert "expected https://NAME/PATH" in said


@pytest.mark.parametrize(
    "uri", ["https://farm.example/connected", "http://localhost:8000/connected", "http://127.0.0.1/connected"]
)
def test_a_redirect_that_intuit_or_a_sandbox_takes_is_right(doctor: Doctor, uri: str) -> None:
    assert "settings" not in doctor(quickbooks_redirect_uri=uri)


@pytest.mark.parametrize(
    ("url", "uri", "right"),
    [
        ("https://quickbooks.api.intuit.com", "", False),
        ("https://quickbooks.api.intuit.com", "http://localhost:8000/connected", False),
        ("https://quickbooks.api.intuit.com", "https://farm.example/connected", True),
        ("https://sandbox-quickbooks.api.intuit.com", "", True),
    ],
)
def test_production_leads_back_over_https_only(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, url: str, uri: str, right: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing is asked of Intuit
    said = doctor(quickbooks_url=url, quickbooks_redirect_uri=uri)
    assert ("redirect" not in said) is right
    assert right or "MONETTE_QUICKBOOKS_REDIRECT_URI: expected https://NAME/PATH" in said["redirect"]


def test_what_is_wrong_in_several_areas_is_named_in_one_run_and_once(doctor: Doctor, tmp_path: Path) -> None:
    """Settings malformed, half set and at odds; what needs other settings is examined, what needs these is not."""
    (tmp_path / "group" / "companies.yaml").write_text("companies: planted\n")
    said = doctor(
        cluster_nodes="zero",
        databricks_cluster="a;planted",
        databricks_token="planted-1",
        lake="abfss://lake",
        azure_client_secret="planted-2",
        events_connection_string="Endpoint=sb://farm.servicebus.windows.net/;SharedAccessKey=planted-3",
        secrets="http://name:planted-4@farm.vault.azure.net",
        logs=str(tmp_path / "absent" / "monette.jsonl"),
    )
    for line, *problems in (
        ("settings", "MONETTE_CLUSTER_NODES: Input should be a valid integer",
         "MONETTE_DATABRICKS_CLUSTER: String should match pattern",
         "half configured: expected MONETTE_DATABRICKS_HOST as well",
         "MONETTE_LAKE: expected abfss://CONTAINER@ACCOUNT",
         "MONETTE_AZURE_CLIENT_SECRET is set, MONETTE_AZURE_CLIENT_ID and MONETTE_AZURE_TENANT_ID not"),
        ("contract", "companies.yaml"),
        ("secrets", "MONETTE_SECRETS: expected a folder or https://NAME.vault.azure.net"),
        ("events", "MONETTE_EVENTS_CONNECTION_STRING: expected Endpoint=sb://", "found none of SharedAccessKeyName"),
        ("telemetry", "MONETTE_LOGS:"),
    ):  # fmt: skip
        for problem in problems:
            assert problem in said[line]
    for lines, first in (
        (("lake", "dagster", "logs"), "the settings it needs"),
        (("reads", "tokens", "alerts", "prices"), "the contract"),
    ):
        for line in lines:
            assert said[line] == f"not examined: put {first} right first"
    told = " ".join(said.values())
    named = re.findall(r"MONETTE_[A-Z_]+", told)
    assert sorted(named) == sorted(set(named))
    assert "planted-" not in told


def test_a_vault_is_asked_before_the_lake_that_its_lock_lies_beside_is_right(doctor: Doctor) -> None:
    vault = "https://127.0.0.1:9"
    said = doctor(lake="abfss://lake", secrets=vault, quickbooks_client_secret="secret:intuit")
    assert f"{vault}/secrets/monette-doctor: cannot read it: no answer" in said["secrets"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"events_brokers": "broker.example"}, "expected NAMESPACE.servicebus.windows.net:9093, or 127.0.0.1:PORT"),
        ({"events_brokers": "broker.example:9092"}, "without a login and TLS a broker is read on loopback only"),
        ({"events_brokers": "127.0.0.1:9"}, "expected an answer of 127.0.0.1:9"),
        ({"events_brokers": "other.example:9093", "events_connection_string": "Endpoint=sb://farm.servicebus.windows."
          "net/;SharedAccessKeyName=reader;SharedAccessKey=planted"}, "the connection string's farm.servicebus."),
    ],
)  # fmt: skip
def test_events_say_why_their_broker_cannot_be_read(doctor: Doctor, settings: dict[str, str], says: str) -> None:
    said = doctor(**settings)["events"]
    assert says in said
    assert "planted" not in said


def test_of_a_broker_that_answers_it_is_said_how_much_waits(doctor: Doctor, say: Say) -> None:
    with mock_broker() as broker:
        broker.send("telemetry", b"1", b"2")
        assert "events" not in doctor(events_brokers=broker.address)
        assert "8 partitions can be read, 2 event(s) wait" in say("doctor", "--no-engine")[1]


def test_each_container_that_is_missing_is_named(doctor: Doctor, azurite: Azurite) -> None:
    said = doctor(
        lake=azurite.url("no-lake"),
        landing=azurite.url("no-sheets"),
        compute_logs=azurite.url("no-logs"),
        azure_storage_key=azurite.key,
        azure_storage_endpoint=azurite.endpoint,
    )
    for line, name in (("lake", "no-lake"), ("landing", "no-sheets"), ("logs", "no-logs")):
        assert f"az storage container create --account-name {azurite.account} --name {name}" in said[line]


def test_of_a_signature_all_is_named_that_is_wrong_with_it(doctor: Doctor, azurite: Azurite) -> None:
    azurite.client("doctor").create_container()
    ended = datetime.now(UTC) - timedelta(hours=1)
    signature = azurite.signature("rl", begins=ended - timedelta(hours=1), ends=ended)
    said = doctor(
        lake=azurite.url("doctor"), azure_storage_signature=signature, azure_storage_endpoint=azurite.endpoint
    )["lake"]
    assert f"expired at {ended:%Y-%m-%d %H:%M} UTC" in said
    assert "does not allow to write (w), create (c), delete (d)" in said
    assert "the account answered 403" in said
    assert signature[-20:] not in said


def test_a_lake_in_a_container_is_ok(doctor: Doctor, azurite: Azurite) -> None:
    azurite.client("healthy").create_container()
    said = doctor(
        lake=azurite.url("healthy", "lake"),
        compute_logs=azurite.url("healthy", "logs"),
        azure_storage_key=azurite.key,
        azure_storage_endpoint=azurite.endpoint,
    )
    assert not {"settings", "packages", "lake", "logs"} & said.keys()
    assert list(azurite.client("healthy").list_blob_names()) == []  # what was written to try it is gone


def test_a_lake_that_is_entered_by_a_signature_is_ok(doctor: Doctor, azurite: Azurite) -> None:
    azurite.client("signed").create_container()
    said = doctor(
        lake=azurite.url("signed"),
        azure_storage_signature=azurite.signature(),
        azure_storage_endpoint=azurite.endpoint,
    )
    assert not {"settings", "packages", "lake"} & said.keys()
    assert list(azurite.client("signed").list_blob_names()) == []


DATABRICKS = {"databricks_host": "127.0.0.1", "databricks_cluster": "1129-abc", "databricks_token": "planted"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (DATABRICKS, "databricks-all-purpose on laptop, lake on disk: expected size and number of the machines"),
        ({**DATABRICKS, "cluster_machine": "D8"}, "found no number of D8. Set MONETTE_CLUSTER_MACHINE"),
        ({"engine": "databricks-all-purpose"}, "found no number of no size. Set MONETTE_CLUSTER_MACHINE"),
        ({"engine": "databrix"}, "databrix on laptop, lake on disk: prices.yaml: expected engine databrix"),
    ],
)
def test_an_engine_that_would_be_priced_as_a_laptop_is_told(
    doctor: Doctor, tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    (tmp_path / "group" / "prices.yaml").write_text(yaml.safe_dump(small_prices()), encoding="utf-8")
    assert said in doctor(**settings)["prices"]


def test_a_cluster_of_which_all_is_said_is_ok(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "group" / "prices.yaml").write_text(yaml.safe_dump(small_prices()), encoding="utf-8")
    assert "prices" not in doctor(**DATABRICKS, cluster_machine="D8", cluster_nodes="3")
