"""The secret that processes of one shop share while nobody has configured one: anywhere but in production."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from attrs import evolve

from commerce_core.settings import Settings

_FILE = "secret"


def with_shared_secret(settings: Settings) -> Settings:
    """The settings with a secret: the configured one, else the one kept in the data folder, made when first wanted.

    Every process with this data folder gets the same one, so what one has signed another believes. Production has its
    own: `from_environ` refuses to go without. Raises `OSError` when the folder cannot be written to.
    """
    if settings.secret:
        return settings
    return evolve(settings, secret=_kept(Path(settings.data_dir or "var")))


def _kept(folder: Path) -> str:
    """The folder's secret. It appears whole or not at all, and the first of several processes decides."""
    file = folder / _FILE
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f"{_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(32), "utf-8")
        with suppress(FileExistsError):
            os.link(draft, file)  # Unlike a rename it never replaces what another process has just put there.
        draft.unlink()
    return file.read_text("utf-8")
