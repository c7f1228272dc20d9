"""What staff wants a draft to be, checked before anything is locked."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.cart.model import MAX_LINE_QUANTITY, MAX_LINES, Offer
from commerce_core.draft_orders.model import DraftItem, DraftOrder, ManualDiscount, ManualShipping
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.text import email_error, text_error
from commerce_core.kernel.unset import UNSET, Unset, given

MAX_REASON = 200
MAX_TITLE = 100
MAX_DAYS = 365

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


@frozen
class DraftChanges:
    """What to change about a draft; what is not mentioned stays. Items are told as a whole.

    A customer without an `email` of the draft's own brings theirs.
    """

    items: tuple[DraftItem, ...] | Unset = UNSET
    discount: ManualDiscount | Unset | None = UNSET
    customer_id: UUID | Unset | None = UNSET
    email: str | Unset | None = UNSET
    locale: Locale | Unset = UNSET
    shipping_address: Address | Unset | None = UNSET
    billing_address: Address | Unset | None = UNSET
    shipping_option_id: str | Unset | None = UNSET
    shipping: ManualShipping | Unset | None = UNSET
    notes: str | Unset = UNSET

    def must_be_possible(self, currency: str) -> None:
        """Raises `InvalidInput`, naming everything that nobody could keep."""
        if wrong := tuple(error for error in self._errors(currency) if error):
            raise InvalidInput(wrong)

    def _errors(self, currency: str) -> Iterator[FieldError | None]:
        if isinstance(self.email, str):
            yield email_error("/email", self.email)
        if isinstance(self.notes, str):
            yield text_error("/notes", self.notes, limit=2000, lines=True)
        if isinstance(self.shipping_option_id, str):
            yield text_error("/shipping_option_id", self.shipping_option_id, limit=100, least=1)
        if isinstance(self.discount, ManualDiscount):
            yield from _discount_errors("/discount", self.discount, currency)
        if isinstance(self.shipping, ManualShipping):
            yield text_error("/shipping/title", self.shipping.title, limit=MAX_TITLE, least=1)
            yield from _price_errors("/shipping/price", self.shipping.price, currency, least=0)
            if not 0 <= self.shipping.estimated_days <= MAX_DAYS:
                yield FieldError("/shipping/estimated_days", "out-of-range", f"Must be from 0 to {MAX_DAYS}.")
        if not isinstance(self.items, Unset):
            yield from _item_errors(self.items, currency)

    def wanted(self) -> tuple[UUID, ...]:
        """The variants they name."""
        return () if isinstance(self.items, Unset) else tuple(item.variant_id for item in self.items)

    def of(self, draft: DraftOrder, offers: Mapping[UUID, Offer], new_id: NewId) -> DraftOrder:
        """The draft after them. Raises what `with_items` raises."""
        cart = draft.cart
        changed = evolve(
            draft,
            billing_address=given(self.billing_address, draft.billing_address),
            cart=evolve(
                cart,
                customer_id=given(self.customer_id, cart.customer_id),
                email=given(self.email, cart.email),
                locale=given(self.locale, cart.locale),
                shipping_address=given(self.shipping_address, cart.shipping_address),
                shipping_option_id=given(self.shipping_option_id, cart.shipping_option_id),
                notes=given(self.notes, cart.notes),
            ),
        )
        if not isinstance(self.items, Unset):
            changed = changed.with_items(self.items, offers, new_id)
        if not isinstance(self.discount, Unset):
            changed = changed.with_discount(self.discount, new_id)
        return changed if isinstance(self.shipping, Unset) else changed.with_shipping(self.shipping)


def _item_errors(items: tuple[DraftItem, ...], currency: str) -> Iterator[FieldError]:
    if len(items) > MAX_LINES:
        yield FieldError("/items", "too-many-lines", f"A draft holds at most {MAX_LINES} lines.")
    seen = set()
    for place, item in enumerate(items):
        if item.variant_id in seen:
            yield FieldError(f"/items/{place}/variant_id", "duplicate", "Another line has this variant.")
        seen.add(item.variant_id)
        if not 1 <= item.quantity <= MAX_LINE_QUANTITY:
            detail = f"Must be from 1 to {MAX_LINE_QUANTITY}."
            yield FieldError(f"/items/{place}/quantity", "out-of-range", detail)
        if item.discount:
            yield from _discount_errors(f"/items/{place}/discount", item.discount, currency)


def _discount_errors(pointer: str, discount: ManualDiscount, currency: str) -> Iterator[FieldError]:
    if error := text_error(f"{pointer}/reason", discount.reason, limit=MAX_REASON, least=1):
        yield error
    percent, amount = discount.percent, discount.amount
    if (percent is None) == (amount is None):
        yield FieldError(pointer, "contradiction", "Needs either a percent or an amount.")
    if percent is not None and not (percent.is_finite() and 0 < percent <= _HUNDRED and not percent % _CENT):
        detail = "Must be above 0 and at most 100, with at most two decimals."
        yield FieldError(f"{pointer}/percent", "out-of-range", detail)
    if amount is not None:
        yield from _price_errors(f"{pointer}/amount", amount, currency, least=1)


def _price_errors(pointer: str, price: Money, currency: str, *, least: int) -> Iterator[FieldError]:
    if price.currency != currency:
        yield FieldError(f"{pointer}/currency", "wrong-currency", f"This shop sells in {currency}.")
    elif not least <= price.amount <= MAX_AMOUNT:
        yield FieldError(f"{pointer}/amount", "out-of-range", f"Must be from {least} to {MAX_AMOUNT}.")
