"""The page of an evaluation, and what its sentence may claim."""

import re
from dataclasses import replace

import pytest
from evaluation_case import findings, full, policy, policy_value, worth
from page_texts import Texts, links_to_nowhere, texts_left_outside
from pseudo_language import installed

from offerloop.commands.evaluate.findings import SHOWN, EvaluationNote
from offerloop.commands.evaluate.page import render_evaluation
from offerloop.commands.evaluate.sentences import notes, sentence, summarise_evaluation
from offerloop.evaluation.estimate import widening
from offerloop.evaluation.off_policy.earlier_offers import CarryOver
from offerloop.report.localizer import Localizer
from offerloop.report.phrases import period_text

EN = Localizer("en", "USD")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")


def said(*candidates, **given):
    return sentence(findings(*candidates, **given), EN)


def test_a_note_names_the_window_as_a_period():
    clipped = EvaluationNote("clipped", {"n": 3, "period": period_text(7)})
    (note,) = notes(findings(notes=(clipped,)), EN)
    assert "before the window of one week was over: 3." in note


@pytest.mark.parametrize(
    ("rival", "says"),
    [
        (None, "a decision than giving nothing. ("),
        (("other", worth(20.0)), "than giving nothing, and $0.20 [0.10, 0.30] more than “other” for everybody. ("),
        (("other", worth(-20.0)), "than giving nothing, though −$0.20 [−0.30, −0.10] against “other” for everybody. ("),
        (("other", worth(2.0)), ", but not clearly better than “other” for everybody ($0.02 [−0.08, 0.12]). ("),
    ],
)
def test_a_policy_that_is_better_is_set_beside_the_best_other_offer(rival, says):
    found = said(policy("run", "one", 820.0, 30.0), rival=rival)
    assert found.startswith("The plan of run “one” is the best: $0.30 [0.20, 0.40] more profit a decision than giving")
    assert says in found
    assert found.endswith(
        "(12,000 decisions of 2,000 customers, of which 5,000 speak about this policy; 95 % interval.)"
    )


@pytest.mark.parametrize(
    ("gain", "says"),
    [
        (4.0, "$0.04 [−0.06, 0.14] a decision, an interval that includes zero."),
        (-4.0, "−$0.04 [−0.14, 0.06] a decision, an interval that includes zero."),
        (-30.0, "−$0.30 [−0.40, −0.20] a decision, which is clearly a loss."),
    ],
)
def test_what_is_not_clear_is_not_claimed(gain, says):
    no_policy = (
        "No policy is clearly better than giving nothing: the best, the policy “spring”, would change profit by "
    )
    assert said(policy("file", "spring", 789 + gain, gain)).startswith(no_policy + says)


def test_the_best_of_many_must_be_clear_among_all_of_them():
    alone = policy("everyone", "a", 800.0, 11.0)
    many = [policy("everyone", f"b{n}", 780.0 - n, -2.0) for n in range(9)]
    assert "is the best" in said(alone)
    found = said(alone, *many)
    assert found.startswith("No policy is clearly better")
    assert "the interval in the finding is simultaneous over 10 policies" in found
    both = findings(alone, *many)
    texts = [text.replace("\xa0", " ") for text in Texts(render_evaluation(both)).found]
    wider = EN.money.parts(both.together(both.gain(alone)))[1]
    assert wider in texts[texts.index("A decision more than giving nothing") + 2]
    assert widening(1) == pytest.approx(1)
    assert widening(10) == pytest.approx(2.807 / 1.96, abs=1e-3)


@pytest.mark.parametrize(
    ("p", "says"),
    [(0.0004, "(p < 0.001): the figures above are of one"), (0.0123, "(p = 0.012): the figures above are of one")],
)
def test_where_earlier_offers_matter_the_sentence_is_of_one_decision_only(p, says):
    many = policy("everyone", "a", 820.0, 30.0)
    found = replace(findings(many), earlier=CarryOver(9000, 1800, p))
    assert says in sentence(found, EN)
    assert sentence(found, EN).endswith(
        "What a policy is worth when it is applied repeatedly cannot be known from this log."
    )
    assert "of one decision" not in sentence(replace(found, earlier=CarryOver(9000, 1800, 0.3)), EN)
    assert "of one decision" not in sentence(replace(found, earlier=CarryOver(9000, 18, None)), EN)


def test_the_best_repeated_policy_is_named_where_it_is_another():
    lead, other = policy("everyone", "a", 820.0, 30.0), policy("everyone", "b", 815.0, 20.0)
    lead, other = (
        replace(one, repeated=policy_value(800.0), repeated_gain=worth(gain))
        for one, gain in ((lead, 3.0), (other, 25.0))
    )
    found = sentence(replace(findings(lead, other), earlier=CarryOver(9000, 1800, 0.01)), EN)
    assert "“a” for everybody, applied repeatedly, changes profit by $0.03 [−0.08, 0.14] a decision against" in found
    assert found.endswith(
        "Of policies applied repeatedly, “b” for everybody brings most: $0.25 [0.14, 0.36]."
    )  # both hold at once


def test_a_clear_policy_leads_before_one_that_only_looks_better():
    wide, clear = policy("everyone", "wide", 900.0, 111.0, half=200.0), policy("everyone", "sure", 820.0, 30.0)
    assert said(wide, clear).startswith("“sure” for everybody is the best")


def test_where_few_decisions_speak_the_sentence_says_so_and_others_lead_if_they_can():
    few, enough = policy("everyone", "few", 800.0, 8.0, size=400.0), policy("file", "spring", 795.0, 4.0)
    assert "of which only 400 speak about this policy, fewer than 1,000: do not rely on it" in said(few)
    both = said(few, enough)
    assert "the best of those about which enough decisions speak, the policy “spring”" in both
    assert "do not rely" not in both


def test_without_nothing_in_the_log_policies_are_held_against_its_own():
    found = said(policy("everyone", "a", 820.0, 30.0), nothing=False)
    assert "more profit a decision than the policy that made the log." in found


def test_without_any_policy_there_is_no_claim():
    assert said().startswith("No policy can be valued")
    assert summarise_evaluation(findings())["leader"] is None
    assert "No policy can be valued" in render_evaluation(findings())


def test_without_cost_the_sentence_speaks_of_margin():
    found = said(policy("everyone", "a", 820.0, 30.0, cost=False), cost=False)
    assert "more margin before the cost of offers a decision than giving nothing" in found


def test_a_chart_has_room_for_the_best_offers_and_every_other_policy():
    page = render_evaluation(full())
    first = page.split('<section id="repeated"')[0]
    rows = re.findall(r"<tr>.*?</tr>", first, re.DOTALL)[1:]
    assert len(rows) == SHOWN
    for name in ("coupon-20", "plan 20260101-000000", "policy spring", "nothing", "the log&#39;s own"):
        assert any(name in row for row in rows)
    assert not any("coupon-1<" in row for row in rows)
    assert "“coupon-1” for everybody" in page.split('<section id="methods"')[1]


def test_the_decisions_that_speak_are_one_number_everywhere():
    few = policy("everyone", "a", 820.0, 30.0, size=1_900.0)
    best = replace(few.best_value, expected_size=400.0)
    page = render_evaluation(findings(replace(few, best=best, methods=(best, *few.methods[:2]))))
    assert "400 (too few)" in page
    assert "1,900 (too few)" not in page
    assert "decisions that speak" in page


def test_cut_weights_and_small_sizes_are_marked():
    page = render_evaluation(full())
    assert "500 (too few)" in page
    assert "above 20, 4\u00a0% of all weight" in page


def test_a_chinese_page_reads_like_chinese():
    page = render_evaluation(full(), "zh").replace("\u00a0", " ")
    assert links_to_nowhere(page) == []
    assert '<html lang="zh">' in page
    texts = [re.sub("Corner shop|Made up for tests.", "", text) for text in Texts(page).found]
    assert [text for text in texts if ENGLISH.search(text)] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text)] == []
    gap = "[\u3000-\u9fff\uff00-\uffef] [\u3000-\u9fff\uff00-\uffef]"
    assert [text for text in texts if re.search(gap, text)] == []


def test_a_third_language_has_every_text_of_the_page(tmp_path):
    found = full()
    data = {found.shop.name, found.shop.note, found.shop.currency, *(one.name for one in found.policies), "'gold'"}
    with installed(tmp_path) as language:
        page = render_evaluation(found, language)
    assert texts_left_outside(page, data | {"Februar", "April", "first-order IS", "IPS", "SNIPS", "SWITCH-DR"}) == []
    assert "17,5" in page


def test_policies_without_a_value_for_the_same_reason_share_a_line():
    lines = re.findall(r"<li>(.*?when it is applied repeatedly.*?)</li>", render_evaluation(full()))
    assert len(lines) == len({line.rsplit(": ", 1)[1] for line in lines}) > 0
