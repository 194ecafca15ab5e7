"""A container of Azure Storage: where it is, who is let in, and what keeps somebody out. Plain Python, no SDK."""

from monette_assets.azure_storage.access import AzureAccess
from monette_assets.azure_storage.url import EXPECTED, StorageUrl, StorageUrlError

__all__ = ["EXPECTED", "AzureAccess", "StorageUrl", "StorageUrlError"]
