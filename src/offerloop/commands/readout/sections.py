"""The sections of a read-out's page, each opened by its message."""

from __future__ import annotations

from collections.abc import Iterator

from offerloop.commands.readout.columns import columns
from offerloop.commands.readout.exploration import kind_name
from offerloop.commands.readout.findings import ReadoutEffect, ReadoutFindings
from offerloop.commands.readout.sentences import (
    IN_BRACKETS,
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
from offerloop.commands.readout.terms import TERMS
from offerloop.message import Message
from offerloop.report import (
    Block,
    Bullets,
    Details,
    Dot,
    Figure,
    Localizer,
    NotKnown,
    Section,
    Table,
    Text,
    figure,
    forest,
    glossary_terms,
    money_labels,
    p_words,
    words_section,
)
from offerloop.tables import HOLDOUT

METHODS = {
    "adjusted": Message("adjusted", context="method of a read-out"),
    "unadjusted": Message("unadjusted", context="method of a read-out"),
    "weighted": Message("weighted", context="method of a read-out"),
}
"""How an effect is computed."""
OUTCOMES = {
    "bought": Message("customers who bought", context="outcome"),
    "n_orders": Message("orders", context="outcome"),
    "revenue_minor": Message("revenue", context="outcome"),
    "margin_minor": Message("margin before offer cost"),
    "cost_minor": Message("cost of offers", context="outcome"),
    "profit_minor": Message("profit", context="outcome"),
    "before_revenue_minor": Message("revenue before the plan"),
}
"""What is measured."""
_OF_DAYS = Message(
    "Profit ({currency}) of {n} day, all customers with the plan's offer, against no offer; 95 % intervals",
    plural="Profit ({currency}) of {n} days, all customers with the plan's offer, against no offer; 95 % intervals",
)
_OF_FEWER_DAYS = Message(
    "Profit ({currency}), forecast of {forecast_days} days and realised of {n} day, all customers with the plan's "
    "offer, against no offer; 95 % intervals",
    plural="Profit ({currency}), forecast of {forecast_days} days and realised of {n} days, all customers with the "
    "plan's offer, against no offer; 95 % intervals",
)
"""What the chart of the forecast shows; the second where only some of its days are over."""
FORECAST_ROWS = {
    "forecast": Message("forecast", context="read-out"),
    "adjusted": Message("realised, adjusted", context="read-out"),
    "unadjusted": Message("realised, unadjusted", context="read-out"),
}
"""The rows of the comparison with the forecast."""
SEGMENTATIONS = {
    "tag": Message("by tag", context="read-out"),
    "fifth": Message("by predicted profit", context="read-out"),
}
"""What segments are formed by."""


def sections(findings: ReadoutFindings, _: Localizer) -> list[Section]:
    """Return the sections in the order of the page; after a failed check only the check and the words."""
    usual = [usual_section(findings, _)] if findings.compares_usual else []
    if findings.stopped is not None:
        return [checks_section(findings, _), *usual, words_section(_, glossary_terms(_, TERMS))]
    return [
        checks_section(findings, _),
        *usual,
        effects_section(findings, _),
        forecast_section(findings, _),
        segments_section(findings, _),
        anyway_section(findings, _),
        exploration_section(findings, _),
        limits_section(findings, _),
        words_section(_, glossary_terms(_, TERMS)),
    ]


def checks_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """The draw of the groups."""
    failed = any(not one.passes for one in findings.checks)
    blocks: list[Block] = [
        Text(
            _(
                "A difference between two groups is an effect only when chance alone decided who is in "
                "which. So this comes first, and below a p-value of 0.001 nothing else is shown."
            )
        ),
        checks_table(findings, _),
        *((Text(_(findings.stopped)),) if findings.stopped else ()),
    ]
    message = _("The groups are not those that were drawn") if failed else _("The groups are as they were drawn")
    return Section("checks", _("Sample ratio", context="section name"), message, tuple(blocks))


def checks_table(findings: ReadoutFindings, _: Localizer) -> Table:
    """Return a row for each check of the draw."""
    rows = tuple(
        (
            _(check.name),
            _.count(check.held),
            "" if check.p_value is None else _.count(check.expected_held),
            _.count(check.others),
            p_words(check.p_value, _),
            check_words(check, _),
        )
        for check in findings.checks
    )
    heads = columns(_, "check", "inside", "expected", "outside", "p", "verdict")
    return Table(_("Sample ratio: group sizes against the draw"), heads, rows)


def usual_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """The plan beside what the shop does today, and that beside no offers at all."""
    against, alone = (
        [one for one in findings.effects if one.comparison == name] for name in ("against_usual", "usual")
    )
    words = _("business as usual against the holdout")
    blocks: list[Block] = [
        Text(
            _(
                "Chance decided who follows the plan and who gets business as usual. All of them are "
                "compared, with an offer or without. The offers of both groups count at what they cost."
            )
        )
    ]
    if against:
        blocks.append(
            _effects_table(
                findings,
                against,
                _("The plan less business as usual, over all customers of both groups; 95 % intervals"),
                _,
            )
        )
    if alone:
        table = _effects_table(findings, alone, _("Effects, {words}", context="read-out", words=words), _)
        blocks.append(Details(_("The same, {words}", context="read-out", words=words), table))
    return Section("usual", _("Better than today?", context="section name"), usual_sentence(findings, _), tuple(blocks))


def effects_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """Every outcome of the main comparison, and of the whole programme."""
    profit = findings.profit
    said = [
        _(
            "{treated} customers got the plan's offer; {held} for whom the plan had an offer too "
            "were held back at random. Their difference is what the offers caused.",
            treated=profit.n_treated,
            held=profit.n_control,
        ),
        _("Profit counts the cost of the offers: {cost}.", cost=findings.cost_basis),
    ]
    if findings.covariate:
        said.append(_("Adjusted figures take out what {what} explains.", what=findings.covariate))
    message = (
        Message("Profit changed by {profit} per customer")
        if profit.estimate.is_clear
        else Message("Profit changed by {profit} per customer, an interval that includes zero")
    )
    return Section(
        "effects",
        _("What the offers changed"),
        _(message, profit=per_customer(profit, _)),
        (Text(_.sentences(said)), *_effects_tables(findings, _)),
    )


_WITH_ONE = Message("campaign “{title}”", context="read-out")
_WITH_SEVERAL = Message("customers with an offer of campaign “{title}”, with all that their offers changed together")
"""How the customers of a campaign are called where some have offers of several."""


def _effects_tables(findings: ReadoutFindings, _: Localizer) -> Iterator[Block]:
    """Yield the table of the main comparison, then those of other groups."""
    of_plan = [row for row in findings.effects if (row.comparison, row.group) == ("plan", "all")]
    title = _("Customers with the plan's offer against those held back; 95 % intervals")
    yield _effects_table(findings, of_plan, title, _)
    for words, rows in _other_groups(findings, _):
        table = _effects_table(findings, rows, _("Effects, {words}", context="read-out", words=words), _)
        yield Details(_("The same, {words}", context="read-out", words=words), table)


def _other_groups(findings: ReadoutFindings, _: Localizer) -> list[tuple[str, list[ReadoutEffect]]]:
    by_plan = [one for one in findings.effects if one.comparison == "plan"]
    campaigns = list(dict.fromkeys(one.group for one in by_plan))
    label = _WITH_SEVERAL if findings.have_several else _WITH_ONE
    groups = [
        (
            _(label, title=findings.titles.get(name, name)),
            [one for one in by_plan if one.group == name],
        )
        for name in campaigns
        if name != "all" and len(campaigns) > 2
    ]
    programme = [one for one in findings.effects if one.comparison == "programme"]
    if programme:
        title = _("the whole programme: everybody who follows the plan or explores against the holdout")
        groups.append((title, programme))
    return groups


def _effects_table(findings: ReadoutFindings, rows: list[ReadoutEffect], caption: str, _: Localizer) -> Table:
    cells = tuple(
        (
            outcome(findings, effect, _),
            _.named(METHODS, effect.method),
            per_customer(effect, _),
            total(effect, _.money),
            "" if effect.relative is None or effect.method != "unadjusted" else _.shares(effect.relative.times(100)),
            p_words(effect.p_value, _),
        )
        for effect in rows
    )
    heads = columns(_, "outcome", "method", "each", "total", "relative", "p")
    return Table(caption, heads, cells, n_labels=2)


def outcome(findings: ReadoutFindings, effect: ReadoutEffect, _: Localizer) -> str:
    """Return the name of an effect's outcome, with a remark where it counts a cost that was not observed."""
    mark = unseen_cost(findings, _, IN_BRACKETS) if effect.outcome == "profit_minor" else ""
    return _(OUTCOMES[effect.outcome]) + mark


def forecast_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """What was promised and what came."""
    both, label = findings.against_forecast, _("Forecast and realised", context="section name")
    if both is None:
        return Section(
            "forecast",
            label,
            _("There is no forecast to compare"),
            (
                NotKnown(
                    _("The forecast begins before this period, so it is not compared.")
                    if findings.begins_later
                    else _("The run's comparison.parquet holds no forecast of a plan that was sent.")
                ),
            ),
        )
    return Section("forecast", label, place_sentence(both, _), (Text(forecast_sentence(findings, _)),))


def forecast_figure(findings: ReadoutFindings, _: Localizer) -> Figure | None:
    """Forecast and realised on one axis: the chart of the first screen."""
    both, money = findings.against_forecast, _.money
    if both is None:
        return None
    looks = (("forecast", both.forecast, "control"), ("adjusted", both.realised, "ours"))
    parts = [
        (_(FORECAST_ROWS[name]), estimate, look)
        for name, estimate, look in (*looks, ("unadjusted", both.unadjusted, "ours"))
    ]
    dots = [Dot("", f"{name}\n{money.estimate(one)}", one.times(1 / money.unit), look) for name, one, look in parts]
    rows = tuple((name, money.estimate(one)) for name, one, *__ in parts)
    says = (_("{rule}: {profit}", context="name and figure", rule=name, profit=profit) for name, profit in rows)
    return figure(
        "forecast",
        place_sentence(both, _),
        _(
            _OF_FEWER_DAYS if both.place == "early" else _OF_DAYS,
            currency=money.currency,
            forecast_days=both.forecast_days,
            n=both.days,
        ),
        forest(dots, money_labels(money), lines_per_row=2),
        Table(_("Profit, forecast and realised"), ("", _("profit", context="measure of a read-out")), rows),
        localizer=_,
        says=_.stopped(_.clauses(says)),
        mark="" if findings.cost_is_observed else _("cost as forecast, not observed"),
    )


def segments_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """Where offers did harm."""
    message, label = dogs_sentence(findings, _), _("Sleeping dogs", context="section name")
    if not findings.segments:
        return Section("segments", label, message, (Text(_("See what limits this, below.")),))
    return Section(
        "segments",
        label,
        message,
        (
            Text(
                _(
                    "A segment is named a sleeping dog when its margin is lower with offers and the "
                    "p-value stays below 0.05 after Holm's correction. Segments by tag overlap; without "
                    "correction about one in twenty intervals would exclude zero by chance."
                )
            ),
            _segments_figure(findings, _),
        ),
    )


def _segments_figure(findings: ReadoutFindings, _: Localizer) -> Figure:
    money, n_segments = _.money, len(findings.segments)
    dots = [
        Dot(
            _(SEGMENTATIONS[effect.comparison]),
            segment(effect, _),
            effect.estimate.times(1 / money.unit),
            "placebo" if effect.is_sleeping_dog else "ours",
        )
        for effect in findings.segments
    ]
    return figure(
        "segments",
        dogs_sentence(findings, _),
        _(
            "Effect on margin before offer cost ({currency} per customer), adjusted, 95 % intervals; "
            "triangles mark sleeping dogs",
            currency=money.currency,
        ),
        forest(dots, money_labels(money)),
        _segments_table(findings, _),
        localizer=_,
        says=_("{n} segment is shown.", context="read-out", plural="{n} segments are shown.", n=n_segments),
    )


def _segments_table(findings: ReadoutFindings, _: Localizer) -> Table:
    rows = tuple(
        (
            _(SEGMENTATIONS[effect.comparison]),
            segment(effect, _),
            _.money.estimate(effect.estimate),
            p_words(effect.p_value, _),
            _.count(effect.n_treated),
            _.count(effect.n_control),
            _("✗ sleeping dog", context="verdict") if effect.is_sleeping_dog else "",
        )
        for effect in findings.segments
    )
    heads = ("", *columns(_, "segment", "margin", "p_corrected", "treated", "held", "verdict"))
    return Table(_("Effect on margin by segment"), heads, rows, n_labels=2)


def anyway_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """Offers that went to those who needed none."""
    anyway, label, message = (
        findings.bought_anyway,
        _("Bought anyway", context="key figure"),
        anyway_sentence(findings, _),
    )
    if anyway is None:
        return Section(
            "anyway",
            label,
            message,
            (
                NotKnown(
                    _(
                        "Redemptions are not in the orders, or too few: a file of redemptions (customer_id, "
                        "offer_id, amount) would show how many redeemers would have bought without an offer."
                    )
                ),
            ),
        )
    said = [
        _(
            "Buyers gained are the effect on buying times the customers treated. If all of them redeemed, the other "
            "redeemers would have bought anyway; if some did not, as below a minimum spend, more would have. The "
            "interval is that of the effect, cut at 0 and 100 %, and includes that of a share of so many redeemers "
            "(Wilson)."
        ),
        *([_("Any coupon in the order lines counts as redeemed, not only the plan's.")] if anyway.any_coupon else []),
    ]
    return Section("anyway", label, message, (Text(_.sentences(said)),))


def exploration_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """The measured effects of offers given at random."""
    rows, label = [one for one in findings.effects if one.comparison == "explore"], _("Offers given at random")
    if not rows:
        few = [_(one) for one in findings.too_few_explored]
        said = _("Too few to show: {names}.", names=_.clauses(few)) if few else _("No offer was given at random.")
        return Section("explore", label, _("Too few offers were given at random to show anything yet"), (Text(said),))
    cells = tuple(
        (
            _.value(kind_name(effect.group)),
            outcome(findings, effect, _),
            per_customer(effect, _),
            p_words(effect.p_value, _),
            _.count(effect.n_treated),
            _.count(effect.n_control),
        )
        for effect in rows
    )
    heads = columns(_, "kind", "outcome", "each", "p", "drew", "drew_nothing")
    title = _("Offers given at random, weighted by inverse probability; 95 % intervals")
    message = (
        _("Offers given at random show a clear effect on margin")
        if any(one.outcome == "margin_minor" and one.estimate.is_clear for one in rows)
        else _("Offers given at random show no clear effect on margin")
    )
    return Section("explore", label, message, (Table(title, heads, cells, n_labels=2),))


def limits_section(findings: ReadoutFindings, _: Localizer) -> Section:
    """What a reader must know before acting on it."""
    return Section(
        "limits",
        _("What limits this", context="section name"),
        _("This is what the offers caused, as far as the groups are random"),
        (Bullets(tuple(one for one in _limits(findings, _) if one)),),
    )


_MARGINS = {
    "lines": Message(
        "The margin is what was paid before offers, less the unit costs that the products have at the time of this "
        "read-out. Goods of unknown unit cost are taken to cost the share of list price that the plan assumed."
    ),
    "unit costs": Message("The margin is the plan's: a share of the list value, by the category's unit costs."),
    "configured": Message("The margin is a share of the value at list price, the same for all products."),
}
"""By the `margin_basis` of findings."""


def _limits(findings: ReadoutFindings, _: Localizer) -> list[str]:
    """Return what limits a read-out, with an empty text for each limit that it does not have."""
    few = _.clauses(_(one) for one in findings.left_out)
    return [
        _("The orders since the plan are simulated: this shows what a read-out looks like, not what customers did.")
        if findings.are_simulated
        else "",
        "" if findings.period_note is None else _(findings.period_note),
        power_sentence(findings, _),
        ""
        if findings.cost_is_observed
        else _(
            "The cost of the offers is not known yet. Every profit is given with {cost}.",
            cost=_("cost as forecast, not observed"),
        ),
        _(_MARGINS[findings.margin_basis]),
        _(
            "Purchases brought forward from later weeks count as gained; read out again after four "
            "weeks to see how many."
        ),
        _(
            "Held-back customers are the same in every run: what earlier offers did to the others "
            "is adjusted for only as far as their earlier spending shows it."
        )
        if findings.control == HOLDOUT
        else "",
        *(_(one) for one in findings.warnings),
        _("Left out because too few customers or buyers are on one side: {names}.", names=few)
        if findings.left_out
        else "",
    ]
