"""The entries of the contract's files, typed. Unknown keys are refused; nothing is coerced."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints

from monette_assets.group.effective import Window, window

CODE_PATTERN = r"^[a-z][a-z0-9_]{1,31}$"  # codes become parts of predicates and paths
ANY_COMPANY = "*"
WHOLE_GROUP = "group"  # stands where a company or a part of the group may stand

T = TypeVar("T")

Currency = Literal["CAD", "USD"]
Classification = Literal["Asset", "Liability", "Equity", "Revenue", "Expense"]
ProfitType = Literal[
    "Sales Revenue",
    "Cost of Goods Sold",
    "Direct Operating Expenses",
    "Other Operating Revenue",
    "Operating Overheads",
    "Other Income",
    "Other Expense",
]  # ACCOUNTING 24
AccountKind = Literal[
    "bank",
    "receivable",
    "payable",
    "inventory",
    "fixed_asset",
    "accumulated_depreciation",
    "debt",
    "due_from_group",
    "due_to_group",
    "capital",
    "retained_earnings",
    "dividends",
    "depreciation",
    "interest",
    "income_tax",
    "exchange",
    "translation",
    "intercompany_revenue",
    "intercompany_expense",
    "intercompany_difference",
    "goodwill",
    "non_controlling_interest",
    "other",
]

CashFlow = Literal["cash", "operating", "investing", "financing"]
# Where an account stands in the cash flow statement unless it says otherwise. An income or expense account outside of
# operating is added back to net income and meets its balance-sheet account there: depreciation in investing.
CASH_FLOW_OF_KIND: dict[str, CashFlow] = {
    "bank": "cash",
    "fixed_asset": "investing",
    "accumulated_depreciation": "investing",
    "depreciation": "investing",
    "debt": "financing",
    "capital": "financing",
    "dividends": "financing",
}


MONETARY_KINDS = ("bank", "receivable", "payable", "debt", "due_from_group", "due_to_group")
NON_MONETARY_KINDS = ("inventory", "fixed_asset", "accumulated_depreciation")


def _period(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or value.day != 1:
        raise ValueError("the first day of a month, such as 2024-11-01")
    return value


def decimal_of(places: int, value: Any) -> Decimal:
    """A figure as people write it, kept exact: a YAML number with a point would become a binary fraction."""
    try:
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            exact = Decimal(value)
            if exact.is_finite() and exact == exact.quantize(Decimal(1).scaleb(-places)):
                return exact
    except InvalidOperation:
        pass
    raise ValueError(f"a figure with at most {places} decimals, in quotes")


def _money(value: Any) -> Decimal:
    return decimal_of(2, value)


def _rate(value: Any) -> Decimal:
    if (exact := decimal_of(6, value)) <= 0:
        raise ValueError("a rate above zero")
    return exact


def _share(value: Any) -> Decimal:
    if not 0 < (exact := decimal_of(6, value)) <= 1:
        raise ValueError('a share above "0", at most "1"')
    return exact


def _some(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("at least one")
    return value


Period = Annotated[date, BeforeValidator(_period)]
Share = Annotated[Decimal, BeforeValidator(_share)]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Rate = Annotated[Decimal, BeforeValidator(_rate)]  # group currency for one unit of home currency
CompanyReference = Annotated[str, Field(description="A company's code, or * for every company.")]
# Names that stand in columns and predicates: letters of any script, digits, spaces and a few signs; no quotes.
Name = Annotated[str, StringConstraints(pattern=r"^[\p{L}\p{N}][\p{L}\p{N} .,&/()-]{0,79}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class Entry(BaseModel):
    """Base of every entry: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatedEntry(Entry):
    """An entry in force from a period (open: always) up to, not including, another (open: still)."""

    from_period: Period | None = Field(default=None, alias="from")
    to_period: Period | None = Field(default=None, alias="to")

    @property
    def window(self) -> Window:
        """When the entry is in force."""
        return window(self.from_period, self.to_period)


class BudgetRate(Entry):
    """The rate at which a fiscal year is budgeted, where a sheet states none (ACCOUNTING 25)."""

    fiscal_year: Annotated[StrictInt, Field(ge=2000, le=2099)]
    currency: Currency
    rate: Rate


class FallbackRate(Entry):
    """A month's rate from elsewhere, for where the Bank of Canada published none (ACCOUNTING 13).

    `rate` is group currency for one unit of `currency`; `rate_date` is the day it is of, in the month or before.
    """

    currency: Currency
    period: Period
    kind: Literal["average", "closing"]
    rate: Rate
    rate_date: date
    source: Text
    reason: Text


class CloseTerms(Entry):
    """From this month on, months are to be closed so many days after they end, the group's own too."""

    first_period: Period = Field(alias="from")
    within_days: Annotated[StrictInt, Field(ge=1, le=366)]


class GroupSettings(Entry):
    """group.yaml."""

    code: Code
    name: Text
    currency: Currency
    time_zone: Text
    first_period: Period
    bases: Annotated[tuple[Literal["accrual", "cash"], ...], AfterValidator(_some)]
    controllers: tuple[Text, ...] = ()  # who may approve, close and reopen months; empty: anybody
    year_start_month: Annotated[StrictInt, Field(ge=1, le=12)] = 1  # of the group's own fiscal year (ACCOUNTING 20)
    crop_year_month: Annotated[StrictInt, Field(ge=1, le=12)] = 8  # prairie grain: 1 August to 31 July (ACCOUNTING 11)
    budget_rates: tuple[BudgetRate, ...] = ()
    fallback_rates: tuple[FallbackRate, ...] = ()
    close: CloseTerms | None = None  # None: no month is ever due
    # Head counts of a month are due so many days after it ends; as long as the nightly refresh looks at the month.
    head_counts_within_days: Annotated[StrictInt, Field(ge=0, le=45)] = 10


class YearStart(Entry):
    """From this period on, fiscal years start in this month (1-12)."""

    from_period: Period = Field(alias="from")
    month: Annotated[StrictInt, Field(ge=1, le=12)]


class HistoricalAmount(Entry):
    """What a group account carried in group currency when the company joined, as its balance sheet shows it."""

    group_account: str
    amount_cad: Money


class OpeningPosition(Entry):
    """A foreign company's position at the start of its first period, in group currency (ACCOUNTING 14).

    `rate` is the closing rate of the day before. `historical` holds what equity (and, under the temporal method, the
    non-monetary accounts) carried; an account left out is taken at `rate`. `income_rate` is the average of a fiscal
    year that was under way; None: `rate`.
    """

    rate: Rate
    rate_date: date
    source: Text
    income_rate: Rate | None = None
    historical: tuple[HistoricalAmount, ...] = ()


class Company(Entry):
    """A QuickBooks company of the group. `last_period` is the last month it belongs to it; None: it still does."""

    code: Code
    name: Text
    realm_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
    home_currency: Currency
    country: Literal["CA", "US"]
    year_starts: Annotated[tuple[YearStart, ...], AfterValidator(_some)]
    first_period: Period
    last_period: Period | None = None
    pillar: str
    location: str | None = None  # implied where documents leave it blank
    translation: Literal["current_rate", "temporal"] = "current_rate"  # ACCOUNTING 14
    opening: OpeningPosition | None = None  # of a company whose home currency is not the group's

    def is_active(self, period: date) -> bool:
        """Whether the company belongs to the group in that period."""
        return self.first_period <= period and (self.last_period is None or period <= self.last_period)


class Pillar(Entry):
    """A business pillar; a sub-pillar names its parent."""

    name: Name
    parent: str | None = None


class LocationPillar(DatedEntry):
    """The pillar a location belongs to while in force."""

    pillar: str


class Spelling(DatedEntry):
    """How a company's books write a location."""

    raw: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    company: CompanyReference = ANY_COMPANY


class Location(Entry):
    """A farm or ranch by its standard name. Its own name is a spelling in every company."""

    name: Name
    pillars: Annotated[tuple[LocationPillar, ...], AfterValidator(_some)]
    spellings: tuple[Spelling, ...] = ()


class Commodity(Entry):
    """What is grown or raised. `marketing_year_month` is the month its marketing year begins in; None: it has none."""

    code: Code
    name: Text
    marketing_year_month: Annotated[StrictInt, Field(ge=1, le=12)] | None = None


class GroupAccount(Entry):
    """An account of the group's chart. `order` is its place in the statements.

    `monetary` says whether an asset or liability is translated at the closing rate under the temporal method, and
    `cash_flow` in which section of the cash flow statement the account stands; None: what its kind implies.
    `depreciable` says whether accumulated depreciation is of this fixed asset: not of land.
    """

    code: Code
    name: Text
    statement: Literal["profit_and_loss", "balance_sheet"]
    classification: Classification
    profit_type: ProfitType | None = None
    kind: AccountKind = "other"
    order: StrictInt
    commodity: str | None = None
    monetary: bool | None = None
    depreciable: bool = True
    cash_flow: CashFlow | None = None

    @property
    def is_monetary(self) -> bool | None:
        """Money or a fixed claim to it (ACCOUNTING 14); None where neither contract nor kind says so."""
        if self.monetary is not None or self.classification not in ("Asset", "Liability"):
            return self.monetary
        return False if self.kind in NON_MONETARY_KINDS else True if self.kind in MONETARY_KINDS else None

    @property
    def cash_flow_section(self) -> CashFlow:
        """The section of the cash flow statement that the account's movements stand in."""
        return self.cash_flow or CASH_FLOW_OF_KIND.get(self.kind, "operating")


class MappingEntry(DatedEntry):
    """Which group account a company's account belongs to: by number; by full name (colon path) as fallback only."""

    company: CompanyReference = ANY_COMPANY
    account_number: Text | None = None
    account_name: Text | None = None
    group_account: str
    commodity: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What the entry matches: ("number", "4010") or ("name", "Grain Sales:Durum")."""
        return ("number", self.account_number) if self.account_number else ("name", self.account_name or "")


class Reroute(Entry):
    """An account's activity moved to another group account, from a period on (ACCOUNTING 23)."""

    company: CompanyReference = ANY_COMPANY
    group_account: str
    to_group_account: str
    from_period: Period = Field(alias="from")
    to_period: Period | None = Field(default=None, alias="to")

    @property
    def window(self) -> Window:
        """When the reroute is in force."""
        return window(self.from_period, self.to_period)


class CompanyName(DatedEntry):
    """A further name that other companies' books give a company. Its own name is known everywhere."""

    company: str
    raw: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    books: CompanyReference = ANY_COMPANY


class DifferenceOwner(Entry):
    """Who clears the differences between two companies: a person or a role."""

    companies: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
    owner: Text


class ProfitInStock(DatedEntry):
    """The seller's margin on goods that a buyer takes to inventory (ACCOUNTING 19).

    What the buyer took to `inventory_account` counts as bought from the group; the seller's income is eliminated
    against `cost_account`, and the margin on what is still there against inventory.
    """

    seller: CompanyReference = ANY_COMPANY
    buyer: CompanyReference = ANY_COMPANY
    inventory_account: str
    cost_account: str
    margin: Share


class OpeningEquity(Entry):
    """An equity account of a subsidiary on the day control was gained, in group currency; a credit is positive."""

    group_account: str
    amount: Money


class Ownership(Entry):
    """A subsidiary while it is controlled: from a period up to, not including, another (ACCOUNTING 20).

    `investment_account` holds what the parent paid, for this company alone. `disposal_account` is the income account
    that a sale ends in: what control earned is taken out of it, the translation adjustment comes in.
    """

    company: str
    parent: str
    share: Share
    from_period: Period = Field(alias="from")
    to_period: Period | None = Field(default=None, alias="to")
    investment_account: str
    opening_equity: Annotated[tuple[OpeningEquity, ...], AfterValidator(_some)]
    disposal_account: str | None = None

    @property
    def window(self) -> Window:
        """The periods of control."""
        return window(self.from_period, self.to_period)


class Consolidation(Entry):
    """consolidation.yaml: how the companies' figures become the group's (ACCOUNTING 17 to 20)."""

    method: Literal["combined", "consolidated"] = "combined"
    owner: Text = "Group controller"  # of a difference between companies that `owners` do not name
    owners: tuple[DifferenceOwner, ...] = ()
    exchange_tolerance: Money = Decimal("0.05")  # transaction currency: below it, two currencies' books agree
    names: tuple[CompanyName, ...] = ()
    profit_in_stock: tuple[ProfitInStock, ...] = ()
    ownership: tuple[Ownership, ...] = ()
