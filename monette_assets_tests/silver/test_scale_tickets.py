"""The newest version of a ticket counts; every event is a version, a repeat or a refusal, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.bronze import events as events_table
from monette_assets.silver.event_values import LARGEST, Event, Refused
from monette_assets.silver.scale_tickets import CONTRACT, Current, Ticket, current, read, scale_tickets
from monette_assets.silver.sheets import Vocabulary
from monette_assets_tests.frames import context_of, frame, group_of, parsed_failures, rows, shown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CAME = datetime(2024, 12, 3, 18, tzinfo=UTC)
TICKET = {
    "ticket_id": "N-1", "company": "north", "location": "NORTH (home)", "scale": "yard", "direction": "in",
    "commodity": "Durum", "weighed_at": "2024-12-03T10:12:03-06:00", "gross": 52340, "tare": "15420.5",
    "net": 36919.5, "unit": "kg", "moisture_percent": 14.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return Vocabulary(group_of(tmp_path_factory.mktemp("group")))


def ticket(**other: Any) -> bytes:
    return json.dumps({name: value for name, value in {**TICKET, **other}.items() if value is not ...}).encode()


def event(value: bytes | None, offset: int = 0, came: datetime = CAME, lost_until: int | None = None) -> Event:
    return Event("scale_tickets", 0, offset, value, came + timedelta(seconds=offset), lost_until)


def of(words: Vocabulary, *values: bytes | None) -> Current:
    return current(words, [event(value, offset) for offset, value in enumerate(values)])


def refusal(words: Vocabulary, value: bytes | None) -> Refused:
    found = read(words, event(value))
    assert isinstance(found, Refused)
    return found


def test_a_ticket_in_the_groups_own_words_and_in_tonnes(words: Vocabulary) -> None:
    [row] = of(words, ticket()).rows
    assert (row["company"], row["location"], row["commodity"]) == ("north", "North Home", "durum")
    assert f"{row['period']:%Y-%m}" == "2024-12"
    assert row["weighed_at"] == datetime(2024, 12, 3, 16, 12, 3, tzinfo=UTC)
    assert [f"{row[name]:f}" for name in ("gross_tonnes", "tare_tonnes", "net_tonnes", "moisture_percent")] == [
        "52.340000", "15.420500", "36.919500", "14.200000",
    ]  # fmt: skip
    assert (row["version"], row["voided"], row["repeats"], row["truck"]) == (1, False, 0, None)
    assert row["event"] == "scale_tickets[0]@0"


@pytest.mark.parametrize(
    ("unit", "gross", "tonnes"),
    [("t", "52.34", "52.340000"), ("kg", "52340", "52.340000"), ("lb", 100000, "45.359237")],
)
def test_masses_are_exact_in_every_unit(words: Vocabulary, unit: str, gross: Any, tonnes: str) -> None:
    [row] = of(words, ticket(unit=unit, gross=gross, tare=0, net=gross)).rows
    assert f"{row['gross_tonnes']:f}" == f"{row['net_tonnes']:f}" == tonnes


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"{", "expected an object of JSON, found: "),
        (b"[1]", "expected an object of JSON, found a list"),
        (b"[" * 60_000, "expected an object of JSON, found: "),
        (b"\xff\xfe{}", "expected UTF-8, found byte 0xff at 0"),
        (None, "found an event without a value"),
        (b" " * (LARGEST + 1), "expected at most 65,536 bytes, found 65,537"),
        (b'{"ticket_id": "a", "ticket_id": "b"}', "expected every field once, found 'ticket_id' more than once"),
        (ticket(gross=float("nan")), "expected numbers, found NaN"),
        (ticket(ticket_id=...), "ticket_id: expected a text of at most 80 characters, found nothing"),
        (ticket(ticket_id=17), "ticket_id: expected a text of at most 80 characters, found 17"),
        (ticket(company="norht"), "expected a company, one of North Farm Ltd., South Farm LLC"),
        (ticket(location="Nowhere"), "expected a location, one of North Home, South Ranch"),
        (ticket(commodity="drum"), "commodity: expected one of durum (did you mean 'durum'?), found 'drum'"),
        (ticket(direction="sideways"), "direction: expected one of in, out"),
        (ticket(unit="bu"), "unit: expected one of kg, lb, t, found 'bu'"),
        (ticket(gross="heavy"), "gross: expected a number from 0 to 200,000, found 'heavy'"),
        (ticket(gross=True), "gross: expected a number from 0 to 200,000, found True"),
        (ticket(gross=10**400), "gross: expected a number"),
        (ticket(tare="1e999999999"), "tare: expected a number from 0 to 200,000"),
        (ticket(net=36919), "net: expected gross less tare, 36919.500000 kg, found 36919.000000"),
        (ticket(gross=5, tare=5, net=0), "net: expected a load above 0 kg"),
        (ticket(version=0), "version: expected a whole number from 1 to 1,000, found 0"),
        (ticket(voided="no"), "voided: expected true or false, found 'no'"),
        (ticket(weighed_at="2024-12-03T10:12:03"), "weighed_at: expected a moment such as 2026-09-15T10:12:03-06:00"),
        (ticket(weighed_at="2024-12-03T13:12:03-06:00"), "13:12:03-06:00: the device's clock is ahead"),
        (ticket(weighed_at="0001-01-01T00:00:00+14:00"), "weighed_at: expected a moment of our days"),
        (ticket(weighed_at="2024-10-31T23:00:00-06:00"), "the group's first month, found 2024-11-01"),
    ],
)  # fmt: skip
def test_what_is_no_ticket_is_refused_with_what_was_found(words: Vocabulary, value: bytes | None, said: str) -> None:
    assert said in refusal(words, value).reason


def test_a_refusal_is_of_the_month_and_company_it_names_else_of_the_group_when_it_came(words: Vocabulary) -> None:
    named = refusal(words, ticket(weighed_at="2024-11-30T23:00:00-06:00", unit="bu"))
    assert (named.company, f"{named.period:%Y-%m}", named.subject) == ("north", "2024-11", "N-1")
    unknown = refusal(words, b"\x00{")
    assert (unknown.company, f"{unknown.period:%Y-%m}", unknown.subject) == ("group", "2024-12", None)
    assert unknown.row("scale ticket")["_raw"] == " {"


def test_a_correction_is_a_higher_version_and_a_repeat_says_nothing_new(words: Vocabulary) -> None:
    found = of(words, ticket(), ticket(), ticket(version=3, voided=True), ticket(version=2, truck="T-9"))
    assert shown(found.rows, "ticket_id version voided repeats event") == [
        ("N-1", 3, True, 1, "scale_tickets[0]@2"),  # version 2 came late
    ]
    assert (found.earlier, found.repeats, found.refused) == (2, 1, [])


def test_the_same_version_with_other_content_is_refused_and_the_first_stands(words: Vocabulary) -> None:
    found = of(words, ticket(), ticket(truck="T-9"))
    assert shown(found.rows, "ticket_id truck") == [("N-1", None)]
    [refused] = found.refused
    assert refused.reason == (
        "expected a new version for a correction, found version 1 of ticket N-1 again with truck T-9 for None; what "
        "came first (scale_tickets[0]@0) stands"
    )


def test_a_later_good_version_answers_a_refused_one_and_an_earlier_one_does_not(words: Vocabulary) -> None:
    bad, good = ticket(version=2, unit="bu"), ticket(version=3)
    assert len(of(words, ticket(), bad).refused) == 1
    answered = of(words, ticket(), bad, good)
    assert (answered.refused, answered.answered) == ([], 1)


def test_the_same_ticket_of_two_companies_is_two_tickets(words: Vocabulary) -> None:
    found = of(words, ticket(), ticket(company="south", location="South Ranch"))
    assert shown(found.rows, "company ticket_id") == [("north", "N-1"), ("south", "N-1")]


def test_lost_events_are_refused_until_somebody_waives_them(words: Vocabulary) -> None:
    found = current(words, [event(None, 4, lost_until=9)])
    [refused] = found.refused
    assert refused.reason.startswith("expected offsets 4 to 8 of scale_tickets[0] (5 events), found them deleted by")
    assert refused.row("scale ticket")["_whole"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
CHANGES = st.dictionaries(st.sampled_from([*TICKET, "version", "voided", "other"]), JSON, max_size=2)
VERSIONS = st.fixed_dictionaries(
    {"ticket_id": st.sampled_from("ab"), "version": st.integers(1, 2), "truck": st.sampled_from(["1", "2"])}
)


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=20) | CHANGES.map(lambda each: ticket(**each)) | VERSIONS.map(lambda v: ticket(**v)),
                max_size=8))  # fmt: skip
def test_every_event_is_a_version_a_repeat_or_a_refusal(words: Vocabulary, values: list[bytes]) -> None:
    found = of(words, *values)
    told = len(found.rows) + found.earlier + found.repeats + len(found.refused) + found.answered
    assert told == len(values)
    assert len({(row["company"], row["ticket_id"]) for row in found.rows}) == len(found.rows)


@given(st.decimals(0, 200_000, places=3), st.decimals(0, 200_000, places=3), st.sampled_from(["kg", "lb"]))
def test_net_is_gross_less_tare_in_tonnes_too(words: Vocabulary, first: Decimal, second: Decimal, unit: str) -> None:
    gross, tare = max(first, second), min(first, second)
    found = read(words, event(ticket(gross=str(gross), tare=str(tare), net=str(gross - tare), unit=unit)))
    if isinstance(found, Ticket):
        told = found.content
        assert told["gross_tonnes"] - told["tare_tonnes"] == told["net_tonnes"]
        factor = Decimal("0.001") if unit == "kg" else Decimal("0.00045359237")
        assert abs(told["net_tonnes"] - (gross - tare) * factor) <= Decimal("0.000001")
    else:
        assert gross == tare


def test_the_table_of_a_month_and_its_refusals(spark: SparkSession, tmp_path: Path) -> None:
    context = context_of(spark, group_of(tmp_path), "2024-12")
    table = events_table.CONTRACT
    sent = (ticket(), ticket(ticket_id="N-2", weighed_at="2024-11-30T10:00:00-06:00"), b"{", ticket(unit="bu"))
    given_ = [("scale_tickets", 0, offset, value, CAME) for offset, value in enumerate(sent)]
    given_.append(("telemetry", 0, 0, b"{", CAME))
    found = scale_tickets(
        context, events=frame(spark, table, rows(table, "topic partition offset value received_at", *given_))
    )
    assert shown(found.where("_kind = 'row'"), "ticket_id period") == [("N-1", "2024-12")]
    wrong = parsed_failures(CONTRACT, "nothing_refused", context, found)
    assert sorted((row["company"], row["_path"]) for row in wrong) == [
        ("group", "scale_tickets[0]@2"), ("north", "scale_tickets[0]@3"),
    ]  # fmt: skip


def test_what_is_said_of_one_ticket_is_weighed_together_wherever_its_events_lie(
    spark: SparkSession, tmp_path: Path
) -> None:
    context = context_of(spark, group_of(tmp_path), "2024-12")
    table = events_table.CONTRACT
    sent = [ticket(ticket_id=f" N-{number}", version=version) for version in (3, 1, 2, 1) for number in range(20)]
    given_ = [("scale_tickets", 0, offset, value, CAME) for offset, value in enumerate([*sent, b"{", b"{"])]
    told = frame(spark, table, rows(table, "topic partition offset value received_at", *given_)).repartition(7)
    found = scale_tickets(context, events=told)
    assert shown(found.where("_kind = 'row'"), "ticket_id version repeats") == sorted(
        (f"N-{number}", 3, 1) for number in range(20)
    )
    assert shown(found.where("_kind = 'refused'"), "_path") == [("scale_tickets[0]@80",), ("scale_tickets[0]@81",)]
