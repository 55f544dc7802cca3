"""English: what a discount changes, simple rules, who gets what, limits and the glossary."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # What a discount changes.
    "response.label": "What a discount changes",
    "response.none": "What a discount changes is not known from these data",
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
    "shown.intro": (
        "Customers were shown an offer, or deliberately nothing, at random, so those who got it and those who did not "
        "differ by luck only. {times} exposures with an offer and {nothing} with nothing count. That rests on this:"
    ),
    "shown.rests.chance": (
        "The chance with which each offer was chosen is taken as the log has it; if it is wrong, so are the effects."
    ),
    "shown.rests.window": (
        "An exposure counts for {days} days from its day on, or until the customer's next one, whose time must not "
        "depend on what was bought in between. Purchases that it moved from later days are counted as gained."
    ),
    "shown.rests.between": (
        "Not shown enough themselves, but between two depths that were, which is where their effects are taken to lie: "
        "{names}."
    ),
    "shown.rests.longer": (
        "The plan is for one week: it takes what an exposure changes in {days} days as the change of that week."
    ),
    "shown.rests.cost": (
        "Value is the margin gained before the offer's cost. The discount is what was redeemed, whoever pays it."
    ),
    "shown.rests.halves": (
        "The plan for one half of the customers is chosen by a model of the other half and valued by what its own half "
        "showed, so luck in the one does not help in the other."
    ),
    "shown.rests.drawn": (
        "Effects are drawn to what is likely before anything was seen, as far as the log leaves them open. How right "
        "they are is judged on customers left out, and the forecast counts with that."
    ),
    "shown.later.none": (
        "Nothing shows that earlier offers still matter: what follows in later windows is {share} of the effect in the "
        "offer's own, which chance could show too. The plan counts with it."
    ),
    "shown.later.lasts": (
        "Offers last: of the effect in its own window, {share} follows in later ones. The plan counts with it, so its "
        "value is that of the coming window and what follows."
    ),
    "shown.later.taken": (
        "Offers take purchases in advance: of the effect in its own window, {share} is lost again in later ones. The "
        "plan counts with it, so its value is that of the coming window and what follows."
    ),
    "shown.title": "The interval leaves out zero for {names}",
    "shown.title.none": "The interval of every offer's value includes zero",
    "shown.measure": (
        "Mean value of one exposure in {days} days ({currency}): margin gained before the offer's cost, against "
        "deliberately nothing; 95 % intervals{rest}"
    ),
    "shown.rest": "; the {n} most shown of {all} offers",
    "shown.table": (
        "What one exposure changed in {days} days, against {nothing} exposures of nothing: means with 95 % intervals; "
        "the share redeemed has none"
    ),
    "shown.column.offer": "offer",
    "shown.column.shown": "shown",
    "shown.column.value": "value",
    "shown.column.discount": "discount redeemed",
    "shown.column.redeemed": "share redeemed",
    "shown.chance": (
        "{n} of {all} intervals leave out zero; if no offer changed anything, about {chance} would by chance alone."
    ),
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
    "response.message.pays": (
        "Ten points more discount raise the weekly chance to buy by about {careful} points, or {upper} by the most "
        "generous reading: enough to pay for itself at a margin of {margin}"
    ),
    "response.message.too_little": (
        "Ten points more discount raise the weekly chance to buy by about {careful} points, or {upper} by the most "
        "generous reading: too little to pay for itself at a margin of {margin}"
    ),
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
    "curve.table": "Change of the weekly chance to buy, by depth of discount on the customer's own products",
    "curve.column.depth": "depth",
    "curve.column.points": "points [95 % interval]",
    "curve.column.share": "share of pair-weeks",
    "curve.base": "0 (what others are compared with)",
    "curve.measure": (
        "Change of the weekly chance to buy in percentage points, on a mean of {base}, by depth of the shelf discount; "
        "against less than 5 % off, 95 % intervals"
    ),
    "curve.axis": "shelf discount",
    "curve.title.none": "No depth of discount changes the chance to buy clearly",
    "curve.title": (
        "Discounts of {deepest} or more change the chance to buy by {effect}; below {clear} nothing clear shows"
    ),
    "slopes.table": (
        "Change for ten points more discount, for a pair of a customer and a category in a week (pairs: B {b}, A {a})"
    ),
    "slopes.column.outcome": "outcome",
    "slopes.column.b": "design B (used)",
    "slopes.column.mean": "of its mean",
    "slopes.column.a": "design A (upper bracket)",
    "response.break_even": (
        "A discount for everyone would pay for itself at a margin of {margin_b} by design B and {margin_a} by design "
        "A; the shop plans with {margin}. At that margin suppliers would have to pay {share_b} (B) or "
        "{share_a} "
        "(A) of each discount. A coupon also gives its discount on everything bought in its category, the usual "
        "purchases included, and is planned for single customers, so the first chart of this report asks for another "
        "share."
    ),
    "checks.table": "What would have to be true if design B measured what it claims; changes for ten points of depth",
    "checks.column.check": "check",
    "checks.column.expected": "expected",
    "checks.column.found": "found [95 % interval]",
    "checks.column.verdict": "verdict",
    "checks.passed": "✓ passed",
    "checks.failed": "✗ failed",
    "checks.shown": "– only shown",
    "checks.on": "{check} on {outcome}",
    "checks.on_found": "{check} on {outcome} ({found})",
    "checks.verdict": "{passed} of {judged} checks with a verdict passed.",
    "checks.verdict_failed": "Failed: {names}. Part of the effect shown may be a trend that came first.",
    "checks.pulled": "About {share} of the gain in units is missing in the week after: bought earlier, not more.",
    "deciles.measure": (
        "Percentage points of the weekly chance to buy for ten points more discount, by tenth of the predicted "
        "response ({n} pairs); dots with 95 % intervals: realised, hollow diamonds: predicted"
    ),
    "deciles.axis": "tenth of pairs, by predicted response",
    "deciles.average": "average in this check {average}",
    "deciles.says": "The average in this check is {average} points.",
    "deciles.title.none": ("Those predicted to respond most cannot be told from those predicted to respond least"),
    "deciles.title": ("Pairs predicted to respond most do respond more: the last tenth by {gap} more than the first"),
    "deciles.table": "Response to ten points more discount, by tenth of the prediction",
    "deciles.column.tenth": "tenth",
    "deciles.column.predicted": "predicted",
    "deciles.column.realised": "realised [95 % interval]",
    "deciles.column.pairs": "pairs",
    # Simple rules.
    "rules.label": "Simple rules",
    "rules.intro": (
        "A plan is only worth its trouble when it beats rules that anybody could follow, spending the same: the one "
        "best offer for everyone, customers drawn by lot, or those most likely to buy anyway. Zero is doing nothing."
    ),
    "rules.none": "There is no plan to compare: no offer is estimated to pay",
    "rules.none_known": "There is no plan to compare: nothing shows what the offers do",
    "rules.list": (
        "Profits in assignments.csv are by the estimates that chose the offers, so they carry the winner's curse; its "
        "column profit_held_out is the other half's view."
    ),
    "rules.list_assumed": "Profits in assignments.csv rest on the same assumption; they have no interval either.",
    "rules.claim": (
        "The estimates that chose these {n} customers claim {claimed}. Valued by the half of the customers that did "
        "not choose them, the same plan is worth {profit}. The difference is the winner's curse: whoever picks the "
        "highest estimates also picks the luckiest errors. This report therefore never shows the claim as a forecast."
    ),
    "rules.claim_again": (
        "Winner's curse again: the estimates that chose these {n} customers claim {claimed}; the half that did not "
        "choose them shows {profit}."
    ),
    "rules.claim_assumed": (
        "All of these figures follow from one assumption, made for the plan and for the rules alike. They show what "
        "the plan would bring if it is right; they cannot show whether it is."
    ),
    "rules.message.never": "No way of choosing customers makes “{title}” pay",
    "rules.message.level": "Choosing customers one by one cannot be told from {rules} (“{title}”)",
    "rules.message.beats": "Choosing customers one by one is worth it: the plan beats the {rules} (“{title}”)",
    "rules.message.beats_assumed": (
        "By the shop's assumption, not by data, the plan is ahead of the {rules} (“{title}”)"
    ),
    "rules.beaten.1": "simple rule",
    "rules.beaten.2": "two simple rules",
    "rules.beaten.3": "three simple rules",
    "rules.beaten": "{n} simple rules",
    "rules.finding.loses": "the plan loses money, so doing nothing is best",
    "rules.finding.level": "the plan cannot be told from {rules}",
    "rules.finding.leads": "the plan leads every simple rule",
    "rules.finding.best": "; the best of them, {rule}, by {lead}",
    "rules.finding.better": "{rule} does better",
    "rules.finding.less_loss": "{rule} loses less",
    "rules.finding.spends": "{text}, but also spends less ({own} against {plan})",
    "rules.measure": (
        "Held-out profit of one week ({currency}) against doing nothing, 95 % intervals; expected spend {spend}"
    ),
    "rules.measure_assumed": (
        "Profit of one week ({currency}) against doing nothing if the shop's assumption holds; hollow: assumed, "
        "without "
        "an interval; expected spend {spend}"
    ),
    "rules.says": "{rule}: {profit}",
    "rules.unequal": (
        "Not at equal spend: {rules} cannot spend as much as the plan, even when every customer it concerns gets the "
        "offer; the table shows what it spends."
    ),
    "rules.table": "Plan and simple rules, {title}; 95 % intervals",
    "rules.table_assumed": "Plan and simple rules, {title}; assumed, without intervals",
    "rules.column.rule": "rule",
    "rules.column.customers": "customers",
    "rules.column.spend": "expected spend",
    "rules.column.profit": "profit",
    "rules.column.lead": "the plan leads by",
    # Who gets what.
    "who.label": "Who gets what",
    "who.message.none": "None of the {n} customers gets an offer by plan",
    "who.message": ("{given} of {n} customers get an offer by plan; {share} of the offers are for {names}"),
    "who.depth": "{share} off",
    "who.other": "other",
    "who.table": "Offers given by plan",
    "who.column.what": "offer for",
    "who.column.depth": "depth",
    "who.column.customers": "customers",
    "who.column.share": "of offers given",
    "who.rest": "; {n} more categories are in the table",
    "who.title": "{share} of the offers are {depth}; “{top}” gets most",
    "who.title_other": "{share} of the offers have no depth in per cent; “{top}” gets most",
    "who.measure": "Customers with an offer by plan, by category and depth{rest}",
    "who.anyway": (
        "About {share} of the discount that these offers give is on purchases that would have been made anyway "
        "(held-out, transferred). That is the price of not knowing who would buy without it."
    ),
    "who.anyway_some": (
        "Of the discount of those offers whose effect is carried over from shelf prices, about {share} is on purchases "
        "that would have been made anyway (held-out, transferred)."
    ),
    "who.assumed": (
        "Why these customers: the effect is assumed to be the same share of everybody's basket, so the largest baskets "
        "come first. Nothing shows that these customers respond more than others; only a measurement can."
    ),
    "who.assumed_alike": (
        "Why these customers: the effect is assumed to be the same for everybody, so that who gets an offer says "
        "nothing about who responds; only a measurement can."
    ),
    "who.baskets": (
        "Half of those with an assumed offer usually spend {theirs} or more an order, half of the others {others}."
    ),
    "who.learning": (
        "{kept} customers ({holdout} was the aim) never get an offer, the same ones in every run; {drawn} more are "
        "drawn "
        "by lot with known probability: {offered} get an offer, {none} get none. Only they will show what the offers "
        "really changed, so both go with the plan. The list is assignments.csv beside this file."
    ),
    "who.usual": (
        "{n} customers ({share} was the aim) get what the shop does today, the same ones in every run: {offered} get "
        "an offer and {none} get none. Their offers can cost up to {most}, on top of the campaigns' budgets, of the "
        "{budget} set aside for them. The read-out will say whether the plan is better than that."
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
    "who.part": "of these, {what}",
    "who.all": "all customers",
    "who.arms_table": "How customers are divided, and why some who follow the plan get nothing",
    "who.column.arm": "customers who ...",
    "who.column.part": "of these",
    "who.column.of_all": "of all customers",
    "who.gets": "get an offer",
    "who.gets_none": "get none",
    "who.gets_plan": "get the plan's offer",
    "who.no_offer": "no offer: {reason}",
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
    "audit.none": (
        "Offer rates by group are not shown: give the source 'customers' with attributes and list them under "
        "profiles.audit_only. That would add who gets offers and who does not, by age or income for example."
    ),
    "audit.no_attributes": "Offer rates by group are not shown: no customer of the plan has attributes.",
    "audit.small": "Offer rates by group are not shown: no group has {least} customers or more.",
    "audit.intro": (
        "Attributes named in profiles.audit_only never reach a model or a rule; differences come from what people buy. "
        "{left}With {n} groups, about {chance} would lie outside the interval by chance alone."
    ),
    "audit.left_one": "One group is not shown for having fewer than {least} customers. ",
    "audit.left": "{n} groups are not shown for having fewer than {least} customers. ",
    "audit.group": "{name} ({n})",
    "audit.table": "Share of customers with an offer by plan, by group",
    "audit.column.attribute": "attribute",
    "audit.column.group": "group",
    "audit.column.customers": "customers",
    "audit.column.rate": "offer rate",
    "audit.column.depth": "mean depth",
    "audit.title": (
        "Among the {n} customers with known attributes {rate} get an offer ({all} of all who follow the plan); "
        "{finding}"
    ),
    "audit.measure": (
        "Share of customers of a group who get an offer by plan, 95 % intervals; group size in brackets; line: all "
        "with known attributes"
    ),
    "audit.same": "no group differs clearly",
    "audit.named": "{attribute} {group} ({rate})",
    "audit.more": "{n} more",
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
