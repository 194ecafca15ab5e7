"""The deployment: where the lake, the contract, the engine and the outside systems are. Read from the environment.

The defaults are the demo's, so that every command works from the repository root without setting anything.
Business facts live in the group contract, state in the lake and the secret store; neither belongs here.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, ModelWrapValidatorHandler, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from monette_assets.azure_storage import configured

SIMULATOR_URL = "http://127.0.0.1:8765"
PREFIX = "MONETTE_"
REFERENCE = "secret:"  # a setting that is a secret begins with it where the store of secrets holds it
NOT_SETTINGS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "CODE_HOST", "IMAGE", "IMAGE_BLUE", "IMAGE_GREEN", "LIVE", "BIND", "PORT", "AZURITE_KEY",  # of compose
        "OPERATORS", "VIEWERS", "LOGIN", "OPERATORS_WEBSERVER", "VIEWERS_WEBSERVER", "REFUSING_PORT", "LISTEN",
        "CERTIFICATES", "ACCESS_LOG",  # of the proxy
        "REHEARSE", "RELIABILITY_SEEDS", "RELIABILITY_STRUCK",  # of tests
    )
)  # fmt: skip
"""Variables that others read who run beside the platform, or start it."""

INTUIT_HOST = "quickbooks.api.intuit.com"  # of companies' own books; sandboxes have another


class SettingsWrong(ValueError):  # noqa: N818 - it says what is wrong
    """All that is wrong with a deployment's settings, and the rest of them; no secret is quoted."""

    def __init__(self, problems: Sequence[str], rest: Settings) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)
        self.rest = rest


class SettingUnusable(Exception):  # noqa: N818 - named after the fact
    """A setting is read that is wrong, or belongs to what is."""


class Settings(BaseSettings):
    """Every setting of a deployment, typed. Environment variables are the upper-case names after `MONETTE_`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # it may be a secret
    )

    home: Path = Field(default=Path(".monette"), description="Embedded lake, secrets and Dagster's storage.")
    group: Path | None = Field(default=None, description="Folder of the group contract; unset: the demo group.")
    lake: str | None = Field(default=None, description="Path or abfss:// URL of the lake; unset: <home>/lake.")
    landing: str | None = Field(
        default=None, description="Folder (path or abfss://) people drop sheets in; unset: <home>/landing."
    )
    compute_logs: str | None = Field(
        default=None, description="Where Dagster keeps what steps print, as abfss://; unset: a folder of the machine."
    )
    azure_storage_key: SecretStr | None = Field(
        default=None, description="Key of the storage account of what lies at abfss://: lake, landing, compute logs."
    )
    azure_storage_signature: SecretStr | None = Field(default=None, description="Or a shared access signature.")
    azure_tenant_id: str | None = Field(default=None, description="Or a service principal: its tenant, client, secret.")
    azure_client_id: str | None = Field(
        default=None, description="Client of the service principal; without a secret: the managed identity to use."
    )
    azure_client_secret: SecretStr | None = Field(
        default=None, description="Its secret. No key, signature or secret: workload or managed identity."
    )
    azure_storage_endpoint: str | None = Field(
        default=None, description="Blob endpoint where it is not the account's own; HTTPS, or HTTP on this machine."
    )
    spark_remote: str | None = Field(
        default=None, repr=False, description="Spark Connect URL (sc://...); unset: embedded Sail."
    )
    databricks_host: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9.-]+$",
        description="Host of a Databricks workspace, for `spark_remote`.",
    )
    databricks_cluster: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9-]+$", description="Id of the cluster that computes there."
    )
    databricks_token: SecretStr | None = Field(default=None, description="Token for that workspace.")
    spark_timeout_seconds: float = Field(default=10.0, description="How long the preflight waits for a Spark endpoint.")
    engine: str | None = Field(
        default=None,
        description="Engine, as the price book names it; unset: sail, with `spark_remote` spark-connect, with "
        "`databricks_host` databricks-all-purpose.",
    )
    machine: str = Field(default="laptop", description="SKU of the machine runs are executed on (price book).")
    machine_share: Decimal = Field(
        default=Decimal(1),
        gt=0,
        le=1,
        decimal_places=6,
        description="The part of it that a run is given: 0.25 where four run side by side, or a pod asks for 2 of its "
        "8 processors. Runs are charged that part.",
    )
    cluster_machine: str | None = Field(
        default=None, description="SKU of the engine's own machines, where it is a cluster (price book)."
    )
    cluster_nodes: int | None = Field(
        default=None, ge=1, description="So many of them, the driver included; where it grows by itself, the most."
    )
    storage: str = Field(default="disk", description="SKU of what the lake lies on (price book).")
    quickbooks_url: str = Field(default=SIMULATOR_URL, description="Base URL of the QuickBooks API.")
    quickbooks_token_url: str = Field(default=f"{SIMULATOR_URL}/oauth2/v1/tokens/bearer", description="OAuth endpoint.")
    quickbooks_requests_per_second: int = Field(default=10, ge=1, description="Per company; Intuit's own limit is 10.")
    quickbooks_redirect_uri: str = Field(
        default="http://localhost/connected",
        description="Where Intuit sends the browser after `monette connect`, as registered with your app: https and a "
        "name, no page needed; http://localhost is for the simulator and sandboxes.",
    )
    quickbooks_client_id: str = Field(default="demo-client")
    quickbooks_client_secret: SecretStr = Field(default=SecretStr("demo-secret"))
    quickbooks_verifier_token: SecretStr | None = Field(
        default=None, description="Verifier token of the app's webhooks; unset: nobody notifies, companies are polled."
    )
    quickbooks_poll_seconds: float | None = Field(
        default=None, ge=0, description="How often every company is asked for changes; unset: 30, with webhooks 300."
    )
    secrets: str | None = Field(
        default=None,
        description="Where tokens and credentials are kept: https://NAME.vault.azure.net, or a folder, encrypted; "
        "unset: <home>/secrets. A setting that is a secret may be `secret:NAME`, and is read there.",
    )
    secrets_key: Path | None = Field(
        default=None, description="File with that folder's key, outside of the home; unset: beside it, <home>.key."
    )
    bank_of_canada_url: str = Field(default=f"{SIMULATOR_URL}/valet", description="Base URL of the Valet API.")
    events_brokers: str | None = Field(
        default=None,
        description="Broker of scale tickets and telemetry, HOST:PORT: an Event Hubs namespace reached by managed "
        "identity, or Kafka on loopback; unset: no events arrive.",
    )
    events_connection_string: SecretStr | None = Field(
        default=None, description="Or the connection string of an Event Hubs namespace, which names its broker."
    )
    events_authority: Path | None = Field(
        default=None, description="Certificates of who signed the broker's, where the machine does not know them."
    )

    logs: Path | None = Field(
        default=None, description="Where lines of JSON go, besides what is written for people: a file, or /dev/stdout."
    )
    keep_runs_days: int = Field(
        default=400, ge=30, description="For how long Dagster keeps runs and events that tell nothing of the present."
    )
    alerts: SecretStr | None = Field(
        default=None, description="Who is told of incidents: Apprise URLs, separated by spaces; unset: nobody."
    )
    alerts_file: Path | None = Field(default=None, description="File with further Apprise URLs, one a line.")
    docs_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Where your people read the folder docs; alerts link to its playbook. Unset: named by its path.",
    )
    heartbeat_url: SecretStr | None = Field(
        default=None, description="URL that is asked for every minute while the daemon lives; its silence is the alarm."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, values: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        """What is wrong with single settings, and what between the others, is one error."""
        malformed: dict[str, str] = {}
        try:
            settings = validated(values)
        except ValidationError as error:
            malformed = {str(each["loc"][0]): _told(each) for each in error.errors()}
            settings = validated({name: value for name, value in values.items() if name not in malformed})
        problems = [f"MONETTE_{name.upper()}: {said}" for name, said in malformed.items()]
        wrong = set(malformed)
        for found, of in (settings._storage_problems(), settings._engine_problems(malformed)):
            problems += found
            wrong |= of if found else set()
        if not problems:
            return settings
        for name in wrong & vars(settings).keys():
            del vars(settings)[name]
        raise SettingsWrong(problems, settings)

    @field_validator("quickbooks_redirect_uri")
    @classmethod
    def _taken_by_intuit(cls, uri: str) -> str:
        parts = urlsplit(uri)
        host, address = parts.hostname or "", _address(parts.hostname or "")
        local = parts.scheme == "http" and (host == "localhost" or (address is not None and address.is_loopback))
        public = parts.scheme == "https" and "." in host and address is None
        if not (local or public) or parts.query or parts.fragment or parts.username or any(map(str.isspace, uri)):
            raise ValueError(
                "expected https://NAME/PATH with the name of a host (Intuit takes no IP address), or http://localhost "
                "for the simulator and sandboxes; register the same at Intuit"
            )
        return uri

    def _storage_problems(self) -> tuple[list[str], set[str]]:
        given = {name: f"MONETTE_{name.upper()}" for name in type(self).model_fields if name.startswith("azure_")}
        places = {"lake": self.lake, "landing": self.landing, "compute_logs": self.compute_logs}
        problems = configured.problems(
            {f"MONETTE_{name.upper()}": place for name, place in places.items()},
            [variable for name, variable in given.items() if getattr(self, name)],
            self.azure_storage_endpoint,
            os.environ,
        )
        key = self.azure_storage_key.get_secret_value() if self.azure_storage_key else None
        if key is not None and not key.startswith(REFERENCE):
            problems += configured.key_problems(key)
        return problems, {*given, *(name for name, place in places.items() if place and "://" in place), "compute_logs"}

    def _engine_problems(self, malformed: Collection[str]) -> tuple[list[str], set[str]]:
        databricks = ("databricks_host", "databricks_cluster", "databricks_token")
        missing = [f"MONETTE_{name.upper()}" for name in databricks if not (getattr(self, name) or name in malformed)]
        problems = []
        if missing and len(missing) < len(databricks):
            problems = [f"Databricks is half configured: expected {', '.join(missing)} as well; set or unset all"]
        if self.spark_remote and not missing:
            problems = ["expected MONETTE_SPARK_REMOTE or MONETTE_DATABRICKS_..., found both; unset one"]
        return problems, {*databricks, "spark_remote"}

    @classmethod
    def as_far_as_right(cls) -> tuple[Settings, list[str]]:
        """The environment's settings, and all that is wrong with them: to read one of those is a `SettingUnusable`."""
        try:
            return cls(), []
        except ValidationError as error:
            found: SettingsWrong = error.errors()[0]["ctx"]["error"]
            return found.rest, found.problems

    @classmethod
    def unknown(cls, environment: Mapping[str, str] = os.environ) -> list[str]:
        """A sentence for every variable that is called like a setting and is none: pydantic reads past it."""
        known = [f"{PREFIX}{name.upper()}" for name in cls.model_fields]
        named = sorted(name for name, value in environment.items() if value and name.upper().startswith(PREFIX))
        found = []
        for name in named:
            if name.upper() in NOT_SETTINGS or name.upper() in known:
                continue
            closest = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            to_do = f"is it {closest[0]}?" if closest else "unset it"
            found.append(f"{name}: no such setting; {to_do}")
        return found

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                raise SettingUnusable(f"MONETTE_{name.upper()} or what belongs to it is wrong")
            return super().__getattr__(name)

    @property
    def engine_url(self) -> str | None:
        """The Spark Connect URL of the engine, which may hold a token: for the session only; None: embedded Sail."""
        if self.databricks_host is None or self.databricks_token is None:
            return self.spark_remote
        token = quote(self.databricks_token.get_secret_value(), "")
        options = f"use_ssl=true;token={token};x-databricks-cluster-id={self.databricks_cluster}"
        return f"sc://{self.databricks_host}:443/;{options}"

    @property
    def cluster_id(self) -> str | None:
        """Which Spark Connect server computes, without what opens it; None: embedded Sail."""
        if self.databricks_host is not None:
            return f"{self.databricks_host}/{self.databricks_cluster}"
        return urlsplit(self.spark_remote).netloc.rpartition("@")[2] if self.spark_remote else None

    @property
    def lake_url(self) -> str:
        """Where tables live: the configured lake, or the embedded one under the home."""
        return self.lake or str(self.home.absolute() / "lake")

    @property
    def landing_url(self) -> str:
        """Where people drop sheets: the configured folder, or the one under the home."""
        return self.landing or str(self.home.absolute() / "landing")

    @property
    def notices_path(self) -> Path:
        """Where the receiver of webhooks and the nightly comparison leave word for the sensor."""
        return self.home / "notices"

    @property
    def alerts_path(self) -> Path:
        """Where incidents and the messages about them are kept."""
        return self.home / "alerts"

    @property
    def heartbeat_path(self) -> Path:
        """The file that says when the daemon was last alive."""
        return self.home / "heartbeat.json"

    @property
    def poll_every(self) -> timedelta:
        """How often every company is asked: webhooks shorten the wait, and reads are metered by Intuit."""
        usual = 30.0 if self.quickbooks_verifier_token is None else 300.0
        return timedelta(seconds=usual if self.quickbooks_poll_seconds is None else self.quickbooks_poll_seconds)

    @property
    def vault_url(self) -> str | None:
        """The vault that keeps secrets; None where a folder does."""
        return self.secrets if self.secrets and "://" in self.secrets else None

    @property
    def secrets_path(self) -> Path:
        """The folder of encrypted secrets, where no vault keeps them."""
        return Path(self.secrets) if self.secrets and self.vault_url is None else self.home / "secrets"

    @property
    def secrets_key_path(self) -> Path:
        """The key that opens the folder of secrets: beside the home, never in it."""
        home = self.home.absolute()
        return self.secrets_key or home.with_name(f"{home.name}.key")

    @property
    def simulated(self) -> bool:
        """Whether QuickBooks is the simulator on loopback."""
        return self.quickbooks_url.startswith("http://127.0.0.1:")

    @property
    def redirect_problem(self) -> str | None:
        """Why nobody can be connected: Intuit's production sends no browser to http. None where nothing is wrong."""
        production = urlsplit(self.quickbooks_url).hostname == INTUIT_HOST
        if not production or self.quickbooks_redirect_uri.startswith("https://"):
            return None
        return (
            "MONETTE_QUICKBOOKS_REDIRECT_URI: expected https://NAME/PATH, since MONETTE_QUICKBOOKS_URL is Intuit's "
            f"production, found {self.quickbooks_redirect_uri}; register one with your app at Intuit (Keys and "
            "credentials, Production, Redirect URIs), and set the same"
        )


def _told(error: ErrorDetails) -> str:
    """What was expected; what was found only of a figure out of its range: of all else it may be a secret, mislaid."""
    out_of_range = error["type"].startswith(("greater_than", "less_than"))
    return f"{error['msg']}, found {error['input']}" if out_of_range else error["msg"]


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
