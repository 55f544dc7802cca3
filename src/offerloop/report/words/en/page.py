"""English: the frame of the report, its first screen and what the data, profiles and campaigns show."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # How parts are put together.
    "sentence": " ",
    "full_stop": ".",
    "points": " points",
    "less_than": "less than {share}",
    "date": "{year}-{month:02}-{day:02}",
    "period": "{first} to {last}",
    "basis.mark.transferred": "model-based forecast, transferred from shelf prices",
    "basis.mark.mixed": "model-based forecast, partly from data, partly assumed",
    "basis.mark.measured": "measured by a read-out of a randomised plan",
    "basis.mark.estimated": "estimated from offers that were shown at random",
    "basis.mark.assumed": "assumed by the shop, not measured",
    "basis.mark.learned": "model-based forecast, {parts}",
    "basis.part": "partly {basis}",
    "basis.mark.none": "no forecast: nothing shows what these offers do",
    # Names of rules and of things.
    "rule_name.nothing": "no offer",
    "rule_name.plan": "the plan",
    "rule_name.plan as sent": "the plan, less lots",
    "rule_name.same offer for all": "the same offer for all",
    "rule_name.random customers": "random customers",
    "rule_name.most likely buyers": "the most likely buyers",
    "noun.coupons": "coupons",
    "noun.offers": "offers",
    "outcome.bought": "chance to buy in a week",
    "outcome.units": "units a week",
    "outcome.list_minor": "sales at list price",
    "outcome.list_sales": "sales at list price",
    "outcome.discount_minor": "discount given",
    # The decision.
    "headline.test": "Send {sent} as a test: what it changes is assumed, not measured.",
    "headline.test_both": "Send {sent} as a test: what it changes is assumed, not measured; do not send {kept}.",
    "headline.test_weeks": "Send {sent} as a test over {weeks}: what it changes is assumed, not measured.",
    "headline.test_weeks_both": (
        "Send {sent} as a test over {weeks}: what it changes is assumed, not measured; do not send {kept}."
    ),
    "headline.trust": (
        "Send {sent} on trust only: its effect is assumed, and no test of this plan could show it within a year."
    ),
    "headline.trust_both": (
        "Send {sent} on trust only: its effect is assumed, and no test of this plan could show it within a year; do "
        "not send {kept}."
    ),
    "weeks.one": "1 week",
    "weeks.many": "{n} weeks",
    "test.why.no_profit": "no profit is forecast",
    "test.why.no_holdout": "none of the customers planned for an offer is held out",
    "test.why.all_held_out": "all customers planned for an offer are held out",
    "test.why.no_buyers": "in the week before, none of the customers planned for an offer bought anything",
    "decision.campaign": "{title}: {body}",
    "screen.campaign": "campaign",
    "screen.decision": "decision",
    "screen.send": "send",
    "screen.keep": "do not send",
    "screen.customers": "customers",
    "screen.spend": "expected spend",
    "screen.most": "at most",
    "screen.profit": "profit [95 % interval]",
    "screen.interval": "{name} [95 % interval]",
    "decision.send": (
        "send {n} {noun} for one week; expected profit {profit} on an expected spend of {spend}{most}{mark}."
    ),
    "decision.unproven": (
        "The interval holds zero, so nothing proves that this pays; it goes out because the campaign says send = "
        "“expected”."
    ),
    "decision.at_most": ", at most {most}",
    "decision.mark": " ({basis})",
    "decision.whole": (
        "The full plan has {n}, of whom some are held back or drawn by lot; it is forecast at {profit} on {spend}."
    ),
    "decision.some_assumed": (
        "{share} of the planned offers count by the shop's own assumption, not by data: no interval holds that."
    ),
    "decision.all_assumed": (
        "Every effect in this plan is the shop's own assumption, not learned from data; no interval tells how far it "
        "is off."
    ),
    "decision.simpler": (
        "What is sent is {rule}: customers left out of the choice say that it brings more than choosing by customer."
    ),
    "decision.ahead": "About {lost} of it may be purchases brought forward from the week after.",
    "margin.configured": "an assumed margin of {margin}",
    "margin.unit costs": "a margin of {margin} by unit costs",
    "decision.unknown": "send none; nothing shows what these offers do, so no plan can be made.",
    "decision.no_budget": "send none; the budget is 0.",
    "decision.small_budget": "send none; the budget of {budget} does not pay for a single offer.",
    "decision.small_shared": "send none; the limits that campaigns share do not allow a single offer.",
    "decision.others": (
        "send none; by itself it would bring {profit}, but other campaigns bring more with the same customers and "
        "limits."
    ),
    "decision.empty": "send none; at {margin} no offer is estimated to pay for any customer.",
    "decision.unclear": (
        "send none; the best plan's forecast of {profit} is above zero, but its interval includes zero, so it cannot "
        "be told from doing nothing."
    ),
    "decision.loses": (
        "send none; no targeting of these {noun} beats doing nothing at {margin}. The best plan "
        "would have changed profit by {profit}{mark}."
    ),
    "decision.not_above": (
        "send none; the best plan's forecast at {margin} is {profit}{mark}, which is not above zero."
    ),
    "lead.beats": "It beats every simple rule; the best of them, {rule}, by {lead}.",
    "lead.beats_assumed": (
        "By the same assumption it is ahead of every simple rule; the best of them, {rule}, by {lead}."
    ),
    "confidence.forecast": "Forecast, not yet tested",
    "confidence.checks": "carried over from shelf prices; {passed} of {judged} checks passed{failed}",
    "confidence.checks_others": "others carried over from shelf prices; {passed} of {judged} checks passed{failed}",
    "confidence.estimated": "Estimated, not yet tested",
    "confidence.shown": "learned from offers that were shown at random {times} times",
    "confidence.measured": "Measured, not yet again",
    "confidence.measured_note": "an earlier read-out corrects what the shop assumed",
    "confidence.failed": " (failed: {names})",
    "confidence.assumed": "Assumed, not measured",
    "confidence.assumed_note": "the shop's own expectation; only customers kept out by lot can show the effect",
    "confidence.partly": "Forecast, partly assumed",
    "confidence.none": "Not known",
    "confidence.none_note": "nothing in the data shows what these offers do",
    # Tiles and the first chart.
    "tile.profit_note": "95 % interval {interval}, for the {n} who get the plan's offer",
    "tile.profit_assumed": "no interval: assumed, not measured; for the {n} who get the plan's offer",
    "tile.treated": "Customers treated",
    "tile.kept_profit": "Profit of the best plan, not sent",
    "tile.kept_note": "95 % interval {interval}, one week",
    "tile.kept_assumed": "no interval: assumed, one week",
    "tile.kept_spend": "Spend",
    "first.column.share": "supplier share",
    "first.column.customers": "customers with an offer",
    "first.column.profit": "profit [95 % interval]",
    "first.measure": (
        "Without a budget limit: expected profit of one week ({currency}), each customer's best offer, by the share "
        "of each discount that suppliers pay; 95 % band"
    ),
    "first.measure_assumed": (
        "Without a budget limit: profit of one week ({currency}) if the shop's assumption holds, each customer's best "
        "offer, by the share of each discount that suppliers pay; dashed: assumed, without an interval"
    ),
    "first.level": "clearly pays: {share}",
    "first.level_assumed": "pays: {share}",
    "first.title.never": "{noun} do not pay, even when suppliers carry the whole discount",
    "first.title.unclear": "{noun} clearly pay at no supplier share",
    "first.title.always": "{noun} pay at every supplier share, even without one",
    "first.title.clear": "{noun} clearly pay once suppliers carry {share} of the discount",
    "first.title.assumed": "{noun} pay once suppliers carry {share} of the discount",
    # What the data could not show.
    "gaps.title": "What the data could not show.",
    "gaps.estimated": "What the offers change was estimated all the same, from offers that were shown at random.",
    "gaps.learned": "What the offers change was learned from data all the same.",
    "gaps.measured": (
        "What the offers change was measured by an earlier read-out, which corrects what the shop assumed."
    ),
    "gaps.assumed": "What the offers change was not learned from data: the shop's own assumption stands in for it.",
    "gaps.mixed": (
        "What some of the offers change was not learned from data: the shop's own assumption stands in for it."
    ),
    "gaps.none": "What the offers change was not learned from data, and nothing is assumed about it.",
    "next.assumed": (
        "send the plan as written, with its holdout and its lot, and read it out when the week is over (offerloop "
        "readout): that measures what is assumed here."
    ),
    "next.assumed_weeks": (
        "send the plan as written, with its holdout and its lot, anew each week, and read each week out (offerloop "
        "readout); named in experiment.outcomes, these measure together what is assumed here."
    ),
    "next.trust": (
        "keep the budget small, because it is spent on trust; a test needs more customers, or an offer that is "
        "expected to change more."
    ),
    # The data.
    "quality.every_table": "Every cleaning rule",
    "quality.hits_table": "Cleaning rules that found something",
    "quality.column.rule": "source: rule",
    "quality.column.why": "why",
    "quality.column.done": "done",
    "quality.column.rows": "rows",
    "quality.column.share": "of rows read",
    "adds.products": "categories and brands: without them no offer can be limited to a category",
    "adds.customers": "attributes to audit who gets offers; consent",
    "adds.campaigns": "a judgement of what past campaigns did",
    "adds.audiences": "who received past campaigns, without which they cannot be judged",
    "adds.redemptions": "profiles that know who uses coupons",
    "adds.coupon_products": "which products past coupons were for",
    "adds.prices": "list prices of order lines that do not say them, and with them discounts at the shelf",
    "source.prices": "prices",
    "source.events": "events",
    "source.exposures": "exposures",
    "source.offers": "offers",
    "source.order_lines": "order lines",
    "source.products": "products",
    "source.customers": "customers",
    "source.campaigns": "campaigns",
    "source.audiences": "audiences",
    "source.redemptions": "redemptions",
    "source.coupon_products": "coupon products",
    "action.left out": "left out",
    "action.read": "read",
    "action.kept": "kept",
    "action.repaired": "repaired",
    "action.merged": "merged",
    "action.rejected": "rejected",
    "action.flagged": "flagged",
    "unit.day": "day",
    "unit.week": "week",
    "daily.title.few.day": "The rules touched {n} order lines, on {k} of {all} days: too few for a pattern",
    "daily.title.few.week": "The rules touched {n} order lines, in {k} of {all} weeks: too few for a pattern",
    "daily.title.cluster.day": (
        "Cases cluster: half of the {n} order lines that the rules touched lie in {k} of {all} days"
    ),
    "daily.title.cluster.week": (
        "Cases cluster: half of the {n} order lines that the rules touched lie in {k} of {all} weeks"
    ),
    "daily.title.spread.day": (
        "Cases are spread over the whole period: no day holds more than {share} of the {n} order lines touched"
    ),
    "daily.title.spread.week": (
        "Cases are spread over the whole period: no week holds more than {share} of the {n} order lines touched"
    ),
    "daily.measure.day": "Order lines rejected, repaired or merged a day, where the rule looks at lines one by one",
    "daily.measure.week": "Order lines rejected, repaired or merged a week, where the rule looks at lines one by one",
    "daily.axis.day": "day",
    "daily.axis.week": "week from",
    "samples.column.row": "row",
    "samples.column.copies": "times",
    # The customers.
    "profiles.column.tag": "tag",
    "profiles.column.other": "中文",
    "profiles.column.rule": "rule",
    "profiles.column.customers": "customers",
    "profiles.column.of_all": "of all",
    "profiles.column.feature": "feature",
    "profiles.column.meaning": "meaning",
    "profiles.column.empty": "when empty",
    "profiles.column.low": "10 % are below",
    "profiles.column.middle": "half are below",
    "profiles.column.high": "90 % are below",
    # Products they would like.
    "liked.label": "Products they would like",
    "liked.none": "Recommenders were not compared: the history is too short or too thin",
    "liked.none_text": (
        "Products shown with an offer come from rules that need no comparison: what the customer bought before, else "
        "what sells best. How well that predicts the next purchase was not measured."
    ),
    "liked.intro": (
        "Recommenders pick the products shown with an offer. The first of two windows of {days} days chose one for "
        "each task; the second, later one only reports how well it did, in nDCG@10: how many of ten shown products "
        "were bought, earlier places counting more, from 0 to 1. That does not say what an offer changes: buying often "
        "is not the same as responding."
    ),
    "liked.task.repeat": "what will be bought next",
    "liked.task.new": "products new to the customer",
    "liked.measure": (
        "nDCG@10 on the later window with 95 % intervals (1: the ten shown products are all bought, 0: none is), each "
        "task on its own scale; circle: the one that serves"
    ),
    "liked.message.one": "Recommenders were compared on one task only",
    "liked.message.hardly": "We can predict what customers buy again, hardly what they try next",
    "liked.message.also": "We can predict what customers buy again, and also what they try next",
    "liked.chosen": "“{name}” serves {task}",
    "liked.reached": (
        "For {task}, “{name}” serves: on the later window it reaches an nDCG@10 of {ndcg} among {n} customers"
    ),
    "liked.better": "{others} did clearly better there",
    "liked.level": "it is not distinguishable from {others}",
    "liked.above": "the others are clearly below it",
    "liked.gate": (
        "Compared customer by customer on the window that chooses, the learned ranking “{name}” gains {gain} nDCG@10 "
        "over “{over}”, the best of the others."
    ),
    "liked.gate.serves": "The whole interval is above zero, so “{name}” serves.",
    "liked.gate.unclear": "The interval includes zero, so “{name}” serves.",
    "liked.gate.worse": "That is a loss, so “{name}” serves.",
    "liked.gate.unknown": "Without an interval that proves nothing, so “{name}” serves.",
    "liked.gate.since": "On the later window the gain is {gain}.",
    "liked.no_interval": "{value} (no interval)",
    "liked.same": (
        "For new products “repeat” is the same as “popularity”: there is no purchase to repeat, so it falls back."
    ),
    "liked.about.intro": "What each of them ranks high:",
    "liked.about": "“{name}”: {text}.",
    "liked.about.popularity": "what most customers bought lately, of all or of the customer's own segment",
    "liked.about.repeat": "what the customer bought before, the more often and the more lately the higher",
    "liked.about.tifu_knn": "what the customer bought often and lately, and what customers with similar habits buy",
    "liked.about.ease": "what goes with the customer's purchases, learned from what the same customers buy",
    "liked.about.next_ridge": "what customers with a similar history went on to buy in the following weeks",
    "liked.about.item_knn": "products with many buyers in common with those that the customer bought",
    "liked.about.als": (
        "what fits the customer by a few hidden traits of customers and products, learned from purchases (matrix "
        "factorisation)"
    ),
    "liked.about.mf_sgd": "what the customer would rate highly, by hidden traits learned from ratings",
    "liked.about.content": "products described like those that the customer bought: category, brand, text and price",
    "liked.about.item2vec": "products that lie in the same kind of baskets as those that the customer bought",
    "liked.about.one_layer": (
        "what many buy and what this customer buys often and lately, weighed by one formula (a network of one layer)"
    ),
    "liked.about.deep": "what a neural network expects from the customer's history, learned from what followed others",
    "liked.about.ranker": (
        "the best suggestions of several others, in an order learned from what customers bought in earlier weeks"
    ),
    "liked.about.hybrid": "for each task the one of the others that proved best on earlier weeks",
    "liked.window.tune": "chooses",
    "liked.window.test": "reports",
    "liked.table": "Recommenders by task and window",
    "liked.column.task": "task",
    "liked.column.name": "recommender",
    "liked.column.window": "window",
    "liked.column.ndcg": "nDCG@10 [95 % interval]",
    "liked.column.customers": "customers",
}
