"""Every page shows the figures of its JSON and of the run to those whose roles allow it; forms change things."""

import csv
import io
import json
import re
import shutil
from html import unescape
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from console_pages import SPRING, Shown, post_form, send_form, signed_in
from pseudo_language import installed
from served_shop import served, shop_of, with_role
from small_shop import write_small_shop

from offerloop.config import load_config
from offerloop.store import JobState, add_job, claim_job, finish_job
from offerloop.web import problems
from offerloop.web.answering import without_formula
from offerloop.web.console.jobs import view as jobs
from offerloop.web.console.pages import ACTIONS, PAGES
from offerloop.web.console.policies import view as policies

PLAIN = [name for name, page in PAGES.items() if page.in_navigation]
BASKET = "tea, 2, 10.00, kind 0\ncup, 1, 5.00, kind 1"


@pytest.fixture(scope="module")
def console(small_run, tmp_path_factory):
    with served(shop_of(small_run, tmp_path_factory.mktemp("console"))) as client:
        yield client


@pytest.fixture(scope="module")
def admin(console):
    return signed_in(console, "admin", name="Ada")


@pytest.fixture(scope="module")
def addresses(console, admin):
    """Each page, with a query where it needs one."""
    customers = console.get("/console/customers.json", headers=admin).json()["customers"]
    campaign = console.get("/v1/policies/newest", headers=admin).json()["campaigns"][0]["campaign_id"]
    assert post_form(console, admin, "write-campaign", **SPRING).headers["location"] == "/console/campaign?id=spring"
    queries = {"customer": f"id={customers[0]['customer']}", "campaign": "id=spring", "campaign-form": "id=spring"}
    queries |= {"offer-form": "id=spring&kind=coupon", "try": f"id=spring&basket={quote(BASKET)}"}
    queries |= dict.fromkeys(("plan", "recipients"), f"campaign={campaign}")
    return {name: queries.get(name, "") for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_of_a_page_are_those_of_its_json_and_its_tables(console, admin, addresses, name, language):
    headers = admin | {"accept-language": language}
    query = addresses[name]
    page = console.get(f"/console/{name}?{query}", headers=headers)
    assert page.status_code == 200, page.text
    shown, found = Shown(page.text), console.get(f"/console/{name}.json?{query}", headers=headers).json()
    for table, rows in shown.tables.items():
        assert len(rows) == len(found[table])
        for row, values in zip(rows, found[table], strict=True):
            for text, value in zip(row, values.values(), strict=True):
                assert _agrees(text, value), (text, value)
        if not rows:
            continue
        written = console.get(f"/console/{name}/{table}.csv?{query}", headers=headers).text
        assert written.startswith("\ufeff")  # by which spreadsheets know the encoding
        assert len(list(csv.DictReader(io.StringIO(written)))) == len(rows)
    for value in found.get("stats", {}).values():
        minor = value["minor"] if isinstance(value, dict) else value
        assert any(_digits(minor) in re.sub(r"\D", "", text) for text in shown.figures) or isinstance(minor, float)


def _agrees(text, value):
    """Whether a cell shows a value: all digits of counts and amounts, and none for what is not known."""
    if value is None:
        return text == "–"
    if isinstance(value, dict):
        return "low_minor" in value or _digits(value["minor"]) == re.sub(r"\D", "", text).strip("0")
    if isinstance(value, int) and not isinstance(value, bool):
        return re.sub(r"\D", "", text) == str(value).lstrip("-")
    return bool(text) or value == "" or value == []


def _digits(minor):
    return str(abs(int(minor))).strip("0")


def test_the_overview_has_the_figures_of_the_run(console, admin, small_run):
    found = console.get("/console/overview.json", headers=admin).json()
    assigned = pl.read_parquet(small_run / "assignments.parquet").filter(pl.col("arm") == "plan")
    sent = assigned.filter(pl.col("offer_id") != "none")
    assert found["stats"]["customers"] == sent.height
    by_campaign = dict(sent.group_by("campaign_id").len().iter_rows())
    counted = {row["campaign"]: row["customers"] for row in found["campaigns"] if row["state"] == "send"}
    assert sum(counted.values()) == sum(by_campaign.values())
    assert found["stats"]["liability"]["minor"] == sent["cost_liability_minor"].sum()


def test_who_gets_what_holds_the_budget_that_was_asked_for(console, admin, addresses):
    query = addresses["recipients"]
    whole = console.get(f"/console/recipients.json?{query}", headers=admin).json()["stats"]
    budget = whole["liability"]["minor"] // 2
    part = console.get(f"/console/recipients.json?{query}&budget_minor={budget}", headers=admin).json()["stats"]
    assert part["liability"]["minor"] <= budget
    assert part["customers"] <= whole["customers"]


def test_the_page_of_a_campaign_says_how_its_budget_counts(console, admin, addresses):
    page = console.get(f"/console/plan?{addresses['plan']}", headers=admin).text
    assert "every offer counts at the most it can cost us, so the budget holds whatever customers do" in page


def test_points_of_the_slider_are_those_of_the_run(console, admin, addresses, small_run):
    campaign = addresses["plan"].removeprefix("campaign=")
    curve = pl.read_parquet(small_run / "budget_curve.parquet").filter(pl.col("campaign_id") == campaign)
    found = console.get(f"/console/plan.json?{addresses['plan']}", headers=admin).json()
    points = found.get("budget", {"points": []})["points"]
    assert [one["profit_minor"] for one in points] == (curve["profit_minor"].to_list() if curve.height > 1 else [])


@pytest.mark.slow
def test_a_third_language_has_every_text_of_the_console(console, admin, addresses, tmp_path, monkeypatch):
    names = {
        "Ada",
        "Spring",
        "spring",
        "first",
        "First",
        "offers",
        "Small",
        "shop",
        "JSON",
        "CSV",
        "admin",
        "off",
        "kind",
    }
    with installed(tmp_path) as language:
        monkeypatch.setattr(problems, "_languages", lambda: (language,))
        headers = admin | {"accept-language": language}
        for name in (
            "overview",
            "campaigns",
            "policies",
            "jobs",
            "people",
            "quality",
            "fairness",
            "experiments",
            "setup",
            "audit",
            "campaign",
            "campaign-form",
            "offer-form",
            "try",
            "compare-policies",
            "customer",
            "experiment",
        ):
            page = console.get(f"/console/{name}?{addresses[name]}", headers=headers).text
            assert f'<html lang="{language}">' in page
            titles = re.findall(
                r"<h[12]>([^<]+)<|<label[^>]*>([^<]+)<|<dt>([^<]+)<|<th scope=\"col\"[^>]*>([^<]+)<", page
            )
            shown = [text for found in titles for text in found if text]
            assert [
                text for text in shown if "⟦" not in text and not set(re.findall(r"[^\W\d_]+", text)) <= names
            ] == []


@pytest.mark.usefixtures("addresses")
def test_the_audit_trail_is_told_in_words(console, admin):
    rows = console.get("/console/audit.json", headers=admin).json()["trail"]
    page = Shown(console.get("/console/audit", headers=admin | {"accept-language": "zh"}).text)
    assert "campaign made" in {row["action"] for row in rows}
    assert [row[2] for row in page.tables["trail"] if row[2].isascii()] == []
    assert json.loads(next(row["body"] for row in rows if row["action"] == "campaign made"))["revision"] == 1


def test_a_plan_beside_itself_is_not_compared(console, admin):
    assert "There is one plan so far." in console.get("/console/compare-policies", headers=admin).text


@pytest.mark.parametrize("number", ["9" * 200, "9" * 15, "-1", "\u0663", "x"])
def test_a_number_that_cannot_be_fails_no_page(console, admin, addresses, number):
    for name, field in (("customers", "from"), ("products", "from"), ("audit", "before"), ("campaign", "before")):
        assert console.get(f"/console/{name}?{addresses[name]}&{field}={number}", headers=admin).status_code == 200
    for field in ("from", "budget_minor"):
        address = f"/console/recipients?{addresses['recipients']}&{field}={number}"
        assert console.get(address, headers=admin).status_code == 200


def test_nobody_sees_a_page_without_signing_in(console):
    for name in PAGES:
        answer = console.get(f"/console/{name}")
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/console/sign-in")
        assert console.get(f"/console/{name}.json").status_code == 401


def test_a_page_that_roles_do_not_allow_says_which_role_is_missing(console):
    viewer = signed_in(console, "viewer")
    answer = console.get("/console/audit", headers=viewer)
    assert answer.status_code == 403
    assert "admin" in answer.text
    overview = console.get("/console/overview", headers=viewer).text
    assert "/console/audit" not in overview
    assert "/console/customers" in overview


@pytest.mark.parametrize("name", [name for name in ACTIONS if name not in ("sign-out", "campaign", "judge-budget")])
def test_a_viewer_changes_nothing(console, name):
    viewer = signed_in(console, "viewer", name=f"viewer of {name}")
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert console.post(f"/console/do/{name}", headers=viewer | form, content="id=1").status_code == 403


@pytest.mark.parametrize("name", ACTIONS)
def test_a_form_of_another_site_changes_nothing(console, admin, name):
    other = admin | {"sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded"}
    answer = console.post(f"/console/do/{name}", headers=other, content="id=1")
    assert answer.status_code == 403


def test_forms_refuse_with_a_page_and_keep_everything(console, admin):
    sent = post_form(console, admin, "erase", id="1", again="2")
    assert sent.status_code == 422
    assert "Nothing was changed." in sent.text
    assert post_form(console, admin, "promote", version="../x").status_code == 404
    assert post_form(console, admin, "erase").status_code == 404, "nobody is named"
    assert post_form(console, admin, "opt-out").status_code == 422
    assert post_form(console, admin, "test-arm", id="c000", arm="none").status_code == 422
    assert post_form(console, admin, "job", kind="erase").status_code == 404
    assert console.post("/console/do/job", headers=admin, json={"kind": "run"}).status_code == 415


def test_an_id_with_signs_of_addresses_leads_back_to_its_customer(console, admin):
    kept = post_form(console, admin, "opt-out", id="tea & co+1", opt_out="")
    assert kept.headers["location"] == "/console/customer?id=tea%20%26%20co%2B1"
    assert "Customer tea &amp; co+1" in console.get(kept.headers["location"], headers=admin).text


def test_every_field_of_a_form_is_as_it_was_typed_after_signing_in_again(console, admin, addresses):
    customer = addresses["customer"].removeprefix("id=")
    signed_out = post_form(console, {}, "erase", id=customer, again="mistyped")
    back = unescape(re.search('name="next" value="([^"]+)"', signed_out.text)[1])
    assert 'value="mistyped"' in console.get(back, headers=admin).text


def test_the_switch_turns_offers_off_and_on(console, admin):
    worker = console.app.state.worker
    assert post_form(console, admin, "switch", is_on="").headers["location"] == "/console/policies"
    assert not worker.personalised
    assert "switched off" in console.get("/console/overview", headers=admin).text
    post_form(console, admin, "switch", is_on="yes")
    assert worker.personalised


def test_what_came_of_a_job_is_in_the_language_of_the_page(console, admin, small_run):
    database = console.app.state.worker.database
    headline = json.loads((small_run / "summary.json").read_text(encoding="utf-8"))["headline"]
    result = {"run": small_run.name, "sentence": headline}
    for kind, done in (("run", result), ("erase", {"files": 1, "steps": 0, "traces": []})):
        database.change(lambda one, kind=kind: add_job(one, kind, {}))
        job = database.change(lambda one: claim_job(one, "worker"))
        database.change(lambda one, job=job, done=done: finish_job(one, job.job_id, "worker", JobState.DONE, done))
    for language, erased, decided in (
        ("en", "1 file was rewritten; no trace is left.", "Send “First offers” on trust only"),
        ("zh", "改写了 1 个文件，未留下任何痕迹。", "可以发放“First offers”，但没有证据支持"),
    ):
        headers = admin | {"accept-language": language}
        outcomes = [one["outcome"] for one in console.get("/console/jobs.json", headers=headers).json()["jobs"][:2]]
        assert outcomes[0] == erased
        assert outcomes[1].startswith(decided)


def test_a_job_is_begun_seen_and_cancelled(console, admin):
    post_form(console, admin, "job", kind="run")
    found = console.get("/console/jobs.json", headers=admin).json()
    assert found["jobs"][0]["state"] == "queued"
    page = console.get("/console/jobs", headers=admin).text
    job = re.search(r'name="job" value="([^"]+)"', page)[1]
    post_form(console, admin, "cancel-job", job=job)
    assert console.get("/console/jobs.json", headers=admin).json()["jobs"][0]["state"] == "cancelled"


def test_lists_go_on_behind_show_more(small_run, tmp_path, monkeypatch):
    for module in (jobs, policies):
        monkeypatch.setattr(module, "SHOWN", 1)
    shop = shop_of(small_run, tmp_path)
    shutil.copytree(shop / "runs" / small_run.name, shop / "runs" / "20200101-000000")
    with served(shop) as client:
        admin = signed_in(client, "admin", name="Ada")
        for _ in range(3):
            post_form(client, admin, "job", kind="loop")
        for name, table, length in (("jobs", "jobs", 3), ("policies", "runs", 2)):
            rows, place = [], f"/console/{name}"
            while place:
                rows += client.get(place.replace(name, f"{name}.json", 1), headers=admin).json()[table]
                more = re.search(r'<a href="([^"]+)">Show more', client.get(place, headers=admin).text)
                place = more and unescape(more[1])
            assert len(rows) == length
        assert [one["run"] for one in rows] == [small_run.name, "20200101-000000"]


def test_a_draft_is_tried_on_a_basket(console, admin, addresses):
    found = console.get(f"/console/try.json?{addresses['try']}", headers=admin).json()
    assert found["stats"]["before"]["minor"] == 2_500
    (offer,) = found["tried"]
    assert (offer["applies"], offer["off"]["minor"], offer["total"]["minor"]) == ("applies", 200, 2_300)
    other = console.get("/console/try.json?id=spring&basket=cup,1,5.00,kind 1", headers=admin).json()["tried"][0]
    assert (other["applies"], other["why"]) == ("not now", "not in basket")
    for wrong in ("tea", "tea, many, 1.00", "tea, 1, cheap", "tea, 0, 1.00", "tea, 1%0Dmilk"):
        assert console.get(f"/console/try?id=spring&basket={wrong}", headers=admin).status_code == 200


def test_a_decision_is_replayed_with_its_reasons(console, admin):
    token = with_role(console, "service")
    made = console.post("/v1/decisions", headers=token, json={"customer_id": "c001", "durable": True}).json()
    log = console.get("/console/decisions.json", headers=admin).json()["log"]
    assert log[0]["decision"] in made["decision_id"]
    assert log[0]["rule"] not in ("", *made["reasons"])
    page = console.get(f"/console/decisions?id={made['decision_id']}", headers=admin).text
    assert "byte for byte" in page
    assert made["decision_id"] in page
    assert "Why: what support may say" in page
    chinese = console.get(f"/console/decisions?id={made['decision_id']}&language=zh", headers=admin).text
    assert "逐字节" in chinese
    assert "no decision of this id" in console.get("/console/decisions?id=decision_x", headers=admin).text


def test_a_shop_is_set_up_from_an_upload_and_its_columns_are_corrected(tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    write_small_shop(tmp_path)
    with served(shop) as client:
        admin = signed_in(client, "admin")
        assert "/console/setup" in client.get("/console/overview", headers=admin).text
        table = pl.read_csv(tmp_path / "lines.csv")
        lines = table.drop("who").write_csv().encode()
        orders = table.select("order", customer="who").unique().write_csv().encode()
        text = {"content-type": "text/csv"}
        wrong = (bytes(range(128, 256)), "could not be read"), (b"Dear all,\nsee the sales.\n", "Not found: ")
        for content, why in wrong:
            client.put("/console/upload/order_lines", headers=admin | text, content=content)
            page = client.get("/console/setup", headers=admin).text
            assert why in page
            assert str(shop) not in page
            assert post_form(client, admin, "set-up").status_code == 422
            assert not (shop / "offerloop.toml").exists()
        for source, content, status in (
            ("other", lines, 404), ("order_lines", b"", 422), ("order_lines", lines, 201), ("orders", orders, 201),
        ):  # fmt: skip
            answer = client.put(f"/console/upload/{source}", headers=admin | text, content=content)
            assert answer.status_code == status
        assert client.put("/console/upload/order_lines", headers=admin, json={}).status_code == 415
        viewer = signed_in(client, "viewer")
        assert client.put("/console/upload/order_lines", headers=viewer | text, content=lines).status_code == 403
        assert len(client.get("/console/setup.json", headers=admin).json()["order_lines"]) == 5
        (shop / "offerloop.toml").write_text("[shop\n[[campaigns]]")
        assert post_form(client, admin, "set-up").status_code == 409
        assert (shop / "offerloop.toml").read_text() == "[shop\n[[campaigns]]"
        (shop / "offerloop.toml").unlink()
        chosen = {"currency": "eur", "order_lines.store_id": "order"}
        assert post_form(client, admin, "set-up", **chosen).headers["location"] == "/console/jobs"
        config = load_config(shop)
        assert config.shop.currency == "EUR"
        source = config.sources["order_lines"]
        assert (source.columns["store_id"], source.columns["customer_id"], len(source.join)) == ("order", "customer", 1)
        assert client.get("/console/jobs.json", headers=admin).json()["jobs"][0]["state"] == "queued"
        assert client.put("/console/upload/order_lines", headers=admin | text, content=lines).status_code == 409


def test_another_language_leads_back_to_where_one_wanted_to_go(console):
    def back(page):
        (address,) = re.findall(r'name="back" value="([^"]*)"', page.text)
        return unescape(address)

    asked = "/console/sign-in?next=%2Fconsole%2Fcustomer%3Fid%3Dc002"
    assert console.get("/console/customer?id=c002").headers["location"] == asked
    assert back(console.get(asked)) == asked
    wrong = send_form(console, "/console/sign-in", "name=Nobody&password=x&next=%2Fconsole%2Fcustomer%3Fid%3Dc002")
    assert back(wrong) == asked
    chosen = send_form(console, "/console/do/language", urlencode({"language": "zh", "back": asked}))
    assert chosen.headers["location"] == asked
    assert back(console.get("/console/sign-in?invited=yes")) == "/console/sign-in?invited=yes"
    assert back(send_form(console, "/console/sign-in", "invitation=x&password=y")) == "/console/sign-in?invited=yes"


def test_somebody_is_invited_signs_in_and_is_let_go(console, admin):
    shown = post_form(console, admin, "invite", name="Bea", role="viewer")
    (secret,) = re.findall(r"https://shop.test/console/sign-in\?invited=yes, .*days: ([\w-]+)", shown.text)
    assert (shown.status_code, ">Bea<" in shown.text) == (200, True)
    assert "/console/do/language" not in shown.text  # in another language the secret would be gone
    assert "/console/do/language" in console.get("/console/people", headers=admin).text
    assert "invitation-invitation" in console.get("/console/sign-in?invited=yes").text
    assert secret not in console.get(f"/console/sign-in?invitation={secret}").text  # which a log would hold
    assert secret in send_form(console, "/console/sign-in", f"invitation={secret}&password=short").text
    fields = f"invitation={secret}&password=correct+horse+battery"
    answer = send_form(console, "/console/sign-in", fields)
    assert answer.headers["location"] == "/console/overview"
    cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0], "sec-fetch-site": "same-origin"}
    assert console.get("/console/overview", headers=cookie).status_code == 200
    by_name = send_form(console, "/console/sign-in", "name=Bea+&password=correct+horse+battery")
    assert by_name.headers["location"] == "/console/overview"
    person = re.search(
        r'<option value="(person_[0-9a-f]+)"[^>]*>Bea<', console.get("/console/people", headers=admin).text
    )
    shown = post_form(console, admin, "invite-again", person=person[1])
    (renewed,) = re.findall(r"https://shop.test/console/sign-in\?invited=yes, .*days: ([\w-]+)", shown.text)
    assert console.get("/console/overview", headers=cookie).status_code == 303
    answer = send_form(console, "/console/sign-in", f"invitation={renewed}&password=battery+horse+correct")
    cookie["cookie"] = answer.headers["set-cookie"].partition(";")[0]
    assert console.get("/console/overview", headers=cookie).status_code == 200
    post_form(console, admin, "revoke", person=person[1])
    assert console.get("/console/overview", headers=cookie).status_code == 303
    assert send_form(console, "/console/sign-in", fields).status_code == 401


def test_the_first_person_comes_in_with_the_token_once(small_run, tmp_path):
    from offerloop.web.running import first_token

    with served(shop_of(small_run, tmp_path)) as client:
        token = first_token(client.app.state.worker.database)
        fields = "name=Ada&password=correct+horse+battery"
        assert send_form(client, "/console/first-person", f"token=offer_wrong&{fields}").status_code == 401
        again = send_form(
            client, "/console/first-person", f"token={token}&name=Ada&password=short&next=%2Fconsole%2Fjobs"
        )
        assert again.status_code == 401
        assert 'value="Ada"' in again.text
        assert 'name="next" value="/console/jobs"' in again.text
        assert token not in again.text
        answer = send_form(client, "/console/first-person", f"token={token}&{fields}")
        assert answer.status_code == 303
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert 'name="token"' not in client.get("/console/sign-in").text


@pytest.mark.parametrize(
    "place", ["https://elsewhere.test/console/x", "//elsewhere.test", "/v1/me", "/console/a%0d%0ab"]
)
def test_nobody_is_led_to_another_place(console, admin, place):
    answer = post_form(console, admin, "language", language="zh", back=place)
    assert re.fullmatch(r"/console/[a-z%0-9]+", answer.headers["location"])


def test_the_language_that_was_chosen_stays(console, admin):
    chosen = post_form(console, admin, "language", language="zh", back="/console/jobs")
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    page = console.get("/console/jobs", headers=admin | {"cookie": f"{admin['cookie']}; {cookie}"}).text
    assert '<html lang="zh">' in page
    assert "任务" in page


@pytest.mark.parametrize("name", ["console.css", "console.js", "htmx.min.js", "icon.svg"])
def test_static_files_are_small_and_there(console, name):
    answer = console.get(f"/console/static/{name}")
    assert answer.status_code == 200
    assert len(answer.content) <= {"css": 100_000, "svg": 2_000}.get(name.rpartition(".")[2], 58_000)
    for other in ("../routes.py", "..%2froutes.py", "nothing.css"):
        assert console.get(f"/console/static/{other}").status_code == 404


def test_reports_run_no_script(console, admin):
    answer = console.get("/console/report", headers=admin)
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert console.get("/console/report?run=..%2f..", headers=admin).status_code == 404


@pytest.mark.parametrize("name", PLAIN)
def test_no_page_has_an_inline_style_or_script(console, admin, name):
    page = console.get(f"/console/{name}", headers=admin).text
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\son[a-z]+=", page)


def test_a_text_of_the_shop_cannot_become_a_formula_or_markup(console, admin):
    post_form(console, admin, "invite", name="=1+1<script>", role="viewer")
    page = console.get("/console/people", headers=admin).text
    assert "<script>" not in page.partition("<body>")[2]
    assert "'=1+1" in console.get("/console/people/people.csv", headers=admin).text
    for cell in ("-1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\t=1", "\r=1", "  =1", "\u3000＝1"):
        assert without_formula(cell) == f"'{cell}"
    for cell in ("anna=1", "HI-1", " tea", ""):
        assert without_formula(cell) == cell
