"""What a sensor remembers from tick to tick: JSON in Dagster's storage, which may be lost or of an earlier release."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Cursor = TypeVar("Cursor", bound=BaseModel)


def read_cursor(kind: type[Cursor], text: str | None, moment: datetime) -> Cursor:
    """The cursor of a sensor; one begun at `moment` where there is none or it cannot be read."""
    try:
        return kind.model_validate_json(text or "")
    except ValidationError:
        return kind.model_validate({"begun": moment})
