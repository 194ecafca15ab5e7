"""The words of a message: what happened, to whom, in which months, what is affected, and what puts it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape

from monette_assets.automation.alerts.incidents import Incident
from monette_assets.automation.alerts.remedies import listed, span


class Occasion(StrEnum):
    """Why somebody is told."""

    OPEN = "open"
    UPDATE = "update"
    CLEAR = "clear"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True)
class Message:
    """What is sent; `id` is the same however often it is delivered."""

    id: str
    occasion: Occasion
    title: str
    text: str
    html: str


@dataclass(frozen=True)
class Section:
    """A heading and its lines, or rows of a table; and where more is said."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    see: str | None = None  # a URL, or a path


def opened(number: int, incident: Incident, group: str, at: datetime) -> Message:
    """One alert for an incident."""
    return _of(f"{number}:open", Occasion.OPEN, f"{group}: {incident.sentence}", incident, at)


def grew(number: int, time: int, incident: Incident, new: Sequence[str], group: str, at: datetime) -> Message:
    """It has come to further companies."""
    title = f"{group}: now also {listed(new)}: {incident.sentence}"
    return _of(f"{number}:update:{time}", Occasion.UPDATE, title, incident, at)


def cleared(number: int, incident: Incident, group: str, since: datetime, until: datetime) -> Message:
    """One all-clear at its end."""
    lines = (
        f"It lasted {lasted(until - since)}, from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}.",
        *([f"Companies: {listed(incident.companies)}"] if incident.companies else []),
    )
    return composed(f"{number}:clear", Occasion.CLEAR, f"{group}: all clear: {incident.sentence}", [Section("", lines)])


def trial(identity: str, group: str) -> Message:
    """A message that says nothing but that messages arrive."""
    lines = ("This is a test: messages of the platform arrive here.",)
    return composed(f"test:{identity}", Occasion.TEST, f"{group}: test message", [Section("", lines)])


def composed(identity: str, occasion: Occasion, title: str, sections: Sequence[Section]) -> Message:
    """Sections as text and as HTML, both with the message's id at their end."""
    text, html = [], []
    for section in sections:
        if section.title:
            text += [section.title]
            html += [f"<h3>{escape(section.title)}</h3>"]
        text += [*section.lines]
        html += [f"<p>{escape(line)}</p>" for line in section.lines]
        if section.rows:
            text += ["  ".join(row) for row in section.rows]
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in section.rows)
            html += [f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"]
        if section.see:
            text += [f"See {section.see}"]
            where = escape(section.see)
            html += [f'<p>See <a href="{where}">{where}</a></p>' if "://" in where else f"<p>See {where}</p>"]
        text += [""]
    text += [f"Message {identity}"]
    html += [f"<p><small>Message {escape(identity)}</small></p>"]
    return Message(identity, occasion, title, "\n".join(text), "".join(html))


def lasted(time: timedelta) -> str:
    """A duration as people say it."""
    minutes = max(0, int(time.total_seconds() // 60))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _of(identity: str, occasion: Occasion, title: str, incident: Incident, at: datetime) -> Message:
    facts = [f"Since {at:%Y-%m-%d %H:%M}"]
    if incident.companies:
        facts.append(f"Companies: {listed(incident.companies)}")
    if incident.months:
        facts.append(f"Months: {span(incident.months)}")
    if incident.findings > 1:
        facts.append(f"{incident.findings} findings have this one cause")
    if incident.affected:
        facts.append(f"Affected: {len(incident.affected)} gold table(s): {listed(incident.affected)}")
    sections = [Section("", tuple(facts))]
    if incident.details:
        sections.append(Section("What was found", incident.details))
    sections.append(Section("What to do", incident.fix, see=incident.runbook))
    return composed(identity, occasion, title, sections)
