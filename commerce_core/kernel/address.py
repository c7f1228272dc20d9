"""A postal address."""

from attrs import fields, frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error

_REQUIRED = ("name", "line1", "city", "country")
_LIMIT = 200


@frozen
class Address:
    """Where something goes, or who pays for it. Raises `InvalidInput` with a pointer for each field that is wrong."""

    name: str
    line1: str
    city: str
    country: str  # ISO 3166-1 alpha-2
    company: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    region: str | None = None
    phone: str | None = None
    vat_number: str | None = None

    def __attrs_post_init__(self) -> None:
        errors = []
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if value is not None:
                least = 1 if attribute.name in _REQUIRED else 0
                errors.append(text_error(f"/{attribute.name}", value, limit=_LIMIT, least=least))
        if not (
            len(self.country) == 2 and self.country.isascii() and self.country.isalpha() and self.country.isupper()
        ):
            errors.append(FieldError("/country", "invalid-country", "Must be a two-letter ISO 3166-1 code."))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)

    def lines(self) -> tuple[str, ...]:
        """As it is written on a parcel, empty lines left out."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return tuple(x for x in (self.name, self.company, self.line1, self.line2, town, self.region, self.country) if x)
