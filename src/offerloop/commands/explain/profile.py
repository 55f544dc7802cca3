"""The handful of features that matter, in words and units, and tags with their rules."""

from __future__ import annotations

from offerloop.commands.explain.liked import liked_pairs
from offerloop.commands.explain.teller import Teller
from offerloop.profiles import UNKNOWN
from offerloop.report import count

FLAT = 0.05
"""A change of spend up to this share is called none."""


def profile_lines(tell: Teller) -> list[tuple[str, str]]:
    """Label and text; a feature that the run does not hold is left out."""
    unknown = tell.facts.activity_unknown
    known = {*tell.facts.profile.as_json(), *(["p_active"] if unknown else [])}
    pairs = [(tell.say(f"feature.{name}"), _feature(tell, name)) for name in _SHOWN if name in known]
    tags = [
        tell.say("profile.tag", tag=tell.own(f"tag.{tag.name}", tag.name), rule=tell.own(f"rule.{tag.name}", tag.rule))
        for tag in tell.facts.tags
    ]
    pairs.append((tell.say("profile.tags"), tell.listed(tags, "semicolon") or tell.say("profile.no_tags")))
    return [*pairs, *liked_pairs(tell)]


_SHOWN = (
    "n_orders", "spend_minor", "basket_minor", "recency_days", "trend", "p_active", "top_category", "discount_share",
)  # fmt: skip


def _feature(tell: Teller, name: str) -> str:
    unknown = tell.facts.activity_unknown
    if name == "p_active" and unknown:
        return tell.say(f"value.activity_unknown.{unknown}")
    value = getattr(tell.facts.profile, name)
    if name.endswith("_minor"):
        return tell.money.text(value)
    if name == "recency_days":
        return tell.say("value.recency_day") if value == 1 else tell.say("value.recency_days", days=count(value))
    if name == "top_category":
        if value == UNKNOWN:
            return tell.say("value.no_category")
        share = tell.share(tell.facts.profile.top_category_share or 0.0)
        return tell.say("value.top_category", category=value, share=share)
    if name == "discount_share":
        if not tell.facts.list_prices_known:
            return tell.say("value.no_discount")
        return tell.say("value.discount_share", share=tell.share(value))
    if name == "p_active":
        return tell.say("value.p_active", share=tell.chance(value))
    return _trend(tell, value) if name == "trend" else count(value)


def _trend(tell: Teller, trend: float) -> str:
    """(now - before) / (now + before) as the change on the time before: 2 t / (1 - t)."""
    recent, days = tell.facts.profile.recent_minor, tell.facts.recent_days
    if not recent:
        return tell.say("trend.none", days=days)
    if trend >= 1:
        return tell.say("trend.new", days=days, recent=tell.money.text(recent))
    change = 2 * trend / (1 - trend)
    if abs(change) < FLAT:
        return tell.say("trend.flat", days=days)
    return tell.say("trend.up" if change > 0 else "trend.down", days=days, share=tell.share(abs(change)))
