"""The price book of a contract: dated, complete, refused with every mistake; and no part of the books' fingerprint."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from monette_assets.group import GroupContractError, load_group
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.price_books import price, small_prices


def contract(folder: Path, **lists: Any) -> Path:
    """The small contract with a price book, some of its lists replaced."""
    write_contract(folder)
    text = yaml.safe_dump({**small_prices(), **lists}, sort_keys=False)
    (folder / "prices.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(GroupContractError) as raised:
        load_group(folder)
    return [str(each) for each in raised.value.problems]


def test_a_price_holds_from_its_day_until_the_next(tmp_path: Path) -> None:
    dated = [price("machine", "D4", "0.200000"), price("machine", "D4", "0.300000", **{"from": date(2025, 1, 15)})]
    book = load_group(contract(tmp_path, prices=dated)).prices
    assert book is not None
    told = [book.price("machine", "D4", date(2025, 1, day)).price.price for day in (14, 15, 16)]
    assert told == [Decimal("0.2"), Decimal("0.3"), Decimal("0.3")]


def test_a_new_price_makes_another_price_book_and_leaves_the_contract_as_it_is(tmp_path: Path) -> None:
    """No figure of the books depends on it: their tables are not stale for it."""
    without = load_group(write_contract(tmp_path / "without"))
    one = load_group(contract(tmp_path / "one"))
    other = load_group(contract(tmp_path / "other", prices=[price("machine", "laptop", "0.100000")]))
    assert without.prices is None
    assert without.fingerprint == one.fingerprint == other.fingerprint
    assert one.prices is not None
    assert other.prices is not None
    assert one.prices.fingerprint != other.prices.fingerprint


def test_the_demos_price_book_says_that_it_is_illustrative(tmp_path: Path) -> None:
    book = load_group().prices
    assert book is not None
    assert all("Illustrative, 2026-11-29" in each.source for each in book.listed.prices)
    assert all("Illustrative, 2026-11-29" in each.source for each in book.listed.rates)


def test_the_demos_price_book_says_why_a_jobs_cluster_cannot_be_run(tmp_path: Path) -> None:
    book = load_group().prices
    assert book is not None
    assert {each.code for each in book.listed.engines if each.not_runnable} == {"databricks-jobs"}
    assert "takes no sessions from outside" in str(book.engine("databricks-jobs").not_runnable)


STANDS = {"item": "throughput", "sku": "unit", "units": 1, "from": date(2025, 1, 2)}
GOLD = {"layer": "gold", "amount": "5.00"}
WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"prices": [price("machine", "D4", "0.200000", unit="month")]},
        "prices.yaml: prices[0].unit: found 'month'; expected 'hour': that is how machine is counted",
    ),
    (
        {"prices": [price("machine", "D4", "0.2"), price("machine", "D4", "0.3")]},
        "prices.yaml: prices[1]: found machine D4 2024-11-01 again; expected one price (prices[0] is the other)",
    ),
    (
        {"prices": [price("machine", "D4", "-0.2")]},
        "prices.yaml: prices[0].price: found '-0.2'; expected a price that is not below zero",
    ),
    (
        {"prices": [{**price("machine", "D4", "0.2"), "price": 0.2}]},
        "prices.yaml: prices[0].price: found 0.2; expected a figure with at most 6 decimals, in quotes",
    ),
    (
        {"prices": [price("machine", "D4'; --", "0.2")]},
        "prices.yaml: prices[0].sku: found \"D4'; --\"; expected text matching ^[A-Za-z][A-Za-z0-9_.-]{0,63}$",
    ),
    (
        {"prices": [{k: v for k, v in price("machine", "D4", "0.2").items() if k != "source"}]},
        "prices.yaml: prices[0].source: found nothing; expected a value: the key is required",
    ),
    (
        {"rates": [{"currency": "CAD", "rate": "1.0", "from": date(2024, 11, 1), "source": "x"}]},
        "prices.yaml: rates[0].currency: found CAD; expected another currency than the group's",
    ),
    (
        {"engines": [{"code": "sail", "databricks": "jobs", "basis": "x"}]},
        "prices.yaml: engines[0].databricks: found jobs; expected none without `cluster: true`",
    ),
    (
        {"engines": [{"code": "sail", "basis": "x", "not_runnable": True}]},
        "prices.yaml: engines[0].not_runnable: found True; expected text (put it in quotes)",
    ),
    (
        {"standing": [{**STANDS, "to": date(2025, 1, 2)}]},
        "prices.yaml: standing[0].to: found 2025-01-02; expected a day after 2025-01-02",
    ),
    (
        {"standing": [STANDS, STANDS]},
        "prices.yaml: standing[1]: found unit again; expected no overlap with standing[0]: raise its units",
    ),
    (
        {"budgets": [{"pillar": "Grian", "amount": "5.00"}]},
        "prices.yaml: budgets[0].pillar: found 'Grian'; "
        "expected one of Cattle, Cow-Calf, Grain (did you mean 'Grain'?)",
    ),
    (
        {"budgets": [{"amount": "5.00"}]},
        "prices.yaml: budgets[0]: found neither; expected a layer or a pillar",
    ),
    (
        {"budgets": [GOLD, {**GOLD, "from": date(2025, 1, 1)}]},
        "prices.yaml: budgets[1]: found layer 'gold' again; expected no overlap with budgets[0]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lists", "said"), WRONG, ids=[said.split(": ")[1] for _, said in WRONG])
def test_a_wrong_entry_is_refused_with_what_may_stand_there(tmp_path: Path, lists: dict[str, Any], said: str) -> None:
    assert problems(contract(tmp_path, **lists)) == [said]


def test_a_file_that_cannot_be_read_is_told_with_the_others(tmp_path: Path) -> None:
    folder = contract(tmp_path)
    (folder / "prices.yaml").write_text("prices: [", encoding="utf-8")
    (told,) = problems(folder)
    assert told.startswith("prices.yaml: found ")
