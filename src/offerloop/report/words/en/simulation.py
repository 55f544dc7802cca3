"""English: the page of a simulation."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "Simulated shop, preset {preset}",
    "simulation.synthetic": "Synthetic: a simulated shop, no real customers",
    "simulation.measure": "Change against the same shop without offers, per cent, over all periods",
    "simulation.measure.buyers": "buyers",
    "simulation.measure.sales": "sales",
    "simulation.measure.profit": "profit",
    "simulation.column.policy": "policy",
    "simulation.column.lead": "profit beyond '{first}' at equal spend",
    "simulation.column.period": "period",
    "simulation.column.offered": "customers with an offer",
    "simulation.column.buyers": "buyers",
    "simulation.column.sales": "sales",
    "simulation.column.cost": "cost of offers",
    "simulation.column.profit": "profit",
    "simulation.column.more_sales": "sales gained",
    "simulation.column.more_profit": "profit gained",
    "simulation.column.more_conversion": "conversion gained",
    "simulation.column.regret": "regret",
    "simulation.column.same_spend": "profit gained at the same spend",
}
