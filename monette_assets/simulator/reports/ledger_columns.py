"""The columns of the reports that list postings (GeneralLedger, ProfitAndLossDetail, JournalReport), and their cells.

Which keys a company knows depends on its preferences: multicurrency companies have the home-currency variants and leave
the plain ones empty, Canadian NonTracking companies have the `_nt` variants instead of the plain natural amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monette_assets.simulator.model import Books, Document, Posting
from monette_assets.simulator.reports.index import LedgerIndex
from monette_assets.simulator.reports.layout import EMPTY, EMPTY_WITH_ID, Column, Json, Words, bare_money, cell

# (document, posting, natural amount in cents, running balance in cents) -> cell
CellOf = Callable[[Document, Posting, int, int], Json]
RowOf = Callable[[Document, Posting, int, int], list[Json]]
_OF_DOCUMENT = frozenset({"tx_date", "txn_type", "doc_num", "is_adj", "create_date", "last_mod_date"})

_PLAIN = (
    Column("tx_date", "Date", "Date"),
    Column("txn_type", "Transaction Type", "String"),
    Column("doc_num", "Num", "String"),
    Column("is_adj", "Adj", "String"),
    Column("create_date", "Create Date", "Date"),
    Column("last_mod_date", "Last Modified", "Date"),
    Column("name", "Name", "String"),
    Column("memo", "Memo/Description", "String"),
    Column("account_name", "Account", "String"),
    Column("account_num", "Account #", "String"),
    Column("klass_name", "Class", "String"),
    Column("dept_name", "Location", "String"),
    Column("split_acc", "Split", "String"),
    Column("debt_amt", "Debit", "Money"),
    Column("credit_amt", "Credit", "Money"),
)
_NATURAL = (Column("subt_nat_amount", "Amount", "Money"), Column("rbal_nat_amount", "Balance", "Money"))
_NATURAL_NT = (Column("subt_nat_amount_nt", "Amount", "Money"), Column("rbal_nat_amount_nt", "Balance", "Money"))
_CURRENCY = (
    Column("currency", "Currency", "String"),
    Column("exch_rate", "Exchange Rate", "Money"),
    Column("nat_foreign_amount", "Foreign Amount", "Money"),
    Column("debt_home_amt", "Debit", "Money"),
    Column("credit_home_amt", "Credit", "Money"),
)
_NATURAL_HOME = (
    Column("subt_nat_home_amount", "Amount", "Money"),
    Column("rbal_nat_home_amount", "Balance", "Money"),
)
_NATURAL_HOME_NT = (
    Column("subt_nat_amount_home_nt", "Amount", "Money"),
    Column("rbal_nat_amount_home_nt", "Balance", "Money"),
)
AMOUNTS = frozenset(
    {"subt_nat_amount", "subt_nat_amount_nt", "subt_nat_home_amount", "subt_nat_amount_home_nt"}
)  # summed in section summaries
BALANCES = frozenset({"rbal_nat_amount", "rbal_nat_amount_nt", "rbal_nat_home_amount", "rbal_nat_amount_home_nt"})
DEBITS = frozenset({"debt_amt", "debt_home_amt"})
CREDITS = frozenset({"credit_amt", "credit_home_amt"})


def known_columns(books: Books) -> tuple[Column, ...]:
    """Every column this company's ledger reports know, in QuickBooks' order."""
    if books.multicurrency:
        return (*_PLAIN, *_NATURAL, *_CURRENCY, *(_NATURAL_HOME_NT if books.non_tracking else _NATURAL_HOME))
    return (*_PLAIN, *(_NATURAL_NT if books.non_tracking else _NATURAL))


def chosen_columns(books: Books, asked: Sequence[str], default: Sequence[str]) -> list[Column]:
    """The asked-for columns this company knows (others are ignored); the defaults where none was asked for.

    In `default`, "amount" and "balance" stand for the company's own variant of the natural amount columns.
    """
    known = known_columns(books)
    amount, balance = known[-2].key, known[-1].key
    wanted = set(asked) or {{"amount": amount, "balance": balance}.get(key, key) for key in default}
    return [column for column in known if column.key in wanted] or [known[0]]


def is_filled(books: Books, key: str) -> bool:
    """Whether an amount column carries figures in this company: multicurrency ones leave the plain amounts empty."""
    return not (books.multicurrency and key in ("subt_nat_amount", "rbal_nat_amount", "debt_amt", "credit_amt"))


def row_maker(ledger: LedgerIndex, words: Words, columns: Sequence[Column]) -> RowOf:
    """The function that makes a posting's cells. The leading ones that are the document's are made once for it."""
    makers = _makers(ledger, words)
    keys = [column.key for column in columns]
    leading = next((position for position, key in enumerate(keys) if key not in _OF_DOCUMENT), len(keys))
    of_document = [makers[key] for key in keys[:leading]]
    of_posting = [makers[key] if is_filled(ledger.books, key) else _empty for key in keys[leading:]]
    made: dict[int, list[Json]] = {}

    def row(document: Document, posting: Posting, natural: int, balance: int) -> list[Json]:
        head = made.get(id(document))
        if head is None:
            head = made[id(document)] = [make(document, posting, natural, balance) for make in of_document]
        return head + [make(document, posting, natural, balance) for make in of_posting]

    return row


def _empty(document: Document, posting: Posting, natural: int, balance: int) -> Json:
    return EMPTY


def _makers(ledger: LedgerIndex, words: Words) -> dict[str, CellOf]:
    books = ledger.books
    accounts, contacts = books.accounts, ledger.contact_names
    account_cells = {a.id: cell(words.account(a, ledger.full_names[a.id]), a.id) for a in accounts.values()}
    number_cells = {a.id: cell(a.number) for a in accounts.values() if books.account_numbers}
    class_cells = {i: cell(_name(words, name, books.classes[i].active), i) for i, name in ledger.class_names.items()}
    department_cells = {
        i: cell(_name(words, name, books.departments[i].active), i) for i, name in ledger.department_names.items()
    }
    type_names: dict[str, str] = {}
    yes, no = cell(words("Yes")), cell(words("No"))
    several = cell(words("-Split-"), "")

    def transaction_type(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        name = type_names.get(document.transaction_type)
        if name is None:
            name = type_names[document.transaction_type] = words(document.transaction_type)
        return {"value": name, "id": document.id}

    def contact(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        if posting.contact_id is None:
            return EMPTY_WITH_ID
        name = contacts.get(posting.contact_kind or "", {}).get(posting.contact_id, "")
        return {"value": name, "id": posting.contact_id}

    splits: dict[tuple[int, bool], Json] = {}

    def split(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        debit = posting.amount > 0
        found = splits.get((id(document), debit))
        if found is None:
            others = {p.account_id for p in document.postings if (p.amount > 0) != debit}
            found = several if others else EMPTY_WITH_ID
            if len(others) == 1:
                found = account_cells.get(next(iter(others)), EMPTY_WITH_ID)
            splits[id(document), debit] = found
        return found

    def debit(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        return {"value": bare_money(posting.amount)} if posting.amount >= 0 else EMPTY

    def credit(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        return {"value": bare_money(-posting.amount)} if posting.amount < 0 else EMPTY

    def amount(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        return {"value": bare_money(natural)}

    def balance_after(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        return {"value": bare_money(balance)}

    def foreign(document: Document, posting: Posting, natural: int, balance: int) -> Json:
        cents = posting.amount if posting.foreign_amount is None else posting.foreign_amount
        same_side = natural == posting.amount
        return {"value": bare_money(cents if same_side else -cents)}

    makers: dict[str, CellOf] = {
        "tx_date": lambda d, p, n, b: {"value": d.date.isoformat()},
        "txn_type": transaction_type,
        "doc_num": lambda d, p, n, b: {"value": d.number},
        "is_adj": lambda d, p, n, b: yes if d.is_adjustment else no,
        "create_date": lambda d, p, n, b: {"value": d.created_at.isoformat(timespec="seconds") if d.created_at else ""},
        "last_mod_date": lambda d, p, n, b: {
            "value": d.modified_at.isoformat(timespec="seconds") if d.modified_at else ""
        },
        "name": contact,
        "memo": lambda d, p, n, b: {"value": p.memo or d.memo},
        "account_name": lambda d, p, n, b: account_cells.get(p.account_id, EMPTY_WITH_ID),
        "account_num": lambda d, p, n, b: number_cells.get(p.account_id, EMPTY),
        "klass_name": lambda d, p, n, b: class_cells.get(p.class_id or "", EMPTY_WITH_ID),
        "dept_name": lambda d, p, n, b: department_cells.get(p.department_id or "", EMPTY_WITH_ID),
        "split_acc": split,
        "currency": lambda d, p, n, b: {"value": d.currency},
        "exch_rate": lambda d, p, n, b: {"value": format(d.exchange_rate, "f")},
        "nat_foreign_amount": foreign,
    }
    makers |= dict.fromkeys(DEBITS, debit) | dict.fromkeys(CREDITS, credit)
    return makers | dict.fromkeys(AMOUNTS, amount) | dict.fromkeys(BALANCES, balance_after)


def _name(words: Words, name: str, active: bool) -> str:
    return name if active else words("{} (deleted)").format(name)
