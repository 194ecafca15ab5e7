"""`make soak`: story after story, each from its seed; prints what was injected and survived, and how to replay a loss.

python -m monette_assets_tests.reliability.soak --seeds 200 --first 1000 [--whole]

A seed is the whole story, so that any of them is told again by itself, and what was interrupted goes on from where it
stopped: both commands are printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from monette_assets_tests.reliability.ground import Ground, Tally
from monette_assets_tests.reliability.plans import plan

Say = Callable[[str], object]
Story = Callable[[int], tuple[str, list[str]]]  # of a seed: what it is about, and what was not as without faults


def tell(seeds: range, story: Story, tally: Tally, say: Say, *, whole: bool = False) -> int:
    """Live the stories and count them; the exit status: 0 if nothing was lost, 1 if anything was, 130 if interrupted.

    A story that cannot be told to its end counts as lost; the next ones go on.
    """
    lost, status = [], 0
    for seed in seeds:
        before = tally.injected.total()
        try:
            about, problems = story(seed)
        except KeyboardInterrupt:
            say(f"interrupted; the rest: {command(range(seed, seeds.stop), whole=whole)}\n")
            status = 130
            break
        except Exception as error:  # one story's end is not that of the others
            about, problems = f"seed {seed}", [f"broke off: {type(error).__name__}: {error}"]
        happened = tally.injected.total() - before
        say(f"{'LOST' if problems else 'ok  '} {about} ({happened} faults)\n")
        if problems:
            lost.append(seed)
            say("".join(f"     {problem}\n" for problem in problems))
        else:
            tally.survived += happened
    tally.lost += len(lost)
    say(f"{tally.sentence()}\n")
    for seed in lost:
        say(f"  seed {seed} again: {command(range(seed, seed + 1), whole=whole)}\n")
    return status or int(bool(lost))


def command(seeds: range, *, whole: bool) -> str:
    """What lives these stories again."""
    return f"make soak SEEDS={len(seeds)} FIRST={seeds.start}{' WHOLE=--whole' if whole else ''}"


def main() -> int:
    """Exit status as `tell` says."""
    parser = argparse.ArgumentParser(description="Hurt runs from seeds and look whether anything is lost.")
    parser.add_argument("--seeds", type=int, default=100, help="how many stories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--whole", action="store_true", help="every table and Great Expectations, not the spine")
    given = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        ground = Ground(Path(folder), whole=given.whole)

        def story(seed: int) -> tuple[str, list[str]]:
            drawn = plan(seed, ground.cpu_seconds)
            return str(drawn), ground.live(drawn)

        try:
            seeds = range(given.first, given.first + given.seeds)
            status = tell(seeds, story, ground.tally, say, whole=given.whole)
        finally:
            ground.close()
        say(f"{time.monotonic() - began:.0f} s\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
