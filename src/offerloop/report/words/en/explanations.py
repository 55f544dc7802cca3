"""English. Names and rules of tags are English where they are declared."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # How parts are put together.
    "percent": " %",
    "line": "  {label}  {text}",
    "quoted": "“{text}”",
    # Offers.
    "offer.coupon": "{percent} off {category}",
    "offer.coupon_all": "{percent} off everything",
    "offer.flash_sale": "{percent} off everything for {hours} hours",
    "offer.flash_sale_on": "{percent} off {category} for {hours} hours",
    # Profiles.
    "feature.n_orders": "orders",
    "feature.spend_minor": "spent in all",
    "feature.recency_days": "last purchase",
    "feature.basket_minor": "usual order",
    "feature.top_category": "spends most on",
    "feature.discount_share": "bought on discount",
    "feature.trend": "trend of spend",
    "feature.p_active": "still active",
    "value.activity_unknown.shop": "not known (purchases in this shop do not show that customers stop buying)",
    "value.activity_unknown.one_day": "not known (bought on one day only)",
    "profile.liked_repeat": "may buy next",
    "profile.liked_new": "may like, new",
    "profile.liked_popular": "most people buy",
    "profile.because.bought": "{product}: bought on {about} days",
    "profile.because.bought_once": "{product}: bought on one day",
    "profile.because.goes_with": "{product}: goes with {about}, which this customer bought",
    "profile.because.new_like": "{product}: not sold before, described like {about}",
    "profile.because.popular": "{product}: popular at the moment",
    # What an effect rests on.
    "basis.transferred": "transferred from shelf prices",
    "basis.measured": "measured by an earlier read-out",
    "basis.estimated": "estimated from offers shown at random",
    "basis.assumed": "assumed by the shop, not shown by data",
    "basis.unknown": "unknown: nothing shows what it does",
    # Marketer: headings and the decision.
    "marketer.decision": "Decision",
    "marketer.profile": "Who this is",
    "marketer.candidates": "What could have been given",
    "marketer.prices": "What the budget is worth (shadow price)",
    "marketer.why": "Why this decision",
    "marketer.why_not": "Why not the others",
    "marketer.changes": "What would change it",
    "marketer.sure": "How sure this is",
    "decision.plan": "Gets {offer} by plan, from the campaign {campaign}.",
    "decision.explore": "Gets {offer} by lot, from the campaign {campaign}.",
    "decision.usual": "Gets {offer} by business as usual, from the campaign {campaign}.",
    "decision.none": "Gets no offer: {reason}.",
    "decision.most": "most it can cost us",
    "decision.cost": "expected cost to us",
    "decision.value": "value",
    "decision.profit": "profit",
    "decision.held_out": "profit, held out",
    "decision.basis": "effect",
    "decision.products": "products to show",
    "decision.propensity": "propensity",
    "decision.value_text": "{value} (extra margin before the cost of the offer)",
    "decision.profit_text": "{profit} ({what}, by the estimates that choose plans: often too high)",
    "decision.profit_assumed": "{profit} (assumed: {what})",
    "decision.held_out_text": "{profit} (valued by the half of the customers that did not choose it)",
    "decision.propensity_text": "{share} (probability of this outcome over all random groups)",
    "decision.no_limit": "no limit",
    "decision.unknown_text": "not known",
    "reason.holdout": "in the permanent holdout",
    "reason.held_back": "the plan's offer is held back in this period, drawn at random",
    "reason.usual": "in the group with business as usual, which gives nothing here",
    "reason.lot": "drawn by lot, and the lot was no offer",
    "reason.no_campaign_pays": "no campaign is sent",
    "reason.no_effect_known": "nothing shows the effect of any offer",
    "reason.no_consent": "the customer has not agreed to personalised offers",
    "reason.outside": "in no campaign's audience",
    "reason.no_basis": "no recent purchase to respond from",
    "reason.no_offer_pays": "no offer pays for this customer",
    "reason.budget_spent": "the budget went to better returns",
    # Marketer: the table.
    "table.offer": "offer",
    "table.value": "value",
    "table.cost": "exp. cost",
    "table.most": "at most",
    "table.profit": "profit [low, high]",
    "table.net": "less budget",
    "table.basis": "effect",
    "table.own": "{offer} ({campaign})",
    "table.mark_given": "* {offer}",
    "table.mark_planned": "+ {offer}",
    "table.mark_other": "  {offer}",
    "table.note": (
        "* given, + what the plan alone would give. Of all offers with a known effect ({n}) the best by profit, and "
        "those named below. “less budget” is profit less shadow price x what the offer takes from the budget; "
        "– where the campaign is not sent. Amounts are shown finer than the smallest coin so that sums can be "
        "followed; the intervals of single customers are rough."
    ),
    "table.short.transferred": "shelf prices",
    "table.short.measured": "measured",
    "table.short.estimated": "estimated",
    "table.short.assumed": "assumed",
    "table.empty": "No offer has a known effect on this customer.",
    "table.untried": "Without a known effect, so only ever given by lot: {offers}.",
    # Marketer: shadow prices.
    "price.used": (
        "{campaign}: {price} of extra profit for {one} more of budget. The budget of {budget} counts every offer at "
        "{basis}."
    ),
    "price.unused": (
        "{campaign}: 0. The budget of {budget} is not used up, so more of it would bring nothing. It counts every "
        "offer at {basis}."
    ),
    "price.not_sent": (
        "{campaign}: not sent, so it decides nothing here. Its best plan is forecast at {forecast}, which is not "
        "clearly above zero."
    ),
    "price.not_sent_expected": (
        "{campaign}: not sent, so it decides nothing here. Its best plan is forecast at {forecast}, which is not "
        "well above zero."
    ),
    "price.not_sent_others": (
        "{campaign}: not sent, so it decides nothing here. By itself it is forecast at {forecast}, but other campaigns "
        "bring more with the same customers and limits."
    ),
    "price.no_forecast": (
        "{campaign}: not sent, so it decides nothing here. Nothing shows the effect of its offers, so there is no "
        "forecast."
    ),
    "price.basis.liability": "the most it can cost us",
    "price.basis.expected": "its expected cost",
    # Marketer: why.
    "why.best_profit": (
        "Of its campaign, {offer} has the highest profit less what its budget is worth: {profit} − {price} x {cost} = "
        "{net}, which is above zero, the figure of no offer."
    ),
    "why.plain_best": "By the plan it got {offer}, with a profit of {profit}; after its budget {net} is left.",
    "why.plain_best_kept": (
        "By the plan it would have got {offer}, with a profit of {profit}; after its budget {net} is left."
    ),
    "why.budget_spent": (
        "{offer} is estimated to bring {profit}, but its {cost} of budget bring {earned} with other customers "
        "({profit} − {price} x {cost} = {net}). No other offer of a campaign that is sent does better here."
    ),
    "why.no_offer_pays": (
        "Every offer of the campaigns that are sent is estimated to cost at least what it brings. The best is {offer}: "
        "value {value} less expected cost {cost} is {profit}."
    ),
    "why.no_offer_pays_unit": (
        "No offer of the campaigns that are sent is estimated to bring anything. The best is {offer}: value {value}."
    ),
    "why.no_campaign_pays": "No campaign has a forecast high enough for it to be sent, so nobody gets an offer.",
    "why.no_effect_known": "Nothing shows the effect of any offer, so there is no forecast and nobody gets one.",
    "why.no_consent": "The customer has not agreed to personalised offers, so none is chosen or drawn.",
    "why.outside": "The customer is in no campaign's audience: a rule of the configuration says so.",
    "why.no_basis": "No recent purchase in a category with an offer, so nothing tells what an offer would change here.",
    "why.holdout": (
        "A hash of the customer's id put it among the {share} of customers who never get an offer. It is chance, the "
        "same in every run, and has nothing to do with the profile."
    ),
    "why.held_back": (
        "The plan's offer is held back from a few customers in every period, drawn anew each time, to see what offers "
        "cause. It is chance and has nothing to do with the profile."
    ),
    "why.usual": (
        "A hash of the customer's id put it among the customers who get what the shop does today, to compare the plan "
        "with. It is chance, the same in every run."
    ),
    "why.lot": (
        "The customer was drawn to explore: a few get by lot what may be given, or nothing. The profile did not count "
        "in the draw; it only decides which offers may be drawn."
    ),
    "why.would_get": "The plan alone would have given {offer}.",
    "why.would_get_none": "The plan alone would have given nothing as well.",
    "why.lot_instead": "The plan alone would have given nothing.",
    "why.same_as_plan": "It is what the plan would have given too.",
    "why.rounding": (
        "Computed again with the written shadow price, the choice would be {offer}. The difference is within rounding "
        "of the budget: offers are whole, and the last one that fits decides."
    ),
    "why.unexplained": (
        "Computed again with the written shadow price, the choice would be {offer}, and rounding of the budget does "
        "not explain the difference. The recorded decision stands; the files of this run may have been changed."
    ),
    # Marketer: why not.
    "why_not.item": "{offer}: {why}",
    "why_not.kept_back_holdout": "the plan's choice, but the customer is in the holdout.",
    "why_not.kept_back_holdback": "the plan's choice, but it is held back from the customer in this period.",
    "why_not.kept_back_usual": "the plan's choice, but the customer gets business as usual.",
    "why_not.kept_back_explore": "the plan's choice, but the customer was drawn by lot.",
    "why_not.not_sent": "its campaign {campaign} is not sent, because its forecast is not clearly above zero.",
    "why_not.not_sent_expected": "its campaign {campaign} is not sent, because its forecast is not well above zero.",
    "why_not.not_sent_others": (
        "its campaign {campaign} is not sent, because other campaigns bring more with the same customers and limits."
    ),
    "why_not.negative": "it would lose money: value {value} less expected cost {cost} is {profit}.",
    "why_not.negative_unit": "it is estimated to bring nothing: value {value}.",
    "why_not.taken": "an earlier campaign already plans an offer for this customer.",
    "why_not.below_price": "it returns {per} for {one} of budget, which returns {price} elsewhere (left: {net}).",
    "why_not.less_profit": "less is left after its budget: {net} against {best}.",
    "why_not.dearer": (
        "more profit ({profit} against {best_profit}), but it takes more budget than that is worth: {net} is left "
        "against {best}."
    ),
    "why_not.rounding": "as good as the last offers that the budget paid for; whole offers and rounding decided.",
    # Marketer: what would change it.
    "change.consent": "A consent of the customer, given by the customer.",
    "change.audience": "Another rule for the audience of a campaign.",
    "change.random": "Nothing. It is a random draw and must stay so, or nothing can be learned from the comparison.",
    "change.runner_up": (
        "{second} would win if the value of {offer} were {lead} lower ({share} of it), all else being equal."
    ),
    "change.no_runner_up": (
        "This campaign would give nothing if the value of {offer} were {lead} lower ({share} of it), all else "
        "being equal."
    ),
    "change.at_margin": "{offer} is at the margin of the budget: the smallest change of an estimate decides.",
    "change.price": (
        "{offer} would be given once the shadow price falls from {now} to below {price} for {one} of budget. By these "
        "estimates that takes a budget of about {budget} instead of {budget_now}; all that is added returns between "
        "these two prices."
    ),
    "change.limits": (
        "{offer} would be given once its budgets and contacts bring less than {price} elsewhere for {one} of budget "
        "(now {now}). Larger limits lower that."
    ),
    "change.rounding": "The customer is at the margin of the budget: one more offer's worth of it decides.",
    "change.share": (
        "{offer} would break even once suppliers pay {share} of the discount (now {now}). To be given it must also "
        "return more than the budget does elsewhere."
    ),
    "change.margin": "The same offer would break even at a margin of {margin} (now {now}).",
    "change.no_margin": "No margin alone would make it pay.",
    "change.margin_assumed": "Its value is the shop's own assumption, so the margin says nothing about it.",
    "change.no_response": "Its estimated value is zero: only an offer that costs us nothing would break even.",
    "change.harm": "Its estimated value is below zero: nothing but another estimate would make it worth giving.",
    "change.no_value": "Its estimated value is zero: nothing but another estimate would make it worth its budget.",
    "change.purchase": "A purchase in one of the {n} categories with an offer, such as {examples}.",
    "change.any_purchase": (
        "Any purchase: what offers shown at random change is known for whoever bought in the {days} days before the "
        "plan."
    ),
    "change.no_category": "No offer's effect can be told from purchases; only the shop's own assumption would do.",
    "change.not_sent": "{campaign} would have to be forecast clearly above zero; now it is {forecast}.",
    "change.not_sent_others": (
        "{campaign} would have to bring more than the campaigns that are sent; by itself it is forecast at {forecast}."
    ),
    "change.not_sent_expected": "{campaign} would have to be forecast well above zero; now it is {forecast}.",
    "change.no_forecast": (
        "{campaign} needs a forecast: from varying shelf discounts, from offers shown at random with their "
        "propensities, or from an assumption ('assumed')."
    ),
    "change.campaign_share": "{campaign} clearly pays once suppliers pay {share} of each discount.",
    "change.campaign_best": (
        "For this customer alone, {offer} is estimated at {profit}; a single highest estimate is too high on average, "
        "so the forecast of the whole campaign decides."
    ),
    # Marketer: how sure.
    "sure.transferred": (
        "The effects come from how purchases followed shelf prices, not from coupons given at random. Estimates for a "
        "single customer are rough; believe the campaign's forecast before any row here."
    ),
    "sure.measured": "Where the effect was measured, its interval is shared by all customers: it does not average out.",
    "sure.estimated": (
        "The effects were estimated from offers shown at random, so their means owe nothing to who was chosen. Who "
        "responds more is less sure, and the interval of a single customer is rough; believe the campaign's forecast "
        "before any row here."
    ),
    "sure.transferred_others": (
        "Where shelf prices tell the effect, it comes from how purchases followed them, not from offers given at "
        "random."
    ),
    "sure.assumed": "Where the effect is assumed, one expectation counts for every customer, and no interval holds it.",
    "sure.none": "There is no estimate for this customer to be sure of.",
    # Support.
    "support.gets": "Customer {customer} gets this offer: {offer}.",
    "support.none": "Customer {customer} gets no personal offer this time.",
    "support.none_ever": "Customer {customer} gets no personal offers.",
    "support.why.best_profit": (
        "Why: the system compared the offers open to this customer and chose the one expected to bring the most extra "
        "purchases for what it costs."
    ),
    "support.why.budget_spent": (
        "Why: the budget for offers is limited, and it went where it is expected to change more. That is no judgement "
        "of this customer."
    ),
    "support.why.no_offer_pays": (
        "Why: for this customer none of the offers is expected to bring enough extra purchases to pay for the discount."
    ),
    "support.why.no_campaign_pays": "Why: no campaign with personal offers is sent at the moment, so nobody gets one.",
    "support.why.no_effect_known": (
        "Why: it is not known yet what personal offers would change, so nobody gets one at the moment."
    ),
    "support.why.no_consent": "Why: the customer has not agreed to personalised offers, and that is respected.",
    "support.why.outside": "Why: the offers of this period are for other groups.",
    "support.why.no_basis": (
        "Why: there is no recent purchase in the product groups that have offers, so the system cannot tell which "
        "offer would help."
    ),
    "support.why.holdout": (
        "Why: chance. A random draw put the customer in a comparison group ({share} of all customers) that gets no "
        "personal offers, so that we can see whether offers work."
    ),
    "support.why.held_back": (
        "Why: chance. In every period some customers, drawn anew each time, get no personal offer, so that we can see "
        "whether offers work."
    ),
    "support.why.usual": (
        "Why: chance. A random draw put the customer in a comparison group in which everything goes on as before, so "
        "that we can see whether the new way of choosing offers is better."
    ),
    "support.why.lot": (
        "Why: chance. A few customers get their offer, or no offer, by lot, so that we can see which offers work."
    ),
    "support.not_punished": "It is no punishment and no reward: nothing that the customer did or bought counted.",
    "support.facts.purchases": (
        "Facts used: what this customer bought in each product group in recent months, how often, and at which shelf "
        "prices and discounts."
    ),
    "support.facts.estimated": (
        "Facts used: how often, how recently and how much this customer bought, in all and in the product groups of "
        "the offers, and how much of it on discount. How customers respond was learned from offers shown at random."
    ),
    "support.facts.both": (
        "Facts used: what this customer bought in each product group in recent months, how often, how much, and at "
        "which shelf prices and discounts. How customers respond was learned from those and from offers shown at "
        "random."
    ),
    "support.facts.scope": "The offer is for {category}.",
    "support.facts.category": "The offer is for {category}, where this customer has bought in recent months.",
    "support.facts.top": "The offer is for {category}, the product group on which this customer spends most.",
    "support.facts.assumed": (
        "What this offer does is the shop's own expectation, the same for every customer; purchases were used for the "
        "offers that it was compared with."
    ),
    "support.facts.none": "Facts used: that there is no recent purchase in these product groups.",
    "support.facts.holdout": "Facts used: only the customer number, for the draw.",
    "support.facts.held_back": "Facts used: none for the draw itself.",
    "support.facts.usual": (
        "Facts used: only the customer number for the draw; and those that the shop's usual rules for offers name."
    ),
    "support.facts.lot": (
        "Facts used: none for the draw itself; only which offers were in it could depend on what the customer bought."
    ),
    "support.facts.no_consent": "Facts used: only that there is no consent.",
    "support.facts.outside": "Facts used: those that the rule for the audience names.",
    "support.facts.campaign": "Facts used: none about this customer; the decision was made for all customers together.",
    # Customer.
    "customer.why.top": "Why this one: {category} is what you spend most on with us.",
    "customer.why.category": "Why this one: you have bought {category} from us in recent months.",
    "customer.why.all": "Why this one: it came out first when we compared our offers for you.",
    "customer.why.usual": "Why this one: it is what our usual rules for offers give you.",
    "customer.why.usual_none": (
        "Our usual rules give you none this time. That you are in the group with the usual rules was drawn at random; "
        "it has nothing to do with you or with what you buy."
    ),
    "customer.why.lot": "Why this one: it was drawn at random. We do that for a few offers, to learn which ones help.",
    "customer.why.lot_none": (
        "That was drawn at random: sometimes we give none, to learn whether our offers help. It has nothing to do "
        "with you or with what you buy."
    ),
    "customer.why.holdout": (
        "That was drawn at random: a group gets none, so that we can check whether our offers help. It has nothing to "
        "do with you or with what you buy."
    ),
    "customer.why.held_back": (
        "That was drawn at random: each time a few get none, so that we can check whether our offers help. It has "
        "nothing to do with you or with what you buy."
    ),
    "customer.why.budget_spent": "The number of offers is limited, and this time there was none left for you.",
    "customer.why.no_offer_pays": "We compared our offers for you, and this time none of them came out as a good fit.",
    "customer.why.no_campaign_pays": "We are not sending personal offers at the moment.",
    "customer.why.no_effect_known": "We are not sending personal offers at the moment.",
    "customer.why.no_consent": "You have not agreed to personalised offers, so we choose none for you.",
    "customer.why.outside": "The offers of this period are for other groups.",
    "customer.why.no_basis": (
        "You have not bought lately from the product groups that our offers are for, so we could not choose one."
    ),
    "customer.liked_repeat": "For your next purchase: {products}.",
    "customer.liked_new": "New to you: {products}.",
    "customer.liked_popular": "Popular at the moment: {products}.",
    "customer.because.bought": "{product}, which you bought on {about} days",
    "customer.because.bought_once": "{product}, which you bought on one day",
    "customer.because.goes_with": "{product}, which goes with {about} that you bought",
    "customer.because.new_like": "{product}, new in our shop and much like {about}",
    "customer.because.popular": "{product}, popular at the moment",
    "customer.personalised": (
        "This price was personalised for you by automated means, based on your purchases (EU Directive 2011/83, "
        "art. 6(1)(ea))."
    ),
    "customer.personalised_lot": "This price was set for you by automated means (EU Directive 2011/83, art. 6(1)(ea)).",
    "customer.automated": "A program decided this from your purchases; nobody looked at your account.",
    "customer.automated_draw": "A program made the draw; nobody looked at your account.",
    "customer.automated_all": "A program decided this; nobody looked at your account.",
}
