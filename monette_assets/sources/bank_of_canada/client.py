"""The Bank of Canada's Valet API: daily exchange rates as published (ACCOUNTING 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import httpx
import msgspec

from monette_assets.sources.http import Clock, Retry, certificates
from monette_assets.telemetry.calls import Call

_SERIES = re.compile(r"[A-Z0-9_]{1,64}")
_RATE = re.compile(r"\d{1,6}(\.\d{1,10})?")
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class BankOfCanadaError(Exception):
    """Rates could not be had: says which series and days, what was found, and what to do."""


class BankOfCanadaDown(BankOfCanadaError):  # noqa: N818 - named after the fact
    """No answer, half an answer, or a server's failure, still so after the retries."""


@dataclass(frozen=True, slots=True)
class DailyRates:
    """The published rates of a series: CAD for one unit of the foreign currency where the series is FX???CAD.

    Days without a rate (weekends, holidays) are absent.
    """

    series: str
    start: date
    end: date  # included
    payload: str = field(repr=False)  # verbatim
    rates: tuple[tuple[date, Decimal], ...]  # by day, ascending
    fetched_at: datetime


class _Value(msgspec.Struct):
    v: str


def daily_rates(
    base_url: str,
    *,
    start: date,
    end: date,
    series: str = "FXUSDCAD",
    retry: Retry | None = None,
    clock: Clock | None = None,
) -> DailyRates:
    """The rates of `series` published from `start` to `end`, both included.

    Raises:
        BankOfCanadaDown: it cannot be reached.
        BankOfCanadaError: an unknown series, or an answer that is not what was asked for.
    """
    if not _SERIES.fullmatch(series):
        raise ValueError(f"series {series!r}: expected a Valet series' name, as FXUSDCAD")
    if end < start:
        raise ValueError(f"{series}: {start} to {end}: expected the start first")
    clock = clock or Clock()
    retry = retry or Retry(clock=clock)
    where = f"Bank of Canada {series} from {start} to {end}"
    asked_at = clock.now()
    with httpx.Client(timeout=_TIMEOUT, verify=certificates(), headers={"Accept": "application/json"}) as http:
        text = retry.run(
            lambda: _get(http, f"{base_url.rstrip('/')}/observations/{series}/json", start, end, where),
            worth_retrying=lambda error: isinstance(error, BankOfCanadaDown),
        )
    return DailyRates(series, start, end, text, _rates(text, series, start, end, where), asked_at)


def _get(http: httpx.Client, url: str, start: date, end: date, where: str) -> str:
    call = Call("bank_of_canada", "", url.split("/")[-2])
    try:
        with call.made():
            response = http.get(url, params={"start_date": start.isoformat(), "end_date": end.isoformat()})
            call.answered(response.status_code, len(response.content))
    except httpx.TransportError as error:
        raise BankOfCanadaDown(
            f"{where}: {type(error).__name__}: {error}; check the network and the base URL, try again"
        ) from None
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise BankOfCanadaDown(f"{where}: HTTP {status}; try again later")
    if status != httpx.codes.OK:
        raise BankOfCanadaError(f"{where}: HTTP {status}: {response.text[:200]!r}; check the series and the days")
    try:
        text = response.content.decode("utf-8")
        msgspec.json.decode(text)
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BankOfCanadaDown(f"{where}: expected JSON, found {response.text[:60]!r} ({error}); try again") from None
    return text


def _rates(text: str, series: str, start: date, end: date, where: str) -> tuple[tuple[date, Decimal], ...]:
    """The observations, checked: every one a day in the range, once, with a rate above zero."""
    try:
        observations = msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get("observations")
        if observations is None:
            raise BankOfCanadaError(f"{where}: $.observations: expected a list, found nothing; check the base URL")
        found = msgspec.json.decode(observations, type=list[dict[str, msgspec.Raw]])
    except msgspec.MsgspecError as error:
        raise BankOfCanadaError(f"{where}: $.observations: {error}; check the base URL") from None
    rates: dict[date, Decimal] = {}
    for index, observation in enumerate(found):
        path = f"{where}: $.observations[{index}]"
        try:
            day = msgspec.json.decode(observation.get("d", msgspec.Raw(b"null")), type=date)
            value = msgspec.json.decode(observation.get(series, msgspec.Raw(b"null")), type=_Value).v
        except msgspec.MsgspecError as error:
            raise BankOfCanadaError(f"{path}: expected a day `d` and `{series}.v`: {error}") from None
        if not _RATE.fullmatch(value) or (rate := _decimal(value)) <= 0:
            raise BankOfCanadaError(f"{path}.{series}.v: expected a rate above zero, found {value!r}, on {day}")
        if not start <= day <= end:
            raise BankOfCanadaError(f"{path}.d: expected a day from {start} to {end}, found {day}")
        if day in rates:
            raise BankOfCanadaError(f"{path}.d: {day} comes twice: {rates[day]} and {rate}")
        rates[day] = rate
    return tuple(sorted(rates.items()))


def _decimal(value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:  # pragma: no cover - the pattern allows numbers only
        return Decimal(0)
