"""What a company's books are written with: its lists, its bookkeeper, and what the month in hand needs."""

from __future__ import annotations

from datetime import date

from monette_assets.group import Company, Group
from monette_assets.simulator import contacts
from monette_assets.simulator.bookkeeper import Bookkeeper
from monette_assets.simulator.charts import chart_of
from monette_assets.simulator.model import Books, NamedItem, Posting
from monette_assets.simulator.profiles import businesses_of, departments_of, profile_of, uses_of

CLASS_OF_ACCOUNT = {
    "4010": "Durum",
    "4020": "Canola",
    "4030": "Lentils",
    "4040": "Spring Wheat",
    "4050": "Barley",
    "4060": "Peas",
    "4070": "Flax",
    "4080": "Oats",
}
CLASSES_OF_BUSINESS = {
    "grain": (*CLASS_OF_ACCOUNT.values(), "General"),
    "cow_calf": ("Cow/Calf",),
    "feedlot": ("Feedlot",),
    "seed": ("Seed Plant",),
    "produce": ("Field", "Packing"),
    "others": ("General",),
}


class Office:
    """A company's office, as of a month."""

    def __init__(
        self,
        group: Group,
        company: Company,
        *,
        seed: int,
        until: date,
        start: date,
        months_before: int,
        scale: float,
    ) -> None:
        self.group, self.company, self.seed, self.start = group, company, seed, start
        self.months_before, self.scale = months_before, scale
        self.profile = profile_of(company)
        self.revenue = self.profile.revenue * 100  # cents a year
        accounts, self.ids = chart_of(
            uses_of(group, company),
            company.home_currency,
            language=self.profile.language,
            renumbered=self.profile.renumbered,
            unnumbered=self.profile.unnumbered,
        )
        self.books = Books(
            code=company.code,
            realm_id=company.realm_id,
            name=company.name,
            home_currency=company.home_currency,
            fiscal_year_start_month=group.fiscal_year_start(company.code, company.first_period).month,
            country=company.country,
            language=self.profile.language,
            multicurrency=self.profile.multicurrency,
            non_tracking=self.profile.non_tracking,
            empty_beginning_balance=self.profile.empty_beginning_balance,
            accounts=accounts,
        )
        raws = departments_of(group, company)
        self.departments = {raw: str(i) for i, raw in enumerate(raws, 1)}
        self.books.departments = {i: NamedItem(i, raw) for raw, i in self.departments.items()}
        self.classes = self._list_classes()
        self.keeper = Bookkeeper(self.books, self.ids, group.time_zone, until)
        self.employees = [
            self.keeper.contact("Employee", name)
            for name in contacts.employee_names(
                max(1, round(self.profile.employees * scale)), int(company.realm_id[-2:])
            )
        ]
        self.payable_cheque = "Bill Payment (Cheque)" if company.country == "CA" else "Bill Payment (Check)"
        self.cheque = "Cheque" if company.country == "CA" else "Check"
        self.profit_ids = [each.id for each in accounts.values() if not each.is_balance_sheet]
        self.profit_before_year = 0
        self.businesses: dict[str, list[str]] = {}
        self.last_day = start

    def _list_classes(self) -> dict[str, str]:
        names: list[str] = []
        for business in sorted(uses_of(self.group, self.company)):
            names.extend(each for each in CLASSES_OF_BUSINESS.get(business, ()) if each not in names)
        ids = {name: str(i) for i, name in enumerate(names, 1)}
        herd = str(len(names) + 1) if {"Cow/Calf", "Feedlot"} & set(names) else None
        self.books.classes = {
            i: NamedItem(i, name, parent_id=herd if name in ("Cow/Calf", "Feedlot") else None)
            for name, i in ids.items()
        }
        if herd:
            self.books.classes[herd] = NamedItem(herd, "Cattle")
        return ids

    def shares(self, period: date) -> dict[str, list[str]]:
        """The departments of every business of the company in that month."""
        found = businesses_of(self.group, self.company, period)
        return {business: [self.departments[raw] for raw in raws] for business, raws in found.items()}

    def weights(self) -> dict[str, int]:
        """Percent of the company's revenue by business."""
        counts = {business: max(1, len(ids)) for business, ids in self.businesses.items()}
        return {business: 100 * count // sum(counts.values()) for business, count in counts.items()}

    def entry(
        self, number: str, memo: str, lines: list[tuple[str, int]], business: str = "", *, is_adjustment: bool = False
    ) -> None:
        """A month-end journal entry."""
        departments = self.businesses.get(business, [])
        department = departments[int(self.keeper.rng.random() * len(departments))] if departments else None
        postings = [
            Posting(self.ids[account], amount, None, None, None, None, department, memo) for account, amount in lines
        ]
        self.keeper.write(
            "JournalEntry",
            "Journal Entry",
            self.last_day,
            f"{number}-{self.last_day:%y%m}",
            postings,
            memo=memo,
            is_adjustment=is_adjustment,
        )
