"""`make fuzz`: reports and sheets spoilt by a coverage-guided fuzzer (atheris), for a bounded time.

    python -m monette_assets_tests.reliability.fuzz reports --seconds 120

Exit status 0 where nothing was found. What was found is printed, with the input that repeats it in `crash-*`
(give that file instead of `--seconds` to repeat it).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Fuzz until the time is over or something is found."""
    import atheris

    parser = argparse.ArgumentParser(description="Fuzz the readers of reports or sheets.")
    parser.add_argument("what", choices=["reports", "sheets"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("repeat", nargs="*", help="inputs found before")
    given = parser.parse_args()
    with atheris.instrument_imports(include=["monette_assets.sources", "monette_assets.silver", "openpyxl", "csv"]):
        from monette_assets.silver.sheets import Vocabulary
        from monette_assets_tests.frames import group_of
        from monette_assets_tests.reliability import mutations
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    words = Vocabulary(group_of(folder / "group"))

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)

        def choose(count: int) -> int:
            return int(provider.ConsumeIntInRange(0, max(count - 1, 0)))

        if given.what == "reports":
            mutations.check_report(*mutations.spoilt_report(choose))
        else:
            mutations.check_sheet(mutations.spoilt_sheet(choose), words)

    bounds = [
        f"-max_total_time={given.seconds}",
        "-timeout=30",
        "-max_len=512",
        "-len_control=0",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *bounds, *given.repeat], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
