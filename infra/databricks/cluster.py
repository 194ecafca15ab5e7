"""Keeps its cluster up for a backfill, and says how the platform finds it: until the run is cancelled, or times out."""

from __future__ import annotations

import threading

from pyspark.sql import SparkSession

cluster = SparkSession.builder.getOrCreate().conf.get("spark.databricks.clusterUsageTags.clusterId")
print(f"MONETTE_DATABRICKS_CLUSTER={cluster}", flush=True)
threading.Event().wait()
