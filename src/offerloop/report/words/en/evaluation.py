"""English: the page of an evaluation of policies."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "evaluation.title": "{shop}: what policies would be worth",
    "evaluation.when": "What policies would have been worth, by offers shown from {first} to {last}",
    "evaluation.footer": (
        "Made by Offerloop from the shop's log of shown offers and its order lines; the same figures are in "
        "evaluation.json, every estimate in policy_values.parquet and the overlap of every offer in overlap.parquet, "
        "beside this file."
    ),
    "evaluation.mark": "estimated from logged propensities, not tried out",
    "evaluation.mark_value": "estimated from logged propensities, not tried out; cost of offers not known",
    "evaluation.mark_period": "of one decision only, not of a policy that is kept; {mark}",
    "evaluation.profit": "profit",
    "evaluation.value": "margin before the cost of offers",
    "evaluation.kind.logged": "the policy that made the log",
    "evaluation.kind.nothing": "nothing for anybody",
    "evaluation.kind.everyone": "{name} for everybody",
    "evaluation.kind.run": "the plan of run {name}",
    "evaluation.kind.file": "the policy {name}",
    "evaluation.short.logged": "the log's own",
    "evaluation.short.nothing": "nothing",
    "evaluation.short.everyone": "{name}",
    "evaluation.short.run": "plan {name}",
    "evaluation.short.file": "policy {name}",
    "evaluation.base.nothing": "giving nothing",
    "evaluation.base.logged": "the policy that made the log",
    # The finding.
    "evaluation.none": (
        "No policy can be valued: none of the offers asked about was shown by chance in the {n} decisions of the log."
    ),
    "evaluation.contradicted": "Do not believe this: the logged propensities do not fit what was shown.",
    "evaluation.best": "the best",
    "evaluation.best_firm": "the best of those about which enough decisions speak",
    "evaluation.better": "{policy} is {best}: {gain} more {measure} a decision than {base}{rival}.",
    "evaluation.ahead": ", and {by} more than {other} for everybody",
    "evaluation.behind": ", though {by} against {other} for everybody",
    "evaluation.level": ", but not clearly better than {other} for everybody ({by})",
    "evaluation.unclear": (
        "No policy is clearly better than {base}: {best}, {policy}, would change {measure} by {gain} a decision, an "
        "interval that includes zero."
    ),
    "evaluation.worse": (
        "No policy is clearly better than {base}: {best}, {policy}, would change {measure} by {gain} a decision, "
        "which is clearly a loss."
    ),
    "evaluation.together": "intervals hold for all {n} policies at once",
    "evaluation.alone": "95 % interval",
    "evaluation.basis": (
        "({n} decisions of {customers} customers, of which {size} speak about this policy; {interval}.)"
    ),
    "evaluation.basis_few": (
        "({n} decisions of {customers} customers, of which only {size} speak about this policy, fewer than 1,000: do "
        "not rely on it; {interval}.)"
    ),
    # Policies that are kept.
    "evaluation.one_period": "{earlier}: the figures above are of one decision only, not of a policy that is kept.",
    "evaluation.kept.matters": "Earlier offers still matter ({p})",
    "evaluation.kept.unseen": "Nothing shows that earlier offers still matter ({p})",
    "evaluation.kept.untested": (
        "Whether earlier offers still matter cannot be tested: only {n} customers were shown something before"
    ),
    "evaluation.kept.unknown": "What a policy is worth when it is kept cannot be known from this log.",
    "evaluation.kept.leader": "{policy}, when kept, changes {measure} by {gain} a decision against {base}{few}.",
    "evaluation.kept.best": "Of policies that are kept, {policy} brings most: {gain}{few}.",
    "evaluation.kept.few": " (fewer than 1,000 decisions speak about it)",
    "evaluation.kept.label": "Policies that are kept",
    "evaluation.kept.table": "{measure} a decision, where the policy also made the customer's earlier decisions",
    "evaluation.kept.intro": (
        "The value of one decision leaves earlier offers as the log drew them. A policy that is kept makes the earlier "
        "decisions too, from the first exposure of the log on; offers of more than four exposures ago are taken to "
        "have no effect. KEPT weighs every combination of decisions; KEPT-1 takes effects of earlier offers to add up, "
        "and is used where fewer than 1,000 decisions speak by the weights of KEPT."
    ),
    # Tiles.
    "evaluation.tile.gain_period": "One decision: more than {base}",
    "evaluation.tile.gain": "A decision more than {base}",
    "evaluation.tile.logged": "The log's own {measure} a decision",
    "evaluation.tile.size": "Decisions that speak",
    "evaluation.tile.size_note": "effective sample size of {policy}",
    "evaluation.tile.decisions": "Decisions in the log",
    "evaluation.tile.decisions_note": "of {n} customers",
    "evaluation.tile.interval": "95 % interval {interval}",
    # What each is worth.
    "evaluation.worth.title": "By its estimate {policy} is worth most; the whiskers say how sure that is",
    "evaluation.worth.measure": "{measure} a decision, {currency}, with 95 % intervals; the line is {base}",
    "evaluation.column.estimate": "a decision",
    "evaluation.column.policy": "policy",
    "evaluation.column.one_period": "one decision",
    "evaluation.column.kept": "kept",
    "evaluation.column.kept_gain": "kept, less {base}",
    "evaluation.column.kept_method": "method",
    "evaluation.column.method": "method",
    "evaluation.column.value": "value",
    "evaluation.column.cost": "cost",
    "evaluation.column.profit": "profit",
    "evaluation.column.size": "effective sample size",
    "evaluation.column.expected": "expected",
    "evaluation.column.weight": "largest weight",
    "evaluation.column.cut": "weights cut",
    "evaluation.column.offer": "offer",
    "evaluation.column.logged": "decisions logged",
    "evaluation.column.share": "share under the policy",
    "evaluation.column.found": "share by weights",
    "evaluation.column.possible": "largest possible",
    "evaluation.column.against_nothing": "less giving nothing",
    "evaluation.column.against_logged": "less the log's own",
    "evaluation.column.against_best_single": "less the best offer for everybody",
    "evaluation.methods.label": "Estimates",
    "evaluation.methods.enough": "At least 1,000 decisions speak about every policy",
    "evaluation.methods.few": "About some policies fewer than 1,000 decisions speak: their intervals may be too narrow",
    "evaluation.methods.intro": (
        "Where methods agree, an estimate can be believed; where they do not, few decisions speak. The recommended "
        "one promises the least squared error. No weights are cut, except by SWITCH-DR, which says so."
    ),
    "evaluation.methods.chosen": "Every policy by the recommended method, a decision",
    "evaluation.methods.table": "Every policy by every method, a decision",
    "evaluation.recommended": "{method} (recommended)",
    "evaluation.mean": "mean of the log",
    "evaluation.few": "{n} (too few)",
    "evaluation.cut": "above {limit}, {share} of all weight",
    # Differences.
    "evaluation.differences.label": "Differences",
    "evaluation.differences.message": (
        "{clear} of {n} policies differ clearly from {base}, by intervals that hold for all at once"
    ),
    "evaluation.differences.intro": (
        "Differences are paired: what two policies have in common adds nothing to the interval. The intervals below "
        "are 95 % each; of many, some leave out zero by luck alone."
    ),
    "evaluation.differences.measure": "{measure} a decision less {base}, {currency}, 95 % intervals",
    "evaluation.differences.table": "Paired differences a decision",
    # Overlap.
    "evaluation.overlap.label": "Overlap",
    "evaluation.overlap.message": "How much the log knows of each offer that a policy gives",
    "evaluation.overlap.intro": (
        "A decision of the log counts by its weight: the policy's probability of what was shown over the probability "
        "with which it was shown. By these weights each offer must have about the share that the policy gives it; far "
        "from that, the logged propensities are wrong, or hardly anything speaks about the policy."
    ),
    "evaluation.overlap.table": "Offers under each policy",
    "evaluation.nothing": "nothing",
    "evaluation.impossible": "not possible in the log",
    "evaluation.refused.label": "Without a value",
    "evaluation.refused.message": "Policies without a value: {n}",
    "evaluation.refused.one": "{policy}: {why}",
    # Notes.
    "evaluation.notes.label": "Before acting on it",
    "evaluation.notes.message": "What these figures rest on, and what they leave out",
    "evaluation.note.misfit": (
        "The propensities do not fit what was shown: for {n} of {of} policies the mean weight of all decisions is far "
        "from 1, which it should be. Find out how the propensities were logged before believing any figure here."
    ),
    "evaluation.note.margin": (
        "Value is the configured share of list price that is left before the cost of offers (shop.margin)."
    ),
    "evaluation.note.margin_costs": (
        "Value is what is left of list price by the shop's unit costs, in each category, before the cost of offers."
    ),
    "evaluation.note.split_cost": (
        "The order lines have no column 'coupon': the cost of offers is estimated as what is off beyond usual shelf "
        "discounts in their windows."
    ),
    "evaluation.note.no_cost": (
        "The order lines have no column 'coupon', so no cost of offers is known and only value is shown: a dear offer "
        "looks as good as a cheap one."
    ),
    "evaluation.note.no_reimbursed": (
        "The order lines have no column 'reimbursed', so every coupon counts as cost, also what a supplier pays."
    ),
    "evaluation.note.left_unreadable": "Exposures left out because a cell could not be read: {n}.",
    "evaluation.note.left_no_customer": "Exposures left out because they name no customer: {n}.",
    "evaluation.note.left_early": "Exposures left out because they are older than the first order: {n}.",
    "evaluation.note.left_same_day": (
        "Exposures left out because the customer was shown something else on the same day, so that nobody can tell "
        "what an order followed: {n}."
    ),
    "evaluation.note.left_not_over": "Exposures left out because their {days} days are not over: {n}.",
    "evaluation.note.clipped": (
        "Windows cut short by the customer's next exposure, before their {days} days were over: {n}. A policy that "
        "makes the next exposure come sooner looks worse than it is."
    ),
    "evaluation.note.one_chance": (
        "The log has the propensity of what was shown, not of everything else. Whether an offer could have been shown "
        "to a customer is not known: a policy that gives offers which the log could not have shown gets a wrong value "
        "without a warning."
    ),
    "evaluation.note.all_chances": (
        "On each day every offer has one propensity, and these sum to 1: chance alone decided, and the propensities "
        "of all offers are known."
    ),
    "evaluation.note.few_customers": (
        "The log has {n} customers; with fewer than {least} intervals are too narrow, however many decisions there are."
    ),
    "evaluation.note.idle": "Nobody in the log gets an offer under {policy}: it is the same as giving nothing.",
    "evaluation.note.unnamed": "Customers of the log whom {policy} does not name, and who get nothing under it: {n}.",
    "evaluation.note.same_orders": (
        "The plan of {policy} was made after some of these exposures: it has seen their outcomes, and so looks better "
        "here than it is. Value it on later exposures."
    ),
    "evaluation.note.returns": (
        "A return is taken off its sale. One that comes after an exposure can so change, a little, what counts as "
        "bought before it."
    ),
    "evaluation.note.later_kept": (
        "The value of one decision counts its window alone. Values of policies that are kept count what earlier offers "
        "of the last four exposures do now, not what comes after the log. Intervals take the propensities as right."
    ),
    "evaluation.note.later": (
        "Only the window counts: a purchase brought forward from later weeks looks like a gain, and what a policy "
        "changes in later decisions is not seen. Intervals take the propensities as right."
    ),
    # Terms.
    "evaluation_term.decision": "decision",
    "evaluation_meaning.decision": "an exposure: what one customer was shown, deliberately nothing included",
    "evaluation_term.propensity": "propensity",
    "evaluation_meaning.propensity": "the probability with which what was shown was chosen, known when it was chosen",
    "evaluation_term.policy": "policy",
    "evaluation_meaning.policy": "a rule that says with which probability a customer is shown what",
    "evaluation_term.value-cost-profit": "value, cost, profit",
    "evaluation_meaning.value-cost-profit": (
        "margin of the orders in the window before the cost of offers; own part of their coupons; value less cost"
    ),
    "evaluation_term.kept": "kept policy",
    "evaluation_meaning.kept": "one that makes all of a customer's decisions, not only the one that is valued",
    "evaluation_term.effective-sample-size": "effective sample size",
    "evaluation_meaning.effective-sample-size": (
        "how many decisions of equal weight would say as much; below 1,000 intervals may be too narrow"
    ),
    "evaluation_term.ips": "IPS",
    "evaluation_meaning.ips": "mean of outcomes times weights (inverse propensity scoring)",
    "evaluation_term.snips": "SNIPS",
    "evaluation_meaning.snips": "the same over the sum of the weights (self-normalised)",
    "evaluation_term.dr": "DR",
    "evaluation_meaning.dr": "a prediction of each outcome, corrected by the weighted errors (doubly robust)",
    "evaluation_term.switch-dr": "SWITCH-DR",
    "evaluation_meaning.switch-dr": "DR that trusts the prediction alone where weights are too large",
}
