"""How each simulated company keeps its books: its size, and the ways QuickBooks differs from company to company.

A company the demo does not know gets an ordinary profile for its pillar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monette_assets.group import Company, Group

BUSINESS_OF_PILLAR = {
    "grain": ("grain",),
    "cattle": ("cow_calf", "feedlot"),
    "cow-calf": ("cow_calf",),
    "feedlot": ("feedlot",),
    "seed": ("seed",),
    "produce": ("produce",),
    "others": ("others",),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """`revenue` is a year's sales in whole units of home currency; `volume` its documents, in percent of the usual."""

    revenue: int = 6_000_000
    volume: int = 100
    employees: int = 7
    language: str = "en"
    multicurrency: bool = False
    non_tracking: bool = False
    empty_beginning_balance: bool = False
    renumbered: Mapping[str, str] = field(default_factory=dict)  # farm chart's number -> the company's own
    unnumbered: frozenset[str] = frozenset()  # farm chart's numbers of accounts the company does not number


PROFILES: Mapping[str, Profile] = {
    "harrow_plains": Profile(revenue=21_500_000, volume=165, employees=16),
    "tollen_creek": Profile(revenue=9_800_000, volume=105, employees=8, empty_beginning_balance=True),
    "brindle_ridge": Profile(revenue=12_400_000, volume=125, employees=11),
    "long_coulee": Profile(revenue=5_200_000, volume=80, employees=5),
    "kestrel_bend": Profile(revenue=7_900_000, volume=100, employees=9, multicurrency=True),
    "wexmoor_services": Profile(revenue=1_400_000, volume=70, employees=12),
    "marrowby": Profile(revenue=14_300_000, volume=135, employees=10),
    "saint_odilon": Profile(revenue=6_100_000, volume=90, employees=6, language="fr"),
    "quillfeather": Profile(revenue=8_600_000, volume=95, employees=7, non_tracking=True),
    "dunmarrow": Profile(revenue=26_000_000, volume=110, employees=12, renumbered={"5200": "5500"}),
    "greenmantle": Profile(
        revenue=7_400_000, volume=105, employees=14, unnumbered=frozenset({"1010", "4330", "5150", "5430"})
    ),
    "sable_butte": Profile(revenue=10_700_000, volume=105, employees=8),
    "antler_draw": Profile(revenue=4_300_000, volume=70, employees=6),
    "prairie_lantern": Profile(revenue=6_800_000, volume=85, employees=5),
    "redstem": Profile(revenue=8_900_000, volume=100, employees=15),
}


def profile_of(company: Company) -> Profile:
    """The company's profile; an ordinary one where the demo does not know it."""
    return PROFILES.get(company.code, Profile())


def businesses_of_pillar(pillar: str) -> tuple[str, ...]:
    """What a pillar does; one the simulator does not know grows grain."""
    return BUSINESS_OF_PILLAR.get(pillar.casefold(), ("grain",))


def departments_of(group: Group, company: Company) -> list[str]:
    """The locations as the company's books write them: its own spellings in the contract; none: left blank."""
    return [each.raw for location in group.locations for each in location.spellings if each.company == company.code]


def businesses_of(group: Group, company: Company, period: date) -> dict[str, list[str]]:
    """What the company does in a period, each business with the departments (raw spellings) where it does it."""
    found: dict[str, list[str]] = {}
    for location in group.locations:
        raws = [each.raw for each in location.spellings if each.company == company.code]
        pillar = next((p.pillar for p in location.pillars if p.window.first <= period < p.window.end), None)
        if raws and pillar:
            for business in businesses_of_pillar(pillar):
                found.setdefault(business, []).extend(raws)
    return found or {business: [] for business in businesses_of_pillar(company.pillar)}


def uses_of(group: Group, company: Company) -> set[str]:
    """What its chart must hold: every business it ever has, its country, `multi` where it keeps foreign currency."""
    uses = {company.country.lower(), *businesses_of_pillar(company.pillar)}
    for location in group.locations:
        if any(each.company == company.code for each in location.spellings):
            for held in location.pillars:
                uses.update(businesses_of_pillar(held.pillar))
    return uses | ({"multi"} if profile_of(company).multicurrency else set())
