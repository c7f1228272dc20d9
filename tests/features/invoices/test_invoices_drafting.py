"""What stands on an invoice where taxes are not as plain as at home."""

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.invoices.model import Exemption, Paper
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.merchant.model import MerchantChanges
from commerce_core.shipping.drafts import NewOption, NewZone
from commerce_core.shipping.model import Band
from commerce_core.taxes.drafts import NewTaxRate
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.fake_gateway import FakeGateway

BERLIN = evolve(PARIS, line1="Unter den Linden 1", postal_code="10117", city="Berlin", country="DE")
OSLO = evolve(PARIS, line1="Storgata 1", postal_code="0155", city="Oslo", country="NO")
NUMBER = "DE136695976"


@pytest.fixture
def world(shop: Commerce, seller: None) -> None:
    """A way to Berlin and one to Oslo, a rate for Germany, and ten percent for whoever knows the word."""
    shop.taxes.create(SYSTEM, NewTaxRate("DE", TaxClass.STANDARD, Decimal("19.00"), date(2020, 1, 1)))
    way = NewOption("DHL", (Band(None, Money(990, "EUR")),), estimated_days=2, id="dhl")
    shop.shipping.create(SYSTEM, NewZone("Abroad", ("DE", "NO", "FR"), options=(way,)))
    shop.discounts.create(SYSTEM, NewDiscount("Spring", DiscountKind.PERCENTAGE, code="SPRING", percent=Decimal(10)))


def invoiced(
    shop: Commerce, make: Builders, gateway: FakeGateway, to: Address, *, number: str | None = None, code: str = ""
) -> Paper:
    cart = make.cart((make.variant(price=1999), 3))
    shop.cart.change(cart.id, CartChanges(shipping_address=evolve(to, vat_number=number), shipping_option_id="dhl"))
    if number:
        shop.vat_numbers.confirm(SYSTEM, cart.id, number)
    if code:
        shop.cart.apply_discount(cart.id, code)
    request = evolve(make.request(cart.id), shipping_address=None, shipping_option_id="dhl")
    done = shop.checkout.check_out(request)
    assert done.payment
    gateway.pay(str(done.payment.intent_id))
    shop.checkout.confirm(done.order.id, done.order_token)
    [listed] = shop.invoices.issue(SYSTEM, done.order.id).items
    paper = shop.invoices.show(SYSTEM, listed.id).paper
    assert paper.total == done.order.total
    assert paper.net.amount == sum(line.net.amount for line in paper.lines)
    return paper


def test_a_business_abroad_has_no_tax_its_own_number_and_the_words_for_it(
    shop: Commerce, make: Builders, gateway: FakeGateway, world: None
) -> None:
    paper = invoiced(shop, make, gateway, BERLIN, number=NUMBER)
    assert (paper.tax.amount, paper.exemptions) == (0, (Exemption.REVERSE_CHARGE,))
    assert (paper.buyer.vat_number, paper.seller.vat_number) == (NUMBER, "FR40303265045")
    assert {share.reverse_charge for share in paper.taxes} == {True}
    assert paper.lines[0].unit_net == "16.80"  # 19.99 / 1.19, rounded once for a piece, as the order has it


def test_what_leaves_the_union_says_so_unless_the_shop_names_another_law(
    shop: Commerce, make: Builders, gateway: FakeGateway, world: None
) -> None:
    assert invoiced(shop, make, gateway, OSLO).exemptions == (Exemption.EXPORT,)
    shop.merchant.change(SYSTEM, MerchantChanges(invoice_exemption="Article 293 B du CGI"))
    paper = invoiced(shop, make, gateway, OSLO)
    assert (paper.exemptions, paper.exemption_text) == ((Exemption.OTHER,), "Article 293 B du CGI")


def test_at_home_nothing_is_exempt(shop: Commerce, make: Builders, gateway: FakeGateway, world: None) -> None:
    assert invoiced(shop, make, gateway, PARIS).exemptions == ()


def test_a_discount_is_told_without_the_tax_and_leaves_the_taxable_amount(
    shop: Commerce, make: Builders, gateway: FakeGateway, world: None
) -> None:
    paper = invoiced(shop, make, gateway, PARIS, code="SPRING")
    mugs = paper.lines[0]
    # 3 x 19.99 = 59.97, less 6.00 is 53.97; without its tax 44.98. The pieces are 49.975 without theirs.
    assert (mugs.unit_net, mugs.discount, mugs.net, mugs.tax) == (
        "16.6583", Money(500, "EUR"), Money(4498, "EUR"), Money(899, "EUR"),
    )  # fmt: skip
    assert paper.discounts == ("SPRING",)


def test_an_address_of_its_own_for_the_bill_stands_beside_where_it_went(
    shop: Commerce, make: Builders, gateway: FakeGateway, world: None
) -> None:
    bill = evolve(PARIS, name="Durand SARL", vat_number="FR40303265045")
    done = shop.checkout.check_out(
        evolve(make.request(make.cart((make.variant(), 1)).id), billing_address=bill, shipping_option_id="dhl")
    )
    assert done.payment
    gateway.pay(str(done.payment.intent_id))
    shop.checkout.confirm(done.order.id, done.order_token)
    [listed] = shop.invoices.issue(SYSTEM, done.order.id).items
    buyer = shop.invoices.show(SYSTEM, listed.id).paper.buyer
    assert (buyer.address, buyer.delivered_to, buyer.vat_number) == (bill, PARIS, "FR40303265045")
