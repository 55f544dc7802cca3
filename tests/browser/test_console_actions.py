"""What a page does between two requests: it sends a form once, and follows a job without disturbing who reads it."""

import time

import httpx
import pytest

pytestmark = pytest.mark.slow
OFFER = {
    "kind": "coupon", "on": "kind 1", "percent": 10, "max_discount": "2.00",
    "assumed": {"p_redeem": 0.1, "incremental": 0.9},
}  # fmt: skip
CANCEL = "form[id^=form-cancel-] button"


@pytest.fixture
def service(served_console):
    """A client of the service with an admin's token."""
    address, secret = served_console
    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {secret}"}) as client:
        yield client


def test_a_job_is_begun_once_and_one_that_waits_is_cancelled_by_keyboard_while_the_page_follows_it(visiting, service):
    """Jobs wait behind the first one, so that the last is not over before its button is pressed."""
    with visiting() as visitor:
        visitor.demo("marketer")
        page = visitor.open("/console/jobs")
        sent = []

        def slowly(route):
            sent.append(route.request.url)
            time.sleep(0.5)
            route.continue_()

        page.route("**/do/job", slowly)
        page.dblclick("#form-begin button")
        page.wait_for_selector(CANCEL)
        assert len(sent) == 1
        *others, last = [service.post("/v1/jobs", json={"kind": "run"}).json()["job_id"] for _ in range(4)]
        cancel = f"#form-cancel-{last} button"
        page.wait_for_selector(cancel)
        page.focus(cancel)
        for _ in range(2):
            page.wait_for_event("requestfinished", lambda one: one.url.endswith("/console/jobs"))
        page.wait_for_timeout(200)
        assert page.evaluate(f"document.activeElement === document.querySelector('{cancel}')")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert service.get(f"/v1/jobs/{last}").json()["state"] == "cancelled"
        for job in others:
            service.post(f"/v1/jobs/{job}/cancel")
        page.wait_for_selector("#form-begin", timeout=60_000)


def test_the_budget_slider_moves_after_a_preview_that_the_page_followed(visiting, service):
    draft = {"id": "followed", "title": "Followed", "budget": "50.00", "offers": [OFFER], "send": "likely"}
    assert service.post("/v1/campaigns", json=draft).status_code == 201
    with visiting() as visitor:
        visitor.demo("marketer")
        page = visitor.open("/console/campaign?id=followed")
        visitor.press("preview")
        page.wait_for_selector(".slider input[type=range]", timeout=180_000)
        figure = page.locator("[data-figure=budget]")
        before = figure.inner_text()
        page.focus(".slider input[type=range]")
        page.keyboard.press("Home")
        assert figure.inner_text() != before
