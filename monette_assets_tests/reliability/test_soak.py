"""What `make soak` prints of hundreds of stories: figures, and the command that tells a lost one again or goes on."""

from __future__ import annotations

import pytest

from monette_assets_tests.reliability.ground import Tally
from monette_assets_tests.reliability.soak import tell


class Stories:
    """Two faults a story; those of some seeds end otherwise than without them, break off or are interrupted."""

    def __init__(self, *, lost: tuple[int, ...] = (), broken: int = -1, interrupted: int = -1) -> None:
        self.lost, self.broken, self.interrupted = lost, broken, interrupted
        self.tally = Tally()
        self.said = ""

    def story(self, seed: int) -> tuple[str, list[str]]:
        if seed == self.interrupted:
            raise KeyboardInterrupt
        self.tally.stories += 1
        self.tally.injected["kill"] += 2
        if seed == self.broken:
            raise RuntimeError("no room")
        return f"seed {seed}: a kill", ["gold/ledger differs"] if seed in self.lost else []

    def say(self, text: str) -> None:
        self.said += text

    def told(self, first: int, count: int, *, whole: bool = False) -> int:
        return tell(range(first, first + count), self.story, self.tally, self.say, whole=whole)


def test_nothing_lost_ends_with_the_figures() -> None:
    soak = Stories()
    assert soak.told(1000, 3) == 0
    assert soak.said.splitlines()[:3] == [f"ok   seed {seed}: a kill (2 faults)" for seed in (1000, 1001, 1002)]
    assert "3 stories, 0 runs: 6 faults injected, 6 survived; 0 stories did not end as without them" in soak.said


@pytest.mark.parametrize(("whole", "option"), [(False, ""), (True, " WHOLE=--whole")])
def test_a_loss_names_its_seed_and_the_command_after_the_figures_too(whole: bool, option: str) -> None:
    soak = Stories(lost=(5, 7))
    assert soak.told(5, 3, whole=whole) == 1
    assert "LOST seed 5: a kill (2 faults)\n     gold/ledger differs\nok   seed 6" in soak.said
    assert "6 faults injected, 2 survived; 2 stories did not end" in soak.said
    assert soak.said.endswith(
        f"  seed 5 again: make soak SEEDS=1 FIRST=5{option}\n  seed 7 again: make soak SEEDS=1 FIRST=7{option}\n"
    )


def test_a_story_that_breaks_off_is_lost_and_the_others_are_told() -> None:
    soak = Stories(broken=1)
    assert soak.told(0, 3) == 1
    assert "LOST seed 1 (2 faults)\n     broke off: RuntimeError: no room\nok   seed 2" in soak.said
    assert (soak.tally.lost, soak.tally.survived) == (1, 4)


def test_interrupted_it_says_what_was_and_how_to_go_on() -> None:
    soak = Stories(lost=(10,), interrupted=12)
    assert soak.told(10, 200) == 130
    assert "interrupted; the rest: make soak SEEDS=198 FIRST=12\n2 stories, " in soak.said
    assert soak.said.endswith("  seed 10 again: make soak SEEDS=1 FIRST=10\n")
