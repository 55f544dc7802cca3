"""Section 10: what words mean, and how the report was computed."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report import Bullets, Entry, Localizer, Section, Text, glossary_terms, terms_block

TERMS = (
    Entry(
        "profit",
        Message("profit", context="glossary"),
        Message("what offers change in margin, less what they cost us"),
    ),
    Entry("value", Message("value", context="glossary"), Message("incremental margin before the offer's cost")),
    Entry(
        "effect",
        Message("effect (uplift)", context="glossary"),
        Message("the change that an offer causes, against what would have happened without it"),
    ),
    Entry(
        "95-interval",
        Message("95 % interval", context="glossary"),
        Message("the range that holds the true figure in 95 of 100 such studies, if their assumptions hold"),
    ),
    Entry(
        "held-out",
        Message("held-out", context="glossary"),
        Message("valued on customers who had no part in choosing the plan"),
    ),
    Entry(
        "winner-s-curse",
        Message("winner's curse", context="glossary"),
        Message("the highest estimates are too high on average, because they were picked for being high"),
    ),
    Entry(
        "depth",
        Message("depth", context="glossary"),
        Message("discount as a share of the list price; ten points: from 10 % off to 20 % off"),
    ),
    Entry("budget", Message("budget", context="glossary"), Message("the most that a campaign's offers may cost us")),
    Entry("liability", Message("liability", context="glossary"), Message("the most that an assigned offer can cost")),
    Entry(
        "shadow-price",
        Message("shadow price", context="glossary"),
        Message("the extra profit of one more unit of a budget or limit"),
    ),
    Entry(
        "stop-point",
        Message("stop point", context="glossary"),
        Message("the budget from which on no further offer is estimated to pay"),
    ),
    Entry(
        "supplier-share",
        Message("supplier share", context="glossary"),
        Message("part of each discount that the maker of the product pays"),
    ),
    Entry(
        "break-even",
        Message("break-even", context="glossary"),
        Message("where profit changes from below zero to above it"),
    ),
    Entry(
        "holdout",
        Message("holdout", context="glossary"),
        Message("customers who are never treated, drawn at random and kept"),
    ),
    Entry(
        "exploration",
        Message("exploration", context="glossary"),
        Message("a few customers get an offer drawn at random, so that its effect can be learned"),
    ),
    Entry(
        "propensity",
        Message("propensity", context="glossary"),
        Message("the probability with which the offer that was shown had been chosen"),
    ),
    Entry(
        "placebo",
        Message("placebo", context="glossary"),
        Message("the same comparison where no effect can be; if it finds one, the method is off"),
    ),
    Entry(
        "naive-difference",
        Message("naive difference", context="glossary"),
        Message("targeted customers less others, without regard to how they were chosen"),
    ),
    Entry(
        "difference-in-differences",
        Message("difference-in-differences", context="glossary"),
        Message("change of targeted customers less change of others"),
    ),
    Entry(
        "design-a-design-b",
        Message("design A, design B"),
        Message("two ways to compare weeks with and without price cuts; A is the upper estimate, B is used"),
    ),
    Entry(
        "transferred", Message("transferred", context="glossary"), Message("measured on shelf prices, used for coupons")
    ),
    Entry(
        "shown-at-random",
        Message("shown at random", context="glossary"),
        Message(
            "chosen at random with known propensities; given these, customers with and without the offer differ by "
            "luck only"
        ),
    ),
    Entry(
        "exposure",
        Message("exposure", context="glossary"),
        Message("one customer who was shown one offer, or deliberately nothing, on one day"),
    ),
    Entry("pair", Message("pair", context="glossary"), Message("one customer and one category that the customer buys")),
    Entry(
        "ndcg-10",
        Message("nDCG@10", context="glossary"),
        Message("how many of ten shown products were bought, earlier places counting more; from 0 to 1"),
    ),
    Entry(
        "calibration-slope",
        Message("calibration slope", context="glossary"),
        Message("1 when predicted differences are real, 0 when they are noise"),
    ),
    Entry("tag", Message("tag", context="glossary"), Message("a readable label derived from a customer's profile")),
    Entry(
        "affinity",
        Message("affinity", context="glossary"),
        Message("a recommender's score of a product for a customer; it has no unit"),
    ),
    Entry("assignment", Message("assignment", context="glossary"), Message("a customer and an offer in a plan")),
)
"""The words of the report."""
STEPS = (
    Message("Events: read the sources, clean them by written rules, count every row."),
    Message("Profiles: features of each customer before the day of the plan; tags by rule."),
    Message("Recommenders: fitted on earlier weeks, chosen on one window, reported on a later one."),
    Message("Past campaigns: change of weekly spend of targeted and other customers, with a placebo."),
    Message("Response: designs A and B and an R-learner on weekly shelf prices, cross-fitted by customer."),
    Message(
        "Shown offers: effects of offers shown at random, doubly robust, by the estimator that "
        "is best on unseen customers, or the simplest as good; where there are enough of them."
    ),
    Message(
        "Effects: value, cost and profit of every offer for every customer, chosen by one half, valued by the other."
    ),
    Message("Allocation: the most profitable offers under the budget; holdout and exploration drawn at random."),
    Message(
        "Forecast: held-out profit of the plan beside reference policies at the same spend, or all that they can spend."
    ),
)
"""The stages of a run, in order."""


def words_section(_: Localizer) -> Section:
    """Glossary, and the stages."""
    return Section(
        "words",
        _("Glossary and steps", context="section name"),
        _("What the terms mean, and how this was computed"),
        (
            terms_block(glossary_terms(_, TERMS)),
            Text(_("The steps, in order:")),
            Bullets(tuple(_(step) for step in STEPS)),
        ),
    )
