"""What a document has to say, taken from the order, from who sells, and from what went back."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from attrs import evolve

from commerce_core.invoices.model import Buyer, Exemption, LineBack, Paper, PaperLine, Seller, Settlement, TaxShare
from commerce_core.kernel.address import Address
from commerce_core.kernel.money import Money, exponent, round_half_up
from commerce_core.merchant.model import Merchant
from commerce_core.orders.exported import ExportedCharge, ExportedOrder
from commerce_core.orders.model import Order
from commerce_core.pricing.model import percent_text
from commerce_core.taxes.model import EU_COUNTRIES

_HUNDRED = Decimal(100)
_FINER = 2  # decimals beyond the currency's, for the net price of a piece


def missing(merchant: Merchant, sale: ExportedOrder) -> tuple[str, ...]:
    """What the law wants of the seller on an invoice of this sale and the settings do not have.

    A VAT number is wanted within the European Union, wherever tax is charged or owed by the buyer.
    """
    taxed = any(charge.tax or charge.reverse_charge for charge in sale.charges)
    number = merchant.vat_number or not taxed or merchant.country not in EU_COUNTRIES
    there = {"address": merchant.address, "vat_number": number}
    return tuple(name for name, value in there.items() if not value)


def invoice(order: Order, sale: ExportedOrder, merchant: Merchant) -> Paper:
    """The invoice of a paid order. Its amounts are the order's own, to the cent."""
    zone = ZoneInfo(merchant.timezone)
    paid_at = order.paid_at or order.placed_at
    lines = tuple(_line(sale, charge) for charge in sale.charges)
    return Paper(
        language=order.buyer.locale,
        order_reference=order.reference,
        ordered_on=order.placed_at.astimezone(zone).date(),
        paid_on=paid_at.astimezone(zone).date(),
        seller=seller(merchant),
        buyer=_buyer(order, sale),
        lines=lines,
        taxes=_taxes(lines),
        net=order.total - order.tax_total,
        tax=order.tax_total,
        total=order.total,
        discounts=sale.discounts,
        payments=tuple(Settlement(paid.provider, Money(paid.captured, sale.currency)) for paid in sale.payments),
        exemptions=tuple(_exemptions(sale, merchant)),
        exemption_text=merchant.invoice_exemption,
        footer=merchant.invoice_footer,
    )


def credit_note(invoiced: Paper, sale: ExportedOrder, back: Sequence[LineBack], merchant: Merchant) -> Paper:
    """What a refund takes back of an invoice, line by line. What is more than the sale was never invoiced."""
    charges = {charge.position: charge for charge in sale.charges}
    lines = tuple(_line_back(charges[line.position], line, sale.currency) for line in back if line.amount)
    net = sum(line.net.amount for line in lines)
    tax = sum(line.tax.amount for line in lines)
    return evolve(
        reissued(invoiced, sale, merchant),
        lines=lines,
        taxes=_taxes(lines),
        net=Money(net, sale.currency),
        tax=Money(tax, sale.currency),
        total=Money(net + tax, sale.currency),
        discounts=(),
        payments=(),
    )


def reissued(paper: Paper, sale: ExportedOrder, merchant: Merchant) -> Paper:
    """What was said before, by the seller as they are today, unless the settings have lost who that is."""
    return paper if missing(merchant, sale) else evolve(paper, seller=seller(merchant), footer=merchant.invoice_footer)


def seller(merchant: Merchant) -> Seller:
    """Who sells, as the settings say it now."""
    place = merchant.address
    town = " ".join(part for part in (place.postal_code, place.city) if part) if place else ""
    lines = (place.line1, place.line2, town, place.region, merchant.country) if place else ()
    return Seller(
        name=merchant.name,
        country=merchant.country,
        address=tuple(line for line in lines if line),
        legal_name=merchant.legal_name,
        legal_form=merchant.legal_form,
        company_number=merchant.company_number,
        vat_number=merchant.vat_number,
        email=merchant.email,
        phone=merchant.phone,
    )


def _buyer(order: Order, sale: ExportedOrder) -> Buyer:
    """Under a reverse charge the number is that of the address by which the tax was reckoned."""
    billing, shipping = order.buyer.billing_address, order.buyer.shipping_address
    reverse = any(charge.reverse_charge for charge in sale.charges)
    by_weight = (shipping, billing) if reverse else (billing, shipping)
    numbers = [address.vat_number for address in by_weight if address and address.vat_number]
    return Buyer(
        email=order.buyer.email,
        address=billing or shipping,
        delivered_to=shipping if _elsewhere(billing, shipping) else None,
        vat_number=numbers[0] if numbers else None,
    )


def _elsewhere(billing: Address | None, shipping: Address | None) -> bool:
    return billing is not None and shipping is not None and shipping != billing


def _line(sale: ExportedOrder, charge: ExportedCharge) -> PaperLine:
    """A line without the tax in its prices. What rounding has added to or taken from a line shows in no discount."""
    included = sale.prices_include_tax and not charge.reverse_charge
    gross = 1 + Decimal(charge.tax_rate) / _HUNDRED if included else Decimal(1)  # of a price, by what it is without tax
    discount = round_half_up(charge.unit_price * charge.quantity / gross) - charge.net if charge.discount else 0
    return PaperLine(
        title=charge.title,
        sku=charge.sku,
        quantity=charge.quantity,
        unit_net=_unit(charge.unit_price / gross, sale.currency),
        discount=Money(max(discount, 0), sale.currency),
        tax_title=charge.tax_title,
        rate=percent_text(Decimal(charge.tax_rate)),
        reverse_charge=charge.reverse_charge,
        net=Money(charge.net, sale.currency),
        tax=Money(charge.tax, sale.currency),
    )


def _line_back(charge: ExportedCharge, line: LineBack, currency: str) -> PaperLine:
    """What goes back of a line. Where it is money and no pieces, there is no price of one."""
    net = line.amount - line.tax
    return PaperLine(
        title=charge.title,
        sku=charge.sku,
        quantity=line.quantity,
        unit_net=_unit(Decimal(net) / line.quantity, currency) if line.quantity else "",
        discount=Money.zero(currency),
        tax_title=charge.tax_title,
        rate=percent_text(Decimal(charge.tax_rate)),
        reverse_charge=charge.reverse_charge,
        net=Money(net, currency),
        tax=Money(line.tax, currency),
    )


def _unit(exact: Decimal, currency: str) -> str:
    """A price in major units: with the currency's decimals, and up to two more where it is not a whole cent."""
    decimals = exponent(currency)
    fine = exact.scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals - _FINER), rounding=ROUND_HALF_UP)
    coarse = fine.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return str(coarse if coarse == fine else fine)


def _taxes(lines: Iterable[PaperLine]) -> tuple[TaxShare, ...]:
    """By rate, the highest first."""
    found: dict[tuple[Decimal, str, bool], TaxShare] = {}
    for line in lines:
        key = (-Decimal(line.rate), line.tax_title, line.reverse_charge)
        nothing = Money.zero(line.net.currency)
        share = found.get(key, TaxShare(line.tax_title, line.rate, line.reverse_charge, nothing, nothing))
        found[key] = evolve(share, net=share.net + line.net, tax=share.tax + line.tax)
    return tuple(found[key] for key in sorted(found))


def _exemptions(sale: ExportedOrder, merchant: Merchant) -> Iterator[Exemption]:
    """Why some of it bears no tax, where some of it does not."""
    if any(charge.reverse_charge for charge in sale.charges):
        yield Exemption.REVERSE_CHARGE
    untaxed = [charge for charge in sale.charges if not charge.reverse_charge and not Decimal(charge.tax_rate)]
    if any(charge.net for charge in untaxed):
        exported = sale.country not in {"", *EU_COUNTRIES} and merchant.country in EU_COUNTRIES
        yield Exemption.EXPORT if exported and not merchant.invoice_exemption else Exemption.OTHER
