"""The simulated group's books: real double entry, deterministic by seed, any number of months."""

from __future__ import annotations

from datetime import date

from monette_assets.group import Group
from monette_assets.simulator.generator import generate_company
from monette_assets.simulator.model import Books

__all__ = ["generate_books", "generate_company"]


def generate_books(
    group: Group, *, seed: int = 2024, until: date, months_before: int = 2, scale: float = 1.0
) -> dict[str, Books]:
    """Every company's books by realm id, up to and including `until` (large scales: company by company)."""
    return {
        each.realm_id: generate_company(group, each, seed=seed, until=until, months_before=months_before, scale=scale)
        for each in group.companies
    }
