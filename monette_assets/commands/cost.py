"""`monette cost`: what the platform cost, and what a refresh would cost before it runs."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.errors import CommandError, UsageError
from monette_assets.commands.output import Format, notes, write
from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.group.prices import PriceBook
    from monette_assets.reports.cost_choice import Start
    from monette_assets.reports.cost_plan import Candidate
    from monette_assets.reports.statement import Statement

PLAN = re.compile(r"backfill (?:FY(?P<year>\d{4})|(?P<first>\d{4}-\d{2})(?:\.\.(?P<last>\d{4}-\d{2}))?)")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
ASSUMED = (
    "Seconds go with the rows of each table, as its measured runs do; nothing else runs meanwhile. More cores shorten "
    "what was measured on fewer by anything between not at all and in proportion; engines that were not measured take "
    "what the price book says, give or take half. What is fetched takes as long as the source does. A cluster stands "
    "from its start to the end of the last run."
)
SHARED = (
    "A run is charged {share} of its machine, whichever that is (MONETTE_MACHINE_SHARE): what it is given, not what it "
    "uses."
)


class By(StrEnum):
    """What amounts are summed by."""

    PERIOD = "period"
    ASSET = "asset"
    COMPANY = "company"
    ENGINE = "engine"
    LAYER = "layer"
    PILLAR = "pillar"
    ITEM = "item"
    SKU = "sku"
    RUN = "run"


def cost(
    period: Annotated[
        str | None, typer.Option(help="A month, such as 2026-11; all that were counted if left out.")
    ] = None,
    by: Annotated[By, typer.Option(help="What amounts are summed by.")] = By.ASSET,
    update: Annotated[bool, typer.Option("--update", help="First count what was used since the last time.")] = False,
    plan: Annotated[
        str | None,
        typer.Option(help="What would be run: 'backfill FY2026', 'backfill 2025-11..2026-10', 'backfill 2026-10'."),
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Of the plan: engine, as the price book names it.")] = None,
    sku: Annotated[str | None, typer.Option(help="Of the plan: size of the machines that compute.")] = None,
    nodes: Annotated[
        int | None, typer.Option(min=1, help="Of the plan: machines of a cluster, driver included.")
    ] = None,
    deadline: Annotated[str | None, typer.Option(help="Of the plan: when it has to be done, HH:MM.")] = None,
    company: Annotated[list[str] | None, typer.Option(help="Of the plan: fetch these companies only.")] = None,
    fetch: Annotated[bool, typer.Option(help="Of the plan: --no-fetch rebuilds from bronze.")] = True,
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """What the platform cost, by table, company, engine and more; or with --plan, what a refresh would take and cost.

    Exit status 1 where something that was used has no price.
    """
    platform = Platform()
    if platform.group.prices is None:
        raise CommandError(
            "no price book: the contract has no prices.yaml; copy the demo's (monette_assets/group/demo/prices.yaml) "
            "and put your own prices in"
        )
    if plan is not None:
        if update or period:
            raise UsageError("--plan estimates what is to come; give --period and --update without it")
        write(_plan(platform, platform.group.prices, plan, engine, sku, nodes, deadline, company or [], fetch), format_)
        return
    if engine or sku or nodes or deadline or company or not fetch:
        raise UsageError("--engine, --sku, --nodes, --deadline, --company and --no-fetch belong to --plan")
    month = platform.month(period) if period else None
    if update:
        _update(platform)
    from monette_assets.reports.platform_costs import COSTS, costs_by, gaps

    if not platform.lake.exists(COSTS):
        raise CommandError("nothing was counted yet: `monette cost --update` does, and the job `costs` does every day")
    write(costs_by(platform.lake, platform.group, by.value, month), format_)
    if gaps(platform.lake, (month,) if month else ()):
        raise typer.Exit(1)


def _update(platform: Platform) -> None:
    """Count what was used since the last time, as the job `costs` does. Raises CommandError where it broke down."""
    from monette_assets.automation import costs
    from monette_assets.commands.audit import recorded
    from monette_assets.commands.refreshing import judging
    from monette_assets.definitions import build
    from monette_assets.resources import RunningJudge

    console = notes()
    with (
        judging() as judge,
        platform.instance() as instance,
        recorded(platform, "run", "costs of the platform") as act,
        console.status("Counting what was used"),
    ):
        definitions = build(platform.settings, platform.group, {"judge": RunningJudge(judge)})
        result = costs.count(platform.group, platform.lake, definitions, instance)
        act.failed = not result.ok
        act.result = f"chain {result.chain_id}"
    broken = [f"{step.step.name}: {step.error}" for step in result.steps if step.crashed]
    if broken:
        raise CommandError("; ".join(broken))


def _plan(
    platform: Platform,
    book: PriceBook,
    text: str,
    engine: str | None,
    sku: str | None,
    nodes: int | None,
    deadline: str | None,
    company: list[str],
    fetch: bool,
) -> Statement:
    """The estimate. Raises PriceMissing where the price book lacks what was asked for."""
    from monette_assets.automation import chain
    from monette_assets.clock import now
    from monette_assets.reports import cost_plan
    from monette_assets.reports.cost_choice import Start, left_out
    from monette_assets.tables.compute import compute_of

    first, last = _months(platform, text)
    until = _until(deadline, now(platform.group)) if deadline else None
    past = cost_plan.history(platform.lake)
    if not past:
        raise CommandError("nothing was measured yet: `monette run` the months there are, then `monette cost --update`")
    codes = platform.companies(company) or None
    latest = chain.latest_period(platform.lake)
    work = cost_plan.work_of(
        chain.plan(platform.group, first, last, companies=codes, latest=latest, fetch=fetch), platform.group
    )
    here, at = compute_of(platform.settings), now(platform.group)
    terms = book.engine(engine or here.engine)
    if nodes and not terms.cluster:
        clusters = ", ".join(each.code for each in book.listed.engines if each.cluster) or "none"
        raise UsageError(
            f"--nodes {nodes}: expected an engine that is a cluster by prices.yaml ({clusters}), found {terms.code}, "
            "which computes in the run's own process, on one machine. Leave --nodes out, or name one by --engine"
        )
    wanted_sku = sku or here.cluster or here.machine
    count = (nodes or terms.nodes) if terms.cluster else 1
    place = cost_plan.Place(terms.code, book.machine(wanted_sku).sku, max(1, count - 1))
    chosen = cost_plan.estimate(book, past, work, place, count, here, at.date())
    others, gaps = cost_plan.candidates(book, past, work, here, at.date())
    every = [chosen, *(each for each in others if (each.place, each.nodes) != (chosen.place, chosen.nodes))]
    unknown = cost_plan.unknown(past, work)
    span = f"{first:%Y-%m} to {last:%Y-%m}"
    return _shown(
        platform,
        f"{text} ({span}{', ' + ', '.join(codes) if codes else ''}{'' if fetch else ', from bronze'})",
        every,
        Start(at, until),
        [
            *left_out(every, chosen if engine else None, platform.group.currency),
            ASSUMED,
            *([SHARED.format(share=here.share)] if here.share != 1 else []),
            *([f"Never measured, not counted: {', '.join(unknown)}"] if unknown else []),
            *(f"Not compared: {gap}" for gap in gaps),
        ],
    )


def _shown(platform: Platform, title: str, every: list[Candidate], start: Start, said: list[str]) -> Statement:
    from monette_assets.reports import cost_plan
    from monette_assets.reports.cost_choice import verdict
    from monette_assets.reports.statement import Emphasis, Field, Kind, Statement

    currency, begun = platform.group.currency, f"begun {start.at:%Y-%m-%d %H:%M}"
    rows = [
        {**cost_plan.row_of(each), "ends": start.ends(each).strftime("%Y-%m-%d %H:%M"),
         "in_time": "" if start.until is None else "yes" if start.in_time(each) else "no"}
        for each in every
    ]  # fmt: skip
    deadline = [Field("in_time", "In time")] if start.until else []
    return Statement(
        title=f"Estimate: {title}",
        subtitle=f"the first line is what was asked for; {begun}; {currency}, by today's prices",
        fields=(
            Field("engine", "Engine"),
            Field("sku", "Machine"),
            Field("nodes", "Nodes", Kind.COUNT),
            Field("seconds_low", "Seconds, at least", Kind.COUNT),
            Field("seconds", "Likely", Kind.COUNT),
            Field("seconds_high", "At most", Kind.COUNT),
            Field("cost_low", f"{currency}, at least", Kind.COST),
            Field("cost", "Likely", Kind.COST),
            Field("cost_high", "At most", Kind.COST),
            Field("ends", "Ends at the latest"),
            *deadline,
            Field("runnable", "Can be run"),
            Field("basis", "Basis"),
        ),
        rows=rows,
        emphasis=[Emphasis.RESULT, *[Emphasis.NORMAL] * (len(every) - 1)],
        notes=[verdict(every, start, currency), *said],
    )


def _months(platform: Platform, text: str) -> tuple[date, date]:
    """First and last month of a plan. Raises UsageError."""
    found = PLAN.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"--plan {text!r}: expected 'backfill FY2026', 'backfill 2025-11..2026-10' or 'backfill 2026-10'"
        )
    if found["year"] is None:
        first = platform.month(found["first"])
        last = platform.month(found["last"]) if found["last"] else first
        if last < first:
            raise UsageError(f"--plan {text!r}: {found['last']} comes before {found['first']}")
        return first, last
    from monette_assets.group.calendar import add_months

    start_month = platform.group.settings.year_start_month
    year = int(found["year"])
    begins = date(year if start_month == 1 else year - 1, start_month, 1)
    ends = add_months(begins, 11)
    first, last = max(begins, platform.group.first_period), min(ends, platform.current_month)
    if last < first:
        raise UsageError(
            f"--plan {text!r}: that is {begins:%Y-%m} to {ends:%Y-%m}; the group has months from "
            f"{platform.group.first_period:%Y-%m} to {platform.current_month:%Y-%m}"
        )
    return first, last


def _until(text: str, at: datetime) -> datetime:
    """The next time the clock says so. Raises UsageError."""
    if not CLOCK.fullmatch(text):
        raise UsageError(f"--deadline {text}: expected a time of the day such as 06:00")
    until = datetime.combine(at.date(), time.fromisoformat(text), at.tzinfo)
    return until if until > at else until + timedelta(days=1)
