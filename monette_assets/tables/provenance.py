"""What every month of a table was last computed from: code, group contract, version of every input.

A commit says it of what it wrote. A month that was computed again and came out equal has no commit, so a note beside
the table says it of every month. A note that is lost or cannot be read makes months stale, and they are computed again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from monette_assets.lake import notes
from monette_assets.tables.partitions import month_key, period_of

if TYPE_CHECKING:
    from monette_assets.lake import Lake

ABSENT = -1  # the version of an input that was not there


@dataclass(frozen=True, slots=True)
class Passed:
    """What a month was computed from when no check failed and nothing was refused, and the table's version then.

    A month that is found to be current is noted as of the present versions of its inputs; this stays as it was.
    """

    version: int
    inputs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Code version, fingerprint of the group contract, version of every input by table, in order."""

    code: str
    contract: str
    inputs: tuple[tuple[str, int], ...]
    passed: Passed | None = None  # None: something failed or was refused, or nobody knows

    @classmethod
    def of(cls, code: str, contract: str, inputs: Mapping[str, int], passed: Passed | None = None) -> Provenance:
        return cls(code, contract, tuple(sorted(inputs.items())), passed)


NEVER = Provenance("", "", ())  # of a month that should be there and was never computed

Months = dict[date | None, Provenance]  # None: a table without months


def read(lake: Lake, table: str) -> Months:
    """Of every month what it was computed from; nothing where no note says so."""
    text = notes.read(lake, table)
    try:
        return {
            period_of(month) if month else None: Provenance.of(
                entry["code"], entry["contract"], entry["inputs"], _passed(entry.get("passed"))
            )
            for entry in json.loads(text or "[]")
            for month in entry["months"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _passed(entry: Mapping[str, Any] | None) -> Passed | None:
    return Passed(int(entry["version"]), tuple(sorted(entry["inputs"].items()))) if entry else None


def write(lake: Lake, table: str, months: Months) -> None:
    """Replaces the note of a table; months of one provenance share an entry."""
    alike: dict[Provenance, list[str]] = defaultdict(list)
    for month, provenance in months.items():
        alike[provenance].append(month_key(month) if month else "")
    entries = [
        {
            "months": sorted(named),
            "code": each.code,
            "contract": each.contract,
            "inputs": dict(each.inputs),
            "passed": {"version": each.passed.version, "inputs": dict(each.passed.inputs)} if each.passed else None,
        }
        for each, named in alike.items()
    ]
    notes.write(lake, table, json.dumps(entries))


def note(lake: Lake, table: str, version: int | None, months: Months) -> None:
    """These months (None: a table without months) now stand as computed from this, with the table at `version`.

    Where another run has published meanwhile, nobody knows whose rows stand: they are as if never computed.
    """
    told = months if lake.version(table) == version else dict.fromkeys(months, NEVER)
    write(lake, table, {**read(lake, table), **told})
