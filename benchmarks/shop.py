"""The shop under test: an embedded PostgreSQL of its own, migrated and filled."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from attrs import frozen

from commerce_core.catalog.queries import DEEPEST
from commerce_core.postgres.cluster import DATABASE
from commerce_core.postgres.embedded import EmbeddedPostgres, default_data_dir
from commerce_core.postgres.migrate import migrate

CURRENCY = "EUR"
PRODUCTS = 1_000
STOCK = 1_000_000  # of each variant: nothing runs out while the speed is measured
PER_PAGE = 24


@frozen
class Counts:
    """What has been sold so far."""

    carts: int
    paid: int
    unpaid: int
    waiting: int  # outbox events and mails that nobody has handled yet


def folder(*, in_memory: bool) -> Path:
    """Where the server's data lives: on the disk a shop would use, or in memory."""
    own = default_data_dir()
    return (Path("/dev/shm") if in_memory else own.parent) / f"{own.name}-benchmark"  # noqa: S108 - asked for by the caller


@contextmanager
def database(data_dir: Path) -> Iterator[str]:
    """A new, empty, migrated database as durable as a production one: its address."""
    EmbeddedPostgres.erase(data_dir)
    server = EmbeddedPostgres.start(data_dir, durable=True)
    try:
        migrate(server.url)
        yield server.url
    finally:
        EmbeddedPostgres.erase(data_dir)


def seed(url: str, products: int = PRODUCTS, stock: int = STOCK) -> None:
    """Fill the shop, and let PostgreSQL look at it once, as it does by itself in a shop that is open for a while."""
    text = Path(__file__).with_name("seed.sql").read_text("utf-8")
    values = {"products": products, "stock": stock, "currency": CURRENCY}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        with connection.transaction():
            connection.execute(text.encode(), values)
        connection.execute("VACUUM ANALYZE")


def copied(url: str, name: str) -> str:
    """Another database like this one, such as for writing into it without being a shop: its address."""
    name = f"{DATABASE}_{name}"
    maintenance = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    copy = urlsplit(url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(copy, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return copy


def settle(*urls: str) -> None:
    """Have PostgreSQL look at the tables that have filled meanwhile, as it does within the first minute of a shop.

    Plans made while a table was empty read all of it; connections that live long would keep them.
    """
    for url in urls:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")


def version(url: str) -> str:
    """Of the server."""
    with psycopg.connect(url) as connection:
        return connection.info.parameter_status("server_version") or "?"


def variants(url: str) -> list[str]:
    """The id of everything that can be bought."""
    with psycopg.connect(url) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM product_variants ORDER BY id")]


def list_addresses(products: int) -> list[str]:
    """Every page of the product list, as far as pages reach."""
    pages = min(-(-products // PER_PAGE), DEEPEST // PER_PAGE)
    return [f"/v1/store/products?per_page={PER_PAGE}&page={page}" for page in range(1, pages + 1)]


def detail_addresses(products: int) -> list[str]:
    """The page of every product."""
    return [f"/v1/store/products/bench-product-{number}" for number in range(1, products + 1)]


def counts(url: str) -> Counts:
    """What the database says has happened."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM carts),"
            " (SELECT count(*) FROM orders WHERE status = 'PAID'),"
            " (SELECT count(*) FROM orders WHERE status = 'PENDING_PAYMENT'),"
            " (SELECT count(*) FROM outbox_events WHERE status = 'pending')"
            " + (SELECT count(*) FROM email_outbox WHERE status = 'queued')"
        ).fetchone()
    assert row is not None  # noqa: S101 - four counts are always a row
    return Counts(*row)
