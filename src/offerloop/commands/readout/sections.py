"""The sections of a read-out's page, each opened by its message."""

from __future__ import annotations

from offerloop.commands.readout.findings import Effect, ReadoutFindings
from offerloop.commands.readout.sentences import (
    anyway_sentence,
    check_words,
    dogs_sentence,
    forecast_sentence,
    per_customer,
    place_sentence,
    power_sentence,
    segment,
    total,
    unseen_cost,
    usual_sentence,
)
from offerloop.report import (
    Block,
    Bullets,
    Details,
    Dot,
    Figure,
    Missing,
    Section,
    Table,
    Text,
    Voice,
    count,
    figure,
    forest,
    money_labels,
    p_words,
    words_section,
)


def sections(found: ReadoutFindings, tell: Voice) -> list[Section]:
    """Return the sections in the order of the page; after a failed check only the check and the words."""
    if found.stopped is not None:
        return [checks_section(found, tell), words_section(tell, "readout_")]
    return [
        checks_section(found, tell),
        *([usual_section(found, tell)] if found.asks_usual else []),
        effects_section(found, tell),
        forecast_section(found, tell),
        segments_section(found, tell),
        anyway_section(found, tell),
        lot_section(found, tell),
        limits_section(found, tell),
        words_section(tell, "readout_"),
    ]


def _columns(tell: Voice, *keys: str) -> tuple[str, ...]:
    return tuple(tell.say(key) if key else "" for key in keys)


def checks_section(found: ReadoutFindings, tell: Voice) -> Section:
    """The draw of the groups."""
    failed = any(not one.passes for one in found.checks)
    blocks: list[Block] = [
        Text(tell.say("draw.intro")),
        checks_table(found, tell),
        *((Text(tell.own(found.stopped)),) if found.stopped else ()),
    ]
    message = tell.say("draw.failed" if failed else "draw.passed")
    return Section("checks", tell.say("draw.label"), message, tuple(blocks))


def checks_table(found: ReadoutFindings, tell: Voice) -> Table:
    """Return a row for each check of the draw."""
    rows = tuple(
        (
            tell.own(one.name),
            count(one.held),
            "" if one.p_value is None else count(one.expected_held),
            count(one.others),
            p_words(one.p_value, tell),
            check_words(one, tell),
        )
        for one in found.checks
    )
    names = (f"draw.column.{one}" for one in ("check", "inside", "expected", "outside", "p", "verdict"))
    return Table(tell.say("draw.table"), _columns(tell, *names), rows)


def usual_section(found: ReadoutFindings, tell: Voice) -> Section:
    """The plan beside what the shop does today, and that beside no offers at all."""
    against, alone = ([one for one in found.effects if one.comparison == name] for name in ("against_usual", "usual"))
    words = tell.say("usual.alone")
    blocks: list[Block] = [Text(tell.say("usual.text"))]
    if against:
        blocks.append(_effects_table(found, against, tell.say("usual.table"), tell))
    if alone:
        table = _effects_table(found, alone, tell.say("caused.other", words=words), tell)
        blocks.append(Details(tell.say("caused.same", words=words), table))
    return Section("usual", tell.say("usual.label"), usual_sentence(found, tell), tuple(blocks))


def effects_section(found: ReadoutFindings, tell: Voice) -> Section:
    """Every outcome of the main comparison, and of the whole programme."""
    one = found.profit
    said = [
        tell.say("caused.text", treated=count(one.n_treated), held=count(one.n_control)),
        tell.say("caused.cost", cost=tell.own(found.cost_basis)),
    ]
    if found.covariate:
        said.append(tell.say("caused.by", what=tell.own(found.covariate)))
    more = [
        Details(
            tell.say("caused.same", words=words),
            _effects_table(found, rows, tell.say("caused.other", words=words), tell),
        )
        for words, rows in _other_groups(found, tell)
    ]
    of_plan = [row for row in found.effects if (row.comparison, row.group) == ("plan", "all")]
    key = "caused.message" if one.estimate.is_clear else "caused.message_unclear"
    return Section(
        "effects",
        tell.say("caused.label"),
        tell.say(key, profit=per_customer(one, tell)),
        (
            Text(tell.listed(said, "sentence")),
            _effects_table(found, of_plan, tell.say("caused.table"), tell),
            *more,
        ),
    )


def _other_groups(found: ReadoutFindings, tell: Voice) -> list[tuple[str, list[Effect]]]:
    by_plan = [one for one in found.effects if one.comparison == "plan"]
    campaigns = list(dict.fromkeys(one.group for one in by_plan))
    groups = [
        (
            tell.say("caused.campaign", title=found.titles.get(name, name)),
            [one for one in by_plan if one.group == name],
        )
        for name in campaigns
        if name != "all" and len(campaigns) > 2
    ]
    programme = [one for one in found.effects if one.comparison == "programme"]
    return [*groups, (tell.say("caused.programme"), programme)]


def _effects_table(found: ReadoutFindings, rows: list[Effect], caption: str, tell: Voice) -> Table:
    cells = tuple(
        (
            outcome(found, one, tell),
            tell.word("method", one.method),
            per_customer(one, tell),
            total(one, tell.money),
            "" if one.relative is None or one.method != "unadjusted" else tell.shares(one.relative.times(100)),
            p_words(one.p_value, tell),
        )
        for one in rows
    )
    names = (f"caused.column.{one}" for one in ("outcome", "method", "each", "total", "relative"))
    return Table(caption, _columns(tell, *names, "draw.column.p"), cells, n_labels=2)


def outcome(found: ReadoutFindings, one: Effect, tell: Voice) -> str:
    """Return the name of an effect's outcome, with a remark where it counts a cost that was not observed."""
    mark = unseen_cost(found, tell, "in_brackets") if one.outcome == "profit_minor" else ""
    return tell.say(f"result.{one.outcome}") + mark


def forecast_section(found: ReadoutFindings, tell: Voice) -> Section:
    """What was promised and what came."""
    both, label = found.against_forecast, tell.say("promised.label")
    if both is None:
        return Section("forecast", label, tell.say("promised.nothing"), (Missing(tell.say("promised.none")),))
    return Section("forecast", label, place_sentence(both, tell), (Text(forecast_sentence(found, tell)),))


def forecast_figure(found: ReadoutFindings, tell: Voice) -> Figure | None:
    """Forecast and realised on one axis: the chart of the first screen."""
    both, money = found.against_forecast, tell.money
    if both is None:
        return None
    looks = (("forecast", both.forecast, "control"), ("adjusted", both.realised, "ours"))
    parts = [
        (tell.say(f"promised.{name}"), one, look)
        for name, one, look in (*looks, ("unadjusted", both.unadjusted, "ours"))
    ]
    dots = [Dot("", f"{name}|{money.estimate(one)}", one.times(1 / money.unit), look) for name, one, look in parts]
    rows = tuple((name, money.estimate(one)) for name, one, _ in parts)
    says = (tell.say("rules.says", rule=name, profit=profit) for name, profit in rows)
    return figure(
        "forecast",
        place_sentence(both, tell),
        tell.say("promised.measure", currency=money.currency, n=count(both.days)),
        forest(dots, money_labels(money), lines_per_row=2),
        Table(tell.say("promised.table"), ("", tell.say("promised.profit")), rows),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
        mark="" if found.cost_is_observed else tell.say("readout.cost"),
    )


def segments_section(found: ReadoutFindings, tell: Voice) -> Section:
    """Where offers did harm."""
    message, label = dogs_sentence(found, tell), tell.say("dogs.label")
    if not found.segments:
        return Section("segments", label, message, (Text(tell.say("dogs.below")),))
    return Section("segments", label, message, (Text(tell.say("dogs.intro")), _segments_figure(found, tell)))


def _segments_figure(found: ReadoutFindings, tell: Voice) -> Figure:
    money, n_segments = tell.money, len(found.segments)
    dots = [
        Dot(
            tell.say(f"dogs.{one.comparison}"),
            segment(one, tell),
            one.estimate.times(1 / money.unit),
            "placebo" if one.is_sleeping_dog else "ours",
        )
        for one in found.segments
    ]
    return figure(
        "segments",
        dogs_sentence(found, tell),
        tell.say("dogs.measure", currency=money.currency),
        forest(dots, money_labels(money)),
        _segments_table(found, tell),
        tell=tell,
        says=tell.say("dogs.says", n=count(n_segments)),
    )


def _segments_table(found: ReadoutFindings, tell: Voice) -> Table:
    rows = tuple(
        (
            tell.say(f"dogs.{one.comparison}"),
            segment(one, tell),
            tell.money.estimate(one.estimate),
            p_words(one.p_value, tell),
            count(one.n_treated),
            count(one.n_control),
            tell.say("dogs.mark") if one.is_sleeping_dog else "",
        )
        for one in found.segments
    )
    names = (f"dogs.column.{one}" for one in ("segment", "margin", "p", "treated"))
    columns = _columns(tell, "", *names, "draw.column.held", "draw.column.verdict")
    return Table(tell.say("dogs.table"), columns, rows, n_labels=2)


def anyway_section(found: ReadoutFindings, tell: Voice) -> Section:
    """Offers that went to those who needed none."""
    one, label, message = found.bought_anyway, tell.say("tiles.anyway"), anyway_sentence(found, tell)
    if one is None:
        return Section("anyway", label, message, (Missing(tell.say("anyway.missing")),))
    said = [tell.say("anyway.text"), *([tell.say("anyway.coupon")] if one.any_coupon else [])]
    return Section("anyway", label, message, (Text(tell.listed(said, "sentence")),))


def lot_section(found: ReadoutFindings, tell: Voice) -> Section:
    """What offers given at random taught."""
    rows, label = [one for one in found.effects if one.comparison == "lot"], tell.say("lot.label")
    if not rows:
        few = [tell.own(one) for one in found.too_few if "by lot" in one]
        said = tell.say("lot.few", names=tell.listed(few, "semicolon")) if few else tell.say("lot.none")
        return Section("lot", label, tell.say("lot.small"), (Text(said),))
    cells = tuple(
        (
            tell.say("lot.any") if one.group == "all" else tell.word("kind", one.group).replace("_", " "),
            outcome(found, one, tell),
            per_customer(one, tell),
            p_words(one.p_value, tell),
            count(one.n_treated),
            count(one.n_control),
        )
        for one in rows
    )
    names = ("lot.column.kind", "caused.column.outcome", "caused.column.each", "draw.column.p")
    columns = _columns(tell, *names, "lot.column.drew", "lot.column.not")
    clear = any(one.outcome == "margin_minor" and one.estimate.is_clear for one in rows)
    message = tell.say("lot.clear" if clear else "lot.unclear")
    return Section("lot", label, message, (Table(tell.say("lot.table"), columns, cells, n_labels=2),))


def limits_section(found: ReadoutFindings, tell: Voice) -> Section:
    """What a reader must know before acting on it."""
    few = tell.listed((tell.own(one) for one in found.too_few), "semicolon")
    said = [
        tell.own(found.period_note),
        power_sentence(found, tell),
        "" if found.cost_is_observed else tell.say("bounds.cost", cost=tell.say("readout.cost")),
        *(
            tell.say(f"bounds.{name}")
            for name in ("margin_costs" if found.by_unit_costs else "margin", "ahead", "same")
        ),
        *(tell.own(one) for one in found.warnings),
        tell.say("bounds.few", names=few) if found.too_few else "",
    ]
    blocks = (Bullets(tuple(one for one in said if one)),)
    return Section("limits", tell.say("bounds.label"), tell.say("bounds.message"), blocks)
