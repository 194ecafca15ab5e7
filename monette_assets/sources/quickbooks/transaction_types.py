"""What QuickBooks calls a transaction: in reports (localised), in links between documents, and as an object."""

from __future__ import annotations

from typing import Final

# What reports print for the documents of an entity, English and French. Ids collide across entities, so a printed type
# that is known to be another entity's is no match; an unknown one may be anything.
PRINTED_TYPES: Final = {
    "Invoice": "Invoice",
    "Facture": "Invoice",
    "Bill": "Bill",
    "Facture à payer": "Bill",
    "Payment": "Payment",
    "Paiement": "Payment",
    "Deposit": "Deposit",
    "Dépôt": "Deposit",
    "Transfer": "Transfer",
    "Transfert": "Transfer",
    "Journal Entry": "JournalEntry",
    "Écriture de journal": "JournalEntry",
    "Credit Memo": "CreditMemo",
    "Note de crédit": "CreditMemo",
    "Vendor Credit": "VendorCredit",
    "Crédit fournisseur": "VendorCredit",
    "Sales Receipt": "SalesReceipt",
    "Reçu de vente": "SalesReceipt",
    "Refund": "RefundReceipt",
    "Remboursement": "RefundReceipt",
    "Expense": "Purchase",
    "Dépense": "Purchase",
    "Cheque": "Purchase",
    "Check": "Purchase",
    "Chèque": "Purchase",
    "Credit Card Expense": "Purchase",
    "Dépense par carte de crédit": "Purchase",
    "Bill Payment (Cheque)": "BillPayment",
    "Bill Payment (Check)": "BillPayment",
    "Bill Payment (Credit Card)": "BillPayment",
    "Paiement de facture (chèque)": "BillPayment",
    "Paiement de facture (carte de crédit)": "BillPayment",
    "Payroll Cheque": "",  # no object of the API
    "Payroll Check": "",
    "Chèque de paie": "",
}

# What a link calls the document it leads to, where that is not the entity's own name.
LINKED_TYPES: Final = {
    "BillPaymentCheck": "BillPayment",
    "BillPaymentCreditCard": "BillPayment",
    "Check": "Purchase",
    "Expense": "Purchase",
    "CreditCardCharge": "Purchase",
    "CreditCardCredit": "Purchase",
    "CashPurchase": "Purchase",
    "ReceivePayment": "Payment",
    "Refund": "RefundReceipt",
}
