"""Quantities above `clean.max_quantity` that may be counts, and customers who are listed but never ordered."""

import polars as pl
import pytest

from offerloop.events import are_noticeable, quality_notes

HEADER = "order,customer,product,units,paid,at\n"


def lines_of(n, n_large, units, paid):
    """CSV of `n` lines of which the first `n_large` have so many units at such an amount."""
    rows = [(units, paid) if number < n_large else (2, "4.00") for number in range(n)]
    return HEADER + "".join(f"{n},{n % 40},{n % 7},{units},{paid},2024-01-{1 + n % 28:02}\n"
                            for n, (units, paid) in enumerate(rows))  # fmt: skip


def flagged(events, rule):
    return events.quality.filter(pl.col("rule") == rule)["rows"].to_list()


def test_lines_of_a_wholesaler_are_repaired_as_before_and_said_with_their_share_and_the_key(clean):
    events = clean(lines_of(1000, 20, 200, "400.00"))
    assert flagged(events, "quantity is a measure") == flagged(events, "quantity may be a count") == [20]
    assert [str(one) for one in quality_notes(events.quality)] == [
        "20 order lines of more than 100 units, with 67 % of sales, count as one unit each; if these are counts of "
        "units, raise clean.max_quantity: otherwise margins from unit costs are too high"
    ]


def test_nothing_is_said_where_the_key_keeps_them(clean):
    events = clean(lines_of(1000, 20, 200, "400.00"), toml="[clean]\nmax_quantity = 200")
    assert quality_notes(events.quality) == []


@pytest.mark.parametrize(
    ("n_large", "units", "paid"),
    [(20, 15_000, "30.00"), (4, 999, "4.00"), (4, 999, "1998.00")],
    ids=["fuel", "typed beside the amount", "typed and multiplied"],
)
def test_measures_and_a_few_errors_are_repaired_without_a_word(clean, n_large, units, paid):
    events = clean(lines_of(1000, n_large, units, paid))
    assert flagged(events, "quantity is a measure") == [n_large]
    assert quality_notes(events.quality) == []


@pytest.mark.parametrize(
    ("n_large", "n_lines", "share", "expected"),
    [
        (4, 100, 0.9, False), (5, 100, 0.0, True), (10, 100_000, 0.3, False), (60, 100_000, 0.02, True),
        (60, 100_000, 0.005, False), (101, 100_000, 0.005, True), (0, 0, 0.0, False),
    ],
)  # fmt: skip
def test_a_share_of_lines_or_of_sales_is_noticeable(n_large, n_lines, share, expected):
    assert are_noticeable(n_large, n_lines, share, 1.0) is expected


ONE = (
    "1 listed customer has no usable order: no offer is planned for this customer, and the assignments have no row for "
    "them"
)
TWO = "2 listed customers have no usable order: no offer is planned for them, and the assignments have no rows for them"


@pytest.mark.parametrize(("ids", "said"), [("1\n2\n", []), ("1\n2\n900\n", [ONE]), ("1\n2\n900\n901\n", [TWO])])
def test_listed_customers_who_never_ordered_are_counted(clean, ids, said):
    customers = '[sources.customers]\npath = "people.csv"\ncolumns = { customer_id = "id" }'
    events = clean(lines_of(200, 0, 0, "0"), customers, {"people.csv": f"id\n{ids}"})
    assert [str(one) for one in quality_notes(events.quality)] == said
    assert flagged(events, "never ordered") == [max(len(ids.split()) - 2, 0)]


def test_without_a_customer_list_nobody_is_missed(clean):
    assert flagged(clean(lines_of(200, 0, 0, "0")), "never ordered") == []
