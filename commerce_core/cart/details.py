"""Everything about a cart but its lines: who buys, where it goes, what they want to say."""

from collections.abc import Mapping

from attrs import evolve, frozen

from commerce_core.cart.model import Cart
from commerce_core.emails.model import Locale
from commerce_core.kernel.address import Address
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import email_error, text_error
from commerce_core.kernel.unset import UNSET, Unset, given


@frozen
class CartChanges:
    """What to change about a cart, besides its lines."""

    email: str | Unset | None = UNSET
    locale: Locale | Unset = UNSET
    shipping_address: Address | Unset | None = UNSET
    shipping_option_id: str | Unset | None = UNSET
    notes: str | Unset = UNSET
    attributes: Mapping[str, str] | Unset = UNSET
    marketing_consent: bool | Unset = UNSET

    def must_be_possible(self) -> None:
        """Raises `InvalidInput` for what nobody could keep."""
        errors: list[FieldError | None] = []
        if self.email:
            errors.append(email_error("/email", self.email))
        if self.notes:
            errors.append(text_error("/notes", self.notes, limit=2000, lines=True))
        if self.shipping_option_id:
            errors.append(text_error("/shipping_option_id", self.shipping_option_id, limit=100))
        if self.attributes:
            errors.extend(_attribute_errors(self.attributes))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)

    def of(self, cart: Cart) -> Cart:
        """The cart after them."""
        return evolve(
            cart,
            email=given(self.email, cart.email),
            locale=given(self.locale, cart.locale),
            shipping_address=given(self.shipping_address, cart.shipping_address),
            shipping_option_id=given(self.shipping_option_id, cart.shipping_option_id),
            notes=given(self.notes, cart.notes),
            attributes=given(self.attributes, cart.attributes),
            marketing_consent=given(self.marketing_consent, cart.marketing_consent),
        )


def _attribute_errors(attributes: Mapping[str, str]) -> list[FieldError | None]:
    if len(attributes) > 20:
        return [FieldError("/attributes", "too-many", "May hold at most 20 entries.")]
    checks: list[FieldError | None] = []
    for name, value in attributes.items():
        checks.append(text_error("/attributes", name, limit=100, least=1))
        checks.append(text_error(f"/attributes/{name}", value, limit=500, lines=True))
    return checks
