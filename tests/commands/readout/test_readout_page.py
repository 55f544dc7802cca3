"""The page of a read-out in every language."""

import json
import re
from dataclasses import replace
from functools import partial

import pytest
from page_texts import Texts, links_to_nowhere, texts_left_outside
from pseudo_language import installed
from readout_case import READOUTS

from offerloop.commands.readout.checks import DRAWN, EDITED, HELD_BACK, LOST
from offerloop.commands.readout.page import render_readout, summarise_readout
from offerloop.evaluation import Estimate
from offerloop.locale import languages
from offerloop.message import Message
from offerloop.report import Localizer, in_all_languages
from offerloop.workspace import read_readout

NAMES = "Coupons that we pay|Coupons that suppliers share|Made up for tests."
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", READOUTS)
def test_every_read_out_has_a_whole_page(name, language):
    page = render_readout(READOUTS[name](), language)
    assert links_to_nowhere(page) == []
    texts = Texts(page).found
    assert [text for text in texts if re.search(r"[{}]|\bNone\b|\bnan\b", text)] == []


@pytest.mark.parametrize("name", READOUTS)
def test_a_chinese_read_out_has_no_english_sentence(name):
    page = render_readout(READOUTS[name](), "zh")
    assert '<html lang="zh">' in page
    body = re.sub('<span lang="en">.*?</span>', "", page)
    assert [text for text in Texts(body).found if ENGLISH.search(re.sub(NAMES, "", text))] == []


def test_the_forecast_stands_beside_the_profit_of_its_own_days():
    page = render_readout(READOUTS["full"]()).replace("\xa0", " ")
    assert "interval [71, 213]; profit of the same days, $140 [70, 210], lies inside it" in page


def test_the_finding_is_told_in_both_languages():
    english, chinese = (summarise_readout(READOUTS["full"](), language)["sentence"] for language in ("en", "zh"))
    assert english.startswith(
        "The plan's offers raised profit by $140 [70, 210] from 1 January 2018 to 14 January 2018"
    )
    assert chinese.startswith("2018 年 1 月 1 日至 2018 年 1 月 14 日，计划的优惠使利润增加 $140 [70, 210]")


def test_the_first_line_answers_whether_it_is_better_than_today_in_both_languages():
    english, chinese = (summarise_readout(READOUTS["usual"](), language)["sentence"] for language in ("en", "zh"))
    assert english.startswith(
        "Is it better than what we do today? Yes: the plan brought $0.20 [0.10, 0.30] more profit per customer than "
        "business as usual, from 1 January 2018 to 14 January 2018. Of the customers compared, 700 follow the plan and "
        "90 get business as usual; cost as forecast, not observed. The plan's offers raised profit"
    )
    assert chinese.startswith(
        "比现在的做法更好吗？是：2018 年 1 月 1 日至 2018 年 1 月 14 日，计划比现行做法人均多带来利润"
    )
    assert summarise_readout(READOUTS["usual_few"]())["better_than_usual"].startswith(
        "Is it better than what we do today? It cannot be said yet: "
    )


def test_what_a_read_out_says_is_in_the_language_of_its_reader_and_an_older_one_stays_readable(tmp_path):
    kept = in_all_languages(partial(summarise_readout, READOUTS["stopped"]()), "en")
    path = tmp_path / "readout.json"
    path.write_text(json.dumps(kept))
    chinese = read_readout(path, "zh")
    assert chinese["stopped"].startswith("没有显示计划优惠的效果")
    assert {one["check"] for one in chinese["checks"]} != {one["check"] for one in kept["checks"]}
    assert chinese["warnings"] == ["订单中有 12 位用户不在该次运行中，未纳入。"]
    path.write_text(json.dumps({name: kept[name] for name in ("sentence", "stopped", "warnings")}))
    assert read_readout(path, "zh")["stopped"].startswith("No effect of the plan's offers is shown")


SIZES = {"held": 10, "rest": 90, "expected": 20, "others": 80, "p": "1e-05"}


@pytest.mark.parametrize(
    ("failure", "causes", "says"),
    [
        (DRAWN.with_values(check=Message("business as usual among all customers"), **SIZES), EDITED,
         "全部用户中沿用现行做法的一组：10 人被抽中"),
        (HELD_BACK.with_values(check=Message("holdout among all customers"), **SIZES), LOST,
         "全部用户中的留出组：10 人被留出"),
    ],
)  # fmt: skip
def test_why_a_reading_stopped_is_told_in_chinese(failure, causes, says):
    why = Message("No effect is shown: {failure}; {causes}.", failure=failure, causes=causes)
    chinese = Localizer("zh")(why)
    assert says in chinese
    assert not ENGLISH.search(chinese)


@pytest.mark.parametrize("name", READOUTS)
def test_a_third_language_has_every_text_of_the_page(name, tmp_path):
    found = READOUTS[name]()
    named = {found.shop.name, found.shop.note, found.shop.currency, *found.titles.values(), "Januar"}
    names = named | {one.group for one in found.effects}
    with installed(tmp_path) as language:
        page = render_readout(found, language)
    assert texts_left_outside(page, names) == []


def test_an_assumed_forecast_is_shown_without_an_interval():
    findings = READOUTS["full"]()
    assumed = replace(findings.against_forecast, forecast=Estimate(34_600.0, 34_600.0, 34_600.0))
    findings = replace(findings, against_forecast=assumed)
    texts = Texts(render_readout(findings, "en")).found
    summary = summarise_readout(findings)
    assert summary["forecast"]["forecast"] == {"value": "346.00", "low": None, "high": None}
    (explored,) = (one for one in summary["effects"] if one["comparison"] == "explore")
    assert explored["total"] is None
    assert "no interval: assumed" in texts
    assert not [text for text in texts if "$346 [346" in text or "[346, 346]" in text]
