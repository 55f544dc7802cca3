"""The pages of a simulation and of planning by it, from made-up figures in both languages."""

import re
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest
from page_texts import Texts, links_to_nowhere, texts_left_outside
from pseudo_language import installed

from offerloop.commands.simulate.findings import Brought, Courses, PlanningFindings, PolicyGains, SimulationFindings
from offerloop.commands.simulate.levers_page import planning_sentence, render_planning
from offerloop.commands.simulate.page import render_simulation, summarise_simulation
from offerloop.evaluation.estimate import Estimate
from offerloop.report.charts.courses import apart, look

NAN = float("nan")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")


def around(value, half=100.0):
    return Estimate(value, value - half, value + half)


def gains(name, profit):
    amounts = {"profit": around(profit), "sales": around(3 * profit), "cost": around(900.0), "buyers": around(6.0, 2.0)}
    shares = {measure: around(0.01, 0.005) for measure in ("buyers", "sales", "profit")}
    return PolicyGains(name, amounts, shares, None, {})


def simulation(names=("ours", "blanket", "ceiling"), ceiling="ceiling"):
    profit = {name: (around(1000.0 * n), around(2500.0 * n)) for n, name in enumerate(names, start=1)}
    regret = {name: (around(500.0), around(700.0 + n)) for n, name in enumerate(names) if name != ceiling}
    names_minor = ("offered", "buyers", "sales_minor", "cost_minor", "profit_minor", "plain_sales_minor",
                   "plain_profit_minor")  # fmt: skip
    rows = [
        {"policy": name, "period": period, **dict.fromkeys(names_minor, 100)} for name in names for period in (0, 1)
    ]
    same = {name: around(400.0) for name in names}
    return SimulationFindings(
        preset="grocery", currency="USD", customers=100, products=50, worlds=3, periods=pl.DataFrame(rows),
        policies=tuple(gains(name, 2500.0) for name in names),
        courses=Courses(profit, ceiling, regret if ceiling else {}, same, around(800.0)),
    )  # fmt: skip


def planning(**own):
    rows = [
        Brought("loop", budget, share, 0.1, gains("loop", 1000 * budget + 100 * share))
        for share in (0.5, 0.75)
        for budget in (1.0, 2.0)
    ]
    made = PlanningFindings(
        "grocery", "USD", 100, 50, 3, 4, tuple(rows), best=rows[3], following=rows[1], lead=around(25.0, 10.0)
    )
    return replace(made, **own)


def text_of(page):
    return " ".join(Texts(page).found).replace("\u00a0", " ")


def test_profit_and_regret_are_drawn_with_a_table_each():
    page = render_simulation(simulation())
    assert 'id="chart-course-profit"' in page
    assert 'id="chart-course-regret"' in page
    said = text_of(page)
    assert "Most profit at the end: 'ceiling', $75.00 [74.00, 76.00]" in said
    assert "On average 'ours' is nearest to 'ceiling': a regret of $7.00 [6.00, 8.00]" in said
    assert "blanket" in said
    assert "0.020 points" not in said
    assert "3.0 points [2.0, 4.0]" in said  # 6 of 100 customers in 2 periods


def test_headlines_are_one_sentence_and_no_policy_that_a_shop_cannot_follow_leads():
    policies = simulation(("ours", "blanket", "ceiling"))
    above = replace(policies, policies=(*policies.policies[:2], gains("ceiling", 9900.0)))
    assert (
        headline(render_simulation(above))
        == "The policy 'ours' gained the most profit in 2 periods: $25.00 [24.00, 26.00]."
    )
    assert headline(render_planning(planning())).endswith("$20.75 [19.75, 21.75] beyond the same shop without offers.")


def test_a_policy_whose_gain_may_be_none_is_not_praised():
    few = replace(simulation(("ours", "blanket")), policies=(gains("ours", 50.0), gains("blanket", 20.0)))
    assert headline(render_simulation(few)).startswith("No policy clearly gained profit in 2 periods; 'ours' gained")


def headline(page):
    return text_of(page.split('<h1 id="finding-title">')[1].split("</h1>")[0])


def test_the_blanket_offer_is_drawn_only_where_it_is_alone():
    figure = render_simulation(simulation()).split('id="chart-course-profit"')[1].split("<details>")[0]
    assert ">ours<" in figure
    assert ">blanket<" not in figure
    alone = render_simulation(simulation(("blanket",), None)).split('id="chart-course-profit"')[1].split("<details>")[0]
    assert ">blanket<" in alone


def test_without_a_ceiling_the_page_says_which_policy_to_add():
    page = render_simulation(simulation(("ours",), None))
    assert "chart-course-regret" not in page
    assert "add the policy 'ceiling', or 'oracle'" in text_of(page)


def test_a_shop_that_sells_nothing_has_a_page():
    unknown = dict.fromkeys(("buyers", "sales", "profit"), Estimate(NAN, NAN, NAN))
    zero = Estimate(0.0, NAN, NAN)
    idle = PolicyGains("ours", dict.fromkeys(("buyers", "sales", "profit", "cost"), zero), unknown, None, {})
    courses = Courses({"ours": (zero, zero)}, None, {}, {}, None)
    page = render_simulation(replace(simulation(("ours",), None), policies=(idle,), courses=courses))
    assert "nan" not in text_of(page).lower()
    assert "$1<" in page  # the scale of a chart whose line is zero


def test_the_summary_has_every_period():
    summary = summarise_simulation(simulation())
    assert summary["regret_against"] == "ceiling"
    ours = summary["policies"]["ours"]
    assert [one["value"] for one in ours["profit_so_far"]] == [1000.0, 2500.0]
    assert [one["value"] for one in ours["regret_so_far"]] == [500.0, 700.0]
    assert summary["policies"]["ceiling"]["regret_so_far"] is None
    assert ours["conversion"] == {"value": 0.03, "low": 0.02, "high": 0.04}


def test_the_sentence_says_what_brings_most_and_how_sure_that_is():
    told = planning_sentence(planning())
    assert "most profit comes with a budget of $2 for each customer and period and a supplier share of 75 %" in told
    assert "$0.25 [0.15, 0.35] of profit ahead of the next, a budget of $2" in told
    assert "beyond the spread over worlds." in told
    assert "cannot be told apart" in planning_sentence(planning(lead=around(25.0, 30.0)))
    assert "one world cannot say" in planning_sentence(planning(lead=Estimate(25.0, NAN, NAN), worlds=1))


@pytest.mark.parametrize(("profit", "says"), [(-500.0, "no combination brings more profit than"), (50.0, "clearly")])
def test_a_best_that_gains_nothing_is_not_praised(profit, says):
    best = Brought("loop", 1.0, 0.5, 0.1, gains("loop", profit))
    assert says in planning_sentence(planning(best=best))


def test_only_levers_with_several_values_are_named():
    rows = tuple(replace(one, budget=1.0) for one in planning().brought[:3:2])
    told = planning_sentence(planning(brought=rows, best=rows[1], following=rows[0]))
    assert "comes with a supplier share of 75 %: " in told
    assert "budget" not in told


def test_a_policy_that_does_not_explore_stands_level_where_exploration_is_the_axis():
    rows = (
        *(Brought("loop", 1.0, 0.5, explore, gains("loop", 900.0)) for explore in (0.1, 0.4)),
        Brought("same", 1.0, 0.5, None, gains("same", 700.0)),
    )
    page = render_planning(planning(brought=rows, best=rows[0], following=rows[2]))
    assert ">same<" in page
    assert ">loop<" in page


@pytest.mark.parametrize(("render", "findings"), [(render_simulation, simulation), (render_planning, planning)])
def test_chinese_pages_have_no_english_sentence(render, findings):
    page = render(findings(), "zh")
    assert links_to_nowhere(page) == []
    texts = Texts(page).found
    assert [text for text in texts if ENGLISH.search(text)] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text)] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize(
    ("render", "found"), [(render_simulation, simulation()), (render_planning, planning())], ids=["policies", "levers"]
)
def test_a_third_language_has_every_text_of_the_page(render, found, tmp_path):
    with installed(tmp_path) as language:
        page = render(found, language)
    assert texts_left_outside(page, {"ours", "blanket", "ceiling", "loop", "grocery", "USD", "und"}) == []


def test_names_at_the_ends_of_lines_stand_apart_and_within_the_chart():
    found = apart([10.0, 11.0, 200.0, 9.0], 17, 210)
    assert sorted(range(4), key=lambda one: found[one]) == [3, 0, 1, 2]
    ordered = sorted(found)
    assert all(later - sooner >= 17 for sooner, later in pairwise(ordered))
    assert ordered[0] >= 0
    assert ordered[-1] <= 210


def test_no_two_of_the_policies_look_alike():
    looks = [(colour, tuple(dash)) for colour, dash in map(look, range(10))]
    assert len(set(looks)) == 10
