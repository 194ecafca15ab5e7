"""Progress of a chain of runs: one bar a run, with counts and time left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeft

from monette_assets.resources import QuickBooks

if TYPE_CHECKING:
    import dagster as dg

    from monette_assets.automation.chain import Step

TITLES = {
    "objects": ("Lists and documents", "companies"),
    "reports": ("QuickBooks reports", "reports"),
    "tables": ("Bronze to gold", "tables"),
    "lists": ("Lists", "tables"),
    "landing": ("Landing folder", "tables"),
    "balances": ("Balances of later months", "tables"),
    "completeness": ("What is complete", "tables"),
    "release": ("Release", "tables"),
}


class ChainProgress:
    """Shows a chain of runs. Pass `listen` to the chain and `quickbooks` to the definitions."""

    def __init__(self, console: Console, steps: list[Step], companies: int) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]:<9}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeLeft(elapsed_when_finished=False),
            TextColumn("[dim]{task.fields[now]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}
        self._said: set[str] = set()
        self._companies = companies
        self._plan(steps)
        self._current = next(iter(self._tasks), "")

    def __enter__(self) -> ChainProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def listen(self, event: dg.EventLogEntry) -> None:
        """Follow a run's events."""
        if not event.is_dagster_event:
            return
        found = event.get_dagster_event()
        kind = found.event_type_value
        if kind == "STEP_START" and found.step_key:
            self._update(now=found.step_key.replace("__", "/"))
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE"):
            if self._current in ("tables", "lists", "balances", "completeness"):
                self._update(advance=1)
        elif kind in ("RUN_SUCCESS", "RUN_FAILURE"):
            self._update(now="" if kind == "RUN_SUCCESS" else "[red]failed")

    def _plan(self, steps: Iterable[Step]) -> None:
        """A bar for each kind of step."""
        for step in steps:
            name = step.name
            if name in self._tasks:
                continue
            title, unit = TITLES[name]
            total = {"objects": self._companies, "reports": None}.get(name, len(step.assets))
            self._tasks[name] = self._progress.add_task(title, total=total, unit=unit, now="", start=False)

    def again(self, months: Mapping[str, Collection[date]], steps: Sequence[Step]) -> None:
        """The chain fetches these company-months again, with bars of their own."""
        self._tasks, self._companies = {}, len(months)
        self._said.clear()
        self._console.print("Some company-months do not tie out: fetching them again, once")
        self._plan(steps)

    def step(self, step: Step) -> None:
        """The chain begins this step."""
        self._current = step.name
        self._plan([step])  # one that was not planned: what is complete, after a failure
        task = self._tasks[step.name]
        self._progress.update(task, now="beginning the run")
        if not self._progress.tasks[task].started:
            self._progress.start_task(task)
        if not self._console.is_terminal and step.name not in self._said:
            self._said.add(step.name)
            self._console.print(f"{TITLES[step.name][0]} ...")

    def asked(self, requests: int) -> None:
        """So many reports will be asked for."""
        task = self._tasks["reports"]
        self._progress.update(task, total=(self._progress.tasks[task].total or 0) + requests)

    def came(self, name: str) -> None:
        """One of them came."""
        self._progress.update(self._tasks["reports"], advance=1, now=name)

    def company_done(self, company: str) -> None:
        """A company's lists and documents came."""
        if self._current == "objects":
            self._update(advance=1, now=company)

    def _update(self, **fields: Any) -> None:
        self._progress.update(self._tasks[self._current], **fields)


class WatchedQuickBooks(QuickBooks):
    """QuickBooks, telling a progress display what comes."""

    watcher: ChainProgress | None = None

    def _of_each(self, companies: Iterable[str], function: Callable[[str], Any]) -> dict[str, Any]:
        def counted(company: str) -> Any:
            try:
                return function(company)
            finally:
                if self.watcher is not None:
                    self.watcher.company_done(company)

        return super()._of_each(companies, counted)

    def requests(self, wanted: Any) -> Any:
        """As QuickBooks'."""
        requests, unready = super().requests(wanted)
        if self.watcher is not None:
            self.watcher.asked(len(requests))
        return requests, unready

    def fetch(self, requests: Any) -> Iterator[Any]:
        """As QuickBooks'."""
        for result in super().fetch(requests):
            if self.watcher is not None:
                request: Any = getattr(result, "request", result)
                self.watcher.came(f"{request.company} {request.period:%Y-%m}")
            yield result
