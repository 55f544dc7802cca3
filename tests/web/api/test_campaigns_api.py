"""Campaigns over HTTP: written, reviewed by somebody else, run, and shown only while they run."""

import json
import time
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from served_shop import served, shop_of, with_role

from offerloop.store import CampaignState, find_campaign, move_campaign

OFFER = {"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00",
         "assumed": {"p_redeem": 0.1, "incremental": 0.6}}  # fmt: skip
SPRING = {"id": "spring", "title": "Spring", "budget": "50.00", "offers": [OFFER]}


class People:
    """Ada writes, Ben and Cyd approve; each has tokens."""

    def __init__(self, client):
        self.client = client
        self.ada = with_role(client, "marketer", "approver", made_by="person_ada")
        self.other_of_ada = with_role(client, "approver", made_by="person_ada")
        self.ben = with_role(client, "marketer", "approver", made_by="person_ben")
        self.viewer = with_role(client, "viewer")

    def make(self, body=SPRING, who=None, **headers):
        return self.client.post("/v1/campaigns", json=body, headers=(who or self.ada) | headers)

    def edit(self, body, match, who=None, name="spring"):
        headers = (who or self.ada) | ({} if match is None else {"if-match": match})
        return self.client.put(f"/v1/campaigns/{name}", json=body, headers=headers)

    def act(self, verb, who=None, match="*", name="spring"):
        headers = (who or self.ada) | ({} if match is None else {"if-match": match})
        return self.client.post(f"/v1/campaigns/{name}/{verb}", json={}, headers=headers)

    def get(self, path, who=None):
        return self.client.get(f"/v1/campaigns{path}", headers=who or self.viewer)

    def started(self):
        """Spring, which runs."""
        self.make()
        assert self.act("submit").status_code == 200
        assert self.act("approve", self.ben).json()["state"] == "approved"
        return self.act("start").json()


@pytest.fixture
def people(service):
    return People(service)


def in_future(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_campaign_goes_its_way_and_every_step_is_audited(people):
    made = people.make()
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "draft")
    steps = [("submit", people.ada, "in_review"), ("approve", people.ben, "approved"), ("start", people.ada, "running"),
             ("pause", people.ben, "paused"), ("resume", people.ada, "running"), ("end", people.ada, "ended"),
             ("archive", people.ada, "archived")]  # fmt: skip
    for verb, who, state in steps:
        answer = people.act(verb, who, '"1"')
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.text
    entries = people.client.get("/v1/audit", headers=with_role(people.client, "admin")).json()["items"]
    assert [one["body"]["state"] for one in entries] == [state for *_, state in steps[::-1]] + ["draft"]
    assert (entries[1]["action"], entries[1]["subject"]) == ("campaign: end", "spring")
    assert all(one["body"]["reviewed"] for one in entries[:6])


def test_four_eyes_are_two_people_and_not_two_tokens(people):
    people.make()
    people.act("submit")
    for who in (people.ada, people.other_of_ada):
        answer = people.act("approve", who)
        assert (answer.status_code, answer.json()["reason"]) == (409, "own_edit")
    assert people.act("approve", people.viewer).json()["roles"] == ["admin", "approver"]
    assert people.act("approve", people.ben, match=None).status_code == 428
    assert people.act("approve", people.ben, match='"7"').status_code == 412
    assert people.act("start").json()["reason"] == "not_approved"
    shown = people.act("approve", people.ben, '"1"').json()
    assert (shown["reviewed"], shown["approved_by"], shown["last_editor"]) == (True, ["person_ben"], "person_ada")
    assert shown["actions"]["start"] is None
    assert shown["actions"]["approve"] == "wrong_state"


def test_an_edit_voids_the_approval_and_needs_the_revision_that_was_read(people):
    people.make()
    people.act("submit")
    people.act("approve", people.ben)
    larger = SPRING | {"budget": "80.00"}
    assert [people.edit(larger, match).status_code for match in (None, '"9"')] == [428, 412]
    edited = people.edit(larger, '"1"')
    assert (edited.headers["etag"], edited.json()["state"], edited.json()["reviewed"]) == ('"2"', "draft", False)
    assert people.edit(SPRING, '"1"', people.ben).status_code == 412
    assert people.edit(SPRING | {"id": "other"}, '"2"').json()["field"] == "id"
    running = people.act("start").json()
    assert (running["code"], running["reason"]) == ("conflict", "not_approved")


def test_a_step_whose_answer_was_lost_is_sent_again_by_its_key(people):
    people.make()
    once = people.ada | {"if-match": '"1"', "idempotency-key": "edit-1"}
    larger = SPRING | {"budget": "80.00"}
    first, again = (people.client.put("/v1/campaigns/spring", json=larger, headers=once) for _ in range(2))
    assert (first.json(), first.headers["etag"]) == (again.json(), again.headers["etag"])
    assert again.headers["etag"] == '"2"'
    submit = people.ada | {"idempotency-key": "submit-1"}
    answers = [people.client.post("/v1/campaigns/spring/submit", json={}, headers=submit) for _ in range(2)]
    assert [one.json()["state"] for one in answers] == ["in_review", "in_review"]
    other = people.client.post("/v1/campaigns/spring/end", json={}, headers=submit)
    assert other.json()["code"] == "key_conflict"


def test_revisions_are_listed_compared_and_restored(people):
    people.make()
    changed = SPRING | {"budget": "80.00", "offers": [OFFER | {"percent": 15}], "ends_at": "2099-01-01T00:00:00Z"}
    people.edit(changed, '"1"')
    changes = people.get("/spring/compare?before=1&after=2").json()["changes"]
    assert changes == [
        {"field": "budget", "before": "50.00", "after": "80.00"},
        {"field": "offers.0.percent", "before": 10, "after": 15},
        {"field": "ends_at", "before": None, "after": "2099-01-01T00:00:00Z"},
    ]
    url = "/v1/campaigns/spring/revisions/1/restore"
    restored = people.client.post(url, json={}, headers=people.ben | {"if-match": '"2"'}).json()
    assert (restored["revision"], restored["campaign"], restored["last_editor"]) == (3, SPRING, "person_ben")
    page = people.get("/spring/revisions?limit=2").json()
    assert [(one["revision"], one["restored_from"]) for one in page["items"]] == [(3, 1), (2, None)]
    assert [
        one["revision"] for one in people.get(f"/spring/revisions?cursor={page['next_cursor']}").json()["items"]
    ] == [1]
    assert people.get("/spring/revisions/2").json()["campaign"]["budget"] == "80.00"
    assert people.get("/spring/revisions/9").status_code == 404


def test_what_cannot_be_planned_names_its_fields_and_is_not_submitted(people):
    wrong = {
        "id": "wrong", "title": "Wrong", "budget": "much", "audience": "nobody", "team": "x",
        "offers": [OFFER | {"percent": 200}, {"kind": "coupon", "percent": 10}, {"kind": "coupons"}],
    }  # fmt: skip
    found = people.client.post("/v1/campaigns/validate", json=wrong, headers=people.viewer).json()
    assert not found["is_valid"]
    assert [one["field"] for one in found["problems"]] == [
        "audience", "budget", "team", "offers.0.percent", "offers.1.max_discount", "offers.2.kind",
    ]  # fmt: skip
    assert "between 0 and 100" in found["problems"][3]["detail"]
    later = {"budget_changes": [{"at": in_future(99), "budget": "10.001"}]}
    for more, field in ((later, "budget_changes.0.budget"), ({"budget_unit": "€"}, "budget_unit")):
        problems = people.client.post("/v1/campaigns/validate", json=SPRING | more, headers=people.viewer).json()
        assert problems["problems"][0]["field"] == field
    people.make(wrong)
    answer = people.act("submit", name="wrong").json()
    assert (answer["code"], answer["field"]) == ("invalid", "audience")
    assert people.get("/wrong/validation").json() == found
    refused = [
        people.make({"id": "x", "title": "X", "budget": "1.00", "colour": "red"}),
        people.make(SPRING | {"id": "a", "starts_at": in_future(9), "ends_at": in_future(8)}),
        people.make(SPRING | {"id": "b", "title": "a\x00b"}),
        people.make(SPRING | {"id": "c", "offers": [{"kind": "coupon", "percent": 10**20}]}),
        people.make(SPRING | {"id": "form"}), people.make(SPRING | {"id": "../x"}),
    ]  # fmt: skip
    assert [one.status_code for one in refused] == [422] * 6


def test_campaigns_are_made_once_and_listed_by_pages(people):
    first, again = (people.make(**{"idempotency-key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert people.make().json()["field"] == "id"
    assert people.make(SPRING | {"id": "first"}).status_code == 409, "the configuration has one of this name"
    for name in ("autumn", "winter"):
        people.make(SPRING | {"id": name})
    page = people.get("?limit=2").json()
    assert [one["campaign_id"] for one in page["items"]] == ["autumn", "spring"]
    rest = people.get(f"?cursor={page['next_cursor']}").json()
    assert ([one["campaign_id"] for one in rest["items"]], rest["next_cursor"]) == (["winter"], None)
    assert people.make(who=people.viewer).status_code == 403
    assert people.get("/summer").status_code == 404


def test_without_reviewers_one_person_may_start_and_it_says_so(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    config = shop / "offerloop.toml"
    config.write_text(config.read_text() + "\n[approval]\nreviewers = 0\n")
    with served(shop) as client:
        people = People(client)
        people.make()
        started = people.act("start").json()
        assert (started["state"], started["reviewed"]) == ("running", False)
        entry = client.get("/v1/audit", headers=with_role(client, "admin")).json()["items"][0]
        assert (entry["action"], entry["body"]["reviewed"]) == ("campaign: start", False)


def test_a_campaign_that_was_started_before_its_time_is_shown_with_its_planned_start(people):
    people.make(SPRING | {"starts_at": "2100-01-01T00:00:00Z"})
    people.act("submit")
    assert people.act("approve", people.ben).json()["started_at"] is None
    people.act("start")
    people.act("pause")
    shown = people.get("/spring").json()
    assert (shown["starts_at"], shown["started_at"] is None) == ("2100-01-01T00:00:00Z", False)
    assert people.act("resume").json()["state"] == "running"


def test_time_starts_a_scheduled_campaign_and_ends_it(people):
    people.make(SPRING | {"starts_at": in_future(4), "ends_at": in_future(8)})
    people.act("submit")
    people.act("approve", people.ben)
    assert people.act("schedule").json()["state"] == "scheduled"
    seen = set()
    deadline = time.monotonic() + 30
    while "ended" not in seen and time.monotonic() < deadline:
        seen.add(people.get("/spring").json()["state"])
        time.sleep(0.2)
    assert seen == {"scheduled", "running", "ended"}
    assert people.act("schedule").json()["reason"] == "wrong_state"


def test_every_change_of_state_is_told_to_webhooks(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    config = shop / "offerloop.toml"
    hook = '[[webhooks]]\nurl = "https://hook.test"\nsecret_env = "X"\ntopics = ["campaign.state"]\n'
    config.write_text(config.read_text() + hook)
    with served(shop) as client:
        people = People(client)
        people.started()
        people.edit(SPRING, '"1"')
        from offerloop.store import due_notice

        database = client.app.state.worker.database
        told = iter(lambda: database.change(due_notice), None)
        states = {(one.body["before"], one.body["state"]) for one in told}
    assert states == {(None, "draft"), ("draft", "in_review"), ("in_review", "approved"), ("approved", "running")}


def planned_by_store(shop, run, revision=1):
    """Let the run's campaign be one that it took from the store."""
    manifest = json.loads((run / "manifest.json").read_text())
    text = manifest["config"]["text"]
    manifest["config"]["text"] = text[: text.index("[[campaigns]]")]
    campaign = {"id": "first", "title": "First offers", "budget": "100.00", "offers": [OFFER]}
    manifest["store_campaigns"] = [{"revision": revision, "campaign": campaign}]
    (run / "manifest.json").write_text(json.dumps(manifest))
    config = shop / "offerloop.toml"
    config.write_text(text[: text.index("[[campaigns]]")] + '\n[data]\nsource = "store"\n')


def test_a_decision_shows_no_offer_of_a_campaign_that_is_not_running(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    planned_by_store(shop, shop / "runs" / small_run.name)
    given = pl.read_parquet(small_run / "assignments.parquet").filter(pl.col("campaign_id") == "first")
    customer = given["customer_id"][0]
    with served(shop) as client:
        people, decider = People(client), with_role(client, "service")

        def decision():
            body = {"customer_id": customer, "durable": True}
            return client.post("/v1/decisions", json=body, headers=decider).json()

        assert decision()["offers"], "a campaign that the store does not know is as the run has it"
        people.make(SPRING | {"id": "first"})
        seen = {}
        for state in CampaignState:
            database = client.app.state.worker.database
            found = database.read(lambda one: find_campaign(one, "first"))
            database.change(lambda one: move_campaign(one, found, state, ()))  # noqa: B023
            client.app.state.worker.follow()
            seen[state.value] = decision()
        assert [state for state, one in seen.items() if one["offers"]] == ["running"]
        paused = seen["paused"]
        assert paused["reasons"][-1] == "campaign_not_running"
        replayed = client.get(f"/v1/decisions/{paused['decision_id']}/replay", headers=people.viewer)
        assert replayed.json() == paused
        basket = {"currency": "EUR", "products": [{"product_id": "0", "quantity": 1, "unit_price_minor": 1000}],
                  "customer_id": customer}  # fmt: skip
        assert client.post("/v1/prices", json=basket, headers=decider).json()["products"][0]["not_applied"] == {}


def test_the_form_describes_every_kind_of_offers(people):
    english, chinese = (
        people.client.get("/v1/campaigns/form", headers=people.viewer | {"accept-language": language}).json()
        for language in ("en", "zh")
    )
    assert {"id", "title", "budget", "offers"} <= set(english["campaign"]["properties"])
    kinds = {one["kind"]: one for one in english["kinds"]}
    assert {"coupon", "spend_and_save", "gift", "free_shipping"} <= set(kinds)
    fields = {one["name"]: one for one in kinds["coupon"]["fields"]}
    assert (fields["percent"]["unit"], fields["max_discount"]["unit"]) == ("percent", "money")
    assert chinese["kinds"][0]["label"] != english["kinds"][0]["label"]


def test_preview_and_curve_are_those_of_the_run(people, small_run):
    rows = pl.read_parquet(small_run / "assignments.parquet")
    preview = people.get("/first/preview").json()
    given = rows.filter((pl.col("campaign_id") == "first") & (pl.col("arm") == "plan"))
    assert (preview["n_customers"], preview["n_audience"], preview["is_planned"]) == (rows.height, rows.height, True)
    assert preview["plan"]["n_customers"] == given.height
    assert preview["plan"]["liability_minor"] == given["cost_liability_minor"].sum()
    chosen = rows.filter(pl.col("planned_campaign_id") == "first")
    assert {one["arm"]: one["n_customers"] for one in preview["arms"]} == dict(chosen["arm"].value_counts().iter_rows())
    assert sum(one["n_customers"] for one in preview["offers"]) == given.height
    assert max(one["n_customers"] for one in preview["tags"]) <= given.height
    points = people.get("/first/curve").json()["points"]
    table = pl.read_parquet(small_run / "budget_curve.parquet").filter(campaign_id="first")
    assert (len(points), points[-1]["profit_minor"]) == (min(200, table.height), table["profit_minor"][-1])
    people.make()
    draft = people.get("/spring/preview").json()
    assert (draft["is_planned"], draft["n_audience"], draft["plan"]["n_customers"]) == (False, rows.height, 0)
    assert people.get("/spring/curve").json()["points"] == []
    assert people.get("/summer/preview").status_code == 404


def test_an_offer_that_is_tried_ends_by_the_clock_of_the_shop(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    path = shop / "offerloop.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[shop]\n", '[shop]\ntimezone = "Etc/GMT+12"\n', 1), encoding="utf-8")
    utc = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()  # twelve hours from now in the shop
    basket = {"currency": "EUR", "lines": [
        {"product_id": "0", "quantity": 1, "unit_price_minor": 1000, "categories": ["kind 0"]}
    ]}  # fmt: skip
    with served(shop) as client:
        people = People(client)
        people.make(SPRING | {"offers": [{**OFFER, "id": "open", "ends_at": utc},
                                         {**OFFER, "id": "over", "ends_at": utc, "timezone": "UTC"}]})  # fmt: skip
        tried = client.post("/v1/campaigns/spring/try", json=basket, headers=people.viewer).json()
    assert [one["off_minor"] for one in tried["offers"]] == [100, 0]


def test_an_offer_is_tried_in_the_currency_of_the_shop(people):
    basket = {"currency": "USD", "lines": [{"product_id": "0", "quantity": 1, "unit_price_minor": 1000}]}
    people.make(SPRING | {"offers": [{"kind": "coupon", "id": "five", "amount": "5"}]})
    tried = people.client.post("/v1/campaigns/spring/try", json=basket, headers=people.viewer).json()
    assert [(one["label"], one["off_minor"]) for one in tried["offers"]] == [("5.00 EUR off everything", 0)]


def test_results_are_those_of_the_newest_readout(people, small_run):
    assert people.get("/first/results").status_code == 404
    folder = people.client.app.state.worker.settings.shop / "runs" / small_run.name
    for day, value in (("2024-05-27", "1.00"), ("2024-06-03", "2.00")):
        readout = folder / f"readout-2024-05-20-{day}"
        readout.mkdir()
        effect = {"comparison": "plan", "group": "first", "outcome": "profit", "value": value}
        other = effect | {"group": "all"}
        about = {"run": small_run.name, "currency": "EUR", "period": {"until": day}, "sentence": "It pays.",
                 "stopped": None, "warnings": []}  # fmt: skip
        (readout / "readout.json").write_text(json.dumps(about | {"effects": [other, effect]}))
    found = people.get("/first/results").json()
    assert (found["period"]["until"], [one["value"] for one in found["effects"]]) == ("2024-06-03", ["2.00"])
