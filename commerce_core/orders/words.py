"""What an order is found by, and what somebody types to find it."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from commerce_core.catalog.search import folded, unaccented
from commerce_core.orders.model import Order

_LONGEST = 100  # characters of a word


def order_words(order: Order) -> tuple[str, ...]:
    """Its number, reference, e-mail address, names and SKUs: each as a whole, and each word in it."""
    addresses = [a for a in (order.buyer.shipping_address, order.buyer.billing_address) if a]
    said = (
        str(order.number),
        order.reference,
        order.buyer.email,
        order.buyer.email.rpartition("@")[2],
        *(name for address in addresses for name in (address.name, address.company) if name),
        *(line.sku for line in order.lines if line.sku),
    )
    return words_of(said)


def words_of(said: Iterable[str]) -> tuple[str, ...]:
    """Each of these as a whole, and each word in it."""
    return tuple(sorted(set(_words(said))))


def _words(said: Iterable[str]) -> Iterator[str]:
    for text in said:
        plain = unaccented(text)
        for word in (*plain.split(), *folded(text).split()):
            yield word[:_LONGEST]


@frozen
class OrderWord:
    """A word that was typed. `whole`: a number is meant as it is, anything else is the beginning of a word."""

    text: str
    whole: bool

    @classmethod
    def all_of(cls, typed: str) -> tuple["OrderWord", ...]:
        """Every word, all of which an order has to have."""
        return tuple(cls(word[:_LONGEST], word.isdecimal()) for word in unaccented(typed).split())
