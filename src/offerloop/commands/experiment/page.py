"""The page of an experiment: what to do with each arm and why, all metrics, segments, and checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from offerloop.commands.experiment.findings import ArmFound, Compared, ExperimentResult, SegmentFound
from offerloop.commands.experiment.headline import headline, lead, leading_arm
from offerloop.commands.experiment.numbers import estimate_text, percent_text, win_text
from offerloop.commands.experiment.segment_words import n_labels, segment_cells, segment_columns, segment_sentences
from offerloop.commands.experiment.sentences import arm_sentence, notes
from offerloop.commands.experiment.terms import TERMS
from offerloop.config import Shop
from offerloop.evaluation import ALPHA, RATIO_ALPHA, Estimate, known_step, number
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Dot,
    Figure,
    Localizer,
    Opening,
    Section,
    Table,
    Text,
    Tile,
    capital,
    figure,
    forest,
    glossary_terms,
    p_words,
    percent_labels,
    study_page,
    words_section,
)

COLUMNS = {
    "arm": Message("arm", context="column title"),
    "metric": Message("metric", context="column title"),
    "control": Message("in {control}", context="column title"),
    "in_arm": Message("in the arm", context="column title"),
    "difference": Message("difference", context="column title"),
    "percent": Message("in percent", context="column title"),
    "margin": Message("margin", context="column title"),
    "p": Message("p-value, adjusted", context="column title"),
    "win": Message("chance to win", context="column title"),
    "customers": Message("customers", context="column title"),
}
"""Titles of the columns."""
GUARDRAILS = Message(
    "Guardrails must not get worse by more than their margin: an arm is shipped only if its whole interval lies within "
    "it."
)


def render_experiment(result: ExperimentResult, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = Localizer(language, "")
    when = _(
        "What the arms change in “{outcome}”: {n} customer",
        plural="What the arms change in “{outcome}”: {n} customers",
        outcome=result.outcome,
        n=sum(result.sizes.values()),
    )
    opening = Opening(headline(result, _), lead(result, _), "", tuple(_tiles(result, _)), _arms_figure(result, _))
    return study_page(
        _,
        Shop(name=result.table),
        opening,
        _sections(result, _),
        title=_("{place}: which arm to ship", context="page title", place=result.table),
        when=when,
        footer=_("Made by Offerloop from one table; the same figures are in experiment.json beside this file."),
    )


def _sections(result: ExperimentResult, _: Localizer) -> list[Section]:
    made = [_decision(result, _), _metrics(result, _), _segments(result, _), _checks(result, _)]
    return [*(one for one in made if one is not None), words_section(_, glossary_terms(_, TERMS))]


def _tiles(result: ExperimentResult, _: Localizer) -> Iterator[Tile]:
    arm = leading_arm(result)
    if arm is not None:
        metric, name = arm.metrics[0], _.quoted(arm.arm)
        gain = metric.difference if metric.share is None else metric.share.times(100)
        if metric.is_bounded:
            value, interval = gain.parts("" if metric.share is None else " %")
            yield Tile(
                _("Change by {arm}", context="key figure", arm=name),
                _.numbers(value),
                _("95 % interval {interval}", context="key figure", interval=_.numbers(interval)),
            )
        if metric.chance_to_win is not None:
            yield Tile(
                _("Chance to win", context="key figure"),
                win_text(metric.chance_to_win, _),
                _("that {arm} is better than {control}", arm=name, control=_.quoted(result.control)),
            )
    yield Tile(_("Arms", context="key figure"), _.count(len(result.sizes)), _("the control among them"))
    units = sum(result.sizes.values())
    label = _("Customers in the table") if result.cluster is None else _("Units drawn", context="key figure")
    yield Tile(label, _.count(units), _("in all arms together"))


def _arms_figure(result: ExperimentResult, _: Localizer) -> Figure | None:
    arms = [(arm, arm.metrics[0]) for arm in result.arms if arm.metrics and arm.metrics[0].is_bounded]
    if not arms:
        return None
    shares = [compared.share for _arm, compared in arms if compared.share is not None]
    as_share = len(shares) == len(arms)
    dots = [
        Dot(
            "",
            f"{arm.arm}\n{_gain_text(compared, _, as_share=as_share)}",
            _gain(compared, as_share=as_share),
            _look(arm),
        )
        for arm, compared in arms
    ]
    says = (
        _(
            "{rule}: {profit}",
            context="name and figure",
            rule=arm.arm,
            profit=_gain_text(compared, _, as_share=as_share),
        )
        for arm, compared in arms
    )
    measure = _change_words(result, _, as_share=as_share)
    return figure(
        "arms",
        _arms_title(result, _),
        measure,
        forest(dots, percent_labels(_) if as_share else PLAIN_LABELS, lines_per_row=2),
        _metrics_table(result, _),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _arms_title(result: ExperimentResult, _: Localizer) -> str:
    clear = sum(arm.metrics[0].state in ("better", "worse") for arm in result.arms if arm.metrics)
    return _(
        "Arms that clearly change {outcome}: {clear} of {n}",
        outcome=_.quoted(result.outcome),
        clear=clear,
        n=len(result.arms),
    )


def _change_words(result: ExperimentResult, _: Localizer, *, as_share: bool) -> str:
    text = (
        Message("Change of {outcome} against {control}, per cent, with 95 % intervals")
        if as_share
        else Message("Change of {outcome} against {control}, with 95 % intervals")
    )
    return capital(_(text, outcome=_.quoted(result.outcome), control=_.quoted(result.control)))


def _gain(compared: Compared, *, as_share: bool) -> Estimate:
    return compared.share if as_share and compared.share is not None else compared.difference


def _gain_text(compared: Compared, _: Localizer, *, as_share: bool) -> str:
    return percent_text(compared.share, _) if as_share else estimate_text(compared.difference, _)


def _look(arm: ArmFound) -> str:
    return "ours" if arm.action == "ship" else "control"


def _decision(result: ExperimentResult, _: Localizer) -> Section:
    said = tuple(arm_sentence(arm, result, _) for arm in result.arms)
    return Section("decision", _("Decision", context="section name"), _("What to do with each arm"), (Bullets(said),))


def _metrics(result: ExperimentResult, _: Localizer) -> Section | None:
    if not any(arm.metrics for arm in result.arms):
        return None
    intro = _(
        "Each arm against {control}. A difference counts as real where its interval excludes zero; intervals hold "
        "for all arms together.",
        control=_.quoted(result.control),
    )
    blocks: list[Block] = [Text(intro), _metrics_table(result, _)]
    if any(one.margin is not None for arm in result.arms for one in arm.metrics):
        blocks += [Text(_(GUARDRAILS)), _guardrails_table(result, _)]
    return Section("metrics", _("Metrics", context="section name"), _("How each arm did"), tuple(blocks))


def _metrics_table(result: ExperimentResult, _: Localizer) -> Table:
    names = ["arm", "control", "in_arm", "difference", "percent", "p"]
    names += ["win"] if result.sequential is None else []
    rows = tuple(_metric_cells(arm.arm, arm.metrics[0], names, _) for arm in result.arms if arm.metrics)
    caption = _("{outcome} in each arm", context="table title", outcome=_.quoted(result.outcome))
    return Table(caption, _heads(names, result, _), rows)


def _guardrails_table(result: ExperimentResult, _: Localizer) -> Table:
    names = ["arm", "metric", "control", "in_arm", "percent", "margin"]
    rows = tuple(_metric_cells(arm.arm, one, names, _) for arm in result.arms for one in arm.metrics[1:])
    return Table(_("Guardrails", context="table title"), _heads(names, result, _), rows, n_labels=2)


def _heads(names: Sequence[str], result: ExperimentResult, _: Localizer) -> tuple[str, ...]:
    return tuple(_(COLUMNS[name], control=_.quoted(result.control)) for name in names)


def _metric_cells(arm: str, metric: Compared, names: Sequence[str], _: Localizer) -> tuple[str, ...]:
    step = known_step(metric.difference.high - metric.difference.low) if metric.is_bounded else 0.01
    cells = {
        "arm": arm,
        "metric": metric.metric,
        "control": _.numbers(number(metric.control, step)),
        "in_arm": _.numbers(number(metric.value, step)),
        "difference": estimate_text(metric.difference, _),
        "percent": percent_text(metric.share, _),
        "margin": "" if metric.margin is None else _.level(metric.margin),
        "p": p_words(metric.p_adjusted, _),
        "win": win_text(metric.chance_to_win, _),
    }
    return tuple(cells[name] for name in names)


def _segments(result: ExperimentResult, _: Localizer) -> Section | None:
    if not result.segments and not result.small_segments:
        return None
    blocks: list[Block] = [Bullets(tuple(segment_sentences(result, _)))]
    if any(one.compared.is_bounded for one in result.segments):
        blocks.append(_segments_figure(result, _))
    return Section("segments", _("Segments", context="section name"), _segments_message(result, _), tuple(blocks))


def _segments_message(result: ExperimentResult, _: Localizer) -> str:
    if not result.contrasts:
        return _("It was not tested whether segments respond differently")
    apart = [one for one in result.contrasts if one.p_adjusted < ALPHA]
    if apart:
        names = _.listed(dict.fromkeys(_.quoted(one.column) for one in apart))
        return _("Customers respond differently by {names}", names=names)
    return _("No segment is shown to respond differently from the others")


def _segments_figure(result: ExperimentResult, _: Localizer) -> Figure:
    shown = [one for one in result.segments if one.compared.is_bounded]
    as_share = all(one.compared.share is not None for one in shown)
    many = len({one.arm for one in shown}) > 1
    dots = [Dot(one.column, _segment_name(one, many=many), _gain(one.compared, as_share=as_share)) for one in shown]
    says = (
        _("{rule}: {profit}", context="name and figure", rule=_segment_name(segment, many=many),
          profit=_gain_text(segment.compared, _, as_share=as_share))
        for segment in shown
    )  # fmt: skip
    table = Table(
        _("Each segment", context="table title"),
        segment_columns(result, _),
        tuple(segment_cells(result, _)),
        n_labels=n_labels(result),
    )
    return figure(
        "segments",
        _("The change in each segment"),
        _.clauses([_change_words(result, _, as_share=as_share), _("intervals hold for all segments at once")]),
        forest(dots, percent_labels(_) if as_share else PLAIN_LABELS),
        table,
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _segment_name(segment: SegmentFound, *, many: bool) -> str:
    return f"{segment.value} · {segment.arm}" if many else segment.value


def _checks(result: ExperimentResult, _: Localizer) -> Section:
    broken = result.ratio_p is not None and result.ratio_p < RATIO_ALPHA
    message = (
        _("The draw is broken: find out why before trying again")
        if broken
        else _("The sizes of the arms were not checked")
        if result.ratio_p is None
        else _("The sizes of the arms are as planned")
    )
    total = sum(result.sizes.values())
    rows = tuple((name, _.count(n), _.share(n / total)) for name, n in result.sizes.items())
    heads = (_(COLUMNS["arm"]), _(COLUMNS["customers"]), _("share", context="column title"))
    table = Table(_("Sizes of the arms"), heads, rows)
    said = Bullets(tuple(notes(result, _, None, chances=False)))
    return Section("checks", _("Before acting on it"), message, (table, said))
