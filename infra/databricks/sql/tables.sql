-- Written from the table contracts by `python -m monette_assets.documentation`: changes belong there.
-- Schemas and tables. Nothing is copied: each stays where the lake has it.

CREATE SCHEMA IF NOT EXISTS `${catalog}`.`bronze`;
CREATE SCHEMA IF NOT EXISTS `${catalog}`.`silver`;
CREATE SCHEMA IF NOT EXISTS `${catalog}`.`gold`;
CREATE SCHEMA IF NOT EXISTS `${catalog}`.`records`;
CREATE SCHEMA IF NOT EXISTS `${catalog}`.`rights`;

-- table bronze/quickbooks_objects
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`quickbooks_objects` USING DELTA LOCATION '${lake}/bronze/quickbooks_objects';
REPAIR TABLE `${catalog}`.`bronze`.`quickbooks_objects` SYNC METADATA;

-- table bronze/quickbooks_reports
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`quickbooks_reports` USING DELTA LOCATION '${lake}/bronze/quickbooks_reports';
REPAIR TABLE `${catalog}`.`bronze`.`quickbooks_reports` SYNC METADATA;

-- table bronze/exchange_rates
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`exchange_rates` USING DELTA LOCATION '${lake}/bronze/exchange_rates';
REPAIR TABLE `${catalog}`.`bronze`.`exchange_rates` SYNC METADATA;

-- table bronze/landing_files
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`landing_files` USING DELTA LOCATION '${lake}/bronze/landing_files';
REPAIR TABLE `${catalog}`.`bronze`.`landing_files` SYNC METADATA;

-- table bronze/events
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`events` USING DELTA LOCATION '${lake}/bronze/events';
REPAIR TABLE `${catalog}`.`bronze`.`events` SYNC METADATA;

-- table bronze/platform_usage
CREATE TABLE IF NOT EXISTS `${catalog}`.`bronze`.`platform_usage` USING DELTA LOCATION '${lake}/bronze/platform_usage';
REPAIR TABLE `${catalog}`.`bronze`.`platform_usage` SYNC METADATA;

-- table silver/accounts
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`accounts` USING DELTA LOCATION '${lake}/silver/accounts';
REPAIR TABLE `${catalog}`.`silver`.`accounts` SYNC METADATA;

-- table silver/locations
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`locations` USING DELTA LOCATION '${lake}/silver/locations';
REPAIR TABLE `${catalog}`.`silver`.`locations` SYNC METADATA;

-- table silver/classes
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`classes` USING DELTA LOCATION '${lake}/silver/classes';
REPAIR TABLE `${catalog}`.`silver`.`classes` SYNC METADATA;

-- table silver/contacts
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`contacts` USING DELTA LOCATION '${lake}/silver/contacts';
REPAIR TABLE `${catalog}`.`silver`.`contacts` SYNC METADATA;

-- table silver/exchange_rates
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`exchange_rates` USING DELTA LOCATION '${lake}/silver/exchange_rates';
REPAIR TABLE `${catalog}`.`silver`.`exchange_rates` SYNC METADATA;

-- table silver/documents
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`documents` USING DELTA LOCATION '${lake}/silver/documents';
REPAIR TABLE `${catalog}`.`silver`.`documents` SYNC METADATA;

-- table silver/general_ledger
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`general_ledger` USING DELTA LOCATION '${lake}/silver/general_ledger';
REPAIR TABLE `${catalog}`.`silver`.`general_ledger` SYNC METADATA;

-- table silver/profit_and_loss_lines
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`profit_and_loss_lines` USING DELTA LOCATION '${lake}/silver/profit_and_loss_lines';
REPAIR TABLE `${catalog}`.`silver`.`profit_and_loss_lines` SYNC METADATA;

-- table silver/reported_balances
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`reported_balances` USING DELTA LOCATION '${lake}/silver/reported_balances';
REPAIR TABLE `${catalog}`.`silver`.`reported_balances` SYNC METADATA;

-- table silver/agings
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`agings` USING DELTA LOCATION '${lake}/silver/agings';
REPAIR TABLE `${catalog}`.`silver`.`agings` SYNC METADATA;

-- table silver/document_lines
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`document_lines` USING DELTA LOCATION '${lake}/silver/document_lines';
REPAIR TABLE `${catalog}`.`silver`.`document_lines` SYNC METADATA;

-- table silver/document_links
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`document_links` USING DELTA LOCATION '${lake}/silver/document_links';
REPAIR TABLE `${catalog}`.`silver`.`document_links` SYNC METADATA;

-- table silver/budgets
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`budgets` USING DELTA LOCATION '${lake}/silver/budgets';
REPAIR TABLE `${catalog}`.`silver`.`budgets` SYNC METADATA;

-- table silver/adjustments
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`adjustments` USING DELTA LOCATION '${lake}/silver/adjustments';
REPAIR TABLE `${catalog}`.`silver`.`adjustments` SYNC METADATA;

-- table silver/head_counts
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`head_counts` USING DELTA LOCATION '${lake}/silver/head_counts';
REPAIR TABLE `${catalog}`.`silver`.`head_counts` SYNC METADATA;

-- table silver/scale_tickets
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`scale_tickets` USING DELTA LOCATION '${lake}/silver/scale_tickets';
REPAIR TABLE `${catalog}`.`silver`.`scale_tickets` SYNC METADATA;

-- table silver/telemetry
CREATE TABLE IF NOT EXISTS `${catalog}`.`silver`.`telemetry` USING DELTA LOCATION '${lake}/silver/telemetry';
REPAIR TABLE `${catalog}`.`silver`.`telemetry` SYNC METADATA;

-- table gold/ledger
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`ledger` USING DELTA LOCATION '${lake}/gold/ledger';
REPAIR TABLE `${catalog}`.`gold`.`ledger` SYNC METADATA;

-- table gold/trial_balance
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`trial_balance` USING DELTA LOCATION '${lake}/gold/trial_balance';
REPAIR TABLE `${catalog}`.`gold`.`trial_balance` SYNC METADATA;

-- table gold/cattle_split
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`cattle_split` USING DELTA LOCATION '${lake}/gold/cattle_split';
REPAIR TABLE `${catalog}`.`gold`.`cattle_split` SYNC METADATA;

-- table gold/profit_and_loss
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`profit_and_loss` USING DELTA LOCATION '${lake}/gold/profit_and_loss';
REPAIR TABLE `${catalog}`.`gold`.`profit_and_loss` SYNC METADATA;

-- table gold/balance_sheet
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`balance_sheet` USING DELTA LOCATION '${lake}/gold/balance_sheet';
REPAIR TABLE `${catalog}`.`gold`.`balance_sheet` SYNC METADATA;

-- table gold/budget_vs_actual
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`budget_vs_actual` USING DELTA LOCATION '${lake}/gold/budget_vs_actual';
REPAIR TABLE `${catalog}`.`gold`.`budget_vs_actual` SYNC METADATA;

-- table gold/financial_summary
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`financial_summary` USING DELTA LOCATION '${lake}/gold/financial_summary';
REPAIR TABLE `${catalog}`.`gold`.`financial_summary` SYNC METADATA;

-- table gold/tie_out
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`tie_out` USING DELTA LOCATION '${lake}/gold/tie_out';
REPAIR TABLE `${catalog}`.`gold`.`tie_out` SYNC METADATA;

-- table gold/translated_balances
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`translated_balances` USING DELTA LOCATION '${lake}/gold/translated_balances';
REPAIR TABLE `${catalog}`.`gold`.`translated_balances` SYNC METADATA;

-- table gold/translation_proof
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`translation_proof` USING DELTA LOCATION '${lake}/gold/translation_proof';
REPAIR TABLE `${catalog}`.`gold`.`translation_proof` SYNC METADATA;

-- table gold/intercompany_lines
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`intercompany_lines` USING DELTA LOCATION '${lake}/gold/intercompany_lines';
REPAIR TABLE `${catalog}`.`gold`.`intercompany_lines` SYNC METADATA;

-- table gold/intercompany_matches
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`intercompany_matches` USING DELTA LOCATION '${lake}/gold/intercompany_matches';
REPAIR TABLE `${catalog}`.`gold`.`intercompany_matches` SYNC METADATA;

-- table gold/adjustments
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`adjustments` USING DELTA LOCATION '${lake}/gold/adjustments';
REPAIR TABLE `${catalog}`.`gold`.`adjustments` SYNC METADATA;

-- table gold/eliminations
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`eliminations` USING DELTA LOCATION '${lake}/gold/eliminations';
REPAIR TABLE `${catalog}`.`gold`.`eliminations` SYNC METADATA;

-- table gold/consolidated_statements
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`consolidated_statements` USING DELTA LOCATION '${lake}/gold/consolidated_statements';
REPAIR TABLE `${catalog}`.`gold`.`consolidated_statements` SYNC METADATA;

-- table gold/cash_flow
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`cash_flow` USING DELTA LOCATION '${lake}/gold/cash_flow';
REPAIR TABLE `${catalog}`.`gold`.`cash_flow` SYNC METADATA;

-- table gold/changes_in_equity
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`changes_in_equity` USING DELTA LOCATION '${lake}/gold/changes_in_equity';
REPAIR TABLE `${catalog}`.`gold`.`changes_in_equity` SYNC METADATA;

-- table gold/consolidated_cash_flow
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`consolidated_cash_flow` USING DELTA LOCATION '${lake}/gold/consolidated_cash_flow';
REPAIR TABLE `${catalog}`.`gold`.`consolidated_cash_flow` SYNC METADATA;

-- table gold/consolidated_changes_in_equity
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`consolidated_changes_in_equity` USING DELTA LOCATION '${lake}/gold/consolidated_changes_in_equity';
REPAIR TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` SYNC METADATA;

-- table gold/cash_bridge
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`cash_bridge` USING DELTA LOCATION '${lake}/gold/cash_bridge';
REPAIR TABLE `${catalog}`.`gold`.`cash_bridge` SYNC METADATA;

-- table gold/payables_aging
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`payables_aging` USING DELTA LOCATION '${lake}/gold/payables_aging';
REPAIR TABLE `${catalog}`.`gold`.`payables_aging` SYNC METADATA;

-- table gold/receivables_aging
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`receivables_aging` USING DELTA LOCATION '${lake}/gold/receivables_aging';
REPAIR TABLE `${catalog}`.`gold`.`receivables_aging` SYNC METADATA;

-- table gold/weekly_banking
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`weekly_banking` USING DELTA LOCATION '${lake}/gold/weekly_banking';
REPAIR TABLE `${catalog}`.`gold`.`weekly_banking` SYNC METADATA;

-- table gold/completeness
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`completeness` USING DELTA LOCATION '${lake}/gold/completeness';
REPAIR TABLE `${catalog}`.`gold`.`completeness` SYNC METADATA;

-- table gold/restated_lines
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`restated_lines` USING DELTA LOCATION '${lake}/gold/restated_lines';
REPAIR TABLE `${catalog}`.`gold`.`restated_lines` SYNC METADATA;

-- table gold/restatements
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`restatements` USING DELTA LOCATION '${lake}/gold/restatements';
REPAIR TABLE `${catalog}`.`gold`.`restatements` SYNC METADATA;

-- table gold/close_status
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`close_status` USING DELTA LOCATION '${lake}/gold/close_status';
REPAIR TABLE `${catalog}`.`gold`.`close_status` SYNC METADATA;

-- table gold/platform_costs
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`platform_costs` USING DELTA LOCATION '${lake}/gold/platform_costs';
REPAIR TABLE `${catalog}`.`gold`.`platform_costs` SYNC METADATA;

-- table gold/platform_cost_restatements
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`platform_cost_restatements` USING DELTA LOCATION '${lake}/gold/platform_cost_restatements';
REPAIR TABLE `${catalog}`.`gold`.`platform_cost_restatements` SYNC METADATA;

-- table gold/platform_budgets
CREATE TABLE IF NOT EXISTS `${catalog}`.`gold`.`platform_budgets` USING DELTA LOCATION '${lake}/gold/platform_budgets';
REPAIR TABLE `${catalog}`.`gold`.`platform_budgets` SYNC METADATA;

-- table quarantine
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`quarantine` USING DELTA LOCATION '${lake}/quarantine';
REPAIR TABLE `${catalog}`.`records`.`quarantine` SYNC METADATA;

-- table closes
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`closes` USING DELTA LOCATION '${lake}/closes';
REPAIR TABLE `${catalog}`.`records`.`closes` SYNC METADATA;

-- table closed_statements
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`closed_statements` USING DELTA LOCATION '${lake}/closed_statements';
REPAIR TABLE `${catalog}`.`records`.`closed_statements` SYNC METADATA;

-- table closed_ledger
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`closed_ledger` USING DELTA LOCATION '${lake}/closed_ledger';
REPAIR TABLE `${catalog}`.`records`.`closed_ledger` SYNC METADATA;

-- table audit_log
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`audit_log` USING DELTA LOCATION '${lake}/audit_log';
REPAIR TABLE `${catalog}`.`records`.`audit_log` SYNC METADATA;

-- table waivers
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`waivers` USING DELTA LOCATION '${lake}/waivers';
REPAIR TABLE `${catalog}`.`records`.`waivers` SYNC METADATA;

-- table accepted_differences
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`accepted_differences` USING DELTA LOCATION '${lake}/accepted_differences';
REPAIR TABLE `${catalog}`.`records`.`accepted_differences` SYNC METADATA;

-- table group_contracts
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`group_contracts` USING DELTA LOCATION '${lake}/group_contracts';
REPAIR TABLE `${catalog}`.`records`.`group_contracts` SYNC METADATA;

-- table releases
CREATE TABLE IF NOT EXISTS `${catalog}`.`records`.`releases` USING DELTA LOCATION '${lake}/releases';
REPAIR TABLE `${catalog}`.`records`.`releases` SYNC METADATA;
