"""One trial with evidence of which offer each customer was given, from its design to a policy and what it is worth."""
