"""The small world's lake with rows in every table of silver and gold, made of what its own world never had.

A month is closed and its books are edited afterwards; sheets land, scales and sensors send, the companies trade with
each other, one owns the other, and what the platform used has prices that change.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monette_assets import catalog, closing
from monette_assets.bronze import events, landing_files, platform_usage
from monette_assets.freezing import Books
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.simulator.events import Yard
from monette_assets.simulator.sheets import write_sheets
from monette_assets.sources.landing.folder import LocalFolder
from monette_assets.tables import Context, Partitions, Table, group_contracts
from monette_assets.tables.judge import Judge
from monette_assets.tables.refresh import refresh
from monette_assets_tests.conftest import SmallWorld
from monette_assets_tests.contracts import small_contract
from monette_assets_tests.frames import group_of
from monette_assets_tests.gold.test_platform_costs import usage
from monette_assets_tests.group_books import chart
from monette_assets_tests.landed import workbook
from monette_assets_tests.price_books import book_of, price, small_prices, with_prices
from monette_assets_tests.reports.small_lake import append
from monette_assets_tests.silver import test_adjustments, test_head_counts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES: tuple[Table, ...] = (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM)
LEDGER = "silver/general_ledger"
MONTHS = NOVEMBER, DECEMBER = date(2024, 11, 1), date(2024, 12, 1)
MOMENT = datetime(2024, 12, 3, 18, tzinfo=UTC)

# What the farm chart's accounts are to a group whose companies trade with and own each other.
TRADING = {"1150": "due_from", "2250": "due_to", "4450": "group_sales", "1220": "inventory", "1300": "investment",
           "3200": "dividends"}  # fmt: skip
FURTHER = {*TRADING.values(), "difference", "income_difference", "goodwill", "minority", "minority_income"}
OWNED = {
    "company": "south", "parent": "north", "share": "0.80", "from": NOVEMBER, "investment_account": "investment",
    "opening_equity": [{"group_account": "capital", "amount": "1000.00"}],
}  # fmt: skip
# Charges: who books them, month, number, whom they name, account and amount in US dollars, at 1.40.
CHARGES = (
    ("north", NOVEMBER, "IC-1", "South Farm LLC", "1150", "500.00"),  # both agree; the goods are in stock
    ("north", NOVEMBER, "IC-1", "South Farm LLC", "4450", "-500.00"),
    ("south", NOVEMBER, "IC-1", "North Farm Ltd.", "1220", "500.00"),
    ("south", NOVEMBER, "IC-1", "North Farm Ltd.", "2250", "-500.00"),
    ("north", NOVEMBER, "IC-2", "South Farm LLC", "1150", "90.00"),  # another amount
    ("north", NOVEMBER, "IC-2", "South Farm LLC", "4450", "-90.00"),
    ("south", NOVEMBER, "IC-2", "North Farm Ltd.", "5200", "80.00"),
    ("south", NOVEMBER, "IC-2", "North Farm Ltd.", "2250", "-80.00"),
    ("north", DECEMBER, "IC-3", "South Farm LLC", "1150", "7.00"),  # nothing in the other's books
    ("north", DECEMBER, "IC-3", "South Farm LLC", "4450", "-7.00"),
    ("south", DECEMBER, "DIV-1", "North Farm Ltd.", "3200", "20.00"),
    ("south", DECEMBER, "DIV-1", "North Farm Ltd.", "1000", "-20.00"),
    ("north", DECEMBER, "DIV-1", "South Farm LLC", "1000", "20.00"),
    ("north", DECEMBER, "DIV-1", "South Farm LLC", "4900", "-20.00"),
)


def trading_group(folder: Path) -> Group:
    """The small group whose companies trade with and own each other, with a price book."""
    small = small_contract()
    further = [account for account in chart() if account["code"] in FURTHER]
    mapped = [
        {**entry, "group_account": TRADING.get(entry["account_number"], entry["group_account"])}
        for entry in small["mapping"]
    ]
    in_stock = [{"inventory_account": "inventory", "cost_account": "cost_of_goods", "margin": "0.30"}]
    terms = {"method": "consolidated", "ownership": [OWNED], "profit_in_stock": in_stock}
    return with_prices(group_of(folder, chart=[*small["chart"], *further], mapping=mapped, consolidation=terms))


def full_lake(folder: Path, world: SmallWorld, spark: SparkSession, judge: Judge, at: datetime) -> Books:
    """A copy of the world's lake with rows in every table of silver and gold, and its group; `at` is now."""
    shutil.copytree(world.settings.lake_url, folder / "lake")
    lake, group = Lake(str(folder / "lake")), trading_group(folder / "group")
    closing.close(Books(lake, world.group, lambda: at), NOVEMBER, ["north", "south"], "Ann")
    append(lake, LEDGER, charges(lake, group))
    drop_sheets(lake, group, folder / "landing", at)
    send_events(lake, group)
    keep_usage(lake, group)
    for table in built_anew():
        periods = MONTHS if table.contract.partitions is Partitions.MONTH else ()
        context = Context(spark, group, periods, at, embedded=True)
        refresh(table, context=context, lake=lake, judge=judge, run_id="full")
    return Books(lake, group, lambda: at)


def built_anew() -> list[Table]:
    """The tables made of what the world had not, what each rests on before it."""
    new = {landing_files.CONTRACT.name, events.CONTRACT.name, platform_usage.CONTRACT.name, LEDGER}
    found = [table for table in TABLES if table.contract.rests_on & new and table.name != LEDGER]
    return sorted(found, key=lambda table: len(table.contract.rests_on))


def charges(lake: Lake, group: Group) -> list[dict[str, Any]]:
    """Ledger lines of what the companies charge each other."""
    accounts = {(row["company"], row["account_number"]): row for row in lake.read("silver/accounts").to_pylist()}
    found = []
    for line, (company, period, number, contact, account, dollars) in enumerate(CHARGES, start=1):
        foreign = group.company(company).home_currency != "USD"
        rate = Decimal("1.40") if foreign else Decimal(1)
        found.append(
            {
                "company": company, "period": period, "basis": "accrual", "transaction_date": period,
                "transaction_type": "Journal Entry", "transaction_id": f"{company} {number}", "line_number": line,
                "document_number": number, "account_id": accounts[company, account]["account_id"],
                "account_number": account, "account_name": accounts[company, account]["account_name"],
                "contact_name": contact, "amount": (Decimal(dollars) * rate).quantize(Decimal("0.01")),
                "currency": "USD", "exchange_rate": rate, "foreign_amount": Decimal(dollars) if foreign else None,
                "modified_at": MOMENT,
            }
        )  # fmt: skip
    return found


def drop_sheets(lake: Lake, group: Group, folder: Path, at: datetime) -> None:
    """Budgets, adjustments and head counts; of each something is refused."""
    write_sheets(group, folder)
    entries = [test_adjustments.HEADER, *test_adjustments.GOOD, ["2024-12", "A-2", *test_adjustments.GOOD[0][2:]]]
    herds = [test_head_counts.HEADER, *test_head_counts.GOOD, ["Dec 2024", *test_head_counts.GOOD[0][1:4], "many"]]
    (folder / "Entries.xlsx").write_bytes(workbook({"Entries": entries}))
    (folder / "Herds.xlsx").write_bytes(workbook({"Herds": herds}))
    taken = landing_files.take_in(LocalFolder(folder), landing_files.stored(lake), "full", at)
    append(lake, landing_files.CONTRACT.name, taken.rows)


def send_events(lake: Lake, group: Group) -> None:
    """What scales and sensors send, with what goes wrong in the field."""
    moments = (MOMENT + timedelta(minutes=number // 2) for number in count())  # two events at each
    sent = islice(Yard(group, 1, lambda: next(moments)).events(), 600)
    rows = [
        {"namespace": "broker", "topic": each.topic, "offset": offset, "kind": events.EVENT, "key": each.key,
         "value": each.value, "headers": [], "timestamp_type": "none", "received_at": MOMENT + timedelta(days=1)}
        for offset, each in enumerate(sent)
    ]  # fmt: skip
    append(lake, events.CONTRACT.name, rows)


def keep_usage(lake: Lake, group: Group) -> None:
    """What the platform used, one machine of it without a price, and a price book that another one follows."""
    used = [
        usage(),
        usage(usage_id="r1/silver/accounts", asset="silver/accounts", sku="D16"),
        usage("storage", "30000000000", "disk", usage_id="s1", asset="gold/ledger", engine=None),
        usage(usage_id="r2/gold/ledger", engine="databricks-jobs", cluster_sku="D8", cluster_nodes=2, weights=[]),
    ]
    append(lake, platform_usage.CONTRACT.name, used)
    dearer = [*small_prices()["prices"], price("machine", "laptop", "0.720000", **{"from": date(2024, 11, 5)})]
    for day, each in ((2, group), (3, with_prices(group, prices=dearer))):
        group_contracts.keep_prices(lake, book_of(each), datetime(2026, 1, day, tzinfo=UTC))
