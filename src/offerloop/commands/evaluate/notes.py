"""What a reader must know before acting on an evaluation."""

from __future__ import annotations

from offerloop.message import Message

NOTES = {
    "misfit": Message(
        "The propensities do not fit what was shown: for {n} of {of} policies the mean weight "
        "of all decisions is far from 1, which it should be. Find out how the propensities "
        "were logged before believing any figure here."
    ),
    "margin": Message(
        "Value is the configured share of list price that is left before the cost of offers (shop.margin)."
    ),
    "margin_costs": Message(
        "Value is what is left of list price by the shop's unit costs, in each category, before the cost of offers."
    ),
    "margin_lines": Message(
        "Value is what was paid before the cost of offers, less unit costs. Goods of unknown unit cost are taken to "
        "cost the same share of list price as the other goods of their category. Where most unit costs of a category "
        "are unknown, such goods together are taken to leave the margin of the shop."
    ),
    "split_cost": Message(
        "The order lines have no column 'coupon': the cost of offers is estimated as what is "
        "off beyond usual shelf discounts in their windows."
    ),
    "no_cost": Message(
        "The order lines have no column 'coupon', so no cost of offers is known and only value "
        "is shown: an expensive offer looks as good as a cheap one."
    ),
    "no_reimbursed": Message(
        "The order lines have no column 'reimbursed', so every coupon counts as cost, also what a supplier pays."
    ),
    "unseen_cost": Message(
        "Order lines do not show what {offers} cost, so it is left out, and policies with these offers look better "
        "than they are."
    ),
    "not_in_money": Message(
        "What offers of {campaigns} cost is subtracted here. Runs and read-outs do not subtract it, because such a "
        "budget is not money."
    ),
    "left_unreadable": Message("Exposures left out because a cell could not be read: {n}."),
    "left_no_customer": Message("Exposures left out because they name no customer: {n}."),
    "left_early": Message("Exposures left out because they are older than the first order: {n}."),
    "left_same_day": Message(
        "Exposures left out because the customer was shown something else on the same day, so "
        "that nobody can tell what an order followed: {n}."
    ),
    "left_not_over": Message("Exposures left out because their window of {period} is not over: {n}."),
    "clipped": Message(
        "Windows cut short by the customer's next exposure, before the window of {period} was over: "
        "{n}. A policy that makes the next exposure come sooner looks worse than it is."
    ),
    "one_propensity": Message(
        "The log has the propensity of what was shown, not of everything else. Whether an "
        "offer could have been shown to a customer is not known: a policy that gives offers "
        "which the log could not have shown gets a wrong value without a warning."
    ),
    "all_propensities": Message(
        "On each day every offer has one propensity, and these sum to 1: chance alone decided, "
        "and the propensities of all offers are known."
    ),
    "few_customers": Message(
        "The log has {n} customer; with fewer than {least} intervals are too narrow, however many decisions there are.",
        plural="The log has {n} customers; with fewer than {least} intervals are too narrow, however "
        "many decisions there are.",
    ),
    "idle": Message("Nobody in the log gets an offer under {policy}: it is the same as giving nothing."),
    "unnamed": Message("Customers of the log whom {policy} does not name, and who get nothing under it: {n}."),
    "same_orders": Message(
        "The plan of {policy} was made after some of these exposures: it has seen their "
        "outcomes, and so looks better here than it is. Value it on later exposures."
    ),
    "returns": Message(
        "A return is taken off its sale. One that comes after an exposure can so change, a "
        "little, what counts as bought before it."
    ),
    "in_parts": Message(
        "The log was valued in {n} parts of whole customers, whose sums were added. Predictions for a customer come "
        "from the other customers of the same part."
    ),
    "switch_in_parts": Message("The first part of the log decided which weights SWITCH-DR cuts."),
    "earlier_in_parts": Message(
        "Whether earlier offers matter was tested on {customers} customers of the log, drawn at random."
    ),
    "later_repeated": Message(
        "The value of one decision counts its window alone. Values of policies applied repeatedly "
        "count what earlier offers of the last four exposures do now, not what comes after the "
        "log. Intervals take the propensities as right."
    ),
    "later": Message(
        "Only the window counts: a purchase brought forward from later weeks looks like a "
        "gain, and what a policy changes in later decisions is not seen. Intervals take the "
        "propensities as right."
    ),
}
"""The note of each key."""
