"""A postal address."""

from attrs import fields, frozen

from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import text_error

_REQUIRED = ("name", "line1", "city", "country")
_LIMIT = 200

# ISO 3166-1 alpha-2, officially assigned, and XK, which is in general use for Kosovo.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM
FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS
IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML
MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN
PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())


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
        if self.country not in COUNTRIES:
            errors.append(FieldError("/country", "invalid-country", "Must be a two-letter ISO 3166-1 code."))
        if wrong := tuple(error for error in errors if error):
            raise InvalidInput(wrong)

    def lines(self) -> tuple[str, ...]:
        """As it is written on a parcel, empty lines left out."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return tuple(x for x in (self.name, self.company, self.line1, self.line2, town, self.region, self.country) if x)
