"""`offerloop.toml`, read and validated."""

from offerloop.config.audience import Rule
from offerloop.config.clean import Clean
from offerloop.config.experiment import BusinessAsUsual, Experiment
from offerloop.config.load import load_config
from offerloop.config.model import (
    Campaign,
    Config,
    Listed,
    Privacy,
    Profiles,
    Recommend,
    Response,
    Shop,
    Source,
    SourceName,
)
from offerloop.config.paths import StrPath, as_path, config_file
from offerloop.config.plan import Plan
from offerloop.config.publish import Publish

__all__ = [
    "BusinessAsUsual",
    "Campaign",
    "Clean",
    "Config",
    "Experiment",
    "Listed",
    "Plan",
    "Privacy",
    "Profiles",
    "Publish",
    "Recommend",
    "Response",
    "Rule",
    "Shop",
    "Source",
    "SourceName",
    "StrPath",
    "as_path",
    "config_file",
    "load_config",
]
