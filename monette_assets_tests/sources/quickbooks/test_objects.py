"""Lists are read to their end, inactive objects included; changes come with deletions, and tell if they are not all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.responses import Response

from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.errors import WrongAnswer
from monette_assets.sources.quickbooks.objects import Deletion, changes_since, query_all
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, page_of, said
from monette_assets_tests.sources.serving import HandClock


def accounts(count: int) -> list[dict[str, Any]]:
    return [{"Id": str(number), "SyncToken": "0", "Name": f"Account {number}"} for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "cap", "calls"), [(2345, 1000, 4), (0, 1000, 1), (1, 1000, 2), (1000, 1000, 2), (345, 100, 5)]
)
def test_a_list_is_read_to_its_end_also_when_pages_are_shorter_than_asked_for(
    quickbooks: StandIn, client: QuickBooksClient, count: int, cap: int, calls: int
) -> None:
    quickbooks.scripts["query"] = lambda params: page_of("Account", accounts(count), params, cap)
    found = query_all(client, "north", "Account")
    assert [each.id for each in found] == [str(number) for number in range(1, count + 1)]
    assert len(quickbooks.seen) == calls
    assert client.calls == {("north", "query Account"): calls}


def test_lists_are_asked_for_with_their_inactive_objects_and_documents_are_not(
    quickbooks: StandIn, client: QuickBooksClient
) -> None:
    quickbooks.scripts["query"] = lambda params: said({"QueryResponse": {}})
    query_all(client, "north", "Account")
    query_all(client, "north", "Invoice")
    assert [params["query"] for _, _, params in quickbooks.seen] == [
        "select * from Account where Active in (true, false) orderby Id startposition 1 maxresults 1000",
        "select * from Invoice orderby Id startposition 1 maxresults 1000",
    ]


def test_objects_are_kept_verbatim(quickbooks: StandIn, client: QuickBooksClient) -> None:
    text = (
        '{"Id": "7", "SyncToken":"3",  "TotalAmt": 10.50, "Note": "\\u00e9🌾", '
        '"MetaData":{"LastUpdatedTime":"2025-10-01T08:00:00-06:00"}}'
    )
    quickbooks.scripts["query"] = lambda params: said(
        '{"QueryResponse": {"Invoice": [%s], "maxResults": 1}}' % text  # noqa: UP031
    )
    found = query_all(client, "north", "Invoice")[0]
    assert (found.payload, found.id, found.sync_token) == (text, "7", "3")
    assert found.modified_at == "2025-10-01T08:00:00-06:00"


def test_a_list_that_changes_while_it_is_read_is_read_again(quickbooks: StandIn, client: QuickBooksClient) -> None:
    """After the first page an early object is deleted, everything moves up, and one object would be missed."""
    objects = accounts(1500)

    def answer(params: dict[str, str]) -> Response:
        page = page_of("Account", objects, params)
        if len(quickbooks.seen) == 1:
            del objects[4]
        return page

    quickbooks.scripts["query"] = answer
    assert [each.id for each in query_all(client, "north", "Account")] == [each["Id"] for each in objects]


def test_a_list_that_never_stands_still_is_an_error(quickbooks: StandIn, client: QuickBooksClient) -> None:
    def answer(params: dict[str, str]) -> Response:
        first = len(quickbooks.seen)
        return said({"QueryResponse": {"Account": [{"Id": str(first)}, {"Id": str(first + 10)}]}})

    quickbooks.scripts["query"] = answer
    with pytest.raises(WrongAnswer, match="north: query Account: the list changed under every one of 3 readings"):
        query_all(client, "north", "Account")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"CDCResponse": []}, "QueryResponse"),
        ({"QueryResponse": {"Account": {"Id": "1"}}}, r"\$.QueryResponse.Account: Expected `array`, got `object`"),
        ({"QueryResponse": {"Account": [{"Name": "no id"}]}}, "missing required field `Id`"),
    ],
)
def test_a_wrong_answer_says_where(quickbooks: StandIn, client: QuickBooksClient, content: Any, message: str) -> None:
    quickbooks.scripts["query"] = lambda params: said(content)
    with pytest.raises(WrongAnswer, match=message):
        query_all(client, "north", "Account")


@pytest.mark.parametrize("entity", ["Account where 1 = 1", "", "account", "A'; drop"])
def test_an_entity_is_a_name_and_nothing_else(client: QuickBooksClient, entity: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        query_all(client, "north", entity)
    with pytest.raises(ValueError, match="expected"):
        changes_since(client, "north", [entity], client.clock.now())


def changes(**by_entity: list[dict[str, Any]]) -> Response:
    responses = [{entity: objects, "maxResults": len(objects)} for entity, objects in by_entity.items()] or [{}]
    return said({"CDCResponse": [{"QueryResponse": responses}], "time": "2025-11-20T05:00:00-07:00"})


def test_changes_come_with_deletions_and_say_what_they_never_cover(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock
) -> None:
    gone = {
        "domain": "QBO",
        "status": "Deleted",
        "Id": "9",
        "MetaData": {"LastUpdatedTime": "2025-11-19T10:00:00-07:00"},
    }
    quickbooks.scripts["cdc"] = lambda params: changes(Invoice=[{"Id": "9", "SyncToken": "1"}], Bill=[gone], Account=[])
    since = clock.now() - timedelta(days=2)
    found = changes_since(client, "north", ["Invoice", "Bill", "TimeActivity"], since)
    assert [(each.entity, each.id) for each in found.changed] == [("Invoice", "9")]
    assert found.deleted == (Deletion("Bill", "9", "2025-11-19T10:00:00-07:00"),)
    assert (found.not_covered, found.too_far, found.until) == (("TimeActivity",), False, clock.now())
    assert quickbooks.seen[0][2]["entities"] == "Invoice,Bill"
    assert quickbooks.seen[0][2]["changedSince"] == since.isoformat()


def test_ids_that_come_as_numbers_are_the_same_ids(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock
) -> None:
    quickbooks.scripts["cdc"] = lambda params: changes(Invoice=[{"Id": 9, "SyncToken": 1}])
    [found] = changes_since(client, "north", ["Invoice"], clock.now()).changed
    assert (found.id, found.sync_token) == ("9", "1")


@pytest.mark.parametrize(
    ("theirs", "until"),
    [
        ("2025-11-20T04:50:00-07:00", timedelta(minutes=-10)),  # our clock is ahead: what comes in between is not lost
        ("2025-11-20T05:10:00-07:00", timedelta(0)),
        ("soon", timedelta(0)),
    ],
)
def test_the_next_question_begins_at_the_earlier_of_both_clocks(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock, theirs: str, until: timedelta
) -> None:
    quickbooks.scripts["cdc"] = lambda params: said({"CDCResponse": [{"QueryResponse": [{}]}], "time": theirs})
    since = clock.now() - timedelta(hours=1)
    assert changes_since(client, "north", ["Invoice"], since).until == clock.now() + until


@pytest.mark.parametrize(("count", "too_far"), [(999, False), (1000, True)])
def test_a_thousand_changes_are_too_many_to_be_all(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock, count: int, too_far: bool
) -> None:
    deleted = [{"Id": str(number), "status": "Deleted"} for number in range(400)]
    quickbooks.scripts["cdc"] = lambda params: changes(Invoice=accounts(count - 400), Bill=deleted)
    found = changes_since(client, "north", ["Invoice", "Bill"], clock.now() - timedelta(days=1))
    assert found.too_far is too_far
    assert len(found.changed) + len(found.deleted) == count


def test_beyond_thirty_days_nothing_is_asked(quickbooks: StandIn, client: QuickBooksClient, clock: HandClock) -> None:
    quickbooks.scripts["cdc"] = lambda params: changes()
    limit = clock.now() - timedelta(days=30)
    assert not changes_since(client, "north", ["Invoice"], limit).too_far
    beyond = changes_since(client, "north", ["Invoice"], limit - timedelta(seconds=1))
    assert beyond.too_far
    assert "more than 30 days back" in beyond.why
    assert len(quickbooks.seen) == 1


def test_a_moment_without_time_zone_is_refused(client: QuickBooksClient) -> None:
    with pytest.raises(ValueError, match="expected a moment with a time zone"):
        changes_since(client, "north", ["Invoice"], datetime(2025, 11, 1))  # noqa: DTZ001


def test_a_fault_among_changes_is_an_error(quickbooks: StandIn, client: QuickBooksClient, clock: HandClock) -> None:
    fault = {"Error": [{"Message": "Invalid", "code": "4000"}]}
    quickbooks.scripts["cdc"] = lambda params: said({"CDCResponse": [{"QueryResponse": [{"Fault": fault}]}]})
    with pytest.raises(WrongAnswer, match=r"a fault inside: Invalid \(code 4000\)"):
        changes_since(client, "north", ["Invoice"], clock.now())
