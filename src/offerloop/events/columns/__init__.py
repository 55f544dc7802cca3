"""The way from the columns of a source to those of a clean table: names, formulas, cells, numbers, times and ids."""
