"""Customers of next week, scored by a study that was saved."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import polars.testing
import pytest

import offerloop
from offerloop.commands.score.task import score_file
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.task import uplift
from offerloop.errors import InputError
from offerloop.response import ESTIMATORS, NO_OFFER_TERMS, Evidence, OfferTerms, from_plain, to_plain
from offerloop.workspace import BY_ESTIMATE, LEARNED, table_parts, write_parts


def trial(n=1_200, seed=1):
    rng = np.random.default_rng(seed)
    recency, coupon = rng.integers(1, 13, n), rng.random(n) < 0.5
    town = rng.choice(["north", "south"], n)
    bought = rng.random(n) < 0.15 + 0.4 * coupon * (recency > 6)
    return pl.DataFrame(
        {"who": np.arange(n) + 5_000, "recency": recency, "town": town, "arm": coupon.astype(int), "bought": bought}
    )


@pytest.fixture(scope="module")
def study():
    return uplift(trial(), UpliftRequest("arm", "bought", value="10", cost="1", id="who", budget=120.0))


@pytest.fixture
def folder(study, tmp_path):
    study.save(tmp_path / LEARNED)
    return tmp_path


def test_a_saved_study_scores_as_it_did_in_memory(study, folder):
    others = trial(80, seed=9).drop("arm", "bought")
    found = offerloop.score(folder, others)
    assert found.scores.equals(study.scores(others))
    assert sum(found.offer_counts.values()) == 80
    assert found.budget == pytest.approx(8.0)
    assert "The budget is as much for each customer as in the trial: 8 for 80 customers." in found.sentence


@pytest.mark.parametrize("budget", [120.0, None])
def test_a_large_file_is_scored_in_parts_as_it_is_at_once(study, budget, tmp_path, monkeypatch):
    """Also where all customers share a budget, and where ids are whole numbers with a point."""
    spending = replace(study.learned.spending, per_customer=None if budget is None else budget / 1_200)
    targeted = replace(study, learned=replace(study.learned, spending=spending, verdict="targeted"))
    targeted.save(tmp_path / LEARNED)
    others = trial(80, seed=9).drop("arm", "bought").with_columns(pl.col("who").cast(pl.Float64))
    others.write_parquet(tmp_path / "next.parquet")
    whole = targeted.scores(others)
    monkeypatch.setattr("offerloop.workspace.input_tables.PART_ROWS", 30)
    assert [part.height for part in table_parts(tmp_path / "next.parquet")] == [30, 30, 20]
    for out in (tmp_path / "scores.parquet", tmp_path / "scores.csv"):
        scored = score_file(tmp_path, tmp_path / "next.parquet", out)
        written = pl.read_parquet(out) if out.suffix == ".parquet" else pl.read_csv(out, schema=whole.schema)
        pl.testing.assert_frame_equal(written, whole)
        assert scored.offer_counts == dict(whole["offer"].value_counts().iter_rows())
    assert offerloop.score(tmp_path, tmp_path / "next.parquet").scores.equals(whole)
    score_file(tmp_path, tmp_path / "next.parquet", tmp_path / "next.parquet")
    pl.testing.assert_frame_equal(pl.read_parquet(tmp_path / "next.parquet"), whole)


def test_what_the_estimates_favour_stands_beside_a_recommendation_of_nothing(study, tmp_path):
    others = trial(80, seed=9).drop("arm", "bought")
    unproven = replace(
        study,
        findings=replace(study.findings, conclusion="does_not_pay", verdict="nothing"),
        learned=replace(study.learned, verdict="nothing"),
    )
    unproven.save(tmp_path / LEARNED)
    found = offerloop.score(tmp_path, others)
    assert found.offer_counts == {"0": 80}
    assert found.scores[BY_ESTIMATE].to_list() == study.scores(others)["offer"].to_list()
    assert "Recommended by the study (column offer): “0” for 80 customers." in found.sentence
    assert f"a gain (column offer_by_estimate): “0” for {found.estimate_counts['0']} customers;" in found.sentence
    contradicted = replace(study, findings=replace(unproven.findings, conclusion="doubtful"))
    assert BY_ESTIMATE not in contradicted.scores(others)


@pytest.mark.parametrize("first_parts", [[], [pl.DataFrame({"who": [1]})]])
def test_an_error_leaves_files_of_these_names_as_they_were(first_parts, tmp_path):
    earlier = (tmp_path / "scores.parquet", tmp_path / "scores.csv")
    for path in earlier:
        path.write_text("earlier")

    def parts():
        yield from first_parts
        raise InputError("damaged")

    with pytest.raises(InputError, match="damaged"):
        write_parts(parts(), *earlier)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {path.name: "earlier" for path in earlier}


def test_what_the_trial_never_had_is_counted(folder):
    others = trial(50, seed=2).with_columns(
        recency=pl.when(pl.int_range(50) < 3).then(99).otherwise(pl.col("recency")),
        town=pl.when(pl.int_range(50) == 7).then(pl.lit("west")).otherwise(pl.col("town")),
    )
    found = offerloop.score(folder, others)
    assert dict(found.unseen) == {"recency": 3, "town": 1}
    assert "In 3 rows “recency” holds what the trial never had" in found.sentence


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            pl.col("town").replace_strict({"north": 1, "south": 2}),
            "'town' holds values that the trial never had in 50 of",
        ),
        (pl.lit("long ago").alias("recency"), "'recency' holds text where the trial had numbers"),
    ],
)
def test_another_coding_is_refused(folder, change, says):
    with pytest.raises(InputError, match=says):
        offerloop.score(folder, trial(50).with_columns(change))


def test_missing_columns_are_named(folder):
    with pytest.raises(InputError, match="the column 'recency' is missing"):
        offerloop.score(folder, trial(50).drop("recency"))
    with pytest.raises(InputError, match="no column 'who'"):
        offerloop.score(folder, trial(50).drop("who"))


def test_what_is_no_study_is_refused(tmp_path):
    with pytest.raises(InputError, match="make the study with --save"):
        offerloop.score(tmp_path, trial(10))
    (tmp_path / LEARNED).write_text('{"format": 99}')
    with pytest.raises(InputError, match=r"no learned\.json of this version"):
        offerloop.score(tmp_path, trial(10))


@pytest.mark.parametrize(
    "damage",
    [
        lambda plain: {"format": plain["format"]},
        lambda plain: plain | {"encoding": {}},
        lambda plain: plain | {"encoding": "text"},
        lambda plain: plain | {"learned": {"trees": "none"}},
        lambda plain: [plain],
    ],
)
def test_a_damaged_study_is_named(folder, damage):
    path = folder / LEARNED
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    with pytest.raises(InputError, match=rf"'{path}' is no learned\.json of this version .*; make the study again"):
        offerloop.score(folder, trial(10))


def test_ids_that_are_empty_or_stand_twice_are_refused(folder):
    others, row = trial(50), pl.int_range(50)
    empty = others.with_columns(who=pl.when(row != 2).then(pl.col("who")))
    with pytest.raises(InputError, match="'table': row 3: 'who' is empty; fill in the id or leave the row out"):
        offerloop.score(folder, empty)
    twice = others.with_columns(who=pl.when(row == 40).then(5_007).otherwise(pl.col("who")))
    with pytest.raises(InputError, match="rows 8 and 41: both are 'who' 5007; give each customer one row"):
        offerloop.score(folder, twice)
    with pytest.raises(InputError, match=r"\(apply\): rows 8 and 41"):
        offerloop.uplift(trial(), "arm", "bought", customer_id="who", apply=twice)


@pytest.mark.parametrize("name", ["scores.xlsx", "scores.PARQUET", "scores"])
def test_scores_are_written_as_csv_or_parquet_only(folder, tmp_path, command, name):
    trial(30, seed=3).write_csv(tmp_path / "next.csv")
    code, out, err = command("score", folder, tmp_path / "next.csv", "--out", tmp_path / name)
    assert (code, out, err) == (2, "", f"'{tmp_path / name}' must end in .csv or .parquet")
    assert not (tmp_path / name).exists()


def test_a_table_to_apply_is_checked_before_anything_is_learned(monkeypatch):
    monkeypatch.setattr("offerloop.commands.uplift.task.study_trial", lambda *_, **__: pytest.fail("it learned first"))
    with pytest.raises(InputError, match="the column 'recency' is missing"):
        offerloop.uplift(trial(), "arm", "bought", apply=trial(20).drop("recency"))


@pytest.mark.parametrize("name", ESTIMATORS.names())
def test_every_estimator_is_written_and_read_without_a_change(name):
    rng = np.random.default_rng(4)
    x, action = rng.normal(size=(300, 3)), rng.integers(0, 3, 300)
    amount = np.maximum(rng.normal(x[:, 0] + action - 1, 1.0), 0.0)
    offers = (NO_OFFER_TERMS, OfferTerms("10%", "percent", 0.1), OfferTerms("20%", "percent", 0.2))
    fitted = ESTIMATORS.load(name)().fit(Evidence(x, action, amount, np.full((300, 3), 1 / 3), offers), 1)
    again = from_plain(json.loads(json.dumps(to_plain(fitted))))
    np.testing.assert_array_equal(again.effects(x, offers), fitted.effects(x, offers))


def test_nothing_but_our_own_is_read():
    with pytest.raises(InputError, match="another version"):
        from_plain({"of": "..os:system", "with": {}})
    with pytest.raises(TypeError):
        to_plain(object())


def test_the_command_says_how_many_get_what(folder, tmp_path, command):
    trial(30, seed=3).drop("arm", "bought").write_csv(tmp_path / "next.csv")
    out = tmp_path / "scores.csv"
    code, told, _ = command("score", folder, tmp_path / "next.csv", "--out", out)
    assert code == 0
    assert told.strip().splitlines()[-1] == str(out)
    assert " customers" in told
    assert pl.read_csv(out).height == 30
