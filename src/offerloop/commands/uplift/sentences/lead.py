"""The first paragraph: what the verdict means for the shop, in two sentences at most."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.sentences.doubts import doubts
from offerloop.commands.uplift.sentences.further_trial import how_to_try, too_little
from offerloop.commands.uplift.sentences.headline import headline
from offerloop.commands.uplift.sentences.phrases import choosing, localizer, same, treats_all
from offerloop.message import Message
from offerloop.report import Localizer, capital


def sentence(findings: UpliftFindings, language: str = "en") -> str:
    """Return the headline and the first paragraph."""
    _ = localizer(language)
    return _.sentences([_.stopped(headline(findings, _)), lead(findings, _)])


def lead(findings: UpliftFindings, _: Localizer) -> str:
    """The first paragraph: two sentences at most."""
    if findings.conclusion == "doubtful":
        return _.sentences([doubts(findings, _)[0], _("Until then nothing is recommended.")])
    by_standing = {"pays": _pays, "may_pay": _may_pay, "does_not_pay": _does_not_pay}
    return _.sentences(by_standing[findings.conclusion](findings, _))


def _pays(findings: UpliftFindings, _: Localizer) -> list[str]:
    if findings.policy == "targeted":
        return _targeting_pays(findings, _)
    others = [near_ties(findings, _)] if len(findings.near_ties) > 1 else targeting_instead(findings, _)
    return [_forecast(findings, _), *others]


def _targeting_pays(findings: UpliftFindings, _: Localizer) -> list[str]:
    unit, best, choice = measure(findings, _), everyone(findings), targeted(findings) or findings.forecast
    gain, share = unit.gain(findings.forecast.profit), _.share(choice.treated_share, 0.01)
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
            estimator=_("predicted effect", context="uplift study"),
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


def near_ties(findings: UpliftFindings, _: Localizer) -> str:
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


def targeting_instead(findings: UpliftFindings, _: Localizer) -> list[str]:
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


def _may_pay(findings: UpliftFindings, _: Localizer) -> list[str]:
    gain = measure(findings, _).gain(findings.forecast.profit)
    first = (
        _("The forecast is {gain}, but its range includes zero, so the gain may be luck.", gain=gain)
        if findings.forecast.profit.low <= 0
        else _("The forecast is {gain}, but it could too easily be luck.", gain=gain)
    )
    return [first, *how_to_try(findings, _)]


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
