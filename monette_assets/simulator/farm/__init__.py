"""A company's working days, one kind of work a module."""

from monette_assets.simulator.farm.farm import Farm

__all__ = ["Farm"]
