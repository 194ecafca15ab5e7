"""The table catalogue: contracts to markdown, as pure functions. `python -m monette_assets.documentation` writes it.

Every page is derived from the contract alone, so it says what the code does. Lineage is drawn here because the
open-source Dagster shows column lineage as metadata only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monette_assets.tables.audit import all_checks
from monette_assets.tables.contract import Column, Contract, Freshness, Months, Partitions, Severity

INDEX, CHECKS = "README.md", "checks.md"
GENERATED = "Generated from the contracts by `python -m monette_assets.documentation`"
UNITS = {
    ("company", "period"): "company-month",
    ("company",): "company",
    ("period",): "month",
}
PARTITIONS = {
    Partitions.NONE: "none: small and current",
    Partitions.MONTH: "month",
    Partitions.COMPANY: "company",
    Partitions.MONTH_COMPANY: "month x company",
}
MONTHS = {
    Months.SAME: "the same months",
    Months.UP_TO: "every month up to the last one asked for",
    Months.ALL: "the whole table",
}
EFFECT = {
    Severity.BLOCKS: "That {unit} keeps its last good rows or stays absent, with an entry in `quarantine`; the others "
    "are published.",
    Severity.REPORTS: "Published as it is; the check fails as an error.",
    Severity.WARNS: "Published as it is; the check fails as a warning.",
}
FETCH_EFFECT = "What came is kept; what did not come for that {unit} stays as it was. The check fails as an error."
KEPT_EFFECT = "Nothing is held back: somebody must find out who changed the record. The check fails as an error."
RELEASE_EFFECT = "Nothing is released: the release before stands. The check fails as an error."
LAYERS = ("bronze", "silver", "gold", "records")


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check as the catalogue shows it."""

    table: str
    name: str
    description: str
    severity: str
    effect: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A table of the catalogue and its checks."""

    contract: Contract
    checks: tuple[ShownCheck, ...] = ()

    @property
    def name(self) -> str:
        return self.contract.name


def audited(contract: Contract) -> Entry:
    """A table the framework computes, audits and publishes."""
    unit = unit_of(contract)
    return Entry(
        contract,
        tuple(
            ShownCheck(contract.name, name, description, severity.value, EFFECT[severity].format(unit=unit))
            for name, description, severity in all_checks(contract)
        ),
    )


def fetched(contract: Contract, checks: Mapping[str, str]) -> Entry:
    """A table of what a source said, and its checks of arrival (name -> description)."""
    return _reporting(contract, checks, FETCH_EFFECT.format(unit=unit_of(contract)))


def kept(contract: Contract, checks: Mapping[str, str]) -> Entry:
    """A record that is kept for good, and the checks that it is as it was written (name -> description)."""
    return _reporting(contract, checks, KEPT_EFFECT)


def released(contract: Contract, checks: Mapping[str, str]) -> Entry:
    """The record of releases, and the checks without which there is none (name -> description)."""
    return _reporting(contract, checks, RELEASE_EFFECT)


def _reporting(contract: Contract, checks: Mapping[str, str], effect: str) -> Entry:
    return Entry(
        contract,
        tuple(
            ShownCheck(contract.name, name, description, Severity.REPORTS.value, effect)
            for name, description in checks.items()
        ),
    )


def unit_of(contract: Contract) -> str:
    """The unit of trust in a word; a record is written by the framework itself and not audited."""
    return UNITS.get(contract.unit, "none: a record")


def layer_of(name: str) -> str:
    """bronze, silver, gold, or records for a table without a layer."""
    return name.partition("/")[0] if "/" in name else LAYERS[-1]


def pages(entries: Sequence[Entry]) -> dict[str, str]:
    """Every file of the catalogue by its path: the index, the checks, and one page a table at `<its name>.md`."""
    by_name = {entry.name: entry for entry in entries}
    return {
        INDEX: index(entries),
        CHECKS: checks_table(entries),
        **{f"{entry.name}.md": page(entry, by_name) for entry in entries},
    }


def index(entries: Sequence[Entry]) -> str:
    """The tables in their order, with grain and partitions, and the whole lineage."""
    lines = [
        "# Tables",
        "",
        f"{GENERATED}; a test keeps it up to date. A "
        "table's name is its asset key, its path in the lake, its module, its test and its page here.",
        "",
        f"[Every check, its severity and its reach]({CHECKS})",
        "",
        *_lineage_graph(entries, {entry.name for entry in entries}),
    ]
    for layer in LAYERS:
        rows = [
            (f"[{e.name}]({e.name}.md)", ", ".join(e.contract.key), PARTITIONS[e.contract.partitions], len(e.checks))
            for e in entries
            if layer_of(e.name) == layer
        ]
        if rows:
            lines += ["", f"## {layer.capitalize()}", "", *_table(("table", "grain", "partitions", "checks"), rows)]
    return "\n".join(lines) + "\n"


def checks_table(entries: Iterable[Entry]) -> str:
    """Every check of every table: severity and reach."""
    rows = [
        (f"[{c.table}]({c.table}.md)", f"`{c.name}`", c.description, c.severity, unit_of(e.contract), c.effect)
        for e in entries
        for c in e.checks
    ]
    lines = [
        "# Every check, its severity and its reach",
        "",
        "Generated from the contracts. The unit of trust is a company-month: a failed check of severity `blocks` holds "
        "back its unit and nothing else, whatever month or company runs beside it. Dagster's own blocking is not used.",
        "",
        "- `blocks`: the unit keeps its last good rows or stays absent.",
        "- `reports`: the unit is published as it is, and the check fails with severity ERROR.",
        "- `warns`: the unit is published as it is, and the check fails with severity WARN.",
        "",
        "A run fails when a table could publish nothing at all, and, once everything else is done, when reports or "
        "objects of a company did not come. A rate that did not come blocks where it is used: `rate_present`. "
        "`gold/completeness` names what keeps a company-month from being complete: reports that have not arrived, "
        "tables that hold it back, entries in quarantine, accounts that do not tie out.",
        "",
        "What does not tie out to QuickBooks is published all the same, after the company-month was fetched once more: "
        "it is marked incomplete, cannot be closed, and is never called final (docs/decisions/0022).",
        "",
        *_table(("table", "check", "rule", "severity", "unit", "what a failure does"), rows),
    ]
    return "\n".join(lines) + "\n"


def page(entry: Entry, by_name: Mapping[str, Entry]) -> str:
    """One table: what it is, columns, inputs, checks, lineage of the table and of every column."""
    contract = entry.contract
    up = "../" * contract.name.count("/")
    lines = [f"# {contract.name}", "", contract.description, "", *_table(("", ""), _facts(contract)), ""]
    lines += ["## Columns", "", *_table(("column", "type", "unit", "meaning", "null"), map(_column, contract.columns))]
    if contract.inputs:
        reads = [
            (f"[{spec.contract.name}]({up}{spec.contract.name}.md)", MONTHS[spec.months])
            for spec in contract.inputs.values()
        ]
        lines += ["", "## Inputs", "", *_table(("table", "what a run reads"), reads)]
    if entry.checks:
        rows = [(f"`{c.name}`", c.description, c.severity, c.effect) for c in entry.checks]
        lines += ["", "## Checks", "", *_table(("check", "rule", "severity", "what a failure does"), rows)]
    near = {contract.name, *ancestors(contract)}
    near |= {name for name, other in by_name.items() if contract.name in _input_names(other.contract)}
    lines += ["", "## Lineage", "", *_lineage_graph(by_name.values(), near, contract.name)]
    traced = [
        (f"`{column.name}`", _codes(column.source), _codes(sorted(origins(column, by_name))))
        for column in contract.columns
        if column.source
    ]
    if traced:
        lines += ["", *_table(("column", "comes from", "in the end from"), traced)]
    return "\n".join(lines) + "\n"


def ancestors(contract: Contract) -> set[str]:
    """Names of every table above this one."""
    above = {spec.contract.name for spec in contract.inputs.values()}
    return above.union(*(ancestors(spec.contract) for spec in contract.inputs.values()))


def origins(column: Column, by_name: Mapping[str, Entry]) -> set[str]:
    """The columns a column comes from in the end: those that have no source themselves."""
    found: set[str] = set()
    for source in column.source:
        table, _, name = source.rpartition(".")
        above = by_name[table].contract.column(name)
        found |= origins(above, by_name) if above.source else {source}
    return found


def _input_names(contract: Contract) -> set[str]:
    return {spec.contract.name for spec in contract.inputs.values()}


def _facts(contract: Contract) -> list[tuple[str, str]]:
    return [
        ("grain", ", ".join(contract.key)),
        ("unit of trust", unit_of(contract)),
        ("partitions in Dagster", PARTITIONS[contract.partitions]),
        ("partitions of the files", ", ".join(contract.layout) or "none"),
        ("a changed month changes", "itself and every later month" if contract.balance else "itself"),
        ("owner", contract.owner),
        ("freshness", _freshness(contract.freshness)),
    ]


def _freshness(freshness: Freshness | None) -> str:
    if freshness is None:
        return "not watched"
    fails = f"fails after {freshness.fail_after.total_seconds() / 3600:g} h"
    if freshness.warn_after is None:
        return fails
    return f"warns after {freshness.warn_after.total_seconds() / 3600:g} h, {fails}"


def _column(column: Column) -> tuple[str, ...]:
    meaning = column.description + (f" One of: {', '.join(column.choices)}." if column.choices else "")
    return f"`{column.name}`", column.type, column.unit or "", meaning, "may be" if column.nullable else "never"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _lineage_graph(entries: Iterable[Entry], shown: set[str], here: str = "") -> list[str]:
    """The shown tables and the arrows between them, as mermaid."""
    chosen = [entry for entry in entries if entry.name in shown]
    lines = ["```mermaid", "flowchart LR"]
    for layer in LAYERS:
        names = [entry.name for entry in chosen if layer_of(entry.name) == layer]
        if names:
            lines += [f"  subgraph {layer}", *(f'    {_node(name)}["{name}"]' for name in names), "  end"]
    lines += [
        f"  {_node(spec.contract.name)} --> {_node(entry.name)}"
        for entry in chosen
        for spec in entry.contract.inputs.values()
        if spec.contract.name in shown
    ]
    if here:
        lines.append(f"  style {_node(here)} stroke-width:3px")
    return [*lines, "```"]


def _node(name: str) -> str:
    return name.replace("/", "__")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A markdown table; a pipe in a cell is escaped."""
    return [
        _row(head),
        _row(["---"] * len(head)),
        *(_row([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]) for row in rows),
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
