"""What a request needs in microseconds: the served policy, decisions from it, their records, and shares of budgets."""
