"""Which recommender serves each task, and what the report says of why."""

import dataclasses

import pytest
from recommenders_case import recommenders_table

from offerloop.commands.run.sections.recommenders import RECOMMENDERS_IN_WORDS, choices, recommenders_section
from offerloop.commands.run.summary import summarise
from offerloop.locale import languages
from offerloop.recommenders import RECOMMENDERS
from offerloop.report.localizer import Localizer

CLEAR, NOISE, LOSS = (0.03, 0.02, 0.04), (0.005, -0.005, 0.015), (-0.03, -0.04, -0.02)
UNKNOWN = (0.03, None, None)


@pytest.fixture
def with_table(make):
    findings = make()

    def build(table):
        return dataclasses.replace(findings, tables={**findings.tables, "recommenders": table})

    return build


def said(findings, language="en"):
    """The sentences of the section and the title of its chart."""
    section = recommenders_section(findings, Localizer(language, "USD"))
    return " ".join(
        text
        for block in section.blocks
        for text in getattr(block, "sentences", ()) or (getattr(block, "text", "") or block.title,)
    )


def test_the_learned_ranking_serves_where_its_gain_is_clear_and_else_the_best_other_one(with_table):
    findings = with_table(recommenders_table(since=(CLEAR, LOSS)))
    assert [(one.task, one.name) for one in choices(findings)] == [("repeat", "ranker"), ("new", "popularity")]
    text = said(findings)
    assert "the learned ranking “ranker” gains 0.030 [0.020, 0.040] " in text
    assert "over “repeat”, the best of the others. The whole interval is above zero, so “ranker” is used." in text
    assert "gains 0.005 [−0.005, 0.015] " in text
    assert "over “popularity”, the best of the others. The interval includes zero, so “popularity” is used." in text
    assert "In the later test the gain is −0.030 [−0.040, −0.020]." in text


def test_what_serves_need_not_have_the_highest_mean(with_table):
    findings = with_table(recommenders_table(serves=("repeat", "popularity"), gains=(NOISE, NOISE)))
    best = findings.tables["recommenders"].filter(task="repeat", window="tune").sort("ndcg")["recommender"][-1]
    assert best == "ranker"
    assert choices(findings)[0].name == "repeat"
    assert "“repeat” is used for the next purchases" in said(findings)


@pytest.mark.parametrize(
    ("gain", "says"), [(LOSS, "That is a loss, so “repeat” is used."), (UNKNOWN, "Without an interval that proves")]
)
def test_a_loss_and_a_gain_without_an_interval_are_called_that(with_table, gain, says):
    findings = with_table(recommenders_table(serves=("repeat", "popularity"), gains=(gain, NOISE)))
    assert says in said(findings)


def test_without_a_learned_ranking_nothing_is_said_of_it(with_table):
    table = recommenders_table(serves=("repeat", "popularity"))
    findings = with_table(table.filter(table["recommender"] != "ranker"))
    assert all(one.gate is None for one in choices(findings))
    assert "learned ranking" not in said(findings)
    assert [one["gate"] for one in summarise(findings)["recommenders"]] == [None, None]


def test_the_paired_gain_says_how_the_two_stand_even_where_their_intervals_overlap(with_table):
    close, lost = (0.012, 0.008, 0.016), (-0.012, -0.016, -0.008)
    kept, overtaken = (
        with_table(recommenders_table(gains=(close, NOISE), since=(one, NOISE))) for one in (close, lost)
    )
    assert choices(kept)[0].others == {"popularity": "below", "repeat": "below"}
    assert "There it clearly beats the others." in said(kept)
    assert choices(overtaken)[0].others == {"popularity": "below", "repeat": "better"}
    assert "There “repeat” did clearly better." in said(overtaken)
    unasked = with_table(
        recommenders_table(serves=("repeat", "popularity"), gains=(NOISE, NOISE), since=(close, NOISE))
    )
    assert choices(unasked)[0].others["ranker"] == "better"


def test_machines_get_the_gain_on_both_windows(with_table):
    found = summarise(with_table(recommenders_table(gains=(CLEAR, UNKNOWN), since=(NOISE, UNKNOWN))))["recommenders"]
    assert found[0]["chosen"] == "ranker"
    assert found[0]["gate"] == {
        "ranking": "ranker",
        "over": "repeat",
        "gain": dict(zip(("value", "low", "high"), CLEAR, strict=True)),
        "gain_since": dict(zip(("value", "low", "high"), NOISE, strict=True)),
    }
    assert found[1]["gate"]["gain"] == {"value": 0.03, "low": None, "high": None}


def test_recommenders_stand_best_first(with_table):
    section = recommenders_section(with_table(recommenders_table()), Localizer("en", "USD"))
    (chart,) = (block for block in section.blocks if block.kind == "figure")
    names = [row[1] for row in chart.table.rows]
    assert names == ["ranker", "repeat", "popularity"] * 2 + ["ranker", "popularity", "repeat"] * 2


@pytest.mark.parametrize("language", languages())
def test_each_recommender_that_appears_is_explained_in_a_line(with_table, language):
    assert RECOMMENDERS_IN_WORDS.keys() == set(RECOMMENDERS.names())
    _ = Localizer(language)
    text = said(with_table(recommenders_table()), language)
    known = {name for name in RECOMMENDERS.names() if _(RECOMMENDERS_IN_WORDS[name]) in text}
    assert known == {"popularity", "repeat", "ranker"}


def test_a_recommender_of_the_shop_itself_has_no_line(with_table):
    table = recommenders_table()
    own = table.with_columns(table["recommender"].replace("repeat", "own"))
    section = recommenders_section(with_table(own), Localizer("en", "USD"))
    (lines,) = (block.sentences for block in section.blocks if block.kind == "bullets")
    assert [line.split("”")[0] for line in lines] == ["“popularity", "“ranker"]
