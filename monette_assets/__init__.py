"""The data platform of a farm group: every bronze, silver and gold table is a Dagster asset."""
