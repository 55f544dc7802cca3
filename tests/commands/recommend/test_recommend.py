"""`offerloop recommend` and `offerloop similar`: tidy tables, the shop's rules, one sentence for bad input."""

import json
import subprocess
import sys

import polars as pl
import pytest
from small_shop import write_small_shop

import offerloop
from offerloop.commands.recommend.findings import Recommendations
from offerloop.errors import InputError
from offerloop.events import pseudonyms
from offerloop.workspace import find_run

COLUMNS = ["customer_id", "product_id", "task", "rank", "affinity", "source", "reason"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Where products have brands and stock, and product 99 has no buyer."""
    path = write_small_shop(tmp_path_factory.mktemp("shop"))
    listed = pl.read_csv(path.parent / "products.csv").with_columns(
        brand=pl.format("brand {}", pl.col("what") % 3), stock=5
    )
    new = pl.DataFrame({"what": [99], "kind": ["kind 1"], "brand": ["brand 0"], "stock": [5]})
    pl.concat([listed, new], how="vertical_relaxed").write_csv(path.parent / "products.csv")
    text = path.read_text().replace('category = "kind" }', 'category = "kind", brand = "brand", stock = "stock" }')
    path.write_text(text)
    return path


@pytest.fixture
def asked(command, tmp_path):
    """The table that a command writes."""

    def call(*arguments):
        code, _, said = command("recommend", *arguments, "--out", tmp_path / "lists.parquet")
        assert code == 0, said
        return pl.read_parquet(tmp_path / "lists.parquet")

    return call


def test_everybody_gets_both_lists_from_rank_one_on(asked, shop):
    table = asked(shop)
    assert table.columns == COLUMNS
    assert table.select("customer_id", "task").n_unique() == 120
    ranks = table.group_by("customer_id", "task").agg(
        pl.col("rank").sort(), pl.col("affinity").is_sorted(descending=True)
    )
    assert ranks["affinity"].all()
    assert all(one == list(range(1, len(one) + 1)) for one in ranks["rank"].to_list())
    assert table.filter(task="new", product_id=99)["source"].unique().to_list() == ["content"]


def test_they_are_those_of_a_run(asked, command, shop):
    assert command("run", shop)[0] == 0
    run = pl.read_parquet(find_run(shop.parent) / "affinities.parquet")
    keys = ["customer_id", "task", "rank"]
    assert asked(shop).sort(keys).equals(run.select(COLUMNS).sort(keys))


def test_one_customer_one_task_and_more_products_than_the_configuration_says(asked, shop):
    table = asked(shop, "--customer", "c007", "--customer", "c003", "--task", "repeat", "--top", "7")
    assert table.group_by("customer_id", "task", maintain_order=True).len().rows() == [
        ("c003", "repeat", 7),
        ("c007", "repeat", 7),
    ]
    fewer = asked(shop).filter(pl.col("customer_id").is_in(["c003", "c007"]), task="repeat")
    assert table.filter(pl.col("rank") <= 5).equals(fewer)


def test_printed_written_and_json_are_the_same(asked, command, shop, tmp_path):
    table = asked(shop, "--customer", "c007")
    code, printed, _ = command("recommend", shop, "--customer", "c007")
    assert code == 0
    assert pl.read_csv(printed.encode(), separator="\t").equals(table)
    code, said, _ = command("recommend", shop, "--customer", "c007", "--json")
    found = json.loads(said)
    assert found["recommendations"] == table.to_dicts()
    assert set(found["serving"]) == {"repeat", "new"}
    code, said, _ = command("recommend", shop, "--out", tmp_path / "lists.csv")
    assert code == 0
    assert said.startswith("The next basket is by ")
    _, said, _ = command("recommend", shop, "--out", tmp_path / "lists.csv", "--language", "zh")
    assert said.startswith("下一单由 ")
    assert pl.read_csv(tmp_path / "lists.csv").equals(asked(shop))


def test_the_same_from_python(asked, shop):
    found = offerloop.recommend(shop, task="new", customer="c007", top=2)
    assert found.table.equals(asked(shop, "--task", "new", "--customer", "c007", "--top", "2"))
    assert set(offerloop.similar(shop, "3", top=2).table["rank"]) == {1, 2}


def test_rules_hold(asked, shop):
    text = shop.read_text()
    shop.write_text(text.replace("top_k = 5", 'top_k = 5\nexclude_products = ["3"]\nmax_per_category = 2'))
    try:
        table = asked(shop)
    finally:
        shop.write_text(text)
    assert 3 not in table["product_id"]
    kinds = table.with_columns(kind=pl.col("product_id") % 2)
    assert kinds.group_by("customer_id", "task", "kind").len()["len"].max() == 2


def test_who_refuses_personalisation_gets_what_most_people_like(asked, tmp_path):
    path = write_small_shop(tmp_path)
    people = pl.DataFrame({"who": [f"c{one:03}" for one in range(60)]})
    people.with_columns(ok=~pl.col("who").is_in(["c001", "c002"])).write_csv(tmp_path / "people.csv")
    source = (
        '[sources.customers]\npath = "people.csv"\ncolumns = { customer_id = "who", consent = "ok" }\n\n[recommend]'
    )
    path.write_text(path.read_text().replace("[recommend]", source))
    table = asked(path)
    refusing = table.filter(pl.col("customer_id").is_in(["c001", "c002"]))
    assert refusing["source"].unique().to_list() == ["popularity"]
    assert refusing["reason"].unique().to_list() == ["popular"]
    lists = refusing.group_by("customer_id", "task").agg("product_id")["product_id"].to_list()
    assert all(one == lists[0] for one in lists)
    assert asked(path, "--customer", "c001").equals(table.filter(customer_id="c001"))


def test_a_raw_id_finds_the_customer_behind_a_pseudonym(asked, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "k" * 40)
    path = write_small_shop(tmp_path)
    privacy = '[privacy]\npseudonymise = true\nkey_env = "SHOP_KEY"\n\n[recommend]'
    path.write_text(path.read_text().replace("[recommend]", privacy))
    from offerloop.config import load_config

    hidden = pseudonyms(["c007"], load_config(path).privacy)["c007"]
    table = asked(path, "--customer", "c007")
    assert table["customer_id"].unique().to_list() == [hidden]
    assert table.equals(asked(path, "--customer", hidden))


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--task", "news"), "there is no task 'news', did you mean 'new'? (known: repeat, new)"),
        (("--customer", "c999"), "customer 'c999' has no order line"),
        (("--top", "0"), "--top must be 1 product or more, not 0"),
        (("--out", "lists.xlsx"), "'lists.xlsx' must end in .csv or .parquet"),
        (("--out", "nowhere/lists.csv"), "'nowhere/lists.csv' cannot be written (No such file or directory)"),
    ],
)
def test_bad_input_is_one_sentence(command, shop, arguments, words):
    code, printed, said = command("recommend", shop, *arguments)
    assert (code, printed) == (2, "")
    assert len(said.splitlines()) == 1
    assert words in said


def similar(command, *arguments):
    code, printed, said = command("similar", *arguments)
    assert code == 0, said
    return pl.read_csv(printed.encode(), separator="\t")


def test_products_alike_by_baskets(command, shop):
    table = similar(command, shop, "3", "--top", "4")
    assert table.columns == ["product_id", "rank", "affinity", "source", "category", "subcategory", "brand"]
    assert table["rank"].to_list() == list(range(1, table.height + 1))
    assert table["affinity"].is_sorted(descending=True)
    assert (table["affinity"] > 0).all()
    assert 3 not in table["product_id"]
    assert set(table["source"]) == {"item2vec"}


def test_what_is_bought_together_is_no_substitute(command, shop):
    both = [
        similar(command, shop, "3", "--relation", one, "--top", "20")["product_id"].to_list()
        for one in ("substitutes", "complements")
    ]
    assert not set(both[0]) & set(both[1])


def test_an_empty_list_says_why(command, shop):
    code, printed, said = command("similar", shop, "3", "--relation", "substitutes")
    assert (code, len(printed.splitlines())) == (0, 1)
    assert said.startswith("product '3' has no known substitutes: ")
    code, printed, _ = command("similar", shop, "3", "--relation", "substitutes", "--json")
    found = json.loads(printed)
    assert (code, found["products"], found["reason"]) == (0, [], said.strip())


def test_what_was_learned_answers_the_next_question_also_after_a_run(command, shop, monkeypatch):
    first = similar(command, shop, "3")
    assert command("run", shop)[0] == 0
    monkeypatch.setitem(sys.modules, "offerloop.workspace.product_relations", None)  # so that learning again would fail
    assert similar(command, shop, "3").equals(first)


def test_a_kept_answer_imports_no_more_than_it_needs(command, shop):
    first = similar(command, shop, "3")
    code = (
        "import sys; from offerloop.commands.similar.task import similar; found = similar(sys.argv[1], '3');"
        "print(found.table.height, *{'scipy', 'offerloop.flow', 'gensim', 'lightgbm', 'implicit'} & set(sys.modules))"
    )
    arguments = [sys.executable, "-c", code, str(shop)]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(first.height)]


def test_a_product_without_buyers_is_likened_by_its_description(command, shop):
    table = similar(command, shop, "99")
    assert set(table["source"]) == {"content"}
    assert table["category"][0] == "kind 1"
    assert table["brand"][0] == "brand 0"
    code, _, said = command("similar", shop, "99", "--relation", "complements")
    assert code != 0
    assert "product '99' has fewer than 1 buyers" in said


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("33",), "there is no product '33', did you mean '3'?"),
        (("3", "--relation", "complement"), "there is no relation 'complement', did you mean 'complements'?"),
        (("3", "--top", "0"), "--top must be 1 product or more, not 0"),
    ],
)
def test_bad_input_of_similar_is_one_sentence(command, shop, arguments, words):
    code, printed, said = command("similar", shop, *arguments)
    assert (code, printed) == (2, "")
    assert len(said.splitlines()) == 1
    assert words in said


def test_without_the_library_it_says_how_to_get_it(command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    code, _, said = command("similar", write_small_shop(tmp_path), "3")
    assert code == 2
    assert "pip install 'offerloop[item2vec]'" in said


def test_a_list_that_cannot_be_written_leaves_the_earlier_one(tmp_path, monkeypatch):
    path, result = tmp_path / "lists.csv", Recommendations(pl.DataFrame({"customer_id": [1]}), {}, None)
    path.write_text("earlier")

    def full(_table, file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(InputError, match="No space left"):
        result.write(path)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"lists.csv": "earlier"}


def test_a_folder_that_is_not_there_is_said_before_anything_is_fitted(command, shop, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "offerloop.commands.recommend.task.recommend_products", lambda *_: pytest.fail("it fitted first")
    )
    code, _, err = command("recommend", shop, "--out", tmp_path / "gone" / "lists.csv")
    assert (code, "No such file or directory" in err) == (2, True)
