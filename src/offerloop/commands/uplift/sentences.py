"""What the study of one trial says: its headline, its first paragraph, and the notes."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Note, UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.evaluation import Estimate, widening
from offerloop.report import Voice, count, p_words

UNLIKELY = 0.001
"""A p-value below which a check of the design fails, as in a read-out."""
ALL = 0.995
"""A share of customers that is everybody."""
NAMED = 12
"""Columns named in a note at most."""


def sentence(found: UpliftFindings, language: str = "en") -> str:
    """Return the headline and the first paragraph."""
    tell = voice(language)
    return headline(found, tell) + tell.words["full_stop"] + tell.words["sentence"] + lead(found, tell)


def voice(language: str) -> Voice:
    """Figures are in the table's own unit, which is no currency that we know."""
    return Voice(language, "")


def headline(found: UpliftFindings, tell: Voice) -> str:
    """The verdict in one line, as far as the forecast bears it."""
    best, claimed = everyone(found), claim(found)
    key = f"uplift.{found.verdict}.{'headline' if claimed == found.verdict else claimed}"
    if claimed == "everyone" and best is not None and best.treated_share < ALL:
        key = "uplift.everyone.budget"
    return tell.say(key, offer=tell.quoted(found.offer), same=same(found, tell))


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


def same(found: UpliftFindings, tell: Voice) -> str:
    """The best offer for everybody, or for as many random customers as the budget reaches."""
    best = everyone(found)
    reach = "all" if best is None or best.treated_share >= ALL else "budget"
    return tell.say(f"uplift.same.{reach}", offer=tell.quoted(found.offer))


def pays_for_all(found: UpliftFindings) -> bool:
    """Whether the best offer for everybody clearly pays; otherwise a choice of customers was held against nothing."""
    best = everyone(found)
    return best is not None and best.profit.low > 0


def lead(found: UpliftFindings, tell: Voice) -> str:
    """The first paragraph: doubts first, then what the verdict rests on."""
    by_verdict = {"targeted": _targeted, "everyone": _everyone, "nothing": _nothing}
    said = [*doubts(found, tell), *by_verdict[found.verdict](found, tell)]
    if found.budget is not None:
        said.append(tell.say("uplift.budget", budget=f"{found.budget:,.10g}"))
    return tell.listed([*said, *basis(found, tell)], "sentence")


def basis(found: UpliftFindings, tell: Voice) -> list[str]:
    """What the verdict rests on, and what it takes for granted."""
    assumed = [tell.say("uplift.observational")] if found.design == "observational" else []
    design = tell.say(f"uplift.design.{found.design}")
    return [*assumed, tell.say("uplift.basis", n=count(found.n), design=design)]


def estimator(name: str, tell: Voice) -> str:
    """``"the estimator DR-learner"``."""
    return tell.say("uplift.by", name=short_estimator(name, tell))


def short_estimator(name: str, tell: Voice) -> str:
    """The same where there is little room."""
    return tell.word("uplift.estimator", name)


def doubts(found: UpliftFindings, tell: Voice) -> list[str]:
    """Why not to believe any of it."""
    said = []
    if found.ratio_p is not None and found.ratio_p < UNLIKELY:
        said.append(tell.say("uplift.doubt.ratio", p=p_words(found.ratio_p, tell)))
    if found.design == "randomised" and found.balance_p < UNLIKELY:
        said.append(tell.say("uplift.doubt.balance", p=p_words(found.balance_p, tell)))
    moved = impossible(found)
    if moved:
        said.append(tell.say("uplift.doubt.controls", names=tell.listed(tell.quoted(one) for one in moved)))
    return said


def impossible(found: UpliftFindings) -> list[str]:
    """Columns on which an effect is seen though none can be, by intervals that hold for all of them at once."""
    wider = widening(max(len(found.negative_controls), 1))
    return [
        name
        for name, one in found.negative_controls.items()
        if abs(one.value) > wider * max(one.high - one.value, one.value - one.low)
    ]


def _targeted(found: UpliftFindings, tell: Voice) -> list[str]:
    unit, best, choice = measure(found, tell), everyone(found), targeted(found) or found.forecast
    offers = len(found.arms) - 1
    said = [
        tell.say("uplift.targeted.one" if offers == 1 else "uplift.targeted.many", n=count(offers),
                 offer=tell.quoted(found.offer), share=tell.share(choice.treated_share, 0.01),
                 estimator=estimator(found.estimator, tell)),
        tell.say("uplift.targeted.forecast", gain=unit.gain(found.forecast.profit), same=same(found, tell),
                 everyone=unit.size(best.profit if best else None)),
    ]  # fmt: skip
    if claim(found) == "unclear":
        said.append(tell.say("uplift.forecast.unclear"))
    return [*said, tell.say("uplift.forecast.means")]


def _everyone(found: UpliftFindings, tell: Voice) -> list[str]:
    unit, best, choice = measure(found, tell), everyone(found), targeted(found)
    said = []
    if best is not None:
        key = "uplift.everyone.gain" if best.treated_share >= ALL else "uplift.everyone.gain_budget"
        share = tell.share(best.treated_share, 0.01)
        said.append(tell.say(key, offer=tell.quoted(found.offer), gain=unit.gain(best.profit), share=share))
    if choice is not None:
        by = estimator(found.estimator, tell)
        said.append(tell.say("uplift.everyone.targeted", estimator=by, size=unit.size(choice.profit)))
    unclear = [tell.say("uplift.forecast.unclear")] if claim(found) == "unclear" else []
    return [*said, _whole(found, tell), *unclear, _order(found, tell)]


def _nothing(found: UpliftFindings, tell: Voice) -> list[str]:
    unit, best, choice = measure(found, tell), everyone(found), targeted(found)
    said = []
    if best is not None:
        gain = unit.gain(best.profit)
        said.append(tell.say("uplift.nothing.everyone", same=same(found, tell), gain=gain))
    if choice is not None:
        by = estimator(found.estimator, tell)
        said.append(tell.say("uplift.nothing.targeted", estimator=by, size=unit.size(choice.profit)))
    return [*said, _whole(found, tell)]


def _whole(found: UpliftFindings, tell: Voice) -> str:
    return tell.say("uplift.forecast.whole", size=measure(found, tell).size(found.forecast.profit))


def _order(found: UpliftFindings, tell: Voice) -> str:
    gain = measure(found, tell).gain(found.targeting)
    return tell.say(f"uplift.order.{order(found.targeting)}", estimator=estimator(found.estimator, tell), gain=gain)


def order(targeting: Estimate) -> str:
    """Whether the order of customers helps, against a random one."""
    return "helps" if targeting.low > 0 else "harms" if targeting.high < 0 else "no"


def notes(found: UpliftFindings, tell: Voice) -> tuple[str, ...]:
    """What a reader must know before acting on it."""
    own = [note(one, tell) for one in found.notes]
    said = [tell.say(f"uplift.note.{name}") for name in ("intervals", "forecast")]
    if found.features:
        columns = count(len(found.features))
        own.append(tell.say("uplift.note.features", n=columns, names=_names(found.features, tell)))
    return (*own, *said)


def note(one: Note, tell: Voice) -> str:
    """Return one note as a sentence."""
    return tell.say(f"uplift.note.{one.kind}", names=_names(one.names, tell), n=count(one.n))


def _names(names: tuple[str, ...], tell: Voice) -> str:
    listed = tell.listed(tell.quoted(one) for one in names[:NAMED])
    if len(names) <= NAMED:
        return listed
    return tell.say("uplift.note.and_more", names=listed, n=count(len(names) - NAMED))
