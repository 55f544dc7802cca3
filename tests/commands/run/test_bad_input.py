"""Twenty kinds of bad input through the command line: one clear sentence, exit code 2, nothing half-written.

Where an input is odd but not wrong, it is read, and the data-quality table says what was done.
"""

import re

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.workspace import find_run


@pytest.fixture
def shop(tmp_path):
    return write_small_shop(tmp_path, weeks=6)


def edit(path, *changes):
    text = path.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)


def lines_of(shop):
    return shop.parent / "lines.csv"


def missing_column(shop):
    edit(lines_of(shop), ("order,who", "order,whom"))


def wrong_type(shop):
    lines = pl.read_csv(lines_of(shop), infer_schema=False).with_columns(paid=pl.lit("plenty"))
    lines.write_csv(lines_of(shop))


def empty_file(shop):
    lines_of(shop).write_text("")


def header_only(shop):
    lines_of(shop).write_text("order,who,what,when,n,paid\n")


def not_utf8(shop):
    edit(shop, ('path = "lines.csv"', 'path = "lines.csv"\nencoding = "utf-8"'))
    lines_of(shop).write_bytes(lines_of(shop).read_bytes() + b"x,K\xe4the,1,2024-01-01,1,2.50\n")


def several_rows_for_a_product(shop):
    with (shop.parent / "products.csv").open("a") as file:
        file.write("3,kind 7\n")


def window_that_ends_before_it_starts(shop):
    edit(shop, ("[recommend]", "[clean]\nfirst_day = 2024-03-01\nlast_day = 2024-01-01\n[recommend]"))


def budget_below_zero(shop):
    edit(shop, ('budget = "100.00"', 'budget = "-1.00"'))


def unknown_scope(shop):
    edit(shop, ('on = "kind 0"', 'on = "kinds 0"'))


def corrupted_parquet(shop):
    pl.read_csv(lines_of(shop)).write_parquet(shop.parent / "lines.parquet")
    whole = (shop.parent / "lines.parquet").read_bytes()
    (shop.parent / "lines.parquet").write_bytes(whole[: len(whole) // 2])
    edit(shop, ("lines.csv", "lines.parquet"))


def scrambled_parquet(shop):
    pl.read_csv(lines_of(shop)).write_parquet(shop.parent / "lines.parquet")
    whole = bytearray((shop.parent / "lines.parquet").read_bytes())
    whole[100:2000] = b"\xff" * 1900
    (shop.parent / "lines.parquet").write_bytes(bytes(whole))
    edit(shop, ("lines.csv", "lines.parquet"))


def missing_file(shop):
    lines_of(shop).unlink()


def folder_for_a_file(shop):
    lines_of(shop).unlink()
    lines_of(shop).mkdir()


def runs_is_a_file(shop):
    (shop.parent / "runs").write_text("")


def runs_on_a_read_only_mount(shop):
    (shop.parent / "runs").symlink_to("/sys/kernel")


def database_refuses(shop):
    (shop.parent / "shop.db").write_text("no database, but a long enough text to be read as one " * 40)
    edit(shop, ('path = "lines.csv"', 'url = "sqlite:///shop.db"\ntable = "orders"'))


def one_customer_only(shop):
    lines = pl.read_csv(lines_of(shop)).filter(pl.col("who") == "c001")
    lines.write_csv(lines_of(shop))


def time_that_is_ambiguous(shop):
    lines = pl.read_csv(lines_of(shop)).with_columns(when=pl.lit("03/04/2024"))
    lines.write_csv(lines_of(shop))


def line_of_another_width(shop):
    with lines_of(shop).open("a") as file:
        file.write("o,c001,1\n")


def two_columns_of_one_name(shop):
    edit(lines_of(shop), ("order,who", "who,who"))


def unknown_audience(shop):
    edit(
        shop,
        ('title = "First offers"', 'title = "x"\naudience = "loyals"\n'),
        ("[shop]", '[audiences.loyal]\nfield = "tags"\nequals = "loyal"\n[shop]'),
    )


def budget_without_quotes(shop):
    edit(shop, ('budget = "100.00"', "budget = 100.00"))


def column_of_two_words(shop):
    edit(lines_of(shop), ("order,who,what,when,n,paid", "order,who,what,when,n,paid net"))
    edit(shop, ('paid = "paid"', 'paid = "paid net * 1"'))


def text_without_quotes(shop):
    edit(shop, ('name = "Small shop"', "name = Small shop"))


def filter_that_keeps_nothing(shop):
    edit(shop, ('path = "lines.csv"', 'path = "lines.csv"\nwhere = "n == \'99\'"'))


def made_time_of_another_form(shop):
    edit(shop, ('path = "lines.csv"', 'path = "lines.csv"\ntime_format = "%d.%m.%Y"'))
    edit(shop, ('at = "when"', "at = \"when + ' 10:00'\""))


def no_toml(shop):
    shop.write_text("[shop\nname = 'x'\n")


BAD = [
    (missing_column, [r"lines.csv': there is no column 'who', did you mean 'whom'\?", r"columns.customer_id"]),
    (wrong_type, [r"lines.csv', line 2, column 'paid'", "'plenty'", "must hold numbers", "decimal"]),
    (empty_file, [r"lines.csv' is empty", "header"]),
    (header_only, [r"lines.csv' has no usable order line", "columns but no rows"]),
    (not_utf8, [r"lines.csv', line \d+: the bytes are not UTF-8", "set 'encoding'"]),
    (several_rows_for_a_product, [r"products.csv' has several different rows for product_id 3", "keep one"]),
    (window_that_ends_before_it_starts, ["clean.last_day", "before", "first_day"]),
    (budget_below_zero, ["offerloop.toml", "'budget' of campaign 'first' is below zero"]),
    (unknown_scope, ["unknown category 'kinds 0'", "did you mean 'kind 0'"]),
    (corrupted_parquet, [r"lines.parquet' cannot be read as .parquet"]),
    (scrambled_parquet, [r"lines.parquet'"]),
    (missing_file, [r"lines.csv' does not exist", "correct 'path'"]),
    (folder_for_a_file, [r"lines.csv' is a folder"]),
    (runs_is_a_file, [r"runs' is a file", "move"]),
    (runs_on_a_read_only_mount, ["runs", "cannot be written", "run again"]),
    (database_refuses, ["orders of sqlite", "refuses"]),
    (one_customer_only, ["1 customer", "more"]),
    (time_that_is_ambiguous, ["'%d/%m/%Y' and '%m/%d/%Y'", "set 'time_format'"]),
    (line_of_another_width, [r"lines.csv', line \d+ cannot be read: it has 3 cells where the header has 6"]),
    (two_columns_of_one_name, [r"lines.csv' has two columns named 'who'"]),
    (unknown_audience, ["names the audience 'loyals'", "did you mean 'loyal'"]),
    (budget_without_quotes, ["campaign 'first', budget: write it in quotes, budget = \"100.00\"$"]),
    (column_of_two_words, ["'paid net \\* 1' is neither a column nor an expression; put `paid net` in backticks"]),
    (text_without_quotes, ["line 3", 'text needs quotes, name = "Small shop"$']),
    (
        filter_that_keeps_nothing,
        [r"lines.csv' has no usable order line: its filter where = \"n == '99'\" leaves out all"],
    ),
    (made_time_of_another_form, ["must hold times", r"such as '\d{4}-\d\d-\d\d 10:00' are none", "time_format"]),
    (no_toml, ["offerloop.toml' is not TOML", "line 1"]),
]


@pytest.mark.parametrize("spoil, words", BAD, ids=lambda one: one.__name__.replace("_", " ") if callable(one) else "")
def test_bad_input(shop, command, spoil, words):
    spoil(shop)
    code, printed, said = command("run", shop)
    assert (code, printed) == (2, "")
    assert len(said.splitlines()) == 1, said
    for word in words:
        assert re.search(word, said), said
    assert "Traceback" not in said
    assert not list(shop.parent.glob("runs/2*"))


def test_an_offer_that_cannot_be_read_is_refused_before_anything_is_learned(shop, command):
    (shop.parent / "offers.csv").write_text("offer_id,kind,percent\nten,zzz,10\n")
    columns = 'columns = { offer_id = "offer_id", kind = "kind", percent = "percent" }'
    edit(shop, ("[recommend]", f'[sources.offers]\npath = "offers.csv"\n{columns}\n\n[recommend]'))
    code, _, said = command("run", shop, "--verbose")
    assert code == 2
    assert "offer 'ten': there is no offer kind 'zzz'" in said
    assert "recommenders" not in said


def test_an_unknown_engine(shop, command):
    code, _, said = command("run", shop, "--engine", "duckdbb")
    assert (code, said) == (2, "there is no engine 'duckdbb', did you mean 'duckdb'? (known: duckdb, spark)")


def test_several_problems_are_reported_at_once(shop, command):
    missing_column(shop)
    (shop.parent / "products.csv").unlink()
    code, _, said = command("run", shop)
    assert code == 2
    assert len(said.splitlines()) == 2
    assert "'who'" in said
    assert "products.csv" in said


def test_several_problems_of_a_configuration_are_reported_at_once(shop, command):
    edit(shop, ("[recommend]", "[recommend]\ntop_q = 3\nwindow_days = 0"), ("holdout = 0.2", "holdout = 2"))
    code, _, said = command("run", shop)
    assert code == 2
    assert [word for word in ("top_q", "window_days", "holdout") if word not in said] == []
    assert len(said.splitlines()) == 3


def with_bom(shop):
    lines_of(shop).write_bytes(b"\xef\xbb\xbf" + lines_of(shop).read_bytes())


def negative_money(shop):
    with lines_of(shop).open("a") as file:
        file.write("o,c001,1,2023-12-01,1,-2.50\n")


def not_a_number(shop):
    with lines_of(shop).open("a") as file:
        file.write("o,c001,1,2024-01-09,1,NaN\n")


def infinite(shop):
    lines = pl.read_csv(lines_of(shop)).with_columns(paid=pl.col("paid").cast(pl.Float64))
    row = lines[:1].with_columns(order=pl.lit("o"), paid=pl.lit(float("inf")))
    pl.concat([lines, row]).write_parquet(shop.parent / "lines.parquet")
    edit(shop, ("lines.csv", "lines.parquet"))


def duplicate_key(shop):
    with (shop.parent / "products.csv").open("a") as file:
        file.write("3,kind 1\n")


def no_repeat_buyers(shop):
    lines = pl.read_csv(lines_of(shop)).unique("who", keep="first", maintain_order=True)
    lines.write_csv(lines_of(shop))


ODD = [
    (with_bom, None),
    (negative_money, ("order_lines", "return without a sale", 1)),
    (not_a_number, ("order_lines", "incomplete", 1)),
    (infinite, ("order_lines", "incomplete", 1)),
    (duplicate_key, ("products", "exact copy", 1)),
    (no_repeat_buyers, None),
]


@pytest.mark.parametrize("change, row", ODD, ids=lambda one: one.__name__.replace("_", " ") if callable(one) else "")
def test_odd_input_is_read_and_accounted_for(shop, command, change, row):
    change(shop)
    code, printed, said = command("run", shop)
    assert (code, said) == (0, "")
    assert printed.strip().endswith("report.html")
    quality = pl.read_parquet(find_run(shop.parent) / "quality.parquet")
    if row:
        assert row in quality.select("table", "rule", "rows").rows()


def test_an_interrupted_run_says_so(shop, command, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("offerloop.commands.run.task.plan", interrupt)
    code, printed, said = command("run", shop)
    assert (code, printed) == (130, "")
    assert said == "interrupted; the same command goes on from the last finished stage"
