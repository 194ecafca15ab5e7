"""Tokens: what expires, what rotates, what dies, and what a restart or a crash leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monette_assets.simulator.oauth import OAuthError, TokenStore
from monette_assets_tests.simulator.conftest import Clock, Serve
from monette_assets_tests.simulator.small_books import farm

INVALID = {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}


def test_connecting_gives_tokens_that_open_the_company(serve: Serve) -> None:
    client = serve()
    tokens = client.connect()
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 3600
    assert client.get(f"companyinfo/{client.realm}").json()["CompanyInfo"]["CompanyName"] == "Prairie Example Farm"


def test_a_code_works_once(serve: Serve) -> None:
    client = serve()
    code = client.http.post(f"/simulator/connect/{client.realm}").json()["code"]
    assert client.token(grant_type="authorization_code", code=code).status_code == 200
    again = client.token(grant_type="authorization_code", code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_an_access_token_expires_with_a_lower_case_fault(serve: Serve) -> None:
    client = serve(access_token_seconds=60)
    client.connect()
    client.clock.advance(seconds=61)
    refused = client.get("preferences")
    assert refused.status_code == 401
    fault = refused.json()["fault"]
    assert fault["type"] == "AUTHENTICATION"
    assert fault["error"][0]["code"] == "3200"


def test_every_refresh_rotates_and_the_old_token_dies_after_its_grace(serve: Serve) -> None:
    client = serve(refresh_grace_seconds=100)
    first = client.connect()["refresh_token"]
    second = client.refresh(first).json()["refresh_token"]
    assert second != first
    client.clock.advance(seconds=99)
    assert client.refresh(first).status_code == 200
    client.clock.advance(seconds=2)
    dead = client.refresh(first)
    assert (dead.status_code, dead.json()) == (400, INVALID)


def test_rotation_can_be_switched_off(serve: Serve) -> None:
    client = serve(rotate_refresh_tokens=False)
    first = client.connect()["refresh_token"]
    assert client.refresh(first).json()["refresh_token"] == first


def test_a_refresh_token_dies_after_a_hundred_days(serve: Serve) -> None:
    client = serve()
    token = client.connect()["refresh_token"]
    client.clock.advance(days=101)
    assert client.refresh(token).json() == INVALID


def test_an_access_token_is_no_refresh_token(serve: Serve) -> None:
    client = serve()
    refused = client.refresh(client.connect()["access_token"])
    assert refused.json()["error_description"] == "Incorrect Token type or clientID"


def test_the_wrong_client_is_refused(serve: Serve) -> None:
    client = serve()
    form = {"grant_type": "refresh_token", "refresh_token": client.connect()["refresh_token"]}
    auths: tuple[Any, ...] = (("demo-client", "guess"), None)
    for auth in auths:
        refused = client.http.post("/oauth2/v1/tokens/bearer", data=form, auth=auth)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_a_token_opens_its_own_company_only(serve: Serve) -> None:
    client = serve(farm(), farm("9130002"))
    client.connect()
    client.realm = "9130002"
    assert client.get("preferences").status_code == 403


def test_fault_no_grace_kills_the_old_token_at_once(serve: Serve) -> None:
    client = serve()
    first = client.connect()["refresh_token"]
    client.fault(kind="no_grace", times=1)
    second = client.refresh(first).json()["refresh_token"]
    assert client.refresh(first).json() == INVALID
    assert client.refresh(second).status_code == 200


def test_fault_lose_rotation_answers_504_and_the_old_token_still_works_in_its_grace(serve: Serve) -> None:
    client = serve()
    first = client.connect()["refresh_token"]
    client.fault(kind="lose_rotation", times=1)
    assert client.refresh(first).status_code == 504
    assert client.refresh(first).status_code == 200


def test_fault_revoke_token_needs_a_person(serve: Serve) -> None:
    client = serve(farm(), farm("9130002"))
    mine = client.connect()["refresh_token"]
    client.realm = "9130002"
    other = client.connect()["refresh_token"]
    client.fault(kind="revoke_token", realm="9130001", times=1)
    assert client.refresh(mine).json() == INVALID
    assert client.refresh(other).status_code == 200
    client.realm = "9130001"
    assert client.refresh(client.connect()["refresh_token"]).status_code == 200


def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = TokenStore(tmp_path / "tokens.json", clock.seconds)
    tokens = store.exchange(store.connect("1"))
    again = TokenStore(tmp_path / "tokens.json", clock.seconds)
    assert again.realm_of(tokens["access_token"]) == "1"
    assert again.refresh(tokens["refresh_token"])["refresh_token"] != tokens["refresh_token"]


def test_a_crash_while_writing_leaves_the_old_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    store = TokenStore(tmp_path / "tokens.json", clock.seconds)
    token = store.exchange(store.connect("1"))["refresh_token"]

    def crash(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as power:
        power.setattr("os.fsync", crash)
        with pytest.raises(OSError, match="power cut"):
            store.refresh(token)
    assert TokenStore(tmp_path / "tokens.json", clock.seconds).refresh(token)


def test_tokens_are_readable_by_their_owner_only_and_not_in_repr(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json", Clock().seconds)
    token = store.exchange(store.connect("1"))["refresh_token"]
    assert (tmp_path / "tokens.json").stat().st_mode & 0o077 == 0
    assert token not in repr(store)
    with pytest.raises(OAuthError) as refused:
        store.refresh("RT1-unknown")
    assert "RT1-unknown" not in str(refused.value)
