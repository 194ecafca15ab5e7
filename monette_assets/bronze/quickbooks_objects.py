"""QuickBooks' objects: accounts, locations, classes, contacts, documents and settings; one row an object version."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import dagster as dg

from monette_assets.bronze.appending import Identity, Newest, after, append_commit, newest
from monette_assets.clock import now
from monette_assets.group import Group
from monette_assets.lake import Lake
from monette_assets.tables import Column, Contract, Freshness, Partitions, partitions
from monette_assets.tables.asset import asset_key, asset_spec
from monette_assets.tables.contract import hours
from monette_assets.telemetry.spans import traced

CONTRACT = Contract(
    name="bronze/quickbooks_objects",
    description="Every version of every QuickBooks object, verbatim, deletions included. One row an object version.",
    key=("company", "entity", "object_id", "content_hash", "fetched_at"),
    unit=("company",),
    partitions=Partitions.COMPANY,
    layout=("entity",),
    columns=(
        Column("company", "string", "Contract code of the company."),
        Column("entity", "string", "QuickBooks' object type, e.g. Account."),
        Column("object_id", "string", "QuickBooks' id, unique within company and entity."),
        Column("deleted", "boolean", "Whether this version says that the object is gone."),
        Column("modified_at", "string", "As QuickBooks wrote it; empty where the object is gone."),
        Column("payload", "string", "The object, verbatim; empty where it is gone."),
        Column("content_hash", "string", "SHA-256 of the payload."),
        Column("fetched_at", "timestamp", "When it was asked for."),
        Column("run_id", "string", "The run that fetched it."),
    ),
    owner="data engineering",
    freshness=Freshness(fail_after=hours(36), warn_after=hours(26)),
)
ARRIVED = "arrived"
ASSET = "bronze__quickbooks_objects"
WHOLE = "whole"
IDENTITY = ("company", "entity", "object_id")
OVERLAP = timedelta(hours=1)
GONE = sha256(b"").hexdigest()  # the content hash of a version without content


def read_whole(companies: Collection[str]) -> dict[str, Any]:
    """Run configuration that reads every document of these companies, not only what QuickBooks says has changed."""
    return {"ops": {ASSET: {"config": {WHOLE: sorted(companies)}}}} if companies else {}


def build(group: Group) -> dg.AssetsDefinition:
    """The asset. Needs resources `lake` and `quickbooks`. A company that fails, fails alone."""
    key = asset_key(CONTRACT)

    @dg.multi_asset(
        name=ASSET,
        pool=ASSET,  # one run at a time writes a table
        config_schema={
            WHOLE: dg.Field(
                [str],
                default_value=[],
                description="Companies whose documents are all read anew.",
            )
        },
        specs=[asset_spec(CONTRACT, group)],
        check_specs=[
            dg.AssetCheckSpec(
                ARRIVED,
                asset=key,
                description="Every list and document of the company came (ACCOUNTING 6).",
                partitions_def=partitions.companies(group),
            )
        ],
        partitions_def=partitions.companies(group),
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={"lake", "quickbooks"},
        can_subset=True,
    )
    @traced(CONTRACT.name)
    def quickbooks_objects(context: dg.AssetExecutionContext) -> Iterator[Any]:
        lake: Lake = context.resources.lake.lake
        stored = newest(lake, CONTRACT.name, IDENTITY, company=context.partition_keys)
        whole: list[str] = context.op_execution_context.op_config[WHOLE]
        asked_at = now(group)
        since = {code: at for code, at in last_fetches(stored, asked_at).items() if code not in whole}
        failed: dict[str, str] = {}
        for company, pulled in context.resources.quickbooks.objects(list(context.partition_keys), since):
            rows: list[dict[str, Any]] = []
            if isinstance(pulled, Exception):
                failed[company] = str(pulled)
            else:
                there = {(company, row["entity"], row["object_id"]): row for row in pulled.rows}
                missing = [
                    gone(entity, object_id, asked_at)
                    for (owner, entity, object_id) in stored
                    if owner == company and entity in pulled.whole and (owner, entity, object_id) not in there
                ]  # lists name inactive objects too
                for row in (*pulled.rows, *missing):
                    standing = stored.get((company, row["entity"], row["object_id"]))
                    if row["content_hash"] != (GONE if standing is None else standing.content_hash):
                        at = after(row["fetched_at"], standing)
                        rows.append({**row, "company": company, "fetched_at": at, "run_id": context.run_id})
            if rows:
                append_commit(lake, CONTRACT, rows, context.run_id, group, now(group))
            problem = failed.get(company)
            yield dg.AssetCheckEvaluation(
                asset_key=key, check_name=ARRIVED, passed=problem is None, partition=company, description=problem
            )
            if problem is None:
                seen = 0 if isinstance(pulled, Exception) else len(pulled.rows)
                deleted = sum(row["deleted"] for row in rows)
                yield dg.AssetMaterialization(
                    asset_key=key,
                    partition=company,
                    metadata={"objects": seen, "new_versions": len(rows), "deleted": deleted},
                )
        if failed:
            what = "; ".join(f"{company}: {problem}" for company, problem in sorted(failed.items()))
            raise dg.Failure(f"{len(failed)} company(ies) failed, the others are done. {what}", allow_retries=False)

    return quickbooks_objects


def last_fetches(stored: Mapping[Identity, Newest], at: datetime) -> dict[str, datetime]:
    """When each company's newest version was asked for, with an overlap: a pull takes its time.

    Without a company whose newest version lies ahead of `at`: a clock was wrong, nobody knows what changed since.
    """
    last: dict[str, datetime] = {}
    for (company, *_), version in stored.items():
        last[company] = max(version.fetched_at, last.get(company, version.fetched_at))
    return {company: moment - OVERLAP for company, moment in last.items() if moment <= at}


def gone(entity: str, object_id: str, asked_at: datetime) -> dict[str, Any]:
    """The version that says an object is gone."""
    return {
        "entity": entity,
        "object_id": object_id,
        "deleted": True,
        "modified_at": "",
        "payload": "",
        "content_hash": GONE,
        "fetched_at": asked_at,
    }
