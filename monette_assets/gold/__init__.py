"""Meaning from the group contract: mapping, translation, statements. Steps are ordered pure functions over frames."""
