"""A draft is planned as if it ran, and not served; what is approved is planned beside the configuration."""

import json
import shutil

from console_pages import post_form, signed_in
from served_shop import served

from offerloop.background import carry_out_next
from offerloop.config import STORE_VARIABLE, load_config
from offerloop.workspace import campaigns_of_store

OFFER = (
    '{"kind": "coupon", "on": "kind 1", "percent": 10, "max_discount": "2.00", '
    '"assumed": {"p_redeem": 0.1, "incremental": 0.9}}'
)
SPRING = {"id": "spring", "title": "Spring", "budget": "50.00", "offers": OFFER, "send": "likely"}


def test_a_draft_is_previewed_and_planned_when_it_is_approved(small_run, tmp_path, monkeypatch):
    shop = tmp_path / "shop"
    shutil.copytree(small_run.parent.parent, shop)
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{shop / 'offerloop.db'}")
    with served(shop) as client:
        ada, ben = signed_in(client, "marketer", name="Ada"), signed_in(client, "approver", name="Ben")
        post_form(client, ada, "write-campaign", **SPRING)
        assert "form-preview" in client.get("/console/campaign?id=spring", headers=ada).text
        assert post_form(client, ada, "preview", id="spring").status_code == 303
        assert "Waiting to begin: preview of a campaign" in client.get("/console/campaign?id=spring", headers=ada).text
        with (shop / "lines.csv").open("a") as lines:
            lines.write((shop / "lines.csv").read_text().splitlines()[1] + "\n")
        done = carry_out_next(shop, client.app.state.worker.database)
        assert done.failure is None
        records = json.loads((shop / "runs/.previews/spring@1/manifest.json").read_text())["stages"]
        anew = {one["stage"] for one in records if not one["kept"]}
        assert anew.isdisjoint({"events", "profiles", "recommenders", "shelf prices", "response"})
        assert done.result["run"] == "spring@1"

        page = client.get("/console/campaign.json?id=spring", headers=ada).json()
        assert any("Nothing of it is sent" in one for one in page["notices"])
        figures = client.get("/v1/campaigns/spring/preview", headers=ada).json()
        assert (figures["run"], figures["is_preview"], figures["is_planned"]) == ("spring@1", True, True)
        assert page["stats"]["audience"] == figures["n_audience"]
        who = client.get("/console/recipients.json?run=spring@1&campaign=spring", headers=ada).json()
        assert who["stats"]["customers"] == page["stats"]["planned"] > 0
        assert client.get("/console/plan?run=spring@1&campaign=spring", headers=ada).status_code == 200
        assert client.app.state.worker.version == small_run.name
        assert client.get("/console/plan?run=spring@2&campaign=spring", headers=ada).status_code == 404
        assert "Done: preview of a campaign" in client.get("/console/overview", headers=ada).text

        assert campaigns_of_store(load_config(shop)) == ()
        post_form(client, ada, "campaign", verb="submit", id="spring", revision="1")
        post_form(client, ben, "campaign", verb="approve", id="spring", revision="1")
        assert [one.campaign.id for one in campaigns_of_store(load_config(shop))] == ["spring"]
        post_form(client, ada, "write-campaign", **SPRING | {"id": "other"})
        post_form(client, ada, "campaign", verb="submit", id="other", revision="1")
        post_form(client, ben, "campaign", verb="approve", id="other", revision="1")
        assert "form-plan-it" in client.get("/console/campaign?id=other", headers=ada).text
        post_form(client, ada, "write-campaign", **SPRING | {"revision": "1", "budget": "60.00"})
        assert "form-preview" in client.get("/console/campaign?id=spring", headers=ada).text

        shutil.rmtree(shop / "runs/.stages")
        monkeypatch.delattr("offerloop.flow.recommending.choose")
        post_form(client, ada, "preview", id="spring")
        assert carry_out_next(shop, client.app.state.worker.database).failure is None
