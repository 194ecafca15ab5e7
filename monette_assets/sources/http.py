"""How every source calls out: a clock that tests can turn, timeouts, bounded retries with growing, jittered waits."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

Result = TypeVar("Result")

# QuickBooks cuts requests off at 120 s: waiting a little longer lets its own answer (504) arrive.
TIMEOUT = httpx.Timeout(125.0, connect=5.0)


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust: read once a process, since every client that reads them itself takes longer than a call."""
    return httpx.create_ssl_context()


class Clock:
    """The time and the passing of it. Tests replace it by one whose `sleep` moves the hands."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failing call is made, and the seconds between: doubling from `first_wait`, with jitter, bounded."""

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 30.0
    clock: Clock = field(default_factory=Clock)

    def run(
        self,
        call: Callable[[], Result],
        *,
        worth_retrying: Callable[[BaseException], bool],
        waits_elsewhere: Callable[[BaseException], bool] = lambda error: False,
    ) -> Result:
        """What `call` returns, or the error of its last attempt.

        Args:
            worth_retrying: whether a later attempt may succeed.
            waits_elsewhere: whether the wait before the next attempt is somebody else's (a company held back by 429).
        """
        growing = wait_exponential_jitter(initial=self.first_wait, max=self.longest_wait, jitter=self.first_wait)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return 0.0 if error is not None and waits_elsewhere(error) else float(growing(state))

        retrying = Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=wait,
            retry=retry_if_exception(worth_retrying),
            sleep=self.clock.sleep,
            reraise=True,
        )
        return retrying(call)


_OPAQUE = re.compile(r"[A-Za-z0-9+/_=\-.]{32,}")
_AFTER_TOKEN = re.compile(r"(?i)(\btoken(?:\s+expired)?\s*[:=]\s*)\S+")


def without_secrets(text: str, *secrets: str) -> str:
    """`text` without the given secrets, nor anything that looks like a token: a 401's detail quotes the token."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _OPAQUE.sub("***", _AFTER_TOKEN.sub(r"\1***", text))
