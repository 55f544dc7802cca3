"""English: the glossary of the report, and the steps of a run."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "term.profit": "profit",
    "meaning.profit": "what an offer changes in margin, less what the offer costs us",
    "term.value": "value",
    "meaning.value": "incremental margin before the offer's cost",
    "term.response": "response",
    "meaning.response": "the change that an offer causes, against what would have happened without it",
    "term.95-interval": "95 % interval",
    "meaning.95-interval": "the range that holds the true figure in 95 of 100 such studies, if their assumptions hold",
    "term.held-out": "held-out",
    "meaning.held-out": "valued on customers who had no part in choosing the plan",
    "term.winner-s-curse": "winner's curse",
    "meaning.winner-s-curse": "the highest estimates are too high on average, because they were picked for being high",
    "term.depth": "depth",
    "meaning.depth": "discount as a share of the list price; ten points: from 10 % off to 20 % off",
    "term.budget": "budget",
    "meaning.budget": "the most that a campaign's offers may cost us",
    "term.liability": "liability",
    "meaning.liability": "the most that an assigned offer can cost",
    "term.shadow-price": "shadow price",
    "meaning.shadow-price": "extra profit of one more unit of budget",
    "term.stop-point": "stop point",
    "meaning.stop-point": "the budget from which on no further offer is estimated to pay",
    "term.supplier-share": "supplier share",
    "meaning.supplier-share": "part of each discount that the maker of the product pays",
    "term.break-even": "break-even",
    "meaning.break-even": "where profit changes from below zero to above it",
    "term.holdout": "holdout",
    "meaning.holdout": "customers never treated, drawn at random and kept",
    "term.exploration": "exploration",
    "meaning.exploration": "a few customers get an offer by lot, so that its effect can be learned",
    "term.propensity": "propensity",
    "meaning.propensity": "probability with which the offer shown was chosen",
    "term.placebo": "placebo",
    "meaning.placebo": "the same comparison where no effect can be; if it finds one, the method is off",
    "term.naive-difference": "naive difference",
    "meaning.naive-difference": "targeted customers less others, without regard to how they were chosen",
    "term.adjusted": "adjusted",
    "meaning.adjusted": "change of targeted customers less change of others (difference-in-differences)",
    "term.design-a-design-b": "design A, design B",
    "meaning.design-a-design-b": (
        "two ways to compare weeks with and without price cuts; A is the upper bracket, B is used"
    ),
    "term.transferred": "transferred",
    "meaning.transferred": "measured on shelf prices, used for coupons",
    "term.shown-at-random": "shown at random",
    "meaning.shown-at-random": (
        "chosen by lot with known chances, so that customers with and without the offer differ by luck only"
    ),
    "term.exposure": "exposure",
    "meaning.exposure": "one customer who was shown one offer, or deliberately nothing, on one day",
    "term.pair": "pair",
    "meaning.pair": "one customer and one category that the customer buys",
    "term.ndcg-10": "nDCG@10",
    "meaning.ndcg-10": "how many of ten shown products were bought, earlier places counting more; from 0 to 1",
    "term.calibration-slope": "calibration slope",
    "meaning.calibration-slope": "1 when predicted differences are real, 0 when they are noise",
    "term.tag": "tag",
    "meaning.tag": "a readable label derived from a customer's profile",
    "term.affinity": "affinity",
    "meaning.affinity": "a recommender's score, no unit; not a response",
    "term.assignment": "assignment",
    "meaning.assignment": "customer and offer in a plan",
    "step.1": "Events: read the sources, clean them by written rules, count every row.",
    "step.2": "Profiles: features of each customer before the day of the plan; tags by rule.",
    "step.3": "Recommenders: fitted on earlier weeks, chosen on one window, reported on a later one.",
    "step.4": "Past campaigns: change of weekly spend of targeted and other customers, with a placebo.",
    "step.5": "Response: designs A and B and an R-learner on weekly shelf prices, cross-fitted by customer.",
    "step.6": (
        "Shown offers: effects of offers shown at random, doubly robust, by the estimator that is best on unseen "
        "customers, or the simplest as good; where there are enough of them."
    ),
    "step.7": (
        "Effects: value, cost and profit of every offer for every customer, chosen by one half, valued by the other."
    ),
    "step.8": "Allocation: the most profitable offers under the budget; holdout and exploration drawn by lot.",
    "step.9": (
        "Forecast: held-out profit of the plan beside simple rules at the same spend, or all that they can spend."
    ),
}
