"""From order lines to a report in the browser, without a terminal."""

import pytest
from served_process import serving
from small_shop import write_small_shop

from conftest import Visitor

pytestmark = pytest.mark.slow


def test_a_shop_is_set_up_from_its_files_and_has_a_report(chromium, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    write_small_shop(theirs)
    with serving(None, tmp_path / "log", folder=tmp_path) as (address, secret, _):
        context = chromium.new_context()
        ada = Visitor(context, address.replace("127.0.0.1", "localhost"))
        page = ada.open("/console/sign-in?next=/console/setup")
        page.fill("#first-person-token", secret)
        page.fill("#first-person-name", "Ada")
        page.fill("#first-person-password", "correct horse battery")
        ada.press("first-person")
        page = ada.open("/console/overview")
        page.click("text=Set up the shop")
        field = page.locator("[data-source=order_lines]")
        field.evaluate("field => { field.dataset.most = 1; }")
        page.set_input_files("#upload-order_lines", theirs / "lines.csv")
        assert "larger" in field.locator("[role=status]").inner_text()
        field.evaluate("field => { field.dataset.most = 1e9; }")
        page.set_input_files("#upload-order_lines", [])
        page.set_input_files("#upload-order_lines", theirs / "lines.csv")
        page.wait_for_selector("#form-columns")
        assert page.locator("#order_lines tbody tr").count() == 5
        ada.shot("setup")
        ada.press("columns")
        assert page.url.endswith("/console/jobs")
        page.wait_for_selector("#jobs tbody .badge.good", timeout=180_000)
        page = ada.open("/console/policies")
        page.click("#runs tbody a")
        page.wait_for_load_state()
        assert page.locator("h1").count() == 1
        assert ada.errors == []
        context.close()
