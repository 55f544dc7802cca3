"""A simulated shop on disk: the standard tables and an offerloop.toml that runs on them unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from offerloop.config import listed, quoted
from offerloop.market import DEMOGRAPHICS, EVERYTHING, KINDS, SCALE, Market, MarketTerms

WEEK_HOURS = 168
_COLUMNS = {
    "order_lines": (
        "order_id", "customer_id", "product_id", "quantity", "paid", "at", "list_value", "discount", "coupon",
        "reimbursed",
    ),
    "products": ("product_id", "category", "brand", "unit_cost"),
    "customers": ("customer_id",),
    "events": ("customer_id", "product_id", "kind", "value", "at"),
    "exposures": ("customer_id", "offer_id", "at", "propensity"),
}  # fmt: skip


def write_shop(market: Market, folder: Path) -> Path:
    """Parquet files and the configuration. Money is synthetic, and every report of it says so."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = market.observe()
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    path = folder / "offerloop.toml"
    path.write_text("\n".join([*_shop(market), *_sources(tables), *_campaign(market)]) + "\n", encoding="utf-8")
    return path


def _shop(market: Market) -> list[str]:
    preset = market.preset
    return [
        f"# A simulated shop: the preset '{preset.name}', seed {market.seed}. No customer, price or sale is real.",
        "seed = 1",
        "",
        "[shop]",
        f'name = "Simulated shop, {preset.name}"',
        f"currency = {quoted(preset.currency)}",
        f"margin = {preset.products.margin:.2f}",
        'note = "Synthetic: a simulated shop, no real customers."',
        "",
        "[profiles]",
        "# Nobody is protected here. In a real shop such attributes belong in audit_only.",
        f"fixed_attributes = {listed(list(DEMOGRAPHICS))}",
    ]


def _sources(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    lines = []
    for name, columns in _COLUMNS.items():
        if name in tables:
            mapping = [f'{one} = "{one}"' for one in columns if one in tables[name].columns]
            lines += ["", f"[sources.{name}]", f'path = "{name}.parquet"']
            lines += [f"attributes = {listed(list(DEMOGRAPHICS))}"] if name == "customers" else []
            lines += [f"[sources.{name}.columns]", *mapping]
    return lines


def _campaign(market: Market) -> list[str]:
    """The campaign's offers under the ids that the market knows them by."""
    campaign = market.preset.campaign
    lines = [
        "", "[experiment]", "holdout = 0.05", "", "[[campaigns]]", 'id = "simulated"',
        'title = "The preset\'s campaign"',
        f'budget = "{campaign.budget * market.customers:.2f}"',
        f'explore_budget = "{campaign.budget * market.customers / 10:.2f}"',
    ]  # fmt: skip
    terms = market.terms
    for k in terms.menu:
        lines += ["[[campaigns.offers]]", *_offer(terms, int(k)), f"funded_share = {campaign.funded_share}"]
    return lines


def _offer(terms: MarketTerms, k: int) -> list[str]:
    """The offer's own fields; its kind's."""
    name, kind, category = terms.ids[k], KINDS[terms.kind[k]], int(terms.category[k])
    percent = f"percent = {terms.percent[k]:g}"
    most = f'max_discount = "{terms.most_minor[k] / SCALE:.2f}"'
    scope = [] if category == EVERYTHING else [f'on = "category {category}"']
    lines = [f"kind = {quoted(kind)}"]
    if kind == "coupon":  # a run puts percent and category behind the name itself
        return [f"id = {quoted(name.split(f'-{terms.percent[k]:g}')[0])}", *lines, percent, most, *scope]
    if kind == "flash_sale":
        return [f"id = {quoted(name)}", *lines, percent, f"hours = {WEEK_HOURS}", most, *scope]
    spend, save = (amount[k] / SCALE for amount in (terms.threshold_minor, terms.off_minor))
    return [f"id = {quoted(name)}", *lines, f'spend = "{spend:.2f}"', f'save = "{save:.2f}"']
