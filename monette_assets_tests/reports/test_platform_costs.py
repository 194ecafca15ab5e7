"""What is told of a changed price book beside the costs: by how much in sum, and in words where that is nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from monette_assets.gold.platform_cost_restatements import CONTRACT
from monette_assets.lake import Commit, Lake
from monette_assets.reports.platform_costs import costs_by
from monette_assets_tests.frames import group_of, rows

AT = datetime(2024, 11, 15, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        (["-1234.5", "0.25"], "Restated by -1,234.2500 CAD since the price book of 2024-11-15 "),
        (["58.0464"], "Restated by +58.0464 CAD since the price book of 2024-11-15 "),
        (["29.0232", "-29.0232"], "Restated, the sum unchanged, since the price book of 2024-11-15 "),
        (["0.000001", "-0.000002"], "Restated, the sum unchanged, since the price book of 2024-11-15 "),
    ],
)
def test_a_restatement_is_told_by_its_sum(tmp_path: Path, differences: list[str], said: str) -> None:
    lake, group = Lake(str(tmp_path / "lake")), group_of(tmp_path / "group")
    changed = [
        {**rows(CONTRACT, "", ())[0], "period": date(2024, 11, 1), "asset": f"gold/{number}", "changed_at": AT,
         "difference_cad": Decimal(each)}
        for number, each in enumerate(differences)
    ]  # fmt: skip
    commit = Commit(run_id="r", publish_id="p", code_version="1", contract_version="c", at=AT)
    schema = CONTRACT.arrow_schema
    lake.append(CONTRACT.name, pa.Table.from_pylist(changed, schema=schema), schema=schema, commit=commit)
    (note,) = costs_by(lake, group, "asset").notes
    assert note.startswith(said)
