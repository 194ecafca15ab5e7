"""Manual adjustments for consolidation, from the sheet where they are written down and approved (ACCOUNTING 17).

The unit of trust is one entry of one month: it nets to zero and a second person approved it, or all of it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.bronze import landing_files
from monette_assets.group.problems import one_of
from monette_assets.persons import compared
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
from monette_assets.sources.landing.cells import CellError, Value, amount, blank, code, month, text
from monette_assets.sources.landing.recognition import ADJUSTMENTS
from monette_assets.sources.landing.workbooks import Sheet
from monette_assets.tables import Check, Column, Context, Contract, Input, Months, Partitions, Staged, table
from monette_assets.tables.contract import MONEY

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FILES = "bronze/landing_files"
CONTENT = (f"{FILES}.content",)
REQUIRED = ("month", "entry", "company", "group_account", "amount_cad", "description", "author", "approver")


def _unbalanced(staged: Staged) -> DataFrame:
    from pyspark.sql import functions as F

    entries = staged.rows.groupBy("period", "entry").agg(F.sum("amount_cad").alias("net_cad"))
    return entries.where(F.col("net_cad") != 0)


CONTRACT = Contract(
    name="silver/adjustments",
    description=(
        "Manual adjustments of the group's statements, as the newest sheets state them: each entry nets to zero in its "
        "month, has an author and another person who approved it. Where files of different names have one entry of a "
        "month, the first stands and what says otherwise is refused. Earlier versions stay in bronze."
    ),
    key=("period", "entry", "line_number"),
    unit=("period",),
    partitions=Partitions.NONE,
    inputs={"files": Input(landing_files.CONTRACT, Months.ALL, only=("kind", (ADJUSTMENTS,)))},
    columns=(
        Column("period", "date", "First day of the month.", source=CONTENT),
        Column("entry", "string", "Number or name of the entry, unique in its month.", source=CONTENT),
        Column("line_number", "int", "Within the entry, from 1."),
        Column("company", "string", "Contract code of the company; null for the group.", nullable=True, source=CONTENT),
        Column("group_account", "string", "Account of the group chart.", source=CONTENT),
        Column("amount_cad", MONEY, "Debit positive.", unit="group currency", source=CONTENT),
        Column("description", "string", "What it is for.", source=CONTENT),
        Column("author", "string", "Who wrote it.", source=CONTENT),
        Column("approver", "string", "Who approved it: somebody else.", source=CONTENT),
        Column("received_at", "timestamp", "When the file was taken in.", source=(f"{FILES}.received_at",)),
        Column("file_name", "string", "As it was dropped.", source=(f"{FILES}.file_name",)),
        Column("file_version", "int", "Version of the file name.", source=(f"{FILES}.version",)),
        Column("file_hash", "string", "SHA-256 of the file.", source=(f"{FILES}.content_hash",)),
        Column("sheet", "string", "Tab."),
        Column("row_number", "int", "Row of the tab."),
    ),
    checks=(
        Check("nets_to_zero", "Every entry nets to zero in its month.", "ACCOUNTING 17", _unbalanced),
        nothing_refused(("period",), READABLE),
    ),
)


@table(CONTRACT)
def adjustments(context: Context, files: DataFrame) -> DataFrame:
    """Every approved entry, and what was refused."""
    return parse_files(files, ADJUSTMENTS, vocabulary(context.group), CONTRACT, parse_adjustments)


def parse_adjustments(words: Vocabulary, files: Sequence[File]) -> Parsed:
    """The entries that count, of every version of every file."""
    return current([parse_entries(words, file) for file in in_order(files)], of_one_file=True)


def parse_entries(words: Vocabulary, file: File) -> Listed:
    """One version of one file. Never raises on what stands in it."""

    def row_of(cells: Mapping[str, Value], sheet: Sheet) -> tuple[tuple[Any, ...], dict[str, Any]]:
        unit = (month(cells.get("month")), code(cells.get("entry"), "an entry's number"))
        try:
            return unit, _row(words, cells, unit, is_text=sheet.is_text)
        except CellError as error:
            raise RowError(str(error), unit) from error

    listed = read_list(file, ADJUSTMENTS, REQUIRED, row_of)
    for unit, rows in listed.units.items():
        for number, row in enumerate(rows, 1):
            row["line_number"] = number
        net = sum((row["amount_cad"] for row in rows), Decimal(0))
        people = {(row["author"], row["approver"]) for row in rows}
        place = f"{rows[0]['sheet']}, row {rows[0]['row_number']}"
        if net != 0 and unit not in listed.broken:
            listed.refuse(f"expected entry {unit[1]} to net to zero in {unit[0]:%Y-%m}, found {net}", place, unit,
                          period=unit[0], amount=net)  # fmt: skip
        if len(people) > 1:
            listed.refuse(f"expected one author and one approver of entry {unit[1]}, found {len(people)}", place, unit,
                          period=unit[0])  # fmt: skip
    return listed


def _row(words: Vocabulary, cells: Mapping[str, Value], unit: tuple[Any, ...], *, is_text: bool) -> dict[str, Any]:
    company = None if blank(cells.get("company")) else words.company(cells["company"])
    account = text(cells.get("group_account"), "a group account")
    chart = words.profit_types
    named = {row["name"].casefold(): row["group_account"] for row in words.group.chart_rows()}
    account = account if account in chart else named.get(account.casefold(), account)
    if account not in chart:
        raise CellError(f"expected a group account, {one_of(chart, account)}, found {account!r}")
    author = text(cells.get("author"), "an author")
    if blank(cells.get("approver")):
        raise CellError("expected an approver, found nothing: an adjustment counts once somebody has approved it")
    approver = text(cells["approver"], "an approver")
    if compared(author) == compared(approver):
        raise CellError(f"expected an approver other than the author, found {approver!r} as both")
    return {
        "period": unit[0],
        "entry": unit[1],
        "company": company,
        "group_account": account,
        "amount_cad": amount(cells.get("amount_cad"), is_text=is_text, exact=True),
        "description": text(cells.get("description"), "a description", longest=500),
        "author": author,
        "approver": approver,
    }
