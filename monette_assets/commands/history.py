"""`monette history`, `monette compare`: a table's versions, and what differs."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

from monette_assets.commands.output import Format
from monette_assets.commands.platform import Platform

TableArgument = Annotated[str, typer.Argument(help="A table, such as gold/profit_and_loss.")]


def history(
    table: TableArgument,
    limit: Annotated[int, typer.Option(min=1, help="So many versions, newest first.")] = 30,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """List a table's versions: when, by which run and code, from which inputs, how many rows were written."""
    from monette_assets.commands.output import write
    from monette_assets.reports.statement import Field, Kind, Statement

    platform = Platform()
    check_table(table)
    zone = platform.group.time_zone
    rows = []
    for entry in platform.lake.history(table, limit):
        commit = entry.commit
        who = ": ".join(filter(None, (commit.author, commit.reason))) if commit else ""
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
    write(
        Statement(
            title=f"{table}: history",
            subtitle="newest first; `monette restore` brings a version back, `monette compare` shows what differs",
            fields=tuple(Field(key, titles.get(key, key.capitalize()), kinds.get(key, Kind.TEXT)) for key in shown),
            rows=rows,
        ),
        format_,
    )


def compare(
    table: TableArgument,
    old: Annotated[int, typer.Argument(min=0, help="The version before.")],
    new: Annotated[int, typer.Argument(min=0, help="The version after.")],
    samples: Annotated[int, typer.Option(min=1, help="So many rows of each kind.")] = 10,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Show what differs between two versions of a table: rows added, changed and removed, by key."""
    from rich.console import Console

    from monette_assets.commands.output import write
    from monette_assets.reports.rendering import show
    from monette_assets.reports.statement import Field, Kind, Statement

    platform = Platform()
    key = check_table(table)
    found = platform.lake.compare(table, old, new, key, samples=samples)
    kinds = (("Added", found.added_rows), ("Changed", found.changed_rows), ("Removed", found.removed_rows))
    if format_ is not Format.TABLE:
        names = ["change", *dict.fromkeys(name for _, rows in kinds for name in rows.column_names)]
        listed = [{"change": title.lower(), **row} for title, rows in kinds for row in rows.to_pylist()]
        counted = f"{found.added} added, {found.changed} changed, {found.removed} removed"
        fields = tuple(Field(name, name) for name in names)
        write(Statement(f"{table}: version {old} to {new}", counted, fields, listed), format_)
        return
    console = Console(highlight=False)
    console.print(
        f"[bold]{table}[/] version {old} to {new}: {found.added:,} added, {found.changed:,} changed, "
        f"{found.removed:,} removed"
    )
    for title, rows in kinds:
        if rows.num_rows:
            fields = tuple(Field(name, name, Kind.TEXT) for name in rows.column_names)
            show(Statement(title, f"the first {rows.num_rows}", fields, rows.to_pylist()), console)


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
