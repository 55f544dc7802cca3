"""The small shop with a second campaign, whose offers go together with those of the first."""

from small_shop import CONFIG, write_small_shop

SECOND = """
[[campaigns]]
id = "second"
title = "Second offers"
budget = "100.00"

[[campaigns.offers]]
kind = "coupon"
on = "kind 1"
percent = 10
max_discount = "2.00"
contact_cost = "0.01"
stackable = true
assumed = { p_redeem = 0.1, incremental = 0.7 }
"""


def write_two_campaigns(folder, plan, more="", customers=60):
    """Files and configuration; gives the path of the latter."""
    path = write_small_shop(folder, customers)
    first = CONFIG.replace('save = "2.00"\n', 'save = "2.00"\nstackable = true\n')
    path.write_text(f"{first}\n{SECOND}\n{more}\n[plan]\n{plan}\n")
    return path
