"""Things a test needs, with sensible defaults for everything it does not care about."""

from uuid import UUID

from attrs import frozen

from commerce_core.access.model import SYSTEM
from commerce_core.cart.model import CartId
from commerce_core.cart.service import NewCart, NewItem
from commerce_core.cart.views import CartView
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.checkout.model import PlaceOrder
from commerce_core.inventory.model import Movement, MovementType
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.wiring import Commerce

PARIS = Address(name="Camille Durand", line1="12 rue des Lilas", postal_code="75011", city="Paris", country="FR")


@frozen
class Builders:
    """Fills a shop."""

    shop: Commerce

    def variant(
        self, price: int = 1999, stock: int | None = 10, *, ships: bool = True, title: str = "Blue mug"
    ) -> UUID:
        """A published product with one variant; `price` in minor units, `stock` None for one that is not counted."""
        variant = NewVariant(price=Money(price, self.shop.settings.currency), requires_shipping=ships)
        product = self.shop.catalog.create_product(
            SYSTEM, NewProduct(title=title, variants=(variant,), status=ProductStatus.ACTIVE)
        )
        made = product.variants[0].id
        if stock is not None:
            self.shop.inventory.move(SYSTEM, Movement(made, MovementType.RECEIPT, stock))
        return made

    def cart(self, *wanted: tuple[UUID, int]) -> CartView:
        """A guest's cart with these variants and quantities, held."""
        return self.shop.cart.create(NewCart(items=tuple(NewItem(variant, quantity) for variant, quantity in wanted)))

    def request(self, cart_id: UUID, email: str = "camille@example.com") -> PlaceOrder:
        """A checkout of that cart, to Paris, by card."""
        return PlaceOrder(CartId(cart_id), email, PARIS, shipping_option_id="standard")
