"""A contract's schema beside the one that Delta stores."""

from __future__ import annotations

import pyarrow as pa
from deltalake import DeltaTable
from deltalake import Schema as DeltaSchema

from monette_assets.lake.errors import SchemaMismatch
from monette_assets.lake.scope import Scope


def canonical(schema: pa.Schema) -> pa.Schema:
    """The contract's schema as Delta stores it: plain strings, microseconds."""
    return pa.schema(DeltaSchema.from_arrow(schema).to_arrow())


def schema_of(there: DeltaTable) -> pa.Schema:
    return pa.schema(there.schema().to_arrow())


def _say(column: pa.Field) -> str:
    return f"{column.type}{'' if column.nullable else ' not null'}"


def check_scope(table: str, scope: Scope, schema: pa.Schema) -> None:
    for position, name in enumerate(scope.columns):
        if name not in schema.names:
            raise SchemaMismatch(f"{table}: the scope's column {name} is not in the contract: {schema.names}")
        expected = pa.string() if isinstance(next(iter(scope.units))[position], str) else pa.date32()
        if schema.field(name).type != expected:
            raise SchemaMismatch(
                f"{table}: the scope has {expected} for {name}, the contract {schema.field(name).type}"
            )


def grown(table: str, there: DeltaTable, schema: pa.Schema) -> bool:
    """Whether the contract has new nullable columns; raises `SchemaMismatch` for any other difference."""
    found = schema_of(there)
    problems = [f"{name}: in the table, not in the contract" for name in found.names if name not in schema.names]
    for column in schema:
        if column.name not in found.names:
            if not column.nullable:
                problems.append(f"{column.name}: a new column must be nullable, for the rows there already")
        elif found.field(column.name) != column:
            problems.append(f"{column.name}: contract {_say(column)}, table {_say(found.field(column.name))}")
    if problems:
        raise SchemaMismatch(
            f"{table}: {'; '.join(problems)}. Only new nullable columns are taken in; for anything else write a "
            "migration or a new table"
        )
    return len(schema) > len(found)
