"""Lists and documents: all of them by paging, or what changed since a moment, deletions included.

Objects are handed on verbatim. Paging overlaps by one object: if the next page does not begin with the last object of
the page before, the list was changed meanwhile and something may be missing, so it is read again. A page shorter than
asked for does not end the list; an answer with nothing new does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from monette_assets.sources.quickbooks.client import Answer, QuickBooksClient
from monette_assets.sources.quickbooks.errors import WrongAnswer, fault_in

LIST_ENTITIES: Final = ("Account", "Class", "Customer", "Department", "Employee", "Item", "Vendor")
DOCUMENT_ENTITIES: Final = (
    "Bill",
    "BillPayment",
    "CreditMemo",
    "Deposit",
    "Invoice",
    "JournalEntry",
    "Payment",
    "Purchase",
    "RefundReceipt",
    "SalesReceipt",
    "Transfer",
    "VendorCredit",
)
# Change data capture says nothing of these: only `query_all` does.
NOT_IN_CHANGES: Final = frozenset({"JournalCode", "TimeActivity", "TaxAgency", "TaxCode", "TaxRate"})

PAGE: Final = 1_000
CHANGES_LIMIT: Final = 1_000
CHANGES_REACH: Final = timedelta(days=30)
_READINGS: Final = 3
_ENTITY = re.compile(r"[A-Z][A-Za-z]{1,40}")


@dataclass(frozen=True, slots=True)
class QuickBooksObject:
    """One version of an object, its JSON verbatim. Ids are unique within a company and an entity only."""

    entity: str
    id: str
    sync_token: str
    modified_at: str  # as QuickBooks wrote it: ISO with offset; "" where it is not told
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deletion:
    """An object that is gone."""

    entity: str
    id: str
    deleted_at: str  # as QuickBooks wrote it


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a company since a moment.

    With `too_far` the answer is not complete (`why` says which limit): pull every entity again with `query_all`.
    """

    company: str
    since: datetime
    until: datetime  # ask from here the next time
    changed: tuple[QuickBooksObject, ...]
    deleted: tuple[Deletion, ...]
    not_covered: tuple[str, ...]  # entities asked for of which changes are never told
    too_far: bool
    why: str = ""


class _MetaData(msgspec.Struct):
    last_updated_time: str = msgspec.field(name="LastUpdatedTime", default="")


class _Object(msgspec.Struct):
    id: str | int = msgspec.field(name="Id")  # numbers in places
    sync_token: str | int = msgspec.field(name="SyncToken", default="")
    status: str = ""
    meta_data: _MetaData = msgspec.field(name="MetaData", default_factory=_MetaData)


class _QueryAnswer(msgspec.Struct):
    found: dict[str, msgspec.Raw] = msgspec.field(name="QueryResponse")


class _ChangesOfEntities(msgspec.Struct):
    responses: list[dict[str, msgspec.Raw]] = msgspec.field(name="QueryResponse")


class _ChangesAnswer(msgspec.Struct):
    responses: list[_ChangesOfEntities] = msgspec.field(name="CDCResponse")


def query_all(client: QuickBooksClient, company: str, entity: str) -> list[QuickBooksObject]:
    """Every object of the entity, inactive ones included, ordered by id.

    Raises:
        WrongAnswer: not a query's answer, an id that stands twice, or the list kept changing while it was read.
        QuickBooksError: as `QuickBooksClient.get`.
    """
    if not _ENTITY.fullmatch(entity):
        raise ValueError(f"{company}: entity {entity!r}: expected a QuickBooks entity's name, as Invoice")
    repeated: set[str] = set()
    for _ in range(_READINGS):
        found = _read_through(client, company, entity)
        if found is None:
            repeated.clear()
            continue
        counts = Counter(each.id for each in found)
        if len(counts) == len(found):
            return found
        repeated = {f"id {name} stands {count} times" for name, count in counts.items() if count > 1}
    if repeated:  # in pages that fitted together: nobody changed the list
        shown = ", ".join(sorted(repeated)[:5]) + (f" and {len(repeated) - 5} more" if len(repeated) > 5 else "")
        raise WrongAnswer(
            f"{shown} in the list, in every one of {_READINGS} readings; one would hide the other",
            company=company,
            request=f"query {entity}",
            what_to_do="look for these ids in QuickBooks; if each is there once, tell Intuit",
        )
    raise WrongAnswer(
        f"the list changed under every one of {_READINGS} readings",
        company=company,
        request=f"query {entity}",
        what_to_do="run again when nobody edits the list",
    )


def changes_since(client: QuickBooksClient, company: str, entities: Iterable[str], since: datetime) -> Changes:
    """What changed in the given entities since the moment `since` (aware).

    Raises:
        WrongAnswer: not a change answer.
        QuickBooksError: as `QuickBooksClient.get`.
    """
    if since.tzinfo is None:
        raise ValueError(f"{company}: changes since {since}: expected a moment with a time zone")
    wanted = list(entities)
    if unfit := [entity for entity in wanted if not _ENTITY.fullmatch(entity)]:
        raise ValueError(f"{company}: entities {unfit}: expected QuickBooks entities' names, as Invoice")
    not_covered = tuple(entity for entity in wanted if entity in NOT_IN_CHANGES)
    covered = [entity for entity in wanted if entity not in NOT_IN_CHANGES]
    asked_at = client.clock.now()
    changed: list[QuickBooksObject] = []
    deleted: list[Deletion] = []
    why = ""
    if asked_at - since > CHANGES_REACH:
        why = f"{since.isoformat()} is more than {CHANGES_REACH.days} days back"
    elif covered:
        params = {"entities": ",".join(covered), "changedSince": since.isoformat()}
        answer = client.get(company, "cdc", params, kind="cdc")
        asked_at = _earlier(asked_at, answer.content.get("time"))
        for entity, raw in _changes(company, answer, covered):
            told = _object(company, "cdc", entity, raw, answer)
            if told.status == "Deleted":
                deleted.append(Deletion(entity, str(told.id), told.meta_data.last_updated_time))
            else:
                changed.append(_kept(entity, told, raw))
        if len(changed) + len(deleted) >= CHANGES_LIMIT:
            why = f"{len(changed) + len(deleted)} changes: QuickBooks tells no more than {CHANGES_LIMIT}"
    return Changes(
        company=company,
        since=since,
        until=asked_at,
        changed=tuple(changed),
        deleted=tuple(deleted),
        not_covered=not_covered,
        too_far=bool(why),
        why=why,
    )


def _earlier(ours: datetime, theirs: object) -> datetime:
    """The earlier of our clock and QuickBooks' own: asked from ahead of its clock, it would leave changes out."""
    try:
        told = datetime.fromisoformat(str(theirs))
    except ValueError:
        return ours
    return ours if told.tzinfo is None else min(ours, told)


def _read_through(client: QuickBooksClient, company: str, entity: str) -> list[QuickBooksObject] | None:
    """One reading of the whole list, an id twice where it was told twice; None where pages do not fit together."""
    active = " where Active in (true, false)" if entity in LIST_ENTITIES else ""
    found: list[QuickBooksObject] = []
    while True:
        position = max(1, len(found))  # the last object found, again
        query = f"select * from {entity}{active} orderby Id startposition {position} maxresults {PAGE}"  # noqa: S608 - names checked
        answer = client.get(company, "query", {"query": query}, kind=f"query {entity}")
        page = [
            _kept(entity, _object(company, query, entity, raw, answer), raw) for raw in _page(company, entity, answer)
        ]
        if found:
            if not page or page[0].id != found[-1].id:
                return None
            page = page[1:]
        if not page:
            return found
        found += page


def _page(company: str, entity: str, answer: Answer) -> list[msgspec.Raw]:
    """The objects of one page, verbatim."""
    try:
        raw = msgspec.json.decode(answer.text, type=_QueryAnswer).found.get(entity)
        return [] if raw is None else msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.MsgspecError as error:
        raise _wrong(company, f"query {entity}", f"$.QueryResponse.{entity}: {error}", answer) from None


def _changes(company: str, answer: Answer, entities: list[str]) -> list[tuple[str, msgspec.Raw]]:
    """(entity, object verbatim) of a change answer."""
    try:
        found: list[tuple[str, msgspec.Raw]] = []
        for group in msgspec.json.decode(answer.text, type=_ChangesAnswer).responses:
            for response in group.responses:
                fault = fault_in(
                    {name: msgspec.json.decode(raw) for name, raw in response.items() if name in ("Fault", "fault")}
                )
                if fault is not None:
                    raise _wrong(company, "cdc", f"a fault inside: {fault.message} (code {fault.code})", answer)
                for entity in entities:
                    if entity in response:
                        found += [
                            (entity, raw) for raw in msgspec.json.decode(response[entity], type=list[msgspec.Raw])
                        ]
    except msgspec.MsgspecError as error:
        raise _wrong(company, "cdc", f"$.CDCResponse: {error}", answer) from None
    return found


def _object(company: str, request: str, entity: str, raw: msgspec.Raw, answer: Answer) -> _Object:
    try:
        return msgspec.json.decode(raw, type=_Object)
    except msgspec.MsgspecError as error:
        raise _wrong(company, request, f"{entity}: {error}", answer) from None


def _kept(entity: str, told: _Object, raw: msgspec.Raw) -> QuickBooksObject:
    payload = bytes(raw).decode("utf-8")
    return QuickBooksObject(entity, str(told.id), str(told.sync_token), told.meta_data.last_updated_time, payload)


def _wrong(company: str, request: str, message: str, answer: Answer) -> WrongAnswer:
    facts: dict[str, Any] = {"status": answer.status, "intuit_tid": answer.intuit_tid}
    return WrongAnswer(
        message, company=company, request=request, **facts, what_to_do="ask again; if it lasts, tell Intuit"
    )
