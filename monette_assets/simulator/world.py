"""What the simulated endpoints share: books, indexes, tokens, limits, faults and counts."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from monette_assets.simulator.edits import Edit, EditError, EditJournal, apply_edit, parse_edit
from monette_assets.simulator.entities import Entities
from monette_assets.simulator.faults import Faults
from monette_assets.simulator.model import Books
from monette_assets.simulator.oauth import TokenStore
from monette_assets.simulator.reports import (
    CELL_LIMIT,
    LedgerIndex,
    ledger_of,
)
from monette_assets.simulator.throttle import Throttle
from monette_assets.simulator.webhooks import Form, Webhooks

Rates = Callable[[date, date], list[tuple[date, Decimal]]]


def _now() -> datetime:
    return datetime.now(UTC)


def _published_rates(first: date, last: date) -> list[tuple[date, Decimal]]:
    from monette_assets.simulator.exchange_rates import series

    return list(series(first, last))


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """How the simulated outside world behaves. The defaults are QuickBooks' own limits and the demo's credentials."""

    client_id: str = "demo-client"
    client_secret: str = field(default="demo-secret", repr=False)
    access_token_seconds: int = 3600
    rotate_refresh_tokens: bool = True
    refresh_grace_seconds: float = 86_400  # how long a replaced refresh token lives on
    requests_per_second: int = 10
    requests_per_minute: int = 500
    concurrent_requests: int = 10
    report_day_limits: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"GeneralLedger": 400})
    )  # longer ranges time out (504)
    cell_limit: int = CELL_LIMIT
    clock: Callable[[], datetime] = _now  # aware
    monotonic: Callable[[], float] = time.monotonic
    exchange_rates: Rates = _published_rates
    webhooks: str | None = None  # where notifications of edits go
    verifier_token: str = field(default="", repr=False)  # what they are signed with
    webhook_form: Form = "cloudevents"


class World:
    """What the endpoints share: the books, their indexes, tokens, faults and counts."""

    def __init__(self, books: Mapping[str, Books], state: Path, options: SimulatorOptions) -> None:
        self.books = {company.realm_id: company for company in books.values()}
        self.options = options
        self.journal = EditJournal(state / "edits.jsonl")
        self.journal.replay(self.books)
        self.tokens = TokenStore(
            state / "tokens.json",
            lambda: options.clock().timestamp(),
            options.access_token_seconds,
            options.rotate_refresh_tokens,
            options.refresh_grace_seconds,
        )
        self.throttle = Throttle(
            options.requests_per_second,
            options.requests_per_minute,
            options.concurrent_requests,
            options.monotonic,
        )
        self.faults = Faults()
        self.webhooks = (
            Webhooks(options.webhooks, options.verifier_token, options.webhook_form, self.faults)
            if options.webhooks
            else None
        )
        self.calls: dict[str, Counter[str]] = defaultdict(Counter)
        self.statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self._ledgers: dict[tuple[str, str], LedgerIndex] = {}
        self._entities: dict[str, Entities] = {}

    def ledger(self, realm: str, basis: str = "Accrual") -> LedgerIndex:
        ledger = self._ledgers.get((realm, basis))
        if ledger is None:
            ledger = self._ledgers[realm, basis] = ledger_of(self.books[realm], basis)
        return ledger

    def entities(self, realm: str) -> Entities:
        entities = self._entities.get(realm)
        if entities is None:
            entities = self._entities[realm] = Entities(self.ledger(realm))
        return entities

    def make_edit(self, content: object) -> Edit:
        """Apply an edit, keep it in the journal; the next question sees the new books. Raises EditError."""
        if not isinstance(content, dict):
            raise EditError(f"edit refused: found {type(content).__name__}; expected a JSON object")
        edit = parse_edit(content)
        if edit.realm_id not in self.books:
            raise EditError(f"edit refused: found realm {edit.realm_id}; expected one of {', '.join(self.books)}")
        made = apply_edit(self.books[edit.realm_id], edit, at=self.options.clock())
        self._entities.pop(edit.realm_id, None)
        for basis in ("Accrual", "Cash"):
            self._ledgers.pop((edit.realm_id, basis), None)
        self.journal.append(made)
        return made

    def another_company(self, realm: str) -> str:
        """A realm that is not this one, where there is one."""
        return next((other for other in self.books if other != realm), realm)
