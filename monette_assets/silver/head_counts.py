"""Head counts of locations with mixed herds, by month: what shared cattle costs are split by (ACCOUNTING 26).

The unit of trust is one location in one month: all its herds, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import landing_files
from monette_assets.group.problems import one_of
from monette_assets.silver.refusals import nothing_refused
from monette_assets.silver.sheets import (
    READABLE,
    File,
    Listed,
    Parsed,
    RowError,
    Vocabulary,
    current,
    in_order,
    parse_files,
    read_list,
    vocabulary,
)
from monette_assets.sources.landing.cells import CellError, Value, count, month, text
from monette_assets.sources.landing.recognition import HEAD_COUNTS
from monette_assets.sources.landing.workbooks import Sheet
from monette_assets.tables import Column, Context, Contract, Input, Months, Partitions, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FILES = "bronze/landing_files"
CONTENT = (f"{FILES}.content",)
HERDS = ("Cow-Calf", "Feedlot")
SPELLINGS = {"cow-calf": "Cow-Calf", "cow/calf": "Cow-Calf", "cow calf": "Cow-Calf", "feedlot": "Feedlot"}
REQUIRED = ("month", "company", "location", "herd", "head")

CONTRACT = Contract(
    name="silver/head_counts",
    description="Head by herd and month of locations with mixed herds, as the newest sheets state them.",
    key=("period", "company", "location", "herd"),
    unit=("company", "period"),
    partitions=Partitions.NONE,
    inputs={"files": Input(landing_files.CONTRACT, Months.ALL, only=("kind", (HEAD_COUNTS,)))},
    columns=(
        Column("period", "date", "First day of the month.", source=CONTENT),
        Column("company", "string", "Contract code of the company.", source=CONTENT),
        Column("location", "string", "Standard name.", source=CONTENT),
        Column("herd", "string", "Which herd.", choices=HERDS, source=CONTENT),
        Column("head", "int", "Animals.", unit="head", source=CONTENT),
        Column("received_at", "timestamp", "When the file was taken in.", source=(f"{FILES}.received_at",)),
        Column("file_name", "string", "As it was dropped.", source=(f"{FILES}.file_name",)),
        Column("file_version", "int", "Version of the file name.", source=(f"{FILES}.version",)),
        Column("file_hash", "string", "SHA-256 of the file.", source=(f"{FILES}.content_hash",)),
        Column("sheet", "string", "Tab."),
        Column("row_number", "int", "Row of the tab."),
    ),
    checks=(nothing_refused(("company", "period"), READABLE),),
)


@table(CONTRACT)
def head_counts(context: Context, files: DataFrame) -> DataFrame:
    """Every head count, and what was refused."""
    return parse_files(files, HEAD_COUNTS, vocabulary(context.group), CONTRACT, parse_head_counts)


def parse_head_counts(words: Vocabulary, files: Sequence[File]) -> Parsed:
    """The counts that count, of every version of every file."""
    return current([parse_counts(words, file) for file in in_order(files)])


def parse_counts(words: Vocabulary, file: File) -> Listed:
    """One version of one file. Never raises on what stands in it."""
    seen: set[tuple[Any, ...]] = set()

    def row_of(cells: Mapping[str, Value], sheet: Sheet) -> tuple[tuple[Any, ...], dict[str, Any]]:
        period = month(cells.get("month"))
        company = words.company(cells.get("company"))
        location = words.location(company, cells.get("location"), period)
        unit = (company, period, location)
        try:
            herd = herd_of(cells.get("herd"))
            head = count(cells.get("head"), is_text=sheet.is_text)
        except CellError as error:
            raise RowError(str(error), unit) from error
        if (*unit, herd) in seen:
            raise RowError(f"expected one count of {herd} at {location} in {period:%Y-%m}, found a second", unit)
        seen.add((*unit, herd))
        return unit, {
            "period": period,
            "company": company,
            "location": location,
            "herd": herd,
            "head": head,
        }

    return read_list(file, HEAD_COUNTS, REQUIRED, row_of)


def herd_of(value: Value) -> str:
    """The herd a cell names. Raises CellError with the choices."""
    written = text(value, "a herd")
    herd = SPELLINGS.get(written.casefold())
    if herd is None:
        raise CellError(f"expected a herd, {one_of(HERDS, written)}, found {written!r}")
    return herd
