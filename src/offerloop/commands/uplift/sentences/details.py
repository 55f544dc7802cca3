"""What the study of one trial says: its headline, its first paragraph, and the notes."""

from __future__ import annotations

import math

from offerloop.commands.uplift.findings import Suspect, UpliftFindings
from offerloop.commands.uplift.further_trial import how_to_try, power, too_little
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.soundness import impossible, is_broken, lost_rows, unlike_arms
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Localizer, capital, p_words
from offerloop.response import ALPHA, ESTIMATOR_NAMES
from offerloop.workspace import BY_ESTIMATE

TRIALS = 1_000
"""Trials out of which so many show something by luck."""
ALL = 0.995
"""A share of customers that is everybody."""
HEADLINES = {
    "targeted": Message("Choose whom to treat: it brings clearly more than {same}"),
    "only": Message("Choose whom to treat: it clearly pays, and no single offer does"),
    "targeted_all": Message("Choose the offer for each customer: it brings clearly more than {same}"),
    "only_all": Message("Choose the offer for each customer: it clearly pays, and no single offer does"),
    "even": Message("Offers pay, but choosing customers is not forecast to bring more than {same}"),
    "everyone": Message("Give everybody {offer}: it pays, and choosing customers does not clearly bring more"),
    "may_all": Message("{offer} may pay: test it in a new trial with {n} customers first"),
    "may_choose": Message("A choice of customers may pay: test it in a new trial with {n} customers first"),
    "nothing": Message("Give nothing: no offer is shown to pay"),
    "doubtful": Message("No verdict yet: something in the table cannot be right"),
    "suspected": Message("No verdict yet: a column may have been measured after the offer"),
}
"""The headline by what the forecast bears of the policy."""
WITHIN_BUDGET = Message(
    "Give {offer} to as many customers as {limit} allows: it pays, and choosing them does not clearly bring more"
)
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

SUSPECTS = {
    "explains": Message(
        "{column} tells the outcome implausibly well ({share} of its spread): leave it out with {ignore} if it was "
        "measured after the offer, or name it with {before} if it was known before."
    ),
    "never_without": Message(
        "The outcome never happens where {column} is {value} ({share} of the customers): leave it out with "
        "{ignore} if it was measured after the offer, or name it with {before} if it was known before."
    ),
    "moved": Message(
        "{column} differs between the arms as if the offer had changed it, and tells {share} of the outcome's spread: "
        "leave it out with {ignore} if it was measured after the offer, or name it with {before} if it was known "
        "before."
    ),
}
"""Why a column is suspected to have been measured after the offer, and what to do."""


def sentence(findings: UpliftFindings, language: str = "en") -> str:
    """Return the headline and the first paragraph."""
    _ = localizer(language)
    return _.sentences([_.stopped(headline(findings, _)), lead(findings, _)])


def localizer(language: str) -> Localizer:
    """Figures are in the table's own unit, which is no currency that we know."""
    return Localizer(language, "")


def headline(findings: UpliftFindings, _: Localizer) -> str:
    """The verdict in one line, as far as the forecast bears it."""
    best, claimed = everyone(findings), claim(findings)
    text = HEADLINES.get(f"{claimed}_all" if treats_all(findings) else claimed, HEADLINES[claimed])
    if claimed == "doubtful" and not is_broken(findings):
        text = HEADLINES["suspected"]
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        text = WITHIN_BUDGET
    named = {"offer": _.quoted(findings.offer), "same": same(findings, _), "limit": limit(findings, _)}
    return capital(_(text, **named, n=0 if findings.follow_up is None else findings.follow_up.customers))


def limit(findings: UpliftFindings, _: Localizer) -> str:
    """What keeps everybody from being treated: the budget, or a share of the customers."""
    if findings.top is None:
        return _("the budget", context="limit of a policy")
    return _("the limit of {share}", context="limit of a policy", share=_.share(findings.top))


def claim(findings: UpliftFindings) -> str:
    """What the forecast bears of the policy: a key of `HEADLINES`.

    `even`: a choice of customers is not forecast to bring more than the best offer for everybody; `only`: that offer
    does not clearly pay, so that the choice was held against nothing.
    """
    best = everyone(findings)
    if findings.conclusion == "doubtful":
        return "doubtful"
    if findings.conclusion == "may_pay":
        return "may_choose" if findings.policy == "targeted" else "may_all"
    if findings.conclusion == "does_not_pay":
        return "nothing"
    if findings.policy != "targeted":
        return "everyone"
    if not pays_for_all(findings):
        return "only"
    return "even" if best is not None and findings.forecast.profit.value <= best.profit.value else "targeted"


def same(findings: UpliftFindings, _: Localizer) -> str:
    """The best offer for everybody, or for as many random customers as the budget reaches."""
    best = everyone(findings)
    offer = _.quoted(findings.offer)
    if best is None or best.treated_share >= ALL:
        return _("{offer} for everybody", context="uplift study", offer=offer)
    if findings.top is not None:
        return _("{offer} for {share} of the customers, drawn at random", offer=offer, share=_.share(findings.top))
    return _("{offer} for as many customers as the budget pays for, drawn at random", offer=offer)


def treats_all(findings: UpliftFindings) -> bool:
    """Whether a choice of customers leaves nobody out, so that only the offer is chosen."""
    choice = targeted(findings)
    return choice is not None and choice.treated_share >= ALL and len(findings.arms) > 2


def pays_for_all(findings: UpliftFindings) -> bool:
    """Whether the best offer for everybody clearly pays; otherwise a choice of customers was held against nothing."""
    best = everyone(findings)
    return best is not None and best.profit.low > 0


def lead(findings: UpliftFindings, _: Localizer) -> str:
    """The first paragraph: two sentences at most."""
    if findings.conclusion == "doubtful":
        return _.sentences([doubts(findings, _)[0], _("Until then nothing is recommended.")])
    by_standing = {"pays": _pays, "may_pay": _may_pay, "does_not_pay": _does_not_pay}
    return _.sentences(by_standing[findings.conclusion](findings, _))


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


def estimator(name: str, _: Localizer) -> str:
    """``"the estimator DR-learner"``."""
    return _("predicted effect ({name})", context="uplift study", name=short_estimator(name, _))


def short_estimator(name: str, _: Localizer) -> str:
    """The same where there is little room."""
    return _.named(ESTIMATOR_NAMES, name)


def doubts(findings: UpliftFindings, _: Localizer) -> list[str]:
    """Why not to believe any of it, and what to do."""
    said = [_suspect(one, _) for one in findings.suspects]
    if lost_rows(findings):
        said.append(
            _(
                "Chance cannot explain the sizes of the arms (p-value: {p}): find out which rows were lost or added.",
                p=p_words(findings.ratio_p or 0.0, _),
            )
        )
    if unlike_arms(findings):
        said.append(
            _(
                "The arms differed before the trial by more than chance explains (p-value: {p}): find out who decided "
                "who got what.",
                p=p_words(findings.balance_p, _),
            )
        )
    if moved := impossible(findings):
        said.append(
            _(
                "An effect is seen on {names}, which no offer can have changed: find out what else differed.",
                names=_.listed(_.quoted(one) for one in moved),
            )
        )
    if findings.disagreeing:
        said.append(
            _(
                "For {names} the plain difference and the adjusted one contradict each other: leave out columns that "
                "were measured after the offer, with {option}.",
                names=_.listed(_.quoted(one) for one in findings.disagreeing),
                option="--ignore",
            )
        )
    return said


def _suspect(suspect: Suspect, _: Localizer) -> str:
    share = _.share(suspect.share, 0.01)
    named = {"column": _.quoted(suspect.column), "value": _.quoted(suspect.value), "share": share}
    return _(SUSPECTS[suspect.kind], **named, ignore="--ignore", before="--known-before")


def _pays(findings: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(findings, _), everyone(findings), targeted(findings) or findings.forecast
    gain = unit.gain(findings.forecast.profit)
    if findings.policy != "targeted":
        return [
            _forecast(findings, _),
            *([told_apart(findings, _)] if len(findings.near_ties) > 1 else _instead(findings, _)),
        ]
    share, by = _.share(choice.treated_share, 0.01), _("predicted effect", context="uplift study")
    if treats_all(findings):
        first = _(
            "Giving each customer whichever of the {n} offers is predicted to bring most is forecast to bring {gain}.",
            n=len(findings.arms) - 1,
            gain=gain,
        )
    elif len(findings.arms) == 2:
        first = _(
            "{offer} for {share} of the customers, chosen by {estimator}, is forecast to bring {gain}.",
            offer=_.quoted(findings.offer),
            share=share,
            estimator=by,
            gain=gain,
        )
    else:
        first = _(
            "An offer for {share} of the customers is forecast to bring {gain}; each of them gets whichever of the {n} "
            "offers is predicted to bring most.",
            share=share,
            n=len(findings.arms) - 1,
            gain=gain,
        )
    single = unit.size(best.profit if best else None)
    return [capital(first), _("The best single offer, {same}, brings {size}.", same=same(findings, _), size=single)]


def _forecast(findings: UpliftFindings, _: Localizer) -> str:
    """What is forecast of the best single offer."""
    gain = measure(findings, _).gain(findings.forecast.profit)
    return capital(_("{same} is forecast to bring {gain}.", same=same(findings, _), gain=gain))


def told_apart(findings: UpliftFindings, _: Localizer) -> str:
    """Offers that cannot be told apart, and which of them is taken."""
    names, offer = _.listed(_.quoted(one) for one in findings.near_ties), _.quoted(findings.offer)
    single = [one for one in findings.policies if one.kind == "everyone"]
    looks_best = bool(single) and max(single, key=lambda one: one.profit.value).name == findings.offer
    if findings.expense is None:
        text = Message(
            "This table does not show which of {names} is best for everybody: {offer} looks best so far, and no costs "
            "were given."
        )
    elif looks_best and _is_cheapest(findings):
        text = Message(
            "This table does not show which of {names} is best for everybody: {offer} looks best so far, and none of "
            "the others costs less."
        )
    elif looks_best:
        text = Message(
            "This table does not show which of {names} is best for everybody: {offer} looks best so far, and none that "
            "costs less is shown to pay."
        )
    else:
        text = Message(
            "This table does not show which of {names} is best for everybody: {offer} costs least of those that do "
            "about as well."
        )
    return _(text, names=names, offer=offer)


def _is_cheapest(findings: UpliftFindings) -> bool:
    """Whether no offer that cannot be told from the recommended one costs less; arms come in order of depth."""
    offers = [arm for arm in findings.arms if arm.name in findings.near_ties]
    if findings.expense == "depth":
        return offers[0].name == findings.offer
    costs = {arm.name: arm.cost.value for arm in offers if arm.cost is not None}
    return costs.get(findings.offer, 0.0) <= min(costs.values(), default=0.0)


def _instead(findings: UpliftFindings, _: Localizer) -> list[str]:
    """What a choice of customers would bring instead."""
    choice, forecast = targeted(findings), findings.forecast.profit
    if choice is None:
        return []
    if forecast.low <= choice.profit.value <= forecast.high:
        text = Message("{choosing} would bring {size} instead; that is about the same.")
    elif choice.profit.value < forecast.low:
        text = Message("{choosing} would bring only {size} instead.")
    else:
        text = Message("{choosing} would bring {size} instead, but the difference may be luck.")
    return [capital(_(text, choosing=choosing(findings, _), size=measure(findings, _).size(choice.profit)))]


def choosing(findings: UpliftFindings, _: Localizer) -> str:
    """What a choice of customers does, before the method that it is made by."""
    share, name = (targeted(findings) or findings.forecast).treated_share, short_estimator(findings.estimator, _)
    if share >= ALL:
        return _("giving each customer what is predicted to bring most ({name})", name=name)
    return _(
        "giving {share} of the customers what is predicted to bring most ({name}) and the others nothing",
        share=_.share(share, 0.01),
        name=name,
    )


def _may_pay(findings: UpliftFindings, _: Localizer) -> list[str]:
    gain = measure(findings, _).gain(findings.forecast.profit)
    first = (
        _("The forecast is {gain}, but its range includes zero, so the gain may be luck.", gain=gain)
        if findings.forecast.profit.low <= 0
        else _("The forecast is {gain}, but it could too easily be luck.", gain=gain)
    )
    return [first, *how_to_try(findings, _)]


def by_luck(findings: UpliftFindings, _: Localizer) -> str:
    """How often something would look as good although no offer works, and whether that is rare enough."""
    often = "hardly ever" if findings.p_value * TRIALS < 1 else "rarely" if findings.p_value <= ALPHA else "too often"
    number = math.ceil(findings.p_value * TRIALS)
    return _(LUCK[often, len(findings.arms) == 2], n=number, most=round(ALPHA * TRIALS))


def _does_not_pay(findings: UpliftFindings, _: Localizer) -> list[str]:
    unit, best = measure(findings, _), everyone(findings)
    said = []
    if best is not None:
        said.append(
            _(
                "Against giving nothing, the best single offer, {same}, would bring {gain}.",
                same=same(findings, _),
                gain=unit.gain(best.profit),
            )
        )
    return [*said, too_little(findings, unit.size(findings.forecast.profit), _)]


def more(findings: UpliftFindings, _: Localizer) -> list[str]:
    """What else the verdict rests on, beside the first paragraph."""
    said = doubts(findings, _)[1:] if findings.conclusion == "doubtful" else []
    if findings.conclusion == "pays" and findings.policy == "everyone" and len(findings.near_ties) > 1:
        said += _instead(findings, _)
    elif len(findings.near_ties) > 1:
        said.append(told_apart(findings, _))
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
    said += [*power(findings, _), *by_estimate(findings, _)]
    if findings.budget is not None:
        said.append(
            _("A budget of {budget} for all customers of the table is kept.", budget=f"{findings.budget:,.10g}")
        )
    if findings.top is not None:
        said.append(_("At most {share} of the customers are treated.", share=_.share(findings.top)))
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


def by_estimate(findings: UpliftFindings, _: Localizer) -> list[str]:
    """Where to find the policy with the best estimate, if its forecast promises a gain that is not shown."""
    if findings.follow_up is None or findings.conclusion not in {"may_pay", "does_not_pay"}:
        return []
    policy = choosing(findings, _) if findings.policy == "targeted" else same(findings, _)
    text = Message(
        "The best policy by the estimates alone is {policy}. It is not recommended, because its gain may be luck; "
        "if you accept that risk, each customer's offer is in the column {column} of the file {file}."
    )
    return [_(text, policy=policy, column=BY_ESTIMATE, file=scores_file(findings))]


def scores_file(findings: UpliftFindings) -> str:
    """The file with every customer of the table, which a spreadsheet can read unless the table is in shards."""
    in_shards = any(one.kind == "learned_from_part" for one in findings.notes)
    return "scores.parquet" if in_shards else "scores.csv"


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
