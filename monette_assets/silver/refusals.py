"""The check of silver tables that read what people and devices write: what could not be read is in quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monette_assets.tables import Check, Severity, Staged

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def nothing_refused(unit: Sequence[str], description: str) -> Check:
    """Nothing of the source was refused, by the table's unit; a person may waive what was (ACCOUNTING 7)."""

    def refused(staged: Staged) -> DataFrame:
        return staged.refused.select(*unit, "_path", "_reason")

    return Check(
        "nothing_refused",
        description,
        "ACCOUNTING 7",
        refused,
        Severity.REPORTS,
        of_source=True,
        waivable=True,
    )
