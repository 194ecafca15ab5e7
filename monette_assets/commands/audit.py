"""`monette audit`: who changed what through the platform, and whether the log of it is as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.output import Format, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.tables.audit_log import Act

audit = typer.Typer(help="The log of every act that changed something.", no_args_is_help=True)


@contextmanager
def recorded(platform: Platform, action: str, what: str) -> Iterator[Act]:
    """The act of the person at the keyboard, in the log from before it begins: what cannot be logged is not done."""
    from monette_assets.commands.history import author
    from monette_assets.tables import audit_log

    with audit_log.recorded(platform.lake, platform.group, who=author(), action=action, what=what) as act:
        yield act


@audit.command(name="list")
def list_(
    limit: Annotated[int, typer.Option(min=1, help="So many entries, newest first.")] = 50,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """List who ran, closed, reopened, approved, restored and connected what, and how it ended."""
    from monette_assets.reports.statement import Field, Kind, Statement
    from monette_assets.tables.hash_chain import entries

    platform = Platform()
    zone = platform.group.time_zone
    found = list(reversed(entries(platform.lake, "audit_log")))[:limit]
    write(
        Statement(
            "Audit log",
            "newest first; `monette audit verify` recomputes the hashes",
            (
                Field("number", "Number", Kind.COUNT),
                Field("at", "When", Kind.DATE),
                Field("who", "Who"),
                Field("through", "Through"),
                Field("action", "Action"),
                Field("what", "What"),
                Field("phase", "Phase"),
                Field("result", "Result"),
                Field("act", "Act"),
            ),
            [{**row, "at": row["at"].astimezone(zone)} for row in found],
        ),
        format_,
    )


@audit.command()
def verify() -> None:
    """Recompute the log's hashes. Exit status 1, and the first broken entry, where something was changed."""
    from rich.console import Console

    from monette_assets.tables import hash_chain

    lake = Platform().lake
    console = Console(highlight=False)
    broken = hash_chain.verify(lake, "audit_log")
    if broken is not None:
        console.print(broken.sentence("audit_log"), markup=False, soft_wrap=True)
        raise typer.Exit(1)
    found = hash_chain.entries(lake, "audit_log")
    head = f", the last with hash {found[-1]['hash']}" if found else ""
    console.print(f"Intact: {len(found)} entries{head}", markup=False, soft_wrap=True)
