"""Moments in the time zone of the shop: on pages, in forms, and across changes of clocks."""

import re
from html import unescape

import pytest
from console_pages import SPRING, Shown, post_form, signed_in
from served_shop import served, shop_of

OFFER = {"kind": "spend_and_save", "spend": "50", "save": "5"}
JUNE = {"id": "june", "title": "June", "budget": "50.00", "offers": [OFFER]}
FIRST, SECOND = "2027-10-31T00:30:45Z", "2027-10-31T01:30:45Z"
"""Clocks in Berlin show 02:30:45 at both."""


def keep_zone(shop, zone):
    """Write the time zone of a shop into its configuration, also in place of another one."""
    path = shop / "offerloop.toml"
    text = re.sub(r"timezone = .*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("[shop]\n", f'[shop]\ntimezone = "{zone}"\n', 1), encoding="utf-8")


@pytest.fixture
def shop(small_run, tmp_path):
    return shop_of(small_run, tmp_path)


def write(client, headers, **times):
    assert client.post("/v1/campaigns", headers=headers, json=JUNE | times).status_code == 201


def campaign(client, headers):
    """The campaign as the HTTP interface answers it."""
    return client.get("/v1/campaigns/june", headers=headers).json()


def typed_in(page):
    """What the form of a campaign would send if nobody touched it."""
    form = page.partition('id="form-campaign"')[2].partition("</form>")[0]
    inputs = {re.search('name="([^"]*)"', one)[1]: re.search('value="([^"]*)"', one)[1]
              for one in re.findall("<input[^>]*>", form)}  # fmt: skip
    chosen = {name: re.search('value="([^"]*)" selected', options)[1]
              for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form)}  # fmt: skip
    (offers,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.DOTALL)
    return {name: unescape(value) for name, value in {**inputs, **chosen, "offers": offers}.items()}


def form_of(client, headers):
    return client.get("/console/campaign-form?id=june", headers=headers).text


def test_a_shop_in_shanghai_sees_and_types_its_own_time(shop):
    keep_zone(shop, "Asia/Shanghai")
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        write(client, ada, starts_at="2100-01-01T16:30:00Z")
        form = form_of(client, ada)
        assert "Start (Asia/Shanghai);" in form
        assert "开始时间（Asia/Shanghai）" in form_of(client, ada | {"accept-language": "zh"})
        fields = typed_in(form)
        assert fields["starts_at"] == "2100-01-02T00:30"
        changed = {"ends_at": "2100-06-30T23:59:59", "change_at_0": "2100-02-01T00:00", "change_budget_0": "60.00"}
        assert post_form(client, ada, "write-campaign", **fields | changed).status_code == 303
        answered = campaign(client, ada)
        assert (answered["starts_at"], answered["ends_at"]) == ("2100-01-01T16:30:00Z", "2100-06-30T15:59:59Z")
        assert answered["campaign"]["budget_changes"] == [{"at": "2100-01-31T16:00:00Z", "budget": "60.00"}]
        page = client.get("/console/campaign?id=june", headers=ada).text
        shown = Shown(page)
        assert shown.figures[2] == "2100-01-02 00:30"
        assert shown.tables["scheduled"][0][0] == "2100-02-01 00:00"
        changes = {row[0]: row[2] for row in shown.tables["changes"]}
        assert changes == {"ends": "2100-06-30 23:59", "Scheduled changes": "60.00 from 2100-02-01 00:00 on"}
        assert page.count("Times are in the time zone Asia/Shanghai.") == 1
        figures = client.get("/console/campaign.json?id=june", headers=ada).json()
        assert figures["campaign"]["starts_at"] == "2100-01-01T16:30:00Z"
        assert figures["changes"][0]["after"] == "2100-06-30T15:59:59Z"
        listed = client.get("/console/campaigns", headers=ada | {"accept-language": "zh"}).text
        assert Shown(listed).tables["campaigns"][0][3] == "2100-01-02 00:30"
        assert "时间均为 Asia/Shanghai 时区的时间。" in unescape(listed).replace("\u00a0", " ")
        assert "time zone" not in client.get("/console/products", headers=ada).text


def test_a_shop_without_a_time_zone_is_in_utc(shop):
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        write(client, ada, starts_at="2100-01-01T16:30:00+08:00")
        assert typed_in(form_of(client, ada))["starts_at"] == "2100-01-01T08:30"
        assert "Times are in the time zone UTC." in client.get("/console/campaigns", headers=ada).text


def test_a_form_that_nobody_touched_keeps_moments_that_clocks_show_alike(shop):
    keep_zone(shop, "Europe/Berlin")
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        changes = [{"at": FIRST, "budget": "60.00"}, {"at": SECOND, "budget": "70.00"}]
        write(client, ada, starts_at=FIRST, ends_at=SECOND, budget_changes=changes)
        shown = Shown(client.get("/console/campaign?id=june", headers=ada).text)
        assert [row[0] for row in shown.tables["scheduled"]] == ["2027-10-31 02:30 CEST", "2027-10-31 02:30 CET"]
        fields = typed_in(form_of(client, ada))
        assert fields["starts_at"] == fields["ends_at"] == "2027-10-31T02:30:45"
        assert post_form(client, ada, "write-campaign", **fields).status_code == 303
        answered = campaign(client, ada)
        assert (answered["revision"], answered["starts_at"], answered["ends_at"]) == (2, FIRST, SECOND)
        assert answered["campaign"]["budget_changes"] == changes
        last = typed_in(form_of(client, ada)) | {"change_at_0": ""}
        assert post_form(client, ada, "write-campaign", **last).status_code == 303
        assert campaign(client, ada)["campaign"]["budget_changes"] == changes[1:]


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-03-28T01:59", "2027-03-28T00:59:00Z"),
        ("2027-03-28T03:00", "2027-03-28T01:00:00Z"),
        ("2027-10-31T02:30", "2027-10-31T00:30:00Z"),
        ("2027-10-31T03:00", "2027-10-31T02:00:00Z"),
    ],
)
def test_a_typed_time_is_the_first_that_clocks_show(shop, typed, moment):
    keep_zone(shop, "Europe/Berlin")
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        assert post_form(client, ada, "write-campaign", **SPRING, starts_at=typed).status_code == 303
        assert client.get("/v1/campaigns/spring", headers=ada).json()["starts_at"] == moment


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2027-03-28T02:30", "Europe/Berlin has no such time"),
        ("31.10.2027 9:30", "is no time"),
        ("0001-01-01T00:30", "is no time"),
        ("1899-12-31T00:30", "1900"),
        ("9999-12-31T23:30", "9999"),
    ],
)
def test_a_time_that_there_is_not_is_refused_at_its_field(shop, typed, why):
    keep_zone(shop, "Europe/Berlin")
    with served(shop) as client:
        ada = signed_in(client, "marketer")
        for field in ("starts_at", "ends_at"):
            refused = post_form(client, ada, "write-campaign", **SPRING | {field: typed})
            error = refused.text.partition(f'id="campaign-{field}-error"')[2].partition("</span>")[0]
            assert (refused.status_code, why in error) == (422, True)
            assert f'value="{typed}"' in refused.text
        assert client.get("/v1/campaigns/spring", headers=ada).status_code == 404


def test_a_form_counts_in_the_time_zone_in_which_it_was_shown(shop):
    keep_zone(shop, "Europe/Berlin")
    with served(shop) as client:
        ada, ben = signed_in(client, "marketer"), signed_in(client, "approver")
        write(client, ada, starts_at="2100-01-01T07:00:00Z")
        fields = typed_in(form_of(client, ada)) | {"ends_at": "2100-03-01T08:00"}
        keep_zone(shop, "Asia/Shanghai")
        refused = post_form(client, ada, "write-campaign", **fields | {"budget": "much"})
        assert "Start (Europe/Berlin);" in refused.text
        assert typed_in(refused.text) == fields | {"budget": "much"}
        signed_out = post_form(client, {}, "write-campaign", **fields)
        back = unescape(re.search('name="next" value="([^"]+)"', signed_out.text)[1])
        assert typed_in(client.get(back, headers=ada).text) == fields
        assert post_form(client, ada, "write-campaign", **fields).status_code == 303
        answered = campaign(client, ada)
        assert (answered["starts_at"], answered["ends_at"]) == ("2100-01-01T07:00:00Z", "2100-03-01T07:00:00Z")
        assert typed_in(form_of(client, ada))["ends_at"] == "2100-03-01T15:00"
        for who, verb in ((ada, "submit"), (ben, "approve"), (ada, "start")):
            assert post_form(client, who, "campaign", verb=verb, id="june", revision="2").status_code == 303
        page = client.get("/console/campaign?id=june", headers=ada).text
        assert "From this time on (Asia/Shanghai)" in page
        assert '<input type="hidden" name="zone" value="Asia/Shanghai">' in page
        keep_zone(shop, "UTC")
        later = {"id": "june", "zone": "Asia/Shanghai", "at": "2100-02-01T08:00", "budget": "90.00"}
        assert post_form(client, ada, "change-budget", **later).status_code == 303
        assert campaign(client, ada)["budget_proposals"][0]["at"] == "2100-02-01T00:00:00Z"
        for zone in ("Mars/Base", "../UTC", "Europe"):
            assert post_form(client, ada, "change-budget", **later | {"zone": zone}).status_code == 422
            assert post_form(client, ada, "write-campaign", **SPRING, zone=zone, ends_at=later["at"]).status_code == 422
