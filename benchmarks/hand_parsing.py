"""Reports to columns in plain Python, as one would write it for one known source: orjson, lists, no checks.

What the platform's parsers do besides is left out on purpose: nothing is classified, verified against printed totals or
quarantined. Values stay text; DuckDB casts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

LINE_COLUMNS = (
    "company", "period", "basis", "transaction_date", "transaction_type", "transaction_id", "line_number",
    "document_number", "account_id", "account_number", "account_name", "contact_id", "contact_name", "class_id",
    "class_name", "location_id", "location_name", "memo", "split_account", "debit", "credit", "natural_amount",
    "currency", "exchange_rate", "foreign_amount", "is_adjustment", "created_at", "modified_at", "section",
)  # fmt: skip
BALANCE_COLUMNS = ("company", "period", "basis", "statement", "account_id", "account_name", "debit", "credit")
NATURAL = ("subt_nat_home_amount", "subt_nat_amount_home_nt", "subt_nat_amount", "subt_nat_amount_nt")
KEY = ("company", "period", "basis", "report", "fetch_id")

Row = tuple[Any, ...]


def parse_file(job: tuple[str, str, frozenset[str], str]) -> str:
    """Parse the wanted fetches of one bronze file into a parquet file of text columns; returns its path."""
    path, report, wanted, target = job
    parser = _balances if report in STATEMENTS else _lines
    columns = BALANCE_COLUMNS if report in STATEMENTS else LINE_COLUMNS
    types = {"period": pa.date32(), "line_number": pa.int32()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in columns])
    with pq.ParquetWriter(target, schema, compression="lz4") as writer:
        names = ("company", "period", "basis", "fetch_id", "payloads")
        for batch in pq.ParquetFile(path).iter_batches(16, columns=list(names)):
            rows: list[Row] = []
            for each in range(batch.num_rows):
                company, period, basis, fetch, payloads = (batch.column(name)[each].as_py() for name in names)
                if fetch in wanted:
                    rows += parser(report, payloads, company, period, basis)
            if rows:
                values = zip(zip(*rows, strict=True), schema, strict=True)
                writer.write_table(pa.table([pa.array(each, field.type) for each, field in values], schema=schema))
    return target


STATEMENTS = ("trial_balance", "opening_trial_balance", "profit_and_loss", "balance_sheet")


def _keys(report: dict[str, Any]) -> dict[str, int]:
    found = {}
    for position, column in enumerate(report["Columns"].get("Column", ())):
        told = {entry["Name"]: entry["Value"] for entry in column.get("MetaData", ())}
        found[told.get("ColKey", column["ColType"])] = position
    return found


def _lines(_report: str, payloads: Sequence[str], company: str, period: date, basis: str) -> list[Row]:
    """Postings of a general ledger or of a profit and loss detail."""
    ordinals: dict[tuple[str, str, str], int] = defaultdict(int)
    return [
        (company, period, basis, *row) for payload in payloads for row in _postings(orjson.loads(payload), ordinals)
    ]


def _postings(report: dict[str, Any], ordinals: dict[tuple[str, str, str], int]) -> list[Row]:
    keys = _keys(report)
    take, kind_at = _picker(keys), keys.get("txn_type", 1)
    rows: list[Row] = []

    def walk(found: list[dict[str, Any]], account: str, name: str, section: str) -> None:
        for row in found:
            cells = row.get("ColData")
            if cells is None:
                children = row.get("Rows", {}).get("Row", ())
                if "Header" in row:
                    first = row["Header"]["ColData"][0]
                    walk(children, first.get("id") or account, first["value"], section or first["value"])
                else:  # a parent's own postings: the account of the enclosing section
                    walk(children, account, name, section)
                continue
            kind = cells[kind_at]
            identifier = kind.get("id")
            if identifier:  # a beginning balance has none
                key = (kind["value"], identifier, account)
                ordinals[key] = ordinal = ordinals[key] + 1
                rows.append(take(cells, ordinal, account, name, section))

    walk(report["Rows"].get("Row", []), "", "", "")
    return rows


def _picker(keys: dict[str, int]) -> Callable[[list[dict[str, str]], int, str, str, str], Row]:
    """A function from cells to the columns after `basis`."""

    def at(*names: str) -> int:
        return next((keys[name] for name in names if name in keys), -1)

    day, kind, number, contact = at("tx_date"), at("txn_type"), at("doc_num"), at("name")
    class_, place, memo, split = at("klass_name"), at("dept_name"), at("memo"), at("split_acc")
    account_number, debit, credit = (
        at("account_num"),
        at("debt_home_amt", "debt_amt"),
        at("credit_home_amt", "credit_amt"),
    )
    currency, rate, foreign = at("currency"), at("exch_rate"), at("nat_foreign_amount")
    adjusting, created, modified = at("is_adj"), at("create_date"), at("last_mod_date")
    naturals = [keys[name] for name in NATURAL if name in keys]

    def value(cells: list[dict[str, str]], position: int) -> str | None:
        return (cells[position]["value"] or None) if position >= 0 else None

    def take(cells: list[dict[str, str]], ordinal: int, account: str, name: str, section: str) -> Row:
        typed, who, kept, where = cells[kind], cells[contact], cells[class_], cells[place]
        natural = next((text for position in naturals if (text := cells[position]["value"])), None)
        return (
            cells[day]["value"], typed["value"], typed["id"], ordinal, value(cells, number), account,
            value(cells, account_number), name, who.get("id") or None, who["value"] or None, kept.get("id") or None,
            kept["value"] or None, where.get("id") or None, where["value"] or None, value(cells, memo),
            value(cells, split), value(cells, debit), value(cells, credit), natural, value(cells, currency),
            value(cells, rate), value(cells, foreign), value(cells, adjusting), value(cells, created),
            value(cells, modified), section,
        )  # fmt: skip

    return take


def _balances(statement: str, payloads: Sequence[str], company: str, period: date, basis: str) -> list[Row]:
    """Accounts of a trial balance (debit and credit), or of a statement (the amount stands as `debit`)."""
    report = orjson.loads(payloads[0])
    two = "trial_balance" in statement
    rows: list[Row] = []

    def add(cells: list[dict[str, str]], alone: str | None) -> None:
        identifier = cells[0].get("id") or alone
        if identifier and any(cell["value"] for cell in cells[1:]):
            credit = (cells[2]["value"] or None) if two else None
            name = cells[0]["value"]
            rows.append((company, period, basis, statement, identifier, name, cells[1]["value"] or None, credit))

    for row in _every(report["Rows"].get("Row", [])):
        if "ColData" in row:
            add(row["ColData"], "net_income" if row.get("group") == "NetIncome" else None)
        elif "Header" in row:  # a parent's own amount
            add(row["Header"]["ColData"], None)
    return rows


def _every(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row
        yield from _every(row.get("Rows", {}).get("Row", []))


def target_of(folder: Path, report: str, number: int) -> str:
    """Where the parsed rows of a bronze file go."""
    return str(folder / f"{report}-{number}.parquet")
