"""Published models of purchases, as shops whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import foreign_bg_nbd as bg_nbd
import foreign_guadagni_little as guadagni_little
import foreign_recogym as recogym
import foreign_retailsynth as retailsynth
from foreign_files import World
from foreign_worlds import Design


@dataclass(frozen=True)
class Simulator:
    """A model, with the families of parameters that worlds are made of."""

    families: Mapping[str, object]
    make: Callable[[Design], World]


SIMULATORS = {
    "guadagni_little": Simulator(guadagni_little.FAMILIES, guadagni_little.make),
    "bg_nbd": Simulator(bg_nbd.FAMILIES, bg_nbd.make),
    "recogym": Simulator(recogym.FAMILIES, recogym.make),
    "retailsynth": Simulator(retailsynth.FAMILIES, retailsynth.make),
}
