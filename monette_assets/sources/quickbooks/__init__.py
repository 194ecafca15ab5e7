"""QuickBooks Online: its API as it really behaves. Plain Python: no Dagster, no Spark, no group contract."""
