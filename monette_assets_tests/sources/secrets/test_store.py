"""What holds of both stores: the newest is read, nothing is overwritten unseen, one writer, no secret in any text."""

from __future__ import annotations

import threading

import pytest

from monette_assets.sources.secrets.file_locks import FileLocks
from monette_assets.sources.secrets.store import SecretStoreError, Superseded
from monette_assets_tests.sources.conftest import Place


def test_what_is_written_is_read_also_by_another_process(place: Place) -> None:
    store = place.open()
    assert store.read("client-secret") is None
    written = store.write("client-secret", "FIRST", replaces=None)
    assert place.open().read("client-secret") == written
    newer = store.write("client-secret", "SECOND ünïcode", replaces=written.version)
    assert place.open().read("client-secret") == newer
    assert newer.version != written.version


def test_what_another_has_written_is_not_overwritten(place: Place) -> None:
    store, rival = place.open(), place.open()
    first = store.write("client-secret", "FIRST", replaces=None)
    second = rival.write("client-secret", "SECOND", replaces=first.version)
    for replaces in (None, first.version, "never-was"):
        with pytest.raises(Superseded, match="another process has written"):
            store.write("client-secret", "THIRD", replaces=replaces)
    assert store.read("client-secret") == second


def test_one_holds_the_lock_and_the_other_waits(place: Place) -> None:
    """The second reads what the first wrote, though it asked for the lock before that."""
    seen, asking = [], threading.Event()
    store = place.open()

    def second() -> None:
        asking.set()
        rival = place.open()
        with rival.lock("client-secret"):
            seen.append(rival.read("client-secret"))

    other = threading.Thread(target=second)
    with store.lock("client-secret"):
        other.start()
        assert asking.wait(60)
        written = store.write("client-secret", "FIRST", replaces=None)
    other.join(60)
    assert seen == [written]


def test_a_lock_held_for_too_long_is_said(place: Place) -> None:
    held = FileLocks(place.folder / "locks")
    with (
        held("client-secret"),
        pytest.raises(SecretStoreError, match="held by another process for 0 s; look for a hanging run"),
        FileLocks(place.folder / "locks", timeout=0)("client-secret"),
    ):
        pass


@pytest.mark.parametrize("name", ["", "../key", "a/b", "A", "-x", "né", "0-writing", "a" * 128, "a_b", "a?b"])
def test_a_name_is_no_path_and_no_url(place: Place, name: str) -> None:
    store = place.open()
    for attempt in (lambda: store.read(name), lambda: store.write(name, "x", replaces=None), lambda: store.lock(name)):
        with pytest.raises(SecretStoreError, match="expected a name of small letters"):
            attempt()


def test_no_text_tells_a_secret(place: Place) -> None:
    store = place.open()
    written = store.write("client-secret", "THE-SECRET", replaces=None)
    with pytest.raises(Superseded) as caught:
        store.write("client-secret", "THE-SECRET-TOO", replaces=None)
    assert "THE-SECRET" not in f"{store!r} {written!r} {caught.value!r}"
