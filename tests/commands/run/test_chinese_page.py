"""A page of a run in Chinese reads like Chinese, with no English left in it."""

import re

from page_texts import Texts, page_of

from offerloop.commands.run.summary import summarise

NAMES = ("Coupons that we pay", "Coupons that suppliers share", "Made up for tests.", "Corner shop")
"""What comes from the data."""
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")


def test_a_chinese_page_has_no_english_sentence(case):
    _, findings = case
    page = page_of(findings, "zh")
    assert '<html lang="zh">' in page
    texts = [re.sub("|".join(map(re.escape, NAMES)), "", text) for text in Texts(page).found]
    assert [text for text in texts if ENGLISH.search(text)] == []


def test_a_chinese_page_has_full_width_punctuation(case):
    _, findings = case
    texts = Texts(page_of(findings, "zh")).found
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text)] == []


def test_a_chinese_page_has_no_space_between_chinese_signs(case):
    _, findings = case
    texts = Texts(page_of(findings, "zh")).found
    assert [
        text for text in texts if re.search("[\u3000-\u9fff\uff00-\uffef] [\u3000-\u9fff\uff00-\uffef]", text)
    ] == []


def test_a_chinese_summary_decides_in_chinese(make):
    summary = summarise(make(), "zh")
    assert summary["language"] == "zh"
    assert "发放 3 份优惠券，为期一周；预期增量利润 $126 [52, 199]" in summary["decision"]
    assert not ENGLISH.search(re.sub("|".join(NAMES), "", summary["decision"]))
    assert [text for text in summary["limits"] if ENGLISH.search(text.replace(NAMES[2], ""))] == []


def test_numbers_and_days_are_written_as_the_language_does(make):
    page = page_of(make(), "zh")
    assert "2018 年 1 月 1 日" in page
    assert "30%" in page
    body = re.sub('<span lang="en">.*?</span>|' + "|".join(NAMES), "", page.split("</style>")[1])
    assert not re.search(r"\d %", body)
