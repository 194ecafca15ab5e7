"""Messages over real HTTP and SMTP; the URLs they go to are in nothing that anybody reads."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from monette_assets.automation.alerts.channels import Channel, ChannelError, channels
from monette_assets.automation.alerts.messages import Occasion, Section, composed
from monette_assets_tests.automation.alerts.conftest import SECRET, Mailbox, Webhook

MESSAGE = composed(
    "7:open", Occasion.OPEN, "Farm: something is wrong", [Section("What to do", ("monette connect <north> & wait",))]
)


def test_a_webhook_gets_title_text_and_the_messages_id(webhook: Webhook) -> None:
    webhook.channel.send(MESSAGE)
    [body] = webhook.bodies
    assert (body["title"], body["type"], body["id"], body["occasion"]) == (MESSAGE.title, "failure", "7:open", "open")
    assert body["message"] == "What to do\nmonette connect <north> & wait\n\nMessage 7:open"
    assert webhook.paths == [f"/{SECRET}"]


def test_a_chat_gets_the_text(webhook: Webhook) -> None:
    """Mattermost's webhook is Slack's, and may be on any host."""
    [chat] = channels(SecretStr(f"{webhook.url.replace('http', 'mmost')}/{SECRET.replace('-', '')}"))
    chat.send(MESSAGE)
    [body] = webhook.bodies
    assert "Farm: something is wrong" in body["text"]
    assert "monette connect" in body["text"]
    assert chat.name == "mmost 1"


def test_a_mail_has_html_and_text_and_what_was_found_is_no_markup(mailbox: tuple[Mailbox, SecretStr]) -> None:
    box, url = mailbox
    [mail] = channels(url)
    mail.send(MESSAGE)
    [received] = box.mails
    assert received["Subject"] == MESSAGE.title
    assert "controller@farm.example" in received["To"]
    html = received.get_body(("html",))
    assert html is not None
    assert "monette connect &lt;north&gt; &amp; wait" in html.get_content()
    assert received.get_body(("plain",)) is not None


def test_a_receiver_that_refuses_is_named_without_its_url(
    webhook: Webhook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    webhook.status = 404
    channel = webhook.channel
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError, match=r"^json 1: .*404") as refused:
        channel.send(MESSAGE)
    told = [str(refused.value), "".join(traceback.format_exception(refused.value)), repr(channel), caplog.text]
    assert SECRET not in "".join([*told, *capfd.readouterr()])


def test_a_mail_server_that_refuses_the_login_is_named_without_the_password(
    mailbox: tuple[Mailbox, SecretStr], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """This one knows no logins."""
    secret, (_, url) = SECRET.replace("-", ""), mailbox
    [mail] = channels(SecretStr(url.get_secret_value().replace("mailto://", f"mailto://platform:{secret}@")))
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError, match=r"^mailto 1: ") as refused:
        mail.send(MESSAGE)
    told = [str(refused.value), "".join(traceback.format_exception(refused.value)), repr(mail), caplog.text]
    assert secret not in "".join([*told, *capfd.readouterr()])


@pytest.mark.parametrize("scheme", ["json", "mmost", "rocket", "gotify", "ntfy", "workflows", "mailto"])
def test_a_receiver_that_is_not_there_is_named_without_its_url(
    scheme: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = SECRET.replace("-", "")
    user = f"user:{secret}@" if scheme in ("json", "mailto", "rocket", "ntfy") else ""
    rest = "?from=a@farm.example&to=b@farm.example" if scheme == "mailto" else f"/{secret}/{secret}?verify=no&image=no"
    channel = Channel(f"{scheme} 1", SecretStr(f"{scheme}://{user}127.0.0.1:9{rest}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError, match=f"^{scheme} 1: ") as refused:
        channel.send(MESSAGE)
    told = [str(refused.value), "".join(traceback.format_exception(refused.value)), repr(channel), caplog.text]
    assert secret not in "".join([*told, *capfd.readouterr()])


def test_what_is_no_url_is_refused_by_its_place_and_not_quoted() -> None:
    with pytest.raises(ChannelError, match="number 2 is none") as refused:
        channels(SecretStr(f"json://127.0.0.1 slakc://{SECRET}"))
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_urls_may_be_in_a_file_beside_those_of_the_setting(tmp_path: Path) -> None:
    (tmp_path / "urls").write_text(
        "# the controller\nmailto://farm.example?from=b@farm.example&to=a@farm.example\n\njson://two.example\n"
    )
    found = channels(SecretStr("json://one.example"), tmp_path / "urls")
    assert [each.name for each in found] == ["json 1", "mailto 1", "json 2"]
    with pytest.raises(ChannelError, match=r"MONETTE_ALERTS_FILE: .*absent cannot be read: FileNotFoundError"):
        channels(None, tmp_path / "absent")
    assert channels(None) == []
