"""What search engines publish about the files they read, as rules that a file keeps or breaks.

Each rule is named after what it says and carries where that stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

Item = Mapping[str, list[str]]
JsonLd = Mapping[str, Any]

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
GOOGLE = "{http://base.google.com/ns/1.0}"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PRICE = re.compile(r"\d+(\.\d{1,3})? [A-Z]{3}")
_URI = re.compile(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")


def is_web_address(text: str) -> bool:
    """RFC 3986, absolute, http or https."""
    return bool(_URI.fullmatch(text)) and bool(urlsplit(text).netloc)


# --- sitemaps.org/protocol.html and Google's image sitemaps -----------------------------------------------------------


def sitemap_problems(file: bytes) -> Iterator[str]:
    """The rules a file of the sitemap breaks."""
    root = ET.fromstring(file)
    urls = root.findall(f"{SITEMAP}url")
    if root.tag != f"{SITEMAP}urlset" or not urls:
        yield "urlset: the root is a urlset of the protocol's namespace with at least one url"
    if len(urls) > 50_000 or len(file) > 52_428_800:
        yield "size: at most 50,000 addresses and 50 MB"
    if not file.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'):
        yield "encoding: the file is UTF-8"
    addresses = [url.findtext(f"{SITEMAP}loc", "") for url in urls]
    if not all(is_web_address(address) and len(address) < 2_048 for address in addresses):
        yield "loc: a whole address, encoded, of fewer than 2,048 characters"
    if len({urlsplit(address).netloc for address in addresses}) > 1:
        yield "location: all addresses are of one host"
    if len(set(addresses)) != len(addresses):
        yield "loc: no address twice"
    if not all(_DATE.fullmatch(text) for url in urls for text in _texts(url, f"{SITEMAP}lastmod")):
        yield "lastmod: W3C Datetime"
    pictures = [[p.findtext(f"{IMAGE}loc", "") for p in url.findall(f"{IMAGE}image")] for url in urls]
    if not all(len(some) <= 1_000 and all(map(is_web_address, some)) for some in pictures):
        yield "image: at most 1,000 of an address, each a whole address"


def index_problems(file: bytes) -> Iterator[str]:
    """The rules the index of the sitemap breaks."""
    root = ET.fromstring(file)
    files = root.findall(f"{SITEMAP}sitemap")
    if root.tag != f"{SITEMAP}sitemapindex" or not files:
        yield "sitemapindex: the root is a sitemapindex with at least one sitemap"
    if len(files) > 50_000 or len(file) > 52_428_800:
        yield "size: at most 50,000 files and 50 MB"
    if not all(is_web_address(one.findtext(f"{SITEMAP}loc", "")) for one in files):
        yield "loc: a whole address"
    if not all(_DATE.fullmatch(text) for one in files for text in _texts(one, f"{SITEMAP}lastmod")):
        yield "lastmod: W3C Datetime"


def _texts(element: ET.Element, tag: str) -> list[str]:
    return [found.text or "" for found in element.findall(tag)]


def lastmods(file: bytes) -> dict[str, datetime | None]:
    """What a file or the index says when each address was changed."""
    return {
        one.findtext(f"{SITEMAP}loc", ""): datetime.fromisoformat(text) if text else None
        for one in ET.fromstring(file)
        for text in [one.findtext(f"{SITEMAP}lastmod")]
    }


# --- support.google.com/merchants/answer/7052112 and the pages of its attributes --------------------------------------


def feed_items(feed: bytes) -> list[Item]:
    """The items of a feed: their fields by name, `title` for `g:title`. Fails for what is not RSS 2.0."""
    root = ET.fromstring(feed)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    items = []
    for item in channel.findall("item"):
        fields: dict[str, list[str]] = {}
        for field in item:
            assert field.tag.startswith(GOOGLE)
            fields.setdefault(field.tag.removeprefix(GOOGLE), []).append(field.text or "")
        items.append(fields)
    return items


def _one(item: Item, name: str) -> str:
    return item.get(name, [""])[0]


def _length(item: Item, name: str, most: int, least: int = 1) -> bool:
    return all(least <= len(text) <= most for text in item.get(name, [])) and len(item.get(name, [])) <= 1


def _gtin(item: Item) -> bool:
    if "gtin" not in item:
        return True
    gtin = _one(item, "gtin")
    odd, even = gtin[-2::-2], gtin[-3::-2]
    check = (10 - (3 * sum(map(int, odd)) + sum(map(int, even))) % 10) % 10
    prefix = gtin[1:] if len(gtin) == 14 else gtin.zfill(13)
    reserved = ("2", "02", "04", "05", "981", "982", "983", "984", "99")
    return len(gtin) in {8, 12, 13, 14} and int(gtin[-1]) == check and not prefix.startswith(reserved)


def _amount(item: Item, name: str) -> float:
    return float(_one(item, name).split(" ")[0])


FEED_RULES: dict[str, Callable[[Item], bool]] = {
    "6324405 id: required, 1 to 50 characters": lambda i: _length(i, "id", 50) and "id" in i,
    "6324415 title: required, 1 to 150 characters": lambda i: _length(i, "title", 150) and "title" in i,
    "6324468 description: required, 1 to 5000 characters, no markup": lambda i: (
        _length(i, "description", 5_000) and "description" in i and not re.search(r"<[a-z/]", _one(i, "description"))
    ),
    "6324416 link: required, a whole and encoded address": lambda i: is_web_address(_one(i, "link")),
    "6324350 image_link: required, a picture's whole address, up to 2000 characters": lambda i: (
        is_web_address(_one(i, "image_link")) and _length(i, "image_link", 2_000)
    ),
    "6324370 additional_image_link: at most 10, none of them the image_link": lambda i: (
        len(i.get("additional_image_link", [])) <= 10
        and all(map(is_web_address, i.get("additional_image_link", [])))
        and _one(i, "image_link") not in i.get("additional_image_link", [])
    ),
    "6324448 availability: required, one of the supported values": lambda i: (
        _one(i, "availability") in {"in_stock", "out_of_stock", "preorder", "backorder"}
    ),
    "6324470 availability_date: required with preorder and backorder": lambda i: (
        _one(i, "availability") not in {"preorder", "backorder"} or "availability_date" in i
    ),
    "6324371 price: required, above zero, with a currency of ISO 4217": lambda i: (
        bool(_PRICE.fullmatch(_one(i, "price"))) and _amount(i, "price") > 0
    ),
    "6324471 sale_price: lower than the price, in its currency": lambda i: (
        "sale_price" not in i
        or (
            bool(_PRICE.fullmatch(_one(i, "sale_price")))
            and _one(i, "sale_price")[-3:] == _one(i, "price")[-3:]
            and 0 < _amount(i, "sale_price") < _amount(i, "price")
        )
    ),
    "6324461 gtin: valid, neither restricted nor a coupon": _gtin,
    "6324482 mpn: 1 to 70 characters": lambda i: _length(i, "mpn", 70),
    "6324351 brand: 1 to 70 characters": lambda i: _length(i, "brand", 70),
    "6324478 identifier_exists: no where there is neither a gtin nor brand and mpn, else not no": lambda i: (
        (_one(i, "identifier_exists") == "no") != ("gtin" in i or ("brand" in i and "mpn" in i))
    ),
    "6324507 item_group_id: 1 to 50 letters, digits, dashes; with a field that tells variants apart": lambda i: (
        "item_group_id" not in i
        or (
            bool(re.fullmatch(r"[A-Za-z0-9_-]{1,50}", _one(i, "item_group_id")))
            and bool({"color", "size", "material", "pattern"} & set(i))
        )
    ),
    "6324469 condition: a supported value": lambda i: _one(i, "condition") in {"new", "refurbished", "used"},
    "6324406 product_type: up to 750 characters": lambda i: _length(i, "product_type", 750),
    "6324487, 6324492, 6324410, 6324483 color, size, material, pattern: up to 100 characters": lambda i: all(
        _length(i, name, 100) for name in ("color", "size", "material", "pattern")
    ),
}


def group_problems(items: list[Item]) -> Iterator[str]:
    """The rules that items break together."""
    keys = [_one(item, "id").casefold() for item in items]
    if len(set(keys)) != len(keys):
        yield "6324405 id: unique, whatever its case"
    told = [
        (_one(item, "item_group_id"), *(_one(item, name) for name in ("color", "size", "material", "pattern")))
        for item in items
        if "item_group_id" in item
    ]
    if len(set(told)) != len(told):
        yield "6324507 item_group_id: the variants of a group differ"


# --- developers.google.com/search/docs/appearance/structured-data: merchant-listing, product-variants, breadcrumb -----


def json_ld_problems(thing: JsonLd) -> list[str]:
    """The rules a page's JSON-LD breaks."""
    if thing.get("@context") not in {"https://schema.org", "https://schema.org/"}:
        return ["context: schema.org"]
    kinds = {"Product": _product_problems, "ProductGroup": _group_problems, "BreadcrumbList": _breadcrumb_problems}
    return list(kinds[thing["@type"]](thing))


def _product_problems(product: JsonLd) -> Iterator[str]:
    if product.get("@type") != "Product" or not product.get("name"):
        yield "merchant-listing: name is required"
    if not product.get("image") or not all(map(is_web_address, product["image"])):
        yield "merchant-listing: image is required, as a whole address"
    offer = product.get("offers")
    if not isinstance(offer, dict) or offer.get("@type") != "Offer":
        yield "merchant-listing: offers is an Offer, not an AggregateOffer"
        return
    if not re.fullmatch(r"\d+(\.\d+)?", offer.get("price", "")) or float(offer["price"]) <= 0:
        yield "merchant-listing: price is required and above zero"
    if not re.fullmatch(r"[A-Z]{3}", offer.get("priceCurrency", "")):
        yield "merchant-listing: priceCurrency is required, ISO 4217"
    if offer.get("availability") not in {
        f"https://schema.org/{word}" for word in ("InStock", "OutOfStock", "BackOrder")
    }:
        yield "merchant-listing: availability is an ItemAvailability"
    if "gtin" in product and not _gtin({"gtin": [product["gtin"]]}):
        yield "merchant-listing: gtin is valid"
    former = offer.get("priceSpecification")
    if former and not (
        former["priceType"] == "https://schema.org/StrikethroughPrice"
        and float(former["price"]) > float(offer["price"])
        and former["priceCurrency"] == offer["priceCurrency"]
    ):
        yield "merchant-listing: a strikethrough price is above the price, in its currency"


def _group_problems(group: JsonLd) -> Iterator[str]:
    variants = group.get("hasVariant", [])
    if not group.get("name"):
        yield "product-variants: name is required"
    for variant in variants:
        yield from _product_problems(variant)
    if not group.get("productGroupID"):
        yield "product-variants: a group has an id of its own"
    keys = [variant.get("sku") or variant.get("gtin") for variant in variants]
    if None in keys or len(set(keys)) != len(keys) or len(keys) < 2:
        yield "product-variants: each variant has an id of its own"
    if len({variant["offers"].get("url") for variant in variants}) != len(variants):
        yield "product-variants: each variant can be chosen by an address of its own"
    allowed = {f"https://schema.org/{n}" for n in ("color", "size", "material", "pattern")}
    varies_by = group.get("variesBy", [])
    if not set(varies_by) <= allowed:
        yield "product-variants: variesBy names properties Google knows"
    if any(name.rpartition("/")[2] not in variant for name in varies_by for variant in variants):
        yield "product-variants: each variant has the properties of variesBy"


def _breadcrumb_problems(trail: JsonLd) -> Iterator[str]:
    steps = trail.get("itemListElement", [])
    if [step.get("position") for step in steps] != list(range(1, len(steps) + 1)) or not steps:
        yield "breadcrumb: positions count from 1"
    if not all(step.get("@type") == "ListItem" and step.get("name") for step in steps):
        yield "breadcrumb: each step is a ListItem with a name"
    if not all(is_web_address(step.get("item", "")) for step in steps[:-1]):
        yield "breadcrumb: each step but the last has an address"
