"""One total, from the cart to the books: everybody shows the same one, and it stays what it was."""

import csv
import email
import email.policy
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.cart.details import CartChanges
from commerce_core.catalog.drafts import NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.checkout.errors import TotalChanged, UnknownShippingOption
from commerce_core.checkout.model import PaymentMethod
from commerce_core.discounts.drafts import NewDiscount
from commerce_core.discounts.model import DiscountKind
from commerce_core.kernel.destination import Destination, plain_code
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.exported import ExportProfile, OrderExport
from commerce_core.pricing.explain import Rounding, Rule, Step
from commerce_core.pricing.model import AppliedRate, PricingRules
from commerce_core.shipping.drafts import NewOption, NewZone
from commerce_core.shipping.model import Band
from commerce_core.taxes.drafts import NewTaxRate, TaxRateChanges
from commerce_core.taxes.views import TaxRateQuery
from commerce_core.testing.builders import PARIS, Builders
from commerce_core.testing.fake_gateway import FakeGateway

BERLIN = evolve(PARIS, line1="Unter den Linden 1", postal_code="10117", city="Berlin", country="DE")
NUMBER = "DE136695976"
EXPORTED = {  # what adds up to an order's total
    ExportProfile.ORDERS: "total",
    ExportProfile.LINES: "gross",
    ExportProfile.LEDGER: "gross",
    ExportProfile.SHOPIFY: "Total",
}


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def set_up(shop: Commerce) -> None:
    """France 20 and 5.5 %, Germany 19 %; two zones; a code for ten percent and three euros off by themselves."""
    for country, tax_class, rate in (
        ("FR", TaxClass.STANDARD, "20.00"), ("FR", TaxClass.REDUCED, "5.5"), ("DE", TaxClass.STANDARD, "19.00"),
    ):  # fmt: skip
        shop.taxes.create(SYSTEM, NewTaxRate(country, tax_class, Decimal(rate), date(2020, 1, 1)))
    for option_id, countries, price in (("colissimo", ("FR",), 490), ("dhl", ("DE",), 990)):
        option = NewOption(option_id.title(), (Band(None, eur(price)),), estimated_days=2, id=option_id)
        shop.shipping.create(SYSTEM, NewZone(option_id, countries, options=(option,)))
    shop.discounts.create(SYSTEM, NewDiscount("Spring", DiscountKind.PERCENTAGE, code="SPRING", percent=Decimal(10)))
    shop.discounts.create(SYSTEM, NewDiscount("Welcome", DiscountKind.FIXED, amount=eur(300)))


def book(shop: Commerce) -> UUID:
    variant = NewVariant(price=eur(1250), tax_class=TaxClass.REDUCED)
    made = shop.catalog.create_product(SYSTEM, NewProduct("Book", variants=(variant,), status=ProductStatus.ACTIVE))
    return made.variants[0].id


def bought(shop: Commerce, make: Builders, **changes: object):
    """A mug and two books, sent to Paris: the cart as it was shown, and its checkout."""
    set_up(shop)
    cart = make.cart((make.variant(price=1999), 1), (book(shop), 2))
    shop.cart.apply_discount(cart.id, "spring")
    shown = shop.cart.change(cart.id, CartChanges(shipping_address=PARIS, shipping_option_id="colissimo"))
    asked = evolve(make.request(cart.id), shipping_option_id="colissimo", expected_total=shown.total, **changes)
    return shown, shop.checkout.check_out(asked)


def mailed(folder: str | None) -> str:
    [file] = (Path(folder or "") / "mail").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    return mail.get_body(("plain",)).get_content()


def test_cart_checkout_order_payment_mail_lists_explanation_and_exports_show_one_total(
    shop: Commerce, make: Builders, gateway: FakeGateway
) -> None:
    cart, done = bought(shop, make)
    # 19.99 + 25.00 = 44.99; 10 % = 4.499 → 4.50; 40.49 − 3.00 = 37.49; + 4.90
    assert (cart.subtotal, cart.discount_total, cart.shipping_total) == (eur(4499), eur(750), eur(490))
    assert cart.total == eur(4239)
    gateway.pay(done.payment.intent_id)
    order = shop.checkout.confirm(done.order.id, done.order_token).order
    assert {done.order.total, done.payment.amount, order.total, order.payments[0].amount} == {cart.total}
    assert gateway.retrieve_intent(done.payment.intent_id).amount == cart.total
    assert shop.orders.list_orders(SYSTEM, PageRequest()).items[0].total == cart.total
    assert shop.orders.explain(SYSTEM, order.id).total == cart.total
    assert shop.emails.send_due() == 1
    text = mailed(shop.settings.data_dir)
    assert all(amount in text for amount in ("42.39", "44.99", "7.50", "4.90"))
    for profile, column in EXPORTED.items():
        file = io.StringIO("".join(shop.orders.export(SYSTEM, OrderExport(profile))), newline="")
        assert sum(Decimal(row[column] or 0) for row in csv.DictReader(file)) == Decimal("42.39")
    same = ("subtotal", "discount_total", "shipping_total", "tax_total", "total", "prices_include_tax")
    assert [getattr(order, name) for name in same] == [getattr(cart, name) for name in same]
    assert [(line.rate, line.title) for line in order.tax_lines] == [("20.00", "VAT FR"), ("5.50", "VAT FR")]
    assert order.tax_total == eur(sum(line.amount.amount for line in order.tax_lines))


def test_an_order_does_not_change_when_every_rule_does(shop: Commerce, make: Builders) -> None:
    _, done = bought(shop, make)
    before = shop.checkout.show(SYSTEM, done.order.id), shop.orders.explain(SYSTEM, done.order.id)
    for rate in shop.taxes.list_rates(SYSTEM, TaxRateQuery()).items:
        shop.taxes.change(SYSTEM, rate.id, TaxRateChanges(rate=Decimal(1), title="Another"))
    for zone in shop.shipping.list_zones(SYSTEM):
        shop.shipping.delete(SYSTEM, zone.id)
    assert (shop.checkout.show(SYSTEM, done.order.id), shop.orders.explain(SYSTEM, done.order.id)) == before
    cart = make.cart((make.variant(price=10000), 1))
    assert cart.tax_total == eur(96)  # 97.00 / 1.01 = 96.0396: another order is priced by the new rules


def test_a_total_summed_up_again_from_the_snapshot_is_the_stored_one(shop: Commerce, make: Builders) -> None:
    _, done = bought(shop, make)
    order, told = done.order, shop.orders.explain(SYSTEM, done.order.id)
    for name in ("subtotal", "discount_total", "shipping_total", "tax_total", "total", "prices_include_tax"):
        assert getattr(told, name) == getattr(order, name)
    assert sum(step.amount.amount for step in told.steps if step.counts) == order.total.amount


def test_an_explanation_names_rule_base_rate_and_rounding_of_each_cent(shop: Commerce, make: Builders) -> None:
    _, done = bought(shop, make)
    steps = shop.orders.explain(SYSTEM, done.order.id).steps
    assert [(step.rule, step.amount.amount) for step in steps if step.part == "Book"] == [
        (Rule.PRICE, 2500),
        (Rule.DISCOUNT, -250),  # 4.50 × 25.00 / 44.99 = 2.5006: 2.50
        (Rule.DISCOUNT, -167),  # 3.00 × 22.50 / 40.49 = 1.6671: 1.67
        (Rule.TAX_INCLUDED, 109),  # 20.83 − 20.83 / 1.055 = 1.0859
    ]
    assert steps[2:4] == (
        Step(
            "Blue mug", Rule.DISCOUNT, "Welcome", eur(300), None, "-133", Rounding.LARGEST_REMAINDER, eur(-133), True
        ),
        # 19.99 − 2.00 − 1.33 = 16.66; 16.66 − 16.66 / 1.2 = 2.776667
        Step(
            "Blue mug", Rule.TAX_INCLUDED, "VAT FR", eur(1388), "20.00", "277.666667", Rounding.HALF_UP, eur(278), False
        ),
    )  # fmt: skip
    assert steps[-1].part == "Colissimo"


def test_what_nobody_may_see_or_what_is_not_there_is_not_explained(shop: Commerce, make: Builders) -> None:
    _, done = bought(shop, make)
    with pytest.raises(PermissionDenied):
        shop.orders.explain(GUEST, done.order.id)
    with pytest.raises(OrderNotFound):
        shop.orders.explain(SYSTEM, UUID(int=1))


def test_a_way_of_another_zone_is_refused_and_nothing_has_changed(
    shop: Commerce, make: Builders, database_url: str
) -> None:
    set_up(shop)
    cart = make.cart((make.variant(stock=5), 1))
    with pytest.raises(UnknownShippingOption):
        shop.checkout.check_out(evolve(make.request(cart.id), shipping_option_id="dhl"))
    with pytest.raises(InvalidInput, match="shipping_option_id"):
        shop.cart.change(cart.id, CartChanges(shipping_address=PARIS, shipping_option_id="dhl"))
    assert shop.cart.get(cart.id) == cart
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)


def test_a_way_is_chosen_before_the_address_is_known_as_long_as_there_is_such_a_way(
    shop: Commerce, make: Builders
) -> None:
    set_up(shop)
    cart = make.cart((make.variant(), 1))
    chosen = shop.cart.change(cart.id, CartChanges(shipping_option_id="dhl"))
    assert (chosen.estimated, chosen.shipping_option_id, chosen.shipping_total) == (True, "dhl", eur(0))
    with pytest.raises(InvalidInput):
        shop.cart.change(cart.id, CartChanges(shipping_option_id="drone"))
    known = shop.cart.change(cart.id, CartChanges(shipping_address=BERLIN))
    assert (known.estimated, known.shipping_total) == (False, eur(990))


def test_ways_are_offered_for_the_place_that_is_asked_for(shop: Commerce, make: Builders) -> None:
    set_up(shop)
    cart = make.cart((make.variant(), 1))
    offered = [
        shop.cart.shipping_options(cart.id, place).items for place in (None, Destination("DE"), Destination("CH"))
    ]
    assert [[way.id for way in ways] for ways in offered] == [["colissimo"], ["dhl"], []]


@pytest.fixture
def neighbour(database_url: str, settings: Settings, gateway: FakeGateway) -> Iterator[Commerce]:
    """Another process of the same shop."""
    with open_shop(database_url, settings=settings, gateway=gateway) as opened:
        yield opened


def test_a_rule_that_one_process_writes_counts_at_once_in_all_of_them(
    shop: Commerce, neighbour: Commerce, make: Builders
) -> None:
    cart = make.cart((make.variant(price=12000), 1))
    assert neighbour.cart.get(cart.id).tax_total == eur(2000)
    rate = shop.taxes.create(SYSTEM, NewTaxRate("FR", TaxClass.STANDARD, Decimal(50), date(2020, 1, 1)))
    assert neighbour.cart.get(cart.id).tax_total == eur(4000)
    shop.taxes.delete(SYSTEM, rate.id)
    assert neighbour.cart.get(cart.id).tax_total == eur(2000)


def test_a_buyer_who_saw_the_total_of_old_rules_is_told(shop: Commerce, make: Builders) -> None:
    set_up(shop)
    cart = make.cart((make.variant(price=1000), 1))
    shown = shop.cart.change(cart.id, CartChanges(shipping_address=PARIS, shipping_option_id="colissimo"))
    shop.discounts.create(SYSTEM, NewDiscount("More", DiscountKind.FIXED, amount=eur(100)))
    with pytest.raises(TotalChanged) as refused:
        shop.checkout.check_out(
            evolve(make.request(cart.id), shipping_option_id="colissimo", expected_total=shown.total)
        )
    assert refused.value.total == eur(shown.total.amount - 100)


class Register:
    """A register of VAT numbers, in which there is one."""

    def checked(self, number: str, country: str) -> str | None:
        return NUMBER if (plain_code(number), country) == (NUMBER, "DE") else None


def test_a_confirmed_business_abroad_pays_without_tax_until_its_number_changes(shop: Commerce, make: Builders) -> None:
    set_up(shop)
    cart = make.cart((make.variant(price=1999), 2))
    there = evolve(BERLIN, vat_number="DE 136 695 976")
    shop.cart.change(cart.id, CartChanges(shipping_address=there, shipping_option_id="dhl"))
    confirmed = evolve(shop.vat_numbers, numbers=Register()).confirm(SYSTEM, cart.id, NUMBER)
    # 19.99 / 1.19 = 16.798 → 16.80, twice; 3.00 / 1.19 = 2.521 → 2.52; 9.90 / 1.19 = 8.319 → 8.32
    assert (confirmed.items[0].unit_price, confirmed.discount_total) == (eur(1680), eur(252))
    assert (confirmed.total, confirmed.tax_total, confirmed.prices_include_tax) == (eur(3940), eur(0), False)
    other = shop.cart.change(cart.id, CartChanges(shipping_address=evolve(BERLIN, vat_number="DE129274202")))
    assert (other.total, other.prices_include_tax) == (eur(3698 + 990), True)
    shop.cart.change(cart.id, CartChanges(shipping_address=there))
    order = shop.checkout.check_out(
        evolve(make.request(cart.id), shipping_address=there, shipping_option_id="dhl")
    ).order
    assert (order.total, order.items[0].unit_price, order.shipping_option.price) == (eur(3940), eur(1680), eur(832))
    assert [(line.title, line.rate, line.amount) for line in order.tax_lines] == [("Reverse charge", "0.00", eur(0))]
    removed = shop.orders.explain(SYSTEM, order.id).steps[0]
    assert (removed.rule, removed.base, removed.rate, removed.amount) == (
        Rule.TAX_REMOVED, eur(1999), "19.00", eur(1680),
    )  # fmt: skip


class HalfForMugs:
    """A calculator of somebody else's: 50 % on everything that is standard."""

    def rate(self, rules: PricingRules, place: Destination, tax_class: TaxClass, day: date) -> AppliedRate:
        return AppliedRate("Half", Decimal(50)) if tax_class is TaxClass.STANDARD else AppliedRate()


def test_another_calculator_says_which_rates_count(
    shop: Commerce, make: Builders, database_url: str, settings: Settings, gateway: FakeGateway
) -> None:
    mug, exempt = make.variant(price=3000), book(shop)
    with open_shop(database_url, settings=settings, gateway=gateway, tax_calculator=HalfForMugs()) as other:
        cart = Builders(other).cart((mug, 1), (exempt, 1))
        order = other.checkout.check_out(make.request(cart.id)).order
    # 30.00 − 20.00 = 10.00; 4.90 − 3.27 (3.2667) = 1.63; nothing on the book
    assert [(line.title, line.rate, line.amount) for line in order.tax_lines] == [("Half", "50.00", eur(1163))]
    assert cart.tax_total == eur(1000)


def test_goods_that_are_not_taxable_are_exempt_whatever_their_class(shop: Commerce) -> None:
    variant = NewVariant(price=eur(1000), taxable=False, requires_shipping=False)
    product = shop.catalog.create_product(SYSTEM, NewProduct("Gift", variants=(variant,), status=ProductStatus.ACTIVE))
    assert Builders(shop).cart((product.variants[0].id, 1)).tax_total == eur(0)


def test_a_manual_order_without_a_card_mails_the_same_total(shop: Commerce, make: Builders) -> None:
    cart, done = bought(shop, make, payment_method=PaymentMethod.MANUAL)
    assert shop.emails.send_due() == 1
    assert "42.39" in mailed(shop.settings.data_dir)
    assert done.payment.amount == cart.total
