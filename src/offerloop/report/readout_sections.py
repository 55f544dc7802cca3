"""The sections of a read-out's page, each opened by its message."""

from __future__ import annotations

from offerloop.report.blocks import Block, Bullets, Details, Figure, Missing, Section, Table, Terms, Text, anchor
from offerloop.report.charts.drawing import figure, money_labels
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.numbers import Money, count
from offerloop.report.readout_findings import FORECAST_COST, Effect, ReadoutFindings
from offerloop.report.readout_sentences import (
    OUTCOME_WORDS,
    anyway_sentence,
    check_words,
    dogs_sentence,
    forecast_sentence,
    p_words,
    per_customer,
    place_sentence,
    power_sentence,
    total,
)
from offerloop.report.voice import Voice

WORDS = (
    ("held back, holdout", "长期留出组", "customers never treated, drawn at random and kept: what would have happened"),
    ("profit", "增量利润", "what the offers changed in margin, less what they cost us"),
    ("95 % interval", "95 % 区间", "the range that holds the true figure in 95 of 100 such comparisons"),
    (
        "adjusted",
        "协变量调整",
        "less what the customers' earlier spending explains, which narrows the interval (CUPED)",
    ),
    ("sample ratio", "样本比例", "group sizes against those that the draw gives; a mismatch means customers were lost"),
    ("p-value", "p 值", "how often chance alone would give a difference this large"),
    ("Holm's correction", "霍尔姆校正", "p-values raised for the number of segments that were looked at"),
    ("sleeping dog", "反作用", "a segment that buys less because of the offer"),
    ("bought anyway", "自然转化", "redeemers who would have bought without an offer"),
    ("by lot", "随机投放", "a few customers get an offer at random, so that its effect can be learned"),
    ("whole programme", "整体策略", "everybody outside the holdout, with an offer or without, against the holdout"),
)


def sections(found: ReadoutFindings) -> list[Section]:
    """In the order of the page; after a failed check only the check and the words."""
    if found.stopped is not None:
        return [checks_section(found), words_section()]
    return [
        checks_section(found),
        effects_section(found),
        forecast_section(found),
        segments_section(found),
        anyway_section(found),
        lot_section(found),
        limits_section(found),
        words_section(),
    ]


def checks_section(found: ReadoutFindings) -> Section:
    """The draw of the groups."""
    rows = tuple(
        (
            one.name,
            count(one.held),
            "" if one.p_value is None else count(one.expected_held),
            count(one.others),
            p_words(one.p_value),
            check_words(one),
        )
        for one in found.checks
    )
    failed = any(not one.passes for one in found.checks)
    message = "The groups are not those that were drawn" if failed else "The groups are as they were drawn"
    columns = ("check", "held back", "expected", "not held back", "p-value", "verdict")
    blocks: list[Block] = [
        Text(
            "A difference between two groups is an effect only when chance alone decided who is in which. So this "
            "comes first, and below a p-value of 0.001 nothing else is shown."
        ),
        Table("Sample ratio: group sizes against the draw", columns, rows),
        *((Text(found.stopped),) if found.stopped else ()),
    ]
    return Section("checks", "Sample ratio", message, tuple(blocks))


def effects_section(found: ReadoutFindings) -> Section:
    """Every outcome of the main comparison, and of the whole programme."""
    money, one = Money(found.shop.currency), found.profit
    cost = f" Profit counts the cost of the offers: {found.cost_basis}."
    zero = "" if one.estimate.is_clear else ", an interval that includes zero"
    by = f" Adjusted figures take out what {found.covariate} explains." if found.covariate else ""
    more = [
        Details(f"The same, {words}", _effects_table(found, rows, f"Effects, {words}"))
        for words, rows in _other_groups(found)
    ]
    return Section(
        "effects",
        "What the offers changed",
        f"Profit changed by {per_customer(one, money)} a customer{zero}",
        (
            Text(
                f"{count(one.n_treated)} customers got the plan's offer; {count(one.n_control)} for whom the plan had "
                f"an offer too were held back by lot. Their difference is what the offers caused.{cost}{by}"
            ),
            _effects_table(
                found, [row for row in found.effects if (row.comparison, row.group) == ("plan", "all")],
                "The plan's offers against the held-back; 95 % intervals",
            ),
            *more,
        ),
    )  # fmt: skip


def _other_groups(found: ReadoutFindings) -> list[tuple[str, list[Effect]]]:
    by_plan = [one for one in found.effects if one.comparison == "plan"]
    campaigns = list(dict.fromkeys(one.group for one in by_plan))
    groups = [
        (f"campaign “{found.titles.get(name, name)}”", [one for one in by_plan if one.group == name])
        for name in campaigns
        if name != "all" and len(campaigns) > 2
    ]
    programme = [one for one in found.effects if one.comparison == "programme"]
    return [*groups, ("the whole programme: everybody outside the holdout against the holdout", programme)]


def _effects_table(found: ReadoutFindings, rows: list[Effect], caption: str) -> Table:
    money = Money(found.shop.currency)
    cells = tuple(
        (
            _outcome(found, one),
            one.method,
            per_customer(one, money),
            total(one, money),
            "" if one.relative is None or one.method != "unadjusted" else one.relative.times(100).text(" %"),
            p_words(one.p_value),
        )
        for one in rows
    )
    columns = ("outcome", "method", "a customer", "in total", "of the control's", "p-value")
    return Table(caption, columns, cells, n_labels=2)


def _outcome(found: ReadoutFindings, one: Effect) -> str:
    mark = f" ({FORECAST_COST})" if one.outcome == "profit_minor" and not found.cost_is_observed else ""
    return OUTCOME_WORDS[one.outcome] + mark


def forecast_section(found: ReadoutFindings) -> Section:
    """What was promised and what came."""
    both = found.against_forecast
    if both is None:
        missing = Missing("The run's comparison.parquet holds no forecast of a plan that was sent.")
        return Section("forecast", "Forecast and realised", "There is no forecast to compare", (missing,))
    return Section("forecast", "Forecast and realised", place_sentence(both), (Text(forecast_sentence(found)),))


def forecast_figure(found: ReadoutFindings) -> Figure | None:
    """Forecast and realised on one axis: the chart of the first screen."""
    both, money = found.against_forecast, Money(found.shop.currency)
    if both is None:
        return None
    parts = [
        ("forecast", both.forecast, "control"),
        ("realised, adjusted", both.realised, "ours"),
        ("realised, unadjusted", both.unadjusted, "ours"),
    ]
    dots = [Dot("", f"{name}|{money.estimate(one)}", one.times(1 / money.unit), look) for name, one, look in parts]
    table = Table(
        "Profit, forecast and realised", ("", "profit"), tuple((name, money.estimate(one)) for name, one, _ in parts)
    )
    return figure(
        "forecast",
        place_sentence(both),
        f"Profit ({money.currency}) of {count(both.days)} days, all customers with the plan's offer, against no offer; "
        "95 % intervals",
        forest(dots, money_labels(money), lines_per_row=2),
        table,
        tell=Voice("en", money.currency),
        says="; ".join(f"{name}: {money.estimate(one)}" for name, one, _ in parts) + ".",
        mark="" if found.cost_is_observed else FORECAST_COST,
    )


def segments_section(found: ReadoutFindings) -> Section:
    """Where offers did harm."""
    message = dogs_sentence(found)
    if not found.segments:
        return Section("segments", "Sleeping dogs", message, (Text("See what limits this, below."),))
    intro = Text(
        "A segment is named a sleeping dog when its margin is lower with offers and the p-value stays below 0.05 after "
        "Holm's correction. Segments by tag overlap; without correction about one in twenty intervals would leave out "
        "zero by chance."
    )
    return Section("segments", "Sleeping dogs", message, (intro, _segments_figure(found)))


def _segments_figure(found: ReadoutFindings) -> Figure:
    money = Money(found.shop.currency)
    headings = {"tag": "by tag", "fifth": "by predicted profit"}
    dots = [
        Dot(headings[one.comparison], one.group, one.estimate.times(1 / money.unit),
            "placebo" if one.is_sleeping_dog else "ours")
        for one in found.segments
    ]  # fmt: skip
    rows = tuple(
        (
            headings[one.comparison],
            one.group,
            money.estimate(one.estimate),
            p_words(one.p_value),
            count(one.n_treated),
            count(one.n_control),
            "✗ sleeping dog" if one.is_sleeping_dog else "",
        )
        for one in found.segments
    )
    columns = ("", "segment", "margin a customer", "p-value, corrected", "treated", "held back", "verdict")
    return figure(
        "segments",
        dogs_sentence(found),
        f"Effect on margin before offer cost ({money.currency} a customer), adjusted, 95 % intervals; triangles mark "
        "sleeping dogs",
        forest(dots, money_labels(money)),
        Table("Effect on margin by segment", columns, rows, n_labels=2),
        tell=Voice("en", money.currency),
        says=f"{count(len(found.segments))} segments are shown.",
    )


def anyway_section(found: ReadoutFindings) -> Section:
    """Offers that went to those who needed none."""
    one = found.bought_anyway
    if one is None:
        missing = Missing(
            "Redemptions are not in the orders, or too few: a file of redemptions (customer_id, offer_id, amount) "
            "would show how many redeemers would have bought without an offer."
        )
        return Section("anyway", "Bought anyway", anyway_sentence(found), (missing,))
    coupon = " Any coupon in the order lines counts as redeemed, not only the plan's." if one.any_coupon else ""
    text = Text(
        "Buyers gained are the effect on buying times the customers treated; the other redeemers would have bought "
        f"anyway. The interval is that of the effect, cut at 0 and 100 %.{coupon}"
    )
    return Section("anyway", "Bought anyway", anyway_sentence(found), (text,))


def lot_section(found: ReadoutFindings) -> Section:
    """What offers given at random taught."""
    rows = [one for one in found.effects if one.comparison == "lot"]
    if not rows:
        few = [one for one in found.too_few if "by lot" in one]
        text = Text(f"Too few to show: {'; '.join(few)}." if few else "No offer was given by lot.")
        return Section("lot", "Offers by lot", "The lot is too small to show anything yet", (text,))
    money = Money(found.shop.currency)
    cells = tuple(
        (
            "any offer" if one.group == "all" else one.group.replace("_", " "),
            _outcome(found, one),
            per_customer(one, money),
            p_words(one.p_value),
            count(one.n_treated),
            count(one.n_control),
        )
        for one in rows
    )
    columns = ("kind of offer", "outcome", "a customer", "p-value", "drew it", "drew nothing or held back")
    table = Table("Offers by lot, weighted by inverse probability; 95 % intervals", columns, cells, n_labels=2)
    profit = [one for one in rows if one.outcome == "margin_minor" and one.estimate.is_clear]
    message = (
        "Offers by lot show a clear effect on margin" if profit else "Offers by lot show no clear effect on margin"
    )
    return Section("lot", "Offers by lot", message, (table,))


def limits_section(found: ReadoutFindings) -> Section:
    """What a reader must know before acting on it."""
    said = [
        found.period_note,
        power_sentence(found),
        f"The cost of the offers was not seen: every profit is with {FORECAST_COST}."
        if not found.cost_is_observed
        else "",
        "The margin is a share of the value at list price, the same for all products.",
        "Purchases brought forward from later weeks count as gained; read out again after four weeks to see how many.",
        "Held-back customers are the same in every run: what earlier offers did to the others is adjusted for only as "
        "far as their earlier spending shows it.",
        *found.warnings,
        f"Left out because too few customers are on one side: {'; '.join(found.too_few)}." if found.too_few else "",
    ]
    message = "This is what the offers caused, as far as the groups are random"
    return Section("limits", "What limits this", message, (Bullets(tuple(one for one in said if one)),))


def words_section() -> Section:
    """Glossary."""
    return Section("words", "Words", "What the words mean", (Terms(tuple((anchor(one[0]), *one) for one in WORDS)),))
