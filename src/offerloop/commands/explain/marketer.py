"""The full explanation for a marketer: the decision, the customer, the candidates, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from offerloop.commands.explain.findings import CampaignFacts, CandidateFacts, Decision, ExpectedMoney
from offerloop.commands.explain.profile import profile_lines
from offerloop.commands.explain.reasons import change_lines, why_lines, why_not_lines
from offerloop.commands.explain.teller import Teller

Rows = Sequence[Sequence[str]]


def marketer_text(tell: Teller) -> str:
    """Sections with headings; plain text that fits a terminal."""
    facts = tell.facts
    title = tell.say("marketer.title", customer=facts.customer_id, shop=facts.shop, day=facts.as_of)
    sections = [
        ("marketer.decision", _decision(tell)),
        ("marketer.why", _bullets(tell, why_lines(tell))),
        ("marketer.changes", _bullets(tell, change_lines(tell))),
        ("marketer.profile", _pairs(tell, profile_lines(tell))),
        ("marketer.candidates", _candidates(tell)),
        ("marketer.why_not", _bullets(tell, why_not_lines(tell))),
        ("marketer.prices", _bullets(tell, [_price(tell, one) for one in facts.campaigns])),
        ("marketer.sure", _bullets(tell, _sure(tell))),
    ]
    parts = [title, *("\n".join([tell.say(heading), *lines]) for heading, lines in sections if lines)]
    return "\n\n".join(parts)


def _bullets(tell: Teller, lines: Sequence[str]) -> list[str]:
    return [tell.say("bullet", text=line) for line in lines]


def _pairs(tell: Teller, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Labels in one column, their values in another."""
    wide = max((cell_len(label) for label, _ in pairs), default=0)
    return [tell.say("line", label=_padded(label, wide), text=text) for label, text in pairs]


def _padded(text: str, wide: int, *, right: bool = False) -> str:
    """Filled with spaces to a width in terminal cells; a Chinese character takes two."""
    space = " " * (wide - cell_len(text))
    return space + text if right else text + space


def _decision(tell: Teller) -> list[str]:
    decision = tell.facts.decision
    share = tell.chance(decision.propensity) if decision.propensity >= 0.001 else f"{decision.propensity:.1e}"
    drawn = (tell.say("decision.propensity"), tell.say("decision.propensity_text", share=share))
    if decision.terms is None or decision.campaign_id is None:
        reason = tell.say(f"reason.{decision.reason}")
        return [tell.say("decision.none", reason=reason), *_pairs(tell, [drawn])]
    offer = tell.quoted(tell.offer(decision.terms, with_most=True))
    head = tell.say(f"decision.{decision.arm}", offer=offer, campaign=tell.title(decision.campaign_id))
    return [head, *_pairs(tell, [*_money(tell, decision, decision.campaign_id), drawn])]


def _money(tell: Teller, decision: Decision, campaign: str) -> list[tuple[str, str]]:
    basis = decision.basis
    pairs = [("most", _most(tell, decision.cost_most_minor, campaign))]
    if decision.money is not None:
        pairs += [
            ("cost", tell.cost(decision.money.cost_expected_minor, campaign)),
            ("value", tell.say("decision.value_text", value=tell.fine(decision.money.value_minor))),
            *_profit(tell, decision.money, basis, campaign),
        ]
    else:
        pairs += [(name, tell.say("decision.unknown_text")) for name in ("cost", "value", "profit")]
    pairs.append(("basis", tell.say(f"basis.{basis}")))
    if decision.product_ids:
        texts = decision.product_texts
        named = [f"{texts[one]} ({one})" if one in texts else one for one in decision.product_ids]
        pairs.append(("products", tell.listed(named)))
    return [(tell.say(f"decision.{name}"), text) for name, text in pairs]


def _profit(tell: Teller, money: ExpectedMoney, basis: str, campaign: str) -> list[tuple[str, str]]:
    """Return the profit, and its second estimate unless it is assumed: estimates did not choose what is assumed."""
    unit = tell.costs(campaign).currency
    what = tell.say("profit.money" if tell.in_money(campaign) else "profit.unit", unit=unit)
    if basis == "assumed":
        profit = tell.fine(money.profit_minor)
        return [("profit", tell.say("decision.profit_assumed", profit=profit, what=what))]
    held_out = tell.fine(money.profit_held_out_minor)
    return [
        ("profit", tell.say("decision.profit_text", profit=tell.interval(money, basis), what=what)),
        ("held_out", tell.say("decision.held_out_text", profit=held_out)),
    ]


def _most(tell: Teller, most: int | None, campaign: str) -> str:
    """The most that an offer can take from its campaign's budget."""
    return tell.say("decision.no_limit") if most is None else tell.costs(campaign).exact(most)


def _candidates(tell: Teller) -> list[str]:
    facts = tell.facts
    lines = [*_table(tell), "", tell.say("table.note", n=facts.n_candidates)]
    if not facts.candidates:
        lines = [tell.say("table.empty")]
    if facts.untried:
        offers = tell.listed(tell.quoted(tell.offer(one.terms)) for one in facts.untried)
        lines.append(tell.say("table.untried", offers=offers))
    return lines


def _table(tell: Teller) -> list[str]:
    names = ("offer", "value", "cost", "most", "profit", "net", "basis")
    head = [tell.say(f"table.{name}") for name in names]
    head[0] = tell.say("table.mark_other", offer=head[0])
    nothing = _nothing(tell)
    rows = [head, *(_row(tell, one) for one in tell.facts.candidates), nothing]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(names))]
    last = len(names) - 1
    return [
        "  ".join(
            _padded(cell, wide, right=0 < column < last)
            for column, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _nothing(tell: Teller) -> list[str]:
    decision, zero = tell.facts.decision, tell.fine(0)
    mark = "given" if decision.terms is None else "other"
    if mark == "other" and tell.facts.plan.terms is None:
        mark = "planned"
    name = tell.say(f"table.mark_{mark}", offer=tell.say("offer.none"))
    return [name, zero, "0", "0", zero, zero, ""]


def _row(tell: Teller, one: CandidateFacts) -> list[str]:
    status = one.status
    mark = "given" if status.startswith("given") else "planned" if status.startswith("kept_back") else "other"
    name = tell.of_campaign(tell.offer(one.terms), one.campaign_id)
    return [
        tell.say(f"table.mark_{mark}", offer=name),
        tell.fine(one.money.value_minor),
        tell.cost(one.money.cost_expected_minor, one.campaign_id),
        _most(tell, one.cost_most_minor, one.campaign_id),
        tell.interval(one.money, one.basis),
        tell.fine(one.net_minor) if tell.campaign(one.campaign_id).send else "–",
        tell.say(f"table.short.{one.basis}"),
    ]


def _price(tell: Teller, one: CampaignFacts) -> str:
    campaign = one.campaign_id
    values = {"campaign": tell.quoted(one.title), "budget": tell.costs(campaign).exact(one.budget_minor)}
    basis = tell.say(f"price.basis.{one.budget_basis}")
    if not one.send:
        return tell.say(f"price.{tell.not_sent(one)}", forecast=tell.forecast(one), **values)
    if not one.shadow_price:
        return tell.say("price.unused", basis=basis, **values)
    price, unit = tell.ratio(one.shadow_price), tell.one(campaign)
    return tell.say("price.used", price=price, one=unit, basis=basis, **values)


def _sure(tell: Teller) -> list[str]:
    found = {one.basis for one in tell.facts.candidates}
    keys: list[str] = [basis for basis in ("estimated", "transferred", "measured", "assumed") if basis in found]
    if {"estimated", "transferred"} <= found:
        keys[:2] = ["estimated", "transferred_others"]
    return [tell.say(f"sure.{key}") for key in keys or ["none"]]
