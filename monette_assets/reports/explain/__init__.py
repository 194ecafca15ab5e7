"""`monette explain`: why a figure of a statement is what it is, from the companies' accounts to the figure."""

from monette_assets.reports.explain.explaining import explain
from monette_assets.reports.explain.explanation import Explanation

__all__ = ["Explanation", "explain"]
