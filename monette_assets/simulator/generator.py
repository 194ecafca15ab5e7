"""A company's books, month by month: trade by season, payroll, stock, debt, intercompany charges, year ends.

Every month draws from its own randomness, seeded by (seed, company, month), and continues from the balances before it:
a later `until` leaves everything before it as it was.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from monette_assets.group import Company, Group
from monette_assets.group.calendar import add_months, months_between, period_of
from monette_assets.simulator import contacts, intercompany, seasons
from monette_assets.simulator.bookkeeper import Bookkeeper
from monette_assets.simulator.charts import chart_of
from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.model import Books, Document, NamedItem, Posting
from monette_assets.simulator.profiles import businesses_of, departments_of, profile_of, uses_of
from monette_assets.simulator.seasons import Activity

PAYDAYS_FROM = date(2015, 1, 2).toordinal()  # a Friday; every second one is a payday
EMPLOYEES_PER_ENTRY = 30
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
ODD_MEMOS = (
    'per Émile: "rush", 50 % now',
    "=SUM(A1:A9)",
    "🚜 breakdown, hwy 4",
    "O'Neil's half; see ../2019/scan.pdf",
    "two, three, \tfour",
    "<b>paid twice?</b>",
)
OPENING_STOCK = {"grain": 30, "feedlot": 45, "seed": 35, "produce": 30}  # percent of a year's cost
OPERATING_INTEREST = 65  # tenths of a percent a year
TERM_INTEREST = 55
SAVINGS_INTEREST = 25


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


class _Generator:
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

    # -- lists ---------------------------------------------------------------------------------------------------

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

    # -- opening ---------------------------------------------------------------------------------------------------

    def open_books(self) -> None:
        """The balances the company begins with, as one journal entry the day before the first month."""
        keeper, day = self.keeper, self.start - timedelta(days=1)
        keeper.rng = Random(f"{self.seed}:{self.company.code}:opening")
        self.businesses = self._shares(self.start)
        percent = self.revenue // 100
        amounts: dict[str, int] = {"1000": 7 * percent, "1010": 2 * percent, "2200": -4 * percent}
        amounts |= {"1300": percent // 2, "2400": -percent // 2, "3000": -percent}
        for business, share in self._weights().items():
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
                self._receive(entry, paid, contact, amount)
            else:
                self._pay(entry, paid, contact, -amount)
        keeper.settle(period_of(day))
        self.profit_before_year = 0

    # -- a month ---------------------------------------------------------------------------------------------------

    def month(self, period: date) -> None:
        """Everything that happens in one month."""
        keeper = self.keeper
        keeper.rng = Random(f"{self.seed}:{self.company.code}:{period.isoformat()}")
        self.last_day = period.replace(day=monthrange(period.year, period.month)[1])
        self.businesses = self._shares(period)
        for business, share in self._weights().items():
            for activity in seasons.ACTIVITIES[business]:
                self._trade(activity, business, share, period)
            factor = share * seasons.CAPITAL[business].overheads // 100
            for activity in seasons.OVERHEADS:
                if activity.accounts[0] in self.ids:
                    self._trade(activity, business, factor, period)
        self._payroll(period)
        for charge in intercompany.charges(
            self.group, self.company, period, seed=self.seed, months_before=self.months_before
        ):
            self._charge(charge)
        self._remittances(period)
        documents = keeper.settle(period)
        self._stock(documents)
        self._debt(period)
        self._depreciation(period)
        if self.books.multicurrency:
            self._revalue(period)
        keeper.settle(period)
        if add_months(period, 1) == self.group.fiscal_year_start(self.company.code, add_months(period, 1)):
            self._year_end(period)
        self._treasury(period)
        keeper.settle(period)

    def _shares(self, period: date) -> dict[str, list[str]]:
        found = businesses_of(self.group, self.company, period)
        return {business: [self.departments[raw] for raw in raws] for business, raws in found.items()}

    def _weights(self) -> dict[str, int]:
        """Percent of the company's revenue by business."""
        counts = {business: max(1, len(ids)) for business, ids in self.businesses.items()}
        return {business: 100 * count // sum(counts.values()) for business, count in counts.items()}

    # -- trade -----------------------------------------------------------------------------------------------------

    def _trade(self, activity: Activity, business: str, share: int, period: date) -> None:
        weight, weights = activity.months[period.month - 1], sum(activity.months)
        if not weight:
            return
        rng = self.keeper.rng
        wanted = activity.documents * weight * share * self.profile.volume * self.scale / (weights * 10_700)
        count = max(1, int(wanted + rng.random()))
        budget = self.revenue * activity.share * share * weight // (weights * 1_000_000)
        budget = budget * (88 + int(rng.random() * 25)) // 100
        days = self.last_day.day
        for amount in _split(budget, count, rng):
            day = period.replace(day=1 + int(rng.random() * days))
            lines = activity.lines[0] + int(rng.random() * (activity.lines[1] - activity.lines[0] + 1))
            if activity.how == "invoice":
                self._invoice(activity, business, day, amount, lines)
            elif activity.how == "deposit":
                self._deposit(activity, business, day, amount, lines)
            elif activity.how == "bill":
                self._bill(activity, business, day, amount, lines)
            else:
                self._purchase(activity, business, day, amount, lines)

    def _lines(
        self, activity: Activity, business: str, amount: int, count: int, *, contact: str, kind: str, memo: str
    ) -> list[Posting]:
        """A document's lines: accounts of the activity, a department and a class; now and then two exactly alike."""
        rng, ids = self.keeper.rng, self.ids
        departments = self.businesses[business]
        department = departments[int(rng.random() * len(departments))] if departments and rng.random() < 0.93 else None
        if rng.random() < 0.01:
            memo = ODD_MEMOS[int(rng.random() * len(ODD_MEMOS))]
        postings: list[Posting] = []
        for part in _split(amount, count, rng):
            number = activity.accounts[int(rng.random() * len(activity.accounts))]
            class_name = CLASS_OF_ACCOUNT.get(number)
            if class_name is None:
                names = CLASSES_OF_BUSINESS[business]
                class_name = names[int(rng.random() * len(names))]
            class_id = self.classes[class_name] if rng.random() < 0.82 else None
            if len(departments) > 1 and rng.random() < 0.12:
                department = departments[int(rng.random() * len(departments))]
            if rng.random() < 0.012 and part % 2 == 0:
                half = part // 2
                postings.append(Posting(ids[number], half, None, contact, kind, class_id, department, memo))
                postings.append(Posting(ids[number], half, None, contact, kind, class_id, department, memo))
            else:
                postings.append(Posting(ids[number], part, None, contact, kind, class_id, department, memo))
        return postings

    def _memo(self, activity: Activity) -> str:
        if "{" not in activity.memo:
            return activity.memo
        return activity.memo.replace("{number}", str(10_000 + int(self.keeper.rng.random() * 90_000)))

    def _invoice(self, activity: Activity, business: str, day: date, amount: int, lines: int) -> None:
        keeper, rng = self.keeper, self.keeper.rng
        if self.books.multicurrency and activity.people == "growers" and rng.random() < 0.3:
            self._foreign_invoice(activity, business, day, amount, lines)
            return
        contact, memo = keeper.someone("Customer", activity.people), self._memo(activity)
        postings = self._lines(activity, business, -amount, lines, contact=contact, kind="Customer", memo=memo)
        postings.insert(0, Posting(self.ids["1100"], amount, None, contact, "Customer", memo=memo))
        due = day + timedelta(days=30)
        invoice = keeper.write("Invoice", "Invoice", day, None, postings, due_date=due, memo=memo)
        left, chance = amount, rng.random()
        if chance < 0.02:
            credit = amount // 20
            line = postings[1]
            back = Posting(
                line.account_id,
                credit,
                None,
                contact,
                "Customer",
                line.class_id,
                line.department_id,
                "Grade adjustment",
            )
            keeper.write(
                "CreditMemo",
                "Credit Memo",
                day + timedelta(days=6),
                None,
                [Posting(self.ids["1100"], -credit, None, contact, "Customer"), back],
                linked=(invoice,),
                memo="Grade adjustment",
            )
            left -= credit
        elif chance > 0.985:
            return  # never paid
        paid = day + timedelta(days=7 + int(rng.random() * 40))
        if rng.random() < 0.06:
            self._receive(invoice, paid, contact, left // 3)
            left -= left // 3
            paid += timedelta(days=21)
        self._receive(invoice, paid, contact, left)

    def _receive(self, invoice: Document, day: date, contact: str, amount: int) -> None:
        postings = [
            Posting(self.ids["1000"], amount, None, contact, "Customer"),
            Posting(self.ids["1100"], -amount, None, contact, "Customer"),
        ]
        self.keeper.write(
            "Payment", "Payment", day, str(int(self.keeper.rng.random() * 10**6)), postings, linked=(invoice,)
        )

    def _foreign_invoice(self, activity: Activity, business: str, day: date, amount: int, lines: int) -> None:
        """A sale in US dollars; what the rate does until it is paid is an exchange gain or loss."""
        keeper, rng = self.keeper, self.keeper.rng
        names = contacts.US_CUSTOMERS
        contact = keeper.contact("Customer", names[int(rng.random() * len(names))], "USD")
        rate = latest_rate(day, seed=self.seed)
        postings = self._lines(
            activity,
            business,
            -_in_foreign(amount, rate),
            lines,
            contact=contact,
            kind="Customer",
            memo=self._memo(activity),
        )
        for each in postings:
            each.foreign_amount, each.amount = each.amount, _in_home(each.amount, rate)
        total = -sum(each.amount for each in postings)
        foreign = -sum(each.foreign_amount or 0 for each in postings)
        postings.insert(0, Posting(self.ids["1110"], total, foreign, contact, "Customer"))
        invoice = keeper.write(
            "Invoice",
            "Invoice",
            day,
            None,
            postings,
            currency="USD",
            exchange_rate=rate,
            due_date=day + timedelta(days=30),
            memo=activity.memo,
        )
        paid = day + timedelta(days=10 + int(rng.random() * 40))
        self._receive_foreign("Payment", paid, None, invoice)

    def _receive_foreign(self, kind: str, day: date, number: str | None, settles: Document) -> None:
        """US dollars banked at the day's rate, against what the first line of a document booked at its own."""
        owed = settles.postings[0]
        booked, foreign, contact = owed.amount, owed.foreign_amount or 0, owed.contact_id
        rate = latest_rate(day, seed=self.seed)
        home = _in_home(foreign, rate)
        postings = [
            Posting(self.ids["1050"], home, foreign, contact, "Customer"),
            Posting(owed.account_id, -booked, -foreign, contact, "Customer"),
        ]
        if home != booked:
            postings.append(
                Posting(self.ids["4930"], booked - home, 0, contact, "Customer", memo="Exchange gain or loss")
            )
        self.keeper.write(kind, kind, day, number, postings, currency="USD", exchange_rate=rate, linked=(settles,))

    def _bill(self, activity: Activity, business: str, day: date, amount: int, lines: int) -> None:
        keeper, rng = self.keeper, self.keeper.rng
        contact, memo = keeper.someone("Vendor", activity.people), self._memo(activity)
        postings = self._taxed(
            activity, self._lines(activity, business, amount, lines, contact=contact, kind="Vendor", memo=memo), contact
        )
        total = sum(each.amount for each in postings)
        postings.insert(0, Posting(self.ids["2000"], -total, None, contact, "Vendor", memo=memo))
        number = f"{'INV' if rng.random() < 0.5 else 'F'}-{int(rng.random() * 10**6)}"
        due = day + timedelta(days=30)
        bill = keeper.write("Bill", "Bill", day, number, postings, due_date=due, memo=memo)
        if rng.random() < 0.985:
            self._pay(bill, day + timedelta(days=12 + int(rng.random() * 36)), contact, total)

    def _pay(self, bill: Document, day: date, contact: str, amount: int) -> None:
        postings = [
            Posting(self.ids["1000"], -amount, None, contact, "Vendor"),
            Posting(self.ids["2000"], amount, None, contact, "Vendor"),
        ]
        self.keeper.write("BillPayment", self.payable_cheque, day, None, postings, linked=(bill,))

    def _taxed(self, activity: Activity, postings: list[Posting], contact: str) -> list[Posting]:
        """With GST, where the company is Canadian and the purchase taxed."""
        if activity.taxed and "1350" in self.ids:
            tax = (5 * sum(each.amount for each in postings) + 50) // 100
            if tax:
                postings.append(Posting(self.ids["1350"], tax, None, contact, "Vendor", memo="GST"))
        return postings

    def _purchase(self, activity: Activity, business: str, day: date, amount: int, lines: int) -> None:
        keeper = self.keeper
        contact, memo = keeper.someone("Vendor", activity.people), self._memo(activity)
        postings = self._taxed(
            activity, self._lines(activity, business, amount, lines, contact=contact, kind="Vendor", memo=memo), contact
        )
        paid_from = "2100" if activity.how == "card" else "1000"
        total = sum(each.amount for each in postings)
        postings.insert(0, Posting(self.ids[paid_from], -total, None, contact, "Vendor", memo=memo))
        is_cheque = activity.how == "cheque"
        transaction_type = self.cheque if is_cheque else "Expense"
        keeper.write("Purchase", transaction_type, day, None if is_cheque else "", postings, memo=memo)

    def _deposit(self, activity: Activity, business: str, day: date, amount: int, lines: int) -> None:
        contact, memo = self.keeper.someone("Customer", activity.people), self._memo(activity)
        postings = self._lines(activity, business, -amount, lines, contact=contact, kind="Customer", memo=memo)
        postings.insert(0, Posting(self.ids["1000"], amount, None, contact, "Customer", memo=memo))
        self.keeper.write("Deposit", "Deposit", day, "", postings, memo=memo)

    # -- people ----------------------------------------------------------------------------------------------------

    def _payroll(self, period: date) -> None:
        """Every second Friday: wages by employee, what is withheld and the employer's part, the net paid."""
        keeper, rng, ids = self.keeper, self.keeper.rng, self.ids
        first = period.toordinal()
        paydays = [first + i for i in range(self.last_day.day) if (first + i - PAYDAYS_FROM) % 14 == 0]
        work = [
            (number, business, share * rate)
            for business, share in self._weights().items()
            for number, rate in zip(("5700", "6050"), seasons.WAGES[business], strict=True)
            if rate and number in ids
        ]
        total_rate = sum(rate for _, _, rate in work)
        for payday in paydays:
            gross = self.revenue * total_rate // (26 * 1_000_000) * (92 + int(rng.random() * 17)) // 100
            pays = list(zip(self.employees, _split(gross, len(self.employees), rng), strict=True))
            for start in range(0, len(pays), EMPLOYEES_PER_ENTRY):
                batch = pays[start : start + EMPLOYEES_PER_ENTRY]
                postings: list[Posting] = []
                for employee, pay in batch:
                    number, business, _ = work[_weighted([rate for _, _, rate in work], rng)]
                    departments = self.businesses[business]
                    department = departments[int(employee) % len(departments)] if departments else None
                    names = CLASSES_OF_BUSINESS[business]
                    class_id = self.classes[names[-1]] if rng.random() < 0.7 else None
                    postings.append(
                        Posting(ids[number], pay, None, employee, "Employee", class_id, department, "Gross pay")
                    )
                paid = sum(pay for _, pay in batch)
                withheld, employer = paid * 22 // 100, paid * 7 // 100
                postings.append(Posting(ids["5710"], employer, memo="Employer's contributions"))
                postings.append(Posting(ids["2400"], -withheld - employer, memo="Withheld and contributed"))
                postings.append(Posting(ids["1000"], withheld - paid, memo="Net pay"))
                day = date.fromordinal(payday)
                number = f"PAY-{day:%y%m%d}" + (f"-{start // EMPLOYEES_PER_ENTRY + 1}" if start else "")
                keeper.write("JournalEntry", "Journal Entry", day, number, postings, memo="Payroll")

    # -- the group -------------------------------------------------------------------------------------------------

    def _charge(self, charge: intercompany.Charge) -> None:
        """The company's side of a charge between two companies, and of its settlement."""
        if charge.seller.code == self.company.code:
            self._charge_out(charge)
        else:
            self._charge_in(charge)

    def _charge_out(self, charge: intercompany.Charge) -> None:
        keeper, ids = self.keeper, self.ids
        foreign = charge.buyer.home_currency != self.books.home_currency
        contact = keeper.contact("Customer", charge.buyer.name, charge.buyer.home_currency)
        rate = latest_rate(charge.day, seed=self.seed) if foreign else Decimal(1)
        amount = _in_home(charge.amount, rate) if foreign else charge.amount
        in_foreign = charge.amount if foreign else None
        due_from = "1155" if foreign else "1150"
        postings = [
            Posting(ids[due_from], amount, in_foreign, contact, "Customer", memo=charge.service.memo),
            Posting(
                ids[charge.service.seller_account],
                -amount,
                -charge.amount if foreign else None,
                contact,
                "Customer",
                memo=charge.service.memo,
            ),
        ]
        entry = keeper.write(
            "JournalEntry",
            "Journal Entry",
            charge.day,
            charge.reference,
            postings,
            currency=charge.buyer.home_currency,
            exchange_rate=rate,
            memo=charge.service.memo,
        )
        if charge.received is None:
            return
        if foreign:
            self._receive_foreign("Deposit", charge.received, charge.reference, entry)
        else:
            postings = [
                Posting(ids["1000"], amount, None, contact, "Customer"),
                Posting(ids[due_from], -amount, None, contact, "Customer", memo=charge.reference),
            ]
            keeper.write("Deposit", "Deposit", charge.received, charge.reference, postings, linked=(entry,))

    def _charge_in(self, charge: intercompany.Charge) -> None:
        keeper, ids = self.keeper, self.ids
        contact = keeper.contact("Vendor", charge.seller.name)
        memo = charge.service.memo
        account = ids.get(charge.service.buyer_account) or ids["6060"]
        department = next((each for ids_ in self.businesses.values() for each in ids_), None)
        postings = [
            Posting(account, charge.amount, None, contact, "Vendor", None, department, memo),
            Posting(ids["2250"], -charge.amount, None, contact, "Vendor", memo=memo),
        ]
        entry = keeper.write("JournalEntry", "Journal Entry", charge.day, charge.reference, postings, memo=memo)
        if charge.settled is not None:
            postings = [
                Posting(ids["1000"], -charge.amount, None, contact, "Vendor"),
                Posting(ids["2250"], charge.amount, None, contact, "Vendor", memo=charge.reference),
            ]
            keeper.write("Purchase", "Expense", charge.settled, charge.reference, postings, linked=(entry,))

    # -- month end -------------------------------------------------------------------------------------------------

    def _remittances(self, period: date) -> None:
        """Last month's payroll liabilities on the 15th; GST claimed quarterly; the farm card paid; tax owing paid."""
        keeper, ids = self.keeper, self.ids
        day = period.replace(day=15)
        for number, people, memo in (("2400", "payroll", "Remittance"), ("2450", "tax", "Income tax")):
            owed = -keeper.balance(number)
            if owed > 0 and (number == "2400" or period.month in (2, 3, 5, 8)):
                contact = keeper.someone("Vendor", people)
                postings = [
                    Posting(ids["1000"], -owed, None, contact, "Vendor", memo=memo),
                    Posting(ids[number], owed, None, contact, "Vendor", memo=memo),
                ]
                keeper.write("Purchase", "Expense", day, "", postings, memo=memo)
        card = -keeper.balance("2100")
        if card > 0:
            postings = [Posting(ids["2100"], card), Posting(ids["1000"], -card)]
            keeper.write("Transfer", "Transfer", period.replace(day=21), "", postings, memo="Card payment")
        refund = keeper.balance("1350")
        if refund > 0 and period.month % 3 == 0:
            contact = keeper.contact("Customer", "Revenue Agency - GST")
            postings = [
                Posting(ids["1000"], refund, None, contact, "Customer", memo="GST refund"),
                Posting(ids["1350"], -refund, None, contact, "Customer", memo="GST refund"),
            ]
            keeper.write("Deposit", "Deposit", period.replace(day=25), "", postings, memo="GST refund")

    def _stock(self, documents: list[Document]) -> None:
        """Harvest enters inventory at cost; sales take their cost out, as far as there is stock."""
        keeper, ids, month = self.keeper, self.ids, self.last_day.month
        accounts = {each: number for number, each in ids.items()}
        for business, stock in seasons.STOCKS.items():
            if stock.inventory not in ids or stock.cost not in ids:
                continue
            share = self._weights().get(business, 0)
            if stock.harvest and share and stock.harvest[month - 1]:
                year = self.revenue * share * stock.cost_share // 1_000_000
                crop = year * stock.harvest[month - 1] // sum(stock.harvest) * keeper.rng.randrange(90, 112) // 100
                self._entry("HARVEST", "Harvest into storage", [(stock.inventory, crop), ("5090", -crop)], business)
            sold = -sum(
                posting.amount
                for document in documents
                if document.kind in ("Invoice", "CreditMemo")
                for posting in document.postings
                if accounts[posting.account_id].startswith(stock.sales)
            )
            cost = min(sold * stock.cost_share // 10_000, max(0, keeper.balance(stock.inventory)))
            if cost > 0:
                self._entry("COGS", "Cost of sales", [(stock.cost, cost), (stock.inventory, -cost)], business)

    def _entry(
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

    def _debt(self, period: date) -> None:
        """Interest and principal on term loans; interest on the operating line and on savings."""
        keeper, ids = self.keeper, self.ids
        bank = keeper.contact("Vendor", "First Furrow Bank")
        loans = [number for number in ("2600", "2650") if number in ids and keeper.balance(number) < 0]
        if loans:
            interest = sum(-keeper.balance(number) * TERM_INTEREST // 12_000 for number in loans)
            parts = [
                ("7100", interest),
                *((number, min(-keeper.balance(number), self._principal(number))) for number in loans),
            ]
            total = sum(amount for _, amount in parts)
            postings = [Posting(ids["1000"], -total, None, bank, "Vendor", memo="Loan payment")]
            postings += [
                Posting(ids[number], amount, None, bank, "Vendor", memo="Loan payment") for number, amount in parts
            ]
            keeper.write("Purchase", "Expense", period.replace(day=28), "", postings, memo="Loan payment")
        for number, rate, account, from_account in (
            ("2200", OPERATING_INTEREST, "7110", "1000"),
            ("1010", SAVINGS_INTEREST, "4900", "1010"),
        ):
            interest = keeper.balance(number) * rate // 12_000
            if abs(interest) >= 100:
                kind, transaction_type = ("Deposit", "Deposit") if interest > 0 else ("Purchase", "Expense")
                postings = [
                    Posting(ids[from_account], interest, None, bank, "Vendor", memo="Interest"),
                    Posting(ids[account], -interest, None, bank, "Vendor", memo="Interest"),
                ]
                keeper.write(kind, transaction_type, self.last_day, "", postings, memo="Interest")

    def _principal(self, number: str) -> int:
        """A month's repayment: a fifteenth (equipment: an eighth) of what is owed, a year."""
        return -self.keeper.balance(number) // (12 * (8 if number == "2650" else 15))

    def _depreciation(self, period: date) -> None:
        """A month's depreciation by department; machinery bought twice a year, mostly on credit."""
        keeper, ids = self.keeper, self.ids
        machinery = sum(keeper.balance(number) for number in ("1520", "1521", "1522"))
        amount = (machinery * 100 + keeper.balance("1510") * 40) // 12_000
        if amount > 0:
            departments: list[str | None] = [each for ids_ in self.businesses.values() for each in ids_] or [None]
            postings = [
                Posting(ids["7000"], part, None, None, None, None, department, "Depreciation")
                for department, part in zip(departments, _split(amount, len(departments), keeper.rng), strict=True)
            ]
            postings.append(Posting(ids["1590"], -amount, memo="Depreciation"))
            number = f"DEP-{self.last_day:%y%m}"
            keeper.write("JournalEntry", "Journal Entry", self.last_day, number, postings, memo="Depreciation")
        if period.month in (3, 8) and machinery > 0:
            price = amount * 12 * keeper.rng.randrange(35, 55) // 100
            bought = keeper.rng.choice([number for number in ("1520", "1521", "1522") if number in ids])
            loan = "2650" if "2650" in ids else "2600"
            down = price // 5
            lines = [(bought, price), (loan, down - price), ("1000", -down)]
            self._entry("EQUIP", 'Financed purchase, serial "unknown"', lines)

    def _revalue(self, period: date) -> None:
        """US dollars: the surplus exchanged monthly; what is left brought to the closing rate each quarter."""
        keeper, ids = self.keeper, self.ids
        keeper.settle(period)
        rate = latest_rate(self.last_day, seed=self.seed)
        account = ids["1050"]
        held = keeper.foreign_balances[account]
        moved = held * 2 // 3
        if moved > 0:
            home = _in_home(moved, rate)
            postings = [Posting(ids["1000"], home, moved), Posting(account, -home, -moved)]
            keeper.write(
                "Transfer", "Transfer", self.last_day, "", postings, currency="USD", exchange_rate=rate, memo="Exchange"
            )
            keeper.settle(period)
            held -= moved
        gain = _in_home(held, rate) - keeper.balance("1050")
        if gain and period.month % 3 == 1:
            postings = [
                Posting(account, gain, 0, memo="Revaluation"),
                Posting(ids["4930"], -gain, 0, memo="Revaluation"),
            ]
            keeper.write(
                "JournalEntry",
                "Journal Entry",
                self.last_day,
                f"REVAL-{self.last_day:%y%m}",
                postings,
                currency="USD",
                exchange_rate=rate,
                memo="Currency revaluation",
                is_adjustment=True,
            )

    def _year_end(self, period: date) -> None:
        """A stock count adjustment, income tax on the year, and the dividend that follows."""
        keeper, ids = self.keeper, self.ids
        count = keeper.rng.randrange(-self.revenue // 2_000, self.revenue // 4_000)
        if keeper.balance("1200") + count < 0:
            count = abs(count)
        self._entry("COUNT", "Stock count", [("1200", count), ("5000", -count)], is_adjustment=True)
        profit = -sum(keeper.balances[each] for each in self.profit_ids)
        year = profit - self.profit_before_year + count
        if self.company.country == "CA" and year > 0:
            tax = year * 13 // 100
            self._entry("TAX", "Income tax for the year", [("7200", tax), ("2450", -tax)], is_adjustment=True)
            year -= tax
        if year > 0:
            dividend = year // 4
            day = add_months(period, 3).replace(day=12)
            postings = [
                Posting(ids["1000"], -dividend, memo="Dividend"),
                Posting(ids["3200"], dividend, memo="Dividend"),
            ]
            keeper.write("Purchase", self.cheque, day, None, postings, memo="Dividend")
        keeper.settle(period)
        self.profit_before_year = -sum(keeper.balances[each] for each in self.profit_ids)

    def _treasury(self, period: date) -> None:
        """Cash kept between floor and ceiling, with savings and the operating line."""
        keeper = self.keeper
        cash, floor, ceiling = keeper.balance("1000"), self.revenue // 25, self.revenue // 8
        moves: list[tuple[str, int]] = []
        if cash < floor:
            needed = 2 * floor - cash
            saved = min(needed, max(0, keeper.balance("1010")))
            moves = [("1010", saved), ("2200", needed - saved)]
        elif cash > ceiling:
            surplus = cash - ceiling
            repaid = min(surplus, max(0, -keeper.balance("2200")))
            moves = [("2200", -repaid), ("1010", repaid - surplus)]
        for number, amount in moves:
            if amount:
                postings = [Posting(self.ids["1000"], amount), Posting(self.ids[number], -amount)]
                keeper.write("Transfer", "Transfer", self.last_day, "", postings, memo="Treasury")


def _split(total: int, parts: int, rng: Random) -> list[int]:
    """A total in so many uneven parts that sum to it."""
    if parts == 1:
        return [total]
    weights = [40 + int(rng.random() * 120) for _ in range(parts)]
    whole = sum(weights)
    split = [total * weight // whole for weight in weights]
    split[-1] += total - sum(split)
    return split


def _weighted(weights: list[int], rng: Random) -> int:
    """An index, drawn by weight."""
    drawn = int(rng.random() * sum(weights))
    for index, weight in enumerate(weights):
        drawn -= weight
        if drawn < 0:
            return index
    return len(weights) - 1


def _in_home(foreign: int, rate: Decimal) -> int:
    """Cents of home currency for foreign cents, half up away from zero."""
    scaled = abs(foreign) * int(rate.scaleb(4))
    cents = (scaled + 5_000) // 10_000
    return cents if foreign >= 0 else -cents


def _in_foreign(home: int, rate: Decimal) -> int:
    return home * 10_000 // int(rate.scaleb(4))
