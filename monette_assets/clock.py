"""What time it is: the group's time zone decides what day it is (ACCOUNTING 12)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monette_assets.group import Group


def now(group: Group) -> datetime:
    """The present moment in the group's time zone."""
    return datetime.now(group.time_zone)


def today(group: Group) -> date:
    """The local calendar day of the group."""
    return now(group).date()
