"""What the study of one trial says: its headline, its first paragraph, and the notes."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Suspect, UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.soundness import impossible, lost_rows, unlike_arms
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Localizer, capital, p_words
from offerloop.response import ESTIMATOR_NAMES

ALL = 0.995
"""A share of customers that is everybody."""
HEADLINES = {
    "targeted": Message("Choose whom to treat: it brings clearly more than {same}"),
    "only": Message("Choose whom to treat: it clearly pays, and no single offer does"),
    "even": Message("Choose whom to treat, or not: neither that nor {same} is forecast to bring clearly more"),
    "everyone": Message("Give everybody {offer}: it pays, and choosing customers does not clearly bring more"),
    "may_all": Message("{offer} may pay: try it on {n} customers first"),
    "may_choose": Message("A choice of customers may pay: try it on {n} customers first"),
    "nothing": Message("Give nothing: no offer is shown to pay"),
    "doubtful": Message("No verdict yet: something in the table cannot be right"),
}
"""The headline by what the forecast bears of the policy."""
WITHIN_BUDGET = Message(
    "Give {offer} to as many customers as the budget reaches: it pays, and choosing them does not clearly bring more"
)
DESIGNS = {
    "known": Message("a randomised trial whose chances are known"),
    "randomised": Message("a randomised trial", context="design of a study"),
    "observational": Message("not a trial", context="design of a study"),
}
"""What kind of study the table is."""
ORDERS = {
    "helps": Message(
        "If not all can be treated, the order matters: against random customers, those first "
        "by {estimator} bring {gain}, on average over all shares that could be treated."
    ),
    "no": Message(
        "If not all can be treated, no order is known to be better than chance: against random "
        "customers, those first by {estimator} bring {gain}, an interval that includes zero."
    ),
    "harms": Message(
        "If not all can be treated, choose them at random: against random customers, those "
        "first by {estimator} bring {gain}."
    ),
}
"""What the order of customers is worth, against a random one."""


def sentence(found: UpliftFindings, language: str = "en") -> str:
    """Return the headline and the first paragraph."""
    _ = localizer(language)
    return _.sentences([_.stopped(headline(found, _)), lead(found, _)])


def localizer(language: str) -> Localizer:
    """Figures are in the table's own unit, which is no currency that we know."""
    return Localizer(language, "")


def headline(found: UpliftFindings, _: Localizer) -> str:
    """The verdict in one line, as far as the forecast bears it."""
    best, claimed = everyone(found), claim(found)
    text = HEADLINES[claimed]
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        text = WITHIN_BUDGET
    return capital(_(text, offer=_.quoted(found.offer), same=same(found, _), n=found.part or 0))


def claim(found: UpliftFindings) -> str:
    """What the forecast bears of the policy: a key of `HEADLINES`.

    `even`: a choice of customers is not forecast to bring more than the best offer for everybody; `only`: that offer
    does not clearly pay, so that the choice was held against nothing.
    """
    best = everyone(found)
    if found.standing == "doubtful":
        return "doubtful"
    if found.standing == "may_pay":
        return "may_choose" if found.policy == "targeted" else "may_all"
    if found.standing == "does_not_pay":
        return "nothing"
    if found.policy != "targeted":
        return "everyone"
    if not pays_for_all(found):
        return "only"
    return "even" if best is not None and found.forecast.profit.value <= best.profit.value else "targeted"


def same(found: UpliftFindings, _: Localizer) -> str:
    """The best offer for everybody, or for as many random customers as the budget reaches."""
    best = everyone(found)
    offer = _.quoted(found.offer)
    if best is None or best.treated_share >= ALL:
        return _("{offer} for everybody", context="uplift study", offer=offer)
    return _("{offer} for random customers within the budget", offer=offer)


def pays_for_all(found: UpliftFindings) -> bool:
    """Whether the best offer for everybody clearly pays; otherwise a choice of customers was held against nothing."""
    best = everyone(found)
    return best is not None and best.profit.low > 0


def lead(found: UpliftFindings, _: Localizer) -> str:
    """The first paragraph: two sentences at most."""
    if found.standing == "doubtful":
        return _.sentences([doubts(found, _)[0], _("Until then nothing is recommended.")])
    by_standing = {"pays": _pays, "may_pay": _may_pay, "does_not_pay": _does_not_pay}
    return _.sentences(by_standing[found.standing](found, _))


def basis(found: UpliftFindings, _: Localizer) -> list[str]:
    """What the verdict rests on, and what it takes for granted."""
    assumed = (
        [
            _(
                "Who was treated was not drawn at random: this holds only if the columns of the table "
                "tell everything that decided who got what."
            )
        ]
        if found.design == "observational"
        else []
    )
    design = _(DESIGNS[found.design])
    return [
        *assumed,
        _(
            "({n} customer, {design}; 95 % intervals.)",
            context="uplift study",
            plural="({n} customers, {design}; 95 % intervals.)",
            n=found.n,
            design=design,
        ),
    ]


def estimator(name: str, _: Localizer) -> str:
    """``"the estimator DR-learner"``."""
    return _("predicted effect ({name})", context="uplift study", name=short_estimator(name, _))


def short_estimator(name: str, _: Localizer) -> str:
    """The same where there is little room."""
    return _.named(ESTIMATOR_NAMES, name)


def doubts(found: UpliftFindings, _: Localizer) -> list[str]:
    """Why not to believe any of it, and what to do."""
    said = [_suspect(one, _) for one in found.suspects]
    if lost_rows(found):
        said.append(
            _(
                "Chance cannot explain the sizes of the arms (p-value: {p}): find out which rows were lost or added.",
                p=p_words(found.ratio_p or 0.0, _),
            )
        )
    if unlike_arms(found):
        said.append(
            _(
                "The arms differed before the trial by more than chance explains (p-value: {p}): find out who decided "
                "who got what.",
                p=p_words(found.balance_p, _),
            )
        )
    if moved := impossible(found):
        said.append(
            _(
                "An effect is seen on {names}, which no offer can have changed: find out what else differed.",
                names=_.listed(_.quoted(one) for one in moved),
            )
        )
    if found.disagreeing:
        said.append(
            _(
                "For {names} the plain difference and the adjusted one contradict each other: leave out columns that "
                "were measured after the offer, with {option}.",
                names=_.listed(_.quoted(one) for one in found.disagreeing),
                option="--ignore",
            )
        )
    return said


def _suspect(one: Suspect, _: Localizer) -> str:
    text = (
        Message(
            "{column} tells the outcome implausibly well ({share} of its spread): leave it out with {ignore} if it was "
            "measured after the offer, or name it with {before} if it was known before."
        )
        if one.kind == "explains"
        else Message(
            "The outcome never happens where {column} is {value} ({share} of the customers): leave it out with "
            "{ignore} if it was measured after the offer, or name it with {before} if it was known before."
        )
    )
    share = _.share(one.share, 0.01)
    named = {"column": _.quoted(one.column), "value": _.quoted(one.value), "share": share}
    return _(text, **named, ignore="--ignore", before="--known-before")


def _pays(found: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(found, _), everyone(found), targeted(found) or found.forecast
    gain = unit.gain(found.forecast.profit)
    if found.policy != "targeted":
        return [_forecast(found, _), *([told_apart(found, _)] if len(found.alike) > 1 else _instead(found, _))]
    share, by = _.share(choice.treated_share, 0.01), estimator(found.estimator, _)
    first = (
        _(
            "{offer} for {share} of the customers, chosen by {estimator}, is forecast to bring {gain}.",
            offer=_.quoted(found.offer),
            share=share,
            estimator=by,
            gain=gain,
        )
        if len(found.arms) == 2
        else _(
            "An offer for {share} of the customers, each the one of {n} that suits best by {estimator}, is forecast to "
            "bring {gain}.",
            share=share,
            n=len(found.arms) - 1,
            estimator=by,
            gain=gain,
        )
    )
    single = unit.size(best.profit if best else None)
    return [capital(first), _("The best single offer, {same}, brings {size}.", same=same(found, _), size=single)]


def _forecast(found: UpliftFindings, _: Localizer) -> str:
    """What is forecast of the best single offer."""
    gain = measure(found, _).gain(found.forecast.profit)
    return capital(_("{same} is forecast to bring {gain}.", same=same(found, _), gain=gain))


def told_apart(found: UpliftFindings, _: Localizer) -> str:
    """Offers that cannot be told apart, and which of them is taken."""
    names, offer = _.listed(_.quoted(one) for one in found.alike), _.quoted(found.offer)
    text = (
        Message(
            "{names} cannot be told apart by this table; {offer} is the least expensive that is shown to do as well."
        )
        if found.expense is not None
        else Message("{names} cannot be told apart by this table; {offer} looks best, and no costs were given.")
    )
    return _(text, names=names, offer=offer)


def _instead(found: UpliftFindings, _: Localizer) -> list[str]:
    """What a choice of customers would bring instead."""
    choice = targeted(found)
    if choice is None:
        return []
    return [
        _(
            "Choosing customers by {estimator} would bring {size} instead, which is not clearly more.",
            estimator=estimator(found.estimator, _),
            size=measure(found, _).size(choice.profit),
        )
    ]


def _may_pay(found: UpliftFindings, _: Localizer) -> list[str]:
    gain = measure(found, _).gain(found.forecast.profit)
    first = (
        _("The forecast is {gain}, and its interval includes zero.", gain=gain)
        if found.forecast.profit.low <= 0
        else _(
            "The forecast is {gain}, but the best of so many offers and choices looks as good by luck alone with "
            "probability {luck}.",
            gain=gain,
            luck=p_words(found.luck, _),
        )
    )
    return [first, part(found, _)]


def part(found: UpliftFindings, _: Localizer) -> str:
    """How large a trial would show the forecast."""
    return _(
        "If it is right, a trial of {n} customers, half of whom are given nothing, shows that in 80 of 100 cases.",
        n=found.part or 0,
    )


def _does_not_pay(found: UpliftFindings, _: Localizer) -> list[str]:
    unit, best = measure(found, _), everyone(found)
    said = []
    if best is not None:
        said.append(
            _(
                "Against giving nothing, the best single offer, {same}, would bring {gain}.",
                same=same(found, _),
                gain=unit.gain(best.profit),
            )
        )
    size = unit.size(found.forecast.profit)
    if found.part is not None and found.policy != "nothing":
        said.append(
            _(
                "The forecast of the best policy is {size}, so little that a trial of {n} customers would be needed to "
                "show it.",
                size=size,
                n=found.part,
            )
        )
    else:
        said.append(_("The forecast of the best policy is {size}, which promises no gain.", size=size))
    return said


def more(found: UpliftFindings, _: Localizer) -> list[str]:
    """What else the verdict rests on, beside the first paragraph."""
    said = doubts(found, _)[1:] if found.standing == "doubtful" else []
    if found.standing == "pays" and found.policy == "everyone" and len(found.alike) > 1:
        said += _instead(found, _)
    elif len(found.alike) > 1:
        said.append(told_apart(found, _))
    if found.policy != "targeted":
        said.append(_order(found, _))
    said.append(
        _(
            "The forecast repeats all choices without the customers on whom it is made; of as many offers and choices "
            "without any effect the best looks as good with probability {luck}.",
            luck=p_words(found.luck, _),
        )
    )
    if found.budget is not None:
        said.append(_("A budget of {budget} for all customers of the table is kept.", budget=f"{found.budget:,.10g}"))
    if found.clusters is not None:
        said.append(
            _(
                "Rows of one {cluster} count together, as one of {n}.",
                cluster=_.quoted(found.cluster or ""),
                n=found.clusters,
            )
        )
    return [*said, *basis(found, _)]


def _order(found: UpliftFindings, _: Localizer) -> str:
    gain = measure(found, _).gain(found.targeting)
    return _(ORDERS[order(found.targeting)], estimator=estimator(found.estimator, _), gain=gain)


def order(targeting: Estimate) -> str:
    """Whether the order of customers helps, against a random one."""
    return "helps" if targeting.low > 0 else "harms" if targeting.high < 0 else "no"
