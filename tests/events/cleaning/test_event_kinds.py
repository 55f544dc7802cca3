"""Kinds of events as shops write them."""

import narwhals as nw
import polars as pl
import pytest

from offerloop.events.cleaning.event_kinds import known_kind, unknown_kinds


@pytest.mark.parametrize(
    "written, kind",
    [
        ("pv", "view"), ("Page View", "view"), ("浏览", "view"), ("add_to_cart", "cart"), ("AddToCart", "cart"),
        ("加入购物车", "cart"), ("In den Warenkorb", "cart"), ("fav", "wish"), ("rating", "rating"),
        ("buy", "purchase"), ("remove_from_cart", "remove_from_cart"), (None, None),
    ],
)  # fmt: skip
def test_words_of_shops_are_ours(written, kind):
    table = nw.from_native(pl.DataFrame({"kind": [written]}, schema={"kind": pl.String}).lazy())
    assert table.select(known_kind(nw.col("kind")).alias("kind")).collect()["kind"].to_list() == [kind]


def test_kinds_that_mean_nothing_are_named_and_purchases_are_not():
    kinds = ["view", "purchase", "share", "spin", "", None]
    (note,) = unknown_kinds(nw.from_native(pl.DataFrame({"kind": kinds}).lazy()))
    assert str(note) == "nothing is made of events of the kind 'share', 'spin'; known are view, cart, wish, rating"
    assert not unknown_kinds(nw.from_native(pl.DataFrame({"kind": ["view", "purchase"]}).lazy()))
