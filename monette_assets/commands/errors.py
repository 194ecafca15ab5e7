"""Errors of the command: one readable sentence each."""

from __future__ import annotations


class CommandError(Exception):
    """Something cannot be done or has failed: what, and what to do. Exit status 1."""


class UsageError(CommandError):
    """The command was asked for something that makes no sense. Exit status 2."""
