"""The first campaign: a budget, and three choices to begin with when the shop names none."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.commands.init.configuration import SourceText
from offerloop.commands.init.figures import Figures, pretty, two_digits
from offerloop.commands.init.offers import Costs, listed_campaigns, listed_costs
from offerloop.commands.init.sizing import HOLDOUT, OrderFigures, Size, sized
from offerloop.config import entry, off, quoted, remark
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import DIGITS, to_minor, to_text

_P_REDEEM, _INCREMENTAL = 0.10, 0.5
_ASSUMED = f"{{ p_redeem = {_P_REDEEM:.2f}, incremental = {_INCREMENTAL:g} }}"
_PERCENT = 10
_NAMED = 3
"""Offers that a comment names."""
_EXPLORE_SHARE = 10
"""The exploration budget is the budget divided by this, or what one customer may cost if that is more."""


@dataclass(frozen=True)
class Budget:
    """What the plan may cost, in minor units."""

    minor: int
    why: str

    def of(self, size: Size, currency: str) -> Budget:
        """Return the budget in another size: rounded up to two digits where a read-out needs more."""
        if size.budget == self.minor:
            return self
        step = 10 ** max(len(str(size.budget)) - 2, DIGITS[currency])
        return Budget(-(-size.budget // step) * step, f"assumed: {size.budget_why}, to read the plan out within a year")


@dataclass(frozen=True)
class _Terms:
    """Amounts of the two offers, as they are written."""

    most: str
    """The largest discount of the coupon."""
    spend: str
    save: str


def first_budget(budget: str | None, figures: Figures, currency: str) -> Budget:
    """Return the budget as given, else 1 % of mean monthly sales. Raises InputError for one that is not above zero."""
    if budget is not None:
        minor = to_minor(budget, currency)
        if minor <= 0:
            raise InputError(Message("the budget must be above zero, not {budget}", budget=budget))
        return Budget(minor, "")
    digits = DIGITS[currency]
    amount = two_digits(figures.monthly / 100, digits)
    if not figures.is_seen:
        return Budget(to_minor(f"{amount:.{digits}f}", currency), "assumed before any sales could be read: correct it")
    why = f"assumed: 1 % of the sales of a month, about {two_digits(figures.monthly, digits):,.0f}"
    return Budget(to_minor(f"{amount:.{digits}f}", currency), why)


def plan_size(
    budget: Budget, figures: Figures, margin: float, currency: str, offers: SourceText | None, *, is_given: bool
) -> Size:
    """Budget and holdout with which a read-out of the first plan can show something, as far as the shop allows."""
    if not figures.is_seen:
        return Size(budget.minor, HOLDOUT)
    terms, unit = _terms(figures, DIGITS[currency]), 10 ** DIGITS[currency]
    costs, profit = _costs(terms, currency, offers), None
    liability = None if costs.unlimited else costs.highest_minor
    if offers is None:
        profit, liability = max(_assumed(terms, figures, margin, currency))
    spread = margin * figures.period_sd * unit
    orders = OrderFigures(figures.n_customers, spread, profit, liability, figures.period_days)
    return sized(orders, budget.minor, is_given=is_given)


def _assumed(terms: _Terms, figures: Figures, margin: float, currency: str) -> list[tuple[float, int]]:
    """Return what both offers are assumed to bring with each customer, and the most that they can cost."""
    unit = 10 ** DIGITS[currency]
    spend = _INCREMENTAL * margin * float(terms.spend) - float(terms.save)
    coupon = (_INCREMENTAL * margin - _PERCENT / 100) * figures.category_basket
    return [
        (_P_REDEEM * spend * unit, to_minor(terms.save, currency)),
        (_P_REDEEM * coupon * unit, to_minor(terms.most, currency)),
    ]


def _costs(terms: _Terms, currency: str, offers: SourceText | None) -> Costs:
    if offers is None:
        return Costs(max(to_minor(terms.most, currency), to_minor(terms.save, currency)))
    return listed_costs(offers, currency)


def basis_note(currency: str, offers: SourceText | None) -> Message | None:
    """Return that the budget counts expected costs, where the cost of an offer has no upper limit."""
    unlimited = () if offers is None else listed_costs(offers, currency).unlimited
    if not unlimited:
        return None
    return Message(
        "nothing limits what offers such as '{offer}' can cost, so the budget counts every offer at its expected "
        "cost, and not at the most that it can cost",
        offer=unlimited[0],
    )


def campaign_lines(
    budget: Budget, figures: Figures, currency: str, offers: SourceText | None, *, shown: bool
) -> list[str]:
    """`[[campaigns]]` and offers; `offers` is the shop's own table of them, `shown` whether a log tells of them.

    Campaigns that the table names have equal parts of the budget.
    """
    terms = _terms(figures, DIGITS[currency])
    costs = _costs(terms, currency, offers)
    ids = [] if offers is None else listed_campaigns(offers)
    if len(ids) > 1:
        why = f"assumed: an equal part of {to_text(budget.minor, currency)}"
        budget = Budget(budget.minor // len(ids), why)
    names = [(name, name) for name in ids] or [("first", "First campaign")]
    first, *others = (_campaign(*name, budget, costs, currency, shown=shown) for name in names)
    which = "The campaigns of the offers" if others else "One campaign"
    lines = [
        f'# {which}. Under the default budget_basis = "liability" every offer counts at the most it can cost us.',
        *first,
    ]
    for further in others:
        lines += ["", *(line for line in further if not line.startswith("#"))]
    if offers is not None:
        return [*lines, "# The offers are those of [sources.offers]; giving nothing is always a choice."]
    return lines + _choices(terms, figures)


def _campaign(name: str, title: str, budget: Budget, costs: Costs, currency: str, *, shown: bool) -> list[str]:
    """Return the lines of one campaign, without its offers."""
    return [
        "[[campaigns]]",
        entry("id", quoted(name)),
        entry("title", quoted(title)),
        entry("budget", quoted(to_text(budget.minor, currency)), budget.why),
        *_explore(budget.minor, costs, currency),
        *_basis(costs),
        *_send(shown=shown),
    ]


def _basis(costs: Costs) -> list[str]:
    """Return the lines on the basis of a budget: expected cost where an offer has no upper limit of its cost."""
    if not costs.unlimited:
        return [off('budget_basis = "liability"', 'or "expected": every offer counts at its expected cost')]
    some = ", ".join(costs.unlimited[:_NAMED]) + (" and others" if len(costs.unlimited) > _NAMED else "")
    return [
        remark(f"Nothing limits what an offer can cost: {some}."),
        "# So every offer counts at its expected cost; the report says how likely more than the budget is spent.",
        '# "liability", under which no more than the budget can be spent, needs a limit of each, such as max_discount;',
        "# offers at a price of each unit, and those that give units free, have none.",
        entry("budget_basis", quoted("expected")),
    ]


def _send(*, shown: bool) -> list[str]:
    """A log of offers that were shown at random tells effects, seldom so surely that a plan of one week is proven."""
    if not shown:
        return [off('send = "proven"', 'or "expected": the plan is sent also where nothing proves that it pays')]
    return [
        '# The log of shown offers says what they do, with some error. "expected": the plan is sent if its estimated',
        "# profit, before luck is taken off, is more than 0.6 standard errors above zero; the report says when that",
        "# proves nothing.",
        '# "proven": only when the interval of that profit lies above zero.',
        entry("send", quoted("expected")),
    ]


def _explore(budget: int, costs: Costs, currency: str) -> list[str]:
    """Exploration is paid as if everyone drew the most expensive offer, so that less than its cost explores nothing."""
    share, highest = budget // _EXPLORE_SHARE, costs.highest_minor
    if costs.unlimited and highest == 0:
        why = "what can cost without limit is not given at random"
        return [entry("explore_budget", quoted(to_text(0, currency)), why)]
    if highest > budget:
        most = to_text(highest, currency)
        why = f"nothing can be explored with this budget: the most expensive offer that may be drawn can cost {most}"
        return [entry("explore_budget", quoted(to_text(0, currency)), why)]
    why = "assumed: for offers given at random, which teach what they do"
    if highest > share:
        why += "; enough for one customer, whatever is drawn"
    return [entry("explore_budget", quoted(to_text(max(share, highest), currency)), why)]


def _terms(figures: Figures, digits: int) -> _Terms:
    """`figures` are in units of the currency."""
    most = pretty(3 * figures.category_basket * _PERCENT / 100, digits)
    spend = pretty(1.5 * figures.basket, digits)
    save = min(pretty(spend / 10, digits), spend)
    return _Terms(f"{most:.{digits}f}", f"{spend:.{digits}f}", f"{save:.{digits}f}")


def _choices(terms: _Terms, figures: Figures) -> list[str]:
    """A coupon and a spend-and-save."""
    lines = [
        "",
        "# Three choices to begin with: the two below and nothing, which is always a choice and needs no entry.",
        "# assumed: one in ten who get it redeem it, and half of these purchases would not have been made otherwise.",
        "# Without its line 'assumed', a coupon on a category counts at what your shelf prices show.",
    ]
    return [*lines, *_coupon(terms, figures), "", *_spend_and_save(terms, figures)]


def _coupon(terms: _Terms, figures: Figures) -> list[str]:
    everything = '# on = "each category"                    # default: everything; categories are not known yet'
    on = [everything] if figures.category is None else [entry("on", quoted(figures.category), _most_sold())]
    return [
        "[[campaigns.offers]]",
        entry("kind", quoted("coupon")),
        *on,
        entry("percent", str(_PERCENT)),
        entry("max_discount", quoted(terms.most), f"assumed: {_PERCENT} % of about three usual baskets"),
        entry("assumed", _ASSUMED),
        off("funded_share = 0.0", "what a supplier pays of the discount"),
    ]


def _most_sold() -> str:
    return 'guessed: the category of highest sales; "each category" makes one for each'


def _spend_and_save(terms: _Terms, figures: Figures) -> list[str]:
    digits = len(terms.spend.partition(".")[2])
    usual = f"assumed: 1.5 times the usual basket, {figures.basket:.{digits}f}"
    usual = usual if figures.is_seen else "assumed before any sales could be read: correct it"
    return [
        "[[campaigns.offers]]",
        entry("kind", quoted("spend_and_save")),
        entry("spend", quoted(terms.spend), usual),
        entry("save", quoted(terms.save), "assumed: about a tenth of it"),
        entry("assumed", _ASSUMED),
    ]
