"""`offerloop evaluate` where earlier offers matter: a policy applied repeatedly is worth something else."""

import json
from html import unescape

import pytest
from evaluate_shop import CUSTOMERS, DISCOUNT, EFFECT, WEEKS, usual_shop
from typed_command import offerloop

TAKEN = -8.0
"""What a coupon takes from the spend of the week after."""
ONE, REPEATED = 100 * (EFFECT / 2 - DISCOUNT), 100 * ((EFFECT + TAKEN * (WEEKS - 1) / WEEKS) / 2 - DISCOUNT)
"""Profit of the coupon a decision, minor units: in its own week, and where everybody had it in every week."""


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """A coupon that brings purchases forward: the folder of its evaluation, what was printed, and the same as JSON."""
    folder = tmp_path_factory.mktemp("later") / "shop"
    usual_shop(folder, lasts=TAKEN)
    code, printed, said = offerloop("evaluate", folder)
    assert (code, said) == (0, "")
    (written,) = (folder / "evaluations").iterdir()
    return written, printed, json.loads((written / "evaluation.json").read_text())


def everybody(summary):
    return next(one for one in summary["policies"] if one["kind"] == "everyone")


def test_the_value_of_a_policy_applied_repeatedly_holds_the_truth_that_one_decision_misses(later):
    _, _, summary = later
    coupon = everybody(summary)
    one, repeated = coupon["against"]["nothing"]["profit_minor"], coupon["repeated"]["gain"]["profit_minor"]
    assert one["low"] < ONE < one["high"]
    assert not one["low"] < REPEATED < one["high"]
    assert repeated["low"] < REPEATED < repeated["high"]
    assert not repeated["low"] < ONE < repeated["high"]
    assert (coupon["repeated"]["method"], coupon["repeated_refusal"]) == ("first-order IS", None)


def test_terminal_summary_and_page_say_that_the_figures_are_of_one_decision_only(later):
    written, printed, summary = later
    said = "Earlier offers still matter (p < 0.001): the figures above are of one decision only"
    assert said in printed
    assert said in summary["sentence"]
    assert "“coupon” for everybody, applied repeatedly, changes profit by " in summary["sentence"]
    assert summary["one_period_only"]
    assert summary["earlier_offers"]["matter"]
    assert summary["earlier_offers"]["customers"] == CUSTOMERS
    page = unescape((written / "report.html").read_text()).replace("\u00a0", " ")
    for text in (
        said,
        "One decision: more than giving nothing",
        "Policies applied repeatedly",
        "not of a policy applied repeatedly",
    ):
        assert text in page


def test_a_chinese_shop_is_told_the_same(tmp_path):
    path = usual_shop(tmp_path, lasts=TAKEN, more='[report]\nlanguage = "zh"')
    code, printed, _ = offerloop("evaluate", path)
    assert code == 0
    assert "以前的优惠仍有影响（p < 0.001）：以上数字仅为单次决策的价值，并非持续执行该策略的价值。" in printed
    assert "持续执行向所有人发放“coupon”时，每次决策的利润与不发放相比变化 " in printed


def test_where_earlier_offers_do_nothing_nothing_is_claimed_of_them(tmp_path):
    code, printed, _ = offerloop("evaluate", usual_shop(tmp_path), "--json")
    summary = json.loads(printed)
    assert code == 0
    assert not summary["one_period_only"]
    assert "Earlier offers" not in summary["sentence"]
    repeated = everybody(summary)["repeated"]["gain"]["profit_minor"]
    assert repeated["low"] < ONE < repeated["high"]


def test_who_was_shown_something_once_says_nothing_of_policies_applied_repeatedly(tmp_path):
    path = usual_shop(tmp_path)
    log = (tmp_path / "exposures.csv").read_text().splitlines()
    (tmp_path / "exposures.csv").write_text("\n".join(log[: CUSTOMERS + 1]))
    code, printed, _ = offerloop("evaluate", path, "--json")
    summary = json.loads(printed)
    assert (code, summary["earlier_offers"], summary["one_period_only"]) == (0, None, False)
    assert all(one["repeated"] is None for one in summary["policies"])
    assert any("what a policy changes in later decisions is not seen" in one for one in summary["notes"])
