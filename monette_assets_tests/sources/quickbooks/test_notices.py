"""A notice is durable, has a mark of its own each time, and one that cannot be read stops nobody."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monette_assets.sources.quickbooks.notices import COMPARISON, WEBHOOKS, Notices

AT = datetime(2025, 11, 20, 12, tzinfo=UTC)


def test_the_newest_notice_of_a_company_replaces_the_one_before(tmp_path: Path) -> None:
    notices = Notices(tmp_path / "notices")
    assert notices.newest() == {}
    notices.leave(WEBHOOKS, {"north": (), "south": ()}, AT)
    first = notices.newest()
    notices.leave(WEBHOOKS, {"north": ()}, AT)
    notices.leave(COMPARISON, {"north": ["2024-11"]}, AT)
    newest = notices.newest()
    assert sorted(newest) == ["comparison/north", "webhooks/north", "webhooks/south"]
    assert newest["webhooks/north"].mark != first["webhooks/north"].mark
    assert newest["webhooks/south"] == first["webhooks/south"]
    assert (newest["webhooks/north"].times, newest["comparison/north"].months) == (2, ("2024-11",))


def test_a_notice_is_left_on_a_share_that_knows_no_chmod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    for name in ("chmod", "fchmod", "lchmod"):
        monkeypatch.setattr(os, name, unknown, raising=False)
    notices = Notices(tmp_path / "notices")
    notices.leave(WEBHOOKS, {"north": ()}, AT)
    assert list(notices.newest()) == ["webhooks/north"]


def test_a_notice_is_synced_before_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: Counter[str] = Counter()
    really = os.fsync

    def told_fsync(handle: int) -> None:
        synced["folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"] += 1
        really(handle)

    monkeypatch.setattr(os, "fsync", told_fsync)
    Notices(tmp_path).leave(WEBHOOKS, {"north": (), "south": ()}, AT)
    assert synced == {"file": 2, "folder": 2}


def test_many_writers_at_once_lose_no_notice(tmp_path: Path) -> None:
    notices = Notices(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: notices.leave(WEBHOOKS, {"north": ()}, AT), range(40)))
    assert notices.newest()["webhooks/north"].times == 40


@pytest.mark.parametrize("content", [b"", b"{", b'{"mark": "a", "company": "south", "months": ["../etc"]}', b"\xff"])
def test_a_notice_that_cannot_be_read_hides_no_other_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    notices = Notices(tmp_path)
    notices.leave(WEBHOOKS, {"north": (), "south": ()}, AT)
    (tmp_path / WEBHOOKS / "south.json").write_bytes(content)
    assert list(notices.newest()) == ["webhooks/north"]
    notices.leave(WEBHOOKS, {"south": ()}, AT)
    assert list(notices.newest()) == ["webhooks/north", "webhooks/south"]
