"""`monette drained`: whether a code location may be stopped, as an exit status, for who deploys."""

from __future__ import annotations

from typing import Annotated

import typer

from monette_assets.commands.platform import Platform


def drained(
    host: Annotated[str, typer.Argument(help="The code server's name in workspace.yaml, e.g. code-blue.")],
) -> None:
    """Say which runs a code location still executes; to be asked inside its container. Exit status 1 if any."""
    from monette_assets.automation.draining import executed_by
    from monette_assets.commands.errors import CommandError

    with Platform().instance() as instance:
        left = executed_by(instance, host)
    if left:
        named = ", ".join(f"{run.run_id[:8]} ({run.job_name}, {run.status.value.lower()})" for run in left)
        raise CommandError(f"{host} still executes {named}: stop it once they have ended, or they are lost")
    typer.echo(f"{host} executes nothing; it may be stopped")
