"""Two states of a table are compared as multisets of business rows (`ACCOUNTING 12`)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monette_assets.lake.compare import difference
from monette_assets.lake.errors import SchemaMismatch
from monette_assets.lake.lake import Lake
from monette_assets.lake.scope import Scope
from monette_assets_tests.lake.books import FEBRUARY, JANUARY, SCHEMA, Row, commit, months, table

KEY = ["company", "period", "account"]
RENT = ("north", JANUARY, "6000", Decimal("250.00"))
FUEL = ("north", JANUARY, "6100", Decimal("80.15"))
SALE = ("south", FEBRUARY, "4000", Decimal("-99.99"))


def counts(old: list[Row], new: list[Row], **how: object) -> tuple[int, int, int]:
    """Rows added, changed, removed."""
    found = difference(table(old), table(new), KEY, **how)  # type: ignore[arg-type]
    return found.added, found.changed, found.removed


def test_order_does_not_matter_and_duplicates_do() -> None:
    assert difference(table([RENT, FUEL, RENT]), table([FUEL, RENT, RENT]), KEY).is_empty
    assert counts([RENT, RENT], [RENT]) == (0, 0, 1)
    assert counts([RENT], [RENT, RENT, RENT]) == (2, 0, 0)


def test_a_key_that_lost_and_gained_rows_has_changed() -> None:
    dearer = (*RENT[:3], Decimal("260.00"))
    found = difference(table([RENT, FUEL]), table([dearer, SALE]), KEY)
    assert (found.added, found.changed, found.removed) == (1, 1, 1)
    assert found.added_rows.to_pylist() == table([SALE]).to_pylist()
    assert found.removed_rows.to_pylist() == table([FUEL]).to_pylist()
    assert found.changed_rows.to_pylist() == [
        {
            "company": "north",
            "period": JANUARY,
            "account": "6000",
            "amount_old": Decimal("250.00"),
            "amount_new": Decimal("260.00"),
        }
    ]
    assert counts([RENT, RENT], [dearer]) == (0, 1, 1)


def test_null_keys_are_keys_and_null_values_are_values() -> None:
    nobody = ("north", JANUARY, None, Decimal("1.00"))
    assert counts([nobody], [(*nobody[:3], None)]) == (0, 1, 0)
    assert counts([nobody], [nobody]) == (0, 0, 0)


def test_columns_left_out_do_not_count() -> None:
    assert counts([RENT], [(*RENT[:3], Decimal(0))], ignore=["amount"]) == (0, 0, 0)
    assert counts([RENT], [(*RENT[:3], Decimal(0))], columns=["account"]) == (0, 0, 0)


def test_a_column_one_side_lacks_is_null_there() -> None:
    wider = table([RENT]).append_column("location", pa.nulls(1, pa.string()))
    assert difference(table([RENT]), wider, KEY).is_empty
    named = table([RENT]).append_column("location", pa.array(["home farm"]))
    assert difference(table([RENT]), named, KEY).changed_rows.to_pylist()[0]["location_new"] == "home farm"


def test_unknown_columns_and_two_types_are_refused() -> None:
    with pytest.raises(SchemaMismatch, match="farm"):
        difference(table([]), table([]), ["farm"])
    with pytest.raises(SchemaMismatch, match="amount"):
        difference(table([]), pa.table({**{n: [] for n in KEY}, "amount": pa.array([], pa.int64())}), ["amount"])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.just(JANUARY),
        st.sampled_from(["4000", None]),
        st.sampled_from([Decimal("1.00"), Decimal("2.00"), None]),
    ),
    max_size=12,
)


@given(ROWS, ROWS)
def test_counts_are_those_of_multisets(old: list[Row], new: list[Row]) -> None:
    came, went = Counter(new) - Counter(old), Counter(old) - Counter(new)
    changed = 0
    for key in {row[:3] for row in [*came, *went]}:
        changed += min(sum(n for row, n in side.items() if row[:3] == key) for side in (came, went))
    assert counts(old, new) == (came.total() - changed, changed, went.total() - changed)


def test_versions_and_data_to_publish_are_compared_by_the_lake(lake: Lake) -> None:
    unit = months(("north", JANUARY))
    assert lake.compare_data("gold/x", table([RENT]), unit, KEY).added == 1  # before the table is there
    lake.publish("gold/x", table([RENT, FUEL, SALE]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    dearer = (*RENT[:3], Decimal("260.00"))
    would = lake.compare_data("gold/x", table([dearer]), unit, KEY)
    lake.publish("gold/x", table([dearer]), schema=SCHEMA, scope=unit, commit=commit())
    did = lake.compare("gold/x", 1, 2, KEY)
    back = lake.compare("gold/x", 2, 1, KEY)
    assert (would.added, would.changed, would.removed) == (did.added, did.changed, did.removed) == (0, 1, 1)
    assert (back.added, back.changed, back.removed) == (1, 1, 0)
    lake.append("gold/x", table([FUEL]), schema=SCHEMA, commit=commit())  # a commit that names no scope
    assert lake.compare("gold/x", 1, 3, KEY).changed == 1
    assert lake.compare("gold/x", 1, 3, KEY).removed == 0
