"""What public functions return shows itself: frames, a sentence, a chart, and a display in notebooks."""

import builtins
import re
import zipfile

import numpy as np
import pandas as pd
import polars as pl
import pytest
from small_shop import write_small_shop

import offerloop
from offerloop.report import Result

BASKET = {"currency": "USD", "lines": [{"product_id": "tea", "quantity": 6, "unit_price": "9.99"}]}
OFFERS = {"currency": "USD", "offers": [{"kind": "spend_and_save", "id": "ten", "spend": "50", "save": "10"}]}


def made_trial(n=400):
    rng = np.random.default_rng(1)
    coupon = rng.random(n) < 0.5
    bought = rng.random(n) < 0.3 + 0.4 * coupon
    return pl.DataFrame({"recency": rng.integers(1, 13, n), "arm": coupon.astype(int), "bought": bought.astype(int)})


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    write_small_shop(folder)
    return folder


def shown(result, *tables, chart=False, says=""):
    """The display of a result, which has these tables, a sentence where `says` is in it, and a chart."""
    assert isinstance(result, Result)
    assert list(result.frames) == list(tables)
    assert all(isinstance(one, pl.DataFrame) for one in result.frames.values())
    assert says in result.sentence
    assert f"{result}" == (result.sentence or repr(result))
    assert result.chart.startswith("<svg") == chart
    assert "var(--" not in result.chart
    page = result._repr_html_()
    assert all(f"<h4>{name}</h4>" in page for name in tables)
    assert ("<svg" in page) == chart
    if tables:
        assert result.to_pandas().equals(result.to_pandas(tables[0]))
        assert len(result.to_pandas()) == result.frames[tables[0]].height
    return page


def test_questions_of_a_shop_show_themselves(shop):
    checked = offerloop.check(shop)
    assert shown(checked, "sources", "offers", "losses", says="Ready.")
    assert checked.frames["losses"].height == 0
    assert "share_of_sales" in checked.frames["losses"].columns
    run = offerloop.run(shop)
    shown(run, "campaigns", "assignments", chart=bool(run.chart), says=run.summary["headline"])
    assert run.frames["campaigns"]["send"].to_list() == [one["send"] for one in run.summary["campaigns"]]
    customer = run.frames["assignments"]["customer_id"][0]
    explained = offerloop.explain(run.folder, customer)
    shown(explained, "candidates", "campaigns", "liked", says=explained.text)
    assert explained.frames["campaigns"]["campaign_id"].to_list() == [one["id"] for one in run.summary["campaigns"]]
    assert explained.frames["candidates"].height == len(explained.findings.candidates)
    shown(offerloop.explain(run.folder, customer, audience="customer"))
    assert shown(offerloop.similar(shop, "3"), "products")
    lists = offerloop.recommend(shop, top=2)
    assert shown(lists, "recommendations", says="next basket")
    with pytest.raises(offerloop.ConfigError, match="pseudonymise is off"):
        offerloop.pseudonym(shop, ["c001"])
    waiting = offerloop.run_loop(shop)
    assert waiting.frames["periods"].height == 0
    with pytest.raises(offerloop.InputError, match="begin must be a day"):
        offerloop.readout(run.folder, shop / "lines.csv", begin="tomorrow")
    with pytest.raises(offerloop.InputError, match=r"\[\[publish\]\]"):
        offerloop.publish(shop)


def test_questions_of_a_table_show_themselves():
    found = offerloop.experiment(made_trial(), "arm", "bought", shares={"0": 0.5, "1": 0.5})
    page = shown(found, "metrics", chart=True, says="ship it")
    assert "0.2" in re.sub("<[^>]+>", " ", page)
    assert found.frames["metrics"]["difference"][0] == found.arms[0].metrics[0].difference.value
    broken = offerloop.experiment(made_trial(), "arm", "bought", shares={"0": 0.9, "1": 0.1})
    assert shown(broken, "metrics", says="stop")
    assert broken.frames["metrics"].schema == found.frames["metrics"].schema
    shown(
        offerloop.experiment(made_trial(), "arm", "bought", language="zh"),
        "metrics",
        chart=True,
        says="没有检验各组人数",
    )
    candidates = {"customer_id": [1, 2], "offer_id": ["tea", "tea"], "value": [3.0, 5.0], "cost": [1.0, 1.0]}
    limited = offerloop.allocate(pl.DataFrame(candidates), 1)
    shown(limited, "plan", "limits", says="1 of 2 customers")
    assert offerloop.allocate(pl.DataFrame(candidates)).frames["limits"].schema == limited.frames["limits"].schema
    trial = offerloop.uplift(made_trial(), "arm", "bought", cost=0.1, language="zh", apply=made_trial(3))
    shown(trial, "scores", "applied", chart=True, says="位用户")
    assert trial.frames["applied"].equals(trial.scores(made_trial(3)))
    assert trial.to_pandas().equals(trial.scores().to_pandas())


def test_questions_of_offers_show_themselves(tmp_path):
    priced = offerloop.price(BASKET, OFFERS)
    shown(priced, "lines", "applied", "rejected", says="To pay: 49.94 USD; offers take off 10.00 USD.")
    assert priced.frames["rejected"].columns == ["offer_id", "why"]
    made = offerloop.codes(3, out=tmp_path / "codes.txt")
    shown(made, "codes", says="3 codes")
    assert (tmp_path / "codes.txt").read_text().split() == made.codes
    assert offerloop.parse_offer("满200减20").terms["kind"] == "spend_and_save"
    parsed = offerloop.parse_offer("满200减20")
    assert "满200减20" in shown(parsed, "terms", "forms", says="满200减20")
    assert parsed.to_pandas()["value"].to_list() == ["spend_and_save", "200", "20"]
    assert parsed.frames["forms"]["language"].to_list() == ["en", "zh"]
    orders = {"order_id": ["1", "2"], "customer_id": ["a", "b"], "product_id": ["tea", "tea"], "at": "2026-01-02"}
    path = tmp_path / "orders.csv"
    pl.DataFrame({**orders, "quantity": [1, 6], "paid": [9.99, 59.94]}).write_csv(path)
    (tmp_path / "offers.toml").write_text(
        'currency = "USD"\n[[offers]]\nid = "ten"\nkind = "spend_and_save"\nspend = "50"\nsave = "10"\n'
    )
    replayed = offerloop.replay(path, tmp_path / "offers.toml", out=tmp_path / "replay", timezone="UTC")
    shown(replayed, "offers", "days", "orders", chart=True, says="Over 2 past orders")
    assert (tmp_path / "replay" / "report.html").is_file()


def test_a_configuration_is_written_and_shows_what_was_recognised(tmp_path):
    rows = {"OrderNo": [1, 2], "Member": ["a", "b"], "Item": ["tea", "cup"], "Date": ["2026-01-02", "2026-01-03"]}
    pl.DataFrame({**rows, "Qty": [1, 2], "Amount": [9.99, 5.0]}).write_csv(tmp_path / "orders.csv")
    started = offerloop.init(tmp_path / "shop", orders=tmp_path / "orders.csv", columns={"customer_id": "Member"})
    shown(started, "columns", says="offerloop check")
    assert started.config.is_file()
    with pytest.raises(offerloop.InputError, match="name your order lines"):
        offerloop.init(tmp_path / "other")


def test_errors_of_functions_leave_commands_and_names_of_files_as_they_are(tmp_path):
    file = tmp_path / "export--orders.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("one.csv", "a,b\n1,2\n")
        packed.writestr("two.csv", "a,b\n1,2\n")
    with pytest.raises(offerloop.InputError, match=r"export--orders\.zip"):
        offerloop.init(tmp_path / "shop", orders=file)
    with pytest.raises(offerloop.InputError, match="offerloop init shop --orders"):
        offerloop.init(file)


def test_a_table_that_is_not_there_is_one_sentence():
    with pytest.raises(offerloop.InputError, match=r"no table 'line', did you mean 'lines'\? \(known: lines, applied"):
        offerloop.price(BASKET, OFFERS).to_pandas("line")
    with pytest.raises(offerloop.InputError, match="no table"):
        Result().to_pandas()


def test_without_pandas_it_says_what_to_do(monkeypatch):
    plain = builtins.__import__

    def without(name, *arguments):
        if name == "pandas":
            raise ImportError(name)
        return plain(name, *arguments)

    priced = offerloop.price(BASKET, OFFERS)
    assert isinstance(priced.to_pandas(), pd.DataFrame)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(offerloop.InputError, match="pandas is not installed; run 'pip install pandas'"):
        priced.to_pandas()


def test_what_a_customer_wrote_cannot_break_out_of_the_page():
    basket = {**BASKET, "lines": [{**BASKET["lines"][0], "product_id": "<script>"}]}
    assert "<script>" not in offerloop.price(basket, OFFERS)._repr_html_()


def test_the_language_is_the_same_argument_everywhere(shop):
    run = offerloop.run(shop, language="zh")
    assert run.summary["language"] == "zh"
    customer = run.frames["assignments"]["customer_id"][0]
    chinese, english = offerloop.explain(run.folder, customer), offerloop.explain(run.folder, customer, language="en")
    assert chinese.text == offerloop.explain(run.folder, customer, language="zh").text != english.text
    with pytest.raises(offerloop.InputError, match="there is no language 'de'"):
        offerloop.run(shop, language="de")
    with pytest.raises(offerloop.InputError, match="there is no language 'de'"):
        offerloop.readout(run.folder, shop / "lines.csv", language="de")
