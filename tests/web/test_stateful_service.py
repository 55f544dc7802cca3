"""The service over HTTP in any order of steps: what it answers is what a model of it says.

Every answer is held against the OpenAPI document as well.
"""

from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from served_shop import served, shop_of, with_role

from offerloop.web.roles import ROLES

EXAMPLES, STEPS = 2, 25
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
        self.operations[path.partition("?")[0]][method].validate_response(answer)
        return answer


class CouponSteps(RuleBasedStateMachine):
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
        self.user = {}
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
                self.redeemed[key], self.user[key] = amount, customer
                self.used[customer] += 1

    @rule(place=st.integers(0, 1))
    def revoke(self, place):
        """An end that is for good."""
        answer = self.service("POST", "/v1/coupons/{code}/revoke", code=self.codes[place])
        assert answer.status_code == (409 if self.codes[place] in self.revoked else 200), answer.text
        self.revoked.add(self.codes[place])

    @rule(choice=st.integers(0, 20), amount=AMOUNTS)
    def roll_back(self, choice, amount):
        """What is given back of a redemption is at most what is left of it; with all of it, the use is free again."""
        key = sorted(self.redeemed)[choice % len(self.redeemed)] if self.redeemed else "nobody"
        path = "/v1/redemptions/{redemption_id}/rollback"
        answer = self.service("POST", path, {"amount_minor": amount}, redemption_id=key)
        fits = amount <= self.redeemed.get(key, 0)
        assert answer.status_code == (200 if fits else 409), answer.text
        if fits:
            self.redeemed[key] -= amount
            self.used[self.user[key]] -= self.redeemed[key] == 0

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


class CustomerSteps(RuleBasedStateMachine):
    """Two customers whom no plan knows and one whom it does: reported on, decided on, and erased."""

    service: Service

    @initialize()
    def begin(self):
        """Customers of their own for each sequence of steps."""
        self.customers = [self.service.fresh("walter-"), self.service.fresh("crm/"), "c000"]
        self.events, self.opted_out, self.decided, self.erased = {}, set(), {}, set()
        self.is_on = True

    def teardown(self):
        self.turn(is_on=True)
        self.choose(place=2, opt_out=False)

    @rule(place=st.integers(0, 2), number=st.integers(0, 2), product=st.sampled_from(["7", "8"]))
    def report(self, place, number, product):
        """An event counts once for its id, whatever is sent under it afterwards; an erased customer has none."""
        customer = self.customers[place]
        name = f"{self.customers[0]} {number}"
        event = {"event_id": name, "kind": "view", "customer_id": customer, "product_id": product,
                 "at": "2024-06-03T12:00:00Z"}  # fmt: skip
        answer = self.service("POST", "/v1/events", {"events": [event]}).json()
        codes = [one["code"] for one in answer["rejected"]]
        counts = (answer["accepted"], answer["duplicates"], answer["dropped"], codes)
        if customer in self.erased:
            assert counts == (0, 0, 1, [])
        elif self.events.setdefault(name, event) != event:
            assert counts == (0, 0, 0, ["event_id_reused"])
        else:
            assert counts in ((1, 0, 0, []), (0, 1, 0, []))

    @rule(place=st.integers(0, 2), opt_out=st.booleans())
    def choose(self, place, opt_out):
        """The last choice counts."""
        customer = self.customers[place]
        path = "/v1/customers/{customer_id}/choices"
        answer = self.service("PUT", path, {"opt_out": opt_out}, customer_id=quote(customer, safe=""))
        assert answer.status_code == (410 if customer in self.erased else 200), answer.text
        if customer not in self.erased:
            (self.opted_out.add if opt_out else self.opted_out.discard)(customer)

    @rule(place=st.integers(0, 2), dry_run=st.booleans())
    def decide(self, place, dry_run):
        """A decision heeds the switch first and the customer's choice next, and is on record."""
        customer = self.customers[place]
        self.service.client.app.state.worker.follow()
        body = {"customer_id": customer, "durable": True, "dry_run": dry_run}
        answer = self.service("POST", "/v1/decisions", body)
        said = answer.json()
        assert ("switched_off" in said["reasons"]) == (not self.is_on)
        assert {"failed", "not_recorded"}.isdisjoint(said["reasons"])
        if customer in self.opted_out or not self.is_on:
            assert said["offers"] == []
        else:
            assert "opted_out" not in said["reasons"]
        if not dry_run:
            self.decided[said["decision_id"]] = customer, answer.text

    @precondition(lambda self: self.decided)
    @rule(choice=st.integers(0, 20), audience=st.sampled_from(["customer", "support", "marketer"]))
    def look_back(self, choice, audience):
        """A decision replays bit for bit and is explained, until its customer is erased."""
        decision = sorted(self.decided)[choice % len(self.decided)]
        customer, text = self.decided[decision]
        replayed = self.service("GET", "/v1/decisions/{decision_id}/replay", decision_id=decision)
        path = "/v1/decisions/{decision_id}/explanation?audience=" + audience
        explained = self.service("GET", path, decision_id=decision)
        gone = customer in self.erased
        assert (replayed.status_code, explained.status_code) == ((410, 410) if gone else (200, 200))
        assert gone or replayed.text == text

    @rule(is_on=st.booleans())
    def turn(self, is_on):
        """Turn the switch."""
        assert self.service("PUT", "/v1/switch", {"is_on": is_on}).json() == {"is_on": is_on}
        self.is_on = is_on

    @rule(place=st.integers(0, 1))
    def erase(self, place):
        """An erasure is for good, and can be asked for again."""
        customer = self.customers[place]
        answer = self.service("DELETE", "/v1/customers/{customer_id}", customer_id=quote(customer, safe=""))
        assert answer.status_code == 202
        job = self.service("GET", "/v1/jobs/{job_id}", job_id=answer.json()["job_id"]).json()
        assert (job["kind"], job["request"]) == ("erase", {})
        assert self.service("POST", "/v1/jobs/{job_id}/cancel", job_id=job["job_id"]).json()["state"] == "queued"
        self.erased.add(customer)
        self.opted_out.discard(customer)
        self.events = {name: one for name, one in self.events.items() if one["customer_id"] != customer}

    @invariant()
    def customers_are_those_of_the_model(self):
        """What is known of a customer is what was reported, and nothing of whom was erased."""
        for customer in self.customers[:2]:
            answer = self.service("GET", "/v1/customers/{customer_id}", customer_id=quote(customer, safe=""))
            n_events = sum(one["customer_id"] == customer for one in self.events.values())
            if customer in self.erased:
                assert answer.status_code == 410
            elif n_events or answer.status_code == 200:
                assert answer.json()["opt_out"] == (customer in self.opted_out)
                assert answer.json()["events"] >= n_events
            else:
                assert (answer.status_code, customer in self.opted_out) == (404, False)


class AccessSteps(RuleBasedStateMachine):
    """Tokens, people and jobs: who may do what, until it is taken from them."""

    service: Service
    tokens = Bundle("tokens")
    people = Bundle("people")
    jobs = Bundle("jobs")

    @initialize()
    def begin(self):
        """Nobody is there."""
        self.revoked, self.roles, self.states = set(), {}, {}

    @rule(target=tokens, role=st.sampled_from(sorted(ROLES)))
    def make_token(self, role):
        """A token is made, and can do what its role may."""
        made = self.service("POST", "/v1/tokens", {"name": self.service.fresh("t"), "roles": [role]}).json()
        return made["token_id"], {"authorization": f"Bearer {made['secret']}"}, role

    @rule(token=tokens)
    def use_token(self, token):
        """A token that was revoked opens nothing, and no other more than its role."""
        token_id, headers, role = token
        gone = token_id in self.revoked
        self.service.client.app.state.worker.credentials.addresses._left.clear()
        assert self.service("GET", "/v1/me", None, headers).status_code == (401 if gone else 200)
        listed = self.service("GET", "/v1/tokens", None, headers).status_code
        assert listed == (401 if gone else 200 if role == "admin" else 403)

    @rule(token=tokens)
    def revoke_token(self, token):
        """Revoked is revoked."""
        answer = self.service("DELETE", "/v1/tokens/{token_id}", token_id=token[0])
        assert (answer.status_code, answer.json()["revoked_at"] is None) == (200, False)
        self.revoked.add(token[0])

    @rule(target=people, role=st.sampled_from(sorted(ROLES)))
    def invite(self, role):
        """Somebody is invited once by a name."""
        body = {"name": self.service.fresh("Ada"), "roles": [role]}
        made = self.service("POST", "/v1/people", body).json()
        assert self.service("POST", "/v1/people", body).status_code == 409
        self.roles[made["person_id"]] = [role]
        return made["person_id"]

    @rule(person=people, role=st.sampled_from(sorted(ROLES)), is_late=st.booleans())
    def change_roles(self, person, role, is_late):
        """Roles change where nobody changed them meanwhile and the person is still there."""
        place = {"person_id": person}
        shown = self.service("GET", "/v1/people/{person_id}", **place)
        assert shown.json()["roles"] == self.roles[person]
        version = {"headers": {"if-match": '"0"' if is_late else shown.headers["etag"]}}
        answer = self.service("PUT", "/v1/people/{person_id}", {"roles": [role]}, **place, **version)
        assert answer.status_code == (412 if is_late else 200), answer.text
        if answer.status_code == 200:
            self.roles[person] = [role]

    @rule(person=people)
    def revoke_person(self, person):
        """Somebody leaves, and is invited no more."""
        assert self.service("DELETE", "/v1/people/{person_id}", person_id=person).status_code in (200, 404)
        self.revoked.add(person)

    @rule(target=jobs, kind=st.sampled_from(["run", "readout", "loop"]))
    def queue(self, kind):
        """A job waits."""
        job = self.service("POST", "/v1/jobs", {"kind": kind}).json()
        self.states[job["job_id"]] = job["state"]
        assert job["state"] == "queued"
        return job["job_id"]

    @rule(job=jobs)
    def cancel(self, job):
        """A job that nobody has begun is taken out of the queue."""
        self.states[job] = self.service("POST", "/v1/jobs/{job_id}/cancel", job_id=job).json()["state"]
        assert self.states[job] == "cancelled"

    @invariant()
    def jobs_are_those_of_the_model(self):
        """A page of jobs at a time, the newest first."""
        shown, cursor = {}, ""
        while cursor is not None:
            page = self.service("GET", "/v1/jobs?limit=3" + cursor).json()
            shown |= {one["job_id"]: one["state"] for one in page["items"]}
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
            if shown.keys() >= self.states.keys():
                break
        assert self.states.items() <= shown.items()


@pytest.mark.slow
@pytest.mark.parametrize("steps", [CouponSteps, CustomerSteps, AccessSteps])
def test_every_sequence_of_steps_is_answered_as_the_model_says(steps, small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        steps.service = Service(client)
        bounds = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None)
        run_state_machine_as_test(steps, settings=bounds)
