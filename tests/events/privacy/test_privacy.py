"""What protects customers, seen in every table that a run could write."""

import hashlib
import hmac

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import ConfigError, NothingLeftError, SourceError
from offerloop.events import is_unclear, says_opt_in, says_opt_out
from offerloop.events.cleaning.matching import check_suppression
from offerloop.events.privacy.consent import agrees

HEADER = "order,customer,product,units,paid,at\n"
LINES = HEADER + "".join(
    f"{n},{who},1,1,1.00,2024-0{month}-01\n"
    for n, (who, month) in enumerate([("zoe", 1), ("bob", 2), ("cy", 3), ("zoe", 4), (" zoe ", 5)])
)
CUSTOMERS = """
[sources.customers]
path = "c.csv"
columns = { customer_id = "c", consent = "ok" }
attributes = ["age"]
[sources.redemptions]
path = "r.csv"
columns = { customer_id = "c", coupon_id = "u", at = "at" }
"""
FILES = {"c.csv": "c,ok,age\nzoe,yes,30\nbob,No,40\ncy,,50\n", "r.csv": "c,u,at\nzoe,5,2024-01-02\nbob,6,2024-04-02\n"}
KEY = "a key of more than 16 bytes"


def everything(events):
    """Every cell of every table, as text."""
    frames = [getattr(events, name) for name in vars(events)]
    tables = [
        collect(one) if hasattr(one, "collect_schema") and not isinstance(one, pl.DataFrame) else one for one in frames
    ]
    return " ".join(str(table.rows()) for table in tables if isinstance(table, pl.DataFrame))


def buyers(events):
    return sorted(collect(events.order_lines)["customer_id"].to_list())


def hidden(customer):
    return hmac.new(KEY.encode(), customer.encode(), hashlib.sha256).hexdigest()[:32]


@pytest.fixture
def private(clean):
    def build(privacy, files=FILES, lines=LINES):
        return clean(lines, toml=f"{CUSTOMERS}\n[privacy]\n{privacy}", files=files)

    return build


@pytest.mark.parametrize("place", ["env", "file"])
def test_ids_become_keyed_hashes_everywhere(private, monkeypatch, place):
    monkeypatch.setenv("SHOP_KEY", KEY)
    where = 'key_env = "SHOP_KEY"' if place == "env" else 'key_file = "key.txt"'
    lines = LINES + "9,zoe,1,0,0.00,2024-05-01\n"  # rejected rows too
    events = private(f"pseudonymise = true\n{where}", {**FILES, "key.txt": KEY + "\n"}, lines)
    assert buyers(events) == sorted([hidden("zoe")] * 3 + [hidden("bob"), hidden("cy")])
    assert dict(collect(events.customers).select("customer_id", "age").iter_rows())[hidden("bob")] == 40
    assert hidden("zoe") in collect(events.redemptions)["customer_id"]
    assert events.rejected.height == 1
    assert not [name for name in ("zoe", "bob", "'cy'") if name in everything(events)]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            'key_env = "NO_SUCH_KEY"',
            "the environment variable 'NO_SUCH_KEY' must hold a key of 16 bytes or more, and holds 0",
        ),
        ('key_file = "short.txt"', "short.txt' must hold a key of 16 bytes or more, and holds 5"),
        ('key_file = "nowhere.txt"', "nowhere.txt' must hold a key"),
        ("", "pseudonymise needs a key"),
    ],
)
def test_without_a_key_nothing_runs(private, where, said):
    with pytest.raises(ConfigError, match=said):
        private(f"pseudonymise = true\n{where}", {**FILES, "short.txt": "short"})


@pytest.mark.parametrize("listed", ["zoe", hidden("zoe")])
@pytest.mark.parametrize("secret", [True, False])
def test_a_suppressed_customer_is_never_taken_in_again(private, monkeypatch, listed, secret):
    monkeypatch.setenv("SHOP_KEY", KEY)
    key = 'pseudonymise = true\nkey_env = "SHOP_KEY"\n' if secret else ""
    lines = LINES + "9,zoe,1,0,0.00,2024-05-01\n"
    files = {**FILES, "gone.csv": f"customer_id\n{listed}\nnobody\n"}
    if listed != "zoe" and not secret:
        with pytest.raises(SourceError, match="matches nobody"):  # a pseudonym means nothing without pseudonyms
            private(f'{key}suppress = "gone.csv"', files, lines)
        return
    events = private(f'{key}suppress = "gone.csv"', files, lines)
    assert str(events.notes[0]) == "1 of 2 ids on the list privacy.suppress are nobody's in the sources"
    assert buyers(events) == sorted(["bob", "cy"] if not secret else [hidden("bob"), hidden("cy")])
    assert events.rejected.is_empty()
    assert not [name for name in ("zoe", hidden("zoe")) if name in everything(events)]
    assert ("order_lines", "suppressed", 4) in events.quality.select("table", "rule", "rows").rows()


def test_a_suppression_list_needs_its_column(private):
    with pytest.raises(SourceError, match=r"gone.csv': the suppression list needs a column 'customer_id'"):
        private('suppress = "gone.csv"', {**FILES, "gone.csv": "who\nzoe\n"})


def test_who_refuses_is_known_and_counts_or_not_as_configured(private):
    """Who says nothing has not agreed."""
    assert private("").no_consent["customer_id"].to_list() == ["bob", "cy"]
    assert buyers(private("")) == ["bob", "cy", "zoe", "zoe", "zoe"]
    lines = LINES + "9,bob,1,0,0.00,2024-05-01\n"  # rejected rows too
    events = private("fit_without_consent = false", lines=lines)
    assert buyers(events) == ["zoe", "zoe", "zoe"]
    assert collect(events.customers)["customer_id"].to_list() == ["zoe"]
    assert events.no_consent["customer_id"].to_list() == ["bob", "cy"]
    left = [collect(events.order_lines), collect(events.redemptions), collect(events.customers), events.rejected]
    assert "bob" not in " ".join(str(table.rows()) for table in left)
    lost = events.quality.filter(pl.col("rule") == "no consent").select("table", "rows").rows()
    assert sorted(lost) == [("customers", 2), ("order_lines", 3), ("redemptions", 1)]


def test_lines_that_are_all_too_old_are_refused(clean):
    said = r"retention_days = 10 leaves no order line of '.*': all are from before 20 May 2024, that many days before"
    with pytest.raises(NothingLeftError, match=said):
        clean(LINES, toml="[privacy]\nretention_days = 10", profiles="as_of = 2024-05-30")


def test_old_rows_are_left_out_and_kept_nowhere(private):
    lines = LINES + "8,old,1,0,0.00,2024-01-02\n9,new,1,0,0.00,2024-04-20\n"
    events = private("retention_days = 61", lines=lines)
    assert buyers(events) == ["zoe", "zoe"]
    assert collect(events.redemptions)["coupon_id"].to_list() == [6]
    assert [row for row in events.rejected["row"] if "old" in row] == []
    assert len([row for row in events.rejected["row"] if "new" in row]) == 1
    assert events.first_day == events.as_of_day - 61
    kept = dict(events.quality.filter(rule="all rows", action="kept").select("table", "rows").rows())
    read = {"order_lines": events.order_lines, "redemptions": events.redemptions, "exposures": events.exposures}
    assert {name: len(collect(frame)) for name, frame in read.items()} == {name: kept.get(name, 0) for name in read}


def test_returns_of_old_sales_are_kept_nowhere_either(private):
    old = "8,zoe,7,1,2.00,2024-01-02\n9,zoe,7,-1,-2.00,2024-01-05\n"
    new = "10,zoe,7,1,2.00,2024-04-20\n11,zoe,7,-1,-2.00,2024-04-21\n"
    events = private("retention_days = 61", lines=LINES + old + new)
    assert (events.returned["order_day"] >= events.as_of_day - 61).to_list() == [True]


def test_numbers_with_gaps_refuse_and_suppress_like_whole_ones(clean, tmp_path):
    pl.DataFrame({"c": [1, 2, 3], "ok": [0.0, 1.0, None]}).write_parquet(tmp_path / "c.parquet")
    pl.DataFrame({"customer_id": [2.0, None]}).write_parquet(tmp_path / "gone.parquet")
    toml = '[sources.customers]\npath = "c.parquet"\ncolumns = { customer_id = "c", consent = "ok" }\n'
    lines = HEADER + "".join(f"{n},{n},1,1,1.00,2024-01-01\n" for n in (1, 2, 3))
    events = clean(lines, toml=toml + '[privacy]\nsuppress = "gone.parquet"')
    assert events.no_consent["customer_id"].to_list() == [1, 3]
    assert buyers(events) == [1, 3]


def said(*cells, column="consent"):
    frame = pl.DataFrame({"place": range(len(cells)), "said": cells}, schema={"place": pl.Int64, "said": pl.String})
    cell = nw.col("said")
    answers = (
        DuckDBEngine(threads=1).table(frame).select("place", yes=agrees(cell, column), unclear=is_unclear(cell, column))
    )
    found = collect(answers, "place")
    return found["yes"].to_list(), found["unclear"].to_list()


def test_only_who_agrees_has_agreed():
    yes = (
        "yes",
        "Ja",
        "1",
        "1.0",
        "TRUE",
        "opt-in",
        "Opted in",
        "同意",
        "是",
        "愿意",
        "Accepté",
        "accepte",
        "subscribed",
    )
    no = (
        "nein",
        "否",
        "Opt-out",
        "opt out",
        "0",
        "0.0",
        "FALSE",
        "withdrawn",
        "不同意",
        "不愿意",
        "Refusé",
        "pas d’accord",
    )
    nothing, unclear = ("NULL", "", " ", "-", "n/a", None), ("perhaps", "2024-01-31", "2", "10", "1.5")
    assert said(*yes) == ([True] * len(yes), [False] * len(yes))
    assert said(*no, *nothing) == ([False] * 18, [False] * 18)
    assert said(*unclear) == ([False] * 5, [True] * 5)


def test_in_a_column_of_those_who_opted_out_a_yes_is_a_refusal_and_a_state_is_what_it_says():
    stays = ("no", "Nein", "0", "否", "subscribed", "未退订")
    out = ("yes", "Ja", "1", "是", "unsubscribed", "opt-out", "退订", "已退订", None, "")
    assert said(*stays, column="opt_out") == ([True] * 6, [False] * 6)
    assert said(*out, column="opt_out") == ([False] * 10, [False] * 10)
    assert said("agreed", "never", column="opt_out") == ([False] * 2, [True] * 2)


def test_a_cell_that_neither_agrees_nor_refuses_stops(private):
    files = {**FILES, "c.csv": "c,ok,age\nzoe,yes,30\nbob,perhaps,40\n"}
    with pytest.raises(SourceError, match=r"c.csv', line 3, column 'ok' \('consent'\): 'perhaps' says neither"):
        private("", files)


def test_a_guest_who_is_not_on_the_list_of_customers_has_not_agreed(private):
    events = private("", {**FILES, "c.csv": "c,ok,age\nzoe,yes,30\nbob,no,40\n"})
    assert events.no_consent["customer_id"].to_list() == ["bob", "cy"]
    assert str(events.agreement.sentence()) == (
        "Consent: 1 of 3 customers who bought have agreed to personal offers; 2 get none: 1 refuse, "
        "0 have an empty cell, 1 are not on the list of customers"
    )


OPTED_OUT = CUSTOMERS.replace('consent = "ok"', 'opt_out = "ok"')


@pytest.mark.parametrize("privacy", ["", "fit_without_consent = false"])
def test_who_opted_out_or_does_not_say_has_not_agreed(clean, privacy):
    events = clean(LINES, toml=f"{OPTED_OUT}\n[privacy]\n{privacy}", files=FILES)
    assert events.no_consent["customer_id"].to_list() == ["cy", "zoe"]
    found = events.agreement
    assert (found.agreed, found.refused, found.silent, found.unlisted) == (1, 1, 1, 0)
    assert found.notes() == []


def test_a_word_for_nothing_is_a_no_to_the_question_whether_someone_opted_out(clean):
    customers = FILES["c.csv"].replace("cy,,", "cy,无,")
    assert clean(LINES, toml=OPTED_OUT, files={**FILES, "c.csv": customers}).agreement.agreed == 2


def test_both_columns_have_to_agree(clean):
    both = CUSTOMERS.replace('consent = "ok"', 'consent = "ok", opt_out = "out"')
    files = {**FILES, "c.csv": "c,ok,out,age\nzoe,yes,no,30\nbob,yes,yes,40\ncy,yes,,50\n"}
    events = clean(LINES, toml=both, files=files)
    assert events.no_consent["customer_id"].to_list() == ["bob", "cy"]
    assert (events.agreement.refused, events.agreement.silent) == (1, 1)


def test_where_only_those_who_opted_out_have_a_cell_the_others_agree_and_are_counted(clean):
    events = clean(LINES, toml=OPTED_OUT, files={**FILES, "c.csv": "c,ok,age\nzoe,yes,30\nbob,,40\ncy,,50\n"})
    assert events.no_consent["customer_id"].to_list() == ["zoe"]
    assert (events.agreement.agreed, events.agreement.unmarked, events.agreement.silent) == (2, 2, 0)


def test_where_no_cell_says_who_opted_out_nobody_agrees_and_the_remedy_is_said(clean):
    events = clean(LINES, toml=OPTED_OUT, files={**FILES, "c.csv": "c,ok,age\nzoe,,30\nbob,,40\ncy,,50\n"})
    assert (events.agreement.agreed, events.agreement.silent) == (0, 3)
    assert "write no where a customer did not opt out" in str(events.notes[0])


@pytest.mark.parametrize(
    "name", ["退订", "unsubscribed", "EmailOptOut", "Do not contact", "keine Werbung", "不同意营销"]
)
def test_a_column_of_those_who_opted_out_is_never_read_as_consent(clean, name):
    toml = CUSTOMERS.replace('"ok"', f'"{name}"')
    with pytest.raises(SourceError, match=f"c.csv': the column '{name}' is mapped as consent.*opt_out = .{name}."):
        clean(LINES, toml=toml, files={**FILES, "c.csv": FILES["c.csv"].replace("ok", name)})


def test_nor_a_column_of_consent_as_an_opt_out(clean):
    toml = OPTED_OUT.replace('"ok"', '"`opt in`"')
    with pytest.raises(SourceError, match=r"'opt in' is mapped as opt_out.*consent = .opt in."):
        clean(LINES, toml=toml, files={**FILES, "c.csv": FILES["c.csv"].replace("ok", "opt in")})


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (says_opt_out, ("no_consent", "newsletter unsubscribed", "Newsletterabmeldung", "Désabonné", "拒收短信")),
        (says_opt_in, ("not_unsubscribed", "未退订", "是否同意", "Newsletter", "允许推送", "Acepta publicidad")),
    ],
)  # fmt: skip
def test_a_name_says_which_of_the_two_a_column_holds(kind, names):
    assert [name for name in names if not kind(name)] == []
    assert not kind("segment")


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ([], "holds no id, so that nobody would be left out"),
        (["17", "18"], "matches nobody in the sources: its ids are such as '17' and '18', and theirs such as '09' and"),
        (["zoe", "BOB"], "holds 'BOB', which nobody has, and the sources have 'bob', the same without differences of"),
        (["zoe", "9"], "holds '9', which nobody has, and the sources have '09', the same without leading zeros"),
    ],
)
def test_a_suppression_list_that_would_leave_somebody_in_stops(listed, why):
    ids, known = pl.Series(listed, dtype=pl.String), pl.Series(["09", "bob", "zoe"])
    with pytest.raises(SourceError, match=f"the suppression list 'gone.csv' {why}"):
        check_suppression(ids, known, "gone.csv", 0.1)
    assert check_suppression(ids, known, "gone.csv", 0) == len(set(listed) - {"zoe"})


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (None, "gone.csv' does not exist; correct privacy.suppress"),
        ("customer_id\n\n \n", "holds no id, so that nobody would be left out"),
        ("customer_id\n1.2345E+11\n", "line 2: '1.2345E\\+11' is a number that lost digits"),
    ],
)
def test_so_does_one_that_cannot_be_read(private, listed, why):
    files = FILES if listed is None else {**FILES, "gone.csv": listed}
    with pytest.raises(SourceError, match=why):
        private('suppress = "gone.csv"', files)
