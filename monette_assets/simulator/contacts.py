"""Invented customers, vendors and employees, with the names that trip programs up: quotes, commas, accents, emoji."""

from __future__ import annotations

CUSTOMERS: dict[str, tuple[str, ...]] = {
    "grain": (
        "Northgate Terminal Co-op",
        "Sorrel Grain Partners",
        'Pike & Daughters "Pulse" Traders',
        "Élévateurs Beaupré",
        "Lakehead Crush, Inc.",
        "🌾 Wheatsheaf Mills",
        "Opal Valley Maltsters",
        "Crane River Commodities",
    ),
    "cattle": ("Elbow Stockyards", "O'Dell Packing Co.", "Three Forks Livestock Exchange", "Coyote Flats Order Buyers"),
    "growers": ("Bouchard & Fils", "Hutter Brothers Farms", "Gwendolyn Achterberg", "Rolling Slough Farms, Ltd."),
    "grocers": (
        "Cornerpost Grocers",
        "Marché Lavallée",
        "Prairie Basket Co-op",
        "Tidewater Produce, Inc.",
        "Spud & Root 🥔",
    ),
    "neighbours": ("T. Halvorsen", "Nakamura Farms", "D'Arcy Pelletier"),
    "government": ("Department of Agriculture", "Farm Income Program"),
    "insurers": ("Hail & Harvest Mutual", "Provincial Crop Insurance"),
    "opening": ("Northgate Terminal Co-op", "Elbow Stockyards", "Cornerpost Grocers"),
}
US_CUSTOMERS = ("Yellowstone Seed Growers LLC", "Dakota Rise Farms", "Big Muddy Seed, Inc.", 'Ray "Red" Lindqvist')

VENDORS: dict[str, tuple[str, ...]] = {
    "inputs": ("Greenleaf Agronomy", "Fertilis Nutrients, Inc.", "Coteau Crop Supply", "Agro-Santé Québec"),
    "seed": ("Heritage Seed Growers", "Semences Tournesol", "Foothill Seed Co-op"),
    "fuel": ("Prairie Star Fuels", "Crossroads Card-lock #12", "Blue Flame Propane"),
    "dealers": (
        "Big Sky Implement",
        "Redwater Tractor & Parts",
        'Smitty\'s "Fix-It" Shop',
        "Pivot Pros",
        "Ag-Tire, Ltd.",
    ),
    "truckers": ("Long Haul Lou's Trucking", "Meridian Bulk", "Transports Gagnon"),
    "landlords": ("Estate of M. Thorvaldson", "Crown Grazing Lease", "Kowalchuk Holdings", "Sister Agnès Trust"),
    "insurers": ("Hail & Harvest Mutual", "Granary Insurance Brokers"),
    "advisers": ("Fenwick Marsh LLP", "Oakes, Pratt & Singh", "Terra Appraisals"),
    "office": ("Paper & Pin", "Cloudgrain Software", "Stamps, etc."),
    "utilities": ("Plains Power", "Northern Gas", "Farmline Telecom"),
    "travel": ("Wayside Motel", "Chez Rosalie 🍴", "Skylark Air"),
    "bank": ("First Furrow Bank",),
    "feed": ("Barley & Bunk Feeds", "Silage Solutions", "Rocky Mountain Minerals"),
    "vets": ("Dr. Inés Ferreira, DVM", "Prairie Large Animal Clinic"),
    "cattle": ("Elbow Stockyards", "Coyote Flats Order Buyers", "Three Forks Livestock Exchange"),
    "packaging": ("Tote & Tag", "Crate Expectations"),
    "growers": ("Bouchard & Fils", "Hutter Brothers Farms", "Rolling Slough Farms, Ltd."),
    "neighbours": ("Nakamura Farms", "D'Arcy Pelletier", "Olufemi Custom Harvest"),
    "government": ("Rural Municipality No. 0", "County Treasurer"),
    "payroll": ("Revenue Agency - Payroll",),
    "tax": ("Revenue Agency - Corporate",),
    "opening": ("Greenleaf Agronomy", "Prairie Star Fuels", "Big Sky Implement"),
}

FIRST_NAMES = (
    "Anneke",
    "Bjørn",
    "Chidi",
    "Dolores",
    "Émile",
    "Farrah",
    "Gus",
    "Hanako",
    "Ivo",
    "Jolene",
    "Kwame",
    "Łucja",
)
LAST_NAMES = (
    "Abernethy",
    "Brandvold",
    "Côté",
    "Dueck",
    "Eastman",
    "Fofana",
    "Grieve",
    "Hrycak",
    "Ibáñez",
    "Janzen",
    "O'Neil",
)


def employee_names(count: int, offset: int = 0) -> list[str]:
    """So many different names: `Abernethy, Anneke`."""
    names: list[str] = []
    for each in range(offset, offset + count):
        first, last = FIRST_NAMES[each % len(FIRST_NAMES)], LAST_NAMES[each % len(LAST_NAMES)]
        middle = each // (len(FIRST_NAMES) * len(LAST_NAMES))
        names.append(f"{last}, {first}" + (f" {middle + 1}" if middle else ""))
    return names
