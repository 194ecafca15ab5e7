"""What keeps somebody out of Azure Storage, in a sentence that says what to do.

Clients of the service (delta-rs and the embedded engine, which share one, and Microsoft's own) quote its answer: the
code in it is what is told apart. Times are compared, since an answer says what time it is there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from monette_assets.azure_storage.access import Way

if TYPE_CHECKING:
    from monette_assets.azure_storage.access import AzureAccess
    from monette_assets.azure_storage.url import StorageUrl

MOST_SKEW = timedelta(minutes=5)  # the service takes 15, a signature none
NEEDED = {"r": "read", "w": "write", "c": "create", "d": "delete", "l": "list"}  # of a signature

_CODE = re.compile(r"<Code>(\w+)</Code>")
_TIME = re.compile(r"Time:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_COLOUR = re.compile(r"\x1b\[\d*m")
_STATUS = re.compile(r"\b(40[0134]|403|409|503) (?:Forbidden|Unauthorized|Not Found|Bad Request|Conflict|Service)")
_NOBODY = ("error sending request", "dns error", "connection refused", "connect error", "operation timed out")
_NO_TOKEN = ("error performing token request", "federated token file", "error getting token response")
_PERMISSION = frozenset({
    "AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch",
    "InsufficientAccountPermissions", "UnauthorizedBlobOverwrite",
})  # fmt: skip
_REFUSED = frozenset({
    "AuthenticationFailed", "AuthorizationFailure", "NoAuthenticationInformation", "InvalidAuthenticationInfo",
})  # fmt: skip


def explained(said: str, place: StorageUrl, way: Way, now: datetime, endpoint: str | None = None) -> str | None:
    """What a client's error comes to; None where the service had no part in it."""
    said = _COLOUR.sub("", said)
    lower = said.lower()
    if code := _CODE.search(said):
        status = _STATUS.search(said)
        there = _TIME.search(said)
        clock = datetime.fromisoformat(f"{there[1]}+00:00") if there else None
        return refused(code[1], int(status[1]) if status else None, place, way, now, clock)
    if any(each in lower for each in _NO_TOKEN):
        return no_token(place, way)
    if "microsoftazure" in lower and "invalid access key" in lower:
        return f"{place}: expected base64 as {way}, found something else; {_copy_key(place)}"
    if any(each in lower for each in _NOBODY):
        return silent(place, endpoint)
    return None


def refused(
    code: str, status: int | None, place: StorageUrl, way: Way, now: datetime, clock: datetime | None = None
) -> str | None:
    """The service's answer; `clock`: the time there. None for a code that keeps nobody out, such as a lost race."""
    skew = clock - now if clock else timedelta(0)
    answered = f"the account answered {status or 'an error'} ({code})"
    if code == "ContainerNotFound":
        return (
            f"{place}: expected a container {place.container} in the account {place.account}, {answered}; create it "
            f"(az storage container create --account-name {place.account} --name {place.container}), or correct the URL"
        )
    if code in _PERMISSION:
        needed = (
            f"make one with sp={''.join(NEEDED)} for containers and objects"
            if way is Way.SIGNATURE
            else "give it the role Storage Blob Data Contributor on the container"
        )
        return f"{place}: expected {way} to be allowed to read, write and delete, {answered}; {needed}"
    if code == "KeyBasedAuthenticationNotPermitted":
        return f"{place}: {answered}: the account takes no key and no signature made of one; use an identity"
    if code in _REFUSED:
        if abs(skew) > MOST_SKEW:
            return f"{place}: {answered}: {skewed(skew)}"
        return f"{place}: expected {way} to be let in, {answered}; {_what_to_do(way, place)}"
    return None


def skewed(skew: timedelta) -> str:
    """That this machine's clock is wrong, by how much, and what to do."""
    minutes = round(abs(skew).total_seconds() / 60)
    return (
        f"this machine's clock is {minutes} minutes {'behind' if skew > timedelta(0) else 'ahead of'} the service's; "
        "requests and signatures hold for a time: set the clock (timedatectl set-ntp true)"
    )


def silent(place: StorageUrl, endpoint: str | None = None) -> str:
    """That nobody answers."""
    return (
        f"{place}: expected an answer of {(endpoint or place.endpoint).partition('?')[0]}, found none; check the "
        "account's name, the network (name resolution, proxy, private endpoint) and MONETTE_AZURE_STORAGE_ENDPOINT"
    )


def no_token(place: StorageUrl, way: Way) -> str:
    """That Entra ID, or the machine's identity service, gave no token."""
    to_do = (
        "check tenant, client and secret, and whether the secret has expired"
        if way is Way.PRINCIPAL
        else "does this machine or pod have an identity? MONETTE_AZURE_CLIENT_ID picks a user-assigned one; elsewhere "
        "set a key, a signature or a service principal"
    )
    return f"{place}: expected a token for {way}, found none; {to_do}"


def of_signature(access: AzureAccess, now: datetime) -> list[str]:
    """What is wrong with a signature by its own words, all of it; nothing of another way in."""
    if access.way is not Way.SIGNATURE:
        return []
    told = {name: values[0] for name, values in parse_qs((access.signature or "").removeprefix("?")).items()}
    if missing := [name for name in ("sv", "se", "sp", "sig") if name not in told]:
        return [f"expected sv, se, sp and sig in {Way.SIGNATURE}, found no {', '.join(missing)}; copy it whole"]
    found = []
    begins, ends = (_moment(told[name]) if name in told else None for name in ("st", "se"))
    if ends is not None and ends <= now:
        found.append(f"{Way.SIGNATURE} expired at {_said(ends)}, it is {_said(now)}; make a new one")
    if begins is not None and begins > now:
        found.append(f"{Way.SIGNATURE} begins at {_said(begins)}, it is {_said(now)}; wait, or correct the clock")
    if lacking := [f"{word} ({letter})" for letter, word in NEEDED.items() if letter not in told["sp"]]:
        found.append(f"{Way.SIGNATURE} does not allow to {', '.join(lacking)}; make one with sp={''.join(NEEDED)}")
    if "srt" in told and (kinds := [word for word in ("c", "o") if word not in told["srt"]]):
        found.append(f"{Way.SIGNATURE} is of srt={told['srt']}, without {', '.join(kinds)}; make one with srt=co")
    return found


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _copy_key(place: StorageUrl) -> str:
    return f"copy it anew (az storage account keys list --account-name {place.account})"


def _what_to_do(way: Way, place: StorageUrl) -> str:
    firewall = "does the account's firewall admit this network?"
    if way is Way.KEY:
        return f"{_copy_key(place)}; {firewall}"
    if way is Way.SIGNATURE:
        return f"is it whole, of this account, and not expired? `monette doctor` reads it; {firewall}"
    return f"give it the role Storage Blob Data Contributor on the container; {firewall}"
