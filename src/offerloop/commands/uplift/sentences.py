"""What the study of one trial says: its headline, its first paragraph, and the notes."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings, Worth
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.evaluation import Estimate, widening
from offerloop.message import Message
from offerloop.report import Localizer, p_words
from offerloop.response import ESTIMATOR_NAMES

UNLIKELY = 0.001
"""A p-value below which a check of the design fails, as in a read-out."""
ALL = 0.995
"""A share of customers that is everybody."""
HEADLINES = {
    "targeted": Message("Choose whom to treat: it brings clearly more than {same}"),
    "only": Message("Choose whom to treat: it clearly pays, and no single offer does"),
    "even": Message("Choose whom to treat, or not: neither that nor {same} is forecast to bring clearly more"),
    "everyone": Message("Give everybody {offer}: choosing customers does not clearly bring more"),
    "nothing": Message("Give nothing: no offer clearly pays"),
}
"""The headline by what the forecast bears of the verdict."""
UNCLEAR = {
    "targeted": Message("Try a choice of customers on some of them first: it is not forecast to pay clearly"),
    "everyone": Message("Try {offer} on some of the customers first: it is not forecast to pay clearly"),
}
"""The headline where the forecast includes zero, by the verdict."""
WITHIN_BUDGET = Message(
    "Give {offer} to as many customers as the budget reaches: choosing them does not clearly bring more"
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
    text = UNCLEAR[found.verdict] if claimed == "unclear" else HEADLINES[claimed]
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        text = WITHIN_BUDGET
    return _(text, offer=_.quoted(found.offer), same=same(found, _))


def claim(found: UpliftFindings) -> str:
    """What the forecast bears of the verdict: all of it, `only`, `even` or `unclear`.

    `unclear`: the forecast's interval includes zero; `even`: a choice of customers is not forecast to bring more than
    the best offer for everybody; `only`: that offer does not clearly pay, so that the choice was held against nothing.
    """
    best = everyone(found)
    if found.verdict == "nothing":
        return "nothing"
    if found.forecast.profit.low <= 0:
        return "unclear"
    if found.verdict == "everyone":
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
    """The first paragraph: doubts first, then what the verdict rests on."""
    by_verdict = {"targeted": _targeted, "everyone": _everyone, "nothing": _nothing}
    said = [*doubts(found, _), *by_verdict[found.verdict](found, _)]
    if found.budget is not None:
        said.append(_("A budget of {budget} for all customers of the table is kept.", budget=f"{found.budget:,.10g}"))
    return _.sentences([*said, *basis(found, _)])


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
    """Why not to believe any of it."""
    said = []
    if found.ratio_p is not None and found.ratio_p < UNLIKELY:
        said.append(
            _(
                "Do not act on this yet: chance cannot explain the sizes of the arms (p-value: {p}).",
                p=p_words(found.ratio_p, _),
            )
        )
    if found.design == "randomised" and found.balance_p < UNLIKELY:
        said.append(
            _(
                "Do not act on this yet: the arms differed before the trial by more than chance "
                "explains (p-value: {p}).",
                p=p_words(found.balance_p, _),
            )
        )
    moved = impossible(found)
    if moved:
        said.append(
            _(
                ("Do not act on this yet: an effect is seen on {names}, which no offer can have changed."),
                names=_.listed(_.quoted(one) for one in moved),
            )
        )
    return said


def impossible(found: UpliftFindings) -> list[str]:
    """Columns on which an effect is seen though none can be, by intervals that hold for all of them at once."""
    wider = widening(max(len(found.negative_controls), 1))
    return [
        name
        for name, one in found.negative_controls.items()
        if abs(one.value) > wider * max(one.high - one.value, one.value - one.low)
    ]


def _targeted(found: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(found, _), everyone(found), targeted(found) or found.forecast
    offers = len(found.arms) - 1
    said = [
        (
            _(
                "Give {offer} to {share} of the customers, chosen by {estimator}.",
                offer=_.quoted(found.offer),
                share=_.share(choice.treated_share, 0.01),
                estimator=estimator(found.estimator, _),
            )
            if offers == 1
            else _(
                "Give {share} of the customers an offer, each the one of {n} that suits best, chosen by {estimator}.",
                n=offers,
                share=_.share(choice.treated_share, 0.01),
                estimator=estimator(found.estimator, _),
            )
        ),
        _(
            "Against giving nothing, that is forecast to bring {gain}; the best single offer, {same}: {everyone}.",
            gain=unit.gain(found.forecast.profit),
            same=same(found, _),
            everyone=unit.size(best.profit if best else None),
        ),
    ]
    if claim(found) == "unclear":
        said.append(_("The interval of the forecast includes zero: try it on some of the customers first."))
    return [*said, _("The forecast is made on customers who had no part in deciding who gets what.")]


def _everyone(found: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(found, _), everyone(found), targeted(found)
    said = []
    if best is not None:
        said.append(_everyone_gains(found, best, _))
    if choice is not None:
        by = estimator(found.estimator, _)
        said.append(
            _(
                "Choosing customers by {estimator} would bring {size} instead, which is not clearly more.",
                estimator=by,
                size=unit.size(choice.profit),
            )
        )
    unclear = (
        [_("The interval of the forecast includes zero: try it on some of the customers first.")]
        if claim(found) == "unclear"
        else []
    )
    return [*said, _whole(found, _), *unclear, _order(found, _)]


def _everyone_gains(found: UpliftFindings, best: Worth, _: Localizer) -> str:
    offer, gain = _.quoted(found.offer), measure(found, _).gain(best.profit)
    if best.treated_share >= ALL:
        return _("Against giving nothing, {offer} for everybody brings {gain}.", offer=offer, gain=gain)
    share = _.share(best.treated_share, 0.01)
    return _(
        "Against giving nothing, {offer} for a random {share} of the customers, as far as the "
        "budget reaches, brings {gain}.",
        offer=offer,
        share=share,
        gain=gain,
    )


def _nothing(found: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(found, _), everyone(found), targeted(found)
    said = []
    if best is not None:
        gain = unit.gain(best.profit)
        said.append(
            _(
                "Against giving nothing, the best single offer, {same}, would bring {gain}; no "
                "interval of an offer or of a choice of customers lies above zero.",
                same=same(found, _),
                gain=gain,
            )
        )
    if choice is not None:
        by = estimator(found.estimator, _)
        said.append(
            _("Choosing customers by {estimator} would bring {size}.", estimator=by, size=unit.size(choice.profit))
        )
    return [*said, _whole(found, _)]


def _whole(found: UpliftFindings, _: Localizer) -> str:
    return _(
        "On customers who had no part in deciding, all of this, choices included, is forecast to bring {size}.",
        size=measure(found, _).size(found.forecast.profit),
    )


def _order(found: UpliftFindings, _: Localizer) -> str:
    gain = measure(found, _).gain(found.targeting)
    return _(ORDERS[order(found.targeting)], estimator=estimator(found.estimator, _), gain=gain)


def order(targeting: Estimate) -> str:
    """Whether the order of customers helps, against a random one."""
    return "helps" if targeting.low > 0 else "harms" if targeting.high < 0 else "no"
