"""The shares with which a run drew its groups, also of runs from before the holdout had its present default."""

import json

import pytest
from readout_shop import make_orders, make_run
from small_shop import write_small_shop

from offerloop.commands.readout.task import read_out
from offerloop.config import load_config
from offerloop.workspace import find_run, finished_runs, holdout_of, shares_of
from offerloop.workspace.run_folders import EARLIER_HOLDOUT


def test_a_manifest_holds_the_share_that_was_drawn_whatever_a_later_default_is(tmp_path):
    config = load_config(write_small_shop(tmp_path, customers=10))
    assert holdout_of({"shares": shares_of(config)}, {}) == 0.2


@pytest.mark.parametrize("written, share", [({}, EARLIER_HOLDOUT), ({"experiment": {"holdout": 0.3}}, 0.3)])
def test_an_earlier_manifest_is_read_by_its_configuration_and_the_default_of_its_time(written, share):
    assert holdout_of({"config": {}}, written) == share


def test_a_run_with_a_holdout_that_no_configuration_may_ask_for_any_more_is_still_read_out(tmp_path):
    run = make_run(tmp_path / "runs" / "one")
    make_orders(tmp_path / "orders.csv", run)
    manifest = run / "manifest.json"
    text = json.loads(manifest.read_text())["config"]["text"].replace("holdout = 0.2", "holdout = 0.9")
    manifest.write_text(json.dumps({"config": {"text": text}, "shares": {"holdout": 0.2}}))
    assert read_out(run, tmp_path / "orders.csv").stopped is None


def test_a_copy_of_a_run_under_another_name_is_not_the_newest_run(tmp_path):
    names = ("20260101-120000", "20260201-120000", "20260201-120000-2", "20260201-120000.bak", "backup")
    for name in names:
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "manifest.json").write_text("{}")
    assert find_run(tmp_path).name == "20260201-120000-2"
    assert [one.name for one in finished_runs(tmp_path)] == [*reversed(names[:3])]
    assert find_run(tmp_path / "runs" / "backup").name == "backup"
