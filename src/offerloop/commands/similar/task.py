"""`offerloop similar`: which products are similar to one, are bought instead of it, or go with it."""

from __future__ import annotations

import polars as pl
from rich.console import Console

from offerloop.commands.similar.findings import SimilarProducts
from offerloop.config import StrPath
from offerloop.errors import EvidenceError, InputError, near_miss
from offerloop.message import Message
from offerloop.recommenders import RELATIONS, ProductRelations, Relation
from offerloop.report import ProgressDisplay
from offerloop.workspace import SIMILAR_PRODUCTS, Recorder, open_workspace, relate_products, similar_products_inputs


def similar(
    config_path: StrPath,
    product: str,
    relation: str = "similar",
    top_k: int = 10,
    engine: str = "duckdb",
    console: Console | None = None,
    language: str | None = None,
) -> SimilarProducts:
    """Name the products related to one by baskets; without enough buyers by its description, only for ``similar``.

    The first question learns the relations of all products, later ones are answered from what was kept. Raises
    InputError for an unknown product or relation, EvidenceError for a relation that nothing is known of.
    """
    wanted = next((one for one in RELATIONS if one == relation), None)
    if wanted is None:
        raise InputError(
            Message(
                "there is no relation '{relation}'{near} (known: {known})",
                relation=relation,
                near=near_miss(relation, RELATIONS),
                known=RELATIONS,
            )
        )
    if top_k < 1:
        raise InputError(Message("--top must be 1 product or more, not {number}", number=str(top_k)))
    with open_workspace(config_path, engine) as (config, running, store):
        display = ProgressDisplay(console, config.in_language(language).language())
        inputs = similar_products_inputs(config, running)
        relations: ProductRelations | None = store.find(SIMILAR_PRODUCTS, *inputs)
        if relations is None:
            relations = relate_products(*inputs, Recorder(display, store))
    return _answer(relations, product, wanted, top_k, config.recommend.min_buyers)


def _answer(
    relations: ProductRelations, product: str, relation: Relation, top_k: int, min_buyers: int
) -> SimilarProducts:
    row = relations.row(product)
    if row is None:
        product_ids = relations.listed["product_id"].cast(pl.String)
        raise InputError(
            Message("there is no product '{product}'{near}", product=product, near=near_miss(product, product_ids))
        )
    if relation != "similar" and relations.sold_code(row) is None:
        raise EvidenceError(
            Message(
                "product '{product}' has fewer than {least} buyers, so what it is bought with is not known; ask for "
                "--relation similar, which goes by its description",
                product=product,
                least=min_buyers,
            )
        )
    related = relations.related(row, relation, top_k)
    if related.gap is None:
        return SimilarProducts(related.table, None)
    return SimilarProducts(related.table, _GAPS[relation].with_values(product=product, gap=related.gap))


_GAPS: dict[Relation, Message] = {
    "similar": Message("product '{product}' has no similar products: {gap}"),
    "substitutes": Message("product '{product}' has no known substitutes: {gap}"),
    "complements": Message("product '{product}' has no known complements: {gap}"),
}
"""What is said of a product without products in a relation."""
