"""Stage 2: features of each customer at a moment in time, and readable tags (用户画像)."""

from offerloop.profiles.build import build_profiles
from offerloop.profiles.features import FEATURES, Feature, Past
from offerloop.profiles.tags import TAGS, Tag

__all__ = ["FEATURES", "TAGS", "Feature", "Past", "Tag", "build_profiles"]
