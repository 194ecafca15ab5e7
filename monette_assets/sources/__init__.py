"""One folder per outside system. Plain Python: no Dagster, no Spark, no pandas; values in, values out."""
