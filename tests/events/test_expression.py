from fractions import Fraction

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events.expression import compile_expression

ROW = {"price": 10.0, "discount": 2.5, "units": 4, "nothing": 0, "name": "tea", "shelf": "hot", "odd name": 7}
TABLE = DuckDBEngine().table(pl.DataFrame(ROW))


def compiled(text):
    return compile_expression(text, TABLE.collect_schema(), "here")


def value(text):
    return collect(TABLE.select(x=compiled(text)))["x"][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price", 10.0),
        ("odd name", 7),
        ("price - discount", 7.5),
        ("price + discount * 2", 15.0),
        ("(price + discount) * 2", 25.0),
        ("price - discount - 1", 6.5),
        ("-discount", -2.5),
        ("price - -discount", 12.5),
        ("units / 8", 0.5),
        ("1.5", 1.5),
        ("'fixed'", "fixed"),
        ("name + ' / ' + shelf", "tea / hot"),
        ("(name + shelf) + '!'", "teahot!"),
        ("'shelf ' + units", "shelf 4"),
    ],
)
def test_the_language(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize("text", ["price / nothing", "units / 0", "units / (price - 10)", "1 / nothing + 5"])
def test_division_by_zero_gives_an_empty_cell(text):
    assert value(text) is None


def test_a_text_joined_with_an_empty_cell_is_empty():
    frame = DuckDBEngine().table(pl.DataFrame({"a": ["x", None]}))
    joined = frame.select(x=compile_expression("a + '!'", frame.collect_schema(), "here"))
    assert set(collect(joined)["x"]) == {"x!", None}


NUMBERS = st.recursive(
    st.sampled_from(["units", "price", "3", "0.5"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=6,
)


@given(NUMBERS)
@settings(max_examples=50, deadline=None)
def test_arithmetic_means_what_python_means(text):
    exact = {name: Fraction(ROW[name]) for name in ("units", "price")}
    assert value(text) == pytest.approx(float(eval(text, {}, exact)))


@pytest.mark.parametrize(
    "text",
    [
        "abs(price)",
        "price.real",
        "__import__('os')",
        "price[0]",
        "[price]",
        "price > 3",
        "price if units else 0",
        "lambda: 1",
        "price ** 2",
        "price // 2",
        "price % 2",
        "not price",
        "None",
        "b'x'",
        "f'{price}'",
        "name * 'x'",
        "(name + '!') * 2",
        "'a' - 1",
        "-'a'",
    ],
)
def test_anything_beyond_the_language_is_refused(text):
    with pytest.raises(SourceError, match=r"^here: '.*' (may hold only|calculates with)"):
        compiled(text)


@pytest.mark.parametrize("text", ["price -", "(price", "price discount", "", "price; units", "x = 1"])
def test_a_syntax_error_is_refused(text):
    with pytest.raises(SourceError, match=r"^here: .* is neither a column nor an expression"):
        compiled(text)


def test_an_unknown_column_is_answered_with_the_nearest_name():
    with pytest.raises(SourceError, match=r"^here: there is no column 'prise', did you mean 'price'\? \(found: price,"):
        compiled("prise - discount")


def test_arithmetic_on_text_names_the_column():
    with pytest.raises(SourceError, match="'price - name' calculates with the column 'name', which holds no numbers"):
        compiled("price - name")


def test_a_column_that_looks_like_an_expression_is_a_column():
    frame = DuckDBEngine().table(pl.DataFrame({"a": [5], "b": [3], "a - b": [1]}))
    found = frame.select(x=compile_expression("a - b", frame.collect_schema(), "here"))
    assert collect(found)["x"].to_list() == [1]
    assert isinstance(compile_expression("b - a", frame.collect_schema(), "here"), nw.Expr)
