"""A Power BI project over the gold tables, in text form (PBIP, TMDL), written from their contracts.

`python -m monette_assets.documentation` writes it to infra/power_bi. It has not been opened in Power BI; its JSON is
held to the published schemas, its model is read by Microsoft's library (monette_assets_tests/test_power_bi.py).
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monette_assets.gold.financial_summary import LINES, RESULTS
from monette_assets.gold.profit_and_loss import REVENUE_TYPES
from monette_assets.tables import Column, Contract
from monette_assets.tables.contract import DECIMAL

FOLDER = Path("infra/power_bi")
NAME = "monette"
SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
LAKE = "LakeUrl"  # the parameter that says where the lake is
SUMMARY = "financial_summary"
DATES, COMPANIES = "dates", "companies"
MEASURES = "key_measures"  # `Measures` is a name that the engine keeps for itself
CROP_YEAR_MONTH = 8
YEAR_END = "10-31"  # of the group's fiscal year, as DAX takes it
MONEY_FORMAT = "#,##0.00;(#,##0.00);-"
# TMDL's `decimal` has four places: money fits, rates and exact products need a double.
TYPES = {
    "string": "string",
    "int": "int64",
    "bigint": "int64",
    "boolean": "boolean",
    "date": "dateTime",
    "timestamp": "dateTime",
}


@dataclass(frozen=True)
class Measure:
    """A named DAX expression."""

    name: str
    expression: str
    description: str
    folder: str
    format: str = MONEY_FORMAT


def table_name(contract: Contract) -> str:
    """The name in the model: the asset key without its layer."""
    return contract.name.partition("/")[2]


def data_type(column: Column) -> str | None:
    """TMDL's type of a column; None for one that a model cannot hold (lists)."""
    if match := DECIMAL.match(column.type):
        return "decimal" if int(match[2]) <= 4 else "double"
    return TYPES.get(column.type)


def measures() -> tuple[Measure, ...]:
    """Profit types and results: actual, budget, variance (favourable is positive), year to date, last year."""

    def amounts(scenario: str, basis: str) -> str:  # of one basis: accrual and cash are the same money told twice
        summed, summary = f"SUM({SUMMARY}[amount_cad])", SUMMARY
        of_one = f'CALCULATE({summed}, {summary}[scenario] = "{scenario}", {summary}[basis] = "{basis}")'
        # results stand beside the profit types they are made of: lines together are no amount
        return f"IF(HASONEVALUE({summary}[line]), {of_one})"

    found = [
        Measure("Actual", amounts("actual", "accrual"), "A line of the books, accrual basis.", "Base"),
        Measure("Actual, Cash Basis", amounts("actual", "cash"), "A line of the books, cash basis.", "Base"),
        Measure("Budget", amounts("budget", "accrual"), "A line of the budget, accrual basis.", "Base"),
    ]
    for line in (each for each in LINES if each != "Unmapped"):
        is_good = line in (*REVENUE_TYPES, *RESULTS)
        difference = f"[{line}] - [{line} Budget]" if is_good else f"[{line} Budget] - [{line}]"
        kind = "Results" if line in RESULTS else "Profit types"
        found += [
            Measure(line, f'CALCULATE([Actual], {SUMMARY}[line] = "{line}")', "Actual, display sign.", kind),
            Measure(f"{line} Budget", f'CALCULATE([Budget], {SUMMARY}[line] = "{line}")', "Budget.", kind),
            Measure(f"{line} Variance", difference, "Against budget; favourable is positive.", kind),
            Measure(f"{line} YTD", f'TOTALYTD([{line}], {DATES}[date], "{YEAR_END}")', "Fiscal year to date.", kind),
            Measure(
                f"{line} Last Year", f"CALCULATE([{line}], SAMEPERIODLASTYEAR({DATES}[date]))", "A year earlier.", kind
            ),
        ]
    share = "DIVIDE([Contribution Margin], [Sales Revenue])"
    found.append(Measure("Contribution Margin %", share, "Of sales revenue.", "Results", "0.0%"))
    return tuple(found)


def relationships(contracts: Sequence[Contract]) -> list[tuple[str, str, str, str]]:
    """From (table, column) to (table, column): tables with months to the dates, with companies to the companies."""
    found = []
    for contract in contracts:
        types = {column.name: column.type for column in contract.columns}
        if types.get("period") == "date":
            found.append((table_name(contract), "period", DATES, "date"))
        if types.get("company") == "string":
            found.append((table_name(contract), "company", COMPANIES, "company"))
    return found


def files(contracts: Sequence[Contract]) -> dict[str, str]:
    """Path below the project's folder -> content."""
    model, report = f"{NAME}.SemanticModel", f"{NAME}.Report"
    found = {
        f"{NAME}.pbip": _json(
            f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
            version="1.0",
            artifacts=[{"report": {"path": report}}],
            settings={"enableAutoRecovery": True},
        ),
        f"{model}/definition.pbism": _json(
            f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json", version="4.2", settings={}
        ),
        f"{model}/.platform": _platform("SemanticModel"),
        f"{report}/.platform": _platform("Report"),
        f"{report}/definition.pbir": _json(
            f"{SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
            version="4.0",
            datasetReference={"byPath": {"path": f"../{model}"}},
        ),
        f"{report}/definition/version.json": _json(
            f"{SCHEMAS}/item/report/definition/versionMetadata/1.0.0/schema.json", version="1.0.0"
        ),
        f"{report}/definition/report.json": _json(
            f"{SCHEMAS}/item/report/definition/report/3.0.0/schema.json", themeCollection={}
        ),
        f"{report}/definition/pages/pages.json": _json(
            f"{SCHEMAS}/item/report/definition/pagesMetadata/1.0.0/schema.json",
            pageOrder=["results"],
            activePageName="results",
        ),
        f"{report}/definition/pages/results/page.json": _json(
            f"{SCHEMAS}/item/report/definition/page/2.0.0/schema.json",
            name="results",
            displayName="Results",
            displayOption="FitToPage",
            height=720,
            width=1280,
        ),
        f"{model}/definition/database.tmdl": _lines("database", "\tcompatibilityLevel: 1600"),
        f"{model}/definition/model.tmdl": _model(contracts),
        f"{model}/definition/expressions.tmdl": _parameter(),
        f"{model}/definition/relationships.tmdl": _relationships(contracts),
        f"{model}/definition/tables/{MEASURES}.tmdl": _measures_table(),
        f"{model}/definition/tables/{DATES}.tmdl": _dates_table(),
        f"{model}/definition/tables/{COMPANIES}.tmdl": _companies_table(),
        f"{model}/definition/roles/everything.tmdl": _lines("role everything", "\tmodelPermission: read"),
        f"{model}/definition/roles/one company.tmdl": _one_company_role(contracts),
        "README.md": README,
    }
    for contract in contracts:
        found[f"{model}/definition/tables/{table_name(contract)}.tmdl"] = _table(contract)
    return found


def write(contracts: Sequence[Contract], folder: Path = FOLDER) -> list[Path]:
    """Write the project anew; returns the paths written."""
    shutil.rmtree(folder, ignore_errors=True)
    written = []
    for name, text in files(contracts).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _json(schema: str, **content: Any) -> str:
    return json.dumps({"$schema": schema, **content}, indent=2) + "\n"


def _platform(kind: str) -> str:
    return _json(
        f"{SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
        metadata={"type": kind, "displayName": NAME},
        config={"version": "2.0", "logicalId": _tag(kind)},
    )


def _tag(*parts: str) -> str:
    """An id that stays the same for the same object."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((NAME, *parts))))


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    """A name as TMDL writes it: in apostrophes where it is not one word."""
    return name if name.replace("_", "").isalnum() else "'" + name.replace("'", "''") + "'"


def _described(text: str, indent: str) -> list[str]:
    return [f"{indent}/// {' '.join(text.split())}"]


def _model(contracts: Sequence[Contract]) -> str:
    names = [MEASURES, DATES, COMPANIES, *(table_name(each) for each in contracts)]
    return _lines(
        "model Model",
        "\tculture: en-US",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "",
        *(f"ref table {_quoted(name)}" for name in names),
        "",
        "ref role everything",
        "ref role 'one company'",
    )


def _parameter() -> str:
    return _lines(
        "/// Where the lake is: the address of its container, without a slash at the end.",
        f'expression {LAKE} = "https://ACCOUNT.dfs.core.windows.net/lake" meta '
        '[IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]',
        f"\tlineageTag: {_tag(LAKE)}",
    )


def _relationships(contracts: Sequence[Contract]) -> str:
    parts: list[str] = []
    for table, column, other, key in relationships(contracts):
        parts += [
            f"relationship {_tag('relationship', table, column)}",
            f"\tfromColumn: {_quoted(table)}.{_quoted(column)}",
            f"\ttoColumn: {other}.{key}",
            "",
        ]
    return _lines(*parts[:-1])


def _column(name: str, kind: str, source: str, description: str, *more: str) -> list[str]:
    return [
        *_described(description, "\t"),
        f"\tcolumn {_quoted(name)}",
        f"\t\tdataType: {kind}",
        *(f"\t\t{each}" for each in more),
        f"\t\tsourceColumn: {source}",
        "",
    ]


def _table(contract: Contract) -> str:
    name = table_name(contract)
    lines = [
        *_described(contract.description, ""),
        f"table {_quoted(name)}",
        f"\tlineageTag: {_tag('table', name)}",
        "",
    ]
    kept = [(column, kind) for column in contract.columns if (kind := data_type(column))]
    for column, kind in kept:
        unit = f" Unit: {column.unit}." if column.unit else ""
        more = [f"lineageTag: {_tag('column', name, column.name)}", "summarizeBy: none"]
        if kind == "decimal":
            more.insert(0, f"formatString: {MONEY_FORMAT}")
        elif column.type == "date":
            more.insert(0, "formatString: yyyy-mm-dd")
        lines += _column(column.name, kind, column.name, column.description + unit, *more)
    columns = ", ".join(f'"{column.name}"' for column, _ in kept)
    lines += [
        f"\tpartition {_quoted(name)} = m",
        "\t\tmode: import",
        "\t\tsource =",
        "\t\t\t\tlet",
        f'\t\t\t\t    Files = AzureStorage.DataLake({LAKE} & "/{contract.name}", [HierarchicalNavigation = true]),',
        "\t\t\t\t    Source = DeltaLake.Table(Files),",
        f"\t\t\t\t    Columns = Table.SelectColumns(Source, {{{columns}}})",
        "\t\t\t\tin",
        "\t\t\t\t    Columns",
    ]
    return _lines(*lines)


def _measures_table() -> str:
    lines = ["/// The measures of the management accounts.", f"table {MEASURES}", f"\tlineageTag: {_tag(MEASURES)}", ""]
    for each in measures():
        lines += [
            *_described(each.description, "\t"),
            f"\tmeasure {_quoted(each.name)} = {each.expression}",
            f"\t\tformatString: {each.format}",
            f"\t\tdisplayFolder: {each.folder}",
            f"\t\tlineageTag: {_tag('measure', each.name)}",
            "",
        ]
    lines += _column("nothing", "string", "[nothing]", "A table needs a column.", "isHidden")
    lines += _calculated(MEASURES, 'ROW("nothing", BLANK())')
    return _lines(*lines)


def _calculated(name: str, expression: str) -> list[str]:
    return [f"\tpartition {name} = calculated", "\t\tmode: import", f"\t\tsource = {expression}"]


def _dates_table() -> str:
    first, last = f"MIN({SUMMARY}[period])", f"EOMONTH(MAX({SUMMARY}[period]), 0)"
    month = int(YEAR_END[:2])
    year = f"YEAR([Date]) + IF(MONTH([Date]) > {month}, 1, 0)"
    quarter = f'"Q" & (QUOTIENT(MOD(MONTH([Date]) + {11 - month}, 12), 3) + 1)'
    days = (
        f'SELECTCOLUMNS(CALENDAR({first}, {last}), "date", [Date], "month", FORMAT([Date], "yyyy-mm"), '
        f'"month_name", FORMAT([Date], "mmm yyyy"), "quarter", {quarter}, "fiscal_year", {year}, '
        f'"crop_year", YEAR([Date]) - IF(MONTH([Date]) < {CROP_YEAR_MONTH}, 1, 0))'
    )
    lines = [
        "/// Every day of the months built; quarters and years are the group's fiscal ones.",
        f"table {DATES}",
        f"\tlineageTag: {_tag(DATES)}",
        "\tdataCategory: Time",
        "",
    ]
    lines += _column("date", "dateTime", "[date]", "The day.", "isKey", "formatString: yyyy-mm-dd")
    for name, kind, what in (
        ("month", "string", "2026-09: sorts."),
        ("month_name", "string", "Sep 2026."),
        ("quarter", "string", "Of the fiscal year."),
        ("fiscal_year", "int64", "Named by the year it ends in."),
        ("crop_year", "int64", "Named by the year it begins in, that of the harvest."),
    ):
        more = ["sortByColumn: month"] if name == "month_name" else []
        lines += _column(name, kind, f"[{name}]", what, *more, "summarizeBy: none")
    return _lines(*lines, *_calculated(DATES, days))


def _companies_table() -> str:
    lines = [
        "/// Every company the group contract expects.",
        f"table {COMPANIES}",
        f"\tlineageTag: {_tag(COMPANIES)}",
        "",
    ]
    lines += _column("company", "string", "[company]", "Contract code of the company.", "isKey", "summarizeBy: none")
    return _lines(
        *lines, *_calculated(COMPANIES, 'DISTINCT(SELECTCOLUMNS(completeness, "company", completeness[company]))')
    )


def _one_company_role(contracts: Sequence[Contract]) -> str:
    """Facts with a company follow the companies' filter; facts of the whole group are shut."""
    shut = [table_name(each) for each in contracts if "company" not in each.column_names]
    return _lines(
        "/// Sees the company whose code the embedding application gives as custom data, and nothing of the group.",
        "role 'one company'",
        "\tmodelPermission: read",
        "",
        f"\ttablePermission {COMPANIES} = [company] == CUSTOMDATA()",
        *(line for name in shut for line in ("", f"\ttablePermission {_quoted(name)} = FALSE()")),
    )


README = f"""# Power BI project

A semantic model over the gold tables, in text form: open `monette.pbip` in Power BI Desktop, set the parameter
`{LAKE}` to the lake's address, refresh. Written from the table contracts by
`python -m monette_assets.documentation`; changes belong there, not here.

**Not opened in Power BI.** No Power BI runs where this was made. What is checked, in
`monette_assets_tests/test_power_bi.py`: the JSON files by the schemas that Microsoft publishes and they name; the model
by Microsoft's own library for tabular models, which reads the TMDL and finds in it every column of every contract with
its type, every measure, relationship and role; the queries by Microsoft's parser of M; every name that a measure uses.
DAX is read by nobody but Power BI, and whether `DeltaLake.Table` reads this lake is not known.

The model reads tables as they stand, not through a release; refresh it after a run. Columns that hold lists are left
out. Every measure is of the accrual basis but the one that says cash. The fiscal year ends on 31 October in the
measures; a group with another year changes `YEAR_END` in `monette_assets/power_bi.py`.
"""


def names(contracts: Iterable[Contract]) -> dict[str, set[str]]:
    """Every table of the model with its columns."""
    found = {table_name(each): {c.name for c in each.columns if data_type(c)} for each in contracts}
    return {
        **found,
        DATES: {"date", "month", "month_name", "quarter", "fiscal_year", "crop_year"},
        COMPANIES: {"company"},
        MEASURES: {"nothing"},
    }
