"""A month's board pack: `python benchmarks/pack.py --scale 1`, after pipeline.py at that scale.

From typing `monette report pack` to the workbook and the page on disk, of the latest month of the pipeline's home.
"""

from __future__ import annotations

import argparse
import shutil

from measuring import Measured, measure
from pipeline import environment, home_of
from rerun import latest_month

from monette_assets.lake import Lake


def pack(scale: float) -> Measured:
    """The pack of the latest month, in a fresh process. Raises RuntimeError where the command fails."""
    home = home_of(scale)
    period, folder = latest_month(Lake(str(home / "lake"))), home / "packs"
    shutil.rmtree(folder, ignore_errors=True)
    command = ["-m", "monette_assets.cli", "report", "pack", "--period", f"{period:%Y-%m}", "--out", str(folder)]
    return measure(command, environment(home), tells=False)


def main() -> None:
    """Measure one pack and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    measured = pack(parser.parse_args().scale)
    print(
        f"board pack: wall {measured.wall:.1f} s, CPU {measured.cpu:.1f} s, peak {measured.peak / 1e9:.2f} GB, "
        f"load before {measured.load:.1f}, others {measured.others:.1f} cores"
    )


if __name__ == "__main__":
    main()
