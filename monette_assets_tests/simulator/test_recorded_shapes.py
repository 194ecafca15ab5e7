"""What the simulator serves has the shapes of recorded answers: rows, columns, faults, token errors."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from monette_assets_tests.simulator.conftest import Serve
from monette_assets_tests.simulator.reading import Json, every_row, keys, report
from monette_assets_tests.simulator.small_books import add, document, farm
from monette_assets_tests.sources.quickbooks.recorded import PAYLOADS

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PAYLOADS.exists(), reason=f"the recorded answers are not at {PAYLOADS}"),
]


def recorded(path: str) -> Json:
    body: Json = orjson.loads((PAYLOADS / path).read_bytes())
    return body


def shape(row: Json) -> tuple[object, ...]:
    """What kind of row it is: its parts, type and group, whether its rows are empty, whether its header has an id."""
    header = row.get("Header", {}).get("ColData", [{}])[0]
    return (frozenset(row), row.get("type"), row.get("group"), row.get("Rows") == {}, "id" in header)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("reports/ProfitAndLossDetail__sandbox_2024-12__full.json", "ProfitAndLossDetail"),
        ("reports/JournalReport__intuit_docs_2019-05__full.json", "JournalReport"),
        ("reports/TrialBalance__intuit_docs_2016-03__doc_sample_rows_omitted.json", "TrialBalance"),
        ("reports/GeneralLedger__sandbox_2026-08__trimmed_beginning_balance.json", "GeneralLedger"),
    ],
)
def test_recorded_rows_are_of_kinds_that_are_served(path: str, name: str) -> None:
    books = farm()
    add(books, document("Invoice", "9", "2025-02-05", [("2", 7_00), ("20", -3_00), ("21", -4_00)]))
    served = report(books, name, "2025-02-01", "2025-02-28")
    found = recorded(path)
    assert {shape(row) for row in every_row(found)} <= {shape(row) for row in every_row(served)}
    if "Columns" in found:
        assert keys(served) == keys(found)
        assert set(found["Header"]) - {"DateMacro"} <= set(served["Header"])


def structure(value: Any) -> Any:
    """The same JSON with its texts and numbers taken out."""
    if isinstance(value, dict):
        return {key: structure(part) for key, part in value.items()}
    return [structure(part) for part in value] if isinstance(value, list) else None


def test_an_expired_token_is_refused_as_recorded(serve: Serve) -> None:
    client = serve(access_token_seconds=0)
    client.connect()
    found = recorded("errors/401_token_expired__lowercase_fault__observed.json")
    assert structure(client.get("preferences").json()) == structure(found)


def test_token_errors_are_those_recorded(serve: Serve) -> None:
    client = serve()
    tokens = client.connect()
    wrong_type = recorded("errors/400_oauth_invalid_grant__incorrect_token_type.json")
    assert client.refresh(tokens["access_token"]).json() == wrong_type
    assert client.refresh("RT1-x").json() == recorded("errors/400_oauth_invalid_grant__invalid_refresh_token.json")


def test_throttling_and_time_outs_are_as_recorded(serve: Serve) -> None:
    client = serve()
    client.fault(kind="throttle", times=1)
    assert client.get("preferences").json() == recorded("errors/429_throttle_exceeded__json_shape_per_mocks.json")
    client.fault(kind="gateway_timeout", times=1)
    found = (PAYLOADS / "errors/504_gateway_timeout_6002__report.xml").read_text()
    tags = re.compile(r"<(\w+)")
    assert tags.findall(client.get("preferences").text) == tags.findall(found)


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        ("query/account_response_after_sync__fyle-qbo-api.json", "Account"),
        ("query/department_response__fyle-qbo-api.json", "Department"),
        ("query/class_response__fyle-qbo-api.json", "Class"),
    ],
)
def test_list_items_have_every_recorded_field(serve: Serve, path: str, entity: str) -> None:
    served = serve().query(f"select * from {entity} orderby Id").json()["QueryResponse"][entity]
    for found in recorded(path):  # type: ignore[var-annotated]
        assert set(found) <= set(served[0])  # type: ignore[call-overload]


def test_journal_entries_have_every_recorded_field(serve: Serve) -> None:
    found = recorded("query/JournalEntry_query_fragment__intuit_docs.json")["QueryResponse"]["JournalEntry"][0]
    served = serve().query("select * from JournalEntry orderby Id").json()["QueryResponse"]["JournalEntry"][0]
    assert set(found) <= set(served)
    assert set(found["Line"][0]) <= set(served["Line"][0])
