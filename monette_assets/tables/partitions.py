"""Dagster's partitions, derived from the group contract, and how a month of one table depends on months of another."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime
from typing import TYPE_CHECKING

import dagster as dg

from monette_assets.clock import today
from monette_assets.tables.contract import Input, Months, Partitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monette_assets.group import Group

# Dagster is pinned, and what it calls beta or preview (partition mappings, checks per partition) is tested here.
warnings.filterwarnings("ignore", message=".*(is currently in beta|is currently in preview).*")

MONTH_FORMAT = "%Y-%m"
MONTH_KEY = re.compile(r"^\d{4}-\d{2}$")
MARGIN_MONTHS = 60  # how long a code location may live without being loaded again


def months(group: Group) -> dg.MonthlyPartitionsDefinition:
    """Every month from the contract's first to the current one (group time zone)."""
    return dg.MonthlyPartitionsDefinition(
        start_date=group.first_period.strftime(MONTH_FORMAT),
        fmt=MONTH_FORMAT,
        timezone=str(group.time_zone),
        end_offset=1,  # the running month is a partition too, provisional until it ends
    )


def companies(group: Group) -> dg.StaticPartitionsDefinition:
    """One partition a company of the contract."""
    return dg.StaticPartitionsDefinition([company.code for company in group.companies])


def month_companies(group: Group) -> dg.MultiPartitionsDefinition:
    """Month x company: the unit of work of fetching reports."""
    return dg.MultiPartitionsDefinition({"month": months(group), "company": companies(group)})


def definition(partitions: Partitions, group: Group) -> dg.PartitionsDefinition | None:  # type: ignore[type-arg]
    """The Dagster definition of a contract's partitions; None for an unpartitioned table."""
    return {
        Partitions.NONE: lambda _: None,
        Partitions.MONTH: months,
        Partitions.COMPANY: companies,
        Partitions.MONTH_COMPANY: month_companies,
    }[partitions](group)


def mapping(downstream: Partitions, upstream: Input, group: Group) -> dg.PartitionMapping | None:
    """How a partition below depends on the partitions above it; None for Dagster's default."""
    above = upstream.contract.partitions
    if downstream is Partitions.MONTH and above is Partitions.MONTH_COMPANY:
        return dg.MultiToSingleDimensionPartitionMapping(partition_dimension_name="month")
    if downstream is Partitions.MONTH and above is Partitions.MONTH and upstream.months is Months.UP_TO:
        # a balance depends on every month before it; Dagster walks back one by one, so no further than there are any
        earlier = len(group.periods(group.first_period, today(group).replace(day=1))) + MARGIN_MONTHS
        return dg.TimeWindowPartitionMapping(start_offset=-earlier, allow_nonexistent_upstream_partitions=True)
    if above in (Partitions.MONTH, Partitions.COMPANY, Partitions.MONTH_COMPANY) and above is not downstream:
        return dg.AllPartitionMapping()
    return None


def month_key(period: date) -> str:
    """The partition key of a month."""
    return period.strftime(MONTH_FORMAT)


def period_of(key: str) -> date:
    """First day of the month a partition key names. Raises ValueError unless it reads YYYY-MM."""
    try:
        return datetime.strptime(key, MONTH_FORMAT).date()  # noqa: DTZ007 a month has no time zone
    except ValueError:
        raise ValueError(f"partition {key!r}: expected a month such as 2024-11") from None


def periods_of(keys: Iterable[str]) -> tuple[date, ...]:
    """Months of partition keys, in order."""
    return tuple(sorted(period_of(key) for key in keys))
