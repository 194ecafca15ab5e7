"""Delta tables on a disk or in an object store: read, stage, publish, compare, restore, maintain."""
