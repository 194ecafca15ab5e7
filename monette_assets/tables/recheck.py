"""The checks of a table again, against the rows as they stand and their inputs as they stand. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from monette_assets.tables.audit import Audit, audit
from monette_assets.tables.contract import Contract, Input
from monette_assets.tables.refresh import read_input
from monette_assets.tables.table import Context, Staged

if TYPE_CHECKING:
    from monette_assets.lake import Lake
    from monette_assets.tables.judge import Judge


def recheck(contract: Contract, *, context: Context, lake: Lake, judge: Judge) -> Audit:
    """What a run's audit would say of the published rows of the context's months.

    Without the checks that need what a run read and refused of its source, which no published row tells. Raises
    ValueError where the table was never built, or was built by an older contract that lacks some of its columns.
    """
    version = lake.version(contract.name)
    if version is None:
        raise ValueError(f"{contract.name} was never built")
    if missing := sorted(set(contract.column_names) - set(lake.schema(contract.name, version).names)):
        raise ValueError(f"{contract.name} was built without {', '.join(missing)}; run it again")
    inputs = {
        name: read_input(context, lake, spec, lake.version(spec.contract.name))
        for name, spec in contract.inputs.items()
    }
    untold = context.spark.createDataFrame([], "untold string")  # a check that reads it is one of source: it fails here
    rows = read_input(context, lake, Input(contract), version)
    own = replace(contract, checks=tuple(check for check in contract.checks if not check.of_source))
    return audit(own, Staged(rows, untold, untold, inputs, context), judge)
