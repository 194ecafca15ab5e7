"""What each business sells and buys, how much of a year's revenue that is, and in which months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["invoice", "bill", "card", "expense", "cheque", "deposit"]


@dataclass(frozen=True, slots=True)
class Activity:
    """One kind of selling or buying.

    `share`: hundredths of a percent of the year's revenue; `months`: weights, January first; `documents`: how many a
    year at scale 1; `lines`: fewest and most per document; `people`: whom it is with (see `contacts.py`).
    """

    how: How
    accounts: tuple[str, ...]
    share: int
    months: tuple[int, ...]
    documents: int
    lines: tuple[int, int]
    people: str
    memo: str
    taxed: bool = True


ALL_YEAR = (1,) * 12
_PLANTING = (0, 0, 2, 6, 8, 2, 0, 0, 0, 0, 0, 0)
_SPRAYING = (0, 0, 0, 1, 3, 8, 7, 2, 1, 0, 0, 0)
_NUTRIENTS = (0, 0, 2, 6, 6, 1, 0, 0, 1, 5, 4, 1)
_FIELDWORK = (1, 1, 2, 4, 6, 4, 4, 7, 9, 7, 3, 1)
_HARVEST = (0, 0, 0, 0, 0, 0, 1, 6, 9, 5, 0, 0)
_GRAIN_SALES = (10, 9, 9, 6, 5, 5, 5, 6, 10, 13, 12, 10)
_CALF_SALES = (2, 1, 1, 1, 1, 1, 1, 2, 6, 16, 14, 4)
_FED_SALES = (8, 7, 8, 9, 10, 9, 7, 6, 7, 9, 11, 9)
_FEEDING = (10, 10, 10, 9, 6, 4, 4, 4, 6, 9, 10, 10)
_SEED_SALES = (6, 12, 20, 24, 18, 4, 1, 1, 2, 4, 4, 4)
_STORAGE = (9, 9, 9, 9, 8, 5, 4, 7, 11, 12, 9, 8)
_NOVEMBER_MARCH = (0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0)

OVERHEADS = (
    Activity("card", ("6000",), 50, ALL_YEAR, 44, (1, 3), "office", "Office supplies"),
    Activity(
        "bill", ("6010",), 60, (3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3), 14, (1, 2), "advisers", "Professional services"
    ),
    Activity(
        "bill", ("6020",), 80, (1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 3, 1), 14, (1, 3), "insurers", "Premium", taxed=False
    ),
    Activity(
        "expense", ("6040",), 80, (12, 12, 10, 8, 6, 5, 5, 5, 7, 8, 10, 12), 40, (1, 2), "utilities", "Power and gas"
    ),
    Activity("expense", ("6070",), 12, ALL_YEAR, 24, (1, 1), "bank", "Service charges", taxed=False),
    Activity("card", ("6080",), 25, ALL_YEAR, 28, (1, 2), "utilities", "Phones and internet"),
    Activity("card", ("6090",), 25, ALL_YEAR, 36, (1, 2), "travel", "Meals, travel"),
    Activity("card", ("5300",), 30, ALL_YEAR, 36, (1, 2), "fuel", "Fuel, pickups"),
)

ACTIVITIES: dict[str, tuple[Activity, ...]] = {
    "grain": (
        Activity(
            "invoice",
            ("4010", "4020", "4020", "4030", "4040", "4040", "4050", "4060", "4070", "4080"),
            9300,
            _GRAIN_SALES,
            240,
            (1, 4),
            "grain",
            "Grain delivered, b/l {number}",
        ),
        Activity("invoice", ("4000",), 120, _GRAIN_SALES, 14, (1, 2), "grain", "Screenings"),
        Activity("invoice", ("4400",), 160, _HARVEST, 16, (1, 2), "neighbours", "Custom combining"),
        Activity(
            "deposit", ("4500",), 220, (3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3), 4, (1, 2), "government", "Program payment"
        ),
        Activity("deposit", ("4600",), 200, (1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 2), 5, (1, 2), "insurers", "Hail claim"),
        Activity("bill", ("5050",), 360, _GRAIN_SALES, 84, (1, 4), "truckers", "Freight, elevation and dockage"),
        Activity("bill", ("5100",), 600, _PLANTING, 26, (1, 5), "seed", "Seed"),
        Activity("bill", ("5110",), 1650, _NUTRIENTS, 60, (1, 5), "inputs", "Fertilizer, {number}"),
        Activity("bill", ("5121", "5121", "5122", "5120"), 1050, _SPRAYING, 60, (1, 6), "inputs", "Crop protection"),
        Activity("bill", ("5310", "5310", "5310", "5320"), 560, _FIELDWORK, 66, (1, 3), "fuel", "Bulk fuel"),
        Activity("bill", ("5410", "5420", "5400", "5430"), 620, _FIELDWORK, 96, (1, 6), "dealers", "Parts and labour"),
        Activity("card", ("5400", "5410", "5420"), 60, _FIELDWORK, 60, (1, 3), "dealers", "Shop supplies"),
        Activity(
            "bill", ("5500",), 260, (0, 0, 0, 0, 0, 2, 5, 3, 0, 0, 0, 0), 6, (1, 2), "insurers", "Crop insurance", False
        ),
        Activity("cheque", ("5600",), 950, _NOVEMBER_MARCH, 34, (1, 3), "landlords", "Land rent", taxed=False),
        Activity("bill", ("5800",), 220, _HARVEST, 22, (1, 2), "neighbours", "Custom work"),
        Activity(
            "cheque", ("6030",), 110, (0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 1), 14, (1, 4), "government", "Taxes", False
        ),
    ),
    "cow_calf": (
        Activity("invoice", ("4110",), 8100, _CALF_SALES, 150, (1, 4), "cattle", "Calves, lot {number}"),
        Activity("invoice", ("4130",), 1500, (3, 2, 2, 2, 2, 1, 1, 2, 4, 8, 8, 4), 60, (1, 3), "cattle", "Cull cows"),
        Activity("invoice", ("4100",), 200, ALL_YEAR, 12, (1, 2), "cattle", "Breeding stock"),
        Activity(
            "deposit", ("4500",), 200, (2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 2), 4, (1, 2), "government", "Program payment"
        ),
        Activity("bill", ("5200",), 2400, _FEEDING, 110, (1, 5), "feed", "Hay, silage, minerals"),
        Activity("bill", ("5210",), 480, (4, 6, 9, 9, 6, 3, 2, 3, 6, 8, 5, 3), 84, (1, 4), "vets", "Veterinary"),
        Activity(
            "cheque", ("5220",), 1100, (0, 0, 0, 2, 6, 3, 0, 0, 0, 4, 0, 0), 24, (1, 3), "landlords", "Pasture", False
        ),
        Activity("bill", ("5310", "5320"), 480, _FIELDWORK, 66, (1, 3), "fuel", "Bulk fuel"),
        Activity("bill", ("5410", "5400", "5430"), 520, ALL_YEAR, 96, (1, 5), "dealers", "Repairs, corrals"),
        Activity("bill", ("5050",), 260, _CALF_SALES, 48, (1, 2), "truckers", "Cattle hauling"),
        Activity("card", ("5200", "5210"), 120, ALL_YEAR, 84, (1, 4), "feed", "Ranch supplies"),
        Activity(
            "cheque", ("6030",), 120, (0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 1), 10, (1, 3), "government", "Taxes", False
        ),
    ),
    "feedlot": (
        Activity("invoice", ("4120",), 9800, _FED_SALES, 230, (1, 4), "cattle", "Fed cattle, lot {number}"),
        Activity("invoice", ("4100",), 150, ALL_YEAR, 12, (1, 2), "cattle", "Railers"),
        Activity(
            "bill", ("1220",), 6100, (6, 6, 6, 5, 5, 4, 4, 6, 12, 18, 18, 10), 150, (1, 4), "cattle", "Feeders", False
        ),
        Activity("bill", ("5200",), 1650, ALL_YEAR, 150, (1, 5), "feed", "Barley, silage, supplement"),
        Activity("bill", ("5210",), 190, ALL_YEAR, 72, (1, 4), "vets", "Processing and treatment"),
        Activity("bill", ("5050",), 170, _FED_SALES, 84, (1, 2), "truckers", "Cattle hauling"),
        Activity("bill", ("5310", "5320"), 130, ALL_YEAR, 60, (1, 3), "fuel", "Bulk fuel"),
        Activity("bill", ("5410", "5400", "5430"), 140, ALL_YEAR, 84, (1, 5), "dealers", "Mill and pen repairs"),
        Activity("card", ("5200", "5210"), 40, ALL_YEAR, 60, (1, 3), "feed", "Yard supplies"),
    ),
    "seed": (
        Activity(
            "invoice", ("4210", "4220", "4230", "4200"), 9600, _SEED_SALES, 260, (1, 5), "growers", "Certified seed"
        ),
        Activity("invoice", ("4400",), 300, (2, 4, 6, 4, 1, 0, 0, 0, 0, 2, 3, 2), 40, (1, 2), "growers", "Cleaning"),
        Activity(
            "bill", ("1230",), 5400, (2, 2, 2, 0, 0, 0, 0, 2, 8, 10, 8, 4), 90, (1, 4), "growers", "Seed stock", False
        ),
        Activity("bill", ("5150",), 420, _SEED_SALES, 72, (1, 4), "packaging", "Totes, bags, tags"),
        Activity("bill", ("5050",), 380, _SEED_SALES, 84, (1, 3), "truckers", "Freight out"),
        Activity("bill", ("5410", "5400", "5430"), 240, ALL_YEAR, 96, (1, 5), "dealers", "Plant repairs"),
        Activity("bill", ("5310", "5320"), 110, ALL_YEAR, 48, (1, 3), "fuel", "Bulk fuel"),
        Activity("bill", ("5110",), 180, _NUTRIENTS, 24, (1, 3), "inputs", "Seed treatment"),
    ),
    "produce": (
        Activity(
            "invoice", ("4310", "4310", "4310", "4320", "4330"), 9500, _STORAGE, 250, (1, 5), "grocers", "Produce"
        ),
        Activity("invoice", ("4300",), 250, _STORAGE, 20, (1, 2), "grocers", "Seconds and peelers"),
        Activity("deposit", ("4600",), 120, (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1), 3, (1, 2), "insurers", "Claim"),
        Activity("bill", ("5100",), 620, _PLANTING, 24, (1, 4), "seed", "Seed potatoes, sets"),
        Activity("bill", ("5110",), 800, _NUTRIENTS, 40, (1, 4), "inputs", "Fertilizer"),
        Activity("bill", ("5121", "5122", "5120"), 700, _SPRAYING, 60, (1, 5), "inputs", "Crop protection"),
        Activity("bill", ("5150",), 900, _STORAGE, 72, (1, 5), "packaging", "Bags, bins, labels"),
        Activity("bill", ("5050",), 750, _STORAGE, 96, (1, 4), "truckers", "Reefer freight"),
        Activity("bill", ("5310", "5320"), 360, _FIELDWORK, 54, (1, 3), "fuel", "Bulk fuel"),
        Activity("bill", ("5410", "5420", "5400", "5430"), 480, _FIELDWORK, 84, (1, 6), "dealers", "Repairs, pivots"),
        Activity("cheque", ("5600",), 550, _NOVEMBER_MARCH, 14, (1, 2), "landlords", "Land rent", taxed=False),
        Activity(
            "bill", ("5500",), 120, (0, 0, 0, 0, 0, 2, 5, 3, 0, 0, 0, 0), 4, (1, 2), "insurers", "Crop insurance", False
        ),
    ),
    "others": (
        Activity("bill", ("6000",), 500, ALL_YEAR, 110, (1, 5), "office", "Software, leases, supplies"),
        Activity(
            "bill", ("6010",), 900, (3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3), 48, (1, 4), "advisers", "Audit and legal"
        ),
        Activity("card", ("6090",), 350, ALL_YEAR, 140, (1, 3), "travel", "Travel"),
        Activity("card", ("6000",), 150, ALL_YEAR, 120, (1, 3), "office", "Subscriptions"),
        Activity("expense", ("6080", "6040"), 250, ALL_YEAR, 60, (1, 3), "utilities", "Phones, power"),
    ),
}

# Wages as hundredths of a percent of revenue: (field, office).
WAGES = {
    "grain": (780, 180),
    "cow_calf": (1150, 250),
    "feedlot": (330, 80),
    "seed": (900, 350),
    "produce": (1900, 260),
    "others": (0, 5600),
}


@dataclass(frozen=True, slots=True)
class Stock:
    """What a business holds to sell: its inventory and cost accounts, the cost in hundredths of a percent of sales.

    `harvest` are the months in which its own crop comes in (at cost); without, the stock is bought.
    """

    inventory: str
    cost: str
    sales: str  # first two digits of the sales accounts it relieves
    cost_share: int
    harvest: tuple[int, ...] = ()


STOCKS = {
    "grain": Stock("1210", "5010", "40", 7600, _HARVEST),
    "feedlot": Stock("1220", "5020", "412", 6250),
    "seed": Stock("1230", "5030", "42", 5600),
    "produce": Stock("1240", "5040", "43", 6200, (0, 0, 0, 0, 0, 0, 1, 4, 9, 6, 0, 0)),
}


@dataclass(frozen=True, slots=True)
class Capital:
    """What a business owns and owes, in percent of a year's revenue."""

    land: int
    buildings: int
    machinery: int
    term_debt: int
    herd: int = 0
    overheads: int = 100  # percent of the usual overheads


CAPITAL = {
    "grain": Capital(150, 20, 60, 55),
    "cow_calf": Capital(250, 20, 40, 60, herd=80),
    "feedlot": Capital(15, 15, 10, 12, overheads=40),
    "seed": Capital(30, 40, 35, 30),
    "produce": Capital(70, 30, 50, 45),
    "others": Capital(0, 20, 10, 10, overheads=60),
}
