"""Accepting a difference to QuickBooks' own reports, by a named person for a stated reason, and withdrawing that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.closing import person, stated
from monette_assets.gold import tie_out
from monette_assets.tables import accepted_differences, hash_chain, standing_acts
from monette_assets.tables.accepted_differences import ACCEPT, CONTENT, WITHDRAW
from monette_assets.tables.hash_chain import Entry

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake

SHOWN = 10


class AcceptanceRefusedError(Exception):
    """A difference that cannot be accepted, or an acceptance that cannot be withdrawn: why, and what to do."""


@dataclass(frozen=True)
class Place:
    """Accounts of one statement of a company-month."""

    company: str
    period: date
    statement: str
    accounts: tuple[str, ...]
    basis: str = "accrual"

    def __str__(self) -> str:
        return f"{self.company} {self.period:%Y-%m} {self.statement}" + ("" if self.basis == "accrual" else " (cash)")

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is of this statement, whatever its account."""
        return all(row[name] == getattr(self, name) for name in ("company", "period", "basis", "statement"))


def differences(lake: Lake) -> list[Entry]:
    """Every account of `gold/tie_out` that differs as it stands, with `acceptance`: the act that covers it, or None."""
    name = tie_out.CONTRACT.name
    if not lake.exists(name):
        return []
    found = lake.read(name, filters=tie_out.differing()).to_pylist()
    log = hash_chain.entries(lake, accepted_differences.CONTRACT.name)
    acts = accepted_differences.covered_by(found, log)
    rows = [{**row, "acceptance": act} for row, act in zip(found, acts, strict=True)]
    return sorted(rows, key=lambda row: standing_acts.content_of(row, CONTENT))


def accept(lake: Lake, group: Group, place: Place, *, who: str, why: str, now: Callable[[], datetime]) -> list[Entry]:
    """Accept by how much these accounts differ, to the cent; the acts written.

    Raises AcceptanceRefusedError for all that does not differ or is accepted already, and then accepts none; and
    CloseRefusedError for whom the contract does not name (`controllers`).
    """
    who, why = person(group, who, "--by"), stated(why, AcceptanceRefusedError)
    chosen = _chosen(differences(lake), place, "differs")
    if already := [_accepted_already(row) for row in chosen if row["acceptance"]]:
        raise AcceptanceRefusedError("\n".join(already))

    def allowed(row: Entry) -> Callable[[Sequence[Entry]], None]:
        def check(log: Sequence[Entry]) -> None:
            [covering] = accepted_differences.covered_by([row], log)
            if covering is not None:
                raise AcceptanceRefusedError(_accepted_already({**row, "acceptance": covering}))

        return check

    return [_write(lake, group, ACCEPT, row, who, why, now(), allowed(row)) for row in chosen]


def withdraw(lake: Lake, group: Group, place: Place, *, who: str, why: str, now: Callable[[], datetime]) -> list[Entry]:
    """Withdraw what was accepted of these accounts, whatever the amount, whether or not they still differ by it; the
    acts written. Raises as `accept`."""
    who, why = person(group, who, "--by"), stated(why, AcceptanceRefusedError)
    log = hash_chain.entries(lake, accepted_differences.CONTRACT.name)
    chosen = _chosen(accepted_differences.in_force(log), place, "is accepted")

    def allowed(act: Entry) -> Callable[[Sequence[Entry]], None]:
        def check(log: Sequence[Entry]) -> None:
            if accepted_differences.covered_by([act], log) == [None]:
                raise AcceptanceRefusedError(f"{told(act)}: somebody else has just withdrawn it")

        return check

    return [_write(lake, group, WITHDRAW, act, who, why, now(), allowed(act)) for act in chosen]


def told(row: Mapping[str, Any]) -> str:
    """A difference, or the act about it, in one line."""
    basis = "" if row["basis"] == "accrual" else f" ({row['basis']})"
    where = f"{row['company']} {row['period']:%Y-%m} {row['statement']}{basis} account {row['account_id']}"
    return f"{where}: ours {row['ours']}, QuickBooks {row['theirs']}, difference {row['difference']}"


def _chosen(found: Iterable[Entry], place: Place, what: str) -> list[Entry]:
    there: dict[str, list[Entry]] = {}
    for row in found:
        if place.holds(row):
            there.setdefault(row["account_id"], []).append(row)
    strange = [account for account in place.accounts if account not in there]
    if strange:
        named = [f"{account} ({each['difference']})" for account, rows in there.items() for each in rows]
        which = ", ".join(named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
        raise AcceptanceRefusedError(
            f"{place}: account {', '.join(strange)}: expected one that {what}, which {which or 'none'} does; "
            "`monette tie-out list` shows them"
        )
    return [row for account in dict.fromkeys(place.accounts) for row in there[account]]


def _accepted_already(row: Mapping[str, Any]) -> str:
    act = row["acceptance"]
    return f"{told(row)}: {act['who']} accepted it on {act['at']:%Y-%m-%d %H:%M} UTC: {act['why']}"


def _write(
    lake: Lake,
    group: Group,
    action: str,
    row: Entry,
    who: str,
    why: str,
    at: datetime,
    allowed: Callable[[Sequence[Entry]], None],
) -> Entry:
    act = {
        "action": action,
        **{name: row[name] for name in (*CONTENT, "ours", "theirs")},
        "who": who,
        "why": why,
        "contract_version": group.fingerprint,
    }
    named = f"{row['company']}-{row['period']:%Y-%m}"
    return standing_acts.write(lake, accepted_differences.CONTRACT, act, named=named, at=at, allowed=allowed)
