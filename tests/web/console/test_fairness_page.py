"""Who gets offers by attribute, as the report shows it, also where an attribute is called as a column of the plan."""

import json

import polars as pl
from console_pages import Shown, signed_in
from served_shop import served, shop_of


def test_groups_stand_in_the_order_of_the_report_beside_a_chart(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    run = shop / "runs" / small_run.name
    ids = pl.read_parquet(run / "assignments.parquet").filter(pl.col("arm") == "plan")["customer_id"].unique()
    income = ["100-124K" if number % 2 else "15-24K" for number in range(len(ids))]
    pl.DataFrame({"customer_id": ids, "depth": income}).write_parquet(run / "customers.parquet")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["config"]["text"] += '\n[profiles]\naudit_only = ["depth"]\n'
    (run / "manifest.json").write_text(json.dumps(manifest))
    with served(shop) as client:
        page = client.get("/console/fairness", headers=signed_in(client, "admin", name="Ada")).text
    rows = Shown(page).tables["rates"]
    assert [row[:2] for row in rows] == [["depth", "15-24K"], ["depth", "100-124K"]]
    assert sum(int(row[2]) for row in rows) == len(ids)
    assert "<figure" in page
