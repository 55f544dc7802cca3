"""Section 8: why customers get an offer whose effect is assumed."""

from dataclasses import replace

import polars as pl
import pytest
from page_texts import page_of

from offerloop.commands.run.facts import gather
from offerloop.commands.run.findings import FollowingCustomers
from offerloop.commands.run.sections.recipients import ARM_WORDS, WHY_NONE, _offers_figure, who_section
from offerloop.commands.run.sentences import decision
from offerloop.report import Localizer, Table, Text
from offerloop.tables import ARMS, REASONS


def test_every_arm_and_every_reason_has_words():
    assert ARM_WORDS.keys() == ARMS.keys()
    assert WHY_NONE.keys() == REASONS.keys()


def test_depths_that_differ_by_half_a_point_are_two_parts_of_a_bar():
    given = pl.DataFrame({"what": ["Tea"] * 3, "depth": [0.12, 0.12, 0.125]})
    shown = _offers_figure(given, Localizer("en", "USD"))
    assert [row[:3] for row in shown.table.rows] == [("Tea", "12 % off", "2"), ("Tea", "12.5 % off", "1")]
    assert shown.wide.count("12 % off</text>") == shown.wide.count("12.5 % off</text>") == 1


def test_where_a_sample_decided_everybody_is_counted_and_nobody_is_drawn_out_of_a_projection(made):
    findings = made["all known"]
    arms = {"plan": (60, 40), "explore": (15, 5), "holdout": (19, 0)}
    others = FollowingCustomers(94, {("shared", "plan"): (40, 5_000)}, arms)
    campaigns = [replace(one, n_planned=40) for one in findings.campaigns]
    findings = replace(findings, others=others, campaigns=campaigns)
    facts = gather(findings)
    texts = [block.text for block in who_section(findings, facts).blocks if isinstance(block, Text)]
    assert any("20 customers (5 % was the aim) never get an offer" in one for one in texts)
    assert any(
        "16 more are drawn at random with known probability: 5 get an offer, 11 get none" in one for one in texts
    )
    (table,) = [
        one for one in who_section(findings, facts).blocks if isinstance(one, Table) and "divided" in one.caption
    ]
    assert [row[2] for row in table.rows if row[2]] == ["64", "16", "20", "100"]
    assert [row[1] for row in table.rows if row[1]] == ["43", "21", "5", "11"]
    said = decision(facts)
    assert "For all whom the plan chose, about 40, the estimated profit is" in said
    assert "-" not in said.replace("shelf-price", "")


def with_values(findings, values, baskets=None):
    """The offers of the first three customers have these values; baskets of all six."""
    effects = findings.tables["effects"]
    many = pl.Series("held_out_value_minor", [values[row % len(values)] for row in range(effects.height)], pl.Float64)
    profiles = findings.tables["profiles"]
    if baskets is not None:
        profiles = profiles.with_columns(basket_minor=pl.Series(baskets, dtype=pl.Int64))
    tables = findings.tables | {"effects": effects.with_columns(many), "profiles": profiles}
    return page_of(replace(findings, tables=tables))


def test_an_assumed_share_of_the_basket_puts_the_largest_baskets_first(made):
    page = with_values(made["no study, all assumed"], [100.0, 200.0, 300.0], [9000, 8000, 7000, 3000, 2000, 1000])
    assert "the same share of everybody&#39;s basket, so the largest baskets come first" in page
    assert "usually spend $80 or more an order, half of the others $20." in page


def test_an_assumed_amount_is_the_same_for_everybody(made):
    page = with_values(made["no study, all assumed"], [100.0])
    assert "assumed to be the same for everybody" in page
    assert "largest baskets" not in page


@pytest.mark.parametrize("case", ["all known", "all estimated"])
def test_what_was_learned_needs_no_such_reason(made, case):
    assert "Why these customers" not in page_of(made[case])
