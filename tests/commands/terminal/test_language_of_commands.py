"""What every command prints is Chinese for a shop in CNY or with Chinese data, and English where that is asked for."""

import json
import re

import polars as pl
import pytest
from made_trial import made
from small_shop import write_small_shop
from typed_command import offerloop

from offerloop.cli import PANELS

PUBLISH = '[[publish]]\nkind = "csv"\npath = "crm-{run}.csv"\n'
OFFERS = {"currency": "CNY", "offers": [{"kind": "spend_and_save", "spend": "100", "save": "20"}]}
BASKET = {"currency": "CNY", "lines": [{"product_id": "tea", "quantity": 3, "unit_price": "50"}]}
ORDERS = "order_id,customer_id,product_id,ordered_at,quantity,paid\n1,c1,tea,2025-05-01 12:00:00,3,150.00\n"
NAMES = {"treated": "优惠券"}
"""Chinese data: the name of an arm."""


PRICED = ("{shop}/basket.json", "--offers", "{shop}/offers.json", "--now", "2026-11-11T12:00:00Z")
WALK = {
    "init": ("{new}", "--orders", "{shop}/lines.csv", "--products", "{shop}/products.csv", "--currency", "CNY"),
    "check": ("{shop}",),
    "run": ("{shop}",),
    "explain": ("{shop}", "c001"),
    "publish": ("{shop}",),
    "readout": ("{shop}",),
    "recommend": ("{shop}", "--out", "{new}.csv"),
    "similar": ("{shop}", "no such product"),
    "evaluate": ("{shop}",),
    "pseudonym": ("{shop}", "c001"),
    "uplift": ("{shop}/trial.csv", "--treatment", "arm", "--outcome", "margin", "--save", "--out", "{shop}/studies"),
    "score": ("{study}", "{shop}/trial.csv", "--out", "{new}.csv"),
    "experiment": ("{shop}/trial.csv", "--arm", "arm", "--outcome", "margin"),
    "allocate": ("{shop}/worth.csv", "--currency", "CNY", "--budget", "3", "--out", "{new}.csv"),
    "price": PRICED,
    "refund": (*PRICED, "--return", "tea=1"),
    "replay": ("{shop}/orders.csv", "--offers", "{shop}/offers.json", "--timezone", "Asia/Shanghai"),
    "codes": ("--count", "3", "--out", "{new}.txt"),
    "loop": ("{shop}",),
    "simulate": ("--out", "{new}", "--customers", "20", "--products", "20", "--periods", "1", "--worlds", "1",
                 "--before", "4"),
    "serve": ("{shop}", "--demo-people", "--host", "0.0.0.0"),
}  # fmt: skip
"""Arguments of each command."""
ELSEWHERE = {"parse-offer"}
"""It prints an offer in the languages that offers are written in, and `--language` chooses among those."""
WITHOUT_SHOP = {"codes", "simulate"}
"""They know no shop, and are in English unless another language is asked for."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The folder of a shop in CNY that has a run, a study of a trial, and tables of the other commands."""
    folder = tmp_path_factory.mktemp("shop")
    config = write_small_shop(folder, customers=20, weeks=10)
    config.write_text(config.read_text().replace('"EUR"', '"CNY"') + PUBLISH)
    (folder / "offers.json").write_text(json.dumps(OFFERS))
    (folder / "basket.json").write_text(json.dumps(BASKET))
    (folder / "orders.csv").write_text(ORDERS)
    worth = {"customer_id": [1, 2], "offer_id": ["ten", "ten"], "value": [5.0, 1.0], "cost": [2.0, 2.0]}
    pl.DataFrame(worth).write_csv(folder / "worth.csv")
    arm = pl.when(pl.col("arm") == "none").then(pl.lit("none")).otherwise(pl.lit(NAMES["treated"])).alias("arm")
    made(rows=260).with_columns(arm).select("arm", "spend_before", "margin").write_csv(folder / "trial.csv")
    offerloop("run", folder)
    offerloop("uplift", *(one.format(shop=folder) for one in WALK["uplift"]))
    return folder


def test_every_command_is_walked():
    commands = {one.__name__.replace("_", "-") for panel in PANELS.values() for one in panel}
    assert commands == {*WALK, *ELSEWHERE}


@pytest.mark.parametrize("name", WALK)
def test_a_command_speaks_the_language_of_the_shop_unless_another_is_typed(name, shop, tmp_path):
    def printed(*more):
        study = max(map(str, shop.glob("studies/*")), default="")
        new = tmp_path / "-".join(("new", *more))
        arguments = [one.format(shop=shop, new=new, study=study) for one in WALK[name]]
        _, out, said = offerloop(name, *arguments, *more)
        return re.sub("|".join(NAMES.values()), "", out + said)

    default, other = ("en", "zh") if name in WITHOUT_SHOP else ("zh", "en")
    spoken = {other: printed("--language", other), default: printed()}
    assert re.search("[\u4e00-\u9fff]{2}", spoken["zh"])
    assert not re.search("[\u4e00-\u9fff]", spoken["en"])
    assert re.search("[a-z]{3}", spoken["en"])


@pytest.mark.parametrize("name", ["readout", "publish", "explain"])
def test_errors_before_the_first_run_are_in_the_language_of_the_shop(name, tmp_path):
    config = write_small_shop(tmp_path, customers=20, weeks=10)
    config.write_text(config.read_text().replace('"EUR"', '"CNY"'))
    code, _, said = offerloop(name, *[one.format(shop=tmp_path) for one in WALK[name]])
    assert (code, bool(re.search("[一-鿿]", said))) == (2, True)
