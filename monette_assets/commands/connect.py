"""`monette connect`: let a company's owner connect it to QuickBooks."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

import typer

from monette_assets.commands.platform import Platform

AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
SCOPE = "com.intuit.quickbooks.accounting"


def connect(
    company: Annotated[list[str] | None, typer.Argument(help="Company codes.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every company of the contract.")] = False,
) -> None:
    """Connect companies: at the simulator at once, at Intuit by opening a page and pasting where it leads."""
    from monette_assets.commands import outside_world
    from monette_assets.commands.audit import recorded
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes

    platform, console = Platform(), notes()
    if every == bool(company):
        raise UsageError("say which companies to connect, or --all")
    codes = [each.code for each in platform.group.companies] if every else platform.companies(company or ())
    with recorded(platform, "connect", ", ".join(codes)):
        if platform.settings.simulated:
            outside_world.connect(platform.settings, platform.group, codes)
        else:
            for code in codes:
                _at_intuit(platform, code)
    console.print(f"Connected: {', '.join(codes)}")


def _at_intuit(platform: Platform, code: str) -> None:
    """A person grants access in the browser and pastes the address it ends at."""
    from monette_assets.commands.errors import CommandError
    from monette_assets.resources import token_keeper

    settings, company = platform.settings, platform.group.company(code)
    if settings.redirect_problem is not None:
        raise CommandError(settings.redirect_problem)
    state = secrets.token_urlsafe(16)
    question = {
        "client_id": settings.quickbooks_client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": settings.quickbooks_redirect_uri,
        "state": state,
    }
    typer.echo(f"{company.name} ({code}): open this page, choose that company, and allow access:", err=True)
    typer.echo(f"  {AUTHORIZE_URL}?{urlencode(question)}", err=True)
    answer = parse_qs(urlsplit(typer.prompt("The address the browser ends at", err=True, hide_input=True)).query)
    given = {name: values[0] for name, values in answer.items()}
    if not secrets.compare_digest(given.get("state", ""), state):
        raise CommandError(f"{code}: that address does not belong to this request (its state differs); start again")
    if given.get("realmId") != company.realm_id:
        raise CommandError(
            f"{code}: expected the company with realm {company.realm_id}, found {given.get('realmId', 'none')}; choose "
            f"{company.name} in the browser, or correct realm_id in the contract"
        )
    keeper = token_keeper(settings)
    try:
        keeper.connect(code, company.realm_id, given.get("code", ""), settings.quickbooks_redirect_uri)
    finally:
        keeper.close()
