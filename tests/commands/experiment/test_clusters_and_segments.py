"""Experiments whose customers were drawn in clusters, or are looked at by segment, in memory and on engines."""

from dataclasses import asdict

import numpy as np
import polars as pl
import pytest
from experiment_tables import segmented, stores

import offerloop
from offerloop.commands.experiment.terminal_text import screen
from offerloop.errors import EvidenceError, InputError


def cluster_robust(table):
    """Liang and Zeger (1986) of a regression on the arm, each arm with its own G / (G - 1)."""
    variance, means = 0.0, {}
    for name in ("new", "control"):
        own = table.filter(pl.col("arm") == name)
        means[name] = own["spend"].mean()
        sums = own.group_by("store").agg((pl.col("spend") - means[name]).sum())["spend"].to_numpy()
        variance += (sums @ sums) * len(sums) / (len(sums) - 1) / own.height**2
    return means["new"] - means["control"], np.sqrt(variance)


def test_clusters_have_the_errors_of_liang_and_zeger():
    table = stores(1, gain=2.0)
    (metric,) = offerloop.experiment(table, "arm", "spend", cluster="store").arms[0].metrics
    value, se = cluster_robust(table)
    assert metric.difference.value == pytest.approx(value)
    assert (metric.difference.high - value) / se == pytest.approx(2.03, abs=0.03)


def test_rows_of_stores_alone_miss_far_too_often():
    found = [
        (offerloop.experiment(stores(seed), "arm", "spend", cluster=one))
        for seed in range(60)
        for one in ("store", None)
    ]
    missed = [not one.arms[0].metrics[0].difference.low <= 0 <= one.arms[0].metrics[0].difference.high for one in found]
    assert sum(missed[::2]) <= 8
    assert sum(missed[1::2]) > 30
    assert found[0].sizes == {"control": 20, "new": 20}


def test_a_store_in_two_arms_was_not_drawn_as_a_whole():
    torn = stores(1).with_columns(arm=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("odd")).otherwise(pl.col("arm")))
    with pytest.raises(EvidenceError, match="has rows in 2 arms"):
        offerloop.experiment(torn.with_columns(arm=pl.col("arm").replace("odd", "x")), "arm", "spend", cluster="store")


def test_segments_are_corrected_for_the_number_of_looks():
    table = segmented()
    found = offerloop.experiment(table, "arm", "spend", by=["place", "age"])
    assert [one.value for one in found.segments[:2]] == ["north", "south"]
    assert [one.column for one in found.segments].count("age") == 4
    assert found.small_segments == ("place isle",)
    north, south = found.segments[:2]
    alone = offerloop.experiment(table.filter(pl.col("place") == "north"), "arm", "spend").arms[0].metrics[0]
    assert north.compared.difference.value == pytest.approx(alone.difference.value)
    assert north.compared.difference.high > alone.difference.high
    assert north.compared.p_adjusted == pytest.approx(min(1.0, 6 * alone.p_value))
    assert south.compared.difference.low < 0 < south.compared.difference.high
    by = {one.column: one for one in found.contrasts}
    assert by["place"].p_adjusted < 0.001 < 0.05 < by["age"].p_adjusted
    assert found.frames["segments"].height == 6


def test_segments_are_not_said_to_be_alike_where_that_was_not_tested():
    table, untested = segmented(), "It was not tested whether segments respond differently"
    assert untested in offerloop.experiment(table, "arm", "spend", by=["place"], sequential=10_000).page()
    mostly = table.with_columns(pl.col("place").replace("north", "south"))
    found = offerloop.experiment(mostly, "arm", "spend", by=["place"])
    assert (len(found.segments), found.contrasts) == (1, ())
    assert "Chance alone" not in found.sentence
    assert untested in found.page()
    assert untested not in offerloop.experiment(table, "arm", "spend", by=["place"]).page()


def test_a_number_that_most_rows_have_is_a_segment_and_names_of_bands_have_no_exponent():
    row = pl.int_range(pl.len())
    table = segmented().with_columns(
        visits=pl.when(row % 5 > 0).then(0).otherwise(row // 5 % 30), day=20240100 + row % 28
    )
    found = offerloop.experiment(table, "arm", "spend", by=["visits", "day"])
    names = [(one.column, one.value) for one in found.segments]
    assert names[:4] == [("visits", "1: 0"), ("visits", "2: 1–10"), ("visits", "3: 11–20"), ("visits", "4: 21–29")]
    assert [name for column, name in names if column == "day"] == [
        "1: 20240100–20240106", "2: 20240107–20240113", "3: 20240114–20240120", "4: 20240121–20240127"
    ]  # fmt: skip
    assert [one.column for one in found.contrasts] == ["visits", "day"]


def test_segments_without_a_difference_are_seldom_said_to_differ():
    every = [offerloop.experiment(segmented(seed, 600, 0.0), "arm", "spend", by="place") for seed in range(60)]
    assert sum(min(one.p_adjusted for one in found.contrasts) < 0.05 for found in every) <= 8
    assert sum(any(one.compared.difference.is_clear for one in found.segments) for found in every) <= 8


def test_a_column_of_names_is_no_segment():
    with pytest.raises(InputError, match="3,000 different values"):
        offerloop.experiment(segmented(), "arm", "spend", by="name")
    with pytest.raises(InputError, match="neither the arm nor the outcome"):
        offerloop.experiment(segmented(), "arm", "spend", by="spend")


def close(one, other):
    """Whether readings are the same but for rounding."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    return one == pytest.approx(other, rel=1e-9, abs=1e-12, nan_ok=True) if isinstance(one, float) else one == other


def in_memory_and_on(engine, path, table, **how):
    table.write_parquet(path)
    found = (
        offerloop.experiment(table, "arm", "spend", **how),
        offerloop.experiment(path, "arm", "spend", engine=engine, **how),
    )
    return ({**asdict(one), "table": ""} for one in found)


def test_sums_of_spark_are_those_in_memory(tmp_path, spark_server):
    rng = np.random.default_rng(7)
    table = segmented(n=400).with_columns(before=rng.gamma(2, 10, 400), late=rng.integers(0, 2, 400) > 0)
    how = {"by": "age", "before": "before", "guardrail": {"late": 0.5}}
    assert close(*in_memory_and_on(spark_server, tmp_path / "t.parquet", table, **how))


def test_sums_of_clusters_on_an_engine_are_those_in_memory(tmp_path):
    table = stores(2).with_columns(age=pl.int_range(pl.len()) % 50)
    assert close(*in_memory_and_on("duckdb", tmp_path / "t.parquet", table, by="age", cluster="store"))


@pytest.mark.parametrize(
    "column, words",
    [
        (pl.when(pl.int_range(pl.len()) > 1).then("spend"), "'spend' is empty in 2 rows; fill it in"),
        (pl.col("spend").cast(pl.String), "'spend' is a column of type String, not of numbers"),
        (pl.col("spend") / pl.int_range(pl.len()), "'spend' holds a number that is not finite"),
    ],
)
def test_rows_on_an_engine_that_cannot_be_read_are_counted(column, words):
    with pytest.raises(InputError, match=words):
        offerloop.experiment(stores(1).with_columns(spend=column), "arm", "spend", engine="duckdb")


def test_segments_that_share_clusters_are_not_tested_against_each_other():
    """Cochran's Q takes segments for independent: it would miss 5 % by far where a household is in several of them."""
    table = stores(1, number=200, size=2).with_columns(
        channel=pl.when(pl.int_range(pl.len()) % 2 > 0).then(pl.lit("online")).otherwise(pl.lit("store")),
        region=pl.when(pl.col("store") % 4 < 2).then(pl.lit("north")).otherwise(pl.lit("south")),
    )
    found = offerloop.experiment(table, "arm", "spend", by=["channel", "region"], cluster="store")
    assert [one.column for one in found.contrasts] == ["region"]
    assert found.untested == ("channel",)
    says = "because units (“store”) have rows in several segments: whether arms do different things by “channel”."
    assert says in " ".join(screen(found).split())
    assert "Not tested" in found.page()
    assert offerloop.experiment(table, "arm", "spend", by="channel").untested == ()


def test_an_arm_that_is_small_in_a_segment_or_absent_from_it_is_left_out_there_alone():
    table = segmented().with_columns(
        arm=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("other")).otherwise(pl.col("arm"))
    )
    is_rare = (pl.col("place") == "north") & (pl.col("arm") == "other")
    few, none = table.filter(~is_rare | (is_rare.cum_sum() <= 7)), table.filter(~is_rare)
    for one in (few, none):
        found = offerloop.experiment(one, "arm", "spend", by="place")
        assert [(one.value, one.arm) for one in found.segments] == [
            ("north", "new"),
            ("south", "new"),
            ("south", "other"),
        ]
        assert found.small_segments == ("place isle", "place north · other")


def test_segments_that_are_all_too_small_are_named():
    found = offerloop.experiment(
        segmented(n=400).with_columns(place=pl.format("shop {}", pl.int_range(400) % 20)), "arm", "spend", by="place"
    )
    assert found.segments == ()
    for text in (screen(found), found.sentence, found.page()):
        assert "Segments left out" in text
        assert "looked at 0 times" not in text
