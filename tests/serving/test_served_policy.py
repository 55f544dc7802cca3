"""The table of a served policy: every customer is found, whatever their id, and workers may build it at once."""

import json
import shutil
import threading

import polars as pl
import pytest

from offerloop.errors import InputError
from offerloop.serving import DecisionInputs, decide, serve_run
from offerloop.tables import joined_product_ids
from offerloop.workspace import open_run


@pytest.fixture
def run_folder(small_run, tmp_path):
    return shutil.copytree(small_run, tmp_path / "shop" / "runs" / small_run.name)


@pytest.fixture
def with_assignments(run_folder):
    """A function that serves the run with other assignments."""

    def serve(change):
        path = run_folder / "assignments.parquet"
        change(pl.read_parquet(path)).write_parquet(path)
        return serve_run(run_folder)

    return serve


def test_customers_whose_hashes_meet_are_told_apart(with_assignments, monkeypatch):
    monkeypatch.setattr("offerloop.serving.policy.customer_hash", lambda customer: len(customer) % 2)
    monkeypatch.setattr("offerloop.serving.building.customer_hash", lambda customer: len(customer) % 2)
    policy = with_assignments(lambda table: table)
    table = pl.read_parquet(policy.run_folder / "assignments.parquet")
    for row in table.iter_rows(named=True):
        assert policy.find(row["customer_id"]).propensity == row["propensity"]
        assert policy.find(row["customer_id"]).arm == row["arm"]
    assert policy.find("nobody") is None
    assert policy.find("") is None


def test_ids_may_be_numbers_and_any_text(with_assignments):
    names = pl.Series("customer_id", ["", "用户", "a,b", "x" * 300, *map(str, range(56))])
    policy = with_assignments(lambda table: table.with_columns(names))
    assert all(policy.find(one) is not None for one in names)
    numbers = pl.Series("customer_id", range(60))
    shutil.rmtree(policy.run_folder / "served")
    policy = with_assignments(lambda table: table.with_columns(numbers))
    assert policy.find("59") is not None
    assert policy.find("60") is None


def test_a_run_without_customers_knows_nobody(with_assignments):
    policy = with_assignments(lambda table: table.clear())
    assert policy.find("c000") is None
    assert decide(policy, DecisionInputs("c000"), 0).offer is None


def test_workers_that_begin_at_once_serve_the_same_table(run_folder):
    policies, threads = [], []
    for _ in range(6):
        threads.append(threading.Thread(target=lambda: policies.append(serve_run(run_folder))))
        threads[-1].start()
    for one in threads:
        one.join()
    assert len({one.find("c000").propensity for one in policies}) == 1
    assert len(policies) == 6


def test_a_table_of_an_older_program_is_written_anew(run_folder):
    before = serve_run(run_folder)
    path = run_folder / "served" / "policy.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))
    assert serve_run(run_folder).find("c000") == before.find("c000")


@pytest.mark.parametrize("name", ["policy.json", "offer.npy", "ids.npy"])
def test_a_damaged_table_is_written_anew(run_folder, name):
    before = serve_run(run_folder).find("c000")
    for damage in (cut, lambda file: file.write_bytes(b"")):
        damage(run_folder / "served" / name)
        assert serve_run(run_folder).find("c000") == before


@pytest.mark.parametrize(
    "name", ["assignments.parquet", "offers.parquet", "profiles.parquet", "further_offers.parquet"]
)
def test_a_damaged_run_is_refused_in_a_sentence(run_folder, name):
    cut(run_folder / name)
    with pytest.raises(InputError, match=rf"the run '{run_folder}' cannot be served \(.*\); make a new run"):
        serve_run(run_folder)
    assert not list(run_folder.glob(".served.*"))


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def test_what_the_plan_leaves_is_the_budget_less_all_that_its_offers_can_cost(run_folder):
    table = pl.read_parquet(run_folder / "assignments.parquet").filter(pl.col("offer_id") != "none")
    policy = serve_run(run_folder)
    assert policy.left_minor == {"first": 10_000 - table.filter(arm="plan")["cost_liability_minor"].sum()}
    assert policy.n_held == {"first": table.height}


def test_a_budget_of_all_campaigns_bounds_what_the_plan_leaves(publishable):
    run_folder = publishable('\n[plan]\ntotal_budget = "95.00"\n')
    table = pl.read_parquet(run_folder / "assignments.parquet").filter(arm="plan")
    assert serve_run(run_folder).left_minor == {"first": 9_500 - table["cost_liability_minor"].sum()}


def test_what_is_given_beside_the_plan_takes_nothing_of_what_it_leaves(publishable):
    """Random offers of a campaign that is not sent take of the budget of all campaigns."""
    run_folder = publishable('\n[plan]\ntotal_budget = "100.00"\n')
    table = pl.read_parquet(run_folder / "assignments.parquet")
    is_usual = pl.col("customer_id").is_in(table.filter(arm="plan", offer_id="spend-and-save")["customer_id"].head(4))
    table = table.with_columns(arm=pl.when(is_usual).then(pl.lit("usual")).otherwise("arm"))
    table.write_parquet(run_folder / "assignments.parquet")
    cost = dict(table.group_by("arm").agg(pl.col("cost_liability_minor").sum()).iter_rows())
    assert serve_run(run_folder).left_minor == {"first": 10_000 - cost["plan"]}
    is_second = (pl.col("arm") == "explore") & pl.col("campaign_id").is_not_null()
    campaign = pl.when(is_second).then(pl.lit("second")).otherwise("campaign_id")
    table.with_columns(campaign_id=campaign).write_parquet(run_folder / "assignments.parquet")
    summary = json.loads((run_folder / "summary.json").read_text())
    summary["campaigns"].append({**summary["campaigns"][0], "id": "second", "send": False})
    (run_folder / "summary.json").write_text(json.dumps(summary))
    assert serve_run(run_folder).left_minor == {"first": 10_000 - cost["plan"] - cost["explore"]}


def test_beside_an_offer_without_a_limit_nothing_is_left(with_assignments):
    is_first = pl.int_range(pl.len()) == pl.col("offer_id").ne("none").arg_max()
    most = pl.when(~is_first).then("cost_liability_minor").alias("cost_liability_minor")
    assert with_assignments(lambda table: table.with_columns(most)).left_minor == {"first": 0}


def test_a_test_customer_always_has_the_named_arm(run_folder):
    policy = serve_run(run_folder)
    table = pl.read_parquet(run_folder / "assignments.parquet")
    held = table.filter((pl.col("arm") == "holdout") & (pl.col("planned_offer_id") != "none"))["customer_id"][0]
    treated = decide(policy, DecisionInputs(held, test_arm="plan"), 0)
    assert (treated.offer.offer_id, treated.arm, treated.propensity) == ("spend-and-save", "plan", None)
    assert treated.needs_minor == 200
    assert decide(policy, DecisionInputs("c000", test_arm="plan"), 0).needs_minor == 0
    for arm in ("holdout", "holdback", "usual"):
        decided = decide(policy, DecisionInputs("c000", test_arm=arm), 0)
        assert (decided.offer, decided.arm) == (None, arm)
    explored = [decide(policy, DecisionInputs("c000", test_arm="explore"), 0) for _ in range(2)]
    assert explored[0] == explored[1]
    assert (explored[0].offer in policy.offers, explored[0].arm) == (True, "explore")


def test_products_in_the_basket_and_excluded_ones_are_not_suggested(with_assignments):
    policy = with_assignments(lambda table: table.with_columns(product_ids=pl.lit("7 8 9")))
    assert decide(policy, DecisionInputs("c000"), 0).products == ("7", "8", "9")
    basket = {"lines": [{"product_id": "8"}]}
    asked = DecisionInputs("c000", exclude=frozenset(["7"]), basket=basket)
    assert decide(policy, asked, 0).products == ("9",)


def test_a_product_whose_id_holds_a_blank_is_suggested_and_left_out_whole(with_assignments):
    text = joined_product_ids(["TEA 100", "TEA 250"])
    policy = with_assignments(lambda table: table.with_columns(product_ids=pl.lit(text)))
    assert decide(policy, DecisionInputs("c000"), 0).products == ("TEA 100", "TEA 250")
    assert decide(policy, DecisionInputs("c000", exclude=frozenset(["TEA 100"])), 0).products == ("TEA 250",)


def test_who_has_opted_out_gets_nothing(run_folder):
    decided = decide(serve_run(run_folder), DecisionInputs("c000", opted_out=True), 0)
    assert (decided.offer, decided.propensity, decided.reasons) == (None, None, ("opted_out",))


def test_customers_are_found_by_their_raw_ids_where_the_run_holds_pseudonyms(run_folder, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "0123456789abcdef")
    manifest = run_folder / "manifest.json"
    written = json.loads(manifest.read_text())
    written["config"]["text"] += '\n[privacy]\npseudonymise = true\nkey_env = "SHOP_KEY"\n'
    manifest.write_text(json.dumps(written))
    policy = serve_run(run_folder)
    path = run_folder / "assignments.parquet"
    table = pl.read_parquet(path)
    table.with_columns(pl.Series("customer_id", [policy.known_as(one) for one in table["customer_id"]])).write_parquet(
        path
    )
    shutil.rmtree(run_folder / "served")
    assert decide(serve_run(run_folder), DecisionInputs("c000"), 0).offer.offer_id == "spend-and-save"


def test_customers_are_found_in_any_case_where_the_run_ignores_case(run_folder):
    manifest = run_folder / "manifest.json"
    written = json.loads(manifest.read_text())
    written["config"]["text"] += "\n[privacy]\nignore_case = true\n"
    manifest.write_text(json.dumps(written))
    policy = serve_run(run_folder)
    assert decide(policy, DecisionInputs("C000"), 0).offer.offer_id == "spend-and-save"
    newcomers = [[decide(policy, DecisionInputs(one), 0).arm for one in (f"NEW {n}", f"new {n}")] for n in range(50)]
    assert all(upper == lower for upper, lower in newcomers)
    assert open_run(run_folder).customer("C000") == "c000"


def test_an_offer_is_given_from_its_start_to_its_end(run_folder):
    path = run_folder / "offers.parquet"
    table = pl.read_parquet(path).with_columns(starts_at=pl.lit(1_000), ends_at=pl.lit(2_000))
    table.write_parquet(path)
    policy = serve_run(run_folder)
    for asked in (DecisionInputs("c000"), DecisionInputs("c001", test_arm="explore")):
        given = [decide(policy, asked, at) for at in (999, 1_000, 1_999, 2_000)]
        assert [one.offer is None for one in given] == [True, False, False, True]
        assert [given[0].reasons[-1], given[3].reasons[-1]] == ["offer_not_begun", "offer_over"]
        assert (given[3].propensity, given[3].needs_minor) == (None, 0)
    shutil.rmtree(run_folder / "served")
    table.drop("starts_at", "ends_at").write_parquet(path)  # as earlier versions wrote it
    without = serve_run(run_folder)
    assert all(decide(without, DecisionInputs("c000"), at).offer is not None for at in (999, 2_000))


def test_newcomers_get_what_customers_without_an_order_get(run_folder):
    profiles = run_folder / "profiles.parquet"
    pl.read_parquet(profiles).with_columns(n_orders=pl.lit(0)).write_parquet(profiles)
    policy = serve_run(run_folder)
    given = [decide(policy, DecisionInputs(f"new {n}"), 0) for n in range(50)]
    for one in given:
        assert (one.arm, one.propensity) in (("plan", 0.8), ("holdout", 0.2))
        assert one.needs_minor == (200 if one.arm == "plan" else 0)
