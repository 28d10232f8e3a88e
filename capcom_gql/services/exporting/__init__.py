"""Export lists for a spreadsheet."""
