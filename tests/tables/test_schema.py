import polars as pl
import pytest

from offerloop.errors import ContractError
from offerloop.tables import STAGE_TABLES, Column, TableContract
from offerloop.tables.schema import ID

CLOSED = TableContract(
    "prices",
    "for these tests",
    (
        Column("product_id", ID, "product"),
        Column("price_minor", pl.Int64, "price"),
        Column("note", pl.String, "anything", optional=True),
    ),
    key=("product_id",),
)
OPEN = TableContract("open prices", "for these tests", CLOSED.columns, open=True)
GOOD = pl.DataFrame({"product_id": [1, 2], "price_minor": [100, 200], "note": [None, "x"]})


def test_columns_come_back_in_declared_order():
    shuffled = GOOD.select("note", "price_minor", "product_id")
    assert CLOSED.check(shuffled).equals(GOOD)


def test_ids_may_be_text():
    text = GOOD.with_columns(pl.col("product_id").cast(pl.String))
    assert CLOSED.check(text).equals(text)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (GOOD.drop("price_minor", "note"), "'prices' lacks the columns price_minor, note"),
        (GOOD.with_columns(colour=pl.lit("red")), "'prices' has undeclared columns colour"),
        (GOOD.with_columns(price_minor=pl.lit(None, pl.Int64)), "'price_minor' of table 'prices' has empty cells"),
        (pl.concat([GOOD, GOOD]), "'prices' has several rows with the same product_id"),
        (GOOD.with_columns(price_minor=pl.lit(1.5)), "'price_minor' of table 'prices' is Float64, not Int64"),
        (GOOD.with_columns(product_id=pl.lit(1.5)), "'product_id' of table 'prices' is Float64"),
        (GOOD.with_columns(pl.col("product_id").cast(pl.Int32)), "'product_id' of table 'prices' is Int32"),
    ],
)
def test_a_broken_table_is_refused(broken, said):
    with pytest.raises(ContractError) as refusal:
        CLOSED.check(broken)
    assert said in str(refusal.value)


def test_an_open_table_keeps_further_columns_behind_its_own():
    found = OPEN.check(GOOD.select(pl.lit("red").alias("colour"), "note", "price_minor", "product_id"))
    assert found.columns == ["product_id", "price_minor", "note", "colour"]


def test_a_table_without_a_key_may_repeat_rows():
    assert len(OPEN.check(pl.concat([GOOD, GOOD]))) == 4


@pytest.mark.parametrize("table", STAGE_TABLES.values(), ids=STAGE_TABLES)
def test_every_declared_table_without_rows_fulfils_its_own_contract(table):
    assert table.check(table.empty()).columns == table.names
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
