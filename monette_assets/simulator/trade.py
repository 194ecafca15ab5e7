"""Trade by season: what is sold and bought, in documents of every kind, and how it is paid."""

from __future__ import annotations

from datetime import date, timedelta

from monette_assets.simulator import contacts
from monette_assets.simulator.amounts import in_foreign, in_home, split
from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.model import Document, Posting
from monette_assets.simulator.office import CLASS_OF_ACCOUNT, CLASSES_OF_BUSINESS, Office
from monette_assets.simulator.seasons import Activity

ODD_MEMOS = (
    'per Émile: "rush", 50 % now',
    "=SUM(A1:A9)",
    "🚜 breakdown, hwy 4",
    "O'Neil's half; see ../2019/scan.pdf",
    "two, three, \tfour",
    "<b>paid twice?</b>",
)


class Trade(Office):
    """Sales and purchases."""

    def trade(self, activity: Activity, business: str, share: int, period: date) -> None:
        """A month of an activity, `share` percent of the company's being this business."""
        weight, weights = activity.months[period.month - 1], sum(activity.months)
        if not weight:
            return
        rng = self.keeper.rng
        wanted = activity.documents * weight * share * self.profile.volume * self.scale / (weights * 10_700)
        count = max(1, int(wanted + rng.random()))
        budget = self.revenue * activity.share * share * weight // (weights * 1_000_000)
        budget = budget * (88 + int(rng.random() * 25)) // 100
        days = self.last_day.day
        for amount in split(budget, count, rng):
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
        for part in split(amount, count, rng):
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
            self.receive(invoice, paid, contact, left // 3)
            left -= left // 3
            paid += timedelta(days=21)
        self.receive(invoice, paid, contact, left)

    def receive(self, invoice: Document, day: date, contact: str, amount: int) -> None:
        """A customer's payment."""
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
            -in_foreign(amount, rate),
            lines,
            contact=contact,
            kind="Customer",
            memo=self._memo(activity),
        )
        for each in postings:
            each.foreign_amount, each.amount = each.amount, in_home(each.amount, rate)
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
        self.receive_foreign("Payment", paid, None, invoice)

    def receive_foreign(self, kind: str, day: date, number: str | None, settles: Document) -> None:
        """US dollars banked at the day's rate, against what the first line of a document booked at its own."""
        owed = settles.postings[0]
        booked, foreign, contact = owed.amount, owed.foreign_amount or 0, owed.contact_id
        rate = latest_rate(day, seed=self.seed)
        home = in_home(foreign, rate)
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
            self.pay(bill, day + timedelta(days=12 + int(rng.random() * 36)), contact, total)

    def pay(self, bill: Document, day: date, contact: str, amount: int) -> None:
        """A vendor's payment."""
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
