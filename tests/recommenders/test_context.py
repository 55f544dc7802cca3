"""What is known of products besides purchases."""

import numpy as np
import polars as pl

from offerloop.recommenders import Context

LISTED = pl.DataFrame({"product_id": ["b", "a", "b", "c"], "category": ["tea", "milk", "coffee", None]})


def test_a_product_that_is_listed_twice_is_what_the_first_row_says():
    described = Context(products=LISTED).described(np.array(["b", "z", "a"]))
    assert described.rows() == [("b", "tea"), ("z", None), ("a", "milk")]


def test_all_products_are_those_that_are_listed_or_sold_each_once():
    assert Context(products=LISTED).all_products(np.array(["a", "z"])).tolist() == ["a", "b", "c", "z"]
    assert Context().all_products(np.array([7, 3])).tolist() == [3, 7]


def test_without_a_list_products_have_their_id_alone():
    assert Context().described(np.array([7, 3])).rows() == [(7,), (3,)]
