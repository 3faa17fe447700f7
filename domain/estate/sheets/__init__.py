"""The stock as Excel workbooks: taken out as it is chosen, brought back with every difference shown first."""
