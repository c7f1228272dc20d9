"""The shop as a merchant: name, place, how prices are meant, and what the law wants to know."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import asdict, evolve, field, fields, frozen

from commerce_core.catalog.checks import refuse
from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.text import email_error, text_error
from commerce_core.kernel.time_zone import time_zone
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.merchant.errors import SettingsVersionStale
from commerce_core.merchant.numbering import Numbering

MAX_INTEGRATION_SETTINGS = 20_000  # characters of JSON, all of them together

_LIMITS = {
    "name": 200, "phone": 50, "legal_name": 200, "legal_form": 200, "company_number": 50, "vat_number": 20,
    "invoice_exemption": 300, "invoice_footer": 600,
}  # fmt: skip
_TOLD_APART = frozenset({"version", "integration_settings"})


@frozen
class Premises:
    """Where the merchant is, within the country that the settings name. Raises `InvalidInput`."""

    line1: str
    city: str
    line2: str | None = None
    postal_code: str | None = None
    region: str | None = None

    def __attrs_post_init__(self) -> None:
        found = ((name, value) for name, value in asdict(self).items() if value is not None)
        refuse(
            *(text_error(f"/{name}", value, limit=200, least=int(name in {"line1", "city"})) for name, value in found)
        )


@frozen
class Merchant:
    """Who sells. `integration_settings` are for programs beside the shop, which reads none of them; no secrets.

    With `invoice_automatic` an order gets its invoice once it is paid, provided that the settings say who sells.
    `invoice_exemption` is the law by which no tax is charged, `invoice_footer` what stands below every invoice.
    """

    name: str
    country: str  # ISO 3166-1 alpha-2; the home of the shop's taxes
    timezone: str  # an IANA name; its midnight begins the days of tax rates and discounts
    prices_include_tax: bool
    email: str | None = None
    phone: str | None = None
    address: Premises | None = None
    legal_name: str | None = None
    legal_form: str | None = None
    company_number: str | None = None
    vat_number: str | None = None
    integration_settings: Mapping[str, Any] = field(factory=dict)
    version: int = 1
    invoice_automatic: bool = True
    invoice_prefix: str = "FA-"
    credit_note_prefix: str = "AV-"
    invoice_numbers_yearly: bool = True
    invoice_first_numbers: tuple[str, ...] = field(default=(), converter=tuple)
    invoice_exemption: str | None = None
    invoice_footer: str | None = None

    @property
    def numbering(self) -> Numbering:
        """How its invoices are numbered."""
        return Numbering(
            self.invoice_prefix, self.credit_note_prefix, self.invoice_numbers_yearly, self.invoice_first_numbers
        )

    def expect(self, version: int | None) -> None:
        """Raises `SettingsVersionStale` when the caller read another version (None: the caller does not mind)."""
        if version is not None and version != self.version:
            raise SettingsVersionStale(self.version)

    def changed(self, changes: "MerchantChanges") -> Self:
        """The merchant after them, one version on; itself when nothing is different. Raises `InvalidInput`."""
        said = _said(changes)
        if "integration_settings" in said:
            said["integration_settings"] = _integration(self.integration_settings, said["integration_settings"])
        wanted = evolve(self, **said)
        refuse(*wanted.numbering.errors())
        return self if wanted == self else evolve(wanted, version=self.version + 1)

    def differences(self, before: "Merchant") -> dict[str, tuple[object, object]]:
        """What an auditor wants to read. Of integration settings only which ones: nobody knows what they hold."""
        old, new = asdict(before), asdict(self)
        found: dict[str, tuple[object, object]] = {
            name: (old[name], value) for name, value in new.items() if name not in _TOLD_APART and old[name] != value
        }
        was, now = before.integration_settings, self.integration_settings
        if names := sorted(name for name in {*was, *now} if was.get(name, UNSET) != now.get(name, UNSET)):
            found["integration_settings"] = (None, names)
        return found


@frozen
class MerchantChanges:
    """What is to be different. None takes away what a merchant need not have; an address is told as a whole.

    `integration_settings` are a merge patch (RFC 7396): null takes away the one it stands for, or all of them.
    Raises `InvalidInput`.
    """

    name: str | Unset = UNSET
    country: str | Unset = UNSET
    timezone: str | Unset = UNSET
    prices_include_tax: bool | Unset = UNSET
    email: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    address: Premises | Unset | None = UNSET
    legal_name: str | Unset | None = UNSET
    legal_form: str | Unset | None = UNSET
    company_number: str | Unset | None = UNSET
    vat_number: str | Unset | None = UNSET
    integration_settings: Mapping[str, Any] | Unset | None = UNSET
    invoice_automatic: bool | Unset = UNSET
    invoice_prefix: str | Unset = UNSET
    credit_note_prefix: str | Unset = UNSET
    invoice_numbers_yearly: bool | Unset = UNSET
    invoice_first_numbers: tuple[str, ...] | Unset = UNSET
    invoice_exemption: str | Unset | None = UNSET
    invoice_footer: str | Unset | None = UNSET

    def __attrs_post_init__(self) -> None:
        refuse(*_errors(_said(self)))


def _said(changes: MerchantChanges) -> dict[str, Any]:
    found = ((attribute.name, getattr(changes, attribute.name)) for attribute in fields(MerchantChanges))
    return {name: value for name, value in found if not isinstance(value, Unset)}


def _errors(said: Mapping[str, Any]) -> Iterator[FieldError | None]:
    for name, limit in _LIMITS.items():
        if said.get(name) is not None:
            yield text_error(f"/{name}", said[name], limit=limit, least=1)
    if said.get("email") is not None:
        yield email_error("/email", said["email"])
    if "country" in said and said["country"] not in COUNTRIES:
        yield FieldError("/country", "invalid-country", "Must be a two-letter ISO 3166-1 code.")
    if "timezone" in said:
        yield _time_zone_error(said["timezone"])


def _time_zone_error(name: str) -> FieldError | None:
    try:
        time_zone(name)
    except ValueError:
        return FieldError("/timezone", "unknown-time-zone", "Must be a name of the IANA database, like Europe/Paris.")
    return None


def _integration(current: Mapping[str, Any], patch: Mapping[str, Any] | None) -> Mapping[str, Any]:
    merged: Mapping[str, Any] = _merged(current, patch) or {}
    pointer = "/integration_settings"
    try:
        written = json.dumps(merged, allow_nan=False)
    except (TypeError, ValueError):
        raise InvalidInput.at(pointer, "invalid-value", "Must be what JSON can hold.") from None
    if len(written) > MAX_INTEGRATION_SETTINGS:
        raise InvalidInput.at(pointer, "too-long", f"May hold at most {MAX_INTEGRATION_SETTINGS} characters of JSON.")
    if "\\u0000" in written:
        raise InvalidInput.at(pointer, "forbidden-character", "Holds a character that cannot be stored.")
    return merged


def _merged(current: Any, patch: Any) -> Any:
    """A merge patch applied (RFC 7396, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(current) if isinstance(current, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found
