"""Structure and types, no meaning: every row of a source published or quarantined with its reason."""
