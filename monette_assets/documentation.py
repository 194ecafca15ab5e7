"""Write what is made from the table contracts: `python -m monette_assets.documentation [FOLDER]`.

The catalogue goes to the folder, by default docs/tables. Where no folder is given, the Power BI project goes to
infra/power_bi, and the SQL for Unity Catalog to infra/databricks/sql.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from monette_assets import catalog, power_bi, unity_catalog
from monette_assets.bronze import events, exchange_rates, landing_files, quickbooks_objects, quickbooks_reports
from monette_assets.group import load_group
from monette_assets.tables import Contract, catalogue, chained, quarantine, releases

FOLDER = Path("docs/tables")


def entries() -> tuple[catalogue.Entry, ...]:
    """Every table of the platform in the order of the layers."""
    group = load_group()
    sources = (quickbooks_objects, quickbooks_reports, exchange_rates, landing_files, events)
    gold = [table.contract for table in catalog.GOLD]
    return (
        *(
            catalogue.fetched(
                source.CONTRACT, {spec.name: spec.description or "" for spec in source.build(group).check_specs}
            )
            for source in sources
        ),
        *(catalogue.fetched(contract, {}) for contract in catalog.USAGE),
        *(
            catalogue.audited(table.contract)
            for table in (*catalog.SILVER, *catalog.FED_BY_EVENTS, *catalog.GOLD, *catalog.PLATFORM)
        ),
        catalogue.Entry(quarantine.CONTRACT),
        *(catalogue.kept(contract, {chained.INTACT: chained.DESCRIPTIONS[contract.name]}) for contract in catalog.LOGS),
        catalogue.released(releases.contract(gold), {releases.WHOLE: releases.WHOLE_MEANS}),
    )


def contracts() -> tuple[Contract, ...]:
    """The contract of every table that lies in the lake, that of releases too."""
    return (*catalog.contracts(), releases.contract([table.contract for table in catalog.GOLD]))


def write(folder: Path) -> list[Path]:
    """Write every page below `folder`, remove pages of tables that are gone; returns the paths written.

    Raises FileExistsError where the folder holds markdown that is no catalogue: somebody else's pages are not removed.
    """
    index = folder / catalogue.INDEX
    is_catalogue = index.is_file() and catalogue.GENERATED in index.read_text(encoding="utf-8")
    if not is_catalogue and (foreign := next(folder.rglob("*.md"), None)) is not None:
        raise FileExistsError(f"expected {folder} to be empty or a catalogue, found {foreign}; name another folder")
    pages = {folder / name: text for name, text in catalogue.pages(entries()).items()}
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for stale in set(folder.rglob("*.md")) - pages.keys():
        stale.unlink()
    return list(pages)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command. Exits with status 2, and writes nothing, for what it does not know."""
    parser = argparse.ArgumentParser(
        prog="python -m monette_assets.documentation",
        description="Write a page for every table; without a folder the Power BI project and Unity Catalog's SQL too.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help=f"where the pages go, {FOLDER} by default; pages of tables that are gone are removed from it",
    )
    folder = parser.parse_args(arguments).folder
    try:
        written = write(folder or FOLDER)
    except FileExistsError as error:
        parser.error(str(error))
    sys.stdout.write(f"{len(written)} pages in {folder or FOLDER}\n")
    if folder is None:
        project = power_bi.write([table.contract for table in catalog.GOLD])
        sys.stdout.write(f"{len(project)} files in {power_bi.FOLDER}\n")
        statements = unity_catalog.write(contracts())
        sys.stdout.write(f"{len(statements)} files in {unity_catalog.FOLDER}\n")


if __name__ == "__main__":
    main()
