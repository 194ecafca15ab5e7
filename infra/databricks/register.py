"""Runs the SQL beside it in Unity Catalog, with the names of an environment filled in. Needs nothing but a cluster.

`--act register` makes tables and access, `describe` writes comments, `withdraw` takes access back. Every value is
checked before the first statement runs, and all that is wrong is said at once.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ACTS = {"register": ("tables.sql", "access.sql"), "describe": ("comments.sql",), "withdraw": ("withdraw.sql",)}
GROUP = r"[A-Za-z0-9][A-Za-z0-9 _.-]*"
CODE = r"[a-z][a-z0-9_]*"
VALUES = {
    "catalog": CODE,
    "lake": r"abfss://[a-z0-9-]+@[a-z0-9]+\.dfs\.core\.windows\.net",
    "readers": GROUP,
    "controllers": GROUP,
    "all_companies": GROUP,
    "company_prefix": GROUP,
    "pay": GROUP,
    "pay_accounts": rf"{CODE}( {CODE})*",
}
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
NOTHING_THERE = ("DELTA_TABLE_NOT_FOUND", "DELTA_PATH_DOES_NOT_EXIST", "DELTA_MISSING_DELTA_TABLE", "PATH_NOT_FOUND")

Block = tuple[str, list[str]]  # the table, "" for what concerns all of them, and its statements


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The values as SQL takes them. Raises ValueError naming every one that is missing or cannot be meant."""
    problems = [
        f"--{name.replace('_', '-')}: expected {pattern}, found {values.get(name)!r}"
        for name, pattern in VALUES.items()
        if not re.fullmatch(pattern, values.get(name) or "", re.ASCII)
    ]
    if problems:
        raise ValueError("; ".join(problems))
    accounts = ", ".join(f"'{code}'" for code in values["pay_accounts"].split())
    return {**values, "pay_accounts": accounts}


def blocks(text: str, values: Mapping[str, str]) -> list[Block]:
    """What a file says, filled in with checked values."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = part.splitlines()
        table = next((line.removeprefix("-- table ") for line in lines if line.startswith("-- table ")), "")
        statements = [
            PLACEHOLDER.sub(lambda match: values[match[1]], line.removesuffix(";"))
            for line in lines
            if line and not line.startswith("-- ")
        ]
        if statements:
            found.append((table, statements))
    return found


def run(spark: Any, found: Sequence[Block], values: Mapping[str, str]) -> list[str]:
    """Run the statements in order; returns the tables that were left out, because the lake does not have them yet.

    Raises what Spark raises, having printed which statement it was: those before it stand, and all can be run again.
    """
    left_out = []
    for table, statements in found:
        if table and not _is_there(spark, table, statements[0], values):
            left_out.append(table)
            continue
        for statement in statements:
            print(statement, flush=True)
            spark.sql(statement)
    return left_out


def _is_there(spark: Any, table: str, first: str, values: Mapping[str, str]) -> bool:
    schema, _, name = table.rpartition("/")
    if spark.catalog.tableExists(f"{values['catalog']}.{schema or 'records'}.{name}"):
        return True
    if not first.startswith("CREATE TABLE"):
        return False
    from pyspark.errors import AnalysisException

    try:  # else an empty table would be made there, in the platform's place
        return bool(spark.read.format("delta").load(f"{values['lake']}/{table}").columns)
    except AnalysisException as error:
        if str(error.getErrorClass()).startswith(NOTHING_THERE):
            return False
        raise


def main(arguments: Sequence[str] | None = None) -> None:
    """The command. Exits with status 2, and runs nothing, where a value cannot be meant."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--act", choices=ACTS, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the SQL is")
    for name in VALUES:
        parser.add_argument(f"--{name.replace('_', '-')}", default="")
    given = vars(parser.parse_args(arguments))
    try:
        values = checked({name: given[name] for name in VALUES})
    except ValueError as error:
        parser.error(str(error))
    found = [block for name in ACTS[given["act"]] for block in blocks((given["folder"] / name).read_text(), values)]
    from pyspark.sql import SparkSession

    left_out = run(SparkSession.builder.getOrCreate(), found, values)
    print(f"not in the lake or not registered, left out: {', '.join(dict.fromkeys(left_out)) or 'none'}", flush=True)


if __name__ == "__main__":
    main()
