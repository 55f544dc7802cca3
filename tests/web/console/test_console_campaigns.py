"""Campaigns by forms: written, reviewed by another, started, changed while they run."""

import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import polars as pl
import pytest
from console_pages import SPRING, post_form, signed_in
from served_shop import served, shop_of

from offerloop.evaluation import Estimate
from offerloop.offers import parse_offer
from offerloop.web.console.campaigns import campaign_page
from offerloop.web.console.campaigns.draft import short_name
from offerloop.web.console.campaigns.offer_lines import examples
from offerloop.web.console.campaigns_of_run import CampaignForecast, forecasts
from offerloop.web.console.overview.view import _stats


def test_a_campaign_is_written_reviewed_by_another_started_and_paused(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer", "approver", name="Ada")
        ben = signed_in(client, "approver", name="Ben")
        assert post_form(client, ada, "write-campaign", **SPRING).status_code == 303
        revision = {"id": "spring", "revision": "1"}
        assert post_form(client, ada, "campaign", verb="submit", **revision).status_code == 303
        assert "“Spring” waits for a review." in client.get("/console/overview.json", headers=ben).json()["notices"]
        assert "Ben may approve it." in client.get("/console/campaign?id=spring", headers=ada).text
        own = post_form(client, ada, "campaign", verb="approve", **revision)
        assert own.status_code == 409
        assert "cannot approve" in own.text
        assert post_form(client, ben, "campaign", verb="start", **revision).status_code == 403
        assert post_form(client, ben, "campaign", verb="approve", **revision).status_code == 303
        assert post_form(client, ada, "campaign", verb="start", **revision).status_code == 303
        assert client.get("/console/campaigns.json", headers=ada).json()["campaigns"][0]["state"] == "running"
        assert post_form(client, ada, "campaign", verb="pause", **revision).status_code == 303
        edited = SPRING | {"revision": "1", "budget": "60.00", "starts_at": "2100-01-01T08:00"}
        assert post_form(client, ada, "write-campaign", **edited).status_code == 303
        assert post_form(client, ada, "write-campaign", **edited).status_code == 412
        shown = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert (shown["campaign"]["state"], shown["campaign"]["approved_by"]) == ("draft", [])
        assert [one["field"] for one in shown["changes"]] == ["budget", "starts_at"]
        assert post_form(client, ada, "restore", id="spring", revision="2", number="1").status_code == 303
        assert (
            client.get("/console/campaign.json?id=spring", headers=ada).json()["campaign"]["budget"]["minor"] == 5_000
        )


def test_a_form_keeps_the_seconds_of_a_campaign(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada, end = signed_in(client, "marketer"), "2100-06-30T23:59:59+00:00"
        offer = {"kind": "spend_and_save", "spend": "50", "save": "5"}
        body = {"id": "june", "title": "June", "budget": "50.00", "offers": [offer], "ends_at": end}
        assert client.post("/v1/campaigns", headers=ada, json=body).status_code == 201
        form = client.get("/console/campaign-form?id=june", headers=ada).text
        (field,) = re.findall(r'<input[^>]* name="ends_at"[^>]*>', form)
        assert 'value="2100-06-30T23:59:59"' in field
        assert 'step="1"' in field


def test_an_offer_is_added_by_the_fields_of_its_kind_or_in_words(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        in_words = SPRING | {"offers": "20% off, max €5\n\n€5 off €50"}
        assert post_form(client, ada, "write-campaign", **in_words).status_code == 303
        fields = {"id": "spring", "revision": "1", "kind": "coupon", "percent": "15", "max_discount": "3.00"}
        assert post_form(client, ada, "add-offer", **fields).status_code == 303
        campaign = client.get("/v1/campaigns/spring", headers=ada).json()["campaign"]
        added = {"kind": "coupon", "percent": 15, "max_discount": "3.00", "id": "offer-2"}
        assert campaign["offers"][-1] == added
        assert len(campaign["offers"]) == 3
        fields = {
            "id": "spring",
            "revision": "2",
            "kind": "spend_and_save",
            "spend": "30",
            "save": "5",
            "each_full": "yes",
            "max_discount": "20",
        }
        assert post_form(client, ada, "add-offer", **fields).status_code == 303
        campaign = client.get("/v1/campaigns/spring", headers=ada).json()["campaign"]
        added = {"kind": "spend_and_save", "spend": "30", "save": "5", "each_full": True, "max_discount": "20"}
        assert campaign["offers"][-1] == added | {"id": "offer-3"}
        form = client.get("/console/campaign-form?id=spring", headers=ada).text
        assert form.partition("<textarea")[2].partition("</textarea>")[0].count("\n") == 4
        assert "offer-3" in form, "an offer that has an id keeps it"
        shown = client.get("/console/campaign?id=spring", headers=ada | {"accept-language": "zh"}).text
        assert "优惠 4" in shown
        assert "每满" in shown
        wrong = post_form(
            client, ada, "write-campaign", **SPRING | {"id": "other", "offers": "20% off, max 2\nhalf of something"}
        )
        assert wrong.status_code == 422
        assert "line 2" in wrong.text
        assert "half of something" in wrong.text.partition("<textarea")[2]
        assert 'value="other"' in wrong.text
        there = post_form(client, ada, "write-campaign", **SPRING | {"title": "Twice"})
        assert there.status_code == 409
        assert 'value="Twice"' in there.text
        named = post_form(client, ada, "write-campaign", **SPRING | {"id": "", "title": "Frühling & Café"})
        assert named.headers["location"] == "/console/campaign?id=fruhling-cafe"
        assert re.fullmatch("campaign-[0-9a-f]{8}", short_name("春季"))
        assert short_name("春季") == short_name("春季") != short_name("秋季")
        assert short_name("2027 春季") != short_name("2027 秋季")
        assert all(parse_offer(one, "EUR") for language in ("en", "zh") for one in examples(["a / b"], language, "EUR"))


def test_a_change_of_the_budget_is_scheduled_with_the_revision(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada, ben = signed_in(client, "marketer", name="Ada"), signed_in(client, "approver", name="Ben")
        changes = {"change_at_0": "2020-01-01T08:00", "change_budget_0": "70.00", "change_at_1": "2100-01-01T08:00"}
        written = SPRING | changes | {"change_budget_1": "80.00"}
        assert post_form(client, ada, "write-campaign", **written).status_code == 303
        shown = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert shown["campaign"]["budget"]["minor"] == 7_000
        assert [(one["budget"]["minor"], one["state"]) for one in shown["scheduled"]] == [
            (7_000, "done"),
            (8_000, "scheduled"),
        ]
        form = client.get("/console/campaign-form?id=spring", headers=ada).text
        assert 'value="80.00"' in form
        assert 'name="change_at_2"' in form
        without = SPRING | {"revision": "1", "change_at_0": "2100-01-01T08:00", "change_budget_0": "80.00"}
        post_form(client, ada, "write-campaign", **without)
        shown = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert shown["campaign"]["budget"]["minor"] == 5_000
        assert "budget_changes.0.at" in [one["field"] for one in shown["changes"]]
        assert (
            post_form(
                client, ada, "write-campaign", **without | {"revision": "2", "change_budget_0": "much"}
            ).status_code
            == 422
        )
        for who, verb in ((ada, "submit"), (ben, "approve"), (ada, "start")):
            assert post_form(client, who, "campaign", verb=verb, id="spring", revision="2").status_code == 303
        later = {"id": "spring", "at": "2101-01-01T08:00", "budget": "90.00"}
        for field, wrong, why in (("budget", "¥1,000", "is not an amount of money"), ("at", "", "is no time")):
            again = post_form(client, ada, "change-budget", **later | {field: wrong})
            assert (again.status_code, why in again.text) == (422, True)
            assert all(f'value="{one}"' in again.text for one in (later | {field: wrong}).values())
        assert post_form(client, ada, "change-budget", **later).status_code == 303
        shown = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert [one["state"] for one in shown["scheduled"]] == ["scheduled", "waiting"]
        page = client.get("/console/campaign?id=spring", headers=ben).text
        proposal = re.search(r'name="proposal" value="([^"]+)"', page)[1]
        judged = {"id": "spring", "proposal": proposal, "verdict": "approve"}
        assert post_form(client, ada, "judge-budget", **judged).status_code == 403
        taken_back = judged | {"verdict": "decline"}
        viewer = signed_in(client, "viewer", name="Cleo")
        assert post_form(client, viewer, "judge-budget", **taken_back).status_code == 403
        assert post_form(client, ada, "judge-budget", **taken_back).status_code == 303
        assert post_form(client, ada, "change-budget", **later).status_code == 303
        judged["proposal"] = re.search(
            r'name="proposal" value="([^"]+)"', client.get("/console/campaign?id=spring", headers=ben).text
        )[1]
        assert post_form(client, ben, "judge-budget", **judged).status_code == 303
        shown = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert shown["campaign"]["state"] == "running"
        assert [(one["budget"]["minor"], one["state"]) for one in shown["scheduled"]][1:] == [(9_000, "scheduled")]
        duties = client.get("/console/people.json", headers=ben).json()["permissions"]
        approve = next(one for one in duties if one["roles"] == ["admin", "approver"])
        edit = next(one for one in duties if one["roles"] == ["admin", "marketer"])
        assert (approve["people"], approve["you"], approve["why"]) == (["Ben"], True, None)
        assert (edit["people"], edit["you"]) == (["Ada"], False)
        assert "marketer" in edit["why"]


def test_a_budget_that_is_no_amount_is_refused_and_breaks_no_page(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        long = {"title": "é" * 300, "offers": "€5 off €50\n" * 2_000}
        refused = post_form(client, ada, "write-campaign", **SPRING | long | {"budget": "1.000,50"})
        assert refused.status_code == 422
        assert (long["title"] in refused.text, refused.text.count("€5 off €50")) == (True, 2_000), "nothing is cut"
        assert "write it like 12.40" in refused.text
        assert 'value="1.000,50"' in refused.text
        turned = SPRING | {"starts_at": "2100-02-01T08:00", "ends_at": "2100-01-01T08:00"}
        assert "would end before it starts" in post_form(client, ada, "write-campaign", **turned).text
        draft = {"id": "odd", "title": "Odd", "budget": "much", "offers": []}
        assert client.post("/v1/campaigns", headers=ada | {"idempotency-key": "odd"}, json=draft).status_code == 201
        for page in ("campaigns", "campaign?id=odd", "campaign-form?id=odd"):
            shown = client.get(f"/console/{page}", headers=ada)
            assert (shown.status_code, "much" in shown.text) == (200, True)


def test_what_was_typed_outlives_a_session_and_a_change_by_somebody_else(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        signed_out = post_form(client, {}, "write-campaign", **SPRING)
        assert (signed_out.status_code, "what you typed is kept" in signed_out.text) == (401, True)
        back = unescape(re.search('name="next" value="([^"]+)"', signed_out.text)[1])
        page = client.get(back, headers=ada).text
        assert "signed in again" in page
        assert all(f'value="{SPRING[name]}"' in page for name in ("id", "title", "budget"))
        assert client.get("/v1/campaigns", headers=ada).json()["items"] == []
        too_long = post_form(client, {}, "write-campaign", **SPRING | {"title": "é" * 1_200})
        assert (too_long.status_code, "what you typed is kept" in too_long.text) == (401, False)
        other = {"sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded"}
        assert "Spring" not in client.post("/console/do/write-campaign", headers=other, content="title=Spring").text
        post_form(client, ada, "write-campaign", **SPRING)
        for title, status in (("First", 303), ("Second", 412)):
            answer = post_form(client, ada, "write-campaign", **SPRING | {"revision": "1", "title": title})
            assert answer.status_code == status
        assert 'value="Second"' in answer.text
        assert 'name="revision" value="2"' in answer.text


def test_what_is_expected_of_an_offer_is_filled_in_as_percentages(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING)
        fields = {"id": "spring", "revision": "1", "kind": "spend_and_save", "spend": "30", "save": "5"}
        half = post_form(client, ada, "add-offer", **fields, p_redeem="10")
        assert half.status_code == 422
        assert "Fill in both expectations" in half.text.partition('id="offer-incremental-error"')[2]
        too_much = post_form(client, ada, "add-offer", **fields, p_redeem="110", incremental="50")
        assert "“110” is no percentage" in too_much.text.partition('id="offer-p_redeem-error"')[2]
        assert post_form(client, ada, "add-offer", **fields, p_redeem="10", incremental="50").status_code == 303
        offer = client.get("/v1/campaigns/spring", headers=ada).json()["campaign"]["offers"][-1]
        assert offer["assumed"] == {"p_redeem": 0.1, "incremental": 0.5}


def test_a_started_campaign_says_that_a_run_is_under_way(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    config = shop / "offerloop.toml"
    config.write_text(config.read_text() + "\n[approval]\nreviewers = 0\n")
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING)
        post_form(client, ada, "campaign", id="spring", revision="1", verb="start")
        assert 'id="form-plan-it"' in client.get("/console/campaign?id=spring", headers=ada).text
        post_form(client, ada, "job", kind="run")
        page = client.get("/console/campaign?id=spring", headers=ada).text
        assert "One is under way" in page
        assert 'id="form-plan-it"' not in page


def test_a_campaign_of_unknown_effect_is_not_called_unsure_to_pay():
    nothing = Estimate.from_bounds(0.0, 0.0, 0.0)
    forecast = CampaignForecast("a", "A", False, 0, "EUR", "EUR", 100, "liability", 0, 0, nothing, "none", "")
    assert "nothing shows what its offers do" in str(forecast.remark)
    assert "not sure to pay" in str(replace(forecast, basis="transferred").remark)


@pytest.mark.parametrize(("basis", "at_most"), [("liability", 900), ("expected", None)])
def test_expected_costs_that_older_runs_call_liability_are_not_shown_as_the_most(basis, at_most):
    campaign = {
        "id": "a", "title": "A", "send": False, "basis": "transferred", "budget": "9.00", "budget_basis": basis,
        "customers_planned": 3, "expected_spend": "8.00", "liability": "9.00", "sentence": "",
        "profit": {"value": "1.00", "low": "-1.00", "high": "3.00"}, "as_sent": None,
    }  # fmt: skip
    (forecast,) = forecasts(SimpleNamespace(currency="EUR", summary={"campaigns": [campaign]}))
    assert forecast.liability_minor == at_most


@pytest.mark.parametrize(("low", "is_said"), [(5.0, True), (0.0, False)])
def test_a_total_says_that_its_interval_holds_nothing_of_what_is_assumed(low, is_said):
    run = SimpleNamespace(currency="EUR", summary={"customers": 9}, further=lambda: pl.LazyFrame({"a": []}))
    profit = Estimate(9.0, 9.0 - low, 12.0)
    measured = CampaignForecast("a", "A", True, 3, "EUR", "EUR", 100, "liability", 5, 9, profit, "learned", "")
    other = Estimate.from_bounds(7.0, None, None) if is_said else measured.profit
    profit = _stats(run, [measured, replace(measured, profit=other)]).items[0]
    assert ("assumed" in str(profit.note)) == is_said


def test_earlier_revisions_are_behind_show_more(small_run, tmp_path, monkeypatch):
    monkeypatch.setattr(campaign_page, "REVISIONS", 2)
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer", name="Ada")
        for revision in ({}, {"revision": "1"}, {"revision": "2"}):
            assert post_form(client, ada, "write-campaign", **SPRING | revision).status_code == 303
        page = client.get("/console/campaign?id=spring", headers=ada).text
        assert '<option value="1">' in page
        more = unescape(re.search(r'<a href="([^"#]+)#revisions">Show more', page)[1])
        rows = client.get(more.replace("campaign?", "campaign.json?"), headers=ada).json()["revisions"]
        assert [one["revision"] for one in rows] == [1]


def test_a_fault_of_the_shop_s_configuration_is_nobody_s_at_a_form(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    with served(shop) as client:
        ada = signed_in(client, "marketer", name="Ada")
        (shop / "offerloop.toml").write_text("[shop")
        sent = post_form(client, ada, "write-campaign", **SPRING)
        assert (sent.status_code, "offerloop.toml" in sent.text) == (503, False)
        assert "its log says why" in sent.text
