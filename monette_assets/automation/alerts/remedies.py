"""What a person is told to do about a cause: its sentence, the commands that put it right, the page of the playbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from monette_assets.automation.alerts.finding import Finding, Kind

PLAYBOOK = "docs/playbook.md"
SHOWN = 8


def sentence(first: Finding, companies: Sequence[str], months: Sequence[date]) -> str:
    """What happened, in one line."""
    whom, when = listed(companies), span(months)
    of = (f" of {whom}" if whom else "") + (f", {when}" if when else "")
    return {
        Kind.TOKEN: f"QuickBooks refuses the connection of {first.company}: nothing of it comes in any more",
        Kind.SILENT: f"QuickBooks does not answer for {whom}",
        Kind.RUN: f"The last run of {first.subject} broke down",
        Kind.CHECK: f"The check {first.check} of {first.table} fails{of}",
        Kind.LEFT: f"Tables were left failed when they were last tried{f': {when}' if when else ''}",
        Kind.INCOMPLETE: f"Months past due are incomplete{of}",
        Kind.STALE: "Tables are older than they may be",
        Kind.TICK: f"The {first.subject} fails each time it is due",
        Kind.BUDGET: f"The platform costs more than its budget of {first.subject}{f', {when}' if when else ''}",
    }[first.kind]


def fixes(first: Finding, companies: Sequence[str], months: Sequence[date]) -> tuple[str, ...]:
    """The commands that put it right, or show what has to be."""
    whom = f" --company {','.join(companies)}" if companies else ""
    run = f"monette run --from {months[0]:%Y-%m} --to {months[-1]:%Y-%m}{whom}" if months else ""
    commands = {
        Kind.TOKEN: (f"monette connect {first.company}", run),
        Kind.SILENT: ("monette doctor", run),
        Kind.RUN: ("monette status", run),
        Kind.CHECK: _for_check(first, run, months),
        Kind.LEFT: ("monette status", run),
        Kind.INCOMPLETE: (_of_month("completeness", months), run),
        Kind.STALE: ("monette heartbeat", "monette status"),
        Kind.TICK: ("monette doctor", "monette status"),
        Kind.BUDGET: (f"monette cost --by asset{f' --period {months[-1]:%Y-%m}' if months else ''}",),
    }[first.kind]
    return tuple(command for command in commands if command)


def _for_check(first: Finding, run: str, months: Sequence[date]) -> tuple[str, ...]:
    if first.check == "chain_intact":
        return (VERIFIED_BY.get(first.table, "monette closes verify"),)
    if first.check in SHOWN_BY:
        return (f"monette {SHOWN_BY[first.check]}{f' --period {months[0]:%Y-%m}' if months else ''}",)
    if first.check in ("readable", "nothing_refused", "nothing_lost"):
        return ("monette quarantine list", run)
    if first.check in ("every_account_mapped", "below_ebitda"):
        return (f"monette check --select {first.table}", run and f"{run} --no-fetch")
    if first.check == "ties_out":
        return (_of_month("tie_out", months), run)
    return (f"monette check --select {first.table}", run)


def _of_month(report: str, months: Sequence[date]) -> str:
    return f"monette report {report} --period {months[0]:%Y-%m}" if months else f"monette report {report}"


def runbook(first: Finding, docs_url: str | None = None) -> str:
    """The section of the playbook."""
    if first.kind is not Kind.CHECK:
        return section(RUNBOOK[first.kind], docs_url)
    return section(CHECK_RUNBOOK.get(first.check, "read-a-failed-check"), docs_url)


def section(anchor: str, docs_url: str | None) -> str:
    """A section of the playbook: its URL where `docs_url` says where the folder docs is read, else its path."""
    playbook = PLAYBOOK if docs_url is None else f"{docs_url.rstrip('/')}/{PLAYBOOK.removeprefix('docs/')}"
    return f"{playbook}#{anchor}"


RUNBOOK: Mapping[Kind, str] = {
    Kind.TOKEN: "a-dead-token",
    Kind.SILENT: "a-company-that-does-not-answer",
    Kind.RUN: "a-run-that-broke-down",
    Kind.LEFT: "a-run-that-broke-down",
    Kind.INCOMPLETE: "close-a-month",
    Kind.STALE: "stale-tables",
    Kind.TICK: "a-sensor-or-schedule-that-fails",
    Kind.BUDGET: "what-it-costs",
}
CHECK_RUNBOOK: Mapping[str, str] = {
    "nothing_refused": "quarantine",
    "nothing_lost": "events",
    "readable": "quarantine",
    "closed_months_unchanged": "what-changed-since-the-close",
    "chain_intact": "a-broken-log",
    "differences_to_clear": "between-companies",
    "herds_are_counted": "mixed-herds",
    "priced": "what-it-costs",
    "all_counted": "what-it-costs",
}
SHOWN_BY: Mapping[str, str] = {
    "closed_months_unchanged": "report gold/restatements",
    "priced": "cost",
    "all_counted": "cost",
}
VERIFIED_BY: Mapping[str, str] = {
    "audit_log": "monette audit verify",
    "waivers": "monette quarantine verify",
    "accepted_differences": "monette tie-out verify",
}


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """Names in a row, the rest counted."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def span(months: Sequence[date]) -> str:
    """The months, first to last."""
    if not months:
        return ""
    first, last = f"{months[0]:%Y-%m}", f"{months[-1]:%Y-%m}"
    return first if first == last else f"{first} to {last} ({len(months)} months)"
