"""The titles of the columns of all tables of a study."""

from __future__ import annotations

from functools import partial

from offerloop.message import Message
from offerloop.report import headings

COLUMNS = {
    "arm": Message("arm", context="column title"),
    "customers": Message("customers", context="column title"),
    "share": Message("share", context="column title"),
    "mean": Message("mean of {outcome}", context="column title"),
    "raw": Message("plain difference", context="column title"),
    "effect_on": Message("adjusted difference", context="column title"),
    "estimator": Message("estimator", context="column title"),
    "area_share": Message("area share (0.5: random)", context="column title"),
    "over_random": Message("area over random (Qini)", context="column title"),
    "area": Message("area (AUUC)", context="column title"),
    "order": Message("order by", context="column title"),
    "qini": Message("Qini coefficient", context="column title"),
    "auuc": Message("AUUC", context="column title"),
    "its_policy": Message("gain if it chooses", context="column title"),
    "tenth": Message("tenth", context="column title"),
    "predicted": Message("predicted", context="column title"),
    "found": Message("measured", context="column title"),
    "type": Message("type", context="column title"),
    "type_share": Message("share of customers", context="column title"),
    "column": Message("column", context="column title"),
    "group": Message("group", context="column title"),
    "slope": Message("change of the effect", context="column title"),
    "p_of_all": Message("p-value, corrected for all columns", context="column title"),
    "loss": Message("loss when shuffled", context="column title"),
    "kind": Message("customers with", context="column title"),
    "first": Message("first offer", context="column title"),
    "second": Message("second offer", context="column title"),
    "gap": Message("first less second", context="column title"),
    "treated": Message("treated", context="column title of shares"),
    "effect_of": Message("effect of {offer}", context="column title"),
    "cost": Message("cost under the policy"),
    "check": Message("check", context="column title"),
    "p": Message("p-value", context="column title"),
    "verdict": Message("verdict", context="column title"),
    "difference": Message("difference (standard deviations)", context="column title"),
    "effect": Message("effect", context="column title"),
    "policy": Message("policy", context="column title"),
    "size": Message("{name} {per}", context="column title"),
    "snips": Message("the same by weights alone"),
}
"""By the name of what stands in the column."""

columns = partial(headings, COLUMNS)
"""The headings of a table in the language of a localizer."""
