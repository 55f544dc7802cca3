"""A trial that is larger than memory: a sample learns, and sums over all rows judge, alike on DuckDB and on Spark."""

from dataclasses import asdict, replace

import numpy as np
import polars as pl
import polars.testing
import pytest
from collected import heights
from made_trial import made
from trial_shards import FIT, SHARD, close

import offerloop.response.trial.policy_uncertainty as policy_uncertainty
import offerloop.response.trial.study as study_module
from offerloop.commands.uplift.files import write
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.task import uplift
from offerloop.errors import InputError

ROWS = 4_000
OPTIONS = {"value": "margin", "cost": "cost", "id": "customer", "audit": ("town",), "negative_controls": ("member",)}


@pytest.fixture(scope="module")
def trial():
    return made(ROWS).sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def path(trial, tmp_path_factory):
    """A folder of files, as no table in memory is."""
    folder = tmp_path_factory.mktemp("trial") / "rows"
    folder.mkdir()
    for part in range(2):
        trial[part::2].write_parquet(folder / f"{part}.parquet")
    return folder


def request_of(**options):
    return UpliftRequest("arm", "bought", **(OPTIONS | options))


@pytest.fixture(scope="module")
def study(path):
    with heights() as counted:
        result = uplift(path, request_of(), engine="duckdb")
    assert max(counted) < ROWS / 4  # sums, and names of arms
    return result


@pytest.mark.soak
def test_spark_finds_the_same_as_duckdb(study, path, spark_server, tmp_path):
    with heights() as counted:
        other = uplift(path, request_of(), engine=spark_server)
    assert sum(counted) < ROWS / 4
    assert close(asdict(other.findings), asdict(study.findings))
    # Arms with dots, which Spark takes in no name of a column.
    dotted = replace(other, trial=replace(other.trial, arms=replace(other.trial.arms, names=("none", "0.1"))))
    scores = pl.read_parquet(write(dotted, tmp_path).folder / "scores.parquet").sort("customer")
    expected = study.scores().sort("customer")
    pl.testing.assert_frame_equal(
        scores,
        expected.rename(lambda name: name.replace("coupon", "0.1")).with_columns(
            pl.col("offer", "offer_by_estimate").replace("coupon", "0.1")
        ),
    )


def test_a_sample_learns_and_the_rest_of_the_table_judges(study, trial):
    findings, sampled = study.findings, study.trial.table.height
    assert FIT <= sampled <= FIT + 2 * SHARD
    assert (findings.n, findings.verdict) == (ROWS, "targeted")
    assert [note.n for note in findings.notes if note.kind == "learned_from_part"] == [sampled]
    means = dict(trial.group_by("arm").agg(pl.col("bought").mean()).iter_rows())
    assert {arm.name: arm.mean.value for arm in findings.arms} == pytest.approx(means)
    assert findings.arms[1].raw.value == pytest.approx(means["coupon"] - means["none"])
    assert {one.group: one.n for one in findings.groups} == dict(trial["town"].value_counts().iter_rows())


def test_the_forecast_is_what_the_choice_brings_to_customers_who_were_not_in_the_sample(study, trial):
    others = trial.join(study.trial.table, on="customer", how="anti").join(study.scores(), on="customer")
    more = pl.when(pl.col("recency") > 6).then(0.25).otherwise(-0.075)
    bought = 0.15 + 0.1 * (pl.col("spend_before") > 60) + more
    truth = others.select(((10 * more - 2 * bought) * (pl.col("offer") == "coupon")).mean()).item()
    forecast, choice = study.findings.forecast, study.findings.policies[-1]
    assert choice.profit.low < truth < choice.profit.high
    assert choice.treated_share == pytest.approx((others["offer"] == "coupon").mean())
    assert forecast.profit.low < truth < forecast.profit.high


def test_all_rows_say_of_arms_what_they_say_in_memory(study, trial):
    whole, findings = uplift(trial, request_of()).findings, study.findings
    assert findings.balance_p == pytest.approx(whole.balance_p)
    assert findings.ratio_p == pytest.approx(whole.ratio_p)
    assert [asdict(one) for one in findings.balance] == [pytest.approx(asdict(one)) for one in whole.balance]
    assert asdict(findings.arms[1].raw) == pytest.approx(asdict(whole.arms[1].raw))
    assert asdict(findings.policies[0].snips) == pytest.approx(asdict(whole.policies[0].snips))
    assert asdict(findings.negative_controls["member"]) == pytest.approx(
        asdict(whole.negative_controls["member"]), abs=0.005
    )
    for one, other in ((findings.arms[1], whole.arms[1]), (findings.policies[0], whole.policies[0])):
        assert one.profit.value == pytest.approx(other.profit.value, abs=0.02)
        assert one.profit.high - one.profit.low == pytest.approx(other.profit.high - other.profit.low, rel=0.05)


def test_every_customer_of_the_table_is_scored_once(study, trial, tmp_path):
    done = write(study, tmp_path, save=True)
    scores = pl.read_parquet(done.folder / "scores.parquet")
    assert sorted(scores["customer"]) == sorted(trial["customer"])
    assert (done.folder / "learned.json").exists()
    assert not (done.folder / "scores.csv").exists()
    again = study.scores(trial).sort("customer")
    pl.testing.assert_frame_equal(scores.sort("customer"), again)


def test_a_table_that_fits_into_memory_is_studied_as_without_an_engine(tmp_path):
    small = made(2 * FIT, seed=2)
    small.write_parquet(tmp_path / "t.parquet")
    without, on = (
        uplift(tmp_path / "t.parquet", request_of()),
        uplift(tmp_path / "t.parquet", request_of(), engine="duckdb"),
    )
    assert on.findings == without.findings
    assert on.scores().equals(without.scores())


def test_each_shard_draws_its_own_numbers(study):
    class Coin:
        """Gives the offer to every other customer, at random."""

        is_shared, verdict = False, "targeted"

        def effects(self, features):
            return np.zeros((len(features), 2)), None

        def se(self, features):
            return np.zeros((len(features), 2))

        def probabilities(self, _policy, value, _cost):
            return np.full(value.shape, 0.5)

    scorer, others = replace(study.scorer, learned=Coin(), is_sound=False), study.shards.others
    offers = [
        replace(study.shards, sample=study.shards.sample.head(1), others=replace(others, folders=[folder]))
        .scores(scorer)
        .slice(1)
        .sort("customer")["offer"]
        .head(100)
        for folder in others.folders[:2]
    ]
    assert not offers[0].equals(offers[1])


def test_ids_of_whole_numbers_and_names_that_differ_in_case_alone(trial, tmp_path):
    floats = trial.rename({"customer": "Offer"}).with_columns(pl.col("Offer").cast(pl.Float64))
    result = uplift(floats, request_of(id="Offer"), engine="duckdb")
    assert result.scores().schema["Offer"] == pl.Int64
    written = pl.read_parquet(write(result, tmp_path).folder / "scores.parquet")
    assert written.columns[:2] == ["Offer", "offer"]
    assert written.height == ROWS


def test_three_arms_keep_to_a_budget(trial, monkeypatch):
    monkeypatch.setattr(study_module, "MOST_ROWS", 500)
    monkeypatch.setattr(policy_uncertainty, "MOST_DRAWS", 2)
    draw = np.random.default_rng(1).integers(0, 2, ROWS)
    arms = trial.with_columns(
        arm=pl.when(pl.Series(draw == 1) & (pl.col("arm") == "coupon")).then(pl.lit("letter")).otherwise("arm")
    )
    result = uplift(arms, request_of(budget=0.1 * ROWS), engine="duckdb")
    findings = result.findings
    assert [arm.name for arm in findings.arms] == ["none", "coupon", "letter"]
    assert sum(arm.n for arm in findings.arms) == ROWS
    policies = {one.name: one for one in findings.policies}
    assert policies["ridge_t"].cost.low < 0.1
    assert 0 < policies["coupon"].treated_share < 1
    assert [note.n for note in findings.notes if note.kind == "sampled"] == [500]


@pytest.mark.parametrize(
    "options, change, words",
    [
        ({"id": None}, {}, "name their column with --id"),
        ({"cluster": "town"}, {}, "has 3 different 'town' .--cluster., too few"),
        ({}, {"customer": pl.col("customer") // 2}, "'customer' names the same customers in [0-9,]+ rows"),
        ({}, {"customer": pl.when(pl.col("customer") > 1).then("customer")}, "'customer' is empty in 1 row"),
        ({"propensity": "p"}, {"p": pl.col("recency") / 10}, "'p' is not above 0 and at most 1 in [0-9,]+ rows"),
        (
            {"propensity": "p"},
            {"p": pl.when(pl.col("customer") <= 40).then(1.0).otherwise(0.5)},
            "'p' is 1 in 40 rows, so nobody like these customers could have got anything else",
        ),
        (
            {"propensity": "p"},
            {"p": pl.when(pl.col("customer") == 5).then(1e-9).otherwise(0.5)},
            "'p' is 1e-09 in a row of arm",
        ),
    ],
)
def test_what_cannot_be_added_up_is_refused(trial, options, change, words):
    with pytest.raises(InputError, match=words):
        uplift(trial.with_columns(**change), request_of(**options), engine="duckdb")
