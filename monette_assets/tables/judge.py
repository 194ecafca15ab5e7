"""Great Expectations, in a process of its own.

Importing it costs several seconds of CPU, so it happens beside the run's other work. What it judges is small:
one row of measures per unit of a table, computed by the engine in one pass over the staged rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Expectation:
    """A measure that must be zero: `failures` of one rule, counted per unit."""

    measure: str
    rule: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an expectation found: the positions of the units that break it."""

    measure: str
    passed: bool
    failed_rows: tuple[int, ...]


def judge(table: str, expectations: tuple[Expectation, ...], measures: dict[str, list[Any]]) -> list[Verdict]:
    """Validate the measures of one table (column -> one value per unit) against its suite.

    First that no unit has any failure of a rule, which is cheap and mostly so; then, rule by rule, which units have.
    Raises RuntimeError where an expectation could not be evaluated.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import pandas as pd
    from great_expectations.expectations.core.expect_column_max_to_be_between import ExpectColumnMaxToBeBetween
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween

    frame = pd.DataFrame(measures)
    found = _validate(table, ExpectColumnMaxToBeBetween, expectations, frame, "BOOLEAN_ONLY")
    broken = tuple(each for each in expectations if not found[each.measure].success)
    units = _validate(table, ExpectColumnValuesToBeBetween, broken, frame, "COMPLETE") if broken else {}
    verdicts = []
    for expectation in expectations:
        failed: tuple[int, ...] = ()
        if expectation in broken:
            result = units[expectation.measure]
            failed = tuple(int(index) for index in result.result.get("unexpected_index_list") or ())
            if not failed:  # it raised: how it says so depends on where
                raise RuntimeError(f"table {table}, measure {expectation.measure}: {result.exception_info}")
        verdicts.append(Verdict(expectation.measure, not failed, failed))
    return verdicts


def _validate(
    table: str, kind: Any, expectations: tuple[Expectation, ...], frame: pd.DataFrame, result_format: Any
) -> dict[str, Any]:
    """The result of each measure's expectation: at least and at most zero."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    suite = gx.ExpectationSuite(name=table)
    for each in expectations:
        suite.add_expectation(kind(column=each.measure, min_value=0, max_value=0, meta={"rule": each.rule}))
    batch = (
        context.data_sources.add_pandas(name=table)
        .add_dataframe_asset(name="measures")
        .add_batch_definition_whole_dataframe("whole")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    validation = batch.validate(suite, result_format=result_format)
    return {
        result.expectation_config.kwargs["column"]: result
        for result in validation.results
        if result.expectation_config is not None
    }


class Judge:
    """The judging process. Start it early, ask it late; `close` ends it."""

    def __init__(self) -> None:
        # a plain child, not a multiprocessing one: those import the caller's main module again
        self._process = subprocess.Popen(
            [sys.executable, "-m", "monette_assets.tables.judge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = Lock()

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the judging process; safe to call twice."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:  # still importing: nothing is lost
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def judge(self, table: str, expectations: tuple[Expectation, ...], measures: dict[str, list[Any]]) -> list[Verdict]:
        """As `judge`, in the judging process. Raises RuntimeError with what it raised, or if it died."""
        question = {"table": table, "expectations": [asdict(each) for each in expectations], "measures": measures}
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            try:
                self._process.stdin.write(json.dumps(question) + "\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except BrokenPipeError:
                line = ""
        if not line:
            raise RuntimeError(
                f"table {table}: the judging process ended with status {self._process.poll()}; run again"
            )
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"table {table}: Great Expectations could not judge it: {answer['error']}")
        return [Verdict(found["measure"], found["passed"], tuple(found["failed_rows"])) for found in answer["verdicts"]]


def _serve() -> None:
    """Answer questions, one JSON line each, until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")  # libraries may print: keep them off the answers
    os.dup2(2, 1)
    for unneeded in ("azure", "google", "pyspark", "sqlalchemy"):  # it imports what it finds of them, and needs none
        sys.modules[unneeded] = None  # type: ignore[assignment]
    import great_expectations

    assert great_expectations.__version__
    for line in sys.stdin:
        question = json.loads(line)
        try:
            expectations = tuple(Expectation(**each) for each in question["expectations"])
            verdicts = judge(question["table"], expectations, question["measures"])
            answer: dict[str, Any] = {"verdicts": [asdict(verdict) for verdict in verdicts]}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    os._exit(0)  # nothing is left to say: taking its thousands of modules down takes a second, and the run waits for it


if __name__ == "__main__":
    _serve()
