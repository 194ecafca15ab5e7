"""The whole graph, assembled; no logic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from monette_assets import catalog, logs
from monette_assets.automation import (
    catch_up,
    changes,
    comparison,
    costs,
    event_arrivals,
    events_job,
    heartbeat,
    landed,
    maintenance,
    measured_runs,
    month_end,
    refresh_job,
    releasing,
    schedules,
    stale,
)
from monette_assets.automation.alerts import digest, watching
from monette_assets.bronze import (
    events,
    exchange_rates,
    landing_files,
    platform_usage,
    quickbooks_objects,
    quickbooks_reports,
)
from monette_assets.group import Group, load_group
from monette_assets.resources import (
    BankOfCanada,
    EventHubs,
    JudgeResource,
    Landing,
    QuickBooks,
    engine_resource,
    lake_resource,
)
from monette_assets.settings import Settings
from monette_assets.sources.quickbooks.notices import Notices
from monette_assets.tables import chained, quarantine, releases
from monette_assets.tables.asset import asset_spec, build_asset
from monette_assets.tables.compute import compute_of


def build(settings: Settings, group: Group, overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The graph of a deployment and a contract. `overrides` replaces resources by name: tests, chains of runs."""
    gold = [table.contract for table in catalog.GOLD]

    def with_resources(replaced: Mapping[str, Any]) -> dg.Definitions:
        return build(settings, group, {**(overrides or {}), **replaced})

    refresh, compute = refresh_job.build(group, with_resources), compute_of(settings)
    taking_in = events_job.build(group, with_resources)
    counting = costs.build(group, with_resources)
    maintaining = maintenance.build(group, timedelta(days=settings.keep_runs_days))
    comparing = comparison.build(group)
    digesting = digest.build(group, settings)
    return dg.Definitions(
        assets=[
            quickbooks_objects.build(group),
            quickbooks_reports.build(group),
            exchange_rates.build(group),
            landing_files.build(group),
            events.build(group),
            platform_usage.build(group, compute, measured_runs.measured, catalog.names),
            *(
                build_asset(table, group)
                for table in (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM)
            ),
            asset_spec(quarantine.CONTRACT, group),
            *(chained.build(contract, group) for contract in catalog.LOGS),
            releases.build(
                gold,
                group,
                condition=releasing.CONDITION,
                who_writes=releasing.who_writes,
                answerable=releasing.answerable,
            ),
        ],
        asset_checks=[catch_up.build_check(group)],
        jobs=[refresh, taking_in, maintaining, comparing, digesting, counting],
        sensors=[
            changes.build(group, refresh, settings.poll_every),
            landed.build(group, refresh),
            event_arrivals.build(group, taking_in),
            catch_up.build(group, refresh),
            stale.build(group, refresh),
            releasing.build(),
            watching.build(group, settings),
            heartbeat.build(group, settings),
        ],
        schedules=[
            schedules.build(group, refresh),
            month_end.build(group, refresh),
            comparison.build_schedule(group, comparing),
            maintenance.build_schedule(group, maintaining),
            digest.build_schedule(group, digesting),
            costs.build_schedule(group, counting),
        ],
        resources={
            "lake": lake_resource(settings, group, compute),
            "engine": engine_resource(settings),
            "judge": JudgeResource(),
            "quickbooks": QuickBooks(settings, group),
            "bank_of_canada": BankOfCanada(settings),
            "landing": Landing(settings),
            "event_hubs": EventHubs(settings),
            "notices": Notices(settings.notices_path),
            **(overrides or {}),
        },
        executor=dg.in_process_executor,
    )


def load() -> dg.Definitions:
    """The graph of the environment's deployment."""
    settings = Settings()
    logs.install()
    return build(settings, load_group(settings.group))


defs = load()
