"""Month end: remittances, stock, debt, depreciation, revaluation, the year's end and the treasury."""

from __future__ import annotations

from datetime import date

from monette_assets.group.calendar import add_months
from monette_assets.simulator import seasons
from monette_assets.simulator.amounts import in_home, split
from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.model import Document, Posting
from monette_assets.simulator.office import Office

OPERATING_INTEREST = 65  # tenths of a percent a year
TERM_INTEREST = 55
SAVINGS_INTEREST = 25


class MonthEnd(Office):
    """What is booked once a month's trade is known."""

    def remittances(self, period: date) -> None:
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

    def stock(self, documents: list[Document]) -> None:
        """Harvest enters inventory at cost; sales take their cost out, as far as there is stock."""
        keeper, ids, month = self.keeper, self.ids, self.last_day.month
        accounts = {each: number for number, each in ids.items()}
        for business, stock in seasons.STOCKS.items():
            if stock.inventory not in ids or stock.cost not in ids:
                continue
            share = self.weights().get(business, 0)
            if stock.harvest and share and stock.harvest[month - 1]:
                year = self.revenue * share * stock.cost_share // 1_000_000
                crop = year * stock.harvest[month - 1] // sum(stock.harvest) * keeper.rng.randrange(90, 112) // 100
                self.entry("HARVEST", "Harvest into storage", [(stock.inventory, crop), ("5090", -crop)], business)
            sold = -sum(
                posting.amount
                for document in documents
                if document.kind in ("Invoice", "CreditMemo")
                for posting in document.postings
                if accounts[posting.account_id].startswith(stock.sales)
            )
            cost = min(sold * stock.cost_share // 10_000, max(0, keeper.balance(stock.inventory)))
            if cost > 0:
                self.entry("COGS", "Cost of sales", [(stock.cost, cost), (stock.inventory, -cost)], business)

    def debt(self, period: date) -> None:
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

    def depreciation(self, period: date) -> None:
        """A month's depreciation by department; machinery bought twice a year, mostly on credit."""
        keeper, ids = self.keeper, self.ids
        machinery = sum(keeper.balance(number) for number in ("1520", "1521", "1522"))
        amount = (machinery * 100 + keeper.balance("1510") * 40) // 12_000
        if amount > 0:
            departments: list[str | None] = [each for ids_ in self.businesses.values() for each in ids_] or [None]
            postings = [
                Posting(ids["7000"], part, None, None, None, None, department, "Depreciation")
                for department, part in zip(departments, split(amount, len(departments), keeper.rng), strict=True)
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
            self.entry("EQUIP", 'Financed purchase, serial "unknown"', lines)

    def revalue(self, period: date) -> None:
        """US dollars: the surplus exchanged monthly; what is left brought to the closing rate each quarter."""
        keeper, ids = self.keeper, self.ids
        keeper.settle(period)
        rate = latest_rate(self.last_day, seed=self.seed)
        account = ids["1050"]
        held = keeper.foreign_balances[account]
        moved = held * 2 // 3
        if moved > 0:
            home = in_home(moved, rate)
            postings = [Posting(ids["1000"], home, moved), Posting(account, -home, -moved)]
            keeper.write(
                "Transfer", "Transfer", self.last_day, "", postings, currency="USD", exchange_rate=rate, memo="Exchange"
            )
            keeper.settle(period)
            held -= moved
        gain = in_home(held, rate) - keeper.balance("1050")
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

    def year_end(self, period: date) -> None:
        """A stock count adjustment, income tax on the year, and the dividend that follows."""
        keeper, ids = self.keeper, self.ids
        count = keeper.rng.randrange(-self.revenue // 2_000, self.revenue // 4_000)
        if keeper.balance("1200") + count < 0:
            count = abs(count)
        self.entry("COUNT", "Stock count", [("1200", count), ("5000", -count)], is_adjustment=True)
        profit = -sum(keeper.balances[each] for each in self.profit_ids)
        year = profit - self.profit_before_year + count
        if self.company.country == "CA" and year > 0:
            tax = year * 13 // 100
            self.entry("TAX", "Income tax for the year", [("7200", tax), ("2450", -tax)], is_adjustment=True)
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

    def treasury(self, period: date) -> None:
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
