"""What steps print, in a container of Azure Storage: Dagster's own log manager, entered as the lake is."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from azure.storage.blob import BlobServiceClient
from dagster_azure.blob.compute_log_manager import AzureBlobComputeLogManager

from monette_assets.azure_storage.reached import reached

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

    from monette_assets.azure_storage import AzureAccess, StorageUrl

log = logging.getLogger(__name__)


class ContainerLogs(AzureBlobComputeLogManager):
    """Logs below a folder of a container, uploaded when a step ends. A log that cannot be kept fails no run.

    `upload_interval` stays unset: Dagster's partial uploads are not found again.
    """

    def __init__(
        self, place: StorageUrl, access: AzureAccess, local: str, inst_data: ConfigurableClassData | None = None
    ) -> None:
        super().__init__(
            storage_account=place.account,
            container=place.container,
            prefix=place.path,
            local_dir=local,
            endpoint_suffix=place.cloud,
            inst_data=inst_data,
        )
        self._place, self._access = place, access
        # Dagster makes a client of the account's own endpoint only
        self._blob_client = BlobServiceClient(access.endpoint or place.endpoint, access.credential(place))
        self._container_client = self._blob_client.get_container_client(place.container)

    def _on_capture_complete(self, log_key: Sequence[str]) -> None:
        try:
            with reached(self._place, self._access):
                super()._on_capture_complete(log_key)
        except OSError as error:  # before the local copy is deleted
            log.warning("what %s printed stays on this machine: %s", "/".join(log_key), error)
