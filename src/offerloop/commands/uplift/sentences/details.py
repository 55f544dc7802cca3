"""What the verdict rests on, beside the first paragraph: luck, power, the order of customers, and the design."""

from __future__ import annotations

import math

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import measure
from offerloop.commands.uplift.sentences.doubts import doubts
from offerloop.commands.uplift.sentences.further_trial import power
from offerloop.commands.uplift.sentences.lead import near_ties, targeting_instead
from offerloop.commands.uplift.sentences.phrases import choosing, estimator, same
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.response import ALPHA
from offerloop.workspace import BY_ESTIMATE

TRIALS = 1_000
"""Trials out of which so many show something by luck."""
DESIGNS = {
    "known": Message("a randomised trial with known probabilities"),
    "randomised": Message("a randomised trial", context="design of a study"),
    "observational": Message("not a trial", context="design of a study"),
}
"""What kind of study the table is."""
ORDERS = {
    "helps": Message(
        "If not everybody can get an offer, begin with those who are first by {estimator}: "
        "compared with random customers they bring {gain}, averaged over every possible number "
        "of recipients."
    ),
    "no": Message(
        "If not everybody can get an offer, choose customers at random: the order by {estimator} is not shown to bring "
        "more than a random one (difference in {name} {per}: {size})."
    ),
    "none": Message(
        "If not everybody can get an offer, choose customers at random: {estimator} puts all customers level, so there "
        "is no order."
    ),
    "harms": Message(
        "If not everybody can get an offer, choose customers at random: compared with them, those who are "
        "first by {estimator} bring {gain}."
    ),
}
"""What the order of customers is worth, against a random one."""
LUCK = {
    ("hardly ever", True): Message(
        "If the offer did not work, it would still look this good in fewer than 1 of 1,000 trials by luck alone: rare "
        "enough, as a recommendation needs {most} or fewer."
    ),
    ("rarely", True): Message(
        "If the offer did not work, it would still look this good in {n} of 1,000 trials by luck alone: rare enough, "
        "as a recommendation needs {most} or fewer."
    ),
    ("too often", True): Message(
        "If the offer did not work, it would still look this good in {n} of 1,000 trials by luck alone: too often, as "
        "a recommendation needs {most} or fewer."
    ),
    ("hardly ever", False): Message(
        "If no offer worked, the best of them would still look this good in fewer than 1 of 1,000 trials by luck "
        "alone: rare enough, as a recommendation needs {most} or fewer."
    ),
    ("rarely", False): Message(
        "If no offer worked, the best of them would still look this good in {n} of 1,000 trials by luck alone: rare "
        "enough, as a recommendation needs {most} or fewer."
    ),
    ("too often", False): Message(
        "If no offer worked, the best of them would still look this good in {n} of 1,000 trials by luck alone: too "
        "often, as a recommendation needs {most} or fewer."
    ),
}
"""How often luck looks as good, by whether that is rare enough and whether there is a single offer."""


def basis(findings: UpliftFindings, _: Localizer) -> list[str]:
    """What the verdict rests on, and what it takes for granted."""
    assumed = (
        [
            _(
                "Who was treated was not drawn at random: this holds only if the columns of the table "
                "tell everything that decided who got what."
            )
        ]
        if findings.design == "observational"
        else []
    )
    design = _(DESIGNS[findings.design])
    return [
        *assumed,
        _(
            "These figures come from {n} customer ({design}). The range in brackets holds the true figure in "
            "95 of 100 such studies.",
            context="uplift study",
            plural="These figures come from {n} customers ({design}). The range in brackets holds the true figure in "
            "95 of 100 such studies.",
            n=findings.n,
            design=design,
        ),
    ]


def by_luck(findings: UpliftFindings, _: Localizer) -> str:
    """How often something would look as good although no offer works, and whether that is rare enough."""
    often = "hardly ever" if findings.p_value * TRIALS < 1 else "rarely" if findings.p_value <= ALPHA else "too often"
    number = math.ceil(findings.p_value * TRIALS)
    return _(LUCK[often, len(findings.arms) == 2], n=number, most=round(ALPHA * TRIALS))


def details(findings: UpliftFindings, _: Localizer) -> list[str]:
    """What else the verdict rests on, beside the first paragraph."""
    said = doubts(findings, _)[1:] if findings.conclusion == "doubtful" else []
    if findings.conclusion == "pays" and findings.policy == "everyone" and len(findings.near_ties) > 1:
        said += targeting_instead(findings, _)
    elif len(findings.near_ties) > 1:
        said.append(near_ties(findings, _))
    if findings.policy != "targeted" and findings.conclusion in {"pays", "may_pay"}:
        said.append(_order(findings, _))
    said.append(
        _(
            "For the forecast, all choices are made on some of the customers and valued on the others, who had "
            "no part in them."
        )
    )
    if findings.policy != "nothing":
        said.append(by_luck(findings, _))
    said += [*power(findings, _), *by_estimate(findings, _), *_limits(findings, _)]
    if findings.against_score is not None:
        said.append(against_score(findings, findings.against_score, _))
    if findings.clusters is not None:
        said.append(
            _(
                "All rows of one {cluster} count as a single unit; there are {n} of them.",
                cluster=_.quoted(findings.cluster or ""),
                n=findings.clusters,
            )
        )
    return [*said, *basis(findings, _)]


def _limits(findings: UpliftFindings, _: Localizer) -> list[str]:
    """The limits that every policy keeps."""
    said = []
    if findings.budget is not None:
        said.append(
            _("A budget of {budget} for all customers of the table is kept.", budget=f"{findings.budget:,.10g}")
        )
    if findings.top is not None:
        said.append(_("At most {share} of the customers are treated.", share=_.share(findings.top)))
    return said


def by_estimate(findings: UpliftFindings, _: Localizer) -> list[str]:
    """Where to find the policy with the best estimate, if its forecast promises a gain that is not shown."""
    if findings.follow_up is None or findings.conclusion not in {"may_pay", "does_not_pay"}:
        return []
    policy = choosing(findings, _) if findings.policy == "targeted" else same(findings, _)
    text = Message(
        "The best policy by the estimates alone is {policy}. It is not recommended, because its gain may be luck; "
        "if you accept that risk, each customer's offer is in the column {column} of the file {file}."
    )
    return [_(text, policy=policy, column=BY_ESTIMATE, file=scores_files(findings)[0])]


def scores_files(findings: UpliftFindings) -> tuple[str, ...]:
    """The files with every customer of the table, first one that a spreadsheet can read unless it is in shards."""
    in_shards = any(one.kind == "learned_from_part" for one in findings.notes)
    return ("scores.parquet",) if in_shards else ("scores.csv", "scores.parquet")


def against_score(findings: UpliftFindings, gap: Estimate, _: Localizer) -> str:
    """Whether the chosen estimator orders customers better than the reader's own score."""
    scores = [one.name for one in findings.ranked if one.is_score]
    text = (
        Message("Your score {score} orders customers clearly worse than the {estimator}: by {gap}.")
        if gap.low > 0
        else Message(
            "Your score {score} orders customers clearly better than the {estimator}: by {gap}. Go on with it, or let "
            "estimators learn from it by leaving {option} away."
        )
        if gap.high < 0
        else Message(
            "Your score {score} and the {estimator} order customers about equally well: the difference is {gap}, an "
            "interval that includes zero."
        )
    )
    unit = measure(findings, _)
    lead = gap.negated() if gap.high < 0 else gap
    size = _("{size} {per}", context="figure and its unit", size=unit.size(lead), per=unit.per)
    by = estimator(findings.estimator, _)
    return _(text, score=_.quoted(scores[0] if scores else ""), estimator=by, gap=size, option="--score")


def _order(findings: UpliftFindings, _: Localizer) -> str:
    unit, over_random = measure(findings, _), findings.targeting
    named = {"estimator": estimator(findings.estimator, _), "size": unit.size(over_random), **unit.texts()}
    return _(ORDERS[order(over_random)], gain=unit.gain(over_random), **named)


def order(targeting: Estimate) -> str:
    """Whether the order of customers helps, against a random one; without an interval there is no order."""
    if not targeting.has_interval:
        return "none"
    return "helps" if targeting.low > 0 else "harms" if targeting.high < 0 else "no"
