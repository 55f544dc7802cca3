"""What each customer is likely to want: one file per algorithm behind one small protocol.

Two tasks are measured and served apart, because they are two problems: ``repeat`` ranks every product for the
next basket, ``new`` ranks only what the customer has not bought yet. The way through: `choose` finds the
better recommender for each task on held-out weeks, that one is fitted on all `Interactions`, `top` writes the
table.
"""

from offerloop.catalogue import Catalogue

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
