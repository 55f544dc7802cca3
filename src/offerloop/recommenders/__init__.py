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
        "popularity": "offerloop.recommenders.popularity:Popularity",
        "repeat": "offerloop.recommenders.repeat:Repeat",
        "tifu_knn": "offerloop.recommenders.tifu_knn:TIFUKNN",
        "item_knn": "offerloop.recommenders.item_knn:ItemKNN",
        "ease": "offerloop.recommenders.ease:EASE",
        "next_ridge": "offerloop.recommenders.next_ridge:NextRidge",
        "als": "offerloop.recommenders.als:ALS",
        "mf_sgd": "offerloop.recommenders.mf_sgd:MFSGD",
        "content": "offerloop.recommenders.content:Content",
        "item2vec": "offerloop.recommenders.item2vec:Item2Vec",
        "one_layer": "offerloop.recommenders.one_layer:OneLayer",
        "deep": "offerloop.recommenders.deep:Deep",
        "ranker": "offerloop.recommenders.ranker:Ranker",
        "hybrid": "offerloop.recommenders.hybrid:Hybrid",
    },
)
"""Recommenders by name; each is a class that can be made without arguments."""
