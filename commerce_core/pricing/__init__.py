"""What it all costs: one pure function from lines and rules to totals."""
