"""Everything about a cart but its lines: who buys, where it goes, what they want to say."""

from collections.abc import Mapping

from attrs import evolve, frozen

from commerce_core.cart.model import MAX_ATTRIBUTES, Cart
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import email_error, text_error
from commerce_core.kernel.unset import UNSET, Unset, given


@frozen
class CartChanges:
    """What to change about a cart, besides its lines.

    An address is changed as a whole; attributes one by one, None takes one away.
    """

    email: str | Unset | None = UNSET
    locale: Locale | Unset = UNSET
    shipping_address: Address | Unset | None = UNSET
    shipping_option_id: str | Unset | None = UNSET
    notes: str | Unset = UNSET
    attributes: Mapping[str, str | None] | Unset = UNSET
    marketing_consent: bool | Unset = UNSET

    def must_be_possible(self) -> None:
        """Raises `InvalidInput` for what nobody could keep."""
        errors: list[FieldError | None] = []
        if isinstance(self.email, str):
            errors.append(email_error("/email", self.email))
        if self.notes:
            errors.append(text_error("/notes", self.notes, limit=2000, lines=True))
        if isinstance(self.shipping_option_id, str):
            errors.append(text_error("/shipping_option_id", self.shipping_option_id, limit=100, least=1))
        if self.attributes:
            errors.extend(_attribute_errors(self.attributes))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)

    def of(self, cart: Cart) -> Cart:
        """The cart after them. Raises `InvalidInput` when it would have too many attributes."""
        changed = {**cart.attributes, **(self.attributes or {})}
        attributes = {name: value for name, value in changed.items() if value is not None}
        if len(attributes) > max(MAX_ATTRIBUTES, len(cart.attributes)):
            raise InvalidInput.at("/attributes", "too-many", f"A cart holds at most {MAX_ATTRIBUTES} of them.")
        return evolve(
            cart,
            email=given(self.email, cart.email),
            locale=given(self.locale, cart.locale),
            shipping_address=given(self.shipping_address, cart.shipping_address),
            shipping_option_id=given(self.shipping_option_id, cart.shipping_option_id),
            notes=given(self.notes, cart.notes),
            attributes=attributes,
            marketing_consent=given(self.marketing_consent, cart.marketing_consent),
        )


def _attribute_errors(attributes: Mapping[str, str | None]) -> list[FieldError | None]:
    checks: list[FieldError | None] = []
    for name, value in attributes.items():
        checks.append(text_error("/attributes", name, limit=100, least=1))
        if value is not None:
            pointer = name.replace("~", "~0").replace("/", "~1")
            checks.append(text_error(f"/attributes/{pointer}", value, limit=500, lines=True))
    return checks
