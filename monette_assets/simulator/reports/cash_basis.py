"""The books on cash basis: income and expense of invoices and bills count when they are paid, in proportion.

What QuickBooks does is simplified honestly: an unpaid document that others settle (or an Invoice, Bill, CreditMemo,
VendorCredit) has no postings; a payment's line on the control account is replaced by the paid share of the settled
documents' other lines. A payment's unapplied rest stays on the control account; so do journal entries on it.
"""

from __future__ import annotations

from dataclasses import replace

from monette_assets.simulator.model import Books, Document, Posting

_DEFERRED = frozenset({"Invoice", "Bill", "CreditMemo", "VendorCredit"})
_CONTROL_TYPES = ("Accounts Receivable", "Accounts Payable")


def on_cash_basis(books: Books) -> Books:
    """A copy of the books whose postings are those of the cash basis; the given books are not changed."""
    control = {a.id for a in books.accounts.values() if a.account_type in _CONTROL_TYPES}
    shares = {
        key: _Deferred(document, control)
        for key, document in books.documents.items()
        if document.kind in _DEFERRED and any(p.account_id in control for p in document.postings)
    }
    documents: dict[tuple[str, str], Document] = {}
    for key, document in sorted(books.documents.items(), key=lambda item: item[1].date):
        if key in shares and not document.linked:
            documents[key] = replace(document, postings=[])
            continue
        postings: list[Posting] = []
        targets = [shares[target] for target in document.linked if target in shares]
        for posting in document.postings:
            if posting.account_id not in control or not targets:
                postings.append(posting)
                continue
            left = posting.amount
            for target in targets:
                paid, lines = target.pay(-left)
                left += paid
                postings += lines
            if left:
                postings.append(replace(posting, amount=left, foreign_amount=None))
        documents[key] = replace(document, postings=postings)
    return replace(books, documents=documents)


class _Deferred:
    """A document waiting for its payments: hands out its lines in proportion, to the last cent."""

    def __init__(self, document: Document, control: set[str]) -> None:
        self.total = sum(p.amount for p in document.postings if p.account_id in control)
        self.lines = [p for p in document.postings if p.account_id not in control]
        self.paid = 0
        self.given = [0] * len(self.lines)

    def pay(self, wanted: int) -> tuple[int, list[Posting]]:
        """Pay up to `wanted` (of the sign of the control amount): what was taken, and the lines it releases.

        The lines sum to minus what was taken, so the payment stays balanced.
        """
        open_amount = self.total - self.paid
        if not open_amount or (wanted > 0) != (open_amount > 0) or not wanted:
            return 0, []
        taken = min(wanted, open_amount, key=abs)
        self.paid += taken
        due = [_part(line.amount, self.paid, self.total) for line in self.lines]
        if due:  # the cents lost in rounding go to the last line
            due[-1] += -self.paid - sum(due)
        released = [
            replace(line, amount=now - before, foreign_amount=None)
            for line, now, before in zip(self.lines, due, self.given, strict=True)
            if now != before
        ]
        self.given = due
        return taken, released


def _part(amount: int, paid: int, total: int) -> int:
    """The paid part of a line, rounded towards zero."""
    return (abs(amount) * abs(paid) // abs(total)) * (1 if amount > 0 else -1)
