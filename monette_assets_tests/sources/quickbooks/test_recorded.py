"""Every recorded response is read: changes and lists into objects, faults into errors, webhooks into what they tell.

Reports are read in `reports/test_recorded.py`. A response that nobody reads fails here, or there.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from monette_assets.sources.quickbooks.client import QuickBooksClient
from monette_assets.sources.quickbooks.documents import DocumentRefusedError, read_document
from monette_assets.sources.quickbooks.errors import (
    BrokenAnswer,
    QuickBooksError,
    ServerError,
    Throttled,
    TimedOut,
    TokenDead,
    WrongAnswer,
)
from monette_assets.sources.quickbooks.notifications import Notified, Signature, read
from monette_assets.sources.quickbooks.oauth import TokenKeeper
from monette_assets.sources.quickbooks.objects import Deletion, changes_since, query_all
from monette_assets.sources.quickbooks.requests import CompanyProfile, read_profile
from monette_assets_tests.sources.quickbooks.recorded import REQUIRED, content, listed, text
from monette_assets_tests.sources.quickbooks.stand_in import StandIn, page_of, said
from monette_assets_tests.sources.serving import HandClock

pytestmark = REQUIRED

# What each answer of change data capture tells: (entity, id) of what changed, and of what is gone.
CHANGES = {
    "cdc/cdc_customer_estimate__intuit_docs.json": (
        [("Customer", "63"), ("Customer", "99"), ("Estimate", "34"), ("Estimate", "123")],
        [("Estimate", "979")],
    ),
    "cdc/cdc_empty__python-quickbooks_test.json": ([], []),
}
# Answers that are refused whole, and why.
CHANGES_REFUSED = {
    "cdc/cdc_customer_invoice__python-quickbooks_test.json": (
        WrongAnswer, "Invoice: Object missing required field `Id`",
    ),
    "cdc/change_data_capture_response.xml": (BrokenAnswer, "expected JSON"),  # comes where `Accept` is lost
}  # fmt: skip

# The entity of each list, or single object, and the ids in it.
OBJECTS = {
    "query/JournalEntry_query_fragment__intuit_docs.json": ("JournalEntry", ["6"]),
    "query/JournalEntry_read__intuit_docs.json": ("JournalEntry", ["227"]),
    "query/account_response_after_sync__fyle-qbo-api.json": ("Account", ["4110"]),
    "query/bill_payment_response__fyle-qbo-api.json": ("BillPayment", ["236"]),
    "query/bill_response__fyle-qbo-api.json": ("Bill", ["25"]),
    "query/class_response__fyle-qbo-api.json": ("Class", ["5000000000000007280", "9"]),
    "query/department_response__fyle-qbo-api.json": ("Department", ["2"]),
    "query/employee_response__fyle-qbo-api.json": ("Employee", ["71"]),
    "query/items_response__fyle-qbo-api.json": ("Item", ["3", "8", "9", "10"]),
    "query/post_bill__fyle-qbo-api.json": ("Bill", ["sdfghjk"]),
    "query/post_journal_entry__fyle-qbo-api.json": ("JournalEntry", ["sdfghjk"]),
    "query/post_purchase__fyle-qbo-api.json": ("Purchase", ["sdfghjk"]),
    "query/query_customers__synthetic_alexph_qbo-cli.json": ("Customer", ["1", "2", "3", "4", "5"]),
    "query/tax_code_response__fyle-qbo-api.json": ("TaxCode", ["2"]),
    "query/tax_rate_get_by_id__fyle-qbo-api.json": ("TaxRate", ["2"]),
    "query/vendor_response__fyle-qbo-api.json": ("Vendor", ["30"]),
}
TWICE = "query/account_response__fyle-qbo-api.json"
PROFILE = ("query/company_info__fyle-qbo-api.json", "query/preference_response__fyle-qbo-api.json")

# The documents among them: how many lines and links, and the total in cents.
DOCUMENTS = {
    "query/JournalEntry_query_fragment__intuit_docs.json": (2, 0, 1349500),
    "query/JournalEntry_read__intuit_docs.json": (2, 0, 2554),
    "query/bill_payment_response__fyle-qbo-api.json": (0, 1, 20000),
    "query/bill_response__fyle-qbo-api.json": (1, 1, 10355),
}

# HTTP status each fault comes with, and the error it is: kind, code, text, and how often it was asked.
VALIDATION, LATER = "Validation de l'entreprise: Assurez-vous que", "The request limit was reached"
FAULTS = {
    "errors/400_business_validation_6000__french_canadian_company.json": (400, QuickBooksError, "6000", VALIDATION, 1),
    "errors/400_object_not_found_610__intuit_docs_batch_sample.json": (
        400, QuickBooksError, "610", "Object Not Found: Object Not Found : Something", 1,
    ),
    "errors/400_stale_object_5010__intuit_docs_batch_sample.json": (
        400, QuickBooksError, "5010", "Stale Object Error: Stale Object Error : You and root", 1,
    ),
    "errors/401_authentication_general_100.xml": (
        401, TokenDead, "100", "General Authentication Error: AuthenticationErrorGeneral: SRV-110", 2,
    ),
    "errors/401_token_expired__lowercase_fault__observed.json": (401, TokenDead, "3200", "Token expired: ***", 2),
    "errors/401_token_expired__lowercase_fault__short.json": (401, TokenDead, "3200", "Token expired: ***", 2),
    "errors/429_throttle_exceeded__json_shape_per_mocks.json": (429, Throttled, "3001", LATER, 4),
    "errors/504_gateway_timeout_6002__report.xml": (504, TimedOut, "6002", "message=GatewayTimeout; errorCode", 4),
    "errors/customer_duplicate_error.xml": (
        400, QuickBooksError, "6240", "Duplicate Name Exists Error: The name supplied already exists", 1,
    ),
    "errors/fault.xml": (
        400, QuickBooksError, "2050",
        "Length exceeds limit: Length of the field exceeds 21 chars; "
        "Illegal number format: ZipCode should be a number with at least 5 digits", 1,
    ),
    "errors/generic_error.xml": (500, ServerError, "10000", "System Failure Error: Could not find resource", 4),
    "errors/query_validation_error.xml": (
        400, QuickBooksError, "4001", "Invalid query: QueryValidationError: value 0 is too small", 1,
    ),
    "errors/throttle_exceeded_error.xml": (403, Throttled, "3001", LATER, 4),
    "errors/too_many_requests_error.xml": (429, Throttled, "3001", LATER, 4),
}  # fmt: skip
# What the token endpoint says where a refresh token is not taken.
NO_GRANT = {
    "errors/400_oauth_invalid_grant__incorrect_token_type.json": "Incorrect Token type or clientID",
    "errors/400_oauth_invalid_grant__invalid_refresh_token.json": "Incorrect or invalid refresh token",
}

# How many changes of each realm a body notifies of.
NOTIFICATIONS = {
    "webhooks/cloudevents__intuit_blog_2025-11.json": {"310687": 1},
    "webhooks/legacy_eventNotifications__intuit_blog_2025-11.json": {"310687": 1},
    "webhooks/webhook_payload_multi_entity__fyle-qbo-api.json": {"123456789": 2},
    "webhooks/webhook_payload_nonexistent_realm__fyle-qbo-api.json": {"nonexistent_realm": 1},
    "webhooks/webhook_payload_single_entity__fyle-qbo-api.json": {"987654321": 1},
}
SIGNED = "webhooks/signature_test_vector__intuit_java_sdk.json"


def test_no_recorded_response_is_left_unread() -> None:
    told = {*CHANGES, *CHANGES_REFUSED, *OBJECTS, TWICE, *PROFILE, *FAULTS, *NO_GRANT, *NOTIFICATIONS, SIGNED}
    assert told == {path for path in listed() if not path.startswith("reports/")}


@pytest.mark.parametrize("path", CHANGES)
def test_every_change_is_an_object_or_a_deletion(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock, path: str
) -> None:
    quickbooks.scripts["cdc"] = lambda params: said(text(path))
    found = changes_since(client, "north", ["Customer", "Estimate", "Invoice"], clock.now())
    changed, deleted = CHANGES[path]
    assert [(each.entity, each.id) for each in found.changed] == changed
    assert [(each.entity, each.id) for each in found.deleted] == deleted
    assert found.until == datetime.fromisoformat(content(path)["time"])  # QuickBooks' clock, years behind ours here
    objects = [each for response in content(path)["CDCResponse"][0]["QueryResponse"] for each in response.values()]
    assert len(changed) + len(deleted) == sum(len(each) for each in objects if isinstance(each, list))


def test_a_deletion_says_when(quickbooks: StandIn, client: QuickBooksClient, clock: HandClock) -> None:
    [path] = [path for path, (_, deleted) in CHANGES.items() if deleted]
    quickbooks.scripts["cdc"] = lambda params: said(text(path))
    found = changes_since(client, "north", ["Estimate"], clock.now())
    assert found.deleted == (Deletion("Estimate", "979", "2015-12-23T12:55:50-08:00"),)


@pytest.mark.parametrize("path", CHANGES_REFUSED)
def test_changes_that_are_not_understood_are_refused_whole(
    quickbooks: StandIn, client: QuickBooksClient, clock: HandClock, path: str
) -> None:
    kind, why = CHANGES_REFUSED[path]
    body = text(path)
    quickbooks.scripts["cdc"] = lambda params: said(body)
    with pytest.raises(kind, match=why) as caught:
        changes_since(client, "north", ["Customer", "Invoice"], clock.now() - timedelta(days=1))
    assert (caught.value.company, caught.value.status, caught.value.intuit_tid) == ("north", 200, "1-tid-0042")


def objects_in(path: str, entity: str) -> list[dict[str, Any]]:
    """The objects of a recorded answer: a query's or a read's whole, or only what was in it."""
    found = content(path)
    if isinstance(found, list):
        return found
    if "QueryResponse" in found:
        return list(found["QueryResponse"][entity])
    return [found.get(entity, found)]


@pytest.mark.parametrize("path", OBJECTS)
def test_every_object_is_kept(quickbooks: StandIn, client: QuickBooksClient, path: str) -> None:
    entity, ids = OBJECTS[path]
    objects = objects_in(path, entity)
    whole = "QueryResponse" in content(path)
    quickbooks.scripts["query"] = lambda params: said(text(path)) if whole else page_of(entity, objects, params)
    found = query_all(client, "north", entity)
    assert [each.id for each in found] == ids
    assert [json.loads(each.payload) for each in found] == objects
    assert [each.modified_at for each in found] == [
        each.get("MetaData", {}).get("LastUpdatedTime", "") for each in objects
    ]


def test_a_list_with_an_id_twice_is_refused(quickbooks: StandIn, client: QuickBooksClient) -> None:
    """Two recorded accounts are number 33, which QuickBooks' own never are: one would hide the other."""
    objects = objects_in(TWICE, "Account")
    assert [each["Id"] for each in objects] == ["7", "33", "33", "34"]
    quickbooks.scripts["query"] = lambda params: page_of("Account", objects, params)
    with pytest.raises(
        WrongAnswer, match=r"north: query Account: id 33 stands 2 times in the list, in every one of 3 readings"
    ):
        query_all(client, "north", "Account")


@pytest.mark.parametrize("path", [path for path, (_, ids) in OBJECTS.items() if path in DOCUMENTS or "sdf" in ids[0]])
def test_every_document_is_read_or_refused(path: str) -> None:
    entity, _ = OBJECTS[path]
    [payload] = map(json.dumps, objects_in(path, entity))
    if path in DOCUMENTS:
        found = read_document(entity, payload, "USD")
        assert (len(found.lines), len(found.links), found.head.total) == DOCUMENTS[path]
    else:  # what a document's creation was answered with in somebody's test: an id and nothing else
        with pytest.raises(DocumentRefusedError, match="missing required field `TxnDate`"):
            read_document(entity, payload, "USD")


def test_a_companys_settings_are_read(quickbooks: StandIn, client: QuickBooksClient) -> None:
    info, preferences = map(content, PROFILE)
    quickbooks.scripts["companyinfo/1001"] = lambda params: said({"CompanyInfo": info})
    quickbooks.scripts["preferences"] = lambda params: said({"Preferences": preferences})
    assert read_profile(client, "north") == CompanyProfile(
        company="north", realm_id="1001", name="Sandbox Company_US_4", country="US", home_currency="USD",
        multicurrency=False, fiscal_year_start_month=1,
    )  # fmt: skip


@pytest.mark.parametrize("path", FAULTS)
def test_every_fault_is_an_error(quickbooks: StandIn, client: QuickBooksClient, path: str) -> None:
    status, kind, code, words, asked = FAULTS[path]
    quickbooks.scripts["preferences"] = lambda params: said(text(path), status)
    with pytest.raises(QuickBooksError) as caught:
        client.get("north", "preferences", {}, kind="Preferences")
    error = caught.value
    assert type(error) is kind
    assert (error.company, error.request) == ("north", "GET preferences")
    assert (error.status, error.code, error.intuit_tid) == (status, code, "1-tid-0042")
    assert words in error.message
    assert error.what_to_do
    assert len(quickbooks.seen) == asked


@pytest.mark.parametrize("path", NO_GRANT)
def test_a_refused_grant_is_a_dead_connection(quickbooks: StandIn, keeper: TokenKeeper, path: str) -> None:
    quickbooks.token_answers.append(said(text(path), 400))
    with pytest.raises(TokenDead, match=NO_GRANT[path]) as caught:
        keeper.renew("north", keeper.tokens("north").access_token)
    error = caught.value
    assert (error.company, error.status, error.code, error.intuit_tid) == ("north", 400, "invalid_grant", "1-tid-0042")
    assert "monette connect north" in error.what_to_do
    assert keeper.tokens("south")


@pytest.mark.parametrize("path", NOTIFICATIONS)
def test_every_notification_is_counted(path: str) -> None:
    assert read(text(path).encode()) == Notified(NOTIFICATIONS[path], 0)


def test_a_published_signature_is_the_bodys() -> None:
    vector = content(SIGNED)
    body = vector["raw_body"].encode()
    signature = Signature(vector["verifier_token"])
    signature.update(body)
    assert signature.matches(vector["signature"])
    assert read(body) == Notified({"1185883450": 1}, 0)
