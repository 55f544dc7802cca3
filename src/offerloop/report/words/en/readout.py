"""English: the page of a read-out."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "readout.cost": "cost as forecast, not observed",
    "readout.title": "{shop}: what the offers caused, {first} to {last}",
    "readout.skip": "Skip to the finding",
    "readout.when": "What the plan of run {run} caused, {first} to {last}",
    "readout.footer": (
        "Made by Offerloop from the run's own tables and the orders since; the same figures are in readout.json, every "
        "estimate in effects.parquet and every customer in outcomes.parquet, beside this file."
    ),
    "readout.mark": "randomised comparison",
    "readout.mark_cost": "randomised comparison; {cost}",
    "readout.and_cost": "; {cost}",
    "readout.in_brackets": " ({cost})",
    "result.bought": "customers who bought",
    "result.n_orders": "orders",
    "result.revenue_minor": "revenue",
    "result.margin_minor": "margin before offer cost",
    "result.cost_minor": "cost of offers",
    "result.profit_minor": "profit",
    "result.before_revenue_minor": "revenue before the plan",
    "method.adjusted": "adjusted",
    "method.unadjusted": "unadjusted",
    "method.weighted": "weighted",
    # The finding.
    "found.groups": "{treated} customers with an offer against {held} held back",
    "found.days": "from {first} to {last}",
    "found.raised": "The plan's offers raised profit by {profit} {days} ({groups}{cost}).",
    "found.lowered": "The plan's offers lowered profit by {profit} {days} ({groups}{cost}).",
    "found.unclear": (
        "No clear effect: the plan's offers changed profit by {profit} {days} ({groups}{cost}), an interval that "
        "includes zero."
    ),
    "found.power": (
        "With {treated} and {held} customers this comparison would have shown a profit effect of {least} a customer or "
        "more in 80 of 100 cases; a smaller one may be there unseen."
    ),
    # Business as usual.
    "usual.question": "Is it better than what we do today?",
    "usual.yes": (
        "Yes: the plan brought {profit} more profit a customer {days} than business as usual ({plan} customers follow "
        "the plan, {usual} get business as usual{cost})."
    ),
    "usual.no": (
        "No: against business as usual the plan changed profit by {profit} a customer {days} ({plan} customers follow "
        "the plan, {usual} get business as usual{cost})."
    ),
    "usual.unclear": (
        "Not shown: against business as usual the plan changed profit by {profit} a customer {days}, an interval that "
        "includes zero ({plan} customers follow the plan, {usual} get business as usual{cost})."
    ),
    "usual.few": (
        "It cannot be said yet: too few customers, or too few who bought, are in one of the two groups; read out a "
        "longer period or set a larger business_as_usual.share next time."
    ),
    "usual.label": "Better than today?",
    "usual.text": (
        "Chance decided who follows the plan and who gets business as usual. All of them are compared, with an offer "
        "or without. The offers of both groups count at what they cost."
    ),
    "usual.table": "The plan less business as usual, over all customers of both groups; 95 % intervals",
    "usual.alone": "business as usual against the holdout",
    # Tiles.
    "tiles.profit": "Profit, {days} days",
    "tiles.profit_note": "95 % interval {interval}, {n} customers treated{cost}",
    "tiles.forecast": "Forecast",
    "tiles.none": "none",
    "tiles.no_forecast": "the run holds no forecast of a plan that was sent",
    "tiles.forecast_week": "Forecast, one week",
    "tiles.inside": "95 % interval {interval}; realised lies inside it",
    "tiles.above": "95 % interval {interval}; realised lies above it",
    "tiles.below": "95 % interval {interval}; realised lies below it",
    "tiles.more": "More customers bought",
    "tiles.unknown": "not known",
    "tiles.change": "Change in customers who bought",
    "tiles.change_note": "95 % interval {interval}, of those treated",
    "tiles.anyway": "Bought anyway",
    "tiles.no_redemption": "redemptions were not observed, or are too few",
    "tiles.anyway_note": "95 % interval {interval}, of {n} who redeemed",
    # The draw.
    "draw.column.check": "check",
    "draw.column.held": "held back",
    "draw.column.inside": "in the group",
    "draw.column.outside": "not in it",
    "draw.column.expected": "expected",
    "draw.column.p": "p-value",
    "draw.column.verdict": "verdict",
    # What the offers changed.
    "caused.message": "Profit changed by {profit} a customer",
    "caused.message_unclear": "Profit changed by {profit} a customer, an interval that includes zero",
    "caused.column.outcome": "outcome",
    "caused.column.method": "method",
    "caused.column.each": "a customer",
    "caused.column.total": "in total",
    "caused.column.relative": "of the control's",
    # Forecast and realised.
    "promised.label": "Forecast and realised",
    "promised.none": "The run's comparison.parquet holds no forecast of a plan that was sent.",
    "promised.nothing": "There is no forecast to compare",
    "promised.text": (
        "Realised profit{cost} {days} is {realised} and lies {place} the forecast's interval, {forecast}; {overlap}."
    ),
    "promised.inside": "inside",
    "promised.above": "above",
    "promised.below": "below",
    "promised.overlap": "the two intervals overlap",
    "promised.apart": "the two intervals do not overlap",
    "promised.place": "Realised profit lies {place} the forecast's interval",
    "promised.place_but": "Realised profit lies {place} the forecast's interval, but the two intervals overlap",
    "promised.first_days": "of the first {n} days",
    "promised.days": "of {n} days",
    "promised.shorter": "The forecast is for one week; only {n} days of it have been read.",
    "promised.longer": "The forecast is for one week, so only the first {week} of the {n} days count here.",
    "promised.forecast": "forecast",
    "promised.adjusted": "realised, adjusted",
    "promised.unadjusted": "realised, unadjusted",
    "promised.table": "Profit, forecast and realised",
    "promised.profit": "profit",
    "promised.measure": (
        "Profit ({currency}) of {n} days, all customers with the plan's offer, against no offer; 95 % intervals"
    ),
    # Segments.
    "dogs.label": "Sleeping dogs",
    "dogs.none": "No segment has enough customers on both sides to be judged",
    "dogs.unseen": "No sleeping dog is seen among {n} segments",
    "dogs.one": "Sleeping dog, made worse by the offers: {names}",
    "dogs.more": "Sleeping dogs, made worse by the offers: {names}",
    "dogs.named": "{name} ({margin} of margin a customer)",
    "dogs.below": "See what limits this, below.",
    "dogs.intro": (
        "A segment is named a sleeping dog when its margin is lower with offers and the p-value stays below 0.05 after "
        "Holm's correction. Segments by tag overlap; without correction about one in twenty intervals would leave out "
        "zero by chance."
    ),
    "dogs.tag": "by tag",
    "dogs.fifth": "by predicted profit",
    "dogs.mark": "✗ sleeping dog",
    "dogs.measure": (
        "Effect on margin before offer cost ({currency} a customer), adjusted, 95 % intervals; triangles mark sleeping "
        "dogs"
    ),
    "dogs.table": "Effect on margin by segment",
    "dogs.column.segment": "segment",
    "dogs.column.margin": "margin a customer",
    "dogs.column.p": "p-value, corrected",
    "dogs.column.treated": "treated",
    "dogs.says": "{n} segments are shown.",
    # By lot.
    "lot.column.kind": "kind of offer",
    "lot.column.drew": "drew it",
    "lot.column.not": "drew nothing or held back",
    # Limits and words.
    "bounds.label": "What limits this",
    "bounds.message": "This is what the offers caused, as far as the groups are random",
    "bounds.cost": "The cost of the offers was not seen: every profit is with {cost}.",
    "bounds.margin_costs": "The margin is the plan's: a share of the list value, by the category's unit costs.",
    "bounds.margin": "The margin is a share of the value at list price, the same for all products.",
    "bounds.ahead": (
        "Purchases brought forward from later weeks count as gained; read out again after four weeks to see how many."
    ),
    "bounds.same": (
        "Held-back customers are the same in every run: what earlier offers did to the others is adjusted for only as "
        "far as their earlier spending shows it."
    ),
    "bounds.few": "Left out because too few customers or buyers are on one side: {names}.",
    "readout_term.held-back-holdout": "held back, holdout",
    "readout_meaning.held-back-holdout": "customers never treated, drawn at random and kept: what would have happened",
    "readout_term.business-as-usual": "business as usual",
    "readout_meaning.business-as-usual": "what the shop does today, as business_as_usual in the configuration names it",
    "readout_term.profit": "profit",
    "readout_meaning.profit": "what the offers changed in margin, less what they cost us",
    "readout_term.95-interval": "95 % interval",
    "readout_meaning.95-interval": "the range that holds the true figure in 95 of 100 such comparisons",
    "readout_term.adjusted": "adjusted",
    "readout_meaning.adjusted": (
        "less what the customers' earlier spending explains, which narrows the interval (CUPED)"
    ),
    "readout_term.sample-ratio": "sample ratio",
    "readout_meaning.sample-ratio": (
        "group sizes against those that the draw gives; a mismatch means customers were lost"
    ),
    "readout_term.p-value": "p-value",
    "readout_meaning.p-value": "how often chance alone would give a difference this large",
    "readout_term.holm-s-correction": "Holm's correction",
    "readout_meaning.holm-s-correction": "p-values raised for the number of segments that were looked at",
    "readout_term.sleeping-dog": "sleeping dog",
    "readout_meaning.sleeping-dog": "a segment that buys less because of the offer",
    "readout_term.bought-anyway": "bought anyway",
    "readout_meaning.bought-anyway": "redeemers who would have bought without an offer",
    "readout_term.by-lot": "by lot",
    "readout_meaning.by-lot": "a few customers get an offer at random, so that its effect can be learned",
    "readout_term.whole-programme": "whole programme",
    "readout_meaning.whole-programme": (
        "everybody who follows the plan or explores, with an offer or without, against the holdout"
    ),
}
