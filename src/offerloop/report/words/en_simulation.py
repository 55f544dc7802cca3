"""English: the page of a simulation."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "Simulated shop, preset {preset}",
    "simulation.synthetic": "Synthetic: a simulated shop, no real customers",
    "simulation.found": (
        "{periods} periods of the simulated shop '{preset}', against the same shop without offers (worlds simulated: "
        "{worlds})."
    ),
    "simulation.gained": "The policy '{policy}' changed profit by {profit} and sales by {sales}, at a cost of {cost}.",
    "simulation.lead": "That is {lead} of profit beyond '{first}' at equal spend.",
    "simulation.r2": "'{policy}' predicts true effects with R2 {r2}, learned from {fresh} fresh customers.",
    "simulation.chart": "What each policy changed in the simulated shop '{preset}'",
    "simulation.measure": "Change against the same shop without offers, per cent, over all periods",
    "simulation.measure.buyers": "buyers",
    "simulation.measure.sales": "sales",
    "simulation.measure.profit": "profit",
    "simulation.label_policies": "Policies",
    "simulation.message_policies": "What each policy gained over all periods, and what that cost",
    "simulation.table_policies": "Totals over all periods, means over worlds",
    "simulation.label": "Periods of {policy}",
    "simulation.message": "What happened in each period, beside the same shop without any offer",
    "simulation.table": "Means over worlds",
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
    "simulation.how": (
        "All shops have the same customers, the same past and the same luck, so that they differ by the offers only. "
        "Intervals are of the mean over worlds (95 %, Student's t). Purchases brought forward are missing from later "
        "periods of the shop with offers, and so count against it."
    ),
    "simulation.equal_spend": (
        "At equal spend: the first policy for fewer, random customers, so many that its cost is that of the other one; "
        "its profit then shrinks in proportion. 'ceiling' and 'oracle' look one period ahead: what an offer does to "
        "later periods does not count for them."
    ),
    "simulation.footer": (
        "Made by Offerloop; the same figures are in simulation.json, every period of every world in periods.parquet, "
        "and the first policy's tables of the first world with an offerloop.toml beside this file."
    ),
}
