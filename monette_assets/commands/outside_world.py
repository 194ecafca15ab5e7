"""The simulated outside world as a child process, and whether the one that answers at its port is ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monette_assets.commands.errors import CommandError
from monette_assets.credentials import credential

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.settings import Settings

START_SECONDS = 60


def port_of(settings: Settings) -> int:
    """The port the settings expect the simulator at."""
    return urlsplit(settings.quickbooks_url).port or 80


def answers(settings: Settings, group: Group) -> bool:
    """Whether a simulator of this group serves already. Raises CommandError where something else does."""
    import httpx

    try:
        answer = httpx.get(f"{settings.quickbooks_url}/simulator/companies", timeout=10)
    except httpx.ConnectError:
        return False
    except httpx.HTTPError as error:
        raise CommandError(_stranger(settings, type(error).__name__)) from error
    try:
        served = {company["realm_id"] for company in answer.json()}
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(_stranger(settings, f"HTTP {answer.status_code}")) from error
    missing = [company.code for company in group.companies if company.realm_id not in served]
    if missing:
        raise CommandError(_stranger(settings, f"a simulator without {', '.join(missing)}"))
    return True


def _stranger(settings: Settings, found: str) -> str:
    return (
        f"expected the simulated outside world of this group at {settings.quickbooks_url}, found {found}; end what "
        "runs there, or set MONETTE_QUICKBOOKS_URL, MONETTE_QUICKBOOKS_TOKEN_URL and MONETTE_BANK_OF_CANADA_URL"
    )


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process started here: ours, with the verifier token of webhooks where there is one."""
    token = credential(settings, "quickbooks_verifier_token")
    ours = {} if token is None else {"MONETTE_QUICKBOOKS_VERIFIER_TOKEN": token.get_secret_value()}
    return {**os.environ, **ours}


class Child:
    """A simulator process; nothing where one was running before."""

    def __init__(self, settings: Settings, group: Group, webhooks: str | None = None) -> None:
        self._settings = settings
        self._group = group
        self.process: subprocess.Popen[bytes] | None = None
        if answers(settings, group):
            return
        self._log = settings.home.absolute() / "simulator" / "simulator.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            # a session of its own: Ctrl-C ends it through us, when it is no longer needed
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "monette_assets.cli", "simulate", "--port", str(port_of(settings)), "--child",
                 *(["--webhooks", webhooks] if webhooks else [])],
                stdin=subprocess.PIPE,  # closed by our end, however we end: the child ends then
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment(settings),
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Return once it answers. Raises CommandError if it ends before, or takes more than a minute."""
        if self.process is None:
            return
        deadline = time.monotonic() + START_SECONDS
        while not answers(self._settings, self._group):
            if self.process.poll() is not None:
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise CommandError(f"the simulator did not start: {''.join(last)} (log: {self._log})")
            if time.monotonic() > deadline:
                raise CommandError(f"the simulator did not answer within {START_SECONDS} s; see {self._log}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it if it was started here."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def outside_world(settings: Settings, group: Group, webhooks: str | None = None) -> Iterator[Child]:
    """The simulator for as long as the block, started unless one runs already. Wait for it before using it.

    One that is started notifies the URL `webhooks` of edits.
    """
    child = Child(settings, group, webhooks)
    try:
        yield child
    finally:
        child.stop()


def drop_sheets(settings: Settings, group: Group) -> list[Path]:
    """Drop the simulated finance office's sheets into the home's landing folder, those not there yet.

    A landing folder that was configured is somebody's own, and left alone.
    """
    from monette_assets.clock import today
    from monette_assets.simulator.sheets import write_sheets

    return write_sheets(group, Path(settings.landing_url), today=today(group)) if settings.landing is None else []


def unconnected(settings: Settings, group: Group) -> list[str]:
    """Companies without tokens, and those whose tokens the simulator no longer takes (its state was deleted)."""
    from monette_assets.credentials import token_store
    from monette_assets.resources import QuickBooks
    from monette_assets.sources.quickbooks.errors import TokenDead

    store = token_store(settings)
    held = {company.code for company in group.companies if store.version(company.code) is not None}
    asked = [(company.code, company.first_period) for company in group.companies if company.code in held]
    _, unready = QuickBooks(settings, group).requests(asked)
    dead = {code for (code, _), error in unready.items() if isinstance(error, TokenDead)}
    return [company.code for company in group.companies if company.code not in held or company.code in dead]


def connect(settings: Settings, group: Group, companies: list[str]) -> list[str]:
    """Connect these companies at the simulator, as a person would in a browser. Raises CommandError."""
    import httpx

    from monette_assets.resources import token_keeper

    keeper = token_keeper(settings)
    try:
        with httpx.Client(base_url=settings.quickbooks_url, timeout=10) as simulator:
            for code in companies:
                realm = group.company(code).realm_id
                answer = simulator.post(f"/simulator/connect/{realm}")
                if answer.status_code != httpx.codes.OK:
                    raise CommandError(f"{code}: the simulator does not know realm {realm}: {answer.text[:200]}")
                keeper.connect(code, realm, answer.json()["code"], settings.quickbooks_redirect_uri)
    except httpx.TransportError as error:
        raise CommandError(
            f"the simulator at {settings.quickbooks_url} cannot be reached; start it with `monette simulate`"
        ) from error
    finally:
        keeper.close()
    return companies
