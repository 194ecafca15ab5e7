"""What assets work with: the lake, the engine, the judge and the outside systems, configured by the deployment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import dagster as dg
from pydantic import PrivateAttr

from monette_assets.credentials import credential, storage_access, token_store
from monette_assets.process import PROCESS_TAG, this_process
from monette_assets.tables.attribution import CHAIN_TAG, recorded_run
from monette_assets.tables.compute import COMPUTE_TAG, Compute
from monette_assets.telemetry.about import carried
from monette_assets.telemetry.spans import RunSpan

if TYPE_CHECKING:
    from monette_assets.engine import Engine
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings
    from monette_assets.sources.bank_of_canada.client import DailyRates
    from monette_assets.sources.event_hubs.access import Access
    from monette_assets.sources.event_hubs.stream import Stream
    from monette_assets.sources.landing.folder import Folder
    from monette_assets.sources.quickbooks.client import QuickBooksClient
    from monette_assets.sources.quickbooks.fetch import Failure, Fetch
    from monette_assets.sources.quickbooks.oauth import TokenKeeper
    from monette_assets.sources.quickbooks.objects import Changes
    from monette_assets.sources.quickbooks.requests import ReportRequest
    from monette_assets.tables.judge import Judge


Result = TypeVar("Result")


class OpenLake:
    """The lake of a deployment, as runs and sensors ask for it."""

    def __init__(self, settings: Settings, run_span: RunSpan | None = None) -> None:
        self._settings = settings
        self.run_span = run_span

    @property
    def lake(self) -> Lake:
        from monette_assets.lake.opening import open_lake

        return open_lake(self._settings)


def lake_resource(settings: Settings, group: Group, compute: Compute | None = None) -> dg.ResourceDefinition:
    """The lake of a run: gives its `OpenLake`, and writes down who runs what, and on what, before anything is written
    to it.
    """

    def opened(context: dg.InitResourceContext) -> Iterator[OpenLake]:
        run, here = context.run, this_process()
        if run is None or context.instance is None:
            yield OpenLake(settings)
            return
        span = RunSpan(run=run.run_id, job=run.job_name, chain=run.tags.get(CHAIN_TAG, ""))
        found = OpenLake(settings, span)
        # so that whoever finds the run unfinished knows whether anybody is at it
        tags = {PROCESS_TAG: here, **({COMPUTE_TAG: compute.tag} if compute else {})}
        if missing := {name: value for name, value in tags.items() if run.tags.get(name) != value}:
            context.instance.add_run_tags(run.run_id, missing)
        try:
            with recorded_run(found.lake, group, context.instance, run):
                yield found
        finally:
            span.end()

    return dg.ResourceDefinition(resource_fn=opened, description="The lake's tables.")


def new_engine(settings: Settings) -> Engine:
    """The engine of a deployment, which knows its way to the lake."""
    from monette_assets.engine import Engine, Store
    from monette_assets.lake.opening import storage_options

    options = storage_options(settings)
    return Engine(
        settings.engine_url, settings.spark_timeout_seconds, Store(settings.lake_url, options) if options else None
    )


def engine_resource(settings: Settings) -> dg.ResourceDefinition:
    """The engine of a run, which ends with it.

    Without configuration: Dagster records that, and a URL may hold a token.
    """

    def started(_: dg.InitResourceContext) -> Iterator[Engine]:
        engine = new_engine(settings)
        try:
            yield engine
        finally:
            engine.close()

    return dg.ResourceDefinition(resource_fn=started, description="The Spark session.")


class JudgeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The judging process of a run: starts with the run, so that it is ready when the first audit asks."""

    _judge: Any = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        from monette_assets.tables.judge import Judge

        self._judge = Judge()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        self._judge.close()

    @property
    def judge(self) -> Judge:
        return self._judge  # type: ignore[no-any-return]


class RunningJudge:
    """A judge that outlives a run: one process for a chain of runs."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge


def token_keeper(settings: Settings) -> TokenKeeper:
    """The one writer of the companies' tokens."""
    from monette_assets.sources.quickbooks.oauth import App, TokenKeeper

    secret = credential(settings, "quickbooks_client_secret")
    return TokenKeeper(
        store=token_store(settings),
        app=App(settings.quickbooks_client_id, secret.get_secret_value() if secret else ""),
        token_url=settings.quickbooks_token_url,
    )


class StillAsking(Exception):  # noqa: N818 - named after the fact
    """A company has not answered an earlier question."""


class QuickBooks:
    """QuickBooks for one process: tokens are made good first, then data is fetched, companies side by side.

    One client serves every run of the process, since it is the client that keeps the companies' limits.
    """

    def __init__(self, settings: Settings, group: Group) -> None:
        self._settings = settings
        self._group = group
        self._asking = {company.code: Lock() for company in group.companies}

    @cached_property
    def client(self) -> QuickBooksClient:
        """The client of every company of the group."""
        from monette_assets.sources.quickbooks.client import QuickBooksClient
        from monette_assets.sources.quickbooks.limits import Limits

        return QuickBooksClient(
            base_url=self._settings.quickbooks_url,
            realms={company.code: company.realm_id for company in self._group.companies},
            tokens=self._keeper,
            limits=Limits(per_second=self._settings.quickbooks_requests_per_second),
        )

    @cached_property
    def _keeper(self) -> TokenKeeper:
        return token_keeper(self._settings)

    def requests(
        self, wanted: Iterable[tuple[str, date]]
    ) -> tuple[list[ReportRequest], dict[tuple[str, date], Exception]]:
        """The report requests of the company-months, and why there are none for those of a company that fails."""
        from monette_assets.sources.quickbooks.requests import CompanyProfile, read_profile, report_requests

        units = list(wanted)
        group = self._group

        def profile(company: str) -> CompanyProfile:
            return read_profile(self.client, company, home_currency=group.company(company).home_currency)

        profiles = self._of_each(dict.fromkeys(company for company, _ in units), profile)
        requests = [
            request
            for company, period in units
            if not isinstance(found := profiles[company], Exception)
            for basis in group.bases
            for request in report_requests(
                found,
                period,
                basis="cash" if basis == "cash" else "accrual",
                first_month=period == max(group.company(company).first_period, group.first_period),
            )
        ]
        return requests, {unit: error for unit in units if isinstance(error := profiles[unit[0]], Exception)}

    def fetch(self, requests: list[ReportRequest]) -> Iterator[Fetch | Failure]:
        """Every report as it comes, or why it did not."""
        from monette_assets.sources.quickbooks.fetch import fetch_company_months

        yield from fetch_company_months(self.client, requests)

    def objects(
        self, companies: Iterable[str], since: Mapping[str, datetime]
    ) -> Iterator[tuple[str, Pulled | Exception]]:
        """Every list of each company, and its documents or what changed in them `since`; or why there are none."""
        pull = partial(_pull, self.client, since)
        yield from self._of_each(companies, pull).items()

    def changes(self, company: str, since: datetime) -> Changes:
        """What changed in a company's lists and documents since a moment.

        One question a company at a time: one that hangs would be asked again at every tick. Raises StillAsking while
        another is under way; else as `changes_since`.
        """
        from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES, LIST_ENTITIES, changes_since

        lock = self._asking[company]
        if not lock.acquire(blocking=False):
            raise StillAsking(f"{company}: the question before has not been answered yet")
        try:
            return changes_since(self.client, company, (*DOCUMENT_ENTITIES, *LIST_ENTITIES), since)
        finally:
            lock.release()

    def calls(self) -> Mapping[str, int]:
        """Calls of this process by company, retries included: reads are metered by Intuit."""
        counts: Counter[str] = Counter()
        for (company, _), count in self.client.calls.items():
            counts[company] += count
        return dict(counts)

    def _of_each(self, companies: Iterable[str], function: Callable[[str], Result]) -> dict[str, Result | Exception]:
        """The function's result for each company, or its error: one company's failure is not the others'."""
        codes = list(companies)
        unready = self._keeper.refresh_all(codes)

        def attempt(company: str) -> Result | Exception:
            error = unready[company]
            if error is not None:
                return error
            try:
                return function(company)
            except Exception as failure:
                return failure

        with ThreadPoolExecutor(max_workers=8) as pool:
            return dict(zip(codes, pool.map(carried(attempt), codes), strict=True))


@dataclass(frozen=True)
class Pulled:
    """Objects of a company: rows of bronze but for company and run, and the entities that are whole."""

    rows: list[dict[str, Any]]
    whole: frozenset[str]


def _pull(client: QuickBooksClient, since: Mapping[str, datetime], company: str) -> Pulled:
    """Lists are few and read whole; of documents what changed is enough, as long as QuickBooks tells all of it."""
    from monette_assets.bronze.quickbooks_objects import gone
    from monette_assets.sources.quickbooks.objects import (
        CHANGES_REACH,
        DOCUMENT_ENTITIES,
        LIST_ENTITIES,
        QuickBooksObject,
        changes_since,
        query_all,
    )

    def version(found: QuickBooksObject, asked_at: datetime) -> dict[str, Any]:
        return {
            "entity": found.entity,
            "object_id": found.id,
            "deleted": False,
            "modified_at": found.modified_at,
            "payload": found.payload,
            "content_hash": sha256(found.payload.encode()).hexdigest(),
            "fetched_at": asked_at,
        }

    whole: tuple[str, ...] = (*LIST_ENTITIES, *DOCUMENT_ENTITIES)
    rows: list[dict[str, Any]] = []
    last = since.get(company)
    if last is not None and client.clock.now() - last < CHANGES_REACH:
        changes = changes_since(client, company, DOCUMENT_ENTITIES, last)
        if not changes.too_far:
            whole = LIST_ENTITIES
            rows += [version(found, changes.until) for found in changes.changed]
            rows += [gone(each.entity, each.id, changes.until) for each in changes.deleted]
    for entity in whole:
        asked_at = client.clock.now()
        rows += [version(found, asked_at) for found in query_all(client, company, entity)]
    return Pulled(rows, frozenset(whole))


class Landing:
    """The folder people drop sheets in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def folder(self) -> Folder:
        """The folder, whether or not it exists."""
        from monette_assets.sources.landing.container import open_folder

        access = storage_access(self._settings) if "://" in self._settings.landing_url else None
        return open_folder(self._settings.landing_url, access)


class EventHubs:
    """The broker of events: Event Hubs, or another that speaks Kafka."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def configured(self) -> bool:
        """Whether there is a broker."""
        return not (self._settings.events_brokers is None and self._settings.events_connection_string is None)

    @property
    def _access(self) -> Access:
        from monette_assets.sources.event_hubs.access import Access

        secret, authority = credential(self._settings, "events_connection_string"), self._settings.events_authority
        return Access(
            brokers=self._settings.events_brokers,
            connection_string=secret.get_secret_value() if secret else None,
            authority=str(authority) if authority else None,
        )

    @contextmanager
    def opened(self) -> Iterator[Stream]:
        """A connection, closed again. Raises `AccessWrong`, `EventsError`, `SecretStoreError`."""
        from monette_assets.sources.event_hubs.stream import EventsError, opened

        if not self.configured:
            raise EventsError("expected a broker in MONETTE_EVENTS_BROKERS or MONETTE_EVENTS_CONNECTION_STRING, found "
                              "neither")  # fmt: skip
        with opened(self._access) as stream:
            yield stream


class BankOfCanada:
    """The Bank of Canada's Valet API."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rates(self, series: str, start: date, end: date) -> DailyRates:
        """The published rates of a series, both days included."""
        from monette_assets.sources.bank_of_canada.client import daily_rates

        return daily_rates(self._settings.bank_of_canada_url, start=start, end=end, series=series)
