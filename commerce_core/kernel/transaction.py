"""One use case, one transaction."""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from commerce_core.kernel.errors import Busy

W_co = TypeVar("W_co", covariant=True)
P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


class Begin(Protocol[W_co]):
    """Open a transaction: `with begin() as work`. Leaving the block commits; an exception takes everything back."""

    def __call__(self) -> AbstractContextManager[W_co]:
        """A transaction that has not started yet."""
        ...


class Work(Protocol):
    """What every transaction knows."""

    @property
    def now(self) -> datetime:
        """The shop's time, read from the database after the first lock was granted."""
        ...


_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


@contextmanager
def transaction_open() -> Iterator[None]:
    """Marks where a transaction is open. Opening another one inside is a bug."""
    must_be_outside_transaction()
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def must_be_outside_transaction() -> None:
    """Nobody outside PostgreSQL is called, and no second transaction begun, while one is open."""
    if _open.get():
        raise RuntimeError("a transaction is open here")


class TransactionConflict(Exception):
    """The database chose this transaction as the loser against another at the same time; nothing happened."""


def retried(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Run a one-transaction method again, three times in all, when it lost against another. Then raises `Busy`."""

    @functools.wraps(method)
    def again(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(3):
            try:
                return method(self, *args, **kwargs)
            except TransactionConflict:
                time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise Busy

    return again
