"""What is shown in whole cents: a sum is rounded once, and its parts sum to it (ACCOUNTING 16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

ZERO, CENT = Decimal("0.00"), Decimal("0.01")


def in_cents(exact: Mapping[str, Decimal], whole: Decimal | None = None) -> dict[str, Decimal]:
    """Exact parts in cents that sum to their exact sum, rounded once; or to `whole`, that sum rounded up or down.

    Every part is its own amount rounded up or down, up where the most of a cent is left, ties to the first name.
    """
    parts = {key: amount.quantize(CENT, ROUND_FLOOR) for key, amount in exact.items()}
    if whole is None:
        whole = sum(exact.values(), ZERO).quantize(CENT, ROUND_HALF_UP)
    left = int((whole - sum(parts.values(), ZERO)) / CENT)
    for key in sorted(parts, key=lambda each: (parts[each] - exact[each], each))[:left]:
        parts[key] += CENT
    return parts


def aged(rows: Iterable[Mapping[str, Any]], label: str, amount: str) -> dict[str, dict[str, Decimal]]:
    """Open items by `label` and bucket: each company's total is rounded once, as its control account is translated.

    A company's buckets sum to it, and within each bucket the labels: so a company's total is what its balance sheet
    shows, and its buckets are the same by whatever label.
    """
    exact: dict[str, dict[str, dict[str, Decimal]]] = {}
    for row in rows:
        labels = exact.setdefault(row["company"], {}).setdefault(row["bucket"], {})
        labels[row[label]] = labels.get(row[label], ZERO) + row[amount]
    found: dict[str, dict[str, Decimal]] = {}
    for buckets in exact.values():
        wholes = in_cents({bucket: sum(labels.values(), ZERO) for bucket, labels in buckets.items()})
        for bucket, labels in buckets.items():
            for who, cents in in_cents(labels, wholes[bucket]).items():
                of_who = found.setdefault(who, {})
                of_who[bucket] = of_who.get(bucket, ZERO) + cents
    return found
