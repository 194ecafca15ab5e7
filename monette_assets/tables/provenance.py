"""What every month of a table was last computed from: code, group contract, version of every input.

A commit says it of what it wrote. A month that was computed again and came out equal has no commit, so a note beside
the table says it of every month. A note that is lost or cannot be read makes months stale, and they are computed again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monette_assets.lake import notes
from monette_assets.tables.partitions import month_key, period_of

if TYPE_CHECKING:
    from monette_assets.lake import Lake

ABSENT = -1  # the version of an input that was not there


@dataclass(frozen=True, slots=True)
class Provenance:
    """Code version, fingerprint of the group contract, version of every input by table, in order."""

    code: str
    contract: str
    inputs: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, code: str, contract: str, inputs: Mapping[str, int]) -> Provenance:
        return cls(code, contract, tuple(sorted(inputs.items())))


NEVER = Provenance("", "", ())  # of a month that should be there and was never computed

Months = dict[date | None, Provenance]  # None: a table without months


def read(lake: Lake, table: str) -> Months:
    """Of every month what it was computed from; nothing where no note says so."""
    text = notes.read(lake, table)
    try:
        return {
            period_of(month) if month else None: Provenance.of(entry["code"], entry["contract"], entry["inputs"])
            for entry in json.loads(text or "[]")
            for month in entry["months"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(lake: Lake, table: str, months: Months) -> None:
    """Replaces the note of a table; months of one provenance share an entry."""
    alike: dict[Provenance, list[str]] = defaultdict(list)
    for month, provenance in months.items():
        alike[provenance].append(month_key(month) if month else "")
    entries = [
        {"months": sorted(named), "code": each.code, "contract": each.contract, "inputs": dict(each.inputs)}
        for each, named in alike.items()
    ]
    notes.write(lake, table, json.dumps(entries))


def note(lake: Lake, table: str, version: int | None, periods: Iterable[date], provenance: Provenance) -> None:
    """These months (none: a table without months) now stand as computed from this, with the table at `version`.

    Where another run has published meanwhile, nobody knows whose rows stand: they are as if never computed.
    """
    told = provenance if lake.version(table) == version else NEVER
    write(lake, table, {**read(lake, table), **dict.fromkeys(tuple(periods) or (None,), told)})
