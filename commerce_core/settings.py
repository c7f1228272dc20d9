"""What an operator can set, read from the environment once by each entry point."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from attrs import field, frozen

from commerce_core.catalog.search import SearchLanguage
from commerce_core.customers.retention import RetentionPolicy
from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.currencies import EXPONENTS
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.time_zone import time_zone

SECRET_LENGTH = 32  # characters, at least, where customers are


class Environment(StrEnum):
    """Who is behind a shop."""

    DEVELOPMENT = "development"
    TEST = "test"
    BENCHMARK = "benchmark"
    PRODUCTION = "production"


class PaymentProvider(StrEnum):
    """Who takes cards."""

    STRIPE = "stripe"
    MANUAL = "manual"  # nobody: transfers only
    FAKE = "fake"  # benchmarks and tests


class EmailProvider(StrEnum):
    """The way mail goes out."""

    FOLDER = "folder"
    SMTP = "smtp"


@frozen
class Settings:
    """Frozen settings; the names in the environment are the same in capitals unless told otherwise."""

    database_url: str | None = field(default=None, repr=False)  # None: the embedded server
    environment: Environment = field(default=Environment.DEVELOPMENT, converter=Environment)  # COMMERCE_ENV
    secret: str | None = field(default=None, repr=False)  # COMMERCE_SECRET; None: one that is made, see `open_shop`
    data_dir: str | None = None  # COMMERCE_DATA_DIR: where the embedded server, media and mail live
    shop_name: str = "Our shop"
    currency: str = "EUR"  # SHOP_CURRENCY
    country: str = "FR"  # SHOP_COUNTRY
    timezone: str = "Europe/Paris"  # SHOP_TIMEZONE
    search_language: SearchLanguage = SearchLanguage.SIMPLE  # whose endings a search looks through
    tax_rate: Decimal = field(default=Decimal("20.00"), converter=Decimal)  # SHOP_TAX_RATE, percent
    prices_include_tax: bool = True
    shipping_price: int = 490  # SHOP_SHIPPING_PRICE, minor units
    cart_max_units: int = 500  # of counted stock that one cart may hold
    hold_minutes: int = 30  # how long a cart keeps its stock after a line's last change
    hold_limit_minutes: int = 120  # and at most after its first
    order_reference_format: str = "{number}"  # what people call an order; {number} counts up from 1001
    subscriptions_inner: bool = False  # webhooks out also to http and to inner addresses, for development
    subscribers: str | None = None  # module:function, several separated by commas; the worker calls each with the shop
    public_store_url: str | None = None
    store_product_path: str = "/products/{slug}"
    store_category_path: str = "/categories/{slug}"
    store_order_path: str = "/orders/{id}"
    store_account_path: str = "/account/{action}"
    public_staff_url: str | None = None  # https://staff.example.com/{action}: where links of mails to the staff lead
    marketing_text_version: str = "1"  # of the text beside the box that people tick
    retention_mail_days: int = 365  # of what mails said
    retention_provider_event_days: int = 90  # once applied
    retention_event_days: int = 90  # of our own, once handled
    retention_cart_days: int = 90  # of a cart that nobody touches, with its log
    retention_reply_hours: int = 48  # of answers kept for repeated requests
    retention_delivery_days: int = 30  # of webhooks out, once heard
    retention_audit_days: int = 1095  # of the audit log
    port: int = 8000
    threads: int = 8  # COMMERCE_THREADS: of one API process; its pool is as large
    processes: int = 2  # COMMERCE_PROCESSES
    log_level: str = "info"
    sentry_dsn: str | None = field(default=None, repr=False)  # where unexpected errors are told
    redis_url: str | None = field(default=None, repr=False)
    rate_limits: Decimal = field(default=Decimal(1), converter=Decimal)  # times what the table of policies grants
    reconcile_minutes: int = 10  # between two comparisons of our books with the payment provider's
    payment_provider: PaymentProvider = field(default=PaymentProvider.STRIPE, converter=PaymentProvider)
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)  # several, separated by commas, while rotating
    stripe_publishable_key: str | None = None
    stripe_api_base: str | None = None
    email_provider: EmailProvider = field(default=EmailProvider.FOLDER, converter=EmailProvider)
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
    cors_origins: str | None = None  # several, separated by commas: whose pages may call the API from a browser
    hsts_seconds: int = 0  # for which browsers come back by HTTPS alone; 0: they are not told
    trusted_proxies: int = 0  # how many proxies in front of us set X-Forwarded-For

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Every webhook secret that is accepted."""
        return tuple(s.strip() for s in (self.stripe_webhook_secret or "").split(",") if s.strip())

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may call the API from a browser."""
        return frozenset(s.strip() for s in (self.cors_origins or "").split(",") if s.strip())

    @property
    def account_url(self) -> str | None:
        """Where links of mails lead, with `{action}` in it; None without a storefront."""
        base = (self.public_store_url or "").rstrip("/")
        return f"{base}{self.store_account_path}" if base else None

    @property
    def retention(self) -> RetentionPolicy:
        """How long things are kept that name people."""
        return RetentionPolicy(
            mail_bodies=timedelta(days=self.retention_mail_days),
            provider_events=timedelta(days=self.retention_provider_event_days),
            events=timedelta(days=self.retention_event_days),
            carts=timedelta(days=self.retention_cart_days),
            replies=timedelta(hours=self.retention_reply_hours),
            deliveries=timedelta(days=self.retention_delivery_days),
            audit=timedelta(days=self.retention_audit_days),
        )

    @property
    def production(self) -> bool:
        """Whether real customers are behind this."""
        return self.environment is Environment.PRODUCTION


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
            values[attribute.name] = _READERS.get(attribute.name, str)(raw)
        except ValueError as error:
            found = f", not {raw!r}" if attribute.repr else ""  # A secret that is misspelt is still nearly one.
            errors.append(FieldError(variable(attribute.name), "invalid-setting", f"{error}{found}."))
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
        "secret": len(settings.secret or "") < SECRET_LENGTH,
        "stripe_secret_key": settings.payment_provider is PaymentProvider.STRIPE and not settings.stripe_secret_key,
        "stripe_webhook_secret": settings.payment_provider is PaymentProvider.STRIPE and not settings.webhook_secrets,
        "payment_provider": settings.payment_provider is PaymentProvider.FAKE,
        "email_provider": settings.email_provider is EmailProvider.FOLDER,
        "database_url": settings.database_url is None,
    }
    return tuple(
        FieldError(variable(name), "refused-in-production", "Is missing or not safe for production.")
        for name, is_wrong in wrong.items()
        if is_wrong
    )


# --- reading one value: each raises `ValueError` with what it must be ------------------------------------------------


def _one_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(raw: str) -> StrEnum:
        if raw not in set(kind):
            raise ValueError(f"Must be one of {', '.join(kind)}")
        return kind(raw)

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", raw) or not least <= int(raw) <= most:
            raise ValueError(f"Must be a whole number from {least} to {most}")
        return int(raw)

    return read


def _matching(pattern: str, meaning: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if not re.fullmatch(pattern, raw):
            raise ValueError(f"Must be {meaning}")
        return raw

    return read


def _yes_or_no(raw: str) -> bool:
    word = raw.lower()
    if word not in _WORDS:
        raise ValueError(f"Must be one of {', '.join(_WORDS)}")
    return _WORDS[word]


def _percent(raw: str) -> Decimal:
    try:
        rate = Decimal(raw)
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise ValueError("Must be a percentage from 0 to 100, such as 20.00")
    return rate


def _factor(raw: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", raw):
        raise ValueError("Must be a factor such as 1, 2.5, or 0 for no limits")
    return Decimal(raw)


def _currency(raw: str) -> str:
    if raw not in EXPONENTS:
        raise ValueError("Must be a currency code of three capitals, such as EUR")
    return raw


def _country(raw: str) -> str:
    if raw not in COUNTRIES:
        raise ValueError("Must be a country code of two capitals, such as FR")
    return raw


def _time_zone(raw: str) -> str:
    try:
        time_zone(raw)
    except ValueError:
        raise ValueError("Must be a time zone of the IANA database, such as Europe/Paris") from None
    return raw


_SUBSCRIBER = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
_SUBSCRIBERS = rf"{_SUBSCRIBER}(\s*,\s*{_SUBSCRIBER})*"
_ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"
_ORIGINS = rf"{_ORIGIN}(\s*,\s*{_ORIGIN})*"
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_READERS: Mapping[str, Callable[[str], object]] = {
    "environment": _one_of(Environment),
    "payment_provider": _one_of(PaymentProvider),
    "email_provider": _one_of(EmailProvider),
    "currency": _currency,
    "country": _country,
    "timezone": _time_zone,
    "tax_rate": _percent,
    "prices_include_tax": _yes_or_no,
    "shipping_price": _whole(0, 99_999_999),
    "cart_max_units": _whole(1, 1_000_000),
    "hold_minutes": _whole(1, 10_080),
    "hold_limit_minutes": _whole(1, 10_080),
    "retention_mail_days": _whole(1, 36_500),
    "retention_provider_event_days": _whole(35, 36_500),
    "retention_event_days": _whole(1, 36_500),
    "retention_cart_days": _whole(1, 36_500),
    "retention_reply_hours": _whole(24, 876_000),
    "retention_delivery_days": _whole(1, 36_500),
    "subscriptions_inner": _yes_or_no,
    "retention_audit_days": _whole(30, 36_500),
    "public_staff_url": _matching(
        r"https?://.*\{action\}.*", "an address with {action} in it, such as https://staff.example.com/{action}"
    ),
    "store_account_path": _matching(r"/.*\{action\}.*", "a path with {action} in it, such as /account/{action}"),
    "marketing_text_version": _matching(r"[!-~]{1,50}", "1 to 50 visible characters"),
    "order_reference_format": _matching(
        r"[^{}\x00-\x1f]{0,20}\{number\}[^{}\x00-\x1f]{0,20}", "a text with {number} in it once, such as FR-{number}"
    ),
    "subscribers": _matching(_SUBSCRIBERS, "module:function, several separated by commas"),
    "port": _whole(1, 65535),
    "threads": _whole(1, 1000),
    "processes": _whole(1, 1000),
    "reconcile_minutes": _whole(1, 60),
    "trusted_proxies": _whole(0, 100),
    "hsts_seconds": _whole(0, 99_999_999),
    "cors_origins": _matching(_ORIGINS, "origins such as https://shop.example.com, separated by commas"),
    "sentry_dsn": _matching(r"https?://\S+@\S+/[0-9]+", "an address such as https://key@o1.ingest.sentry.io/2"),
    "redis_url": _matching(r"(redis|rediss|redis\+unix)://\S+", "an address such as redis://:password@host:6379/0"),
    "rate_limits": _factor,
    "log_level": _matching("(?i:debug|info|warning|error|critical)", "debug, info, warning, error or critical"),
    "store_product_path": _matching(r"/.*\{slug\}.*", "a path with {slug} in it, such as /products/{slug}"),
    "store_order_path": _matching(r"/.*\{id\}.*", "a path with {id} in it, such as /orders/{id}"),
}
