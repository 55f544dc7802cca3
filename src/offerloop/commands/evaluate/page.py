"""The page of an evaluation: the finding and every policy's worth first, then methods, differences, overlap, notes."""

from __future__ import annotations

import math

from offerloop.commands.evaluate.findings import Against, EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.kept_policies import kept_section
from offerloop.commands.evaluate.sentences import measure, notes, sentence, short, title, worth_text
from offerloop.evaluation import ActionOverlap, Estimate, PolicyValue
from offerloop.offers import NO_OFFER
from offerloop.report import (
    Block,
    Bullets,
    Details,
    Dot,
    Figure,
    Opening,
    Section,
    Table,
    Text,
    Tile,
    Voice,
    capital,
    count,
    figure,
    forest,
    money_labels,
    study_page,
    words_section,
)

AGAINST: tuple[Against, ...] = ("nothing", "logged", "best_single")


def render_evaluation(found: EvaluationFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    tell = Voice(language, found.shop.currency)
    title = tell.say("evaluation.title", shop=found.shop.name)
    when = tell.say("evaluation.when", first=tell.day(found.from_day), last=tell.day(found.until_day))
    return study_page(
        tell, found.shop, _first_screen(found, tell), _sections(found, tell), title=title, when=when,
        footer=tell.say("evaluation.footer"),
    )  # fmt: skip


def _first_screen(found: EvaluationFindings, tell: Voice) -> Opening:
    mark = tell.say("evaluation.mark" if found.has_cost else "evaluation.mark_value")
    mark = tell.say("evaluation.mark_period", mark=mark) if found.one_period_only else mark
    return Opening(sentence(found, tell), "", mark, _tiles(found, tell), _worth_figure(found, tell))


def _tiles(found: EvaluationFindings, tell: Voice) -> tuple[Tile, ...]:
    leader, what = found.leader, measure(found, tell)
    tiles = [_tile(tell.say("evaluation.tile.logged", measure=what), main(found.logged.known), "", tell)]
    if leader is not None:
        base = tell.say(f"evaluation.base.{found.baseline.kind}")
        gain, label = main(found.gain(leader)), "gain_period" if found.one_period_only else "gain"
        tiles.insert(0, _tile(tell.say(f"evaluation.tile.{label}", base=base), gain, title(leader, tell), tell))
        size = tell.say("evaluation.tile.size_note", policy=title(leader, tell))
        tiles.append(Tile(tell.say("evaluation.tile.size"), count(leader.known.effective_size), size))
    customers = tell.say("evaluation.tile.decisions_note", n=count(found.n_customers))
    return (*tiles, Tile(tell.say("evaluation.tile.decisions"), count(found.n_decisions), customers))


def _tile(label: str, one: Estimate, what: str, tell: Voice) -> Tile:
    value, interval = tell.money.estimate(one).split(" [", 1)
    note = tell.say("evaluation.tile.interval", interval=f"[{interval}")
    return Tile(label, value, tell.listed([note, what], "semicolon") if what else note)


def _worth_figure(found: EvaluationFindings, tell: Voice) -> Figure:
    shown = found.shown
    base = main(found.baseline.known).value / tell.money.unit
    rows = [(short(one, tell), main(one.known), one.kind in ("nothing", "logged")) for one in shown]
    says = tell.say("evaluation.worth.measure", measure=measure(found, tell), currency=tell.currency,
                    base=tell.say(f"evaluation.base.{found.baseline.kind}"))  # fmt: skip
    return _forest("worth", tell.say("evaluation.worth.title", policy=title(found.valued[0], tell)), says, rows, base,
                   tell)  # fmt: skip


def _forest(
    name: str, message: str, says: str, rows: list[tuple[str, Estimate, bool]], reference: float, tell: Voice
) -> Figure:
    money = tell.money
    dots = [
        Dot("", f"{row}|{money.estimate(one)}", one.times(1 / money.unit), "control" if control else "ours")
        for row, one, control in rows
    ]
    cells = tuple((row, money.estimate(one)) for row, one, _ in rows)
    table = Table(message, ("", tell.say("evaluation.column.estimate")), cells)
    spoken = tell.listed((tell.say("rules.says", rule=row, profit=one) for row, one in cells), "semicolon")
    build = forest(dots, money_labels(money), reference=reference, lines_per_row=2)
    return figure(name, capital(message), capital(says), build, table, tell=tell, says=spoken + tell.words["full_stop"])


def _sections(found: EvaluationFindings, tell: Voice) -> list[Section]:
    parts = [
        kept_section(found, tell), _methods(found, tell), _differences(found, tell), _overlap(found, tell),
        _refused(found, tell), _notes(found, tell), words_section(tell, "evaluation_"),
    ]  # fmt: skip
    return [one for one in parts if one is not None]


def _columns(tell: Voice, *names: str) -> tuple[str, ...]:
    return tuple(tell.say(f"evaluation.column.{name}") for name in names)


def _methods(found: EvaluationFindings, tell: Voice) -> Section:
    """Every policy by every method."""
    every = [(one, value, _method(one, value, tell)) for one in found.valued for value in one.methods]
    names = ("policy", "method", "value", *(("cost", "profit") if found.has_cost else ()), "size", "expected",
             "weight", "cut")  # fmt: skip
    columns = _columns(tell, *names)
    chosen = tuple(row for one, value, row in every if value.method == one.known.method)
    table = Table(tell.say("evaluation.methods.chosen"), columns, chosen, n_labels=2)
    whole = Table(tell.say("evaluation.methods.table"), columns, tuple(row for *_, row in every), n_labels=2)
    flagged = any(one.known.flagged for one in found.valued)
    message = tell.say("evaluation.methods.few" if flagged else "evaluation.methods.enough")
    intro = Text(tell.say("evaluation.methods.intro"))
    return Section(
        "methods", tell.say("evaluation.methods.label"), message, (intro, table, Details(whole.caption, whole))
    )


def _method(one: PolicyWorth, value: PolicyValue, tell: Voice) -> tuple[str, ...]:
    recommended = value.method == one.known.method
    name = tell.say("evaluation.recommended", method=value.method) if recommended else value.method
    name = tell.say("evaluation.mean") if value.method == "mean" else name
    money = (tell.money.estimate(part) for part in (value.value, value.cost, value.profit) if part is not None)
    expected = "" if value.expected_size is None else count(value.expected_size)
    limit = "" if math.isinf(value.limit) else tell.say(
        "evaluation.cut", limit=f"{value.limit:.3g}", share=tell.share(value.share_cut)
    )  # fmt: skip
    size = tell.say("evaluation.few", n=count(value.effective_size)) if value.flagged else count(value.effective_size)
    return (title(one, tell), name, *money, size, expected, f"{value.largest_weight:,.1f}", limit)


def _differences(found: EvaluationFindings, tell: Voice) -> Section:
    """Every policy less giving nothing, less the log's own, less the best offer for everybody."""
    shown = [one for one in found.shown if one is not found.baseline]
    base = tell.say(f"evaluation.base.{found.baseline.kind}")
    clear = sum(found.together(found.gain(one)).is_clear for one in found.candidates)
    message = tell.say("evaluation.differences.message", clear=count(clear), n=count(len(found.candidates)), base=base)
    blocks: list[Block] = [Text(tell.say("evaluation.differences.intro"))]
    if shown:
        rows = [(short(one, tell), main(found.gain(one)), one.kind == "logged") for one in shown if one.against]
        says = tell.say("evaluation.differences.measure", measure=measure(found, tell), currency=tell.currency,
                        base=base)  # fmt: skip
        blocks.append(_forest("differences", message, says, rows, 0.0, tell))
    cells = tuple(
        (title(one, tell), *(worth_text(one.against[name], tell) if name in one.against else "" for name in AGAINST))
        for one in found.valued
    )
    columns = _columns(tell, "policy", *(f"against_{name}" for name in AGAINST))
    blocks.append(Table(tell.say("evaluation.differences.table"), columns, cells))
    return Section("differences", tell.say("evaluation.differences.label"), message, tuple(blocks))


def _overlap(found: EvaluationFindings, tell: Voice) -> Section:
    """What the log knows of each offer that a policy gives."""
    rows = tuple(
        (title(one, tell), tell.say("evaluation.nothing") if action.name == NO_OFFER else action.name,
         count(action.logged), tell.share(action.policy_share, 0.01), _found(action, found, tell),
         _number(action.largest_weight), count(action.effective_size), _possible(action, tell))
        for one in found.policies
        for action in one.overlap
        if action.policy_share > 0
    )  # fmt: skip
    names = ("policy", "offer", "logged", "share", "found", "weight", "size", "possible")
    table = Table(tell.say("evaluation.overlap.table"), _columns(tell, *names), rows, n_labels=2)
    blocks = (Text(tell.say("evaluation.overlap.intro")), table)
    return Section("overlap", tell.say("evaluation.overlap.label"), tell.say("evaluation.overlap.message"), blocks)


def _found(one: ActionOverlap, found: EvaluationFindings, tell: Voice) -> str:
    """The share of an offer by the weights of the decisions that showed it: on average the policy's own."""
    return tell.share(one.logged * one.mean_weight / found.n_decisions, 0.01) if one.logged else ""


def _number(weight: float) -> str:
    return "" if math.isnan(weight) else f"{weight:,.2f}"


def _possible(one: ActionOverlap, tell: Voice) -> str:
    if one.largest_possible is None:
        return ""
    return tell.say("evaluation.impossible") if math.isinf(one.largest_possible) else _number(one.largest_possible)


def _refused(found: EvaluationFindings, tell: Voice) -> Section | None:
    """Policies that the log cannot speak about."""
    if not found.refused:
        return None
    said = tuple(
        tell.say("evaluation.refused.one", policy=title(one, tell), why=tell.own(one.refusal)) for one in found.refused
    )
    message = tell.say("evaluation.refused.message", n=count(len(said)))
    return Section("refused", tell.say("evaluation.refused.label"), message, (Bullets(said),))


def _notes(found: EvaluationFindings, tell: Voice) -> Section:
    blocks = (Bullets(notes(found, tell)),)
    return Section("notes", tell.say("evaluation.notes.label"), tell.say("evaluation.notes.message"), blocks)
