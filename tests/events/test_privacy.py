"""What happens to customers at the door, seen in every table that a run could write."""

import hashlib
import hmac

import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.errors import ConfigError, SourceError

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
    events = private(f'{key}suppress = "gone.csv"', {**FILES, "gone.csv": f"customer_id\n{listed}\nnobody\n"}, lines)
    if listed != "zoe" and not secret:
        assert buyers(events).count("zoe") == 3  # a pseudonym means nothing without pseudonyms
        return
    assert buyers(events) == sorted(["bob", "cy"] if not secret else [hidden("bob"), hidden("cy")])
    assert events.rejected.is_empty()
    assert not [name for name in ("zoe", hidden("zoe")) if name in everything(events)]
    assert ("order_lines", "suppressed", 4) in events.quality.select("table", "rule", "rows").rows()


def test_a_suppression_list_needs_its_column(private):
    with pytest.raises(SourceError, match=r"gone.csv': the suppression list needs a column 'customer_id'"):
        private('suppress = "gone.csv"', {**FILES, "gone.csv": "who\nzoe\n"})


def test_who_refuses_is_known_and_counts_or_not_as_configured(private):
    assert private("").no_consent["customer_id"].to_list() == ["bob"]
    assert buyers(private("")) == ["bob", "cy", "zoe", "zoe", "zoe"]
    lines = LINES + "9,bob,1,0,0.00,2024-05-01\n"  # rejected rows too
    events = private("fit_without_consent = false", lines=lines)
    assert buyers(events) == ["cy", "zoe", "zoe", "zoe"]
    assert sorted(collect(events.customers)["customer_id"]) == ["cy", "zoe"]
    assert events.no_consent["customer_id"].to_list() == ["bob"]
    left = [collect(events.order_lines), collect(events.redemptions), collect(events.customers), events.rejected]
    assert "bob" not in " ".join(str(table.rows()) for table in left)
    lost = events.quality.filter(pl.col("rule") == "no consent").select("table", "rows").rows()
    assert sorted(lost) == [("customers", 1), ("order_lines", 2), ("redemptions", 1)]


def test_old_rows_are_left_out_and_kept_nowhere(private):
    lines = LINES + "8,old,1,0,0.00,2024-01-02\n9,new,1,0,0.00,2024-04-20\n"
    events = private("retention_days = 61", lines=lines)
    assert buyers(events) == ["zoe", "zoe"]
    assert collect(events.redemptions)["coupon_id"].to_list() == [6]
    assert [row for row in events.rejected["row"] if "old" in row] == []
    assert len([row for row in events.rejected["row"] if "new" in row]) == 1
    assert events.first_day == events.as_of_day - 61


def test_numbers_with_gaps_refuse_and_suppress_like_whole_ones(clean, tmp_path):
    pl.DataFrame({"c": [1, 2, 3], "ok": [0.0, 1.0, None]}).write_parquet(tmp_path / "c.parquet")
    pl.DataFrame({"customer_id": [2.0, None]}).write_parquet(tmp_path / "gone.parquet")
    toml = '[sources.customers]\npath = "c.parquet"\ncolumns = { customer_id = "c", consent = "ok" }\n'
    lines = HEADER + "".join(f"{n},{n},1,1,1.00,2024-01-01\n" for n in (1, 2, 3))
    events = clean(lines, toml=toml + '[privacy]\nsuppress = "gone.parquet"')
    assert events.no_consent["customer_id"].to_list() == [1]
    assert buyers(events) == [1, 3]
