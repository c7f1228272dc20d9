"""A PostgreSQL server of our own, from a Python wheel: for a first look, for development and for tests.

It listens on a unix socket in a folder that only its owner may enter, and needs nothing of the system.
"""

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import frozen

from commerce_core.postgres.cluster import DATABASE, Home, explained, system_folder
from commerce_core.postgres.programs import EmbeddedUnavailable, Programs


def default_data_dir() -> Path:
    """Where this installation keeps its data: one folder per checkout, outside of anybody's home."""
    checkout = hashlib.sha256(os.fsencode(Path(__file__).parents[2])).hexdigest()[:12]
    return system_folder() / checkout


@frozen
class EmbeddedPostgres:
    """A running server. `started_here`: this call started it, so it is the caller's to stop."""

    data_dir: Path
    url: str
    version: str
    started_here: bool

    @classmethod
    def start(cls, data_dir: Path | None = None, *, durable: bool = True, major: int | None = None) -> Self:
        """Start the server of this data directory, or find it running; it outlives the calling process.

        A new directory gets a cluster of PostgreSQL `major`, by default the newest there is; an old one keeps its own.
        What a killed process left behind is cleared. `durable=False` trades crash safety for speed, for tests.
        Raises `EmbeddedUnavailable`.
        """
        home = Home.of(data_dir or default_data_dir())
        with explained(home.path):
            home.prepare()
            with home.locked():
                programs = Programs.find(home.major(wanted=major), home.account)
                home.create_cluster(programs, durable=durable)
                started = home.start_server(programs, durable=durable)
                version = home.create_database()
        return cls(home.path, home.url(DATABASE), version, started)

    def stop(self) -> None:
        """Disconnect everybody and shut down cleanly. Nothing to do when it is down. Raises `EmbeddedUnavailable`."""
        home = Home.of(self.data_dir)
        with explained(home.path), home.locked():
            home.stop_server()

    @classmethod
    def erase(cls, data_dir: Path | None = None) -> None:
        """Stop the server of this directory, if it runs, and delete what we made in there, nothing else."""
        home = Home.of(data_dir or default_data_dir())
        if home.path.is_dir():
            with explained(home.path), home.locked():
                home.stop_server()
                home.delete()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


__all__ = ["EmbeddedPostgres", "EmbeddedUnavailable", "default_data_dir"]
