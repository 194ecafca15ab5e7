"""QuickBooks reports: verbatim payload text to typed Arrow tables, or refusals that say what, where and why."""
