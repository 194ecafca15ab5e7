"""What is wrong with a contract, said so that the person who wrote it can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

MAX_CHOICES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the file, the path in it (`companies[3].home_currency`), what stands there and what may."""

    file: str
    path: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.path}" if self.path else self.file
        return f"{where}: found {self.found}; expected {self.expected}"


class GroupContractError(ValueError):
    """A contract that cannot be used. `problems` holds every mistake of every file."""

    def __init__(self, folder: str, problems: Iterable[Problem]) -> None:
        self.folder = folder
        self.problems = tuple(problems)
        count = f"{len(self.problems)} problem{'s' if len(self.problems) != 1 else ''}"
        super().__init__("\n".join([f"group contract {folder}: {count}", *(f"  {each}" for each in self.problems)]))


def one_of(choices: Iterable[str], found: object = None) -> str:
    """The valid choices as text, the closest to what was found named first."""
    valid = sorted(set(choices))
    shown = ", ".join(valid[:MAX_CHOICES_SHOWN]) or "(none defined)"
    if len(valid) > MAX_CHOICES_SHOWN:
        shown += f", ... ({len(valid)} in all)"
    by_casefold = {choice.casefold(): choice for choice in valid}
    close = get_close_matches(str(found).casefold(), by_casefold, n=1, cutoff=0.6) if found is not None else []
    return f"one of {shown}" + (f" (did you mean {by_casefold[close[0]]!r}?)" if close else "")
