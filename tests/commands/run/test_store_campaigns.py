"""A shop whose campaigns were written in the service: a run plans those that are approved, scheduled or running."""

import json

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.commands.check.task import check
from offerloop.commands.run.task import run
from offerloop.errors import ConfigError
from offerloop.store import (
    CampaignState,
    CampaignText,
    Database,
    Editor,
    add_campaign,
    find_campaign,
    move_campaign,
)
from offerloop.workspace import open_run, planned_revisions

OFFER = {"kind": "spend_and_save", "spend": "20.00", "save": "2.00", "assumed": {"p_redeem": 0.1, "incremental": 0.6}}
BODY = {"title": "Spring", "budget": "30.00", "offers": [OFFER]}
ADA = Editor("ada", "ada")


@pytest.fixture
def shop(tmp_path):
    """(configuration without campaigns, its database)."""
    path = write_small_shop(tmp_path)
    text = path.read_text()
    path.write_text(text[: text.index("[[campaigns]]")] + '[data]\nsource = "store"\n')
    database = Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}")
    yield path, database
    database.close()


def write(database, name, state, **more):
    def enter(connection):
        add_campaign(connection, name, CampaignText(BODY | more, None, None), ADA)
        move_campaign(connection, find_campaign(connection, name), state, {"ben"})

    database.change(enter)


def test_a_run_plans_the_approved_campaigns_and_keeps_them(shop):
    path, database = shop
    with pytest.raises(ConfigError, match="none of the store"):
        run(path)
    write(database, "spring", CampaignState.APPROVED)
    write(database, "draft", CampaignState.DRAFT)
    write(database, "over", CampaignState.ENDED)
    folder = run(path).folder
    assignments = pl.read_parquet(folder / "assignments.parquet")
    assert set(assignments["planned_campaign_id"].drop_nulls()) == {"spring"}
    assert planned_revisions(folder) == {"spring": 1}
    read = open_run(folder)
    assert [(one.id, one.title, one.budget_minor) for one in read.campaigns] == [("spring", "Spring", 3_000)]
    assert list(read.full_offers) == [("spring", "spend-and-save")]
    assert [one.campaign_id for one in check(path).offers] == ["spring"]


def test_a_run_knows_the_terms_of_a_coupon_on_several_categories(shop):
    path, database = shop
    coupon = {"kind": "coupon", "id": "c", "percent": 10, "on": ["kind 0", "kind 1"], "max_discount": "2.00",
              "assumed": OFFER["assumed"]}  # fmt: skip
    write(database, "spring", CampaignState.APPROVED, offers=[OFFER, coupon])
    assert set(open_run(run(path).folder).full_offers) == {("spring", "spend-and-save"), ("spring", "c-10")}


def test_teams_may_have_budgets_before_the_store_has_campaigns_of_theirs(shop):
    path, database = shop
    teams = '[plan]\nteam_budgets = { crm = "10.00", web = "5.00" }\n'
    path.write_text(path.read_text() + teams)
    write(database, "spring", CampaignState.APPROVED, team="crm")
    summary = json.loads((run(path).folder / "summary.json").read_text())
    assert [one["name"] for one in summary["plan"]["limits"] if one["kind"] == "team"] == ["crm"]
    assert check(path).problems == []


def test_a_campaign_that_does_not_fit_the_shop_any_more_is_named(shop):
    path, database = shop
    write(database, "spring", CampaignState.RUNNING, audience="gone")
    with pytest.raises(ConfigError, match="campaign 'spring' audience names the audience 'gone'"):
        run(path)
