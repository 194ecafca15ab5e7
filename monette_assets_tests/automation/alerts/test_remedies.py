"""Whatever goes wrong, what a person is told to do exists: every page and every command."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
import typer

from monette_assets import catalog
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.alerts.remedies import CHECK_RUNBOOK, PLAYBOOK, fixes, runbook
from monette_assets.cli import app
from monette_assets.tables.audit import all_checks

ROOT = Path(__file__).parents[3]
COMPUTED = (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM)
CHECKS = [
    *(f"{contract.name} arrived" for contract in (*catalog.BRONZE, catalog.EVENTS)),
    f"{catalog.EVENTS.name} nothing_lost",
    *(f"{contract.name} chain_intact" for contract in catalog.LOGS),
    *(f"{t.name} {name}" for t in COMPUTED for name, _, _ in all_checks(t.contract)),
]
EVERY = [
    *(Finding(kind, "refresh", "", "north") for kind in Kind if kind is not Kind.CHECK),
    *(Finding(Kind.CHECK, subject, "", "north", date(2024, 12, 1)) for subject in CHECKS),
]


def test_every_page_is_a_section_of_the_playbook() -> None:
    titles = re.findall(r"^#+ (.+)$", (ROOT / PLAYBOOK).read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {f"{PLAYBOOK}#{re.sub(r'[^a-z0-9 -]', '', title.lower()).replace(' ', '-')}" for title in titles}
    assert {runbook(finding) for finding in EVERY} <= anchors


def test_where_docs_are_read_every_page_is_a_link() -> None:
    for finding in EVERY:
        anchor = runbook(finding).partition("#")[2]
        assert runbook(finding, "https://wiki.example/docs/") == f"https://wiki.example/docs/playbook.md#{anchor}"


def test_every_check_with_a_page_of_its_own_exists() -> None:
    assert set(CHECK_RUNBOOK) <= {subject.split(" ")[1] for subject in CHECKS}


@pytest.mark.parametrize("months", [(), (date(2024, 11, 1), date(2024, 12, 1))])
def test_every_command_is_one_and_takes_its_options(months: tuple[date, ...]) -> None:
    group = typer.main.get_command(app)
    for finding in EVERY:
        commands = fixes(finding, ("north", "south"), months)
        assert commands, finding
        for line in commands:
            program, *words = shlex.split(line)
            assert program == "monette"
            command = group
            while hasattr(command, "commands") and words and words[0] in command.commands:
                command = command.commands[words.pop(0)]
            assert not hasattr(command, "commands"), line
            command.make_context("monette", words)  # refuses an option or argument it does not have
