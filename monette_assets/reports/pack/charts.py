"""The pack's charts: Altair specifications rendered in process to SVG that takes its colours from the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

# Colours stand for the page's own variables: light, dark and print each give them values.
COLOURS = {
    "#010101": "--ink", "#020202": "--quiet", "#030303": "--rule", "#040404": "--positive", "#050505": "--negative",
    "#060606": "--total", "#110101": "--series-1", "#110202": "--series-2", "#110303": "--series-3",
    "#110404": "--series-4", "#110505": "--series-5", "#110606": "--series-6",
    "#220101": "--age-1", "#220202": "--age-2", "#220303": "--age-3", "#220404": "--age-4", "#220505": "--age-5",
}  # fmt: skip
INK, QUIET, RULE, POSITIVE, NEGATIVE, TOTAL = list(COLOURS)[:6]
SERIES, AGES = list(COLOURS)[6:12], list(COLOURS)[12:]
MILLION = Decimal(1_000_000)
FONT = 12

Chart = Any  # Altair's types come with Altair, which is imported where a chart is drawn


def millions(amount: Decimal) -> float:
    """For a chart's scale only: figures on the page are written from the exact amounts."""
    return float(amount / MILLION)


def margins(lines: Mapping[str, Sequence[tuple[date, Decimal]]], label: str) -> str:
    """A line a pillar over time, named at its end."""
    import altair as alt

    order = list(lines)
    rows = [
        {"month": f"{month}T00:00:00", "pillar": pillar, "amount": millions(amount)}
        for pillar, own in lines.items()
        for month, amount in own
    ]
    ends = _apart([{"pillar": pillar, **_last(own)} for pillar, own in lines.items() if own])
    colour = alt.Color("pillar:N", scale=alt.Scale(domain=order, range=SERIES[: len(order)]), legend=None)
    x = alt.X("month:T", axis=_time_axis(alt, rows))
    y = alt.Y("amount:Q", axis=_money_axis(alt))
    drawn = _drawn(alt, rows).mark_line(strokeWidth=2, interpolate="monotone").encode(x=x, y=y, color=colour)
    names = (
        _drawn(alt, ends)
        .mark_text(align="left", dx=8, fontSize=FONT, fontWeight=600)
        .encode(x="month:T", y="place:Q", text="pillar:N", color=colour)
    )
    return svg(_zero(alt) + drawn + names, label, width=900, height=250, right=90)


def bridge(steps: Sequence[tuple[str, Decimal, str]], label: str) -> str:
    """A waterfall. A step is a name, an amount and `total` (from zero) or `change` (from where the last one ended)."""
    import altair as alt

    rows: list[dict[str, Any]] = []
    level = Decimal(0)
    for index, (name, amount, kind) in enumerate(steps):
        first, last = (Decimal(0), amount) if kind == "total" else (level, level + amount)
        level = last
        colour = TOTAL if kind == "total" else POSITIVE if amount >= 0 else NEGATIVE
        rows.append(
            {
                "index": index, "name": name, "first": millions(first), "last": millions(last), "colour": colour,
                "top": max(millions(first), millions(last)), "shown": short(amount, signed=kind != "total"),
            }
        )  # fmt: skip
    # bars start at zero unless the changes would be too small to see beside the totals: then the axis is cut
    ends = [row["last"] for row in rows]
    low, high = min(0.0, *ends, *(row["first"] for row in rows)), max(0.0, *(row["top"] for row in rows))
    if min(ends) > 0.6 * high:
        low = min(ends) - 0.5 * (high - min(ends))
    for row in rows:
        row["first"] = max(row["first"], low)
    joins = [{"index": row["index"], "next": row["index"] + 1, "level": row["last"]} for row in rows[:-1]]
    names = json.dumps([row["name"] for row in rows])
    x = alt.X("index:O", axis=alt.Axis(labelAngle=0, labelAlign="center", labelPadding=8, ticks=False, title=None,
              domainColor=RULE, labelColor=INK, labelFontSize=FONT,
              labelExpr=f"split({names}[datum.value], ' ')"))  # fmt: skip
    scale = alt.Scale(domain=[low, high + 0.1 * ((high - low) or 1)], nice=False)
    bars = (
        _drawn(alt, rows)
        .mark_bar(size=58)
        .encode(
            x=x,
            y=alt.Y("first:Q", scale=scale, axis=_money_axis(alt)),
            y2="last:Q",
            color=alt.Color("colour:N", scale=None),
        )
    )
    joined = (
        _drawn(alt, joins)
        .mark_rule(color=QUIET, strokeDash=[2, 3])
        .encode(x="index:O", x2="next:O", y=alt.Y("level:Q", scale=scale))
    )
    shown = (
        _drawn(alt, rows)
        .mark_text(dy=-9, fontSize=FONT, fontWeight=600, color=INK)
        .encode(x="index:O", y=alt.Y("top:Q", scale=scale), text="shown:N")
    )
    return svg(joined + bars + shown, label, width=960, height=280)


def balance_over_time(points: Sequence[tuple[date, Decimal]], label: str) -> str:
    """An area with its last point named."""
    import altair as alt

    rows = [{"month": f"{month}T00:00:00", "amount": millions(amount)} for month, amount in points]
    ends = [{**rows[-1], "shown": short(points[-1][1])}]
    x = alt.X("month:T", axis=_time_axis(alt, rows))
    y = alt.Y("amount:Q", axis=_money_axis(alt))
    area = (
        _drawn(alt, rows)
        .mark_area(
            color=SERIES[0], fillOpacity=0.14, line={"color": SERIES[0], "strokeWidth": 2}, interpolate="monotone"
        )
        .encode(x=x, y=y)
    )
    dot = (
        _drawn(alt, ends).mark_point(color=SERIES[0], filled=True, size=48, opacity=1).encode(x="month:T", y="amount:Q")
    )
    name = (
        _drawn(alt, ends)
        .mark_text(align="left", dx=9, fontSize=FONT, fontWeight=600, color=INK)
        .encode(x="month:T", y="amount:Q", text="shown:N")
    )
    return svg(_zero(alt) + area + dot + name, label, width=900, height=210, right=90)


def stacked(rows: Sequence[tuple[str, Sequence[tuple[str, Decimal]]]], label: str) -> str:
    """A bar a row, its parts in colours from calm to alarming."""
    import altair as alt

    order = [name for name, _ in rows]
    parts = list(dict.fromkeys(part for _, own in rows for part, _ in own))
    values = [
        {"row": name, "part": part, "index": parts.index(part), "amount": millions(amount)}
        for name, own in rows
        for part, amount in own
    ]
    colours = [AGES[min(index, len(AGES) - 1)] for index in range(len(parts))]
    chart = (
        _drawn(alt, values)
        .mark_bar(size=30)
        .encode(
            y=alt.Y("row:N", sort=order, axis=alt.Axis(title=None, ticks=False, domain=False, labelColor=INK,
                    labelFontSize=FONT + 1, labelPadding=10)),
            x=alt.X("sum(amount):Q", axis=_money_axis(alt, horizontal=True)),
            color=alt.Color("part:N", sort=parts, scale=alt.Scale(domain=parts, range=colours),
                    legend=alt.Legend(title=None, orient="top", labelColor=INK, labelFontSize=FONT)),
            order="index:Q",
        )
    )  # fmt: skip
    return svg(chart, label, width=860, height=46 * max(len(rows), 1), left=24)


def spark(points: Sequence[tuple[date, Decimal]], label: str) -> str:
    """A small line without axes."""
    import altair as alt

    rows = [{"month": f"{month}T00:00:00", "amount": millions(amount)} for month, amount in points]
    x = alt.X("month:T", axis=None)
    y = alt.Y("amount:Q", axis=None, scale=alt.Scale(zero=False))
    line = _drawn(alt, rows).mark_line(color=QUIET, strokeWidth=1.5, interpolate="monotone").encode(x=x, y=y)
    dot = _drawn(alt, rows[-1:]).mark_point(color=SERIES[0], filled=True, size=30, opacity=1).encode(x=x, y=y)
    return svg(line + dot, label, width=150, height=30)


def short(amount: Decimal, signed: bool = False) -> str:
    """12.3 m, 456 k: for a chart's labels."""
    size = abs(amount)
    text = f"{size / MILLION:,.1f} m" if size >= 950_000 else f"{size / 1000:,.0f} k"
    if amount < 0:
        return f"\N{MINUS SIGN}{text}" if signed else f"({text})"
    return f"+{text}" if signed and amount else text


def svg(chart: Chart, label: str, *, width: int, height: int, left: int = 4, right: int = 12) -> str:
    """The chart as inline SVG: the page's colours and font, named for who cannot see it, ids of its own."""
    import vl_convert

    spec = chart.properties(
        width=width, height=height, padding={"left": left, "right": right, "top": 10, "bottom": 4},
        background="transparent",
    ).configure_view(stroke=None).to_dict()  # fmt: skip
    drawn = vl_convert.vegalite_to_svg(spec)
    for colour, variable in COLOURS.items():
        drawn = drawn.replace(f'"{colour}"', f'"var({variable})"')
    drawn = re.sub(r' font-family="[^"]*"', "", drawn)
    mark = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")[:40]
    drawn = re.sub(r'id="([^"]+)"', rf'id="{mark}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}-\1)", drawn)
    drawn = re.sub(r"<!DOCTYPE[^>]*>|<\?xml[^>]*\?>", "", drawn)
    named = f'<svg role="img" aria-label="{html.escape(label, quote=True)}"'
    return drawn.replace("<svg", named, 1).replace(">", f"><title>{html.escape(label)}</title>", 1)


def _last(points: Sequence[tuple[date, Decimal]]) -> dict[str, Any]:
    month, amount = points[-1]
    return {"month": f"{month}T00:00:00", "amount": millions(amount)}


def _apart(ends: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Places for names at the ends of lines, moved apart where they would overlap."""
    spread = max((abs(each["amount"]) for each in ends), default=1.0) or 1.0
    previous = None
    for each in sorted(ends, key=lambda end: end["amount"]):
        least = previous + spread * 0.075 if previous is not None else each["amount"]
        each["place"] = previous = max(each["amount"], least)
    return ends


def _time_axis(alt: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    months = sorted({row["month"] for row in rows})
    every = max(1, len(months) // 8)
    return alt.Axis(
        format="%b %y", title=None,
        values=[{"year": int(m[:4]), "month": int(m[5:7]), "date": 1} for m in months[::-every]],
        labelColor=QUIET, labelFontSize=FONT, domainColor=RULE, tickColor=RULE, grid=False,
    )  # fmt: skip


def _money_axis(alt: Any, horizontal: bool = False) -> Any:
    return alt.Axis(
        title=None, tickCount=5, labelColor=QUIET, labelFontSize=FONT, gridColor=RULE, gridOpacity=0.6, domain=False,
        ticks=False, labelPadding=8, format=",.3~f",
    )  # fmt: skip


def _zero(alt: Any) -> Any:
    return _drawn(alt, [{"zero": 0}]).mark_rule(color=QUIET, strokeWidth=1).encode(y="zero:Q")


def _drawn(alt: Any, rows: Sequence[Mapping[str, Any]]) -> Chart:
    return alt.Chart(alt.Data(values=list(rows)))
