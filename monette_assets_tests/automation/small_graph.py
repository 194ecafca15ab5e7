"""Three tables over entries that arrive, computed, audited and published as any other: a list, a flow, a balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from monette_assets.automation import chain, releasing, stale
from monette_assets.automation.rebuilding import rebuild
from monette_assets.automation.refresh import refresh
from monette_assets.bronze.appending import append_commit
from monette_assets.group import Group
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.resources import RunningJudge
from monette_assets.tables import (
    Check,
    Column,
    Context,
    Contract,
    Input,
    Months,
    Partitions,
    Severity,
    Staged,
    Table,
    releases,
)
from monette_assets.tables.asset import asset_key, build_asset
from monette_assets.tables.contract import MONEY
from monette_assets.tables.judge import Judge
from monette_assets.tables.partitions import month_key
from monette_assets.tables.reach import by_key
from monette_assets_tests.frames import shown
from monette_assets_tests.world import RunningEngine

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NOON = datetime(2025, 2, 10, 18, tzinfo=UTC)  # in the group's time zone too it is day
NIGHT = datetime(2025, 2, 11, 9, tzinfo=UTC)
NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)

UNIT = (Column("company", "string", "Company."), Column("period", "date", "Month."))
ACCOUNT = Column("account_id", "string", "Account.")
AMOUNT = Column("amount", MONEY, "Amount.")


def _negative(staged: Staged) -> DataFrame:
    return staged.rows.where("amount < 0").select("company", "period", "account_id", "amount")


ENTRIES = Contract(
    name="bronze/entries",
    description="Every entry that arrived; the newest of an account and month counts.",
    key=("number",),
    columns=(*UNIT, ACCOUNT, AMOUNT, Column("number", "int", "In order."), Column("run_id", "string", "Run.")),
)
NAMES = Contract(
    name="silver/names",
    description="What accounts are called.",
    key=("company", "account_id"),
    unit=("company",),
    partitions=Partitions.NONE,
    columns=(UNIT[0], ACCOUNT, Column("name", "string", "Name.")),
)
LINES = Contract(
    name="silver/lines",
    description="The newest entries.",
    key=("company", "period", "account_id"),
    inputs={"entries": Input(ENTRIES)},
    columns=(*UNIT, ACCOUNT, AMOUNT),
    checks=(Check("not_negative", "No amount is negative.", "rule 1", _negative, Severity.BLOCKS),),
)
FLOWS = Contract(
    name="gold/flows",
    description="Lines by name.",
    key=("company", "period", "account_id"),
    inputs={
        "lines": Input(LINES),
        "names": Input(NAMES, Months.ALL, reach=by_key("company", "account_id")),
    },
    columns=(*UNIT, ACCOUNT, Column("name", "string", "Name.", nullable=True), AMOUNT),
)
BALANCES = Contract(
    name="gold/balances",
    description="All flows up to the month.",
    key=("company", "period"),
    inputs={"flows": Input(FLOWS, Months.UP_TO)},
    balance=True,
    columns=(*UNIT, AMOUNT),
)
TABLES = (LINES, FLOWS, BALANCES)
GOLD = (FLOWS, BALANCES)


def _lines(context: Context, entries: DataFrame) -> DataFrame:
    newest = entries.groupBy("company", "period", "account_id").agg({"number": "max"})
    newest = newest.withColumnRenamed("max(number)", "number")
    return entries.join(newest, ["company", "period", "account_id", "number"])


def _flows(context: Context, lines: DataFrame, names: DataFrame) -> DataFrame:
    return lines.join(names, ["company", "account_id"], "left")


def _balances(context: Context, flows: DataFrame) -> DataFrame:
    months = context.relation([{"month": period} for period in context.periods], "month date")
    until = flows.join(months, flows["period"] <= months["month"])
    summed = until.groupBy("company", "month").agg({"amount": "sum"})
    return summed.selectExpr("company", "month as period", f"cast(`sum(amount)` as {MONEY}) as amount")


@dataclass
class Graph:
    """The tables built for November and December, watched by the sensor, tick by tick."""

    group: Group
    lake: Lake
    instance: dg.DagsterInstance
    spark: SparkSession
    judge: Judge
    cursor: str | None = None
    moment: datetime = NOON
    meanwhile: list[Callable[[], None]] = field(default_factory=list)  # what happens while flows are computed
    failing: list[Contract] = field(default_factory=list)  # what breaks down, once
    computed: list[tuple[str, str]] = field(default_factory=list)  # table and months, in the order they were
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.name("north", "bank", "Chequing")
        self.name("south", "bank", "Chequing")
        for company, month in (("north", NOVEMBER), ("north", DECEMBER), ("south", DECEMBER)):
            self.arrive(company, month, "100.00")
        self.backfill(LINES, FLOWS, BALANCES, first=NOVEMBER, last=DECEMBER)
        self.computed.clear()
        assert self.ask() is None

    # --- what happens in the world ------------------------------------------------------------------------------

    def arrive(self, company: str, month: date, amount: str, account: str = "bank") -> None:
        """An entry comes into bronze, as by a backfill of the month."""
        number = next(self._numbers)
        schema = ENTRIES.arrow_schema
        amounts = pa.array([amount]).cast(schema.field("amount").type)
        row = {"company": company, "period": month, "account_id": account, "amount": amounts[0].as_py(),
               "number": number, "run_id": f"run-{number}"}  # fmt: skip
        append_commit(self.lake, ENTRIES, [row], row["run_id"], self.group, NOON)

    def name(self, company: str, account: str, name: str) -> None:
        """An account is called so."""
        number = next(self._numbers)
        commit = Commit(
            run_id="names", publish_id=f"names-{number}", code_version="1", contract_version="1", at=NOON
        )  # fmt: skip
        row = {"company": company, "account_id": account, "name": name}
        schema = NAMES.arrow_schema
        there = self.lake.read(NAMES.name).to_pylist() if self.lake.exists(NAMES.name) else []
        others = [each for each in there if (each["company"], each["account_id"]) != (company, account)]
        self.lake.publish(
            NAMES.name, pa.Table.from_pylist([*others, row], schema=schema), schema=schema, scope=Scope.everything(),
            commit=commit,
        )  # fmt: skip

    def backfill(self, *contracts: Contract, first: date, last: date | None = None) -> None:
        """Materialize months of tables by hand, as the user interface does."""
        keys = [asset_key(each) for each in contracts]
        job = self.definitions.resolve_implicit_job_def_def_for_assets(keys)
        assert job is not None
        tags = {chain.RANGE_START: month_key(first), chain.RANGE_END: month_key(last or first)}
        done = job.execute_in_process(instance=self.instance, asset_selection=keys, tags=tags, raise_on_error=False)
        assert done.success

    # --- the platform -------------------------------------------------------------------------------------------

    @property
    def definitions(self) -> dg.Definitions:
        functions: dict[str, Callable[..., DataFrame]] = {
            LINES.name: _lines,
            FLOWS.name: _flows,
            BALANCES.name: _balances,
        }

        def watched(contract: Contract) -> Table:
            def function(context: Context, **inputs: DataFrame) -> DataFrame:
                self.computed.append((contract.name, f"{context.periods[0]:%Y-%m}..{context.periods[-1]:%Y-%m}"))
                while contract is FLOWS and self.meanwhile:
                    self.meanwhile.pop()()
                if contract in self.failing:
                    self.failing.remove(contract)
                    raise OSError(28, "No space left on device")
                return functions[contract.name](context, **inputs)

            return Table(contract, function)

        release = releases.build(GOLD, self.group, answerable=releasing.answerable)
        return dg.Definitions(
            [*(build_asset(watched(each), self.group) for each in TABLES), release],
            resources={"lake": Resource(self.lake), "engine": RunningEngine(self.spark),
                       "judge": RunningJudge(self.judge)},
            executor=dg.in_process_executor,
        )  # fmt: skip

    def tick(self, later: timedelta = timedelta(seconds=30)) -> dg.SensorResult | dg.SkipReason:
        """One tick, so much later."""
        self.moment += later
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            result = stale.tick(context, self.group, self.lake, TABLES, self.moment)
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
        return result

    def ask(self) -> dict[str, Any] | None:
        """What two ticks ask for, since what was seen once may be at work; None where they ask for nothing."""
        self.tick()
        result = self.tick()
        if isinstance(result, dg.SkipReason) or not result.run_requests:
            return None
        (request,) = result.run_requests
        config: dict[str, Any] = request.run_config["ops"]["refresh_chain"]["config"]
        return config

    def rebuild(self, asked: dict[str, Any] | None) -> chain.ChainResult:
        """The run that was asked for."""
        assert asked is not None
        self.computed.clear()
        return rebuild(
            self.group, self.lake, self.definitions, self.instance, deployed=asked["deployed"], among=TABLES
        )  # fmt: skip

    def refresh(self, month: date, *contracts: Contract) -> chain.ChainResult:
        """A refresh of one month alone, of every table or of these, that ends with a release."""
        self.computed.clear()
        keys = (*(asset_key(each) for each in contracts or TABLES), dg.AssetKey(releases.NAME))
        steps = [chain.Step("tables", keys, month_key(month), month_key(month))]
        return refresh(self.group, self.lake, self.definitions, self.instance, steps, tables=TABLES)

    def mixes(self) -> list[str]:
        """Releases and months in which the balances are not the sums of the flows that are released with them."""
        rows = self.lake.read(releases.NAME).to_pylist() if self.lake.exists(releases.NAME) else []
        found = []
        for row in rows:
            versions = releases.pinned(row)
            flows, balances = (self.lake.read(each.name, versions[each.name]).to_pylist() for each in GOLD)
            sums = {
                (company, month): sum(
                    each["amount"] for each in flows if each["company"] == company and each["period"] <= month
                )
                for month in {each["period"] for each in (*flows, *balances)}
                for company in {each["company"] for each in flows if each["period"] <= month}
            }
            stated = {(each["company"], each["period"]): each["amount"] for each in balances}
            found += [f"release {row['number']}: {key}" for key in sums.keys() | stated.keys()
                      if sums.get(key) != stated.get(key)]  # fmt: skip
        return sorted(found)

    def settle(self) -> list[tuple[str, str]]:
        """Ask and rebuild once; what was computed. Afterwards nothing is asked for."""
        assert self.rebuild(self.ask()).ok
        assert self.ask() is None
        return list(self.computed)

    def amounts(self, contract: Contract) -> list[tuple[Any, ...]]:
        return shown(self.lake.read(contract.name).to_pylist(), "company period amount")


@dataclass
class Resource:
    lake: Lake
