"""The first campaign: a budget, and three choices to begin with when the shop names none."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.errors import InputError
from offerloop.money import DIGITS, to_minor, to_text
from offerloop.service.init_figures import Figures, pretty, two_digits
from offerloop.service.init_toml import entry, off, quoted

_ASSUMED = "{ p_redeem = 0.10, incremental = 0.5 }"
_PERCENT = 10
_EXPLORE_SHARE = 10
"""The exploration budget is the budget divided by this."""


@dataclass(frozen=True)
class Budget:
    """What the plan may cost, and what exploration may cost on top."""

    plan: str
    explore: str
    why: str


def first_budget(given: str | None, figures: Figures, currency: str) -> Budget:
    """As given, else 1 % of mean monthly sales. Raises InputError when the one given is no amount above zero."""
    if given is None:
        digits = DIGITS[currency]
        amount = two_digits(figures.monthly / 100, digits)
        why = f"assumed: 1 % of the sales of a month, about {two_digits(figures.monthly, digits):,.0f}"
        minor = to_minor(f"{amount:.{digits}f}", currency)
    else:
        minor, why = to_minor(given, currency), ""
        if minor <= 0:
            raise InputError(f"the budget must be above zero, not {given}")
    return Budget(to_text(minor, currency), to_text(minor // _EXPLORE_SHARE, currency), why)


def campaign_lines(budget: Budget, figures: Figures, currency: str, *, offers_given: bool) -> list[str]:
    """`[[campaigns]]` and its offers."""
    lines = [
        "# One campaign. Under the default budget_basis = \"liability\" every offer counts at the most it can cost us.",
        "[[campaigns]]",
        entry("id", quoted("first")),
        entry("title", quoted("First campaign")),
        entry("budget", quoted(budget.plan), budget.why),
        entry("explore_budget", quoted(budget.explore), "assumed: for offers given by lot, which teach what they do"),
        off('budget_basis = "liability"', 'or "expected": every offer counts at its expected cost'),
    ]  # fmt: skip
    if offers_given:
        return [*lines, "# Its offers are those of [sources.offers]; giving nothing is always a choice."]
    return lines + _choices(figures, currency)


def _choices(figures: Figures, currency: str) -> list[str]:
    """A coupon and a spend-and-save; `figures` are in units of the currency."""
    lines = [
        "",
        "# Three choices to begin with: the two below and nothing, which is always a choice and needs no entry.",
        "# assumed: one in ten who get it redeem it, and half of these purchases would not have been made otherwise.",
        "# Without its line 'assumed', a coupon on a category counts at what your shelf prices show.",
    ]
    return [*lines, *_coupon(figures, currency), "", *_spend_and_save(figures, currency)]


def _coupon(figures: Figures, currency: str) -> list[str]:
    digits = DIGITS[currency]
    most = pretty(3 * figures.category_basket * _PERCENT / 100, digits)
    everything = '# on = "each category"                    # default: everything; categories are not known yet'
    on = [everything] if figures.category is None else [entry("on", quoted(figures.category), _most_sold())]
    return [
        "[[campaigns.offers]]",
        entry("kind", quoted("coupon")),
        *on,
        entry("percent", str(_PERCENT)),
        entry("max_discount", quoted(f"{most:.{digits}f}"), f"assumed: {_PERCENT} % of about three usual baskets"),
        entry("assumed", _ASSUMED),
        off("funded_share = 0.0", "what a supplier pays of the discount"),
    ]


def _most_sold() -> str:
    return 'guessed: the category of highest sales; "each category" makes one for each'


def _spend_and_save(figures: Figures, currency: str) -> list[str]:
    digits = DIGITS[currency]
    spend = pretty(1.5 * figures.basket, digits)
    save = min(pretty(spend / 10, digits), spend)
    usual = f"assumed: 1.5 times the usual basket, {figures.basket:.{digits}f}"
    return [
        "[[campaigns.offers]]",
        entry("kind", quoted("spend_and_save")),
        entry("spend", quoted(f"{spend:.{digits}f}"), usual),
        entry("save", quoted(f"{save:.{digits}f}"), "assumed: about a tenth of it"),
        entry("assumed", _ASSUMED),
    ]
