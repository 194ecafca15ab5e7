"""QuickBooks' query language, as far as connectors use it, and change data capture.

`select * | count(*) from Entity [where field op value [and ...]] [orderby field [asc|desc], ...]
[startposition N] [maxresults N]`. Pages hold 100 objects unless asked, 1,000 at most; inactive list items come only
when `Active` is asked for. Without an order, objects come by last change, newest first: whoever pages must order.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from monette_assets.simulator.entities import ENTITIES, LISTS, NO_CHANGE_DATA, Entities
from monette_assets.simulator.reports.index import natural_order

Json = dict[str, Any]
DEFAULT_RESULTS = 100
MOST_RESULTS = 1000
CHANGE_DAYS = 30
MOST_CHANGES = 1000

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z_][\w.]*|\d+)|(?P<sign><=|>=|!=|[=<>(),*]))")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        ">": operator.gt,
        "<=": operator.le,
        ">=": operator.ge,
        "in": lambda value, options: value in options,
    }
)


class QueryError(Exception):
    """A refused query or cdc request: the fault's `code`, `message` and `detail`."""

    def __init__(self, code: str, message: str, detail: str) -> None:
        super().__init__(f"{code} {message}: {detail}")
        self.code, self.message, self.detail = code, message, detail


@dataclass
class Query:
    """A parsed query."""

    entity: str
    count: bool
    conditions: list[tuple[str, str, Any]] = field(default_factory=list)  # field, operator, value
    order: list[tuple[str, bool]] = field(default_factory=list)  # field, descending
    start: int = 1
    results: int = DEFAULT_RESULTS


def parse(text: str) -> Query:
    """Parse a query. Raises QueryError 4000 for bad grammar, 4001 for bad values."""
    return _Parser(text).query()


def _grammar(detail: str) -> QueryError:
    return QueryError("4000", "Error parsing query", f"QueryParserError: {detail}")


def _bad_value(detail: str) -> QueryError:
    return QueryError("4001", "Invalid query", f"QueryValidationError: {detail}")


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.position = 0

    def query(self) -> Query:
        self.expect("select")
        if self.accept("count"):
            for sign in "(*)":
                self.expect(sign)
            count = True
        else:
            self.expect("*")
            count = False
        self.expect("from")
        query = Query(self.entity(), count)
        if self.accept("where"):
            query.conditions.append(self.condition())
            while self.accept("and"):
                query.conditions.append(self.condition())
        if self.accept("orderby") or (self.accept("order") and self.expect("by")):
            query.order.append(self.ordering())
            while self.accept(","):
                query.order.append(self.ordering())
        if self.accept("startposition"):
            query.start = self.number("startposition", 1)
        if self.accept("maxresults"):
            query.results = min(self.number("maxresults", 1), MOST_RESULTS)
        if self.position < len(self.tokens):
            raise _grammar(f"Encountered {self.tokens[self.position]!r} where the query should end")
        return query

    def entity(self) -> str:
        token = self.take()
        for name in ENTITIES:
            if name.lower() == token.lower():
                return name
        raise _bad_value(f"no such entity: {token}")

    def condition(self) -> tuple[str, str, Any]:
        name, sign = self.take(), self.take().lower()
        if sign not in _OPERATORS:
            raise _grammar(f"Encountered {sign!r} where an operator was expected")
        if sign != "in":
            return name, sign, self.literal(name)
        self.expect("(")
        values = [self.literal(name)]
        while self.accept(","):
            values.append(self.literal(name))
        self.expect(")")
        return name, sign, values

    def literal(self, name: str) -> Any:
        token = self.take()
        value: Any = re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith("'") else token
        if name == "Active":
            if value.lower() not in ("true", "false"):
                raise _bad_value(f"Active is true or false, not {value}")
            return value.lower() == "true"
        if name.startswith("MetaData."):
            return instant(value)
        return value

    def ordering(self) -> tuple[str, bool]:
        name = self.take()
        if self.accept("desc"):
            return name, True
        self.accept("asc")
        return name, False

    def number(self, name: str, least: int) -> int:
        token = self.take()
        if not token.isdecimal():
            raise _grammar(f"Encountered {token!r} where the number of {name} was expected")
        if int(token) < least:
            raise _bad_value(f"value {token} is too small. Min allowed value is {least}")
        return int(token)

    def take(self) -> str:
        if self.position >= len(self.tokens):
            raise _grammar("the query ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def accept(self, word: str) -> bool:
        if self.position < len(self.tokens) and self.tokens[self.position].lower() == word:
            self.position += 1
            return True
        return False

    def expect(self, word: str) -> bool:
        if not self.accept(word):
            found = self.tokens[self.position] if self.position < len(self.tokens) else "the end"
            raise _grammar(f"Encountered {found!r} where {word!r} was expected")
        return True


def _tokens(text: str) -> Iterator[str]:
    position, text = 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _grammar(f"Encountered {text[position : position + 10]!r} at column {position + 1}")
        yield match.group().strip()
        position = match.end()


def instant(text: str) -> datetime:
    """An ISO time as an aware moment (without an offset: UTC). Raises QueryError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad_value(f"not a time: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def run_query(entities: Entities, text: str) -> Json:
    """The `QueryResponse` of a query. Raises QueryError."""
    query = parse(text)
    found = entities.identifiers(query.entity)
    if query.conditions or query.entity in LISTS:
        found = [identifier for identifier in found if _matches(entities, query, identifier)]
    if query.count:
        return {"totalCount": len(found)}
    order = query.order or [("MetaData.LastUpdatedTime", True)]
    for name, descending in [] if order == [("Id", False)] else reversed(order):  # they come by id
        found.sort(key=lambda identifier: _sort_key(entities, query.entity, identifier, name), reverse=descending)
    page = found[query.start - 1 : query.start - 1 + query.results]
    if not page:
        return {}
    objects = [entities.json(query.entity, identifier) for identifier in page]
    return {query.entity: objects, "startPosition": query.start, "maxResults": len(page)}


def _matches(entities: Entities, query: Query, identifier: str) -> bool:
    if not any(name == "Active" for name, _, _ in query.conditions) and not entities.is_active(
        query.entity, identifier
    ):
        return False
    return all(
        _OPERATORS[sign](_value(entities, query.entity, identifier, name), wanted)
        for name, sign, wanted in query.conditions
    )


def _value(entities: Entities, kind: str, identifier: str, name: str) -> Any:
    try:
        return entities.value(kind, identifier, name)
    except KeyError:
        raise _bad_value(f"Property {name} not found for Entity {kind}") from None


def _sort_key(entities: Entities, kind: str, identifier: str, name: str) -> Any:
    return natural_order(identifier) if name == "Id" else _value(entities, kind, identifier, name)


def changes(entities: Entities, kinds: Sequence[str], since: datetime, now: datetime) -> list[Json]:
    """The `QueryResponse` list of cdc: objects changed after `since`, deleted ones as stubs, 1,000 in all at most.

    Raises QueryError where `since` is more than 30 days back, or an entity is not covered.
    """
    if now - since > timedelta(days=CHANGE_DAYS):
        raise _bad_value(f"changedSince is more than {CHANGE_DAYS} days back: {since.isoformat()}")
    for kind in kinds:
        if kind in NO_CHANGE_DATA or kind not in ENTITIES:
            raise _bad_value(f"change data capture does not cover {kind or 'an entity without a name'}")
    answers: list[Json] = []
    left = MOST_CHANGES
    for kind in kinds:
        changed: dict[str, tuple[datetime, Json | None]] = {
            identifier: (at, None)
            for identifier in entities.identifiers(kind)
            if (at := entities.changed_at(kind, identifier)) > since
        }
        for change in entities.books.changes:
            if change.kind == kind and change.at > since and change.deleted and change.id not in changed:
                changed[change.id] = (change.at, _stub(change.id, change.at))
        page = sorted(changed.items(), key=lambda item: item[1][0])[:left]
        left -= len(page)
        if not page:
            answers.append({})
            continue
        objects = [stub or entities.json(kind, identifier) for identifier, (_, stub) in page]
        answers.append({kind: objects, "startPosition": 1, "maxResults": len(page), "totalCount": len(page)})
    return answers


def _stub(identifier: str, at: datetime) -> Json:
    changed = {"LastUpdatedTime": at.isoformat(timespec="seconds")}
    return {"status": "Deleted", "domain": "QBO", "Id": identifier, "MetaData": changed}
