"""What a company-month asks for: ranges, columns by country and currency, and always the basis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import WrongAnswer
from monette_assets.sources.quickbooks.requests import CompanyProfile, month_end, read_profile, report_requests
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, said

NORTH = CompanyProfile("north", "1001", "North Farms Ltd.", "CA", "CAD", False, 11)


def tell(quickbooks: StandIn, info: dict[str, Any], preferences: dict[str, Any]) -> None:
    quickbooks.scripts["companyinfo/1001"] = lambda params: said({"CompanyInfo": info, "time": "now"})
    quickbooks.scripts["preferences"] = lambda params: said({"Preferences": preferences, "time": "now"})


INFO = {"CompanyName": "North Farms Ltd.", "Country": "CA", "FiscalYearStartMonth": "November"}
CURRENCIES = {"CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "CAD"}}}


def test_a_profile_is_read_from_company_info_and_preferences(quickbooks: StandIn, client: QuickBooksClient) -> None:
    tell(quickbooks, INFO, CURRENCIES)
    assert read_profile(client, "north", home_currency="CAD") == replace(NORTH, multicurrency=True)


def test_a_company_without_currency_preferences_has_its_countrys_currency(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    tell(quickbooks, {**INFO, "Country": "US", "FiscalYearStartMonth": "January"}, {"AccountingInfoPrefs": {}})
    assert read_profile(client, "north") == CompanyProfile("north", "1001", "North Farms Ltd.", "US", "USD", False, 1)


@pytest.mark.parametrize(
    ("info", "preferences", "message"),
    [
        ({**INFO, "FiscalYearStartMonth": "Novembre"}, CURRENCIES, "expected an English month, found 'Novembre'"),
        (INFO, {"CurrencyPrefs": {"MultiCurrencyEnabled": "yes"}}, "expected true or false, found 'yes'"),
        (INFO, {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}, "HomeCurrency: expected CAD, found USD"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    quickbooks: StandIn, client: QuickBooksClient, info: dict[str, Any], preferences: dict[str, Any], message: str
) -> None:
    tell(quickbooks, info, preferences)
    with pytest.raises(WrongAnswer, match=message):
        read_profile(client, "north", home_currency="CAD")


def test_the_ranges_of_a_month() -> None:
    requests = report_requests(NORTH, date(2025, 2, 1))
    assert {(r.report, r.name): (r.start.isoformat(), r.end.isoformat()) for r in requests} == {
        ("general_ledger", "GeneralLedger"): ("2025-02-01", "2025-02-28"),
        ("profit_and_loss", "ProfitAndLoss"): ("2025-02-01", "2025-02-28"),
        ("profit_and_loss_detail", "ProfitAndLossDetail"): ("2025-02-01", "2025-02-28"),
        ("trial_balance", "TrialBalance"): ("2024-11-01", "2025-02-28"),
        ("balance_sheet", "BalanceSheet"): ("2024-11-01", "2025-02-28"),
        ("aged_payable_detail", "AgedPayableDetail"): ("2025-02-28", "2025-02-28"),
        ("aged_receivable_detail", "AgedReceivableDetail"): ("2025-02-28", "2025-02-28"),
    }


def test_the_first_month_asks_for_the_balances_it_starts_from() -> None:
    """In the old fiscal year, where the first month begins a new one."""
    opening = {r.report: r for r in report_requests(NORTH, date(2024, 11, 1), first_month=True)}[
        "opening_trial_balance"
    ]
    assert (opening.name, opening.period) == ("TrialBalance", date(2024, 11, 1))
    assert (opening.start, opening.end) == (date(2023, 11, 1), date(2024, 10, 31))


def test_every_request_says_its_basis_and_both_its_dates() -> None:
    for request in report_requests(NORTH, date(2025, 2, 1), basis="cash", first_month=True):
        params = request.params(request.start, request.end)
        assert params["accounting_method"] == "Cash"
        dates = {name: value for name, value in params.items() if name.endswith("_date")}
        if request.report.startswith("aged_"):
            assert dates == {"report_date": "2025-02-28"}
        else:
            assert dates == {"start_date": request.start.isoformat(), "end_date": request.end.isoformat()}


@pytest.mark.parametrize(
    ("country", "multicurrency", "amounts"),
    [
        ("US", False, []),
        ("CA", False, ["subt_nat_amount_nt", "rbal_nat_amount_nt"]),
        ("US", True, ["debt_home_amt", "credit_home_amt", "subt_nat_home_amount", "rbal_nat_home_amount"]),
        (
            "CA",
            True,
            [
                *("subt_nat_amount_nt", "rbal_nat_amount_nt", "debt_home_amt", "credit_home_amt"),
                *("subt_nat_home_amount", "rbal_nat_home_amount", "subt_nat_amount_home_nt", "rbal_nat_amount_home_nt"),
            ],
        ),
    ],
)
def test_the_ledger_asks_for_the_union_of_columns(country: str, multicurrency: bool, amounts: list[str]) -> None:
    profile = replace(NORTH, country=country, multicurrency=multicurrency)
    ledger = next(r for r in report_requests(profile, date(2025, 2, 1)) if r.report == "general_ledger")
    columns = ledger.params(ledger.start, ledger.end)["columns"].split(",")
    plain = [
        *("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "klass_name", "dept_name", "account_name"),
        *("account_num", "is_adj", "create_date", "last_mod_date", "debt_amt", "credit_amt"),
        *("subt_nat_amount", "rbal_nat_amount"),
    ]
    foreign = ["currency", "exch_rate", "nat_foreign_amount"] if multicurrency else []
    assert sorted(columns) == sorted([*plain, *amounts, *foreign])


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), month=st.integers(1, 12))
def test_a_fiscal_year_start_is_the_last_one_on_or_before_the_day(day: date, month: int) -> None:
    start = replace(NORTH, fiscal_year_start_month=month).fiscal_year_start(day)
    assert (start.month, start.day) == (month, 1)
    assert start <= day < start.replace(year=start.year + 1)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_month_ends_the_day_before_the_next_begins(day: date) -> None:
    end = month_end(day.replace(day=1))
    assert (end.year, end.month) == (day.year, day.month)
    assert (end + timedelta(days=1)).day == 1


def test_a_period_is_the_first_of_a_month() -> None:
    with pytest.raises(ValueError, match="north: period 2025-02-02: expected the first day of a month"):
        report_requests(NORTH, date(2025, 2, 2))
