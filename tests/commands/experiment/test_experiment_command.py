"""`offerloop experiment`: an A/B table in, intervals and a decision out."""

import json
import re
from collections import Counter
from dataclasses import astuple

import numpy as np
import polars as pl
import pytest
from experiment_tables import trial
from scipy.stats import ttest_ind

import offerloop
from offerloop.commands.experiment.headline import lead
from offerloop.errors import InputError
from offerloop.report import Localizer


@pytest.fixture
def rng():
    return np.random.default_rng(6)


@pytest.fixture
def write(tmp_path, rng):
    def put(name="trial.csv", **world):
        trial(rng, **world).write_csv(tmp_path / name)
        return tmp_path / name

    return put


@pytest.fixture
def read(command):
    """The JSON of a reading."""

    def call(*arguments):
        code, out, err = command("experiment", *arguments, "--arm", "arm", "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def test_figures_are_welchs(write, read):
    path = write(gain=0.1)
    found = read(path, "--outcome", "spend")
    table = pl.read_csv(path)
    groups = [table.filter(pl.col("arm") == name)["spend"].to_numpy() for name in ("new", "control")]
    oracle = ttest_ind(*groups, equal_var=False)
    (metric,) = found["arms"][0]["metrics"]
    assert metric["difference"]["value"] == pytest.approx(groups[0].mean() - groups[1].mean())
    assert metric["difference"]["low"] == pytest.approx(oracle.confidence_interval(0.95).low, rel=2e-3)
    assert metric["share"]["value"] == pytest.approx(groups[0].mean() / groups[1].mean() - 1)
    assert metric["p_value"] == pytest.approx(oracle.pvalue, rel=0.1)
    assert found["sizes"] == {"control": len(groups[1]), "new": len(groups[0])}
    assert (found["control"], found["arms"][0]["action"]) == ("control", "ship")


def test_it_says_that_differences_are_adjusted_by_what_was_spent_before(write, command):
    arguments = ("experiment", write(gain=0.1), "--arm", "arm", "--outcome", "spend")
    assert "adjusted by" not in command(*arguments)[1]
    said = " ".join(command(*arguments, "--before", "before")[1].split())
    assert "Differences of 'spend' are adjusted by 'before' (CUPED)" in said


def test_what_was_spent_before_makes_it_more_precise(write, read):
    path = write(gain=0.03)
    plain, adjusted = (read(path, "--outcome", "spend", *more) for more in ((), ("--before", "before")))
    width = [one["arms"][0]["metrics"][0]["difference"] for one in (plain, adjusted)]
    assert width[1]["high"] - width[1]["low"] < 0.7 * (width[0]["high"] - width[0]["low"])
    assert [one["arms"][0]["action"] for one in (plain, adjusted)] == ["go on", "ship"]


def test_looking_more_than_once_needs_wider_intervals(write, read):
    path = write(gain=0.03)
    once, often = (read(path, "--outcome", "spend", *more) for more in ((), ("--sequential", "9000")))
    width = [one["arms"][0]["metrics"][0]["share"] for one in (once, often)]
    assert width[1]["high"] - width[1]["low"] > 1.5 * (width[0]["high"] - width[0]["low"])
    assert (once["left"], often["left"]) == (None, 5000)


def test_a_ratio_is_of_sums(write, read):
    path = write(gain=0.1)
    metric = read(path, "--outcome", "spend", "--denominator", "orders")["arms"][0]["metrics"][0]
    control = pl.read_csv(path).filter(pl.col("arm") == "control")
    assert metric["control"] == pytest.approx(control["spend"].sum() / control["orders"].sum())
    adjusted = ("--before", "before", "--before-denominator", "orders")
    assert read(path, "--outcome", "spend", "--denominator", "orders", *adjusted)["arms"][0]["action"] == "ship"


@pytest.mark.parametrize(
    "margin, action, code",
    [
        pytest.param("+0.5", "ship", "better", id="within"),
        pytest.param("+0.01", "go on", "guardrail_open", id="open"),
        pytest.param("-0.5", "ship", "better", id="other-side"),
    ],
)
def test_guardrails_keep_from_shipping(write, read, margin, action, code):
    found = read(write(gain=0.1), "--outcome", "spend", "--guardrail", f"returned={margin}")["arms"][0]
    assert (found["action"], found["reasons"][0]["code"]) == (action, code)
    assert found["metrics"][1]["margin"] == abs(float(margin))


def test_a_broken_draw_shows_no_metric(write, command):
    path = write(gain=0.1)
    how = ("--arm", "arm", "--outcome", "spend", "--shares", "control=.6,new=.4")
    code, out, _ = command("experiment", path, *how)
    assert code == 0
    assert "new against control: stop, and draw no conclusions from it" in out
    assert "spend" not in out
    _, out, _ = command("experiment", path, *how, "--json")
    found = json.loads(out)
    assert found["ratio_p"] < 0.001
    assert (found["arms"][0]["action"], found["arms"][0]["metrics"]) == ("stop", [])


def test_several_arms_share_the_errors(write, read):
    path = write(arms=("control", "a", "b", "c"))
    found = read(path, "--outcome", "spend", "--shares", "control=1,a=1,b=1,c=1")
    metrics = [one["metrics"][0] for one in found["arms"]]
    assert [one["arm"] for one in found["arms"]] == ["a", "b", "c"]
    assert min(one["p_adjusted"] for one in metrics) >= min(1, 3 * min(one["p_value"] for one in metrics)) - 1e-9
    assert found["ratio_p"] > 0.001


def test_the_page_says_what_to_do(write, command):
    code, out, err = command("experiment", write(gain=0.1), "--arm", "arm", "--outcome", "spend", "--sequential", 4000)
    assert (code, err) == (0, "")
    assert "new against control: ship it; 'spend' is better." in out
    assert "the planned 4,000 customers are reached" in out
    assert "the planned shares were not given (--shares)" in out


def test_a_control_that_earns_nothing_has_no_percentages(tmp_path, read):
    spend = [0.0] * 40 + [1.0, 2.0] * 20
    pl.DataFrame({"arm": ["control"] * 40 + ["new"] * 40, "spend": spend}).write_csv(tmp_path / "t.csv")
    found = read(tmp_path / "t.csv", "--outcome", "spend")["arms"][0]
    assert found["metrics"][0]["share"] is None
    assert found["action"] == "ship"


@pytest.mark.parametrize("by", [[], ["--by", "half"]])
def test_before_the_first_purchase_nothing_is_known(tmp_path, command, read, by):
    arms = pl.DataFrame({"arm": ["control", "new"] * 100, "half": ["a", "a", "b", "b"] * 50})
    arms.with_columns(spend=pl.lit(0.0)).write_csv(tmp_path / "t.csv")
    found = read(tmp_path / "t.csv", "--outcome", "spend", *by)
    compared = [found["arms"][0]["metrics"][0], *(one["compared"] for one in found["segments"])]
    assert len(compared) == 1 + len(by)
    for one in compared:
        assert one["difference"] == {"value": 0.0, "low": None, "high": None}
        assert (one["chance_to_win"], one["p_value"]) == (None, 1.0)
    code, out, _ = command("experiment", tmp_path / "t.csv", "--outcome", "spend", "--arm", "arm", *by)
    assert code == 0
    assert "Chance to win" not in out
    result = offerloop.experiment(tmp_path / "t.csv", outcome="spend", arm="arm")
    assert lead(result, Localizer("en")).startswith("Nothing is known yet of what “new” changes in “spend”")
    assert result.page()


def test_where_all_of_one_arm_and_nobody_of_the_other_got_it_that_is_known():
    arm = np.repeat(["control", "new"], 100)
    (metric,) = offerloop.experiment(pl.DataFrame({"arm": arm, "got": arm == "new"}), "arm", "got").arms[0].metrics
    assert (metric.difference.low, metric.difference.value, metric.difference.high) == (1.0, 1.0, 1.0)
    assert (metric.p_value, metric.chance_to_win) == (0.0, 1.0)


def test_a_guardrail_by_which_everybody_is_alike_holds_nobody_back():
    arm = np.repeat(["control", "new"], 200)
    spend = np.random.default_rng(0).normal(1_000, 100, 400) + 200 * (arm == "new")
    table = pl.DataFrame({"arm": arm, "spend": spend, "bought": 1})
    (found,) = offerloop.experiment(table, "arm", "spend", guardrail={"bought": 0.1}).arms
    assert ([one.state for one in found.metrics], found.action) == (["better", "within"], "ship")


def test_few_buyers_of_much_by_luck_decide_nothing():
    arm = np.where(np.arange(700) < 60, "new", "control")
    bought = (arm == "control") & (np.arange(700) % 50 == 0)  # 2 % of them, and by chance nobody of the small arm
    found = offerloop.experiment(pl.DataFrame({"arm": arm, "bought": bought}), "arm", "bought")
    (metric,) = found.arms[0].metrics
    assert ttest_ind(bought[arm == "new"], bought[arm == "control"], equal_var=False).pvalue < 0.01
    assert metric.difference.high > 0 > metric.difference.value
    assert (metric.state, found.arms[0].action) == ("open", "go on")
    assert "A few customers have a very large outcome and an arm is small" in found.sentence


def test_a_small_control_that_missed_large_buyers_ships_nothing_too_often():
    rng, shipped = np.random.default_rng(4), 0
    arm = np.repeat(["control", "new"], [100, 900])
    for _ in range(200):
        spend = rng.lognormal(0, 1.5, 1000) * (rng.random(1000) < 0.3)
        shipped += (
            offerloop.experiment(pl.DataFrame({"arm": arm, "spend": spend}), "arm", "spend").arms[0].action == "ship"
        )
    assert shipped <= 10


def test_conversions_without_a_difference_are_shipped_as_often_as_rolled_back():
    rng, actions = np.random.default_rng(3), Counter()
    arm = np.repeat(["control", "new"], 500)
    for _ in range(300):
        found = offerloop.experiment(pl.DataFrame({"arm": arm, "bought": rng.random(1000) < 0.04}), "arm", "bought")
        actions[found.arms[0].action] += 1
    assert max(actions["ship"], actions["roll back"]) <= 16
    assert min(actions["ship"], actions["roll back"]) >= 2


PLAIN = ("--arm", "arm", "--outcome", "spend")


@pytest.mark.parametrize(
    "arguments, words",
    [
        pytest.param(("--arm", "group", "--outcome", "spend"), "has no column 'group' (--arm)", id="arm"),
        pytest.param(("--arm", "arm", "--outcome", "spent"), "did you mean 'spend'?", id="outcome"),
        pytest.param(("--arm", "arm", "--outcome", "day"), "row 1: 'day' is 'Monday', not a number", id="text"),
        pytest.param(("--arm", "spend", "--outcome", "orders"), "too many for the arms", id="many-arms"),
        pytest.param(("--arm", "day", "--outcome", "spend"), "needs two arms or more", id="one-arm"),
        pytest.param((*PLAIN, "--control", "old"), "no arm 'old' (--control)", id="control"),
        pytest.param((*PLAIN, "--shares", "new=1"), "to each of the arms", id="shares"),
        pytest.param((*PLAIN, "--shares", "new=-1,control=2"), "none may be below 0", id="negative-share"),
        pytest.param((*PLAIN, "--guardrail", "day"), "must be like rating=", id="guardrail"),
        pytest.param((*PLAIN, "--guardrail", "spend=1"), "named twice", id="twice"),
        pytest.param((*PLAIN, "--before", "spend"), "'spend' is given for both --outcome and --before", id="before"),
        pytest.param((*PLAIN, "--denominator", "spend"), "for both --outcome and --denominator", id="denominator"),
        pytest.param(("--arm", "arm", "--outcome", "arm"), "for both --arm and --outcome", id="arm-outcome"),
        pytest.param((*PLAIN, "--cluster", "arm"), "for both --arm and --cluster", id="arm-cluster"),
        pytest.param((*PLAIN, "--sequential", "0"), "above 0, not 0", id="sequential"),
        pytest.param((*PLAIN, "--sequential", "inf"), "above 0, not inf", id="endless"),
        pytest.param((*PLAIN, "--before-denominator", "orders"), "belongs to --before", id="before-denominator"),
        pytest.param((*PLAIN, "--before", "before", "--denominator", "orders"), "give all three", id="ratio-before"),
    ],
)
def test_wrong_input_is_one_sentence(write, command, arguments, words):
    code, out, err = command("experiment", write(), *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "\n" not in err


def test_an_empty_cell_is_named_by_its_row(tmp_path, command):
    (tmp_path / "t.csv").write_text("arm,spend\na,1\n,2\n", encoding="utf-8")
    code, _, err = command("experiment", tmp_path / "t.csv", "--arm", "arm", "--outcome", "spend")
    assert (code, err) == (2, f"'{tmp_path / 't.csv'}', row 2: 'arm' is empty; fill in the arm or leave the row out")
    (tmp_path / "u.csv").write_text("arm,spend\n" + "a,1\n" * 40 + "b,2\n" * 39 + "b,\n", encoding="utf-8")
    code, _, err = command("experiment", tmp_path / "u.csv", "--arm", "arm", "--outcome", "spend", "--control", "a")
    assert (code, "row 80: 'spend' is empty" in err) == (2, True)


def test_arms_whose_names_say_nothing_need_a_control(write, command, read):
    path = write(gain=-0.2, arms=("b", "a"))
    code, _, err = command("experiment", path, "--arm", "arm", "--outcome", "spend")
    assert (code, "name it with --control" in err) == (2, True)
    found = read(path, "--outcome", "spend", "--control", "b")
    assert (found["control"], found["arms"][0]["action"]) == ("b", "roll back")


def test_the_reading_in_chinese(write, command):
    code, out, _ = command("experiment", write(gain=0.1), "--arm", "arm", "--outcome", "spend", "--language", "zh")
    assert code == 0
    assert "new 对比 control：上线；“spend”变好。" in out
    assert "没有给出计划的比例（--shares）" in out
    assert re.findall("[a-z]+ [a-z]+ [a-z]+", out) == []


def test_the_chance_to_win_is_that_of_a_flat_prior(write, read):
    path = write(gain=0.05)
    (metric,) = read(path, "--outcome", "spend")["arms"][0]["metrics"]
    table = pl.read_csv(path)
    groups = [table.filter(pl.col("arm") == name)["spend"].to_numpy() for name in ("new", "control")]
    assert metric["chance_to_win"] == pytest.approx(
        1 - ttest_ind(*groups, equal_var=False, alternative="greater").pvalue, abs=1e-3
    )
    assert read(path, "--outcome", "spend", "--sequential", "9000")["arms"][0]["metrics"][0]["chance_to_win"] is None


def test_values_whose_spread_is_lost_in_rounding_are_refused():
    rng, arm = np.random.default_rng(0), np.repeat(["control", "new"], 1000)
    spread = rng.normal(0, 600, 2000)
    with pytest.raises(
        InputError, match=r"'at' are so far from zero .*; subtract a number from all of them, such as 1"
    ):
        offerloop.experiment(pl.DataFrame({"arm": arm, "at": 1.76e9 + spread}), "arm", "at")
    found = offerloop.experiment(pl.DataFrame({"arm": arm, "at": 1.76e7 + spread}), "arm", "at").arms[0]
    assert found.metrics[0].p_value == pytest.approx(
        ttest_ind(spread[1000:], spread[:1000], equal_var=False).pvalue, rel=1e-3
    )
    constant = offerloop.experiment(pl.DataFrame({"arm": arm, "at": np.where(arm == "new", 1.1, 1.0)}), "arm", "at")
    assert constant.arms[0].action == "ship"


@pytest.mark.parametrize("is_number", [False, True])
def test_a_column_that_is_constant_in_one_arm_only_is_compared(is_number):
    rng, arm = np.random.default_rng(0), np.repeat(["control", "new "], 1000)
    varied = rng.normal(29, 5, 2000) if is_number else rng.random(2000) < 0.95
    at = np.where(arm == "new ", 30.0 if is_number else 1.0, varied)
    metric = offerloop.experiment(pl.DataFrame({"arm": arm, "at": at}), "arm", "at").arms[0].metrics[0]
    assert metric.difference.value == pytest.approx(at[1000:].mean() - at[:1000].mean())
    assert metric.difference.low < metric.difference.value < metric.difference.high


def test_arms_that_are_equal_win_equally_often():
    table = pl.DataFrame({"arm": ["A", "control"] * 100, "y": [1] * 200})
    (metric,) = offerloop.experiment(table, "arm", "y").arms[0].metrics
    assert (metric.p_value, metric.chance_to_win) == (1.0, 0.5)
    sure = offerloop.experiment(table.with_columns(y=pl.col("arm") == "A"), "arm", "y").arms[0].metrics[0]
    assert sure.chance_to_win == 1.0


@pytest.mark.parametrize("engine", [None, "duckdb"])
def test_numbers_too_large_to_compute_with_are_refused(tmp_path, engine, rng):
    table = trial(rng, n=200).with_columns(
        spend=pl.when(pl.int_range(pl.len()) == 6).then(1e110).otherwise(pl.col("spend"))
    )
    table.write_parquet(tmp_path / "t.parquet")
    words = "row 7: 'spend' is 1e\\+110, too large to compute with" if engine is None else "too large to compute with"
    with pytest.raises(InputError, match=words):
        offerloop.experiment(tmp_path / "t.parquet", "arm", "spend", engine=engine)


def test_values_close_to_zero_are_to_be_multiplied(rng):
    table = trial(rng, n=200).with_columns(pl.col("spend") * 1e-200)
    with pytest.raises(InputError, match=r"so close to zero .* multiply all of them"):
        offerloop.experiment(table, "arm", "spend")


def test_what_explains_nothing_of_the_outcome_is_not_said_to_adjust_it(rng):
    table = trial(rng).with_columns(before=7)
    found, plain = (offerloop.experiment(table, "arm", "spend", **how) for how in ({"before": "before"}, {}))
    assert "not adjusted by 'before', because it explains nothing of 'spend'" in found.sentence
    assert "CUPED" not in found.sentence
    intervals = [astuple(one.arms[0].metrics[0].difference) for one in (found, plain)]
    assert intervals[0] == pytest.approx(intervals[1])
    assert found.arms[0].n == plain.arms[0].n


@pytest.mark.parametrize("shares", [{}, {"shares": {"control": 0.5, "a": 0.25, "b": 0.25}}])
def test_with_several_arms_intervals_are_narrowest_at_the_planned_number_of_all(rng, shares):
    """Of K arms an arm and the control are 2 / K of the customers, or what the shares say."""
    arms = ("control", "control", "a", "b") if shares else ("control", "a", "b")
    table = trial(rng, n=6_000, arms=arms)

    def width(planned):
        (metric,) = offerloop.experiment(table, "arm", "spend", sequential=planned, **shares).arms[0].metrics
        return metric.difference.high - metric.difference.low

    assert min((3_000, 4_000, 5_000, 6_000, 7_000, 9_000, 12_000), key=width) == 6_000


def test_the_folder_is_tried_before_anything_is_compared(write, command, tmp_path, monkeypatch):
    monkeypatch.setattr("offerloop.commands.experiment.task.arms_of", lambda *_: pytest.fail("it compared first"))
    (tmp_path / "file").touch()
    code, _, err = command("experiment", write(), *PLAIN, "--out", tmp_path / "file" / "below")
    assert (code, "cannot be made" in err) == (2, True)


def test_a_folder_that_was_only_tried_is_not_left(write, command, tmp_path):
    code, _, _ = command(
        "experiment", write(), "--arm", "arm", "--outcome", "spent", "--out", tmp_path / "new" / "below"
    )
    assert (code, (tmp_path / "new").exists()) == (2, False)
