"""Somebody who reads through the newest release all the time, and notes whatever does not agree in it."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from monette_assets.lake import Lake
from monette_assets.tables import releases

Sums = dict[tuple[Any, ...], Decimal]


def mixes(lake: Lake, pinned: dict[str, int]) -> list[str]:
    """Company-months that the release calls complete, and whose tables do not tell of the same ledger lines."""

    def rows(table: str) -> list[dict[str, Any]]:
        return lake.read(table, version=pinned[table]).to_pylist() if table in pinned else []

    complete = {(row["company"], row["period"]): row["lines"] for row in rows("gold/completeness") if row["complete"]}
    lines: dict[tuple[Any, ...], int] = defaultdict(int)
    ledger, result, trial, statement = (defaultdict[tuple[Any, ...], Decimal](Decimal) for _ in range(4))
    for row in rows("gold/ledger"):
        unit = (row["company"], row["period"])
        lines[unit] += 1
        ledger[*unit, row["account_id"]] += row["amount"]
        if row["profit_type"] is not None:
            result[*unit, row["account_id"]] += row["amount"]
    for row in rows("gold/trial_balance"):
        if net := row["debit"] - row["credit"]:
            trial[row["company"], row["period"], row["account_id"]] = net
    for row in rows("gold/profit_and_loss"):
        statement[row["company"], row["period"], row["account_id"]] += row["amount"]

    def of(sums: Sums, unit: tuple[Any, ...]) -> Sums:
        return {key: amount for key, amount in sums.items() if key[:2] == unit and amount}

    found = []
    for unit, count in complete.items():
        if lines[unit] != count:
            found.append(f"{unit}: completeness tells of {count} lines, the ledger has {lines[unit]}")
        for name, one, other in (("trial_balance", ledger, trial), ("profit_and_loss", result, statement)):
            if of(one, unit) != of(other, unit):
                found.append(f"{unit}: the ledger's sums are not those of {name}")
    return found


def watch(lake_url: str, notes: str, stop: str) -> int:
    """Read until the file `stop` is there; notes, a JSON line each, go to `notes`. Returns how many there are."""
    lake, last, count = Lake(lake_url), 0, 0
    with Path(notes).open("a", encoding="utf-8") as file:

        def note(**what: Any) -> None:
            file.write(json.dumps(what) + "\n")
            file.flush()

        while True:
            ending = Path(stop).exists()  # looked at first: what came before it is read once more
            found = sorted(lake.read(releases.NAME).to_pylist(), key=lambda row: row["number"])
            if found[-1]["number"] < last:
                note(problem=f"release {found[-1]['number']} after {last}")
                count += 1
            for row in found[last:]:
                problems = mixes(lake, releases.pinned(row))
                count += len(problems)
                note(release=row["number"], problems=problems)
                last = row["number"]
            if ending:
                return min(count, 90)
            time.sleep(0.1)
