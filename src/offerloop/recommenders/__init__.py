"""What each customer is likely to want: one file per algorithm behind one small protocol.

Two tasks are measured and served apart, because they are two problems: ``repeat`` ranks every product for the
next basket, ``new`` ranks only what the customer has not bought yet. The way through: `choose` finds the
better recommender for each task on held-out weeks, that one is fitted on all `Interactions`, `top` writes the
table.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports
from offerloop.part_catalogue import Catalogue

if TYPE_CHECKING:
    from offerloop.recommenders.base import TASKS, HistoryRecommender, Recommender, Scores, Task, hide_bought
    from offerloop.recommenders.bought import Bought
    from offerloop.recommenders.context import Context
    from offerloop.recommenders.histories import Csr, Histories, Ids
    from offerloop.recommenders.interactions import Interactions
    from offerloop.recommenders.models.als import ALS
    from offerloop.recommenders.models.content import Content
    from offerloop.recommenders.models.ease import EASE
    from offerloop.recommenders.models.item2vec import Item2Vec
    from offerloop.recommenders.models.item_knn import ItemKNN
    from offerloop.recommenders.models.mf_sgd import MFSGD
    from offerloop.recommenders.models.next_ridge import NextRidge
    from offerloop.recommenders.models.popularity import Popularity
    from offerloop.recommenders.models.repeat import Repeat
    from offerloop.recommenders.models.tifu_knn import TIFUKNN
    from offerloop.recommenders.networks.deep import Deep
    from offerloop.recommenders.networks.one_layer import OneLayer
    from offerloop.recommenders.ranking.choose import choose
    from offerloop.recommenders.ranking.hybrid import Hybrid
    from offerloop.recommenders.ranking.judge import judge
    from offerloop.recommenders.ranking.ranker import Ranker
    from offerloop.recommenders.ranking.window import RankingWindow
    from offerloop.recommenders.serving.approximate import ApproximateIndex
    from offerloop.recommenders.serving.assortment import Assortment, BusinessRules
    from offerloop.recommenders.serving.index import ProductIndex
    from offerloop.recommenders.serving.learn_relations import learn_relations
    from offerloop.recommenders.serving.lists import Lists
    from offerloop.recommenders.serving.reasons import BOUGHT, GOES_WITH, NEW_LIKE, POPULAR
    from offerloop.recommenders.serving.relations import RELATIONS, ProductRelations, Relation
    from offerloop.recommenders.serving.selection import Cap, Filters, select
    from offerloop.recommenders.serving.top import top

__all__ = [
    "ALS",
    "BOUGHT",
    "EASE",
    "GOES_WITH",
    "MFSGD",
    "NEW_LIKE",
    "POPULAR",
    "RECOMMENDERS",
    "RELATIONS",
    "TASKS",
    "TIFUKNN",
    "ApproximateIndex",
    "Assortment",
    "Bought",
    "BusinessRules",
    "Cap",
    "Content",
    "Context",
    "Csr",
    "Deep",
    "Filters",
    "Histories",
    "HistoryRecommender",
    "Hybrid",
    "Ids",
    "Interactions",
    "Item2Vec",
    "ItemKNN",
    "Lists",
    "NextRidge",
    "OneLayer",
    "Popularity",
    "ProductIndex",
    "ProductRelations",
    "Ranker",
    "RankingWindow",
    "Recommender",
    "Relation",
    "Repeat",
    "Scores",
    "Task",
    "choose",
    "hide_bought",
    "judge",
    "learn_relations",
    "select",
    "top",
]

RECOMMENDERS = Catalogue(
    "recommender",
    {
        "popularity": "offerloop.recommenders.models.popularity:Popularity",
        "repeat": "offerloop.recommenders.models.repeat:Repeat",
        "tifu_knn": "offerloop.recommenders.models.tifu_knn:TIFUKNN",
        "item_knn": "offerloop.recommenders.models.item_knn:ItemKNN",
        "ease": "offerloop.recommenders.models.ease:EASE",
        "next_ridge": "offerloop.recommenders.models.next_ridge:NextRidge",
        "als": "offerloop.recommenders.models.als:ALS",
        "mf_sgd": "offerloop.recommenders.models.mf_sgd:MFSGD",
        "content": "offerloop.recommenders.models.content:Content",
        "item2vec": "offerloop.recommenders.models.item2vec:Item2Vec",
        "one_layer": "offerloop.recommenders.networks.one_layer:OneLayer",
        "deep": "offerloop.recommenders.networks.deep:Deep",
        "ranker": "offerloop.recommenders.ranking.ranker:Ranker",
        "hybrid": "offerloop.recommenders.ranking.hybrid:Hybrid",
    },
)
"""Recommenders by name; each is a class that can be made without arguments."""

__getattr__, __dir__ = lazy_exports(__name__)
