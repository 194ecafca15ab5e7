"""What Terraform's environments run on has a price: in the demo's book, or among what docs/azure.md has one add."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monette_assets.gold.pricing import gaps
from monette_assets.group.loading import read_price_book
from monette_assets.tables.compute import Compute
from monette_assets_tests.price_books import DAY

ROOT = Path(__file__).parents[2]
DEMO = (ROOT / "monette_assets/group/demo/prices.yaml").read_text("utf-8")
PLACEHOLDERS = {"PRICE": "0.123456", "DAY": str(DAY), "DBU": "1.500"}


def added() -> dict[str, Any]:
    """The entries of docs/azure.md, some figure in each place that is left to the reader."""
    step = (ROOT / "docs/azure.md").read_text("utf-8").partition("\n## 7. A release\n")[2].partition("\n## ")[0]
    [written] = re.findall(r"```yaml\n(.*?)```", step, re.DOTALL)
    entries: dict[str, Any] = yaml.safe_load(re.sub("|".join(PLACEHOLDERS), lambda it: PLACEHOLDERS[it[0]], written))
    return entries


def computes(environment: str) -> list[Compute]:
    """What runs there may be executed on: the embedded engine, and a cluster of each size for a backfill."""
    text = (ROOT / f"infra/terraform/environments/{environment}/main.tf").read_text("utf-8")
    [machine] = re.findall(r'^\s+run_size\s+= "(\w+)"$', text, re.MULTILINE)
    [replication] = re.findall(r'^\s+replication\s+= "(\w+)"$', text, re.MULTILINE)
    [borrowed] = re.findall(r"^\s+node_types\s+= \[(.*)\]$", text, re.MULTILINE)
    storage = f"adls_hot_{replication.lower()}"  # as modules/platform/outputs.tf hands it on
    clusters = [Compute("databricks-all-purpose", machine, sku, 3, storage) for sku in re.findall(r"\w+", borrowed)]
    return [Compute("sail", machine, storage=storage), *clusters]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_whatever_runs_are_executed_on_has_a_price_once_the_entries_are_added(environment: str) -> None:
    demo, more = yaml.safe_load(DEMO), added()
    whole = demo | {name: [*demo[name], *entries] for name, entries in more.items()}
    book = read_price_book(yaml.safe_dump(whole), "CAD")
    for compute in computes(environment):
        assert gaps(compute, book, DAY) == [], compute


def test_without_them_the_doctor_names_each_that_production_needs_and_none_for_dev() -> None:
    book = read_price_book(DEMO, "CAD")
    production, dev = computes("prod")[0], computes("dev")[0]
    assert gaps(dev, book, DAY) == []
    told = gaps(production, book, DAY)
    assert {(item, sku) for each in told for item, sku in re.findall(r"expected a price of (\w+) (\w+) on", each)} == {
        (each["item"], each["sku"]) for each in added()["prices"]
    }
