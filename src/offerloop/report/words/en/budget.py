"""English: the budget, its curve and its price, and one depth for everybody."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # The budget.
    "budget.label": "The budget",
    "budget.bound": (
        "{title}: by the estimates that chose it, no plan within the budget has more profit than {bound}; this one "
        "misses {gap} of that at most."
    ),
    "budget.overspend": (
        "{title}: the chance that redemptions come to more than the budget is {chance}, if every estimate is right."
    ),
    "budget.basis.liability": (
        "Budget basis “liability”: every offer counts at the most it can cost us, so the budget holds whatever "
        "customers do."
    ),
    "budget.basis.expected": (
        "Budget basis “expected”: every offer counts at its expected cost, so the budget holds on average only."
    ),
    "budget.not_drawn": "Not drawn: {titles}; their curves are in the table 'budget_curve' of the run.",
    "budget.campaign": "“{title}”: {text}",
    "budget.left": ("The plan uses {used} of the budget of {budget}; more budget would add nothing (shadow price 0)."),
    "budget.gain": (
        "The budget is used up. By the estimates that chose the plan, {more} more of it would add {gain} of profit "
        "(shadow price {price})."
    ),
    "budget.held_out": (
        "The budget is used up. By the held-out line at the mark, {more} more of it would change profit by about "
        "{gain} "
        "(shadow price by the estimates that chose the plan: {price})."
    ),
    "budget.assumed": (
        "The budget is used up. If the assumption holds, {more} more of it would add about {gain} of profit."
    ),
    "budget.no_effect": "no effect of its offers is known, so there is nothing to spend a budget on.",
    "budget.message.unknown": "Without a known effect there is nothing to spend a budget on",
    "budget.message.none": "No budget would find an offer that pays",
    "budget.message.never": "No budget makes “{title}” pay",
    "budget.message.enough": "The budget of “{title}” is larger than what pays: {stop} is enough",
    "budget.message.limit": "The budget of “{title}” is the limit: a larger one would earn more",
    "budget.message.used": "The budget of “{title}” is used up; that a larger one would earn more is not shown",
    "budget.title": "{title}: {finding}",
    "budget.finding.loses": "every budget above zero loses money",
    "budget.finding.stops": "the plan stops at {stop}, before the budget is used up",
    "budget.reached": "about {profit} at a budget of {budget} (expected spend {spend})",
    "budget.finding.highest": "the highest profit is {reached}; more budget would not add to it",
    "budget.finding.real": "profit would grow to {reached}; the gain over {budget} is real",
    "budget.finding.not_shown": "profit would grow to {reached}; the gain over {budget} is not shown to be real",
    "budget.finding.assumed": "profit would grow to {reached}",
    "budget.stop": "stop point: {stop}",
    "budget.mark": "the budget: {budget}",
    "budget.measure": (
        "Held-out profit of one week ({currency}) by budget, 95 % band; beyond the stop point no offer is estimated to "
        "pay"
    ),
    "budget.measure_assumed": (
        "Profit of one week ({currency}) by budget if the shop's assumption holds; dashed: assumed, without an "
        "interval; beyond the stop point no offer is assumed to pay"
    ),
    "budget.axis.liability": "budget (the most that {noun} can cost us)",
    "budget.axis.expected": "budget (the expected cost of {noun})",
    "budget.table": "Budget against held-out profit, {title}",
    "budget.column.budget": "budget",
    "budget.column.customers": "customers",
    "budget.column.spend": "expected spend",
    "budget.column.profit": "profit [95 % interval]",
    # What campaigns share.
    "order.jointly": (
        "All campaigns are solved together. Compared with the order of the configuration, this changes profit by "
        "{gain}. "
        "Each curve is that of one campaign with the customers whom no other campaign has."
    ),
    "order.no_difference": (
        "All campaigns are solved together. In the order of the configuration they would bring the same. "
        "Each curve is that of one campaign with the customers whom no other campaign has."
    ),
    "order.kept": (
        "Campaigns keep the order of the configuration: by the estimates that choose, what is sent in that order "
        "brings more than what is sent when all are solved together."
    ),
    "order.in_order": (
        "Campaigns are solved in the order of the configuration. Solving them together (plan.campaigns) would change "
        "profit by {gain}: that is what the order costs."
    ),
    "order.costs_nothing": (
        "Campaigns are solved in the order of the configuration. Solved together they would bring no more."
    ),
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
    "uniform.floor": (
        "Left out of this choice: {n} of {all} depths, where our part of the discount is more than the margin, so that "
        "the price would be below cost."
    ),
    "uniform.more": "The other {n} are in the table 'uniform_depths' of the run.",
    "uniform.table": "The best depth for everybody, by category, {title}: chosen by the estimates, profit held out",
    "uniform.table_assumed": "The best depth for everybody, by category, {title}: as assumed",
    "uniform.column.category": "category",
    "uniform.column.depth": "best depth",
    "uniform.column.customers": "customers",
    "uniform.column.spend": "expected spend",
    "uniform.column.profit": "profit [95 % interval]",
    "uniform.everything": "all products",
}
