"""A Databricks cluster by three settings: what the session is told, and that nobody else is told the token.

Not run on a workspace: docs/playbook.md (Run on Spark) says what proves it there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyspark.sql.connect.client import DefaultChannelBuilder

from monette_assets.engine import EngineUnreachableError
from monette_assets.resources import new_engine
from monette_assets.settings import Settings

HOST, CLUSTER, TOKEN = "adb-1234567890123456.7.azuredatabricks.net", "1129-151927-abcdefgh", "dapi-secret"
WHOLE: dict[str, Any] = {"databricks_host": HOST, "databricks_cluster": CLUSTER, "databricks_token": TOKEN}


def test_the_client_reads_host_cluster_and_token_and_speaks_tls() -> None:
    builder = DefaultChannelBuilder(str(Settings(**WHOLE).engine_url))
    assert (builder.endpoint, builder.secure, builder.token) == (f"{HOST}:443", True, TOKEN)
    assert ("x-databricks-cluster-id", CLUSTER) in builder.metadata()


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1))
def test_any_token_reaches_the_client_as_it_is(token: str) -> None:
    builder = DefaultChannelBuilder(str(Settings(**{**WHOLE, "databricks_token": token}).engine_url))
    assert builder.token == token
    assert builder.host == HOST


@pytest.mark.parametrize("missing", WHOLE)
def test_half_a_configuration_names_what_is_missing(missing: str) -> None:
    rest: dict[str, Any] = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(
        ValidationError, match=f"expected MONETTE_{missing.upper()} as well; set or unset all"
    ) as refused:
        Settings(**rest)
    assert TOKEN not in str(refused.value)


def test_two_engines_are_refused() -> None:
    with pytest.raises(ValidationError, match="found both; unset one"):
        Settings(spark_remote="sc://127.0.0.1:15002", **WHOLE)


@pytest.mark.parametrize(
    "wrong",
    [{"databricks_host": "adb.net/;token=x"}, {"databricks_host": "a;b"}, {"databricks_cluster": "a;use_ssl=false"}],
)
def test_a_host_or_cluster_that_would_say_more_than_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        Settings(**{**WHOLE, **wrong})


def test_the_token_is_in_no_text_of_the_settings_and_in_no_error(tmp_path: Path) -> None:
    told = Settings(home=tmp_path, **{**WHOLE, "databricks_host": "127.0.0.1"}, spark_timeout_seconds=2)
    assert TOKEN not in f"{told} {told!r} {told.model_dump()} {told.model_dump_json()}"
    with pytest.raises(EngineUnreachableError, match=r"127\.0\.0\.1:443") as refused:
        _ = new_engine(told).spark
    assert TOKEN not in str(refused.value)
    assert TOKEN not in repr(Settings(spark_remote=f"sc://127.0.0.1:443/;token={TOKEN}"))
