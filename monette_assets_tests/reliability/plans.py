"""What is done to a run, drawn from a seed: the same seed is the same plan."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from monette_assets_tests.reliability.small_farm import REALMS, edits
from monette_assets_tests.reliability.wounds import POINTS

JUMPS: tuple[dict[str, Any], ...] = (
    {"seconds": 2 * 86_400},
    {"seconds": -86_400},
    {"to": "2028-02-29T23:59:50-07:00"},  # a leap day ends
    {"to": "2024-03-10T01:59:55-07:00"},  # clocks go forward
    {"to": "2027-11-07T01:59:55-06:00"},  # clocks go back: this hour comes twice
)
WRITTEN = ("silver/general_ledger", "silver/reported_balances", "gold/ledger", "gold/profit_and_loss",
           "gold/trial_balance", "gold/balance_sheet")  # fmt: skip

# what QuickBooks does: (fault, report or None, how often)
OUTSIDE: tuple[tuple[str, str | None, int], ...] = (
    ("throttle", None, 3), ("server_error", None, 3), ("xml_error", None, 2), ("gateway_timeout", "GeneralLedger", 1),
    ("slow", "TrialBalance", 2), ("disconnect", None, 2), ("half_json", "GeneralLedger", 1),
    ("truncate", "GeneralLedger", 1), ("wrong_company", "GeneralLedger", 1), ("wrong_company", "TrialBalance", 1),
    ("unauthorised", "GeneralLedger", 1), ("unauthorised", None, 4), ("revoke_token", None, 1),
    ("unknown_row_kind", "GeneralLedger", 1), ("new_column", "GeneralLedger", 4), ("renamed_column", "TrialBalance", 4),
    ("missing_column", "BalanceSheet", 1), ("malformed_amount", "GeneralLedger", 1),
    ("malformed_date", "GeneralLedger", 1), ("excel_date", "GeneralLedger", 1), ("huge_amount", "TrialBalance", 1),
    ("unbalanced", "GeneralLedger", 1), ("misplaced_cent", "GeneralLedger", 1), ("server_error", "GeneralLedger", 40),
)  # fmt: skip

# what happens to the process, in the order in which seeds come to it
RUNS = ("committed", "rotated", "disk", "writing", "clock", "unreleased", "moment", "at_once", "rival", "lost_rotation",
        "staging", "readonly", "staged", "keeping", "released", "kept", "file_size")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One story: which edits come when, what the outside does, what happens to the run."""

    seed: int
    run: str
    wounds: dict[str, Any]
    outside: tuple[dict[str, Any], ...]
    before: tuple[dict[str, Any], ...]  # edits made before the run that is hurt
    after: tuple[dict[str, Any], ...]  # late: made after it
    sheet_again: bool
    table: str = ""
    spare_bytes: int = 0
    needs_person: bool = False  # a company has to be connected again
    other_month_first: bool = False  # the next run is about another month than the one that was hurt

    def __str__(self) -> str:
        told = ", ".join(f"{each['kind']} {each['report'] or ''}".strip() for each in self.outside)
        return f"seed {self.seed}: {self.run} {self.wounds or self.table or ''}; {told}"


def plan(seed: int, cpu_seconds: float) -> Plan:
    """The plan of a seed. `cpu_seconds`: what a run without faults takes; a random moment falls within."""
    draw = Random(seed)
    run = RUNS[seed % len(RUNS)]
    coming = edits()
    draw.shuffle(coming)
    # twice: a change or a new date said again; what is added or deleted cannot be
    coming += [each for each in coming if each["action"] in ("change", "backdate") and draw.random() < 0.5]
    cut = draw.randint(1, len(coming) - 1)
    outside = [
        {"kind": kind, "report": report, "times": times, "realm": draw.choice([*REALMS.values(), "*"]), "seconds": 0.2}
        for kind, report, times in draw.sample(OUTSIDE, 2)
    ]
    table = draw.choice(WRITTEN)
    wounds: dict[str, Any] = {}
    if run in POINTS:
        wounds = {"kill": {"point": run, "nth": draw.randint(1, 5) if run in POINTS[:4] else 1}}
    elif run == "moment":
        wounds = {"moment": round(draw.uniform(0.1, 0.95) * cpu_seconds, 2)}
    elif run == "clock":
        wounds = {"clock": draw.choice(JUMPS)}
    elif run == "rival":
        wounds = {"rival": table}
    elif run == "file_size":
        wounds = {"file_size": draw.randint(4, 60) * 1024}
    elif run == "readonly":
        wounds = {"unprivileged": True}
    if run in ("rotated", "keeping", "kept", "lost_rotation"):  # a refused access token makes the tokens rotate
        outside = [{"kind": "unauthorised", "report": None, "times": 1, "realm": REALMS["north"]}, outside[0]]
        if run == "lost_rotation":
            outside.insert(0, {"kind": "lose_rotation", "report": None, "times": 1, "realm": REALMS["north"]})
        elif draw.random() < 0.25:  # Intuit lets the old token live for a day; here it does not
            outside.insert(0, {"kind": "no_grace", "report": None, "times": 1, "realm": REALMS["north"]})
    kinds = {each["kind"] for each in outside}
    return Plan(
        seed, run, wounds, tuple(outside), tuple(coming[:cut]), tuple(coming[cut:]), draw.random() < 0.5, table,
        draw.randint(8, 200) * 1024, bool(kinds & {"revoke_token", "no_grace"}), draw.random() < 0.5,
    )  # fmt: skip
