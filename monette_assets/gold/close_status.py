"""How every month of every company, and of the group, stands: open, approved, closed, reopened (ACCOUNTING 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monette_assets.group.calendar import month_end
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.tables import Check, Column, Context, Contract, Freshness, Input, Months, Severity, Staged, table
from monette_assets.tables import closes as log
from monette_assets.tables.closes import APPROVE, CLOSE, REOPEN
from monette_assets.tables.contract import hours
from monette_assets.tables.reach import months_changed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.group import Group

Row = dict[str, Any]
OPEN = "open"
STATE_AFTER = {APPROVE: "approved", CLOSE: "closed", REOPEN: "reopened"}
LOG = ["number", "action", "period", "company", "who", "approved_by", "reason", "at"]
IN_TIME = "closed_in_time"


def _overdue(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    return staged.rows.where("is_overdue").select("company", "period", "state", F.col("due_on").cast("string"))


def _changed(staged: Staged, elsewhere: DataFrame) -> DataFrame:
    """Months that people closed or reopened, or that fell due, since they were last looked at."""
    context = staged.context
    stood = [row.asDict() for row in elsewhere.select("company", "period", "state", "number", "is_overdue").collect()]
    now = {
        (row["company"], row["period"]): row
        for row in _standings(context, staged.inputs["closes"], {row["period"] for row in stood})
    }
    moved = {
        row["period"]
        for row in stood
        if any(now.get((row["company"], row["period"]), {}).get(name) != row[name]
               for name in ("state", "number", "is_overdue"))
    }  # fmt: skip
    return context.relation([{"period": period} for period in sorted(moved)], "period date")


CONTRACT = Contract(
    name="gold/close_status",
    description=(
        "How every month of every company stands, and the group's own: open, approved, closed, reopened; by whom, "
        "when, and whether it should have been closed by now. Read from the log `closes`, as of the last run."
    ),
    key=("company", "period"),
    beside=(WHOLE_GROUP,),
    inputs={"closes": Input(log.CONTRACT, Months.ALL, reach=months_changed)},
    left_behind=_changed,
    by_day=True,
    columns=(
        Column("period", "date", "First day of the month."),
        Column("company", "string", "Contract code of the company; group for the group's month.",
               source=("closes.company",)),
        Column("state", "string", "What was last done.", choices=(OPEN, *STATE_AFTER.values()),
               source=("closes.action",)),
        Column("number", "bigint", "Entry of the log that says so; 0 for none.", source=("closes.number",)),
        Column("approved_at", "timestamp", "Of the last approval since the month was open.", nullable=True,
               source=("closes.at",)),
        Column("approved_by", "string", "Who approved the figures.", nullable=True, source=("closes.who",)),
        Column("closed_at", "timestamp", "Of the last close, one taken back included.", nullable=True,
               source=("closes.at",)),
        Column("closed_by", "string", "Who closed it.", nullable=True, source=("closes.who",)),
        Column("reopened_at", "timestamp", "Of the last reopening.", nullable=True, source=("closes.at",)),
        Column("reopened_by", "string", "Both persons it took.", nullable=True,
               source=("closes.who", "closes.approved_by")),
        Column("reason", "string", "Why it was reopened.", nullable=True, source=("closes.reason",)),
        Column("due_on", "date", "The day by which the contract wants it closed; null for none.", nullable=True),
        Column("is_overdue", "boolean", "That day is over, and it is not closed."),
    ),
    checks=(
        Check(IN_TIME, "Every month is closed by the day the contract names (`close` in group.yaml).", "ACCOUNTING 12",
              _overdue, Severity.WARNS),
    ),
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)  # fmt: skip


@table(CONTRACT)
def close_status(context: Context, closes: DataFrame) -> DataFrame:
    """A row for every company-month of the contract, and for the group's."""
    rows = _standings(context, closes, context.periods)
    return context.spark.createDataFrame(
        [tuple(row[name] for name in CONTRACT.column_names) for row in rows], CONTRACT.ddl
    )


def _standings(context: Context, closes: DataFrame, periods: Iterable[date]) -> list[Row]:
    acts = [row.asDict() for row in closes.select(*LOG).collect()]
    return standings(context.group, acts, sorted(periods), context.now.date())


def standings(group: Group, log: Iterable[Mapping[str, Any]], periods: Sequence[date], today: date) -> list[Row]:
    """How the months stand by the log, a row for every company of each and one for the group; as in the table."""
    acts: dict[tuple[str, date], list[Mapping[str, Any]]] = defaultdict(list)
    for act in sorted(log, key=lambda act: act["number"]):
        acts[act["company"], act["period"]].append(act)
    rows = []
    for period in periods:
        codes = [each.code for each in group.companies if each.is_active(period)]
        for company in (*codes, WHOLE_GROUP):
            row = _standing(acts[company, period])
            due_on = due(group, period)
            late = due_on is not None and today > due_on and row["state"] != STATE_AFTER[CLOSE]
            rows.append({"company": company, "period": period, **row, "due_on": due_on, "is_overdue": late})
    return rows


def due(group: Group, period: date) -> date | None:
    """The last day on which the month can be closed in time; None where the contract names none."""
    terms = group.settings.close
    if terms is None or period < terms.first_period:
        return None
    return month_end(period) + timedelta(days=terms.within_days)


def _standing(acts: Iterable[Mapping[str, Any]]) -> Row:
    """What the acts upon one month come to, in their order."""
    row: Row = dict.fromkeys(
        ("approved_at", "approved_by", "closed_at", "closed_by", "reopened_at", "reopened_by", "reason")
    )
    row |= {"state": OPEN, "number": 0}
    for act in acts:
        row |= {"state": STATE_AFTER[act["action"]], "number": act["number"]}
        if act["action"] == APPROVE:
            row |= {"approved_at": act["at"], "approved_by": act["who"]}
        elif act["action"] == CLOSE:
            row |= {"closed_at": act["at"], "closed_by": act["who"]}
        else:
            row |= {
                "approved_at": None,  # what was approved is no longer what will be closed
                "approved_by": None,
                "reopened_at": act["at"],
                "reopened_by": f"{act['who']}, {act['approved_by']}",
                "reason": act["reason"],
            }
    return row
