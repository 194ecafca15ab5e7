"""Those who use a cluster at once are charged it once: the parts of a second are the second."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from monette_assets.gold.shared_clusters import Use, parts

START = datetime(2024, 11, 5, tzinfo=UTC)

uses = st.lists(
    st.builds(
        lambda cluster, holder, start, seconds: use(cluster, holder, start, start + seconds),
        st.sampled_from(["spark", "databricks"]),
        st.sampled_from(["r1", "r2", "r3", "r4"]),
        st.integers(0, 40),
        st.integers(0, 20),
    ),
    max_size=12,
)


def use(cluster: str, holder: str, start: int, end: int) -> Use:
    """From one second to another."""
    return Use(cluster, holder, START + timedelta(seconds=start), START + timedelta(seconds=end))


def seconds(each: Use) -> range:
    return range((each.start - START).seconds, (each.end - START).seconds)


def present(those: list[Use]) -> dict[tuple[object, int], set[str]]:
    """Who was on which cluster, second by second."""
    found = defaultdict(set)
    for each in those:
        for second in seconds(each):
            found[each.cluster, second].add(each.holder)
    return found


@given(uses)
def test_what_all_are_charged_is_the_time_in_which_the_cluster_was_used(those: list[Use]) -> None:
    there, found = present(those), parts(those)
    for cluster in {each.cluster for each in those}:
        held = {holder: sum(holder in who for (of, _), who in there.items() if of == cluster)
                for holder in {each.holder for each in those if each.cluster == cluster}}  # fmt: skip
        charged = sum((found[cluster, holder] * time for holder, time in held.items() if time), Fraction(0))
        assert charged == sum(of == cluster for of, _ in there)


@given(uses)
def test_of_every_second_a_holder_is_charged_one_over_as_many_as_were_there(those: list[Use]) -> None:
    there, found = present(those), parts(those)
    assert set(found) == {(cluster, holder) for (cluster, _), who in there.items() for holder in who}
    for (cluster, holder), part in found.items():
        shared = [Fraction(1, len(who)) for (of, _), who in there.items() if of == cluster and holder in who]
        assert part == sum(shared) / len(shared)


def test_the_runs_of_a_chain_are_no_others_to_each_other() -> None:
    """A job of 100 seconds with runs in it, and another run beside it for its last 50: 75 seconds and 25."""
    chain = [use("spark", "job", 0, 100), use("spark", "job", 10, 40), use("spark", "job", 50, 90)]
    found = parts([*chain, use("spark", "r9", 50, 100)])
    assert found == {("spark", "job"): Fraction(3, 4), ("spark", "r9"): Fraction(1, 2)}


def test_who_is_alone_is_charged_all_of_it_and_another_cluster_is_another() -> None:
    found = parts([use("spark", "r1", 0, 10), use("spark", "r2", 10, 20), use("databricks", "r3", 0, 20)])
    assert set(found.values()) == {Fraction(1)}
