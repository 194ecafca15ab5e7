"""The endpoints over real HTTP: parameters, limits, languages, the Bank of Canada, edits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from monette_assets.simulator.reports import REPORTS
from monette_assets.simulator.server import running
from monette_assets.simulator.server import serve as serve_for_ever
from monette_assets_tests.simulator.conftest import Client, Serve
from monette_assets_tests.simulator.reading import group_total, rows
from monette_assets_tests.simulator.small_books import TODAY, farm


def test_health_and_companies(serve: Serve) -> None:
    client = serve()
    assert client.http.get("/simulator/health").json() == {"status": "ok", "companies": 1}
    company = client.http.get("/simulator/companies").json()[0]
    assert (company["code"], company["realm_id"], company["home_currency"]) == ("farm", "9130001", "CAD")


def test_settings(serve: Serve) -> None:
    client = serve(farm(multicurrency=True, non_tracking=True))
    info = client.get(f"companyinfo/{client.realm}").json()["CompanyInfo"]
    assert (info["FiscalYearStartMonth"], info["Country"]) == ("November", "CA")
    preferences = client.get("preferences").json()["Preferences"]
    assert preferences["CurrencyPrefs"] == {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "CAD"}}
    assert preferences["TaxPrefs"] == {"UsingSalesTax": False}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_is_served(serve: Serve, name: str) -> None:
    answer = serve().report(name)
    assert answer.status_code == 200
    assert answer.headers["intuit_tid"]
    assert answer.json()["Header"]["ReportName"] == name


def test_header_time_differs_on_every_call(serve: Serve) -> None:
    client = serve()
    first = client.report("TrialBalance").json()
    client.clock.advance(seconds=1)
    second = client.report("TrialBalance").json()
    assert first["Header"].pop("Time") != second["Header"].pop("Time")
    assert first == second


@pytest.mark.parametrize("lone", [{"start_date": "2024-11-01"}, {"end_date": "2024-12-31"}, {}])
def test_a_lone_date_is_ignored(serve: Serve, lone: dict[str, str]) -> None:
    header = serve().get("reports/TrialBalance", **lone).json()["Header"]
    assert (header["StartPeriod"], header["EndPeriod"]) == ("2025-03-01", "2025-03-20")


def test_agings_take_a_report_date(serve: Serve) -> None:
    body = serve().get("reports/AgedReceivableDetail", report_date="2024-12-31").json()
    assert group_total(body, "GrandTotal") == 5_000_25


@pytest.mark.parametrize(
    "parameters",
    [
        {"start_date": "2025-02-30", "end_date": "2025-03-01"},
        {"start_date": "01/02/2025", "end_date": "2025-03-01"},
        {"start_date": "2025-03-02", "end_date": "2025-03-01"},
        {"start_date": "0001-01-01", "end_date": "2025-03-01"},
        {"start_date": "2025-03-02", "end_date": "9999-12-31"},
        {"accounting_method": "Modified"},
    ],
)
def test_bad_parameters_are_validation_faults(serve: Serve, parameters: dict[str, str]) -> None:
    refused = serve().get("reports/TrialBalance", **parameters)
    assert refused.status_code == 400
    assert refused.json()["Fault"]["type"] == "ValidationFault"


def test_an_unknown_report_names_those_there_are(serve: Serve) -> None:
    refused = serve().report("CashMountain")
    assert refused.status_code == 400
    assert "GeneralLedger" in refused.json()["Fault"]["Error"][0]["Detail"]


def test_who_does_not_ask_for_json_gets_xml(serve: Serve) -> None:
    client = serve()
    for path, parameters in (("preferences", {}), ("query", {"query": "select"})):
        answer = client.get(path, accept="*/*", **parameters)
        assert answer.headers["content-type"].startswith("application/xml")
        assert answer.text.startswith("<?xml")
        assert "IntuitResponse" in answer.text


def test_faults_speak_the_companys_language(serve: Serve) -> None:
    client = serve(farm(language="fr"))
    refused = client.get("reports/TrialBalance", start_date="x", end_date="y")
    assert refused.json()["Fault"]["Error"][0]["Message"] == "Date invalide"


def test_cash_basis_is_another_report(serve: Serve) -> None:
    client = serve()
    accrual = client.report("ProfitAndLoss", "2024-11-01", "2024-11-30", accounting_method="Accrual").json()
    cash = client.report("ProfitAndLoss", "2024-11-01", "2024-11-30", accounting_method="Cash").json()
    assert group_total(accrual, "NetIncome") == 5_000_25
    assert rows(cash) == []


# ---- limits


def test_more_than_ten_requests_a_second_are_refused(serve: Serve) -> None:
    client = serve(farm(), farm("9130002"), requests_per_second=10)
    client.connect()
    assert [client.get("preferences").status_code for _ in range(12)] == [200] * 10 + [429] * 2
    error = client.get("preferences").json()["Fault"]
    assert (error["Error"][0]["code"], error["type"]) == ("3001", "SERVICE")
    other = Client(client.simulator, client.http, client.clock, "9130002")
    assert other.get("preferences").status_code == 200
    client.clock.advance(seconds=1)
    assert client.get("preferences").status_code == 200


def test_more_than_the_minutes_requests_are_refused(serve: Serve) -> None:
    client = serve(requests_per_minute=5)
    client.connect()
    for _ in range(5):
        assert client.get("preferences").status_code == 200
        client.clock.advance(seconds=10)
    assert client.get("preferences").status_code == 429
    client.clock.advance(seconds=10)
    assert client.get("preferences").status_code == 200


def test_no_more_at_the_same_time_than_the_limit(serve: Serve) -> None:
    assert serve(concurrent_requests=0).get("preferences").status_code == 429


def test_a_long_ledger_times_out_in_xml(serve: Serve) -> None:
    client = serve(report_day_limits={"GeneralLedger": 28})
    assert client.report("GeneralLedger").status_code == 200
    late = client.report("GeneralLedger", "2025-02-01", "2025-03-01")
    assert late.status_code == 504
    assert '<Error code="6002">' in late.text
    assert client.report("TrialBalance", "2025-02-01", "2025-03-01").status_code == 200


def test_the_cell_limit_is_an_option(serve: Serve) -> None:
    body = serve(cell_limit=80).report("GeneralLedger").json()
    assert rows(body)[-1]["ColData"][0]["value"].startswith("Unable to display more data")


def test_calls_are_counted(serve: Serve) -> None:
    client = serve()
    client.report("TrialBalance")
    client.report("TrialBalance")
    client.query("select * from Nothing")
    counted = client.http.get("/simulator/requests").json()[client.realm]
    assert counted["calls"] == {"report:TrialBalance": 2, "query:Nothing": 1}
    assert counted["statuses"] == {"200": 2, "400": 1}


# ---- Bank of Canada


def test_valet_serves_published_rates_and_no_weekends(serve: Serve) -> None:
    def rates(first: date, last: date) -> list[tuple[date, Decimal]]:
        days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
        return [(day, Decimal("1.4389")) for day in days]

    client = serve(exchange_rates=rates)
    url = "/valet/observations/FXUSDCAD/json"
    body = client.http.get(url, params={"start_date": "2025-01-02", "end_date": "2025-01-06"}).json()
    assert body["observations"] == [
        {"d": day, "FXUSDCAD": {"v": "1.4389"}} for day in ("2025-01-02", "2025-01-03", "2025-01-06")
    ]
    assert body["seriesDetail"]["FXUSDCAD"]["label"] == "USD/CAD"
    ahead = client.http.get(url, params={"start_date": "2025-03-19", "end_date": "2025-04-30"}).json()
    assert [each["d"] for each in ahead["observations"]] == ["2025-03-19", "2025-03-20"]
    assert client.http.get("/valet/observations/FXEURCAD/json").status_code == 404
    assert client.http.get(url, params={"start_date": "soon"}).status_code == 400


# ---- the control endpoints


def test_a_document_to_edit_is_the_newest_of_its_kind(serve: Serve) -> None:
    client = serve()
    found = client.http.get("/simulator/document", params={"realm": client.realm, "kind": "Invoice"}).json()
    assert (found["id"], found["date"], found["postings"][0]["amount"]) == ("3", "2025-02-01", 800_00)
    older = {"realm": client.realm, "kind": "Invoice", "to": "2024-12-31"}
    assert client.http.get("/simulator/document", params=older).json()["id"] == "2"
    assert client.http.get("/simulator/document", params={"realm": client.realm, "kind": "Nothing"}).status_code == 404
    assert client.http.get("/simulator/document", params={"realm": "0"}).status_code == 404


def _fuel(client: Client) -> int:
    return group_total(client.report("ProfitAndLoss", "2024-12-01", "2024-12-31").json(), "Expenses")


def test_an_edit_shows_in_the_next_answers_and_after_a_restart(tmp_path: Path, serve: Serve) -> None:
    edit = {
        "realm_id": "9130001",
        "action": "change",
        "kind": "Bill",
        "id": "1",
        "document": {"postings": [{"account": "2000", "amount": "-50.00"}, {"account": "Fuel", "amount": "50.00"}]},
    }
    client = serve(state=tmp_path)
    assert _fuel(client) == 1_200_10
    made = client.http.post("/simulator/edits", json=edit)
    assert made.status_code == 200, made.text
    assert _fuel(client) == 50_00
    since = (TODAY - timedelta(minutes=1)).isoformat()
    changed = client.get("cdc", entities="Bill", changedSince=since).json()["CDCResponse"][0]["QueryResponse"][0]
    assert [bill["SyncToken"] for bill in changed["Bill"]] == ["1"]
    tokens = client.tokens
    client.simulator.stop()
    again = serve(state=tmp_path)
    again.tokens = tokens
    assert _fuel(again) == 50_00


def test_a_deleted_document_leaves_the_reports_and_a_stub_in_cdc(serve: Serve) -> None:
    client = serve()
    edit = {"realm_id": client.realm, "action": "delete", "kind": "Bill", "id": "1"}
    assert client.http.post("/simulator/edits", json=edit).status_code == 200
    assert rows(client.report("ProfitAndLoss", "2024-12-01", "2024-12-31").json()) == []
    since = (TODAY - timedelta(minutes=1)).isoformat()
    changed = client.get("cdc", entities="Bill", changedSince=since).json()["CDCResponse"][0]["QueryResponse"][0]
    assert [(bill["Id"], bill["status"]) for bill in changed["Bill"]] == [("1", "Deleted")]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"{}", b'{"realm_id": "0", "action": "delete", "kind": "Bill", "id": "1"}']
)
def test_an_impossible_edit_is_refused(serve: Serve, body: bytes) -> None:
    refused = serve().http.post("/simulator/edits", content=body)
    assert refused.status_code == 400
    assert refused.json()["error"]


def test_a_simulator_for_a_test() -> None:
    with running({"farm": farm()}, cell_limit=10) as simulator:
        assert simulator.options.cell_limit == 10
        assert httpx.get(f"{simulator.url}/simulator/health").json()["companies"] == 1
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{simulator.url}/simulator/health")


def test_it_stops(serve: Serve) -> None:
    client = serve()
    client.simulator.stop()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{client.simulator.url}/simulator/health")


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        serve_for_ever({}, "0.0.0.0", 0, state=tmp_path)
