"""Tables in their run, whatever becomes of them."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg

from monette_assets.telemetry.exporting import Exporter
from monette_assets.telemetry.spans import RunSpan, span, traced
from monette_assets_tests.telemetry.collector import Collector, attributes


def a_run(*assets: dg.AssetsDefinition) -> RunSpan:
    """Materialize with a resource `lake` that brings the run's span, as the platform's own does."""
    run = RunSpan(run="r1", job="refresh", chain="")
    lake = dg.ResourceDefinition.hardcoded_resource(SimpleNamespace(run_span=run))
    dg.materialize(list(assets), resources={"lake": lake}, raise_on_error=False)
    run.end()
    return run


@dg.multi_asset(specs=[dg.AssetSpec("good")], required_resource_keys={"lake"})
@traced("silver/good")
def good(context: dg.AssetExecutionContext) -> Iterator[Any]:
    with span("engine", asset="silver/good"):
        pass
    yield dg.AssetMaterialization("good")
    with span("publish", asset="silver/good"):
        pass
    yield dg.MaterializeResult("good")


@dg.multi_asset(specs=[dg.AssetSpec("bad", deps=["good"])], required_resource_keys={"lake"})
@traced("gold/bad")
def bad(context: dg.AssetExecutionContext) -> Iterator[Any]:
    yield dg.AssetMaterialization("bad")
    raise dg.Failure("north 2024-12: THE-SECRET of a customer")


def test_spans_of_a_table_lie_in_it_before_and_after_it_yields(exporting: Exporter, collector: Collector) -> None:
    a_run(good)
    [run] = [each for each in collector.spans if each.name == "run"]
    assert attributes(list(run.attributes)) == {"monette.run": "r1", "monette.job": "refresh"}
    [table] = collector.under(run)
    assert [each.name for each in collector.under(table)] == ["engine", "publish"]
    assert len(collector.spans) == 4
    assert {each.status.code for each in collector.spans} == {0}
    assert [dict(key)["outcome"] for key in collector.values("monette.run.duration")] == ["ok"]


def test_a_table_that_fails_fails_its_run_and_its_text_is_not_told(exporting: Exporter, collector: Collector) -> None:
    assert a_run(good, bad).failed
    failed = [each for each in collector.spans if each.status.code]
    assert {attributes(list(each.attributes)).get("monette.asset", each.name) for each in failed} == {"run", "gold/bad"}
    outcomes = {dict(key)["asset"]: dict(key)["outcome"] for key in collector.values("monette.asset.duration")}
    assert outcomes == {"silver/good": "ok", "gold/bad": "failed"}
    assert [dict(key)["outcome"] for key in collector.values("monette.run.duration")] == ["failed"]
    assert not any(b"THE-SECRET" in body for body in collector.bodies)
