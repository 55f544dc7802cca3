"""Names and phrases that several sentences of the study use."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import everyone, targeted
from offerloop.report import Localizer
from offerloop.response import ESTIMATOR_NAMES

ALL = 0.995
"""A share of customers that is everybody."""


def localizer(language: str) -> Localizer:
    """Figures are in the table's own unit, which is no currency that we know."""
    return Localizer(language, "")


def limit(findings: UpliftFindings, _: Localizer) -> str:
    """What keeps everybody from being treated: the budget, or a share of the customers."""
    if findings.top is None:
        return _("the budget", context="limit of a policy")
    return _("the limit of {share}", context="limit of a policy", share=_.share(findings.top))


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


def estimator(name: str, _: Localizer) -> str:
    """``"the estimator DR-learner"``."""
    return _("predicted effect ({name})", context="uplift study", name=short_estimator(name, _))


def short_estimator(name: str, _: Localizer) -> str:
    """The same where there is little room."""
    return _.named(ESTIMATOR_NAMES, name)


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
