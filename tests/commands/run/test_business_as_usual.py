"""`[business_as_usual]`: what the shop does today beside the plan, from the configuration to the assignments."""

import json
import re

import polars as pl
import pytest
from small_shop import write_small_shop
from typed_command import offerloop

from offerloop.commands.check.task import check
from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.errors import ConfigError, InputError
from offerloop.evaluation.hash_groups import in_holdout, in_usual

SPEND = "spend-and-save"
RULES = """
[business_as_usual]
share = 0.3
budget = "500.00"
rules = [{ audience = "few", offer = "none" }, { offer = "OFFER" }]

[audiences.few]
field = "n_orders"
below = 8
"""
RULES_OF_NOBODY = RULES.replace('offer = "none" }, { ', "").replace("= 8", "= 0")
FILE = """
[business_as_usual]
share = 0.3
budget = "500.00"
path = "usual.csv"
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The folder of a shop that ran without any of it; what ran is kept."""
    folder = tmp_path_factory.mktemp("plain")
    run(write_small_shop(folder), "duckdb", None)
    return folder


@pytest.fixture(scope="module")
def offers(plain):
    """Ids of the two offers of the small shop: a coupon's and the spend-and-save's."""
    (done,) = (plain / "runs").glob("2*")
    return pl.read_parquet(done / "offers.parquet").sort("kind")["offer_id"].to_list()


def shop(folder, section, offer=""):
    path = write_small_shop(folder)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[[campaigns]]", f"{section.replace('OFFER', offer)}\n[[campaigns]]", 1), "utf-8")
    return path


def assigned(path):
    done = run(path, "duckdb", None)
    return done, pl.read_parquet(done.folder / "assignments.parquet")


def refused(path):
    with pytest.raises(InputError) as error:
        run(path, "duckdb", None)
    assert error.value.exit_code == 2
    (problem,) = check(path).facts["problems"]
    assert problem == str(error.value)
    return problem


def test_rules_name_what_a_random_share_gets_and_who_that_is_stays(tmp_path, offers):
    path = shop(tmp_path, RULES, offers[1])
    done, table = assigned(path)
    usual = table.filter(arm="usual")
    everyone = table["customer_id"].to_list()
    assert set(usual["customer_id"]) == {one for one in everyone if in_usual(one, "holdout", 0.3)}
    assert set(table.filter(arm="holdout")["customer_id"]) == {
        one for one in everyone if in_holdout(one, "holdout", 0.2)
    }
    assert set(usual["reasons"]) == {"usual"}
    few = set(pl.read_parquet(done.folder / "audience_members.parquet").filter(audience="few")["customer_id"])
    for customer, offer in usual.select("customer_id", "offer_id").iter_rows():
        assert offer == ("none" if customer in few else offers[1])
    assert 0 < len(few) < len(everyone)
    said = json.loads((done.folder / "summary.json").read_text(encoding="utf-8"))
    assert said["arms"]["usual"]["customers"] == usual.height
    given = usual.filter(pl.col("offer_id") != "none").height
    assert said["business_as_usual"] == {"share": 0.3, "budget": "500.00", "liability": f"{2 * given}.00"}
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert "get what the shop does today, the same ones in every run" in page


def test_a_file_names_one_offer_a_customer_and_nothing_for_the_rest(tmp_path, offers):
    path = shop(tmp_path, FILE)
    wanted = {f"c{one:03}": offers[one % 2] if one % 3 else "" for one in range(0, 60, 2)}
    lines = [f"{customer},{offer}" for customer, offer in (wanted | {"stranger": offers[0]}).items()]
    (tmp_path / "usual.csv").write_text("\n".join(["customer_id,offer_id", *lines]), encoding="utf-8")
    assert check(path).ok
    usual = assigned(path)[1].filter(arm="usual")
    for customer, offer in usual.select("customer_id", "offer_id").iter_rows():
        assert offer == (wanted.get(customer) or "none")


def test_nobody_gets_an_offer_without_consent_or_outside_its_audience(tmp_path, offers):
    path = shop(tmp_path, RULES.replace('{ audience = "few", offer = "none" }, ', ""), offers[1])
    text = path.read_text(encoding="utf-8")
    consent = '[sources.customers]\npath = "customers.csv"\ncolumns = { customer_id = "id", opt_out = "no" }\n'
    path.write_text(
        text.replace("[recommend]", consent + "[recommend]").replace(
            'title = "First', 'exclude = "few"\ntitle = "First'
        ),
        encoding="utf-8",
    )
    refuse = {f"c{one:03}" for one in range(0, 60, 3)}
    rows = [f"c{one:03},{'yes' if f'c{one:03}' in refuse else 'no'}" for one in range(60)]
    (tmp_path / "customers.csv").write_text("\n".join(["id,no", *rows]), encoding="utf-8")
    done, table = assigned(path)
    few = set(pl.read_parquet(done.folder / "audience_members.parquet").filter(audience="few")["customer_id"])
    usual = table.filter(arm="usual")
    given = set(usual.filter(pl.col("offer_id") != "none")["customer_id"])
    assert given == set(usual["customer_id"]) - refuse - few
    assert given
    assert set(usual.filter(pl.col("customer_id").is_in(list(refuse)))["reasons"]) == {"no_consent"}


@pytest.mark.parametrize(
    "section, lines, told",
    [
        (RULES, None, ["business_as_usual.rules, number 2 names the offer 'cupon', which no campaign has", "(known: "]),
        (FILE, ["c001,cupon"], ["business_as_usual.path names the offer 'cupon', which no campaign has"]),
        (FILE, ["c001,none", "c001,none"], ["has the customer c001 more than once; leave one offer for each"]),
        (FILE, ["x1,none"], ["none of the 1 customers in", "such as c000; use the same customer ids"]),
        (FILE, None, ["there is no file of business as usual", "usual.csv"]),
    ],
)
def test_what_cannot_be_given_is_one_sentence_of_check_and_run(plain, section, lines, told):
    path = shop(plain, section, "cupon")
    (plain / "usual.csv").unlink(missing_ok=True)
    if lines is not None:
        (plain / "usual.csv").write_text("\n".join(["customer_id,offer_id", *lines]), encoding="utf-8")
    said = refused(path)
    assert all(part in said for part in told), said


def test_offers_that_could_cost_more_than_the_budget_are_refused(tmp_path, offers):
    said = refused(shop(tmp_path, RULES.replace("500.00", "3.00"), offers[1]))
    assert re.search(r'can cost up to \d+\.00 EUR, more than business_as_usual.budget = "3.00"', said)


@pytest.mark.parametrize(
    "old, new, told",
    [
        (
            "share = 0.3",
            "share = 10",
            "business_as_usual.share: must be a share from 0.01 to 0.5, such as 0.10 for 10 %",
        ),
        ('budget = "500.00"', "", "business_as_usual.budget: is required and missing"),
        ('budget = "500.00"', 'budget = "much"', "'budget' of business_as_usual: 'much' is not an amount of money"),
        ('budget = "500.00"', 'budget = "-1"', "'budget' of business_as_usual is below zero"),
        ('audience = "few"', 'audience = "fwe"', "names the audience 'fwe', which is not defined, did you mean 'few'?"),
        ("share = 0.3", 'path = "usual.csv"', "give either 'rules' or 'path'"),
        ("share = 0.3", "shar = 0.3", "business_as_usual.shar: unknown key, did you mean 'share'?"),
    ],
)
def test_slips_in_the_section_are_told(tmp_path, old, new, told):
    path = shop(tmp_path, RULES.replace(old, new), "none")
    with pytest.raises(ConfigError) as error:
        load_config(path)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("section", "ends", "is_said"),
    [
        (RULES_OF_NOBODY, 0, True),
        (FILE, 1, True),
        (FILE, 0, False),
        (RULES, 0, False),
    ],
)
def test_a_group_in_which_nobody_gets_an_offer_is_named(tmp_path, offers, section, ends, is_said):
    """Where the audience of the only rule is empty, or the offer of the file is over; not where nothing is meant."""
    path = shop(tmp_path, section, "none" if section == RULES else offers[1])
    rows = [f"c{one:03},{offers[1]}" for one in range(40)]
    (tmp_path / "usual.csv").write_text("\n".join(["customer_id,offer_id", *rows, "x1,none"]), encoding="utf-8")
    if ends:
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace('kind = "spend_and_save"', 'kind = "spend_and_save"\nends_at = 2024-05-01'), "utf-8"
        )
    notes = [str(one) for one in check(path).facts["notes"]]
    assert any("business as usual gives nobody an offer" in one for one in notes) == is_said, notes
    assert any("1 customer in" in one and "is not in the order lines" in one for one in notes) == (section == FILE)
    code, out, err = offerloop("run", path.parent)
    assert (code, err) == (0, "")
    assert ("Nobody with business as usual gets an offer" in " ".join(out.split())) == is_said


def test_a_campaign_with_an_empty_audience_says_so(tmp_path):
    path = shop(tmp_path, '[audiences.nobody]\nfield = "recency_days"\nat_most = -1\n')
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('title = "First', 'audience = "nobody"\ntitle = "First'), encoding="utf-8")
    notes = [str(one) for one in check(path).facts["notes"]]
    assert sum("campaign 'first' has nobody to send to" in one for one in notes) == 1
    done = run(path, "duckdb", None)
    assert done.summary["campaigns"][0]["sentence"] == (
        "First offers: send none; nobody who may get offers is in its audience."
    )
    assert "even when suppliers carry the whole discount" not in done.report.read_text(encoding="utf-8")
