"""The audit of staged data: measures per unit by the engine, judged by the contract's Great Expectations suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.tables.contract import DECIMAL, Contract, Severity
from monette_assets.tables.judge import Expectation, Judge

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from monette_assets.tables.table import Staged

Unit = tuple[Any, ...]  # the values of the contract's unit columns: (company, period), (company,) or (period,)
SAMPLES = 20
QUERIES_AT_ONCE = 3  # of one audit: most are small, and the engine plans each on one core
CONTRACT_CHECK = "contract"  # the check that holds a table's column rules and key


@dataclass(frozen=True)
class Failure:
    """One check that failed for one unit: how many rows broke it, and some of them."""

    check: str
    unit: Unit
    count: int
    severity: Severity
    samples: tuple[dict[str, Any], ...] = ()

    @property
    def sentence(self) -> str:
        """What failed, where and by how much, in one line."""
        where = ", ".join(str(value) for value in self.unit)
        first = f"; first: {describe(self.samples[0])}" if self.samples else ""
        return f"{self.check}: {where}: {self.count} row(s){first}"

    @property
    def told(self) -> str:
        """How many rows broke it, then each sampled row in a line of its own."""
        return "\n".join([f"{self.count} row(s)", *(describe(sample) for sample in self.samples)])


@dataclass
class Audit:
    """The outcome of an audit."""

    rows: dict[Unit, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def blocked(self) -> set[Unit]:
        """Units that a blocking check holds back."""
        return {failure.unit for failure in self.failures if failure.severity is Severity.BLOCKS}

    def failed(self, check: str) -> list[Failure]:
        """Failures of one check, in order of units."""
        return sorted((f for f in self.failures if f.check == check), key=lambda f: tuple(map(str, f.unit)))


def describe(row: dict[str, Any]) -> str:
    """A row as `name=value`, without empty values."""
    return ", ".join(f"{name}={value}" for name, value in row.items() if value not in (None, ""))


def all_checks(contract: Contract) -> tuple[tuple[str, str, Severity], ...]:
    """Every check of a table (name, description, severity): its column rules and key first, then its own."""
    rules = f"Column rules and the key ({', '.join(contract.key)}) of {contract.name}."
    return (
        (CONTRACT_CHECK, rules, Severity.BLOCKS),
        *((check.name, f"{check.description} ({check.rule})", check.severity) for check in contract.checks),
    )


@dataclass(frozen=True)
class Measures:
    """The staged rows by unit, and how many break each column rule, from one pass."""

    rows: dict[Unit, int]
    broken: dict[Unit, dict[str, int]]
    rules: tuple[str, ...]


def audit(contract: Contract, staged: Staged, judge: Judge) -> Audit:
    """Measure the staged rows by unit and judge them. Nothing is written.

    The column rules cost one pass over the rows, the key one more, each declared check one.
    """
    with ThreadPoolExecutor(QUERIES_AT_ONCE) as pool:
        return judged(contract, staged, measure(contract, staged.rows), judge, pool)


def judged(contract: Contract, staged: Staged, measured: Measures, judge: Judge, pool: Executor) -> Audit:
    """As `audit`, of rows that were measured; the queries go through the pool."""
    outcome = Audit(dict(measured.rows))
    samples: dict[tuple[str, Unit], list[dict[str, Any]]] = {}
    names = list(measured.rules)
    table = {unit: dict(counts) for unit, counts in measured.broken.items()}
    asked = [("broken__key", _duplicate_keys(contract, staged.rows)), *_checks(contract, staged)]
    answers = pool.map(lambda failing: _by_unit(contract, failing), [failing for _, failing in asked])
    for (name, _), by_unit in zip(asked, answers, strict=True):
        for unit, rows in by_unit.items():
            table.setdefault(unit, {})[name] = len(rows)
            samples[name, unit] = sorted(rows, key=describe)[:SAMPLES]  # the same from run to run
        names.append(name)
    if not table:
        return outcome
    units = sorted(table, key=lambda unit: tuple(map(str, unit)))
    expectations = tuple(Expectation(name, _rule(contract, name)) for name in dict.fromkeys(names))
    verdicts = judge.judge(
        contract.name,
        expectations,
        {e.measure: [table[unit].get(e.measure, 0) for unit in units] for e in expectations},
    )
    checks = {check.name: check for check in contract.checks}
    for verdict in verdicts:
        kind, _, name = verdict.measure.partition("__")
        check = None if kind == "broken" else checks[name]
        severity = Severity.BLOCKS if check is None else Severity.WARNS if kind == "waived" else check.severity
        for position in verdict.failed_rows:
            unit = units[position]
            found = samples.get((verdict.measure, unit)) or [{"rule": _rule(contract, verdict.measure)}]
            outcome.failures.append(
                Failure(
                    check=check.name if check else CONTRACT_CHECK,
                    unit=unit,
                    count=table[unit][verdict.measure],
                    severity=severity,
                    samples=tuple(found),
                )
            )
    return outcome


def _checks(contract: Contract, staged: Staged) -> Iterator[tuple[str, DataFrame]]:
    """The measure and the failing rows of every declared check; what was waived is measured apart: it only warns."""
    for check in contract.checks:
        if not check.waivable or staged.waived is None or staged.unwaived is None:
            yield f"check__{check.name}", check.failures(staged)
            continue
        yield f"check__{check.name}", check.failures(replace(staged, refused=staged.unwaived))
        yield f"waived__{check.name}", check.failures(replace(staged, refused=staged.waived))


def _rule(contract: Contract, measure: str) -> str:
    kind, _, rest = measure.partition("__")
    if kind in ("check", "waived"):
        return next(check.rule for check in contract.checks if check.name == rest)
    if rest == "key":
        return f"key {', '.join(contract.key)} is unique"
    rule, _, column = rest.partition("__")
    return {
        "null": f"{column} is never null",
        "choice": f"{column} is one of {', '.join(contract.column(column).choices) if column else ''}",
        "width": f"{column} has at most 17 digits",
    }[rule]


def measure(contract: Contract, rows: DataFrame) -> Measures:
    """Rows per unit, and rows that break a column's rule, in one pass."""
    from pyspark.sql import functions as F

    broken: dict[str, Column] = {}
    for column in contract.columns:
        value = F.col(column.name)
        if not column.nullable and column.name not in contract.unit:
            broken[f"broken__null__{column.name}"] = value.isNull()
        if column.choices:
            broken[f"broken__choice__{column.name}"] = value.isNotNull() & ~value.isin(list(column.choices))
        if (match := DECIMAL.match(column.type)) and int(match[1]) == 18:
            # sums of wider amounts can wrap silently (ACCOUNTING 16)
            limit = F.lit("1" + "0" * (17 - int(match[2]))).cast("decimal(18, 0)")
            broken[f"broken__width__{column.name}"] = F.abs(value) >= limit
    counts = [F.sum(F.when(is_so, 1).otherwise(0)).alias(rule) for rule, is_so in broken.items()]
    found = rows.groupBy(*contract.unit).agg(F.count(F.lit(1)).alias("rows"), *counts).collect()
    units = {tuple(row[name] for name in contract.unit): row for row in found}
    return Measures(
        {unit: row["rows"] for unit, row in units.items()},
        {unit: {rule: row[rule] for rule in broken} for unit, row in units.items()},
        tuple(broken),
    )


def _duplicate_keys(contract: Contract, rows: DataFrame) -> DataFrame:
    from pyspark.sql import functions as F

    copies = rows.groupBy(*dict.fromkeys((*contract.unit, *contract.key))).agg(F.count(F.lit(1)).alias("copies"))
    return copies.where(F.col("copies") > 1)


def _by_unit(contract: Contract, failing: DataFrame) -> dict[Unit, list[dict[str, Any]]]:
    """Failing rows grouped by unit; the limit keeps a thoroughly broken table from flooding the client."""
    found: dict[Unit, list[dict[str, Any]]] = {}
    for row in failing.limit(100_000).collect():
        values = row.asDict()
        found.setdefault(tuple(values[name] for name in contract.unit), []).append(values)
    return found


def units_of(columns: Sequence[str], companies: Iterable[str], periods: Iterable[date]) -> list[Unit]:
    """Every unit a run is about: the grid of companies and months, or one side of it."""
    months = list(periods)
    if tuple(columns) == ("company", "period"):
        return [(company, month) for company in companies for month in months]
    if tuple(columns) == ("period",):
        return [(month,) for month in months]
    if tuple(columns) == ("company",):
        return [(company,) for company in companies]
    raise ValueError(f"unit columns {tuple(columns)}: expected (company, period), (period,) or (company,)")
