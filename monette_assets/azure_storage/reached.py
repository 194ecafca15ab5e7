"""What Microsoft's clients raise, in our words: theirs quote the signature in a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from monette_assets.azure_storage.refusal import no_token, refused, silent

if TYPE_CHECKING:
    from monette_assets.azure_storage.access import AzureAccess
    from monette_assets.azure_storage.url import StorageUrl


@contextmanager
def reached(place: StorageUrl, access: AzureAccess) -> Iterator[None]:
    """Raises OSError in place of what a client of this place raises: what was expected, found, and what to do."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        if error.response is None:  # azure-identity's: nobody has been asked yet
            raise OSError(no_token(place, access.way)) from None
        found = getattr(error, "error_code", None) or error.reason or "no reason given"
        code = str(getattr(found, "value", found))  # an enumeration, where the client knows the code
        date = getattr(error.response, "headers", {}).get("date")
        clock = parsedate_to_datetime(date) if date else None
        told = refused(code, error.status_code, place, access.way, datetime.now(UTC), clock)
        raise OSError(told or f"{place}: the account answered {error.status_code} ({code})") from None
    except AzureError:
        raise OSError(silent(place, access.endpoint)) from None
