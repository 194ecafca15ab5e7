-- Written from the table contracts by `python -m monette_assets.documentation`: changes belong there.
-- What tables and columns mean. Each statement is a commit of its table.

-- table bronze/quickbooks_objects
COMMENT ON TABLE `${catalog}`.`bronze`.`quickbooks_objects` IS 'Every version of every QuickBooks object, verbatim, deletions included. One row an object version.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `entity` COMMENT 'QuickBooks\' object type, e.g. Account.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `object_id` COMMENT 'QuickBooks\' id, unique within company and entity.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `deleted` COMMENT 'Whether this version says that the object is gone.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `modified_at` COMMENT 'As QuickBooks wrote it; empty where the object is gone.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `payload` COMMENT 'The object, verbatim; empty where it is gone.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `content_hash` COMMENT 'SHA-256 of the payload.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `fetched_at` COMMENT 'When it was asked for.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_objects` ALTER COLUMN `run_id` COMMENT 'The run that fetched it.';

-- table bronze/quickbooks_reports
COMMENT ON TABLE `${catalog}`.`bronze`.`quickbooks_reports` IS 'QuickBooks\' reports of every company-month, verbatim: general ledger, profit and loss, profit and loss detail, trial balance, balance sheet, agings. One row a fetch; the same content again adds nothing.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `report` COMMENT 'Our name of the report.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `fetch_id` COMMENT 'Identity of the fetch: run, company, month, report.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `fetched_at` COMMENT 'When it was asked for.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `requests` COMMENT 'Per part: range, parameters, HTTP status and intuit_tid, as JSON.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `payloads` COMMENT 'Per part: the answer\'s body, verbatim.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `content_hash` COMMENT 'SHA-256 of the content without the answer\'s own clock.';
ALTER TABLE `${catalog}`.`bronze`.`quickbooks_reports` ALTER COLUMN `run_id` COMMENT 'The run that fetched it.';

-- table bronze/exchange_rates
COMMENT ON TABLE `${catalog}`.`bronze`.`exchange_rates` IS 'The Bank of Canada\'s published daily rates, verbatim, per month; a few days before it are asked for too. The same answer is kept twice where the first was given while the month still ran.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `series` COMMENT 'Valet series, e.g. FXUSDCAD: CAD for one USD.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `payload` COMMENT 'The answer, verbatim.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `content_hash` COMMENT 'SHA-256 of the payload.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `fetched_at` COMMENT 'When it was asked for.';
ALTER TABLE `${catalog}`.`bronze`.`exchange_rates` ALTER COLUMN `run_id` COMMENT 'The run that fetched it.';

-- table bronze/landing_files
COMMENT ON TABLE `${catalog}`.`bronze`.`landing_files` IS 'Workbooks and CSV files from the landing folder, verbatim. New content under a name is a new version of it; content that stands there already under another name adds nothing. What cannot be read is moved to `rejected/` with the reason beside it.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `file_name` COMMENT 'As it was dropped.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `version` COMMENT 'Of the name, from 1.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `kind` COMMENT 'Told by the header cells of its sheets.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `content` COMMENT 'The file, verbatim.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `content_hash` COMMENT 'SHA-256 of the content.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `size` COMMENT 'Of the file. Unit: bytes.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `unread_tabs` COMMENT 'Tabs that hold something but no header of a known kind.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `modified_at` COMMENT 'When it was last written, as the folder says.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `received_at` COMMENT 'When it was taken in.';
ALTER TABLE `${catalog}`.`bronze`.`landing_files` ALTER COLUMN `run_id` COMMENT 'The run that took it in.';

-- table bronze/events
COMMENT ON TABLE `${catalog}`.`bronze`.`events` IS 'Every event of the topics of Event Hubs, verbatim and exactly once. Where the broker deleted events before they were taken in, a row says which offsets are lost.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `namespace` COMMENT 'Host of the broker: the namespace of Event Hubs.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `topic` COMMENT 'Topic, or event hub.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `partition` COMMENT 'Of the topic.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `offset` COMMENT 'Of the event in the partition; the first of those that are lost.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `kind` COMMENT 'An event, or events that were lost.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `lost_until` COMMENT 'The offset after the last that is lost.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `timestamp` COMMENT 'Of the event, as the broker tells it.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `timestamp_type` COMMENT 'Whose clock that is: the sender\'s or the broker\'s.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `key` COMMENT 'Of the event.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `value` COMMENT 'What the event says.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `headers` COMMENT 'Of the event, in order.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `received_at` COMMENT 'When it was taken in.';
ALTER TABLE `${catalog}`.`bronze`.`events` ALTER COLUMN `run_id` COMMENT 'The run that took it in.';

-- table bronze/platform_usage
COMMENT ON TABLE `${catalog}`.`bronze`.`platform_usage` IS 'What the platform has used, as measured, append-only: the seconds of every step of every run that ended, the bytes every table takes, by the day, and every day that is over. The run that counts is counted by the next.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `usage_id` COMMENT 'Run and step; or kind, day and what it is of.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `period` COMMENT 'First day of the month in which it ended, in the group\'s time zone.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `kind` COMMENT 'What was used; a day: whatever the price book\'s list `standing` has on it. Rows of another kind, by an earlier version for what stood, are in no cost.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `run_id` COMMENT 'The run; of compute.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `chain_id` COMMENT 'The chain of runs it belongs to.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `job` COMMENT 'The job, of a run that is none of chosen tables.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `asset` COMMENT 'The table; a job\'s name; `between steps`: what of a run no step accounts for; or `standing`, of a day.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `started_at` COMMENT 'When it began.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `ended_at` COMMENT 'When it ended.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `engine` COMMENT 'Engine, as the price book names it; of compute.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `sku` COMMENT 'What was used, as the price book names it; `standing`, of a day.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `cluster_sku` COMMENT 'The engine\'s own machines, where it is a cluster.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `cluster_nodes` COMMENT 'So many of them, the driver included.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `cluster_id` COMMENT 'Which cluster: its address and id. Null: none, or nobody said which; each run is then charged all of it.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `held_by` COMMENT 'Whose process it was: the run of the job that executes a chain, else the run; of compute on a cluster that is known.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `machine_share` COMMENT 'The part of the machine that the run was given; of compute, null: all of it.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `quantity` COMMENT 'How much. Unit: see unit.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `unit` COMMENT 'What quantity counts.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `cpu_seconds` COMMENT 'Processor time of the run\'s process in the step. Unit: seconds.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `phases` COMMENT 'Seconds of each phase, as JSON: look, engine, audit, compare, publish.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `months` COMMENT 'The months that the step computed or fetched.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `row_count` COMMENT 'Rows of those months in the table. Unit: rows.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `weights` COMMENT 'What it is split over companies by; none: evenly.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `split_by` COMMENT 'What the weights are: rows of the table, partitions of the step, those of the run\'s other steps, or nothing.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `recorded_at` COMMENT 'When it was taken in.';
ALTER TABLE `${catalog}`.`bronze`.`platform_usage` ALTER COLUMN `recorded_by` COMMENT 'The run that took it in.';

-- table silver/accounts
COMMENT ON TABLE `${catalog}`.`silver`.`accounts` IS 'Every company\'s own chart of accounts, inactive and deleted accounts included.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `account_type` COMMENT 'QuickBooks\' type, e.g. Bank.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `account_sub_type` COMMENT 'QuickBooks\' detail type.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `classification` COMMENT 'Side of the books.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `parent_id` COMMENT 'The account above.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `currency` COMMENT 'Currency of the account.';
ALTER TABLE `${catalog}`.`silver`.`accounts` ALTER COLUMN `is_active` COMMENT 'Whether it may still be posted to.';

-- table silver/locations
COMMENT ON TABLE `${catalog}`.`silver`.`locations` IS 'Every company\'s locations, inactive and deleted ones included.';
ALTER TABLE `${catalog}`.`silver`.`locations` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`locations` ALTER COLUMN `location_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`silver`.`locations` ALTER COLUMN `location_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`silver`.`locations` ALTER COLUMN `parent_id` COMMENT 'The location (farm, ranch) above.';
ALTER TABLE `${catalog}`.`silver`.`locations` ALTER COLUMN `is_active` COMMENT 'Whether it may still be used.';

-- table silver/classes
COMMENT ON TABLE `${catalog}`.`silver`.`classes` IS 'Every company\'s classes, inactive and deleted ones included.';
ALTER TABLE `${catalog}`.`silver`.`classes` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`classes` ALTER COLUMN `class_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`silver`.`classes` ALTER COLUMN `class_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`silver`.`classes` ALTER COLUMN `parent_id` COMMENT 'The class above.';
ALTER TABLE `${catalog}`.`silver`.`classes` ALTER COLUMN `is_active` COMMENT 'Whether it may still be used.';

-- table silver/contacts
COMMENT ON TABLE `${catalog}`.`silver`.`contacts` IS 'Every company\'s customers, vendors and employees, inactive and deleted ones included.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `kind` COMMENT 'QuickBooks\' object type; ids collide across them.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `contact_name` COMMENT 'Display name.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `currency` COMMENT 'Currency of the contact.';
ALTER TABLE `${catalog}`.`silver`.`contacts` ALTER COLUMN `is_active` COMMENT 'Whether it may still be used.';

-- table silver/exchange_rates
COMMENT ON TABLE `${catalog}`.`silver`.`exchange_rates` IS 'Group currency for one unit of a foreign currency: the Bank of Canada\'s daily rates, the month\'s average (mean of the published daily rates) and closing rate (last published on or before month end). Where it published none, the group contract\'s, named as such; never a default of 1.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `from_currency` COMMENT 'One unit of this,';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `to_currency` COMMENT 'costs so much of this.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `kind` COMMENT 'Kind of rate.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; month end for the average.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `rate` COMMENT 'Six decimals, half up.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `is_provisional` COMMENT 'Whether the month was still open, in the group\'s time zone, when it was fetched.';
ALTER TABLE `${catalog}`.`silver`.`exchange_rates` ALTER COLUMN `fallback_reason` COMMENT 'Why a rate of the group contract stands in; null for a published one.';

-- table silver/documents
COMMENT ON TABLE `${catalog}`.`silver`.`documents` IS 'The newest version of every document, deleted ones left out, one row a document. Amounts as the document writes them: a credit memo\'s total is positive too. A document from before a company\'s first month stands in that month.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `period` COMMENT 'First day of the document\'s month.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `document_type` COMMENT 'QuickBooks\' object type; ids collide across them.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `document_id` COMMENT 'QuickBooks\' id, unique within company and type.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `document_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `due_date` COMMENT 'When it is due.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_kind` COMMENT 'Customer, Vendor or Employee.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_id` COMMENT 'QuickBooks\' id of the contact.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `contact_name` COMMENT 'As the document names it.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `account_id` COMMENT 'Bank, receivable or payable account of the whole document, where named.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `location_id` COMMENT 'QuickBooks\' id of the location.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `currency` COMMENT 'Currency of the document; home currency where it names none.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `exchange_rate` COMMENT 'Home currency for one unit.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `total` COMMENT 'The debits of a journal entry. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `home_total` COMMENT 'Where QuickBooks tells it, or the currency is the home currency. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `private_note` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `created_at` COMMENT 'When it was entered.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `modified_at` COMMENT 'When it was last changed.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `lines` COMMENT 'What silver/document_lines makes rows of.';
ALTER TABLE `${catalog}`.`silver`.`documents` ALTER COLUMN `links` COMMENT 'What silver/document_links makes rows of.';

-- table silver/general_ledger
COMMENT ON TABLE `${catalog}`.`silver`.`general_ledger` IS 'Every posting of every company, one row a ledger line, as the general ledger report prints it. Identical lines of a transaction are kept apart by line_number.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `transaction_type` COMMENT 'As printed, in the company\'s language.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id, unique within company and type.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `line_number` COMMENT 'From 1, within transaction and account.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_id` COMMENT 'Customer, vendor or employee.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `class_id` COMMENT 'QuickBooks\' id of the class.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `location_id` COMMENT 'QuickBooks\' id of the location.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `location_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `memo` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `split_account` COMMENT 'The other side; -Split- means several.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `debit` COMMENT 'Debit. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `credit` COMMENT 'Credit. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `currency` COMMENT 'Currency of the transaction.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `exchange_rate` COMMENT 'QuickBooks\' rate of the transaction.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `foreign_amount` COMMENT 'Debit positive. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `is_adjustment` COMMENT 'Whether it is marked as adjusting entry.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `created_at` COMMENT 'When the document was entered.';
ALTER TABLE `${catalog}`.`silver`.`general_ledger` ALTER COLUMN `modified_at` COMMENT 'When it was last changed.';

-- table silver/profit_and_loss_lines
COMMENT ON TABLE `${catalog}`.`silver`.`profit_and_loss_lines` IS 'Income and expense postings as the profit and loss detail report prints them: section and natural sign.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `section` COMMENT 'Section of the statement.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `transaction_type` COMMENT 'As printed, in the company\'s language.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id, unique within company and type.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `line_number` COMMENT 'From 1, within transaction and account.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_id` COMMENT 'Customer, vendor or employee.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `class_id` COMMENT 'QuickBooks\' id of the class.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `location_id` COMMENT 'QuickBooks\' id of the location.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `location_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `memo` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `split_account` COMMENT 'The other side; -Split- means several.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `amount` COMMENT 'Natural sign of its section. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`profit_and_loss_lines` ALTER COLUMN `ledger_amount` COMMENT 'Debit positive. Unit: home currency.';

-- table silver/reported_balances
COMMENT ON TABLE `${catalog}`.`silver`.`reported_balances` IS 'QuickBooks\' own trial balance, profit and loss and balance sheet, one row an account, debit positive. Lines without an account (the balance sheet\'s Net Income) carry a fixed synthetic account id. opening_trial_balance is what a company\'s first month starts from.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `statement` COMMENT 'The report.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id, or a synthetic one.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `account_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `section` COMMENT 'Section of the statement.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`reported_balances` ALTER COLUMN `natural_amount` COMMENT 'As printed. Unit: home currency.';

-- table silver/agings
COMMENT ON TABLE `${catalog}`.`silver`.`agings` IS 'What customers owe and vendors are owed at the end of each month, one row an open document. Identical lines of a document are kept apart by line_number.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `period` COMMENT 'First day of the month at whose end it is open.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `report` COMMENT 'Payables or receivables.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `contact_id` COMMENT 'Customer or vendor; empty for none.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `contact_name` COMMENT 'As printed; empty for none.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `transaction_type` COMMENT 'As printed, in the company\'s language.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id, unique within company and type.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `line_number` COMMENT 'From 1, within document and contact.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `due_date` COMMENT 'When it is due.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `bucket` COMMENT 'As printed, in the company\'s language.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `amount` COMMENT 'Of the document; empty where not printed. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`agings` ALTER COLUMN `open_balance` COMMENT 'Owed by customers or to vendors positive. Unit: home currency.';

-- table silver/document_lines
COMMENT ON TABLE `${catalog}`.`silver`.`document_lines` IS 'The lines of every document that post somewhere, bundles opened, subtotals left out; sales tax and cash back as lines of their own. What a payment settles is in silver/document_links.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `period` COMMENT 'First day of the document\'s month.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `document_type` COMMENT 'QuickBooks\' object type.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `document_id` COMMENT 'QuickBooks\' id, unique within company and type.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `line_number` COMMENT 'From 1, in the document\'s order.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `line_id` COMMENT 'QuickBooks\' id within the document.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `detail_type` COMMENT 'QuickBooks\' kind of line; TxnTaxDetail is sales tax.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `account_id` COMMENT 'Where it posts; empty where only the item knows.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `item_id` COMMENT 'What was sold or bought.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `class_id` COMMENT 'QuickBooks\' id of the class.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `location_id` COMMENT 'The line\'s, else the document\'s.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `description` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `posting_type` COMMENT 'The side the line stands on.';
ALTER TABLE `${catalog}`.`silver`.`document_lines` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: transaction currency.';

-- table silver/document_links
COMMENT ON TABLE `${catalog}`.`silver`.`document_links` IS 'The links every document names. A link of a line says how much it applies (a payment\'s line: this much of that invoice; a deposit\'s line: that payment); a link of the whole document only says that there is one, and repeats those of its lines and of the documents that settle it.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `period` COMMENT 'First day of the month of the document that names the link.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `from_type` COMMENT 'Type of the document that names the link.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `from_id` COMMENT 'Its id.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `link_number` COMMENT 'From 1, within the document.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `line_number` COMMENT 'The line it belongs to; empty: the whole document.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `to_type` COMMENT 'Type of the other document, an estimate or the like included.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `to_id` COMMENT 'Its id.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `amount` COMMENT 'Applied, as written; empty where none is told. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`silver`.`document_links` ALTER COLUMN `home_amount` COMMENT 'amount at the document\'s rate. Unit: home currency.';

-- table silver/budgets
COMMENT ON TABLE `${catalog}`.`silver`.`budgets` IS 'Every amount of every budget sheet dropped into the landing folder, in the company\'s own currency and in display sign, as finance writes it: revenue and cost positive. A later file replaces the locations it speaks of; a new version of the same file name replaces that file\'s budget of the company and year wholly. What is replaced stays, not `current`. In a sheet of months across, an empty cell means nothing budgeted.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `fiscal_year` COMMENT 'Of the company, named by the year it ends in.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `account_number` COMMENT 'In the company\'s chart; null where it has none.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `account_name` COMMENT 'Full name, parents first, where known.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `amount` COMMENT 'Display sign; rounded to the cent. Unit: home currency.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `budget_rate` COMMENT 'Group currency for one unit of home currency, as the sheet states it.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `version` COMMENT 'Of the budget of this company, year and location, from 1.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `current` COMMENT 'Whether it is the version that counts.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `received_at` COMMENT 'When the file was taken in.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `file_name` COMMENT 'As it was dropped.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `file_version` COMMENT 'Version of the file name.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `file_hash` COMMENT 'SHA-256 of the file.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `sheet` COMMENT 'Tab.';
ALTER TABLE `${catalog}`.`silver`.`budgets` ALTER COLUMN `row_number` COMMENT 'Row of the tab.';

-- table silver/adjustments
COMMENT ON TABLE `${catalog}`.`silver`.`adjustments` IS 'Manual adjustments of the group\'s statements, as the newest sheets state them: each entry nets to zero in its month, has an author and another person who approved it. Where files of different names have one entry of a month, the first stands and what says otherwise is refused. Earlier versions stay in bronze.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `entry` COMMENT 'Number or name of the entry, unique in its month.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `line_number` COMMENT 'Within the entry, from 1.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `company` COMMENT 'Contract code of the company; null for the group.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `amount_cad` COMMENT 'Debit positive. Unit: group currency.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `description` COMMENT 'What it is for.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `author` COMMENT 'Who wrote it.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `approver` COMMENT 'Who approved it: somebody else.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `received_at` COMMENT 'When the file was taken in.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `file_name` COMMENT 'As it was dropped.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `file_version` COMMENT 'Version of the file name.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `file_hash` COMMENT 'SHA-256 of the file.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `sheet` COMMENT 'Tab.';
ALTER TABLE `${catalog}`.`silver`.`adjustments` ALTER COLUMN `row_number` COMMENT 'Row of the tab.';

-- table silver/head_counts
COMMENT ON TABLE `${catalog}`.`silver`.`head_counts` IS 'Head by herd and month of locations with mixed herds, as the newest sheets state them.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `herd` COMMENT 'Which herd.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `head` COMMENT 'Animals. Unit: head.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `received_at` COMMENT 'When the file was taken in.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `file_name` COMMENT 'As it was dropped.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `file_version` COMMENT 'Version of the file name.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `file_hash` COMMENT 'SHA-256 of the file.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `sheet` COMMENT 'Tab.';
ALTER TABLE `${catalog}`.`silver`.`head_counts` ALTER COLUMN `row_number` COMMENT 'Row of the tab.';

-- table silver/scale_tickets
COMMENT ON TABLE `${catalog}`.`silver`.`scale_tickets` IS 'Every load weighed at a scale, as the newest version of its ticket states it. Masses in tonnes, whatever the scale counts in; net is gross less tare, or the ticket is refused. A voided ticket stays, marked.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `period` COMMENT 'First day of the month it was weighed in.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `ticket_id` COMMENT 'Unique within the company.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `version` COMMENT 'Of the ticket, from 1; the newest counts.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `scale` COMMENT 'Which scale.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `direction` COMMENT 'Into the location, or out of it.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `commodity` COMMENT 'Contract code.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `weighed_at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `gross_tonnes` COMMENT 'Truck and load. Unit: tonnes.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `tare_tonnes` COMMENT 'Truck. Unit: tonnes.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `net_tonnes` COMMENT 'Load: gross less tare. Unit: tonnes.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `moisture_percent` COMMENT 'Of the load. Unit: percent.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `dockage_percent` COMMENT 'Of the load. Unit: percent.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `truck` COMMENT 'Which truck.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `voided` COMMENT 'Whether it was taken back.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `repeats` COMMENT 'How often a version of it came again, unchanged.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `event` COMMENT 'Which event: topic[partition]@offset.';
ALTER TABLE `${catalog}`.`silver`.`scale_tickets` ALTER COLUMN `received_at` COMMENT 'When it was taken in.';

-- table silver/telemetry
COMMENT ON TABLE `${catalog}`.`silver`.`telemetry` IS 'Every reading of a device in a bin or a truck, each once, in the measure\'s own unit. Built once an hour at most: a month is computed whole.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `period` COMMENT 'First day of the month of the reading.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `device_id` COMMENT 'Which device.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `measure` COMMENT 'What was read.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `measured_at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `value` COMMENT 'In `unit`.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `unit` COMMENT 'The measure\'s own.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `partition` COMMENT 'Of the event.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `offset` COMMENT 'Of the event.';
ALTER TABLE `${catalog}`.`silver`.`telemetry` ALTER COLUMN `received_at` COMMENT 'When it was taken in.';

-- table gold/ledger
COMMENT ON TABLE `${catalog}`.`gold`.`ledger` IS 'Every posting with the meaning the group contract gives it: group account, profit type, location, pillar, commodity, and the amount in group currency at the month\'s average rate (management view; statements translate by each company\'s method in consolidation).';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `fiscal_year` COMMENT 'Of the company, named by the year it ends in.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `line_number` COMMENT 'Within transaction and account.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `document_number` COMMENT 'The document\'s number.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `classification` COMMENT 'Side of the company\'s books.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `profit_type` COMMENT 'Profit type; null on the balance sheet.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `location_name` COMMENT 'As the source spells it.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `commodity` COMMENT 'Of the account.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `memo` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `transaction_currency` COMMENT 'Currency of the document.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `transaction_amount` COMMENT 'Debit positive. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `average_rate` COMMENT 'Group currency for one unit of home currency, the month\'s average.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `amount_cad` COMMENT 'amount x average_rate, exact; group currency. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `crop_year` COMMENT 'Crop year of the month, named by the year it begins in: that of the harvest.';
ALTER TABLE `${catalog}`.`gold`.`ledger` ALTER COLUMN `marketing_year` COMMENT 'Marketing year of the commodity, named likewise; null where it has none.';

-- table gold/trial_balance
COMMENT ON TABLE `${catalog}`.`gold`.`trial_balance` IS 'Opening, movement and closing of every account, company and month in home currency. Income and expense restart with the company\'s fiscal year; what earlier years earned stands in retained earnings, as QuickBooks shows it.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `classification` COMMENT 'Side of the books.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `is_retained_earnings` COMMENT 'Whether earlier years\' result stands here.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `opening` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `debit` COMMENT 'Debits of the month. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `credit` COMMENT 'Credits of the month. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`trial_balance` ALTER COLUMN `closing` COMMENT 'Debit positive. Unit: home currency.';

-- table gold/cattle_split
COMMENT ON TABLE `${catalog}`.`gold`.`cattle_split` IS 'Income and expense lines of locations with mixed herds. A line whose class names a herd goes there, the others are split by the month\'s head counts: SYNTHETIC_OFFSET takes the line out of its location, SYNTHETIC_SPLIT puts its parts into the herds. The group\'s total does not change.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `transaction_type` COMMENT 'Of the original line.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `transaction_id` COMMENT 'Of the original line.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `account_id` COMMENT 'Of the original line.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `line_number` COMMENT 'Of the original line.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `entry` COMMENT 'The line itself, what takes it out, or a part of it.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `herd` COMMENT 'Of a part; empty else.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `pillar` COMMENT 'Of the location; of a part, its herd\'s.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `fiscal_year` COMMENT 'Of the company.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `commodity` COMMENT 'Of the account.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `profit_type` COMMENT 'Profit type; Unmapped for an unmapped account.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `average_rate` COMMENT 'The month\'s average rate.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `amount_cad` COMMENT 'amount x average_rate, exact. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `head` COMMENT 'Animals the part is by; null where the class names the herd. Unit: head.';
ALTER TABLE `${catalog}`.`gold`.`cattle_split` ALTER COLUMN `heads` COMMENT 'Of all herds of the location. Unit: head.';

-- table gold/profit_and_loss
COMMENT ON TABLE `${catalog}`.`gold`.`profit_and_loss` IS 'Income and expense per month by company, account, location, pillar and commodity; of mixed herds each herd\'s own. Translated at the month\'s average rate, rounded once; display amounts read positive for revenue and for cost.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `fiscal_year` COMMENT 'Of the company.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `pillar` COMMENT 'Pillar of the location; of a split line its herd\'s (ACCOUNTING 26).';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `commodity` COMMENT 'Of the account; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `profit_type` COMMENT 'Profit type; Unmapped for an unmapped account.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `average_rate` COMMENT 'The month\'s average rate.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `amount_cad` COMMENT 'Debit positive. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`profit_and_loss` ALTER COLUMN `display_amount_cad` COMMENT 'Revenue and cost both read positive (ACCOUNTING 22). Unit: group currency.';

-- table gold/balance_sheet
COMMENT ON TABLE `${catalog}`.`gold`.`balance_sheet` IS 'Assets, liabilities and equity per company at month end, in home currency. The fiscal year\'s result so far is a line of its own, as on QuickBooks\' balance sheet.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `period` COMMENT 'First day of the month; balances are at its end.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `classification` COMMENT 'Section.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id; synthetic for the year\'s net income.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`balance_sheet` ALTER COLUMN `display_amount` COMMENT 'Assets, liabilities and equity all read positive (ACCOUNTING 22). Unit: home currency.';

-- table gold/budget_vs_actual
COMMENT ON TABLE `${catalog}`.`gold`.`budget_vs_actual` IS 'The budget that counts beside the profit and loss, by month, place, group account and commodity, in home currency and in CAD: the budget at its budget rate, actual at the month\'s average. variance = volume and price, at the budget rate, + foreign exchange: actual x (average rate - budget rate). Display sign: revenue and cost both read positive. A line with only a budget, or only an actual, is there too. A company without a budget has no budget rate (`none`) and no foreign exchange part.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `fiscal_year` COMMENT 'Of the company.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `basis` COMMENT 'Of the actual; the budget is the same beside each.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `commodity` COMMENT 'Of the account; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `profit_type` COMMENT 'Profit type; Unmapped for an unmapped account.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `actual` COMMENT 'Display sign. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `budget` COMMENT 'Display sign. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `average_rate` COMMENT 'The month\'s average.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `budget_rate` COMMENT 'The rate the company\'s year was budgeted at.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `budget_rate_source` COMMENT 'Who says so: the sheet, else the group contract.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `actual_cad` COMMENT 'At the month\'s average rate. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `budget_cad` COMMENT 'At the budget rate. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `variance_cad` COMMENT 'Actual - budget. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `volume_variance_cad` COMMENT '(Actual - budget) at the budget rate: volume and price. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`budget_vs_actual` ALTER COLUMN `fx_variance_cad` COMMENT 'Actual x (average rate - budget rate): the price of foreign exchange. Unit: group currency.';

-- table gold/financial_summary
COMMENT ON TABLE `${catalog}`.`gold`.`financial_summary` IS 'Profit types and results (gross margin, contribution margin, EBITDA, net income) by month and place, actual and budget.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `fiscal_year` COMMENT 'Of the company.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `scenario` COMMENT 'Actual, or budget at the budget rate.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `line` COMMENT 'Profit type or result.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `line_order` COMMENT 'Place on the statement, from 1.';
ALTER TABLE `${catalog}`.`gold`.`financial_summary` ALTER COLUMN `amount_cad` COMMENT 'Display sign. Unit: group currency.';

-- table gold/tie_out
COMMENT ON TABLE `${catalog}`.`gold`.`tie_out` IS 'Every account of every statement: ours, QuickBooks\' and the difference, in home currency, debit positive. Published whatever it says: differences are findings, not accidents. One that somebody accepted stays, with name and reason.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `statement` COMMENT 'The statement.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id, or the synthetic id of a line without account.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `ours` COMMENT 'The platform\'s figure. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `theirs` COMMENT 'QuickBooks\' figure. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `difference` COMMENT 'ours - theirs. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `accepted_by` COMMENT 'Who accepted a difference of exactly this amount; empty where nobody did.';
ALTER TABLE `${catalog}`.`gold`.`tie_out` ALTER COLUMN `accepted_because` COMMENT 'Why.';

-- table gold/translated_balances
COMMENT ON TABLE `${catalog}`.`gold`.`translated_balances` IS 'The trial balance in group currency, by each company\'s method (ACCOUNTING 14), month by month, every figure with its rate. The statements\' view; gold/ledger.amount_cad is the management view. What is left over is a row of its own: translation_adjustment (equity, current rate) or translation_gain (income, temporal).';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `fiscal_year` COMMENT 'Of the company, named by the year it ends in.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id; synthetic for what translation leaves over.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `classification` COMMENT 'Side of the books.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `method` COMMENT 'How the company is translated; none: its books are in group currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `opening` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `movement` COMMENT 'Debits less credits of the month. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `closing` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `rate` COMMENT 'Group currency for one unit of home currency: of the closing balance (closing, carrying) or of the month\'s movement (average, historical). Historical without a movement: what the balance comes to. Null where there is nothing to translate.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `rate_kind` COMMENT 'Kind of rate.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; of the last one where there are several.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `rate_source` COMMENT 'Who published it, or what it comes from; why there is none, in a month held back.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `opening_cad` COMMENT 'Debit positive. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `movement_cad` COMMENT 'closing_cad - opening_cad. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`translated_balances` ALTER COLUMN `closing_cad` COMMENT 'Debit positive. Unit: group currency.';

-- table gold/translation_proof
COMMENT ON TABLE `${catalog}`.`gold`.`translation_proof` IS 'What each month\'s translation difference consists of, line by line; a gain is positive, a credit in the books. booked is what gold/translated_balances has, proof the sum of the lines before it, rounding what booking in cents added, summed while booking; difference = booked - proof - rounding is zero.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `method` COMMENT 'How the company is translated.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `line` COMMENT 'opening_position: opening net assets (temporal: net monetary position) x change of the closing rate. flows_at_average: income (temporal: and what non-monetary accounts took and gave) x (closing - average). equity: what owners brought and took x (closing - their rate). realised_on_disposal: book value that left for money, at the average, less what it carried. reclassified: accounts that became monetary.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `amount` COMMENT 'What the rates apply to, a net asset positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `rate_from` COMMENT 'The opening, average or historical rate; of several, what they come to.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `rate_to` COMMENT 'The closing rate (of a disposal: the average).';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `amount_cad` COMMENT 'The line\'s part of the difference, exact; a gain is positive. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`translation_proof` ALTER COLUMN `roundings` COMMENT 'How many amounts were rounded; of line rounding.';

-- table gold/intercompany_lines
COMMENT ON TABLE `${catalog}`.`gold`.`intercompany_lines` IS 'Every posting on an intercompany account, and every posting on any account whose contact is a company of the group: what claims and charges between companies are made of.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `company` COMMENT 'Whose books the line is in.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `line_number` COMMENT 'Within transaction and account.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `group_account` COMMENT 'As it was posted.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `classification` COMMENT 'Side of the company\'s books.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `kind` COMMENT 'Kind of the group account; null for an unmapped one.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `partner` COMMENT 'The other company; empty where the line names none.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `currency` COMMENT 'Currency of the document.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `reference` COMMENT 'Document number; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_lines` ALTER COLUMN `transaction_amount` COMMENT 'The same as documented. Unit: transaction currency.';

-- table gold/intercompany_matches
COMMENT ON TABLE `${catalog}`.`gold`.`intercompany_matches` IS 'What each company\'s books say of every other company, both sides in one row: claims at month end (due from against due to) and the month\'s charges (income against cost), by currency and document. What does not match is classified, dated and owned. A line on an intercompany account that names no company of the group stands alone, without a partner.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `account_pair` COMMENT 'What stands against what.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `company` COMMENT 'Whose claim or income it is; the holder of a line without partner.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `partner` COMMENT 'Who owes it or bears its cost; empty where the line names no company of the group.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `currency` COMMENT 'Currency of the documents.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `reference` COMMENT 'Document number on both sides; \'opening\' for what stood there before the first posting; empty where a document has none.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `company_currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `company_amount` COMMENT 'In the company\'s books, debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `company_transaction_amount` COMMENT 'The same as documented. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `company_amount_cad` COMMENT 'The same, as translated in its statements. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `partner_currency` COMMENT 'Home currency of the partner.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `partner_amount` COMMENT 'In the partner\'s books, debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `partner_transaction_amount` COMMENT 'The same as documented. Unit: transaction currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `partner_amount_cad` COMMENT 'The same, as translated in its statements. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `matched_cad` COMMENT 'What both sides agree on. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `difference_cad` COMMENT 'Company\'s and partner\'s amount, debit positive: 0 where they agree. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `difference_kind` COMMENT 'timing: booked by both, settled or booked by one of them in another month; fx: the same amount at two rates; one_sided: nothing in the other\'s books; account: it stands on another account there, or names no company of the group; amount: another amount.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `other_account` COMMENT 'Group account the other side stands on by mistake.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `contact_name` COMMENT 'A contact as the books print it.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `first_period` COMMENT 'Since when it differs without a break; null where it does not.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `age_days` COMMENT 'From that month\'s end to this one\'s. Unit: days.';
ALTER TABLE `${catalog}`.`gold`.`intercompany_matches` ALTER COLUMN `owner` COMMENT 'Who clears it.';

-- table gold/adjustments
COMMENT ON TABLE `${catalog}`.`gold`.`adjustments` IS 'Consolidation entries written by hand: group account, amount in group currency, author and approver. An entry is applied whole or not at all; what is not applied stands here with its reason.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `period` COMMENT 'First day of the month it is booked in.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `entry` COMMENT 'The entry.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `line_number` COMMENT 'Within the entry.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `company` COMMENT 'Contract code; null: of the group as a whole.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `amount_cad` COMMENT 'Debit positive. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `description` COMMENT 'What it is for.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `author` COMMENT 'Who wrote it.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `approver` COMMENT 'Who approved it: another person.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `status` COMMENT 'Whether the statements hold it.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `reason` COMMENT 'Why not; empty if applied.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `file_name` COMMENT 'The file it came in.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `file_hash` COMMENT 'SHA-256 of the file.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `sheet` COMMENT 'Sheet of the file.';
ALTER TABLE `${catalog}`.`gold`.`adjustments` ALTER COLUMN `row_number` COMMENT 'Row of the sheet.';

-- table gold/eliminations
COMMENT ON TABLE `${catalog}`.`gold`.`eliminations` IS 'Consolidation entries in group currency: claims, charges and dividends between companies, unrealised profit in inventory, investments. What does not match goes to the intercompany difference, never into another line. Every entry nets to zero.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `elimination` COMMENT 'The entry: what it is, between whom, which document.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `kind` COMMENT 'What the line takes out; difference: what did not match.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `scope` COMMENT 'The month whose members decide which parts of the group the entry counts in: the last month of control where a company is sold, else its own.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `company` COMMENT 'Whose figure it changes.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `partner` COMMENT 'The other company; empty where there is none.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `account_pair` COMMENT 'Key of the match it comes from; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `currency` COMMENT 'Key of the match; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `reference` COMMENT 'Key of the match: document number.';
ALTER TABLE `${catalog}`.`gold`.`eliminations` ALTER COLUMN `amount_cad` COMMENT 'Debit positive. Unit: group currency.';

-- table gold/consolidated_statements
COMMENT ON TABLE `${catalog}`.`gold`.`consolidated_statements` IS 'Balance sheet and profit and loss in group currency of the group, its countries and its pillars: companies, eliminations, adjustments, non-controlling interest. A consolidated figure is the sum of its rows. Income and expense are to date of the group\'s own fiscal year. A part of the group eliminates what is between its own companies.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `subgroup` COMMENT 'group, country/CODE or pillar/NAME.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `step` COMMENT 'What the row adds.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `component` COMMENT 'The company, or the kind of entry; year_end/CODE: what moves between retained and current earnings because a company\'s fiscal year is not the group\'s, or it joined or left.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `statement` COMMENT 'Where it stands.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `classification` COMMENT 'Section.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `profit_type` COMMENT 'Profit type; null on the balance sheet.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `opening_cad` COMMENT 'Debit positive; income and expense since the group\'s year began. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `movement_cad` COMMENT 'The month\'s. Unit: group currency.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_statements` ALTER COLUMN `closing_cad` COMMENT 'Opening + movement. Unit: group currency.';

-- table gold/cash_flow
COMMENT ON TABLE `${catalog}`.`gold`.`cash_flow` IS 'Cash flow per company and month, indirect method, in home currency and CAD: net income, what of it is not cash, changes in working capital, investing, financing, effect of exchange rates, and the cash it ends in. Inflows positive. Months add up to quarters and years; opening is the first month\'s, closing the last\'s.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `section` COMMENT 'Section; the first three are operating.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `line` COMMENT 'Group account, or net_income, exchange_effect, opening_cash, net_change, closing_cash.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `amount` COMMENT 'Inflow positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`cash_flow` ALTER COLUMN `amount_cad` COMMENT 'Inflow positive. What translation keeps at closing rates flows at the month\'s average, all else as it was translated. Unit: group currency.';

-- table gold/changes_in_equity
COMMENT ON TABLE `${catalog}`.`gold`.`changes_in_equity` IS 'Equity per company, month and component, in home currency and CAD: opening, the year\'s result moved to retained earnings when the company\'s year begins, net income, capital, dividends, direct postings, translation adjustment, closing. Equity reads positive. Months add up to quarters and years.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `component` COMMENT 'Group account; current_earnings is the year\'s result so far.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `line` COMMENT 'What changed it.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `amount` COMMENT 'Equity reads positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`changes_in_equity` ALTER COLUMN `amount_cad` COMMENT 'Equity reads positive. Unit: group currency.';

-- table gold/consolidated_cash_flow
COMMENT ON TABLE `${catalog}`.`gold`.`consolidated_cash_flow` IS 'Cash flow of the group and every part of it, in CAD: each company\'s statement, eliminations and adjustments; their sum is the group\'s. Cash that companies bring along or take with them is a section of its own, so that a month opens with what the month before closed with. Inflows positive.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `subgroup` COMMENT 'Part of the group; group is all of it.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `step` COMMENT 'Step of the consolidation.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `component` COMMENT 'Company, or kind of elimination or adjustment.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `section` COMMENT 'Section; the first three are operating.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `line` COMMENT 'Group account, or a line of its own name.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_cash_flow` ALTER COLUMN `amount_cad` COMMENT 'Inflow positive. Unit: group currency.';

-- table gold/consolidated_changes_in_equity
COMMENT ON TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` IS 'Equity of the group and every part of it, by component, in CAD: opening, the year\'s result moved to retained earnings when the group\'s year begins, net income, capital, dividends, direct postings, translation adjustment, share of others, companies that joined or left, closing. Equity reads positive.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `subgroup` COMMENT 'Part of the group; group is all of it.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `component` COMMENT 'Group account; current_earnings is the year\'s result so far.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `line` COMMENT 'What changed it.';
ALTER TABLE `${catalog}`.`gold`.`consolidated_changes_in_equity` ALTER COLUMN `amount_cad` COMMENT 'Equity reads positive. Unit: group currency.';

-- table gold/cash_bridge
COMMENT ON TABLE `${catalog}`.`gold`.`cash_bridge` IS 'Accrual and cash view of operations, per company and month in home currency: net income, what of it is not cash, changes in working capital, entries that passed no bank; and, counted from the bank\'s side alone, what operations moved there by the account behind it. Both are the same amount. Inflows positive.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `section` COMMENT 'Step of the bridge; at_bank is its other end.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `line` COMMENT 'Group account, or net_income.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`cash_bridge` ALTER COLUMN `amount` COMMENT 'Inflow positive. Unit: home currency.';

-- table gold/payables_aging
COMMENT ON TABLE `${catalog}`.`gold`.`payables_aging` IS 'Open bills and vendor credits at each month\'s end by vendor and due date, in home currency and group currency.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `period` COMMENT 'First day of the month at whose end it is open.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `contact_id` COMMENT 'Customer or vendor; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `contact_name` COMMENT 'As printed; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `line_number` COMMENT 'Within document and contact.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `due_date` COMMENT 'When it is due; the document\'s date where none is told.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `days_overdue` COMMENT 'At the month\'s end; negative before it is due. Unit: days.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `bucket` COMMENT 'By days overdue.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `document_currency` COMMENT 'Currency of the document; empty where it is not held.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `open_balance` COMMENT 'Owed by customers or to vendors positive; credits negative. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `closing_rate` COMMENT 'Group currency for one unit of home currency at the month\'s end.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`payables_aging` ALTER COLUMN `open_balance_cad` COMMENT 'open_balance x closing_rate, exact. Unit: group currency.';

-- table gold/receivables_aging
COMMENT ON TABLE `${catalog}`.`gold`.`receivables_aging` IS 'Open invoices and credit memos at each month\'s end by customer and due date, in home currency and group currency.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `period` COMMENT 'First day of the month at whose end it is open.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `contact_id` COMMENT 'Customer or vendor; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `contact_name` COMMENT 'As printed; empty for none.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `line_number` COMMENT 'Within document and contact.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `document_number` COMMENT 'The document\'s own number.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `due_date` COMMENT 'When it is due; the document\'s date where none is told.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `days_overdue` COMMENT 'At the month\'s end; negative before it is due. Unit: days.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `bucket` COMMENT 'By days overdue.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `document_currency` COMMENT 'Currency of the document; empty where it is not held.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `open_balance` COMMENT 'Owed by customers or to vendors positive; credits negative. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `closing_rate` COMMENT 'Group currency for one unit of home currency at the month\'s end.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`receivables_aging` ALTER COLUMN `open_balance_cad` COMMENT 'open_balance x closing_rate, exact. Unit: group currency.';

-- table gold/weekly_banking
COMMENT ON TABLE `${catalog}`.`gold`.`weekly_banking` IS 'Every movement of every bank account, in parts by the activity behind it: the other lines of the transaction, or, where those are receivables, payables or undeposited funds, the lines of the documents it settles, found through links (payment to invoice to lines, deposit to payment to invoice to lines) and in proportion. The parts of a movement sum to it to the cent; a part without a match stands under its own control account.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `week` COMMENT 'Monday of the week.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `transaction_date` COMMENT 'Day of the movement.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `document_number` COMMENT 'The document\'s number.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `bank_account_id` COMMENT 'QuickBooks\' id of the bank account.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `bank_account_name` COMMENT 'Full name of the bank account.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `account_id` COMMENT 'Company\'s account of the activity.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `account_name` COMMENT 'Its full name.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `group_account` COMMENT 'Activity: account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `found_by` COMMENT 'How the activity was found, or why it was not.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `matched` COMMENT 'Whether an activity was found.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `amount` COMMENT 'Into the bank account positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `average_rate` COMMENT 'The month\'s average rate.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `rate_date` COMMENT 'Day of the rate; empty for the group\'s own currency.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `rate_source` COMMENT 'Who published it; of a rate from the group contract, why it was taken too.';
ALTER TABLE `${catalog}`.`gold`.`weekly_banking` ALTER COLUMN `amount_cad` COMMENT 'amount x average_rate, exact. Unit: group currency.';

-- table gold/completeness
COMMENT ON TABLE `${catalog}`.`gold`.`completeness` IS 'Every company-month the contract expects: whether its reports arrived, whether it is published, how many lines and refusals it has, whether it ties out. Its age is the time since `arrived_at`: `monette report completeness` counts it. A month is final only when all its companies are complete. What is in quarantine counts where statements rest on it.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `provisional` COMMENT 'Whether the month is still running.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `arrived_at` COMMENT 'When its newest general ledger was fetched.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `expected_reports` COMMENT 'Reports that QuickBooks is asked for.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `arrived_reports` COMMENT 'How many of them have arrived, ever.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `published` COMMENT 'Its ledger has arrived, and no table holds its newest rows back.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `lines` COMMENT 'Ledger lines published.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `unmapped` COMMENT 'Accounts without a group account.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `refused` COMMENT 'Entries in quarantine that nobody waived.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `waived` COMMENT 'Entries in quarantine that somebody waived: they do not keep it from being complete.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `held_back` COMMENT 'Tables that keep its last good rows.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `differences` COMMENT 'Accounts that do not tie out, and nobody accepted it.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `accepted` COMMENT 'Accounts that differ by what somebody accepted: they do not keep it from being complete.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `complete` COMMENT 'Arrived, published, nothing refused, every account mapped, every difference accepted or none.';
ALTER TABLE `${catalog}`.`gold`.`completeness` ALTER COLUMN `missing` COMMENT 'What keeps it from being complete; empty if nothing.';

-- table gold/restated_lines
COMMENT ON TABLE `${catalog}`.`gold`.`restated_lines` IS 'Ledger lines of a closed month that came, went or changed since its close, found by comparing both versions as multisets of what the lines say. A changed line is there as it was closed and as it is. Empty while nothing is closed.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `period` COMMENT 'First day of the closed month.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `close_number` COMMENT 'Number of the close it departs from.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `closed_at` COMMENT 'When that was.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `state` COMMENT 'Whether that close is in force, the month was reopened since, or closed again.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `next_close` COMMENT 'The later close that took it in; null: compared with what stands now.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `change` COMMENT 'What became of the document\'s lines on the account.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `version` COMMENT 'The line as it was closed, or as it is.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `position` COMMENT 'From 1, within document, account and version.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `document_number` COMMENT 'The document\'s number.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `commodity` COMMENT 'Of the account.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `memo` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `lines` COMMENT 'How many identical lines.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `amount` COMMENT 'Of one of them; debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `difference` COMMENT 'What it adds to the account since the close: lines x amount, negative where the line is gone. Unit: home currency.';
ALTER TABLE `${catalog}`.`gold`.`restated_lines` ALTER COLUMN `modified_at` COMMENT 'When QuickBooks last saw the document changed; null where it is gone.';

-- table gold/restatements
COMMENT ON TABLE `${catalog}`.`gold`.`restatements` IS 'Every figure of a closed month, of a company or of the group, that differs from what was closed, since which close and by how much. A month closed again keeps the restatements between its closes. Empty while nothing is closed; what changed line by line is in gold/restated_lines.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `company` COMMENT 'Contract code of the company; group for the group\'s month.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `period` COMMENT 'First day of the closed month.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `statement` COMMENT 'The table it is a figure of.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `subgroup` COMMENT 'Part of the group; empty for a company\'s figure.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `step` COMMENT 'Step of the consolidation; likewise.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `component` COMMENT 'Company, entry, component of equity or contact; empty where there is none.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `section` COMMENT 'Section of the cash flow, kind of elimination, bucket of an aging; likewise.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `line` COMMENT 'Line of cash flow or equity; of eliminations and adjustments, the company whose figure they change.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account; empty where a statement has none.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `account_name` COMMENT 'Full name, parents first; the contact\'s in agings; null where a figure is of no account.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `location` COMMENT 'Standard name; empty outside of the profit and loss.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `pillar` COMMENT 'Pillar of the location; likewise.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `measure` COMMENT 'The column of the statement.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `close_number` COMMENT 'Number of the close it departs from.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `closed_at` COMMENT 'When that was.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `state` COMMENT 'Whether that close is in force, the month was reopened since, or closed again.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `next_close` COMMENT 'The later close that took it in; null: compared with what stands now.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `closed_amount` COMMENT 'As it was closed; debit positive. Unit: as the measure says.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `present_amount` COMMENT 'As it stands, or as the next close froze it. Unit: as the measure says.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `difference` COMMENT 'present_amount - closed_amount. Unit: as the measure says.';
ALTER TABLE `${catalog}`.`gold`.`restatements` ALTER COLUMN `first_seen_at` COMMENT 'When the figure was first found to differ.';

-- table gold/close_status
COMMENT ON TABLE `${catalog}`.`gold`.`close_status` IS 'How every month of every company stands, and the group\'s own: open, approved, closed, reopened; by whom, when, and whether it should have been closed by now. Read from the log `closes`, as of the last run.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `company` COMMENT 'Contract code of the company; group for the group\'s month.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `state` COMMENT 'What was last done.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `number` COMMENT 'Entry of the log that says so; 0 for none.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `approved_at` COMMENT 'Of the last approval since the month was open.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `approved_by` COMMENT 'Who approved the figures.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `closed_at` COMMENT 'Of the last close, one taken back included.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `closed_by` COMMENT 'Who closed it.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `reopened_at` COMMENT 'Of the last reopening.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `reopened_by` COMMENT 'Both persons it took.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `reason` COMMENT 'Why it was reopened.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `due_on` COMMENT 'The day by which the contract wants it closed; null for none.';
ALTER TABLE `${catalog}`.`gold`.`close_status` ALTER COLUMN `is_overdue` COMMENT 'That day is over, and it is not closed.';

-- table gold/platform_costs
COMMENT ON TABLE `${catalog}`.`gold`.`platform_costs` IS 'What every step of every run, the bytes of every table and what stands by the hour cost, by company, from measured usage and the price book (prices.yaml). Split by largest remainder over the rows of each company in the table, else its partitions in the step, else as the run\'s other steps, else evenly: the parts are the whole. As of the last run of the job `costs`; in no release.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `period` COMMENT 'First day of the month in which it was used.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `usage_id` COMMENT 'The usage; of what stands: item, day, sku and asset.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `item` COMMENT 'What is charged: the process\'s machine, the engine\'s own machines, Databricks\' units for them, storage, throughput units.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `run_id` COMMENT 'The run; null for what is counted by the day.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `asset` COMMENT 'The table; a job\'s name; or `between steps`.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `layer` COMMENT 'Of the table; platform for what no table accounts for.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `engine` COMMENT 'Of compute.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `sku` COMMENT 'What was used, as the price book names it.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `pillar` COMMENT 'The company\'s.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `split_by` COMMENT 'What the companies\' shares go by.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `quantity` COMMENT 'The company\'s part; of machine, hours times the part of it that the run was given: allocated, not metered; of a cluster and its units, of every second one over as many as used it in that second. Unit: see unit.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `unit` COMMENT 'What a price is of: hour, DBU, GB-month.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `amount_cad` COMMENT 'The company\'s part of the cost. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `price` COMMENT 'Of one unit. Unit: price_currency.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `price_currency` COMMENT 'Of the price.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `rate` COMMENT 'CAD for one of it, as it is billed.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `price_from` COMMENT 'The day from which the price holds.';
ALTER TABLE `${catalog}`.`gold`.`platform_costs` ALTER COLUMN `price_source` COMMENT 'Where the price book has it from.';

-- table gold/platform_cost_restatements
COMMENT ON TABLE `${catalog}`.`gold`.`platform_cost_restatements` IS 'What every change of the price book made of costs that had been counted before it, by company, table and what is charged; nothing where they came out the same. What had no price, or did not stand by the book before, has no amount before. As of the last run of the job `costs`; in no release.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `period` COMMENT 'First day of the month in which it was used.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `asset` COMMENT 'As in gold/platform_costs.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `item` COMMENT 'What is charged.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `sku` COMMENT 'As the price book names it.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `changed_at` COMMENT 'When the new price book was first counted with.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `book_before` COMMENT 'Fingerprint of the price book before.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `book_after` COMMENT 'Of the new one.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `before_cad` COMMENT 'As it had been counted; null where it was not. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `after_cad` COMMENT 'As the new book has it; null where it has not. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_cost_restatements` ALTER COLUMN `difference_cad` COMMENT 'after_cad - before_cad. Unit: CAD.';

-- table gold/platform_budgets
COMMENT ON TABLE `${catalog}`.`gold`.`platform_budgets` IS 'Every budget of the price book by month, with what was spent of it: a layer\'s tables, or the companies of a business pillar and of its sub-pillars. As of the last run of the job `costs`; in no release.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `part` COMMENT 'What it is a budget of.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `name` COMMENT 'The layer or pillar.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `budget_cad` COMMENT 'What it may cost. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `spent_cad` COMMENT 'What it did, so far. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `left_cad` COMMENT 'budget_cad - spent_cad. Unit: CAD.';
ALTER TABLE `${catalog}`.`gold`.`platform_budgets` ALTER COLUMN `is_exceeded` COMMENT 'More was spent.';

-- table quarantine
COMMENT ON TABLE `${catalog}`.`records`.`quarantine` IS 'What could not be published: transactions and reports that could not be read, and the units (company-months, companies, months) that a blocking check holds back. A unit leaves when a later run publishes it.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `table_name` COMMENT 'The table that refused it.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `kind` COMMENT 'What is held back.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `reason` COMMENT 'What was expected, what was found, and where.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `path` COMMENT 'Where in the source\'s answer.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `transaction_type` COMMENT 'As the source prints it.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `transaction_id` COMMENT 'The source\'s id.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `amount` COMMENT 'Amount of the refused line where it could be read. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `raw` COMMENT 'The fragment as the source sent it, cut to a bounded size.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `run_id` COMMENT 'The run that refused it.';
ALTER TABLE `${catalog}`.`records`.`quarantine` ALTER COLUMN `quarantined_at` COMMENT 'When.';

-- table closes
COMMENT ON TABLE `${catalog}`.`records`.`closes` IS 'Who approved, closed and reopened which month of which company or of the group, one row an act, append-only and hash-chained. A close names the frozen statements and ledger it made, by close_id and content hash.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `number` COMMENT 'From 1, without gaps.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `previous_hash` COMMENT 'Hash of the entry before; 64 zeros for the first.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `hash` COMMENT 'SHA-256 of the entry\'s content, number and previous_hash.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `action` COMMENT 'What was done.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `company` COMMENT 'Contract code of the company; group for the group\'s month.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `who` COMMENT 'Who did it.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `approved_by` COMMENT 'The second person; of a reopening.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `reason` COMMENT 'Why; of a reopening.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `release` COMMENT 'The release whose figures it is about.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `contract_version` COMMENT 'Fingerprint of the group contract.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `tables` COMMENT 'The tables of that release.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `versions` COMMENT 'Their versions, in the same order.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `close_id` COMMENT 'Name of the frozen rows; of a close.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `statements_hash` COMMENT 'Content hash of its rows of closed_statements.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `ledger_hash` COMMENT 'Content hash of its rows of closed_ledger.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `statements_rows` COMMENT 'How many.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `ledger_rows` COMMENT 'How many.';
ALTER TABLE `${catalog}`.`records`.`closes` ALTER COLUMN `statements` COMMENT 'The statements it froze; of a close. Null in closes that are older than this column.';

-- table closed_statements
COMMENT ON TABLE `${catalog}`.`records`.`closed_statements` IS 'The statements and rates of every closed month of a company, and the group\'s own, as they stood when it was closed, one row a figure; append-only. A row counts if the log `closes` holds its close_id.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `close_id` COMMENT 'The close, as `closes` names it.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `company` COMMENT 'Contract code of the company; group for the group\'s.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `basis` COMMENT 'Accounting basis; empty for rates.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `statement` COMMENT 'The table it is of, without its layer.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id; empty for rates.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `account_name` COMMENT 'Full name, parents first; the contact\'s in agings.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `classification` COMMENT 'Section.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `profit_type` COMMENT 'Profit type; empty outside of the profit and loss.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `location` COMMENT 'Standard name; empty outside of the profit and loss.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `pillar` COMMENT 'Pillar of the location; likewise.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `commodity` COMMENT 'Of the account; likewise.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `currency` COMMENT 'Home currency of the company; empty for the group\'s.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `measure` COMMENT 'The column of the statement: closing, amount, amount_cad, ...';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `amount` COMMENT 'Debit positive; null for a rate. Unit: as the measure says.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `rate` COMMENT 'The rate it was translated at, or the rate itself.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `rate_kind` COMMENT 'Kind of the rate; empty where there is none.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `rate_date` COMMENT 'Day of the rate.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `rate_source` COMMENT 'Who published it.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `subgroup` COMMENT 'Part of the group; null or empty for a company\'s.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `step` COMMENT 'Step of the consolidation; likewise.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `component` COMMENT 'Company, entry, component of equity or contact; where a statement has none, likewise.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `section` COMMENT 'Section of the cash flow, kind of elimination, bucket of an aging; likewise.';
ALTER TABLE `${catalog}`.`records`.`closed_statements` ALTER COLUMN `line` COMMENT 'Line of cash flow or equity; of eliminations and adjustments, whose figure changes.';

-- table closed_ledger
COMMENT ON TABLE `${catalog}`.`records`.`closed_ledger` IS 'The ledger lines of every closed company-month as they stood when it was closed; append-only. What changed since is found against them, whatever was vacuumed. A row counts if the log `closes` holds its close_id.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `close_id` COMMENT 'The close, as `closes` names it.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `period` COMMENT 'First day of the posting month.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `transaction_date` COMMENT 'The document\'s date.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `transaction_type` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `transaction_id` COMMENT 'QuickBooks\' id.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `line_number` COMMENT 'Within transaction and account.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `document_number` COMMENT 'The document\'s number.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `account_id` COMMENT 'QuickBooks\' id of the account.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `account_number` COMMENT 'Number in the company\'s chart.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `account_name` COMMENT 'Full name, parents first.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `group_account` COMMENT 'Account of the group chart.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `location` COMMENT 'Standard name.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `pillar` COMMENT 'Pillar of the location.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `commodity` COMMENT 'Of the account.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `contact_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `class_name` COMMENT 'As printed.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `memo` COMMENT 'Free text.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `currency` COMMENT 'Home currency of the company.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `amount` COMMENT 'Debit positive. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`closed_ledger` ALTER COLUMN `amount_cad` COMMENT 'At the month\'s average rate. Unit: group currency.';

-- table audit_log
COMMENT ON TABLE `${catalog}`.`records`.`audit_log` IS 'Every act that changes something: who, through what, what, and how it ended. Two rows an act, one before it begins and one when it is over; one row for a group contract that was not seen before. Append-only and hash-chained.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `number` COMMENT 'From 1, without gaps.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `previous_hash` COMMENT 'Hash of the entry before; 64 zeros for the first.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `hash` COMMENT 'SHA-256 of the entry\'s content, number and previous_hash.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `act` COMMENT 'The same on both rows of an act.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `phase` COMMENT 'Before it, and how it ended.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `who` COMMENT 'The person, schedule or sensor.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `through` COMMENT 'Where it came from.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `action` COMMENT 'run, materialize, close, reopen, approve, restore, waive, revoke, accept, withdraw, connect, maintain; contract: a change of it, first seen.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `what` COMMENT 'What it was about; never a secret.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `result` COMMENT 'How it ended.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `contract_version` COMMENT 'Fingerprint of the group contract.';
ALTER TABLE `${catalog}`.`records`.`audit_log` ALTER COLUMN `contract_files` COMMENT 'Of a contract first seen: its files with their fingerprints.';

-- table waivers
COMMENT ON TABLE `${catalog}`.`records`.`waivers` IS 'Who waived which entry of `quarantine` and why, and who took a waiver back; one row an act, append-only and hash-chained. A waived entry stays in quarantine and does not keep its month from being complete.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `number` COMMENT 'From 1, without gaps.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `previous_hash` COMMENT 'Hash of the entry before; 64 zeros for the first.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `hash` COMMENT 'SHA-256 of the entry\'s content, number and previous_hash.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `action` COMMENT 'What was done.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `entry_id` COMMENT 'The entry\'s short name.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `table_name` COMMENT 'The table that refused it.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `kind` COMMENT 'What is held back.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `reason` COMMENT 'What was expected, what was found, and where.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `path` COMMENT 'Where in the source\'s answer.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `transaction_type` COMMENT 'As the source prints it.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `transaction_id` COMMENT 'The source\'s id.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `amount` COMMENT 'Amount of the refused line where it could be read. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `raw` COMMENT 'The fragment as the source sent it, cut to a bounded size.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `who` COMMENT 'Who did it.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `why` COMMENT 'Why.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`records`.`waivers` ALTER COLUMN `contract_version` COMMENT 'Fingerprint of the group contract.';

-- table accepted_differences
COMMENT ON TABLE `${catalog}`.`records`.`accepted_differences` IS 'Who accepted which difference to QuickBooks\' own reports and why, and who withdrew that; one row an act, append-only and hash-chained. An accepted difference stays in `gold/tie_out` and does not keep its month from being complete.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `number` COMMENT 'From 1, without gaps.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `previous_hash` COMMENT 'Hash of the entry before; 64 zeros for the first.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `hash` COMMENT 'SHA-256 of the entry\'s content, number and previous_hash.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `action` COMMENT 'What was done.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `company` COMMENT 'Contract code of the company.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `period` COMMENT 'First day of the month.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `basis` COMMENT 'Accounting basis.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `statement` COMMENT 'The statement.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `account_id` COMMENT 'The account, as in `gold/tie_out`.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `difference` COMMENT 'The amount that is accepted: ours - theirs. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `ours` COMMENT 'The platform\'s figure then. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `theirs` COMMENT 'QuickBooks\' figure then. Unit: home currency.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `who` COMMENT 'Who did it.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `why` COMMENT 'Why.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`records`.`accepted_differences` ALTER COLUMN `contract_version` COMMENT 'Fingerprint of the group contract.';

-- table group_contracts
COMMENT ON TABLE `${catalog}`.`records`.`group_contracts` IS 'The files of every group contract that a release or a close was made with, as they were written, append-only. Releases and closes name it by its fingerprint. Also every price book that costs were counted with, by a fingerprint of its own.';
ALTER TABLE `${catalog}`.`records`.`group_contracts` ALTER COLUMN `fingerprint` COMMENT 'Fingerprint of the contract, of all files together.';
ALTER TABLE `${catalog}`.`records`.`group_contracts` ALTER COLUMN `file_name` COMMENT 'The file.';
ALTER TABLE `${catalog}`.`records`.`group_contracts` ALTER COLUMN `content` COMMENT 'What it says, as written.';
ALTER TABLE `${catalog}`.`records`.`group_contracts` ALTER COLUMN `content_hash` COMMENT 'SHA-256 of the content.';
ALTER TABLE `${catalog}`.`records`.`group_contracts` ALTER COLUMN `kept_at` COMMENT 'When it was first seen.';

-- table releases
COMMENT ON TABLE `${catalog}`.`records`.`releases` IS 'Versions of the gold tables that belong together, one row a release, append-only.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `number` COMMENT 'From 1, without gaps.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `released_at` COMMENT 'When.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `run_id` COMMENT 'The run that released it.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `contract_version` COMMENT 'Fingerprint of the group contract.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `tables` COMMENT 'The gold tables.';
ALTER TABLE `${catalog}`.`records`.`releases` ALTER COLUMN `versions` COMMENT 'Their versions, in the same order.';
