"""Either side of a charge between two companies, and of its settlement."""

from __future__ import annotations

from decimal import Decimal

from monette_assets.simulator.exchange_rates import latest_rate
from monette_assets.simulator.farm.dividing import in_home
from monette_assets.simulator.farm.farm import Farm
from monette_assets.simulator.farm.trade import receive_foreign
from monette_assets.simulator.intercompany import Charge
from monette_assets.simulator.model import Posting


def book(farm: Farm, charge: Charge) -> None:
    """The company's side of a charge between two companies, and of its settlement."""
    if charge.seller.code == farm.company.code:
        _charge_out(farm, charge)
    else:
        _charge_in(farm, charge)


def _charge_out(farm: Farm, charge: Charge) -> None:
    keeper, ids = farm.keeper, farm.ids
    foreign = charge.buyer.home_currency != farm.books.home_currency
    contact = keeper.contact("Customer", charge.buyer.name, charge.buyer.home_currency)
    rate = latest_rate(charge.day, seed=farm.seed) if foreign else Decimal(1)
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
        receive_foreign(farm, "Deposit", charge.received, charge.reference, entry)
    else:
        postings = [
            Posting(ids["1000"], amount, None, contact, "Customer"),
            Posting(ids[due_from], -amount, None, contact, "Customer", memo=charge.reference),
        ]
        keeper.write("Deposit", "Deposit", charge.received, charge.reference, postings, linked=(entry,))


def _charge_in(farm: Farm, charge: Charge) -> None:
    keeper, ids = farm.keeper, farm.ids
    contact = keeper.contact("Vendor", charge.seller.name)
    memo = charge.service.memo
    account = ids.get(charge.service.buyer_account) or ids["6060"]
    department = next((each for ids_ in farm.businesses.values() for each in ids_), None)
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
