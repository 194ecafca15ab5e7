"""Open items by age and the bank's weeks, read through a release."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monette_assets.group import Group, load_group
from monette_assets.lake import Lake
from monette_assets.reports.banking import payables_aging, receivables_aging, weekly_banking
from monette_assets.reports.options import InCurrency
from monette_assets.reports.question import Question
from monette_assets.reports.released import open_release
from monette_assets.reports.statements import STATEMENTS
from monette_assets.tables.releases import release
from monette_assets_tests.contracts import write_contract
from monette_assets_tests.reports.small_lake import DECEMBER, GOLD, NOVEMBER, publish, small_lake


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return load_group(write_contract(tmp_path / "group"))


def asked(lake: Lake, group: Group, company: str | None = None, currency: InCurrency | None = None) -> Question:
    release(lake, GOLD, "run", group)
    return Question(open_release(lake, group.time_zone), group, DECEMBER, company, currency=currency)


def item(company: str, contact: str, bucket: str, amount: str, cad: str) -> dict[str, Any]:
    return {
        "company": company, "period": DECEMBER, "basis": "accrual", "contact_name": contact, "bucket": bucket,
        "open_balance": Decimal(amount), "open_balance_cad": Decimal(cad), "transaction_id": contact + bucket,
    }  # fmt: skip


def test_agings_by_company_in_group_currency_and_by_contact_in_home_currency(tmp_path: Path, group: Group) -> None:
    lake = small_lake(tmp_path / "lake", group)
    items = [
        item("south", "Yard", "current", "10.00", "14.00400000"),
        item("south", "Yard", "1-30", "1.00", "1.00300000"),
        item("south", "Bank", "over 90", "5.00", "7.00300000"),
        item("north", "Elevator", "current", "2.00", "2.00000000"),
    ]
    publish(lake, "gold/payables_aging", items)
    publish(lake, "gold/receivables_aging", items[:1])
    whole = payables_aging(asked(lake, group))
    assert [(row["company"], row["current"], row["over 90"], row["total"]) for row in whole.rows] == [
        ("north", Decimal("2.00"), Decimal("0.00"), Decimal("2.00")),
        ("south", Decimal("14.01"), Decimal("7.00"), Decimal("22.01")),  # 14.004 + 1.003 + 7.003 = 22.010
        ("Total", Decimal("16.01"), Decimal("7.00"), Decimal("24.01")),
    ]
    own = payables_aging(asked(lake, group, "south"))
    assert [(row["contact_name"], row["total"]) for row in own.rows] == [
        ("Bank", Decimal("5.00")), ("Yard", Decimal("11.00")), ("Total", Decimal("16.00")),
    ]  # fmt: skip
    assert "USD" in own.subtitle
    translated = payables_aging(asked(lake, group, "south", InCurrency.GROUP))
    assert [(row["contact_name"], row["total"]) for row in translated.rows] == [
        ("Bank", Decimal("7.00")), ("Yard", Decimal("15.01")), ("Total", Decimal("22.01")),
    ]  # fmt: skip
    assert "CAD" in translated.subtitle
    assert receivables_aging(asked(lake, group)).rows[-1]["total"] == Decimal("14.00")


def test_an_aging_foots_along_and_down(tmp_path: Path, group: Group) -> None:
    """Both companies' totals are rounded once (10.015 and 10.015: 10.02 each), so the whole is 20.04, not 20.03."""
    lake = small_lake(tmp_path / "lake", group)
    items = [
        item(company, "Yard", bucket, "1.00", cad)
        for company in ("north", "south")
        for bucket, cad in (("current", "3.33500000"), ("1-30", "3.33500000"), ("over 90", "3.34500000"))
    ]
    publish(lake, "gold/payables_aging", items)
    *lines, total = payables_aging(asked(lake, group)).rows
    assert [(row["current"], row["1-30"], row["over 90"], row["total"]) for row in lines] == [
        (Decimal("3.34"), Decimal("3.34"), Decimal("3.34"), Decimal("10.02")),
    ] * 2
    assert (total["current"], total["1-30"], total["over 90"], total["total"]) == (
        Decimal("6.68"), Decimal("6.68"), Decimal("6.68"), Decimal("20.04"),
    )  # fmt: skip


def test_a_companys_contacts_sum_to_its_line_in_the_groups_aging_bucket_by_bucket(tmp_path: Path, group: Group) -> None:
    """Four contacts of 1.004 each way: 4.016 a bucket, 8.032 in all."""
    lake = small_lake(tmp_path / "lake", group)
    items = [
        item("south", contact, bucket, "1.00", "1.00400000")
        for contact in ("Bank", "Elevator", "Mill", "Yard")
        for bucket in ("current", "over 90")
    ]
    publish(lake, "gold/payables_aging", items)
    of_group = payables_aging(asked(lake, group)).rows[0]
    of_company = payables_aging(asked(lake, group, "south", InCurrency.GROUP)).rows
    shown = ("current", "over 90", "total")
    assert of_group["total"] == Decimal("8.03")
    assert [of_company[-1][each] for each in shown] == [of_group[each] for each in shown]
    assert {row["total"] - Decimal("2.00") for row in of_company[:-1]} <= {Decimal(f"0.0{cents}") for cents in range(3)}


def moved(
    period: date, week: date, account: str, cad: str, *, document: str | None = None, matched: bool = True
) -> dict[str, Any]:
    """A part of what a document moved; of a document of its own unless named."""
    return {
        "company": "north", "period": period, "basis": "accrual", "week": week, "transaction_date": week,
        "transaction_type": "Deposit", "transaction_id": document or cad, "group_account": account, "matched": matched,
        "found_by": "links" if matched else "no link to a document", "currency": "CAD", "bank_account_id": "1",
        "amount": round(Decimal(cad), 2), "amount_cad": Decimal(cad), "bank_account_name": "Chequing",
    }  # fmt: skip


def test_in_and_out_are_what_came_into_and_left_the_bank(tmp_path: Path, group: Group) -> None:
    """Wages of 100.00, of which 30.00 is withheld, are 70.00 out; a sale of 50.00 less a fee of 2.00 is 48.00 in."""
    lake = small_lake(tmp_path / "lake", group)
    monday = date(2024, 12, 2)
    parts = [
        moved(DECEMBER, monday, "direct", "-100.00", document="payroll"),
        moved(DECEMBER, monday, "assets", "30.00", document="payroll"),
        moved(DECEMBER, monday, "sales", "50.00", document="deposit"),
        moved(DECEMBER, monday, "direct", "-2.00", document="deposit"),
    ]
    publish(lake, "gold/weekly_banking", parts)
    found = {row["activity"]: row for row in weekly_banking(asked(lake, group)).rows}
    names = {row["group_account"]: row["name"] for row in group.chart_rows()}
    assert {activity: (row["in"], row["out"], row["net"]) for activity, row in found.items()} == {
        names["assets"]: (Decimal("0.00"), Decimal("30.00"), Decimal("30.00")),
        names["direct"]: (Decimal("-2.00"), Decimal("-100.00"), Decimal("-102.00")),
        names["sales"]: (Decimal("50.00"), Decimal("0.00"), Decimal("50.00")),
        "Week": (Decimal("48.00"), Decimal("-70.00"), Decimal("-22.00")),
    }


def test_a_companys_week_in_its_own_currency(tmp_path: Path, group: Group) -> None:
    """200.00 US dollars sold and 50.00 spent, at 1.40."""
    lake = small_lake(tmp_path / "lake", group)
    monday = date(2024, 12, 2)
    south: dict[str, Any] = {"company": "south", "currency": "USD"}
    parts = [
        {**moved(DECEMBER, monday, "sales", "280.00"), **south, "amount": Decimal("200.00")},
        {**moved(DECEMBER, monday, "direct", "-70.00"), **south, "amount": Decimal("-50.00")},
    ]
    publish(lake, "gold/weekly_banking", parts)
    for currency, net, code in ((InCurrency.HOME, "150.00", "USD"), (None, "210.00", "CAD")):
        found = weekly_banking(asked(lake, group, "south", currency))
        assert (found.rows[-1]["activity"], found.rows[-1]["net"]) == ("Week", Decimal(net))
        assert code in found.subtitle


def test_a_week_foots_along_and_down(tmp_path: Path, group: Group) -> None:
    """In is 10.004 + 3.004 + 1.004 = 14.012; out is 1.005 twice, which is 2.01 in all."""
    lake = small_lake(tmp_path / "lake", group)
    monday = date(2024, 12, 2)
    amounts = {"sales": "10.004", "direct": "3.004", "assets": "1.004"}
    parts = [moved(DECEMBER, monday, account, cad) for account, cad in amounts.items()]
    parts += [moved(DECEMBER, monday, account, "-1.005", document=f"{account} out") for account in ("sales", "direct")]
    publish(lake, "gold/weekly_banking", parts)
    *lines, week = weekly_banking(asked(lake, group)).rows
    assert (week["in"], week["out"], week["net"]) == (Decimal("14.01"), Decimal("-2.01"), Decimal("12.00"))
    for side in ("in", "out", "net"):
        assert sum(row[side] for row in lines) == week[side]
    assert all(row["in"] + row["out"] == row["net"] for row in [*lines, week])


def test_the_banks_weeks_by_activity_with_what_has_no_match(tmp_path: Path, group: Group) -> None:
    lake = small_lake(tmp_path / "lake", group)

    monday = date(2024, 12, 2)
    publish(
        lake,
        "gold/weekly_banking",
        [
            moved(NOVEMBER, date(2024, 11, 25), "sales", "7.00"),
            moved(DECEMBER, monday, "sales", "10.00"),
            moved(DECEMBER, monday, "sales", "-1.00"),
            moved(DECEMBER, monday, "assets", "3.00", matched=False),
            moved(date(2023, 12, 1), date(2023, 12, 4), "sales", "99.00"),  # thirteen months back
        ],
    )
    found = weekly_banking(asked(lake, group))
    assert [(row["week"], row["activity"], row["in"], row["out"], row["net"]) for row in found.rows] == [
        (date(2024, 11, 25), "Sales", Decimal("7.00"), Decimal("0.00"), Decimal("7.00")),
        (date(2024, 11, 25), "Week", Decimal("7.00"), Decimal("0.00"), Decimal("7.00")),
        (monday, "Not matched", Decimal("3.00"), Decimal("0.00"), Decimal("3.00")),
        (monday, "Sales", Decimal("10.00"), Decimal("-1.00"), Decimal("9.00")),
        (monday, "Week", Decimal("13.00"), Decimal("-1.00"), Decimal("12.00")),
    ]
    assert found.notes[0].startswith("1 part(s) of movements without a match")
    assert "no link to a document" in found.notes[1]


def test_they_are_reports_by_name() -> None:
    assert {"payables_aging", "receivables_aging", "weekly_banking"} <= set(STATEMENTS)
