"""True effects of offers on the whole basket from one world of luck, for tests of what uses them."""

from contextlib import contextmanager

import pytest

from offerloop.market import ceiling, policies


@contextmanager
def few_worlds():
    """The policies that know the truth play one world for it, in place of twenty: noisier, and no other rule."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (ceiling, policies):
            patch.setattr(module, "WORLDS", 1)
        yield
