"""From JSON values and query strings to frozen values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters_http.decoding import decode, decode_headers, decode_query
from adapters_http.encoding import to_json
from adapters_http.fields import Limits
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.unset import UNSET, Unset

ID = "0190a3c0-0000-7000-8000-000000000001"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@frozen
class Line:
    variant_id: UUID
    quantity: Annotated[int, Limits(1, 99)]


@frozen
class Everything:
    count: int = 0
    text: str = ""
    flag: bool = False
    ratio: float = 0.0
    price: Money | None = None
    at: datetime | None = None
    day: date | None = None
    rate: Decimal | None = None
    colour: Colour = Colour.RED
    method: Literal["card", "manual"] = "card"
    lines: tuple[Line, ...] = ()
    names: list[str] | None = None
    attributes: dict[str, str] | None = None
    code: Annotated[str, Limits(2, 4, "[A-Z]+")] = "XX"
    email: str | Unset | None = UNSET
    title: str | Unset = UNSET
    page: PageRequest | None = None


def errors(value: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        decode(value, Everything)
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_every_kind_of_field_is_decoded() -> None:
    sent = {
        "count": 2,
        "text": "é",
        "flag": True,
        "ratio": 1,
        "price": {"amount": 1999, "currency": "EUR"},
        "at": "2026-11-22T12:15:00.5+02:00",
        "day": "2026-11-22",
        "rate": "20.00",
        "colour": "blue",
        "method": "manual",
        "lines": [{"variant_id": ID, "quantity": 99}],
        "names": ["a"],
        "attributes": {"k": "v"},
        "code": "ABC",
    }
    assert decode(sent, Everything) == Everything(
        2, "é", True, 1.0, Money(1999, "EUR"), datetime(2026, 11, 22, 10, 15, 0, 500000, UTC), date(2026, 11, 22),
        Decimal("20.00"), Colour.BLUE, "manual", (Line(UUID(ID), 99),), ["a"], {"k": "v"}, "ABC",
    )  # fmt: skip


def test_a_patch_tells_missing_from_null() -> None:
    assert decode({}, Everything).email is UNSET
    assert decode({"email": None}, Everything).email is None
    assert decode({"email": "a@b.fr"}, Everything).email == "a@b.fr"
    assert errors({"title": None}) == [("/title", "wrong-type")]


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"count": "2"}, "/count", "wrong-type"),
        ({"count": 1.0}, "/count", "wrong-type"),
        ({"count": True}, "/count", "wrong-type"),
        ({"count": None}, "/count", "wrong-type"),
        ({"text": 1}, "/text", "wrong-type"),
        ({"flag": 1}, "/flag", "wrong-type"),
        ({"flag": "true"}, "/flag", "wrong-type"),
        ({"ratio": True}, "/ratio", "wrong-type"),
        ({"ratio": "1"}, "/ratio", "wrong-type"),
        ({"price": 1999}, "/price", "wrong-type"),
        ({"price": {"amount": 19.99, "currency": "EUR"}}, "/price/amount", "wrong-type"),
        ({"price": {"amount": "1", "currency": "EUR"}}, "/price/amount", "wrong-type"),
        ({"price": {"amount": 10**12, "currency": "EUR"}}, "/price/amount", "out-of-range"),
        ({"price": {"amount": 1, "currency": "euro"}}, "/price/currency", "invalid-currency"),
        ({"price": {"amount": 1}}, "/price/currency", "required"),
        ({"price": {"amount": 1, "currency": "EUR", "x": 1}}, "/price/x", "unknown-field"),
        ({"at": "2026-11-22T10:15:00"}, "/at", "invalid-time"),
        ({"at": "2026-13-22T10:15:00Z"}, "/at", "invalid-time"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "/at", "invalid-time"),
        ({"at": 1}, "/at", "invalid-time"),
        ({"day": "2026-02-30"}, "/day", "invalid-date"),
        ({"rate": 20.0}, "/rate", "invalid-decimal"),
        ({"rate": "NaN"}, "/rate", "invalid-decimal"),
        ({"colour": "green"}, "/colour", "unknown-value"),
        ({"colour": ["red"]}, "/colour", "unknown-value"),
        ({"method": "cash"}, "/method", "unknown-value"),
        ({"lines": {}}, "/lines", "wrong-type"),
        ({"lines": "ab"}, "/lines", "wrong-type"),
        ({"lines": [{"variant_id": ID, "quantity": 0}]}, "/lines/0/quantity", "out-of-range"),
        ({"lines": [{"variant_id": ID, "quantity": 100}]}, "/lines/0/quantity", "out-of-range"),
        ({"lines": [{"variant_id": "1", "quantity": 1}]}, "/lines/0/variant_id", "invalid-uuid"),
        ({"lines": [{"variant_id": ID}]}, "/lines/0/quantity", "required"),
        ({"lines": [{"variant_id": ID, "quantity": 1, "a/b~c": 1}]}, "/lines/0/a~1b~0c", "unknown-field"),
        ({"names": "a"}, "/names", "wrong-type"),
        ({"names": [1]}, "/names/0", "wrong-type"),
        ({"attributes": []}, "/attributes", "wrong-type"),
        ({"attributes": {"k/": 1}}, "/attributes/k~1", "wrong-type"),
        ({"code": "A"}, "/code", "too-short"),
        ({"code": "ABCDE"}, "/code", "too-long"),
        ({"code": "abc"}, "/code", "invalid-format"),
        ({"page": {"page": 0}}, "/page/page", "out-of-range"),
        ({"unknown": 1}, "/unknown", "unknown-field"),
        ([], "", "wrong-type"),
        (None, "", "wrong-type"),
    ],
)
def test_what_is_wrong_is_pointed_at(sent: object, pointer: str, code: str) -> None:
    assert errors(sent) == [(pointer, code)]


def test_every_wrong_field_is_named_at_once() -> None:
    assert errors({"count": "2", "text": 1, "nope": 1}) == [
        ("/count", "wrong-type"),
        ("/text", "wrong-type"),
        ("/nope", "unknown-field"),
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(ID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = [field.name for field in Everything.__attrs_attrs__]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=6))
def test_no_json_whatever_is_more_than_refused(sent: dict[str, Any]) -> None:
    try:
        decode(sent, Everything)
    except InvalidInput as refused:
        assert refused.errors  # noqa: PT017 - either outcome is right, a third one is not


@frozen
class Search:
    q: str | None = None
    page: int = 1
    in_stock: bool | None = None
    tag: tuple[str, ...] = ()
    sort: Colour = Colour.RED


def test_a_query_string_is_decoded_from_text() -> None:
    decoded = decode_query(
        "q=caf%C3%A9+noir&page=2&in_stock=true&tag=a&tag=b&sort=blue&utm_source=x&utm_source=y", Search
    )
    assert decoded == Search("café noir", 2, True, ("a", "b"), Colour.BLUE)


def test_an_empty_parameter_counts_as_absent() -> None:
    assert decode_query("", Search) == decode_query("q=&page=&sort=", Search) == Search()


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("page=two", "/page", "wrong-type"),
        ("page=1.0", "/page", "wrong-type"),
        ("page=%D9%A2", "/page", "wrong-type"),
        ("page=99999999999999999999", "/page", "wrong-type"),
        ("page=1&page=1", "/page", "duplicate"),
        ("in_stock=1", "/in_stock", "wrong-type"),
        ("sort=green", "/sort", "unknown-value"),
        ("q=%00", "/q", "forbidden-character"),
        ("q=%FF", "", "malformed-query"),
        ("&".join(["x=1"] * 101), "", "malformed-query"),
    ],
)
def test_a_wrong_parameter_is_pointed_at(query: str, pointer: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_query(query, Search)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_headers_are_decoded_by_the_names_of_fields() -> None:
    @frozen
    class Tokens:
        x_order_token: str | None = None

    def read(name: str) -> str | None:
        return "t" if name == "X-Order-Token" else None

    assert decode_headers(read, Tokens) == Tokens("t")
    assert decode_headers(lambda _: None, Tokens) == Tokens()


def test_views_are_encoded_as_the_contract_says() -> None:
    @frozen
    class View:
        id: UUID
        at: datetime
        price: Money
        rate: Decimal
        colour: Colour
        tags: frozenset[str]
        line: Line | None

    view = View(UUID(ID), datetime(2026, 11, 22, 10, 15, 0, 123, UTC), Money(1, "EUR"), Decimal("20.00"), Colour.RED,
                frozenset({"b", "a"}), None)  # fmt: skip
    page = Page((view,), 1, 24, 1)
    assert to_json(page) == (
        b'{"items":[{"id":"0190a3c0-0000-7000-8000-000000000001","at":"2026-11-22T10:15:00Z",'
        b'"price":{"amount":1,"currency":"EUR"},"rate":"20.00","colour":"red","tags":["a","b"],"line":null}],'
        b'"page":1,"per_page":24,"total":1}'
    )


def test_what_has_no_json_form_is_a_bug() -> None:
    with pytest.raises(TypeError):
        to_json(object())
