"""English: the read-out of the article's case."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "case.opening": (
        "Synthetic: {customers} customers and {products} products of the simulated shop '{preset}', {periods} "
        "weeks with offers against the same weeks without, worlds simulated: {worlds}."
    ),
    "case.one_world": "One world tells nothing of the spread: there are no intervals.",
    "case.level.times": "'{policy}' at {level} times the preset's budget",
    "case.level.percent": "{level} % off everything for everybody, paid by the shop",
    "case.level.nothing": "no offer at all",
    "case.reached": (
        "Yes: {point} reaches {buyers_goal} more buyers and {sales_goal} more sales without losing profit: buyers "
        "{buyers}, sales {sales}, profit {profit}."
    ),
    "case.unclear": (
        "It cannot be told: {point} may or may not reach {buyers_goal} more buyers and {sales_goal} more sales "
        "without losing profit: buyers {buyers}, sales {sales}, profit {profit}."
    ),
    "case.at_a_loss": (
        "Only at a loss, if at all: wherever {buyers_goal} more buyers and {sales_goal} more sales may be reached, "
        "profit is lost. The least is lost by {point}: buyers {buyers}, sales {sales}, profit {profit}."
    ),
    "case.not_reached": (
        "No budget does: none of the {n} combinations of policy and budget reaches {buyers_goal} more buyers and "
        "{sales_goal} more sales, with or without losing profit. Nearest is {point}: buyers {buyers}, sales "
        "{sales}, profit {profit}."
    ),
    "case.best": (
        "What a shop could do best for its profit, chosen in each world by the other worlds: {points}. In the "
        "worlds that had no say in the choice: profit {profit} ({profit_share}), sales {sales_share}, buyers "
        "{buyers_share}, at a cost of {cost}."
    ),
    "case.best_of": "{point} (worlds: {n})",
    "case.same_spend": "At the same spend of {cost} for every policy, the profit of '{ours}' is",
    "case.ahead": "ahead of '{policy}' by {lead}",
    "case.behind": "behind '{policy}' by {lead}",
    "case.level_with": "not clearly different from that of '{policy}' ({lead})",
    "case.content": (
        "Satisfaction (用户满意度), {point}: the mean rating of {plain_stars} stars changes by {stars}, the share "
        "of order lines returned of {plain_returns} by {returns}, the number of orders by {orders}; {annoyed} of "
        "the offers reach customers whom offers annoy."
    ),
    "case.not_simulated": (
        "Not simulated: customers who opt out of offers for good (those whom offers annoy only come less often "
        "while they are told of them), a product's quality that would change, and what other shops do. Returns do "
        "not depend on offers in this shop: its share of lines moves by what is bought only."
    ),
    "case.x": "spend, % of the sales without offers",
    "case.y": "{measure}, change in %",
    "case.column.policy": "policy",
    "case.column.level": "budget or depth",
    "case.column.cost": "spend",
    "case.chart.sweep": "What buyers, sales and profit do against spend",
    "case.table.sweep": "Every policy at every budget, means over worlds",
    "case.table.equal": "At the same spend, means over worlds",
    "case.label.best": "Best for profit",
    "case.message.best": "What pays best, and what sales are there",
    "case.label.equal": "Same spend",
    "case.message.equal": "What each policy changes at the same spend",
    "case.label.content": "Satisfaction 用户满意度",
    "case.message.content": "What offers do to ratings, returns and orders",
    "case.footer": ("Made by Offerloop from examples/case/case.py; the notebook beside this page shows every step."),
    "case.same_budget": (
        "Within the preset's budget, which counts the most that offers can cost and not what is spent, that of "
        "'{ours}' is"
    ),
}
