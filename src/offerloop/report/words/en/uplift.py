"""English: the page of a study of one trial."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "uplift.title": "{place}: whom to treat",
    "uplift.when": "What “{treatment}” changes in “{outcome}”, and for whom: {n} customers",
    "uplift.footer": (
        "Made by Offerloop from one table; the same figures are in uplift.json, and the offer and the predicted "
        "effects of every customer in scores.csv and scores.parquet, beside this file."
    ),
    "uplift.mark.known": "measured in a randomised trial",
    "uplift.mark.randomised": "measured in a randomised trial",
    "uplift.mark.observational": "estimated from a table that is no trial",
    # Measures.
    "uplift.profit": "profit",
    "uplift.value": "value",
    "uplift.cost": "cost",
    "uplift.per.1": "a customer",
    "uplift.per.1000": "per 1,000 customers",
    "uplift.gain.more": "{size} more {name} {per}",
    "uplift.gain.change": "a change of {size} in {name} {per}",
    "uplift.same.all": "{offer} for everybody",
    "uplift.same.budget": "{offer} for random customers within the budget",
    # The finding.
    "uplift.targeted.headline": "Choose whom to treat: it brings clearly more than {same}",
    "uplift.targeted.only": "Choose whom to treat: it clearly pays, and no single offer does",
    "uplift.targeted.even": "Choose whom to treat, or not: neither that nor {same} is forecast to bring clearly more",
    "uplift.targeted.unclear": "Try a choice of customers on some of them first: it is not forecast to pay clearly",
    "uplift.everyone.headline": "Give everybody {offer}: choosing customers does not clearly bring more",
    "uplift.everyone.budget": (
        "Give {offer} to as many customers as the budget reaches: choosing them does not clearly bring more"
    ),
    "uplift.everyone.unclear": "Try {offer} on some of the customers first: it is not forecast to pay clearly",
    "uplift.nothing.headline": "Give nothing: no offer clearly pays",
    "uplift.doubt.ratio": "Do not act on this yet: chance cannot explain the sizes of the arms (p-value: {p}).",
    "uplift.doubt.balance": (
        "Do not act on this yet: the arms differed before the trial by more than chance explains (p-value: {p})."
    ),
    "uplift.doubt.controls": ("Do not act on this yet: an effect is seen on {names}, which no offer can have changed."),
    "uplift.targeted.one": "Give {offer} to {share} of the customers, chosen by {estimator}.",
    "uplift.targeted.many": (
        "Give {share} of the customers an offer, each the one of {n} that suits best, chosen by {estimator}."
    ),
    "uplift.targeted.forecast": (
        "Against giving nothing, that is forecast to bring {gain}; the best single offer, {same}: {everyone}."
    ),
    "uplift.forecast.unclear": "The interval of the forecast includes zero: try it on some of the customers first.",
    "uplift.forecast.means": "The forecast is made on customers who had no part in deciding who gets what.",
    "uplift.everyone.gain": "Against giving nothing, {offer} for everybody brings {gain}.",
    "uplift.everyone.gain_budget": (
        "Against giving nothing, {offer} for a random {share} of the customers, as far as the budget reaches, brings "
        "{gain}."
    ),
    "uplift.everyone.targeted": (
        "Choosing customers by {estimator} would bring {size} instead, which is not clearly more."
    ),
    "uplift.order.helps": (
        "If not all can be treated, the order matters: against random customers, those first by {estimator} bring "
        "{gain}, on average over all shares that could be treated."
    ),
    "uplift.order.no": (
        "If not all can be treated, no order is known to be better than chance: against random customers, those first "
        "by {estimator} bring {gain}, an interval that includes zero."
    ),
    "uplift.order.harms": (
        "If not all can be treated, choose them at random: against random customers, those first by {estimator} "
        "bring {gain}."
    ),
    "uplift.nothing.everyone": (
        "Against giving nothing, the best single offer, {same}, would bring {gain}; no interval of an offer or "
        "of a choice of customers lies above zero."
    ),
    "uplift.nothing.targeted": "Choosing customers by {estimator} would bring {size}.",
    "uplift.forecast.whole": (
        "On customers who had no part in deciding, all of this, choices included, is forecast to bring {size}."
    ),
    "uplift.budget": "A budget of {budget} for all customers of the table is kept.",
    "uplift.basis": "({n} customers, {design}; 95 % intervals.)",
    "uplift.design.known": "a randomised trial whose chances are known",
    "uplift.design.randomised": "a randomised trial",
    "uplift.design.observational": "not a trial",
    "uplift.observational": (
        "Who was treated was not drawn by lot: this holds only if the columns of the table tell everything that "
        "decided who got what."
    ),
    # Estimators.
    "uplift.estimator.growth": "growth of purchases",
    "uplift.estimator.outcome": "proportional effect",
    "uplift.estimator.ridge_t": "ridge T-learner",
    "uplift.estimator.dr_learner": "DR-learner",
    "uplift.estimator.r_learner": "R-learner",
    "uplift.estimator.structured": "appetite and sensitivity",
    "uplift.estimator.s_learner": "S-learner",
    "uplift.by": "predicted effect ({name})",
    # Tiles.
    "uplift.tile.forecast": "Forecast",
    "uplift.tile.everyone": "{offer} for everybody",
    "uplift.tile.everyone_budget": "{offer} within the budget",
    "uplift.tile.targeted": "Choosing customers",
    "uplift.tile.share": "Customers to treat",
    "uplift.tile.share_note": "of all customers, by {estimator}",
    "uplift.tile.order": "Order of customers",
    "uplift.tile.customers": "Customers in the table",
    "uplift.tile.note": "{name} {per} over giving nothing",
    "uplift.tile.order_note": "{name} {per} over a random order",
    # What each policy brings.
    "uplift.worth.title.targeted": "Choosing customers clearly brings more than {same}",
    "uplift.worth.title.only": "Choosing customers clearly pays; no single offer does",
    "uplift.worth.title.even": "Choosing customers is not forecast to bring more than {same}",
    "uplift.worth.title.unclear": "The forecast is not clearly above giving nothing",
    "uplift.worth.title.everyone": "Choosing customers does not clearly bring more than {same}",
    "uplift.worth.title.nothing": "Nothing clearly brings more than giving nothing",
    "uplift.worth.measure_all": (
        "{name} {per} over giving nothing, 95 % intervals; each offer for everybody, customers chosen, and the "
        "forecast, which is decided on some customers and valued on others"
    ),
    "uplift.worth.measure_budget": (
        "{name} {per} over giving nothing, 95 % intervals; each offer for as many random customers as the budget "
        "reaches, customers chosen, and the forecast, which is decided on some customers and valued on others"
    ),
    "uplift.worth.table": "Policies on left-out customers, over giving nothing",
    "uplift.worth.everyone": "{name}",
    "uplift.worth.targeted": "chosen by {name}",
    "uplift.worth.forecast": "forecast",
    "uplift.column.policy": "policy",
    "uplift.column.treated": "treated",
    "uplift.column.size": "{name} {per}",
    "uplift.column.snips": "the same by weights alone",
    # Arms.
    "uplift.arms.label": "Arms",
    "uplift.arms.some": "Offers with a clear effect on {outcome}: {clear} of {n}",
    "uplift.arms.intro": (
        "Every customer of an arm counts, also those who took no notice of the offer. Effects are against {control}, "
        "on all customers, before any choice."
    ),
    "uplift.arms.value": "Value is what {outcome} is worth ({value}).",
    "uplift.arms.cost": "Cost is what a treated customer costs ({cost}).",
    "uplift.arms.table": "The arms of the table, {per}",
    "uplift.arms.own": "The arms of the table: {outcome} {outcome_per}; the rest {per}",
    "uplift.arms.arm": "arm",
    "uplift.arms.n": "customers",
    "uplift.arms.share": "share",
    "uplift.arms.mean": "mean of {outcome}",
    "uplift.arms.effect": "effect on {outcome}",
    "uplift.arms.control": "{name} (no offer)",
    # Estimators, the section.
    "uplift.ranked.label": "Estimators",
    "uplift.ranked.message": (
        "Customers are ranked by {estimator}: the simplest that is not clearly worse than the best"
    ),
    "uplift.ranked.best": "Customers are ranked by {estimator}: the best on left-out customers",
    "uplift.ranked.intro": (
        "Each estimator ranked customers whom it had not seen. The area is averaged over all shares of customers that "
        "could be treated, best first; as a share of what the best offer for everybody brings, a random order has 0.5. "
        "The simplest estimator is the one named first: of two that chance cannot tell apart it is used, because "
        "simple ones are wrong less often on new customers."
    ),
    "uplift.ranked.title": "Estimators that order customers clearly better than chance: {clear} of {n}",
    "uplift.ranked.measure_share": (
        "area as a share of what {offer} for everybody brings, 95 % intervals; the line at 0.5 is a random order"
    ),
    "uplift.ranked.measure_over": "area over a random order, {name} {per}, 95 % intervals; the line is a random order",
    "uplift.ranked.table": "Estimators on left-out customers, {name} {per}",
    "uplift.ranked.estimator": "estimator",
    "uplift.ranked.share": "area share (0.5: random)",
    "uplift.ranked.over": "area over random",
    "uplift.ranked.area": "area",
    "uplift.ranked.policy": "its policy, over nothing",
    "uplift.ranked.chosen": "{name} (chosen)",
    # The uplift curve.
    "uplift.curve.label": "Uplift curve",
    "uplift.curve.helps": "Treating the customers ranked first brings more than treating as many at random",
    "uplift.curve.no": "Treating the customers ranked first is not clearly better than treating as many at random",
    "uplift.curve.harms": "Treating the customers ranked first is worse than treating as many at random",
    "uplift.curve.intro": (
        "From left to right more customers are treated, those ranked best by {estimator} first, each with the offer "
        "that suits best. Where the curve runs flat, more customers bring nothing; where it falls, they cost."
    ),
    "uplift.curve.measure": (
        "{name} {per} of the whole table, with 95 % band; the dashed line treats random customers with {offer}"
    ),
    "uplift.curve.axis": "share of customers treated",
    "uplift.curve.random": "random customers",
    "uplift.curve.table": "Gain by share of customers treated",
    "uplift.curve.share": "treated",
    "uplift.curve.says": "At {share} treated: {size}.",
    # The cost curve.
    "uplift.costs.label": "Cost curve",
    "uplift.costs.message": (
        "The half of the customers ranked first would bring a value of {value} for a cost of {cost} {per}"
    ),
    "uplift.costs.intro": (
        "Value before cost, over what it costs. An offer pays while the curve climbs by more than one for one: value "
        "and cost are in the same unit."
    ),
    "uplift.costs.title": "What the customers ranked first bring for what they cost",
    "uplift.costs.measure": (
        "value {per} of the whole table, with 95 % band; below, mean cost; the dashed line treats random customers "
        "with {offer}"
    ),
    "uplift.costs.axis": "cost {per}",
    "uplift.costs.budget": "budget",
    # Deciles.
    "uplift.deciles.label": "Predicted and found",
    "uplift.deciles.sorted": "The top tenth responds more than the bottom tenth, by {gap} {per}",
    "uplift.deciles.flat": ("The top tenth does not clearly respond more than the bottom tenth: by {gap} {per}"),
    "uplift.deciles.intro": (
        "Customers in ten groups by the predicted effect of their best offer, found in customers whom the estimator "
        "had not seen. The intervals of these groups cover the true effect as often as they say; that of a single "
        "customer is rough, and no decision should rest on one."
    ),
    "uplift.deciles.title": "Effect found by tenth of the predicted effect",
    "uplift.deciles.measure": (
        "effect on {name} {per}; dots are found, with 95 % intervals, diamonds predicted, the dashed line is the mean"
    ),
    "uplift.deciles.axis": "tenth by predicted effect, 10 is highest",
    "uplift.deciles.mean": "mean {size}",
    "uplift.deciles.table": "Predicted and found effect by tenth",
    "uplift.deciles.tenth": "tenth",
    "uplift.deciles.predicted": "predicted",
    "uplift.deciles.realised": "found",
    # Response types.
    "uplift.types.label": "Response types",
    "uplift.types.message": "Persuadable, so that an offer decides it: about {share} of the customers",
    "uplift.types.none": "What kinds of customers there are",
    "uplift.types.intro": (
        "By what {offer} does. Nobody is seen both with and without it, so no single customer's type is known; only "
        "how many there are of each can be estimated, and that as if it moved nobody of a kind both ways."
    ),
    "uplift.types.money": (
        "Of what the recommended policy costs, {share} goes to responses that would have come anyway: {money} {per}."
    ),
    "uplift.types.unseen": "{type}: {means}. The estimator predicts this of nobody.",
    "uplift.types.nobody": "nobody",
    "uplift.types.title": "Expected share of customers of each type",
    "uplift.types.measure": "per cent of all customers, with 95 % intervals",
    "uplift.types.table": "Response types",
    "uplift.types.type": "type",
    "uplift.types.share": "share of customers",
    "uplift.types.effect": "mean predicted effect, {name} {per}",
    "uplift.types.one": "{type}: {means}. About {share} of customers; mean predicted effect {effect} {per}.",
    "uplift.type.persuadable": "persuadable",
    "uplift.type.sure_thing": "sure thing",
    "uplift.type.lost_cause": "lost cause",
    "uplift.type.sleeping_dog": "sleeping dog",
    "uplift.type_means.persuadable": "responds only because of the offer",
    "uplift.type_means.sure_thing": "would have responded anyway: the offer is wasted",
    "uplift.type_means.lost_cause": "does not respond either way",
    "uplift.type_means.sleeping_dog": "responds only without the offer: the offer does harm",
    # Groups.
    "uplift.groups.label": "Audited groups",
    "uplift.groups.alike": "The recommendation treats every group alike",
    "uplift.groups.gap": (
        "The recommendation treats {high} of group {high_group} and {low} of group {low_group} ({column})"
    ),
    "uplift.groups.intro": (
        "Groups of columns that were named for an audit. A group that is treated more often although it does not "
        "respond more is a reason to look again before acting."
    ),
    "uplift.groups.title": "Share treated by group under the recommendation",
    "uplift.groups.measure": "per cent of the group's customers, with 95 % intervals",
    "uplift.groups.table": "Audited groups, {name} {per}",
    "uplift.groups.column": "column",
    "uplift.groups.group": "group",
    "uplift.groups.n": "customers",
    "uplift.groups.treated": "treated",
    "uplift.groups.effect": "effect of {offer}",
    "uplift.groups.cost": "cost under the recommendation",
    # Checks.
    "uplift.checks.label": "Checks of the design",
    "uplift.checks.passed": "The arms look as a draw by lot leaves them",
    "uplift.checks.failed": "A check fails: find out why before acting on this page",
    "uplift.checks.observational": "Nobody drew lots here: what was done about it",
    "uplift.checks.observational_failed": "A check fails, in a table that is no trial: do not act on it",
    "uplift.checks.table": "Checks",
    "uplift.checks.check": "check",
    "uplift.checks.p": "p-value",
    "uplift.checks.verdict": "verdict",
    "uplift.checks.ratio": "sizes of the arms as planned",
    "uplift.checks.balance": "arms alike before the trial",
    "uplift.checks.expected": "adjusted for",
    "uplift.checks.ok": "✓ passed",
    "uplift.checks.bad": "✗ failed",
    "uplift.checks.not_known": "not checked",
    "uplift.balance.title": "Columns in which an arm differs most from {control}",
    "uplift.balance.measure": (
        "difference in standard deviations before any adjustment, with 95 % intervals; beyond 0.1 is worth a look"
    ),
    "uplift.balance.table": "The largest differences between an arm and {control}",
    "uplift.balance.column": "column",
    "uplift.balance.arm": "arm",
    "uplift.balance.difference": "difference (standard deviations)",
    "uplift.overlap.intro": (
        "A model tells each customer's chance of each arm. Where chances come close to nought, nobody alike was given "
        "that arm, and its effect there rests on assumption."
    ),
    "uplift.overlap.title": "Chances of each arm",
    "uplift.overlap.measure": "dots are medians over all customers; whiskers run from the 5 % to the 95 % quantile",
    "uplift.overlap.table": "Chances of each arm, quantiles over all customers",
    "uplift.overlap.effective": "effective sample size",
    "uplift.controls.table": "Effect on columns that no offer can have changed, a customer",
    "uplift.controls.column": "column",
    "uplift.controls.effect": "effect",
    "uplift.controls.ok": "✓ none seen",
    "uplift.controls.bad": "✗ an effect",
    # Notes.
    "uplift.notes.label": "Before acting on it",
    "uplift.notes.message": "What these figures rest on, and what they leave out",
    "uplift.note.ignored_id": "Left out, because it names customers rather than describes them: {names}.",
    "uplift.note.ignored_outcome_like": (
        "Left out, because it looks like something that happened after the offer, such as another outcome: {names}."
    ),
    "uplift.note.ignored_date": "Left out, because it holds dates: {names}.",
    "uplift.note.ignored_constant": "Left out, because it is the same for all customers: {names}.",
    "uplift.note.ignored_many_values": "Left out, because it has too many different texts to learn from: {names}.",
    "uplift.note.filled_missing": "Missing cells filled in, and marked as such for the estimators: {n} in {names}.",
    "uplift.note.small_arm": "Arms left out, because they have too few customers: {names}.",
    "uplift.note.shares_not_checked": (
        "The planned shares of the arms were not given, so nobody can tell whether rows of an arm were lost."
    ),
    "uplift.note.no_cost": (
        "No cost was given: a dear offer looks as good as a cheap one, and what pays is what brings more than nothing."
    ),
    "uplift.note.sampled": (
        "Estimators were compared on {n} customers drawn at random, to save time; the chosen one then learned from all."
    ),
    "uplift.note.trimmed": (
        "Customers for whom some arm was nearly impossible, left out of the estimates: {n}. What is said does not hold "
        "for them."
    ),
    "uplift.note.few_events": ("Only {n} customers have the outcome: intervals are wide, and single effects rough."),
    "uplift.note.negative_cost": "Customers with a cost below zero, taken as they are: {n}. Check that they are meant.",
    "uplift.note.no_types": (
        "Response types are shown only for outcomes that happen or do not, not for amounts: their shares are not known."
    ),
    "uplift.note.features": "Customers are told apart by {n} columns: {names}.",
    "uplift.note.and_more": "{names} and {n} more",
    "uplift.note.intervals": (
        "Intervals of arms, policies and tenths hold for such groups. They take the ranking as given, and that of a "
        "single customer is rough: it is no ground to treat or leave out one person."
    ),
    "uplift.note.forecast": (
        "The forecast repeats the whole procedure, choice of estimator included, on part of the customers and values "
        "it on the rest, in turns. It holds for customers like those of the table, offers like these, and no other "
        "season."
    ),
    # Terms.
    "uplift_term.effect": "effect (uplift)",
    "uplift_meaning.effect": "what an offer changes, against what would have happened without it",
    "uplift_term.arm": "arm",
    "uplift_meaning.arm": "the customers who were given the same offer, or none",
    "uplift_term.value-cost-profit": "value, cost, profit",
    "uplift_meaning.value-cost-profit": "what an offer brings before its cost; what it costs; value less cost",
    "uplift_term.policy": "policy",
    "uplift_meaning.policy": "a rule that says who gets which offer",
    "uplift_term.left-out": "left-out customers",
    "uplift_meaning.left-out": "those whom an estimator had not seen when it learned, and who test it",
    "uplift_term.95-interval": "95 % interval",
    "uplift_meaning.95-interval": "the range that holds the true figure in 95 of 100 such studies",
    "uplift_term.uplift-curve": "uplift curve (Qini)",
    "uplift_meaning.uplift-curve": "what treating more and more customers brings, those ranked best first",
    "uplift_term.area": "area",
    "uplift_meaning.area": (
        "the mean height of that curve: what an order of customers is worth whatever share is treated"
    ),
    "uplift_term.doubly-robust": "doubly robust",
    "uplift_meaning.doubly-robust": (
        "a prediction of each outcome, corrected by the errors it makes; right if either is"
    ),
    "uplift_term.weights-alone": "by weights alone (SNIPS)",
    "uplift_meaning.weights-alone": (
        "the mean of those whom the policy would have given what they got, without any prediction: a check"
    ),
    "uplift_term.balance": "balance",
    "uplift_meaning.balance": "whether arms were alike before the trial, as they are when drawn by lot",
    "uplift_term.overlap": "overlap",
    "uplift_meaning.overlap": "whether customers of every kind are in every arm",
    "uplift_term.negative-control": "negative control",
    "uplift_meaning.negative-control": "a column that no offer can change; an effect on it gives a wrong design away",
    "uplift_term.outcome": "proportional effect",
    "uplift_meaning.outcome": (
        "the same share for all of what they do anyway; the baseline that every estimator has to beat"
    ),
    "uplift_term.ridge-t": "ridge T-learner",
    "uplift_meaning.ridge-t": "a linear model of the outcome for each arm; effects are their differences",
    "uplift_term.dr-learner": "DR-learner",
    "uplift_meaning.dr-learner": "a linear model of the effect itself, learned from doubly robust differences",
    "uplift_term.r-learner": "R-learner",
    "uplift_meaning.r-learner": (
        "a linear model of what is left of outcome and treatment once the expected is taken off"
    ),
    "uplift_term.structured": "appetite and sensitivity",
    "uplift_meaning.structured": "boosted trees in turns: what customers do anyway, and how an offer changes it",
    "uplift_term.s-learner": "S-learner",
    "uplift_meaning.s-learner": "one model of boosted trees, with the offer as one of its columns",
}
