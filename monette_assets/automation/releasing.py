"""The sensor `release_when_quiet`: gold written outside of a refresh, by a backfill from the user interface say, is
released once no gold table is being written any more.

A refresh releases what it made itself, as its last step, and nothing in the middle of it.
"""

from __future__ import annotations

import dagster as dg

from monette_assets.automation.abandoned import UNFINISHED
from monette_assets.automation.chain import CHAIN_TAG, HALFWAY_TAG
from monette_assets.process import PROCESS_TAG, gone
from monette_assets.tables import releases

SENSOR = "release_when_quiet"

_UPDATED = dg.AutomationCondition.any_deps_match(
    dg.AutomationCondition.newly_updated() & ~dg.AutomationCondition.all_new_updates_have_run_tags(tag_keys={CHAIN_TAG})
)
# `since` lets go of an update that is seen in the tick after a request, though the release asked for may have looked
# before it: only a tick that sees no update takes the request for an answer.
CONDITION = (
    _UPDATED.since(dg.AutomationCondition.newly_requested() & ~_UPDATED)
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("gold was written outside of a refresh, and nothing writes it now")


def build() -> dg.AutomationConditionSensorDefinition:
    """The sensor, running from the start."""
    return dg.AutomationConditionSensorDefinition(
        SENSOR,
        target=dg.AssetSelection.assets(releases.NAME),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Releases gold that was written outside of a refresh, once no gold table is being written.",
    )


def who_writes(instance: dg.DagsterInstance, run: dg.DagsterRun, gold: frozenset[dg.AssetKey]) -> str | None:
    """The other run that is writing gold, or the refresh that is halfway: it will have its own release. None if quiet.

    The run of a refresh itself waits for nobody.
    """
    if CHAIN_TAG in run.tags:
        return None
    for other in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        if other.run_id != run.run_id and gold & (other.asset_selection or frozenset()):
            return other.run_id
    halfway = instance.get_runs(dg.RunsFilter(tags={HALFWAY_TAG: "yes"}), limit=1)
    for last in halfway:
        newest = instance.get_runs(dg.RunsFilter(tags={CHAIN_TAG: last.tags[CHAIN_TAG]}), limit=1)[0]
        if newest.run_id == last.run_id and not gone(last.tags.get(PROCESS_TAG, "")):
            return last.run_id
    return None


def answerable(run: dg.DagsterRun) -> bool:
    """Whether the run is to leave gold of one piece: that of a refresh. After any other, `stale_months` does."""
    return CHAIN_TAG in run.tags
