"""What is shown in whole cents: a sum is rounded once, and its parts sum to it (ACCOUNTING 16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

ZERO, CENT = Decimal("0.00"), Decimal("0.01")


def in_cents(exact: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Exact parts in cents that sum to their exact sum, rounded once.

    Every part is its own amount rounded up or down, up where the most of a cent is left, ties to the first name.
    """
    parts = {key: amount.quantize(CENT, ROUND_FLOOR) for key, amount in exact.items()}
    whole = sum(exact.values(), ZERO).quantize(CENT, ROUND_HALF_UP)
    left = int((whole - sum(parts.values(), ZERO)) / CENT)
    for key in sorted(parts, key=lambda each: (parts[each] - exact[each], each))[:left]:
        parts[key] += CENT
    return parts


def aged(rows: Iterable[Mapping[str, Any]], label: str, amount: str) -> dict[str, dict[str, Decimal]]:
    """Open items by `label` and bucket: each label's total is rounded once, as its control account is translated.

    In group currency a company's total is therefore what its balance sheet shows, and totals of companies are sums.
    """
    exact: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        buckets = exact.setdefault(row[label], {})
        buckets[row["bucket"]] = buckets.get(row["bucket"], ZERO) + row[amount]
    return {who: in_cents(buckets) for who, buckets in exact.items()}
