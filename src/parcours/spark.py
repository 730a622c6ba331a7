"""`parcours.spark.settle(frame)`: the same rules on a cluster (extra `spark`)."""

from parcours.engine.batch.spark import settle

__all__ = ["settle"]
