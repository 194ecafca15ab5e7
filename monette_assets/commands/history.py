"""`monette history`, `monette compare`, `monette restore`: a table's versions, what differs, and going back."""

from __future__ import annotations

import getpass
import os
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    pass

TableArgument = Annotated[str, typer.Argument(help="A table, such as gold/profit_and_loss.")]


def history(
    table: TableArgument,
    limit: Annotated[int, typer.Option(min=1, help="So many versions, newest first.")] = 30,
) -> None:
    """List a table's versions: when, by which run, from which inputs, how many rows were written."""
    from rich.console import Console

    from monette_assets.reports.rendering import show
    from monette_assets.reports.statement import Field, Kind, Statement

    platform = Platform()
    check_table(table)
    zone = platform.group.time_zone
    rows = []
    for entry in platform.lake.history(table, limit):
        commit = entry.commit
        who = f"{commit.author}: {commit.reason}" if commit and commit.author else ""
        inputs = ", ".join(
            f"{name.split('/')[-1]} {number}" for name, number in (commit.input_versions if commit else {}).items()
        )
        rows.append(
            {
                "version": entry.version,
                "at": entry.timestamp.astimezone(zone),
                "operation": entry.operation.lower(),
                "rows": entry.rows_added,
                "run": commit.run_id[:8] if commit else "",
                "code": commit.code_version if commit else "",
                "contract": commit.contract_version[:8] if commit else "",
                "units": (commit.units if commit else "")[:40],
                "inputs": inputs,
                "who": who,
            }
        )
    kinds = {"version": Kind.COUNT, "rows": Kind.COUNT, "at": Kind.DATE}
    titles = {"at": "When", "rows": "Rows written", "units": "What", "who": "By whom and why"}
    shown = [key for key in rows[0] if any(row[key] not in ("", None) for row in rows)] if rows else ["version"]
    show(
        Statement(
            title=f"{table}: history",
            subtitle="newest first; `monette restore` brings a version back, `monette compare` shows what differs",
            fields=tuple(Field(key, titles.get(key, key.capitalize()), kinds.get(key, Kind.TEXT)) for key in shown),
            rows=rows,
        ),
        Console(highlight=False),
    )


def compare(
    table: TableArgument,
    old: Annotated[int, typer.Argument(min=0, help="The version before.")],
    new: Annotated[int, typer.Argument(min=0, help="The version after.")],
    samples: Annotated[int, typer.Option(min=1, help="So many rows of each kind.")] = 10,
) -> None:
    """Show what differs between two versions of a table: rows added, changed and removed, by key."""
    from rich.console import Console

    from monette_assets.reports.rendering import show
    from monette_assets.reports.statement import Field, Kind, Statement

    platform = Platform()
    key = check_table(table)
    found = platform.lake.compare(table, old, new, key, samples=samples)
    console = Console(highlight=False)
    console.print(
        f"[bold]{table}[/] version {old} to {new}: {found.added:,} added, {found.changed:,} changed, "
        f"{found.removed:,} removed"
    )
    for title, rows in (
        ("Added", found.added_rows),
        ("Changed", found.changed_rows),
        ("Removed", found.removed_rows),
    ):
        if rows.num_rows:
            fields = tuple(Field(name, name, Kind.TEXT) for name in rows.column_names)
            show(Statement(title, f"the first {rows.num_rows}", fields, rows.to_pylist()), console)


def restore(
    table: TableArgument,
    version: Annotated[int, typer.Option(min=0, help="The version to bring back.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the history for good.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Publish an earlier version of a table again. History is kept; bronze cannot be restored.

    Tables made of it keep what they have until they are run: the command says which.
    """
    from monette_assets.commands.audit import recorded
    from monette_assets.commands.errors import UsageError
    from monette_assets.commands.output import notes
    from monette_assets.lake import Commit

    platform, console = Platform(), notes()
    check_table(table)
    if not reason.strip():
        raise UsageError("--reason: say why; it stands in the history for good")
    lake = platform.lake
    standing = lake.open(table).version()
    rows = lake.open(table, version).count()  # refused here, before anybody is asked, where it is gone
    if not yes:
        typer.confirm(
            f"Replace {table} (version {standing}) by what it was at version {version} ({rows:,} rows)?",
            abort=True,
            err=True,
        )
    run_id = f"restore-{uuid.uuid4().hex[:12]}"
    commit = Commit(
        run_id=run_id,
        publish_id=f"{run_id}:{table}:{version}",
        code_version="",
        contract_version=platform.group.fingerprint,
        input_versions={table: version},
        units=f"restored version {version}",
        author=author(),
        reason=reason.strip(),
        at=datetime.now(UTC),
    )
    with recorded(platform, "restore", f"{table} to version {version}: {reason.strip()}") as act:
        published = lake.restore(table, version, commit)
        act.result = f"version {published.version}"
    _record(platform, table, version, published.version, reason.strip())
    console.print(
        f"[bold green]{table} version {published.version}[/] holds version {version} again "
        f"({published.rows_written:,} rows)."
    )
    below = downstream(table)
    first = f"{platform.group.first_period:%Y-%m}"
    last = f"{platform.current_month:%Y-%m}"
    if below:
        console.print(f"Made of it, and as they were: {', '.join(below)}. To bring them in line:")
        console.print(f"  monette run --no-fetch --from {first} --to {last} --select {','.join(below)}", soft_wrap=True)
    elif table.startswith("gold/"):
        console.print("Reports read it with the next release: any `monette run` of a gold table makes one.")
    console.print(f"A run of {table} itself computes it anew.")


def author() -> str:
    """Who is at the keyboard."""
    try:
        return os.environ.get("USER") or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def check_table(table: str) -> list[str]:
    """The table's key columns. Raises UsageError naming the tables there are."""
    from monette_assets import catalog
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.problems import one_of
    from monette_assets.tables import releases

    keys = {contract.name: list(contract.key) for contract in catalog.contracts()} | {releases.NAME: ["number"]}
    if table not in keys:
        raise UsageError(f"{table}: expected {one_of(keys, table)}")
    return keys[table]


def downstream(table: str) -> list[str]:
    """Every table made of it, in the order of the layers."""
    from monette_assets import catalog

    found = {table}
    for contract in catalog.contracts():  # in order: what a table is made of comes before it
        if found & {spec.contract.name for spec in contract.inputs.values()}:
            found.add(contract.name)
    return [contract.name for contract in catalog.contracts() if contract.name in found - {table}]


def _record(platform: Platform, table: str, version: int, now_at: int, reason: str) -> None:
    """The asset's page shows it: an observation, since no run computed anything."""
    import dagster as dg

    with platform.instance() as instance:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                asset_key=dg.AssetKey(table.split("/")),
                description=f"Restored to version {version} by {author()}: {reason}",
                metadata={"restored_version": version, "version": now_at, "author": author(), "reason": reason},
            )
        )
