"""Trials of whole households and tables that are no trial, larger than memory: sums say of them what rows say."""

from dataclasses import asdict, replace

import numpy as np
import polars as pl
import polars.testing
import pytest
from collected import heights
from made_trial import made, with_dates
from trial_shards import FIT, SHARD, close

from offerloop.commands.uplift.files import write
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.task import uplift
from offerloop.errors import EvidenceError, InputError

ROWS = 6_000
OPTIONS = {"value": "margin", "cost": "cost", "audit": ("town",), "negative_controls": ("member",)}
DESIGNS = {
    "cluster": {"cluster": "home", "shares": (("coupon", 0.5), ("none", 0.5))},
    "mixed": {"cluster": "home", "id": "customer"},
    "observational": {"observational": True, "id": "customer"},
}


def request_of(design, **options):
    return UpliftRequest("arm", "bought", **(OPTIONS | DESIGNS[design] | options))


def homes(whole):
    """Households of one to five, each in one arm, or with rows in both."""
    rng = np.random.default_rng(5)
    table, home = made(2 * ROWS, seed=5), np.sort(rng.integers(0, ROWS // 3, ROWS))
    arms = {name: table.filter(pl.col("arm") == name).head(ROWS) for name in ("none", "coupon")}
    draw = rng.random(ROWS // 3)[home] if whole else rng.random(ROWS)
    chosen = pl.Series(draw < 0.5)
    own = {name: one.select(pl.all().gather(np.arange(ROWS) % one.height)) for name, one in arms.items()}
    rows = own["none"].select(
        pl.when(chosen).then(own["coupon"][name]).otherwise(own["none"][name]).alias(name) for name in table.columns
    )
    luck = pl.Series(rng.random(ROWS // 3)[home] < 0.1)
    bought = pl.when(luck).then(1).otherwise("bought")
    return rows.with_columns(
        customer=np.arange(ROWS),
        home=home,
        bought=bought,
        margin=10.0 * bought,
        cost=2.0 * bought * (pl.col("arm") == "coupon").cast(pl.Int64),
    )


def chosen_by_recency():
    """Coupons went above all to those who bought long ago, and to nobody who bought lately."""
    table = made(2 * ROWS, seed=6)
    late = pl.col("recency") / 13
    kept = pl.Series(np.random.default_rng(6).random(2 * ROWS))
    likely = pl.when(pl.col("arm") == "coupon").then(late).otherwise(1 - late * 0.7)
    likely = pl.when((pl.col("recency") < 4) & (pl.col("arm") == "coupon")).then(0.0).otherwise(likely)
    return table.filter(kept < likely)


@pytest.fixture(scope="module", params=DESIGNS)
def design(request):
    return request.param


@pytest.fixture(scope="module")
def table(design):
    rows = chosen_by_recency() if design == "observational" else homes(design == "cluster")
    return rows.sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def path(table, tmp_path_factory):
    """A folder of files, as no table in memory is."""
    folder = tmp_path_factory.mktemp("rows")
    for part in range(2):
        table[part::2].write_parquet(folder / f"{part}.parquet")
    return folder


@pytest.fixture(scope="module")
def study(design, path):
    with heights() as counted:
        result = uplift(path, request_of(design), engine="duckdb")
    assert max(counted) < ROWS / 4  # sums, and names of arms
    return result


@pytest.fixture(scope="module")
def whole(design, table):
    return uplift(table, request_of(design))


@pytest.mark.soak
def test_spark_finds_the_same_as_duckdb(study, design, path, spark_server):
    other = uplift(path, request_of(design), engine=spark_server)
    assert close(asdict(other.findings), asdict(study.findings))


def test_arms_and_checks_of_all_rows_are_as_in_memory(study, whole, design):
    one, other = study.findings, whole.findings
    assert FIT <= study.trial.table.height <= FIT + 3 * SHARD
    assert (one.design, one.clusters, one.cluster) == (other.design, other.clusters, other.cluster)
    assert one.balance_p == pytest.approx(other.balance_p, abs=1e-9)
    assert one.ratio_p == (None if design == "observational" else pytest.approx(other.ratio_p))
    assert [asdict(each) for each in one.balance] == [pytest.approx(asdict(each)) for each in other.balance]
    if design != "observational":  # which customers can be compared is a matter of the model
        assert one.n == other.n
        for arm, same in zip(one.arms, other.arms, strict=True):
            assert asdict(arm.mean) == pytest.approx(asdict(same.mean))
        assert asdict(one.arms[1].raw) == pytest.approx(asdict(other.arms[1].raw))
        assert asdict(one.policies[0].snips) == pytest.approx(asdict(other.policies[0].snips), rel=0.005)
    assert one.n == pytest.approx(other.n, rel=0.02)


def test_adjusted_figures_are_those_of_memory_but_for_the_models_of_a_sample(study, whole):
    pairs = [(study.findings.arms[1].profit, whole.findings.arms[1].profit)]
    pairs += [(study.findings.arms[1].raw, whole.findings.arms[1].raw)]
    pairs += [(study.findings.negative_controls["member"], whole.findings.negative_controls["member"])]
    pairs += [
        (one.effect, other.effect) for one, other in zip(study.findings.groups, whole.findings.groups, strict=True)
    ]
    for one, other in pairs:
        assert one.value == pytest.approx(other.value, abs=(other.high - other.low) / 4)
        assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.1)


def test_clusters_widen_what_is_said_of_all_rows(study, design, path):
    if design == "observational":
        pytest.skip("has no clusters")
    ignored = request_of(design, cluster=None, id="customer", ignore=("home",), shares=())
    apart = uplift(path, ignored, engine="duckdb").findings
    for one, other in (
        (study.findings.arms[1].raw, apart.arms[1].raw),
        (study.findings.arms[1].mean, apart.arms[1].mean),
    ):
        assert one.value == pytest.approx(other.value)
    together, alone = (each.arms[1].mean for each in (study.findings, apart))
    assert together.high - together.low > 1.03 * (alone.high - alone.low)


def test_customers_without_overlap_are_left_out_and_counted(study, whole, design, table, tmp_path):
    scores = pl.read_parquet(write(study, tmp_path).folder / "scores.parquet")
    if design != "observational":
        assert scores.height == ROWS
        return
    left_out, in_memory = (
        next(one.n for one in each.findings.notes if one.kind == "trimmed") for each in (study, whole)
    )
    assert study.findings.n == table.height - left_out
    assert left_out > 500
    assert left_out == pytest.approx(in_memory, rel=0.15)
    assert scores.height == pytest.approx(study.findings.n, rel=0.01)
    assert sorted(set(table["customer"]) - set(scores["customer"]))
    assert [one.arm for one in study.findings.overlap] == ["none", "coupon"]
    sampled = study.trial.value
    assert all(one.effective_size > 2 * len(sampled.action) / 4 for one in study.findings.overlap)


def test_too_little_overlap_of_all_rows_is_refused(path, design):
    if design != "observational":
        pytest.skip("chance decided")
    rows = pl.read_parquet(path / "*.parquet").with_columns(
        arm=pl.when(pl.col("recency") > 7).then(pl.lit("coupon")).otherwise(pl.lit("none"))
    )
    with pytest.raises(EvidenceError, match="the propensity of an offer is below"):
        uplift(rows, request_of(design), engine="duckdb")


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.soak)])
def test_a_small_arm_of_households_is_held_against_the_plan(engine, request):
    """Of 2,000 households 80 got a letter, which is 4 % of them and too few rows for the sample to learn from."""
    address = request.getfixturevalue("spark_server") if engine == "spark" else engine
    rows = homes(whole=True)
    rows = rows.with_columns(arm=pl.when(pl.col("home") % 25 == 0).then(pl.lit("letter")).otherwise("arm"))
    planned = request_of("cluster", shares=(("coupon", 0.48), ("letter", 0.04), ("none", 0.48)))
    found = uplift(rows, planned, engine=address).findings
    assert [one.names for one in found.notes if one.kind == "small_arm"] == [("letter",)]
    assert found.ratio_p > 0.05
    without = uplift(rows, replace(planned, shares=()), engine=address).findings
    assert without.ratio_p is None
    assert "shares_not_checked" in {one.kind for one in without.notes}
    with pytest.raises(EvidenceError, match="not the sizes that were planned"):
        uplift(rows, replace(planned, shares=(("coupon", 0.45), ("letter", 0.1), ("none", 0.45))), engine=address)


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.soak)])
def test_times_after_the_treatment_are_counted(engine, request):
    address = request.getfixturevalue("spark_server") if engine == "spark" else engine
    trial = made(ROWS)
    options = replace(request_of("mixed"), cluster=None, treated_at="treated_on")
    with pytest.raises(InputError, match=r"'last_visit' is later than the treatment .'treated_on'. in 1 row,"):
        uplift(with_dates(trial, late=True), options, engine=address)
    with pytest.raises(InputError, match=r"'recency' .--treated-at. holds no dates"):
        uplift(trial, replace(options, treated_at="recency"), engine=address)
    found = uplift(with_dates(trial), options, engine=address).findings
    assert found.n == ROWS
    assert [one.names for one in found.notes if one.kind == "ignored_date"] == [("last_visit",)]
