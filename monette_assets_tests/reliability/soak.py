"""`make soak`: story after story, each from its seed; prints what was injected and survived, and how to replay a loss.

python -m monette_assets_tests.reliability.soak --seeds 200 --first 1000 [--whole]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from monette_assets_tests.reliability.ground import Ground
from monette_assets_tests.reliability.plans import plan


def main() -> int:
    """Exit status 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Hurt runs from seeds and look whether anything is lost.")
    parser.add_argument("--seeds", type=int, default=100, help="how many stories")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--whole", action="store_true", help="every table and Great Expectations, not the spine")
    given = parser.parse_args()
    began, say = time.monotonic(), sys.stdout.write
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        ground = Ground(Path(folder), whole=given.whole)
        try:
            for seed in range(given.first, given.first + given.seeds):
                drawn = plan(seed, ground.cpu_seconds)
                before = ground.tally.injected.total()
                problems = ground.live(drawn)
                happened = ground.tally.injected.total() - before
                say(f"{'LOST' if problems else 'ok  '} {drawn} ({happened} faults)\n")
                if problems:
                    ground.tally.lost += 1
                    say("\n".join(f"     {problem}" for problem in problems) + "\n")
                    say(f"     replay: make soak SEEDS=1 FIRST={seed}{' WHOLE=--whole' if given.whole else ''}\n")
                else:
                    ground.tally.survived += happened
                sys.stdout.flush()
        finally:
            ground.close()
        say(f"{ground.tally.sentence()}\n{time.monotonic() - began:.0f} s\n")
    return 1 if ground.tally.lost else 0


if __name__ == "__main__":
    sys.exit(main())
