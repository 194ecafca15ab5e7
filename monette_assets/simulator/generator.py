"""A company's books, month by month: trade by season, payroll, stock, debt, intercompany charges, year ends.

Every month draws from its own randomness, seeded by (seed, company, month), and continues from the balances before it:
a later `until` leaves everything before it as it was.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from random import Random

from monette_assets.group import Company, Group
from monette_assets.group.calendar import add_months, months_between, period_of
from monette_assets.simulator import contacts, intercompany, seasons
from monette_assets.simulator.charges import Charges
from monette_assets.simulator.model import Books, Posting
from monette_assets.simulator.month_end import MonthEnd
from monette_assets.simulator.payroll import Payroll

OPENING_STOCK = {"grain": 30, "feedlot": 45, "seed": 35, "produce": 30}  # percent of a year's cost


def generate_company(
    group: Group, company: Company, *, seed: int = 2024, until: date, months_before: int = 2, scale: float = 1.0
) -> Books:
    """One company's books from `months_before` months before its first period up to and including `until`.

    `scale` multiplies the number of documents, not the money. Times are of the document's day, office hours.
    """
    if scale <= 0:
        raise ValueError(
            f"scale of the simulated books: found {scale}; expected more than 0, 1 being 490 lines a month"
        )
    start = add_months(company.first_period, -months_before)
    generator = _Generator(
        group, company, seed=seed, until=until, start=start, months_before=months_before, scale=scale
    )
    generator.open_books()
    last = min(company.last_period or until, until)
    for period in months_between(start, last):
        generator.month(period)
    return generator.books


class _Generator(Charges, Payroll, MonthEnd):
    def open_books(self) -> None:
        """The balances the company begins with, as one journal entry the day before the first month."""
        keeper, day = self.keeper, self.start - timedelta(days=1)
        keeper.rng = Random(f"{self.seed}:{self.company.code}:opening")
        self.businesses = self.shares(self.start)
        percent = self.revenue // 100
        amounts: dict[str, int] = {"1000": 7 * percent, "1010": 2 * percent, "2200": -4 * percent}
        amounts |= {"1300": percent // 2, "2400": -percent // 2, "3000": -percent}
        for business, share in self.weights().items():
            capital, part = seasons.CAPITAL[business], percent * share // 100
            for number, amount in (
                ("1500", capital.land * part),
                ("1510", capital.buildings * part),
                ("1521" if "1521" in self.ids else "1520", capital.machinery * part * 3 // 5),
                ("1522" if "1522" in self.ids else "1520", capital.machinery * part * 2 // 5),
                ("1530", capital.herd * part),
                ("1590", -(capital.buildings + capital.machinery) * part * 2 // 5),
                ("2600", -capital.term_debt * part * 3 // 4),
                ("2650" if "2650" in self.ids else "2600", -capital.term_debt * part // 4),
            ):
                amounts[number] = amounts.get(number, 0) + amount
            if business in seasons.STOCKS:
                stock = seasons.STOCKS[business]
                amounts[stock.inventory] = part * OPENING_STOCK[business] * stock.cost_share // 10_000
        postings = [
            Posting(self.ids[number], amount + keeper.rng.randrange(100), memo="Opening balance")
            for number, amount in amounts.items()
            if amount
        ]
        open_items: list[tuple[str, str, int]] = []
        for number, kind, sign, people in (
            ("1100", "Customer", 1, contacts.CUSTOMERS),
            ("2000", "Vendor", -1, contacts.VENDORS),
        ):
            for name in people["opening"]:
                amount = sign * (percent + keeper.rng.randrange(percent))
                contact = keeper.contact(kind, name)
                postings.append(Posting(self.ids[number], amount, None, contact, kind, memo="Opening balance"))
                open_items.append((number, contact, amount))
        total = sum(each.amount for each in postings)
        postings.append(Posting(self.ids["3900"], -total, memo="Opening balance"))
        entry = keeper.write("JournalEntry", "Journal Entry", day, "OPENING", postings, memo="Opening balances")
        for i, (number, contact, amount) in enumerate(open_items):
            paid = self.start + timedelta(days=9 + 11 * (i % 3))
            if number == "1100":
                self.receive(entry, paid, contact, amount)
            else:
                self.pay(entry, paid, contact, -amount)
        keeper.settle(period_of(day))
        self.profit_before_year = 0

    def month(self, period: date) -> None:
        """Everything that happens in one month."""
        keeper = self.keeper
        keeper.rng = Random(f"{self.seed}:{self.company.code}:{period.isoformat()}")
        self.last_day = period.replace(day=monthrange(period.year, period.month)[1])
        self.businesses = self.shares(period)
        for business, share in self.weights().items():
            for activity in seasons.ACTIVITIES[business]:
                self.trade(activity, business, share, period)
            factor = share * seasons.CAPITAL[business].overheads // 100
            for activity in seasons.OVERHEADS:
                if activity.accounts[0] in self.ids:
                    self.trade(activity, business, factor, period)
        self.payroll(period)
        for charge in intercompany.charges(
            self.group, self.company, period, seed=self.seed, months_before=self.months_before
        ):
            self.charge(charge)
        self.remittances(period)
        documents = keeper.settle(period)
        self.stock(documents)
        self.debt(period)
        self.depreciation(period)
        if self.books.multicurrency:
            self.revalue(period)
        keeper.settle(period)
        if add_months(period, 1) == self.group.fiscal_year_start(self.company.code, add_months(period, 1)):
            self.year_end(period)
        self.treasury(period)
        keeper.settle(period)
