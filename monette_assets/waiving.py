"""Letting an entry of quarantine stand, by a named person for a stated reason, and taking that back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monette_assets.closing import person, stated
from monette_assets.lake import Lake
from monette_assets.tables import hash_chain, quarantine, standing_acts, waivers
from monette_assets.tables.hash_chain import Entry
from monette_assets.tables.quarantine import CONTENT, entry_id
from monette_assets.tables.waivers import REVOKE, WAIVE

if TYPE_CHECKING:
    from monette_assets.group import Group


class WaiverRefusedError(Exception):
    """A waiver that cannot be given or taken back: why, and what to do."""


def entries(lake: Lake) -> list[Entry]:
    """Everything in quarantine, with its `entry_id` and `waiver` (the act that covers it, or None), in order."""
    if not lake.exists(quarantine.CONTRACT.name):
        return []
    found = lake.read(quarantine.CONTRACT.name).to_pylist()
    covered = waivers.covered_by(found, hash_chain.entries(lake, waivers.CONTRACT.name))
    named = [{"entry_id": entry_id(row), **row, "waiver": act} for row, act in zip(found, covered, strict=True)]
    return sorted(named, key=lambda row: tuple(str(row[name] or "") for name in quarantine.CONTRACT.key))


def waive(
    lake: Lake, group: Group, ids: Sequence[str], *, who: str, why: str, now: Callable[[], datetime]
) -> list[Entry]:
    """Waive these entries; the acts written. Raises WaiverRefusedError for all that cannot be; then none is.

    Refused are entries that are not there, that hold rows back, or are waived already; and CloseRefusedError is raised
    for whom the contract does not name (`controllers`).
    """
    who, why = person(group, who, "--by"), stated(why, WaiverRefusedError)
    everything = entries(lake)
    chosen = _chosen(everything, ids, "in quarantine")
    problems = [problem for entry in chosen if (problem := _held_back(entry, everything))]
    problems += [_waived_already(entry) for entry in chosen if entry["waiver"]]
    if problems:
        raise WaiverRefusedError("\n".join(problems))

    def allowed(entry: Entry) -> Callable[[Sequence[Entry]], None]:
        def check(log: Sequence[Entry]) -> None:
            [covering] = waivers.covered_by([entry], log)
            if covering is not None:
                raise WaiverRefusedError(_waived_already({**entry, "waiver": covering}))

        return check

    return [_write(lake, group, WAIVE, entry, who, why, now(), allowed(entry)) for entry in chosen]


def revoke(
    lake: Lake, group: Group, ids: Sequence[str], *, who: str, why: str, now: Callable[[], datetime]
) -> list[Entry]:
    """Take waivers back, whether or not their entry is still there; the acts written. Raises as `waive`."""
    who, why = person(group, who, "--by"), stated(why, WaiverRefusedError)
    standing = waivers.in_force(hash_chain.entries(lake, waivers.CONTRACT.name))
    chosen = _chosen(standing, ids, "waived")

    def allowed(log: Sequence[Entry]) -> None:
        gone = {waiver["entry_id"] for waiver in chosen} - {waiver["entry_id"] for waiver in waivers.in_force(log)}
        if gone - written:
            raise WaiverRefusedError(f"{', '.join(sorted(gone - written))}: somebody else has just revoked it")

    written: set[str] = set()
    acts = []
    for waiver in chosen:
        acts.append(_write(lake, group, REVOKE, waiver, who, why, now(), allowed))
        written.add(waiver["entry_id"])
    return acts


def _chosen(found: Iterable[Entry], ids: Sequence[str], where: str) -> list[Entry]:
    known: dict[str, list[Entry]] = {}
    for entry in found:
        known.setdefault(entry["entry_id"], []).append(entry)
    strange = [each for each in ids if each not in known]
    if strange:
        there = f"{len(known)} entries are" if known else "none is"
        raise WaiverRefusedError(
            f"{', '.join(strange)}: expected the id of an entry that is {where}, of which {there}; "
            "`monette quarantine list` shows the ids"
        )
    return [entry for each in dict.fromkeys(ids) for entry in known[each]]


def _held_back(entry: Entry, everything: Iterable[Entry]) -> str | None:
    """Why nobody may waive an entry whose rows are held back: figures would be final and wrong."""
    unit = (entry["table_name"], entry["company"], entry["period"])
    holding = [
        each["reason"]
        for each in everything
        if each["kind"] == "unit" and (each["table_name"], each["company"], each["period"]) == unit
    ]
    if not holding or entry["kind"] == "transaction":
        return None
    where = " ".join(_plain(each) for each in unit if each is not None)
    return (
        f"{entry['entry_id']}: {where} is held back by a blocking check ({holding[0]}): its last good rows stand, or "
        "none, so with a waiver money would be wrong in figures that are called complete. Correct the cause, then "
        f"`monette quarantine replay {entry['entry_id']}`"
    )


def _waived_already(entry: Mapping[str, Any]) -> str:
    act = entry["waiver"]
    return f"{entry['entry_id']}: {act['who']} waived it on {act['at']:%Y-%m-%d %H:%M} UTC: {act['why']}"


def _write(
    lake: Lake,
    group: Group,
    action: str,
    entry: Entry,
    who: str,
    why: str,
    at: datetime,
    allowed: Callable[[Sequence[Entry]], None],
) -> Entry:
    act = {
        "action": action,
        "entry_id": entry["entry_id"],
        **{name: entry[name] for name in CONTENT},
        "who": who,
        "why": why,
        "contract_version": group.fingerprint,
    }
    return standing_acts.write(lake, waivers.CONTRACT, act, named=entry["entry_id"], at=at, allowed=allowed)


def _plain(value: Any) -> str:
    return f"{value:%Y-%m}" if hasattr(value, "year") else str(value)
