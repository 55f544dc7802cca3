"""Names that say that somebody got nothing, and names of offers that only begin like them."""

import pytest

from offerloop.offers import names_no_offer


@pytest.mark.parametrize(
    "name",
    [
        "no_promo",
        "no offer",
        "no email campaign",
        "control",
        "control-group",
        "kein Gutschein",
        "Kontrollgruppe",
        "不发券",
        "aucune",
        "aucune opération",
        "ninguna promoción",
        "nessuna offerta",
        "sem desconto",
        "geen korting",
        "brak oferty",
        "teklif yok",
        "クーポンなし",
        "혜택 없음",
        "なし",
        "없음",
        "yok",
        "hiçbiri",
        "żaden",
        "controlo",
    ],
)
def test_whoever_has_it_got_nothing(name):
    assert names_no_offer(name)


@pytest.mark.parametrize(
    "name",
    [
        "No. 5",
        "no_12",
        "No VAT",
        "no interest",
        "no_min_10",
        "control price",
        "Kontrollpreis",
        "Kein Stress",
        "no adult",
    ],
)
def test_an_offer_may_begin_like_nothing(name):
    assert not names_no_offer(name)
