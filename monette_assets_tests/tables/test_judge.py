"""Great Expectations in a process of its own: what it says, and what is said when it cannot."""

from __future__ import annotations

import pytest

from monette_assets.tables.judge import Expectation, Judge, Verdict

NO_NULLS = Expectation("broken__null__amount", "amount is never null")
UNIQUE = Expectation("broken__key", "key account is unique")


def test_a_measure_that_is_not_zero_fails_with_its_positions(judge: Judge) -> None:
    verdicts = judge.judge(
        "silver/sample", (NO_NULLS, UNIQUE), {NO_NULLS.measure: [0, 3, 0, 1], UNIQUE.measure: [0] * 4}
    )
    assert verdicts == [Verdict(NO_NULLS.measure, False, (1, 3)), Verdict(UNIQUE.measure, True, ())]


def test_what_cannot_be_judged_is_an_error_and_the_judge_goes_on(judge: Judge) -> None:
    with pytest.raises(RuntimeError, match="table silver/sample: Great Expectations could not judge it"):
        judge.judge("silver/sample", (NO_NULLS,), {UNIQUE.measure: [0]})
    assert judge.judge("silver/sample", (UNIQUE,), {UNIQUE.measure: [0]})[0].passed


def test_a_judge_that_died_is_named_as_the_reason() -> None:
    dead = Judge()
    dead._process.kill()
    dead._process.wait()
    with pytest.raises(RuntimeError, match=r"table silver/sample: the judging process ended with status -9; run again"):
        dead.judge("silver/sample", (NO_NULLS,), {NO_NULLS.measure: [0]})
    dead.close()
    dead.close()  # safe to call twice


def test_a_judge_nobody_asked_ends_at_once() -> None:
    with Judge() as unasked:
        process = unasked._process
    assert process.poll() is not None
