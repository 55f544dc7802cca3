"""Where rows come from: CSV files, archives, workbooks and databases, opened as tables whose cells are still text."""
