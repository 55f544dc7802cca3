"""The handful of features that matter, in words and units, and tags with their rules."""

from __future__ import annotations

from offerloop.commands.explain.explanation_localizer import ExplanationLocalizer
from offerloop.commands.explain.liked import liked_pairs
from offerloop.message import Message
from offerloop.profiles import TAGS, UNKNOWN

FEATURE_LABELS = {
    "n_orders": Message("orders", context="customer profile"),
    "spend_minor": Message("spent in all", context="customer profile"),
    "basket_minor": Message("usual order", context="customer profile"),
    "recency_days": Message("last purchase", context="customer profile"),
    "trend": Message("trend of spend", context="customer profile"),
    "p_active": Message("still active", context="customer profile"),
    "top_category": Message("spends most on", context="customer profile"),
    "discount_share": Message("bought on discount", context="customer profile"),
}
"""The features that are shown, in their order."""
ACTIVITY_UNKNOWN = {
    "shop": Message("not known (purchases in this shop do not show that customers stop buying)"),
    "one_day": Message("not known (bought on one day only)"),
}
"""Why it is not known whether a customer is still active."""
FLAT = 0.05
"""A change of spend up to this share is called none."""


def profile_lines(_: ExplanationLocalizer) -> list[tuple[str, str]]:
    """Label and text; a feature that the run does not hold is left out."""
    unknown = _.facts.activity_unknown
    feature_names = {*_.facts.profile.as_json(), *(["p_active"] if unknown else [])}
    pairs = [(_(label), _feature(_, name)) for name, label in FEATURE_LABELS.items() if name in feature_names]
    names = {tag.name for tag in _.facts.tags}
    tags = [
        _(
            "{tag} ({rule})",
            context="pattern",
            tag=tag.label,
            rule=tag.rule,
        )
        for tag in TAGS
        if tag.name in names
    ]
    pairs.append((_("tags", context="customer profile"), _.clauses(tags) or _("none", context="customer profile")))
    return [*pairs, *liked_pairs(_)]


def _feature(_: ExplanationLocalizer, name: str) -> str:
    unknown = _.facts.activity_unknown
    if name == "p_active" and unknown:
        return _(ACTIVITY_UNKNOWN[unknown])
    value = getattr(_.facts.profile, name)
    if name.endswith("_minor"):
        return _.money.text(value)
    if name == "recency_days":
        return (
            _("the day before the plan")
            if value == 1
            else _("{n} day before the plan", plural="{n} days before the plan", n=round(value))
        )
    if name == "top_category":
        if value == UNKNOWN:
            return _("not known (no category of these products in the data)")
        share = _.share(_.facts.profile.top_category_share or 0.0)
        return _("{category} ({share} of spend)", context="customer profile", category=value, share=share)
    if name == "discount_share":
        if not _.facts.list_prices_known:
            return _("not known (no list prices or discounts in the data)")
        return _("{share} of order lines", context="customer profile", share=_.share(value))
    if name == "p_active":
        return _("with a chance of {share} (estimated from the rhythm of purchases)", share=_.chance(value))
    return _trend(_, value) if name == "trend" else _.localizer.count(value)


def _trend(_: ExplanationLocalizer, trend: float) -> str:
    """(now - before) / (now + before) as the change on the time before: 2 t / (1 - t)."""
    recent, days = _.facts.profile.recent_minor, _.facts.recent_days
    if not recent:
        return _("nothing in the last {days} days", days=days)
    if trend >= 1:
        return _(
            "{recent} in the last {days} days, nothing in the {days} days before",
            days=days,
            recent=_.money.text(recent),
        )
    change = 2 * trend / (1 - trend)
    if abs(change) < FLAT:
        return _("about the same as in the {days} days before", days=days)
    return (
        _("up by {share} on the {days} days before", days=days, share=_.share(abs(change)))
        if change > 0
        else _("down by {share} on the {days} days before", days=days, share=_.share(abs(change)))
    )
