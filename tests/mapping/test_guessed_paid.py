"""What was paid where no column says it: the list price of the units, less discounts and coupons."""

import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources

OFF = {
    "share": [0.0, 0.05, 0.2, 0.1],
    "percent": [0, 5, 20, 10],
    "amount": [0.0, 1.25, 12.5, 150.0],
    "amount or nothing": [None, 1.25, None, 150.0],
    "text": ["", "gift", "", "late"],
}


@pytest.mark.parametrize(
    "name, off, paid, discount",
    [
        ("discount", "share", "list_price * quantity * (1 - coalesce(discount, 0))",
         "list_price * quantity * coalesce(discount, 0)"),
        ("discount_percent", "percent", "list_price * quantity * (1 - coalesce(discount_percent, 0) / 100)",
         "list_price * quantity * coalesce(discount_percent, 0) / 100"),
        ("discount", "amount", "list_price * quantity - coalesce(discount, 0)", "discount"),
        ("discount", "amount or nothing", "list_price * quantity - coalesce(discount, 0)", "discount"),
        ("coupon", "amount", "list_price * quantity - coalesce(coupon, 0)", None),
        ("coupon", "amount or nothing", "list_price * quantity - coalesce(coupon, 0)", None),
        ("coupon", "share", "list_price * quantity", None),
        ("remark", "text", "list_price * quantity", None),
    ],
)  # fmt: skip
def test_the_list_price_less_the_discount_was_paid(tmp_path, name, off, paid, discount):
    n = 200
    table = pl.DataFrame(
        {
            "order_id": [one // 3 for one in range(n)],
            "customer_id": [f"c{one // 3 % 40}" for one in range(n)],
            "product_id": [f"p{one * 7 % 30}" for one in range(n)],
            "quantity": [1 + one % 3 for one in range(n)],
            "list_price": [100.5 + one * 7 % 30 for one in range(n)],
            name: [OFF[off][one % 4] for one in range(n)],
            "order_date": [f"2024-01-{1 + one // 3 % 28:02}" for one in range(n)],
        }
    )
    table.write_csv(tmp_path / "lines.csv")
    samples = sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path)
    guesses = infer_mapping(samples)["order_lines"].guesses
    assert guesses["paid"].written == paid
    assert (guesses["discount"].written if "discount" in guesses else None) == discount
    assert "assumed" in str(guesses["paid"].why)
