-- Written from the table contracts by `python -m monette_assets.documentation`: changes belong there.
-- access.sql taken back: first the right to select, then filters and masks.

-- table silver/accounts
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`accounts` FROM `${controllers}`;

-- table silver/locations
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`locations` FROM `${controllers}`;

-- table silver/classes
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`classes` FROM `${controllers}`;

-- table silver/contacts
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`contacts` FROM `${controllers}`;

-- table silver/exchange_rates
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`exchange_rates` FROM `${controllers}`;

-- table silver/general_ledger
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`general_ledger` FROM `${controllers}`;

-- table silver/profit_and_loss_lines
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`profit_and_loss_lines` FROM `${controllers}`;

-- table silver/reported_balances
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`reported_balances` FROM `${controllers}`;

-- table silver/agings
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`agings` FROM `${controllers}`;

-- table silver/document_lines
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`document_lines` FROM `${controllers}`;

-- table silver/document_links
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`document_links` FROM `${controllers}`;

-- table silver/budgets
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`budgets` FROM `${controllers}`;

-- table silver/adjustments
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`adjustments` FROM `${controllers}`;

-- table silver/head_counts
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`head_counts` FROM `${controllers}`;

-- table silver/scale_tickets
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`scale_tickets` FROM `${controllers}`;

-- table silver/telemetry
REVOKE SELECT ON TABLE `${catalog}`.`silver`.`telemetry` FROM `${controllers}`;

-- table gold/ledger
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`ledger` FROM `${readers}`;

-- table gold/trial_balance
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`trial_balance` FROM `${readers}`;

-- table gold/cattle_split
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`cattle_split` FROM `${readers}`;

-- table gold/profit_and_loss
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`profit_and_loss` FROM `${readers}`;

-- table gold/balance_sheet
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`balance_sheet` FROM `${readers}`;

-- table gold/budget_vs_actual
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`budget_vs_actual` FROM `${readers}`;

-- table gold/financial_summary
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`financial_summary` FROM `${readers}`;

-- table gold/tie_out
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`tie_out` FROM `${readers}`;

-- table gold/translated_balances
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`translated_balances` FROM `${readers}`;

-- table gold/translation_proof
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`translation_proof` FROM `${readers}`;

-- table gold/intercompany_lines
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`intercompany_lines` FROM `${readers}`;

-- table gold/intercompany_matches
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`intercompany_matches` FROM `${readers}`;

-- table gold/adjustments
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`adjustments` FROM `${readers}`;

-- table gold/eliminations
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`eliminations` FROM `${readers}`;

-- table gold/consolidated_statements
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`consolidated_statements` FROM `${all_companies}`;

-- table gold/cash_flow
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`cash_flow` FROM `${readers}`;

-- table gold/changes_in_equity
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`changes_in_equity` FROM `${readers}`;

-- table gold/consolidated_cash_flow
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`consolidated_cash_flow` FROM `${all_companies}`;

-- table gold/consolidated_changes_in_equity
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` FROM `${all_companies}`;

-- table gold/cash_bridge
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`cash_bridge` FROM `${readers}`;

-- table gold/payables_aging
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`payables_aging` FROM `${readers}`;

-- table gold/receivables_aging
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`receivables_aging` FROM `${readers}`;

-- table gold/weekly_banking
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`weekly_banking` FROM `${readers}`;

-- table gold/completeness
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`completeness` FROM `${readers}`;

-- table gold/restated_lines
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`restated_lines` FROM `${readers}`;

-- table gold/restatements
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`restatements` FROM `${readers}`;

-- table gold/close_status
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`close_status` FROM `${readers}`;

-- table gold/platform_costs
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`platform_costs` FROM `${readers}`;

-- table gold/platform_cost_restatements
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`platform_cost_restatements` FROM `${readers}`;

-- table gold/platform_budgets
REVOKE SELECT ON TABLE `${catalog}`.`gold`.`platform_budgets` FROM `${all_companies}`;

-- table quarantine
REVOKE SELECT ON TABLE `${catalog}`.`records`.`quarantine` FROM `${controllers}`;

-- table closes
REVOKE SELECT ON TABLE `${catalog}`.`records`.`closes` FROM `${controllers}`;

-- table closed_statements
REVOKE SELECT ON TABLE `${catalog}`.`records`.`closed_statements` FROM `${controllers}`;

-- table closed_ledger
REVOKE SELECT ON TABLE `${catalog}`.`records`.`closed_ledger` FROM `${controllers}`;

-- table audit_log
REVOKE SELECT ON TABLE `${catalog}`.`records`.`audit_log` FROM `${controllers}`;

-- table waivers
REVOKE SELECT ON TABLE `${catalog}`.`records`.`waivers` FROM `${controllers}`;

-- table accepted_differences
REVOKE SELECT ON TABLE `${catalog}`.`records`.`accepted_differences` FROM `${controllers}`;

-- table group_contracts
REVOKE SELECT ON TABLE `${catalog}`.`records`.`group_contracts` FROM `${controllers}`;

-- table releases
REVOKE SELECT ON TABLE `${catalog}`.`records`.`releases` FROM `${controllers}`;

-- table bronze/quickbooks_objects
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` DROP ROW FILTER;

-- table bronze/quickbooks_reports
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` DROP ROW FILTER;

-- table silver/accounts
ALTER TABLE `${catalog}`.`silver`.`accounts` DROP ROW FILTER;

-- table silver/locations
ALTER TABLE `${catalog}`.`silver`.`locations` DROP ROW FILTER;

-- table silver/classes
ALTER TABLE `${catalog}`.`silver`.`classes` DROP ROW FILTER;

-- table silver/contacts
ALTER TABLE `${catalog}`.`silver`.`contacts` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_id` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_name` DROP MASK;

-- table silver/documents
ALTER TABLE `${catalog}`.`silver`.`documents` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_id` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `private_note` DROP MASK;

-- table silver/general_ledger
ALTER TABLE `${catalog}`.`silver`.`general_ledger` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_id` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `memo` DROP MASK;

-- table silver/profit_and_loss_lines
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_id` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `memo` DROP MASK;

-- table silver/reported_balances
ALTER TABLE `${catalog}`.`silver`.`reported_balances` DROP ROW FILTER;

-- table silver/agings
ALTER TABLE `${catalog}`.`silver`.`agings` DROP ROW FILTER;

-- table silver/document_lines
ALTER TABLE `${catalog}`.`silver`.`document_lines` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `description` DROP MASK;

-- table silver/document_links
ALTER TABLE `${catalog}`.`silver`.`document_links` DROP ROW FILTER;

-- table silver/budgets
ALTER TABLE `${catalog}`.`silver`.`budgets` DROP ROW FILTER;

-- table silver/adjustments
ALTER TABLE `${catalog}`.`silver`.`adjustments` DROP ROW FILTER;

-- table silver/head_counts
ALTER TABLE `${catalog}`.`silver`.`head_counts` DROP ROW FILTER;

-- table silver/scale_tickets
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` DROP ROW FILTER;

-- table silver/telemetry
ALTER TABLE `${catalog}`.`silver`.`telemetry` DROP ROW FILTER;

-- table gold/ledger
ALTER TABLE `${catalog}`.`gold`.`ledger` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `memo` DROP MASK;

-- table gold/trial_balance
ALTER TABLE `${catalog}`.`gold`.`trial_balance` DROP ROW FILTER;

-- table gold/cattle_split
ALTER TABLE `${catalog}`.`gold`.`cattle_split` DROP ROW FILTER;

-- table gold/profit_and_loss
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` DROP ROW FILTER;

-- table gold/balance_sheet
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` DROP ROW FILTER;

-- table gold/budget_vs_actual
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` DROP ROW FILTER;

-- table gold/financial_summary
ALTER TABLE `${catalog}`.`gold`.`financial_summary` DROP ROW FILTER;

-- table gold/tie_out
ALTER TABLE `${catalog}`.`gold`.`tie_out` DROP ROW FILTER;

-- table gold/translated_balances
ALTER TABLE `${catalog}`.`gold`.`translated_balances` DROP ROW FILTER;

-- table gold/translation_proof
ALTER TABLE `${catalog}`.`gold`.`translation_proof` DROP ROW FILTER;

-- table gold/intercompany_lines
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` DROP ROW FILTER;

-- table gold/intercompany_matches
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` DROP ROW FILTER;

-- table gold/adjustments
ALTER TABLE `${catalog}`.`gold`.`adjustments` DROP ROW FILTER;

-- table gold/eliminations
ALTER TABLE `${catalog}`.`gold`.`eliminations` DROP ROW FILTER;

-- table gold/cash_flow
ALTER TABLE `${catalog}`.`gold`.`cash_flow` DROP ROW FILTER;

-- table gold/changes_in_equity
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` DROP ROW FILTER;

-- table gold/cash_bridge
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` DROP ROW FILTER;

-- table gold/payables_aging
ALTER TABLE `${catalog}`.`gold`.`payables_aging` DROP ROW FILTER;

-- table gold/receivables_aging
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` DROP ROW FILTER;

-- table gold/weekly_banking
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `contact_name` DROP MASK;

-- table gold/completeness
ALTER TABLE `${catalog}`.`gold`.`completeness` DROP ROW FILTER;

-- table gold/restated_lines
ALTER TABLE `${catalog}`.`gold`.`restated_lines` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `memo` DROP MASK;

-- table gold/restatements
ALTER TABLE `${catalog}`.`gold`.`restatements` DROP ROW FILTER;

-- table gold/close_status
ALTER TABLE `${catalog}`.`gold`.`close_status` DROP ROW FILTER;

-- table gold/platform_costs
ALTER TABLE `${catalog}`.`gold`.`platform_costs` DROP ROW FILTER;

-- table gold/platform_cost_restatements
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` DROP ROW FILTER;

-- table quarantine
ALTER TABLE `${catalog}`.`records`.`quarantine` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `raw` DROP MASK;

-- table closes
ALTER TABLE `${catalog}`.`records`.`closes` DROP ROW FILTER;

-- table closed_statements
ALTER TABLE `${catalog}`.`records`.`closed_statements` DROP ROW FILTER;

-- table closed_ledger
ALTER TABLE `${catalog}`.`records`.`closed_ledger` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `contact_name` DROP MASK;
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `memo` DROP MASK;

-- table waivers
ALTER TABLE `${catalog}`.`records`.`waivers` DROP ROW FILTER;
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `raw` DROP MASK;

-- table accepted_differences
ALTER TABLE `${catalog}`.`records`.`accepted_differences` DROP ROW FILTER;
