"""Products that `init` derives from the order lines: their subcategories, their names, and what --map says of them."""

import polars as pl
import pytest
from test_guesses import LINES, source_of, started

from offerloop.commands.check.task import check
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare

PRODUCTS = [*LINES["product"].unique().sort(), *(f"unsold {place}" for place in range(60))]
VARIANTS = pl.DataFrame(
    [
        {"Handle": f"thing-{place // 3}", "Title": f"Thing {place // 3}", "Category": "ABC"[place // 3 % 3],
         "Variant SKU": product, "Variant Price": 2.5 + place, "Image": f"{place}.jpg"}
        for place, product in enumerate(PRODUCTS)
    ]
)  # fmt: skip
"""Every three products are variants of one."""
WITH_GROUPS = LINES.with_columns(
    shelf=pl.concat_str(pl.lit("Shelf "), (pl.col("product").str.slice(1).cast(pl.Int64) % 6).cast(pl.String))
).select("order", "customer", "product", "quantity", "paid", "date", "category", "shelf")


@pytest.mark.parametrize(
    "category, subcategory",
    [("类别", "子类别"), ("商品分类", "子分类"), ("一级类目", "二级分类"), ("Category", "Sub-Category"),
     ("Kategorie", "Unterkategorie"), ("Warengruppe", "Warenuntergruppe"), ("Catégorie", "Sous-catégorie"),
     ("Rayon", "Sous-rayon"), ("Categoría", "Subcategoría"), ("Sección", "Subsección")],
)  # fmt: skip
def test_subcategories_are_known_in_every_language(tmp_path, category, subcategory):
    made = started(tmp_path, WITH_GROUPS.rename({"category": category, "shelf": subcategory}))
    columns = source_of(made, "products").columns
    assert (columns["category"], columns["subcategory"]) == (category, subcategory)
    assert made.facts["sources"]["order_lines"]["not_used"] == []


@pytest.mark.parametrize(
    "name", ["产品名称", "Product Name", "Produktbezeichnung", "Nom du produit", "Nombre de producto"]
)
def test_a_name_that_several_products_share_is_still_their_name(tmp_path, name):
    """Ten products are called scissors."""
    number = pl.col("product").str.slice(1).cast(pl.Int64)
    texts = pl.concat_str(pl.lit("Steel scissors "), (number // 10).cast(pl.String))
    made = started(tmp_path, WITH_GROUPS.with_columns(texts.alias(name)))
    assert source_of(made).columns["text"] == name
    products = collect(prepare(load_config(made.config), DuckDBEngine()).products)
    assert products["text"].str.starts_with("Steel scissors").all()


def test_a_column_of_few_texts_with_any_other_name_is_no_text_of_products(tmp_path):
    made = started(tmp_path, WITH_GROUPS.with_columns(pl.concat_str(pl.lit("Good for "), "category").alias("remark")))
    assert "text" not in source_of(made).columns


def derived(tmp_path, table, **given):
    table.write_csv(tmp_path / "lines.csv")
    orders = {"product_id": given.pop("product_id")} if "product_id" in given else {}
    columns = {"products": given, "order_lines": orders}
    return write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None, columns=columns)


@pytest.mark.parametrize("written", ["shelf", "category + ' / ' + shelf"])
def test_products_that_are_derived_can_be_mapped(tmp_path, written):
    made = derived(tmp_path, WITH_GROUPS, subcategory=written)
    columns = source_of(made, "products").columns
    assert columns == {"product_id": "product", "category": "category", "subcategory": written}
    products = collect(prepare(load_config(made.config), DuckDBEngine()).products)
    assert products["subcategory"].str.contains("Shelf").all()
    assert check(made.config).ok


def test_derived_products_have_the_ids_that_order_lines_are_given(tmp_path):
    number = pl.col("product").str.slice(1)
    table = WITH_GROUPS.with_columns(model=pl.lit("P"), size=number).drop("product")
    made = derived(tmp_path, table, product_id="model + '' + size", subcategory="shelf")
    assert source_of(made, "products").columns["product_id"] == "model + '' + size"
    assert check(made.config).facts["orders"]["with_category"] == 1


def test_an_expression_over_a_list_of_products(tmp_path):
    listed = WITH_GROUPS.unique("product").select("product", "category", "shelf")
    listed.write_csv(tmp_path / "goods.csv")
    WITH_GROUPS.drop("category", "shelf").write_csv(tmp_path / "lines.csv")
    files = {"order_lines": str(tmp_path / "lines.csv"), "products": str(tmp_path / "goods.csv")}
    columns = {"products": {"subcategory": "category + ' / ' + shelf"}}
    made = write_shop(tmp_path / "shop", files, None, None, columns=columns)
    assert source_of(made, "products").columns["category"] == "category"


def test_variants_have_the_category_on_their_first_row_and_pictures_are_no_products(tmp_path):
    is_first = pl.col("Handle") != pl.col("Handle").shift().fill_null("")
    texts = [pl.when(is_first).then(pl.col(name)).alias(name) for name in ("Title", "Category")]
    rows = VARIANTS.with_columns(texts)
    pictures = rows.filter(is_first).select("Handle", Image=pl.lit("more.jpg"))
    rows = pl.concat([rows, pictures], how="diagonal").sort("Handle", maintain_order=True)
    rows.write_csv(tmp_path / "products.csv")
    made = started(tmp_path, LINES.drop("category"), products=tmp_path / "products.csv")
    products = collect(prepare(load_config(made.config), DuckDBEngine()).products, "product_id")
    expected = dict(VARIANTS.select("Variant SKU", "Category").iter_rows())
    assert dict(products.select("product_id", "category").iter_rows()) == expected
