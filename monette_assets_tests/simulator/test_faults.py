"""Every fault that can be switched on does what its name says, as often as asked, where asked."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from monette_assets.simulator.faults import ANSWERS, KINDS, REPORT_KINDS
from monette_assets_tests.simulator.conftest import Serve
from monette_assets_tests.simulator.reading import cents, every_row, keys, leaves, rows
from monette_assets_tests.simulator.small_books import farm


@pytest.mark.parametrize(
    ("kind", "status"),
    [("throttle", 429), ("server_error", 500), ("gateway_timeout", 504), ("xml_error", 500), ("unauthorised", 401)],
)
def test_a_fault_answers_instead_of_the_api_as_often_as_asked(serve: Serve, kind: str, status: int) -> None:
    client = serve()
    client.fault(kind=kind, times=2)
    assert [client.report("TrialBalance").status_code for _ in range(3)] == [status, status, 200]


def test_504_and_xml_error_are_xml_to_those_who_asked_for_json(serve: Serve) -> None:
    client = serve()
    for kind in ("gateway_timeout", "xml_error"):
        client.fault(kind=kind, times=1)
        assert client.report("TrialBalance").text.startswith("<?xml")


def test_a_fault_can_be_for_one_report_of_one_company(serve: Serve) -> None:
    client = serve(farm(), farm("9130002"))
    client.fault(kind="server_error", realm="9130001", report="GeneralLedger")
    assert client.report("GeneralLedger").status_code == 500
    assert client.report("TrialBalance").status_code == 200
    client.realm, client.tokens = "9130002", None
    assert client.report("GeneralLedger").status_code == 200


def test_faults_can_be_listed_and_switched_off(serve: Serve) -> None:
    client = serve()
    client.fault(kind="server_error")
    assert client.http.get("/simulator/faults").json() == [
        {"kind": "server_error", "realm": "*", "report": None, "times": None}
    ]
    assert client.http.delete("/simulator/faults").json() == []
    assert client.report("TrialBalance").status_code == 200


@pytest.mark.parametrize(
    "body", [{"kind": "earthquake"}, {"kind": "slow", "times": 0}, {"kind": "slow", "colour": "red"}, [], {}]
)
def test_an_impossible_fault_is_refused(serve: Serve, body: object) -> None:
    assert serve().http.post("/simulator/faults", json=body).status_code == 400


def test_half_json_is_no_json(serve: Serve) -> None:
    client = serve()
    client.fault(kind="half_json", times=1)
    answer = client.report("TrialBalance")
    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_disconnect_breaks_the_answer_off(serve: Serve) -> None:
    client = serve()
    client.connect()
    client.fault(kind="disconnect", times=1)
    with pytest.raises(httpx.TransportError):
        client.report("TrialBalance")
    assert client.report("TrialBalance").status_code == 200


def test_slow_answers_in_the_end(serve: Serve) -> None:
    client = serve()
    client.fault(kind="slow", times=1, seconds=0.01)
    assert client.report("TrialBalance").status_code == 200


def test_wrong_company_answers_with_another_companys_books(serve: Serve) -> None:
    client = serve(farm(), farm("9130002", name="Another Farm", home_currency="USD"))
    client.fault(kind="wrong_company", realm="9130001", times=2)
    assert client.report("TrialBalance").json()["Header"]["Currency"] == "USD"
    assert client.get("companyinfo/9130001").json()["CompanyInfo"]["CompanyName"] == "Another Farm"


def test_unknown_row_kind(serve: Serve) -> None:
    client = serve()
    client.fault(kind="unknown_row_kind")
    assert any(row.get("type") == "Mystery" for row in rows(client.report("ProfitAndLoss").json()))


def test_missing_column(serve: Serve) -> None:
    client = serve()
    whole = client.report("GeneralLedger").json()
    client.fault(kind="missing_column")
    body = client.report("GeneralLedger").json()
    assert keys(body) == [key for key in keys(whole) if key != "subt_nat_amount"]
    for row in every_row(body):
        for part in (row, row.get("Header", {}), row.get("Summary", {})):
            assert len(part.get("ColData", keys(body))) == len(keys(body))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("malformed_amount", "1.234,5O"),
        ("huge_amount", "12345678901234567890.00"),
        ("malformed_date", "2025-13-45"),
        ("excel_date", "45678"),
    ],
)
def test_one_cell_is_spoilt(serve: Serve, kind: str, value: str) -> None:
    client = serve()
    whole = client.report("GeneralLedger").json()
    client.fault(kind=kind)
    spoilt = client.report("GeneralLedger").json()
    pairs = [
        (before["value"], after["value"])
        for left, right in zip(leaves(whole), leaves(spoilt), strict=True)
        for before, after in zip(left["ColData"], right["ColData"], strict=True)
        if before != after
    ]
    assert [after for _, after in pairs] == [value]


def test_unbalanced_is_a_cent_off(serve: Serve) -> None:
    client = serve()
    client.fault(kind="unbalanced")
    body = client.report("TrialBalance").json()
    accounts = leaves(body)
    difference = sum(cents(row["ColData"][1]["value"]) - cents(row["ColData"][2]["value"]) for row in accounts)
    assert difference == 1


def test_misplaced_cent_is_in_no_total(serve: Serve) -> None:
    client = serve()
    whole = client.report("TrialBalance").json()
    client.fault(kind="misplaced_cent")
    spoilt = client.report("TrialBalance").json()
    debits = [[cents(row["ColData"][1]["value"]) for row in leaves(body)] for body in (whole, spoilt)]
    assert sorted(after - before for before, after in zip(*debits, strict=True) if after != before) == [-1, 1]
    assert rows(whole)[-1] == rows(spoilt)[-1]


def test_truncate_cuts_a_short_report(serve: Serve) -> None:
    client = serve()
    client.fault(kind="truncate")
    assert rows(client.report("GeneralLedger").json())[-1]["ColData"][0]["value"].startswith("Unable to display")


def test_a_fault_never_leaks_into_the_next_answer(serve: Serve) -> None:
    client = serve()

    def asked(name: str) -> tuple[Any, ...]:
        body = client.report(name).json()
        return body["Columns"], rows(body)

    whole = {name: asked(name) for name in ("GeneralLedger", "BalanceSheet")}
    for kind in REPORT_KINDS:
        for name, clean in whole.items():
            client.fault(kind=kind, times=1)
            assert asked(name) != clean or (kind.endswith("date") and name == "BalanceSheet")
            client.http.delete("/simulator/faults")
            assert asked(name) == clean


def test_the_kinds_are_all_named() -> None:
    assert set(ANSWERS) | set(REPORT_KINDS) <= set(KINDS)
    assert len(KINDS) == len(set(KINDS))
