"""What the report says of effects that were learned from offers shown at random, alone and beside other bases."""

import dataclasses
import re

import polars as pl
import pytest
from page_texts import page_of

from offerloop.commands.run.facts import gather, together
from offerloop.commands.run.summary import summarise
from offerloop.message import Message, packed
from offerloop.response import ESTIMATOR_NAMES, ESTIMATORS


def part(findings, name, language="en"):
    """Text of one section; `decision` is the first screen."""
    page = page_of(findings, language).replace("</td>", " ").replace("\u00a0", " ").replace("&#39;", "'")
    section = page.split(f'<section id="{name}"')[1].split("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", section, flags=re.DOTALL)))


def forecasts(findings):
    """All that is said of effects: everything but the glossary."""
    names = ("decision", "response", "budget", "rules", "who", "limits")
    return " ".join(part(findings, name) for name in names)


def test_every_estimator_has_a_name():
    assert ESTIMATOR_NAMES.keys() >= set(ESTIMATORS.names())


def test_each_offer_has_its_mean_effects_with_intervals(made):
    said = part(made["all estimated"], "response")
    assert "1 of 2 clearly changed the margin per customer" in said
    assert "The interval leaves out zero for “20 % off milk (shared-20 milk)”" in said
    assert "500 $0.45 [0.25, 0.65] $0.30 [0.26, 0.34] 8 %" in said
    assert "900 exposures with an offer and 5,000 with nothing" in said
    assert "the estimator “growth of purchases”: an offer makes what each customer would buy anyway grow" in said


def test_they_stand_before_shelf_prices_or_alone(made):
    both, alone = (part(made[name], "response") for name in ("some estimated", "no study, all estimated"))
    assert both.index("deliberately nothing") < both.index("Other offers were not shown at random often enough")
    assert "shelf prices" not in alone
    assert "No offer counts by them here" in part(made["all estimated"], "response")
    assert "Offers go to" not in part(made["all estimated"], "response")


@pytest.mark.parametrize("name", ["all estimated", "no study, all estimated"])
def test_what_was_estimated_is_called_neither_assumed_nor_transferred(made, name):
    said = forecasts(made[name]).split("Weeks in which the shop cut its shelf prices")[0]
    assert "estimated from offers that were shown at random" in said
    assert not re.search(r"transferred|carried over|not measured|own assumption|brought forward", said)
    limits = part(made[name], "limits")
    assert not re.search(r"shelf prices|Design A|brought forward|usual basket|transferred|own assumption", limits)


def test_without_a_gap_nothing_is_said_to_be_missing(made):
    assert "could not show" not in part(made["all estimated"], "decision")
    said = part(made["no study, all estimated"], "decision")
    assert "was estimated all the same, from offers that were shown at random" in said
    assert "What to do next" not in said


def test_with_shelf_prices_both_are_named_and_both_caveats_are_made(made):
    first, limits = (part(made["some estimated"], name) for name in ("decision", "limits"))
    assert "partly estimated from offers shown at random, partly transferred from shelf prices" in first
    assert "assumed by the shop" not in first
    assert "learned from offers that were shown at random 500 times; others carried over from shelf prices" in first
    assert "customers and weeks like those in which they were shown" in limits
    assert "The effect of coupons is inferred from shelf prices" in limits
    assert "Nothing was learned from offers shown at random" not in limits


def test_with_assumption_the_mark_says_so(made):
    findings = made["some estimated, some assumed"]
    assert "partly from data, partly assumed" in part(findings, "decision")
    limits = part(findings, "limits")
    assert "Some offers count by the shop's own assumption" in limits
    assert "inferred from shelf prices" not in limits


def test_what_the_data_cannot_show_is_a_gap_in_both_languages(made):
    assert "The exposures hold 1,775 finished windows in which deliberately nothing was shown" in part(
        made["too few shown"], "decision"
    )
    assert "曝光记录中有 1,775 个有意不投放的完整窗口" in part(made["too few shown"], "decision", "zh")


def test_a_plan_and_its_figures_are_for_as_long_as_an_exposure_counts(made):
    findings = made["all estimated"]
    config = findings.config.model_copy(
        update={"evaluate": findings.config.evaluate.model_copy(update={"window_days": 14})}
    )
    longer = dataclasses.replace(findings, config=config)
    assert "An exposure counts for 2 weeks" in part(longer, "response")
    page = page_of(longer)
    assert "Expected profit, 2 weeks" in page
    assert not re.search("one week|chance of next week|the week is over", page)


def test_offers_between_two_depths_that_were_shown_are_named(made):
    findings = made["all estimated"]
    shown = findings.tables["shown_offers"].filter(pl.col("offer_id") == "shared-20 milk")
    found = dataclasses.replace(findings, tables={**findings.tables, "shown_offers": shown})
    assert "between two depths that were, which is where their effects are taken to lie: “20 % off milk”" in part(
        found, "response"
    )
    assert "between two depths" not in part(findings, "response")


@pytest.mark.parametrize(
    ("share", "by_chance", "says"),
    [
        (-0.49, 0.001, "95 % intervals; 49 % of the effect is lost again in later windows"),
        (0.3, 0.001, "95 % intervals; another 30 % of the effect follows in later windows"),
        (-0.49, 0.2, ""),
    ],
)
def test_figures_of_an_offer_say_what_becomes_of_them_later(made, share, by_chance, says):
    findings = made["all estimated"]
    shown = findings.tables["shown_offers"].with_columns(carries_over=share, carries_over_p=by_chance)
    said = part(dataclasses.replace(findings, tables={**findings.tables, "shown_offers": shown}), "response")
    assert says in said
    assert ("of the effect is" in said or "of the effect follows" in said) == bool(says)


def test_where_offers_differ_in_what_follows_later_the_report_says_from_where_to_where(made):
    findings = made["all estimated"]
    shown = findings.tables["shown_offers"]
    assert shown.height == 2
    shown = shown.with_columns(carries_over=pl.Series([-0.62, 0.05]), carries_over_p=0.001)
    said = part(dataclasses.replace(findings, tables={**findings.tables, "shown_offers": shown}), "response")
    assert "how much of the effect follows or is lost again in later windows differs by offer" in said
    assert "from −62 % to 5 % of the effect in the offer's own window" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((-0.4, -0.6, -0.2), "to bring less: at the end of the log 40 % [20, 60] less than on average over it"),
        ((0.4, 0.2, 0.6), "to bring more: at the end of the log 40 % [20, 60] more than on average over it"),
        ((-0.4, -0.9, 0.1), ""),
    ],
)
def test_the_report_says_that_offers_have_come_to_bring_less_or_more(made, change, says):
    findings, columns = made["all estimated"], ("of_late", "of_late_low", "of_late_high")
    shown = findings.tables["shown_offers"].with_columns(**dict(zip(columns, map(pl.lit, change), strict=True)))
    found = dataclasses.replace(findings, tables={**findings.tables, "shown_offers": shown})
    said = part(found, "response")
    assert says in said
    assert ("have come to bring" in said) == bool(says)
    assert summarise(found)["shown_offers"]["of_late"] == dict(zip(("value", "low", "high"), change, strict=True))


def test_a_chart_of_many_offers_shows_those_shown_most(made):
    findings = made["all estimated"]
    rows = findings.tables["shown_offers"]
    many = pl.concat([rows.with_columns(pl.col("offer_id") + f" {n}", pl.col("n_shown") + n) for n in range(10)])
    said = part(dataclasses.replace(findings, tables={**findings.tables, "shown_offers": many}), "response")
    assert "the 16 most shown of 20 offers" in said
    assert said.count("$0.30 [0.26, 0.34] 8 %") == 20


def test_a_long_name_leaves_room_for_the_next_one(made):
    findings = made["all estimated"]
    long = [
        packed(Message("20 % off everything that cows and goats give {campaign}", campaign=campaign))
        for campaign in findings.tables["offers"]["campaign_id"]
    ]
    offers = findings.tables["offers"].with_columns(label_message=pl.Series(long))
    page = page_of(dataclasses.replace(findings, tables={**findings.tables, "offers": offers}))
    chart = page.split('id="chart-shown-offers"')[1].split("</figure>")[0].split("<details")[0]
    assert chart.count("goats give shared") >= 2
    assert chart.count("goats give own") >= 2


def test_the_summary_says_the_bases(made):
    summary = summarise(made["some estimated"])
    assert summary["bases"] == ["estimated", "transferred"]
    assert [one["basis"] for one in summary["campaigns"]] == ["transferred", "learned"]
    offers = summary["shown_offers"]["offers"]
    assert [one["offer"] for one in offers] == ["shared-20 milk"]
    assert offers[0]["value"] == {"value": "0.45", "low": "0.25", "high": "0.65"}
    assert summarise(made["all estimated"])["basis"] == "estimated from offers that were shown at random"
    assert summarise(made["all known"])["shown_offers"] is None


def test_bases_together():
    assert together(frozenset()) == "none"
    assert together(frozenset({"estimated"})) == "estimated"
    assert together(frozenset({"estimated", "transferred"})) == "learned"
    assert together(frozenset({"estimated", "assumed"})) == "mixed"


def test_the_bases_of_the_plan_count_not_those_of_all_offers(made):
    findings = made["some estimated"]
    offers = findings.tables["offers"].with_columns(campaign_id=pl.lit("shared"))
    planned = [dataclasses.replace(one, bases=("estimated",)) for one in findings.campaigns]
    found = dataclasses.replace(findings, tables={**findings.tables, "offers": offers}, campaigns=planned)
    assert gather(found).basis == "estimated"
