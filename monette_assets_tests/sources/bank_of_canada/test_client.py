"""Daily rates as published: exact, in the range, once a day; anything else says where."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monette_assets.sources.bank_of_canada.client import BankOfCanadaDown, BankOfCanadaError, DailyRates, daily_rates
from monette_assets.sources.http import Retry
from monette_assets_tests.sources.serving import HandClock, serving

START, END = date(2025, 10, 1), date(2025, 10, 5)


class Valet:
    """Says what it is told to; the last answer for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: deque[Response] = deque()
        self.seen: list[str] = []

    def observations(self, request: Request) -> Response:
        self.seen.append(f"{request.url.path}?{request.url.query}")
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def valet() -> Iterator[Valet]:
    valet = Valet()
    with serving(Starlette(routes=[Route("/valet/{rest:path}", valet.observations)])) as url:
        valet.url = f"{url}/valet"
        yield valet


def observed(*days: tuple[str, str]) -> Response:
    return Response(json.dumps({"observations": [{"d": day, "FXUSDCAD": {"v": rate}} for day, rate in days]}))


def ask(valet: Valet, clock: HandClock | None = None) -> DailyRates:
    clock = clock or HandClock()
    return daily_rates(valet.url, start=START, end=END, retry=Retry(3, clock=clock), clock=clock)


def test_rates_are_exact_and_the_answer_is_kept_verbatim(valet: Valet) -> None:
    answer = observed(("2025-10-02", "1.3950"), ("2025-10-01", "1.394100"))
    valet.answers.append(answer)
    rates = ask(valet)
    assert rates.rates == ((date(2025, 10, 1), Decimal("1.394100")), (date(2025, 10, 2), Decimal("1.3950")))
    assert str(rates.rates[0][1]) == "1.394100"
    assert rates.payload.encode() == answer.body
    assert valet.seen == ["/valet/observations/FXUSDCAD/json?start_date=2025-10-01&end_date=2025-10-05"]


def test_days_without_a_published_rate_are_absent(valet: Valet) -> None:
    valet.answers.append(observed())
    assert ask(valet).rates == ()


def test_failures_that_pass_are_retried(valet: Valet) -> None:
    valet.answers.extend([Response("busy", 503), Response('{"observ'), observed(("2025-10-01", "1.39"))])
    clock = HandClock()
    assert len(ask(valet, clock).rates) == 1
    assert len(clock.slept) == 2


def test_a_failure_that_lasts_is_said(valet: Valet) -> None:
    valet.answers.append(Response("busy", 503))
    with pytest.raises(BankOfCanadaDown, match="Bank of Canada FXUSDCAD from 2025-10-01 to 2025-10-05: HTTP 503"):
        ask(valet)
    assert len(valet.seen) == 3


def test_an_unknown_series_is_not_asked_for_again(valet: Valet) -> None:
    valet.answers.append(Response('{"message": "Series FXUSDCAD not found."}', 404))
    with pytest.raises(BankOfCanadaError, match=r"HTTP 404: .*Series FXUSDCAD not found.*check the series"):
        ask(valet)
    assert len(valet.seen) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"\$.observations: expected a list, found nothing"),
        ([], "Expected `object`, got `array`"),
        ({"observations": [{"d": "2025-10-01"}]}, r"\$.observations\[0\]: expected a day `d` and `FXUSDCAD.v`"),
        ({"observations": [{"d": "01/10/2025", "FXUSDCAD": {"v": "1.3"}}]}, r"\$.observations\[0\]: .*Invalid RFC3339"),
        ({"observations": [{"d": "2025-10-01", "FXUSDCAD": {"v": 1.3}}]}, "Expected `str`, got `float`"),
        (
            {"observations": [{"d": "2025-10-01", "FXUSDCAD": {"v": "0.0000"}}]},
            "expected a rate above zero, found '0.0000'",
        ),
        ({"observations": [{"d": "2025-10-01", "FXUSDCAD": {"v": "NaN"}}]}, "expected a rate above zero, found 'NaN'"),
        (
            {"observations": [{"d": "2025-10-06", "FXUSDCAD": {"v": "1.3"}}]},
            "expected a day from 2025-10-01 to 2025-10-05",
        ),
        ({"observations": [{"d": "2025-10-01", "FXUSDCAD": {"v": "1.3"}}] * 2}, "2025-10-01 comes twice: 1.3 and 1.3"),
    ],
)
def test_an_odd_answer_is_refused_and_says_where(valet: Valet, content: Any, message: str) -> None:
    valet.answers.append(Response(json.dumps(content)))
    with pytest.raises(BankOfCanadaError, match=message):
        ask(valet)


@pytest.mark.parametrize(("series", "end"), [("fx/../usd", END), ("FXUSDCAD", date(2025, 9, 30))])
def test_what_makes_no_sense_is_not_asked(valet: Valet, series: str, end: date) -> None:
    with pytest.raises(ValueError, match="expected"):
        daily_rates(valet.url, start=START, end=end, series=series)
    assert valet.seen == []
