"""Offer rates of groups, and of the audiences of the configuration."""

import dataclasses

import polars as pl

from offerloop.commands.run.sections.audit import audit_blocks
from offerloop.commands.run.sections.recipients import _audiences
from offerloop.report.localizer import Localizer


def audited(findings, ages):
    n = len(ages)
    given = ["shared-20 milk" if one % 2 else "none" for one in range(n)]
    tables = {
        **findings.tables,
        "customers": pl.DataFrame({"customer_id": range(n), "age": ages}),
        "assignments": pl.DataFrame(
            {
                "customer_id": range(n),
                "campaign_id": "shared",
                "offer_id": given,
                "arm": "plan",
                "reasons": "best_profit",
            }
        ),
    }
    return dataclasses.replace(findings, tables=tables)


def test_offer_rates_by_group_are_a_chart_with_its_table(make):
    found = audit_blocks(audited(make(), [1, 2] * 40), Localizer("en", "USD"))
    assert [row[1:3] for row in found[1].table.rows] == [("1", "40"), ("2", "40")]


def test_audiences_with_their_share_of_offers(make):
    findings = audited(make(), [1] * 10)
    members = pl.DataFrame({"audience": ["all"] * 10 + ["odd"] * 5, "customer_id": [*range(10), 1, 3, 5, 7, 9]})
    findings = dataclasses.replace(findings, tables={**findings.tables, "audience_members": members})
    (table,) = _audiences(findings, Localizer("en", "USD"))
    assert [row[:3] for row in table.rows] == [("all", "10", "5"), ("odd", "5", "5")]
    assert _audiences(make(), Localizer("en", "USD")) == []
