"""What every command works on: the deployment, its contract, its lake and Dagster's instance; each made when asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from monette_assets.commands.errors import CommandError, UsageError

if TYPE_CHECKING:
    import dagster as dg

    from monette_assets.group import Group
    from monette_assets.lake import Lake
    from monette_assets.settings import Settings
    from monette_assets.sources.secrets.tokens import TokenStore


class Platform:
    """The platform of the environment."""

    @cached_property
    def settings(self) -> Settings:
        """The deployment; a misspelt variable is told. Raises CommandError naming those that are wrong."""
        from monette_assets.settings import Settings

        for unknown in Settings.unknown():
            sys.stderr.write(f"monette: {unknown}\n")
        settings, problems = Settings.as_far_as_right()
        if problems:
            raise CommandError(f"the environment's settings cannot be used: {'; '.join(problems)}")
        return settings

    @cached_property
    def group(self) -> Group:
        """The group contract. Raises GroupContractError naming every mistake."""
        from monette_assets.group import load_group

        return load_group(self.settings.group)

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        from monette_assets.lake.opening import open_lake

        return open_lake(self.settings)

    @cached_property
    def token_store(self) -> TokenStore:
        """The companies' tokens. Raises SecretStoreError."""
        from monette_assets.credentials import token_store

        return token_store(self.settings)

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Dagster's instance, the one the user interface shows."""
        from monette_assets.home import dagster_instance

        with dagster_instance(self.settings) as instance:
            yield instance

    @property
    def current_month(self) -> date:
        """The running month, in the group's time zone."""
        from monette_assets.clock import today

        return today(self.group).replace(day=1)

    def month(self, text: str) -> date:
        """A month of the group, written 2025-03. Raises UsageError unless the contract and the calendar know it."""
        period = parse_month(text)
        first, current = self.group.first_period, self.current_month
        if period < first:
            raise UsageError(f"{text}: the group's first month is {first:%Y-%m} (group.yaml: first_period)")
        if period > current:
            raise UsageError(f"{text}: that month has not begun; the running month is {current:%Y-%m}")
        return period

    def companies(self, wanted: Iterable[str]) -> list[str]:
        """Company codes as typed (commas or repeated options). Raises UsageError naming the valid ones."""
        codes = [code.strip() for each in wanted for code in each.split(",") if code.strip()]
        for code in codes:
            try:
                self.group.company(code)
            except KeyError as error:
                raise UsageError(str(error.args[0])) from error
        return list(dict.fromkeys(codes))


def parse_month(text: str) -> date:
    """First day of a month written 2025-03. Raises UsageError."""
    year, _, month = text.partition("-")
    if len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit():
        try:
            return date(int(year), int(month), 1)
        except ValueError:
            pass
    raise UsageError(f"expected a month such as 2025-03, found {text!r}")
