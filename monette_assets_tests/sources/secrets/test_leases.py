"""A lease in Azure Storage, by Azurite: one holder, and one that is gone is not waited for longer than it lasts."""

from __future__ import annotations

import threading

import pytest
from azure.storage.blob import BlobLeaseClient, ContainerClient

from monette_assets.sources.secrets.leases import Leases
from monette_assets.sources.secrets.store import SecretStoreError
from monette_assets_tests.azurite import Azurite


@pytest.fixture
def container(azurite: Azurite, request: pytest.FixtureRequest) -> ContainerClient:
    name = f"leases-{abs(hash(request.node.name)) % 10**8}"
    found = azurite.client(name)
    found.create_container()
    return found


def test_one_holds_it_and_the_other_waits(container: ContainerClient) -> None:
    order, asking = [], threading.Event()

    def second() -> None:
        asking.set()
        with Leases(container, "lake")("north"):
            order.append("second")

    other = threading.Thread(target=second)
    with Leases(container, "lake")("north"):
        other.start()
        assert asking.wait(60)
        with Leases(container, "lake")("south"):  # another name is another lock
            order.append("first")
    other.join(60)
    assert order == ["first", "second"]


def test_one_that_is_held_for_too_long_is_said(container: ContainerClient) -> None:
    with (
        Leases(container)("north"),
        pytest.raises(SecretStoreError, match=r"_leases/north: held by another process for 0 s; look for a hanging"),
        Leases(container, timeout=0)("north"),
    ):
        pass


def test_one_that_was_left_behind_ends_by_itself(container: ContainerClient) -> None:
    """A machine that was switched off renews nothing: its lease, here of the least 15 seconds, is waited for."""
    blob = container.get_blob_client("_leases/north")
    blob.upload_blob(b"")
    BlobLeaseClient(blob).acquire(15)
    with Leases(container)("north"):
        pass


def test_it_is_renewed_while_it_is_held(container: ContainerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed, renew = threading.Event(), BlobLeaseClient.renew

    def told(lease: BlobLeaseClient) -> None:
        renew(lease)
        renewed.set()

    monkeypatch.setattr(BlobLeaseClient, "renew", told)
    with Leases(container, seconds=15)("north"):
        assert renewed.wait(30)


def test_a_container_that_is_not_there_is_said(azurite: Azurite) -> None:
    with pytest.raises(SecretStoreError, match=r"cannot be had \(ContainerNotFound\); check MONETTE_LAKE's container"):
        Leases(azurite.client("absent"), "lake")("north").__enter__()
