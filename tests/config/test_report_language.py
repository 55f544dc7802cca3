"""The language of reports: as chosen, else that of the shop, by its money and by the names of columns and products."""

import pytest

from offerloop.config import report_language
from offerloop.errors import InputError


@pytest.mark.parametrize(
    "currency, columns, products, language",
    [
        ("EUR", ["customer", "price"], ["Tea", "Coffee"], "en"),
        ("CNY", ["customer", "price"], ["Tea"], "zh"),
        ("USD", ["客户", "price"], [], "zh"),
        ("USD", ["customer"], ["龙井茶", "咖啡", "Tea"], "zh"),
        ("USD", ["customer"], ["龙井茶", "Coffee", "Tea"], "en"),
        ("JPY", ["顧客番号"], ["緑茶"], "en"),
        ("USD", ["お客様番号"], ["緑茶のど飴"], "en"),
    ],
)
def test_a_shop_with_chinese_money_or_names_has_chinese_reports(currency, columns, products, language):
    assert report_language(None, currency, columns, products) == language


def test_a_chosen_language_counts_before_all_others():
    assert report_language("en", "CNY", ["客户"], ["龙井茶"]) == "en"
    assert report_language("zh", "EUR") == "zh"
    with pytest.raises(InputError, match="there is no language 'zz'"):
        report_language("zz", "CNY")
