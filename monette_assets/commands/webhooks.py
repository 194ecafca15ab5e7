"""`monette webhooks`: the receiver of QuickBooks' notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.settings import Settings
    from monette_assets.sources.quickbooks.webhooks import Receiver


def webhooks(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8766,
) -> None:
    """Receive QuickBooks' webhooks on 127.0.0.1, behind a proxy that speaks TLS, until interrupted."""
    import logging

    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.output import notes
    from monette_assets.sources.quickbooks.webhooks import HEALTH, PATH, serve

    platform = Platform()
    receiver = receiver_of(platform.settings, platform.group)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    notes().print(f"Webhooks at http://127.0.0.1:{port}{PATH}, counts at {HEALTH}; Ctrl-C ends it")
    try:
        serve(receiver, port)
    except OSError as error:
        raise CommandError(
            f"port {port} cannot be listened on ({error.strerror}); end what runs there, or give another --port"
        ) from error


def receiver_of(settings: Settings, group: Group) -> Receiver:
    """What the endpoint needs, of this deployment. Raises CommandError without a verifier token."""
    from monette_assets.clock import now
    from monette_assets.commands.errors import CommandError
    from monette_assets.credentials import credential
    from monette_assets.sources.quickbooks.notices import Notices
    from monette_assets.sources.quickbooks.webhooks import Receiver

    token = credential(settings, "quickbooks_verifier_token")
    if token is None:
        raise CommandError(
            "expected MONETTE_QUICKBOOKS_VERIFIER_TOKEN, the verifier token on the Webhooks page of the app at Intuit; "
            "without it no notification can be told from a forged one"
        )
    return Receiver(
        verifier_token=token.get_secret_value(),
        companies={company.realm_id: company.code for company in group.companies},
        notices=Notices(settings.notices_path),
        clock=lambda: now(group),
    )
