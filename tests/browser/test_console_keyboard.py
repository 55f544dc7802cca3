"""The path of a campaign without a mouse: Tab goes to everything that is needed, Enter and arrows do it."""

import pytest

pytestmark = pytest.mark.slow
OFFER = "10% off, max €2 on kind 0"
MOST_TABS = 200


class AtTheKeyboard:
    """Somebody who has no mouse."""

    def __init__(self, page):
        self.page = page

    def go_to(self, selector):
        """Go on with Tab until the focus is there."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return self
        return pytest.fail(f"Tab does not come to {selector} of {self.page.url}")

    def enter(self):
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector, text):
        self.go_to(selector).page.keyboard.type(text)


def test_a_campaign_is_written_submitted_approved_and_started_by_keyboard(visiting):
    with visiting() as marketer, visiting() as approver:
        for visitor, role in ((marketer, "marketer"), (approver, "approver")):
            visitor.open("/console/sign-in")
            AtTheKeyboard(visitor.page).go_to(f"#form-demo-{role} button").enter()
        keys, other = AtTheKeyboard(marketer.page), AtTheKeyboard(approver.page)
        keys.go_to("nav a[href$='/console/campaigns']").enter()
        keys.go_to("main a[href*='campaign-form']").enter()
        keys.write("#campaign-title", "By keyboard")
        keys.write("#campaign-budget", "50.00")
        keys.write("#campaign-offers", OFFER)
        keys.go_to("#form-campaign button").enter()
        assert marketer.page.locator("h1").inner_text() == "By keyboard"
        keys.go_to("#form-submit button").enter()
        approver.open(marketer.page.url.removeprefix(approver.address))
        other.go_to("#form-approve button").enter()
        marketer.page.reload()
        keys.go_to("#form-start button").enter()
        assert marketer.page.locator(".facts .badge").first.inner_text() == "running"
