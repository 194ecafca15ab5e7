"""What a sensor remembers from tick to tick: JSON in Dagster's storage, which may be lost or of an earlier release."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState
from pydantic import BaseModel, ValidationError

Cursor = TypeVar("Cursor", bound=BaseModel)


def read_cursor(kind: type[Cursor], text: str | None, moment: datetime) -> Cursor:
    """The cursor of a sensor; one begun at `moment` where there is none or it cannot be read."""
    try:
        return kind.model_validate_json(text or "")
    except ValidationError:
        return kind.model_validate({"begun": moment})


def sensor_state(instance: dg.DagsterInstance, name: str) -> InstigatorState | None:
    """What Dagster keeps of a sensor; None of one that was never switched on or ticked."""
    states = instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    return next((state for state in states if state.name == name), None)


def cursor_text(instance: dg.DagsterInstance, name: str) -> str | None:
    """A sensor's cursor as it stands, None where it has none yet."""
    state = sensor_state(instance, name)
    text: str | None = getattr(state.instigator_data, "cursor", None) if state else None
    return text
