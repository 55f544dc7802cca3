"""English: the page of a simulation."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "Simulated shop, preset {preset}",
    "simulation.synthetic": "Synthetic: a simulated shop, no real customers",
    "simulation.found": (
        "In {periods} periods of the simulated shop '{preset}' the policy '{policy}' changed profit by {profit} "
        "against the same shop without offers (mean over {worlds} worlds); sales by {sales}, at a cost of {cost}."
    ),
    "simulation.label": "Periods",
    "simulation.message": "What happened in each period, beside the same shop without any offer",
    "simulation.table": "Means over worlds",
    "simulation.column.period": "period",
    "simulation.column.offered": "customers with an offer",
    "simulation.column.buyers": "buyers",
    "simulation.column.sales": "sales",
    "simulation.column.cost": "cost of offers",
    "simulation.column.profit": "profit",
    "simulation.column.more_sales": "sales gained",
    "simulation.column.more_profit": "profit gained",
    "simulation.how": (
        "Both shops have the same customers and the same luck, so that they differ by the offers only. Intervals are "
        "of the mean over worlds (95 %, Student's t). Purchases brought forward are missing from later periods of the "
        "shop with offers, and so count against it."
    ),
    "simulation.footer": (
        "Made by Offerloop; the same figures are in simulation.json, every period of every world in periods.parquet, "
        "and the first world's tables with an offerloop.toml beside this file."
    ),
}
