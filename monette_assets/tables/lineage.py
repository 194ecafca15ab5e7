"""Column schema and column lineage of a contract, as Dagster shows them."""

from __future__ import annotations

import dagster as dg

from monette_assets.tables.contract import Contract


def table_schema(contract: Contract) -> dg.TableSchema:
    """The columns with type, unit, meaning and constraints."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=column.description + (f" [{column.unit}]" if column.unit else ""),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in contract.columns
        ]
    )


def column_lineage(contract: Contract) -> dg.TableColumnLineage:
    """Which upstream columns each column comes from."""
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for column in contract.columns:
        for source in column.source:
            table, _, name = source.rpartition(".")
            deps.setdefault(column.name, []).append(dg.TableColumnDep(dg.AssetKey(table.split("/")), name))
    return dg.TableColumnLineage(deps)
