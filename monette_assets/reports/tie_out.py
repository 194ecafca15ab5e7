"""The tie-out to QuickBooks, counted and with its differences named (ACCOUNTING 8)."""

from __future__ import annotations

from monette_assets.reports.completeness import by_company, months_of
from monette_assets.reports.question import Question
from monette_assets.reports.statement import Emphasis, Field, Kind, Statement


def tie_out(question: Question) -> Statement:
    """Ours against QuickBooks' own, per company and statement, over every month built (or the one asked for)."""
    table = question.release.rows(
        "gold/tie_out",
        period=question.period,
        company=question.company,
    )
    names = ("trial_balance", "profit_and_loss", "balance_sheet")
    rows = []
    for company, found in by_company(table, question.group):
        counts = {name: sum(row["statement"] == name for row in found) for name in names}
        rows.append(
            {
                "company": company,
                "months": len({row["period"] for row in found}),
                **counts,
                "differences": sum(row["difference"] != 0 for row in found),
                "accepted": sum(row.get("accepted_by") is not None for row in found),
            }
        )
    total = {key: sum(row[key] for row in rows) for key in ("months", *names, "differences", "accepted")}
    differing = [row for row in table if row["difference"] != 0]
    notes = [
        f"{row['company']} {row['period']:%Y-%m} {row['statement']} account {row['account_id']}: ours {row['ours']}, "
        f"QuickBooks {row['theirs']}, difference {row['difference']}"
        + (f", accepted by {row['accepted_by']}: {row['accepted_because']}" if row.get("accepted_by") else "")
        for row in sorted(differing, key=lambda row: (row["company"], row["period"], row["account_id"]))[:50]
    ]
    if len(differing) > 50:
        notes.append(f"... and {len(differing) - 50} more: `monette report gold/tie_out --format csv`")
    return Statement(
        title=f"{question.whom}: tie-out to QuickBooks, {months_of(table, question)}",
        subtitle=question.subtitle("accounts compared, to the cent"),
        fields=(
            Field("company", "Company"),
            Field("months", "Months", Kind.COUNT),
            Field("trial_balance", "Trial balance", Kind.COUNT),
            Field("profit_and_loss", "Profit and loss", Kind.COUNT),
            Field("balance_sheet", "Balance sheet", Kind.COUNT),
            Field("differences", "Differences", Kind.COUNT),
            *([Field("accepted", "Accepted", Kind.COUNT)] if total["accepted"] else []),
        ),
        rows=[*rows, {"company": "All", **total}],
        emphasis=[*(Emphasis.NORMAL for _ in rows), Emphasis.RESULT],
        notes=notes,
    )
