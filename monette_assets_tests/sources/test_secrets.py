"""The token store: encrypted, private, whole or not at all, and never silently started anew."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.sources.http import without_secrets
from monette_assets.sources.secrets import EncryptedFileTokenStore, Tokens, TokenStoreError

MOMENT = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
TOKENS = Tokens("1001", "THE-ACCESS-TOKEN", MOMENT, "THE-REFRESH-TOKEN", MOMENT)
NEWER = Tokens("1001", "NEWER-ACCESS", MOMENT, "NEWER-REFRESH", MOMENT)


@pytest.fixture
def store(tmp_path: Path) -> EncryptedFileTokenStore:
    return EncryptedFileTokenStore(tmp_path / "tokens", tmp_path / "keys" / "key")


def test_what_is_written_is_read_also_by_another_process(store: EncryptedFileTokenStore, tmp_path: Path) -> None:
    assert store.read("north") is None
    store.write("north", TOKENS)
    assert EncryptedFileTokenStore(tmp_path / "tokens", tmp_path / "keys" / "key").read("north") == TOKENS
    assert store.companies() == ["north"]


def test_nothing_on_disk_or_in_a_repr_tells_a_token(store: EncryptedFileTokenStore, tmp_path: Path) -> None:
    store.write("north", TOKENS)
    with store.lock("north"):
        pass
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        assert b"TOKEN" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "THE-" not in repr(TOKENS) + repr(store)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old_tokens(
    store: EncryptedFileTokenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store.write("north", TOKENS)

    def crash(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, crash)
        with pytest.raises(KeyboardInterrupt):
            store.write("north", NEWER)
    assert store.read("north") == TOKENS
    assert [path.name for path in (tmp_path / "tokens").iterdir()] == ["north.token"]


def test_file_and_folder_are_synced_before_the_write_returns(
    store: EncryptedFileTokenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("north", TOKENS)
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
    store.write("north", NEWER)
    assert steps == ["file", "replace", "folder"]


def test_a_full_disk_is_said_and_the_old_tokens_stay(
    store: EncryptedFileTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("north", TOKENS)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TokenStoreError, match=r"north.token: cannot keep .* No space left on device"):
            store.write("north", NEWER)
    assert store.read("north") == TOKENS


def test_the_key_must_lie_outside_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(TokenStoreError, match="must lie outside"):
        EncryptedFileTokenStore(tmp_path / "tokens", tmp_path / "tokens" / "key")


def test_a_missing_key_is_not_replaced_while_tokens_exist(store: EncryptedFileTokenStore, tmp_path: Path) -> None:
    store.write("north", TOKENS)
    key = tmp_path / "keys" / "key"
    content = key.read_bytes()
    key.unlink()
    with pytest.raises(TokenStoreError, match=r"the key is missing, while .* holds 1 companies"):
        store.read("north")
    with pytest.raises(TokenStoreError, match=r"the key is missing, while .* holds 1 companies"):
        store.write("south", TOKENS)
    key.write_bytes(content)
    assert store.read("north") == TOKENS


@pytest.mark.parametrize(
    ("key", "message"),
    [(Fernet.generate_key(), "cannot be opened with the key"), (b"nonsense", "not a Fernet key")],
    ids=["another key", "no key"],
)
def test_a_wrong_key_is_said(store: EncryptedFileTokenStore, tmp_path: Path, key: bytes, message: str) -> None:
    store.write("north", TOKENS)
    (tmp_path / "keys" / "key").write_bytes(key)
    with pytest.raises(TokenStoreError, match=message):
        store.read("north")


@pytest.mark.parametrize("company", ["", "../north", "a/b", "north.token", "-x", "né", "a" * 65])
def test_a_company_code_is_no_path(store: EncryptedFileTokenStore, company: str) -> None:
    with pytest.raises(TokenStoreError, match="company code"):
        store.write(company, TOKENS)


def test_a_lock_held_too_long_is_said(tmp_path: Path) -> None:
    folder, key = tmp_path / "tokens", tmp_path / "key"
    with (
        EncryptedFileTokenStore(folder, key).lock("north"),
        pytest.raises(TokenStoreError, match="held by another process"),
        EncryptedFileTokenStore(folder, key, lock_timeout=0).lock("north"),
    ):
        pass


@given(st.text(max_size=40), st.text("abcXYZ019_-.", min_size=32, max_size=80), st.text(max_size=40))
@settings(max_examples=100)
def test_whatever_looks_like_a_token_is_taken_out(before: str, secret: str, after: str) -> None:
    assert secret not in without_secrets(f"{before} {secret} {after}")
    assert secret[:8] not in without_secrets(f"Token expired: {secret[:8]}")
