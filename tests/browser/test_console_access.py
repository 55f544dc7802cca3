"""No page has a violation of WCAG 2.1 A or AA that axe finds, in light and dark, both languages, wide and narrow."""

from itertools import product

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from offerloop.web.console.pages import PAGES

LOOKS = list(product(("light", "dark"), ("en", "zh"), (1280, 390)))
"""Theme, language and width."""
PAIRWISE = [("light", "en", 1280), ("light", "zh", 390), ("dark", "en", 390), ("dark", "zh", 1280)]
"""Looks in which each pair of theme, language and width occurs."""
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}

CUT_TABLES = """[...document.querySelectorAll(".scroll")].filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => one.getAttribute("aria-label"))"""
"""Names of tables of which a part is out of sight."""


@pytest.fixture(scope="module")
def addresses(served_console):
    """Each page that the demo's people see, with a query where it needs one."""
    bearer = {"authorization": f"Bearer {served_console[1]}"}
    campaigns = httpx.get(f"{served_console[0]}/v1/policies/newest", headers=bearer).json()["campaigns"]
    planned = next(one["campaign_id"] for one in campaigns if one["n_planned"])
    draft = {"id": "looked-at", "title": "Looked at", "budget": "10.00", "offers": [{"kind": "coupon", "percent": 10}]}
    httpx.post(f"{served_console[0]}/v1/campaigns", headers=bearer, json=draft)
    long_name = {"name": "Sommerschlussverkauf" * 5, "roles": ["viewer"]}
    httpx.post(f"{served_console[0]}/v1/people", headers=bearer, json=long_name)
    queries = {"customer": "id=c001", "plan": f"campaign={planned}", "recipients": f"campaign={planned}"}
    queries |= {"campaign": "id=looked-at", "campaign-form": "id=looked-at", "offer-form": "id=looked-at&kind=coupon"}
    queries["try"] = "id=looked-at&basket=tea,2,9.50,kind 0"
    return {name: f"/console/{name}?{queries.get(name, '')}" for name in PAGES if name != "audit"}


def violations(visiting, addresses, looks):
    theme, language, width = looks
    found = []
    with visiting(color_scheme=theme, locale=language, viewport={"width": width, "height": 900}) as visitor:
        visitor.open("/console/sign-in")
        found += _violations(visitor, "sign-in")
        visitor.demo("marketer")
        for name, address in addresses.items():
            page = visitor.open(address)
            visitor.shot(f"{name}-{theme}-{language}-{width}")
            found += _violations(visitor, name)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is cut off"
            assert page.evaluate(CUT_TABLES) == [], name
    return found


def _violations(visitor, name):
    told = Axe().run(visitor.page, options=RULES).response["violations"]
    return [(name, one["id"], one["nodes"][0]["html"]) for one in told]


@pytest.mark.slow
@pytest.mark.parametrize("looks", PAIRWISE, ids=str)
def test_pages_are_for_everybody(visiting, addresses, looks):
    """Each page in one look out of four, so that all pairs of looks occur."""
    part = {name: one for place, (name, one) in enumerate(addresses.items()) if PAIRWISE[place % 4] == looks}
    assert violations(visiting, part, looks) == []


@pytest.mark.soak
@pytest.mark.parametrize("looks", LOOKS, ids=str)
def test_pages_are_for_everybody_in_all_looks(visiting, addresses, looks):
    assert violations(visiting, addresses, looks) == []
