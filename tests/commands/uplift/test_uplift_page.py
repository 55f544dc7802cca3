"""The page of a study of one trial, and what its first paragraph may claim."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from page_texts import Outline, Texts
from uplift_case import (
    CASES,
    NOTES,
    around,
    everyone,
    leaking,
    limited,
    nothing,
    promising,
    targeted,
    unpromising,
    useless,
)

from offerloop.commands.uplift.findings import Conclusion, Condition, Note, NoteKind, TargetingWorth
from offerloop.commands.uplift.notes import note
from offerloop.commands.uplift.page import SHOWN, render_uplift
from offerloop.commands.uplift.sections.responders import tightest
from offerloop.commands.uplift.sentences.lead import lead, sentence
from offerloop.commands.uplift.sentences.phrases import localizer
from offerloop.commands.uplift.soundness import is_doubtful
from offerloop.commands.uplift.terminal_text import screen
from offerloop.evaluation.estimate import Estimate
from offerloop.locale import languages
from offerloop.response import Policy

EN = localizer("en")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")
PAGES = [(name, language) for name in CASES for language in languages()]


@pytest.fixture(scope="module")
def pages():
    """Every case in every language, with plain spaces."""
    return {(name, language): render_uplift(CASES[name](), language).replace("\u00a0", " ") for name, language in PAGES}


def plain(found):
    return render_uplift(found).replace("\u00a0", " ")


@pytest.mark.parametrize("key", PAGES)
def test_every_page_is_whole_and_loads_nothing(pages, key):
    page = pages[key]
    assert not re.search(r"https?:|//[a-z]|@import|<script|<link|<img|url\((?!#)", page)
    assert [text for text in Texts(page).found if re.search(r"[{}]|\bNone\b|\bnan\b", text)] == []
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert len(set(parser.ids)) == len(parser.ids)
    assert all(target.removeprefix("#") in parser.ids for target in parser.targets)
    assert all(len(str(chart["aria-label"])) > 40 for chart in parser.charts)


@pytest.mark.parametrize("key", PAGES)
def test_no_table_is_wider_than_a_page(pages, key):
    """Seven columns of figures with intervals fit, as pictures of the pages showed; nine did not."""
    assert max(row.count("<th ") for row in re.findall("<thead>.*?</thead>", pages[key])) <= 7


@pytest.mark.parametrize("name", CASES)
def test_a_chinese_page_reads_like_chinese(pages, name):
    page = re.sub('<span lang="en">.*?</span>', "", pages[name, "zh"])
    assert '<html lang="zh">' in page
    texts = Texts(page).found
    assert [text for text in texts if ENGLISH.search(text)] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text)] == []
    gap = "[\u3000-\u9fff\uff00-\uffef] [\u3000-\u9fff\uff00-\uffef]"
    assert [text for text in texts if re.search(gap, text)] == []


@pytest.mark.parametrize("language", languages())
def test_every_kind_of_note_has_words_of_its_own(language):
    said = {note(one, localizer(language)) for one in NOTES}
    assert len(said) == len(get_args(NoteKind))


@pytest.mark.parametrize("conclusion", get_args(Conclusion))
@pytest.mark.parametrize("policy", get_args(Policy))
def test_the_first_paragraph_of_every_verdict_has_two_sentences_at_most(conclusion, policy):
    doubt = leaking() if conclusion == "doubtful" else None
    for found in (case() for case in CASES.values()):
        suspects = found.suspects if doubt is None else doubt.suspects
        plain = replace(found, conclusion=conclusion, policy=policy, suspects=suspects)
        tied = tuple(arm.name for arm in found.arms[1:])
        for one in (plain, replace(plain, near_ties=tied), replace(plain, follow_up=None), replace(plain, p_value=0.2)):
            assert 1 <= len(re.findall(r"[.](?: |$)", lead(one, EN))) <= 2
            assert 1 <= sum(lead(one, localizer("zh")).count(stop) for stop in "。！？") <= 2


def test_choosing_customers_is_told_by_its_forecast_beside_the_best_offer_for_everybody():
    said = sentence(targeted())
    assert said.startswith("Choose whom to treat: it brings clearly more than “10 off” for everybody. An offer for")
    assert (
        "is forecast to bring 1.32 [1.01, 1.63] more profit per customer; each of them gets whichever of the 2" in said
    )
    assert "offers is predicted to bring most. The best single offer, “10 off” for" in said
    assert said.endswith("everybody, brings 0.61 [0.30, 0.92].")
    assert "A budget of 60,000" in render_uplift(targeted())
    assert "1.44" not in said


def test_what_is_held_against_nothing_is_not_said_to_beat_an_offer_for_everybody():
    found = targeted()
    weak = replace(found.policies[0], profit=around(0.61, 0.9))
    unsure = replace(found, policies=(weak, *found.policies[1:]))
    assert sentence(unsure).startswith("Choose whom to treat: it clearly pays, and no single offer does.")
    assert "Choosing customers clearly pays; no single offer does" in render_uplift(unsure)


def test_a_choice_that_leaves_nobody_out_is_one_of_offers():
    found = targeted()
    single, _, choice = found.policies
    all_treated = replace(found, policies=(single, replace(choice, treated_share=1.0)))
    said = sentence(all_treated)
    assert said.startswith("Choose the offer for each customer: it brings clearly more than “10 off” for everybody.")
    assert "Giving each customer whichever of the 2 offers is predicted to bring most is forecast to bring 1.32" in said
    assert "Choosing the offer for each customer clearly brings more" in plain(all_treated)


def test_conditions_that_another_one_implies_are_not_repeated():
    young = Condition("age", None, above=False, cut=72.0)
    younger = replace(young, cut=52.0)
    assert tightest((young, younger)) == [younger]
    assert tightest((young, replace(younger, above=True))) == [young, replace(younger, above=True)]


def test_one_offer_is_named():
    found = targeted()
    assert "“10 off” for 43 % of the customers, chosen by" in sentence(replace(found, arms=found.arms[:2]))


def test_what_may_pay_is_to_be_tried_on_as_many_as_would_show_it():
    found = promising()
    assert sentence(found) == (
        "“10 off” may pay: test it in a new trial with 41,000 customers first. The forecast is 0.4 [−0.1, 0.9] more "
        "profit per customer, but its range includes zero, so the gain may be luck. Do not give it to everybody until "
        "a new trial with 41,000 customers (your table has 64,000), a random half of whom get the offer and half "
        "nothing, shows a gain."
    )
    page = plain(found)
    power = "If the forecast is right, at least 8 of 10 trials of 41,000 customers show it."
    assert power in page
    assert power in screen(found, "en")
    assert "clearly more than" not in page
    assert "clearly pays" not in page
    assert "which of “10 off”, “20 off” is best for everybody: “10 off” looks best so far, and" in page
    cheap = replace(found, offer="20 off")
    assert "“20 off” costs least of those that do about as well." in plain(cheap)
    assert "All rows of one “household” count as a single unit; there are 9,400 of them." in page
    held = "The best policy by the estimates alone is {}. It is not recommended, because its gain may be luck; if you"
    assert held.format("“10 off” for everybody") in page
    choosing = "giving 43 % of the customers what is predicted to bring most (DR-learner) and the others nothing"
    assert held.format(choosing) in screen(replace(found, policy="targeted"), "en")
    assert "by the estimates alone" not in plain(targeted())


def test_importances_and_groups_are_shown_where_there_are_too_few_stores_for_slopes():
    page = plain(replace(promising(), drivers=()))
    assert "How the effect changes with each column cannot be told from so few customers or clusters" in page
    assert "values of a column are shuffled" in page
    assert "found on one half of the customers" in page
    assert "best linear projection" not in page


def test_a_choice_that_may_pay_is_called_one():
    found = replace(targeted(), conclusion="may_pay", verdict="nothing", p_value=0.0286)
    assert sentence(found).startswith(
        "A choice of customers may pay: test it in a new trial with 9,100 customers first. The forecast is"
    )
    assert "9,100 of about 21,000 customers, chosen by predicted effect (your table has 64,000)" in sentence(found)
    assert "but it could too easily be luck." in sentence(found)
    luck = "If no offer worked, the best of them would still look this good in {} of 1,000 trials by luck alone: {}, as"
    assert luck.format(29, "too often") in plain(found)
    assert luck.format(25, "rare enough") in plain(replace(found, p_value=0.025))
    assert "The forecast may be luck, since several offers were tried" in plain(found)
    single = replace(found, arms=found.arms[:2], p_value=1e-9)
    assert "If the offer did not work, it would still look this good in fewer than 1 of 1,000 trials" in plain(single)


def test_an_offer_within_a_limit_is_tried_on_random_customers():
    found = limited()
    assert sentence(found).endswith(
        "Give it to nobody else until a new trial with 9,100 of about 31,000 customers, chosen at random (your table "
        "has 64,000), shows a gain: a random half of those chosen get the offer and half nothing."
    )
    assert "predicted effect" not in sentence(found)
    lost = replace(found, conclusion="does_not_pay")
    assert "a trial of 9,100 customers, chosen from about 31,000 at random, would be needed" in sentence(lost)
    chosen = replace(lost, policy="targeted")
    assert "a trial of 9,100 customers, chosen from about 31,000 by predicted effect, would be" in sentence(chosen)


def test_the_least_expensive_offer_is_called_so_only_where_it_is():
    found = promising()
    assert "“10 off” looks best so far, and none of the others costs less." in plain(found)
    none, first, second = found.arms[:3]
    cheap = replace(second, cost=around(first.cost.value / 2, 0.01))
    assert "and none that costs less is shown to pay." in plain(replace(found, arms=(none, first, cheap)))
    none, first, second = replace(found, expense="depth").arms[:3]
    deeper = replace(found, expense="depth", arms=(none, second, first))
    assert "and none that costs less is shown to pay." in plain(deeper)


def test_a_choice_forecast_below_the_best_offer_for_everybody_is_not_said_to_bring_more():
    found = targeted()
    less = replace(found, forecast=replace(found.forecast, profit=around(0.55, 0.3)))
    assert sentence(less).startswith("Offers pay, but choosing customers is not forecast to bring more than “10 off”")
    assert "Choosing customers is not forecast to bring more than “10 off” for everybody" in render_uplift(less)


def test_rare_outcomes_are_told_for_a_thousand_customers():
    said = sentence(everyone())
    assert said.startswith("Give everybody “mens email”: it pays, and choosing customers does not clearly bring more.")
    assert "“mens email” for everybody is forecast to bring 45 [38, 51] more “visit” per 1,000 customers" in said
    assert "would bring 46 [40, 52] instead; that is about the same." in said
    forecast = replace(everyone().forecast, profit=around(0.032, 0.006))
    assert "instead, but the difference may be luck." in sentence(replace(everyone(), forecast=forecast))
    forecast = replace(forecast, profit=around(0.06, 0.006))
    assert "would bring only 46 [40, 52] instead." in sentence(replace(everyone(), forecast=forecast))


@pytest.mark.parametrize(
    ("targeting", "says"),
    [
        (around(0.0032, 0.0021), "begin with those who are first by predicted effect"),
        (around(0.0032, 0.0041), "(difference in “visit” per 1,000 customers: 3.2 [−0.9, 7.3])"),
        (around(0.0, 0.0), "puts all customers level, so there is no order."),
        (around(-0.0032, 0.0021), "choose customers at random"),
    ],
)
def test_where_everybody_is_treated_the_order_still_gets_a_word(targeting, says):
    assert says in plain(replace(everyone(), targeting=targeting))


def test_a_budget_that_does_not_reach_everybody_is_not_called_everybody():
    found = everyone()
    partly = replace(found.policies[0], treated_share=0.4)
    said = sentence(replace(found, budget=900.0, policies=(partly, *found.policies[1:])))
    assert said.startswith("Give “mens email” to as many customers as the budget allows")
    assert "for as many customers as the budget pays for, drawn at random" in said
    assert "for everybody" not in said


def test_where_nothing_pays_nothing_is_claimed():
    said = sentence(useless())
    assert said.startswith("Give nothing: no offer is shown to pay. Against giving nothing, the best single offer,")
    assert "would bring 0.3 [−4.1, 4.7] more “visit” per 1,000 customers" in said
    assert "so little that a trial of 2,300,000 customers would be needed to show it." in said
    assert "promises no gain" in sentence(unpromising())
    assert "by the estimates alone" in plain(useless())
    assert "by the estimates alone" not in plain(unpromising())
    assert "If not everybody can get an offer" not in plain(useless())
    assert "look this good" not in plain(replace(useless(), policy="nothing"))
    assert "Who was treated was not drawn at random" in render_uplift(nothing())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"ratio_p": 1e-6},
            "Chance cannot explain the sizes of the arms (p-value: below 0.001): find out which rows were "
            "lost or added, or give the planned shares with --shares if the arms were not meant to be equal.",
        ),
        ({"balance_p": 1e-6}, "The arms differed before the trial by more than chance explains"),
        ({"negative_controls": {"age": around(3.0, 1.0)}}, "An effect is seen on “age”, which no offer can have"),
    ],
)
def test_a_failed_check_leaves_no_verdict(change, says):
    found = replace(everyone(), **change)
    assert is_doubtful(found)
    found = replace(found, conclusion="doubtful", verdict="nothing")
    assert sentence(found).startswith("No verdict yet: something in the table cannot be right. " + says)
    assert "A check fails" in render_uplift(found)
    assert "✗" in render_uplift(found).split("</style>")[1]
    assert "✗" not in render_uplift(everyone()).split("</style>")[1]


def test_columns_that_tell_too_much_are_named_with_what_to_do():
    found = leaking()
    assert is_doubtful(found)
    assert not is_doubtful(everyone())
    assert "“spend in November” tells the outcome implausibly well (83 % of its spread): leave it" in sentence(found)
    assert sentence(found).startswith("No verdict yet: a column may have been measured after the offer.")
    assert sentence(replace(found, ratio_p=1e-6)).startswith("No verdict yet: something in the table cannot be right.")
    page = plain(found)
    assert "The outcome never happens where “visits” is “0” (85 % of the customers)" in page
    assert "“clicks” differs between the arms as if the offer had changed it, and tells 29 % of the outcome" in page
    assert "For “mens email” the plain difference and the adjusted one contradict each other" in page


def test_one_of_many_negative_controls_may_be_off_by_luck():
    many = {f"column {n}": around(0.0, 1.0) for n in range(19)}
    assert not is_doubtful(replace(everyone(), negative_controls={**many, "age": around(2.0, 1.0)}))
    assert is_doubtful(replace(everyone(), negative_controls={**many, "age": around(2.2, 1.0)}))
    assert not is_doubtful(replace(everyone(), negative_controls={"age": around(1.6, 1.0)}))


def test_figures_of_the_findings_are_on_the_page(pages):
    page = pages["targeted", "en"]
    first = page.split('<section id="verdict"')[0]
    assert first.count("<dt>") == 4
    assert "[1.01, 1.63]" in first
    shown = (
        "0.62 [0.56, 0.68]", "DR-learner (chosen)", "183.0 [179.0, 187.0]", "0.930 [0.900, 0.960]", "38 % [29, 47]",
        "43.0 % [41.0, 45.0]", "7.1 % [5.1, 9.1]", "1.62 [1.45, 1.80]", "The estimators learn from 3 columns",
    )  # fmt: skip
    for text in shown:
        assert text in page


def test_sections_without_content_are_absent(pages):
    names = {key: re.findall(r'<section id="(\w+)"', page) for key, page in pages.items()}
    assert names["targeted", "en"] == [
        "finding", "verdict", "arms", "estimators", "curve", "costs", "deciles", "responders", "types",
        "groups", "checks", "notes", "words",
    ]  # fmt: skip
    assert {"costs", "groups"} & set(names["everyone", "en"]) == set()
    bare = replace(
        everyone(), ranked=(), curve=(), deciles=(), types=(), balance=(), drivers=(), importances=(), segments=()
    )
    left = re.findall(r'<section id="(\w+)"', render_uplift(bare))
    assert left == ["finding", "verdict", "arms", "checks", "notes", "words"]


def test_shares_of_a_whole_that_may_be_nothing_are_not_drawn(pages):
    assert "the line at 0.5 is a random order" in pages["everyone", "en"]
    for name in ("nothing", "useless"):
        assert "area over a random order" in pages[name, "en"].lower()
        assert "the line at 0.5" not in pages[name, "en"]
        assert "area share" not in pages[name, "en"].lower()


def test_a_chart_has_room_for_the_best_offers_and_the_forecast():
    found = everyone()
    more = tuple(
        TargetingWorth("everyone", f"offer {n}", 1.0, around(0.001 * n, 0.006), around(0.001 * n, 0.006), None)
        for n in range(1, 21)
    )
    page = render_uplift(replace(found, policies=(*found.policies, *more)))
    spoken = re.findall(r'aria-label="(.*?)"', page.split("<figure")[1])[0]
    assert len(re.findall(r"(?:offer \d+|mens email|womens email): ", spoken)) == SHOWN
    assert "forecast: 45" in spoken
    assert "offer 1:" not in spoken
    assert ">offer 1<" in page


def test_what_is_the_same_for_all_has_no_interval():
    found, nought = nothing(), around(0.0, 0.0)
    none = replace(found, forecast=TargetingWorth("forecast", "", 0.0, nought, nought, None))
    assert "[0, 0]" not in render_uplift(none)
    found = targeted()
    fixed = replace(found.arms[1], cost=Estimate(0.3, 0.3 - 1e-14, 0.3 + 1e-14))
    page = render_uplift(replace(found, arms=(found.arms[0], fixed)))
    assert ">0.3</td>" in page


def test_groups_that_are_treated_alike_are_said_to_be():
    found = targeted()
    near_ties = tuple(replace(one, treated_share=around(1.0, 0.0)) for one in found.groups)
    page = render_uplift(replace(found, groups=near_ties))
    assert "The best policy by the estimates treats every group alike" in page
    assert "[100" not in page


def test_an_audit_of_what_is_not_recommended_says_so():
    found, said = targeted(), "the best policy by the estimates, which is not recommended"
    assert said not in plain(found)
    page = plain(replace(found, conclusion="may_pay", verdict="nothing"))
    assert said in page
    assert "The best policy by the estimates treats 43 % of group" in page
    assert "under the recommendation" not in page


def test_only_files_that_are_written_are_named():
    found = replace(targeted(), notes=())
    assert "in scores.csv and scores.parquet, beside this file" in plain(found)
    page = plain(replace(found, notes=(Note("learned_from_part", n=9),)))
    assert "in scores.parquet, beside this file" in page
    assert "scores.csv" not in page


def test_a_type_that_no_prediction_knows_has_no_share():
    found = everyone()
    none = replace(found.types[3], share=around(0.0, 0.0))
    page = render_uplift(replace(found, types=(*found.types[:3], none)))
    assert "the offer does harm. The estimator predicts this of nobody." in page
    assert "sleeping dog: nobody" in page


def test_a_long_list_of_columns_is_cut_short():
    said = note(Note("ignored_constant", tuple(f"c{n}" for n in range(40))), EN)
    assert said.endswith("“c11” and 28 more.")


def test_names_of_the_table_are_escaped():
    page = render_uplift(replace(everyone(), place="<b>table", outcome='"visit" & <i>'))
    assert "<b>table" not in page
    assert "<i>" not in page


def test_a_loss_is_told_as_less_and_its_interval_turns_with_it():
    said = plain(replace(everyone(), targeting=around(-0.0032, 0.0021)))
    assert "bring 3.2 [1.1, 5.3] less “visit” per 1,000 customers." in said
    assert "a change of" not in said


def test_no_estimator_is_called_the_best_where_none_beats_a_random_order():
    found = targeted()
    assert "ways to rank customers" not in plain(found)
    level = tuple(replace(one, over_random=around(-0.1, 0.2)) for one in found.ranked)
    none = replace(found, ranked=level, targeting=around(-0.1, 0.2))
    assert "is clearly better than a random order; this page shows predicted effect (" in plain(none)
    assert "clearly better than chance: none of " in plain(none)
    worse = plain(replace(none, targeting=around(-0.3, 0.2)))
    assert ", which this page shows, is clearly worse" in worse
    assert "the best on left-out customers" not in worse
    assert "puts all customers level" not in worse
    assert "no order" in plain(replace(everyone(), ranked=level, targeting=around(0.0, 0.0)))


def test_cost_that_changes_nothing_is_said_to_pay_only_where_the_policy_does():
    found = replace(everyone(), unchanged_cost=around(0.9, 0.01), unchanged_money=around(0.2, 0.01), types=())
    pays = plain(found)
    assert "Of what “mens email” for everybody costs, 90" in pays
    assert "changes nothing, and it still pays" in pays
    assert "What the rest changes brings more than all of it costs." in pays
    unclear = plain(replace(found, conclusion="may_pay"))
    assert "it is not clear whether the rest pays" in unclear
    assert "it still pays" not in unclear
    doubtful = plain(replace(found, conclusion="doubtful", suspects=leaking().suspects))
    assert "the rest" not in doubtful
    assert "it still pays" not in doubtful


def test_tenths_in_the_wrong_order_are_said_to_be():
    found = targeted()
    upside_down = [replace(one, realised=around(-0.1 * one.decile, 0.02)) for one in found.deciles]
    said = plain(replace(found, deciles=tuple(upside_down)))
    assert "The tenth predicted to respond most responded less than the bottom tenth, by 0.9" in said
    assert "does not clearly respond more" not in said


def test_groups_whose_ranges_overlap_are_said_to_show_no_difference():
    found = next(case() for case in CASES.values() if len(case().segments) > 1)
    first, *rest = found.segments
    alike = (replace(first, effect=around(0.0, 5.0)), *(replace(one, effect=around(1.0, 5.0)) for one in rest))
    apart = (replace(first, effect=around(9.0, 1.0)), *(replace(one, effect=around(1.0, 5.0)) for one in rest))
    assert "no clear difference is left" in plain(replace(found, segments=alike))
    assert "no clear difference is left" not in plain(replace(found, segments=apart))
