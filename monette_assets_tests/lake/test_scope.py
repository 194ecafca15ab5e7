"""A scope covers exactly its units, in SQL and in Arrow, and holds nothing that could break out of the SQL."""

from __future__ import annotations

import datetime
from itertools import product

import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.lake.errors import ScopeRefused
from monette_assets.lake.scope import Scope

COMPANIES = ["north", "south", "east-1", "west.2", "North", "a b"]
PERIODS = [datetime.date(2024 + m // 12, m % 12 + 1, 1) for m in range(14)]
BASES = ["accrual", "cash"]
EVERY_UNIT = list(product(COMPANIES, PERIODS, BASES))
ROWS = [*EVERY_UNIT, (None, PERIODS[0], "cash"), ("north", None, "cash"), (None, None, None)]


@pytest.fixture(scope="module")
def every_unit(tmp_path_factory: pytest.TempPathFactory) -> DeltaTable:
    """A Delta table of one row per unit, and rows with null keys."""
    path = str(tmp_path_factory.mktemp("scope"))
    schema = pa.schema([("company", pa.string()), ("period", pa.date32()), ("basis", pa.string())])
    write_deltalake(path, pa.Table.from_pylist([dict(zip(schema.names, r, strict=True)) for r in ROWS], schema=schema))
    return DeltaTable(path)


@settings(max_examples=60)
@given(st.data())
def test_predicate_and_expression_select_exactly_the_units(every_unit: DeltaTable, data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 3))
    universe = sorted({unit[:width] for unit in EVERY_UNIT})
    units = data.draw(st.sets(st.sampled_from(universe), min_size=1, max_size=len(universe)))
    scope = Scope.of(("company", "period", "basis")[:width], units)
    expected = sorted((row for row in ROWS if row[:width] in units), key=repr)

    sql = f"SELECT company, period, basis FROM t WHERE {scope.predicate}"
    by_sql = pa.table(QueryBuilder().register("t", every_unit).execute(sql).read_all())
    by_arrow = every_unit.to_pyarrow_table().filter(scope.expression)

    assert sorted((tuple(row.values()) for row in by_sql.to_pylist()), key=repr) == expected
    assert sorted((tuple(row.values()) for row in by_arrow.to_pylist()), key=repr) == expected
    assert Scope.from_json(scope.to_json()) == scope


def test_all_company_months_make_one_short_block() -> None:
    months = [datetime.date(2018 + m // 12, m % 12 + 1, 1) for m in range(96)]
    companies = [f"company_{n:02d}" for n in range(15)]
    every = set(product(companies, months))
    assert len(Scope.of(("company", "period"), every).blocks) == 1
    assert len(Scope.of(("company", "period"), every).predicate or "") < 2_500
    holed = every - {("company_03", months[7]), ("company_09", months[50]), ("company_09", months[51])}
    assert len(Scope.of(("company", "period"), holed).blocks) == 3


def test_one_unit_reads_as_one_would_write_it() -> None:
    scope = Scope.of(("company", "period"), [("north", datetime.date(2025, 1, 1))])
    assert scope.predicate == "(company = 'north' AND period = DATE '2025-01-01')"


@pytest.mark.parametrize(
    "value",
    [
        "x' OR '1'='1",
        "x'; DROP TABLE t; --",
        "O'Brien Farms",
        "back\\slash",
        "line\nbreak",
        "trailing\n",
        "nul\0",
        'double"quote',
        "🚜",
        "=1+1",
        "../../etc",
        "",
        "x" * 200,
        None,
        7,
        7.0,
        True,
        datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
    ],
)
def test_anything_but_plain_codes_and_dates_is_refused(value: object) -> None:
    with pytest.raises(ScopeRefused, match="company"):
        Scope.of(("company",), [(value,)])  # type: ignore[list-item]


@pytest.mark.parametrize("column", ["company OR 1=1", "Company", "", "a;b", 'a"', "company\n"])
def test_column_names_are_plain(column: str) -> None:
    with pytest.raises(ScopeRefused):
        Scope.of((column,), [("north",)])


def test_shapes_that_make_no_sense_are_refused() -> None:
    day = datetime.date(2025, 1, 1)
    with pytest.raises(ScopeRefused, match="no unit"):
        Scope.of(("company",), [])
    with pytest.raises(ScopeRefused, match="everything"):
        Scope.of((), [()])
    with pytest.raises(ScopeRefused, match="one value for each"):
        Scope.of(("company", "period"), [("north",)])
    with pytest.raises(ScopeRefused, match="one type"):
        Scope.of(("company",), [("north",), (day,)])
    with pytest.raises(ScopeRefused, match="different columns"):
        Scope.of(("company", "company"), [("north", "north")])


def test_everything_has_no_predicate() -> None:
    everything = Scope.everything()
    assert everything.predicate is None
    assert everything.expression is None
    assert Scope.from_json(everything.to_json()) == everything
    assert everything.union(Scope.of(("company",), [("north",)])) == everything
