"""Offerloop decides which customer gets which promotion, at what budget, and proves whether it worked.

One loop, in the order data flows; each step takes the table of the one before:

    events        read and clean purchases, products, campaigns      `offerloop.events`
    profiles      features and tags of each customer, 用户画像        `offerloop.profiles`
    recommenders  what each customer would like                       `offerloop.recommenders`
    response      what an offer changes, with intervals               `offerloop.response`
    allocation    who gets what under a budget, and a forecast        `offerloop.allocation`
    offers        what promotions are                                 `offerloop.offers`
    evaluation    experiments, uplift, off-policy value, rankings     `offerloop.evaluation`

`offerloop.market` is a simulated shop whose true effects are known, to judge all of this by.
`offerloop.flow` is the whole pipeline on one screen.
"""

from typing import TYPE_CHECKING

from offerloop.errors import ConfigError, EvidenceError, InputError, OfferloopError, SourceError
from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.api import (
        allocate,
        check,
        codes,
        evaluate,
        experiment,
        explain,
        init,
        parse_offer,
        price,
        pseudonym,
        publish,
        readout,
        recommend,
        replay,
        run,
        run_loop,
        similar,
        simulate,
        uplift,
    )
    from offerloop.config import load_config

__version__ = "0.2.0.dev0"

__all__ = [
    "ConfigError",
    "EvidenceError",
    "InputError",
    "OfferloopError",
    "SourceError",
    "__version__",
    "allocate",
    "check",
    "codes",
    "evaluate",
    "experiment",
    "explain",
    "init",
    "load_config",
    "parse_offer",
    "price",
    "pseudonym",
    "publish",
    "readout",
    "recommend",
    "replay",
    "run",
    "run_loop",
    "similar",
    "simulate",
    "uplift",
]

__getattr__, __dir__ = lazy_exports(__name__)
