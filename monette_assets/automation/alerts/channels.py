"""Where messages go: Teams, Slack, e-mail, webhooks and whatever else Apprise has a URL for.

A URL holds a secret: it is never named, logged or kept. A channel is known by its service and a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from monette_assets.automation.alerts.messages import Message, Occasion
from monette_assets.automation.alerts.quiet import quiet
from monette_assets.credentials import credential

if TYPE_CHECKING:
    from pydantic import SecretStr

    from monette_assets.settings import Settings

LOGGERS = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")  # say whole URLs where they debug
IDENTIFIED = ("json", "jsons", "form", "forms", "xml", "xmls")  # take further fields: the message's id


class ChannelError(Exception):
    """What is configured is no channel, or a channel did not take a message. Never holds a URL."""


@dataclass(frozen=True)
class Channel:
    """One receiver."""

    name: str
    url: SecretStr

    def send(self, message: Message) -> None:
        """Deliver a message. Raises ChannelError unless the receiver took it."""
        url = self.url.get_secret_value()
        if self.name.split(" ")[0] in IDENTIFIED:
            url += f"{'&' if '?' in url else '?'}:id={quote(message.id)}&:occasion={message.occasion}"
        with quiet(LOGGERS) as said:
            try:
                taken = _notify(url, message)
            except Exception as error:  # of any of its many services; its text may quote the URL
                raise ChannelError(f"{self.name}: {type(error).__name__}") from None
        if not taken:
            why = [line for line in (without(line, url) for line in said) if line]
            raise ChannelError(f"{self.name}: {why[-1] if why else 'the receiver did not take it'}")


def configured(settings: Settings) -> list[Channel]:
    """The channels of a deployment. Raises as `channels`, or SecretStoreError where a secret it names is not there."""
    return channels(credential(settings, "alerts"), settings.alerts_file)


def channels(urls: SecretStr | None, file: Path | None = None) -> list[Channel]:
    """The channels of URLs separated by spaces, and of a file with one a line (`#` begins a remark).

    Raises:
        ChannelError: the file cannot be read, or which of them is no URL Apprise can use; it is not quoted.
    """
    from pydantic import SecretStr

    words = urls.get_secret_value().split() if urls is not None else []
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ChannelError(f"MONETTE_ALERTS_FILE: {file} cannot be read: {type(error).__name__}") from None
        words += [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found, counted = [], Counter[str]()
    for position, word in enumerate(words, 1):
        scheme = word.partition("://")[0].lower()
        with quiet(LOGGERS):
            good = "://" in word and _instance(word) is not None
        if not good:
            raise ChannelError(
                f"MONETTE_ALERTS: expected URLs as Apprise reads them (slack://..., workflows://..., mailto://...), "
                f"separated by spaces; number {position} is none"
            )
        counted[scheme] += 1
        found.append(Channel(f"{scheme} {counted[scheme]}", SecretStr(word)))
    return found


def without(text: str, url: str) -> str:
    """A text without any part of a URL that might be a secret."""
    parts = {url, *_parts(url), *_parts(unquote(url))}
    for part in sorted((part for part in parts if len(part) > 3), key=len, reverse=True):
        text = text.replace(part, "***")
    return " ".join(text.split())[:300]


def _parts(url: str) -> Sequence[str]:
    rest = url.partition("://")[2]
    for separator in "/?&=:@,":
        rest = rest.replace(separator, " ")
    return rest.split()


def _notify(url: str, message: Message) -> bool:
    """Whether the receiver took it: as HTML where its first choice is HTML, as text else."""
    import apprise

    sender = _instance(url)
    if sender is None:
        return False
    first = sender.notify_format
    html = (first[0] if isinstance(first, tuple) else first) is apprise.NotifyFormat.HTML
    return bool(
        sender.notify(
            title=message.title,
            body=message.html if html else message.text,
            body_format=apprise.NotifyFormat.HTML if html else apprise.NotifyFormat.TEXT,
            notify_type=_type(message.occasion),
        )
    )


def _type(occasion: Occasion) -> Any:
    import apprise

    return {
        Occasion.OPEN: apprise.NotifyType.FAILURE,
        Occasion.UPDATE: apprise.NotifyType.WARNING,
        Occasion.CLEAR: apprise.NotifyType.SUCCESS,
    }.get(occasion, apprise.NotifyType.INFO)


def _instance(url: str) -> Any:
    import apprise

    asset = apprise.AppriseAsset(app_id="monette", app_desc="monette", secure_logging=True)
    return apprise.Apprise.instantiate(url, asset=asset)
