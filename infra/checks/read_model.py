"""Reads a semantic model in TMDL with Microsoft's own library and prints what it holds, as JSON.

`python read_model.py FOLDER`, in the environment of power_bi.lock. Exit status 1 where the library refuses the model.
On .NET Core it cannot say which line is wrong (what writes its messages is of Windows): leave files out to find it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

RUNTIME = {
    "runtimeOptions": {
        "tfm": "netcoreapp3.1",
        "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
        "configProperties": {"System.Globalization.Invariant": True},  # no ICU is needed
    }
}


def library() -> Any:
    """The namespace Microsoft.AnalysisServices.Tabular."""
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump(RUNTIME, config)
        config.flush()
        dotnet = str(files("dotnetcore2") / "bin")
        set_runtime(get_coreclr(runtime_config=config.name, dotnet_root=dotnet))
        import clr
    for name in ("Core", "Tabular.Json", "Tabular"):
        clr.AddReference(str(files("pbi_cli") / "dlls" / f"Microsoft.AnalysisServices.{name}.dll"))
    from Microsoft.AnalysisServices import Tabular

    return Tabular


def read(folder: Path) -> dict[str, Any]:
    """Tables with columns, measures and sources; parameters; relationships; roles; what the library itself finds."""
    model = library().TmdlSerializer.DeserializeDatabaseFromFolder(str(folder)).Model
    return {
        "tables": {
            table.Name: {
                "columns": {each.Name: str(each.DataType) for each in table.Columns if str(each.Type) != "RowNumber"},
                "computed": [each.Name for each in table.Columns if str(each.Type) == "CalculatedTableColumn"],
                "measures": {each.Name: str(each.Expression) for each in table.Measures},
                "sources": {each.SourceType.ToString(): str(each.Source.Expression) for each in table.Partitions},
            }
            for table in model.Tables
        },
        "parameters": {each.Name: str(each.Expression) for each in model.Expressions},
        "relationships": [
            [each.FromTable.Name, each.FromColumn.Name, each.ToTable.Name, each.ToColumn.Name]
            for each in model.Relationships
        ],
        "roles": {
            role.Name: {each.Table.Name: str(each.FilterExpression) for each in role.TablePermissions}
            for role in model.Roles
        },
        "findings": [str(each.Message) for each in model.Validate().Errors],
    }


if __name__ == "__main__":
    try:
        found = read(Path(sys.argv[1]))
    except Exception as error:  # of .NET: every kind of it
        sys.exit(f"the model is refused: {error}")
    print(json.dumps(found))
