"""Maintenance changes no row, and never takes what bronze or a publish under way needs."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from monette_assets.lake import staging
from monette_assets.lake.errors import AppendOnly, LakeError, VersionGone
from monette_assets.lake.lake import Lake
from monette_assets.lake.maintenance import checkpoint, compact, delete_unneeded, size, stored, vacuum
from monette_assets.lake.scope import Scope
from monette_assets_tests.lake.books import JANUARY, SCHEMA, commit, rows_of, table

TABLE = "gold/ledger"


def small_files(lake: Lake, name: str = TABLE, company: str = "north", partition_by: tuple[str, ...] = ()) -> None:
    """A table of five rows in five files."""
    for number in range(5):
        rows = table([(company, JANUARY, "4000", Decimal(number))])
        lake.append(name, rows, schema=SCHEMA, commit=commit(), partition_by=partition_by)


def parquet_files(lake: Lake) -> list[str]:
    """What lies in the table's folder beside its log."""
    return staging.parquet_files(staging.filesystem(lake.url, lake.storage_options), TABLE)


def test_compaction_makes_few_files_of_the_same_rows(lake: Lake) -> None:
    small_files(lake)
    before = rows_of(lake.read(TABLE))
    assert compact(lake, TABLE, commit(reason="nightly")) == 6
    checkpoint(lake, TABLE)
    assert len(lake.open(TABLE).file_uris()) == 1
    assert rows_of(lake.read(TABLE)) == before
    assert lake.compare(TABLE, 5, 6, ["company", "period", "account"]).is_empty
    assert lake.history(TABLE, limit=1)[0].commit.reason == "nightly"  # type: ignore[union-attr]


def test_bronze_is_never_vacuumed(lake: Lake) -> None:
    small_files(lake, "bronze/reports")
    with pytest.raises(AppendOnly, match="never vacuumed"):
        vacuum(lake, "bronze/reports")


def test_vacuum_keeps_what_is_within_retention(lake: Lake) -> None:
    small_files(lake)
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert vacuum(lake, TABLE) == []
    assert len(rows_of(lake.read(TABLE, version=5))) == 5
    with pytest.raises(LakeError, match="a day or more"):
        vacuum(lake, TABLE, datetime.timedelta(hours=1))


def test_what_is_stored_is_every_file_of_the_folder_older_versions_and_log_included(lake: Lake) -> None:
    assert stored(lake, TABLE) == 0
    small_files(lake)
    five = stored(lake, TABLE)
    assert five > size(lake, TABLE) > 0  # the log too
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
    assert size(lake, TABLE) == 0
    assert stored(lake, TABLE) > five
    assert stored(lake, "gold/ledger_of_last_year") == 0


@pytest.mark.parametrize("partition_by", [(), ("company", "period")])
def test_a_vacuumed_version_says_so(lake: Lake, partition_by: tuple[str, ...]) -> None:
    small_files(lake, company="north & south", partition_by=partition_by)
    whole = stored(lake, TABLE)
    lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit(), partition_by=partition_by)
    assert len(delete_unneeded(lake, TABLE, hours=0, dry_run=True)) == 5
    assert stored(lake, TABLE) > whole
    assert len(delete_unneeded(lake, TABLE, hours=0)) == 5
    assert parquet_files(lake) == []
    with pytest.raises(VersionGone, match="version 5"):
        lake.read(TABLE, version=5)
    with pytest.raises(VersionGone, match="version 5"):
        lake.restore(TABLE, 5, commit())
    assert rows_of(lake.read(TABLE)) == []


def test_the_version_is_what_the_log_says_also_where_only_a_checkpoint_is_left_of_it(lake: Lake) -> None:
    assert lake.version(TABLE) is None
    lake.create(TABLE, SCHEMA)
    assert lake.version(TABLE) == 0
    small_files(lake)
    store, log = staging.filesystem(lake.url, lake.storage_options), f"{TABLE}/_delta_log"
    store.open_output_stream(f"{log}/_commit_00000000000000000009.json.tmp").close()  # a commit that was never made
    assert lake.version(TABLE) == 5
    checkpoint(lake, TABLE)
    for name in staging.names(store, log):
        if name.endswith(".json"):
            store.delete_file(f"{log}/{name}")
    assert lake.version(TABLE) == lake.open(TABLE).version() == 5
