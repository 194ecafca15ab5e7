"""Charges between the group's companies: each writes its own side."""

from __future__ import annotations

from decimal import Decimal

from monette_assets.simulator import intercompany
from monette_assets.simulator.amounts import in_home
from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.model import Posting
from monette_assets.simulator.trade import Trade


class Charges(Trade):
    """What other companies are charged, and what they charge."""

    def charge(self, charge: intercompany.Charge) -> None:
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
        amount = in_home(charge.amount, rate) if foreign else charge.amount
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
            self.receive_foreign("Deposit", charge.received, charge.reference, entry)
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
