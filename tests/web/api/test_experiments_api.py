"""Runs as experiments over HTTP: where each stands, its draw, its newest read-out, and how long it has to last."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest


@pytest.fixture
def run(service, small_run):
    """The folder of the served run."""
    return service.app.state.worker.settings.shop / "runs" / small_run.name


@pytest.fixture
def get(service):
    from served_shop import with_role

    viewer = with_role(service, "viewer")
    return lambda path, **more: service.get(f"/v1/experiments{path}", headers=viewer | more)


def read_out(run, until, stopped=None, effect=200, before=0, control="holdout"):
    """A read-out as far as it is read here, of a plan that brought so much to each customer.

    Those with an offer spent so much more `before` the plan, by chance, and go on doing so. In a loop those of the arm
    `control` stand beside a holdout that buys much more.
    """
    folder = run / f"readout-2024-05-20-{until}"
    folder.mkdir()
    about = {"stopped": stopped, "period": {"until": until}, "effects": [], "sentence": "It pays."}
    (folder / "readout.json").write_text(json.dumps(about))
    noise = np.random.default_rng(0).normal(1_000, 100, 400).round().astype(int)
    arms = np.where(np.arange(400) < 300, "plan", control)
    if control != "holdout":
        arms[350:] = "holdout"
    is_unlike = (arms == "holdout") & (control != "holdout")
    spent = noise + before * (arms == "plan") + 5_000 * is_unlike
    rows = {"customer_id": [f"c{n}" for n in range(400)], "arm": arms, "planned_offer_id": ["x"] * 400,
            "margin_minor": spent + effect * (arms == "plan"),
            "before_revenue_minor": spent if before else [None] * 400,
            "cost_minor": [0] * 400, "bought": [True] * 400, "from_day": [0] * 400,
            "until_day": [(date.fromisoformat(until) - date(2024, 5, 20)).days] * 400}  # fmt: skip
    pl.DataFrame(rows).write_parquet(folder / "outcomes.parquet")


def test_a_run_is_an_experiment_with_a_checked_draw(get, run):
    listed = get("").json()["items"]
    assert [(one["experiment_id"], one["state"], one["campaigns"]) for one in listed] == [
        (run.name, "running", ["first"])
    ]
    groups = {one["arm"]: one["n_customers"] for one in listed[0]["groups"]}
    assert groups == dict(pl.read_parquet(run / "assignments.parquet")["arm"].value_counts().iter_rows())
    shown = get(f"/{run.name}").json()
    assert (shown["is_sound"], shown["verdict"], shown["read_out"]) == (True, None, None)
    assert [one["passes"] for one in shown["checks"]] == [True, True, True]
    assert get(f"/{run.name}", **{"accept-language": "zh"}).json()["checks"][0]["check"] != shown["checks"][0]["check"]
    assert get("/20200101-000000").status_code == 404


def test_the_newest_readout_says_what_to_do(get, run):
    read_out(run, "2024-05-27", effect=0)
    read_out(run, "2024-06-03")
    shown = get(f"/{run.name}").json()
    assert (shown["state"], shown["read_out_until"], shown["verdict"]["action"]) == ("measured", "2024-06-03", "ship")
    metric = shown["verdict"]["metrics"][0]
    assert metric["metric"] == "profit_minor"
    assert metric["difference_low"] < 200 < metric["difference_high"]
    guardrails = {one["metric"]: one["state"] for one in shown["verdict"]["metrics"][1:]}
    assert guardrails == {"margin_minor": "within", "bought": "within"}
    assert [(one["until"], one["days"]) for one in shown["looks"]] == [("1970-01-08", 8), ("1970-01-15", 15)]
    assert all(one["low_minor"] < one["difference_minor"] < one["high_minor"] for one in shown["looks"])
    read_out(run, "2024-06-10", stopped="The draw is broken.")
    assert get("").json()["items"][0]["state"] == "stopped"


def test_the_verdict_is_adjusted_by_what_was_spent_before_as_the_readout_is(get, run):
    read_out(run, "2024-05-27", effect=0, before=100)
    shown = get(f"/{run.name}").json()
    assert shown["verdict"]["action"] == "go on"
    decides = shown["verdict"]["metrics"][0]
    assert decides["value"] - decides["control"] > 80
    assert abs(decides["difference"]) < 1
    assert abs(shown["looks"][0]["difference_minor"]) < 1


def test_without_profiles_an_experiment_is_shown_without_adjustment(get, run):
    read_out(run, "2024-05-27")
    (run / "profiles.parquet").unlink()
    shown = get(f"/{run.name}").json()
    assert (shown["state"], shown["verdict"]["action"]) == ("measured", "ship")
    assert [one["state"] for one in get("").json()["items"]] == ["measured"]
    assert get(f"/{run.name}/dimension").status_code == 404
    planner = get(f"/{run.name}/planner")
    assert (planner.status_code, "has no profiles" in planner.json()["detail"]) == (409, True)


def test_a_draw_that_was_changed_is_not_sound(get, run):
    path = run / "assignments.parquet"
    rows = pl.read_parquet(path)
    rows.with_columns(arm=pl.when(pl.col("arm") == "holdout").then(pl.lit("plan")).otherwise("arm")).write_parquet(path)
    shown = get(f"/{run.name}").json()
    assert (shown["is_sound"], shown["state"]) == (False, "stopped")
    assert any(one["failure"] for one in shown["checks"])


def test_a_larger_effect_shows_sooner(get, run):
    assert get(f"/{run.name}/planner").json()["days"] is None, "too few customers are held out"
    for name in ("assignments", "profiles"):
        rows = pl.read_parquet(run / f"{name}.parquet")
        copies = [rows.with_columns(pl.col("customer_id") + f"-{copy}") for copy in range(10)]
        pl.concat(copies).write_parquet(run / f"{name}.parquet")
    days = [get(f"/{run.name}/planner?weekly_effect_minor={effect}").json()["days"] for effect in (500, 5_000, 50_000)]
    assert days == sorted(days, reverse=True)
    assert days[0] > days[-1] >= 1
    assert get(f"/{run.name}/planner?weekly_effect_minor=0").status_code == 422


@pytest.fixture
def period(run):
    """The run as a period of a loop."""
    about = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(about | {"shares": {"holdout": 0.1, "holdback": 0.2}}))
    return run


def test_a_period_of_a_loop_is_compared_with_those_from_whom_it_held_offers_back(get, period):
    known = pl.read_parquet(period / "profiles.parquet").head(1)
    numbers = pl.Series("customer_id", [f"c{n}" for n in range(400)])
    profiles = pl.concat([known] * 400).with_columns(numbers, n_orders=pl.Series([1, 1, 1, 9] * 100, dtype=pl.Int64))
    profiles.write_parquet(period / "profiles.parquet")
    read_out(period, "2024-05-27", control="holdback")
    shown = get(f"/{period.name}").json()
    assert shown["verdict"]["action"] == "ship"
    metric = shown["verdict"]["metrics"][0]
    assert 900 < metric["control"] < 1_100
    assert metric["difference_low"] < 200 < metric["difference_high"]
    (look,) = shown["looks"]
    assert look["low_minor"] < 200 < look["high_minor"]
    segments = get(f"/{period.name}/dimension?by=n_orders").json()["segments"]
    assert segments
    assert all(one["low_minor"] < 200 < one["high_minor"] for one in segments)
