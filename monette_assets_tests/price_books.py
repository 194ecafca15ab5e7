"""A small price book for tests, written out as the file a person would write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from monette_assets.group import Group
from monette_assets.group.loading import read_price_book
from monette_assets.group.prices import PriceBook

DAY = date(2024, 11, 1)


def price(item: str, sku: str, amount: str, **more: Any) -> dict[str, Any]:
    """An entry under `prices`, in CAD from November 2024 on unless it says otherwise."""
    units = {"machine": "hour", "databricks": "DBU", "storage": "GB-month", "throughput": "hour"}
    said = {"item": item, "sku": sku, "price": amount, "currency": "CAD", "unit": units[item], "region": "prairie"}
    return {**said, "from": DAY, "source": "the test", **more}


def small_prices() -> dict[str, Any]:
    """A machine at 0.36 CAD an hour (0.0001 a second), larger ones in USD at 1.40, Databricks, storage, throughput."""
    return {
        "prices": [
            price("machine", "laptop", "0.360000"),
            price("machine", "D4", "0.200000", currency="USD"),
            price("machine", "D8", "0.400000", currency="USD"),
            price("databricks", "jobs", "0.300000", currency="USD"),
            price("databricks", "all-purpose", "0.500000", currency="USD"),
            price("storage", "disk", "0.030000"),
            price("throughput", "unit", "0.040000"),
        ],
        "rates": [{"currency": "USD", "rate": "1.400000", "from": DAY, "source": "the test"}],
        "machines": [
            {"sku": "laptop", "cores": 2, "memory_gb": 8},
            {"sku": "D4", "cores": 4, "memory_gb": 16, "dbu_per_hour": "1.000"},
            {"sku": "D8", "cores": 8, "memory_gb": 32, "dbu_per_hour": "2.000"},
        ],
        "engines": [
            {"code": "sail", "basis": "the test"},
            {
                "code": "databricks-jobs",
                "cluster": True,
                "databricks": "jobs",
                "nodes": 2,
                "start_seconds": 300,
                "relative_seconds": "2.000",
                "basis": "the test",
                "not_runnable": "The test has none",
            },
            {
                "code": "databricks-all-purpose",
                "cluster": True,
                "databricks": "all-purpose",
                "nodes": 2,
                "start_seconds": 300,
                "relative_seconds": "2.000",
                "basis": "the test",
            },
        ],
        "budgets": [{"layer": "gold", "amount": "10.00"}, {"pillar": "Cattle", "amount": "5.00"}],
    }


def with_prices(group: Group, **files: Any) -> Group:
    """The group with the small price book, some of its lists replaced."""
    text = yaml.safe_dump({**small_prices(), **files}, sort_keys=False)
    return replace(group, prices=read_price_book(text, group.currency))


def book_of(group: Group) -> PriceBook:
    """The group's price book, which is there."""
    assert group.prices is not None
    return group.prices


def cad(value: str) -> Decimal:
    """An amount as costs have it."""
    return Decimal(value).quantize(Decimal("0.000001"))
