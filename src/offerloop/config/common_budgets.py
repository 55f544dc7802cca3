"""What campaigns have left of budgets that they share: those of their team and of all campaigns, which count money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from offerloop.money import to_minor


@dataclass(frozen=True)
class SharedBudget:
    """The most that some campaigns may cost together."""

    at_most: int
    """Minor units."""
    campaigns: frozenset[str]


def shared_budgets(
    teams: Mapping[str, str | None], team_budgets: Mapping[str, str], total_budget: str | None, currency: str
) -> tuple[SharedBudget, ...]:
    """Return the shared budgets; `teams` has the team of each campaign whose budget is money."""
    amounts = [(text, [one for one, team in teams.items() if team == name]) for name, text in team_budgets.items()]
    if total_budget is not None:
        amounts.append((total_budget, list(teams)))
    return tuple(SharedBudget(to_minor(text, currency), frozenset(members)) for text, members in amounts)


def within_shared(
    left: Mapping[str, int], used: Mapping[str, float], budgets: tuple[SharedBudget, ...]
) -> dict[str, int]:
    """Return what is left to each campaign, minor units, where that of all fits in every budget that they share.

    Where less is left of a shared budget, each campaign has the same share of its own. `used` is what campaigns take of
    the shared budgets already.
    """
    fitting = dict(left)
    for budget in budgets:
        rest = int(max(0, budget.at_most - sum(used.get(name, 0) for name in budget.campaigns)))
        members = budget.campaigns.intersection(fitting)
        together = sum(fitting[name] for name in members)
        if together > rest:
            fitting |= {name: fitting[name] * rest // together for name in members}
    return fitting
