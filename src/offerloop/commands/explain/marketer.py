"""The full explanation for a marketer: the decision, the customer, the candidates, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from offerloop.commands.explain.findings import CampaignFacts, CandidateFacts, Decision, ExpectedMoney
from offerloop.commands.explain.profile import profile_lines
from offerloop.commands.explain.reasons import change_lines, why_lines, why_not_lines
from offerloop.commands.explain.teller import Teller

Rows = Sequence[Sequence[str]]


def marketer_text(_: Teller) -> str:
    """Sections with headings; plain text that fits a terminal."""
    facts = _.facts
    title = _(
        "Customer {customer}, {shop}, plan of {day}",
        context="page title",
        customer=facts.customer_id,
        shop=facts.shop,
        day=facts.as_of,
    )
    sections = [
        ("marketer.decision", _decision(_)),
        ("marketer.why", _bullets(_, why_lines(_))),
        ("marketer.changes", _bullets(_, change_lines(_))),
        ("marketer.profile", _pairs(_, profile_lines(_))),
        ("marketer.candidates", _candidates(_)),
        ("marketer.why_not", _bullets(_, why_not_lines(_))),
        ("marketer.prices", _bullets(_, [_price(_, one) for one in facts.campaigns])),
        ("marketer.sure", _bullets(_, _sure(_))),
    ]
    parts = [title, *("\n".join([_.say(heading), *lines]) for heading, lines in sections if lines)]
    return "\n\n".join(parts)


def _bullets(_: Teller, lines: Sequence[str]) -> list[str]:
    return [_("- {text}", context="pattern", text=line) for line in lines]


def _pairs(_: Teller, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Labels in one column, their values in another."""
    wide = max((cell_len(label) for label, __ in pairs), default=0)
    return [_("  {label}  {text}", context="pattern", label=_padded(label, wide), text=text) for label, text in pairs]


def _padded(text: str, wide: int, *, right: bool = False) -> str:
    """Filled with spaces to a width in terminal cells; a Chinese character takes two."""
    space = " " * (wide - cell_len(text))
    return space + text if right else text + space


def _decision(_: Teller) -> list[str]:
    decision = _.facts.decision
    share = _.chance(decision.propensity) if decision.propensity >= 0.001 else f"{decision.propensity:.1e}"
    drawn = (
        _("propensity", context="decision"),
        _("{share} (probability of this outcome over all random groups)", share=share),
    )
    if decision.terms is None or decision.campaign_id is None:
        reason = _.say(f"reason.{decision.reason}")
        return [_("Gets no offer: {reason}.", context="decision", reason=reason), *_pairs(_, [drawn])]
    offer = _.quoted(_.offer(decision.terms, with_most=True))
    head = _.say(f"decision.{decision.arm}", offer=offer, campaign=_.title(decision.campaign_id))
    return [head, *_pairs(_, [*_money(_, decision, decision.campaign_id), drawn])]


def _money(_: Teller, decision: Decision, campaign: str) -> list[tuple[str, str]]:
    basis = decision.basis
    pairs = [("most", _most(_, decision.cost_most_minor, campaign))]
    if decision.money is not None:
        pairs += [
            ("cost", _.cost(decision.money.cost_expected_minor, campaign)),
            (
                "value",
                _("{value} (extra margin before the cost of the offer)", value=_.fine(decision.money.value_minor)),
            ),
            *_profit(_, decision.money, basis, campaign),
        ]
    else:
        pairs += [(name, _("not known", context="decision")) for name in ("cost", "value", "profit")]
    pairs.append(("basis", _.say(f"basis.{basis}")))
    if decision.product_ids:
        texts = decision.product_texts
        named = [f"{texts[one]} ({one})" if one in texts else one for one in decision.product_ids]
        pairs.append(("products", _.listed(named)))
    return [(_.say(f"decision.{name}"), text) for name, text in pairs]


def _profit(_: Teller, money: ExpectedMoney, basis: str, campaign: str) -> list[tuple[str, str]]:
    """Return the profit, and its second estimate unless it is assumed: estimates did not choose what is assumed."""
    unit = _.costs(campaign).currency
    what = (
        _("value less expected cost")
        if _.in_money(campaign)
        else _("the value itself; {unit} are not subtracted from it", unit=unit)
    )
    if basis == "assumed":
        profit = _.fine(money.profit_minor)
        return [("profit", _("{profit} (assumed: {what})", context="decision", profit=profit, what=what))]
    held_out = _.fine(money.profit_held_out_minor)
    return [
        (
            "profit",
            _(
                "{profit} ({what}, by the estimates that choose plans: often too high)",
                profit=_.interval(money, basis),
                what=what,
            ),
        ),
        ("held_out", _("{profit} (valued by the half of the customers that did not choose it)", profit=held_out)),
    ]


def _most(_: Teller, most: int | None, campaign: str) -> str:
    """The most that an offer can take from its campaign's budget."""
    return _("no limit", context="decision") if most is None else _.costs(campaign).exact(most)


def _candidates(_: Teller) -> list[str]:
    facts = _.facts
    lines = [
        *_table(_),
        "",
        _(
            "* given, + what the plan alone would give. Of all offers with a known effect ({n}) "
            "the best by profit, and those named below. “less budget” is profit less shadow price "
            "x what the offer takes from the budget; – where the campaign is not sent. Amounts are "
            "shown finer than the smallest coin so that sums can be followed; the intervals of "
            "single customers are rough.",
            n=facts.n_candidates,
        ),
    ]
    if not facts.candidates:
        lines = [_("No offer has a known effect on this customer.")]
    if facts.untried:
        offers = _.listed(_.quoted(_.offer(one.terms)) for one in facts.untried)
        lines.append(_("Without a known effect, so only ever given by lot: {offers}.", offers=offers))
    return lines


def _table(_: Teller) -> list[str]:
    names = ("offer", "value", "cost", "most", "profit", "net", "basis")
    head = [_.say(f"table.{name}") for name in names]
    head[0] = _("  {offer}", context="pattern", offer=head[0])
    nothing = _nothing(_)
    rows = [head, *(_row(_, one) for one in _.facts.candidates), nothing]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(names))]
    last = len(names) - 1
    return [
        "  ".join(
            _padded(cell, wide, right=0 < column < last)
            for column, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _nothing(_: Teller) -> list[str]:
    decision, zero = _.facts.decision, _.fine(0)
    mark = "given" if decision.terms is None else "other"
    if mark == "other" and _.facts.plan.terms is None:
        mark = "planned"
    name = _.say(f"table.mark_{mark}", offer=_("no offer", context="offer"))
    return [name, zero, "0", "0", zero, zero, ""]


def _row(_: Teller, one: CandidateFacts) -> list[str]:
    status = one.status
    mark = "given" if status.startswith("given") else "planned" if status.startswith("kept_back") else "other"
    name = _.of_campaign(_.offer(one.terms), one.campaign_id)
    return [
        _.say(f"table.mark_{mark}", offer=name),
        _.fine(one.money.value_minor),
        _.cost(one.money.cost_expected_minor, one.campaign_id),
        _most(_, one.cost_most_minor, one.campaign_id),
        _.interval(one.money, one.basis),
        _.fine(one.net_minor) if _.campaign(one.campaign_id).send else "–",
        _.say(f"table.short.{one.basis}"),
    ]


def _price(_: Teller, one: CampaignFacts) -> str:
    campaign = one.campaign_id
    values = {"campaign": _.quoted(one.title), "budget": _.costs(campaign).exact(one.budget_minor)}
    basis = _.say(f"price.basis.{one.budget_basis}")
    if not one.send:
        return _.say(f"price.{_.not_sent(one)}", forecast=_.forecast(one), **values)
    if not one.shadow_price:
        return _(
            "{campaign}: 0. The budget of {budget} is not used up, so more of it would bring "
            "nothing. It counts every offer at {basis}.",
            basis=basis,
            **values,
        )
    price, unit = _.ratio(one.shadow_price), _.one(campaign)
    return _(
        "{campaign}: {price} of extra profit for {one} more of budget. The budget of {budget} "
        "counts every offer at {basis}.",
        price=price,
        one=unit,
        basis=basis,
        **values,
    )


def _sure(_: Teller) -> list[str]:
    found = {one.basis for one in _.facts.candidates}
    keys: list[str] = [basis for basis in ("estimated", "transferred", "measured", "assumed") if basis in found]
    if {"estimated", "transferred"} <= found:
        keys[:2] = ["estimated", "transferred_others"]
    return [_.say(f"sure.{key}") for key in keys or ["none"]]
