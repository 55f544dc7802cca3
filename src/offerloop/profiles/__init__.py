"""The stage of profiles: features of each customer at a moment in time, and readable tags (用户画像)."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.profiles.audience import members
    from offerloop.profiles.build import ProfileScale, Purchases, build_profiles
    from offerloop.profiles.features import FEATURES, RECENT_DAYS, Feature, PastEvents
    from offerloop.profiles.tags import TAG_LABELS, TAGS, UNKNOWN, Tag

__all__ = [
    "FEATURES",
    "RECENT_DAYS",
    "TAGS",
    "TAG_LABELS",
    "UNKNOWN",
    "Feature",
    "PastEvents",
    "ProfileScale",
    "Purchases",
    "Tag",
    "build_profiles",
    "members",
]

__getattr__, __dir__ = lazy_exports(__name__)
