"""English: the page of a simulation."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "Simulated shop, preset {preset}",
    "simulation.synthetic": "Synthetic: a simulated shop, no real customers",
    "simulation.found": (
        "{periods} periods of the simulated shop '{preset}', against the same shop without offers (worlds simulated: "
        "{worlds})."
    ),
    "simulation.gained": (
        "The policy '{policy}' changed profit by {profit}, sales by {sales} and conversion by {conversion}, at a cost "
        "of {cost}."
    ),
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
    "simulation.column.more_conversion": "conversion gained",
    "simulation.column.regret": "regret",
    "simulation.column.same_spend": "profit gained at the same spend",
    "simulation.how": (
        "All shops have the same customers, the same past and the same luck, so that they differ by the offers only. "
        "Intervals are of the mean over worlds (95 %, Student's t). Purchases brought forward are missing from later "
        "periods of the shop with offers, and so count against it. Conversion is the share of customers who buy in a "
        "period."
    ),
    "simulation.equal_spend": (
        "At equal spend: the first policy for fewer, random customers, so many that its cost is that of the other one; "
        "its profit then shrinks in proportion. 'ceiling' and 'oracle' look one period ahead: what an offer does to "
        "later periods does not count for them."
    ),
    "courses.label": "Over time",
    "courses.message": "What each policy has gained from period to period, and how far it is behind the best",
    "courses.most": "Most profit at the end: '{policy}', {profit}",
    "courses.least": "On average '{policy}' is nearest to '{ceiling}': a regret of {regret}",
    "courses.measure.profit": "Profit beyond the same shop without offers so far, with the spread over worlds",
    "courses.measure.regret": "Profit of '{ceiling}' so far less that of the policy, with the spread over worlds",
    "courses.table": "After the last period, means over worlds",
    "courses.no_ceiling": "Regret needs the best that could be had: add the policy 'ceiling', or 'oracle'.",
    "courses.how": (
        "Measured as profit that the shop realised beyond its twin without offers, under the same customers and the "
        "same luck; not as an expectation, so that the luck of single weeks shows. Regret compares policies at the "
        "same budget of liabilities in each period; what they truly spend differs and stands in the table. 'blanket' "
        "keeps to no budget and is drawn only where it is alone. Regret can fall, and even below zero: what offers do "
        "to later periods does not count for 'ceiling' and 'oracle' when they choose."
    ),
    "courses.same_spend": (
        "At the same spend: in each world every policy goes to fewer customers, drawn by lot, so that it spends what "
        "the one that spends least does, {spend} on average; its profit then shrinks in proportion. A policy that "
        "spends nothing is left out."
    ),
    "simulation.footer": (
        "Made by Offerloop; the same figures are in simulation.json, every period of every world in periods.parquet, "
        "and the first policy's tables of the first world with an offerloop.toml beside this file."
    ),
}
