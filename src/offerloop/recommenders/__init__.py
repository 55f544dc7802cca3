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
        "als": "offerloop.recommenders.als:ALS",
        "mf_sgd": "offerloop.recommenders.mf_sgd:MFSGD",
        "one_layer": "offerloop.recommenders.one_layer:OneLayer",
        "deep": "offerloop.recommenders.deep:Deep",
    },
)
"""Recommenders by name; each is a class that can be made without arguments."""
