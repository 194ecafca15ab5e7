"""What is wrong with the settings of Azure Storage, all of it at once, before anybody is asked."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from monette_assets.azure_storage.url import EXPECTED, StorageUrl, StorageUrlError

KEY, SIGNATURE = "MONETTE_AZURE_STORAGE_KEY", "MONETTE_AZURE_STORAGE_SIGNATURE"
ENDPOINT = "MONETTE_AZURE_STORAGE_ENDPOINT"
TENANT, CLIENT, SECRET = "MONETTE_AZURE_TENANT_ID", "MONETTE_AZURE_CLIENT_ID", "MONETTE_AZURE_CLIENT_SECRET"
LOGS = "MONETTE_COMPUTE_LOGS"


def problems(
    urls: Mapping[str, str | None], given: Iterable[str], endpoint: str | None, environment: Iterable[str]
) -> list[str]:
    """A sentence for every problem; none where all is well.

    `urls`: by the setting's name, a path or `abfss://`. `given`: names of the settings above that are set.
    `environment`: names of the process's variables.
    """
    names = set(given)
    elsewhere = {setting: url for setting, url in urls.items() if url is not None and "://" in url}
    found, places = [], {}
    for setting, url in elsewhere.items():
        try:
            places[setting] = StorageUrl.parse(url)
        except StorageUrlError as error:
            found.append(f"{setting}: {error}, or the path of a folder")
    if LOGS in urls and urls[LOGS] is not None and LOGS not in elsewhere:
        found.append(f"{LOGS}: expected {EXPECTED}, found a path; unset it, and they are kept on this machine")
    found += [*_ways(names), *_endpoint(endpoint)]
    of_one_account = sorted(names & {KEY, SIGNATURE, ENDPOINT})
    if of_one_account and not elsewhere:
        said = ", ".join(of_one_account)
        return [*found, f"{said}: set, and nothing lies in Azure; set {' or '.join(urls)} to abfss://..., or unset it"]
    if of_one_account and len({place.account for place in places.values()}) > 1:
        said = ", ".join(f"{setting} in {place.account}" for setting, place in places.items())
        found.append(f"{', '.join(of_one_account)}: of one account, found {said}; use one account, or an identity")
    if SIGNATURE in names and LOGS in places:
        found.append(f"{LOGS}: Dagster signs links to logs, by a key or an identity; {SIGNATURE} cannot")
    ambient = sorted(name for name in environment if name.upper().startswith("AZURE_STORAGE_"))
    if elsewhere and ambient:
        found.append(f"{', '.join(ambient)}: would be taken in place of what MONETTE_AZURE_... says; unset")
    return found


def key_problems(key: str) -> list[str]:
    """What is wrong with a key by its looks: a part of it, say."""
    try:
        if b64decode(key, validate=True):
            return []
    except binascii.Error:
        pass
    return [f"{KEY}: expected base64, as Azure shows it, found {len(key)} characters that are not; copy all of it"]


def _ways(names: set[str]) -> list[str]:
    found = []
    if len(ways := sorted(names & {KEY, SIGNATURE, SECRET})) > 1:
        found.append(f"expected one of {KEY}, {SIGNATURE}, {SECRET}, found {' and '.join(ways)}; unset the others")
    if SECRET in names and (missing := sorted({TENANT, CLIENT} - names)):
        found.append(f"{SECRET} is set, {' and '.join(missing)} not: a service principal is all three")
    if TENANT in names and SECRET not in names:
        found.append(f"{TENANT} is set, {SECRET} not: a service principal is all three; for an identity unset it")
    return found


def _endpoint(endpoint: str | None) -> list[str]:
    """HTTPS, or HTTP within this machine: loopback, or a name without a dot, as containers of one host have."""
    if endpoint is None:
        return []
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return []
    if parts.scheme == "http" and (host == "127.0.0.1" or (host and "." not in host and ":" not in host)):
        return []
    return [
        f"{ENDPOINT}: expected https://..., or http://127.0.0.1:PORT/ACCOUNT (Azurite), found {parts.scheme}://{host}"
    ]
