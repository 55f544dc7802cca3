"""Offer rates of groups: bands of numbers, and the audiences of the configuration."""

import dataclasses

import polars as pl
import pytest

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


def groups(blocks):
    return {row[1]: row[2] for row in blocks[1].table.rows}


def test_a_number_of_many_values_is_shown_in_bands_of_equally_many_customers(make):
    found = audit_blocks(audited(make(), [20 + one % 40 for one in range(400)]), Localizer("en", "USD"))
    assert groups(found) == {"20–28": "90", "29–38": "100", "39–48": "100", "49–59": "110"}


@pytest.mark.parametrize("ages", [[1, 2] * 40, ["young", "old"] * 40])
def test_few_values_and_words_stay_as_they_are(make, ages):
    found = audit_blocks(audited(make(), ages), Localizer("en", "USD"))
    assert set(groups(found)) == {str(one) for one in ages}


def test_audiences_with_their_share_of_offers(make):
    findings = audited(make(), [1] * 10)
    members = pl.DataFrame({"audience": ["all"] * 10 + ["odd"] * 5, "customer_id": [*range(10), 1, 3, 5, 7, 9]})
    findings = dataclasses.replace(findings, tables={**findings.tables, "audience_members": members})
    (table,) = _audiences(findings, Localizer("en", "USD"))
    assert [row[:3] for row in table.rows] == [("all", "10", "5"), ("odd", "5", "5")]
    assert _audiences(make(), Localizer("en", "USD")) == []
