"""What a close keeps for good: the release's statements, rates, ledger lines and contract, copied (ACCOUNTING 12)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from monette_assets.clock import now
from monette_assets.group.models import WHOLE_GROUP
from monette_assets.lake import Commit, Lake
from monette_assets.tables import closed_ledger, closed_statements, closes, group_contracts, hash_chain
from monette_assets.tables.closed_statements import COMPANY_STATEMENTS, GROUP_STATEMENTS, RATES, figures
from monette_assets.tables.hash_chain import Entry, content_hash

if TYPE_CHECKING:
    from monette_assets.group import Group
    from monette_assets.reports.released import Released
    from monette_assets.tables.contract import Contract

Row = dict[str, Any]
RATE_KINDS = ("average", "closing")
TRANSLATED = "gold/translated_balances"


@dataclass(frozen=True)
class Books:
    """The lake and the contract, at a moment of the group's clock."""

    lake: Lake
    group: Group
    now: Callable[[], datetime]

    @classmethod
    def of(cls, lake: Lake, group: Group) -> Books:
        """By the real clock."""
        return cls(lake, group, lambda: now(group))

    @property
    def log(self) -> list[Entry]:
        """Everything that was ever approved, closed and reopened. Raises ChainBrokenError where it was changed."""
        return hash_chain.intact(self.lake, closes.CONTRACT.name)

    def commit(self, contract: Contract, name: str, units: str, author: str | None) -> Commit:
        """Of a table of closes."""
        return Commit(
            run_id=f"close-{name}",
            publish_id=f"{contract.name}:{name}",
            code_version=contract.code_version,
            contract_version=self.group.fingerprint,
            units=units,
            author=author,
            at=self.now().astimezone(UTC),
        )


def freeze(books: Books, release: Released, period: date, whose: str) -> Row:
    """Copy the release's figures of a company's or the group's month; returns what the log says of them.

    The group contract's files are kept too, unless they are already.

    The rates and ledger lines behind the group's figures are those that its companies' closes froze.
    """
    group_contracts.keep(books.lake, books.group)
    close_id = f"{whose}-{period:%Y-%m}-{uuid.uuid4().hex[:12]}"
    shared = {"close_id": close_id, "company": whose, "period": period}
    of_group = whose == WHOLE_GROUP
    kept = [each for each in (GROUP_STATEMENTS if of_group else COMPANY_STATEMENTS) if each.table in release.versions]
    statements = [
        figure
        for each in kept
        for figure in figures(
            each, release.rows(each.table, period=period, company=None if of_group else whose), **shared
        )
    ]
    lines: list[Row] = []
    if not of_group:
        statements += figures(RATES, _rates(books, release, period, whose), **shared)
        lines = [
            {name: row.get(name) for name in closed_ledger.CONTRACT.column_names} | shared
            for row in release.rows("gold/ledger", period=period, company=whose)
        ]
    told: Row = {"close_id": close_id, "statements": [each.statement for each in kept]}
    for name, contract, rows in (
        ("statements", closed_statements.CONTRACT, statements),
        ("ledger", closed_ledger.CONTRACT, lines),
    ):
        told[f"{name}_hash"], told[f"{name}_rows"] = _append(books, contract, rows, close_id), len(rows)
    return told


def _rates(books: Books, release: Released, period: date, company: str) -> list[Row]:
    """The rates of a foreign company's currency that the month was translated at; silver may have newer ones."""
    import pyarrow.compute as pc

    home = books.group.company(company).home_currency
    if home == books.group.currency:
        return []
    wanted = (pc.field("period") == period) & (pc.field("from_currency") == home) & (pc.field("kind").isin(RATE_KINDS))
    return release.rows_behind(TRANSLATED, RATES.table, period, wanted)


def _append(books: Books, contract: Contract, rows: Sequence[Row], close_id: str) -> str:
    """Append frozen rows; returns their content hash."""
    import pyarrow as pa

    data = pa.Table.from_pylist(list(rows), schema=contract.arrow_schema)
    books.lake.append(
        contract.name,
        data,
        schema=contract.arrow_schema,
        commit=books.commit(contract, close_id, f"{close_id}: {len(rows)} rows", None),
    )
    return content_hash(data.to_pylist())
