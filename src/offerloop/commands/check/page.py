"""What a run would start from, line by line, for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from offerloop.commands.check.figures import Shape
from offerloop.commands.check.findings import CheckResult
from offerloop.commands.check.losses import loss_lines, non_merchandise_lines
from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Config
from offerloop.events import ACTION_NAMES, EPOCH, RULE_NAMES, Agreement
from offerloop.message import Message
from offerloop.report import Localizer, Money

_SHOWN_OFFERS = 6
CAMPAIGN = Message(
    "Campaign '{campaign}': budget {budget}, counted at the maximum cost of offers, plus {explore} for exploration"
)
CAMPAIGN_EXPECTED = Message(
    "Campaign '{campaign}': budget {budget}, counted at the expected cost of offers, plus {explore} for exploration"
)


def page(checked: CheckResult) -> str:
    """Return the sources, the orders, what a run could find out, the offers, and what a reader should know of them."""
    config, shape, _ = checked.config, checked.shape, localizer_of(checked)
    missing = [_.value(one) for one in checked.missing] or [_("nothing", context="missing data")]
    return "\n".join([
        *(_source_line(name, one, _) for name, one in checked.sources.items()), "",
        *loss_lines(checked.losses, _), *_shape_lines(shape, _), _consent(checked.agreement, shape, _), "",
        *non_merchandise_lines(checked.non_merchandise, config, _),
        *_answer_lines(checked.answers, _), "", *_offer_lines(config, checked.offers, _), "",
        _("What is missing, and what it costs:"), *(f"  {one}" for one in missing), "",
        *verdict(checked, _),
    ])  # fmt: skip


def localizer_of(checked: CheckResult) -> Localizer:
    """Return what tells a check: in the language of the configuration."""
    return Localizer(checked.config.language(), checked.config.shop.currency)


def verdict(checked: CheckResult, _: Localizer) -> list[str]:
    """Say what to know, what stands against a run, and whether it can start."""
    return [
        *(_("Note: {text}", context="check of the data", text=one) for one in checked.notes),
        *(_("Problem: {text}", context="check of the data", text=one) for one in checked.problems),
        _("Ready. Next: offerloop run {path}", path=str(checked.path))
        if checked.ok
        else _("Cannot run yet.", context="check of the data"),
    ]


def _source_line(name: str, source: Mapping[str, Any], _: Localizer) -> str:
    """Describe one source in one line."""
    if source["read"] is None:
        return _("{source} ({place}): can be read", context="check of the data", source=name, place=source["place"])
    counts = _(
        "{source} ({place}): {read} rows read, {kept} kept, {rejected} rejected",
        source=name,
        place=source["place"],
        read=source["read"],
        kept=source["kept"],
        rejected=source["rejected"],
    )
    rules = [
        _(
            "{n} {rule} ({action})",
            context="pattern",
            n=rule["rows"],
            rule=_.named(RULE_NAMES, rule["rule"]),
            action=_.named(ACTION_NAMES, rule["action"]),
        )
        for rule in source["rules"]
    ]
    return _.clauses([counts, _.listed(rules)]) if rules else counts


def _shape_lines(shape: Shape, _: Localizer) -> list[str]:
    """Period, sizes and shares."""
    first, last = (EPOCH + timedelta(days=day) for day in (shape.first_day, shape.last_day))
    return [
        _(
            "{first} to {last}: {days} days, {weeks} full weeks from Monday to Sunday",
            first=str(first),
            last=str(last),
            days=shape.days,
            weeks=shape.full_weeks,
        ),
        _(
            "Customers: {customers}; products: {products}; orders: {orders}; order lines: {lines}; paid: {sales}",
            customers=shape.n_customers,
            products=shape.n_products,
            orders=shape.n_orders,
            lines=shape.n_lines,
            sales=_.money.exact(shape.sales_minor),
        ),
        _(
            "Orders per customer (median): {orders}; median order: {amount}",
            orders=shape.median_orders,
            amount=_.money.exact(round(shape.median_basket_minor)),
        ),
        _(
            "Of the order lines, {category} have a category ({sales} of sales), {discount} a discount, "
            "{coupon} a coupon",
            category=_percent(shape.with_category, _),
            sales=_percent(shape.sales_with_category, _),
            discount=_percent(shape.with_discount, _),
            coupon=_percent(shape.with_coupon, _),
        ),
    ]


def _percent(share: float, _: Localizer) -> str:
    is_near_an_end = 0 < share < 0.01 or share > 0.995
    return _.numbers(f"{100 * share:.3g} %" if is_near_an_end else f"{100 * share:.0f} %")


def _consent(agreement: Agreement, shape: Shape, _: Localizer) -> str:
    """Return who agreed, of all customers before cleaning, and how many of them cleaning leaves out."""
    said, n_out = _(agreement.sentence()), agreement.customers - shape.n_customers
    if n_out <= 0:
        return said
    out = _("cleaning leaves out all order lines of {n} of the {all}", n=n_out, all=agreement.customers)
    return _.clauses([said, out])


def _answer_lines(answers: Mapping[str, Message | None], _: Localizer) -> list[str]:
    """Say what a run can find out."""
    response, recommenders = answers["response"], answers["recommenders"]
    study = (
        _("Response to discounts: a run estimates it from shelf prices, and says if they vary too little.")
        if response is None
        else _(
            "Response to discounts: cannot be estimated ({why}); unless exposures tell their effects, offers rest on "
            "what the configuration assumes.",
            why=response,
        )
    )
    compared = (
        _("Recommenders: a run compares them on held-out weeks.")
        if recommenders is None
        else _("Recommenders: cannot be compared ({why}); simple ones serve.", why=recommenders)
    )
    if "exposures" not in answers:
        return [study, compared]
    gap = answers["exposures"]
    log = (
        _("Exposures: a run learns the effects of offers from them.")
        if gap is None
        else _("Exposures: cannot be learned from ({why}).", why=gap)
    )
    return [study, log, compared]


def _offer_lines(config: Config, offers: list[OfferCheck], _: Localizer) -> list[str]:
    """Each campaign with its budget and offers."""
    lines = []
    for campaign in config.campaigns:
        unit = config.unit(campaign)
        money = Money(unit, _.language)
        budget = money.exact(config.minor(campaign.budget, campaign))
        explore = money.exact(config.minor(campaign.explore_budget, campaign))
        text = CAMPAIGN if campaign.budget_basis == "liability" else CAMPAIGN_EXPECTED
        lines.append(_(text, campaign=campaign.id, budget=budget, explore=explore))
        of_campaign = ["  " + _.value(one.line(unit)) for one in offers if one.campaign_id == campaign.id]
        more = len(of_campaign) - _SHOWN_OFFERS
        lines += of_campaign[:_SHOWN_OFFERS]
        lines += ["  " + _("and {n} more", context="end of a list", n=more)] if more > 0 else []
    return lines
