"""The article's case: its verdict is right where the answer is known, and its notebook is what its source says."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import nbformat
import numpy as np
import polars as pl
import pytest
from few_worlds import few_worlds
from nbclient import NotebookClient

import case_text as case
from case_gains import best_held_out, contentment
from case_goals import Goals, GoalsVerdict, PolicyPoint, read_goals
from case_page import render_case
from case_play import POLICIES, Sizes, play_case
from case_sweep import SweepLevels, sweep
from offerloop.evaluation.estimate import Estimate
from offerloop.market.gains import UNITS, at_equal_spend, sums_of
from offerloop.market.periods import PERIOD_COLUMNS, Setting, play
from offerloop.market.preset import load_preset

FOLDER = Path(__file__).parents[2] / "examples" / "case"
GOALS = Goals(buyers=0.20, sales=0.30)
TINY = Sizes(60, 40, 6, 3, 2, 60, 2, SweepLevels((1.0, 10.0), (10.0, 50.0)))


def sure(value):
    return Estimate(value, value - 0.01, value + 0.01)


def vague(value):
    return Estimate(value, value - 0.5, value + 0.5)


def point(level, buyers, sales, profit, of=sure):
    return PolicyPoint("made up", level, of(buyers), of(sales), of(profit))


NOTHING_MUCH = point(1.0, 0.02, 0.03, 0.01)
PAYS = point(2.0, 0.25, 0.35, 0.05)
LOSES = point(3.0, 0.30, 0.40, -0.20)
LOSES_MORE = point(4.0, 0.40, 0.50, -0.60)


@pytest.mark.parametrize(
    ("points", "verdict", "level"),
    [
        ([NOTHING_MUCH, PAYS, LOSES], GoalsVerdict.REACHED, 2.0),
        ([NOTHING_MUCH, LOSES_MORE, LOSES], GoalsVerdict.AT_A_LOSS, 3.0),
        ([point(0.5, 0.01, 0.01, 0.0), NOTHING_MUCH], GoalsVerdict.NOT_REACHED, 1.0),
        ([NOTHING_MUCH, point(5.0, 0.25, 0.1, 0.1)], GoalsVerdict.NOT_REACHED, 5.0),  # one goal is not both
        ([NOTHING_MUCH, point(2.0, 0.25, 0.35, 0.05, vague)], GoalsVerdict.UNCLEAR, 2.0),
        ([point(2.0, 0.25, 0.35, 0.005), LOSES], GoalsVerdict.UNCLEAR, 2.0),  # growth for sure, profit perhaps
        ([replace(PAYS, sales=Estimate(0.31, float("nan"), float("nan")))], GoalsVerdict.REACHED, 2.0),
    ],
)
def test_a_verdict_is_right_where_the_answer_is_known(points, verdict, level):
    found = read_goals(points, GOALS)
    assert (found.verdict, found.point.level) == (verdict, level)


def made_up(**costs_and_profits):
    """A row for each policy, world and level; the twin shop has 100 of everything."""
    plain = {f"plain_{column}": 100.0 for column in UNITS.values()}
    return pl.DataFrame(
        [
            {"policy": name, "world": world, "level": level, "cost_minor": cost, "buyers": 100.0 + gain,
             "sales_minor": 100.0 + 2 * gain, "profit_minor": 100.0 + gain, **plain}
            for name, rows in costs_and_profits.items()
            for world, level, cost, gain in rows
        ]
    )  # fmt: skip


def test_at_equal_spend_two_budgets_are_mixed():
    periods = made_up(one=[(1, 1.0, 10.0, 4.0), (1, 2.0, 30.0, 8.0)], other=[(1, 1.0, 20.0, 5.0)])
    found = {row["policy"]: row for row in at_equal_spend(periods).iter_rows(named=True)}
    assert found["one"]["cost"] == found["other"]["cost"] == 20.0
    assert found["one"]["profit"] == pytest.approx(6.0)  # half of the customers at each budget
    assert found["one"]["sales"] == pytest.approx(12.0)
    assert found["other"]["profit"] == 5.0


def test_the_best_is_judged_in_worlds_that_did_not_choose_it():
    lucky = [(1, 1.0, 1.0, 90.0), (2, 1.0, 1.0, -6.0), (3, 1.0, 1.0, -6.0)]
    steady = [(world, 1.0, 1.0, 3.0) for world in (1, 2, 3)]
    found = best_held_out(made_up(lucky=lucky, steady=steady)).sort("world")
    assert found["policy"].to_list() == ["steady", "lucky", "lucky"]
    assert found["profit"].to_list() == [3.0, -6.0, -6.0]
    losing = best_held_out(made_up(bad=[(1, 1.0, 1.0, -1.0), (2, 1.0, 1.0, -1.0)]))
    assert (losing["policy"].unique().to_list(), losing["profit"].sum()) == (["nothing"], 0.0)


def test_a_sweep_at_the_presets_own_levels_is_what_simulate_plays():
    setting = Setting(load_preset("grocery"), 60, 40, 6, 2, log=3, fresh=60)
    names = ("same", "buyers", "personalised", "blanket")
    played = play(setting, names, 1, lambda: None)[1].periods
    swept = sweep(setting, names[:3], SweepLevels((1.0, 0.25), (10.0,)), 1, lambda: None)
    same_levels = swept.filter((pl.col("level") == 1.0) | (pl.col("policy") == "blanket"))
    most = pl.col("policy") != "blanket"  # in the sweep its maximum is off
    assert same_levels.filter(most).select(PERIOD_COLUMNS).equals(played.filter(most))
    less = swept.filter(policy="same").group_by("level").agg(pl.col("liability_minor").sum()).sort("level")
    assert less["liability_minor"].is_sorted()
    assert less["liability_minor"].n_unique() == 2


def test_satisfaction_of_the_twin_shop_is_its_own():
    setting = Setting(load_preset("fashion"), 60, 40, 4, 2, log=2, fresh=60)
    periods = play(setting, ["nothing", "blanket"], 1, lambda: None)[1].periods
    idle = contentment(periods.filter(policy="nothing"))
    assert [idle[name].value for name in ("stars", "returns", "orders", "annoyed")] == [0, 0, 0, 0]
    assert 1 <= idle["plain_stars"].value <= 5
    mine = periods.filter(policy="blanket")
    assert mine["returned_lines"].sum() > 0
    assert (mine["annoyed"] <= mine["offered"]).all()


@pytest.fixture(scope="module")
def found():
    with few_worlds():
        return play_case(TINY)


def test_the_case_tells_what_it_found(found):
    assert {one.gained.name for one in found.tried} == {*POLICIES, "blanket"}
    assert len({one.gains["cost"].value for one in found.equal}) == 1
    assert set(found.ahead) == set(found.ahead_in_budget) == set(POLICIES) - {"personalised"}
    for language in ("en", "zh"):
        told = [
            case.opening(found, language), case.verdict(found, language), case.best(found, language),
            case.compared(found, language), *case.contentment(found, [("blanket", 50.0)], language),
        ]  # fmt: skip
        assert not [text for text in told if "{" in text or "nan" in text]
    assert case.sweep_table(found).height == len(found.tried) == 14
    assert case.equal_table(found).height == len(POLICIES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_alone(found, language):
    page = render_case(found, language)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert case.verdict(found, language).split("：")[0].split(":")[0] in page
    assert page.count("<svg") == 4


@pytest.mark.parametrize("verdict", list(GoalsVerdict))
def test_every_verdict_has_its_sentence(found, verdict):
    read = replace(found.reading, verdict=verdict)
    said = {case.verdict(replace(found, reading=read), language) for language in ("en", "zh")}
    assert len(said) == 2
    assert all("20" in text and "30" in text for text in said)


def test_one_world_has_no_intervals():
    with few_worlds():
        alone = play_case(replace(TINY, worlds=1, levels=SweepLevels((1.0,), (10.0,))))
    assert "no intervals" in case.opening(alone)
    assert "nan" not in case.verdict(alone) + case.best(alone) + case.compared(alone)
    assert np.isnan(alone.tried[0].gained.gains["profit"].low)


def module():
    spec = spec_from_file_location("make_notebook", FOLDER / "make_notebook.py")
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def cells(source):
    return module().cells_of(source)


def test_the_notebook_is_its_source_and_ran_through():
    written = json.loads((FOLDER / "case.ipynb").read_text(encoding="utf-8"))["cells"]
    source = cells((FOLDER / "case.py").read_text(encoding="utf-8"))
    keys = ("cell_type", "id")
    assert [[one[key] for key in keys] for one in written] == [[one[key] for key in keys] for one in source]
    assert ["".join(one["source"]) for one in written] == [one["source"] for one in source]
    code = [one for one in written if one["cell_type"] == "code"]
    assert [one["execution_count"] for one in code] == list(range(1, len(code) + 1))
    outputs = [output for one in code for output in one["outputs"]]
    assert {output["output_type"] for output in outputs} == {"stream", "execute_result"}
    assert sum("image/svg+xml" in output.get("data", {}) for output in outputs) == 3


def test_the_notebook_names_no_machine():
    text = (FOLDER / "case.ipynb").read_text(encoding="utf-8")
    assert not [place for place in ("/home/", "/tmp", "/root", str(FOLDER.parent)) if place in text]
    assert "Synthetic" in text


def test_the_notebook_has_the_steps_of_the_article_in_its_order():
    source = (FOLDER / "case.py").read_text(encoding="utf-8")
    steps = ("preprocess_data", "build_user_profile", "build_recommendation_system", "build_promotion_strategy",
             "evaluate_promotion_effect", "main")  # fmt: skip
    headings = [line for line in source.splitlines() if line.startswith("# ## ")]
    named = [next(step for step in steps if f"`{step}`" in line) for line in headings if "`" in line]
    assert named == list(steps)


def test_cells_run_in_one_namespace_and_keep_what_they_show():
    made = cells("# %% [markdown]\n# Text\n\n# %%\na = 1\nprint(a)\n\n# %%\na + 1\n")
    assert module().run(made)["a"] == 1
    assert [one["cell_type"] for one in made] == ["markdown", "code", "code"]
    assert made[1]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
    assert made[2]["outputs"][0]["data"] == {"text/plain": "int"}
    assert json.loads(module().notebook(made))["nbformat"] == 4


USED = """
import sys
from threadpoolctl import threadpool_info
sys.path.insert(0, sys.argv[1])
import make_notebook
make_notebook.start_again_pinned()
from numpy._core._multiarray_umath import __cpu_features__
import scipy.linalg
print(sorted((one["architecture"], one["num_threads"]) for one in threadpool_info()))
print(sorted(name for name, there in __cpu_features__.items() if there and name.startswith(("X86_V", "AVX512_"))))
"""


ELSEWHERE = ({"OPENBLAS_CORETYPE": "Sandybridge", "OMP_NUM_THREADS": "2"}, {"OPENBLAS_CORETYPE": "SkylakeX"})


@pytest.mark.slow
def test_the_notebook_is_made_with_the_same_arithmetic_wherever(tmp_path):
    (tmp_path / "used.py").write_text(USED)
    used = {
        subprocess.run(
            [sys.executable, "used.py", FOLDER], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={**os.environ, **elsewhere},
        ).stdout
        for elsewhere in ELSEWHERE
    }  # fmt: skip
    assert len(used) == 1
    assert "X86_V4" not in used.pop()


WITHOUT_WIDGETS = """
import sys
sys.modules["ipywidgets"] = None
from offerloop.market import ceiling, policies
ceiling.WORLDS = policies.WORLDS = 1
"""
API = """
import offerloop
trial = pl.DataFrame({"arm": [0, 1] * 150, "age": range(300), "bought": [0, 0, 0, 1, 1, 1] * 50})
offerloop.uplift(trial.with_columns(pl.col("age") % 7), "arm", "bought").findings.verdict
"""


@pytest.mark.slow
def test_the_shipped_notebook_runs_in_jupyter_without_widgets(tmp_path, monkeypatch):
    """In a kernel of its own, with a tiny shop: every cell that shows something does, and none complains."""
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    shipped = nbformat.read(FOLDER / "case.ipynb", as_version=4)
    code = [one for one in shipped.cells if one.cell_type == "code"]
    shown = [bool(one.outputs) for one in code]
    assert sum("QUICK = False" in one.source for one in code) == 1
    for one in code:
        one.source = one.source.replace("QUICK = False", "QUICK = True")
    shipped.cells[:0] = [nbformat.v4.new_code_cell(WITHOUT_WIDGETS)]
    shipped.cells += [nbformat.v4.new_code_cell(API)]
    NotebookClient(shipped, timeout=1200, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert [bool(one.outputs) for one in code] == shown
    outputs = [output for one in shipped.cells if one.cell_type == "code" for output in one.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_sums_are_of_each_world():
    periods = made_up(one=[(1, 1.0, 10.0, 4.0), (2, 1.0, 30.0, 8.0)])
    assert sums_of(periods)["profit"].to_list() == [4.0, 8.0]
