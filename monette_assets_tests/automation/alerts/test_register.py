"""One incident is one alert and one all-clear, whoever looks how often."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import dagster as dg
import pytest
import yaml
from dagster._core.instance.ref import InstanceRef

from monette_assets.automation.alerts.incidents import Incident
from monette_assets.automation.alerts.register import CLEAR_AFTER, Register, register_of
from monette_assets.automation.alerts.stores import FILE
from monette_assets.settings import Settings
from monette_assets_tests.automation.alerts.conftest import NOON, incident, kept_at

WRITERS = 6
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def look(
    register: Register, at: datetime, *found: Incident, to: tuple[str, ...] = ("json 1",), **how: bool
) -> list[str]:
    """The ids of the messages that one look owes."""
    return [message.id for message in register.look(found, at, group="Farm", channels=to, **how)]


def test_it_is_told_when_it_opens_not_while_it_lasts_and_once_when_it_is_over(register: Register) -> None:
    assert look(register, NOON, incident()) == ["1:open"]
    assert look(register, NOON + MINUTE, incident()) == []
    assert look(register, NOON + DAY, incident()) == []
    assert look(register, NOON + DAY + MINUTE) == []  # away for no time yet
    assert look(register, NOON + DAY + MINUTE + CLEAR_AFTER) == ["1:clear"]
    assert look(register, NOON + 2 * DAY) == []
    assert register.incidents(UTC) == []


def test_the_all_clear_says_how_long_it_lasted(register: Register) -> None:
    register.look([incident()], NOON, group="Farm", channels=["json 1"])
    over = NOON + timedelta(hours=5, minutes=20)
    register.look([], over, group="Farm", channels=["json 1"])
    [clear] = register.look([], over + CLEAR_AFTER, group="Farm", channels=["json 1"])
    assert clear.title == "Farm: all clear: Something is wrong: token:north"
    assert "It lasted 5 h 20 min, from 2025-03-03 12:00 to 2025-03-03 17:20." in clear.text


def test_what_comes_and_goes_within_minutes_is_one_incident(register: Register) -> None:
    assert look(register, NOON, incident()) == ["1:open"]
    for number in range(1, 20):
        found = [incident()] if number % 2 == 0 else []
        assert look(register, NOON + number * 5 * MINUTE, *found) == []


def test_the_same_cause_after_its_end_is_another_incident(register: Register) -> None:
    look(register, NOON, incident())
    look(register, NOON + MINUTE)
    assert look(register, NOON + MINUTE + CLEAR_AFTER) == ["1:clear"]
    assert look(register, NOON + DAY, incident()) == ["2:open"]


def test_what_is_tried_again_by_itself_is_told_only_when_that_was_of_no_use(register: Register) -> None:
    arrived, left = incident("check:bronze/quickbooks_reports arrived"), incident("left")
    assert look(register, NOON, arrived, left) == []
    assert look(register, NOON + 10 * MINUTE, arrived, left) == []
    assert look(register, NOON + 20 * MINUTE, arrived, left) == ["2:open"]
    assert look(register, NOON + 25 * MINUTE, left) == []
    assert look(register, NOON + 40 * MINUTE, left) == []  # it came before anybody was told: no all-clear either
    assert look(register, NOON + 60 * MINUTE, arrived, left) == []
    assert look(register, NOON + 120 * MINUTE, arrived, left) == ["3:open"]


def test_further_companies_are_told_at_most_once_a_day(register: Register) -> None:
    assert look(register, NOON, incident("silent", "north")) == ["1:open"]
    assert look(register, NOON + MINUTE, incident("silent", "north", "south")) == []
    assert look(register, NOON + DAY, incident("silent", "east", "north", "south")) == ["1:update:1"]
    assert look(register, NOON + DAY + MINUTE, incident("silent", "east", "north", "south")) == []
    assert look(register, NOON + 2 * DAY, incident("silent", "north")) == []  # fewer are not told
    assert look(register, NOON + 3 * DAY, incident("silent", "north", "west")) == ["1:update:2"]


def test_while_a_refresh_runs_nothing_is_over_and_what_it_may_mend_does_not_begin(register: Register) -> None:
    assert look(register, NOON, incident("check:gold/ledger contract")) == ["1:open"]
    later = NOON + MINUTE
    assert look(register, later, incident("check:gold/tie_out ties_out"), incident(), at_work=True) == ["2:open"]
    assert look(register, later + DAY, at_work=True) == []
    assert [each.incident.key for each in register.incidents(UTC)] == ["check:gold/ledger contract", "token:north"]


def test_without_channels_incidents_are_kept_and_told_once_there_is_one(register: Register) -> None:
    assert look(register, NOON, incident(), to=()) == []
    assert [each.incident for each in register.incidents(UTC)] == [incident()]
    assert look(register, NOON + DAY, incident()) == ["1:open"]


def test_what_nobody_was_told_of_has_no_all_clear(register: Register) -> None:
    look(register, NOON, incident(), to=())
    look(register, NOON + MINUTE)
    assert look(register, NOON + MINUTE + CLEAR_AFTER) == []
    [kept] = register.incidents(UTC, since=NOON)
    assert (kept.opened_at, kept.closed_at) == (NOON, NOON + MINUTE)


def test_an_incident_is_never_kept_without_its_message(register: Register) -> None:
    good, broken = incident("stale"), incident("token:north")
    unwritable = replace(broken, details=(NOON,))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        look(register, NOON, good, unwritable)
    assert (register.incidents(UTC), register.undelivered(UTC)) == ([], [])
    assert look(register, NOON, good, broken) == ["1:open", "2:open"]


def test_it_may_be_read_before_anything_was_written(register: Register) -> None:
    assert (register.incidents(UTC, since=NOON), register.undelivered(UTC)) == ([], [])


def test_who_only_reads_makes_no_file(tmp_path: Path) -> None:
    kept_at(str(tmp_path / "alerts")).incidents(UTC)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_tables_holds_nothing_and_is_written_to(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    register = kept_at(str(tmp_path))
    assert (register.incidents(UTC), register.undelivered(UTC)) == ([], [])
    assert look(register, NOON, incident()) == ["1:open"]


def test_nobody_else_on_the_machine_reads_it_though_the_file_system_knows_no_chmod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    for name in ("chmod", "fchmod", "lchmod"):
        monkeypatch.setattr(os, name, refused, raising=False)
    folder = tmp_path / "alerts"
    assert look(kept_at(str(folder)), NOON, incident()) == ["1:open"]
    assert ((folder / FILE).stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_several_find_at_once_is_one_incident_from_the_first_on(place: str) -> None:
    """They make the tables at once, too."""
    keys, together = [f"token:{number}" for number in range(5)], Barrier(WRITERS)

    def write(_: int) -> list[str]:
        register, owed = kept_at(place), []
        for key in keys:
            together.wait()
            owed += look(register, NOON, *map(incident, keys[: keys.index(key) + 1]))
        return owed

    with ThreadPoolExecutor(WRITERS) as pool:
        owed = [each for some in pool.map(write, range(WRITERS)) for each in some]
    assert sorted(owed) == [f"{number}:open" for number in range(1, 6)]
    assert [each.incident.key for each in kept_at(place).incidents(UTC)] == keys
    assert len(kept_at(place).undelivered(UTC)) == len(keys)


@pytest.fixture
def on_postgresql(empty: str, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance with the storage that infra's dagster.yaml configures."""
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump({"storage": {"postgres": {"postgres_url": empty}}}))
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as instance:
        yield instance


def test_an_instance_with_a_postgresql_keeps_it_there(
    on_postgresql: dg.DagsterInstance, empty: str, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    assert look(register_of(on_postgresql, settings), NOON, incident()) == ["1:open"]
    assert [each.incident for each in kept_at(empty).incidents(UTC)] == [incident()]
    assert not settings.home.exists()


def test_any_other_instance_keeps_it_under_the_home(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert look(register_of(instance, settings), NOON, incident()) == ["1:open"]
    assert [each.incident for each in kept_at(str(settings.alerts_path)).incidents(UTC)] == [incident()]


def test_its_tables_lie_beside_dagsters_which_are_migrated_and_wiped_without_them(
    on_postgresql: dg.DagsterInstance, tmp_path: Path
) -> None:
    register = register_of(on_postgresql, Settings(home=tmp_path))
    look(register, NOON, incident())
    on_postgresql.upgrade()
    on_postgresql.wipe()
    assert [each.incident for each in register.incidents(UTC)] == [incident()]
    assert on_postgresql.get_runs_count() == 0
