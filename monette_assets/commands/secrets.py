"""`monette secrets`: put credentials into the store of secrets, and change the key of the embedded one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monette_assets.commands.platform import Platform

secrets = typer.Typer(help="The store of secrets: credentials, and the embedded store's key.", no_args_is_help=True)


@secrets.command(name="set")
def set_(name: Annotated[str, typer.Argument(help="Its name; a setting refers to it as secret:NAME.")]) -> None:
    """Store a credential, asked for without showing it, or read from standard input. The version before is replaced."""
    from monette_assets.commands.errors import UsageError
    from monette_assets.credentials import secret_store

    store = secret_store(Platform().settings)
    value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\r\n")
    if not value:
        raise UsageError(f"{name}: expected its value on standard input, found nothing")
    with store.lock(name):
        held = store.read(name)
        written = store.write(name, value, replaces=held.version if held else None)
    typer.echo(f"{name}: stored, version {written.version}", err=True)


@secrets.command()
def rotate_key() -> None:
    """Seal every secret of the embedded store with a new key. In Key Vault this is Azure's business, and refused."""
    from monette_assets.commands.errors import UsageError
    from monette_assets.credentials import encrypted_folder

    settings = Platform().settings
    if settings.vault_url is not None:
        raise UsageError(f"{settings.vault_url} keeps its own keys; only the embedded store has one to rotate")
    count = encrypted_folder(settings).rotate_key()
    typer.echo(f"{count} secret(s) sealed with a new key in {settings.secrets_key_path}; back it up", err=True)


def store_answers(platform: Platform) -> tuple[str, str]:
    """What `monette doctor` found, and what to do ("" for nothing): can secrets be locked, written and read, and is
    everything there that settings refer to?"""
    from monette_assets.credentials import credential, referred, secret_store
    from monette_assets.settings import SettingUnusable
    from monette_assets.sources.secrets.store import SecretStoreError

    settings, probe = platform.settings, "monette-doctor"
    names = referred(settings)
    where, wrong = "the store of secrets", []
    try:
        store = secret_store(settings)
        where = settings.vault_url or str(settings.secrets_path.absolute())  # of what is none, only its error tells
        store.read(probe)
        for field in names:
            try:
                credential(settings, field)
            except SecretStoreError as error:
                wrong.append(str(error))
        with store.lock(probe):
            held = store.read(probe)
            store.write(probe, "nothing: written to see whether it can be", replaces=held.version if held else None)
    except SecretStoreError as error:
        wrong.append(str(error))
    except SettingUnusable:
        wrong.append("not locked and written: put the settings of the lake right first, beside which the lock lies")
    return f"{where}, {len(names)} credential(s)", "; ".join(wrong)
