"""Whatever is published, restored, replayed or appended, a table holds exactly what a plain list would."""

from __future__ import annotations

import shutil
import tempfile
from decimal import Decimal
from itertools import product
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monette_assets.lake.commits import Commit
from monette_assets.lake.compare import difference
from monette_assets.lake.lake import Lake
from monette_assets.lake.maintenance import checkpoint, compact
from monette_assets.lake.scope import Scope
from monette_assets_tests.azurite import Azurite
from monette_assets_tests.lake.books import FEBRUARY, JANUARY, MARCH, SCHEMA, Row, commit, months, rows_of, table

TABLE = "gold/ledger"
UNITS = list(product(["north", "south", "west"], [JANUARY, FEBRUARY, MARCH]))
SCOPES = st.sets(st.sampled_from(UNITS), min_size=1).map(lambda units: months(*units))
AMOUNTS = st.decimals("-9999999999999999.99", "9999999999999999.99", places=2) | st.none()
LINES = st.tuples(st.sampled_from(["4000", "5000", "it's; --", "é🚜", "", None]), AMOUNTS)


class Publishing(RuleBasedStateMachine):
    """The lake beside a model: the list of rows of every version."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.lake = self.opened()
        self.versions: dict[int, list[Row]] = {}
        self.done: list[tuple[Commit, Scope]] = []

    def opened(self) -> Lake:
        """An empty lake."""
        return Lake(self.folder)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(partition_by=st.sampled_from([(), ("period",), ("company", "period")]))
    def create(self, partition_by: tuple[str, ...]) -> None:
        self.lake.create(TABLE, SCHEMA, partition_by)
        self.versions[0] = []

    @property
    def now(self) -> int:
        """The newest version."""
        return max(self.versions)

    def put(self, scope: Scope | None, rows: list[Row]) -> None:
        """The model's publish."""
        kept = [
            row for row in self.versions[self.now] if scope and not scope.is_everything and not scope.holds(row[:2])
        ]
        self.versions[self.now + 1] = kept + rows

    @rule(scope=SCOPES, data=st.data())
    def publish(self, scope: Scope, data: st.DataObject) -> None:
        lines = data.draw(st.lists(st.tuples(st.sampled_from(sorted(scope.units)), LINES), max_size=8))
        rows: list[Row] = [(str(unit[0]), unit[1], *line) for unit, line in lines]  # type: ignore[misc]
        said = commit()
        done = self.lake.publish(TABLE, table(rows), schema=SCHEMA, scope=scope, commit=said)
        self.put(scope, rows)
        self.done.append((said, scope))
        assert (done.version, done.previous_version, done.rows_written) == (self.now, self.now - 1, len(rows))

    @rule()
    def empty(self) -> None:
        self.lake.publish(TABLE, table([]), schema=SCHEMA, scope=Scope.everything(), commit=commit())
        self.put(Scope.everything(), [])

    @rule(unit=st.sampled_from(UNITS), line=LINES)
    def append(self, unit: tuple[str, object], line: tuple[str | None, Decimal | None]) -> None:
        row: Row = (*unit, *line)  # type: ignore[assignment]
        self.lake.append(TABLE, table([row]), schema=SCHEMA, commit=commit())
        self.versions[self.now + 1] = [*self.versions[self.now], row]

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        said, scope = data.draw(st.sampled_from(self.done))
        assert self.lake.publish(TABLE, table([]), schema=SCHEMA, scope=scope, commit=said).replayed

    @rule(data=st.data(), scope=SCOPES | st.none())
    def restore(self, data: st.DataObject, scope: Scope | None) -> None:
        version = data.draw(st.sampled_from(sorted(self.versions)))
        rows = [row for row in self.versions[version] if scope is None or scope.holds(row[:2])]
        self.lake.restore(TABLE, version, commit(), scope)
        self.put(scope or Scope.everything(), rows)

    @rule()
    def maintain(self) -> None:
        compact(self.lake, TABLE, commit())
        checkpoint(self.lake, TABLE)
        for version in range(self.now + 1, (self.lake.version(TABLE) or 0) + 1):
            self.versions[version] = self.versions[version - 1]

    @rule(data=st.data())
    def compare(self, data: st.DataObject) -> None:
        old, new = (data.draw(st.sampled_from(sorted(self.versions))) for _ in range(2))
        found = self.lake.compare(TABLE, old, new, ["company", "period"])
        direct = difference(table(self.versions[old]), table(self.versions[new]), ["company", "period"])
        assert (found.added, found.changed, found.removed) == (direct.added, direct.changed, direct.removed)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        if not self.versions:
            return
        assert self.lake.version(TABLE) == self.now
        assert rows_of(self.lake.read(TABLE)) == sorted(self.versions[self.now], key=repr)
        middle = self.now // 2
        assert rows_of(self.lake.read(TABLE, version=middle)) == sorted(self.versions[middle], key=repr)


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=10, stateful_step_count=12)


def test_publishing_in_a_container(azurite: Azurite, container: str) -> None:
    class PublishingInAContainer(Publishing):
        def opened(self) -> Lake:
            return azurite.lake(container, f"lakes/{uuid4().hex}")

    few = settings(max_examples=2, stateful_step_count=8)
    run_state_machine_as_test(PublishingInAContainer, settings=few)  # type: ignore[no-untyped-call]
