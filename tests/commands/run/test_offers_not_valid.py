"""Offers that are over before the plan's period, or begin after it, or on each category where none is known: nobody
gets them, and the run says so.
"""

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from small_shop import write_small_shop
from typed_command import offerloop

from offerloop.commands.run.task import run
from offerloop.workspace import open_run

SPEND = 'kind = "spend_and_save"'
USUAL = '[business_as_usual]\nshare = 0.3\nbudget = "500.00"\nrules = [{ offer = "coupon-10 kind 0" }]\n\n[[campaigns]]'
LIMITS = 'explore_budget = "20.00"\noffer_budgets = { "coupon*" = "50.00" }\n'


def shop(folder, **dates):
    """The small shop, whose plan is for 20 to 26 May 2024, with dates in its two offers."""
    path = write_small_shop(folder)
    text = path.read_text(encoding="utf-8")
    text = text.replace('explore_budget = "20.00"\n', LIMITS).replace("[[campaigns]]", USUAL, 1)
    text = text.replace("percent = 10", f"percent = 10\n{dates['coupon']}").replace(SPEND, f"{SPEND}\n{dates['spend']}")
    path.write_text(text, encoding="utf-8")
    return path


def planned(folder):
    """Ids of all offers that a run planned, drew at random or gave by business as usual."""
    table = pl.read_parquet(folder / "assignments.parquet")
    effects = pl.read_parquet(folder / "effects.parquet")
    return {*table["offer_id"], *table["planned_offer_id"], *effects["offer_id"]} - {"none"}


@pytest.mark.parametrize(
    ("over", "still", "said"),
    [
        ("ends_at = 2024-05-19", "ends_at = 2024-05-20", "'first' ended on 19 May 2024, before the period of"),
        ("starts_at = 2024-05-27", "starts_at = 2024-05-26", "'first' begins on 27 May 2024, after the period of the"),
    ],
)
def test_an_offer_that_is_not_valid_in_the_period_is_in_no_plan(tmp_path, over, still, said):
    """Budgets and business as usual may name it all the same."""
    done = run(shop(tmp_path, coupon=over, spend=still), "duckdb", None)
    assert planned(done.folder) == {"spend-and-save"}
    table = pl.read_parquet(done.folder / "assignments.parquet")
    assert set(table.filter(arm="plan")["offer_id"]) == {"spend-and-save"}
    assert set(table.filter(arm="usual")["offer_id"]) == {"none"}
    summary = json.loads((done.folder / "summary.json").read_text(encoding="utf-8"))
    assert sum(said in one for one in summary["gaps"]) == 1


def test_days_and_hours_are_those_of_the_shop(tmp_path):
    """In the plan and at the checkout alike; an offer may name another zone."""
    hours = 'between = "18:00-22:00"'
    path = shop(tmp_path, coupon="ends_at = 2024-05-19", spend=f"ends_at = 2024-05-20\n{hours}")
    text = path.read_text(encoding="utf-8")
    text = text.replace("[shop]\n", '[shop]\ntimezone = "Asia/Shanghai"\n', 1)
    path.write_text(text, encoding="utf-8")
    done = run(path, "duckdb", None)
    assert planned(done.folder) == {"spend-and-save"}
    end = int(datetime(2024, 5, 20, 16, tzinfo=UTC).timestamp())
    offers = pl.read_parquet(done.folder / "offers.parquet").filter(kind="spend_and_save")
    assert offers["ends_at"].to_list() == [end]
    window = open_run(done.folder).full_offers["first", "spend-and-save"].conditions.window
    assert (window.ends_at, window.zone) == (end, "Asia/Shanghai")
    assert [window.open_in_the_week(end - 3_600 * one) for one in (7, 6, 3, 2)] == [False, True, True, False]
    path.write_text(text.replace("ends_at = 2024-05-19", 'ends_at = 2024-05-19\ntimezone = "UTC"'), encoding="utf-8")
    assert planned(run(path, "duckdb", None).folder) == {"coupon-10 kind 0", "spend-and-save"}


def test_a_campaign_whose_offers_are_all_over_has_nothing_to_send(tmp_path):
    path = shop(tmp_path, coupon="ends_at = 2024-05-19", spend="ends_at = 2024-05-01")
    code, out, err = offerloop("run", path.parent)
    assert (code, err) == (0, "")
    assert "Send nothing: no offer is valid in the period of the plan." in out
    assert "Campaign 'first' has nothing to send, as none of its offers is valid in the period" in " ".join(out.split())
    (folder,) = (tmp_path / "runs").glob("2*")
    assert planned(folder) == set()
    assert "nothing shows what these offers do" not in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("others", [[], ["first"]])
def test_a_campaign_on_each_category_where_none_is_known_has_nothing_to_send(tmp_path, others):
    """Alone, and beside one that goes on."""
    path = write_small_shop(tmp_path)
    text = path.read_text(encoding="utf-8").replace(', category = "kind"', "").replace('on = "kind 0"\n', "")
    second = (
        '[[campaigns]]\nid = "second"\ntitle = "Second"\nbudget = "50.00"\n'
        '[[campaigns.offers]]\nkind = "coupon"\non = "each category"\npercent = 10\nmax_discount = "2.00"\n'
    )
    kept = text if others else text[: text.index("[[campaigns]]")]
    path.write_text(kept + second, encoding="utf-8")
    said = "campaign 'second' has nothing to send, as its offers are on each category and no category is known"
    code, out, err = offerloop("check", path.parent)
    assert (code, err) == (0, "")
    assert f"Note: {said}" in out
    code, out, err = offerloop("run", path.parent)
    assert (code, err) == (0, "")
    (folder,) = (tmp_path / "runs").glob("2*")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert sum(said[1:] in one for one in summary["gaps"]) == 1
    assert [one["id"] for one in summary["campaigns"] if one["send"]] == others
    assert summary["campaigns"][-1]["sentence"] == "Second: send none; it has no offers."
