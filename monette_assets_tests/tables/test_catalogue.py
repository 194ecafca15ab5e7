"""The table catalogue: every page says what its contract says, and the committed pages are the generated ones."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING

from monette_assets import catalog, documentation
from monette_assets.group import load_group
from monette_assets.group.loading import DEMO_FOLDER
from monette_assets.tables import Check, Column, Contract, Input, Months, Severity
from monette_assets.tables.asset import asset_spec
from monette_assets.tables.catalogue import audited, checks_table, fetched, pages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from monette_assets.tables import Staged

ROOT = Path(__file__).parents[2]


def _no_failures(staged: Staged) -> DataFrame:
    return staged.rows.limit(0)


LOADS = Contract(
    name="bronze/loads",
    description="Scale tickets.",
    key=("company", "period"),
    columns=(
        Column("company", "string", "Code."),
        Column("period", "date", "Month."),
        Column("payload", "string", "All."),
    ),
)
GRAIN = Contract(
    name="silver/grain",
    description="Grain delivered.",
    key=("company", "period"),
    inputs={"loads": Input(LOADS)},
    columns=(
        Column("company", "string", "Code.", source=("bronze/loads.company",)),
        Column("period", "date", "Month.", source=("bronze/loads.period",)),
        Column("mass_tonnes", "decimal(18, 3)", "Net | dry.", unit="t", source=("bronze/loads.payload",)),
    ),
)
POSITION = Contract(
    name="gold/position",
    description="Grain on hand.",
    key=("company", "period"),
    inputs={"grain": Input(GRAIN, Months.UP_TO)},
    balance=True,
    columns=(
        Column("company", "string", "Code."),
        Column("period", "date", "Month."),
        Column(
            "mass_tonnes", "decimal(18, 3)", "On hand.", unit="t", nullable=True, source=("silver/grain.mass_tonnes",)
        ),
        Column("kind", "string", "Kind.", choices=("priced", "unpriced")),
    ),
    checks=(Check("not_negative", "Never below nothing.", "ACCOUNTING 33", _no_failures, Severity.WARNS),),
)
ENTRIES = (fetched(LOADS, {"arrived": "Every ticket came."}), audited(GRAIN), audited(POSITION))
PAGES = pages(ENTRIES)


def test_the_committed_catalogue_is_the_generated_one(tmp_path: Path) -> None:
    documentation.write(tmp_path)
    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.md")}
    committed = ROOT / documentation.FOLDER
    there = {path.relative_to(committed): path.read_text() for path in committed.rglob("*.md")}
    assert there == made, "run `python -m monette_assets.documentation` and commit docs/tables"


def test_every_gold_table_says_how_old_it_may_become() -> None:
    group = load_group(DEMO_FOLDER)
    specs = [asset_spec(table.contract, group) for table in catalog.GOLD]
    assert [spec.key.to_user_string() for spec in specs if spec.freshness_policy is None] == []


def test_a_page_stands_at_its_tables_name() -> None:
    assert set(PAGES) == {"README.md", "checks.md", "bronze/loads.md", "silver/grain.md", "gold/position.md"}


def test_a_column_shows_type_unit_meaning_choices_and_whether_it_may_be_null() -> None:
    page = PAGES["gold/position.md"]
    assert "| `mass_tonnes` | decimal(18, 3) | t | On hand. | may be |" in page
    assert "| `kind` | string |  | Kind. One of: priced, unpriced. | never |" in page


def test_a_pipe_does_not_break_a_table() -> None:
    assert "| Net \\| dry. |" in PAGES["silver/grain.md"]


def test_a_column_is_traced_to_the_source() -> None:
    assert "| `mass_tonnes` | `silver/grain.mass_tonnes` | `bronze/loads.payload` |" in PAGES["gold/position.md"]


def test_lineage_shows_what_is_above_and_next_below() -> None:
    assert "bronze__loads --> silver__grain" in PAGES["gold/position.md"]
    assert "silver__grain --> gold__position" in PAGES["gold/position.md"]
    assert "gold__position" not in PAGES["bronze/loads.md"]
    assert "bronze__loads --> silver__grain" in PAGES["bronze/loads.md"]


def test_every_check_stands_in_one_table_with_severity_and_reach() -> None:
    table = checks_table(ENTRIES)
    named = {(check.table, check.name) for entry in ENTRIES for check in entry.checks}
    assert named == {
        ("bronze/loads", "arrived"),
        ("silver/grain", "contract"),
        ("gold/position", "contract"),
        ("gold/position", "not_negative"),
    }
    assert all(f"| [{table_name}]({table_name}.md) | `{name}` |" in table for table_name, name in named)
    assert "(ACCOUNTING 33) | warns | company-month | Published as it is" in table


def test_pages_link_to_each_other() -> None:
    """Every relative link of the catalogue leads to one of its pages."""
    for name, text in PAGES.items():
        for target in [part.split(")")[0] for part in text.split("](")[1:]]:
            assert normpath(Path(name).parent / target) in PAGES
