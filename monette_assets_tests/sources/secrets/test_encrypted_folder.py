"""The embedded store: encrypted, private, whole or not at all, its key elsewhere, and never silently started anew."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from monette_assets.sources import durable
from monette_assets.sources.secrets.encrypted_folder import EncryptedFolder
from monette_assets.sources.secrets.store import SecretStoreError


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


@pytest.fixture
def store(tmp_path: Path, key: Path) -> EncryptedFolder:
    return EncryptedFolder(tmp_path / "secrets", key)


def put(store: EncryptedFolder, value: str, name: str = "north") -> None:
    held = store.read(name)
    store.write(name, value, replaces=held.version if held else None)


def value(store: EncryptedFolder, name: str = "north") -> str | None:
    held = store.read(name)
    return held.value if held else None


def test_nothing_on_disk_tells_a_secret(store: EncryptedFolder, tmp_path: Path) -> None:
    put(store, "THE-SECRET")
    with store.lock("north"):
        pass
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        assert b"SECRET" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old(
    store: EncryptedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    put(store, "OLD")

    def crash(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, crash)
        with pytest.raises(KeyboardInterrupt):
            put(store, "NEW")
    assert value(store) == "OLD"
    assert not list((tmp_path / "secrets").glob(".*"))  # nothing lies about half written


def test_file_and_folder_are_synced_before_the_write_returns(
    store: EncryptedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "OLD")
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def told_sync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def told_replace(path: Path, target: Path) -> Path:
        steps.append("replace")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", told_sync)
    monkeypatch.setattr(Path, "replace", told_replace)
    put(store, "NEW")
    assert steps == ["file", "replace", "folder"]


def test_a_full_disk_is_said_and_the_old_stays(store: EncryptedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "OLD")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SecretStoreError, match=r"north.secret: cannot keep .* No space left on device"):
            put(store, "NEW")
    assert value(store) == "OLD"


@pytest.mark.parametrize("key", ["home/secrets/key", "home/key", "link/key"])
def test_the_key_must_lie_outside_of_the_home(tmp_path: Path, key: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "link").symlink_to(home)
    with pytest.raises(SecretStoreError, match=r"key must lie outside of .*; move it, .* MONETTE_SECRETS_KEY"):
        EncryptedFolder(home / "secrets", tmp_path / key, outside_of=home)


def test_a_missing_key_is_not_replaced_while_secrets_exist(store: EncryptedFolder, key: Path) -> None:
    put(store, "KEPT")
    content = key.read_bytes()
    key.unlink()
    for attempt in (lambda: store.read("north"), lambda: store.write("south", "x", replaces=None), store.rotate_key):
        with pytest.raises(SecretStoreError, match=r"the key is missing, while .* holds 1 secrets; put it back"):
            attempt()
    key.write_bytes(content)
    assert value(store) == "KEPT"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [(Fernet.generate_key(), "cannot be opened with the key .* put back the key"), (b"nonsense", "not a Fernet key")],
    ids=["another key", "no key"],
)
def test_a_wrong_key_is_said_and_rotates_nothing(store: EncryptedFolder, key: Path, wrong: bytes, message: str) -> None:
    put(store, "KEPT")
    right = key.read_bytes()
    key.write_bytes(wrong)
    for attempt in (lambda: store.read("north"), store.rotate_key):
        with pytest.raises(SecretStoreError, match=message):
            attempt()
    assert key.read_bytes() == wrong
    key.write_bytes(right)
    assert value(store) == "KEPT"


def test_a_rotated_key_opens_everything_and_the_old_one_nothing(store: EncryptedFolder, key: Path) -> None:
    put(store, "N")
    put(store, "S", "south")
    version, old = store.read("north"), key.read_bytes()
    assert store.rotate_key() == 2
    assert (value(store), value(store, "south")) == ("N", "S")
    assert store.read("north") == version  # sealed anew, not written anew
    assert old.strip() not in key.read_bytes()
    key.write_bytes(old)
    with pytest.raises(SecretStoreError, match="cannot be opened"):
        store.read("north")


@pytest.mark.parametrize("survived", [0, 1, 2, 3])
def test_a_rotation_killed_at_any_step_loses_nothing_and_is_run_again(
    store: EncryptedFolder, key: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    """Its steps: the new key beside the old, two records, the new key alone."""
    put(store, "N")
    put(store, "S", "south")
    left, replace = [survived], durable.replace

    def killed(path: Path, content: bytes) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(durable, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            store.rotate_key()
    assert (value(store), value(store, "south")) == ("N", "S")
    put(store, "written meanwhile")
    assert store.rotate_key() == 2
    assert (value(store), value(store, "south")) == ("written meanwhile", "S")
    assert len(key.read_bytes().split()) == 1


def test_a_reader_that_saw_the_record_before_and_the_key_after_a_rotation_looks_again(
    store: EncryptedFolder, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "KEPT")
    record, read = tmp_path / "secrets" / "north.secret", Path.read_bytes
    rotated: list[bool] = []

    def rotating(path: Path) -> bytes:
        content = read(path)
        if path == record and not rotated:
            rotated.append(True)
            EncryptedFolder(tmp_path / "secrets", key).rotate_key()
        return content

    monkeypatch.setattr(Path, "read_bytes", rotating)
    assert value(store) == "KEPT"


def test_what_is_no_record_is_said(store: EncryptedFolder, tmp_path: Path, key: Path) -> None:
    put(store, "KEPT")
    (tmp_path / "secrets" / "north.secret").write_bytes(Fernet(key.read_bytes()).encrypt(b"{}"))
    with pytest.raises(SecretStoreError, match="no record of a secret; delete it, and store north anew"):
        store.read("north")
