"""What a reader should know of besides the statements: agings, differences, waivers, rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from monette_assets.group import Group
from monette_assets.group.perimeter import belonging
from monette_assets.reports.pack.behind import BALANCES
from monette_assets.reports.pack.grid import ZERO
from monette_assets.reports.released import Released
from monette_assets.reports.shares import aged
from monette_assets.reports.statement import Field, Kind, Statement
from monette_assets.tables import quarantine
from monette_assets.tables import waivers as waivers_table

SHOWN = 500  # rows of a listing
CONTACTS = 25
CONTACTS_A_COMPANY = 8
AGINGS = {
    "gold/receivables_aging": ("Receivables", "receivable", 1),
    "gold/payables_aging": ("Payables", "payable", -1),
}  # title, kind of its control accounts, their side


@dataclass(frozen=True)
class Aging:
    """What is owed by bucket of days overdue, in group currency."""

    title: str
    buckets: tuple[str, ...]
    companies: tuple[str, ...]
    amounts: Mapping[tuple[str, str], Decimal]  # (company, bucket)
    contacts: Sequence[tuple[str, str, Decimal, Decimal]]  # company, contact, overdue, in all: largest overdue first
    largest: Mapping[str, Sequence[tuple[str, Decimal, Decimal]]]  # by company: contact, overdue, in all
    overdue: Decimal
    booked: Decimal | None  # its control accounts as they were translated; None where the release does not tell

    @property
    def difference(self) -> Decimal:
        """From the control accounts: several accounts of a foreign company are rounded each by itself."""
        return ZERO if self.booked is None else self.total() - self.booked

    def total(self, bucket: str | None = None) -> Decimal:
        """Of a bucket, or of all."""
        return sum((amount for (_, each), amount in self.amounts.items() if bucket in (None, each)), ZERO)

    def of_company(self, company: str) -> Decimal:
        """What is owed to or by a company in all."""
        return sum((amount for (each, _), amount in self.amounts.items() if each == company), ZERO)


def agings(release: Released, group: Group, month: date) -> tuple[Aging, ...]:
    """Receivables and payables, as far as the release holds them, in the cents of their reports (ACCOUNTING 28)."""
    return tuple(_aging(release, group, month, table) for table in AGINGS if release.holds(table))


def _aging(release: Released, group: Group, month: date, table: str) -> Aging:
    import pyarrow.compute as pc

    title, kind, side = AGINGS[table]
    rows = release.rows(
        table,
        period=month,
        columns=["company", "period", "contact_name", "days_overdue", "bucket", "open_balance_cad"],
        where=pc.field("basis") == "accrual",
    )
    by_company: dict[str, list[dict[str, Any]]] = defaultdict(list)
    youngest: dict[str, int] = {}
    for row in filter(belonging(group), rows):
        by_company[row["company"]].append(row)
        youngest[row["bucket"]] = min(row["days_overdue"], youngest.get(row["bucket"], row["days_overdue"]))
    amounts: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    owed: list[tuple[str, str, Decimal, Decimal]] = []
    for company, own in by_company.items():
        for contact, buckets in aged(own, "contact_name", "open_balance_cad").items():
            late = sum((owed_there for bucket, owed_there in buckets.items() if youngest[bucket] > 0), ZERO)
            owed.append((company, contact or "no contact", late, sum(buckets.values(), ZERO)))
            for bucket, owed_there in buckets.items():
                amounts[company, bucket] += owed_there
    overdue = sorted((each for each in owed if each[2] > 0), key=lambda each: (-each[2], each))[:CONTACTS]
    largest: dict[str, list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for company, contact, late, every in sorted(owed, key=lambda each: (-abs(each[3]), each)):
        if len(largest[company]) < CONTACTS_A_COMPANY:
            largest[company].append((contact, late, every))
    return Aging(
        title,
        tuple(sorted(youngest, key=lambda bucket: youngest[bucket])),
        tuple(each.code for each in group.companies if each.code in by_company),
        dict(amounts),
        overdue,
        largest,
        sum((amount for (_, bucket), amount in amounts.items() if youngest[bucket] > 0), ZERO),
        _booked(release, group, month, kind, side),
    )


def _booked(release: Released, group: Group, month: date, kind: str, side: int) -> Decimal | None:
    """What stands on the companies' control accounts at the month's end, in group currency, `side` positive."""
    import pyarrow.compute as pc

    control = [each.code for each in group.chart if each.kind == kind]
    if not control or not release.holds(BALANCES):
        return None
    where = (pc.field("basis") == "accrual") & pc.field("group_account").isin(control)
    rows = release.rows(BALANCES, period=month, columns=["company", "period", "closing_cad"], where=where)
    return side * sum((row["closing_cad"] or ZERO for row in filter(belonging(group), rows)), ZERO)


def company_names(group: Group) -> dict[str, str]:
    """What a company is called, by its code."""
    return {each.code: each.name for each in group.companies}


def listing(
    release: Released,
    table: str,
    title: str,
    month: date,
    fields: Sequence[Field],
    note: str = "",
    keep: Callable[[Mapping[str, Any]], bool] = lambda row: True,
) -> Statement | None:
    """A table's rows of the month that `keep` is true of, in the columns of `fields`; None without such a table."""
    if not release.holds(table):
        return None
    rows = [row for row in release.rows(table, period=month, columns=[each.key for each in fields]) if keep(row)]
    return shortened(title, fields, rows, note, f"monette report {table} --period {month:%Y-%m}")


def shortened(
    title: str, fields: Sequence[Field], rows: Sequence[dict[str, Any]], note: str, command: str
) -> Statement:
    """The first rows; where there are more, with the command that prints all."""
    notes = [note] if note else []
    if len(rows) > SHOWN:
        notes.append(f"The first {SHOWN} of {len(rows):,} rows: `{command}`.")
    return Statement(title, "", tuple(fields), list(rows[:SHOWN]), notes=notes)


def differences(release: Released, group: Group, month: date) -> Statement | None:
    """Intercompany differences that stand: classified, aged, owned, largest first (ACCOUNTING 18)."""
    names = company_names(group)
    found = listing(
        release,
        "gold/intercompany_matches",
        "Differences between companies",
        month,
        (
            Field("company", "Company"),
            Field("partner", "Partner"),
            Field("account_pair", "What"),
            Field("currency", "Currency"),
            Field("reference", "Reference"),
            Field("company_amount_cad", "In its books", Kind.MONEY),
            Field("partner_amount_cad", "In the partner's", Kind.MONEY),
            Field("difference_cad", "Difference", Kind.MONEY),
            Field("difference_kind", "Kind"),
            Field("age_days", "Days", Kind.COUNT),
            Field("owner", "Owner"),
        ),
        keep=lambda row: bool(row["difference_cad"]),
    )
    if found is None:
        return None
    told = [
        {
            **row,
            "company": names.get(row["company"], row["company"]),
            "partner": names.get(row["partner"], row["partner"]) or "none named",
            "account_pair": row["account_pair"].replace("_", " "),
            "difference_kind": row["difference_kind"].replace("_", " "),
        }
        for row in sorted(found.rows, key=lambda row: -abs(row["difference_cad"]))
    ]
    return replace(found, rows=told)


def waivers(release: Released, group: Group, month: date) -> Statement | None:
    """Entries of quarantine that somebody waived, of this month or of lists; as they stand, since both are logs."""
    names = (quarantine.CONTRACT.name, waivers_table.CONTRACT.name)
    if not all(release.lake.exists(name) for name in names):
        return None
    held, log = (release.rows(name) for name in names)
    acts = waivers_table.covered_by(held, sorted(log, key=lambda row: int(row["number"])))
    rows = [
        {**entry, "entry_id": quarantine.entry_id(entry), "who": act["who"], "why": act["why"]}
        for entry, act in zip(held, acts, strict=True)
        if act is not None and entry["period"] in (None, month)
    ]
    if not rows:
        return None
    return Statement(
        "Waived",
        "",
        (
            Field("entry_id", "Entry"),
            Field("table_name", "Table"),
            Field("company", "Company"),
            Field("reason", "What was refused"),
            Field("amount", "Amount", Kind.MONEY),
            Field("who", "Waived by"),
            Field("why", "Because"),
        ),
        sorted(rows, key=lambda row: (row["company"] or "", row["entry_id"])),
        notes=["Left out of the figures, and let stand by the person named; `monette quarantine show` has each whole."],
    )


def rates(release: Released, group: Group, month: date) -> Statement | None:
    """The rates that the month was translated at, from the translated balances themselves (ACCOUNTING 13)."""
    import pyarrow.compute as pc

    table = "gold/translated_balances"
    if not release.holds(table):
        return None
    rows = release.rows(
        table,
        period=month,
        columns=["currency", "company", "method", "rate_kind", "rate", "rate_date", "rate_source"],
        where=pc.field("rate_kind").isin(["average", "closing"]) & pc.field("rate").is_valid(),
    )
    companies: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for row in rows:
        key = (row["currency"], row["rate_kind"], row["rate"], row["rate_date"], row["rate_source"])
        companies[key].add(row["company"])
    return Statement(
        "Rates",
        f"{group.currency} for one unit",
        (
            Field("currency", "Currency"),
            Field("rate_kind", "Kind"),
            Field("rate", "Rate"),
            Field("rate_date", "Of", Kind.DATE),
            Field("rate_source", "Source"),
            Field("companies", "Companies", Kind.COUNT),
        ),
        [
            {
                "currency": key[0],
                "rate_kind": key[1],
                "rate": format(key[2], "f"),
                "rate_date": key[3],
                "rate_source": key[4],
                "companies": len(own),
            }
            for key, own in sorted(companies.items(), key=lambda each: str(each[0]))
        ],
        notes=["Historical and carrying rates differ by account; monette explain shows them."],
    )
