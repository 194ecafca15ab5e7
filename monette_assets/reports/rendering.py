"""A statement as a terminal table, as JSON or as CSV. Amounts are exact decimal text in JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monette_assets.reports.statement import Emphasis, Kind, Statement

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# A spreadsheet takes a cell that begins so for a formula; a leading apostrophe makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def money(amount: Decimal | None) -> str:
    """An amount for people: thousands separated, negative in parentheses, zero as a dash."""
    if amount is None:
        return ""
    if amount == 0:
        return "- "
    return f"({-amount:,.2f})" if amount < 0 else f"{amount:,.2f} "


def cost(amount: Decimal | None) -> str:
    """A cost of the platform for people: six decimals, negative in parentheses."""
    if amount is None:
        return ""
    return f"({-amount:,.6f})" if amount < 0 else f"{amount:,.6f} "


def percent(share: Decimal | None) -> str:
    """A percentage for people: one decimal, negative in parentheses as amounts are."""
    if share is None:
        return ""
    return f"({-share:,.1f}%)" if share < 0 else f"{share:,.1f}% "


def plain(value: Any) -> Any:
    """A value as JSON holds it: amounts as exact decimal text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def safe_cell(value: Any) -> str:
    """A value as CSV holds it. Text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int | date | datetime):
        return str(plain(value))
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_json(statement: Statement) -> str:
    """title, subtitle, columns and rows; notes too."""
    return json.dumps(
        {
            "title": statement.title,
            "subtitle": statement.subtitle,
            "columns": [each.key for each in statement.fields],
            "rows": [
                {each.key: plain(row.get(each.key)) for each in statement.fields} for _, row in _data_rows(statement)
            ],
            "notes": list(statement.notes),
        },
        indent=2,
        ensure_ascii=False,
    )


def as_csv(statement: Statement) -> str:
    """A header line of column keys, then the rows (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([each.key for each in statement.fields])
    for _, row in _data_rows(statement):
        writer.writerow([safe_cell(row.get(each.key)) for each in statement.fields])
    return text.getvalue()


def as_table(statement: Statement) -> Table:
    """For a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(statement.title, style="bold"),
        title_justify="left",
        caption=Text(statement.subtitle, style="dim"),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
    )
    for each in statement.fields:
        right = each.kind in (Kind.MONEY, Kind.COST, Kind.COUNT, Kind.PERCENT)
        padding = " " if each.kind in (Kind.MONEY, Kind.COST, Kind.PERCENT) else ""  # room for a closing parenthesis
        table.add_column(Text(each.title + padding), justify="right" if right else "left", no_wrap=True)
    sectioned = Emphasis.HEADING in statement.emphasis
    for position, row in enumerate(statement.rows):
        emphasis = statement.emphasis_of(position)
        cells = [
            Text(_SHOWN[each.kind](row.get(each.key)), style=_style(row.get(each.key))) for each in statement.fields
        ]
        if sectioned and emphasis is Emphasis.NORMAL:
            cells[0].pad_left(2)
        table.add_row(*cells, style="bold" if emphasis is not Emphasis.NORMAL else None)
        if emphasis is Emphasis.RESULT:
            table.add_section()
    return table


def show(statement: Statement, console: Console) -> None:
    """Print it in full width: a terminal too narrow wraps lines, but no figure is ever cut short."""
    table = as_table(statement)
    needed = console.measure(table, options=console.options.update_width(10_000)).maximum
    console.width = max(console.width, needed)
    console.print(table)
    for note in statement.notes:
        console.print(note, markup=False, soft_wrap=True)


def _data_rows(statement: Statement) -> list[tuple[int, Any]]:
    return [
        (position, row)
        for position, row in enumerate(statement.rows)
        if statement.emphasis_of(position) is not Emphasis.HEADING
    ]


def _style(value: Any) -> str:
    return "red" if isinstance(value, Decimal) and value < 0 else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(plain(value)).replace("\n", " ")


_SHOWN: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.DATE: _text,
    Kind.MONTH: lambda value: "" if value is None else f"{value:%Y-%m}",
    Kind.MONEY: money,
    Kind.COST: cost,
    Kind.COUNT: lambda value: "" if value is None else f"{value:,}",
    Kind.PERCENT: percent,
}
