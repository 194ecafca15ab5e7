"""Which versions belong together: numbered, pinned, never repeated."""

from __future__ import annotations

from dataclasses import replace

from monette_assets.tables import releases
from monette_assets.tables.releases import latest, release
from monette_assets_tests.tables.sample import CONTRACT, Books

GOLD = (CONTRACT, replace(CONTRACT, name="gold/other"))


def test_a_release_pins_versions_and_does_not_repeat(books: Books) -> None:
    group, lake = books.context.group, books.lake
    other = replace(books, contract=GOLD[1])
    assert release(lake, GOLD, "run", group) is None  # nothing to release yet
    assert latest(lake) == {}
    books.refresh(("north", "2024-11", "bank", "1.00"))
    assert release(lake, GOLD, "run-a", group) == 1
    assert latest(lake) == {"silver/sample": 1}
    assert release(lake, GOLD, "run-b", group) is None
    other.refresh(("north", "2024-11", "bank", "1.00"))
    books.refresh(("north", "2024-11", "bank", "2.00"))
    assert latest(lake) == {"silver/sample": 1}  # readers stay on the last release until the next is written
    assert release(lake, GOLD, "run-c", group) == 2
    assert latest(lake) == {"silver/sample": 2, "gold/other": 1}
    rows = sorted(lake.read(releases.NAME).to_pylist(), key=lambda row: row["number"])
    assert [(row["number"], row["run_id"], row["versions"]) for row in rows] == [
        (1, "run-a", ["1"]),
        (2, "run-c", ["2", "1"]),
    ]
    assert {row["contract_version"] for row in rows} == {group.fingerprint}
    assert lake.read("silver/sample", version=1).column("amount").to_pylist()[0] == 1
