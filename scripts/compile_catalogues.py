"""Compile the catalogues of translations into the wheel; the build calls it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogues(BuildHookInterface):
    """Add the `.mo` of each `.po`; an editable installation compiles them in memory instead."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a folder for the time of the build."""
        if version == "editable":
            return
        source = Path(self.root) / "src"
        sys.path.insert(0, str(source))
        from offerloop.locale import compile_catalogue

        self.made = tempfile.TemporaryDirectory()
        for place in source.glob("offerloop/locale/*/LC_MESSAGES/*.po"):
            inside = place.relative_to(source).with_suffix(".mo")
            compiled = Path(self.made.name) / inside.as_posix().replace("/", "-")
            compiled.write_bytes(compile_catalogue(place))
            build_data["force_include"][str(compiled)] = inside.as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the folder."""
        if version != "editable":
            self.made.cleanup()
