"""What assets work with: the lake, the engine, the judge and the outside systems, configured by the deployment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings
    from monette_assets.sources.bank_of_canada.client import DailyRates
    from monette_assets.sources.quickbooks.client import QuickBooksClient
    from monette_assets.sources.quickbooks.fetch import Failure, Fetch
    from monette_assets.sources.quickbooks.oauth import TokenKeeper
    from monette_assets.sources.quickbooks.objects import Changes
    from monette_assets.sources.quickbooks.requests import ReportRequest
    from monette_assets.tables.judge import Judge


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The lake at the deployment's URL."""

    url: str

    @property
    def lake(self) -> Lake:
        from monette_assets.lake import Lake

        return Lake(self.url)


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
    from monette_assets.sources.secrets import EncryptedFileTokenStore

    return TokenKeeper(
        store=EncryptedFileTokenStore(settings.home / "tokens", settings.token_key_path),
        app=App(settings.quickbooks_client_id, settings.quickbooks_client_secret.get_secret_value()),
        token_url=settings.quickbooks_token_url,
    )


@contextmanager
def quickbooks_client(settings: Settings, group: Group) -> Iterator[QuickBooksClient]:
    """A client for every company of the group."""
    from monette_assets.sources.quickbooks.client import QuickBooksClient

    realms = {company.code: company.realm_id for company in group.companies}
    with QuickBooksClient(
        base_url=settings.quickbooks_url, realms=realms, tokens=token_keeper(settings)
    ) as client:
        yield client


class QuickBooks:
    """QuickBooks for one run: tokens are made good first, then data is fetched, companies side by side."""

    def __init__(self, settings: Settings, group: Group) -> None:
        self._settings = settings
        self._group = group
        self._calls: Counter[str] = Counter()

    def requests(
        self, group: Group, wanted: Iterable[tuple[str, date]]
    ) -> tuple[list[ReportRequest], dict[tuple[str, date], Exception]]:
        """The report requests of the company-months, and why there are none for those of a company that fails."""
        from monette_assets.sources.quickbooks.requests import read_profile, report_requests

        units = list(wanted)
        companies = list(dict.fromkeys(company for company, _ in units))
        errors = self._ready(companies)
        requests: list[ReportRequest] = []
        with quickbooks_client(self._settings, group) as client:
            ready = [company for company in companies if company not in errors]
            with ThreadPoolExecutor(max_workers=8) as pool:
                profiles = dict(zip(ready, pool.map(lambda code: _attempt(read_profile, client, code), ready), strict=True))
            self._count(client)
        for company, period in units:
            profile = profiles.get(company)
            if company in errors or isinstance(profile, Exception):
                continue
            assert profile is not None
            for basis in group.bases:
                requests += report_requests(
                    profile,
                    period,
                    basis=basis,  # type: ignore[arg-type]
                    first_month=period == max(group.company(company).first_period, group.first_period),
                )
        errors |= {company: error for company, error in profiles.items() if isinstance(error, Exception)}
        return requests, {unit: errors[unit[0]] for unit in units if unit[0] in errors}

    def fetch(self, requests: list[ReportRequest]) -> Iterator[Fetch | Failure]:
        """Every report as it comes, or why it did not."""
        from monette_assets.sources.quickbooks.fetch import fetch_company_months

        with quickbooks_client(self._settings, self._group) as client:
            yield from fetch_company_months(client, requests)
            self._count(client)

    def objects(self, companies: list[str]) -> Iterator[tuple[str, list[dict[str, Any]] | Exception]]:
        """Every list and document of each company as rows, or why there are none."""
        errors = self._ready(companies)
        yield from errors.items()
        with (
            quickbooks_client(self._settings, self._group) as client,
            ThreadPoolExecutor(max_workers=8) as pool,
        ):
            ready = [company for company in companies if company not in errors]
            for company, found in zip(ready, pool.map(lambda code: _attempt(_objects, client, code), ready), strict=True):
                yield company, found
            self._count(client)

    def changes(self, company: str, since: Any) -> Changes:
        """What changed in a company's documents since a moment."""
        from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES, LIST_ENTITIES, changes_since

        with quickbooks_client(self._settings, self._group) as client:
            return changes_since(client, company, (*DOCUMENT_ENTITIES, *LIST_ENTITIES), since)

    def calls(self) -> Mapping[str, int]:
        """Calls of this run by company, retries included: reads are metered by Intuit."""
        return dict(self._calls)

    def _ready(self, companies: list[str]) -> dict[str, Exception]:
        keeper = token_keeper(self._settings)
        try:
            outcomes = keeper.refresh_all(companies)
        finally:
            keeper.close()
        return {company: error for company, error in outcomes.items() if error is not None}

    def _count(self, client: QuickBooksClient) -> None:
        for (company, _), count in client.calls.items():
            self._calls[company] += count


def _attempt(function: Any, client: QuickBooksClient, company: str) -> Any:
    """The function's result, or the error: one company's failure is not the others'."""
    try:
        return function(client, company)
    except Exception as error:
        return error


def _objects(client: QuickBooksClient, company: str) -> list[dict[str, Any]]:
    from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES, LIST_ENTITIES, query_all

    rows: list[dict[str, Any]] = []
    for entity in (*LIST_ENTITIES, *DOCUMENT_ENTITIES):
        asked_at = client.clock.now()
        rows += [
            {
                "entity": entity,
                "object_id": found.id,
                "deleted": False,
                "modified_at": found.modified_at,
                "payload": found.payload,
                "content_hash": sha256(found.payload.encode()).hexdigest(),
                "fetched_at": asked_at,
            }
            for found in query_all(client, company, entity)
        ]
    return rows


class BankOfCanada:
    """The Bank of Canada's Valet API."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rates(self, series: str, start: date, end: date) -> DailyRates:
        """The published rates of a series, both days included."""
        from monette_assets.sources.bank_of_canada.client import daily_rates

        return daily_rates(self._settings.bank_of_canada_url, start=start, end=end, series=series)

