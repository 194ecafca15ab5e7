"""What is stale: months that would come out of other inputs, another code or another contract than they did.

Compared are the versions, code and contract each month was computed from (`tables/provenance.py`) with those that
stand. A change of an input counts for the months it reaches only (`tables/reach.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.clock import today
from monette_assets.lake.errors import VersionGone
from monette_assets.tables import provenance
from monette_assets.tables.contract import Contract, Input, Months, Partitions
from monette_assets.tables.partitions import month_key
from monette_assets.tables.provenance import ABSENT, NEVER, Provenance
from monette_assets.tables.reach import Change, Periods, months_changed

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

CODE, CONTRACT = "code", "contract"  # reasons beside the names of inputs
COMPUTED = ("silver/", "gold/")

Found = Mapping[str, Mapping[date | None, frozenset[str]]]  # table, month (None: one without months): why


@dataclass(frozen=True)
class Staleness:
    """The stale months of every table that has some, with the reasons of each.

    A reason is an input's name, "code" (its version was raised, or the table is new) or "contract".
    """

    months: Found = field(default_factory=dict)
    latest: date | None = None  # the last month that a flow stands for: balances run to it

    def of_inputs(self) -> Staleness:
        """Those whose inputs have changed."""
        return self._where(lambda why: bool(why - {CODE, CONTRACT}))

    def of_tables(self) -> Staleness:
        """Those for which a computed table, of silver or gold, has changed: not what has only been fetched, nor a
        record such as a close.
        """
        return self._where(lambda why: any(each.startswith(COMPUTED) for each in why))

    def _where(self, wanted: Callable[[frozenset[str]], bool]) -> Staleness:
        cut = {
            table: {month: why for month, why in months.items() if wanted(why)} for table, months in self.months.items()
        }
        return Staleness({table: months for table, months in cut.items() if months}, self.latest)

    def __bool__(self) -> bool:
        return bool(self.months)

    def told(self, table: str) -> str:
        """The stale months of a table and why, in a few words; nothing where it has none."""
        months = self.months.get(table, {})
        if not months:
            return ""
        named = sorted(month_key(month) for month in months if month)
        span = named[0] if len(named) == 1 else f"{len(named)} months, {named[0]} to {named[-1]}" if named else ""
        why = ", ".join(sorted(frozenset().union(*months.values())))
        return f"stale ({f'{span}: ' if span else ''}{why})"


def standing_versions(lake: Lake, tables: Sequence[Contract]) -> dict[str, int]:
    """The version at which each of these tables and of their inputs stands, by name; ABSENT where there is none."""
    names = {each.name for each in tables} | {spec.contract.name for each in tables for spec in each.inputs.values()}
    return {name: ABSENT if (version := lake.version(name)) is None else version for name in sorted(names)}


def find(lake: Lake, group: Group, tables: Sequence[Contract], *, confirm: bool = True) -> Staleness:
    """The stale months of these tables, given in order: what a table is made of stands before it.

    `confirm`: what is found not to be stale is noted as standing as of the present versions, so that the next look is
    short. Not for a look while somebody may be writing.
    """
    looked = _Look(lake, group, standing_versions(lake, tables), today(group).replace(day=1), confirm, {})
    found: dict[str, dict[date | None, frozenset[str]]] = {}
    standing: set[date] = set()  # months that any flow holds
    for contract in tables:
        months = looked.months_of(contract, standing)
        if not contract.balance:
            standing |= {month for month in months if month}
        stale = {month: why for month, why in months.items() if why}
        if stale:
            found[contract.name] = stale
    return Staleness(found, max(standing, default=None))


def behind(lake: Lake, group: Group, gold: Sequence[Contract]) -> Staleness:
    """What keeps these tables from being of one piece: stale months of theirs, or of what they are made of.

    A month that only new code, another contract, a fetch or a record (a close, a waiver) has left behind is of one
    piece with the others: all its tables are.
    """
    return find(lake, group, _made_of(gold), confirm=False).of_tables()


def _made_of(gold: Sequence[Contract]) -> list[Contract]:
    """These tables and all silver and gold above them, in order."""
    found: dict[str, Contract] = {}

    def add(contract: Contract) -> None:
        if contract.name in found or not contract.name.startswith(COMPUTED):
            return
        for spec in contract.inputs.values():
            add(spec.contract)
        found[contract.name] = contract

    for each in gold:
        add(each)
    return list(found.values())


@dataclass(frozen=True)
class _Look:
    lake: Lake
    group: Group
    versions: Mapping[str, int]
    last: date  # the running month
    confirm: bool
    seen: dict[tuple[Any, ...], Periods]  # reach by table (where it matters), input, what is read of it, version before

    def months_of(self, contract: Contract, standing: Iterable[date]) -> dict[date | None, frozenset[str]]:
        """Every month of a table with the reasons it is stale for, none for one that is not."""
        noted = provenance.read(self.lake, contract.name)
        if not noted:
            return self._unnoted(contract, standing)
        reasons: dict[date | None, set[str]] = defaultdict(set)
        for month, each in noted.items():
            reasons[month] |= self._own(contract, each)
        for spec in contract.inputs.values():
            self._of_input(contract, spec, noted, reasons)
            name = spec.contract.name
            if name.startswith("gold/") and Partitions.MONTH == contract.partitions == spec.contract.partitions:
                for month in provenance.read(self.lake, name).keys() - noted.keys():
                    reasons[month].add(name)  # whoever computed it there came no further
        if self.confirm:
            self._confirm(contract, noted, reasons)
        return {month: frozenset(why) for month, why in reasons.items()}

    def _unnoted(self, contract: Contract, standing: Iterable[date]) -> dict[date | None, frozenset[str]]:
        """A table that is new, or whose note is lost: all of it, unless nothing it is made of is there either."""
        if all(self.versions[spec.contract.name] == ABSENT for spec in contract.inputs.values()):
            return {}
        months: set[date | None] = set(standing)
        if contract.partitions is Partitions.NONE:
            months = {None}
        elif self.versions[contract.name] != ABSENT:
            months |= set(self.lake.read(contract.name, columns=["period"]).column("period").unique().to_pylist())
        return dict.fromkeys(months, frozenset({CODE}))

    def _own(self, contract: Contract, of: Provenance) -> set[str]:
        """Code and contract."""
        if of == NEVER:
            return {CODE} if not contract.inputs else {next(iter(contract.inputs.values())).contract.name}
        reasons = {CODE} if of.code != contract.code_version else set()
        return reasons | ({CONTRACT} if of.contract != self.group.fingerprint else set())

    def _of_input(
        self, contract: Contract, spec: Input, noted: provenance.Months, reasons: dict[date | None, set[str]]
    ) -> None:
        name = spec.contract.name
        alike: dict[int, set[date | None]] = defaultdict(set)  # months by the version they were computed from
        for month, each in noted.items():
            told = dict(each.inputs)
            if name in told:
                alike[told[name]].add(month)
            elif each != NEVER:
                reasons[month].add(CODE)  # it did not read this input then
        for before, months in alike.items():
            reached = self._reached(contract, spec, before)
            if reached is None:
                for month in months:
                    reasons[month].add(name)
            elif reached:
                for month in months:
                    if month is None or month in reached or _later(contract, spec, month, reached):
                        reasons[month].add(name)
                if contract.partitions is Partitions.MONTH and spec.reach is None:
                    for month in reached - noted.keys():  # it has come since, and was never computed
                        if self.group.first_period <= month <= self.last:
                            reasons[month].add(name)

    def _reached(self, contract: Contract, spec: Input, before: int) -> Periods:
        reach = spec.reach or months_changed
        reader = "" if reach is months_changed else contract.name  # that is the same for whoever reads the same of it
        key = (reader, spec.contract.name, spec.only, before)
        if key not in self.seen:
            after = self.versions[spec.contract.name]
            change = Change(self.lake, self.group, contract, spec, before, after)
            try:
                self.seen[key] = set() if before >= after else reach(change)
            except VersionGone:  # nobody can tell what has changed
                self.seen[key] = None
        return self.seen[key]

    def _confirm(self, contract: Contract, noted: provenance.Months, reasons: dict[date | None, set[str]]) -> None:
        """Note what is not stale as of the present versions, and months that were never computed as such."""
        inputs = {spec.contract.name: self.versions[spec.contract.name] for spec in contract.inputs.values()}
        now = Provenance.of(contract.code_version, self.group.fingerprint, inputs)
        told = {
            month: noted.get(month, NEVER) if reasons[month] else replace(now, passed=noted[month].passed)
            for month in {*noted, *reasons}
        }
        if told != noted and provenance.read(self.lake, contract.name) == noted:
            provenance.write(self.lake, contract.name, told)


def _later(contract: Contract, spec: Input, month: date, reached: set[date]) -> bool:
    """Whether a change of earlier months of the input reaches this month of the table."""
    if spec.months is Months.SAME or spec.reach is not None:
        return False
    if spec.months is Months.ALL and not contract.balance:
        return True
    return min(reached) <= month
