"""The dashboard asks for what is exported, by the names that Prometheus gives it, and leads to pages that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest

from monette_assets.telemetry.measures import MEASURES, Kind, Measure

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "infra" / "observability" / "dashboard.json").read_text(encoding="utf-8"))
UNITS = {"s": "_seconds", "By": "_bytes"}  # annotations in braces are left out
ANY = re.compile(r"\$(company|asset)")
QUERIES = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]


def exported(measure: Measure) -> set[str]:
    """Its names in Prometheus: OpenTelemetry's rules of compatibility."""
    name = measure.name.replace(".", "_") + UNITS.get(measure.unit, "")
    if measure.kind is Kind.HISTOGRAM:
        return {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
    return {f"{name}_total" if measure.kind is Kind.COUNTER else name}


TOLD_BY = {name: {*measure.told_by, "le"} for measure in MEASURES for name in exported(measure)}


def parsed(expression: str) -> promql.Expr:
    """The query, with Grafana's variables filled in."""
    filled = ANY.sub(".*", expression).replace("$__range", "24h").replace("$__interval", "5m")
    assert "$" not in filled, filled
    return promql.parse(filled)


def every(node: promql.Expr) -> list[Any]:
    """The query's parts, itself included."""
    found: list[Any] = []
    promql.walk(node, found.append)
    return found


@pytest.mark.parametrize(("title", "expression"), QUERIES, ids=[title for title, _ in QUERIES])
def test_a_panel_asks_for_what_is_exported_by_what_it_is_told_by(title: str, expression: str) -> None:
    parts = every(parsed(expression))
    asked: list[Any] = [each for each in parts if isinstance(each, promql.VectorSelector)]
    assert asked
    for each in asked:
        assert each.name in TOLD_BY, title
        assert {matcher.name for matcher in each.matchers.matchers} <= TOLD_BY[each.name]
    of_all = set.intersection(*(TOLD_BY[each.name] for each in asked))
    for each in parts:
        if isinstance(each, promql.AggregateExpr) and each.modifier is not None:
            assert set(each.modifier.labels) <= of_all, title


def test_a_query_for_what_nobody_exports_would_be_found() -> None:
    [asked] = [each for each in every(parsed("sum(rate(monette_rows[$__interval]))")) if hasattr(each, "matchers")]
    assert asked.name not in TOLD_BY


def test_variables_are_labels_of_what_is_exported() -> None:
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()  # type: ignore[union-attr]
            assert (metric in TOLD_BY, label) == (True, variable["name"])
            assert label in TOLD_BY[metric]


def test_every_measure_is_shown() -> None:
    parts = [each for _, query in QUERIES for each in every(parsed(query))]
    shown = {each.name for each in parts if isinstance(each, promql.VectorSelector)}
    assert {measure.name for measure in MEASURES if not exported(measure) & shown} == set()


def test_panels_lie_beside_one_another_and_lead_to_sections_that_exist() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        left, top, width, height = (panel["gridPos"][key] for key in "xywh")
        cells = {(x, y) for x in range(left, left + width) for y in range(top, top + height)}
        assert not cells & places, panel["title"]
        assert max(x for x, _ in cells) < 24
        places |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    titles = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    named = {
        (panel["id"], anchor)
        for panel in DASHBOARD["panels"]
        for anchor in re.findall(r"docs/playbook\.md#([a-z0-9-]+)", panel["description"])
    }
    assert len(named) >= 5
    assert {anchor for _, anchor in named} <= anchors
    linked = {(panel["id"], link["url"]) for panel in DASHBOARD["panels"] for link in panel.get("links", ())}
    assert linked == {(panel, f"${{docs:raw}}/playbook.md#{anchor}") for panel, anchor in named}
    [docs] = [each for each in DASHBOARD["templating"]["list"] if each["name"] == "docs"]
    assert docs["type"] == "textbox"  # whoever looks can say where docs are read
