"""The name that operators write down is what buyers and search engines read next, whichever process tells it."""

from collections.abc import Iterator

import pytest

from commerce_core import Commerce, Settings, open_shop
from commerce_core.access.model import SYSTEM
from commerce_core.catalog.drafts import NewCategory, NewImage, NewProduct, NewVariant
from commerce_core.catalog.model import ProductStatus
from commerce_core.emails.model import EmailStatus, Locale, OrderRefunded, QueuedMail
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.merchant.model import MerchantChanges
from commerce_core.postgres.work import PostgresBegin


@pytest.fixture
def elsewhere(shop: Commerce, settings: Settings) -> Iterator[Commerce]:
    """The same shop in another process, which has told its name already."""
    with open_shop(shop.settings.database_url, settings=settings) as opened:
        b"".join(opened.feeds.google("https://shop.example"))
        opened.emails.send_due()
        yield opened


def subjects(shop: Commerce) -> list[str]:
    sent = shop.emails.list_emails(SYSTEM, EmailStatus.SENT, PageRequest()).items
    return [mail.subject or "" for mail in sent]


def call(shop: Commerce, name: str) -> None:
    shop.merchant.change(SYSTEM, MerchantChanges(name=name))


def test_a_mail_has_the_name_of_the_moment_in_which_it_is_written(shop: Commerce, elsewhere: Commerce) -> None:
    for key, name in (("first", None), ("second", "Atelier Lumen"), ("third", "Atelier & Co")):
        with PostgresBegin(shop.database)() as work:
            refund = OrderRefunded("1001", "Zoé", Money(2489, "EUR"), "paid_too_late")
            work.emails.queue(QueuedMail(key, "zoe@example.com", Locale.EN, refund))
        if name is not None:
            call(shop, name)
        assert elsewhere.emails.send_due() == 1

    assert [subject.partition(" at ")[2] for subject in subjects(shop)] == ["Atelier & Co", "Atelier Lumen", "Our shop"]


def test_the_feed_and_the_pages_have_it_at_once(shop: Commerce, elsewhere: Commerce) -> None:
    shelf = shop.categories.create(SYSTEM, NewCategory("Cups"))
    shop.catalog.create_product(
        SYSTEM,
        NewProduct(
            "Mug", (NewVariant(Money(1200, "EUR"), sku="MUG-1"),), status=ProductStatus.ACTIVE,
            vendor="atelier lumen", category_ids=(shelf,), images=(NewImage("/media/mug.webp", "A mug"),),
        ),
    )  # fmt: skip
    own = b"<g:mpn>MUG-1</g:mpn>"  # what the shop makes itself has a number of its own
    assert own not in b"".join(elsewhere.feeds.google("https://shop.example"))
    before = elsewhere.catalog.product_json("mug")
    assert elsewhere.catalog.product("mug").seo.open_graph["og:site_name"] == "Our shop"
    assert elsewhere.catalog.category("cups").seo.open_graph["og:site_name"] == "Our shop"

    call(shop, "Atelier Lumen")

    feed = b"".join(elsewhere.feeds.google("https://shop.example"))
    assert b"<title>Atelier Lumen</title>" in feed
    assert own in feed
    assert elsewhere.catalog.product("mug").seo.open_graph["og:site_name"] == "Atelier Lumen"
    assert elsewhere.catalog.category("cups").seo.open_graph["og:site_name"] == "Atelier Lumen"
    after = elsewhere.catalog.product_json("mug")
    assert before.changed_at is not None
    assert after.changed_at is not None
    assert after.changed_at > before.changed_at
