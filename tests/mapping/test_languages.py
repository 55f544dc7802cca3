"""Exports whose headings are in other languages than English: what each column is, the money, the dates, the states."""

from datetime import timedelta

import polars as pl
import pytest
from test_guessed_abbreviations import mapped, sales, written

from offerloop.commands.check.task import check
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.events import EPOCH, says_opt_in, says_opt_out
from offerloop.mapping import SourceColumn
from offerloop.mapping.contents import is_consent
from offerloop.mapping.matching import name_score, says

ORDERS = {
    "en": ("Order No", "Customer", "SKU", "Category", "Qty", "Total", "Order Date"),
    "it": ("N. ordine", "Codice cliente", "Codice articolo", "Reparto", "Q.tà", "Importo", "Data ordine"),
    "pt": (
        "Nº do pedido",
        "Código do cliente",
        "Cód. produto",
        "Departamento",
        "Qtde",
        "Valor total",
        "Data da compra",
    ),
    "nl": ("Bonnummer", "Klantnr", "Artikelcode", "Productgroep", "Aantal", "Regelbedrag", "Besteldatum"),
    "pl": ("Nr zamówienia", "Kontrahent", "Kod towaru", "Grupa towarowa", "Ilość", "Wartość brutto", "Data sprzedaży"),
    "tr": ("Fiş No", "Cari Kodu", "Stok Kodu", "Ürün Grubu", "Adet", "Toplam Tutar", "Sipariş Tarihi"),
    "ja": ("受注番号", "お客様番号", "商品番号", "カテゴリー", "個数", "小計", "注文日時"),
    "ko": ("주문번호", "회원번호", "상품코드", "카테고리", "수량", "결제금액", "결제일"),
    "zh-Hant": ("訂單編號", "會員編號", "商品貨號", "商品類別", "數量", "小計", "訂購日期"),
}
OURS = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at")
COUNTRY = {
    "en": ("USD", "UTC"),
    "it": ("EUR", "Europe/Rome"), "pt": ("BRL", "America/Sao_Paulo"), "nl": ("EUR", "Europe/Amsterdam"),
    "pl": ("PLN", "Europe/Warsaw"), "tr": ("TRY", "Europe/Istanbul"), "ja": ("JPY", "Asia/Tokyo"),
    "ko": ("KRW", "Asia/Seoul"), "zh-Hant": ("TWD", "Asia/Taipei"),
}  # fmt: skip
FORMS = {"it": "%d/%m/%Y", "pt": "%d/%m/%Y", "nl": "%d-%m-%Y", "pl": "%d.%m.%Y", "tr": "%d.%m.%Y"}
STATES = {
    "en": ("Order Status", "Delivered", "Cancelled", "Awaiting payment"),
    "it": ("Stato ordine", "Consegnato", "Annullato", "In attesa di pagamento"),
    "pt": ("Status do pedido", "Entregue", "Cancelado", "Aguardando pagamento"),
    "nl": ("Orderstatus", "Verzonden", "Geannuleerd", "Niet betaald"),
    "pl": ("Status zamówienia", "Zrealizowane", "Anulowane", "Nieopłacone"),
    "tr": ("Sipariş Durumu", "Teslim edildi", "İptal edildi", "Onay bekliyor"),
    "ja": ("受注ステータス", "発送済み", "キャンセル", "入金待ち"),
    "ko": ("주문상태", "배송완료", "취소완료", "입금대기"),
    "zh-Hant": ("訂單狀態", "已完成", "已取消", "待付款"),
}


@pytest.mark.parametrize("language", ORDERS)
def test_an_export_of_orders_is_read_with_the_dates_amounts_and_states_of_its_country(tmp_path, language):
    names, (state, *states) = ORDERS[language], STATES[language]
    form = FORMS.get(language)
    table = sales(300, (*names, "off")).drop("off")
    cells = pl.Series(state, [states[(one % 11 == 0) + (one % 13 == 0)] for one in range(table.height)])
    table = table.with_columns(cells, pl.col(names[6]).str.to_date().dt.strftime(form or "%Y/%m/%d"))
    if form is not None:
        amount = pl.col(names[5]).cast(pl.String) + ",50"
        table = table.with_columns(pl.concat_str(pl.lit("1.0"), amount).alias(names[5]))
    table.write_csv(tmp_path / "lines.csv", separator=";" if form else ",")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    shop, lines = load_config(made.config).shop, load_config(made.config).sources
    assert (shop.currency, shop.timezone) == COUNTRY[language]
    read = {**lines["products"].columns, **lines["order_lines"].columns}
    assert {one: read[one].strip("`") for one in OURS} == dict(zip(OURS, names, strict=True))
    assert lines["order_lines"].decimal == ("," if form else None)
    assert lines["order_lines"].time_format == form
    assert lines["order_lines"].where == f"{_plain(state)} not in ['{states[1]}']"


def _plain(name):
    return f"`{name}`" if " " in name else name


@pytest.mark.parametrize(
    ("customer", "offer", "shown", "propensity"),
    [
        ("Codice cliente", "Offerta", "Data invio", "Probabilità"),
        ("ID do cliente", "Oferta", "Data de envio", "Probabilidade"),
        ("Klantnummer", "Aanbieding", "Verzonden op", "Waarschijnlijkheid"),
        ("Nr klienta", "Oferta", "Data wysłania", "Prawdopodobieństwo"),
        ("Müşteri No", "Teklif", "Gönderim Tarihi", "Olasılık"),
        ("会員番号", "クーポンID", "配信日時", "確率"),
        ("회원번호", "쿠폰번호", "발송일시", "확률"),
        ("會員編號", "優惠券編號", "發放日期", "機率"),
    ],
)
def test_a_log_of_offers_is_read(tmp_path, customer, offer, shown, propensity):
    orders = sales(300, ("order", customer, "sku", "category", "qty", "paid", "date", "off")).drop("off")
    rows = [(f"K{one % 97:03}", ("A10", "none")[one % 2], f"2024-03-{1 + one % 28:02}", 0.5) for one in range(200)]
    log = pl.DataFrame(rows, schema=[customer, offer, shown, propensity], orient="row")
    found = written(mapped(tmp_path, orders, exposures=log), "exposures")
    read = {ours: found[ours].strip("`") for ours in ("customer_id", "offer_id", "at", "propensity")}
    assert read == {"customer_id": customer, "offer_id": offer, "at": shown, "propensity": propensity}


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("Data di nascita", "personal"), ("Cognome", "personal"), ("Sobrenome", "personal"), ("Achternaam", "personal"),
        ("Nazwisko", "personal"), ("Doğum Tarihi", "personal"), ("Dogum Tarihi", "personal"), ("生年月日", "personal"),
        ("휴대폰번호", "personal"), ("Fascia d'età", "protected"), ("Idade", "protected"), ("Geslacht", "protected"),
        ("Płeć", "protected"), ("Plec", "protected"), ("CİNSİYET", "protected"),
        ("性別", "protected"), ("연령대", "protected"),
    ],
)  # fmt: skip
def test_personal_and_protected_columns_are_known(name, section):
    assert says(name, section)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Data di spedizione", "at"), ("Data de entrega", "at"), ("Verzenddatum", "at"), ("Data wysyłki", "at"),
        ("Teslimat Tarihi", "at"), ("配送日", "at"), ("배송일", "at"), ("Costo spedizione", "paid"),
        ("Valor do frete", "paid"),
        ("Verzendkosten", "paid"), ("Koszt dostawy", "paid"), ("Kargo Tutarı", "paid"), ("送料合計", "paid"),
        ("배송비 합계", "paid"), ("Kwota zwrotu", "paid"), ("Retourbedrag", "paid"), ("Terugbetaald bedrag", "paid"),
        ("Valor reembolsado", "paid"), ("취소금액", "paid"), ("Suma punktów", "paid"), ("Peso totale", "paid"),
        ("Waga razem", "paid"), ("Toplam ağırlık", "paid"), ("Gewicht totaal", "paid"), ("重量合計", "paid"),
        ("Importo rimborsato", "paid"), ("Montant remboursé", "paid"), ("Total weight", "paid"),
        ("商品合計個数", "product_id"), ("상품수량", "product_id"),
    ],
)  # fmt: skip
def test_a_name_that_says_something_else_is_not_taken(theirs, ours):
    assert name_score(theirs, "order_lines", ours)[0] < 0.5


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Prijs met korting", "unit_price"), ("Totaal met korting", "paid"), ("Totale con sconto", "paid"),
        ("Totale scontato", "paid"), ("Total avec remise", "paid"), ("Precio con descuento", "unit_price"),
        ("İndirimli Tutar", "paid"), ("Bedrag na korting", "paid"), ("할인후금액", "paid"), ("쿠폰적용후금액", "paid"),
    ],
)  # fmt: skip
def test_an_amount_after_a_discount_is_no_discount(theirs, ours):
    score, _ = name_score(theirs, "order_lines", ours)
    assert score >= 0.6
    assert score > max(name_score(theirs, "order_lines", other)[0] for other in ("discount", "coupon"))


@pytest.mark.parametrize(
    ("order", "currency", "zone"),
    [("Nº encomenda", "EUR", "Europe/Lisbon"), ("Nº do pedido", "BRL", "America/Sao_Paulo")],
)
def test_portuguese_headings_that_brazil_does_not_use_speak_for_portugal(tmp_path, order, currency, zone):
    table = sales(300, (order, *ORDERS["pt"][1:], "off")).drop("off")
    table.write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    shop = load_config(made.config).shop
    assert (shop.currency, shop.timezone) == (currency, zone)


@pytest.mark.parametrize(
    ("agrees", "refuses", "answers"),
    [
        ("Consenso marketing", "Senza consenso", ["Sì", "No"]),
        ("Aceita marketing", "Não aceita marketing", ["Sim", "Não"]),
        ("Toestemming", "Geen toestemming", ["Ja", "Nee"]),
        ("Zgoda marketingowa", "Brak zgody", ["Tak", "Nie"]),
        ("Pazarlama izni", "İzin yok", ["Evet", "Hayır"]),
        ("メルマガ", "配信停止", ["はい", "いいえ"]),
        ("마케팅 수신동의", "수신거부", ["예", "아니오"]),
    ],
)
def test_consent_and_its_opposite_are_told_apart(agrees, refuses, answers):
    assert (says_opt_in(agrees), says_opt_out(agrees)) == (True, False)
    assert (says_opt_in(refuses), says_opt_out(refuses)) == (False, True)
    assert is_consent(SourceColumn(agrees, pl.Series(answers), "."))


def test_a_korean_word_with_the_sign_of_the_currency_in_it_says_no_currency(tmp_path):
    names = ("order", "회원번호", "sku", "sort", "qty", "paid", "date", "off")
    sales(300, names).drop("off").write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    assert "a sign of it" not in made.config.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["%R/%m/%d", "%R-%m-%d", "民國%R年%m月%d日", "%R/%m/%d %H:%M"])
def test_years_of_the_republic_of_china_are_read_with_a_note(tmp_path, form):
    table = sales(300, (*ORDERS["zh-Hant"], "off")).drop("off")
    day = pl.col("訂購日期").str.to_datetime("%Y-%m-%d")
    table.with_columns(day.dt.strftime(form.replace("%R", "113")).alias("訂購日期")).write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    notes = made.facts["sources"]["order_lines"]["notes"]
    assert any("is read as 4 March 2024, in years of the Republic of China" in one for one in notes)
    facts = check(made.config).facts
    days = [str(EPOCH + timedelta(days=facts["orders"][one])) for one in ("first_day", "last_day")]
    assert days == ["2024-03-04", "2024-04-12"]


def test_years_of_the_republic_beside_others_are_refused(tmp_path):
    table = sales(300, ("order", "customer", "sku", "category", "qty", "paid", "date", "off")).drop("off")
    day = pl.col("date").str.to_datetime("%Y-%m-%d")
    mixed = (
        pl.when(pl.int_range(pl.len()) == 400).then(day.dt.strftime("%Y/%m/%d")).otherwise(day.dt.strftime("113/%m/%d"))
    )
    table.with_columns(mixed.alias("date")).write_csv(tmp_path / "lines.csv")
    with pytest.raises(InputError, match="'date': line 2: '113/03/04' is no time"):
        write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
