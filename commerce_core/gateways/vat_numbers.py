"""VAT numbers of the European Union by their form and check digits. No register is asked."""

from attrs import frozen

from commerce_core.kernel.destination import plain_code
from commerce_core.taxes.model import EU_COUNTRIES

_LONGEST = 20


@frozen
class VatNumberForms:
    """Knows how each country writes them."""

    def checked(self, number: str, country: str) -> str | None:
        """The number with its country's prefix, which may be left out; None when it cannot be one of this country."""
        from stdnum.eu import vat  # noqa: PLC0415 - forty modules, for the few shops that sell to businesses

        plain = plain_code(number)
        if country not in EU_COUNTRIES or len(plain) > _LONGEST:
            return None
        prefix = "EL" if country == "GR" else country
        for written in (plain, prefix + plain):
            if written.startswith(prefix) and vat.is_valid(written):
                return str(vat.compact(written))
        return None
