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
from monette_assets.simulator.farm import Farm, charging, month_end, payroll, trade
from monette_assets.simulator.model import Books, Posting

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
    farm = Farm(group, company, seed=seed, until=until, start=start, months_before=months_before, scale=scale)
    _open_books(farm)
    last = min(company.last_period or until, until)
    for period in months_between(start, last):
        _month(farm, period)
    return farm.books


def _open_books(farm: Farm) -> None:
    """The balances the company begins with, as one journal entry the day before the first month."""
    keeper, day = farm.keeper, farm.start - timedelta(days=1)
    keeper.rng = Random(f"{farm.seed}:{farm.company.code}:opening")
    farm.businesses = farm.shares(farm.start)
    percent = farm.revenue // 100
    amounts: dict[str, int] = {"1000": 7 * percent, "1010": 2 * percent, "2200": -4 * percent}
    amounts |= {"1300": percent // 2, "2400": -percent // 2, "3000": -percent}
    for business, share in farm.weights().items():
        capital, part = seasons.CAPITAL[business], percent * share // 100
        for number, amount in (
            ("1500", capital.land * part),
            ("1510", capital.buildings * part),
            ("1521" if "1521" in farm.ids else "1520", capital.machinery * part * 3 // 5),
            ("1522" if "1522" in farm.ids else "1520", capital.machinery * part * 2 // 5),
            ("1530", capital.herd * part),
            ("1590", -(capital.buildings + capital.machinery) * part * 2 // 5),
            ("2600", -capital.term_debt * part * 3 // 4),
            ("2650" if "2650" in farm.ids else "2600", -capital.term_debt * part // 4),
        ):
            amounts[number] = amounts.get(number, 0) + amount
        if business in seasons.STOCKS:
            stock = seasons.STOCKS[business]
            amounts[stock.inventory] = part * OPENING_STOCK[business] * stock.cost_share // 10_000
    postings = [
        Posting(farm.ids[number], amount + keeper.rng.randrange(100), memo="Opening balance")
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
            postings.append(Posting(farm.ids[number], amount, None, contact, kind, memo="Opening balance"))
            open_items.append((number, contact, amount))
    total = sum(each.amount for each in postings)
    postings.append(Posting(farm.ids["3900"], -total, memo="Opening balance"))
    entry = keeper.write("JournalEntry", "Journal Entry", day, "OPENING", postings, memo="Opening balances")
    for i, (number, contact, amount) in enumerate(open_items):
        paid = farm.start + timedelta(days=9 + 11 * (i % 3))
        if number == "1100":
            trade.receive(farm, entry, paid, contact, amount)
        else:
            trade.pay(farm, entry, paid, contact, -amount)
    keeper.settle(period_of(day))
    farm.profit_before_year = 0


def _month(farm: Farm, period: date) -> None:
    """Everything that happens in one month."""
    keeper = farm.keeper
    keeper.rng = Random(f"{farm.seed}:{farm.company.code}:{period.isoformat()}")
    farm.last_day = period.replace(day=monthrange(period.year, period.month)[1])
    farm.businesses = farm.shares(period)
    for business, share in farm.weights().items():
        for activity in seasons.ACTIVITIES[business]:
            trade.trade(farm, activity, business, share, period)
        factor = share * seasons.CAPITAL[business].overheads // 100
        for activity in seasons.OVERHEADS:
            if activity.accounts[0] in farm.ids:
                trade.trade(farm, activity, business, factor, period)
    payroll.payroll(farm, period)
    for charge in intercompany.charges(
        farm.group, farm.company, period, seed=farm.seed, months_before=farm.months_before
    ):
        charging.book(farm, charge)
    month_end.remittances(farm, period)
    documents = keeper.settle(period)
    month_end.stock(farm, documents)
    month_end.debt(farm, period)
    month_end.depreciation(farm, period)
    if farm.books.multicurrency:
        month_end.revalue(farm, period)
    keeper.settle(period)
    if add_months(period, 1) == farm.group.fiscal_year_start(farm.company.code, add_months(period, 1)):
        month_end.year_end(farm, period)
    month_end.treasury(farm, period)
    keeper.settle(period)
