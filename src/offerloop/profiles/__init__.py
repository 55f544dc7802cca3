"""Stage 2: features of each customer at a moment in time, and readable tags (用户画像)."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.profiles.audience import members
    from offerloop.profiles.build import build_profiles
    from offerloop.profiles.features import FEATURES, RECENT_DAYS, Feature, Past
    from offerloop.profiles.tags import TAGS, UNKNOWN, Tag

__all__ = [
    "FEATURES",
    "RECENT_DAYS",
    "TAGS",
    "UNKNOWN",
    "Feature",
    "Past",
    "Tag",
    "build_profiles",
    "members",
]

_MODULES = {
    ".audience": "members",
    ".build": "build_profiles",
    ".features": "FEATURES RECENT_DAYS Feature Past",
    ".tags": "TAGS UNKNOWN Tag",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
