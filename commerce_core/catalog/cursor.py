"""Where a list goes on. Opaque to clients; made by PostgreSQL with the page before it, and read here."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT
from commerce_core.kernel.text import text_error


class Sort(StrEnum):
    """In which order a list comes."""

    NEWEST = "newest"
    PRICE = "price"
    PRICE_DESCENDING = "-price"
    TITLE = "title"
    RELEVANCE = "relevance"


@frozen
class Cursor:
    """The last product of a page, and what it was sorted by. What is added before it does not move what comes after."""

    key: str
    product_id: UUID

    @classmethod
    def read(cls, cursor: str, sort: Sort) -> "Cursor":
        """Raises `InvalidInput` for a text that is no cursor, or that of a list in another order."""
        try:
            order, product_id, key = bytes.fromhex(cursor).decode().split(" ", 2)
            if order == sort.value and _IS_KEY[sort](key):
                return cls(key, UUID(product_id))
        except ValueError:
            pass
        raise InvalidInput.at("/cursor", "invalid-cursor", "Must be the next_cursor of a page in this order.")


def _is_time(key: str) -> bool:
    return datetime.fromisoformat(key).tzinfo is not None


def _is_title(key: str) -> bool:
    return text_error("", key, limit=100) is None


def _is_amount(key: str) -> bool:
    return key.isascii() and key.isdigit() and int(key) <= MAX_AMOUNT


def _is_rank(key: str) -> bool:
    return math.isfinite(float(key)) and "_" not in key


_IS_KEY: Mapping[Sort, Callable[[str], bool]] = {
    Sort.NEWEST: _is_time,
    Sort.TITLE: _is_title,
    Sort.PRICE: _is_amount,
    Sort.PRICE_DESCENDING: _is_amount,
    Sort.RELEVANCE: _is_rank,
}
