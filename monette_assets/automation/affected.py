"""Which months of a company a change in QuickBooks touches: the document's month now, and the months it stood in. When
it was changed says nothing about that (ACCOUNTING 9).

A deletion carries no date and a back-dated document only its new one, so the old month is looked up: in the general
ledger, by transaction id, and in the newest version of the object we hold, in case its month was held back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from monette_assets.group.calendar import period_of
from monette_assets.sources.quickbooks.documents import date_text
from monette_assets.sources.quickbooks.transaction_types import PRINTED_TYPES

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.sources.quickbooks.objects import Changes

LEDGER = "silver/general_ledger"
OBJECTS = "bronze/quickbooks_objects"

Object = tuple[str, str]  # entity, id


def day_of(payload: str) -> date | None:
    """The document's date; None where it names none that can be read."""
    try:
        return date.fromisoformat(date_text(payload))
    except ValueError:
        return None


def affected_months(group: Group, lake: Lake, changes: Changes, *, latest: date, today: date) -> set[date]:
    """The company's months to fetch again; all of them where QuickBooks could not tell every change.

    A change always touches `latest`, the last month the lake holds, if nothing older is known: lists have no month, and
    a document nobody has seen before may be gone again.
    """
    from monette_assets.sources.quickbooks.objects import DOCUMENT_ENTITIES

    company = changes.company
    if changes.too_far:
        return set(every_month(group, company, latest=latest))
    documents = [each for each in changes.changed if each.entity in DOCUMENT_ENTITIES]
    gone = [each for each in changes.deleted if each.entity in DOCUMENT_ENTITIES]
    others = len(documents) + len(gone) < len(changes.changed) + len(changes.deleted)
    found = months_held(
        lake, company, {(each.entity, each.id) for each in documents} | {(each.entity, each.id) for each in gone}
    )
    found |= {period_of(day) for each in documents if (day := day_of(each.payload)) is not None}
    months = {month for each in found if (month := _within(group, company, each, today)) is not None}
    if others or ((documents or gone) and not months):
        months |= set(every_month(group, company, latest=latest)[-1:])
    return months


def every_month(group: Group, company: str, *, latest: date) -> list[date]:
    """The company's months up to the last one the lake holds."""
    return [period for period in group.periods(group.first_period, latest) if group.is_active(company, period)]


def months_held(lake: Lake, company: str, objects: Collection[Object]) -> set[date]:
    """The months in which we hold these documents."""
    import pyarrow.compute as pc

    if not objects:
        return set()
    ids = sorted({identifier for _, identifier in objects})
    months: set[date] = set()
    if lake.exists(LEDGER):
        where = (pc.field("company") == company) & pc.field("transaction_id").isin(ids)
        rows = lake.read(LEDGER, columns=["transaction_type", "transaction_id", "period"], filters=where)
        for row in rows.group_by(rows.column_names).aggregate([]).to_pylist():
            known = PRINTED_TYPES.get(row["transaction_type"])
            entities = {entity for entity, identifier in objects if identifier == row["transaction_id"]}
            if known is None or known in entities:
                months.add(row["period"])
    if lake.exists(OBJECTS):
        where = (pc.field("company") == company) & pc.field("object_id").isin(ids) & ~pc.field("deleted")
        columns = ["entity", "object_id", "fetched_at", "payload"]
        versions = defaultdict(list)
        for row in lake.read(OBJECTS, columns=columns, filters=where).to_pylist():
            versions[row["entity"], row["object_id"]].append((row["fetched_at"], row["payload"]))
        for each in set(versions) & set(objects):
            if (day := day_of(max(versions[each])[1])) is not None:
                months.add(period_of(day))
    return months


def _within(group: Group, company: str, period: date, today: date) -> date | None:
    """The month as the group keeps it: an earlier one is in the opening balances; a later one is not there yet."""
    own = group.company(company)
    first = max(own.first_period, group.first_period)
    if period > period_of(today) or (own.last_period is not None and period > own.last_period):
        return None
    return max(period, first)
