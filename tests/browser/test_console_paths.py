"""The paths that people take through the console, in a real browser."""

import time

import httpx
import pytest

pytestmark = pytest.mark.slow
OFFER = (
    '{"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00", '
    '"assumed": {"p_redeem": 0.1, "incremental": 0.6}}'
)


def test_the_first_person_comes_in_with_the_printed_token(visiting, served_console):
    with visiting() as ada:
        ada.open("/")
        ada.page.fill("#first-person-token", served_console[1])
        ada.page.fill("#first-person-name", "Ada")
        ada.page.fill("#first-person-password", "correct horse battery")
        ada.press("first-person")
        assert ada.page.url.endswith("/console/overview")
        assert ada.page.locator("header .who").inner_text() == "Ada · admin"
        ada.page.click("text=Sign out")
        ada.page.wait_for_url("**/console/sign-in")


def test_a_campaign_is_written_previewed_approved_started_and_paused_by_two_people(visiting, served_console):
    with visiting() as marketer, visiting() as approver:
        marketer.demo("marketer")
        approver.demo("approver")
        marketer.open("/console/campaigns").click("text=Write a campaign")
        page = marketer.page
        page.fill("#campaign-id", "spring")
        page.fill("#campaign-title", "Spring offers")
        page.fill("#campaign-budget", "50.00")
        page.fill("#campaign-offers", OFFER)
        marketer.press("campaign")
        assert page.locator("h1").inner_text() == "Spring offers"
        assert "customers it may go to" in page.content()
        marketer.press("submit")
        assert page.locator("#form-approve").count() == 0
        approver.open("/console/campaign?id=spring")
        approver.press("approve")
        marketer.open("/console/campaign?id=spring")
        marketer.press("start")
        assert page.locator(".facts .badge").first.inner_text() == "running"
        marketer.press("pause")
        assert page.locator(".facts .badge").first.inner_text() == "paused"
        assert (
            httpx.get(f"{served_console[0]}/v1/campaigns/spring", headers=_bearer(served_console)).json()["state"]
            == "paused"
        )


def test_the_slider_moves_figures_and_table_without_a_request_until_it_is_let_go(visiting, served_console):
    with visiting() as marketer:
        marketer.demo("marketer")
        campaign = next(iter(_campaigns(served_console)))
        page = marketer.open(f"/console/plan?campaign={campaign}")
        requests = []
        page.on("request", lambda one: None if "/static/" in one.url else requests.append(one.url))
        slider = page.locator("#budget-range")
        before = page.locator("[data-figure=customers]").inner_text()
        took = slider.evaluate(
            "range => { const begin = performance.now(); range.value = 0; "
            "range.dispatchEvent(new Event('input')); return performance.now() - begin; }"
        )
        assert took < 100
        assert requests == []
        assert page.locator("[data-figure=customers]").inner_text() != before
        slider.evaluate("range => { range.value = range.max; range.dispatchEvent(new Event('change')); }")
        page.wait_for_selector("#recipients")
        assert len(requests) == 1


def test_the_slider_is_a_button_without_javascript(visiting, served_console):
    with visiting(java_script_enabled=False) as marketer:
        marketer.demo("marketer")
        page = marketer.open(f"/console/plan?campaign={next(iter(_campaigns(served_console)))}")
        page.click(".slider form button")
        assert "/console/recipients" in page.url


def test_a_customer_is_explained_opts_out(visiting):
    with visiting() as marketer:
        page = marketer.demo("marketer").open("/console/customers")
        customer = page.locator("#customers tbody th").first.inner_text()
        page.fill("#search-id", customer)
        marketer.press("search")
        assert page.locator("h1").inner_text() == f"Customer {customer}"
        assert "Why: what support may say" in page.content()
        assert page.locator("#form-erase button").count() == 0
        assert "admin" in page.locator("#form-erase .hint").inner_text()
        marketer.press("choices")
        assert "Give personal offers again" in page.content()


def test_traffic_through_the_interface_moves_spend_and_an_experiment(visiting, served_console):
    address, bearer = served_console[0], _bearer(served_console)
    run = httpx.get(f"{address}/v1/policies/newest", headers=bearer).json()["version"]

    def send(method, place, **body):
        key = {"idempotency-key": place.replace("/", "-")}
        answer = httpx.request(method, f"{address}/v1/{place}", headers=bearer | key, json=body)
        assert answer.is_success, answer.text

    with visiting() as marketer:
        page = marketer.demo("marketer").page
        before = page.locator("#spend tbody td").nth(1).inner_text()
        send("PUT", "coupon-templates/first", budget_minor=10_000)
        send("POST", "coupon-templates/first/coupons", codes=["TEA"])
        send("POST", "coupons/TEA/redeem", customer_id="c001", amount_minor=250)
        until = time.monotonic() + 120
        while page.locator("#spend tbody td").nth(1).inner_text() == before and time.monotonic() < until:
            page.wait_for_timeout(500)
            page.reload()  # what took long to count is counted again later
        assert page.locator("#spend tbody td").nth(1).inner_text() != before
        experiment = f"/console/experiment?run={run}"
        assert "running" in marketer.open(experiment).locator(".facts .badge").first.inner_text()
        line = {"product_id": "7", "quantity": 1.0, "paid_minor": 900}
        order = {"kind": "order", "at": "2024-05-21T10:00:00Z", "lines": [line]}
        orders = [order | {"event_id": f"o{n}", "order_id": f"o{n}", "customer_id": f"c{n:03}"} for n in range(1, 40)]
        send("POST", "events", events=orders)
        marketer.open("/console/jobs").select_option("#begin-kind", "readout")
        marketer.press("begin")
        page.wait_for_selector("#jobs tbody .badge.good, #jobs tbody .badge.bad", timeout=60_000)
        assert page.locator("#jobs tbody .badge.bad").count() == 0, page.locator("#jobs").inner_text()
        state = marketer.open(experiment).locator(".facts .badge").first.inner_text()
        assert state in ("measured", "no effect shown")


def test_an_admin_erases_a_customer(visiting, served_console):
    address, bearer = served_console[0], _bearer(served_console)
    invited = httpx.post(f"{address}/v1/people", headers=bearer, json={"name": "Eve", "roles": ["admin"]}).json()
    with visiting() as eve:
        eve.open("/console/sign-in?invited=yes").fill("#invitation-invitation", invited["invitation"])
        eve.page.fill("#invitation-password", "correct horse battery")
        eve.press("invitation")
        eve.open("/console/customer?id=c002").fill("#erase-again", "c002")
        eve.press("erase")
        assert eve.page.url.endswith("/console/jobs")
        eve.page.wait_for_selector("#jobs tbody tr:first-child .badge.good", timeout=60_000)


def test_the_language_stays(visiting):
    with visiting() as marketer:
        marketer.demo("marketer")
        marketer.page.click("button[lang=zh]")
        marketer.page.wait_for_load_state()
        assert marketer.page.locator("h1").inner_text() == "概览"
        assert marketer.open("/console/jobs").locator("html").get_attribute("lang") == "zh"


def _bearer(served_console):
    return {"authorization": f"Bearer {served_console[1]}"}


def _campaigns(served_console):
    found = httpx.get(f"{served_console[0]}/v1/policies/newest", headers=_bearer(served_console)).json()["campaigns"]
    return [one["campaign_id"] for one in found if one["n_planned"]]
