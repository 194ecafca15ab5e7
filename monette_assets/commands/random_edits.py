"""Edits of the simulated books and faults of the outside world at random, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from monette_assets.group import Group

FAULT_SHARE = 0.4  # of edits that come with one
APART = 7  # edits of other companies between two of one, where the group has so many
CASH, REVENUE = "1000", "4900"  # chequing and interest: numbers of every simulated chart


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a company: the simulator's kind, how often, what it is called.

    `times` None: until somebody ends it.
    """

    kind: str
    times: int | None
    means: str
    seconds: float = 5.0  # where it is slowness

    @property
    def reconnects(self) -> bool:
        """Whether a person has to connect the company again."""
        return self.kind == "revoke_token"


FAULTS = (
    Fault("server_error", 2, "HTTP 500, twice"),
    Fault("gateway_timeout", 1, "HTTP 504, once"),
    Fault("throttle", 1, "HTTP 429, once"),
    Fault("half_json", 1, "an answer cut in half"),
    Fault("disconnect", 2, "connection broken off, twice"),
    Fault("slow", 2, "two answers 5 s late"),
    Fault("repeat_notification", 1, "the webhook delivered twice"),
    Fault("lose_notification", 1, "the webhook lost"),
    Fault("server_error", None, "QuickBooks down"),
    Fault("revoke_token", 1, "access revoked"),
)


@dataclass(frozen=True)
class Plan:
    """An edit to be made: whose books, which entry of ours (None: a new one), from which month to which day."""

    number: int
    action: str
    company: str
    month: date
    day: date
    amount: str
    entry: int | None = None  # the number of the edit that added it
    fault: Fault | None = None

    @property
    def months(self) -> tuple[date, ...]:
        """The months it touches."""
        return tuple(sorted({self.month, self.day.replace(day=1)}))

    @property
    def what(self) -> str:
        """The edit, as a person is told."""
        entry = self.number if self.entry is None else self.entry
        if self.action == "delete":
            return f"deleted entry {entry} of {self.month:%Y-%m}"
        if self.action == "backdate":
            return f"moved entry {entry} of {self.month:%Y-%m} to {self.day}"
        done = "added entry" if self.action == "add" else "changed entry"
        return f"{done} {entry} of {self.month:%Y-%m}: {self.amount}"


@dataclass
class RandomEdits:
    """Plans entries in months the lake holds, and changes, back-dates and deletes of those planned before.

    What is planned depends on group, months and seed only, not on when it is made.
    """

    group: Group
    months: Sequence[date]
    seed: int
    faults: bool = True
    planned: int = 0
    _own: list[tuple[int, str, date]] = field(default_factory=list)  # number, company, month of each entry
    _last: list[str] = field(default_factory=list)  # companies, the newest last
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def plan(self) -> Plan:
        """The next edit, and the fault that comes with it."""
        self.planned += 1
        dice = self._dice
        open_ = self._rested()
        own = [each for each in self._own if each[1] in open_]
        action = dice.choice(("add", "add", "change", "backdate", "delete")) if own else "add"
        if action == "add":
            company = dice.choice(open_)
            entry, month = None, dice.choice(self._months(company))
        else:
            chosen = dice.choice(own)
            self._own.remove(chosen)
            entry, company, month = chosen
        moved = dice.choice(self._months(company)) if action == "backdate" else month
        day = moved + timedelta(days=dice.randrange(27))
        cents = dice.randrange(1_000, 10_000_000)
        fault = dice.choice(FAULTS) if self.faults and dice.random() < FAULT_SHARE else None
        if action != "delete":
            self._own.append((self.planned if entry is None else entry, company, moved))
        self._last.append(company)
        return Plan(self.planned, action, company, month, day, f"{cents // 100}.{cents % 100:02}", entry, fault)

    def _rested(self) -> list[str]:
        """The companies to choose from: not those of the last edits, which the platform may be at work on."""
        active = [each.code for each in self.group.companies if self._months(each.code)]
        last = self._last[-min(APART, len(active) - 1) :] if len(active) > 1 else []
        return [code for code in active if code not in last]

    def _months(self, company: str) -> list[date]:
        return [month for month in self.months if self.group.is_active(company, month)]


@dataclass
class Outside:
    """The simulator, as somebody who edits its books and hurts it."""

    simulator: httpx.Client
    group: Group
    _entries: dict[int, str] = field(default_factory=dict)  # QuickBooks' id by number of the edit that added it

    def make(self, plan: Plan) -> datetime:
        """Switch the fault on and make the edit; the moment it was made. Raises httpx.HTTPError where it is refused."""
        realm = self.group.company(plan.company).realm_id
        if plan.fault is not None:
            fault = {"kind": plan.fault.kind, "realm": realm, "times": plan.fault.times, "seconds": plan.fault.seconds}
            self.simulator.post("/simulator/faults", json=fault).raise_for_status()
        lines = [{"account": CASH, "amount": plan.amount}, {"account": REVENUE, "amount": f"-{plan.amount}"}]
        body: dict[str, Any] = {"realm_id": realm, "action": plan.action, "kind": "JournalEntry"}
        if plan.entry is not None:
            body["id"] = self._entries[plan.entry]
        if plan.action == "add":
            body["document"] = {"date": plan.day.isoformat(), "postings": lines}
        elif plan.action == "change":
            body["document"] = {"postings": lines}
        elif plan.action == "backdate":
            body["date"] = plan.day.isoformat()
        at = datetime.now(UTC)  # before: a webhook may be heard before this call returns
        answer = self.simulator.post("/simulator/edits", json=body)
        answer.raise_for_status()
        if plan.action == "add":
            self._entries[plan.number] = str(answer.json()["id"])
        return at

    def end_faults(self, company: str | None = None) -> int:
        """Switch faults off, a company's or all; how many answers they had still to spoil."""
        realm = {} if company is None else {"realm": self.group.company(company).realm_id}
        on = self.simulator.get("/simulator/faults").raise_for_status().json()
        self.simulator.delete("/simulator/faults", params=realm).raise_for_status()
        return sum(each["times"] or 0 for each in on if realm.get("realm") in (None, each["realm"]))
