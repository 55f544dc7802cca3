"""What is wrong with a campaign, said at its field and in the words of the form."""

import re

import pytest
from console_pages import SPRING, post_form, signed_in
from served_shop import served, shop_of

from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.web.console.campaigns.changes import FIELDS
from offerloop.web.console.campaigns.fault_words import in_form_words, labels_of, not_explored

ADDED = {"id": "spring", "revision": "1"}


def test_an_offer_without_a_limit_is_refused_at_its_field_when_it_is_saved(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING)
        coupon = post_form(client, ada, "add-offer", **ADDED, kind="coupon", percent="15")
        assert coupon.status_code == 422
        field = re.search(r'<input id="offer-max_discount"[^>]*>', coupon.text)[0]
        assert 'aria-invalid="true" aria-describedby="offer-max_discount-error offer-max_discount-hint"' in field
        assert "Give it a “maximum discount”" in coupon.text.partition('id="offer-max_discount-error"')[2]
        bought = post_form(client, ada, "add-offer", **ADDED, kind="buy_x_get_y", buy="2", get="1")
        assert (bought.status_code, "“How the budget counts”" in bought.text) == (422, True)
        priced = post_form(client, ada, "add-offer", **ADDED, kind="coupon", price="3", on="kind 0")
        assert (priced.status_code, "maximum discount”" in priced.text.partition('class="notice bad"')[2]) == (
            422,
            False,
        )
        for line in ("20% off", "buy 2 get 1 free"):
            refused = post_form(client, ada, "write-campaign", **SPRING | {"revision": "1", "offers": line})
            assert (
                refused.status_code,
                'aria-describedby="campaign-offers-error campaign-offers-hint"' in refused.text,
            ) == (422, True)
        assert client.get("/v1/campaigns/spring", headers=ada).json()["revision"] == 1
        expected = SPRING | {"revision": "1", "budget_basis": "expected", "offers": "buy 2 get 1 free"}
        assert post_form(client, ada, "write-campaign", **expected).status_code == 303
        page = client.get("/console/campaign?id=spring", headers=ada).text
        assert "Nothing limits what" not in page
        assert "Offer 1: Nobody gets it unless its effect is known from exposures." in page
        changes = client.get("/console/campaign.json?id=spring", headers=ada).json()["changes"]
        assert "budget_basis" in [one["field"] for one in changes]


def test_faults_name_the_labels_of_the_form(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING | {"offers": ""})
        page = client.get("/console/campaign?id=spring", headers=ada).text
        assert "This campaign has no offers yet. Add one before you submit it." in page
        assert "[[" not in page
        assert 'id="form-kind"' in page
        wrong = post_form(client, ada, "add-offer", **ADDED, kind="coupon", percent="15", amount="3")
        assert "“amount off”" in wrong.text.partition('class="notice bad"')[2].lower()
        budget = post_form(client, ada, "write-campaign", **SPRING | {"id": "other", "budget": "much"})
        assert 'aria-describedby="campaign-budget-error campaign-budget-hint"' in budget.text
        unlimited = {
            "id": "api",
            "title": "Api",
            "budget": "10",
            "offers": [{"kind": "buy_x_get_y", "buy": 2, "get": 1}],
        }
        client.post("/v1/campaigns", headers=ada | {"idempotency-key": "api"}, json=unlimited)
        said = client.get("/console/campaign?id=api", headers=ada).text
        assert (
            "Offer 1: Nothing limits what this offer can cost. Edit the campaign and set “How the budget counts”"
            in said
        )
        assert "max_discount" not in said


def test_keys_are_replaced_in_every_language():
    labels = labels_of("coupon")
    assert (
        in_form_words(Localizer("en"), "set 'max_discount' in percent", labels) == "set “maximum discount” in percent"
    )
    needed = Message("'{field}' must be above zero, not {value}", field="percent", value="'percent'")
    assert in_form_words(Localizer("en"), needed, labels) == "“percentage off” must be above zero, not 'percent'"
    assert in_form_words(Localizer("zh"), needed, labels).startswith("“折扣")
    amount = Message("'{field}': {error}", context="error", field="max_discount", error="…")
    assert in_form_words(Localizer("en"), amount, labels) == "“maximum discount”: …"
    limit = Message(
        "coupon '{offer_id}' has a 'max_discount', which 'each_unit', 'cheapest', 'most_expensive' and "
        "steps do not have"
    )
    said = in_form_words(Localizer("zh"), limit.with_values(offer_id="max_discount"), labels)
    assert said.startswith("优惠券“max_discount”有“最高减免”")
    assert " " not in said


@pytest.mark.parametrize("name", ["send", "buy-get"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_of_the_shop_that_look_like_keys_stay(language, name):
    unknown = Message("campaign '{id}' names '{other}'", context="place in a configuration", id=name, other="'send'")
    said = in_form_words(Localizer(language), unknown, labels_of("buy_x_get_y") | FIELDS)
    assert said == f"campaign '{name}' names ''send''"


def said_of(client, person, **offer):
    """What the page of a campaign with this offer says is wrong with it."""
    identity = f"api-{len(client.get('/v1/campaigns', headers=person).json()['items'])}"
    draft = {"id": identity, "title": "Api", "budget": "10", "offers": [offer]}
    answer = client.post("/v1/campaigns", headers=person | {"idempotency-key": identity}, json=draft)
    assert answer.status_code == 201
    return client.get(f"/console/campaign?id={identity}", headers=person).text


def test_the_field_that_is_named_is_one_that_the_offer_may_have(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        units = said_of(client, ada, kind="coupon", amount="3", each_unit=True)
        assert "Give it a “maximum number of units”." in units
        capped = {"kind": "coupon", "percent": 20, "max_discount": "5"}
        part = said_of(client, ada, kind="combined", parts=[capped, {"kind": "free_shipping"}])
        assert "Nothing limits what part 2 of this offer can cost. Give it a “maximum discount”." in part
        assumed = {"p_redeem": 0.1, "incremental": 0.5}
        cheapest = said_of(client, ada, kind="coupon", percent=20, cheapest=1, assumed=assumed)
        assert "nothing can limit what it costs" in cheapest
        assert "Edit the campaign and set" not in cheapest


def test_what_is_wrong_with_a_line_or_a_scheduled_change_is_said_there(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        for basis in ("liability", "expected"):
            for line, number in (('{"kind": "coupon"}', 1), ('{"x": 1}', 1), ("\n\n10% off tea, max", 3)):
                typed = SPRING | {"offers": line, "budget_basis": basis}
                refused = post_form(client, ada, "write-campaign", **typed)
                error = refused.text.partition('id="campaign-offers-error"')[2]
                assert (refused.status_code, f"line {number} of the offers: " in error) == (422, True)
        unlimited = post_form(client, ada, "write-campaign", **SPRING | {"offers": "\n\n20% off"})
        assert "line 3 of the offers: Nothing limits" in unlimited.text
        moment = "2030-01-01T00:00"
        first = {"change_at_0": moment, "change_budget_0": "20.00"}
        assert post_form(client, ada, "write-campaign", **SPRING | first).status_code == 303
        first |= {"revision": "1", "change_at_1": moment}
        for field, budget in (("change_budget_1", "much"), ("change_at_1", "30.00")):
            refused = post_form(client, ada, "write-campaign", **SPRING | first | {"change_budget_1": budget})
            assert (refused.status_code, f'id="campaign-{field}-error"' in refused.text) == (422, True)
        hinted = post_form(client, ada, "write-campaign", **SPRING | {"budget": "much"})
        assert 'aria-describedby="campaign-budget-error campaign-budget-hint"' in hinted.text


def test_saving_without_a_change_changes_nothing_but_the_revision(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        offer = {"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "5.00", "id": "ten"}
        said_of(client, ada, **offer)
        form = client.get("/console/campaign-form?id=api-0", headers=ada).text
        line = re.search(r"<textarea[^>]*>\n([^<]*)</textarea>", form)[1]
        assert "(ten)" in line
        same = {"id": "api-0", "revision": "1", "title": "Api", "budget": "10", "offers": line, "send": "proven"}
        assert post_form(client, ada, "write-campaign", **same, budget_basis="liability").status_code == 303
        figures = client.get("/console/campaign.json?id=api-0", headers=ada).json()
        assert (figures["changes"], client.get("/v1/campaigns/api-0", headers=ada).json()["revision"]) == ([], 2)


def test_who_may_not_edit_is_not_shown_how_to_add_an_offer(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        post_form(client, signed_in(client, "marketer"), "write-campaign", **SPRING)
        page = client.get("/console/campaign?id=spring", headers=signed_in(client, "viewer"))
        assert (page.status_code, 'id="form-kind"' in page.text) == (200, False)


@pytest.mark.parametrize(("more", "told"), [({}, 0), ({"min_spend": "50.00"}, 1), ({"min_count": 2}, 1)])
def test_an_offer_without_a_limit_that_no_shelf_price_is_like_is_told_to_go_to_nobody(more, told):
    offer = {"kind": "coupon", "percent": 20, "on": "Tea", **more}
    assert len(not_explored({"budget_basis": "expected", "offers": [offer]}, "EUR")) == told
