"""`commerce settings`: who sells, and how prices are meant."""

import json
from typing import Annotated, Any

import typer
from attrs import evolve

from adapters_cli import typed
from adapters_cli.premises import OPERATOR, opened
from adapters_cli.screen import Screen
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.merchant.model import Merchant, MerchantChanges, Premises

app = typer.Typer(no_args_is_help=True, help="Say who sells, and how prices are meant.")

_Text = Annotated[str | None, typer.Option(help="Empty takes it away.")]


@app.command()
def show(ctx: typer.Context) -> None:
    """The settings that count now: the environment's, until they were changed here."""
    with opened() as shop:
        found = shop.merchant.show(OPERATOR)
    _answer(ctx, found)


@app.command("set")
def set_settings(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Option(help="As buyers read it.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters; the home of the shop's taxes.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Like Europe/Paris; its midnight begins a day.")] = None,
    prices_include_tax: Annotated[bool | None, typer.Option(help="Whether prices are gross.")] = None,
    email: _Text = None,
    phone: _Text = None,
    line1: Annotated[str | None, typer.Option(help="Street and number; empty takes the whole address away.")] = None,
    line2: _Text = None,
    postal_code: _Text = None,
    city: Annotated[str | None, typer.Option()] = None,
    region: _Text = None,
    legal_name: _Text = None,
    legal_form: _Text = None,
    company_number: _Text = None,
    vat_number: _Text = None,
    invoice_automatic: Annotated[bool | None, typer.Option(help="Whether a paid order gets its invoice.")] = None,
    invoice_prefix: Annotated[str | None, typer.Option(help="What numbers of invoices begin with.")] = None,
    credit_note_prefix: Annotated[str | None, typer.Option(help="The same for credit notes.")] = None,
    invoice_numbers_yearly: Annotated[bool | None, typer.Option(help="Whether each year counts anew.")] = None,
    invoice_first_number: Annotated[
        list[str] | None, typer.Option(help="Where a series begins, like FA-2026-000124; may stand more than once.")
    ] = None,
    invoice_exemption: _Text = None,
    invoice_footer: _Text = None,
    integration: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, a text or JSON, for programs beside the shop; empty removes.")
    ] = None,
    *,
    no_integrations: Annotated[bool, typer.Option("--no-integrations", help="Take all of those away.")] = False,
) -> None:
    """Change what is named, for every process at once."""
    with opened() as shop:
        lines = {"line1": line1, "line2": line2, "postal_code": postal_code, "city": city, "region": region}
        changes = MerchantChanges(
            name=typed.given(name),
            country=typed.given(country),
            timezone=typed.given(timezone),
            prices_include_tax=typed.given(prices_include_tax),
            email=typed.clearable(email),
            phone=typed.clearable(phone),
            address=_address(shop.merchant.show(OPERATOR).address, lines),
            legal_name=typed.clearable(legal_name),
            legal_form=typed.clearable(legal_form),
            company_number=typed.clearable(company_number),
            vat_number=typed.clearable(vat_number),
            invoice_automatic=typed.given(invoice_automatic),
            invoice_prefix=typed.given(invoice_prefix),
            credit_note_prefix=typed.given(credit_note_prefix),
            invoice_numbers_yearly=typed.given(invoice_numbers_yearly),
            invoice_first_numbers=typed.given(tuple(invoice_first_number) if invoice_first_number else None),
            invoice_exemption=typed.clearable(invoice_exemption),
            invoice_footer=typed.clearable(invoice_footer),
            integration_settings=_integration(integration or [], none=no_integrations),
        )
        changed = shop.merchant.change(OPERATOR, changes)
    _answer(ctx, changed)


@app.command()
def load_defaults(ctx: typer.Context) -> None:
    """Add tax rates of the European Union and of the shop's country, and zones to send to, where there are none."""
    with opened() as shop:
        loaded = shop.default_rules.load(OPERATOR)
    Screen.of(ctx).answer(
        loaded, f"{loaded.rates_added} tax rates and {loaded.zones_added} shipping zones added. Check the rates."
    )


def _address(current: Premises | None, lines: dict[str, str | None]) -> Premises | Unset | None:
    said: dict[str, Any] = {name: value or None for name, value in lines.items() if value is not None}
    if not said:
        return UNSET
    if "line1" in said and said["line1"] is None:
        return None
    if current is not None:
        return evolve(current, **said)
    return Premises(**{"line1": "", "city": ""} | said)


def _integration(pairs: list[str], *, none: bool) -> dict[str, Any] | Unset | None:
    if none and pairs:
        raise InvalidInput.at("/integration", "contradiction", "Say which ones, or that there are none.")
    if none:
        return None
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise InvalidInput.at("/integration", "invalid-value", "Must be like NAME=VALUE.")
        try:
            found[name] = json.loads(value) if value else None
        except ValueError:
            found[name] = value
    return found or UNSET


def _numbers(found: Merchant) -> str:
    year = "YYYY-" if found.invoice_numbers_yearly else ""
    heads = " and ".join(f"{prefix}{year}NNNNNN" for prefix in (found.invoice_prefix, found.credit_note_prefix))
    return ", ".join([heads, *(f"from {number}" for number in found.invoice_first_numbers)])


def _answer(ctx: typer.Context, found: Merchant) -> None:
    address = found.address
    lines = (address.line1, address.line2, address.postal_code, address.city, address.region) if address else ()
    Screen.of(ctx).facts(
        found,
        ("Name", found.name),
        ("Country", found.country),
        ("Time zone", found.timezone),
        ("Prices", "include tax" if found.prices_include_tax else "without tax"),
        ("Address", ", ".join(line for line in lines if line) or None),
        ("E-mail", found.email),
        ("Phone", found.phone),
        ("Company", " · ".join(part for part in (found.legal_name, found.legal_form) if part) or None),
        ("Company number", found.company_number),
        ("VAT number", found.vat_number),
        ("Invoices", "once an order is paid" if found.invoice_automatic else "on demand"),
        ("Numbers", _numbers(found)),
        ("No tax by", found.invoice_exemption),
        ("Footer", found.invoice_footer),
        ("Integrations", ", ".join(sorted(found.integration_settings)) or None),
        ("Version", found.version),
    )
