"""Companies + eliminations + adjustments, by hand, of small groups (ACCOUNTING 17 to 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monette_assets.gold import adjustments as adjusting
from monette_assets.gold import eliminations as eliminating
from monette_assets.gold.consolidated_statements import CONTRACT, consolidated_statements
from monette_assets.gold.consolidation_steps import YEAR_END
from monette_assets.gold.intercompany_matches import intercompany_matches
from monette_assets.group import Group
from monette_assets.group.calendar import months_between
from monette_assets.tables import Context
from monette_assets_tests.frames import Row, computed, context_of, failures, frame, rows, shown
from monette_assets_tests.group_books import Books, Line, companies_group, company, document

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CHECKS = ("balances", "rolls_forward", "steps_add_up", "countries_add_up")


@dataclass
class Consolidated:
    """A computed table with what it came from."""

    context: Context
    frame: DataFrame
    inputs: dict[str, DataFrame]

    def __post_init__(self) -> None:
        self.rows: list[Row] = [row.asDict() for row in self.frame.collect()]

    def sums(
        self, month: str, subgroup: str = "group", *by: str, of: str = "closing_cad", **only: str
    ) -> dict[Any, Any]:
        """Sums by group account (and whatever else), zero left out."""
        found: dict[Any, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            if (f"{row['period']:%Y-%m}", row["subgroup"]) == (month, subgroup) and only.items() <= row.items():
                key = tuple(row[name] for name in (*by, "group_account"))
                found[key if by else key[0]] += row[of]
        return {key: str(amount) for key, amount in sorted(found.items()) if amount}

    def broken(self) -> list[str]:
        """What the checks find."""
        found = {name: failures(CONTRACT, name, self.context, self.frame, **self.inputs) for name in CHECKS}
        return [f"{name}: {each}" for name, broken in found.items() for each in broken]


def consolidated(
    spark: SparkSession, group: Group, lines: list[Line], *months: str, adjusted: Any = (), **books: Any
) -> Consolidated:
    """Every step from the ledger on, for every month from the first to the last of these."""
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    context = context_of(spark, group, *(f"{month:%Y-%m}" for month in months_between(first, last)))
    inputs = Books(group, lines, **books).inputs(spark, months[-1])
    matches = intercompany_matches(context, lines=inputs["lines"], translated_balances=inputs["translated_balances"])
    header = "period entry line_number company group_account amount_cad status"
    by_hand = frame(spark, adjusting.CONTRACT, rows(adjusting.CONTRACT, header, *adjusted))
    given = inputs | {"adjustments": by_hand, "matches": computed(matches)}
    entries = computed(eliminating.eliminations(context, **given))
    given_to = {
        "translated_balances": inputs["translated_balances"], "eliminations": entries, "adjustments": by_hand,
    }  # fmt: skip
    return Consolidated(context, computed(consolidated_statements(context, **given_to)), given_to)


@pytest.fixture(scope="module")
def sisters(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Two companies in Canada and one in the United States; `office` has a calendar year, the group's is November."""
    return companies_group(
        tmp_path_factory.mktemp("sisters"),
        company("grain"),
        company("office", year_start=1, pillar="Seed"),
        company("ranch", "USD", pillar="Cow-Calf"),
        company("left", last_period=date(2024, 12, 1)),
    )


RATES = {f"{year}-{month:02}": ("1.40", "1.40") for year in (2024, 2025) for month in range(1, 13)}


def test_sisters_are_added_up_and_what_is_between_them_leaves(spark: SparkSession, sisters: Group) -> None:
    """grain sells 500.00 outside and 100.00 to office; ranch, 10 US dollars, to nobody of the group."""
    lines = [
        *document("grain", "2024-11", "S-1", "Elevator", ("bank", "500.00"), ("sales", "-500.00")),
        *document("grain", "2024-11", "IC-1", "Office Ltd.", ("due_from", "100.00"), ("group_sales", "-100.00")),
        *document("office", "2024-11", "IC-1", "Grain Ltd.", ("feed", "100.00"), ("due_to", "-100.00")),
        *document("ranch", "2024-11", "S-2", "Packer", ("bank", "10.00"), ("sales", "-10.00")),
    ]
    found = consolidated(spark, sisters, lines, "2024-11", rates=RATES)
    assert found.sums("2024-11", "group", "step") == {
        ("companies", "bank"): "514.00", ("companies", "due_from"): "100.00", ("companies", "due_to"): "-100.00",
        ("companies", "feed"): "100.00", ("companies", "group_sales"): "-100.00", ("companies", "sales"): "-514.00",
        ("eliminations", "due_from"): "-100.00", ("eliminations", "due_to"): "100.00",
        ("eliminations", "feed"): "-100.00", ("eliminations", "group_sales"): "100.00",
    }  # fmt: skip
    assert found.sums("2024-11") == {"bank": "514.00", "sales": "-514.00"}
    assert found.broken() == []


def test_a_part_of_the_group_eliminates_only_what_is_its_own(spark: SparkSession, sisters: Group) -> None:
    lines = [
        *document("grain", "2024-11", "IC-1", "Office Ltd.", ("due_from", "100.00"), ("group_sales", "-100.00")),
        *document("office", "2024-11", "IC-1", "Grain Ltd.", ("feed", "100.00"), ("due_to", "-100.00")),
        *document("ranch", "2024-11", "IC-2", "Grain Ltd.", ("feed", "50.00"), ("due_to", "-50.00")),
        *document("grain", "2024-11", "IC-2", "Ranch Ltd.", ("due_from", "70.00", "50.00"),
                  ("group_sales", "-70.00", "-50.00"), currency="USD"),
    ]  # fmt: skip
    found = consolidated(spark, sisters, lines, "2024-11", rates=RATES)
    assert found.sums("2024-11") == {}
    assert found.sums("2024-11", "country/CA") == {"due_from": "70.00", "group_sales": "-70.00"}
    assert found.sums("2024-11", "country/US") == {"due_to": "-70.00", "feed": "70.00"}
    assert found.sums("2024-11", "pillar/Grain") == {"due_from": "170.00", "group_sales": "-170.00"}
    assert found.sums("2024-11", "pillar/Cattle") == {"due_to": "-70.00", "feed": "70.00"}
    assert found.broken() == []


def test_other_year_ends_are_brought_to_the_groups_year(spark: SparkSession, sisters: Group) -> None:
    """office earns 10.00 in October 2025, 20.00 in November and 40.00 in January; its year begins in January.

    The group's year began in November: of what office's books call the year's result, 10.00 is last year's.
    In January its books have closed 30.00 to retained earnings, and 20.00 of it is the group's current year.
    """
    lines = [
        line
        for month, amount in (("2025-10", "10.00"), ("2025-11", "20.00"), ("2026-01", "40.00"))
        for line in document("office", month, "S-1", "Client", ("bank", amount), ("sales", f"-{amount}"))
    ]
    found = consolidated(spark, sisters, lines, "2025-10", "2025-11", "2025-12", "2026-01", rates={
        **RATES, "2026-01": ("1.40", "1.40"),
    })  # fmt: skip
    by_component = [
        {key: amount for key, amount in found.sums(month, "group", "component").items() if key[1] != "bank"}
        for month in ("2025-11", "2025-12", "2026-01")
    ]
    assert by_component == [
        {("office", "sales"): "-20.00", ("year_end/office", "retained_earnings"): "-10.00"},
        {("office", "sales"): "-20.00", ("year_end/office", "retained_earnings"): "-10.00"},
        {("office", "retained_earnings"): "-30.00", ("office", "sales"): "-60.00",
         ("year_end/office", "retained_earnings"): "20.00"},
    ]  # fmt: skip
    assert found.sums("2026-01", of="movement_cad") == {"bank": "40.00", "sales": "-40.00"}
    assert found.broken() == []


def test_whatever_month_a_companys_year_begins_in_the_groups_earnings_are_of_the_groups_year(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Twelve companies, a year start each, earn 1.00 a month from November 2024 on, which begins the group's year.

    At the end of every month each has earned as many dollars this year as the group's year is old; all it earned before
    is retained.
    """
    codes = [f"from_{month:02}" for month in range(1, 13)]
    group = companies_group(tmp_path, *(company(code, year_start=int(code[-2:])) for code in codes))
    months = [f"{month:%Y-%m}" for month in months_between(date(2024, 11, 1), date(2025, 12, 1))]
    sold = ("bank", "1.00"), ("sales", "-1.00")
    lines = [line for month in months for code in codes for line in document(code, month, "S-1", "Elevator", *sold)]
    found = consolidated(spark, group, lines, *months)
    for age, month in enumerate(months, start=1):
        of_year = (age - 1) % 12 + 1
        held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for (component, account), amount in found.sums(month, "group", "component").items():
            held[component.removeprefix(YEAR_END), account] += Decimal(amount)
        expected = {"bank": age, "sales": -of_year, "retained_earnings": of_year - age}
        assert {key: amount for key, amount in held.items() if amount} == {
            (code, account): amount for code in codes for account, amount in expected.items() if amount
        }
    assert found.broken() == []


def test_a_company_that_leaves_takes_its_balances_and_leaves_its_income(spark: SparkSession, sisters: Group) -> None:
    """It earned 5.00 in December, its last month: the year's income to date keeps it, equity gives it away."""
    lines = document("left", "2024-12", "S-1", "Client", ("bank", "5.00"), ("sales", "-5.00"))
    found = consolidated(spark, sisters, lines, "2024-12", "2025-01", "2025-11", rates=RATES)
    assert found.sums("2024-12") == {"bank": "5.00", "sales": "-5.00"}
    assert found.sums("2025-01") == {"retained_earnings": "5.00", "sales": "-5.00"}
    assert found.sums("2025-11") == {}
    assert found.broken() == []


def test_what_a_company_that_left_owes_has_not_moved_because_it_left(spark: SparkSession, sisters: Group) -> None:
    """Left owes grain 100.00, 90.00 by its own books. In January it is an outsider, and pays 40.00 of it.

    The balance sheet has grain's claim again. What moved in January is what was paid, nothing else.
    """
    lines = [
        *document("grain", "2024-12", "IC-1", "Left Ltd.", ("due_from", "100.00"), ("group_sales", "-100.00")),
        *document("left", "2024-12", "IC-1", "Grain Ltd.", ("feed", "90.00"), ("due_to", "-90.00")),
        *document("grain", "2025-01", "IC-1", "Left Ltd.", ("bank", "40.00"), ("due_from", "-40.00")),
    ]
    found = consolidated(spark, sisters, lines, "2024-12", "2025-01", rates=RATES)
    assert found.sums("2024-12") == {"difference": "10.00", "income_difference": "-10.00"}
    assert found.sums("2025-01") == {
        "bank": "40.00", "due_from": "60.00", "income_difference": "-10.00", "retained_earnings": "-90.00",
    }  # fmt: skip
    assert found.sums("2025-01", of="movement_cad") == {"bank": "40.00", "due_from": "-40.00"}
    assert found.broken() == []


def test_adjustments_stand_where_all_their_companies_are(spark: SparkSession, sisters: Group) -> None:
    adjusted = [
        ("2024-11", "A1", 1, "grain", "inventory", "10.00", "applied"),
        ("2024-11", "A1", 2, "grain", "cost", "-10.00", "applied"),
        ("2024-11", "A2", 1, "grain", "receivable", "3.00", "applied"),
        ("2024-11", "A2", 2, "ranch", "payable", "-3.00", "applied"),
        ("2024-11", "A3", 1, None, "goodwill", "7.00", "applied"),
        ("2024-11", "A3", 2, None, "capital", "-7.00", "applied"),
        ("2024-11", "A4", 1, "grain", "bank", "1.00", "not_applied"),
        ("2024-11", "A4", 2, "grain", "sales", "-1.00", "not_applied"),
    ]
    found = consolidated(spark, sisters, document("grain", "2024-11", "S", "X", ("bank", "1.00"), ("sales", "-1.00")),
                         "2024-11", "2024-12", "2025-11", adjusted=adjusted, rates=RATES)  # fmt: skip
    stood = {"capital": "-7.00", "cost": "-10.00", "goodwill": "7.00", "inventory": "10.00", "payable": "-3.00",
             "receivable": "3.00"}  # fmt: skip
    assert found.sums("2024-11", step="adjustments") == stood
    assert found.sums("2024-12", step="adjustments") == stood
    assert found.sums("2024-12", of="movement_cad", step="adjustments") == {}
    assert found.sums("2024-11", "country/CA", step="adjustments") == {"cost": "-10.00", "inventory": "10.00"}
    # a year on, its income is earlier years'
    later = found.sums("2025-11", "country/CA", step="adjustments", component="A1")
    assert later == {"inventory": "10.00", "retained_earnings": "-10.00"}
    assert found.broken() == []


# ---- with a subsidiary


SUBSIDIARY_RATES = {
    "2025-01": ("1.50", "1.50"), "2025-02": ("1.60", "1.70"), "2025-03": ("1.70", "1.70"),
    "2025-11": ("1.70", "1.70"),
}  # fmt: skip


def owned(folder: Path, **control: Any) -> Group:
    return companies_group(
        folder,
        company("grain"),
        company("shop"),
        company("ranch", "USD", first_period=date(2025, 1, 1), pillar="Cow-Calf"),
        method="consolidated",
        ownership=[
            {
                "company": "ranch", "parent": "grain", "share": "0.80", "from": date(2025, 1, 1),
                "investment_account": "investment",
                "opening_equity": [
                    {"group_account": "capital", "amount": "90.00"},
                    {"group_account": "retained_earnings", "amount": "60.00"},
                ],
                **control,
            }
        ],
    )  # fmt: skip


OPENED = {
    "grain": {"bank": "1000.00", "capital": "-1000.00"},
    "ranch": {"bank": "100.00", "capital": "-60.00", "retained_earnings": "-10.00", "sales": "-30.00"},
}  # 100.00 US dollars bought at 1.50, of which 30.00 its running year had earned before
BOUGHT = document("grain", "2025-01", "D-1", None, ("investment", "140.00"), ("bank", "-140.00"))
EARNED = document("ranch", "2025-02", "S-1", "Packer", ("bank", "10.00"), ("sales", "-10.00"))
SOLD = document("grain", "2025-03", "D-2", None, ("bank", "200.00"), ("investment", "-140.00"), ("gain", "-60.00"))


def test_an_acquisition_in_mid_year_with_outsiders(spark: SparkSession, tmp_path: Path) -> None:
    """80 % of a ranch of 150.00 for 140.00: goodwill 20.00, outsiders 30.00; what it earned before is not the group's.

    February: income 10.00 x 1.60 = 16.00; net assets 110.00 x 1.70 = 187.00 = 150.00 + 16.00 + translation 21.00.
    Outsiders: 20 % of 187.00 = 37.40, of which 3.20 is of the income and 4.20 of the translation adjustment.
    """
    group = owned(tmp_path)
    found = consolidated(
        spark, group, [*BOUGHT, *EARNED], "2025-01", "2025-02", "2025-11", rates={**RATES, **SUBSIDIARY_RATES},
        opened=OPENED,
    )  # fmt: skip
    assert found.sums("2025-01") == {
        "bank": "1010.00",
        "capital": "-1000.00",
        "goodwill": "20.00",
        "minority": "-30.00",
    }
    assert found.sums("2025-02") == {
        "bank": "1047.00", "capital": "-1000.00", "goodwill": "20.00", "minority": "-37.40", "minority_income": "3.20",
        "sales": "-16.00", "translation": "-16.80",
    }  # fmt: skip
    # a parent's country without its subsidiary eliminates nothing
    assert found.sums("2025-02", "country/CA") == {"bank": "860.00", "capital": "-1000.00", "investment": "140.00"}
    assert found.broken() == []


def test_a_disposal_leaves_the_gain_and_its_recycled_translation_adjustment(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Sold in March for 200.00: proceeds 200.00 - 80 % of 187.00 (149.60) - goodwill 20.00 + recycled 16.80 = 47.20.

    Income of the year: the ranch's 16.00 to February, of which outsiders 3.20, and the gain: 60.00 to the owners.
    """
    group = owned(tmp_path, to=date(2025, 3, 1), disposal_account="gain")
    found = consolidated(
        spark, group, [*BOUGHT, *EARNED, *SOLD], "2025-02", "2025-03", "2025-11",
        rates={**RATES, **SUBSIDIARY_RATES}, opened=OPENED,
    )  # fmt: skip
    assert found.sums("2025-03") == {
        "bank": "1060.00", "capital": "-1000.00", "gain": "-47.20", "minority_income": "3.20", "sales": "-16.00",
    }  # fmt: skip
    assert found.sums("2025-11") == {"bank": "1060.00", "capital": "-1000.00", "retained_earnings": "-60.00"}
    assert found.broken() == []


def test_a_dividend_to_the_parent_leaves_outsiders_what_they_were_paid(spark: SparkSession, tmp_path: Path) -> None:
    """In March ranch pays out 5.00 US dollars at 1.70: 4.00 to grain (6.80), 1.00 to its other owner (1.70).

    Net assets 105.00 x 1.70 = 178.50, of which outsiders have 35.70: 37.40 less the 1.70 they were paid. Nothing is
    left on dividends or in income, in March and after the year's end.
    """
    lines = [
        *BOUGHT, *EARNED,
        *document("ranch", "2025-03", "DIV-1", "Grain Ltd.", ("dividends", "4.00"), ("bank", "-4.00")),
        *document("ranch", "2025-03", "DIV-1", "P. Osei", ("dividends", "1.00"), ("bank", "-1.00")),
        *document("grain", "2025-03", "DIV-1", "Ranch Ltd.", ("bank", "6.80", "4.00"), ("gain", "-6.80", "-4.00"),
                  currency="USD"),
    ]  # fmt: skip
    found = consolidated(
        spark, owned(tmp_path), lines, "2025-02", "2025-03", "2025-04", "2025-11",
        rates={**RATES, **dict.fromkeys(RATES, ("1.70", "1.70")), **SUBSIDIARY_RATES}, opened=OPENED,
    )  # fmt: skip
    march = {
        "bank": "1045.30", "capital": "-1000.00", "goodwill": "20.00", "minority": "-35.70", "minority_income": "3.20",
        "sales": "-16.00", "translation": "-16.80",
    }  # fmt: skip
    assert found.sums("2025-03") == march
    assert found.sums("2025-03", "group", "component", step="eliminations", of="movement_cad") == {
        ("dividends", "dividends"): "-6.80", ("income", "gain"): "6.80",
    }  # fmt: skip
    assert found.sums("2025-04") == march
    assert found.sums("2025-11") == {
        "bank": "1045.30", "capital": "-1000.00", "goodwill": "20.00", "minority": "-35.70",
        "retained_earnings": "-12.80", "translation": "-16.80",
    }  # fmt: skip
    # without its subsidiary, the parent's country has the income
    assert found.sums("2025-03", "country/CA")["gain"] == "-6.80"
    assert found.broken() == []


BARN_OPENED = {
    "grain": {"bank": "20.00", "investment": "80.00", "capital": "-100.00"},
    "shop": {"bank": "70.00", "investment": "30.00", "capital": "-100.00"},
    "barn": {"bank": "50.00", "capital": "-50.00"},
}


def barn_owned(folder: Path, sold: Collection[str] = ()) -> Group:
    """Grain owns 80 % of shop, whose capital was 100.00, and shop 60 % of barn, with 50.00, from November 2024 on;
    who is sold, to January."""
    end = {"to": date(2025, 1, 1), "disposal_account": "gain"}
    return companies_group(
        folder, company("grain"), company("shop"), company("barn"), method="consolidated",
        ownership=[
            {"company": owned, "parent": parent, "share": share, "from": date(2024, 11, 1),
             "investment_account": "investment", "opening_equity": [{"group_account": "capital", "amount": capital}],
             **(end if owned in sold else {})}
            for owned, parent, share, capital in (
                ("shop", "grain", "0.80", "100.00"), ("barn", "shop", "0.60", "50.00"),
            )
        ],
    )  # fmt: skip


def test_a_dividend_through_two_parents_is_income_of_neither(spark: SparkSession, tmp_path: Path) -> None:
    """Grain owns 80 % of shop, shop 60 % of barn. Barn earns 100.00 and pays them out: 60.00 to shop.

    Outsiders have 52 % of what barn earned (48 % are grain's), and nothing of shop's income from it twice. Their
    balance: 40 % of barn's capital of 50.00, 20 % of shop's of 100.00; 52.00 of income less 40.00 paid to them.
    """
    group = barn_owned(tmp_path)
    lines = [
        *document("barn", "2024-11", "S-1", "Client", ("bank", "100.00"), ("sales", "-100.00")),
        *document("barn", "2024-12", "DIV-1", "Shop Ltd.", ("dividends", "60.00"), ("bank", "-60.00")),
        *document("barn", "2024-12", "DIV-1", "P. Osei", ("dividends", "40.00"), ("bank", "-40.00")),
        *document("shop", "2024-12", "DIV-1", "Barn Ltd.", ("bank", "60.00"), ("gain", "-60.00")),
    ]
    found = consolidated(spark, group, lines, "2024-11", "2024-12", "2025-01", "2025-11", opened=BARN_OPENED)
    paid = {"bank": "200.00", "capital": "-100.00", "minority": "-52.00", "minority_income": "52.00",
            "sales": "-100.00"}  # fmt: skip
    assert found.sums("2024-12") == paid
    assert found.sums("2025-01") == paid
    assert found.sums("2025-11") == {
        "bank": "200.00", "capital": "-100.00", "minority": "-52.00", "retained_earnings": "-48.00",
    }  # fmt: skip
    assert found.broken() == []


def test_outsiders_bear_their_part_of_what_is_adjusted_in_their_company(spark: SparkSession, tmp_path: Path) -> None:
    """Shop, 80 % held, owes 10.00 that its books lack: 2.00 of that cost are outsiders'.

    An entry in grain's books or in nobody's is the owners' alone.
    """
    adjusted = [
        ("2024-11", "A1", 1, "shop", "cost", "10.00", "applied"),
        ("2024-11", "A1", 2, "shop", "payable", "-10.00", "applied"),
        ("2024-11", "A2", 1, "grain", "cost", "30.00", "applied"),
        ("2024-11", "A2", 2, "grain", "payable", "-30.00", "applied"),
        ("2024-11", "A3", 1, None, "cost", "5.00", "applied"),
        ("2024-11", "A3", 2, None, "payable", "-5.00", "applied"),
    ]
    found = consolidated(
        spark, shop_owned(tmp_path), [], "2024-11", "2024-12", "2025-11", opened=SHOP_OPENED, adjusted=adjusted
    )
    november = {
        "bank": "220.00", "capital": "-200.00", "cost": "45.00", "minority": "-18.00", "minority_income": "-2.00",
        "payable": "-45.00",
    }  # fmt: skip
    assert found.sums("2024-11") == found.sums("2024-12") == november
    assert found.sums("2024-12", of="movement_cad") == {}
    assert found.sums("2025-11") == {
        "bank": "220.00", "capital": "-200.00", "minority": "-18.00", "payable": "-45.00", "retained_earnings": "43.00",
    }  # fmt: skip
    assert found.broken() == []


def test_a_gain_on_sale_is_shared_with_the_sellers_outsiders_less_what_they_had_before(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Grain owns 80 % of shop, shop 60 % of barn. Barn earns 100.00, and shop sells its 60 % for 130.00.

    Of barn's 150.00 shop had 90.00: a gain of 40.00, of which 8.00 are outsiders' beside their 52.00 of the 100.00.
    They keep a fifth of shop's 200.00.
    """
    group = barn_owned(tmp_path, sold=("barn",))
    lines = [
        *document("barn", "2024-11", "S-1", "Client", ("bank", "100.00"), ("sales", "-100.00")),
        *document("shop", "2025-01", "D-1", None, ("bank", "130.00"), ("investment", "-30.00"), ("gain", "-100.00")),
    ]
    found = consolidated(spark, group, lines, "2024-11", "2025-01", "2025-11", opened=BARN_OPENED)
    assert found.sums("2025-01") == {
        "bank": "220.00", "capital": "-100.00", "gain": "-40.00", "minority": "-40.00", "minority_income": "60.00",
        "sales": "-100.00",
    }  # fmt: skip
    assert found.sums("2025-11") == {
        "bank": "220.00", "capital": "-100.00", "minority": "-40.00", "retained_earnings": "-80.00",
    }  # fmt: skip
    assert found.broken() == []


def test_who_is_sold_with_its_own_subsidiary_is_sold_by_who_stays(spark: SparkSession, tmp_path: Path) -> None:
    """The same, but grain sells shop, and barn with it, for 300.00.

    Their net assets: 70.00 of shop's own and barn's 150.00, 220.00; outsiders have 20.00 and 20.00 of their capital
    and 52.00 of what barn earned: the owners' part is 128.00, the gain 172.00.
    """
    group = barn_owned(tmp_path, sold=("shop", "barn"))
    lines = [
        *document("barn", "2024-11", "S-1", "Client", ("bank", "100.00"), ("sales", "-100.00")),
        *document("grain", "2025-01", "D-1", None, ("bank", "300.00"), ("investment", "-80.00"), ("gain", "-220.00")),
    ]
    found = consolidated(spark, group, lines, "2024-11", "2025-01", "2025-11", opened=BARN_OPENED)
    assert found.sums("2025-01") == {
        "bank": "320.00", "capital": "-100.00", "gain": "-172.00", "minority_income": "52.00", "sales": "-100.00",
    }  # fmt: skip
    assert found.sums("2025-11") == {"bank": "320.00", "capital": "-100.00", "retained_earnings": "-220.00"}
    assert found.broken() == []


# ---- profit in stock, with outsiders


def shop_owned(folder: Path, **control: Any) -> Group:
    """Grain owns 80 % of shop, whose capital was 100.00; a fifth of the price of goods between them is margin."""
    return companies_group(
        folder, company("grain"), company("shop"), method="consolidated",
        profit_in_stock=[{"inventory_account": "inventory", "cost_account": "cost", "margin": "0.20"}],
        ownership=[
            {"company": "shop", "parent": "grain", "share": "0.80", "from": date(2024, 11, 1),
             "investment_account": "investment", "opening_equity": [{"group_account": "capital", "amount": "100.00"}],
             **control},
        ],
    )  # fmt: skip


SHOP_OPENED = {
    "grain": {"bank": "120.00", "investment": "80.00", "capital": "-200.00"},
    "shop": {"bank": "100.00", "capital": "-100.00"},
}


def goods_sold(seller: str, buyer: str, month: str = "2024-11") -> list[Line]:
    """Goods that cost the seller 40.00, sold for 50.00: a margin of 10.00."""
    return [
        *document(seller, month, "P-1", "Maker", ("cost", "40.00"), ("bank", "-40.00")),
        *document(seller, month, "IC-1", f"{buyer.title()} Ltd.", ("due_from", "50.00"), ("group_sales", "-50.00")),
        *document(buyer, month, "IC-1", f"{seller.title()} Ltd.", ("inventory", "50.00"), ("due_to", "-50.00")),
    ]  # fmt: skip


def sold_on(buyer: str, month: str, goods: str, price: str) -> list[Line]:
    return [
        *document(buyer, month, "C-1", None, ("cost", goods), ("inventory", f"-{goods}")),
        *document(buyer, month, "S-1", "Client", ("bank", price), ("sales", f"-{price}")),
    ]


def test_profit_of_an_upstream_sale_is_nobodys_while_the_goods_are_in_stock(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Shop, 80 % held, sells to grain in November. In December grain sells half of it for 30.00, in January the rest.

    November: the group has earned nothing, and outsiders nothing of it. December: of 10.00 (30.00 - half of 40.00) the
    half of shop's margin is 5.00, and 20 % of it outsiders': 1.00. January: all of the margin, 2.00.
    """
    lines = [
        *goods_sold("shop", "grain"),
        *sold_on("grain", "2024-12", "25.00", "30.00"),
        *sold_on("grain", "2025-01", "25.00", "30.00"),
    ]
    found = consolidated(
        spark, shop_owned(tmp_path), lines, "2024-11", "2024-12", "2025-01", "2025-11", opened=SHOP_OPENED
    )
    assert found.sums("2024-11") == {"bank": "180.00", "capital": "-200.00", "inventory": "40.00", "minority": "-20.00"}
    assert found.sums("2024-12") == {
        "bank": "210.00", "capital": "-200.00", "cost": "20.00", "inventory": "20.00", "minority": "-21.00",
        "minority_income": "1.00", "sales": "-30.00",
    }  # fmt: skip
    assert found.sums("2025-01", of="movement_cad") == {
        "bank": "30.00", "cost": "20.00", "inventory": "-20.00", "minority": "-1.00", "minority_income": "1.00",
        "sales": "-30.00",
    }  # fmt: skip
    # a year on: net income was 20.00, of which 2.00 outsiders'
    assert found.sums("2025-11") == {
        "bank": "240.00", "capital": "-200.00", "minority": "-22.00", "retained_earnings": "-18.00",
    }  # fmt: skip
    assert found.broken() == []


def test_profit_in_stock_over_a_year_end_is_outsiders_in_the_year_the_goods_are_sold(
    spark: SparkSession, tmp_path: Path
) -> None:
    """Sold to grain in October 2025, the year's last month; sold on for 60.00 in December."""
    lines = [*goods_sold("shop", "grain", "2025-10"), *sold_on("grain", "2025-12", "50.00", "60.00")]
    found = consolidated(spark, shop_owned(tmp_path), lines, "2025-10", "2025-11", "2025-12", opened=SHOP_OPENED)
    in_stock = {"bank": "180.00", "capital": "-200.00", "inventory": "40.00", "minority": "-20.00"}
    assert [found.sums(month) for month in ("2025-10", "2025-11")] == [in_stock, in_stock]
    assert found.sums("2025-12") == {
        "bank": "240.00", "capital": "-200.00", "cost": "40.00", "minority": "-22.00", "minority_income": "2.00",
        "sales": "-60.00",
    }  # fmt: skip
    assert found.broken() == []


def test_profit_of_a_downstream_sale_is_the_owners_alone(spark: SparkSession, tmp_path: Path) -> None:
    """Grain sells to shop. Shop's own result is what outsiders share: nothing, then 20 % of 60.00 - 50.00."""
    lines = [*goods_sold("grain", "shop"), *sold_on("shop", "2024-12", "50.00", "60.00")]
    found = consolidated(spark, shop_owned(tmp_path), lines, "2024-11", "2024-12", opened=SHOP_OPENED)
    assert found.sums("2024-11") == {"bank": "180.00", "capital": "-200.00", "inventory": "40.00", "minority": "-20.00"}
    assert found.sums("2024-12") == {
        "bank": "240.00", "capital": "-200.00", "cost": "40.00", "minority": "-22.00", "minority_income": "2.00",
        "sales": "-60.00",
    }  # fmt: skip
    assert found.broken() == []


SHOP_SOLD = document("grain", "2025-01", "D-1", None, ("bank", "150.00"), ("investment", "-80.00"), ("gain", "-70.00"))


@pytest.mark.parametrize(("seller", "buyer", "gain", "left"), [
    # shop's 10.00 were not earned by the group: of its gain of 70.00 it had nothing before. It has the goods
    ("shop", "grain", "-70.00", {"due_to": "-50.00", "inventory": "50.00"}),
    # grain's own 10.00 are earned: shop was worth 90.00 to the group, 20.00 of it outsiders', and 150.00 were paid
    ("grain", "shop", "-80.00", {"due_from": "50.00"}),
])  # fmt: skip
def test_profit_in_stock_is_earned_when_the_company_that_sold_or_bought_it_is_sold(
    spark: SparkSession, tmp_path: Path, seller: str, buyer: str, gain: str, left: dict[str, str]
) -> None:
    """Goods are in stock with 10.00 of profit when grain sells its 80 % of shop for 150.00, which cost 80.00.

    All that the group ever earned is in its profit and loss of the year, nothing in retained earnings before it ends.
    """
    group = shop_owned(tmp_path, to=date(2025, 1, 1), disposal_account="gain")
    found = consolidated(
        spark, group, [*goods_sold(seller, buyer), *SHOP_SOLD], "2024-11", "2025-01", "2025-02", "2025-11",
        opened=SHOP_OPENED,
    )  # fmt: skip
    bank = {"shop": "270.00", "grain": "230.00"}[seller]
    sold = {"bank": bank, "capital": "-200.00", **left}
    for month in ("2025-01", "2025-02"):
        assert found.sums(month) == {**sold, "gain": gain}
    assert found.sums("2025-11") == {**sold, "retained_earnings": gain}
    moved = found.sums("2025-01", of="movement_cad")
    assert "inventory" not in moved  # it is there, or gone: it has not moved
    assert found.broken() == []


def test_what_was_adjusted_in_the_name_of_a_company_leaves_with_it(spark: SparkSession, tmp_path: Path) -> None:
    """Shop's net assets of 100.00 are 90.00 to the group: it owes 10.00 that its books lack.

    Of its 80 %, 72.00, grain makes 150.00: a gain of 78.00 beside the owners' 8.00 of that cost.
    """
    adjusted = [
        ("2024-11", "A1", 1, "shop", "cost", "10.00", "applied"),
        ("2024-11", "A1", 2, "shop", "payable", "-10.00", "applied"),
    ]
    group = shop_owned(tmp_path, to=date(2025, 1, 1), disposal_account="gain")
    found = consolidated(
        spark, group, SHOP_SOLD, "2024-11", "2024-12", "2025-01", "2025-11", opened=SHOP_OPENED, adjusted=adjusted
    )
    assert found.sums("2025-01") == {
        "bank": "270.00", "capital": "-200.00", "cost": "10.00", "gain": "-78.00", "minority_income": "-2.00",
    }  # fmt: skip
    assert found.sums("2025-11") == {"bank": "270.00", "capital": "-200.00", "retained_earnings": "-70.00"}
    assert found.broken() == []


# ---- any charges


amounts = st.integers(1, 1_000_000)
charge = st.tuples(st.sampled_from(["grain", "office", "left"]), st.sampled_from(["grain", "office", "left"]), amounts)


@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(charge, min_size=1, max_size=8), st.lists(amounts, min_size=1, max_size=3))
def test_consolidated_revenue_is_what_outsiders_paid(
    spark: SparkSession, sisters: Group, charged: Any, outside: list[int]
) -> None:
    lines: list[Line] = []
    for number, (seller, buyer, cents) in enumerate(charged):
        if seller == buyer:
            continue
        amount, named = str(Decimal(cents).scaleb(-2)), f"IC-{number}"
        lines += document(
            seller, "2024-11", named, f"{buyer.title()} Ltd.", ("due_from", amount), ("group_sales", f"-{amount}")
        )
        lines += document(buyer, "2024-11", named, f"{seller.title()} Ltd.", ("feed", amount), ("due_to", f"-{amount}"))
    for cents in outside:
        amount = str(Decimal(cents).scaleb(-2))
        lines += document("grain", "2024-11", "S-1", "Elevator", ("bank", amount), ("sales", f"-{amount}"))
    found = consolidated(spark, sisters, lines, "2024-11", rates=RATES)
    total = str(Decimal(sum(outside)).scaleb(-2))
    assert found.sums("2024-11") == {"bank": total, "sales": f"-{total}"}
    assert found.broken() == []


# ---- checks that fail


def test_what_does_not_add_up_is_held_back(spark: SparkSession, sisters: Group) -> None:
    lines = document("grain", "2024-11", "S-1", "Elevator", ("bank", "5.00"), ("sales", "-5.00"))
    good = consolidated(spark, sisters, lines, "2024-11", rates=RATES)
    header = "period basis subgroup step component group_account statement classification closing_cad"

    def wrong(*changed: tuple[Any, ...]) -> DataFrame:
        kept = [row for row in good.rows if row["subgroup"] == "group"]
        return frame(spark, CONTRACT, [*kept, *rows(CONTRACT, header, *changed)])

    forged = wrong(
        ("2024-11", "accrual", "group", "companies", "office", "bank", "balance_sheet", "Asset", "2.00"),
        ("2024-11", "accrual", "country/CA", "companies", "grain", "bank", "balance_sheet", "Asset", "5.00"),
    )
    context, inputs = good.context, good.inputs
    balances = failures(CONTRACT, "balances", context, forged, **inputs)
    assert shown(balances, "subgroup closing_cad") == [("country/CA", "5.00"), ("group", "2.00")]
    adds_up = failures(CONTRACT, "steps_add_up", context, forged, **inputs)
    assert shown(adds_up, "subgroup group_account consolidated_cad parts_cad") == [
        ("country/CA", "retained_earnings", "0.00", "-5.00"), ("country/CA", "sales", "0.00", "-5.00"),
        ("group", "bank", "7.00", "5.00"),
        ("pillar/Grain", "bank", "0.00", "5.00"), ("pillar/Grain", "retained_earnings", "0.00", "-5.00"),
        ("pillar/Grain", "sales", "0.00", "-5.00"),
    ]  # fmt: skip
    countries = failures(CONTRACT, "countries_add_up", context, forged, **inputs)
    assert shown(countries, "component group_account group_cad countries_cad") == [
        ("grain", "sales", "-5.00", "0.00"), ("office", "bank", "2.00", "0.00"),
    ]  # fmt: skip
    assert shown(failures(CONTRACT, "rolls_forward", context, forged, **inputs), "component") == [
        ("grain",), ("office",),
    ]  # fmt: skip


def test_earnings_that_come_from_nowhere_are_held_back_though_all_balances(spark: SparkSession, sisters: Group) -> None:
    """A country's bank and retained earnings are 2.00 too much each."""
    lines = document("grain", "2024-11", "S-1", "Elevator", ("bank", "5.00"), ("sales", "-5.00"))
    good = consolidated(spark, sisters, lines, "2024-11", rates=RATES)
    header = "period basis subgroup step component group_account statement classification closing_cad"
    where = ("2024-11", "accrual", "country/CA", "companies", "office")
    forged = frame(spark, CONTRACT, [*good.rows, *rows(
        CONTRACT, header,
        (*where, "bank", "balance_sheet", "Asset", "2.00"),
        (*where, "retained_earnings", "balance_sheet", "Equity", "-2.00"),
    )])  # fmt: skip
    assert failures(CONTRACT, "balances", good.context, forged, **good.inputs) == []
    found = failures(CONTRACT, "steps_add_up", good.context, forged, **good.inputs)
    assert shown(found, "subgroup group_account consolidated_cad parts_cad") == [
        ("country/CA", "bank", "7.00", "5.00"), ("country/CA", "retained_earnings", "-7.00", "-5.00"),
    ]  # fmt: skip
