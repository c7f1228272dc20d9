"""`commerce doctor` and `commerce openapi`."""

from commerce_core.testing.stripe_server import StripeServer

KEYS = {
    "STRIPE_SECRET_KEY": "sk_test_hunter2hunter2",
    "STRIPE_WEBHOOK_SECRET": "whsec_hunter2",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_visible",
}


def states(said) -> dict[str, str]:
    return {finding["part"]: finding["state"] for finding in said.value["findings"]}


def test_a_shop_with_everything_in_its_place_is_well(commerce, stripe: StripeServer) -> None:
    said = commerce(
        "doctor", "--json",
        COMMERCE_SECRET="hunter2-and-many-other-random-characters", STRIPE_API_BASE=stripe.url, **KEYS,
    )  # fmt: skip
    found = states(said)
    assert [found[part] for part in ("settings", "secret", "data folder", "database", "migrations")] == ["ok"] * 5
    assert [found[part] for part in ("stripe", "stripe webhooks", "stripe browser", "mail")] == ["ok"] * 4
    assert [found[part] for part in ("s3", "redis", "sentry", "ga4", "storefront")] == ["not set"] * 5
    # The server of the tests is faster than it is safe, and the doctor sees it.
    assert (found["durability"], said.code) == ("broken", 1)


def test_no_secret_is_printed(commerce) -> None:
    said = commerce(
        "doctor", "--debug",
        DATABASE_URL="postgresql://commerce:hunter2@127.0.0.1:1/x", COMMERCE_SECRET="hunter2",
        STRIPE_API_BASE="http://127.0.0.1:1",
        EMAIL_PROVIDER="smtp", EMAIL_PROVIDER_KEY="smtp://me:hunter2@127.0.0.1:1",
        REDIS_URL="redis://:hunter2@127.0.0.1:1", SENTRY_DSN="http://hunter2@127.0.0.1:1/1", **KEYS,
    )  # fmt: skip
    assert said.code == 1
    assert "hunter2" not in said.out + said.err


def test_what_cannot_be_reached_is_broken(commerce) -> None:
    said = commerce(
        "doctor", "--json",
        DATABASE_URL="postgresql://127.0.0.1:1/x", STRIPE_API_BASE="http://127.0.0.1:1",
        EMAIL_PROVIDER="smtp", EMAIL_PROVIDER_KEY="smtp://127.0.0.1:1", REDIS_URL="redis://127.0.0.1:1", **KEYS,
    )  # fmt: skip
    found = states(said)
    assert [found[part] for part in ("database", "stripe", "mail", "redis")] == ["broken"] * 4


def test_keys_that_do_not_belong_together_are_seen_without_asking_anybody(commerce) -> None:
    found = states(
        commerce(
            "doctor", "--json",
            STRIPE_SECRET_KEY="hunter2", STRIPE_PUBLISHABLE_KEY="pk_live_x", STRIPE_WEBHOOK_SECRET="x", S3_BUCKET="x",
        )
    )  # fmt: skip
    assert [found[part] for part in ("stripe", "stripe webhooks", "stripe browser", "s3")] == ["broken"] * 4


def test_a_database_without_its_tables_is_broken(commerce, empty_database_url: str) -> None:
    assert states(commerce("doctor", "--json", DATABASE_URL=empty_database_url))["migrations"] == "broken"


def test_production_without_what_it_needs_is_named_variable_by_variable(commerce) -> None:
    said = commerce("doctor", "--json", COMMERCE_ENV="production")
    assert said.code == 1
    missing = {"COMMERCE_SECRET", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "EMAIL_PROVIDER"}
    assert set(states(said)) == missing


def test_the_document_of_the_api_needs_no_database(commerce) -> None:
    said = commerce("openapi", DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert said.value["openapi"].startswith("3.1")
    assert "/v1/store/checkout" in said.value["paths"]
