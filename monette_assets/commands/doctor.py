"""`monette doctor`: is everything here that is needed, and if not, what to do."""

from __future__ import annotations

import os
import socket
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform
from monette_assets.commands.secrets import store_answers

if TYPE_CHECKING:
    import dagster as dg

AZURE_PACKAGES = ("azure-storage-blob", "azure-identity", "dagster-azure")
PACKAGES = ("dagster", "pyspark", "pysail", "deltalake", "pyarrow", "great-expectations", "httpx")
UI_PORT = 3000

Finding = tuple[str, str]  # what was found; what to do, "" where nothing


def doctor(
    engine: Annotated[bool, typer.Option(help="Also start the engine, which takes some seconds.")] = True,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Look over the machine, the settings and the connections; each line is ok, or says what to do.

    Exit status 1 if anything is not ok.
    """
    from rich.console import Console

    from monette_assets.azure_storage.redacting import redacted
    from monette_assets.commands.output import write
    from monette_assets.group import GroupContractError
    from monette_assets.reports.statement import Field, Statement
    from monette_assets.settings import Settings, SettingUnusable

    platform, console = Platform(), Console(highlight=False)
    platform.settings, problems = Settings.as_far_as_right()
    rows: list[dict[str, str]] = []
    for title, examine in _examinations(platform, problems, engine=engine):
        try:
            found, to_do = examine()
        except SettingUnusable:
            found, to_do = "not examined", "put the settings it needs right first"
        except Exception as error:
            found, to_do = redacted(str(error)) or type(error).__name__, "see the message"
            if isinstance(error, GroupContractError) and title != "contract":
                found, to_do = "not examined", "put the contract right first"
        rows.append({"what": title, "ok": "no" if to_do else "yes", "found": found, "to_do": to_do})
        if format_ is not Format.TABLE:
            continue
        mark = "[green]ok    [/]" if not to_do else "[red]not ok[/]"
        console.print(f"{mark}  [bold]{title:<12}[/]", end=" ")
        console.print(found + (f": {to_do}" if to_do else ""), markup=False, soft_wrap=True)
    if format_ is not Format.TABLE:
        fields = tuple(Field(key, key) for key in ("what", "ok", "found", "to_do"))
        write(Statement("Doctor", "what is here, and what to do", fields, rows), format_)
    if any(row["to_do"] for row in rows):
        raise typer.Exit(1)


def _examinations(
    platform: Platform, problems: list[str], *, engine: bool
) -> Iterator[tuple[str, Callable[[], Finding]]]:
    yield "python", _python
    yield "packages", lambda: _packages(platform)
    yield "settings", lambda: _settings(platform, problems)
    yield "contract", lambda: (f"{platform.group.name}, {len(platform.group.companies)} companies", "")
    yield "lake", lambda: _lake(platform)
    if engine:
        yield "engine", lambda: _engine(platform)
    yield "dagster", lambda: _dagster(platform, problems)
    yield "quickbooks", lambda: _reachable(platform.settings.quickbooks_url, simulated=platform.settings.simulated)
    yield "redirect", lambda: (platform.settings.quickbooks_redirect_uri, platform.settings.redirect_problem or "")
    yield "reads", lambda: _reads(platform)
    yield "rates", lambda: _reachable(platform.settings.bank_of_canada_url, simulated=platform.settings.simulated)
    yield "secrets", lambda: store_answers(platform)
    yield "tokens", lambda: _tokens(platform)
    yield "daemon", lambda: _daemon(platform)
    yield "alerts", lambda: _alerts(platform, problems)
    yield "telemetry", lambda: _telemetry(platform)
    yield "landing", lambda: _landing(platform)
    yield "events", lambda: _events(platform)
    yield "prices", lambda: _prices(platform)
    yield "logs", lambda: _logs(platform)
    yield "ports", _ports


def _python() -> Finding:
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    return found, "" if (3, 11) <= sys.version_info[:2] < (3, 14) else "use Python 3.11, 3.12 or 3.13"


def _packages(platform: Platform) -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    found, missing = [], []
    azure = any(str(value).startswith("abfss://") for _, value in platform.settings)
    for name in (*PACKAGES, *(AZURE_PACKAGES if azure else ())):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    return ", ".join(found), f"missing {', '.join(missing)}; `make demo` installs what is locked" if missing else ""


def _settings(platform: Platform, problems: list[str]) -> Finding:
    from monette_assets.settings import Settings

    wrong = [*problems, *Settings.unknown(), *_signature_beside_others(platform)]
    return f"home {platform.settings.home.absolute()}", "; ".join(wrong)


def _signature_beside_others(platform: Platform) -> list[str]:
    """What is wrong with a signature that belongs to other settings that are wrong: the lake is not examined then."""
    from datetime import UTC, datetime

    from monette_assets.azure_storage.access import AzureAccess
    from monette_assets.azure_storage.configured import SIGNATURE
    from monette_assets.azure_storage.refusal import of_signature
    from monette_assets.settings import REFERENCE, SettingUnusable

    try:
        _ = platform.settings.azure_storage_signature
    except SettingUnusable:
        given = os.environ.get(SIGNATURE, "")
        if given and not given.startswith(REFERENCE):
            return of_signature(AzureAccess(signature=given), datetime.now(UTC))
    return []


def _lake(platform: Platform) -> Finding:
    """Writable? A file is written, read back and deleted, beside the tables."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from monette_assets.lake import LakeError, staging
    from monette_assets.lake.opening import asked_briefly
    from monette_assets.lake.refusing import named_when_refused

    lake = asked_briefly(platform.lake)
    if "://" not in lake.url:
        Path(lake.url).mkdir(parents=True, exist_ok=True)
    wrong = _signature(platform)
    run = f"doctor-{uuid.uuid4().hex[:12]}"
    files = staging.filesystem(lake.url, lake.storage_options)
    folder = f"{staging.FOLDER}/{run}"
    try:
        with named_when_refused(lake.url, lake.storage_options):
            files.create_dir(folder, recursive=True)
            pq.write_table(pa.table({"written": [True]}), f"{folder}/file.parquet", filesystem=files)
            lake.clean_staged(run)
    except LakeError as error:
        wrong.append(str(error))
    return f"{lake.url} is {'not ' if wrong else ''}writable", "; ".join(wrong)


def _signature(platform: Platform) -> list[str]:
    """What is wrong with a shared access signature by its own words."""
    from datetime import UTC, datetime

    from monette_assets.azure_storage.refusal import of_signature
    from monette_assets.credentials import storage_access

    return of_signature(storage_access(platform.settings), datetime.now(UTC))


def _engine(platform: Platform) -> Finding:
    from monette_assets.resources import new_engine

    settings = platform.settings
    engine = new_engine(settings)
    try:
        rows = engine.spark.sql("SELECT 1 AS one").collect()
        where = "embedded" if engine.embedded else str(settings.engine_url).split("/;")[0]
        return f"{where} Spark session answers {rows[0]['one']}", ""
    finally:
        engine.close()


@contextmanager
def _instance(platform: Platform, problems: list[str]) -> Iterator[dg.DagsterInstance]:
    """Its storage reads the environment's settings by itself, and has to find them right."""
    from monette_assets.settings import SettingUnusable

    if problems:
        raise SettingUnusable("Dagster")
    with platform.instance() as instance:
        yield instance


def _dagster(platform: Platform, problems: list[str]) -> Finding:
    """Are its two files where it looks: the folder that DAGSTER_HOME names, as in a container, else this one?"""
    folder = Path(os.environ.get("DAGSTER_HOME") or Path.cwd())
    here = (folder / "dagster.yaml").is_file() and (folder / "workspace.yaml").is_file()
    with _instance(platform, problems) as instance:
        runs = instance.get_runs_count()
    what = "mount them there" if os.environ.get("DAGSTER_HOME") else "start from the repository root"
    return f"{runs} runs recorded", "" if here else f"no dagster.yaml and workspace.yaml in {folder}; {what}"


def _reachable(url: str, *, simulated: bool) -> Finding:
    import httpx

    try:
        answer = httpx.get(url, timeout=10)
    except httpx.HTTPError as error:
        what = "start the simulator: `monette simulate` or `monette dev`" if simulated else "check network and URL"
        return f"{url} does not answer ({type(error).__name__})", what
    return f"{url} answers (HTTP {answer.status_code})", ""


def _reads(platform: Platform) -> Finding:
    """How many reads asking for changes costs: Intuit meters them, and blocks whoever is beyond their tier."""
    from monette_assets.automation.changes import INTERVAL_SECONDS

    companies, settings = len(platform.group.companies), platform.settings
    seconds = max(settings.poll_every.total_seconds(), INTERVAL_SECONDS)
    told = "notified by webhooks" if settings.quickbooks_verifier_token else "without webhooks"
    reads = round(companies * 30 * 86_400 / seconds)
    return f"{companies} companies asked every {seconds:g} s {told}: {reads:,} a month (the lowest tier: 500,000)", ""


def _tokens(platform: Platform) -> Finding:
    from monette_assets.commands.status import connection

    states = {company.code: connection(platform, company.code) for company in platform.group.companies}
    good = [code for code, state in states.items() if state.startswith("connected")]
    bad = {code: state for code, state in states.items() if code not in good}
    to_do = "; ".join(f"{code} is {state}" for code, state in list(bad.items())[:3])
    if any(state.startswith("unreadable") for state in bad.values()):
        to_do = "put the store of secrets right first"
    elif len(bad) == len(states):
        to_do = "connect them: `monette connect --all`"
    return f"{len(good)} of {len(states)} companies connected", to_do


def _daemon(platform: Platform) -> Finding:
    """One that never ran is no fault of this machine: commands work without."""
    from monette_assets.automation import heartbeat
    from monette_assets.clock import now

    path = platform.settings.heartbeat_path
    if heartbeat.read(path) is None:
        return "has not run on this home: nothing runs by itself until `monette dev` or the container `daemon` does", ""
    why = heartbeat.dead(path, now(platform.group))
    return ("alive", "") if why is None else (why, "start it: `monette dev`, or the container `daemon`")


def _alerts(platform: Platform, problems: list[str]) -> Finding:
    from monette_assets.automation.alerts.channels import configured
    from monette_assets.automation.alerts.register import register_of

    settings, zone = platform.settings, platform.group.time_zone
    found = configured(settings)
    with _instance(platform, problems) as instance:
        owed = register_of(instance, settings).undelivered(zone)
    told = f"tells {', '.join(each.name for each in found)}" if found else "nobody is told (MONETTE_ALERTS is not set)"
    return told, f"{len(owed)} undelivered message(s): `monette alerts list`" if owed else ""


def _landing(platform: Platform) -> Finding:
    """Does the folder of sheets answer?"""
    from monette_assets.resources import Landing

    settings = platform.settings
    try:
        files = Landing(settings).folder.files()
    except OSError as error:
        return settings.landing_url, f"{error}" if "://" in settings.landing_url else f"{error}; who may read it?"
    return f"{settings.landing_url} holds {len(files)} file(s)", ""


def _events(platform: Platform) -> Finding:
    """Does the broker answer, and how much of what it holds was not taken in?"""
    from monette_assets.bronze.events import looked
    from monette_assets.resources import EventHubs

    event_hubs = EventHubs(platform.settings)
    if not event_hubs.configured:
        return "no broker (MONETTE_EVENTS_BROKERS is not set): no scale tickets and no telemetry", ""
    with event_hubs.opened() as stream:
        stream.bounds()  # whatever is wrong with the lake
        told = looked(platform.lake, stream)
        problems = [*map(str, stream.missing.values()), *told.problems.values()]
    partitions = len(told.start)
    return f"{partitions} partitions can be read, {told.waiting:,} event(s) wait", "; ".join(problems)


def _prices(platform: Platform) -> Finding:
    """Does what the deployment runs on, by its own settings, have a price today?"""
    from monette_assets.clock import today
    from monette_assets.gold.pricing import gaps
    from monette_assets.tables.compute import compute_of

    book, compute = platform.group.prices, compute_of(platform.settings)
    if book is None:
        return "no price book (prices.yaml): what the platform costs is not counted", ""
    cluster = f", cluster of {compute.nodes} x {compute.cluster}" if compute.cluster else ""
    share = f"{compute.share} of " if compute.share != 1 else ""
    told = (
        f"price book {book.fingerprint[:8]}; {compute.engine} on {share}{compute.machine}{cluster}, lake on "
        f"{compute.storage}"
    )
    return told, "; ".join(gaps(compute, book, today(platform.group)))


def _logs(platform: Platform) -> Finding:
    """Can Dagster keep what steps print? The container is asked what is in it."""
    if platform.settings.compute_logs is None:
        return "what steps print is kept on this machine", ""
    from azure.storage.blob import ContainerClient

    from monette_assets.azure_storage import StorageUrl
    from monette_assets.azure_storage.reached import reached
    from monette_assets.credentials import storage_access

    place, access = StorageUrl.parse(platform.settings.compute_logs), storage_access(platform.settings)
    client = ContainerClient(
        access.endpoint or place.endpoint, place.container, credential=access.credential(place), retry_total=1
    )
    try:
        with reached(place, access):
            next(iter(client.list_blob_names(name_starts_with=place.path)), None)
    except OSError as error:
        return str(place), str(error)
    return f"{place} answers", ""


def _telemetry(platform: Platform) -> Finding:
    """Does a collector take what is exported, and a file the lines of logs? Neither is sent any."""
    from monette_assets.telemetry import probing
    from monette_assets.telemetry.exporting import TelemetryError

    logs, wrong, taken = platform.settings.logs, [], []
    try:
        taken = probing.collectors() or ["nothing is exported (OTEL_EXPORTER_OTLP_ENDPOINT is not set)"]
    except TelemetryError as error:
        wrong.append(str(error))
    if logs is not None:
        try:
            logs.open("ab").close()
            taken.append(f"lines of JSON to {logs}")
        except OSError as error:
            wrong.append(f"MONETTE_LOGS: {logs} cannot be written: {error.strerror}; name another place")
    return ", ".join(taken) or "OpenTelemetry", "; ".join(wrong)


def _ports() -> Finding:
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", UI_PORT)) == 0
    return f"127.0.0.1:{UI_PORT} is {'in use (the user interface, or something else)' if taken else 'free'}", ""
