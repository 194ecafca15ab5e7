"""Findings become incidents by their cause: what one thing breaks is told once."""

from __future__ import annotations

from datetime import date

from monette_assets import catalog
from monette_assets.automation.alerts.finding import Finding, Kind
from monette_assets.automation.alerts.incidents import Incident, downstream, incidents

NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
REPORTS, LEDGER = "bronze/quickbooks_reports arrived", "silver/general_ledger double_entry"


def found(*findings: Finding) -> list[Incident]:
    return incidents(findings, catalog.contracts())


def check(subject: str, company: str | None = "north", period: date | None = DECEMBER) -> Finding:
    return Finding(Kind.CHECK, subject, f"{subject} fails", company, period)


def test_a_dead_token_is_one_incident_whatever_checks_it_fails_in_however_many_months() -> None:
    months = (NOVEMBER, DECEMBER, JANUARY)
    [one] = found(
        Finding(Kind.TOKEN, "north", "invalid_grant", "north"),
        Finding(Kind.SILENT, "north", "last heard yesterday", "north"),
        check("bronze/quickbooks_objects arrived", period=None),
        *(check(REPORTS, period=month) for month in months),
        *(check("gold/completeness all_present", period=month) for month in months),
        *(Finding(Kind.INCOMPLETE, "gold/completeness", "not arrived", "north", month) for month in months),
        Finding(Kind.RUN, "comparison", "north could not be compared", "north"),
    )
    assert (one.key, one.companies, one.months, one.findings) == ("token:north", ("north",), months, 13)
    assert one.fix == ("monette connect north", "monette run --from 2024-11 --to 2025-01 --company north")
    assert one.runbook == "docs/playbook.md#a-dead-token"
    assert "gold/consolidated_statements" in one.affected


def test_two_dead_tokens_are_two_incidents_since_two_people_have_to_connect() -> None:
    dead = (Finding(Kind.TOKEN, code, "invalid_grant", code) for code in ("north", "south"))
    assert [each.key for each in found(*dead)] == ["token:north", "token:south"]


def test_what_a_failed_check_fails_below_it_is_not_told_again() -> None:
    [one] = found(
        check(LEDGER, period=NOVEMBER),
        check("gold/trial_balance reconciles"),
        check("gold/tie_out ties_out"),
        Finding(Kind.INCOMPLETE, "gold/completeness", "1 table(s) hold it back", "north", NOVEMBER),
    )
    assert (one.key, one.findings, one.months) == (f"check:{LEDGER}", 4, (NOVEMBER, DECEMBER))
    assert one.sentence == (
        "The check double_entry of silver/general_ledger fails of north, 2024-11 to 2024-12 (2 months)"
    )


def test_another_company_or_an_earlier_month_has_another_cause() -> None:
    keys = [
        each.key
        for each in found(
            check(LEDGER, "north", DECEMBER),
            check("gold/tie_out ties_out", "south", DECEMBER),
            check("gold/trial_balance reconciles", "north", NOVEMBER),
        )
    ]
    assert keys == ["check:gold/tie_out ties_out", "check:gold/trial_balance reconciles", f"check:{LEDGER}"]


def test_a_dead_token_is_not_the_cause_of_rows_that_came_and_do_not_add_up() -> None:
    dead = Finding(Kind.TOKEN, "north", "invalid_grant", "north")
    assert [each.key for each in found(dead, check(LEDGER))] == [f"check:{LEDGER}", "token:north"]


def test_a_check_that_fails_for_several_companies_is_one_incident() -> None:
    [one] = found(check(LEDGER, "north"), check(LEDGER, "south"))
    assert one.companies == ("north", "south")
    assert one.fix[-1] == "monette run --from 2024-12 --to 2024-12 --company north,south"


def test_tables_are_stale_because_the_refresh_broke_down() -> None:
    stale = [Finding(Kind.STALE, table, "old") for table in ("gold/ledger", "gold/tie_out")]
    assert [(each.key, each.findings) for each in found(*stale)] == [("stale", 2)]
    [one] = found(Finding(Kind.RUN, "refresh", "out of memory"), *stale)
    assert (one.key, one.findings) == ("run:refresh", 3)


def test_what_one_run_left_behind_is_one_incident_and_a_failed_check_explains_its_own_table() -> None:
    left = [Finding(Kind.LEFT, table, "broke down", period=DECEMBER) for table in ("silver/classes", "gold/ledger")]
    [one] = found(*left, Finding(Kind.STALE, "gold/tie_out", "old"))
    assert (one.key, one.findings, one.months) == ("left", 3, (DECEMBER,))
    assert "gold/tie_out" in one.affected
    refused = Finding(Kind.LEFT, "silver/general_ledger", "failed because of its data", period=DECEMBER)
    assert [each.key for each in found(check(LEDGER), refused)] == [f"check:{LEDGER}"]
    assert [each.key for each in found(Finding(Kind.RUN, "maintenance", "x"), *left)] == ["left", "run:maintenance"]
    assert [each.key for each in found(Finding(Kind.RUN, "refresh", "x"), *left)] == ["run:refresh"]


def test_affected_are_the_gold_tables_made_of_it_by_the_contracts() -> None:
    assert downstream("silver/documents", catalog.contracts()) == tuple(
        table.name for table in catalog.GOLD if "silver/documents" in table.contract.rests_on
    )
    assert "gold/weekly_banking" in downstream("silver/documents", catalog.contracts())
    assert "gold/profit_and_loss" not in downstream("silver/documents", catalog.contracts())


def test_thousands_of_failed_checks_are_grouped_all_the_same() -> None:
    companies, months = [f"company_{n}" for n in range(15)], [date(2024, n + 1, 1) for n in range(12)]
    checks = [table.name + " contract" for table in (*catalog.SILVER, *catalog.GOLD)]
    every = [check(subject, company, month) for subject in checks for company in companies for month in months]
    assert sum(each.findings for each in found(*every)) == len(every) == 15 * 12 * len(checks)
