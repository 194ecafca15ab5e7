"""Landing in a container of Azure Storage, against Azurite: everything the folder on a disk does, by the Blob API."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import dagster as dg
import httpx
import pyarrow as pa
import pytest
from azure.storage.blob import AccountSasPermissions, ContainerClient, ResourceTypes, generate_account_sas
from pydantic import SecretStr

from monette_assets.automation.landed import tick
from monette_assets.azure_storage import AzureAccess, StorageUrlError
from monette_assets.bronze import landing_files, quickbooks_reports
from monette_assets.bronze.landing_files import Stored, take_in
from monette_assets.gold import trial_balance
from monette_assets.lake import Commit, Lake, Scope
from monette_assets.resources import Landing, lake_resource
from monette_assets.settings import Settings
from monette_assets.sources.landing import folder as bounds
from monette_assets.sources.landing.container import open_folder
from monette_assets.sources.landing.folder import Folder, LocalFolder, Unreadable
from monette_assets_tests.frames import NOW, group_of, rows
from monette_assets_tests.landed import workbook

if TYPE_CHECKING:
    from monette_assets_tests.azurite import Azurite

LATER = datetime.now(UTC) + timedelta(hours=1)
BUDGET = workbook({"North Home": [["Company", "north"], ["Account", "Nov 2024", "Dec 2024"], [5300, 1, 2]]})
REVISED = workbook({"North Home": [["Company", "north"], ["Account", "Nov 2024", "Dec 2024"], [5300, 1, 3]]})
CSV = b"Period;Company;Location;Herd;Head\r\n2024-12;south;;Feedlot;5\r\n"


@pytest.fixture
def container(azurite: Azurite, request: pytest.FixtureRequest) -> ContainerClient:
    """An empty container of the test's own."""
    name = f"landing{crc32(request.node.nodeid.encode())}"
    client = ContainerClient(
        azurite.endpoint, name, credential={"account_name": azurite.account, "account_key": azurite.key}
    )
    client.create_container()
    return client


@pytest.fixture
def url(container: ContainerClient, azurite: Azurite) -> str:
    return f"abfss://{container.container_name}@{azurite.account}.dfs.core.windows.net/finance/drop"


@pytest.fixture
def folder(url: str, azurite: Azurite) -> Folder:
    return open_folder(url, AzureAccess(key=azurite.key, endpoint=azurite.endpoint))


@pytest.fixture
def drop(container: ContainerClient) -> Callable[[str, bytes], Any]:
    return lambda name, content: container.upload_blob(f"finance/drop/{name}", content, overwrite=True)


def names(container: ContainerClient) -> list[str]:
    return sorted(container.list_blob_names())


def test_only_what_lies_directly_in_the_folder_is_looked_at(
    container: ContainerClient, folder: Folder, drop: Callable[[str, bytes], Any]
) -> None:
    assert folder.files() == []
    for name in ("budget.xlsx", "~$budget.xlsx", ".hidden", "b.csv.part", "deep/er.xlsx", "rejected/old.xlsx"):
        drop(name, b"x")
    container.upload_blob("finance/drop2.xlsx", b"x")
    assert [(landed.name, landed.size) for landed in folder.files()] == [("budget.xlsx", 1)]
    assert folder.read("budget.xlsx") == b"x"


def test_odd_names_are_moved_away_and_hide_no_other(
    folder: Folder, drop: Callable[[str, bytes], Any], container: ContainerClient
) -> None:
    odd = ["a\nb.csv", "\u202egpj.csv", "n" * 900 + ".csv"]
    for name in [*odd, "/double.csv", "x%2F..%2Fy.csv", "100%?#.csv", "budget.xlsx"]:
        drop(name, BUDGET)
    taken = take_in(folder, Stored(), "run", LATER)
    assert len(taken.rows) == 1  # the others have its content
    assert len(taken.rejected) == len(odd)
    assert len([name for name in names(container) if "/rejected/" in name]) == 2 * len(odd)
    assert {landed.name for landed in folder.files()} == {"x%2F..%2Fy.csv", "100%?#.csv", "budget.xlsx"}


def test_versions_rejections_and_copies_are_as_in_a_folder_on_a_disk(
    folder: Folder, drop: Callable[[str, bytes], Any], tmp_path: Path
) -> None:
    def drop_here(name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(content)

    found = []
    for place, put in ((folder, drop), (LocalFolder(tmp_path), drop_here)):
        held, told = Stored(), []
        for name, content in (
            ("budget.xlsx", BUDGET), ("copy.xlsx", BUDGET), ("budget.xlsx", REVISED), ("budget.xlsx", BUDGET),
            ("herds.csv", CSV), ("photo.xlsx", b"\x89PNG\xff"), ("poem.csv", b"roses,are\n"), ("photo.xlsx", b"PK no"),
        ):  # fmt: skip
            put(name, content)
            taken = take_in(place, held, "run", LATER)
            told += [(row["file_name"], row["version"], row["kind"]) for row in taken.rows]
            told += sorted(taken.rejected.items())  # type: ignore[arg-type]
        found.append(told)
    assert found[0] == found[1]
    assert found[0][:4] == [
        ("budget.xlsx", 1, "budget"), ("budget.xlsx", 2, "budget"), ("budget.xlsx", 3, "budget"),
        ("herds.csv", 1, "head_counts"),
    ]  # fmt: skip
    assert [told[0] for told in found[0][4:]] == ["photo.xlsx", "poem.csv", "photo.xlsx"]


def test_a_rejected_file_keeps_its_content_and_has_its_reason_beside_it(
    container: ContainerClient, folder: Folder, drop: Callable[[str, bytes], Any]
) -> None:
    for content in (b"one", b"two"):
        drop("budget.xlsx", content)
        folder.reject("budget.xlsx", "expected an .xlsx workbook")
    place = "finance/drop/rejected"
    assert names(container) == [
        f"{place}/budget (2).xlsx", f"{place}/budget (2).xlsx.reason.txt",
        f"{place}/budget.xlsx", f"{place}/budget.xlsx.reason.txt",
    ]  # fmt: skip
    assert container.download_blob(f"{place}/budget (2).xlsx").readall() == b"two"
    assert b"expected an .xlsx workbook" in container.download_blob(f"{place}/budget.xlsx.reason.txt").readall()
    assert folder.reject("gone.xlsx", "no") == ""


def test_an_object_beyond_the_bound_is_not_read(
    folder: Folder, drop: Callable[[str, bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_FILE_BYTES", 10)
    drop("big.csv", b"x" * 11)
    with pytest.raises(Unreadable, match="at most"):
        folder.read("big.csv")
    drop("empty.csv", b"")
    assert folder.read("empty.csv") == b""
    for name in ("../big.csv", "gone.csv"):
        with pytest.raises(Unreadable, match="expected"):
            folder.read(name)


def test_a_shared_access_signature_lets_in_too(
    url: str, azurite: Azurite, drop: Callable[[str, bytes], Any], container: ContainerClient
) -> None:
    drop("budget.xlsx", BUDGET)
    signature = signed(azurite)
    folder = open_folder(url, AzureAccess(signature=signature, endpoint=azurite.endpoint))
    assert folder.read("budget.xlsx") == BUDGET
    folder.reject("budget.xlsx", "no")
    assert len(names(container)) == 2


def signed(azurite: Azurite) -> str:
    return generate_account_sas(
        azurite.account, azurite.key, ResourceTypes(container=True, object=True),
        AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True), LATER,
    )  # fmt: skip


def test_what_keeps_it_out_is_an_os_error_that_quotes_no_secret(
    url: str, azurite: Azurite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}/{azurite.account}"
        wrong = "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXk="
        signature = signed(azurite)
        accesses = [
            (AzureAccess(key=wrong, endpoint=azurite.endpoint), "answered 403"),
            (AzureAccess(signature=signature[:-4] + "AAAA", endpoint=azurite.endpoint), "answered 403"),
            (AzureAccess(signature=signature, endpoint=closed), "found none"),
        ]
        for access, said in accesses:
            with pytest.raises(OSError, match=said) as refused:
                open_folder(url, access).files()
            told = "".join(traceback.format_exception(refused.value)) + repr(access) + caplog.text
            assert wrong not in told
            assert signature.partition("sig=")[2][:20] not in told
    missing = url.replace("landing", "nolanding", 1)
    with pytest.raises(OSError, match="ContainerNotFound"):
        open_folder(missing, AzureAccess(key=azurite.key, endpoint=azurite.endpoint)).read("a.csv")


@pytest.mark.parametrize(
    "wrong", ["s3://bucket/x", "abfss://drop", "abfss://drop@account.blob.core.windows.net/x",
              "abfss://DROP@account.dfs.core.windows.net", "https://account.blob.core.windows.net/drop?sig=secret"],
)  # fmt: skip
def test_a_landing_url_of_another_kind_is_refused(wrong: str) -> None:
    with pytest.raises(StorageUrlError, match="expected abfss://CONTAINER") as refused:
        open_folder(wrong)
    assert "secret" not in str(refused.value)


@pytest.fixture
def settings(tmp_path: Path, url: str, azurite: Azurite) -> Settings:
    """A deployment whose sheets land in the container, with three months ingested."""
    made = Settings(
        home=tmp_path / "home",
        landing=url,
        azure_storage_key=SecretStr(azurite.key),
        azure_storage_endpoint=azurite.endpoint,
    )
    lake = Lake(made.lake_url)
    for contract in (quickbooks_reports.CONTRACT, trial_balance.CONTRACT):
        schema, months = contract.arrow_schema, ("2024-11", "2024-12", "2025-01")
        data = pa.Table.from_pylist(rows(contract, "period", *([month] for month in months)), schema=schema)
        commit = Commit(run_id="run", publish_id=contract.name, code_version="1", contract_version="c", at=NOW)
        if contract.name.startswith("bronze/"):
            lake.append(contract.name, data, schema=schema, commit=commit)
        else:
            lake.publish(contract.name, data, schema=schema, scope=Scope.everything(), commit=commit)
    return made


def test_a_dropped_sheet_drives_what_it_feeds(
    settings: Settings, tmp_path: Path, drop: Callable[[str, bytes], Any]
) -> None:
    group = group_of(tmp_path / "group")
    drop("budget.xlsx", BUDGET)
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance=instance) as context:
        asked = tick(context, group, Lake(settings.lake_url), Landing(settings), LATER)
    assert isinstance(asked, dg.SensorResult)
    [request] = asked.run_requests or []
    config = request.run_config["ops"]["refresh_chain"]["config"]
    assert config["landed"] == ["silver/budgets"]
    assert config["months"] == {"north": ["2024-11", "2024-12", "2025-01"]}

    resources = {"lake": lake_resource(settings, group), "landing": Landing(settings)}
    for _ in range(2):
        assert dg.materialize([landing_files.build(group)], resources=resources).success
    [row] = Lake(settings.lake_url).read("bronze/landing_files").to_pylist()
    assert (row["file_name"], row["version"], row["content"]) == ("budget.xlsx", 1, BUDGET)


def test_a_container_that_does_not_answer_has_not_arrived(settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}/x"
        closed = settings.model_copy(update={"azure_storage_endpoint": endpoint})
        group = group_of(tmp_path / "group")
        resources = {"lake": lake_resource(closed, group), "landing": Landing(closed)}
        done = dg.materialize([landing_files.build(group)], resources=resources)
    assert done.success
    failed = [each for each in done.get_asset_check_evaluations() if not each.passed]
    assert [each.check_name for each in failed] == ["arrived"]
    assert closed.azure_storage_key is not None
    assert closed.azure_storage_key.get_secret_value() not in str(failed)


def test_azurite_is_the_real_thing_over_http(azurite: Azurite) -> None:
    assert "Azurite" in httpx.get(f"{azurite.endpoint}/?comp=list").headers["server"]
