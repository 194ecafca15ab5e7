"""Which sections of an income statement are which, and with what sign they enter net income.

Where sections carry a `group`, it says so. Where they do not (ProfitAndLossDetail), titles are localised and no key,
so the sections are told by arithmetic: they stand in QuickBooks' fixed order (Income, Cost of Goods Sold, Expenses,
Other Income, Other Expenses), and only assignments are kept under which every printed result (gross profit, net
income, ...) comes out to the cent. If these disagree about a sign, the accounts' classification must decide, else the
report is refused. The sign is then certain; the label is, where several fit, the most usual one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from monette_assets.sources.quickbooks.reports import values
from monette_assets.sources.quickbooks.reports.grid import Adder, Grid, amount_cell, verify_section
from monette_assets.sources.quickbooks.reports.lines import Context
from monette_assets.sources.quickbooks.reports.nodes import Flat, Kind
from monette_assets.sources.quickbooks.reports.refusals import ReportRefusedError

ORDER = ("Income", "COGS", "Expenses", "OtherIncome", "OtherExpenses")
_SIGN = {"Income": 1, "COGS": -1, "Expenses": -1, "OtherIncome": 1, "OtherExpenses": -1}
_USUAL = {"Income": 0, "Expenses": 1, "COGS": 2, "OtherIncome": 3, "OtherExpenses": 4}


@dataclass(slots=True)
class Part:
    """A section of the statement: its place, kind, and sign in net income (+1 income, -1 expense)."""

    section: int
    label: str
    sign: int


@dataclass(slots=True)
class _Result:
    """A printed figure and the sections it is the result of; None: one of the usual subtotals."""

    printed: int
    over: list[int] | None


@dataclass(slots=True)
class _Layout:
    units: list[int]  # sections
    results: list[_Result]
    wrappers: list[list[int]]  # units of each top-level heading that wraps several
    nameless: int = 0  # cents under "Not Specified": of no account, hence of no section


def income_parts(flat: Flat, adder: Adder, known_signs: dict[int, int]) -> list[Part]:
    """The sections that hold accounts, in order.

    Args:
        flat: the report.
        adder: sums of its money column, in each section's natural sign.
        known_signs: section -> +1 or -1, where the accounts' classification tells.

    Raises:
        ReportRefusedError: no assignment reproduces the printed results, or several that differ in a sign.
    """
    layout = _layout(flat, adder)
    if not layout.units:
        return []
    sums = {u: adder.of(flat, u) for u in layout.units}
    groups = {u: g for u in layout.units if (g := _group(flat, u))}
    candidates = [
        c for c in _candidates(layout, groups) if all(known_signs.get(u, _SIGN[c[u]]) == _SIGN[c[u]] for u in c)
    ]
    if None not in sums.values() and len(groups) < len(layout.units):
        totals = {u: s for u, s in sums.items() if s is not None}
        candidates = [c for c in candidates if _fits(c, totals, layout)]
    if not candidates:
        raise ReportRefusedError(
            "unknown_sections",
            f"no reading of its {len(layout.units)} sections as {', '.join(ORDER)} gives the printed results "
            f"{[str(values.decimal(r.printed)) for r in layout.results]}; give the accounts' classification",
            path="Rows",
        )
    for unit in layout.units:
        signs = {_SIGN[c[unit]] for c in candidates}
        if len(signs) > 1:
            found = flat.sections[unit]
            raise ReportRefusedError(
                "unknown_sections",
                f"section {found.name!r} may be income or expense by its amounts; give the accounts' classification",
                path=found.path,
            )
    best = min(candidates, key=lambda c: (sum(_USUAL[v] for v in c.values()), [ORDER.index(v) for v in c.values()]))
    return [Part(u, best[u], _SIGN[best[u]]) for u in layout.units]


def verify_parts(grid: Grid, context: Context, sums: Adder, parts: Sequence[Part], stops: Sequence[int]) -> None:
    """Totals printed inside a part are plain sums; results around the parts (gross profit, net income) are signed ones.

    Raises:
        ReportRefusedError: one differs, and totals are verified strictly.
    """
    flat = grid.flat
    inside = {i for p in parts for i in range(p.section, stops[p.section])}
    signed = [(p, sums.of(flat, p.section)) for p in parts]

    def of(labels: Sequence[str], within: range | None = None) -> int | None:
        chosen = [(p, s) for p, s in signed if p.label in labels and (within is None or p.section in within)]
        return None if any(s is None for _, s in chosen) else sum(p.sign * (s or 0) for p, s in chosen)

    named = {
        "GrossProfit": of(ORDER[:2]),
        "NetOperatingIncome": of(ORDER[:3]),
        "NetOtherIncome": of(ORDER[3:]),
        "NetIncome": of(ORDER),
    }
    nameless: int | None = 0
    last = max((i for i, s in enumerate(flat.sections) if s.parent == 0), default=0)
    for i, section in enumerate(flat.sections):
        if not section.summary:
            continue
        if i in inside:
            expected = None if section.kind is Kind.TOTAL else sums.of(flat, i)
        elif section.kind is not Kind.TOTAL and _nameless(flat, sums, i):
            nameless = expected = sums.of(flat, i)
        elif section.kind is not Kind.TOTAL:
            expected = of(ORDER, range(i, stops[i]))
        elif section.group in named:
            expected = named[section.group]
        elif i == last:
            printed = amount_cell(section.summary, sums.position, f"{section.path}.Summary")
            net = named["NetIncome"]
            aside = {net + nameless, net - nameless} if net is not None and nameless is not None else set()
            expected = printed if printed in aside else net
        else:  # a subtotal without a name: one of them, whichever it is equal to
            printed = amount_cell(section.summary, sums.position, f"{section.path}.Summary")
            expected = printed if printed in named.values() else named["GrossProfit"]
        verify_section(grid, i, sums, context.counts, context.refusals, expected=expected, strict=context.strict)


def _group(flat: Flat, section: int) -> str | None:
    group = flat.sections[section].group
    return group if group in ORDER else None


def _nameless(flat: Flat, adder: Adder, section: int) -> bool:
    """Whether nothing in a section has an account: "Not Specified"."""
    return not any(s.id for s in flat.sections[section : adder.stops[section]]) and not _group(flat, section)


def _layout(flat: Flat, adder: Adder) -> _Layout:
    """Units, and whether top-level headings wrap them: `Ordinary Income/Expenses` does, `Income` does not."""
    children: dict[int, list[int]] = {}
    for i, below_it in enumerate(flat.sections[1:], 1):
        children.setdefault(below_it.parent, []).append(i)
    top = children.get(0, [])

    def printed(section: int) -> int | None:
        found = flat.sections[section]
        return amount_cell(found.summary, adder.position, f"{found.path}.Summary")

    def holds(section: int) -> bool:
        found = flat.sections[section]
        return found.kind is not Kind.TOTAL and (found.stop > found.start or bool(adder.of(flat, section)))

    def wraps(section: int) -> bool:
        below = children.get(section, [])
        if _group(flat, section) or not below:
            return False
        if any(flat.sections[b].kind is Kind.TOTAL or _group(flat, b) for b in below):
            return True
        result = printed(section)
        return result is not None and result != adder.of(flat, section) and adder.of(flat, section) is not None

    wrapped = any(wraps(t) for t in top)
    layout = _Layout([], [], [])
    for section in top:
        found = flat.sections[section]
        result = printed(section)
        if found.kind is Kind.TOTAL or not holds(section):
            if result is not None and found.kind is Kind.TOTAL:
                layout.results.append(_Result(result, None))
            continue
        if _nameless(flat, adder, section):
            layout.nameless += adder.of(flat, section) or 0
            continue
        below = children.get(section, [])
        if not wrapped or _group(flat, section):
            layout.units.append(section)
            continue
        units = [b for b in below if holds(b)]
        layout.units += units
        layout.wrappers.append(units)
        for total in below:
            if flat.sections[total].kind is Kind.TOTAL and (subtotal := printed(total)) is not None:
                layout.results.append(_Result(subtotal, None))
        if result is not None:
            layout.results.append(_Result(result, units))
    return layout


def _candidates(layout: _Layout, groups: dict[int, str]) -> Iterator[dict[int, str]]:
    if len(groups) == len(layout.units):
        yield groups
        return
    halves: Sequence[tuple[Sequence[int], Sequence[str]]] = [(layout.units, ORDER)]
    if len(layout.wrappers) == 2 and sum(map(len, layout.wrappers)) == len(layout.units):
        halves = [(layout.wrappers[0], ORDER[:3]), (layout.wrappers[1], ORDER[3:])]
    readings: list[dict[int, str]] = [{}]
    for units, labels in halves:
        readings = [
            {**reading, **dict(zip(units, chosen, strict=True))}
            for reading in readings
            for chosen in combinations(labels, len(units))
        ]
    for reading in readings:
        if all(reading.get(u) == g for u, g in groups.items()):
            yield reading


def _fits(reading: dict[int, str], sums: dict[int, int], layout: _Layout) -> bool:
    """Whether every printed result comes out; the last one without a scope is net income."""

    def of(labels: Sequence[str]) -> int:
        return sum(_SIGN[v] * sums[u] for u, v in reading.items() if v in labels)

    results = layout.results
    net = {of(ORDER), of(ORDER) + layout.nameless, of(ORDER) - layout.nameless}
    subtotals = net | {of(ORDER[:2]), of(ORDER[:3]), of(ORDER[3:])}
    for result in results:
        if result.over is not None:
            if result.printed != sum(_SIGN[reading[u]] * sums[u] for u in result.over):
                return False
        elif result.printed not in subtotals:
            return False
    return not (results and results[-1].over is None and results[-1].printed not in net)
