"""Much work in small transactions: a long one would hold up others, and the vacuum of every table."""

from collections.abc import Callable

SLICE = 1_000  # rows of one transaction


def in_slices(step: Callable[[int], int], size: int = SLICE) -> int:
    """Call `step(size)` until it finds less to do than that; returns how much it did in all.

    A step says how much it did, `size` at most, in a transaction of its own: what is done stays done when a later one
    fails.
    """
    done = 0
    while True:
        now = step(size)
        done += now
        if now < size:
            return done
