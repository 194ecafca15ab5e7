"""What a run is executed on, written on the run: its seconds cost what they did, whatever became of the deployment."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monette_assets.settings import Settings

COMPUTE_TAG = "monette/compute"


@dataclass(frozen=True)
class Compute:
    """The engine, the machine of the run's process, and the engine's own machines where it is a cluster.

    All of it as the price book names it.
    """

    engine: str
    machine: str
    cluster: str | None = None
    nodes: int = 0
    storage: str = "disk"  # what the lake lies on
    share: Decimal = Decimal(1)  # the part of the machine that a run is given
    cluster_id: str | None = None  # which cluster, where it is one

    @property
    def tag(self) -> str:
        """As it stands on a run."""
        return json.dumps(asdict(self), sort_keys=True, default=str)

    @classmethod
    def of_tag(cls, text: str | None) -> Compute | None:
        """What a run says; None where it says nothing, or nothing that can be read."""
        try:
            found = json.loads(text or "")
            return cls(
                str(found["engine"]), str(found["machine"]), found["cluster"] and str(found["cluster"]),
                int(found["nodes"]), str(found["storage"]), Decimal(found.get("share", "1")),
                found.get("cluster_id") and str(found["cluster_id"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, ArithmeticError):
            return None


def compute_of(settings: Settings) -> Compute:
    """What the deployment's runs are executed on."""
    usual = (
        "databricks-all-purpose" if settings.databricks_host else "spark-connect" if settings.spark_remote else "sail"
    )
    nodes = (settings.cluster_nodes or 0) if settings.cluster_machine else 0
    return Compute(
        settings.engine or usual,
        settings.machine,
        settings.cluster_machine,
        nodes,
        settings.storage,
        settings.machine_share,
        settings.cluster_id if settings.cluster_machine else None,
    )
