"""Structured logs: a line of JSON for whatever is logged, with run, asset and company, where `MONETTE_LOGS` says.

What Dagster logs of runs comes through `python_logs` of its dagster.yaml, which names `JsonLines`; what the platform's
own modules log comes through `install`. Text for people stays where it was, on standard error.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any

from monette_assets.azure_storage.redacting import redacted
from monette_assets.settings import Settings
from monette_assets.telemetry import about

OURS = "monette_assets"
_LAYERS = ("bronze", "silver", "gold")


class JsonLines(logging.Handler):
    """Appends records to the settings' file as lines: from INFO on, and whatever Dagster records as an event.

    Does nothing where there is no such file. A line is written at once and whole, so that several processes may write
    to one file. Closed, it opens again for the next record: who configures logging anew closes every handler there is.
    """

    def __init__(self, level: int | str = logging.DEBUG) -> None:
        super().__init__(level)
        self._path = Settings().logs
        self._file: RawIOBase | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; a disk that is full, or a reader that is gone, fails nothing."""
        if self._path is None or (record.levelno < logging.INFO and _event(record) is None):
            return
        try:
            if self._file is None:
                self._file = self._path.open("ab", buffering=0)
            self._file.write(line(record).encode() + b"\n")
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()


def of_dagster(settings: Settings) -> dict[str, Any]:
    """What dagster.yaml of a deployment says for it, for an instance made here; nothing where it is not configured."""
    handlers = {"json": {"class": f"{JsonLines.__module__}.{JsonLines.__qualname__}", "level": "DEBUG"}}
    return {} if settings.logs is None else {"python_logs": {"dagster_handler_config": {"handlers": handlers}}}


def install() -> None:
    """Let what the platform's modules log be written as lines of JSON, once; nothing where it is not configured."""
    ours = logging.getLogger(OURS)
    if Settings().logs is not None and not any(isinstance(handler, JsonLines) for handler in ours.handlers):
        ours.addHandler(JsonLines())
        ours.setLevel(logging.INFO)


def line(record: logging.LogRecord) -> str:
    """A record as JSON: time (UTC), level, logger, message, and whatever of run, job, asset, company is known."""
    said: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
        **about.known(),
        **_of_dagster(record),
    }
    said |= {key: getattr(record, key) for key in about.KEYS if hasattr(record, key)}
    if record.exc_info and record.exc_info[0] is not None:
        said["error"] = record.exc_info[0].__name__
        said["traceback"] = logging.Formatter().formatException(record.exc_info)
    return redacted(json.dumps(said, ensure_ascii=False, default=str))


def _event(record: logging.LogRecord) -> Any:
    """What Dagster records, if the line is about that."""
    return (getattr(record, "dagster_meta", None) or {}).get("dagster_event")


def _of_dagster(record: logging.LogRecord) -> dict[str, str]:
    """What Dagster knows of a line of a run."""
    meta, event = getattr(record, "dagster_meta", None) or {}, _event(record)
    said = {"run": meta.get("run_id"), "job": meta.get("job_name"), "message": meta.get("orig_message")}
    asset = getattr(event, "asset_key", None)
    step = meta.get("step_key") or ""
    if asset is not None:
        said["asset"] = asset.to_user_string()
    elif step.partition("__")[0] in _LAYERS:
        said["asset"] = step.replace("__", "/")
    if event is not None:
        said["event"] = event.event_type_value
        said["partition"] = getattr(event, "partition", None)
        keys = getattr(said["partition"], "keys_by_dimension", {})
        said["company"] = keys.get("company")
    return {key: str(value) for key, value in said.items() if value}
