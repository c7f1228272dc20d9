"""What the emulated account remembers: plain JSON in memory, kept in a file when one is named."""

import json
import os
import secrets
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import Factory, define, field

from commerce_core.testing.stripe.faults import JsonObject

_NAMES = ("payment_intents", "attempts", "charges", "refunds", "disputes", "events", "replies", "deliveries")
Tables = dict[str, dict[str, JsonObject]]

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """An id that looks like one of Stripe's."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def timestamp() -> int:
    """Now, in whole seconds, as every Stripe object counts time."""
    return int(time.time())


def _empty() -> Tables:
    return {name: {} for name in _NAMES}


@define
class Store:
    """Tables of objects by id, in the order of their making. Read and write them inside `change()`."""

    path: Path | None = None
    tables: Tables = Factory(_empty)
    news: threading.Condition = field(factory=threading.Condition, init=False, repr=False)  # Also the one lock.
    _depth: int = field(default=0, init=False)

    @classmethod
    def open(cls, path: Path | None) -> "Store":
        """The store kept in `path`, or an empty one."""
        if path is None or not path.exists():
            return cls(path)
        return cls(path, _empty() | json.loads(path.read_text("utf-8")))

    @contextmanager
    def change(self) -> Iterator[Tables]:
        """Hold everybody else off; the outermost block writes the file, also when a refusal leaves it."""
        with self.news:
            self._depth += 1
            try:
                yield self.tables
            finally:
                self._depth -= 1
                if not self._depth:
                    self._save()

    @contextmanager
    def look(self) -> Iterator[Tables]:
        """Hold everybody else off and change nothing."""
        with self.news:
            yield self.tables

    def _save(self) -> None:
        if self.path is None:
            return
        written = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        written.write_text(json.dumps(self.tables), "utf-8")
        written.replace(self.path)  # Whole or not at all, also when killed in between.
