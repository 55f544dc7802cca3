import narwhals as nw
import polars as pl
import pytest
from shop import summed

from offerloop.config import Response
from offerloop.errors import EvidenceError
from offerloop.response.shelf.lines import excluded, full_weeks, lines_of_others

PRODUCTS = pl.DataFrame(
    {
        "product_id": [1, 2, 3, 4, 5],
        "category": ["FOOD / BREAD", "FOOD / BREAD", "FOOD / MILK", "FUEL / PETROL", "unknown"],
    }
)
SETTINGS = Response(min_lines_per_product=2, exclude_categories=("FUEL / *",))


def lines(*rows):
    """customer, product, week, quantity, list value, discount."""
    names = ["customer_id", "product_id", "order_week", "quantity", "list_value_minor", "discount_minor"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    return table.with_columns(revenue_minor=pl.col("list_value_minor") - pl.col("discount_minor"))


BASKETS = lines((1, 1, 1, 2, 200, 20), (1, 1, 1, 1, 100, 0), (2, 2, 2, 1, 150, 0), (2, 3, 2, 1, 90, 9))


def test_sums_by_cell_and_by_product():
    found = summed(BASKETS, PRODUCTS, SETTINGS)
    assert found.cells.rows() == [
        (1, "FOOD / BREAD", 1, 3, 300, 20),
        (2, "FOOD / BREAD", 2, 1, 150, 0),
        (2, "FOOD / MILK", 2, 1, 90, 9),
    ]
    assert found.products.rows() == [(1, "FOOD / BREAD", 1, 300, 20)]  # the others have a single line
    assert found.own.rows() == [(1, 1, 1, 300, 20)]
    assert (found.n_lines, found.categories) == (4, ["FOOD / BREAD", "FOOD / MILK"])


def test_lines_of_others_have_the_categories_and_products_of_the_study_and_the_prices_of_both():
    found = summed(BASKETS, PRODUCTS, SETTINGS)
    theirs = lines((7, 1, 1, 1, 100, 50), (7, 2, 1, 1, 80, 0), (8, 3, 2, 4, 400, 40), (8, 4, 2, 1, 10, 0))
    told = lines_of_others(*(nw.from_native(table.lazy()) for table in (theirs, PRODUCTS)), found, SETTINGS)
    assert told.own.rows() == [(7, 1, 1, 100, 50)]
    assert told.products.rows() == [(1, "FOOD / BREAD", 1, 400, 70)]
    assert told.cells.rows() == [(7, "FOOD / BREAD", 1, 2, 180, 50), (8, "FOOD / MILK", 2, 4, 400, 40)]
    assert (told.categories, told.weeks) == (found.categories, found.weeks)


def test_weights_are_summed_as_they_are():
    weighed = BASKETS.with_columns(quantity=pl.Series([1.25, 1.5, 2.75, 1.0]))
    assert summed(weighed, PRODUCTS, SETTINGS).cells["units"].to_list() == [2.75, 2.75, 1.0]


@pytest.mark.parametrize(
    "line",
    [
        (1, 4, 1, 1, 100, 0),  # an excluded category
        (1, 5, 1, 1, 100, 0),  # nobody knows what it is
        (1, 1, 1, 31, 3100, 0),  # too many units
        (1, 1, 1, 0, 100, 0),  # no unit
        (1, 1, 1, 1, 100, 100),  # given away
        (1, 1, 9, 1, 100, 0),  # after the last full week
        (1, 1, 0, 1, 100, 0),  # before the first
    ],
)
def test_unusable_lines_are_left_out(line):
    found, expected = (
        summed(table, PRODUCTS, SETTINGS, range(1, 3)) for table in (BASKETS.vstack(lines(line)), BASKETS)
    )
    assert found.n_lines == expected.n_lines
    assert found.cells.equals(expected.cells)
    assert found.products.equals(expected.products)


def test_categories_of_highest_sales_are_studied():
    assert summed(BASKETS, PRODUCTS, SETTINGS.model_copy(update={"categories": 1})).categories == ["FOOD / BREAD"]


def test_no_usable_line_is_refused():
    with pytest.raises(EvidenceError, match="no category has a usable sale"):
        summed(lines((1, 4, 1, 1, 100, 0)), PRODUCTS, SETTINGS)


def test_patterns_of_excluded_categories():
    patterns = ("FUEL / *", "* / CIGARETTES")
    assert excluded("FUEL / PETROL", patterns)
    assert excluded("SHOP / CIGARETTES", patterns)
    assert excluded("unknown", ())
    assert not excluded("FOOD / BREAD", patterns)


@pytest.mark.parametrize(
    "first_day, as_of_day, expected",
    [
        (4, 4 + 21, range(1, 4)),  # 1970-01-05 is a Monday: three whole weeks
        (4, 4 + 20, range(1, 3)),  # the last one lacks its Sunday
        (5, 4 + 21, range(2, 4)),  # the first one lacks its Monday
        (10, 11, range(2, 2)),  # a single Sunday
    ],
)
def test_only_whole_weeks_count(first_day, as_of_day, expected):
    assert full_weeks(first_day, as_of_day) == expected
