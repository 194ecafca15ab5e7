"""`monette connect` at Intuit: the page it sends a person to, and the address that person brings back."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from monette_assets_tests.commands.conftest import Say
from monette_assets_tests.contracts import write_contract


def test_the_page_leads_back_to_the_redirect_uri_of_the_settings(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "GROUP": str(write_contract(tmp_path / "group")),
        "QUICKBOOKS_URL": "https://quickbooks.example",
        "QUICKBOOKS_REDIRECT_URI": "https://farm.example/connected",
        "QUICKBOOKS_CLIENT_ID": "client-of-the-farm",
    }.items():
        monkeypatch.setenv(f"MONETTE_{name}", value)
    monkeypatch.setattr("getpass.getpass", lambda *_args, **_kwargs: "https://farm.example/connected?state=another")
    status, _, err = say("connect", "north")
    [page] = re.findall(r"https://appcenter\.intuit\.com/\S+", err)
    asked = parse_qs(urlsplit(page).query)
    assert (asked["redirect_uri"], asked["client_id"]) == (["https://farm.example/connected"], ["client-of-the-farm"])
    assert status == 1
    assert "its state differs" in err


@pytest.mark.parametrize("uri", ["", "http://localhost:8000/connected"])
def test_nobody_is_sent_to_a_page_that_production_would_not_lead_back_from(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "GROUP": str(write_contract(tmp_path / "group")),
        "QUICKBOOKS_URL": "https://quickbooks.api.intuit.com",
        "QUICKBOOKS_REDIRECT_URI": uri,
    }.items():
        monkeypatch.setenv(f"MONETTE_{name}", value)
    status, _, err = say("connect", "north")
    assert status == 1
    assert "MONETTE_QUICKBOOKS_REDIRECT_URI: expected https://NAME/PATH" in err
    assert f"found {uri or 'http://localhost/connected'}" in err
    assert "appcenter" not in err
