"""What the service decides: the policy that is served, its decisions on record, and the budgets that workers share."""
