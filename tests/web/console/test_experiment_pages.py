"""The page of an experiment: what its profit is made of, and by what it can be broken down."""

import json
import re

import numpy as np
import polars as pl
from console_pages import signed_in
from served_shop import served, shop_of

from offerloop.web.console.experiments.drivers import drivers


def test_what_profit_is_made_of_has_the_control_of_the_readout(small_run, tmp_path):
    """In a period of a loop those whose offer was held back, in a single run the holdout."""
    run = shop_of(small_run, tmp_path) / "runs" / small_run.name
    readout = run / "readout-2024-05-20-2024-05-26"
    readout.mkdir()
    arms = ["plan"] * 6 + ["holdback"] * 3 + ["holdout"] * 2
    figures = {"bought": True, "revenue_minor": 9, "margin_minor": 3, "cost_minor": 0, "planned_offer_id": "x"}
    rows = pl.DataFrame({"customer_id": range(11), "arm": arms}).with_columns(
        pl.lit(v).alias(k) for k, v in figures.items()
    )
    rows.write_parquet(readout / "outcomes.parquet")

    def compared():
        (tree,) = drivers(readout, "EUR")
        return tree.root.parts[0].values

    assert compared() == (6, 2)
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"shares": {"holdout": 0.1, "holdback": 0.2}}))
    assert compared() == (6, 3)


def test_an_experiment_shows_what_profit_is_made_of(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    about = {
        "stopped": None,
        "period": {"from": "2024-05-20", "until": "2024-06-03"},
        "effects": [],
        "sentence": "It pays.",
    }
    arms = ["plan"] * 300 + ["holdout"] * 100
    offered = [one == "plan" for one in arms]
    noise = np.random.default_rng(0).integers(900, 1_100, 400)
    known = pl.read_parquet(small_run / "profiles.parquet")["customer_id"]
    rows = {
        "customer_id": [known[n % len(known)] for n in range(400)],
        "arm": arms, "planned_offer_id": ["x"] * 400, "bought": [n % 10 != 0 for n in range(400)],
        "revenue_minor": [4_000 if n % 10 != 0 else 0 for n in range(400)], "from_day": [0] * 400,
        "margin_minor": [int(one) + 500 * given for one, given in zip(noise, offered, strict=True)],
        "cost_minor": [100 * given for given in offered], "before_revenue_minor": [None] * 400,
    }  # fmt: skip
    for days in (7, 14):
        folder = shop / "runs" / small_run.name / f"readout-2024-05-20-2024-05-{19 + days}"
        folder.mkdir()
        (folder / "readout.json").write_text(json.dumps(about))
        table = pl.DataFrame(rows).with_columns(pl.lit(days - 1).alias("until_day"))
        table.write_parquet(folder / "outcomes.parquet")
    with served(shop) as client:
        admin = signed_in(client, "admin")
        found = client.get("/console/experiment.json", headers=admin).json()
        assert (found["experiment"]["state"], found["experiment"]["verdict"]) == ("measured", "ship")
        drivers = {one["driver"]: (one["offered"], one["held_back"]) for one in found["drivers"]}
        assert drivers["customers"] == (300, 100)
        assert drivers["bought"] == (0.9, 0.9)
        assert drivers["basket"][0]["minor"] == 4_000
        assert drivers["cost"][0]["minor"] == 100
        assert 350 < drivers["profit"][0]["minor"] - drivers["profit"][1]["minor"] < 450
        above = {one["driver"]: one["part_of"] for one in found["drivers"]}
        assert [above[name] for name in ("total", "profit", "margin", "bought")] == [None, "total", "profit", "margin"]
        page = client.get("/console/experiment", headers=admin).text
        shown = dict(zip(("offered", "held_back"), re.findall(r'data-driver="total">([^<]+)<', page), strict=True))
        for name, text in shown.items():
            assert re.sub(r"\D", "", text) == str(drivers["total"][name == "held_back"]["minor"])
        rails = {one["guardrail"]: (one["state"], one["allowed"]) for one in found["guardrails"]}
        assert rails == {"margin before offers": ("within", -0.1), "customers who bought": ("within", -0.1)}
        early, late = (one["effect"] for one in found["looks"])
        assert [one["days"] for one in found["looks"]] == [7, 14]
        assert late["high_minor"] - late["low_minor"] < early["high_minor"] - early["low_minor"]
        for wrong in ("much", "inf", "1e400", "nan"):
            assert client.get(f"/console/experiment?effect={wrong}", headers=admin).status_code == 200
        choice = (
            client.get("/console/experiment", headers=admin).text.partition('name="by"')[2].partition("</select>")[0]
        )
        words = re.findall(r"<option[^>]*>([^<]+)<", choice)
        assert len(words) == len(set(words)) > 20, "each dimension has words of its own"
        assert "bought on one day only" in words
        by = client.get("/console/experiment.json?by=n_orders", headers=admin).json()
        assert 0 < sum(one["customers"] for one in by["dimension"]) <= 400
        assert all(one["effect"]["low_minor"] < 400 < one["effect"]["high_minor"] for one in by["dimension"])
        assert client.get("/v1/experiments/" + small_run.name + "/dimension?by=x", headers=admin).status_code == 404
        assert client.get("/console/experiments.json", headers=admin).json()["readouts"][0]["state"] == "read"
