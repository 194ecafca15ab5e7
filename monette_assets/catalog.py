"""Every table of the platform, in the order of the layers."""

from __future__ import annotations

from monette_assets.bronze import events, landing_files, platform_usage, quickbooks_objects, quickbooks_reports
from monette_assets.bronze import exchange_rates as bronze_exchange_rates
from monette_assets.gold import adjustments as gold_adjustments
from monette_assets.gold import (
    balance_sheet,
    budget_vs_actual,
    cash_bridge,
    cash_flow,
    cattle_split,
    changes_in_equity,
    close_status,
    completeness,
    consolidated_cash_flow,
    consolidated_changes_in_equity,
    consolidated_statements,
    eliminations,
    financial_summary,
    intercompany_lines,
    intercompany_matches,
    ledger,
    payables_aging,
    platform_budgets,
    platform_cost_restatements,
    platform_costs,
    profit_and_loss,
    receivables_aging,
    restated_lines,
    restatements,
    tie_out,
    translated_balances,
    translation_proof,
    trial_balance,
    weekly_banking,
)
from monette_assets.silver import (
    accounts,
    adjustments,
    agings,
    budgets,
    classes,
    contacts,
    document_lines,
    document_links,
    documents,
    exchange_rates,
    general_ledger,
    head_counts,
    locations,
    profit_and_loss_lines,
    reported_balances,
    scale_tickets,
    telemetry,
)
from monette_assets.tables import (
    Contract,
    Table,
    accepted_differences,
    audit_log,
    closed_ledger,
    closed_statements,
    closes,
    group_contracts,
    quarantine,
    releases,
    waivers,
)

BRONZE: tuple[Contract, ...] = (
    quickbooks_objects.CONTRACT,
    quickbooks_reports.CONTRACT,
    bronze_exchange_rates.CONTRACT,
    landing_files.CONTRACT,
)
SILVER: tuple[Table, ...] = (
    accounts.accounts,
    locations.locations,
    classes.classes,
    contacts.contacts,
    exchange_rates.exchange_rates,
    documents.documents,
    general_ledger.general_ledger,
    profit_and_loss_lines.profit_and_loss_lines,
    reported_balances.reported_balances,
    agings.agings,
    document_lines.document_lines,
    document_links.document_links,
    budgets.budgets,
    adjustments.adjustments,
    head_counts.head_counts,
)
# What arrives event by event, and what is made of it: the job `events` builds them, no refresh reads them.
EVENTS: Contract = events.CONTRACT
FED_BY_EVENTS: tuple[Table, ...] = (scale_tickets.scale_tickets, telemetry.telemetry)
GOLD: tuple[Table, ...] = (
    ledger.ledger,
    trial_balance.trial_balance,
    cattle_split.cattle_split,
    profit_and_loss.profit_and_loss,
    balance_sheet.balance_sheet,
    budget_vs_actual.budget_vs_actual,
    financial_summary.financial_summary,
    tie_out.tie_out,
    translated_balances.translated_balances,
    translation_proof.translation_proof,
    intercompany_lines.intercompany_lines,
    intercompany_matches.intercompany_matches,
    gold_adjustments.adjustments,
    eliminations.eliminations,
    consolidated_statements.consolidated_statements,
    cash_flow.cash_flow,
    changes_in_equity.changes_in_equity,
    consolidated_cash_flow.consolidated_cash_flow,
    consolidated_changes_in_equity.consolidated_changes_in_equity,
    cash_bridge.cash_bridge,
    payables_aging.payables_aging,
    receivables_aging.receivables_aging,
    weekly_banking.weekly_banking,
    completeness.completeness,
    restated_lines.restated_lines,
    restatements.restatements,
    close_status.close_status,
)
# Of the platform itself: run by the job `costs`, whatever refreshes do, and in no release.
USAGE: tuple[Contract, ...] = (platform_usage.CONTRACT,)
PLATFORM: tuple[Table, ...] = (
    platform_costs.platform_costs,
    platform_cost_restatements.platform_cost_restatements,
    platform_budgets.platform_budgets,
)
# Written by commands and runs, kept for good; a refresh checks that they are as they were written.
LOGS: tuple[Contract, ...] = (
    closes.CONTRACT,
    closed_statements.CONTRACT,
    closed_ledger.CONTRACT,
    audit_log.CONTRACT,
    waivers.CONTRACT,
    accepted_differences.CONTRACT,
    group_contracts.CONTRACT,
)
RECORDS: tuple[Contract, ...] = (quarantine.CONTRACT, *LOGS)


def contracts() -> tuple[Contract, ...]:
    """The contract of every table."""
    computed = (*SILVER, *FED_BY_EVENTS, *GOLD, *PLATFORM)
    return (*BRONZE, EVENTS, *USAGE, *(table.contract for table in computed), *RECORDS)


def names() -> tuple[str, ...]:
    """The name of every table, of releases too."""
    return (*(contract.name for contract in contracts()), releases.NAME)
