"""How fast a general ledger is parsed, and in how much memory: `python benchmarks/parser.py [payloads] [lines per
payload]`.

One synthetic payload at QuickBooks' size limit (18,000 lines of 22 columns, 400,000 cells), parsed again and again on
one core, JSON decoding included; then the decoders alone, to show what was chosen and why.
"""

from __future__ import annotations

import platform
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import orjson

from monette_assets.sources.quickbooks.reports import parse_general_ledger
from monette_assets.sources.quickbooks.reports.nodes import Report

KEYS = [
    "tx_date",
    "txn_type",
    "doc_num",
    "name",
    "memo",
    "split_acc",
    "account_name",
    "account_num",
    "klass_name",
    "dept_name",
    "is_adj",
    "create_date",
    "last_mod_date",
    "debt_amt",
    "credit_amt",
    "subt_nat_amount",
    "rbal_nat_amount",
    "currency",
    "exch_rate",
    "nat_foreign_amount",
    "debt_home_amt",
    "credit_home_amt",
]
PER_ACCOUNT = 300


def cell(value: str, identifier: str | None = None) -> dict[str, str]:
    return {"value": value} if identifier is None else {"value": value, "id": identifier}


def line(rng: random.Random, number: int, account: str) -> dict[str, Any]:
    amount = f"{rng.randint(1, 9_999_999) / 100:.2f}"
    debit, credit = (amount, "") if number % 2 else ("", amount)
    moment = f"2025-01-{number % 28 + 1:02d}T10:{number % 60:02d}:{number // 60 % 60:02d}-08:00"
    cells = [
        cell(f"2025-01-{number % 31 + 1:02d}"),
        cell("Invoice", str(number // 3)),
        cell(str(number)),
        cell(f"Customer {number % 97}", str(number % 97)),
        cell(f"Load {number}, durum delivered"),
        cell("Accounts Receivable (A/R)", "84"),
        cell(f"Account {account}", account),
        cell(f"4{account}"),
        cell("", ""),
        cell("North Farm", "3"),
        cell("No"),
        cell(moment),
        cell(moment),
        cell(""),
        cell(""),
        cell(""),
        cell(""),
        cell("CAD"),
        cell("1.0"),
        cell(""),
        cell(debit),
        cell(credit),
    ]
    return {"ColData": cells, "type": "Data"}


def payload(lines: int) -> str:
    rng = random.Random(1)
    sections = []
    for account in range(max(1, lines // PER_ACCOUNT)):
        name = str(account + 1)
        rows = [line(rng, account * PER_ACCOUNT + i, name) for i in range(min(PER_ACCOUNT, lines))]
        blank = [cell("")] * (len(KEYS) - 1)
        header = {"ColData": [cell(f"Account {name}", name), *blank]}
        summary = {"ColData": [cell(f"Total for Account {name}"), *blank]}
        sections.append({"Header": header, "Rows": {"Row": rows}, "Summary": summary, "type": "Section"})
    body = {
        "Header": {
            "ReportName": "GeneralLedger",
            "ReportBasis": "Accrual",
            "StartPeriod": "2025-01-01",
            "EndPeriod": "2025-01-31",
            "Currency": "CAD",
        },
        "Columns": {"Column": [{"ColTitle": k, "ColType": k} for k in KEYS]},
        "Rows": {"Row": sections},
    }
    return orjson.dumps(body).decode()


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Best and mean seconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent), sum(spent) / len(spent)


def main(payloads: int = 10, lines: int = 18_000) -> None:
    text = payload(lines)

    def parse() -> int:
        parsed = parse_general_ledger(
            [text], company="bench", period=date(2025, 1, 1), basis="accrual", home_currency="CAD"
        )
        assert not len(parsed.refusals), parsed.refusals.to_pylist()[:1]
        return len(parsed.lines)

    count = parse()  # also imports what pyarrow imports late
    best, mean = timed(parse, payloads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {len(text) / 1e6:.1f} MB, {count:,} lines a payload"
    )
    print(
        f"parse: {count / mean:,.0f} lines/s mean, {count / best:,.0f} best over {payloads}; peak memory {peak:,.0f} MB"
    )
    typed = msgspec.json.Decoder(Report)
    for name, decode in (
        ("orjson", orjson.loads),
        ("msgspec untyped", msgspec.json.decode),
        ("msgspec typed", typed.decode),
    ):
        best, mean = timed(lambda decode=decode: decode(text), payloads)  # type: ignore[misc]
        print(f"decode alone, {name}: {mean * 1e3:.0f} ms mean, {best * 1e3:.0f} best")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
