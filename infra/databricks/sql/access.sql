-- Written from the table contracts by `python -m monette_assets.documentation`: changes belong there.
-- Who sees what: first filters and masks, then the right to select.

CREATE OR REPLACE FUNCTION `${catalog}`.`rights`.`company_rows`(company STRING) RETURNS BOOLEAN RETURN is_account_group_member('${all_companies}') OR coalesce(is_account_group_member(concat('${company_prefix}', company)), FALSE);
CREATE OR REPLACE FUNCTION `${catalog}`.`rights`.`payee`(value STRING) RETURNS STRING RETURN CASE WHEN value IS NULL OR is_account_group_member('${pay}') THEN value ELSE '(withheld)' END;
CREATE OR REPLACE FUNCTION `${catalog}`.`rights`.`line_payee`(value STRING, group_account STRING, profit_type STRING) RETURNS STRING RETURN CASE WHEN value IS NULL OR is_account_group_member('${pay}') OR (profit_type IS NOT NULL AND group_account NOT IN (${pay_accounts})) THEN value ELSE '(withheld)' END;
CREATE OR REPLACE FUNCTION `${catalog}`.`rights`.`activity_payee`(value STRING, group_account STRING) RETURNS STRING RETURN CASE WHEN value IS NULL OR is_account_group_member('${pay}') OR (group_account NOT IN (${pay_accounts}, 'unmapped')) THEN value ELSE '(withheld)' END;
CREATE OR REPLACE FUNCTION `${catalog}`.`rights`.`contact_payee`(value STRING, kind STRING) RETURNS STRING RETURN CASE WHEN value IS NULL OR is_account_group_member('${pay}') OR (kind IN ('Customer', 'Vendor')) THEN value ELSE '(withheld)' END;

GRANT USE SCHEMA ON SCHEMA `${catalog}`.`silver` TO `${controllers}`;

GRANT USE SCHEMA ON SCHEMA `${catalog}`.`records` TO `${controllers}`;

-- table bronze/quickbooks_objects
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);

-- table bronze/quickbooks_reports
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);

-- table silver/accounts
ALTER TABLE `${catalog}`.`silver`.`accounts` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`accounts` TO `${controllers}`;

-- table silver/locations
ALTER TABLE `${catalog}`.`silver`.`locations` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`locations` TO `${controllers}`;

-- table silver/classes
ALTER TABLE `${catalog}`.`silver`.`classes` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`classes` TO `${controllers}`;

-- table silver/contacts
ALTER TABLE `${catalog}`.`silver`.`contacts` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_id` SET MASK `${catalog}`.`rights`.`contact_payee` USING COLUMNS (`kind`);
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`contact_payee` USING COLUMNS (`kind`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`contacts` TO `${controllers}`;

-- table silver/exchange_rates
GRANT SELECT ON TABLE `${catalog}`.`silver`.`exchange_rates` TO `${controllers}`;

-- table silver/documents
ALTER TABLE `${catalog}`.`silver`.`documents` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_id` SET MASK `${catalog}`.`rights`.`contact_payee` USING COLUMNS (`contact_kind`);
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`contact_payee` USING COLUMNS (`contact_kind`);
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `private_note` SET MASK `${catalog}`.`rights`.`contact_payee` USING COLUMNS (`contact_kind`);

-- table silver/general_ledger
ALTER TABLE `${catalog}`.`silver`.`general_ledger` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_id` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `memo` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`silver`.`general_ledger` TO `${controllers}`;

-- table silver/profit_and_loss_lines
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_id` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `memo` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`silver`.`profit_and_loss_lines` TO `${controllers}`;

-- table silver/reported_balances
ALTER TABLE `${catalog}`.`silver`.`reported_balances` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`reported_balances` TO `${controllers}`;

-- table silver/agings
ALTER TABLE `${catalog}`.`silver`.`agings` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`agings` TO `${controllers}`;

-- table silver/document_lines
ALTER TABLE `${catalog}`.`silver`.`document_lines` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `description` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`silver`.`document_lines` TO `${controllers}`;

-- table silver/document_links
ALTER TABLE `${catalog}`.`silver`.`document_links` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`document_links` TO `${controllers}`;

-- table silver/budgets
ALTER TABLE `${catalog}`.`silver`.`budgets` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`budgets` TO `${controllers}`;

-- table silver/adjustments
ALTER TABLE `${catalog}`.`silver`.`adjustments` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`adjustments` TO `${controllers}`;

-- table silver/head_counts
ALTER TABLE `${catalog}`.`silver`.`head_counts` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`head_counts` TO `${controllers}`;

-- table silver/scale_tickets
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`scale_tickets` TO `${controllers}`;

-- table silver/telemetry
ALTER TABLE `${catalog}`.`silver`.`telemetry` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`silver`.`telemetry` TO `${controllers}`;

-- table gold/ledger
ALTER TABLE `${catalog}`.`gold`.`ledger` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`line_payee` USING COLUMNS (`group_account`, `profit_type`);
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `memo` SET MASK `${catalog}`.`rights`.`line_payee` USING COLUMNS (`group_account`, `profit_type`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`ledger` TO `${readers}`;

-- table gold/trial_balance
ALTER TABLE `${catalog}`.`gold`.`trial_balance` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`trial_balance` TO `${readers}`;

-- table gold/cattle_split
ALTER TABLE `${catalog}`.`gold`.`cattle_split` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`cattle_split` TO `${readers}`;

-- table gold/profit_and_loss
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`profit_and_loss` TO `${readers}`;

-- table gold/balance_sheet
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`balance_sheet` TO `${readers}`;

-- table gold/budget_vs_actual
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`budget_vs_actual` TO `${readers}`;

-- table gold/financial_summary
ALTER TABLE `${catalog}`.`gold`.`financial_summary` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`financial_summary` TO `${readers}`;

-- table gold/tie_out
ALTER TABLE `${catalog}`.`gold`.`tie_out` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`tie_out` TO `${readers}`;

-- table gold/translated_balances
ALTER TABLE `${catalog}`.`gold`.`translated_balances` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`translated_balances` TO `${readers}`;

-- table gold/translation_proof
ALTER TABLE `${catalog}`.`gold`.`translation_proof` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`translation_proof` TO `${readers}`;

-- table gold/intercompany_lines
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`intercompany_lines` TO `${readers}`;

-- table gold/intercompany_matches
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`intercompany_matches` TO `${readers}`;

-- table gold/adjustments
ALTER TABLE `${catalog}`.`gold`.`adjustments` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`adjustments` TO `${readers}`;

-- table gold/eliminations
ALTER TABLE `${catalog}`.`gold`.`eliminations` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`eliminations` TO `${readers}`;

-- table gold/consolidated_statements
GRANT SELECT ON TABLE `${catalog}`.`gold`.`consolidated_statements` TO `${all_companies}`;

-- table gold/cash_flow
ALTER TABLE `${catalog}`.`gold`.`cash_flow` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`cash_flow` TO `${readers}`;

-- table gold/changes_in_equity
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`changes_in_equity` TO `${readers}`;

-- table gold/consolidated_cash_flow
GRANT SELECT ON TABLE `${catalog}`.`gold`.`consolidated_cash_flow` TO `${all_companies}`;

-- table gold/consolidated_changes_in_equity
GRANT SELECT ON TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` TO `${all_companies}`;

-- table gold/cash_bridge
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`cash_bridge` TO `${readers}`;

-- table gold/payables_aging
ALTER TABLE `${catalog}`.`gold`.`payables_aging` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`payables_aging` TO `${readers}`;

-- table gold/receivables_aging
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`receivables_aging` TO `${readers}`;

-- table gold/weekly_banking
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`activity_payee` USING COLUMNS (`group_account`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`weekly_banking` TO `${readers}`;

-- table gold/completeness
ALTER TABLE `${catalog}`.`gold`.`completeness` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`completeness` TO `${readers}`;

-- table gold/restated_lines
ALTER TABLE `${catalog}`.`gold`.`restated_lines` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `memo` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`gold`.`restated_lines` TO `${readers}`;

-- table gold/restatements
ALTER TABLE `${catalog}`.`gold`.`restatements` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`restatements` TO `${readers}`;

-- table gold/close_status
ALTER TABLE `${catalog}`.`gold`.`close_status` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`close_status` TO `${readers}`;

-- table gold/platform_costs
ALTER TABLE `${catalog}`.`gold`.`platform_costs` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`platform_costs` TO `${readers}`;

-- table gold/platform_cost_restatements
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`gold`.`platform_cost_restatements` TO `${readers}`;

-- table gold/platform_budgets
GRANT SELECT ON TABLE `${catalog}`.`gold`.`platform_budgets` TO `${all_companies}`;

-- table quarantine
ALTER TABLE `${catalog}`.`records`.`quarantine` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `raw` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`records`.`quarantine` TO `${controllers}`;

-- table closes
ALTER TABLE `${catalog}`.`records`.`closes` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`records`.`closes` TO `${controllers}`;

-- table closed_statements
ALTER TABLE `${catalog}`.`records`.`closed_statements` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`records`.`closed_statements` TO `${controllers}`;

-- table closed_ledger
ALTER TABLE `${catalog}`.`records`.`closed_ledger` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `contact_name` SET MASK `${catalog}`.`rights`.`payee`;
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `memo` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`records`.`closed_ledger` TO `${controllers}`;

-- table audit_log
GRANT SELECT ON TABLE `${catalog}`.`records`.`audit_log` TO `${controllers}`;

-- table waivers
ALTER TABLE `${catalog}`.`records`.`waivers` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `raw` SET MASK `${catalog}`.`rights`.`payee`;
GRANT SELECT ON TABLE `${catalog}`.`records`.`waivers` TO `${controllers}`;

-- table accepted_differences
ALTER TABLE `${catalog}`.`records`.`accepted_differences` SET ROW FILTER `${catalog}`.`rights`.`company_rows` ON (`company`);
GRANT SELECT ON TABLE `${catalog}`.`records`.`accepted_differences` TO `${controllers}`;

-- table group_contracts
GRANT SELECT ON TABLE `${catalog}`.`records`.`group_contracts` TO `${controllers}`;

-- table releases
GRANT SELECT ON TABLE `${catalog}`.`records`.`releases` TO `${controllers}`;
