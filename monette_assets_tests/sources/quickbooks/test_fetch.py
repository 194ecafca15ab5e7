"""Reports come whole or not at all: in halves after a cut or a 504, down to a day; wrong answers are refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import BrokenAnswer, TimedOut, TokenDead, Truncated, WrongAnswer
from monette_assets.sources.quickbooks.fetch import Failure, Fetch, fetch_company_months, fetch_report
from monette_assets.sources.quickbooks.requests import CompanyProfile, ReportRequest, report_requests
from monette_assets_tests.sources.quickbooks.conftest import REALMS
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, line, report, said, section
from monette_assets_tests.sources.serving import HandClock

NOTICES = [
    "Unable to display more data. Please reduce the date range.",
    "Impossible d'afficher plus de données. Veuillez réduire la plage de dates.",
    "No se pueden mostrar más datos.",  # never seen: found because nothing else ends a section like that
]
LEDGER = "reports/GeneralLedger"


def requests_of(company: str, period: date = date(2025, 10, 1)) -> dict[str, ReportRequest]:
    profile = CompanyProfile(company, REALMS[company], company.title(), "CA", "CAD", False, 11)
    return {request.report: request for request in report_requests(profile, period)}


def days(params: dict[str, str]) -> int:
    return (date.fromisoformat(params["end_date"]) - date.fromisoformat(params["start_date"])).days + 1


def ledger(params: dict[str, str], *rows: Any, **more: Any) -> Response:
    posting = section(line(params["start_date"], "Invoice", "1.00"), *rows)
    return said(report("GeneralLedger", params["start_date"], params["end_date"], [posting], **more))


def ranges(fetch: Fetch) -> list[tuple[int, int, int]]:
    return [(part.number, part.start.day, part.end.day) for part in fetch.parts]


def test_a_whole_report_is_one_part_kept_verbatim(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock
) -> None:
    odd = json.dumps(
        report("GeneralLedger", "2025-10-01", "2025-10-31", [{"type": "Mystery"}, 17, section()]), indent=3
    )
    quickbooks.scripts[LEDGER] = lambda params: said(odd)
    request = requests_of("north")["general_ledger"]
    fetch = fetch_report(client, request)
    part = fetch.parts[0]
    assert (fetch.company, fetch.period, fetch.basis, fetch.report) == (
        "north",
        date(2025, 10, 1),
        "accrual",
        "general_ledger",
    )
    assert (part.payload, part.status, part.intuit_tid) == (odd, 200, "1-tid-0042")
    assert ranges(fetch) == [(1, 1, 31)]
    assert part.params == request.params(date(2025, 10, 1), date(2025, 10, 31))
    assert fetch.fetched_at == clock.now()
    assert client.calls == {("north", "general_ledger"): 1}


@pytest.mark.parametrize("notice", NOTICES)
def test_a_report_that_was_cut_off_is_fetched_in_halves(
    quickbooks: StandIn, client: QuickBooksClient, notice: str
) -> None:
    quickbooks.scripts[LEDGER] = lambda params: ledger(params, *([line(notice, "", "")] if days(params) > 10 else []))
    fetch = fetch_report(client, requests_of("north")["general_ledger"])
    assert ranges(fetch) == [(1, 1, 8), (2, 9, 16), (3, 17, 24), (4, 25, 31)]
    assert all(notice not in part.payload for part in fetch.parts)


def test_a_notice_outside_of_any_section_is_found_too(quickbooks: StandIn, client: QuickBooksClient) -> None:
    def cut(params: dict[str, str]) -> Response:
        rows = [section(line(params["start_date"], "Invoice", "1.00"))]
        if days(params) > 16:
            rows.append(line("Keine weiteren Daten.", "", ""))
        return said(report("GeneralLedger", params["start_date"], params["end_date"], rows))

    quickbooks.scripts[LEDGER] = cut
    assert ranges(fetch_report(client, requests_of("north")["general_ledger"])) == [(1, 1, 16), (2, 17, 31)]


def test_a_report_at_the_cell_limit_counts_as_cut_off(quickbooks: StandIn, client: QuickBooksClient) -> None:
    """A day has three rows of three cells, with header and summary; the limit lets 10 days of rows through."""
    quickbooks.scripts[LEDGER] = lambda params: ledger(
        params, *[line(params["start_date"], "Bill", "2.00")] * (3 * days(params))
    )
    fetch = fetch_report(client, requests_of("north")["general_ledger"], cell_limit=100)
    assert ranges(fetch) == [(1, 1, 8), (2, 9, 16), (3, 17, 24), (4, 25, 31)]


@pytest.mark.parametrize(
    "last",
    [
        line("2025-10-03", "Bill", "Unable to display more data. Please reduce the date range."),  # somebody's memo
        line("", "", ""),
        {"type": "Data", "ColData": [{"value": "Chequing", "id": "35"}, {"value": ""}, {"value": ""}]},
    ],
)
def test_rows_that_only_look_alike_are_no_cut(
    quickbooks: StandIn, client: QuickBooksClient, last: dict[str, Any]
) -> None:
    quickbooks.scripts[LEDGER] = lambda params: ledger(params, last)
    assert len(fetch_report(client, requests_of("north")["general_ledger"]).parts) == 1


def test_an_empty_beginning_balance_at_the_end_is_no_cut(quickbooks: StandIn, client: QuickBooksClient) -> None:
    rows = [section(line("Beginning Balance", "", ""))]
    quickbooks.scripts[LEDGER] = lambda params: said(report("GeneralLedger", "2025-10-01", "2025-10-31", rows))
    assert len(fetch_report(client, requests_of("north")["general_ledger"]).parts) == 1


def test_a_single_day_that_is_cut_off_fails_loudly(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.scripts[LEDGER] = lambda params: ledger(params, line(NOTICES[0], "", ""))
    with pytest.raises(Truncated) as caught:
        fetch_report(client, requests_of("north")["general_ledger"])
    assert str(caught.value) == (
        "north: general_ledger of 2025-10 (GeneralLedger, 2025-10-01 to 2025-10-01, accrual): cut off: a cell reads "
        "'Unable to display more data. Please reduce the date range.'; one day is the smallest range "
        "(HTTP 200, intuit_tid 1-tid-0042); "
        "ask for fewer columns, or take the day's postings from QuickBooks' own export"
    )
    assert [days(params) for _, _, params in quickbooks.seen] == [31, 16, 8, 4, 2, 1]


def test_a_balance_that_is_cut_off_cannot_be_put_together(quickbooks: StandIn, client: QuickBooksClient) -> None:
    rows = [line("Chequing", "1.00", ""), line(NOTICES[0], "", "")]
    quickbooks.scripts["reports/TrialBalance"] = lambda params: said(
        report("TrialBalance", "2024-11-01", "2025-10-31", rows)
    )
    with pytest.raises(Truncated, match="a TrialBalance cannot be put together from parts"):
        fetch_report(client, requests_of("north")["trial_balance"])
    assert len(quickbooks.seen) == 1


def test_a_gateway_timeout_is_halved_at_once_and_retried_only_for_a_single_day(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    late = said({"Fault": {"Error": [{"Message": "GatewayTimeout", "code": "6002"}]}}, 504)
    quickbooks.scripts[LEDGER] = lambda params: late if days(params) > 16 else ledger(params)
    assert ranges(fetch_report(client, requests_of("north")["general_ledger"])) == [(1, 1, 16), (2, 17, 31)]
    assert len(quickbooks.seen) == 3
    quickbooks.seen.clear()
    quickbooks.scripts[LEDGER] = lambda params: late
    with pytest.raises(TimedOut):
        fetch_report(client, requests_of("north")["general_ledger"])
    assert [days(params) for _, _, params in quickbooks.seen] == [31, 16, 8, 4, 2, 1, 1, 1, 1]


def test_a_balance_that_takes_too_long_is_retried_whole(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.once.append(said("", 504))
    quickbooks.scripts["reports/BalanceSheet"] = lambda params: said(report("BalanceSheet", "2024-11-01", "2025-10-31"))
    assert len(fetch_report(client, requests_of("north")["balance_sheet"]).parts) == 1


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), length=st.integers(1, 400), bearable=st.integers(1, 40))
def test_parts_lie_one_after_the_other_and_cover_the_range(start: date, length: int, bearable: int) -> None:
    """Whatever range QuickBooks can bear: every day once, in order. (The halving alone, without HTTP.)"""
    end = start + timedelta(days=length - 1)
    request = ReportRequest("north", "general_ledger", start.replace(day=1), "accrual", start, end, "CAD")
    fetch = fetch_report(AnsweringClient(bearable), request)  # type: ignore[arg-type]
    covered = [part.start + timedelta(days=n) for part in fetch.parts for n in range((part.end - part.start).days + 1)]
    assert covered == [start + timedelta(days=n) for n in range(length)]
    assert [part.number for part in fetch.parts] == list(range(1, len(fetch.parts) + 1))
    assert all((part.end - part.start).days < bearable for part in fetch.parts)


class AnsweringClient:
    """Gives up on more than so many days."""

    def __init__(self, bearable: int) -> None:
        self.bearable = bearable

    def get(self, company: str, path: str, params: dict[str, str], **how: Any) -> Any:
        from monette_assets.sources.quickbooks.client import Answer

        if days(params) > self.bearable:
            raise TimedOut("too long", company=company, request=path)
        content = report("GeneralLedger", params["start_date"], params["end_date"], [section(line("x", "y", "1.00"))])
        return Answer(json.dumps(content), content, 200, "", HandClock().now())


@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [
        (
            {"Header": {"ReportName": "BalanceSheet"}},
            r"\$.Header.ReportName: expected 'GeneralLedger', found 'BalanceSheet'",
        ),
        ({"Header": {"EndPeriod": "2025-10-30"}}, r"\$.Header.EndPeriod: expected '2025-10-31', found '2025-10-30'"),
        ({"Header": {"StartPeriod": None}}, r"\$.Header.StartPeriod: expected '2025-10-01', found None"),
        ({"Header": {"Currency": "USD"}}, r"\$.Header.Currency: expected 'CAD', found 'USD'"),
        ({"Header": {"ReportBasis": "Cash"}}, r"\$.Header.ReportBasis: expected 'Accrual', found 'Cash'"),
        ({"Header": None}, r"\$.Header: expected an object, found nothing"),
        ({"Rows": []}, r"\$.Rows: expected an object, found list"),
        ({"Rows": {"Row": {}}}, r"\$.Rows.Row: expected a list, found dict"),
        ({"Columns": {"Column": []}}, r"\$.Columns.Column: expected columns, found none"),
    ],
)
def test_an_answer_that_is_not_the_report_asked_for_is_refused(
    quickbooks: StandIn, client: QuickBooksClient, change: dict[str, Any], said_of_it: str
) -> None:
    content = report("GeneralLedger", "2025-10-01", "2025-10-31", [section(line("2025-10-01", "Bill", "1.00"))])
    for name, value in change.items():
        content[name] = {**content[name], **value} if isinstance(value, dict) else value
    quickbooks.scripts[LEDGER] = lambda params: said(content)
    with pytest.raises(WrongAnswer, match=said_of_it):
        fetch_report(client, requests_of("north")["general_ledger"])


def test_half_a_json_is_asked_for_again_then_refused(quickbooks: StandIn, client: QuickBooksClient) -> None:
    whole = json.dumps(
        report("GeneralLedger", "2025-10-01", "2025-10-31", [section(line("2025-10-01", "Bill", "1.00"))])
    )
    quickbooks.once.append(said(whole[: len(whole) // 2]))
    quickbooks.scripts[LEDGER] = lambda params: said(whole)
    assert fetch_report(client, requests_of("north")["general_ledger"]).parts[0].payload == whole
    quickbooks.scripts[LEDGER] = lambda params: said(whole[:-1])
    with pytest.raises(BrokenAnswer, match="start_date=2025-10-01 end_date=2025-10-31"):
        fetch_report(client, requests_of("north")["general_ledger"])
    assert len(quickbooks.seen) == 2 + 4


def test_an_aging_is_as_of_the_day_asked_for(quickbooks: StandIn, client: QuickBooksClient) -> None:
    content = report("AgedPayableDetail", "", "2025-10-31")
    request = requests_of("north")["aged_payable_detail"]
    quickbooks.scripts["reports/AgedPayableDetail"] = lambda params: said(content)
    assert ranges(fetch_report(client, request)) == [(1, 31, 31)]
    content["Header"]["Option"].append({"Name": "report_date", "Value": "2025-11-20"})
    with pytest.raises(WrongAnswer, match="report_date: expected 2025-10-31, found '2025-11-20'"):
        fetch_report(client, request)


def test_the_hash_is_of_the_content_not_of_the_clock_nor_the_spelling(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    request = requests_of("north")["general_ledger"]

    def hash_of(content: Any) -> str:
        quickbooks.scripts[LEDGER] = lambda params: said(content)
        return fetch_report(client, request).content_hash

    rows = [section(line("2025-10-01", "Bill", "1.00"))]
    first = report("GeneralLedger", "2025-10-01", "2025-10-31", rows, time="08:00")
    later = report("GeneralLedger", "2025-10-01", "2025-10-31", rows, time="09:00")
    turned = json.dumps(dict(reversed(later.items())), indent=1)
    other = report("GeneralLedger", "2025-10-01", "2025-10-31", [section(line("2025-10-01", "Bill", "1.01"))])
    assert hash_of(first) == hash_of(later) == hash_of(turned)
    assert hash_of(first) != hash_of(other)


def test_a_dead_company_fails_alone(quickbooks: StandIn, client: QuickBooksClient, clock: HandClock) -> None:
    quickbooks.dead.add("1001")
    clock.elapsed = 7200
    quickbooks.scripts[LEDGER] = ledger
    months = [date(2025, month, 1) for month in (8, 9, 10)]
    asked = [requests_of(company, month)["general_ledger"] for company in REALMS for month in months]
    results = list(fetch_company_months(client, asked))
    failed = [result for result in results if isinstance(result, Failure)]
    assert sorted((result.request.company, result.request.period) for result in failed) == [
        ("north", m) for m in months
    ]
    assert {type(result.error) for result in failed} == {TokenDead}
    assert sorted((f.company, f.period) for f in results if isinstance(f, Fetch)) == [("south", m) for m in months]


def test_closing_early_ends_every_thread(quickbooks: StandIn, client: QuickBooksClient) -> None:
    quickbooks.scripts[LEDGER] = ledger
    months = [date(year, month, 1) for year in range(2015, 2025) for month in range(1, 13)]
    asked = [requests_of(company, month)["general_ledger"] for company in REALMS for month in months]
    results = fetch_company_months(client, asked)
    assert isinstance(next(results), Fetch)
    results.close()  # type: ignore[attr-defined]
    calls = len(quickbooks.seen)
    assert calls < len(asked)
    assert list(fetch_company_months(client, asked[:1])) != []
    assert len(quickbooks.seen) == calls + 1
    assert list(fetch_company_months(client, [])) == []
