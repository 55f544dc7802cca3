"""Section 5, first part: what offers that were shown at random changed."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from offerloop.commands.run.facts import ESTIMATED, Facts
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.shown_effects import Shown, ShownOffer
from offerloop.report import Block, Bullets, Dot, Figure, Table, Text, Voice, count, figure, forest, money_labels

DRAWN = 16
"""Offers in the chart; the table has all."""
NAMED = 3
LONG = 24
"""Letters of a name that one line of a narrow chart holds."""
WEEK = 7
RARE = 0.01
"""The share of logs in which earlier offers do nothing and which are said to show that they do."""


def shown_blocks(shown: Shown, findings: Findings, facts: Facts) -> tuple[Block, ...]:
    """What it rests on, every offer's mean effect, and how customers are told apart."""
    tell = facts.voice
    return (
        Text(tell.say("shown.intro", times=count(shown.n_shown), nothing=count(shown.n_nothing))),
        Bullets(_rests_on(shown, findings, tell)),
        _figure(shown, _names(shown, findings, tell), facts),
        *([Text(_chance(shown, tell))] if shown.clear else []),
        Text(_apart(shown, tell)),
        *([] if shown.carries_over is None else [Text(_later(shown, tell))]),
    )


def shown_message(shown: Shown, tell: Voice) -> str:
    """How many offers changed the margin for sure."""
    key = "shown.message" if shown.clear else "shown.message.none"
    return tell.say(key, n=count(len(shown.clear)), all=count(len(shown.offers)))


def _rests_on(shown: Shown, findings: Findings, tell: Voice) -> tuple[str, ...]:
    days, between = count(shown.window_days), _between(shown, findings, tell)
    return (
        tell.say("shown.rests.chance"),
        tell.say("shown.rests.window", days=days),
        *([] if shown.window_days == WEEK else [tell.say("shown.rests.longer", days=days)]),
        tell.say("shown.rests.cost"),
        *([tell.say("shown.rests.between", names=tell.listed(between))] if between else []),
        tell.say("shown.rests.halves" if shown.carries_over is None else "shown.rests.drawn"),
    )


def _between(shown: Shown, findings: Findings, tell: Voice) -> list[str]:
    """Offers that are estimated without having been shown: some of them, and how many more."""
    offers, own = findings.tables["offers"], [one.offer_id for one in shown.offers]
    rows = offers.filter((pl.col("basis") == ESTIMATED) & ~pl.col("offer_id").is_in(own))
    names = [tell.quoted(tell.own(label)) for label in rows["label"].unique(maintain_order=True)]
    more = [tell.say("audit.more", n=len(names) - NAMED)] if len(names) > NAMED else []
    return [*names[:NAMED], *more]


def _names(shown: Shown, findings: Findings, tell: Voice) -> dict[str, str]:
    """What a reader calls each offer: its label, with the id where several have the same."""
    labels = dict(findings.tables["offers"].select("offer_id", "label").iter_rows())
    said = {one.offer_id: tell.own(labels.get(one.offer_id, one.offer_id)) for one in shown.offers}
    texts = list(said.values())
    own = {name: tell.say("table.own", offer=text, campaign=name) for name, text in said.items()}
    return {name: text if texts.count(text) == 1 else own[name] for name, text in said.items()}


def _figure(shown: Shown, names: Mapping[str, str], facts: Facts) -> Figure:
    tell, money = facts.voice, facts.money
    drawn = _drawn(shown)
    rows = [(names[one.offer_id], money.estimate(one.value), one.value.times(1 / money.unit)) for one in drawn]
    dots = [Dot("", f"{_in_lines(name)}|{text}", value) for name, text, value in rows]
    says = (tell.say("rules.says", rule=name, profit=text) for name, text, _ in rows)
    rest = tell.say("shown.rest", n=len(drawn), all=count(len(shown.offers))) if len(drawn) < len(shown.offers) else ""
    measure = tell.say("shown.measure", days=count(shown.window_days), currency=money.currency, rest=rest)
    return figure(
        "shown-offers",
        _title(shown, names, tell),
        measure,
        forest(dots, money_labels(money), lines_per_row=max(dot.row.count("|") for dot in dots) + 1),
        _table(shown, names, facts),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
        mark=tell.say("basis.mark.estimated"),
    )


def _in_lines(name: str) -> str:
    """A long name in two lines, for a narrow screen."""
    spaces = [place for place, sign in enumerate(name) if sign == " "]
    if len(name) <= LONG or not spaces:
        return name
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:middle]}|{name[middle + 1 :]}"


def _drawn(shown: Shown) -> list[ShownOffer]:
    """Those shown most often, in the order of the table."""
    often = sorted(shown.offers, key=lambda one: -one.n_shown)[:DRAWN]
    return [one for one in shown.offers if one in often]


def _title(shown: Shown, names: Mapping[str, str], tell: Voice) -> str:
    clear = [tell.quoted(names[one.offer_id]) for one in shown.clear]
    if not clear:
        return tell.say("shown.title.none")
    more = [tell.say("audit.more", n=len(clear) - NAMED)] if len(clear) > NAMED else []
    return tell.say("shown.title", names=tell.series([*clear[:NAMED], *more]))


def _table(shown: Shown, names: Mapping[str, str], facts: Facts) -> Table:
    tell, money = facts.voice, facts.money
    rows = tuple(
        (
            names[one.offer_id],
            count(one.n_shown),
            money.estimate(one.value),
            money.estimate(one.discount),
            tell.share(one.p_redeem, 0.001),
        )
        for one in shown.offers
    )
    columns = tuple(tell.say(f"shown.column.{name}") for name in ("offer", "shown", "value", "discount", "redeemed"))
    caption = tell.say("shown.table", days=count(shown.window_days), nothing=count(shown.n_nothing))
    return Table(caption, columns, rows)


def _chance(shown: Shown, tell: Voice) -> str:
    """How many offers would look clear if none changed anything."""
    n, clear = len(shown.offers), len(shown.clear)
    return tell.say("shown.chance", n=clear, all=n, chance=f"{n / 20:.1f}")


def _apart(shown: Shown, tell: Voice) -> str:
    name, meaning = (tell.word(family, shown.estimator) for family in ("uplift.estimator", "shown.estimator"))
    key = "shown.apart" if shown.carries_over is None else "shown.apart.alone"
    return tell.say(key, estimator=name, meaning=meaning)


def _later(shown: Shown, tell: Voice) -> str:
    """What earlier offers still do: whether any, in which direction, and how much of it is in the plan."""
    share, by_chance = shown.carries_over or 0.0, shown.carries_over_p or 0.0
    if by_chance > RARE:
        return tell.say("shown.later.none", share=tell.share(share, 0.01))
    key = "shown.later.lasts" if share > 0 else "shown.later.taken"
    return tell.say(key, share=tell.share(abs(share), 0.01))
