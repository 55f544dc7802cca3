"""Invented exports of one small shop in many shapes: what `offerloop init` has to make sense of."""

import sqlite3
from datetime import datetime, timedelta

import polars as pl

FIRST = datetime(2024, 3, 5, 9, 30)
N_CUSTOMERS, N_ORDERS = 40, 240


def order_lines():
    """order, customer, product, category, quantity, price, amount (cents), moment; several lines in most orders."""
    rows = []
    for order in range(N_ORDERS):
        customer, moment = (order * 7) % N_CUSTOMERS, FIRST + timedelta(hours=11 * order, minutes=order % 50)
        for line in range(1 + order % 3):
            product = (order * 7 + line * 11) % 30
            quantity, price = 1 + (order + line) % 2, 199 + 37 * product
            rows.append((7000 + order, 500 + customer, product, quantity, price, quantity * price, moment))
    names = ["order", "customer", "product", "quantity", "price", "amount", "moment"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        category=pl.concat_str(pl.lit("Group "), (pl.col("product") % 3).cast(pl.String)),
        product=pl.concat_str(pl.lit("P"), pl.col("product").cast(pl.String)),
    )


def money(column, mark="."):
    """Cents as decimal text."""
    whole, cents = (pl.col(column) // 100).cast(pl.String), (pl.col(column) % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(whole, pl.lit(mark), cents)


def moment(form):
    return pl.col("moment").dt.strftime(form)


def german(folder):
    table = order_lines().select(
        pl.col("order").alias("Bestell-Nr."), pl.col("customer").alias("Kundennummer"),
        pl.col("product").alias("Artikel"), pl.col("quantity").alias("Menge"), money("amount", ",").alias("Bezahlt"),
        moment("%d.%m.%Y %H:%M").alias("Datum"),
    )  # fmt: skip
    table.write_csv(folder / "verkauf.csv", separator=";")
    mapping = {"order_id": "Bestell-Nr.", "customer_id": "Kundennummer", "product_id": "Artikel", "quantity": "Menge",
               "paid": "Bezahlt", "at": "Datum"}  # fmt: skip
    return folder / "verkauf.csv", mapping


def german_ambiguous(folder):
    """Every day is 12 or less, so that day and month can be exchanged."""
    table = order_lines().filter(pl.col("moment").dt.day() <= 12).select(
        pl.col("order").alias("Auftrag"), pl.col("customer").alias("Käufer"), pl.col("product").alias("Artikelnummer"),
        pl.col("quantity").alias("Stück"), money("amount", ",").alias("Umsatz"), moment("%d/%m/%Y").alias("Kaufdatum"),
    )  # fmt: skip
    (folder / "umsatz.csv").write_bytes(table.write_csv(separator=";").encode("cp1252"))
    mapping = {"order_id": "Auftrag", "customer_id": "Käufer", "product_id": "Artikelnummer", "quantity": "Stück",
               "paid": "Umsatz", "at": "Kaufdatum"}  # fmt: skip
    return folder / "umsatz.csv", mapping


def chinese(folder):
    table = order_lines().select(
        pl.col("customer").alias("用户ID"), pl.col("product").alias("商品"), pl.col("order").alias("订单"),
        money("amount").alias("金额"), moment("%Y/%m/%d %H:%M").alias("下单时间"), pl.col("category").alias("类目"),
    )  # fmt: skip
    (folder / "订单.csv").write_bytes(table.write_csv().encode("gb18030"))
    mapping = {"order_id": "订单", "customer_id": "用户ID", "product_id": "商品", "quantity": "1", "paid": "金额",
               "at": "下单时间"}  # fmt: skip
    return folder / "订单.csv", mapping


def shop_export(folder):
    """The order's total stands on every line; what counts is the line's own price."""
    table = order_lines().with_columns(total=pl.col("amount").sum().over("order")).select(
        pl.col("order").alias("orderName"), pl.col("customer").alias("customerId"),
        pl.lit("someone@example.org").alias("email"), money("total").alias("total"),
        moment("%Y-%m-%dT%H:%M:%SZ").alias("createdAt"), pl.col("product").alias("lineitemSku"),
        pl.col("quantity").alias("lineitemQuantity"), money("price").alias("lineitemPrice"),
        pl.lit("USD").alias("currency"),
    )  # fmt: skip
    table.write_csv(folder / "orders_export.csv")
    mapping = {"order_id": "orderName", "customer_id": "customerId", "product_id": "lineitemSku",
               "quantity": "lineitemQuantity", "paid": "lineitemPrice * lineitemQuantity", "at": "createdAt",
               "currency": "currency"}  # fmt: skip
    return folder / "orders_export.csv", mapping


def tabs(folder):
    table = order_lines().select(
        pl.col("order").alias("Receipt No"), pl.col("customer").alias("Member"), pl.col("product").alias("Item"),
        pl.col("quantity").alias("Qty"), money("amount").alias("Line Total"), moment("%m/%d/%Y").alias("Sale Date"),
        moment("%H:%M:%S").alias("Time"), pl.lit("S1").alias("Store"),
    )  # fmt: skip
    table.write_csv(folder / "pos.txt", separator="\t")
    mapping = {"order_id": "Receipt No", "customer_id": "Member", "product_id": "Item", "quantity": "Qty",
               "paid": "Line Total", "at": "`Sale Date` + ' ' + Time", "store_id": "Store"}  # fmt: skip
    return folder / "pos.txt", mapping


def parquet(folder):
    table = order_lines().select(
        pl.col("order").alias("basket_id"), pl.col("customer").alias("household_id"),
        pl.col("product").alias("product_id"), "quantity", (pl.col("amount") / 100).alias("sales_value"),
        pl.col("moment").alias("transaction_timestamp"),
    )  # fmt: skip
    table.write_parquet(folder / "lines.parquet")
    mapping = {"order_id": "basket_id", "customer_id": "household_id", "product_id": "product_id",
               "quantity": "quantity", "paid": "sales_value", "at": "transaction_timestamp"}  # fmt: skip
    return folder / "lines.parquet", mapping


def database(folder):
    table = order_lines().select(
        pl.col("order").alias("order_no"), pl.col("customer").alias("user_id"), pl.col("product").alias("sku"),
        pl.col("quantity").alias("units"), (pl.col("amount") / 100).alias("revenue"),
        moment("%Y-%m-%d %H:%M:%S").alias("ordered_at"),
    )  # fmt: skip
    connection = sqlite3.connect(folder / "shop.db")
    connection.execute(
        "create table orders (order_no int, user_id int, sku text, units int, revenue real, ordered_at text)"
    )
    connection.executemany("insert into orders values (?, ?, ?, ?, ?, ?)", table.rows())
    connection.commit()
    connection.close()
    mapping = {"order_id": "order_no", "customer_id": "user_id", "product_id": "sku", "quantity": "units",
               "paid": "revenue", "at": "ordered_at"}  # fmt: skip
    return f"sqlite:///{folder / 'shop.db'}#orders", mapping


def no_order_id(folder):
    table = order_lines().select(
        pl.col("customer").alias("client"), pl.col("product").alias("article"), pl.col("quantity").alias("pieces"),
        money("amount").alias("amount"), moment("%Y-%m-%d %H:%M:%S").alias("purchase date"),
    )  # fmt: skip
    table.write_csv(folder / "sales.csv", separator="|")
    mapping = {"order_id": "client + ' ' + `purchase date`", "customer_id": "client", "product_id": "article",
               "quantity": "pieces", "paid": "amount", "at": "purchase date"}  # fmt: skip
    return folder / "sales.csv", mapping


def unit_price(folder):
    table = order_lines().select(
        pl.col("order").alias("InvoiceNo"), pl.col("product").alias("StockCode"), pl.col("quantity").alias("Quantity"),
        moment("%Y-%m-%d %H:%M").alias("InvoiceDate"), pl.concat_str(pl.lit("£"), money("price")).alias("UnitPrice"),
        pl.col("customer").alias("CustomerID"), pl.lit("United Kingdom").alias("Country"),
    )  # fmt: skip
    table.write_csv(folder / "retail.csv")
    mapping = {"order_id": "InvoiceNo", "customer_id": "CustomerID", "product_id": "StockCode", "quantity": "Quantity",
               "paid": "UnitPrice * Quantity", "at": "InvoiceDate"}  # fmt: skip
    return folder / "retail.csv", mapping


def gaps_in_ids(folder):
    """As pandas writes ids with gaps, and days without a time."""
    table = order_lines().select(
        pl.col("order").alias("order_id"), pl.col("customer").cast(pl.Float64).alias("customer_id"),
        pl.col("product").alias("product_id"), (pl.col("amount") / 100).alias("amount"),
        pl.col("moment").dt.date().alias("date"),
    )  # fmt: skip
    table.write_parquet(folder / "pandas.parquet")
    mapping = {"order_id": "order_id", "customer_id": "customer_id + ''", "product_id": "product_id", "quantity": "1",
               "paid": "amount", "at": "date"}  # fmt: skip
    return folder / "pandas.parquet", mapping


def till(folder):
    """Cells with quotes, separators and line breaks; a unit's price with a sign; day and clock apart."""
    table = order_lines().select(
        pl.lit('5" Rohr; "neu"\nzweite Zeile').alias("Bemerkung"), pl.col("order").alias("Belegnr"),
        pl.col("customer").alias("Kunden_ID"), pl.col("product").alias("Art.-Nr."), pl.col("quantity").alias("Anz."),
        pl.concat_str(money("price", ","), pl.lit(" €")).alias("VK Preis"), moment("%d.%m.%Y").alias("Belegdatum"),
        moment("%H:%M").alias("Uhrzeit"),
    )  # fmt: skip
    table.write_csv(folder / "kasse.csv", separator=";")
    mapping = {"order_id": "Belegnr", "customer_id": "Kunden_ID", "product_id": "Art.-Nr.", "quantity": "Anz.",
               "paid": "`VK Preis` * `Anz.`", "at": "Belegdatum + ' ' + Uhrzeit"}  # fmt: skip
    return folder / "kasse.csv", mapping


def short_years(folder):
    """A form of time that the reader knows only from `time_format`."""
    table = order_lines().select(
        pl.col("order").alias("id"), pl.col("customer").alias("cid"), pl.col("product").alias("pid"),
        pl.col("quantity").alias("n"), money("amount").alias("eur"), moment("%d/%m/%y").alias("when"),
    )  # fmt: skip
    table.write_csv(folder / "short.csv")
    mapping = {
        "order_id": "id",
        "customer_id": "cid",
        "product_id": "pid",
        "quantity": "n",
        "paid": "eur",
        "at": "when",
    }
    return folder / "short.csv", mapping


def web_shop(folder):
    """What is said once for an order stands on its first line, as do its totals."""
    lines = order_lines().sort("order")
    first = pl.col("order") != pl.col("order").shift().fill_null(-1)
    once = {"Financial Status": pl.lit("paid"), "Currency": pl.lit("EUR"), "Total": money("total"),
            "Discount Amount": pl.lit("0.00"), "Discount Code": pl.lit("")}  # fmt: skip
    table = lines.with_columns(total=pl.col("amount").sum().over("order")).select(
        pl.format("#{}", "order").alias("Name"), pl.format("{}@example.org", "customer").alias("Email"),
        *(pl.when(first).then(said).otherwise(pl.lit("")).alias(name) for name, said in once.items()),
        moment("%Y-%m-%d %H:%M:%S +0100").alias("Created at"), pl.col("quantity").alias("Lineitem quantity"),
        money("price").alias("Lineitem price"), pl.col("product").alias("Lineitem sku"),
    )  # fmt: skip
    table.write_csv(folder / "orders_export.csv")
    mapping = {"order_id": "Name", "customer_id": "Email", "product_id": "Lineitem sku",
               "quantity": "Lineitem quantity", "paid": "`Lineitem price` * `Lineitem quantity`", "at": "Created at",
               "currency": "Currency"}  # fmt: skip
    return folder / "orders_export.csv", mapping


def meaningless(folder):
    table = order_lines().select(
        pl.col("product").alias("a"), moment("%Y-%m-%d %H:%M:%S").alias("b"), pl.col("order").alias("c"),
        money("amount").alias("d"), pl.col("customer").alias("e"),
    )  # fmt: skip
    table.write_csv(folder / "dump.csv")
    mapping = {"order_id": "c", "customer_id": "e", "product_id": "a", "quantity": "1", "paid": "d", "at": "b"}
    return folder / "dump.csv", mapping


SHAPES = (
    german, german_ambiguous, chinese, shop_export, tabs, parquet, database, no_order_id, unit_price, gaps_in_ids, till,
    short_years, web_shop, meaningless,
)  # fmt: skip
