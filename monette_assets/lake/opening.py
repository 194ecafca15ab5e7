"""The lake of a deployment, and how what lies in Azure Storage is entered: by its settings alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monette_assets.azure_storage import StorageUrl
from monette_assets.credentials import storage_access

if TYPE_CHECKING:
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings


def storage_options(settings: Settings) -> dict[str, str]:
    """What clients of the lake's store are told; nothing of a lake on a disk."""
    if "://" not in settings.lake_url:
        return {}
    return storage_access(settings).options(StorageUrl.parse(settings.lake_url))


def open_lake(settings: Settings) -> Lake:
    """The lake."""
    from monette_assets.lake import Lake

    return Lake(settings.lake_url, storage_options(settings))


def asked_briefly(lake: Lake) -> Lake:
    """The same lake for somebody who waits: what does not answer is soon given up."""
    if not lake.storage_options:
        return lake
    from monette_assets.lake.refusing import BRIEFLY

    return replace(lake, storage_options={**lake.storage_options, **BRIEFLY})
