"""Tokens as a record: whose they are, what replaces what, and no token in any text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monette_assets.sources.http import without_secrets
from monette_assets.sources.secrets.store import SecretStoreError, Superseded
from monette_assets.sources.secrets.tokens import Tokens, TokenStore
from monette_assets_tests.sources.conftest import Place

MOMENT = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
TOKENS = Tokens("1001", "THE-ACCESS-TOKEN", MOMENT, "THE-REFRESH-TOKEN", MOMENT)


def test_tokens_say_which_they_replace(place: Place) -> None:
    store = TokenStore(place.open())
    assert (store.read("north"), store.version("north")) == (None, None)
    kept = store.write("north", TOKENS)
    assert (store.read("north"), store.version("north")) == (TOKENS, kept.version)
    with pytest.raises(Superseded):
        store.write("north", TOKENS)  # replaces nothing, and something stands there
    refused = replace(kept, refused_at=MOMENT)
    assert store.write("north", refused) == store.read("north") == refused


def test_companies_whose_codes_differ_have_records_that_differ(place: Place) -> None:
    store = TokenStore(place.open())
    for code in ("a_b", "ab", "a_b_", "a__b"):
        store.write(code, replace(TOKENS, realm_id=code))
    assert [store.read(code).realm_id for code in ("a_b", "ab", "a_b_", "a__b")] == ["a_b", "ab", "a_b_", "a__b"]  # type: ignore[union-attr]


@pytest.mark.parametrize("company", ["", "../north", "a/b", "north.token", "-x", "né", "a" * 65, "North", "a-b"])
def test_a_company_code_is_no_path(place: Place, company: str) -> None:
    with pytest.raises(SecretStoreError, match="company code"):
        TokenStore(place.open()).write(company, TOKENS)


def test_what_is_no_record_of_tokens_is_said_and_quotes_nothing(place: Place) -> None:
    place.open().write("quickbooks-tokens-north", '{"realm_id": 7, "access_token": "THE-ACCESS-TOKEN"}', replaces=None)
    with pytest.raises(
        SecretStoreError, match=r"no record of tokens \(.*realm_id.*\); `monette connect north`"
    ) as caught:
        TokenStore(place.open()).read("north")
    assert "THE-" not in f"{caught.value!r} {TOKENS!r} {TokenStore(place.open())!r}"


@given(st.text(max_size=40), st.text("abcXYZ019_-.", min_size=32, max_size=80), st.text(max_size=40))
@settings(max_examples=100)
def test_whatever_looks_like_a_token_is_taken_out(before: str, secret: str, after: str) -> None:
    assert secret not in without_secrets(f"{before} {secret} {after}")
    assert secret[:8] not in without_secrets(f"Token expired: {secret[:8]}")
