"""What a cart comes to at one moment."""

from datetime import datetime

from attrs import frozen

from commerce_core.cart.model import Cart
from commerce_core.kernel.address import Address
from commerce_core.kernel.destination import Destination
from commerce_core.pricing.model import NOTHING_BY_HAND, Basket, ByHand, PricingRules, Totals
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.pricing.price import price


@frozen
class Till:
    """The shop's rules at one moment: everything priced by it is priced alike."""

    rules: PricingRules
    taxes: TaxCalculator
    at: datetime

    def totals(self, cart: Cart) -> Totals:
        """What the cart comes to, as far as its buyer has said where it goes and how."""
        return self.totals_at(cart, place_of(cart, cart.shipping_address), cart.shipping_option_id)

    def totals_at(
        self,
        cart: Cart,
        place: Destination | None,
        shipping_option_id: str | None,
        by_hand: ByHand = NOTHING_BY_HAND,
    ) -> Totals:
        """What it comes to when it goes there in that way, with what staff has agreed to."""
        return price(
            Basket(
                items=tuple(line.priced() for line in cart.lines),
                at=self.at,
                destination=place,
                shipping_option_id=shipping_option_id,
                coded=cart.coded,
                usage=cart.usage,
                by_hand=by_hand,
            ),
            self.rules,
            self.taxes,
        )

    def knows_option(self, shipping_option_id: str) -> bool:
        """Whether there is such a way of shipping to anywhere."""
        options = (option for zone in self.rules.zones for option in zone.options)
        return any(option.id == shipping_option_id and option.active for option in options)


def place_of(cart: Cart, address: Address | None) -> Destination | None:
    """The place of an address, with the VAT number that was confirmed for the cart; None before anybody has said."""
    return Destination.of(address, cart.confirmed_vat_number) if address else None
