"""Dagster's partitions follow the group contract; a balance depends on every month before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from monette_assets.group import Group
from monette_assets.tables import Input, Months, Partitions
from monette_assets.tables import partitions as p
from monette_assets_tests.tables.sample import CONTRACT

MONTH = Input(CONTRACT)
UP_TO = Input(CONTRACT, Months.UP_TO)
MONTH_COMPANY = Input(replace(CONTRACT, partitions=Partitions.MONTH_COMPANY))
COMPANY = Input(replace(CONTRACT, partitions=Partitions.COMPANY), Months.ALL)
NONE = Input(replace(CONTRACT, partitions=Partitions.NONE), Months.ALL)


def test_a_month_is_its_first_day() -> None:
    assert (p.month_key(date(2024, 11, 1)), p.period_of("2024-11")) == ("2024-11", date(2024, 11, 1))
    assert p.periods_of(["2025-01", "2024-11"]) == (date(2024, 11, 1), date(2025, 1, 1))
    with pytest.raises(ValueError, match="partition '2024-13': expected a month such as 2024-11"):
        p.period_of("2024-13")


def test_the_running_month_is_a_partition_by_the_groups_own_clock(group: Group) -> None:
    """At 02:00 UTC on 1 January it is still December in Regina."""
    new_year = datetime(2025, 1, 1, 2, tzinfo=UTC)
    assert list(p.months(group).get_partition_keys(current_time=new_year)) == ["2024-11", "2024-12"]
    later = datetime(2025, 1, 1, 7, tzinfo=UTC)
    assert list(p.months(group).get_partition_keys(current_time=later)) == ["2024-11", "2024-12", "2025-01"]


def test_one_partition_a_company_and_a_company_month(group: Group) -> None:
    assert p.companies(group).get_partition_keys() == ["north", "south"]
    both = p.month_companies(group).get_partition_keys(current_time=datetime(2024, 11, 15, tzinfo=UTC))
    assert both == [dg.MultiPartitionKey({"company": c, "month": "2024-11"}) for c in ("north", "south")]
    assert p.definition(Partitions.NONE, group) is None


def above(group: Group, downstream: Partitions, upstream: Input, key: str) -> list[str]:
    """The partitions above that a partition below depends on, as Dagster works it out."""
    mapping = p.mapping(downstream, upstream, group)
    assert mapping is not None
    below, source = p.definition(downstream, group), p.definition(upstream.contract.partitions, group)
    assert source is not None
    found = mapping.get_upstream_mapped_partitions_result_for_partitions(
        below.subset_with_partition_keys([key]) if below else None,
        below,
        source,
        current_time=datetime(2025, 1, 15, tzinfo=UTC),
    )
    return sorted(map(str, found.partitions_subset.get_partition_keys()))


def test_a_month_depends_on_that_month_of_every_company(group: Group) -> None:
    assert above(group, Partitions.MONTH, MONTH_COMPANY, "2024-12") == ["north|2024-12", "south|2024-12"]


def test_a_balance_depends_on_every_month_up_to_its_own(group: Group) -> None:
    assert above(group, Partitions.MONTH, UP_TO, "2024-12") == ["2024-11", "2024-12"]


def test_a_month_depends_on_every_company_of_a_list(group: Group) -> None:
    assert above(group, Partitions.MONTH, COMPANY, "2024-12") == ["north", "south"]


def test_like_to_like_is_dagsters_own_default(group: Group) -> None:
    assert p.mapping(Partitions.MONTH, MONTH, group) is None
    assert p.mapping(Partitions.MONTH, NONE, group) is None
    assert isinstance(p.mapping(Partitions.NONE, MONTH, group), dg.AllPartitionMapping)
