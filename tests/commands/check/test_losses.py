"""Products that are no goods, as a check tells them."""

from offerloop.commands.check.losses import _KINDS, non_merchandise_lines
from offerloop.config import Clean, Config
from offerloop.events.cleaning.non_merchandise import _decided, _written_kinds, kind_of
from offerloop.report import Localizer


def test_every_kind_of_what_is_no_goods_has_words():
    by_pattern = _decided("x", "", False, Clean(non_merchandise=("x",)))
    assert _KINDS.keys() == {*_written_kinds(), kind_of("C2", None), by_pattern, _decided("x", "", True, Clean())}


def test_the_kinds_of_products_and_their_sales_are_told_in_the_language_and_as_money():
    config = Config.model_validate({
        "shop": {"name": "Corner shop", "currency": "JPY", "margin": 0.3},
        "sources": {"order_lines": {"path": "lines.csv", "columns": {}}},
        "campaigns": [{"id": "spring", "title": "Spring", "budget": "100", "offers": [{"kind": "coupon"}]}],
    })  # fmt: skip
    product = {
        "product_id": "POST", "text": "POSTAGE", "kind": "postage or delivery", "n_lines": 3, "sales_minor": 1_234_500,
        "share_of_sales": 0.1,
    }  # fmt: skip
    english, chinese = (
        non_merchandise_lines([product], config, Localizer(language, "JPY"))[1] for language in ("en", "zh")
    )
    assert english.strip() == "POSTAGE (POST): postage or delivery, 3 lines, ¥1,234,500, 10.0 % of sales"
    assert "postage" not in chinese
    assert "1,234,500" in chinese
    assert "JPY 1" not in chinese
