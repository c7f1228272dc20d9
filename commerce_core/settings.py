"""What an operator can set, read from the environment once by each entry point."""

import os
from collections.abc import Mapping

from attrs import field, frozen

from commerce_core.catalog.search import SearchLanguage
from commerce_core.kernel.errors import FieldError, InvalidInput

DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused in production


@frozen
class Settings:
    """Frozen settings; the names in the environment are the same in capitals unless told otherwise."""

    database_url: str | None = field(default=None, repr=False)  # None: the embedded server
    environment: str = "development"  # COMMERCE_ENV: development, test, benchmark or production
    secret: str = field(default=DEVELOPMENT_SECRET, repr=False)  # COMMERCE_SECRET
    data_dir: str | None = None  # COMMERCE_DATA_DIR: where the embedded server, media and mail live
    shop_name: str = "Our shop"
    currency: str = "EUR"  # SHOP_CURRENCY
    country: str = "FR"  # SHOP_COUNTRY
    timezone: str = "Europe/Paris"  # SHOP_TIMEZONE
    search_language: SearchLanguage = SearchLanguage.SIMPLE  # whose endings a search looks through
    tax_rate: str = "20.00"  # SHOP_TAX_RATE, percent
    prices_include_tax: bool = True
    shipping_price: int = 490  # SHOP_SHIPPING_PRICE, minor units
    public_store_url: str | None = None
    store_product_path: str = "/products/{slug}"
    store_category_path: str = "/categories/{slug}"
    port: int = 8000
    threads: int = 8  # COMMERCE_THREADS: of one API process; its pool is as large
    processes: int = 2  # COMMERCE_PROCESSES
    log_level: str = "info"
    redis_url: str | None = field(default=None, repr=False)
    payment_provider: str = "stripe"  # stripe, manual, or fake (benchmarks and tests)
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)  # several, separated by commas, while rotating
    stripe_publishable_key: str | None = None
    stripe_api_base: str | None = None
    email_provider: str = "folder"  # folder or smtp
    email_provider_key: str | None = field(default=None, repr=False)  # smtp: smtp://user:password@host:587
    email_from: str = "Our shop <shop@example.com>"
    s3_endpoint: str | None = None
    s3_access_key: str | None = field(default=None, repr=False)
    s3_secret_key: str | None = field(default=None, repr=False)
    s3_bucket: str | None = None  # None: pictures live in the data directory
    s3_region: str = "us-east-1"
    s3_public_url: str | None = None  # where readers find the bucket, such as a CDN
    ga4_measurement_id: str | None = None
    ga4_api_secret: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0  # how many proxies in front of us set X-Forwarded-For

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Every webhook secret that is accepted."""
        return tuple(s.strip() for s in (self.stripe_webhook_secret or "").split(",") if s.strip())

    @property
    def production(self) -> bool:
        """Whether real customers are behind this."""
        return self.environment == "production"


_NAMES = {
    "environment": "COMMERCE_ENV",
    "secret": "COMMERCE_SECRET",
    "data_dir": "COMMERCE_DATA_DIR",
    "threads": "COMMERCE_THREADS",
    "processes": "COMMERCE_PROCESSES",
    "currency": "SHOP_CURRENCY",
    "country": "SHOP_COUNTRY",
    "timezone": "SHOP_TIMEZONE",
    "tax_rate": "SHOP_TAX_RATE",
    "shipping_price": "SHOP_SHIPPING_PRICE",
}
_KINDS: dict[str, type] = {
    "prices_include_tax": bool,
    "search_language": SearchLanguage,
    **dict.fromkeys(("shipping_price", "port", "threads", "processes", "trusted_proxies"), int),
}
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def variable(name: str) -> str:
    """The environment variable behind a setting."""
    return _NAMES.get(name, name.upper())


def from_environ(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Raises `InvalidInput`, naming every variable that is not usable."""
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    errors = []
    for attribute in Settings.__attrs_attrs__:
        raw = environ.get(variable(attribute.name), "").strip()
        if not raw:
            continue
        try:
            values[attribute.name] = _read(_KINDS.get(attribute.name, str), raw)
        except (ValueError, KeyError):
            errors.append(FieldError(variable(attribute.name), "invalid-setting", f"Cannot be {raw!r}."))
    if errors:
        raise InvalidInput(tuple(errors))
    settings = Settings(**values)  # type: ignore[arg-type]
    if problems := production_problems(settings):
        raise InvalidInput(problems)
    return settings


def production_problems(settings: Settings) -> tuple[FieldError, ...]:
    """What must not be so where real customers are."""
    if not settings.production:
        return ()
    wrong = {
        "secret": settings.secret == DEVELOPMENT_SECRET or len(settings.secret) < 32,
        "stripe_secret_key": settings.payment_provider == "stripe" and not settings.stripe_secret_key,
        "stripe_webhook_secret": settings.payment_provider == "stripe" and not settings.webhook_secrets,
        "payment_provider": settings.payment_provider == "fake",
        "database_url": settings.database_url is None,
    }
    return tuple(
        FieldError(variable(name), "refused-in-production", "Is missing or not safe for production.")
        for name, is_wrong in wrong.items()
        if is_wrong
    )


def _read(kind: type, raw: str) -> object:
    if kind is bool:
        return _WORDS[raw.lower()]
    return kind(raw)
