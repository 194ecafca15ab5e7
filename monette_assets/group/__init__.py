"""The group contract: the business facts of a farm group, reviewed YAML, typed and validated (ACCOUNTING, The group).

`load_group()` reads a contract folder; everything else asks the `Group` it returns.
"""

from monette_assets.group.group import Group
from monette_assets.group.loading import load_group
from monette_assets.group.models import (
    Commodity,
    Company,
    GroupAccount,
    HistoricalAmount,
    Location,
    MappingEntry,
    OpeningPosition,
    Pillar,
    Reroute,
    YearStart,
)
from monette_assets.group.problems import GroupContractError, Problem

__all__ = [
    "Commodity",
    "Company",
    "Group",
    "GroupAccount",
    "GroupContractError",
    "HistoricalAmount",
    "Location",
    "MappingEntry",
    "OpeningPosition",
    "Pillar",
    "Problem",
    "Reroute",
    "YearStart",
    "load_group",
]
