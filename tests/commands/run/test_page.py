import dataclasses
import re

import polars as pl
import pytest
from page_texts import Outline, page_of

from offerloop.commands.run.page import render
from offerloop.commands.run.sections.past_campaigns import past_campaigns_section
from offerloop.commands.run.summary import summarise
from offerloop.report import Localizer


@pytest.fixture(scope="module")
def page(make):
    findings = make()
    return render(findings, summarise(findings))


@pytest.fixture(scope="module")
def outline(page):
    parser = Outline()
    parser.feed(page)
    parser.close()
    return parser


def test_the_page_is_well_formed(outline):
    assert outline.open == []
    assert len(set(outline.ids)) == len(outline.ids)
    assert all(target.removeprefix("#") in outline.ids for target in outline.targets)
    assert outline.headings == ["h1", *["h2"] * 10]


def test_the_same_input_gives_the_same_bytes(make, page):
    again = make()
    assert render(again, summarise(again)) == page


def test_it_asks_no_other_host_for_anything(page):
    assert not re.search(r"https?:|//[a-z]|@import|<script|<link|<img|url\((?!#)", page)


def test_every_chart_has_a_text_alternative_that_states_its_title(page, outline):
    titles = re.findall(r"<figcaption>\s*<strong>(.*?)</strong>", page, re.DOTALL)
    assert 10 <= len(titles) <= 13
    assert len(outline.charts) == 2 * len(titles)
    for position, chart in enumerate(outline.charts):
        assert chart["role"] == "img"
        label = str(chart["aria-label"]).replace("\u00a0", " ")
        title = re.sub("&#39;", "'", titles[position // 2]).replace("\u00a0", " ")
        assert label.startswith(title)
        assert len(label) > len(title) + 20


def test_every_chart_has_its_figures_as_a_table(page):
    for part in page.split("<figure")[1:]:
        assert "<table" in part.split("</figure>")[0]


def test_charts_take_their_colours_from_the_page(page):
    for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', chart))
        assert colours == set()


def test_the_first_screen_holds_decision_note_and_mark(page):
    first = page.split('<section id="quality"')[0].replace("\u00a0", " ")
    assert "Made up for tests." in first
    assert "Send “Coupons that suppliers share”; do not send “Coupons that we pay”." in first
    assert "forecast from shelf-price discounts, not yet tested with coupons" in first
    assert first.count("<dt>") == 4
    assert "$126" in first
    assert "[52, 199]" in first


def test_text_of_the_source_is_escaped(make):
    findings = make(shop={"name": "<b>shop</b>", "note": '"quoted" & <i>', "margin": 0.3})
    page = render(findings, summarise(findings))
    assert "<b>shop" not in page
    assert "<i>" not in page


def test_naive_differences_are_not_called_effects(page):
    section = page.split('<section id="past"')[1].split("</section>")[0]
    assert "not an effect" in section
    assert "No earlier period is left for a placebo." in section


def test_checks_carry_their_verdict_in_words(page):
    assert "✓\u00a0passed" in page
    assert "✗\u00a0failed" in page


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("campaign_effects", "give the sources &#39;campaigns&#39; and &#39;audiences&#39;"),
        ("customers", "give the source &#39;customers&#39; with attributes"),
    ],
)
def test_a_missing_table_says_what_it_would_add(make, missing, says):
    findings = make(without=(missing,))
    assert says in render(findings, summarise(findings))


def test_sources_that_were_not_given_say_what_they_would_add(page):
    assert "products: categories and brands" in page
    assert "customers: attributes to audit" not in page


@pytest.mark.parametrize(
    ("campaign", "says"),
    [
        ("8", {"en": "before: no change can be shown", "zh": "之前就是如此：看不出变化"}),
        ("9", {"en": "before: the difference-in-differences shows a change", "zh": "之前就是如此：双重差分显示有变化"}),
    ],
)
def test_the_title_of_a_single_past_campaign_claims_no_more_than_its_interval(make, campaign, says):
    findings = make()
    past = findings.tables["campaign_effects"].filter(pl.col("campaign_id") == campaign)
    single = dataclasses.replace(findings, tables={**findings.tables, "campaign_effects": past})
    for language, end in says.items():
        assert past_campaigns_section(single, Localizer(language, "USD")).message.endswith(end)


def test_customers_who_spend_less_are_not_said_to_spend_more(make):
    findings = make()
    past = findings.tables["campaign_effects"].filter(pl.col("campaign_id") == "9").with_columns(naive_minor=-300.0)
    less = dataclasses.replace(findings, tables={**findings.tables, "campaign_effects": past})
    section = past_campaigns_section(less, Localizer("en", "USD"))
    assert section.message.startswith(
        "The weekly spend of customers who got the campaign differs from that of others by −$"
    )
    assert section.message.endswith("the difference-in-differences shows a change")
    assert " to " not in section.message
    assert "excludes zero: 1 of 1 (9); by chance alone about 0.05 would be." in str(section.blocks)


def test_nothing_sent_still_gives_a_page(make):
    findings = make(shared=(-900.0, -1400.0, -500.0))
    page = render(findings, summarise(findings))
    assert "Send nothing this time." in page
    assert "Profit of the best plan, not sent" in page
    assert "send the plan as written" not in page
    assert "send the plan as written" in page_of(make())


def test_where_nothing_is_seen_below_list_price_it_may_not_be_known(make):
    findings = make()
    profiles = findings.tables["profiles"].with_columns(discount_share=0.0)
    page = page_of(dataclasses.replace(findings, tables={**findings.tables, "profiles": profiles}))
    assert "where they hold no list prices or discounts, it is not known" in page
