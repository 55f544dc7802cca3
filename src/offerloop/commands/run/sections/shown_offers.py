"""Section 5, first part: what offers that were shown at random changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from offerloop.commands.run.facts import ESTIMATED, RunFacts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.shown_effects import ShownOffer, ShownOffers
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    Block,
    Bullets,
    Dot,
    Figure,
    Localizer,
    Table,
    Text,
    figure,
    forest,
    money_labels,
    period_text,
)
from offerloop.response import ESTIMATOR_NAMES

GROWTH_IN_WORDS = Message(
    "an offer makes what each customer would buy anyway grow by a share that hangs on its "
    "depth, on what is known of the customer and on the customer's own past, as far as the "
    "log supports it; a deeper one brings no less, unless the log surely shows that it does"
)
"""How effects are taken to differ between customers."""
DRAWN = 16
"""Offers in the chart; the table has all."""
NAMED = 3
LONG = 24
"""Letters of a name that one line of a narrow chart holds."""
RARE = 0.01
"""The share of logs in which earlier offers do nothing and which are said to show that they do."""


def shown_blocks(shown: ShownOffers, findings: Findings, facts: RunFacts) -> tuple[Block, ...]:
    """What it rests on, every offer's mean effect, and how customers are told apart."""
    _ = facts.localizer
    return (
        Text(
            _(
                "Customers were shown an offer, or deliberately nothing, at random. Given the propensities, those who "
                "got it and those who did not differ by luck only. {times} exposures with an offer and {nothing} with "
                "nothing count. That rests on this:",
                times=shown.n_shown,
                nothing=shown.n_nothing,
            )
        ),
        Bullets(_rests_on(shown, findings, _)),
        _figure(shown, _names(shown, findings, _), facts),
        *([Text(_chance(shown, _))] if shown.clear else []),
        Text(_apart(shown, findings.config.profiles.fixed_attributes, _)),
        *([Text(_of_late(shown.of_late, _))] if shown.of_late.is_clear else []),
        Text(_later(shown, _)),
    )


def shown_message(shown: ShownOffers, _: Localizer) -> str:
    """How many offers changed the margin for sure."""
    text = (
        Message("Offers shown at random tell what they change: {n} of {all} clearly changed the margin per customer")
        if shown.clear
        else Message(
            "Offers shown at random tell what they change: none of {all} clearly changed the margin per customer"
        )
    )
    return _(text, n=len(shown.clear), all=len(shown.offers))


def _rests_on(shown: ShownOffers, findings: Findings, _: Localizer) -> tuple[str, ...]:
    between = _between(shown, findings, _)
    return (
        _("The propensity of each offer is taken as the log has it; if it is wrong, so are the effects."),
        _(
            "An exposure counts for {period} from its day on, or until the customer's next one, "
            "whose time must not depend on what was bought in between. Purchases that it moved "
            "from later days are counted as gained.",
            period=period_text(shown.window_days),
        ),
        _("Value is the margin gained before the offer's cost. The discount is what was redeemed, whoever pays it."),
        *(
            [
                _(
                    "Not shown enough themselves, but between two depths that were, which is where their "
                    "effects are taken to lie: {names}.",
                    names=_.listed(between),
                )
            ]
            if between
            else []
        ),
        _(
            "Effects are drawn to what is likely before anything was seen, as far as the log "
            "leaves them open. How right they are is judged on customers left out, and the "
            "forecast counts with that."
        ),
    )


def _between(shown: ShownOffers, findings: Findings, _: Localizer) -> list[str]:
    """Offers that are estimated without having been shown: some of them, and how many more."""
    offers, own = findings.tables["offers"], [one.offer_id for one in shown.offers]
    rows = offers.filter((pl.col("basis") == ESTIMATED) & ~pl.col("offer_id").is_in(own))
    names = [_.quoted(_.unpacked(label)) for label in rows["label_message"].unique(maintain_order=True)]
    more = [_("{n} more", context="audit", n=len(names) - NAMED)] if len(names) > NAMED else []
    return [*names[:NAMED], *more]


def _names(shown: ShownOffers, findings: Findings, _: Localizer) -> dict[str, str]:
    """What a reader calls each offer: its label, with the id where several have the same."""
    labels = dict(findings.tables["offers"].select("offer_id", "label_message").iter_rows())
    said = {
        offer.offer_id: _.unpacked(labels[offer.offer_id]) if offer.offer_id in labels else offer.offer_id
        for offer in shown.offers
    }
    texts = list(said.values())
    own = {name: _("{offer} ({campaign})", context="pattern", offer=text, campaign=name) for name, text in said.items()}
    return {name: text if texts.count(text) == 1 else own[name] for name, text in said.items()}


def _figure(shown: ShownOffers, names: Mapping[str, str], facts: RunFacts) -> Figure:
    _, money = facts.localizer, facts.money
    drawn = _drawn(shown)
    rows = [(names[one.offer_id], money.estimate(one.value), one.value.times(1 / money.unit)) for one in drawn]
    dots = [Dot("", f"{_in_lines(name)}\n{text}", value) for name, text, value in rows]
    says = (_("{rule}: {profit}", context="name and figure", rule=name, profit=text) for name, text, *__ in rows)
    rest = (
        _("; the {n} most shown of {all} offers", n=len(drawn), all=len(shown.offers))
        if len(drawn) < len(shown.offers)
        else ""
    )
    rest += _afterwards(shown, _)
    measure = _(
        "Mean value of one exposure in {n} day ({currency}): margin gained before the offer's "
        "cost, against deliberately nothing; 95 % intervals{rest}",
        plural="Mean value of one exposure in {n} days ({currency}): margin gained before the offer's "
        "cost, against deliberately nothing; 95 % intervals{rest}",
        n=shown.window_days,
        currency=money.currency,
        rest=rest,
    )
    return figure(
        "shown-offers",
        _title(shown, names, _),
        measure,
        forest(dots, money_labels(money), lines_per_row=max(dot.row.count("\n") for dot in dots) + 1),
        _table(shown, names, facts),
        localizer=_,
        says=_.stopped(_.clauses(says)),
        mark=_("estimated from offers that were shown at random"),
    )


def _afterwards(shown: ShownOffers, _: Localizer) -> str:
    """Return what becomes of the effects in later windows, where more than chance shows it."""
    if shown.carries_over_p > RARE:
        return ""
    if shown.differ_later:
        return _("; how much of the effect follows or is lost again in later windows differs by offer")
    text = (
        Message("; another {share} of the effect follows in later windows")
        if shown.carries_over > 0
        else Message("; {share} of the effect is lost again in later windows")
    )
    return _(text, share=_.share(abs(shown.carries_over), 0.01))


def _in_lines(name: str) -> str:
    """A long name in two lines, for a narrow screen."""
    spaces = [place for place, sign in enumerate(name) if sign == " "]
    if len(name) <= LONG or not spaces:
        return name
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:middle]}\n{name[middle + 1 :]}"


def _drawn(shown: ShownOffers) -> list[ShownOffer]:
    """Those shown most often, in the order of the table."""
    often = sorted(shown.offers, key=lambda one: -one.n_shown)[:DRAWN]
    return [one for one in shown.offers if one in often]


def _title(shown: ShownOffers, names: Mapping[str, str], _: Localizer) -> str:
    clear = [_.quoted(names[one.offer_id]) for one in shown.clear]
    if not clear:
        return _("The interval of every offer's value includes zero")
    more = [_("{n} more", context="audit", n=len(clear) - NAMED)] if len(clear) > NAMED else []
    return _("The interval leaves out zero for {names}", names=_.series([*clear[:NAMED], *more]))


def _table(shown: ShownOffers, names: Mapping[str, str], facts: RunFacts) -> Table:
    _, money = facts.localizer, facts.money
    rows = tuple(
        (
            names[offer.offer_id],
            _.count(offer.n_shown),
            money.estimate(offer.value),
            money.estimate(offer.discount),
            _.share(offer.p_redeem, 0.001),
            _.share(offer.carries_over),
        )
        for offer in shown.offers
    )
    columns = (
        _("offer", context="column title"),
        _("shown", context="column title"),
        _("value", context="column title"),
        _("discount redeemed", context="column title"),
        _("share redeemed", context="column title"),
        _("follows later", context="column title"),
    )
    caption = _(
        "What one exposure changed in {n} day, against {nothing} exposures of nothing: means over exposures, which "
        "count the more the more chance decided on them, with 95 % intervals; the share redeemed, and what follows in "
        "later windows as a share of the value, have none",
        plural="What one exposure changed in {n} days, against {nothing} exposures of nothing: means over exposures, "
        "which count the more the more chance decided on them, with 95 % intervals; the share redeemed, and what "
        "follows in later windows as a share of the value, have none",
        n=shown.window_days,
        nothing=shown.n_nothing,
    )
    return Table(caption, columns, rows)


def _chance(shown: ShownOffers, _: Localizer) -> str:
    """How many offers would look clear if none changed anything."""
    n, clear = len(shown.offers), len(shown.clear)
    return _(
        "{n} of {all} intervals leave out zero; if no offer changed anything, about {chance} would by chance alone.",
        n=clear,
        all=n,
        chance=n / 20,
    )


def _apart(shown: ShownOffers, attributes: Sequence[str], _: Localizer) -> str:
    """How customers are told apart, and by which of their attributes besides purchases."""
    text = Message("Which customers respond more is told by the estimator “{estimator}”: {meaning}.")
    how = _(text, estimator=_.named(ESTIMATOR_NAMES, shown.estimator), meaning=_(GROWTH_IN_WORDS))
    names = _.listed(name.replace("_", " ") for name in attributes)
    used = _("Attributes of customers that may count besides purchases: {names}.", names=names)
    return _.sentences([how, *([used] if attributes else [])])


def _of_late(change: Estimate, _: Localizer) -> str:
    """Say by how much less or more offers bring at the end of the log."""
    text = (
        Message(
            "Offers have come to bring less: at the end of the log {change} less than on average over it. The plan "
            "counts with what they bring at the end."
        )
        if change.value < 0
        else Message(
            "Offers have come to bring more: at the end of the log {change} more than on average over it. The plan "
            "counts with what they bring at the end."
        )
    )
    size = change.negated() if change.value < 0 else change
    return _(text, change=_.shares(size.times(100)))


def _later(shown: ShownOffers, _: Localizer) -> str:
    """What earlier offers still do: whether any, in which direction, and how much of it is in the plan."""
    share, by_chance = shown.carries_over, shown.carries_over_p
    if by_chance > RARE:
        return _(
            "Nothing shows that earlier offers still matter: what follows in later windows is "
            "{share} of the effect in the offer's own, which chance could show too. The plan "
            "counts with it.",
            share=_.share(share, 0.01),
        )
    if shown.differ_later:
        least, most = shown.least_and_most_carried_over
        return _(
            "What follows in later windows differs by offer: from {least} to {most} of the effect in the offer's own "
            "window, and less than nothing where purchases are taken in advance or put off. The plan counts with it, "
            "so its value is that of the coming window and what follows.",
            least=_.share(least),
            most=_.share(most),
        )
    text = (
        Message(
            "Offers last: of the effect in its own window, {share} follows in later ones. The plan "
            "counts with it, so its value is that of the coming window and what follows."
        )
        if share > 0
        else Message(
            "Offers take purchases in advance: of the effect in its own window, {share} is lost "
            "again in later ones. The plan counts with it, so its value is that of the coming window "
            "and what follows."
        )
    )
    return _(text, share=_.share(abs(share), 0.01))
