"""What the present work is about: run, asset, company. Every line of a structured log says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

KEYS = ("run", "job", "asset", "company")

_KNOWN: ContextVar[Mapping[str, str]] = ContextVar("about")


def known() -> Mapping[str, str]:
    """What is known at this point."""
    return _KNOWN.get({})


@contextmanager
def about(**what: str) -> Iterator[None]:
    """What the block is about, besides what is known already."""
    token = _KNOWN.set({**known(), **what})
    try:
        yield
    finally:
        _KNOWN.reset(token)


def carried(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """`work`, which knows in whatever thread what is known here, and belongs to the span it is handed out in."""
    context = copy_context()

    def there(*args: Given.args, **named: Given.kwargs) -> Result:
        return context.copy().run(work, *args, **named)

    return there
