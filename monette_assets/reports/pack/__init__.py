"""The board pack: a workbook and a page of one month, read through one release."""

from monette_assets.reports.pack.writing import write_pack

__all__ = ["write_pack"]
