"""The entries that later steps of an explanation are made of, each with whose it is and what proves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from monette_assets.group.models import WHOLE_GROUP
from monette_assets.group.perimeter import effective_share, ownership
from monette_assets.reports.evidence import adjustment_lines, elimination_entries
from monette_assets.reports.explain.explanation import Row
from monette_assets.reports.explain.facts import CLOSING, Asked


def entries_of(asked: Asked, month: date, accounts: Collection[str], measure: str) -> dict[str, list[Row]]:
    """Eliminations of the month and applied adjustments on these accounts, by step.

    Movements have the month's adjustments, balances those of earlier months too.
    """
    adjusted = _adjustments(asked, month, accounts)
    return {
        "eliminations": _eliminations(asked, month, accounts),
        "adjustments": [row for row in adjusted if measure == CLOSING or row["period"] == month],
    }


def share_of_others(asked: Asked, month: date, rows: Collection[Row]) -> list[Row]:
    """Rows of non-controlling interest, each with the share that others hold of the company."""
    found = []
    for row in rows:
        company = row["component"]
        months = [each for each in asked.group.periods(asked.group.first_period, month)
                  if ownership(asked.group, company, each)]  # fmt: skip
        others = f"{100 * (1 - effective_share(asked.group, company, months[-1])):f}".rstrip("0").rstrip(".")
        found.append(
            {**row, "entry": f"{others} % is others'", "whose": company, "evidence": "consolidation.yaml, ownership"}
        )
    return found


def _eliminations(asked: Asked, month: date, accounts: Collection[str]) -> list[Row]:
    members = _MembersByMonth(asked)
    return [
        {
            **row,
            "component": row["kind"],
            "entry": row["elimination"],
            "whose": " / ".join(each for each in (row["company"], row["partner"]) if each),
            "evidence": f"document {row['reference']}" if row["reference"] else "",
            "amount": row["amount_cad"],
        }
        for row in elimination_entries(asked.release, month, accounts)
        if {row["company"], row["partner"]} - {""} <= members[row["scope"]]
    ]


def _adjustments(asked: Asked, month: date, accounts: Collection[str]) -> list[Row]:
    everywhere = adjustment_lines(asked.release, month, [each.code for each in asked.group.chart])
    companies: dict[tuple[date, str], set[str]] = defaultdict(set)
    for row in everywhere:
        companies[row["period"], row["entry"]].add(row["company"] or "")
    there = asked.members(month) | ({""} if asked.subgroup == WHOLE_GROUP else set())
    return [
        {
            **row,
            "component": row["entry"],
            "entry": row["description"],
            "whose": row["company"] or "the group",
            "evidence": f"by {row['author']}, approved by {row['approver']}; {row['file_name']}, {row['sheet']}, "
            f"row {row['row_number']}",
            "amount": row["amount_cad"],
        }
        for row in everywhere
        if row["group_account"] in accounts and companies[row["period"], row["entry"]] <= there
    ]


class _MembersByMonth(dict[date, frozenset[str]]):
    """Who counts in a month, worked out once."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked

    def __missing__(self, month: date) -> frozenset[str]:
        self[month] = self.asked.members(month)
        return self[month]
