"""The client against the simulated QuickBooks: connected, fetched whole in two languages, through its faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from monette_assets.simulator.model import Account, Books, Change, Document, NamedItem, Posting
from monette_assets.simulator.server import Running, running
from monette_assets.sources.bank_of_canada.client import daily_rates
from monette_assets.sources.http import Retry
from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import BrokenAnswer, TokenDead, Truncated, WrongAnswer
from monette_assets.sources.quickbooks.fetch import Failure, Fetch, fetch_company_months, fetch_report
from monette_assets.sources.quickbooks.oauth import App, TokenKeeper
from monette_assets.sources.quickbooks.objects import (
    DOCUMENT_ENTITIES,
    LIST_ENTITIES,
    changes_since,
    query_all,
)
from monette_assets.sources.quickbooks.requests import REPORTS, read_profile, report_requests
from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
from monette_assets.sources.secrets.tokens import TokenStore
from monette_assets_tests.sources.serving import HandClock

OCTOBER = date(2025, 10, 1)
REALMS = {"prairie": "2001", "laurentides": "2002"}


def sale(number: int, day: date) -> Document:
    """An invoice of 10.00."""
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    postings = [Posting("1", 10_00, contact_id="1", contact_kind="Customer"), Posting("2", -10_00)]
    return Document(
        str(number),
        "Invoice",
        "Invoice",
        day,
        f"N{number}",
        postings,
        "CAD",
        due_date=day,
        created_at=moment,
        modified_at=moment,
    )


def books(code: str, **settings: Any) -> Books:
    """Three invoices on every day of October 2025, and 1,205 customers, every seventh inactive."""
    invoices = [sale(3 * day + n, OCTOBER + timedelta(days=day)) for day in range(31) for n in (1, 2, 3)]
    return Books(
        code=code,
        realm_id=REALMS[code],
        name=code.title(),
        home_currency="CAD",
        fiscal_year_start_month=11,
        accounts={
            "1": Account("1", "1100", "Accounts Receivable", "Accounts Receivable", "AccountsReceivable", "Asset"),
            "2": Account("2", "4000", "Crop Sales", "Income", "SalesOfProductIncome", "Revenue"),
            "3": Account("3", "3900", "Retained Earnings", "Equity", "RetainedEarnings", "Equity"),
        },
        customers={str(n): NamedItem(str(n), f"Buyer {n}", active=n % 7 > 0) for n in range(1, 1206)},
        documents={(each.kind, each.id): each for each in invoices},
        **settings,
    )


class World:
    """A simulator with both companies connected."""

    def __init__(self, simulator: Running, client: QuickBooksClient, keeper: TokenKeeper) -> None:
        self.url, self.client, self.keeper = simulator.url, client, keeper

    def fault(self, kind: str, **more: Any) -> None:
        httpx.post(f"{self.url}/simulator/faults", json={"kind": kind, **more}).raise_for_status()

    def fetch(self, company: str = "prairie", report: str = "general_ledger") -> Fetch:
        profile = read_profile(self.client, company)
        return fetch_report(self.client, next(r for r in report_requests(profile, OCTOBER) if r.report == report))


LIMITS = {"requests_per_second": 1000, "requests_per_minute": 100_000, "concurrent_requests": 100}


@pytest.fixture
def settings() -> dict[str, Any]:
    """Of the simulator."""
    return {}


@pytest.fixture
def world(settings: dict[str, Any], tmp_path: Path) -> Iterator[World]:
    clock = HandClock()
    companies = {code: books(code, language=language) for code, language in (("prairie", "en"), ("laurentides", "fr"))}
    companies["prairie"].changes.append(Change("Invoice", "999", clock.now() - timedelta(days=1), deleted=True))
    with running(companies, clock=clock.now, monotonic=clock.monotonic, **{**LIMITS, **settings}) as simulator:
        retry = Retry(4, clock=clock)
        keeper = TokenKeeper(
            store=TokenStore(EncryptedFolder(tmp_path / "secrets", tmp_path / "key")),
            app=App("demo-client", "demo-secret"),
            token_url=f"{simulator.url}/oauth2/v1/tokens/bearer",
            clock=clock,
            retry=retry,
        )
        for company, realm in REALMS.items():
            code = httpx.post(f"{simulator.url}/simulator/connect/{realm}").json()["code"]
            keeper.connect(company, realm, code, "http://127.0.0.1/connected")
        client = QuickBooksClient(base_url=simulator.url, realms=REALMS, tokens=keeper, clock=clock, retry=retry)
        with client:
            yield World(simulator, client, keeper)
        keeper.close()


def leaves(rows: list[dict[str, Any]]) -> int:
    """Data rows with an id: postings."""
    return sum(leaves(row["Rows"].get("Row", [])) if "Rows" in row else "id" in row["ColData"][1] for row in rows)


def postings(fetch: Fetch) -> int:
    return sum(leaves(json.loads(part.payload)["Rows"].get("Row", [])) for part in fetch.parts)


@pytest.mark.parametrize("company", REALMS)
def test_every_report_of_a_company_month_is_had_and_is_the_same_again(world: World, company: str) -> None:
    profile = read_profile(world.client, company, home_currency="CAD")
    assert (profile.realm_id, profile.fiscal_year_start_month, profile.non_tracking) == (REALMS[company], 11, True)
    requests = report_requests(profile, OCTOBER, first_month=True)
    first, second = (
        {
            result.report: result.content_hash
            for result in fetch_company_months(world.client, requests)
            if isinstance(result, Fetch)
        }
        for _ in range(2)
    )
    assert set(first) == set(REPORTS)
    assert first == second


@pytest.mark.parametrize(
    "settings", [{"requests_per_second": 10, "requests_per_minute": 500, "concurrent_requests": 10}]
)
def test_the_companys_own_limits_are_never_met(world: World) -> None:
    """Simulated at QuickBooks' own 10 a second and 500 a minute, from four threads: not one 429."""
    profile = read_profile(world.client, "prairie")
    requests = [r for r in report_requests(profile, OCTOBER) if r.report == "trial_balance"] * 600
    assert not any(isinstance(result, Failure) for result in fetch_company_months(world.client, requests))
    seen = httpx.get(f"{world.url}/simulator/requests").json()
    assert seen["2001"]["statuses"] == {"200": 602}


@pytest.mark.parametrize("settings", [{"cell_limit": 300}])
@pytest.mark.parametrize("company", REALMS)
def test_a_ledger_over_the_cell_limit_comes_in_parts_with_every_posting(world: World, company: str) -> None:
    fetch = world.fetch(company)
    assert len(fetch.parts) > 4
    assert postings(fetch) == 2 * 3 * 31


@pytest.mark.parametrize("settings", [{"cell_limit": 20}])
def test_a_day_over_the_cell_limit_fails_loudly(world: World) -> None:
    with pytest.raises(Truncated, match="2025-10-01 to 2025-10-01, accrual"):
        world.fetch("laurentides")


@pytest.mark.parametrize("settings", [{"report_day_limits": {"GeneralLedger": 8}}])
def test_a_ledger_that_takes_too_long_comes_in_parts(world: World) -> None:
    fetch = world.fetch()
    assert [part.end.day for part in fetch.parts] == [8, 16, 24, 31]
    assert postings(fetch) == 2 * 3 * 31


@pytest.mark.parametrize("kind", ["throttle", "server_error", "xml_error", "unauthorised", "disconnect", "half_json"])
def test_a_fault_that_passes_is_survived(world: World, kind: str) -> None:
    world.fault(kind, realm="2001", report="GeneralLedger", times=1)
    assert postings(world.fetch()) == 2 * 3 * 31


def test_half_an_answer_that_stays_half_is_an_error(world: World) -> None:
    world.fault("half_json", report="GeneralLedger")
    with pytest.raises(BrokenAnswer, match="prairie: GET reports/GeneralLedger"):
        world.fetch()


def test_another_companys_settings_are_refused_by_their_currency(world: World) -> None:
    with pytest.raises(WrongAnswer, match="expected USD, found CAD"):
        read_profile(world.client, "prairie", home_currency="USD")


@pytest.mark.parametrize("kind", ["revoke_token", "lose_rotation"])
def test_a_company_that_lost_its_connection_fails_alone(world: World, kind: str) -> None:
    """`lose_rotation`: every answer of the token endpoint is lost on its way, and the old token dies at once."""
    profiles = [read_profile(world.client, company) for company in REALMS]
    if kind == "lose_rotation":
        world.fault("no_grace", realm="2001")
    world.fault(kind, realm="2001")
    requests = [request for profile in profiles for request in report_requests(profile, OCTOBER)]
    world.client.clock.sleep(2 * 3600)
    ready = world.keeper.refresh_all(REALMS)
    assert (type(ready["prairie"]), ready["laurentides"]) == (TokenDead, None)
    results = list(fetch_company_months(world.client, requests))
    assert {r.request.company: type(r.error) for r in results if isinstance(r, Failure)} == {"prairie": TokenDead}
    assert sorted(result.report for result in results if isinstance(result, Fetch)) == sorted(
        {*REPORTS} - {"opening_trial_balance"}
    )


def test_every_entity_is_had_to_its_end_inactive_objects_included(world: World) -> None:
    found = {entity: query_all(world.client, "prairie", entity) for entity in LIST_ENTITIES + DOCUMENT_ENTITIES}
    assert {entity: len(objects) for entity, objects in found.items() if objects} == {
        "Account": 3,
        "Customer": 1205,
        "Invoice": 93,
    }
    assert len({each.id for each in found["Customer"]}) == 1205
    assert sum(not json.loads(each.payload)["Active"] for each in found["Customer"]) == 1205 // 7


def test_changes_are_told_with_deletions(world: World) -> None:
    since = datetime(2025, 10, 27, 0, 0, tzinfo=UTC)
    found = changes_since(world.client, "prairie", DOCUMENT_ENTITIES, since)
    assert not found.too_far
    assert {(each.entity, each.id) for each in found.deleted} == {("Invoice", "999")}
    assert len(found.changed) == 3 * 5  # the last five days of October


def test_rates_are_had_from_the_simulated_bank(world: World) -> None:
    found = daily_rates(f"{world.url}/valet", start=OCTOBER, end=date(2025, 10, 5))
    assert [day.day for day, _ in found.rates] == [1, 2, 3]
    assert all(Decimal(1) < rate < Decimal(2) for _, rate in found.rates)
