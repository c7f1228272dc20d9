"""Points at which a use case dies, put around its transactions from outside: no feature knows of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define

from commerce_core.kernel.transaction import Begin


class PowerCut(Exception):
    """The process ends here."""


@define
class InterruptedBegin:
    """Opens transactions as `begin` does and calls `before` with the open one, just before it would commit.

    `opened` counts them. What `before` raises takes the transaction back; `after` is called once it is committed.
    """

    begin: Begin[Any]
    before: Callable[[Any, int], None] = lambda _work, _opened: None
    after: Callable[[int], None] = lambda _opened: None
    opened: int = 0

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        self.opened += 1
        with self.begin() as work:
            yield work
            self.before(work, self.opened)
        self.after(self.opened)


def cut_before_commit(_work: Any, _opened: int) -> None:
    """The power goes before the transaction is committed."""
    raise PowerCut


def cut_after_commit(_opened: int) -> None:
    """The power goes after the commit and before anybody heard of it."""
    raise PowerCut
