"""What the study of one trial says: its headline, its first paragraph, and the notes."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Note, UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.evaluation import Estimate, widening
from offerloop.report import Localizer, count, p_words

UNLIKELY = 0.001
"""A p-value below which a check of the design fails, as in a read-out."""
ALL = 0.995
"""A share of customers that is everybody."""
NAMED = 12
"""Columns named in a note at most."""


def sentence(found: UpliftFindings, language: str = "en") -> str:
    """Return the headline and the first paragraph."""
    _ = voice(language)
    return _.stopped(headline(found, _)) + _.words["sentence"] + lead(found, _)


def voice(language: str) -> Localizer:
    """Figures are in the table's own unit, which is no currency that we know."""
    return Localizer(language, "")


def headline(found: UpliftFindings, _: Localizer) -> str:
    """The verdict in one line, as far as the forecast bears it."""
    best, claimed = everyone(found), claim(found)
    key = f"uplift.{found.verdict}.{'headline' if claimed == found.verdict else claimed}"
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        key = "uplift.everyone.budget"
    return _.say(key, offer=_.quoted(found.offer), same=same(found, _))


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
    reach = "all" if best is None or best.treated_share >= ALL else "budget"
    return _.say(f"uplift.same.{reach}", offer=_.quoted(found.offer))


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
                "Who was treated was not drawn by lot: this holds only if the columns of the table "
                "tell everything that decided who got what."
            )
        ]
        if found.design == "observational"
        else []
    )
    design = _.say(f"uplift.design.{found.design}")
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
    return _.word("uplift.estimator", name)


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
        key = "uplift.everyone.gain" if best.treated_share >= ALL else "uplift.everyone.gain_budget"
        share = _.share(best.treated_share, 0.01)
        said.append(_.say(key, offer=_.quoted(found.offer), gain=unit.gain(best.profit), share=share))
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
    return _.say(f"uplift.order.{order(found.targeting)}", estimator=estimator(found.estimator, _), gain=gain)


def order(targeting: Estimate) -> str:
    """Whether the order of customers helps, against a random one."""
    return "helps" if targeting.low > 0 else "harms" if targeting.high < 0 else "no"


def notes(found: UpliftFindings, _: Localizer) -> tuple[str, ...]:
    """What a reader must know before acting on it."""
    own = [note(one, _) for one in found.notes]
    said = [_.say(f"uplift.note.{name}") for name in ("intervals", "forecast")]
    if found.features:
        columns = count(len(found.features))
        own.append(_("Customers are told apart by {n} columns: {names}.", n=columns, names=_names(found.features, _)))
    return (*own, *said)


def note(one: Note, _: Localizer) -> str:
    """Return one note as a sentence."""
    return _.say(f"uplift.note.{one.kind}", names=_names(one.names, _), n=count(one.n))


def _names(names: tuple[str, ...], _: Localizer) -> str:
    listed = _.listed(_.quoted(one) for one in names[:NAMED])
    if len(names) <= NAMED:
        return listed
    return _("{names} and {n} more", context="uplift study", names=listed, n=len(names) - NAMED)
