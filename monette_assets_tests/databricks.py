"""infra/databricks/register.py, and its SQL as an environment fills it in."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "infra/databricks"
GIVEN = {
    "catalog": "monette_dev",
    "lake": "abfss://lake@monettedevx1lake.dfs.core.windows.net",
    "readers": "readers",
    "controllers": "controllers",
    "all_companies": "whole group",
    "company_prefix": "monette_company_",
    "pay": "pay-office",
    "pay_accounts": "payroll_liabilities field_wages",
}


def register() -> Any:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("register", FOLDER / "register.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def statements(text: str) -> dict[str, list[str]]:
    """What a file makes of each table, and, under "", of all, in order."""
    script = register()
    found: dict[str, list[str]] = {}
    for table, block in script.blocks(text, script.checked(GIVEN)):
        found.setdefault(table, []).extend(block)
    return found
