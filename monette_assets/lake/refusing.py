"""An object store that lets nobody in, by its name: whoever works on the lake is told why, and what to do.

No error of a store leaves here that quotes what it was entered by: Dagster keeps errors, with all that led to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from monette_assets.azure_storage.access import secrets_of, way_of
from monette_assets.azure_storage.redacting import redacted
from monette_assets.azure_storage.refusal import explained, refused
from monette_assets.azure_storage.url import StorageUrl, StorageUrlError
from monette_assets.lake import staging
from monette_assets.lake.errors import LakeError, StoreFailed, StoreRefused

if TYPE_CHECKING:
    from monette_assets.lake.lake import Lake

BRIEFLY = {"max_retries": "2", "retry_timeout": "5s"}
"""Options for somebody who waits: what does not answer is soon given up."""

_VAGUE = re.compile(r"non-2xx status code: 40[134]|os error 111|timed out|error sending request", re.IGNORECASE)

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def named_when_refused(url: str, options: Mapping[str, str]) -> Iterator[None]:
    """Raises `StoreRefused` in place of an error, of whatever library, by which the store kept it out.

    Any other passes, unless it or what led to it quotes a secret: then `StoreFailed` is raised in its place, or its
    own kind where it is of the lake, without that secret and what led to it.
    """
    try:
        yield
    except Exception as error:
        secrets = secrets_of(options)
        quotes = any(redacted(str(each), secrets) != str(each) for each in _chain(error))
        if not isinstance(error, LakeError) and (told := _told(error, url, options)):
            raise StoreRefused(told) from (None if quotes else error)
        if not quotes:
            raise
        said = redacted(str(error), secrets)
        if isinstance(error, LakeError):
            raise type(error)(said) from None
        raise StoreFailed(f"{url}: the store answered with an error: {type(error).__name__}: {said}") from None


def _told(error: BaseException, url: str, options: Mapping[str, str]) -> str | None:
    try:
        place = StorageUrl.parse(url)
    except StorageUrlError:
        return None  # a disk, or a store of another kind
    vague = False
    for each in _chain(error):
        if told := _explained(each, place, options):
            return told
        vague = vague or bool(_VAGUE.search(str(each)))
    return _asked(url, place, options) if vague else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _explained(error: BaseException, place: StorageUrl, options: Mapping[str, str]) -> str | None:
    return explained(str(error), place, way_of(options), datetime.now(UTC), options.get("azure_storage_endpoint"))


def _asked(url: str, place: StorageUrl, options: Mapping[str, str]) -> str | None:
    """The engine passes on a status without the answer: what does the store say to a question of ours?"""
    try:
        staging.names(staging.filesystem(url, {**options, **BRIEFLY}), staging.FOLDER)
    except OSError as error:
        return _explained(error, place, options)
    return refused("AuthorizationPermissionMismatch", None, place, way_of(options), datetime.now(UTC))


def refusing(method: Callable[Concatenate[Lake, P], R]) -> Callable[Concatenate[Lake, P], R]:
    """For a method of the lake: raises `StoreRefused` where the store keeps it out."""

    @wraps(method)
    def named(lake: Lake, /, *given: P.args, **more: P.kwargs) -> R:
        with named_when_refused(lake.url, lake.storage_options):
            return method(lake, *given, **more)

    return named
