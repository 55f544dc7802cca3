"""`offerloop.toml`, read and validated."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.config.common_budgets import SharedBudget, shared_budgets, within_shared
    from offerloop.config.language import report_language
    from offerloop.config.limits import Band, Cell, LimitRule, Limits
    from offerloop.config.load import (
        beside,
        load_config,
        load_file,
        message_of,
        privacy_beside,
        problems_of,
        read_campaign,
        sqlite_beside,
    )
    from offerloop.config.model import Config, Evaluate, Listed, Profiles, Recommend, Response, SectionName
    from offerloop.config.part import for_part
    from offerloop.config.paths import StrPath, as_path, config_file, path_text
    from offerloop.config.patterns import fits_pattern, pattern_expression
    from offerloop.config.sections.audience import BOUNDS, AudienceRule, ValueComparison
    from offerloop.config.sections.campaign import Campaign, CampaignFault, amount_fault
    from offerloop.config.sections.clean import Clean
    from offerloop.config.sections.data import STORE_VARIABLE, Data
    from offerloop.config.sections.experiment import MOST_HOLDOUT, BusinessAsUsual, ExperimentSettings
    from offerloop.config.sections.plan import Plan
    from offerloop.config.sections.privacy import Privacy
    from offerloop.config.sections.publish import Publish
    from offerloop.config.sections.section import ConfigSection
    from offerloop.config.sections.service import Alarms, Approval, Oidc, Schedule, Serve, Topic, Webhook
    from offerloop.config.sections.shop import Shop, known_zone
    from offerloop.config.sections.source import JDBC, FilledCells, JoinedFile, Source, SourceName
    from offerloop.config.toml_text import WIDTH, entry, listed, off, padded, quoted, remark
    from offerloop.config.versions import version_key

__all__ = [
    "BOUNDS",
    "JDBC",
    "MOST_HOLDOUT",
    "STORE_VARIABLE",
    "WIDTH",
    "Alarms",
    "Approval",
    "AudienceRule",
    "Band",
    "BusinessAsUsual",
    "Campaign",
    "CampaignFault",
    "Cell",
    "Clean",
    "Config",
    "ConfigSection",
    "Data",
    "Evaluate",
    "ExperimentSettings",
    "FilledCells",
    "JoinedFile",
    "LimitRule",
    "Limits",
    "Listed",
    "Oidc",
    "Plan",
    "Privacy",
    "Profiles",
    "Publish",
    "Recommend",
    "Response",
    "Schedule",
    "SectionName",
    "Serve",
    "SharedBudget",
    "Shop",
    "Source",
    "SourceName",
    "StrPath",
    "Topic",
    "ValueComparison",
    "Webhook",
    "amount_fault",
    "as_path",
    "beside",
    "config_file",
    "entry",
    "fits_pattern",
    "for_part",
    "known_zone",
    "listed",
    "load_config",
    "load_file",
    "message_of",
    "off",
    "padded",
    "path_text",
    "pattern_expression",
    "privacy_beside",
    "problems_of",
    "quoted",
    "read_campaign",
    "remark",
    "report_language",
    "shared_budgets",
    "sqlite_beside",
    "version_key",
    "within_shared",
]

__getattr__, __dir__ = lazy_exports(__name__)
