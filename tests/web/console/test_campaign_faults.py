"""What is wrong with a campaign, said at its field and in the words of the form."""

import re

from console_pages import SPRING, post_form, signed_in
from served_shop import served, shop_of

from offerloop.report import Localizer
from offerloop.web.console.campaigns.fault_words import in_form_words, labels_of

ADDED = {"id": "spring", "revision": "1"}


def test_an_offer_without_a_limit_is_refused_at_its_field_when_it_is_saved(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING)
        coupon = post_form(client, ada, "add-offer", **ADDED, kind="coupon", percent="15")
        assert coupon.status_code == 422
        field = re.search(r'<input id="offer-max_discount"[^>]*>', coupon.text)[0]
        assert 'aria-invalid="true" aria-describedby="offer-max_discount-error"' in field
        assert "Give it a maximum discount" in coupon.text.partition('id="offer-max_discount-error"')[2]
        bought = post_form(client, ada, "add-offer", **ADDED, kind="buy_x_get_y", buy="2", get="1")
        assert (bought.status_code, "“How the budget counts”" in bought.text) == (422, True)
        for line in ("20% off", "buy 2 get 1 free"):
            refused = post_form(client, ada, "write-campaign", **SPRING | {"revision": "1", "offers": line})
            assert (refused.status_code, 'aria-describedby="campaign-offers-error"' in refused.text) == (422, True)
        assert client.get("/v1/campaigns/spring", headers=ada).json()["revision"] == 1
        expected = SPRING | {"revision": "1", "budget_basis": "expected", "offers": "buy 2 get 1 free"}
        assert post_form(client, ada, "write-campaign", **expected).status_code == 303
        assert "Nothing can limit" not in client.get("/console/campaign?id=spring", headers=ada).text
        changes = client.get("/console/campaign.json?id=spring", headers=ada).json()["changes"]
        assert "budget_basis" in [one["field"] for one in changes]


def test_faults_name_the_labels_of_the_form(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        ada = signed_in(client, "marketer")
        post_form(client, ada, "write-campaign", **SPRING | {"offers": ""})
        page = client.get("/console/campaign?id=spring", headers=ada).text
        assert "It has no offers yet. Add one before you submit it." in page
        assert "[[" not in page
        assert 'id="form-kind"' in page
        wrong = post_form(client, ada, "add-offer", **ADDED, kind="coupon", percent="15", amount="3")
        assert "“amount off”" in wrong.text.partition('class="notice bad"')[2].lower()
        budget = post_form(client, ada, "write-campaign", **SPRING | {"id": "other", "budget": "much"})
        assert 'aria-describedby="campaign-budget-error"' in budget.text
        unlimited = {
            "id": "api",
            "title": "Api",
            "budget": "10",
            "offers": [{"kind": "buy_x_get_y", "buy": 2, "get": 1}],
        }
        client.post("/v1/campaigns", headers=ada | {"idempotency-key": "api"}, json=unlimited)
        said = client.get("/console/campaign?id=api", headers=ada).text
        assert "Offer 1: Nothing can limit" in said
        assert "max_discount" not in said


def test_keys_are_replaced_in_every_language():
    labels = labels_of("coupon")
    assert (
        in_form_words(Localizer("en"), "set 'max_discount' in percent", labels) == "set “maximum discount” in percent"
    )
    assert "max_discount" not in in_form_words(Localizer("zh"), "需要设定 max_discount（例如）", labels)
