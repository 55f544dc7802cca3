"""Messages in each language, and figures as that language writes them."""

from datetime import date
from decimal import Decimal

import pytest

from offerloop.evaluation.estimate import Estimate
from offerloop.message import Amount, Message, Share
from offerloop.report.localizer import Localizer
from offerloop.report.spacing import filled

EN, ZH, DE = Localizer("en", "USD"), Localizer("zh", "USD"), Localizer("de", "EUR")


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (1234, "1,234", "1,234"),
        (-0.5, "−0.5", "−0.5"),
        (date(2018, 1, 2), "2 January 2018", "2018 年 1 月 2 日"),
        (Share(0.125), "12 %", "12%"),
        (Amount(Decimal("12.50"), "EUR"), "€12.50", "€12.50"),
        (["a", "b", "c"], "a, b, c", "a、b、c"),
        (Message("below 0.001", context="p-value"), "below 0.001", "低于 0.001"),
    ],
)
def test_values_are_written_as_the_language_does(value, english, chinese):
    assert [one.value(value) for one in (EN, ZH)] == [english, chinese]


def test_a_language_has_its_own_separators():
    assert [DE.value(value) for value in (1234.5, Share(0.015))] == ["1.234,5", "1,5\u00a0%"]
    assert DE.shares(Estimate(1234.5, 1230.5, 1238.5)) == "1.234,5\u00a0% [1.230,5, 1.238,5]"
    assert DE.money.text(123456) == "1.235\u00a0€"


def test_english_is_what_a_message_says_by_itself():
    message = Message("{a}, {b}, {c} and {d}", a=1234, b=date(2018, 1, 2), c=Share(0.5), d=["x", "y"])
    assert EN(message) == str(message)


@pytest.mark.parametrize(("n", "text"), [(1, "of 1 customer"), (2000, "of 2,000 customers")])
def test_the_plural_is_that_of_the_language(n, text):
    message = Message("of {n} customer", context="note of a key figure", plural="of {n} customers", n=n)
    assert EN(message) == text
    assert ZH(message) == f"来自 {n:,} 位用户"


def test_values_complete_a_message():
    assert ZH(Message("{percent} % off", context="label of an offer"), percent=10) == "9 折"


@pytest.mark.parametrize(
    ("percent", "text"),
    [(30, "全场 7 折"), (15.0, "全场 8.5 折"), (12.5, "全场 8.75 折"), (Decimal("95"), "全场 0.5 折")],
)
def test_a_reduction_is_said_in_chinese_by_what_is_left_to_pay(percent, text):
    message = Message("{percent} % off everything", context="label of an offer", percent=percent)
    assert ZH(message) == text
    assert EN(message) == f"{percent:g} % off everything"


def test_lists_and_sentences():
    assert EN.series(["A", "B", "C"]) == "A, B and C"
    assert EN.titles(["A", "B", "C"]) == "“A”, “B” and “C”"
    assert ZH.titles(["A", "B", "C"]) == "“A”、“B”和“C”"
    assert ZH.series(["A", "B", "C"]) == "A、B和C"
    assert EN.sentences(["One.", "", "Two."]) == "One. Two."
    assert ZH.sentences([ZH.stopped("一"), "二。"]) == "一。二。"


def test_a_small_share_is_less_than_the_least_shown():
    assert EN.share(0.0001, 0.001) == "less than 0.1 %"
    assert ZH.share(0.0001, 0.001) == "不到 0.1%"


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("优惠针对 {what}，该用户", {"what": "茶叶"}, "优惠针对茶叶，该用户"),
        ("优惠针对 {what}，该用户", {"what": "Tea"}, "优惠针对 Tea，该用户"),
        ("{what} 立减 {off}", {"what": "茶叶", "off": "20%"}, "茶叶立减 20%"),
        (
            "按计划发放 {what}，营销活动 {name}。",
            {"what": "“20%”", "name": "“春季 大促”"},
            "按计划发放“20%”，营销活动“春季 大促”。",
        ),
        ("  {label}  {text}", {"label": "标签", "text": "忠诚"}, "  标签  忠诚"),
        ("{off} off {what} by plan", {"off": "“20 %”", "what": "“茶叶”"}, "“20 %” off “茶叶” by plan"),
    ],
)
def test_a_space_stands_beside_latin_signs_only(template, values, text):
    assert filled(template, values) == text
