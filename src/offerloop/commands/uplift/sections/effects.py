"""The sections of the page of a trial's study, each opened by its message; one without content is None."""

from __future__ import annotations

import math
from collections.abc import Sequence

from offerloop.commands.uplift.findings import Arm, Decile, Ranked, ResponseType, UpliftFindings
from offerloop.commands.uplift.measures import everyone, is_finite, measure, outcome_measure, share_text, value_measure
from offerloop.commands.uplift.sentences import estimator, notes, short_estimator
from offerloop.evaluation import Estimate, top_less_bottom
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Dot,
    Figure,
    Section,
    Table,
    Text,
    Upright,
    Voice,
    capital,
    count,
    figure,
    forest,
    percent_labels,
    upright,
)

RANDOM = 0.5
"""Area share of a random order."""


def columns(tell: Voice, family: str, *names: str, **values: str) -> tuple[str, ...]:
    """Headings of a table."""
    return tuple(tell.say(f"uplift.{family}.{name}", **values) for name in names)


def arms_section(found: UpliftFindings, tell: Voice) -> Section:
    """Who was given what, and what each offer does to all."""
    offers = [one.effect for one in found.arms if one.effect is not None]
    outcome = tell.quoted(found.outcome)
    clear = count(sum(one.is_clear for one in offers))
    message = tell.say("uplift.arms.some", outcome=outcome, clear=clear, n=count(len(offers)))
    said = [tell.say("uplift.arms.intro", control=tell.quoted(found.control))]
    if found.value is not None:
        said.append(tell.say("uplift.arms.value", outcome=outcome, value=_source(found.value, tell)))
    if found.cost is not None:
        said.append(tell.say("uplift.arms.cost", cost=_source(found.cost, tell)))
    blocks = (Text(tell.listed(said, "sentence")), _arms_table(found, tell))
    return Section("arms", tell.say("uplift.arms.label"), message, blocks)


def _source(column_or_number: str, tell: Voice) -> str:
    try:
        float(column_or_number)
    except ValueError:
        return tell.quoted(column_or_number)
    return column_or_number


def _arms_table(found: UpliftFindings, tell: Voice) -> Table:
    own, unit = outcome_measure(found, tell), measure(found, tell)
    names = [one for one in ("value", "cost", "profit") if any(getattr(arm, one) is not None for arm in found.arms)]
    heads = columns(tell, "arms", "arm", "n", "share", "mean", "effect", outcome=own.name)
    rows = tuple(
        (_arm(one, found, tell), count(one.n), tell.share(one.n / found.n, 0.01), own.size(one.mean),
         own.size(one.effect), *(unit.size(getattr(one, name)) for name in names))
        for one in found.arms
    )  # fmt: skip
    same = not names or own.customers == unit.customers
    caption = tell.say(
        "uplift.arms.table" if same else "uplift.arms.own", outcome=own.name, outcome_per=own.per, per=unit.per
    )
    return Table(caption, (*heads, *(tell.say(f"uplift.{name}") for name in names)), rows)


def _arm(one: Arm, found: UpliftFindings, tell: Voice) -> str:
    return tell.say("uplift.arms.control", name=one.name) if one.name == found.control else one.name


def ranked_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Which estimator orders customers best, and which one is used."""
    if not found.ranked:
        return None
    by = estimator(found.estimator, tell)
    first = max(found.ranked, key=lambda one: one.area.value)
    message = tell.say("uplift.ranked.best" if first.is_chosen else "uplift.ranked.message", estimator=by)
    blocks = (Text(tell.say("uplift.ranked.intro")), _ranked_figure(found, tell), _ranked_table(found, tell))
    return Section("estimators", tell.say("uplift.ranked.label"), message, blocks)


def _ranked_figure(found: UpliftFindings, tell: Voice) -> Figure:
    """Shares where there is a clear whole to share, what lies over a random order otherwise."""
    unit, best = measure(found, tell), everyone(found)
    shared = best is not None and best.profit.low > 0 and all(is_finite(one.share) for one in found.ranked)
    parts = [(one, one.share if shared else unit.scaled(one.over_random)) for one in found.ranked]
    dots = [
        Dot("", f"{short_estimator(one.name, tell)}|{part.text()}", part, "ours" if one.is_chosen else "control")
        for one, part in parts
    ]
    clear = count(sum(one.over_random.low > 0 for one in found.ranked))
    key = "uplift.ranked.measure_share" if shared else "uplift.ranked.measure_over"
    says = (tell.say("rules.says", rule=short_estimator(one.name, tell), profit=part.text()) for one, part in parts)
    title = tell.say("uplift.ranked.title", clear=clear, n=count(len(dots)))
    heads = columns(tell, "ranked", "estimator", "share" if shared else "over")
    cells = tuple((_ranked(one, tell), part.text()) for one, part in parts)
    return figure(
        "estimators",
        title,
        capital(tell.say(key, offer=tell.quoted(found.offer), **unit.texts())),
        forest(dots, PLAIN_LABELS, reference=RANDOM if shared else 0.0, lines_per_row=2),
        Table(title, heads, cells),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
    )


def _ranked_table(found: UpliftFindings, tell: Voice) -> Table:
    unit = measure(found, tell)
    rows = tuple(
        (_ranked(one, tell), one.share.text() if is_finite(one.share) else "", unit.size(one.over_random),
         unit.size(one.area), unit.size(one.policy))
        for one in found.ranked
    )  # fmt: skip
    heads = columns(tell, "ranked", "estimator", "share", "over", "area", "policy")
    return Table(tell.say("uplift.ranked.table", **unit.texts()), heads, rows)


def _ranked(one: Ranked, tell: Voice) -> str:
    name = short_estimator(one.name, tell)
    return tell.say("uplift.ranked.chosen", name=name) if one.is_chosen else name


def deciles_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Whether those predicted to respond more do."""
    if not found.deciles:
        return None
    unit = measure(found, tell)
    gap = top_less_bottom([one.realised for one in found.deciles])
    key = "uplift.deciles.sorted" if gap.low > 0 else "uplift.deciles.flat"
    message = tell.say(key, gap=unit.size(gap), per=unit.per)
    blocks = (Text(tell.say("uplift.deciles.intro")), _deciles_figure(found, tell))
    return Section("deciles", tell.say("uplift.deciles.label"), message, blocks)


def _deciles_figure(found: UpliftFindings, tell: Voice) -> Figure:
    unit, mean = measure(found, tell), _mean(found.deciles)
    steps = [
        Upright(str(one.decile), unit.scaled(one.realised), one.predicted * unit.customers) for one in found.deciles
    ]
    level = tell.say("uplift.deciles.mean", size=unit.plain(mean.value, mean))
    rows = tuple(
        (str(one.decile), count(one.n), unit.plain(one.predicted, one.realised), unit.size(one.realised))
        for one in found.deciles
    )
    heads = columns(tell, "deciles", "tenth", "predicted", "realised")
    return figure(
        "deciles",
        tell.say("uplift.deciles.title"),
        capital(tell.say("uplift.deciles.measure", **unit.texts())),
        upright(steps, PLAIN_LABELS, tell.say("uplift.deciles.axis"), tell, level=(unit.scaled(mean).value, level)),
        Table(tell.say("uplift.deciles.table"), (heads[0], tell.say("uplift.arms.n"), *heads[1:]), rows),
        tell=tell,
        says=level + tell.words["full_stop"],
    )


def _mean(deciles: Sequence[Decile]) -> Estimate:
    """Return the mean over customers who are in one decile each."""
    n = sum(one.n for one in deciles)
    value = sum(one.n * one.realised.value for one in deciles) / n
    half = math.hypot(*(one.n * (one.realised.high - one.realised.low) / 2 for one in deciles)) / n
    return Estimate(value, value - half, value + half)


def types_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Customers by what an offer does to them, and what is wasted on those who need none."""
    if not found.types:
        return None
    moved = [one.share for one in found.types if one.name == "persuadable" and one.share.has_interval]
    message = (
        tell.say("uplift.types.message", share=share_text(moved[0], tell)) if moved else tell.say("uplift.types.none")
    )
    blocks: list[Block] = [
        Text(tell.say("uplift.types.intro", offer=tell.quoted(found.offer))),
        _types_figure(found, tell),
        _types_list(found, tell),
    ]
    if found.sure_things_cost is not None and found.sure_things_money is not None:
        unit, share = measure(found, tell), share_text(found.sure_things_cost, tell)
        money = unit.size(found.sure_things_money)
        blocks.insert(0, Text(tell.say("uplift.types.money", share=share, money=money, per=unit.per)))
    return Section("types", tell.say("uplift.types.label"), message, tuple(blocks))


def _types_figure(found: UpliftFindings, tell: Voice) -> Figure:
    rows = [(tell.say(f"uplift.type.{one.name}"), _type_share(one, tell), one.share) for one in found.types]
    dots = [Dot("", f"{name}|{text}", share) for name, text, share in rows]
    says = (tell.say("rules.says", rule=name, profit=text) for name, text, _ in rows)
    return figure(
        "types",
        tell.say("uplift.types.title"),
        capital(tell.say("uplift.types.measure")),
        forest(dots, percent_labels(tell), lines_per_row=2),
        _types_table(found, tell),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
    )


def _type_share(one: ResponseType, tell: Voice) -> str:
    return share_text(one.share, tell) if one.share.has_interval else tell.say("uplift.types.nobody")


def _types_list(found: UpliftFindings, tell: Voice) -> Bullets:
    return Bullets(tuple(_type_sentence(one, found, tell) for one in found.types))


def _type_sentence(one: ResponseType, found: UpliftFindings, tell: Voice) -> str:
    unit, name = value_measure(found, tell), capital(tell.say(f"uplift.type.{one.name}"))
    means = tell.say(f"uplift.type_means.{one.name}")
    if not one.share.has_interval:
        return tell.say("uplift.types.unseen", type=name, means=means)
    effect = unit.plain(one.effect, _like(found))
    share = share_text(one.share, tell)
    return tell.say("uplift.types.one", type=name, means=means, share=share, effect=effect, per=unit.per)


def _like(found: UpliftFindings) -> Estimate:
    """What predicted effects are rounded like."""
    return (everyone(found) or found.forecast).profit


def _types_table(found: UpliftFindings, tell: Voice) -> Table:
    unit, like = value_measure(found, tell), _like(found)
    rows = tuple(
        (
            tell.say(f"uplift.type.{one.name}"),
            _type_share(one, tell),
            unit.plain(one.effect, like) if one.share.has_interval else "",
        )
        for one in found.types
    )
    heads = columns(tell, "types", "type", "share", "effect", **unit.texts())
    return Table(tell.say("uplift.types.table"), heads, rows)


def notes_section(found: UpliftFindings, tell: Voice) -> Section:
    """What the figures rest on."""
    blocks = (Bullets(notes(found, tell)),)
    return Section("notes", tell.say("uplift.notes.label"), tell.say("uplift.notes.message"), blocks)
