"""Offerloop decides which customer gets which promotion, at what budget, and measures whether it worked.

The pipeline, in the order data flows; each stage takes the tables of the ones before:

    events        read and clean purchases, products, campaigns      `offerloop.events`
    profiles      features and tags of each customer, 用户画像        `offerloop.profiles`
    recommenders  what each customer would like                       `offerloop.recommenders`
    response      what an offer changes, with intervals               `offerloop.response`
    allocation    who gets what under a budget, and a forecast        `offerloop.allocation`

Beside it:

    offers        what promotions are                                 `offerloop.offers`
    evaluation    experiments, uplift, off-policy value, rankings     `offerloop.evaluation`
    market        a simulated shop whose true effects are known       `offerloop.market`

`offerloop.flow.stages` is the whole pipeline on one screen.
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
        import_codes,
        init,
        parse_offer,
        price,
        pseudonym,
        publish,
        readout,
        recommend,
        refund,
        replay,
        run,
        run_loop,
        score,
        similar,
        simulate,
        uplift,
    )
    from offerloop.commands.allocate.findings import AllocationResult
    from offerloop.commands.check.findings import CheckResult
    from offerloop.commands.codes.task import CodesInUse, CouponCodes
    from offerloop.commands.evaluate.findings import EvaluationResult
    from offerloop.commands.experiment.findings import ExperimentResult
    from offerloop.commands.experiment.request import ExperimentRequest
    from offerloop.commands.explain.findings import Explanation
    from offerloop.commands.init.findings import InitResult
    from offerloop.commands.init.request import InitRequest
    from offerloop.commands.loop.findings import LoopState
    from offerloop.commands.parse_offer.task import ParsedOffer
    from offerloop.commands.price.findings import PricedBasket
    from offerloop.commands.pseudonym.task import Pseudonyms
    from offerloop.commands.readout.task import ReadoutResult
    from offerloop.commands.recommend.findings import Recommendations
    from offerloop.commands.recommend.task import RecommendRequest
    from offerloop.commands.refund.findings import RefundResult
    from offerloop.commands.replay.findings import ReplayResult
    from offerloop.commands.replay.task import ReplayRequest
    from offerloop.commands.run.task import RunResult
    from offerloop.commands.score.task import ScoreResult
    from offerloop.commands.similar.findings import SimilarProducts
    from offerloop.commands.simulate.request import SimulationRequest
    from offerloop.commands.simulate.task import SimulationResult
    from offerloop.commands.uplift.request import UpliftRequest
    from offerloop.commands.uplift.task import UpliftResult
    from offerloop.config import StrPath, load_config
    from offerloop.publishing import PublishResult
    from offerloop.report import FolderResult, Result
    from offerloop.workspace import Document, InputTable

__version__ = "0.2.0.dev0"

__all__ = [
    "AllocationResult",
    "CheckResult",
    "CodesInUse",
    "ConfigError",
    "CouponCodes",
    "Document",
    "EvaluationResult",
    "EvidenceError",
    "ExperimentRequest",
    "ExperimentResult",
    "Explanation",
    "FolderResult",
    "InitRequest",
    "InitResult",
    "InputError",
    "InputTable",
    "LoopState",
    "OfferloopError",
    "ParsedOffer",
    "PricedBasket",
    "Pseudonyms",
    "PublishResult",
    "ReadoutResult",
    "RecommendRequest",
    "Recommendations",
    "RefundResult",
    "ReplayRequest",
    "ReplayResult",
    "Result",
    "RunResult",
    "ScoreResult",
    "SimilarProducts",
    "SimulationRequest",
    "SimulationResult",
    "SourceError",
    "StrPath",
    "UpliftRequest",
    "UpliftResult",
    "__version__",
    "allocate",
    "check",
    "codes",
    "evaluate",
    "experiment",
    "explain",
    "import_codes",
    "init",
    "load_config",
    "parse_offer",
    "price",
    "pseudonym",
    "publish",
    "readout",
    "recommend",
    "refund",
    "replay",
    "run",
    "run_loop",
    "score",
    "similar",
    "simulate",
    "uplift",
]

__getattr__, __dir__ = lazy_exports(__name__)
