"""A small table, and what a refresh makes of rows written out in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from monette_assets.lake import Lake
from monette_assets.tables import Check, Column, Context, Contract, Severity, Staged, Table, quarantine
from monette_assets.tables.contract import MONEY
from monette_assets.tables.judge import Judge
from monette_assets.tables.outcome import Outcome
from monette_assets.tables.refresh import refresh
from monette_assets.tables.table import REFUSAL_COLUMNS, staging_ddl
from monette_assets_tests.frames import frame, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

HEADER = "company period account amount"


def _negative(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where(F.col("amount") < 0).select("company", "period", "account", "amount")


def _odd(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where(F.col("account") == "odd").select("company", "period", "account")


CONTRACT = Contract(
    name="silver/sample",
    description="A sample.",
    key=("company", "period", "account"),
    columns=(
        Column("company", "string", "Company."),
        Column("period", "date", "Month."),
        Column("account", "string", "Account."),
        Column("kind", "string", "Kind.", choices=("cash", "grain")),
        Column("memo", "string", "Memo.", nullable=True),
        Column("place", "string", "Place.", nullable=True),
        Column("amount", MONEY, "Amount."),
    ),
    checks=(
        Check("not_negative", "No amount is negative.", "rule 1", _negative),
        Check("not_odd", "No account is odd.", "rule 2", _odd, Severity.REPORTS),
    ),
)


@dataclass
class Books:
    """A lake with one table that becomes what a test says."""

    context: Context
    lake: Lake
    judge: Judge
    contract: Contract = CONTRACT
    _runs: count[int] = field(default_factory=lambda: count(1))

    def refresh(
        self, *lines: Sequence[Any], header: str = HEADER, refused: Sequence[dict[str, Any]] = (), **constants: Any
    ) -> Outcome:
        """Refresh the table to these rows, and refused ones where there are any."""
        given = rows(self.contract, header, *lines, **constants)

        def computed(context: Context) -> DataFrame:
            if not refused:
                return frame(context.spark, self.contract, given)
            names = [*self.contract.column_names, *(name for name, _ in REFUSAL_COLUMNS)]
            every = [{**row, "_kind": "row"} for row in given] + [{**row, "_kind": "refused"} for row in refused]
            return context.spark.createDataFrame(
                [tuple(row.get(name) for name in names) for row in every], staging_ddl(self.contract)
            )

        return refresh(
            Table(self.contract, computed),
            context=self.context,
            lake=self.lake,
            judge=self.judge,
            run_id=f"run-{next(self._runs)}",
        )

    def stored(self, header: str = HEADER) -> list[tuple[Any, ...]]:
        return shown(self.lake.read(self.contract.name).to_pylist(), header)

    def quarantined(self, header: str = "company period kind") -> list[tuple[Any, ...]]:
        if not self.lake.exists(quarantine.CONTRACT.name):
            return []
        return shown(self.lake.read(quarantine.CONTRACT.name).to_pylist(), header)

    def during(self, context: Context) -> Books:
        """The same table in a run over other months."""
        return replace(self, context=context)
