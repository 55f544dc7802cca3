"""What a loop gave in earlier periods, as exposures that it learns from."""

import polars as pl

from offerloop.loop.journal_records import exposures


def test_nothing_is_learned_of_customers_for_whom_the_plan_had_several_offers():
    columns = ["customer_id", "offer_id", "n_planned", "propensity", "reasons"]
    rows = [
        (1, "a", 2, 0.9, "best_profit"), (1, "b", 2, 0.9, "best_profit"), (2, "none", 2, 0.1, "held_back"),
        (3, "a", 1, 0.9, "best_profit"), (4, "none", 0, 0.8, "no_offer_pays"), (5, "none", 0, 1.0, "outside"),
    ]  # fmt: skip
    table = pl.DataFrame(rows, columns, orient="row")
    assert exposures({0: table}, 100, 7)["customer_id"].to_list() == [3, 4]
    assert exposures({0: table.drop("n_planned")}, 100, 7)["customer_id"].to_list() == [1, 1, 2, 3, 4]
