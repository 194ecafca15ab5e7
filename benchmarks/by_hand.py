"""The same statements by hand, without the framework: `python benchmarks/by_hand.py --scale 1`.

orjson in two processes (hand_parsing.py), DuckDB for the rest, delta-rs to write; it reads the same bronze Delta
tables and the same group contract (its rows stand in for the tables of mappings one would keep). It makes the general
ledger, profit and loss lines, QuickBooks' balances, accounts and rates of silver and the ledger, trial balance, profit
and loss, balance sheet, summary and tie-out of gold. It has no checks, quarantine, history, partial refresh or lineage,
and no contacts, classes, locations (three small lists) and completeness. Afterwards its tables are compared with the
platform's, every business column of every row: a test of both.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import WORK, Measured, measure
from pipeline import home_of

if TYPE_CHECKING:
    import duckdb

REPORTS = ("general_ledger", "profit_and_loss_detail", "trial_balance", "opening_trial_balance", "profit_and_loss",
           "balance_sheet")  # fmt: skip
PROCESSES = 2
REVENUE_TYPES = "('Sales Revenue', 'Other Operating Revenue', 'Other Income')"

# ---- silver

GENERAL_LEDGER = """
SELECT company, period, basis, transaction_date::DATE AS transaction_date, transaction_type, transaction_id,
  line_number, document_number, account_id, account_number, account_name, contact_id, contact_name, class_id,
  class_name, location_id, location_name, memo, split_account, coalesce(debit::DECIMAL(18, 2), 0) AS debit,
  coalesce(credit::DECIMAL(18, 2), 0) AS credit,
  (coalesce(debit::DECIMAL(18, 2), 0) - coalesce(credit::DECIMAL(18, 2), 0))::DECIMAL(18, 2) AS amount,
  coalesce(currency, home_currency) AS currency, exchange_rate::DECIMAL(18, 6) AS exchange_rate,
  CASE WHEN coalesce(currency, home_currency) <> home_currency THEN (foreign_amount::DECIMAL(18, 2)
    * sign(coalesce(debit::DECIMAL(18, 2), 0) - coalesce(credit::DECIMAL(18, 2), 0))::INT
    * sign(natural_amount::DECIMAL(18, 2))::INT)::DECIMAL(18, 2) END AS foreign_amount,
  CASE lower(is_adjustment) WHEN 'yes' THEN true WHEN 'oui' THEN true WHEN 'no' THEN false WHEN 'non' THEN false END
    AS is_adjustment,
  created_at::TIMESTAMPTZ AS created_at, modified_at::TIMESTAMPTZ AS modified_at
FROM raw_general_ledger JOIN companies USING (company)
"""
PROFIT_AND_LOSS_LINES = """
SELECT company, period, basis, section, account_id, r.account_name, transaction_date::DATE AS transaction_date,
  transaction_type, transaction_id, line_number, document_number, contact_id, contact_name, class_id, class_name,
  location_id, location_name, memo, split_account, natural_amount::DECIMAL(18, 2) AS amount,
  (natural_amount::DECIMAL(18, 2) * CASE classification WHEN 'Revenue' THEN -1 ELSE 1 END)::DECIMAL(18, 2)
    AS ledger_amount
FROM raw_profit_and_loss_detail r JOIN accounts USING (company, account_id)
"""
REPORTED_BALANCES = """
SELECT company, period, basis, statement, account_id, r.account_name,
  (CASE WHEN statement LIKE '%trial_balance'
    THEN coalesce(debit::DECIMAL(18, 2), 0) - coalesce(credit::DECIMAL(18, 2), 0)
    ELSE debit::DECIMAL(18, 2) * CASE WHEN classification IN ('Asset', 'Expense') THEN 1 ELSE -1 END
    END)::DECIMAL(18, 2) AS amount
FROM (FROM raw_trial_balance UNION ALL FROM raw_opening_trial_balance UNION ALL FROM raw_profit_and_loss
  UNION ALL FROM raw_balance_sheet) r LEFT JOIN accounts USING (company, account_id)
"""

# ---- gold

LEDGER = """
WITH described AS (
  SELECT g.* EXCLUDE (account_number, account_name, currency), classification, home_currency AS currency,
    coalesce(nullif(trim(g.account_number), ''), a.account_number) AS account_number,
    coalesce(a.account_name, g.account_name) AS account_name,
    c.location AS own_location, c.pillar AS own_pillar,
    CASE WHEN coalesce(trim(g.location_name), '') = '' THEN c.location ELSE g.location_name END AS spelling,
    coalesce(trim(g.location_name), '') = '' AS blank
  FROM general_ledger g LEFT JOIN accounts a USING (company, account_id) JOIN companies c USING (company)
), mapped AS (
  SELECT d.*, coalesce(n.group_account, m.group_account, 'unmapped') AS mapped_account,
    coalesce(n.commodity, m.commodity) AS commodity
  FROM described d
  LEFT JOIN mapping n ON n.account_number = d.account_number AND n.company = d.company
    AND d.period >= n.from_period AND d.period < n.to_period
  LEFT JOIN mapping m ON m.account_number IS NULL AND m.account_name = d.account_name AND m.company = d.company
    AND d.period >= m.from_period AND d.period < m.to_period
), rerouted AS (
  SELECT m.*, coalesce(r.to_group_account, mapped_account) AS group_account
  FROM mapped m LEFT JOIN reroutes r ON r.company = m.company AND r.group_account = mapped_account
    AND m.period >= r.from_period AND m.period < r.to_period
)
SELECT r.company, r.period, basis, fiscal_year, transaction_date, transaction_type, transaction_id, line_number,
  document_number, account_id, account_number, account_name, classification, r.group_account, profit_type,
  coalesce(l.location, 'Unclassified') AS location, location_name,
  coalesce(l.pillar, CASE WHEN blank THEN own_pillar END, 'Unclassified') AS pillar, r.commodity, contact_name,
  class_name, memo, r.currency, amount, rate AS average_rate, rate_date, rate_source,
  (amount * rate)::DECIMAL(28, 8) AS amount_cad
FROM rerouted r
LEFT JOIN chart USING (group_account)
LEFT JOIN locations l ON l.company = r.company AND l.raw_name = r.spelling
  AND r.period >= l.from_period AND r.period < l.to_period
JOIN years y ON y.company = r.company AND y.period = r.period
LEFT JOIN rates x ON x.period = r.period AND x.currency = r.currency
"""
TRIAL_BALANCE = """
WITH posted AS (
  SELECT company, basis, account_id, period, sum(greatest(amount, 0)) AS debit, sum(greatest(-amount, 0)) AS credit,
    0 AS start
  FROM ledger GROUP BY ALL
  UNION ALL
  SELECT company, basis, account_id, (period - INTERVAL 1 MONTH)::DATE, 0, 0, amount FROM reported_balances
  WHERE statement = 'opening_trial_balance'
), retained AS (
  SELECT DISTINCT p.company, basis, a.account_id FROM posted p JOIN accounts a USING (company)
  WHERE account_sub_type = 'RetainedEarnings'
), used AS (
  SELECT company, basis, account_id FROM posted UNION FROM retained
), grid AS (
  SELECT u.company, u.basis, u.account_id, y.period, y.fiscal_year_start, account_number, account_name, classification,
    account_sub_type IS NOT DISTINCT FROM 'RetainedEarnings' AS is_retained_earnings,
    classification IN ('Revenue', 'Expense') AS earns,
    coalesce(debit, 0) AS debit, coalesce(credit, 0) AS credit,
    coalesce(debit, 0) - coalesce(credit, 0) + coalesce(start, 0) AS movement
  FROM used u
  JOIN accounts USING (company, account_id)
  JOIN companies c USING (company)
  JOIN years y ON y.company = u.company AND y.period >= c.first_period - INTERVAL 1 MONTH
    AND (c.last_period IS NULL OR y.period <= c.last_period)
  LEFT JOIN posted p ON p.company = u.company AND p.basis = u.basis AND p.account_id = u.account_id
    AND p.period = y.period
), earned AS (
  SELECT company, basis, fiscal_year_start, sum(coalesce(sum(movement) FILTER (earns), 0)) OVER (
    PARTITION BY company, basis ORDER BY fiscal_year_start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM grid GROUP BY company, basis, fiscal_year_start
), accumulated AS (
  SELECT g.*, sum(movement) OVER (PARTITION BY g.company, g.basis, account_id,
      CASE WHEN earns THEN g.fiscal_year_start END ORDER BY period)
    + CASE WHEN is_retained_earnings THEN coalesce(before, 0) ELSE 0 END AS closing
  FROM grid g JOIN earned USING (company, basis, fiscal_year_start)
), mapped AS (
  SELECT a.*, coalesce(n.group_account, m.group_account, 'unmapped') AS mapped_account
  FROM accumulated a
  LEFT JOIN mapping n ON n.account_number = a.account_number AND n.company = a.company
    AND a.period >= n.from_period AND a.period < n.to_period
  LEFT JOIN mapping m ON m.account_number IS NULL AND m.account_name = a.account_name AND m.company = a.company
    AND a.period >= m.from_period AND a.period < m.to_period
)
SELECT a.period, a.company, basis, account_id, account_number, account_name, classification, is_retained_earnings,
  coalesce(r.to_group_account, mapped_account) AS group_account, home_currency AS currency,
  (closing - movement)::DECIMAL(18, 2) AS opening, debit::DECIMAL(18, 2) AS debit, credit::DECIMAL(18, 2) AS credit,
  closing::DECIMAL(18, 2) AS closing
FROM mapped a JOIN companies c USING (company)
LEFT JOIN reroutes r ON r.company = a.company AND r.group_account = mapped_account
  AND a.period >= r.from_period AND a.period < r.to_period
WHERE a.period >= c.first_period AND (closing <> 0 OR movement <> 0 OR debit <> 0 OR credit <> 0)
"""
PROFIT_AND_LOSS = f"""
SELECT *, CASE WHEN profit_type IN {REVENUE_TYPES} THEN -amount_cad ELSE amount_cad END AS display_amount_cad
FROM (
  SELECT period, fiscal_year, company, basis, account_id, location, pillar, coalesce(commodity, '') AS commodity,
    coalesce(profit_type, 'Unmapped') AS profit_type, group_account, currency, sum(amount)::DECIMAL(18, 2) AS amount,
    average_rate, rate_date, rate_source, round(sum(amount_cad), 2)::DECIMAL(18, 2) AS amount_cad
  FROM ledger WHERE classification IN ('Revenue', 'Expense') GROUP BY ALL
)
"""
BALANCE_SHEET = """
SELECT *, CASE WHEN classification = 'Asset' THEN amount ELSE -amount END AS display_amount
FROM (
  SELECT period, company, basis, classification, account_id, account_number, account_name, group_account, currency,
    closing AS amount
  FROM trial_balance WHERE classification NOT IN ('Revenue', 'Expense') AND closing <> 0
  UNION ALL
  SELECT period, company, basis, 'Equity', 'net_income', NULL, 'Net Income', 'current_earnings', currency,
    sum(closing)::DECIMAL(18, 2)
  FROM trial_balance WHERE classification IN ('Revenue', 'Expense') GROUP BY ALL HAVING sum(closing) <> 0
)
"""
RESULTS = {
    "Gross Margin": ("Sales Revenue", "-Cost of Goods Sold"),
    "Contribution Margin": (
        "Sales Revenue", "-Cost of Goods Sold", "-Direct Operating Expenses", "Other Operating Revenue",
    ),
    "EBITDA": (
        "Sales Revenue", "-Cost of Goods Sold", "-Direct Operating Expenses", "Other Operating Revenue",
        "-Operating Overheads",
    ),
    "Net Income": (
        "Sales Revenue", "-Cost of Goods Sold", "-Direct Operating Expenses", "Other Operating Revenue",
        "-Operating Overheads", "Other Income", "-Other Expense", "-Unmapped",
    ),
}  # fmt: skip
FINANCIAL_SUMMARY = """
WITH types AS (
  SELECT period, fiscal_year, company, basis, location, pillar, profit_type, sum(display_amount_cad) AS amount_cad
  FROM profit_and_loss GROUP BY ALL
)
SELECT * EXCLUDE (profit_type, amount_cad), profit_type AS line, amount_cad::DECIMAL(18, 2) AS amount_cad FROM types
UNION ALL
SELECT * EXCLUDE (profit_type, amount_cad, made_of, result, sign), result, sum(sign * amount_cad)::DECIMAL(18, 2)
FROM types JOIN results ON made_of = profit_type GROUP BY ALL
"""
TIE_OUT = """
WITH ours AS (
  SELECT period, company, basis, 'trial_balance' AS statement, account_id, sum(closing) AS ours FROM trial_balance
  GROUP BY ALL
  UNION ALL
  SELECT period, company, basis, 'profit_and_loss', account_id, sum(amount) FROM profit_and_loss GROUP BY ALL
  UNION ALL
  SELECT period, company, basis, 'balance_sheet', account_id, sum(amount) FROM balance_sheet GROUP BY ALL
), theirs AS (
  SELECT period, company, basis, statement, account_id, sum(amount) AS theirs FROM reported_balances
  WHERE statement <> 'opening_trial_balance' GROUP BY ALL
)
SELECT period, company, basis, statement, account_id, coalesce(ours, 0)::DECIMAL(18, 2) AS ours,
  coalesce(theirs, 0)::DECIMAL(18, 2) AS theirs, (coalesce(ours, 0) - coalesce(theirs, 0))::DECIMAL(18, 2) AS difference
FROM ours FULL JOIN theirs USING (period, company, basis, statement, account_id)
WHERE coalesce(ours, 0) <> 0 OR coalesce(theirs, 0) <> 0
"""
TABLES = {
    "silver/general_ledger": GENERAL_LEDGER,
    "silver/profit_and_loss_lines": PROFIT_AND_LOSS_LINES,
    "silver/reported_balances": REPORTED_BALANCES,
    "gold/ledger": LEDGER,
    "gold/trial_balance": TRIAL_BALANCE,
    "gold/profit_and_loss": PROFIT_AND_LOSS,
    "gold/balance_sheet": BALANCE_SHEET,
    "gold/financial_summary": FINANCIAL_SUMMARY,
    "gold/tie_out": TIE_OUT,
}
# Columns that are compared, all where none are named. Silver keeps account names as the reports print them: left out.
COMPARED: Mapping[str, str] = {
    "gold/tie_out": "* EXCLUDE (accepted_by, accepted_because)",  # nobody accepted a difference
    "silver/general_ledger": "* EXCLUDE (account_name, account_number)",
    "silver/profit_and_loss_lines": "* EXCLUDE (account_name, section)",
    "silver/reported_balances": "company, period, basis, statement, account_id, amount",
    "gold/ledger": "* EXCLUDE (transaction_currency, transaction_amount, crop_year, marketing_year)",
    "gold/financial_summary": "* EXCLUDE (scenario, line_order)",
}
# Rows that are compared, where not all: the script makes no budget.
OF_PLATFORM: Mapping[str, str] = {"gold/financial_summary": "WHERE scenario = 'actual'"}


def run_by_hand(home: Path, folder: Path) -> Measured:
    """Make every table from the bronze tables of a home, in a fresh process."""
    command = [__file__, "--child", "--lake", str(home / "lake"), "--group", str(home / "group")]
    return measure([*command, "--folder", str(folder)])


def child(lake: Path, group_folder: Path, folder: Path) -> dict[str, float]:
    """What the measured process does; returns the seconds of each phase."""
    marks = [("start", time.perf_counter())]
    if folder.exists():
        shutil.rmtree(folder)
    raw = folder / "raw"
    raw.mkdir(parents=True)
    parse(lake, raw)
    marks.append(("parsing", time.perf_counter()))

    import duckdb
    from deltalake import write_deltalake

    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {PROCESSES}")
        connection.execute("SET TimeZone = 'UTC'")
        for report in REPORTS:
            connection.execute(f"CREATE VIEW raw_{report} AS FROM read_parquet('{raw}/{report}-*.parquet')")
        reference_tables(connection, lake, group_folder)
        marks.append(("reference", time.perf_counter()))
        for name, query in TABLES.items():
            connection.execute(f"CREATE TABLE {name.partition('/')[2]} AS {query}")
        marks.append(("building", time.perf_counter()))
        for name in TABLES:
            reader = connection.sql(f"FROM {name.partition('/')[2]}").to_arrow_reader(100_000)
            write_deltalake(str(folder / name), reader)
        marks.append(("writing", time.perf_counter()))
    shutil.rmtree(raw)
    return {name: end - start for (_, start), (name, end) in pairwise(marks)}


def parse(lake: Path, target: Path) -> None:
    """Every newest fetch to parquet, by two processes, a file of bronze at a time, the largest first."""
    from deltalake import DeltaTable
    from hand_parsing import KEY, parse_file, target_of

    table = DeltaTable(str(lake / "bronze" / "quickbooks_reports"))
    fetches = table.to_pyarrow_dataset().to_table(columns=[*KEY, "fetched_at"]).to_pylist()
    newest: dict[tuple[Any, ...], tuple[Any, str]] = {}
    for fetch in fetches:
        identity = tuple(fetch[name] for name in KEY[:-1])
        told = (fetch["fetched_at"], fetch["fetch_id"])
        newest[identity] = max(newest.get(identity, told), told)
    wanted = frozenset(fetch for _, fetch in newest.values())
    files = sorted(table.file_uris(), key=lambda path: -Path(path).stat().st_size)
    jobs = []
    for number, path in enumerate(files):
        report = path.partition("report=")[2].partition("/")[0]
        if report in REPORTS:
            jobs.append((path, report, wanted, target_of(target, report, number)))
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for _ in pool.imap_unordered(parse_file, jobs, chunksize=1):
            pass


def reference_tables(connection: duckdb.DuckDBPyConnection, lake: Path, group_folder: Path) -> None:
    """Accounts and monthly rates from bronze, mappings from the contract."""
    import orjson
    import pyarrow as pa
    import pyarrow.compute as pc
    from deltalake import DeltaTable

    from monette_assets.gold.rates import IN_GROUP_CURRENCY
    from monette_assets.group import load_group
    from monette_assets.group.calendar import month_end

    def register(name: str, rows: Iterable[Mapping[str, Any]], schema: pa.Schema | None = None) -> None:
        connection.register(f"{name}_rows", pa.Table.from_pylist(list(rows), schema=schema))
        connection.execute(f"CREATE TABLE {name} AS FROM {name}_rows")

    objects = DeltaTable(str(lake / "bronze" / "quickbooks_objects")).to_pyarrow_dataset()
    newest: dict[tuple[str, str], tuple[Any, str]] = {}
    for row in objects.to_table(
        columns=["company", "object_id", "fetched_at", "payload"], filter=pc.field("entity") == "Account"
    ).to_pylist():
        key, told = (row["company"], row["object_id"]), (row["fetched_at"], row["payload"])
        newest[key] = max(newest.get(key, told), told)
    accounts = []
    for (company, identifier), (_, payload) in newest.items():
        account = orjson.loads(payload)
        accounts.append(
            {
                "company": company,
                "account_id": identifier,
                "account_number": account.get("AcctNum") or None,
                "account_name": account["FullyQualifiedName"],
                "account_sub_type": account.get("AccountSubType"),
                "classification": account["Classification"],
            }
        )
    register("accounts", accounts)

    group = load_group(group_folder)
    rates: list[dict[str, Any]] = []
    answers = DeltaTable(str(lake / "bronze" / "exchange_rates")).to_pyarrow_dataset().to_table()
    for answer in sorted(answers.to_pylist(), key=lambda each: each["fetched_at"]):
        period, series = answer["period"], answer["series"]
        daily = [
            Decimal(each[series]["v"])
            for each in orjson.loads(answer["payload"])["observations"]
            if each["d"] >= period.isoformat()
        ]
        mean = (sum(daily, Decimal(0)) / len(daily)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        month = {"period": period, "rate_date": None, "rate_source": IN_GROUP_CURRENCY}
        published = {"rate_date": month_end(period), "rate_source": f"Bank of Canada {series}"}
        rates.append({**month, **published, "currency": series[2:5], "rate": mean})
        rates.append({**month, "currency": group.currency, "rate": Decimal("1.000000")})
    schema = pa.schema(
        [
            ("period", pa.date32()),
            ("currency", pa.string()),
            ("rate", pa.decimal128(18, 6)),
            ("rate_date", pa.date32()),
            ("rate_source", pa.string()),
        ]
    )
    register("rates", {(each["period"], each["currency"]): each for each in rates}.values(), schema)

    last = max(each["period"] for each in rates)
    first = min(each.first_period for each in group.companies)
    before = first.replace(year=first.year - 1)  # the month before the first is a month of the balances too
    register("companies", ({**row, "currency": None} for row in group.company_rows()))
    connection.execute("ALTER TABLE companies DROP currency")
    connection.execute("ALTER TABLE companies ALTER last_period TYPE DATE")
    register("mapping", group.account_mapping_rows())
    register(
        "reroutes",
        group.reroute_rows(),
        pa.schema(
            [
                *((name, pa.string()) for name in ("company", "group_account", "to_group_account")),
                *((name, pa.date32()) for name in ("from_period", "to_period")),
            ]
        ),
    )
    register("chart", ({name: row[name] for name in ("group_account", "profit_type")} for row in group.chart_rows()))
    register("locations", group.location_rows())
    register("years", group.fiscal_year_rows(before, last))
    register(
        "results",
        (
            {"result": result, "made_of": part.lstrip("-"), "sign": -1 if part.startswith("-") else 1}
            for result, parts in RESULTS.items()
            for part in parts
        ),
    )


def compare(ours: Path, platform: Path) -> dict[str, tuple[int, int, int]]:
    """Per table: rows that both have, rows only by hand, rows only of the platform; identical rows count each time."""
    import duckdb
    from deltalake import DeltaTable

    found = {}
    for name in TABLES:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("hand", DeltaTable(str(ours / name)).to_pyarrow_dataset())
            connection.register("framework", DeltaTable(str(platform / name)).to_pyarrow_dataset())
            columns = connection.execute(f"SELECT {COMPARED.get(name, '*')} FROM framework LIMIT 0").description
            names = ", ".join(f'"{column[0]}"' for column in columns or ())
            counted = connection.execute(
                f"""
                SELECT sum(least(hands, frameworks)), sum(greatest(hands - frameworks, 0)),
                  sum(greatest(frameworks - hands, 0))
                FROM (SELECT count(*) FILTER (side = 'hand') AS hands,
                    count(*) FILTER (side = 'framework') AS frameworks
                  FROM (SELECT {names}, 'hand' AS side FROM hand UNION ALL
                    SELECT {names}, 'framework' FROM framework {OF_PLATFORM.get(name, "")}) GROUP BY {names})
                """
            ).fetchone()
        assert counted is not None
        found[name] = (int(counted[0]), int(counted[1]), int(counted[2]))
    return found


def show(measured: Measured, compared: Mapping[str, tuple[int, int, int]]) -> None:
    """Print what it took and what differs."""
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in measured.told.items())
    print(
        f"by hand: wall {measured.wall:.1f} s, CPU {measured.cpu:.1f} s, peak {measured.peak / 1e9:.2f} GB, "
        f"load before {measured.load:.1f}, others {measured.others:.1f} cores: {spent}"
    )
    for name, (same, hand, framework) in compared.items():
        print(f"  {name}: {same:,} rows equal, {hand:,} only by hand, {framework:,} only in the platform")


def main() -> None:
    """Measure and compare, or be the measured process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    for name in ("--lake", "--group", "--folder", "--result"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        asked.result.write_text(json.dumps(child(asked.lake, asked.group, asked.folder)))
        return
    home, folder = home_of(asked.scale), WORK / "hand" / f"{asked.scale:g}"
    if not (home / "measured.json").exists():
        sys.exit(f"nothing to compare with in {home}: run pipeline.py --scale {asked.scale:g} first")
    measured = run_by_hand(home, folder)
    compared = compare(folder, home / "lake")
    show(measured, compared)
    if any(hand or framework for _, hand, framework in compared.values()):
        sys.exit("the tables made by hand and the platform's differ")


if __name__ == "__main__":
    main()
