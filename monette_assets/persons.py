"""Whether two names are one person's, however they were typed."""

from __future__ import annotations

import unicodedata


def as_kept(name: str) -> str:
    """The name as a log keeps it: composed alike (NFKC), nothing invisible in it, one blank between words."""
    plain = unicodedata.normalize("NFKC", name)
    return " ".join("".join(each for each in plain if unicodedata.category(each) != "Cf").split())


def compared(name: str | None) -> str:
    """What is equal of two names of one person, whatever their case; empty for none."""
    return unicodedata.normalize("NFKC", as_kept(name or "").casefold())
