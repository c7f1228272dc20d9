"""Where an order goes, as far as its price depends on it: the word that taxes, shipping and pricing share."""

from attrs import frozen

from commerce_core.kernel.address import Address


@frozen
class Destination:
    """A place, and the VAT number of a business there.

    `vat_confirmed` says that the number has passed its country's check digits and that staff or a register confirmed
    it; a number alone changes nothing.
    """

    country: str  # ISO 3166-1 alpha-2
    region: str | None = None
    postal_code: str | None = None
    vat_number: str | None = None
    vat_confirmed: bool = False

    @classmethod
    def of(cls, address: Address, confirmed_vat_number: str | None = None) -> "Destination":
        """The place of an address; its number counts when it is the very one that was confirmed."""
        number = plain_code(address.vat_number)
        confirmed = bool(number) and number == plain_code(confirmed_vat_number)
        return cls(address.country, address.region, address.postal_code, number or None, confirmed)


def plain_code(text: str | None) -> str:
    """A region, a postal code or a VAT number as it is compared: capitals, without spaces, dots and dashes."""
    return "".join(sign for sign in (text or "").upper() if sign.isalnum())


__all__ = ["Destination", "plain_code"]
