"""Encodings of CSV files: told by the letters of languages, with others that fit as well."""

import pytest

from offerloop.events import likely_encodings

SURE = [
    ("cp1252", "Numéro;Quantité;Libellé\nCrème brûlée;pâté;thé à la menthe\n"),
    ("cp1252", "Número;Año\nJamón;piña;té;azúcar;limón\n"),
    ("cp1252", "Quantità;Città\nCaffè;tè;ragù;perché\n"),
    ("cp1252", "Item;Price\nCafé latte;3\nCrème;1\n"),
    ("cp1252", "Produit\nThé à la crème\n"),
    ("cp1252", "Caffè;Città;però\n"),
    ("cp1252", "Caffè;lunedì;più\n"),
    ("cp1252", "Beløb;Vægt\nSmør;æble;kål\n"),
    ("cp1252", "Nº;Menge\n1;3 m³\n"),
    ("cp1250", "Ilość;Wartość\nŁosoś;żurek;mąka;śledź\n"),
    ("cp1250", "Množství;Částka\nRohlík;sýr;mléko;křen;ďábel;řepa;hořčice\n"),
    ("cp1250", "Množstvo;Čiastka\nmlieko;rožok;šunka;ľad;žemľa\n"),
    ("cp1250", "Megrendelés;Összeg;Mennyiség\nSzőlő;tejföl;gyümölcs;fűszer;kávé\n"),
    ("cp1250", "Količina;Narudžba\nČokolada;šećer;kruh;voćni\n"),
    ("cp1250", "Količina;Naročilo\nČokolada;žemlja;šunka\n"),
    ("cp1254", "Sipariş;Müşteri;Ürün;Ağırlık\nŞeker;ışık;çay;süt;ekmeği;yoğurt\n"),
    ("cp949", "주문번호,회원번호,주문일시,상품명,수량,결제금액\n1,a,b,사과 주스,2,3\n"),
]


@pytest.mark.parametrize(("encoding", "text"), SURE)
def test_the_letters_of_a_language_tell_the_encoding(tmp_path, encoding, text):
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    assert likely_encodings(tmp_path / "x.csv") == (encoding,)


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp1250", "Količina\nkruh\n"), ("cp1252", "caffè\n"), ("cp949", "주문번호,수량\n1,2\n")]
)
def test_where_two_languages_explain_the_letters_both_encodings_are_likely(tmp_path, encoding, text):
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    likely = likely_encodings(tmp_path / "x.csv")
    assert encoding in likely
    assert len(likely) > 1
