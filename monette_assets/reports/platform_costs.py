"""What the platform cost: by table, company, engine or whatever else, of a month or of all."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.gold import platform_budgets, platform_cost_restatements, platform_costs
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement
from monette_assets.tables import group_contracts, quarantine
from monette_assets.tables.partitions import month_key

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

COSTS = platform_costs.CONTRACT.name
BY = ("period", "asset", "company", "engine", "layer", "pillar", "item", "sku", "run")
SHOWN_GAPS = 5


def costs_by(lake: Lake, group: Group, by: str, period: date | None = None) -> Statement:
    """Amounts by one of `BY`, the dearest first (months in order), with their total and what is told of them."""
    column = {"run": "run_id"}.get(by, by)
    months = () if period is None else (period,)
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in _rows(lake, COSTS, months, ["period", column, "amount_cad"]):
        sums[row[column]] += row["amount_cad"]
    ordered = sorted(sums.items(), key=lambda pair: pair[0]) if by == "period" else sorted(
        sums.items(), key=lambda pair: (-pair[1], str(pair[0]))
    )  # fmt: skip
    total = sum(sums.values(), Decimal(0))
    rows = [
        {by: month_key(key) if isinstance(key, date) else key or "by the day", "amount_cad": amount,
         "share": amount * 100 / total if total else None}
        for key, amount in ordered
    ]  # fmt: skip
    span = month_key(period) if period else "all months counted"
    return Statement(
        title=f"{group.name}: what the platform cost by {by}, {span}",
        subtitle=f"{group.currency}; {_book(lake)}; `monette cost --update` counts what ran since",
        fields=(Field(by, by.capitalize()), Field("amount_cad", group.currency, Kind.COST),
                Field("share", "Share", Kind.PERCENT)),
        rows=[*rows, {by: "Total", "amount_cad": total, "share": Decimal(100) if total else None}],
        emphasis=[*[Emphasis.NORMAL] * len(rows), Emphasis.RESULT],
        notes=[*gaps(lake, months), *_budgets(lake, group, months), *_restated(lake, group, months)],
    )  # fmt: skip


def gaps(lake: Lake, months: tuple[date, ...]) -> list[str]:
    """What was used and has no price: why, and what to add."""
    import pyarrow.compute as pc

    if not lake.exists(quarantine.CONTRACT.name):
        return []
    of_costs = pc.field("table_name") == COSTS
    rows = lake.read(quarantine.CONTRACT.name, columns=["period", "reason", "path"], filters=of_costs).to_pylist()
    found = sorted(f"Not counted: {row['path']}: {row['reason']}" for row in rows
                   if not months or row["period"] in months)  # fmt: skip
    more = [f"... and {len(found) - SHOWN_GAPS} more"] if len(found) > SHOWN_GAPS else []
    return [*found[:SHOWN_GAPS], *more]


def _budgets(lake: Lake, group: Group, months: tuple[date, ...]) -> list[str]:
    rows = _rows(lake, platform_budgets.CONTRACT.name, months, None)
    return [
        f"Over budget: {row['part']} {row['name']} {month_key(row['period'])}: {row['spent_cad']:,.2f} of "
        f"{row['budget_cad']:,.2f} {group.currency}"
        for row in sorted(rows, key=lambda row: (row["period"], row["part"], row["name"]))
        if row["is_exceeded"]
    ]


def _restated(lake: Lake, group: Group, months: tuple[date, ...]) -> list[str]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    name = platform_cost_restatements.CONTRACT.name
    for row in _rows(lake, name, months, ["period", "changed_at", "difference_cad"]):
        sums[row["changed_at"]] += row["difference_cad"]
    return [
        f"Restated{_by(amount, group.currency)} since the price book of "
        f"{at.astimezone(group.time_zone):%Y-%m-%d %H:%M} (`monette report {name}`)"
        for at, amount in sorted(sums.items())
    ]


def _by(amount: Decimal, currency: str) -> str:
    """In words where it comes to nothing: a table or a company may have what another had."""
    shown = f"{amount:+z,.4f}"
    return f" by {shown} {currency}" if Decimal(shown.replace(",", "")) else ", the sum unchanged,"


def _book(lake: Lake) -> str:
    books = group_contracts.kept_prices(lake)
    return f"price book {books[-1][0][:8]}, counted with since {books[-1][2]:%Y-%m-%d}" if books else "no price book"


def _rows(lake: Lake, table: str, months: tuple[date, ...], columns: list[str] | None) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    if not lake.exists(table):
        return []
    where = pc.field("period").isin(list(months)) if months else None
    found: list[dict[str, Any]] = lake.read(table, columns=columns, filters=where).to_pylist()
    return found
