"""The console in Debian's Chromium: a service of its own process, and pages that fail on any error of the console."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from served_process import serving
from served_shop import shop_of

SHOTS = os.environ.get("OFFERLOOP_SCREENSHOTS")
"""Folder for a picture of every page, if anybody wants them."""


@pytest.fixture(scope="module")
def served_console(small_run, tmp_path_factory):
    """Address of the console, and the secret of an admin's token."""
    folder = tmp_path_factory.mktemp("browser")
    shop = shop_of(small_run, folder)
    for file in small_run.parent.parent.glob("*.csv"):
        shutil.copy(file, shop)
    with serving(shop, folder / "log", "--demo-people") as (address, secret, _):
        yield address.replace("127.0.0.1", "localhost"), secret


@pytest.fixture(scope="module")
def chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None, "chromium is not installed; scripts/system_packages test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser."""

    def __init__(self, context, address):
        self.address, self.errors = address, []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def open(self, place):
        answer = self.page.goto(f"{self.address}{place}")
        assert answer.status == 200, place
        return self.page

    def demo(self, role):
        self.open("/console/sign-in")
        self.page.click(f"#form-demo-{role} button")
        self.page.wait_for_url("**/console/overview")
        return self

    def press(self, form):
        self.page.click(f"#form-{form} button")
        self.page.wait_for_load_state()

    def shot(self, name):
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def visiting(chromium, served_console):
    """A function that gives a visitor in a context of their own; no page of theirs may have an error."""

    @contextmanager
    def visit(**looks):
        context = chromium.new_context(**looks)
        visitor = Visitor(context, served_console[0])
        yield visitor
        context.close()
        assert visitor.errors == []

    return visit
