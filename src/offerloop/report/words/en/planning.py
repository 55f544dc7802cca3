"""English: the page of planning by simulation."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "planning.most": (
        "By simulation (synthetic, preset '{preset}', {periods} periods, worlds: {worlds}), most profit comes with "
        "{best}: {profit} beyond the same shop without offers, at a cost of {cost}, with sales changed by {sales} and "
        "conversion by {conversion}."
    ),
    "planning.unclear": (
        "By simulation (synthetic, preset '{preset}', {periods} periods, worlds: {worlds}), no combination clearly "
        "gains profit over the same shop without offers; the most comes with {best}: {profit}, at a cost of {cost}, "
        "with sales changed by {sales} and conversion by {conversion}."
    ),
    "planning.loss": (
        "By simulation (synthetic, preset '{preset}', {periods} periods, worlds: {worlds}), no combination brings more "
        "profit than giving nothing; the least is lost with {best}: profit changed by {profit}, at a cost of {cost}, "
        "with sales changed by {sales} and conversion by {conversion}."
    ),
    "planning.lead_clear": "It is {lead} of profit ahead of the next, {next}, which is beyond the spread over worlds.",
    "planning.lead_unclear": (
        "It is {lead} of profit ahead of the next, {next}, which is not beyond the spread over worlds: the two cannot "
        "be told apart."
    ),
    "planning.lead_unknown": (
        "It is {lead} of profit ahead of the next, {next}; one world cannot say whether that is more than luck."
    ),
    "planning.policy": "the policy '{policy}'",
    "planning.budget": "a budget of {value} for each customer and period",
    "planning.supplier_share": "a supplier share of {value}",
    "planning.explore": "an exploration share of {value}",
    "planning.short.supplier_share": "supplier {value}",
    "planning.short.explore": "explore {value}",
    "planning.column.budget": "budget for each customer and period",
    "planning.column.supplier_share": "supplier share",
    "planning.column.explore": "exploration share",
    "planning.chart": "Most profit with {best}",
    "planning.measure": (
        "Profit beyond the same shop without offers over {periods} periods, with the spread over worlds"
    ),
    "planning.label": "Combinations",
    "planning.message": "What each budget, supplier share and exploration share would bring",
    "planning.table": "Totals over all periods, means over worlds",
    "planning.how": (
        "All combinations have the same customers, the same past and the same luck, and so has the shop without "
        "offers. Intervals are of the mean over worlds (95 %, Student's t); the lead is paired by world. The best of "
        "many looks better than it is: play it again in other worlds (another seed) before its figure is believed. "
        "Conversion is the share of customers who buy in a period."
    ),
    "planning.levers": (
        "The budget is the most that offers could cost the shop in a period; they cost less. The supplier share is "
        "what suppliers pay of every discount: what they ask for it is not in these figures, and a higher share lets "
        "the same budget reach more customers. The exploration share is what the policy 'loop' gives by lot out of the "
        "budget, to a tenth of the customers at most; what is learned so pays in later periods too, which a short plan "
        "does not see."
    ),
    "planning.footer": (
        "Made by Offerloop; the same figures are in simulation.json, every period of every world and combination in "
        "periods.parquet, and the first combination's tables of the first world with an offerloop.toml beside this "
        "file."
    ),
}
