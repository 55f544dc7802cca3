"""What the stage `recommenders` hands on."""

from __future__ import annotations

import polars as pl

from offerloop.tables.schema import ID, Column, TableContract

AFFINITIES = TableContract(
    "affinities",
    "Products that each customer would like, best first.",
    (
        Column("customer_id", ID, "customer"),
        Column("product_id", ID, "product"),
        Column("task", pl.String, "repeat: what may be bought next; new: products not bought before"),
        Column("rank", pl.Int64, "from 1"),
        Column("affinity", pl.Float64, "the recommender's score, no unit"),
        Column("source", pl.String, "recommender; content for a product without buyers, popularity without a history"),
        Column(
            "reason",
            pl.String,
            "bought:N on N days; goes_with:ID of a product the customer bought; new_like:ID of a sold one; popular",
        ),
    ),
    key=("customer_id", "task", "rank"),
)

RECOMMENDER_RESULTS = TableContract(
    "recommenders",
    "How recommenders ranked what customers bought next.",
    (
        Column("task", pl.String, "repeat or new"),
        Column("recommender", pl.String, "name"),
        Column("window", pl.String, "tune: decides; test: later, only reported"),
        Column("serves", pl.Boolean, "whether it was chosen for the task: true once per task and window"),
        Column("ndcg", pl.Float64, "mean nDCG@10 over customers"),
        Column("ndcg_low", pl.Float64, "lower end, 95 %", optional=True),
        Column("ndcg_high", pl.Float64, "upper end, 95 %", optional=True),
        Column("gain", pl.Float64, "of the ranker: mean nDCG@10 over that of gain_over, by customer", optional=True),
        Column("gain_low", pl.Float64, "lower end, 95 %; above 0 on tune, the ranker serves", optional=True),
        Column("gain_high", pl.Float64, "upper end, 95 %", optional=True),
        Column("gain_over", pl.String, "the best other recommender on tune", optional=True),
        Column("recall", pl.Float64, "mean Recall@20"),
        Column("n_customers", pl.Int64, "customers with a target"),
    ),
    key=("task", "recommender", "window"),
)

PRODUCT_TEXTS = TableContract(
    "product_texts",
    "What products are called, where the shop says so.",
    (Column("product_id", ID, "product"), Column("text", pl.String, "its name or description")),
    key=("product_id",),
)
