"""What two companies say of each other, side by side; every difference with its kind, age and owner (ACCOUNTING 18)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from monette_assets.gold.intercompany_matches import CONTRACT, intercompany_matches
from monette_assets.group import Group
from monette_assets.tables import Context
from monette_assets_tests.frames import context_of, failures, frame, rows, shown
from monette_assets_tests.group_books import Books, Line, companies_group, company, document

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RATES = {"2024-11": ("1.390000", "1.400000"), "2024-12": ("1.410000", "1.440000"), "2025-01": ("1.435000", "1.450000")}


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return companies_group(
        tmp_path_factory.mktemp("group"),
        company("grain"),
        company("cattle"),
        company("ranch", "USD"),
        company("left", last_period=date(2024, 11, 1)),
        owners=[{"companies": ["cattle", "grain"], "owner": "Feed desk"}],
        names=[{"company": "cattle", "raw": "CATTLE CO", "books": "grain"}],
    )


def charged(seller: str, buyer: str, month: str, reference: str, amount: str, paid: str | None = None) -> list[Line]:
    """A charge in both companies' books; `paid` is what the buyer thinks it was."""
    minus = f"-{paid or amount}"
    return [
        *document(
            seller, month, reference, f"{buyer.title()} Ltd.", ("due_from", amount), ("group_sales", f"-{amount}")
        ),
        *document(buyer, month, reference, f"{seller.title()} Ltd.", ("feed", paid or amount), ("due_to", minus)),
    ]


def banked(seller: str, buyer: str, month: str, reference: str, amount: str) -> list[Line]:
    return document(seller, month, reference, f"{buyer.title()} Ltd.", ("bank", amount), ("due_from", f"-{amount}"))


def paid(buyer: str, seller: str, month: str, reference: str, amount: str) -> list[Line]:
    return document(buyer, month, reference, f"{seller.title()} Ltd.", ("bank", f"-{amount}"), ("due_to", amount))


def matched(
    spark: SparkSession, group: Group, lines: list[Line], *months: str, opened: Any = None
) -> tuple[Context, DataFrame]:
    context = context_of(spark, group, *months)
    books = Books(group, lines, RATES, opened or {})
    inputs = books.inputs(spark, months[-1])
    return context, intercompany_matches(
        context, lines=inputs["lines"], translated_balances=inputs["translated_balances"]
    )


SHORT = "period account_pair company partner reference company_amount_cad partner_amount_cad difference_kind"


def test_a_charge_that_both_companies_book_matches_as_claim_and_as_income(spark: SparkSession, group: Group) -> None:
    _, found = matched(spark, group, charged("grain", "cattle", "2024-11", "IC-1", "100.00"), "2024-11")
    header = f"{SHORT} matched_cad difference_cad first_period age_days owner"
    assert shown(found, header) == [
        ("2024-11", "due_from/due_to", "grain", "cattle", "IC-1", "100.00", "-100.00", "none",
         "100.00", "0.00", None, None, "Feed desk"),
        ("2024-11", "income/expense", "grain", "cattle", "IC-1", "-100.00", "100.00", "none",
         "100.00", "0.00", None, None, "Feed desk"),
    ]  # fmt: skip


def test_a_settled_claim_is_gone_and_its_income_stays_in_its_month(spark: SparkSession, group: Group) -> None:
    lines = [
        *charged("grain", "cattle", "2024-11", "IC-1", "100.00"),
        *paid("cattle", "grain", "2024-12", "IC-1", "100.00"),
        *banked("grain", "cattle", "2024-12", "IC-1", "100.00"),
    ]
    _, found = matched(spark, group, lines, "2024-11", "2024-12")
    assert shown(found, "period account_pair") == [("2024-11", "due_from/due_to"), ("2024-11", "income/expense")]


def test_a_payment_underway_at_month_end_is_timing_with_an_age(spark: SparkSession, group: Group) -> None:
    lines = [
        *charged("grain", "cattle", "2024-11", "IC-1", "100.00"),
        *paid("cattle", "grain", "2024-11", "IC-1", "100.00"),
        *banked("grain", "cattle", "2025-01", "IC-1", "100.00"),
    ]
    _, found = matched(spark, group, lines, "2024-11", "2024-12", "2025-01")
    claims = [row for row in shown(found, f"{SHORT} first_period age_days") if "due" in row[1]]
    assert claims == [
        ("2024-11", "due_from/due_to", "grain", "cattle", "IC-1", "100.00", "0.00", "timing", "2024-11", 0),
        ("2024-12", "due_from/due_to", "grain", "cattle", "IC-1", "100.00", "0.00", "timing", "2024-11", 31),
    ]


def test_a_cost_booked_a_month_later_is_one_sided_then_timing(spark: SparkSession, group: Group) -> None:
    seller, buyer = charged("grain", "cattle", "2024-11", "IC-1", "100.00")[:2], "Grain Ltd."
    late = document("cattle", "2024-12", "IC-1", buyer, ("feed", "100.00"), ("due_to", "-100.00"))
    _, found = matched(spark, group, [*seller, *late], "2024-11", "2024-12")
    assert shown(found, "period account_pair difference_kind difference_cad") == [
        ("2024-11", "due_from/due_to", "one_sided", "100.00"),
        ("2024-11", "income/expense", "one_sided", "-100.00"),
        ("2024-12", "due_from/due_to", "none", "0.00"),
        ("2024-12", "income/expense", "timing", "100.00"),
    ]


def test_two_amounts_for_one_document(spark: SparkSession, group: Group) -> None:
    context, found = matched(spark, group, charged("grain", "cattle", "2024-11", "IC-1", "100.00", "90.00"), "2024-11")
    assert shown(found, "account_pair difference_kind matched_cad difference_cad owner") == [
        ("due_from/due_to", "amount", "90.00", "10.00", "Feed desk"),
        ("income/expense", "amount", "90.00", "-10.00", "Feed desk"),
    ]
    assert len(failures(CONTRACT, "differences_to_clear", context, found)) == 2


def test_the_same_dollars_at_two_rates_are_an_exchange_difference(spark: SparkSession, group: Group) -> None:
    """100 US dollars: 138.00 in the seller's books, 140.00 as the buyer's debt at the closing rate of 1.40, 139.00 as
    its cost at the average of 1.39. In December the debt is 144.00."""
    lines = [
        *document("grain", "2024-11", "IC-1", "Ranch Ltd.", ("due_from", "138.00", "100.00"),
                  ("group_sales", "-138.00", "-100.00"), currency="USD"),
        *document("ranch", "2024-11", "IC-1", "Grain Ltd.", ("feed", "100.00"), ("due_to", "-100.00")),
    ]  # fmt: skip
    _, found = matched(spark, group, lines, "2024-11", "2024-12")
    header = "period account_pair currency company_amount partner_amount company_amount_cad partner_amount_cad"
    assert shown(found, f"{header} difference_cad difference_kind age_days") == [
        ("2024-11", "due_from/due_to", "USD", "138.00", "-100.00", "138.00", "-140.00", "-2.00", "fx", 0),
        ("2024-11", "income/expense", "USD", "-138.00", "100.00", "-138.00", "139.00", "1.00", "fx", 0),
        ("2024-12", "due_from/due_to", "USD", "138.00", "-100.00", "138.00", "-144.00", "-6.00", "fx", 31),
    ]


def test_a_claim_nobody_owes_is_one_sided(spark: SparkSession, group: Group) -> None:
    lines = charged("grain", "cattle", "2024-11", "IC-1", "100.00")[:2]
    _, found = matched(spark, group, lines, "2024-11")
    assert shown(found, "account_pair partner difference_kind difference_cad") == [
        ("due_from/due_to", "cattle", "one_sided", "100.00"),
        ("income/expense", "cattle", "one_sided", "-100.00"),
    ]


def test_a_debt_on_trade_payables_is_found_there(spark: SparkSession, group: Group) -> None:
    lines = [
        *charged("grain", "cattle", "2024-11", "IC-1", "100.00")[:2],
        *document("cattle", "2024-11", "IC-1", "Grain Ltd.", ("feed", "100.00"), ("payable", "-100.00")),
    ]
    _, found = matched(spark, group, lines, "2024-11")
    assert shown(found, "account_pair difference_kind difference_cad other_account") == [
        ("due_from/due_to", "account", "100.00", "payable"),
        ("income/expense", "none", "0.00", None),
    ]


def test_a_line_that_names_nobody_of_the_group_stands_alone(spark: SparkSession, group: Group) -> None:
    lines = [
        *document("grain", "2024-11", "X-1", "Some Elevator", ("due_from", "70.00"), ("sales", "-70.00")),
        *document("grain", "2024-11", "X-2", None, ("bank", "30.00"), ("due_to", "-30.00")),
        # an outsider on an ordinary account is nobody's business here
        *document("grain", "2024-11", "X-3", "Some Elevator", ("receivable", "5.00"), ("sales", "-5.00")),
    ]
    _, found = matched(spark, group, lines, "2024-11")
    assert shown(found, "account_pair company partner reference difference_cad difference_kind contact_name owner") == [
        ("due_from", "grain", "", "X-1", "70.00", "account", "Some Elevator", "Group controller"),
        ("due_to", "grain", "", "X-2", "-30.00", "account", None, "Group controller"),
    ]


def test_a_company_that_left_owes_and_is_charged_like_any_outsider(spark: SparkSession, group: Group) -> None:
    lines = [
        *charged("grain", "left", "2024-11", "IC-1", "50.00"),
        *charged("grain", "left", "2024-12", "IC-2", "20.00"),
    ]
    _, found = matched(spark, group, lines, "2024-11", "2024-12")
    assert shown(found, "period account_pair partner difference_cad contact_name") == [
        ("2024-11", "due_from/due_to", "left", "0.00", "Left Ltd."),
        ("2024-11", "income/expense", "left", "0.00", "Left Ltd."),
    ]


def test_what_stood_there_before_the_first_posting_has_a_row_of_its_own(spark: SparkSession, group: Group) -> None:
    opened = {
        "grain": {"due_from": "80.00", "retained_earnings": "-80.00"},
        "cattle": {"due_to": "-80.00", "retained_earnings": "80.00"},
    }
    lines = [
        *paid("cattle", "grain", "2024-11", "OLD-1", "80.00"),
        *banked("grain", "cattle", "2024-11", "OLD-1", "80.00"),
    ]
    _, found = matched(spark, group, lines, "2024-11", opened=opened)
    assert shown(found, SHORT) == [
        ("2024-11", "due_from", "grain", "", "opening", "80.00", "0.00", "account"),
        ("2024-11", "due_from/due_to", "grain", "cattle", "OLD-1", "-80.00", "80.00", "none"),
        ("2024-11", "due_to", "cattle", "", "opening", "-80.00", "0.00", "account"),
    ]


def test_further_spellings_hold_in_the_books_they_are_for(spark: SparkSession, group: Group) -> None:
    lines = [
        *document("grain", "2024-11", "IC-1", " Cattle co", ("due_from", "10.00"), ("group_sales", "-10.00")),
        *document("left", "2024-11", "IC-2", "Cattle co", ("due_from", "10.00"), ("group_sales", "-10.00")),
    ]
    _, found = matched(spark, group, lines, "2024-11")
    assert shown(found, "company partner account_pair") == [
        ("grain", "cattle", "due_from/due_to"), ("grain", "cattle", "income/expense"),
        ("left", "", "due_from"), ("left", "", "income"),
    ]  # fmt: skip


def test_a_nameless_cost_belongs_to_the_company_its_document_owes(spark: SparkSession, group: Group) -> None:
    lines = charged("grain", "cattle", "2024-11", "IC-1", "100.00")
    nameless = [
        Line(**{**vars(line), "contact": None}) if (line.company, line.account) == ("cattle", "feed") else line
        for line in lines
    ]
    books = Books(group, nameless, RATES)
    context = context_of(spark, group, "2024-11")
    given = books.ledger_rows()
    for row in given:  # one document a company, as a bill is
        row["transaction_id"] = row["company"]
    inputs = books.inputs(spark, "2024-11", given)
    found = intercompany_matches(context, lines=inputs["lines"], translated_balances=inputs["translated_balances"])
    assert shown(found, "account_pair difference_kind") == [("due_from/due_to", "none"), ("income/expense", "none")]


def test_cents_of_translated_claims_add_up_to_the_account(spark: SparkSession, group: Group) -> None:
    """Three debts of 0.33 US dollars at 1.40 are 0.46 each and 1.39 together: the parts are 0.47, 0.46 and 0.46."""
    lines = [
        line
        for number in "123"
        for line in document("ranch", "2024-11", f"IC-{number}", "Grain Ltd.", ("feed", "0.33"), ("due_to", "-0.33"))
    ]
    _, found = matched(spark, group, lines, "2024-11")
    claims = [row for row in shown(found, "account_pair reference partner_amount_cad") if "due" in row[0]]
    assert sorted(row[2] for row in claims) == ["-0.46", "-0.46", "-0.47"]


def test_a_difference_without_owner_or_age_is_held_back(spark: SparkSession, group: Group) -> None:
    header = "period company partner reference company_amount_cad difference_cad difference_kind owner"
    staged = frame(spark, CONTRACT, rows(
        CONTRACT, header,
        ("2024-11", "grain", "cattle", "1", "5.00", "5.00", "amount", ""),
        ("2024-11", "grain", "cattle", "2", "5.00", "4.00", "amount", "Feed desk"),
    ))  # fmt: skip
    context = context_of(spark, group, "2024-11")
    assert shown(failures(CONTRACT, "differences_are_owned", context, staged), "reference") == [("1",), ("2",)]
    assert shown(failures(CONTRACT, "adds_up", context, staged), "reference") == [("2",)]
