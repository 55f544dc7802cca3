"""Coupons over HTTP: a life from issue to roll back, each step made once, and refusals with their reason."""

from datetime import datetime, timedelta

import pytest

from offerloop.store import read_trail, traces_of
from offerloop.web.api.coupons import unknown_codes
from offerloop.web.limits import Guesses


@pytest.fixture
def coupons(service):
    """A function that asks with a new key each time, or with the one that is named."""
    from served_shop import with_role

    headers = {name: with_role(service, name) for name in ("marketer", "service")}
    count = iter(range(1000))

    def ask(path, body=None, role="service", key=None):
        named = headers[role] | {"idempotency-key": key or f"key-{next(count)}"}
        return service.post(f"/v1/{path}", json={} if body is None else body, headers=named)

    ask.put = lambda path, body: service.put(f"/v1/{path}", json=body, headers=headers["marketer"])
    ask.get = lambda path: service.get(f"/v1/{path}", headers=headers["marketer"])
    assert ask.put("coupon-templates/spring", {"limit_per_customer": 1, "budget_minor": 500}).status_code == 200
    return ask


def test_a_coupon_lives_from_issue_to_roll_back(coupons, service):
    asked = [coupons("coupon-templates/spring/coupons", {"count": 2}, "marketer", key="issue") for _ in range(2)]
    codes = asked[0].json()["codes"]
    assert (asked[0].status_code, asked[1].json()) == (201, asked[0].json())
    code, typed = codes[0], f"{codes[0][:6].lower()}-{codes[0][6:]}"
    customer = {"customer_id": "ann"}
    assert coupons(f"coupons/{typed}/claim", customer).status_code == 200
    lock = customer | {"lock_key": "basket", "amount_minor": 200}
    locked = coupons(f"coupons/{code}/lock", lock | {"seconds": 60}).json()
    begins, ends = (datetime.fromisoformat(locked[name]) for name in ("at", "expires_at"))
    assert (ends - begins, ends.utcoffset()) == (timedelta(minutes=1), timedelta())
    redeemed = coupons(f"coupons/{code}/redeem", customer | {"amount_minor": 200, "lock_key": "basket"}, key="use")
    assert redeemed.json()["key"] == "use"
    assert coupons.get("customers/ann/coupons").json()["items"][0]["status"] == "redeemed"
    assert coupons.get("coupon-templates/spring").json()["balance"]["spent_minor"] == 200
    assert coupons("redemptions/use/rollback", {"amount_minor": 50}).status_code == 200
    assert coupons("redemptions/use/rollback").status_code == 200
    assert coupons.get(f"coupons/{code}").json()["status"] == "rolled_back"
    assert coupons.get("coupon-templates/spring/coupons.csv").text.count("\n") == 3
    audited = service.app.state.worker.database.read(lambda one: read_trail(one, None, 9))
    assert [(one.action, one.subject, one.body) for one in audited] == [
        ("codes exported", "spring", {}), ("coupons issued", "spring", {"codes": 2}),
        ("coupon template entered", "spring", {"limit_per_customer": 1, "budget_minor": 500}),
    ]  # fmt: skip


def test_who_revokes_a_coupon_is_audited_once_and_without_its_code(coupons, service):
    coupons("coupon-templates/spring/coupons", {"codes": ["HELLO-ANN"]}, "marketer", key="issue")
    for _ in range(2):
        assert coupons("coupons/HELLO-ANN/revoke", None, "marketer", key="end").status_code == 200
    assert coupons("coupons/HELLO-ANN/revoke", None, "marketer", key="again").status_code == 409
    assert coupons("coupons/NO-SUCH/revoke", None, "marketer", key="unknown").json()["reason"] == "unknown_code"
    audited = service.app.state.worker.database.read(lambda one: read_trail(one, None, 9))
    assert [(one.action, one.subject) for one in audited if "revoked" in one.action] == [("coupon revoked", "spring")]


def test_a_template_that_is_entered_again_or_refused_is_not_audited(coupons, service):
    same, other = {"limit_per_customer": 1, "budget_minor": 500}, {"budget_minor": 900}
    assert [coupons.put("coupon-templates/spring", terms).status_code for terms in (same, other)] == [200, 409]
    audited = service.app.state.worker.database.read(lambda one: read_trail(one, None, 9))
    assert [(one.action, one.body) for one in audited] == [("coupon template entered", same)]


def test_the_times_of_a_template_have_a_zone(coupons):
    times = {"starts_at": "2024-06-03T02:00:00+02:00", "ends_at": "2099-01-01T00:00:00Z"}
    shown = coupons.put("coupon-templates/timed", times).json()["terms"]
    assert (shown["starts_at"], shown["ends_at"]) == ("2024-06-03T00:00:00Z", "2099-01-01T00:00:00Z")
    for wrong in (1_717_372_800, "2024-06-03T00:00:00"):
        assert coupons.put("coupon-templates/other", {"starts_at": wrong}).json()["field"] == "starts_at"


def test_a_wallet_is_read_page_by_page(coupons):
    coupons.put("coupon-templates/many", {})
    coupons("coupon-templates/many/coupons", {"codes": ["A", "B", "C"], "customer_id": "eve"}, "marketer")
    place, codes, cursor = "customers/eve/coupons?limit=2", [], ""
    while cursor is not None:
        page = coupons.get(f"{place}&cursor={cursor}").json()
        codes, cursor = [*codes, [one["code"] for one in page["items"]]], page["next_cursor"]
    assert codes == [["A", "B"], ["C"]]


def test_a_refusal_says_why(coupons):
    both = {"codes": ["A", "B"], "customer_id": "ann"}
    refused = coupons("coupon-templates/spring/coupons", both, "marketer")
    assert refused.json()["reason"] == "quantity_exceeded_for_customer"
    assert coupons("coupon-templates/spring/coupons", {"codes": ["A", "B"]}, "marketer").status_code == 201
    assert coupons("coupons/A/claim", {"customer_id": "ann"}).status_code == 200
    refused = coupons("coupons/A/redeem", {"customer_id": "bob", "amount_minor": 1})
    assert (refused.status_code, refused.json()["reason"]) == (409, "of_another_customer")
    refused = coupons("coupons/A/redeem", {"customer_id": "ann", "amount_minor": 501})
    assert refused.json()["reason"] == "budget_exceeded"
    assert coupons("coupons/C/claim", {"customer_id": "ann"}).json()["reason"] == "unknown_code"
    refused = coupons("coupons/B/release", {"lock_key": "x"})
    assert refused.json()["reason"] == "unknown_lock"


def test_a_key_is_carried_out_once(coupons):
    made = [coupons("coupon-templates/spring/coupons", {"count": 3}, "marketer", key="make").json() for _ in range(2)]
    assert made[0] == made[1]
    assert coupons.get("coupon-templates/spring").json()["balance"]["n_issued"] == 3
    other = coupons("coupon-templates/spring/coupons", {"count": 4}, "marketer", key="make")
    assert (other.status_code, other.json()["code"]) == (409, "key_conflict")
    code = made[0]["codes"][0]
    body = {"customer_id": "ann", "amount_minor": 100}
    assert len({coupons(f"coupons/{code}/redeem", body, key="use").text for _ in range(3)}) == 1
    other = coupons(f"coupons/{code}/redeem", body | {"amount_minor": 101}, key="use")
    assert other.json()["code"] == "key_conflict"
    long = "k" * 255
    assert coupons("redemptions/use/rollback", key=long).text == coupons("redemptions/use/rollback", key=long).text


def test_other_terms_are_a_conflict(coupons):
    assert coupons.put("coupon-templates/spring", {"limit_per_customer": 2}).status_code == 409
    assert coupons.put("coupon-templates/spring", {"limit_per_customer": 1, "budget_minor": 500}).status_code == 200


@pytest.mark.usefixtures("stopped_clock")
def test_who_guesses_codes_has_to_wait(coupons):
    answers = [coupons(f"coupons/GUESS{n}/claim", {"customer_id": "eve"}).status_code for n in range(21)]
    assert answers == [409] * 20 + [429]
    assert coupons("coupons/GUESS/claim", {"customer_id": "ann"}).status_code == 409


@pytest.mark.usefixtures("stopped_clock")
def test_who_guesses_for_another_customer_each_time_has_to_wait_too(coupons, monkeypatch):
    monkeypatch.setattr(unknown_codes, "GUESSES", Guesses(size_of_all=25))
    coupons("coupon-templates/spring/coupons", {"codes": ["KNOWN"]}, "marketer")
    answers = [coupons(f"coupons/GUESS{n}/claim", {"customer_id": f"eve {n}"}).status_code for n in range(26)]
    assert answers == [409] * 25 + [429]
    assert coupons("coupons/KNOWN/claim", {"customer_id": "ann"}).status_code == 429


@pytest.mark.usefixtures("stopped_clock")
def test_where_all_customers_guess_too_much_own_and_public_codes_still_hold(coupons, service, monkeypatch, caplog):
    monkeypatch.setattr(unknown_codes, "GUESSES", Guesses(size_of_all=1))
    coupons.put("coupon-templates/public", {"limit_per_code": None})
    for template, codes in (("public", {"codes": ["PUBLIC"]}), ("public", {"codes": ["HERS"], "customer_id": "ann"}),
                            ("spring", {"codes": ["ONCE"]})):  # fmt: skip
        assert coupons(f"coupon-templates/{template}/coupons", codes, "marketer").status_code == 201
    assert coupons("coupons/GUESS/claim", {"customer_id": "eve"}).status_code == 409

    def answer(code, customer):
        return coupons(f"coupons/{code}/lock", {"customer_id": customer, "lock_key": "cart"}).status_code

    before = dict(service.app.state.worker.metrics.counters)
    assert [answer(*one) for one in (("PUBLIC", "bob"), ("HERS", "ann"), ("ONCE", "bob"), ("HERS", "bob"))] == [
        200, 200, 429, 429,
    ]  # fmt: skip
    refused = ("offerloop_refused_total", ())
    assert service.app.state.worker.metrics.counters[refused] == before.get(refused, 0) + 2
    assert caplog.text.count("too many unknown codes are named") == 1


@pytest.mark.usefixtures("stopped_clock")
def test_who_looks_for_codes_learns_no_more_of_known_ones(coupons):
    coupons("coupon-templates/spring/coupons", {"codes": ["KNOWN"]}, "marketer")
    looked = [coupons.get(f"coupons/GUESS{n}?customer_id=eve").status_code for n in range(21)]
    assert looked == [404] * 20 + [429]
    assert coupons.get("coupons/KNOWN?customer_id=eve").status_code == 429
    assert coupons.get("coupons/KNOWN").status_code == 200


def test_nothing_is_written_of_an_erased_customer(coupons, service):
    from served_shop import with_role

    coupons("coupon-templates/spring/coupons", {"codes": ["FREE"]}, "marketer")
    assert service.delete("/v1/customers/ann-4711", headers=with_role(service, "admin")).status_code == 202
    ann = {"customer_id": "ann-4711"}
    answers = [
        coupons("coupons/FREE/claim", ann), coupons("coupons/FREE/lock", ann | {"lock_key": "basket"}),
        coupons("coupons/FREE/redeem", ann, key="order-of-ann-4711"),
        coupons("coupon-templates/spring/coupons", ann | {"codes": ["HERS"]}, "marketer"),
    ]  # fmt: skip
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(410, "erased")}
    database = service.app.state.worker.database
    assert database.read(lambda one: traces_of(one, "ann-4711")) == []


def test_no_file_is_made_of_a_template_that_is_not_there(coupons):
    assert coupons.get("coupon-templates/nothing/coupons.csv").status_code == 404
