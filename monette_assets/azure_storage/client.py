"""Microsoft's client of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

    from monette_assets.azure_storage.access import AzureAccess
    from monette_assets.azure_storage.url import StorageUrl


def container_client(place: StorageUrl, access: AzureAccess) -> ContainerClient:
    """Somebody who knows the way to the container, and does not wait long for an answer."""
    from azure.storage.blob import ContainerClient, ExponentialRetry

    return ContainerClient(
        access.endpoint or place.endpoint,
        place.container,
        credential=access.credential(place),
        # a tick of the sensor has seconds; what cannot be reached now is asked again in the next
        retry_policy=ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=2),
        connection_timeout=5,
        read_timeout=30,
    )
