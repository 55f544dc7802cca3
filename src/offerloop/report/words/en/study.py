"""English: what a discount changes, simple rules, who gets what, limits and the glossary."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # What a discount changes.
    "response.none_assumed": (
        "The effects in this plan are the shop's own assumption: a chance of redemption and what a redemption adds, "
        "as written in the configuration. Nothing here has been tested against what customers did."
    ),
    "response.none_unknown": "No effect is assumed in the configuration either, so nothing can be planned.",
    "response.intro": (
        "Nothing here was learned from offers shown at random. What a discount changes was learned from weeks in which "
        "the shop cut its shelf prices for everyone, and is carried over to coupons. For that to hold:"
    ),
    "response.intro_others": (
        "Other offers were not shown at random often enough. What these change was learned from weeks in which the "
        "shop cut its shelf prices for everyone, and is carried over to coupons. For that to hold:"
    ),
    "response.intro_beside": (
        "Weeks in which the shop cut its shelf prices for everyone were studied as well. No offer counts by them here: "
        "they show what would be known without offers shown at random. To speak for coupons they would need this:"
    ),
    # Offers that were shown at random.
    "shown.message": (
        "Offers shown at random tell what they change: {n} of {all} clearly changed the margin that customers leave"
    ),
    "shown.message.none": (
        "Offers shown at random tell what they change: none of {all} clearly changed the margin that customers leave"
    ),
    "shown.later.lasts": (
        "Offers last: of the effect in its own window, {share} follows in later ones. The plan counts with it, so its "
        "value is that of the coming window and what follows."
    ),
    "shown.later.taken": (
        "Offers take purchases in advance: of the effect in its own window, {share} is lost again in later ones. The "
        "plan counts with it, so its value is that of the coming window and what follows."
    ),
    "shown.column.offer": "offer",
    "shown.column.shown": "shown",
    "shown.column.value": "value",
    "shown.column.discount": "discount redeemed",
    "shown.column.redeemed": "share redeemed",
    "shown.apart": (
        "Which customers respond more is told by the estimator “{estimator}”: {meaning}. It was chosen on customers "
        "whom it had not seen; of estimators that chance cannot tell apart, the simplest is used."
    ),
    "shown.apart.alone": "Which customers respond more is told by the estimator “{estimator}”: {meaning}.",
    "shown.estimator.outcome": "an offer changes the same share of what each customer would buy anyway",
    "shown.estimator.growth": (
        "an offer makes what each customer would buy anyway grow by a share that hangs on its depth, on what is known "
        "of the customer and on the customer's own past, as far as the log supports it; a deeper one never brings less"
    ),
    "shown.estimator.ridge_t": "a linear model of what customers buy after each offer; effects are their differences",
    "shown.estimator.dr_learner": "a linear model of the effect itself, learned from doubly robust differences",
    "shown.estimator.r_learner": "a linear model of what is left once the purchases expected anyway are taken off",
    "shown.estimator.structured": "boosted trees in turns, of what customers buy anyway and how an offer changes it",
    "shown.estimator.s_learner": "one model of boosted trees, with the offer as one of its columns",
    "assume.coupon": (
        "A coupon works like a shelf price of the same depth. It may not: a coupon must be noticed and kept, and it is "
        "personal."
    ),
    "assume.stores": (
        "Customers chose their stores and what they buy there; a price cut seen by one customer and not by another is "
        "not a draw by lot."
    ),
    "assume.mailers": (
        "Mailers and displays come with price cuts. Design A holds their effect too and is the upper bracket; design B "
        "leaves it out as far as it can and is the figure used."
    ),
    "assume.list": (
        "The list value of each line is taken as given by the source; it is an assumption of the configuration, as is "
        "the margin."
    ),
    "assume.maximum": (
        "Where a coupon's maximum is less than its share of a usual basket, it counts at the smaller depth."
    ),
    "assume.margin": (
        "The margin is taken to be left after usual shelf discounts, {usual} of list value here; if gained units carry "
        "those on top, they leave that much less."
    ),
    "assume.deep": (
        "Offers go to {deepest}; shelf discounts in the range of that depth or above it were seen in {weeks} of "
        "pair-weeks over all categories. A coupon comes on top of shelf discounts, so the sum may lie beyond what was "
        "observed."
    ),
    "assume.beyond": "Offers go to {deepest}, deeper than any seen: that part is extrapolated.",
    "curve.column.depth": "depth",
    "curve.column.points": "points [95 % interval]",
    "curve.column.share": "share of pair-weeks",
    "slopes.column.outcome": "outcome",
    "slopes.column.b": "design B (used)",
    "slopes.column.mean": "of its mean",
    "slopes.column.a": "design A (upper bracket)",
    "checks.column.check": "check",
    "checks.column.expected": "expected",
    "checks.column.found": "found [95 % interval]",
    "checks.column.verdict": "verdict",
    "checks.passed": "✓ passed",
    "checks.failed": "✗ failed",
    "checks.shown": "– only shown",
    "deciles.column.tenth": "tenth",
    "deciles.column.predicted": "predicted",
    "deciles.column.realised": "realised [95 % interval]",
    "deciles.column.pairs": "pairs",
    # Simple rules.
    "rules.none": "There is no plan to compare: no offer is estimated to pay",
    "rules.none_known": "There is no plan to compare: nothing shows what the offers do",
    "rules.beaten.1": "simple rule",
    "rules.beaten.2": "two simple rules",
    "rules.beaten.3": "three simple rules",
    "rules.beaten": "{n} simple rules",
    "rules.finding.better": "{rule} does better",
    "rules.finding.less_loss": "{rule} loses less",
    "rules.measure": (
        "Held-out profit of one week ({currency}) against doing nothing, 95 % intervals; expected spend {spend}"
    ),
    "rules.measure_assumed": (
        "Profit of one week ({currency}) against doing nothing if the shop's assumption holds; hollow: assumed, "
        "without "
        "an interval; expected spend {spend}"
    ),
    "rules.table": "Plan and simple rules, {title}; 95 % intervals",
    "rules.table_assumed": "Plan and simple rules, {title}; assumed, without intervals",
    "rules.column.rule": "rule",
    "rules.column.customers": "customers",
    "rules.column.spend": "expected spend",
    "rules.column.profit": "profit",
    "rules.column.lead": "the plan leads by",
    # Who gets what.
    "who.column.what": "offer for",
    "who.column.depth": "depth",
    "who.column.customers": "customers",
    "who.column.share": "of offers given",
    "who.title": "{share} of the offers are {depth}; “{top}” gets most",
    "who.title_other": "{share} of the offers have no depth in per cent; “{top}” gets most",
    "who.anyway": (
        "About {share} of the discount that these offers give is on purchases that would have been made anyway "
        "(held-out, transferred). That is the price of not knowing who would buy without it."
    ),
    "who.anyway_some": (
        "Of the discount of those offers whose effect is carried over from shelf prices, about {share} is on purchases "
        "that would have been made anyway (held-out, transferred)."
    ),
    "who.audience.table": "Named groups of customers and their offers",
    "who.audience.name": "group",
    "who.audience.customers": "customers",
    "who.audience.offers": "get an offer by plan",
    "who.audience.share": "of the group",
    "who.arm.plan": "follow the plan",
    "who.arm.explore": "are drawn by lot",
    "who.arm.holdback": "have their offer held back, at random",
    "who.arm.usual": "get what the shop does today (business as usual)",
    "who.arm.holdout": "never get an offer (permanent holdout)",
    "who.column.arm": "customers who ...",
    "who.column.part": "of these",
    "who.column.of_all": "of all customers",
    "why_none.holdout": "permanent holdout",
    "why_none.held_back": "held back in this period, drawn at random",
    "why_none.usual": "business as usual gives none",
    "why_none.lot": "drawn by lot",
    "why_none.best_profit": "best profit within budget",
    "why_none.no_campaign_pays": "no campaign pays",
    "why_none.no_effect_known": "nothing shows the effect of any offer",
    "why_none.no_consent": "the customer has not agreed to personalised offers",
    "why_none.outside": "in no campaign's audience",
    "why_none.no_basis": "no recent purchase to respond from",
    "why_none.no_offer_pays": "no offer pays for this customer",
    "why_none.budget_spent": "budget used up on better returns",
    "audit.left_one": "One group is not shown for having fewer than {least} customers. ",
    "audit.left": "{n} groups are not shown for having fewer than {least} customers. ",
    "audit.column.attribute": "attribute",
    "audit.column.group": "group",
    "audit.column.customers": "customers",
    "audit.column.rate": "offer rate",
    "audit.column.depth": "mean depth",
    "audit.differs": "{n} of {all} groups differs from these {rate}: {names}",
    "audit.differ": "{n} of {all} groups differ from these {rate}: {names}",
    # Limits.
    "limits.label": "Limits of the evidence",
    "limits.message": "This is a forecast to be tested, not proof: what could make it wrong",
    "limits.message_assumed": "This is an assumption to be tested, not a finding: what could make it wrong",
    "limits.message_trust": "This is an assumption, not a finding: what could make it wrong",
    "limits.random": (
        "Nothing was learned from offers shown at random: all effects are a forecast until a campaign with a holdout "
        "has run."
    ),
    "limits.random_others": (
        "Offers that were not shown at random often enough count by shelf prices: their effects are a forecast until "
        "a campaign with a holdout has run."
    ),
    "limits.random_assumed": (
        "No effect was learned from the data, nor from offers shown at random: what a plan rests on is the shop's own "
        "assumption until a campaign with a holdout has run."
    ),
    "limits.estimated": (
        "Effects estimated from offers shown at random hold for customers and weeks like those in which they were "
        "shown, and only if the chances in the log are right."
    ),
    "limits.estimated_window": (
        "An exposure counts for {days} days, or until the customer's next one: purchases that it moved from later days "
        "count as gained, and what it changes later does not count."
    ),
    "limits.estimated_intervals": (
        "Where an effect was estimated, intervals hold the uncertainty of each offer's mean value and of its spread "
        "over customers. They hold neither that of the discount redeemed nor next week's luck; who responds more is "
        "less sure than the mean."
    ),
    "limits.assumed_interval": (
        "An assumption has no interval: nothing here tells how far it is off, nor that it has the right sign."
    ),
    "limits.some_assumed": (
        "Some offers count by the shop's own assumption; their figures have no interval, and intervals of plans with "
        "them hold the uncertainty of the other offers only."
    ),
    "limits.intervals": (
        "Intervals hold the uncertainty of the average response and of its spread over customers. They do not hold "
        "next week's luck, nor whether shelf prices speak for coupons."
    ),
    "limits.shelf": (
        "Shelf prices must speak for coupons, though customers chose their stores and mailers come with price cuts; "
        "design A shows how large the effect could be with them."
    ),
    "limits.margin": (
        "The margin of {margin} of list price is assumed, the same for all products; a wrong list price makes a wrong "
        "depth."
    ),
    "limits.test": (
        "The read-out after a week compares {treated} customers with an offer against {held} held back: going by the "
        "week before, it would show an effect on margin of {detectable} or more in total in 80 of 100 cases, a smaller "
        "one less often."
    ),
    "limits.test_small": (
        "The read-out of this plan could not show anything: {treated} customers get the plan's offer and {held} are "
        "held back, and a comparison needs {least} on each side, {buyers} of whom buy in the week; set a larger "
        "experiment.holdout, plan for more customers, or read out a longer period."
    ),
    "limits.margin_costs": (
        "The margin is that of unit costs, by category where most of it has one, {margin} over all; a wrong list price "
        "makes a wrong depth."
    ),
    "limits.maximum": "A coupon's maximum is applied to a usual basket, not to every possible one.",
    "limits.failed": "Failed checks: {names}.",
    "limits.pulled": (
        "About {share} of the gain in units is bought earlier; the forecast of one week counts it as gained."
    ),
    "limits.halves": (
        "Differences that models of one half of the customers predict were {low} to {high} times as large in the other "
        "half ({n} halves); 1 would be perfect. Who responds more is less sure than the average response."
    ),
    "limits.single": (
        "Intervals of single customers are rough; those of tenths and of whole plans are what was checked."
    ),
    "limits.unknown": "Nothing shows the effect of some offers ({kinds}): they are only given by lot.",
    "limits.unknown_none": "Nothing shows the effect of some offers ({kinds}): no plan can count on them.",
    "limits.past": (
        "Past campaigns were not drawn by lot; where the placebo is away from zero, the adjusted figure is not clean."
    ),
    "limits.note": "About the data: {note}",
    "limits.how": (
        "How to find out: send the plan as written, holdout and lot included, wait until the week is over, and compare "
        "the arms. That comparison needs none of the assumptions above."
    ),
    "kind.coupon": "coupon",
    "kind.spend_and_save": "spend and save",
    "kind.flash_sale": "flash sale",
}
