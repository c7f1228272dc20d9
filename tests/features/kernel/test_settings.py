"""What an operator sets is read strictly, and a value that cannot be used is refused by the name of its variable."""

from decimal import Decimal

import pytest

from commerce_core.kernel.errors import InvalidInput
from commerce_core.settings import EmailProvider, Environment, PaymentProvider, Settings, from_environ

SECRET = "a-secret-of-at-least-32-characters"
PRODUCTION = {
    "COMMERCE_ENV": "production",
    "COMMERCE_SECRET": SECRET,
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "EMAIL_PROVIDER": "smtp",
}


def refused(**environ: str) -> dict[str, str]:
    """The variables that were refused, and what was said of them."""
    with pytest.raises(InvalidInput) as caught:
        from_environ(environ)
    return {error.pointer: error.detail for error in caught.value.errors}


@pytest.mark.parametrize(
    ("variable", "values"),
    [
        ("COMMERCE_ENV", ["prod", "Production"]),
        ("PAYMENT_PROVIDER", ["paypal"]),
        ("EMAIL_PROVIDER", ["resend", "postmark", "sendgrid", "mailbox"]),
        ("SHOP_CURRENCY", ["eur", "EURO", "€"]),
        ("SHOP_COUNTRY", ["fr", "FRA", "France", "XX"]),
        ("SHOP_TAX_RATE", ["-1", "100.01", "NaN", "Infinity", "twenty", "20,0", "1e3"]),
        ("SHOP_SHIPPING_PRICE", ["-1", "4.90", "1_000", "9999999999999"]),
        ("PRICES_INCLUDE_TAX", ["maybe"]),
        ("COMMERCE_THREADS", ["0", "-1", "x"]),
        ("COMMERCE_PROCESSES", ["0", "-1", "x"]),
        ("PORT", ["0", "65536", "-1", "http"]),
        ("TRUSTED_PROXIES", ["-1", "x"]),
        ("LOG_LEVEL", ["loud"]),
        ("STORE_PRODUCT_PATH", ["/products", "products/{slug}"]),
    ],
)
def test_what_cannot_be_used_is_refused_by_the_name_of_its_variable(variable: str, values: list[str]) -> None:
    for value in values:
        told = refused(**{variable: value})
        assert list(told) == [variable]
        assert told[variable].endswith(f"not {value!r}.")


def test_every_wrong_value_is_told_at_once() -> None:
    assert set(refused(PORT="x", SHOP_CURRENCY="eur")) == {"PORT", "SHOP_CURRENCY"}


def test_what_can_be_used_is_read_as_what_it_is() -> None:
    read = from_environ(
        {
            "COMMERCE_ENV": "benchmark", "PAYMENT_PROVIDER": "fake", "EMAIL_PROVIDER": "smtp", "SHOP_TAX_RATE": "8.875",
            "PORT": " 65535 ", "COMMERCE_THREADS": "1", "LOG_LEVEL": "INFO", "PRICES_INCLUDE_TAX": "No",
        }
    )  # fmt: skip
    assert (read.environment, read.payment_provider, read.email_provider, read.tax_rate, read.port, read.threads) == (
        Environment.BENCHMARK, PaymentProvider.FAKE, EmailProvider.SMTP, Decimal("8.875"), 65535, 1,
    )  # fmt: skip
    assert read.prices_include_tax is False


def test_a_production_that_has_everything_starts() -> None:
    assert from_environ(PRODUCTION).production


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COMMERCE_SECRET", ""), ("COMMERCE_SECRET", "development-only-secret"), ("DATABASE_URL", ""),
        ("STRIPE_SECRET_KEY", ""), ("STRIPE_WEBHOOK_SECRET", " , "), ("PAYMENT_PROVIDER", "fake"),
        ("EMAIL_PROVIDER", "folder"), ("EMAIL_PROVIDER", ""),
    ],
)  # fmt: skip
def test_production_refuses_what_is_for_developers(variable: str, value: str) -> None:
    assert refused(**PRODUCTION | {variable: value}) == {variable: "Is missing or not safe for production."}


def test_a_secret_is_not_shown() -> None:
    shown = repr(Settings(secret=SECRET, stripe_secret_key=SECRET, database_url=SECRET, email_provider_key=SECRET))
    assert SECRET not in shown
