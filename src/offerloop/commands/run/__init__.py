"""The whole flow, from raw tables to one assignment per customer, a forecast and a report."""
