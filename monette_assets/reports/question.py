"""What a report is asked: of whom, of when, in which currency."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from monette_assets.group import Group, YearStart
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import belonging, belongs, subgroups_of
from monette_assets.reports.options import InCurrency, View
from monette_assets.reports.released import Released, ReportError

Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What a report is of. Without a period: the last full month; without a company: all."""

    release: Released
    group: Group
    period: date | None = None
    company: str | None = None
    pillar: str | None = None
    location: str | None = None
    subgroup: str | None = None
    view: View | None = None
    currency: InCurrency | None = None
    basis: str = "accrual"

    def __post_init__(self) -> None:
        named = {"company": self.company, "pillar": self.pillar, "location": self.location, "subgroup": self.subgroup}
        given = [name for name, value in named.items() if value is not None]
        if len(given) > 1:
            raise ReportError(f"{' and '.join(f'--{name}' for name in given)}: give one of them")
        if self.currency is InCurrency.HOME and self.company is None:
            raise ReportError("--currency home: give the --company; currencies are never added up")
        if self.basis not in self.group.bases:
            raise ReportError(f"--basis {self.basis}: the contract's bases are {', '.join(self.group.bases)}")

    @property
    def month(self) -> date:
        """The month asked for, else the last full one of whom is asked about.

        Raises ReportError where it was not built.
        """
        months = self.held
        if not months:
            raise ReportError("no month has been built yet; run `monette run --from MONTH`")
        if self.period is None:
            own = self.built or set(months)
            running = {row["period"] for row in self._provisional() if row["provisional"]}
            return max(own - running or own)
        if self.period not in months:
            raise ReportError(
                f"{self.period:%Y-%m} has not been built; {self.release.name} holds {months[0]:%Y-%m} to "
                f"{months[-1]:%Y-%m}: run `monette run --from {self.period:%Y-%m}`"
            )
        return self.period

    @cached_property
    def held(self) -> list[date]:
        """The months of the release, in order."""
        return self.release.months()

    @cached_property
    def built(self) -> frozenset[date]:
        """The months the release holds of whom is asked about: of a company those with books."""
        if self.company and self.company != WHOLE_GROUP:
            return self._there.intersection(self.release.months(company=self.company))
        return self._there

    @cached_property
    def _there(self) -> frozenset[date]:
        """The months of the release in which whom is asked about was part of the group; of whom nobody knows, all."""
        months = frozenset(self.held)
        if self.company and self.company != WHOLE_GROUP:
            members = [self.company]
        elif self.subgroup in (None, WHOLE_GROUP):
            return months
        else:
            members = sorted(self._part)
        if not members:
            return months
        return frozenset(month for month in months if any(belongs(self.group, each, month) for each in members))

    @cached_property
    def _part(self) -> frozenset[str]:
        """The companies of the part of the group asked for, whenever they belong to it."""
        codes = [each.code for each in self.group.companies]
        return frozenset(each for each in codes if self.subgroup in subgroups_of(self.group, each))

    def absence(self, months: Collection[date]) -> str | None:
        """When whom is asked about was part of the group, where some of the release's months here are not of it."""
        there = sorted(self._there)
        if there and self._there.issuperset(month for month in months if month in self.held):
            return None
        when = f"{there[0]:%Y-%m} to {there[-1]:%Y-%m}" if there else "none"
        return f"Of the months that {self.release.name} holds, {self.whom} was part of the group in {when}."

    def refuse_strangers(self, months: Collection[date]) -> None:
        """Raise ReportError where whom is asked about was part of the group in none of these months."""
        if not self._there.intersection(months) and (said := self.absence(months)):
            first, last = min(months), max(months)
            asked = f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
            raise ReportError(f"--period {asked}: {said}")

    def _provisional(self) -> list[Row]:
        if "gold/completeness" not in self.release.versions:
            return []
        return self.release.rows("gold/completeness", columns=["period", "provisional"])

    @property
    def whom(self) -> str:
        """The name of whom the report is of."""
        if self.company and self.company != WHOLE_GROUP:
            return self.group.company(self.company).name
        return self.pillar or self.location or _subgroup_name(self.subgroup) or self.group.name

    @cached_property
    def _pillars(self) -> frozenset[str]:
        """The pillar asked for and its sub-pillars."""
        within = {each["pillar"] for each in self.group.pillar_rows() if each["parent"] == self.pillar}
        return frozenset({*within, self.pillar} - {None})

    @cached_property
    def _belonging(self) -> Callable[[Row], bool]:
        return belonging(self.group)

    def counts(self, row: Row) -> bool:
        """Whether a company's row of a month counts: the company's that is asked about, else of who is in the group."""
        return self.company is not None or self._belonging(row)

    def of_part(self, row: Row) -> bool:
        """Whether a company's row of a month counts, and the company is one of the part of the group asked for."""
        return self.counts(row) and (self.subgroup is None or row["company"] in self._part)

    def of_place(self, row: Row) -> bool:
        """Whether a row of management accounts counts and is of the pillar (its sub-pillars included) or location."""
        if not self.counts(row):
            return False
        if self.pillar is not None:
            return row["pillar"] in self._pillars
        return self.location in (None, row["location"])

    @property
    def year_starts(self) -> Sequence[YearStart]:
        """A company's own fiscal years, else the group's."""
        if self.company:
            return self.group.company(self.company).year_starts
        month = self.group.settings.year_start_month
        return (YearStart.model_validate({"from": date(1900, month, 1), "month": month}),)

    def in_home_currency(self, default: bool = False) -> bool:
        """Whether amounts are in the company's own currency; `default` where the reader did not say."""
        return self.company is not None and (default if self.currency is None else self.currency is InCurrency.HOME)

    def currency_name(self, home: bool) -> str:
        """The currency's code."""
        assert self.company is not None or not home
        return self.group.company(self.company).home_currency if home and self.company else self.group.currency

    def subtitle(self, *parts: str) -> str:
        """Who says so: the release."""
        return "; ".join([*parts, self.release.name])

    @property
    def is_consolidated(self) -> bool:
        """Whether the release knows the group's consolidated figures."""
        return "gold/consolidated_statements" in self.release.versions

    def rows(self, table: str, months: Collection[date], columns: Sequence[str] | None = None) -> list[Row]:
        """The table's rows of these months and this basis, of the company where one was asked for."""
        import pyarrow.compute as pc

        wanted = pc.field("period").isin(sorted(months)) & (pc.field("basis") == self.basis)
        return self.release.rows(table, company=self.company, columns=columns, where=wanted)

    def consolidated(self, table: str, months: Collection[date]) -> list[Row]:
        """Rows of a table by subgroup: of the one asked for, else of the whole group.

        Raises ReportError naming the subgroups there are.
        """
        import pyarrow.compute as pc

        wanted = pc.field("period").isin(sorted(months)) & (pc.field("basis") == self.basis)
        subgroup = self.subgroup or WHOLE_GROUP
        found = self.release.rows(table, where=wanted & (pc.field("subgroup") == subgroup))
        if not found and self.subgroup:
            known = set(self.release.table(table, columns=["subgroup"]).column("subgroup").to_pylist())
            if self.subgroup not in known:
                raise ReportError(f"--subgroup {self.subgroup}: expected one of {', '.join(sorted(known)) or 'none'}")
        return found


def _subgroup_name(subgroup: str | None) -> str | None:
    return None if subgroup in (None, WHOLE_GROUP) else str(subgroup).rpartition("/")[2]
