"""Which reports a company-month needs, and with which parameters.

GeneralLedger is the book of record; TrialBalance, ProfitAndLoss and BalanceSheet are the company's own control totals
to tie out against (ACCOUNTING 8); ProfitAndLossDetail adds class, location and sign; the agings tie to their control
accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import WrongAnswer

Basis = Literal["accrual", "cash"]

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # QuickBooks' own words in CompanyInfo, not localised

# Our name of a report -> QuickBooks' name.
REPORTS: Final[Mapping[str, str]] = {
    "general_ledger": "GeneralLedger",
    "profit_and_loss": "ProfitAndLoss",
    "profit_and_loss_detail": "ProfitAndLossDetail",
    "trial_balance": "TrialBalance",
    "opening_trial_balance": "TrialBalance",
    "balance_sheet": "BalanceSheet",
    "aged_payable_detail": "AgedPayableDetail",
    "aged_receivable_detail": "AgedReceivableDetail",
}
# Reports of postings: the report of a range is the reports of its parts, laid one after the other.
ADDITIVE: Final = frozenset({"general_ledger", "profit_and_loss_detail"})
AGINGS: Final = frozenset({"aged_payable_detail", "aged_receivable_detail"})
# Reports as at a date: a change in an earlier month changes them too.
CUMULATIVE: Final = frozenset({"trial_balance", "balance_sheet", *AGINGS})

_POSTING_COLUMNS = ("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "klass_name", "dept_name")
_LEDGER_COLUMNS = ("account_name", "account_num", "is_adj", "create_date", "last_mod_date", "debt_amt", "credit_amt")
_AMOUNT_COLUMNS = ("subt_nat_amount", "rbal_nat_amount")
_LEDGER_HOME_COLUMNS = ("debt_home_amt", "credit_home_amt")
_HOME_COLUMNS = ("subt_nat_home_amount", "rbal_nat_home_amount", "currency", "exch_rate", "nat_foreign_amount")
_NON_TRACKING_COLUMNS = ("subt_nat_amount_nt", "rbal_nat_amount_nt")
_NON_TRACKING_HOME_COLUMNS = ("subt_nat_amount_home_nt", "rbal_nat_amount_home_nt")


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """What QuickBooks says of a company, as far as it decides how reports are asked for."""

    company: str
    realm_id: str
    name: str
    country: str  # CA, US, ...
    home_currency: str
    multicurrency: bool
    fiscal_year_start_month: int  # 1 to 12

    @property
    def non_tracking(self) -> bool:
        """Whether the company may be "NonTracking", which fills the `_nt` amount columns instead of the plain ones.

        No preference tells for sure, so every Canadian company is asked for both; the parser takes the filled ones.
        """
        return self.country == "CA"

    def fiscal_year_start(self, day: date) -> date:
        """The first day of the fiscal year that `day` is in."""
        year = day.year if day.month >= self.fiscal_year_start_month else day.year - 1
        return date(year, self.fiscal_year_start_month, 1)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """One report of one company-month, before it is asked for."""

    company: str
    report: str  # a key of REPORTS
    period: date  # first day of the month
    basis: Basis
    start: date
    end: date  # included
    currency: str  # the company's home currency, which the answer must be in
    columns: tuple[str, ...] = ()  # none: QuickBooks' own choice

    @property
    def name(self) -> str:
        """QuickBooks' name of the report."""
        return REPORTS[self.report]

    @property
    def additive(self) -> bool:
        """Whether the report of a range can be put together from those of its parts."""
        return self.report in ADDITIVE

    @property
    def cumulative(self) -> bool:
        """Whether a change in an earlier month changes this report too."""
        return self.report in CUMULATIVE

    def params(self, start: date, end: date) -> dict[str, str]:
        """The query parameters for the range `start` to `end`, both included."""
        if self.report in AGINGS:
            dates = {"report_date": end.isoformat()}
        else:
            dates = {"start_date": start.isoformat(), "end_date": end.isoformat()}  # a lone one is ignored
        columns = {"columns": ",".join(self.columns)} if self.columns else {}
        return {**dates, "accounting_method": self.basis.capitalize(), **columns}


def read_profile(client: QuickBooksClient, company: str, *, home_currency: str | None = None) -> CompanyProfile:
    """Ask QuickBooks for the company's CompanyInfo and Preferences.

    Args:
        home_currency: what the home currency must be; None: whatever it is. Where Preferences name none (a company
            that never could have several currencies), this one is taken, else the country's.

    Raises:
        WrongAnswer: a setting is missing or not understood, or the home currency is another.
    """
    realm = client.realms.get(company, "")
    info = _only(client, company, f"companyinfo/{realm}", "CompanyInfo")
    preferences = _only(client, company, "preferences", "Preferences")
    currencies = preferences.get("CurrencyPrefs") or {}
    country = str(info.get("Country") or "")
    month = str(info.get("FiscalYearStartMonth") or "")
    found = (currencies.get("HomeCurrency") or {}).get("value")
    currency = found or home_currency or {"CA": "CAD", "US": "USD"}.get(country)
    multicurrency = currencies.get("MultiCurrencyEnabled", False)
    wrong = ""
    if month not in _MONTHS:
        wrong = f"CompanyInfo.FiscalYearStartMonth: expected an English month, found {month!r}"
    elif not isinstance(multicurrency, bool):
        wrong = f"Preferences.CurrencyPrefs.MultiCurrencyEnabled: expected true or false, found {multicurrency!r}"
    elif currency is None:
        wrong = f"Preferences.CurrencyPrefs.HomeCurrency: expected a currency, found none (country {country!r})"
    elif home_currency is not None and currency != home_currency:
        wrong = f"Preferences.CurrencyPrefs.HomeCurrency: expected {home_currency}, found {currency}"
    if wrong or currency is None:
        raise WrongAnswer(
            wrong,
            company=company,
            request="CompanyInfo and Preferences",
            what_to_do="check that the contract's realm is this company's, and its currency",
        )
    return CompanyProfile(
        company=company,
        realm_id=realm,
        name=str(info.get("CompanyName") or ""),
        country=country,
        home_currency=str(currency),
        multicurrency=multicurrency,
        fiscal_year_start_month=_MONTHS.index(month) + 1,
    )


def report_requests(
    profile: CompanyProfile, period: date, *, basis: Basis = "accrual", first_month: bool = False
) -> list[ReportRequest]:
    """The reports of a company-month.

    Args:
        period: first day of the month.
        first_month: whether it is the company's first: then the balances it starts from are asked for too.
    """
    if period.day != 1:
        raise ValueError(f"{profile.company}: period {period}: expected the first day of a month")
    end = month_end(period)
    before = period - timedelta(days=1)
    year_start = profile.fiscal_year_start(period)
    # Balances are as at the end date; income and expense count from the fiscal year's start, so every balance report
    # is asked for from there: right whether or not QuickBooks minds the start.
    ranges = {
        "general_ledger": (period, end),
        "profit_and_loss": (period, end),
        "profit_and_loss_detail": (period, end),
        "trial_balance": (year_start, end),
        "balance_sheet": (year_start, end),
        "aged_payable_detail": (end, end),
        "aged_receivable_detail": (end, end),
    }
    if first_month:
        ranges["opening_trial_balance"] = (profile.fiscal_year_start(before), before)
    columns = {
        "general_ledger": _columns(profile, ledger=True),
        "profit_and_loss_detail": _columns(profile, ledger=False),
    }
    return [
        ReportRequest(
            company=profile.company,
            report=report,
            period=period,
            basis=basis,
            start=start,
            end=last,
            currency=profile.home_currency,
            columns=columns.get(report, ()),
        )
        for report, (start, last) in ranges.items()
    ]


def month_end(period: date) -> date:
    """The last day of the month that begins at `period`."""
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _columns(profile: CompanyProfile, *, ledger: bool) -> tuple[str, ...]:
    """The union of the columns this company may fill: they differ by preference and by year."""
    columns = _POSTING_COLUMNS + (_LEDGER_COLUMNS if ledger else ()) + _AMOUNT_COLUMNS
    if profile.non_tracking:
        columns += _NON_TRACKING_COLUMNS
    if profile.multicurrency:
        columns += (_LEDGER_HOME_COLUMNS if ledger else ()) + _HOME_COLUMNS
        if profile.non_tracking:
            columns += _NON_TRACKING_HOME_COLUMNS
    return columns


def _only(client: QuickBooksClient, company: str, path: str, name: str) -> dict[str, Any]:
    """The one object in the answer, under `name`."""
    answer = client.get(company, path, {}, kind=name)
    found = answer.content.get(name)
    if not isinstance(found, dict):
        raise WrongAnswer(
            f"$.{name}: expected an object, found {type(found).__name__}",
            company=company,
            request=f"GET {path}",
            status=answer.status,
            intuit_tid=answer.intuit_tid,
        )
    return found
