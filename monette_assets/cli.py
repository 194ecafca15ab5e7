"""`monette`: a thin door to the asset graph. What is started here is a Dagster run like any other.

Exit status: 0 all is well; 1 something failed, is missing or does not tie out; 2 the command was misused;
130 interrupted.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from monette_assets.azure_storage.redacting import redacted
from monette_assets.commands.alerts import alerts
from monette_assets.commands.audit import audit
from monette_assets.commands.check import check
from monette_assets.commands.closing import approve, close, closes, reopen
from monette_assets.commands.connect import connect
from monette_assets.commands.cost import cost
from monette_assets.commands.demo import demo
from monette_assets.commands.dev import dev
from monette_assets.commands.doctor import doctor
from monette_assets.commands.drained import drained
from monette_assets.commands.errors import CommandError, UsageError
from monette_assets.commands.events import events
from monette_assets.commands.explain import explain
from monette_assets.commands.heartbeat import heartbeat
from monette_assets.commands.history import compare, history
from monette_assets.commands.live import live
from monette_assets.commands.quarantine import quarantine
from monette_assets.commands.report import report
from monette_assets.commands.restore import restore
from monette_assets.commands.run import run
from monette_assets.commands.secrets import secrets
from monette_assets.commands.simulate import simulate
from monette_assets.commands.status import status
from monette_assets.commands.tie_out import tie_out
from monette_assets.commands.webhooks import webhooks

app = typer.Typer(
    name="monette",
    help="From QuickBooks companies to statements that tie out to the cent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> None:
    """From QuickBooks companies to statements that tie out to the cent."""
    context.obj = {"debug": debug}


for command in (
    demo, run, check, status, report, explain, approve, close, reopen, history, compare, restore, connect, simulate,
    webhooks, events, dev, live, doctor, drained, heartbeat, cost,
):  # fmt: skip
    app.command()(command)
app.add_typer(closes, name="closes")
app.add_typer(audit, name="audit")
app.add_typer(alerts, name="alerts")
app.add_typer(quarantine, name="quarantine")
app.add_typer(tie_out, name="tie-out")
app.add_typer(secrets, name="secrets")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; errors are one sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    if not debug:
        warnings.simplefilter("ignore")  # of libraries, to developers
    given = [each for each in given if each != "--debug"]  # welcome anywhere, not only before the command
    try:
        result = app(given, prog_name="monette", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except KeyboardInterrupt:
        return _say("interrupted; what was published stays, run again to go on", 130)
    except Exception as error:
        if debug:
            raise
        return _explain(error)


def _explain(error: Exception) -> int:
    if isinstance(error, UsageError):
        return _say(str(error), 2)
    if isinstance(error, CommandError):
        return _say(str(error), 1)
    if isinstance(error, typer.Abort):
        return _say("not done: not confirmed", 1)
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # typer's own usage errors
        return _say(f"{error.format_message()} (see `monette --help`)", 2)
    message = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if type(error).__module__.startswith("monette_assets"):
        return _say(message, 1)
    return _say(f"{type(error).__name__}: {message} (unexpected; `--debug` shows where)", 1)


def _say(message: str, status: int) -> int:
    sys.stderr.write(f"monette: {redacted(message)}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
