"""QuickBooks' objects as `query` and `cdc` give them: lists, settings and documents, in JSON-ready form.

Amounts are exact: they leave as JSON numbers made from cents, never through a float.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import orjson

from monette_assets.simulator.localisation import localised
from monette_assets.simulator.model import Account, Books, Document, NamedItem, Posting
from monette_assets.simulator.reports.index import LedgerIndex, full_names, natural_order

Json = dict[str, Any]
LISTS = ("Account", "Department", "Class", "Customer", "Vendor", "Employee", "Item")
DOCUMENT_KINDS = (
    "Invoice",
    "Bill",
    "Purchase",
    "Deposit",
    "Payment",
    "BillPayment",
    "Transfer",
    "JournalEntry",
    "CreditMemo",
    "VendorCredit",
    "SalesReceipt",
    "RefundReceipt",
)
ENTITIES = (*LISTS, "CompanyInfo", "Preferences", *DOCUMENT_KINDS)
NO_CHANGE_DATA = ("JournalCode", "TimeActivity", "TaxAgency", "TaxCode", "TaxRate")  # what cdc does not cover
_CURRENCY_NAMES: Mapping[str, str] = MappingProxyType({"CAD": "Canadian Dollar", "USD": "United States Dollar"})
_CONTROL: Mapping[str, str] = MappingProxyType(
    {
        "Invoice": "Accounts Receivable",
        "CreditMemo": "Accounts Receivable",
        "Payment": "Accounts Receivable",
        "Bill": "Accounts Payable",
        "VendorCredit": "Accounts Payable",
        "BillPayment": "Accounts Payable",
    }
)


def amount(cents: int) -> orjson.Fragment:
    """Cents as an exact JSON number in whole units: 1050 -> 10.50."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return orjson.Fragment(f"{sign}{cents // 100}.{cents % 100:02d}")


class Entities:
    """One company's objects. Made from the same index as its reports."""

    def __init__(self, ledger: LedgerIndex) -> None:
        self.ledger = ledger
        self.books: Books = ledger.books
        self._balances = ledger.posted_before(date.max)
        self._started = min((d.created_at for d in self.books.documents.values() if d.created_at), default=_EPOCH)
        self._changed = {(change.kind, change.id): change.at for change in self.books.changes}

    # ---- what there is

    def identifiers(self, kind: str) -> list[str]:
        """Ids of every object of the kind, in id order."""
        if kind in ("CompanyInfo", "Preferences"):
            return ["1"]
        if kind in LISTS:
            return sorted(self._list(kind), key=natural_order)
        return [document.id for document in self.ledger.documents.get(kind, ())]

    def is_active(self, kind: str, identifier: str) -> bool:
        return kind not in LISTS or self._list(kind)[identifier].active

    def changed_at(self, kind: str, identifier: str) -> datetime:
        """When the object was last changed: the MetaData.LastUpdatedTime of its JSON."""
        document = self.books.documents.get((kind, identifier))
        if document is not None:
            return document.modified_at or document.created_at or self._started
        return self._changed.get((kind, identifier), self._started)

    def value(self, kind: str, identifier: str, field: str) -> object:  # noqa: PLR0911 (one return per field)
        """A field a query may filter or sort by, as text, bool or moment. Raises KeyError for another field."""
        if field == "Id":
            return identifier
        if field == "MetaData.LastUpdatedTime":
            return self.changed_at(kind, identifier)
        document = self.books.documents.get((kind, identifier))
        if document is not None:
            if field == "MetaData.CreateTime":
                return document.created_at or self._started
            return {"TxnDate": document.date.isoformat(), "DocNumber": document.number}[field]
        if field == "Active" and kind in LISTS:
            return self.is_active(kind, identifier)
        if field in ("Name", "DisplayName", "FullyQualifiedName", "AccountType", "Classification", "AcctNum"):
            value = self.json(kind, identifier)[field]
            return str(value)
        if field == "MetaData.CreateTime":
            return self._started
        raise KeyError(field)

    def json(self, kind: str, identifier: str) -> Json:
        """The whole object. Raises KeyError where there is none."""
        if kind == "CompanyInfo":
            return self.company_info()
        if kind == "Preferences":
            return self.preferences()
        if kind == "Account":
            return self._account(self.books.accounts[identifier])
        if kind in LISTS:
            return self._named_item(kind, identifier)
        return self._document(self.books.documents[kind, identifier])

    def _list(self, kind: str) -> Mapping[str, Account] | Mapping[str, NamedItem]:
        return self.books.accounts if kind == "Account" else self._named_lists()[kind]

    def _named_lists(self) -> Mapping[str, Mapping[str, NamedItem]]:
        books = self.books
        return {
            "Department": books.departments,
            "Class": books.classes,
            "Customer": books.customers,
            "Vendor": books.vendors,
            "Employee": books.employees,
            "Item": {},
        }

    # ---- settings

    def company_info(self) -> Json:
        books = self.books
        address = {"Id": "1", "Country": books.country}
        return {
            "CompanyName": books.name,
            "LegalName": books.name,
            "CompanyAddr": address,
            "LegalAddr": address,
            "Country": books.country,
            "FiscalYearStartMonth": calendar.month_name[books.fiscal_year_start_month],
            "SupportedLanguages": books.language,
            "CompanyStartDate": self._started.date().isoformat(),
            "NameValue": [{"Name": "NeoEnabled", "Value": "True"}],
            **self._common("CompanyInfo", "1"),
        }

    def preferences(self) -> Json:
        """MultiCurrencyEnabled and UsingSalesTax (false: NonTracking) decide the columns of the ledger reports."""
        books = self.books
        return {
            "AccountingInfoPrefs": {
                "FirstMonthOfFiscalYear": calendar.month_name[books.fiscal_year_start_month],
                "UseAccountNumbers": books.account_numbers,
                "TrackDepartments": bool(books.departments),
                "DepartmentTerminology": localised("Location", books.language),
                "ClassTrackingPerTxn": False,
                "ClassTrackingPerTxnLine": bool(books.classes),
            },
            "CurrencyPrefs": {
                "MultiCurrencyEnabled": books.multicurrency,
                "HomeCurrency": {"value": books.home_currency},
            },
            "TaxPrefs": {"UsingSalesTax": not books.non_tracking},
            "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
            **self._common("Preferences", "1"),
        }

    # ---- lists

    def _account(self, account: Account) -> Json:
        sign = -1 if account.classification in ("Liability", "Equity", "Revenue") else 1
        number = {"AcctNum": account.number} if self.books.account_numbers and account.number else {}
        parent = {"ParentRef": {"value": account.parent_id}} if account.parent_id else {}
        return {
            "Name": self._shown(account.name, account.active),
            "SubAccount": account.parent_id is not None,
            **parent,
            "FullyQualifiedName": self._shown(self.ledger.full_names[account.id], account.active),
            "Active": account.active,
            "Classification": account.classification,
            "AccountType": account.account_type,
            "AccountSubType": account.account_sub_type,
            **number,
            "CurrentBalance": amount(sign * self._balances.get(account.id, 0)),
            "CurrentBalanceWithSubAccounts": amount(sign * self._with_children(account.id)),
            "CurrencyRef": self._currency(account.currency),
            **self._common("Account", account.id),
        }

    def _with_children(self, account_id: str) -> int:
        children = self.ledger.children.get(account_id, ())
        return self._balances.get(account_id, 0) + sum(self._with_children(child.id) for child in children)

    def _named_item(self, kind: str, identifier: str) -> Json:
        items = self._named_lists()[kind]
        item, names = items[identifier], full_names(items)
        shown = self._shown(item.name, item.active)
        parent = {"ParentRef": {"value": item.parent_id}} if item.parent_id else {}
        body: Json = {"FullyQualifiedName": self._shown(names[item.id], item.active), "Active": item.active, **parent}
        if kind in ("Department", "Class"):
            body |= {"Name": shown, f"Sub{kind}": item.parent_id is not None}
        else:
            body |= {"DisplayName": shown, "PrintOnCheckName": item.name}
            if kind == "Customer":
                body["Job"] = item.parent_id is not None
            if kind in ("Customer", "Vendor"):
                body["CurrencyRef"] = self._currency(item.currency)
        return body | self._common(kind, item.id)

    def _shown(self, name: str, active: bool) -> str:
        return name if active else localised("{} (deleted)", self.books.language).format(name)

    # ---- documents

    def _document(self, document: Document) -> Json:
        head: Json = {
            "TxnDate": document.date.isoformat(),
            "DocNumber": document.number,
            "PrivateNote": document.memo,
            "CurrencyRef": self._currency(document.currency),
            "LinkedTxn": self._links(document),
            **self._common(document.kind, document.id),
        }
        if document.currency != self.books.home_currency or self.books.multicurrency:
            head["ExchangeRate"] = orjson.Fragment(format(document.exchange_rate, "f"))
        department = next((p.department_id for p in document.postings if p.department_id), None)
        if department and document.kind != "JournalEntry":
            head["DepartmentRef"] = self._reference(self.books.departments, department)
        if document.due_date:
            head["DueDate"] = document.due_date.isoformat()
        return head | _SHAPES.get(document.kind, Entities._journal_entry)(self, document)

    def _journal_entry(self, document: Document) -> Json:
        lines = []
        for position, posting in enumerate(document.postings):
            detail = {"PostingType": "Debit" if posting.amount >= 0 else "Credit", **self._line_references(posting)}
            if posting.contact_id and posting.contact_kind:
                detail["Entity"] = {"Type": posting.contact_kind, "EntityRef": self._contact(posting)}
            if posting.department_id:
                detail["DepartmentRef"] = self._reference(self.books.departments, posting.department_id)
            lines.append(self._line(position, posting, "JournalEntryLineDetail", detail, abs(_amount_of(posting))))
        return {"Adjustment": document.is_adjustment, "Line": lines, "TxnTaxDetail": {}}

    def _sale(self, document: Document) -> Json:
        """Invoice, CreditMemo, SalesReceipt, RefundReceipt: lines beside the receivable (or bank) line."""
        main, others = self._main_and_lines(document)
        sign = 1 if sum(_amount_of(p) for p in main) >= 0 else -1
        lines = []
        for position, posting in enumerate(others):
            detail = {**self._line_references(posting, "ItemAccountRef")}
            lines.append(self._line(position, posting, "SalesItemLineDetail", detail, -sign * _amount_of(posting)))
        body = {"CustomerRef": self._first_contact(document), "Line": lines, **self._totals(document, main)}
        if document.kind in ("SalesReceipt", "RefundReceipt") and main:
            body["DepositToAccountRef"] = self._account_reference(main[0].account_id)
        return body

    def _cost(self, document: Document) -> Json:
        """Bill, VendorCredit, Purchase: lines beside the payable (or bank, or card) line."""
        main, others = self._main_and_lines(document)
        sign = 1 if sum(_amount_of(p) for p in main) >= 0 else -1
        lines = [
            self._line(
                position,
                posting,
                "AccountBasedExpenseLineDetail",
                self._line_references(posting),
                -sign * _amount_of(posting),
            )
            for position, posting in enumerate(others)
        ]
        body: Json = {"Line": lines, **self._totals(document, main)}
        if document.kind == "Purchase":
            body["PaymentType"] = "Check" if document.transaction_type in ("Cheque", "Check") else "Cash"
            if main:
                account = self.books.accounts.get(main[0].account_id)
                if account and account.account_type == "Credit Card":
                    body["PaymentType"] = "CreditCard"
                body["AccountRef"] = self._account_reference(main[0].account_id)
            contact = next((p for p in document.postings if p.contact_id), None)
            if contact:
                body["EntityRef"] = {**self._contact(contact), "type": contact.contact_kind}
            return body
        if main:
            body["APAccountRef"] = self._account_reference(main[0].account_id)
        return body | {"VendorRef": self._first_contact(document)}

    def _deposit(self, document: Document) -> Json:
        main, others = self._main_and_lines(document)
        lines = []
        for position, posting in enumerate(others):
            detail = self._line_references(posting)
            if posting.contact_id:
                detail["Entity"] = {**self._contact(posting), "type": posting.contact_kind}
            lines.append(self._line(position, posting, "DepositLineDetail", detail, -_amount_of(posting)))
        body: Json = {"Line": lines, **self._totals(document, main)}
        if main:
            body["DepositToAccountRef"] = self._account_reference(main[0].account_id)
        return body

    def _settlement(self, document: Document) -> Json:
        """Payment, BillPayment: one line per document settled."""
        main, others = self._main_and_lines(document)
        total = abs(sum(_amount_of(p) for p in main))
        lines = [
            {"LinkedTxn": [{"TxnId": identifier, "TxnType": kind}], "Amount": amount(settled)}
            for (kind, identifier), settled in zip(document.linked, self._settled(document, total), strict=True)
        ]
        money_account = next((p.account_id for p in others), None)
        body: Json = {"Line": lines, "TotalAmt": amount(total)}
        if document.kind == "Payment":
            body["CustomerRef"] = self._first_contact(document)
            if money_account:
                body["DepositToAccountRef"] = self._account_reference(money_account)
            return body
        body |= {"VendorRef": self._first_contact(document), "PayType": "Check"}
        if money_account:
            body["CheckPayment"] = {"BankAccountRef": self._account_reference(money_account)}
        return body

    def _settled(self, document: Document, total: int) -> list[int]:
        """How much of the total goes to each linked document, in order, each up to its own total."""
        settled = []
        for target in document.linked:
            other = self.books.documents.get(target)
            size = abs(sum(_amount_of(p) for p in self._main_and_lines(other)[0])) if other else total
            settled.append(min(size, total))
            total -= settled[-1]
        return settled

    def _transfer(self, document: Document) -> Json:
        into = next((p for p in document.postings if p.amount > 0), None)
        out = next((p for p in document.postings if p.amount < 0), None)
        body: Json = {"Amount": amount(abs(_amount_of(into)) if into else 0)}
        if into:
            body["ToAccountRef"] = self._account_reference(into.account_id)
        if out:
            body["FromAccountRef"] = self._account_reference(out.account_id)
        return body

    # ---- parts

    def _main_and_lines(self, document: Document) -> tuple[list[Posting], list[Posting]]:
        """The postings on the document's own side (receivable, payable, else its first posting), and its lines."""
        control = _CONTROL.get(document.kind)
        accounts = self.books.accounts
        main = [
            p
            for p in document.postings
            if control and p.account_id in accounts and accounts[p.account_id].account_type == control
        ]
        main = main or document.postings[:1]
        return main, [p for p in document.postings if not any(p is other for other in main)]

    def _totals(self, document: Document, main: Sequence[Posting]) -> Json:
        body: Json = {"TotalAmt": amount(abs(sum(_amount_of(p) for p in main)))}
        if document.currency != self.books.home_currency:
            body["HomeTotalAmt"] = amount(abs(sum(p.amount for p in main)))
        if document.kind in _CONTROL:
            name = "Balance" if document.currency == self.books.home_currency else "HomeBalance"
            body[name] = amount(abs(self.ledger.open_amount((document.kind, document.id))))
        return body

    def _line(self, position: int, posting: Posting, kind: str, detail: Json, cents: int) -> Json:
        return {
            "Id": str(position + 1),
            "LineNum": position + 1,
            "Description": posting.memo,
            "Amount": amount(cents),
            "DetailType": kind,
            kind: detail,
        }

    def _line_references(self, posting: Posting, account_field: str = "AccountRef") -> Json:
        detail: Json = {account_field: self._account_reference(posting.account_id)}
        if posting.class_id:
            detail["ClassRef"] = self._reference(self.books.classes, posting.class_id)
        return detail

    def _links(self, document: Document) -> list[Json]:
        by = self.ledger.settled_by.get((document.kind, document.id), [])
        return [{"TxnId": identifier, "TxnType": kind} for kind, identifier in (*document.linked, *by)]

    def _first_contact(self, document: Document) -> Json:
        posting = next((p for p in document.postings if p.contact_id), None)
        return self._contact(posting) if posting else {}

    def _contact(self, posting: Posting) -> Json:
        names = self.ledger.contact_names.get(posting.contact_kind or "", {})
        return {"value": posting.contact_id, "name": names.get(posting.contact_id or "", "")}

    def _account_reference(self, account_id: str) -> Json:
        return {"value": account_id, "name": self.ledger.full_names.get(account_id, "")}

    def _reference(self, items: Mapping[str, NamedItem], identifier: str) -> Json:
        item = items.get(identifier)
        return {"value": identifier, "name": item.name if item else ""}

    def _currency(self, code: str) -> Json:
        return {"value": code, "name": _CURRENCY_NAMES.get(code, code)}

    def _common(self, kind: str, identifier: str) -> Json:
        document = self.books.documents.get((kind, identifier))
        created = document.created_at if document else None
        return {
            "Id": identifier,
            "SyncToken": str(document.sync_token if document else 0),
            "domain": "QBO",
            "sparse": False,
            "MetaData": {
                "CreateTime": (created or self._started).isoformat(timespec="seconds"),
                "LastUpdatedTime": self.changed_at(kind, identifier).isoformat(timespec="seconds"),
            },
        }


_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_SHAPES: Mapping[str, Callable[[Entities, Document], Json]] = MappingProxyType(
    {
        "Invoice": Entities._sale,
        "CreditMemo": Entities._sale,
        "SalesReceipt": Entities._sale,
        "RefundReceipt": Entities._sale,
        "Bill": Entities._cost,
        "VendorCredit": Entities._cost,
        "Purchase": Entities._cost,
        "Deposit": Entities._deposit,
        "Payment": Entities._settlement,
        "BillPayment": Entities._settlement,
        "Transfer": Entities._transfer,
    }
)


def _amount_of(posting: Posting | None) -> int:
    """Cents in the document's own currency, debit positive."""
    if posting is None:
        return 0
    return posting.amount if posting.foreign_amount is None else posting.foreign_amount
