import numpy as np
import polars as pl
import pytest

from offerloop.errors import EvidenceError
from offerloop.recommenders import Hybrid, Interactions, Popularity, Ranker, RankingWindow, judge
from offerloop.recommenders.ranking.candidates import MEMBERS
from offerloop.recommenders.ranking.hybrid import gate
from offerloop.recommenders.ranking.judge import Judged
from offerloop.recommenders.ranking.snapshots import Snapshots
from offerloop.recommenders.top_columns import best
from offerloop.testing import RecommenderContract

TODAY, SIZE = 250, 60


def habits(rng_seed=0):
    """Every week each customer buys some of 6 favourites that are due every 21 days, and a novelty of the season."""
    rng = np.random.default_rng(rng_seed)
    rows = []
    for customer in range(150):
        favourites = rng.choice(SIZE, 6, replace=False)
        phase = rng.integers(21, size=6)
        for day in range(TODAY + 28):
            rows += [(customer, int(product), day) for product in favourites[(day + phase) % 21 == 0]]
            if rng.random() < 0.15:
                rows.append((customer, SIZE + int(day // 28 * 4 + rng.integers(8)), day))
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


@pytest.fixture(scope="module")
def purchases():
    return habits()


@pytest.fixture(scope="module")
def window(purchases):
    return RankingWindow.between(Interactions.build(purchases, TODAY), Interactions.build(purchases, TODAY + 28))


@pytest.fixture(scope="module")
def ranker(window):
    return Ranker().fit(window.before)


class TestHybrid(RecommenderContract):
    new_floor = 0.0  # all purchases are of one day, so popularity is the last resort

    def make(self):
        return Hybrid()


def means(judged):
    return {key: float(np.nanmean(one.ndcg)) for key, one in judged.items()}


def test_it_beats_popularity_on_both_tasks_of_a_window_it_never_saw(ranker, window):
    found = means(judge({"ranker": ranker, "popularity": Popularity().fit(window.before)}, window))
    assert found["repeat", "ranker"] > found["repeat", "popularity"]
    assert found["new", "ranker"] > 0.9 * found["new", "popularity"]


def test_the_figure_of_the_last_window_foretells_the_next(window):
    ranker = Ranker()
    rehearsed = ranker.fit_and_judge(Snapshots(window.before), TODAY)
    found = judge({"ranker": ranker}, window)
    for task in ("repeat", "new"):
        assert np.nanmean(rehearsed[task].ndcg) == pytest.approx(np.nanmean(found[task, "ranker"].ndcg), abs=0.1)


def fashions(seed):
    """In every window of 28 days other products are wanted, by everybody: nothing can be foretold."""
    rng = np.random.default_rng(seed)
    rows = []
    for start in range(0, 168, 28):
        wanted = rng.dirichlet(np.full(80, 0.1))
        for customer in range(200):
            bought = rng.choice(80, 8, p=wanted)
            rows += [(customer, int(one), start + int(rng.integers(28))) for one in bought]
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


def test_the_gate_s_figure_of_the_ranker_has_seen_nothing_of_the_window_s_demand():
    """Else it would always be above that of popularity before the window, which knows as little."""
    gains = []
    for seed in range(4):
        judged = Hybrid(candidates=("popularity", "ranker")).fit(Interactions.build(fashions(seed), 168)).choice.judged
        gain = {task: judged[task, "ranker"].ndcg - judged[task, "popularity"].ndcg for task in ("repeat", "new")}
        gains += [np.nanmean(one) for one in gain.values()]
    assert min(gains) < 0
    assert np.mean(gains) < 0.1


def test_a_single_window_teaches_a_ranker_but_proves_nothing(purchases):
    few = Interactions.build(purchases.filter(pl.col("order_day") >= TODAY - 50), TODAY)
    ranker = Ranker()
    assert ranker.fit_and_judge(Snapshots(few), TODAY) == {}
    assert np.isfinite(ranker.score(few.customers[:2])).all()


def test_a_new_customer_is_ranked_by_what_was_learned_of_new_customers(ranker, window):
    histories = window.before.of(window.customers)
    few = histories.last(np.full(len(window.customers), 3))
    for task in ("repeat", "new"):
        some, all_of_it = (ranker.for_task(task).score_histories(one) for one in (few, histories))
        assert not np.allclose(some, all_of_it)
    found = {
        name: np.mean(
            [
                np.isin(row, window.targets["repeat"][at].indices).mean()
                for at, row in enumerate(best(model.score_histories(few), 10))
            ]
        )
        for name, model in {"ranker": ranker, "popularity": Popularity().fit(window.before)}.items()
    }
    assert found["ranker"] > found["popularity"]


def test_customers_of_one_call_do_not_change_each_others_ranking(ranker, window):
    together = window.before.of(window.customers)
    mixed = together.last(np.arange(len(window.customers)) % 20)
    for task in ("repeat", "new"):
        serving = ranker.for_task(task)
        alone = np.vstack([serving.score_histories(mixed.at(np.array([row]))) for row in range(6)])
        np.testing.assert_allclose(serving.score_histories(mixed)[:6], alone, rtol=1e-4, atol=1e-4)


def test_the_future_changes_nothing(ranker, purchases, window):
    mixed = purchases.with_columns(
        product_id=pl.when(pl.col("order_day") >= TODAY).then(0).otherwise("product_id")
    ).sample(fraction=1.0, shuffle=True, seed=1)
    again = Ranker().fit(Interactions.build(mixed, TODAY))
    some = window.customers[:5]
    for task in ("repeat", "new"):
        np.testing.assert_array_equal(again.for_task(task).score(some), ranker.for_task(task).score(some))


def test_a_new_customer_with_the_history_of_a_known_one_gets_the_same_ranking(ranker, window):
    known = window.before.of(window.customers[:3])
    stranger = type(known)(
        np.array([-3, -2, -1]), known.rows, known.columns, known.age_days, known.n_products, known.rated
    )
    for task in ("repeat", "new"):
        serving = ranker.for_task(task)
        np.testing.assert_allclose(
            serving.score_histories(stranger), serving.score_histories(known), rtol=1e-4, atol=1e-4
        )


def test_any_recommender_can_be_a_member_whose_affinities_are_features(ranker, window):
    more = Ranker(members=("item2vec", *MEMBERS)).fit(window.before)
    trees = [one.for_task("new").models.short for one in (ranker, more)]
    assert trees[1].num_feature() == trees[0].num_feature() + 1
    found = means(judge({"ranker": more, "popularity": Popularity().fit(window.before)}, window))
    assert found["repeat", "ranker"] > found["repeat", "popularity"]


def test_candidates_come_first_and_all_products_have_a_score(ranker, window):
    scores = ranker.for_task("new").score(window.customers[:4])
    assert np.isfinite(scores).all()
    assert scores.shape[1] == window.before.n_products


def test_a_history_too_short_for_a_window_is_refused_by_the_ranker_and_told_by_the_hybrid():
    purchases = pl.DataFrame({"customer_id": [1, 2], "product_id": [1, 2], "order_day": [99, 99]})
    with pytest.raises(EvidenceError, match="before 1970-03-14"):
        Ranker().fit(Interactions.build(purchases, 100))
    hybrid = Hybrid().fit(Interactions.build(purchases, 100))
    assert "before 1970-03-14" in str(hybrid.choice.gap)
    assert hybrid.for_task("repeat").name == "repeat"


def test_the_hybrid_serves_what_the_gate_chose(window):
    hybrid = Hybrid(candidates=("popularity", "repeat", "ranker")).fit(window.before)
    for task, name in hybrid.choice.names.items():
        assert hybrid.for_task(task).name == name
    assert {name for _, name in hybrid.choice.judged} == {"popularity", "repeat", "ranker"}


def judged_of(**values):
    return {("new", name): Judged(np.array(ndcg), np.array(ndcg)) for name, ndcg in values.items()}


def test_the_gate_opens_beyond_noise_only():
    rng = np.random.default_rng(0)
    single = rng.random(200)
    noise = rng.normal(size=200)
    better = judged_of(worse=single - 0.1, single=single, ranker=single + 0.1 + 0.1 * noise)
    level = judged_of(worse=single - 0.1, single=single, ranker=single + 0.001 + 0.1 * noise)
    assert gate(better, "new") == "ranker"
    assert gate(level, "new") == "single"


def test_without_a_rival_the_ranker_serves_and_without_any_what_needs_no_comparison():
    assert gate(judged_of(ranker=[0.5, 0.6]), "new") == "ranker"
    assert (gate({}, "new"), gate({}, "repeat")) == ("popularity", "repeat")


def test_customers_without_a_target_do_not_count_and_ties_go_to_the_first():
    nothing = float("nan")
    judged = judged_of(first=[nothing, 0.5, 0.5], second=[nothing, 0.5, 0.5], ranker=[nothing, 0.5, 0.6])
    assert gate(judged, "new") == "first"


def test_a_ranker_that_is_not_asked_for_is_not_fitted(window):
    hybrid = Hybrid(candidates=("popularity", "repeat")).fit(window.before)
    assert "ranker" not in hybrid.choice.names.values()
    assert hybrid.choice.names["repeat"] == "repeat"


def test_customers_without_any_history_get_what_most_people_like(ranker, window):
    popular = Popularity().fit(window.before).score(np.array([-1]))[0]
    for task in ("repeat", "new"):
        scores = ranker.for_task(task).score_histories(window.before.without([-1, -2]))
        assert scores.argmax(axis=1).tolist() == [popular.argmax()] * 2
        assert ranker.for_task(task).score_histories(window.before.without([])).shape == (0, len(popular))


def test_a_shop_whose_regular_customers_know_every_product_has_nothing_new_for_them_to_learn_from():
    regular = [(customer, product, 7 * week) for customer in range(60) for product in range(3) for week in range(16)]
    others = [(60 + n, product, 7 * (n % 14 + 2 * product)) for n in range(56) for product in (0, 1)]
    purchases = pl.DataFrame(regular + others, schema=["customer_id", "product_id", "order_day"], orient="row")
    judged = Ranker().fit_and_judge(Snapshots(Interactions.build(purchases, 112)), 112)
    assert "repeat" in judged
