"""What the service is started with, handed to its workers through one environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from offerloop.store import STORE_NAME

VARIABLE = "OFFERLOOP_SERVE"


@dataclass(frozen=True)
class Settings:
    """One shop, its database and its port."""

    shop: Path
    store: str
    """URL of the database."""
    workers: int = 1
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose header says who signed in."""
    proxy_header: str = "x-forwarded-user"
    secure_cookies: bool = True
    """Whether browsers send cookies over HTTPS alone."""
    demo_people: bool = False
    """Whether a browser on this machine may sign in as a marketer or an approver of a demo, without a password."""

    @classmethod
    def of(cls, shop: Path, store: str | None = None, workers: int = 1, **more: object) -> Settings:
        """Return the settings of a shop, whose database lies in its folder unless another is named."""
        url = store or f"sqlite:///{shop.resolve() / STORE_NAME}"
        return cls(shop.resolve(), url, workers, **more)  # type: ignore[arg-type]

    def to_environment(self) -> None:
        """Leave the settings where workers find them."""
        os.environ[VARIABLE] = json.dumps({**asdict(self), "shop": str(self.shop)})

    @classmethod
    def from_environment(cls) -> Settings:
        """Read what `to_environment` left."""
        written = json.loads(os.environ[VARIABLE])
        return cls(**{**written, "shop": Path(written["shop"]), "trusted_proxies": tuple(written["trusted_proxies"])})
