"""`monette simulate`: the simulated outside world, over HTTP on loopback."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monette_assets.commands.platform import Platform

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.simulator.model import Books

DEFAULT_SEED = 2024


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 8765,
    seed: Annotated[int, typer.Option(help="The same seed gives the same books.")] = DEFAULT_SEED,
    scale: Annotated[float, typer.Option(min=0.01, max=100, help="Volume: 1 is some 500 lines a company-month.")] = 1.0,
    months: Annotated[int | None, typer.Option(min=1, help="So many months from the group's first one.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of the books, such as 2025-10-31; today.")] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="Serve this ledger (CSV: date, transaction, account, amount) as one company.")
    ] = None,
    company: Annotated[str | None, typer.Option(help="The contract's company that --ledger is the books of.")] = None,
    state: Annotated[Path | None, typer.Option(help="Folder of its tokens and edits; unset: <home>/simulator.")] = None,
    requests_per_second: Annotated[int, typer.Option(min=1, help="Throttle per company.")] = 10,
    requests_per_minute: Annotated[int, typer.Option(min=1, help="Throttle per company.")] = 500,
    concurrent_requests: Annotated[int, typer.Option(min=1, help="Throttle per company.")] = 10,
    cell_limit: Annotated[int, typer.Option(min=1, help="Reports are cut off beyond so many cells.")] = 400_000,
    webhooks: Annotated[
        str | None, typer.Option(help="Notify this URL of edits, signed with MONETTE_QUICKBOOKS_VERIFIER_TOKEN.")
    ] = None,
    old_webhooks: Annotated[bool, typer.Option(help="Notify in Intuit's old form, eventNotifications.")] = False,
    events: Annotated[
        str | None,
        typer.Option(help="Also send scale tickets and telemetry to this Kafka broker, HOST:PORT on loopback."),
    ] = None,
    events_per_minute: Annotated[float, typer.Option(min=0.1, max=60_000, help="How many of them.")] = 30.0,
    child: Annotated[bool, typer.Option(hidden=True, help="End when standard input is closed.")] = False,
) -> None:
    """Serve a fictional farm group's QuickBooks, and the Bank of Canada, on 127.0.0.1 until interrupted."""
    from monette_assets.commands.errors import CommandError
    from monette_assets.commands.output import notes
    from monette_assets.commands.outside_world import drop_sheets
    from monette_assets.simulator.server import serve
    from monette_assets.simulator.world import SimulatorOptions

    platform = Platform()
    group = platform.group
    books = (
        _ledger_books(ledger, company, group)
        if ledger is not None
        else _group_books(platform, group, seed=seed, scale=scale, until=_last_day(platform, months, until))
    )
    if child:
        _end_with_parent()
    lines = sum(len(document.postings) for each in books.values() for document in each.documents.values())
    notes().print(f"{len(books)} companies, {lines:,} ledger lines, at http://127.0.0.1:{port}; Ctrl-C ends it")
    options = SimulatorOptions(
        requests_per_second=requests_per_second,
        requests_per_minute=requests_per_minute,
        concurrent_requests=concurrent_requests,
        cell_limit=cell_limit,
        webhooks=webhooks,
        verifier_token=_verifier_token(platform) if webhooks else "",
        webhook_form="eventNotifications" if old_webhooks else "cloudevents",
    )
    if ledger is None and not child:
        drop_sheets(platform.settings, group)
    if events is not None:
        _send_events(events, group, seed, events_per_minute)
    folder = state or platform.settings.home.absolute() / "simulator"
    try:
        serve(books, port=port, state=folder, options=options)
    except OSError as error:
        raise CommandError(
            f"port {port} cannot be listened on ({error.strerror}); end what runs there, or give another --port"
        ) from error


def _send_events(brokers: str, group: Group, seed: int, per_minute: float) -> None:
    """From now on, beside what is served."""
    from threading import Event, Thread

    from monette_assets.clock import now
    from monette_assets.commands.errors import UsageError
    from monette_assets.simulator.events import Yard, send

    if brokers.rpartition(":")[0] not in ("127.0.0.1", "localhost"):
        raise UsageError(f"--events: the simulator sends to 127.0.0.1:PORT only, found {brokers}")
    yard = Yard(group, seed, lambda: now(group))
    Thread(target=send, args=(brokers, yard.events(), per_minute, Event()), name="events", daemon=True).start()


def _verifier_token(platform: Platform) -> str:
    from monette_assets.commands.errors import UsageError
    from monette_assets.credentials import credential

    token = credential(platform.settings, "quickbooks_verifier_token")
    if token is None:
        raise UsageError("--webhooks: expected MONETTE_QUICKBOOKS_VERIFIER_TOKEN, to sign with; found none")
    return token.get_secret_value()


def _group_books(platform: Platform, group: Group, *, seed: int, scale: float, until: date) -> dict[str, Books]:
    from monette_assets.simulator.books import generate_books

    return generate_books(group, seed=seed, scale=scale, until=until)


def _last_day(platform: Platform, months: int | None, until: str | None) -> date:
    from monette_assets.clock import today
    from monette_assets.commands.errors import UsageError
    from monette_assets.group.calendar import add_months, month_end

    if months is not None and until is not None:
        raise UsageError("--months and --until say the same thing; give one")
    if months is not None:
        return month_end(add_months(platform.group.first_period, months - 1))
    if until is None:
        return today(platform.group)
    try:
        return date.fromisoformat(until)
    except ValueError as error:
        raise UsageError(f"--until: expected a day such as 2025-10-31, found {until!r}") from error


def _ledger_books(path: Path, code: str | None, group: Group) -> dict[str, Books]:
    from monette_assets.commands.errors import CommandError, UsageError
    from monette_assets.simulator.ledger_file import LedgerFileError, books_from_ledger

    codes = [each.code for each in group.companies]
    if code is None and len(codes) > 1:
        raise UsageError(f"--ledger: say which company it is with --company: one of {', '.join(codes)}")
    company = group.company(Platform().companies([code])[0]) if code else group.companies[0]
    try:
        books = books_from_ledger(
            path,
            code=company.code,
            realm_id=company.realm_id,
            name=company.name,
            home_currency=company.home_currency,
            fiscal_year_start_month=company.year_starts[-1].month,
        )
    except OSError as error:
        raise CommandError(f"--ledger {path}: cannot be read: {error.strerror}") from error
    except LedgerFileError as error:
        raise CommandError(str(error)) from error
    return {books.realm_id: books}


def _end_with_parent() -> None:
    """End this process when standard input closes: whoever started it is gone, however it ended."""
    import os
    import signal
    import sys
    from threading import Thread

    def wait() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="parent", daemon=True).start()
