"""What a person has to look at, a sentence each: what `monette status` says is not well."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

    from monette_assets.automation.failed_partitions import Left
    from monette_assets.commands.platform import Platform

LONGEST = 300  # of what a run said, in characters


def open_incidents(platform: Platform, instance: dg.DagsterInstance) -> tuple[list[str], list[str]]:
    """The open incidents that stand, and those whose cause is not found any more: the sensor has yet to end them.

    While a refresh is under way every open one stands, since what it may mend is not looked at.
    """
    from monette_assets import catalog
    from monette_assets.automation.alerts import trouble
    from monette_assets.automation.alerts.incidents import incidents
    from monette_assets.automation.alerts.register import register_of
    from monette_assets.clock import now

    group, settings = platform.group, platform.settings
    kept = register_of(instance, settings).incidents(group.time_zone)
    if not kept:
        return [], []
    at = now(group)
    found = {each.incident.key for each in kept}
    if trouble.at_work(instance, at) is None:
        connection = trouble.stored_connection(settings, at)
        findings = trouble.findings(instance, group, platform.lake, connection, at)
        found = {incident.key for incident in incidents(findings, catalog.contracts())}
    stand, gone = [], []
    for each in kept:
        what = f"incident {each.number}, open since {each.opened_at:%Y-%m-%d %H:%M}: {each.incident.sentence}"
        if each.incident.key in found:
            fix = ", then ".join(f"`{command}`" for command in each.incident.fix)
            stand.append(f"{what}: {fix}; {each.incident.runbook}")
        else:
            gone.append(f"{what}: not found any more; the sensor `alerts` ends it")
    return stand, gone


def failed_run(platform: Platform, instance: dg.DagsterInstance, left: Sequence[Left]) -> list[str]:
    """The last run that failed and that nothing later has put right, in a sentence; nothing where there is none."""
    from monette_assets.automation.alerts.remedies import section
    from monette_assets.automation.failed_runs import last_failed

    run = last_failed(instance, platform.group, left)
    if run is None:
        return []
    months = f", {run.first}" + (f" to {run.last}" if run.last != run.first else "") if run.first else ""
    why = " ".join(run.why.split())
    why = why if len(why) <= LONGEST else f"{why[:LONGEST]} ..."
    again = f"; `monette run --from {run.first} --to {run.last}` tries again" if run.first else ""
    ended = f"{run.ended.astimezone(platform.group.time_zone):%Y-%m-%d %H:%M}"
    return [
        f"run {run.run_id[:8]} ({run.what}{months}) failed on {ended} and nothing later has put it right: "
        f"{why}{again}; {section('a-run-that-broke-down', platform.settings.docs_url)}"
    ]
