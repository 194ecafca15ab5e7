"""Statements as text: read through a release, shown as tables, JSON or CSV."""
