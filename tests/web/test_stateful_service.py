"""Coupons and campaigns over HTTP in any order of steps: what the service answers is what a model of it says.

Every answer is held against the OpenAPI document as well.
"""

import pytest
import schemathesis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from served_shop import served, shop_of, with_role

EXAMPLES, STEPS = 4, 25
CODES = ("SPRING1", "SPRING2")
CUSTOMERS = ("c000", "c001", "c002")
BUDGET, USES_OF_CUSTOMER = 1_000, 2
AMOUNTS = st.sampled_from([1, 300, 700])
OFFER = {"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00",
         "assumed": {"p_redeem": 0.1, "incremental": 0.6}}  # fmt: skip
LEADS = {
    "submit": ({"draft"}, "in_review"),
    "approve": ({"in_review"}, "approved"),
    "reject": ({"in_review", "approved"}, "draft"),
    "start": ({"approved"}, "running"),
    "pause": ({"running"}, "paused"),
    "resume": ({"paused"}, "running"),
    "end": ({"draft", "in_review", "approved", "running", "paused"}, "ended"),
    "archive": ({"ended"}, "archived"),
}
"""The states in which each verb can be said, and the one that it leads to, where no times are given."""


class Service:
    """The service, and its answers held against its document."""

    def __init__(self, client):
        self.client, self.number = client, 0
        self.operations = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        self.ada = with_role(client, "admin", made_by="person_ada")
        self.ben = with_role(client, "approver", made_by="person_ben")

    def fresh(self, name):
        self.number += 1
        return f"{name}{self.number}"

    def __call__(self, method, path, body=None, who=None, **places):
        """The answer to a request of `ada`; `path` is that of the document."""
        key = {"idempotency-key": self.fresh("key-")} | places.pop("headers", {})
        url = path.format(**places)
        answer = self.client.request(method, url, json=body, headers=(who or self.ada) | key)
        assert answer.status_code < 500, (path, answer.text)
        self.operations[path][method].validate_response(answer)
        return answer


class Steps(RuleBasedStateMachine):
    """One coupon template with two codes, and one campaign."""

    service: Service

    @initialize()
    def begin(self):
        """A template of its own for each sequence of steps."""
        ask = self.service
        self.codes = [ask.fresh(one) for one in CODES]
        self.template, self.campaign = ask.fresh("template"), ask.fresh("campaign")
        terms = {"budget_minor": BUDGET, "limit_per_customer": USES_OF_CUSTOMER, "limit_per_code": None}
        assert ask("PUT", "/v1/coupon-templates/{template_id}", terms, template_id=self.template).status_code == 200
        place = {"template_id": self.template}
        issued = ask("POST", "/v1/coupon-templates/{template_id}/coupons", {"codes": self.codes}, **place)
        assert issued.status_code == 201
        self.used, self.revoked, self.redeemed = dict.fromkeys(CUSTOMERS, 0), set(), {}
        draft = {"id": self.campaign, "title": "Spring", "budget": "50.00", "offers": [OFFER]}
        assert ask("POST", "/v1/campaigns", draft).status_code == 201
        self.state, self.revision, self.draft = "draft", 1, draft

    @property
    def spent(self):
        return sum(self.redeemed.values())

    @rule(place=st.integers(0, 1), customer=st.sampled_from(CUSTOMERS), amount=AMOUNTS)
    def redeem(self, place, customer, amount):
        """A coupon is used while its customer, its budget and the coupon itself allow it."""
        code, key = self.codes[place], self.service.fresh("use-")
        body, headers = {"customer_id": customer, "amount_minor": amount}, {"idempotency-key": key}
        for _ in range(2):  # the same key again is the same answer
            answer = self.service("POST", "/v1/coupons/{code}/redeem", body, code=code, headers=headers)
            fits = self.used[customer] < USES_OF_CUSTOMER and self.spent + amount <= BUDGET
            done = key in self.redeemed or (fits and code not in self.revoked)
            assert answer.status_code == (200 if done else 409), answer.text
            if done and key not in self.redeemed:
                self.redeemed[key] = amount
                self.used[customer] += 1

    @rule(place=st.integers(0, 1))
    def revoke(self, place):
        """An end that is for good."""
        answer = self.service("POST", "/v1/coupons/{code}/revoke", code=self.codes[place])
        assert answer.status_code == (409 if self.codes[place] in self.revoked else 200), answer.text
        self.revoked.add(self.codes[place])

    @rule(choice=st.integers(0, 20), amount=AMOUNTS)
    def roll_back(self, choice, amount):
        """What is given back of a redemption is at most what is left of it."""
        key = sorted(self.redeemed)[choice % len(self.redeemed)] if self.redeemed else "nobody"
        path = "/v1/redemptions/{redemption_id}/rollback"
        answer = self.service("POST", path, {"amount_minor": amount}, redemption_id=key)
        fits = amount <= self.redeemed.get(key, 0)
        assert answer.status_code == (200 if fits else 409), answer.text
        if fits:
            self.redeemed[key] -= amount

    @rule(verb=st.sampled_from(sorted(LEADS)))
    def act(self, verb):
        """A campaign moves from state to state, or stays where that cannot be."""
        who = self.service.ben if verb in ("approve", "reject") else None
        place = {"campaign_id": self.campaign, "verb": verb, "headers": {"if-match": f'"{self.revision}"'}}
        answer = self.service("POST", "/v1/campaigns/{campaign_id}/{verb}", {}, who, **place)
        states, leads_to = LEADS[verb]
        assert answer.status_code == (200 if self.state in states else 409), (self.state, verb, answer.text)
        if self.state in states:
            self.state = leads_to

    @rule(title=st.sampled_from(["Spring", "Summer"]), is_late=st.booleans())
    def edit(self, title, is_late):
        """Every edit is a draft again; one of another revision is refused, and so is one of what has begun."""
        self.draft = {**self.draft, "title": title}
        version = f'"{self.revision - is_late}"'
        answer = self.service("PUT", "/v1/campaigns/{campaign_id}", self.draft, campaign_id=self.campaign,
                              headers={"if-match": version})  # fmt: skip
        can_be = self.state in ("draft", "in_review", "approved", "paused")
        if is_late:
            assert answer.status_code in (409, 412), answer.text
        else:
            assert answer.status_code == (200 if can_be else 409), (self.state, answer.text)
        if can_be and not is_late:
            self.state, self.revision = "draft", self.revision + 1

    @invariant()
    def balances_are_those_of_the_model(self):
        """Nothing is overspent."""
        place = {"template_id": self.template}
        shown = self.service("GET", "/v1/coupon-templates/{template_id}", **place).json()
        assert shown["balance"]["spent_minor"] == self.spent <= BUDGET
        campaign = self.service("GET", "/v1/campaigns/{campaign_id}", campaign_id=self.campaign).json()
        assert (campaign["state"], campaign["revision"]) == (self.state, self.revision)


@pytest.mark.slow
def test_every_sequence_of_steps_is_answered_as_the_model_says(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        Steps.service = Service(client)
        bounds = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None)
        run_state_machine_as_test(Steps, settings=bounds)
