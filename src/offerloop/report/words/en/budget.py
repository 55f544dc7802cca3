"""English: the budget, its curve and its price, and one depth for everybody."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # The budget.
    "budget.basis.liability": (
        "Budget basis “liability”: every offer counts at the most it can cost us, so the budget holds whatever "
        "customers do."
    ),
    "budget.basis.expected": (
        "Budget basis “expected”: every offer counts at its expected cost, so the budget holds on average only."
    ),
    "budget.finding.loses": "every budget above zero loses money",
    "budget.finding.stops": "the plan stops at {stop}, before the budget is used up",
    "budget.finding.highest": "the highest profit is {reached}; more budget would not add to it",
    "budget.finding.real": "profit would grow to {reached}; the gain over {budget} is real",
    "budget.finding.not_shown": "profit would grow to {reached}; the gain over {budget} is not shown to be real",
    "budget.finding.assumed": "profit would grow to {reached}",
    "budget.axis.liability": "budget (the most that {noun} can cost us)",
    "budget.axis.expected": "budget (the expected cost of {noun})",
    "budget.column.budget": "budget",
    "budget.column.customers": "customers",
    "budget.column.spend": "expected spend",
    "budget.column.profit": "profit [95 % interval]",
    # What campaigns share.
    "limits.table": "What each limit costs: profit without it less that of the plan, held out, for one week",
    "limits.column.limit": "limit",
    "limits.column.at_most": "allows",
    "limits.column.used": "used",
    "limits.column.price": "one more unit brings",
    "limits.column.gain": "profit gained without it [95 % interval]",
    "limits.campaign": "budget of “{title}”",
    "limits.offers": "offers {name} of “{title}”",
    "limits.team": "budget of team {name}",
    "limits.total": "budget of all campaigns",
    "limits.contacts": "contacts",
    "limits.channel": "contacts by {name}",
    "limits.gain_unknown": "not computed",
    "limits.not_computed": (
        "Profit without each limit is not computed here: with so many customers, solving again for each limit would "
        "take too long. What one more unit brings is known."
    ),
    # One depth for everybody.
    "uniform.text": (
        "One depth for everybody, “{title}”: given to all whom it concerns, the best depth brings more than no "
        "discount, beyond its interval, in {clear} of {all} categories. In {none} no discount is best by the estimates."
    ),
    "uniform.text_assumed": (
        "One depth for everybody, “{title}”: if the assumptions hold, some depth brings more than no discount in "
        "{some} of {all} categories."
    ),
    "uniform.table": "The best depth for everybody, by category, {title}: chosen by the estimates, profit held out",
    "uniform.table_assumed": "The best depth for everybody, by category, {title}: as assumed",
    "uniform.column.category": "category",
    "uniform.column.depth": "best depth",
    "uniform.column.customers": "customers",
    "uniform.column.spend": "expected spend",
    "uniform.column.profit": "profit [95 % interval]",
}
