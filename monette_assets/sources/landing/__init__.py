"""The landing folder: workbooks and CSV files people drop. Names and contents are hostile until checked."""
