"""The line above a responder that says what the operation takes, answers and refuses.

A responder is a plain method: what it needs are its parameters, found by name; their annotations say how to read them.

    class CartItems:
        @operation("Add an item", answers={201: CartView}, refusals=(OutOfStock,), idempotency=Idempotent.HONOURED)
        def on_post(self, cart_id: UUID, body: AddItem) -> Answer:
            return Answer(self.shop.carts.add_item(cart_id, body.variant_id, body.quantity), status=201)

`body`: an attrs class, or `bytes` for the raw body. `query`, `headers`: attrs classes. `actor`: who asks, where access
is STAFF or CUSTOMER. `shopper`: who asks, where it is PUBLIC: a customer with a token, or a guest without. `origin`:
where the request comes from. `if_match`: the version the client read (`int | None`). `request`: Falcon's own, for what
none of these gives. Any other name is a part of the path. Nothing is wrapped: a method can be called as it is;
`endpoint.py` does the rest.
"""

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

import falcon
from attrs import field, frozen

from adapters_http.body import BODY_LIMIT
from adapters_http.policies import Policy
from commerce_core.access.model import Actor, Permission
from commerce_core.kernel.errors import CommerceError

Responder = TypeVar("Responder", bound=Callable[..., "Answer"])

_MARK = "__operation__"
_RESERVED = {"body", "query", "headers", "actor", "shopper", "origin", "if_match", "request"}


class Access(StrEnum):
    """Who may call."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    STAFF = "staff"


class Idempotent(StrEnum):
    """What happens with an `Idempotency-Key`."""

    NO = "no"
    HONOURED = "honoured"
    REQUIRED = "required"


@frozen
class Media:
    """An answer that is not JSON: `{200: Media("text/csv; charset=utf-8")}`."""

    type: str


@frozen
class Answer:
    """What a responder gives back: a view, bytes that are already encoded, or an iterator of bytes.

    The pieces of an iterator are sent as they are made, so a long answer is never whole in memory. It has no `ETag` and
    no idempotency, and should hold nothing between two pieces: a slow client would hold it as long.
    """

    content: object = None
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)

    @classmethod
    def created(cls, content: object, location: str) -> "Answer":
        """201, and where the new thing is."""
        return cls(content, 201, {"Location": location})

    @classmethod
    def nothing(cls) -> "Answer":
        """204."""
        return cls(None, 204)

    def at_version(self, version: int) -> "Answer":
        """The same with the `ETag` that `If-Match` is compared with."""
        return Answer(self.content, self.status, {**self.headers, "ETag": f'"{version}"'})


@frozen
class Operation:
    """Everything there is to know about one operation, for the endpoint and for the document."""

    summary: str
    description: str
    answers: Mapping[int, Any]  # status -> view class, Media, or None for no content
    refusals: tuple[type[CommerceError], ...]
    access: Access
    permission: Permission | None
    also: tuple[Permission, ...]
    idempotency: Idempotent
    resumable: bool
    owner: Callable[[Mapping[str, Any]], object] | None
    policy: Policy
    units: Callable[[Any], int] | None
    etag: bool
    body_limit: int
    body_type: str
    parameters: Mapping[str, Any]  # every parameter of the responder and its annotation

    @property
    def body(self) -> Any:
        """The class of the body, `bytes`, or None."""
        return self.parameters.get("body")

    @property
    def query(self) -> Any:
        """The class of the query, or None."""
        return self.parameters.get("query")

    @property
    def headers(self) -> Any:
        """The class of the headers, or None."""
        return self.parameters.get("headers")

    @property
    def path(self) -> dict[str, Any]:
        """The parts of the path and their types."""
        return {name: kind for name, kind in self.parameters.items() if name not in _RESERVED}


def operation(
    summary: str,
    *,
    answers: Mapping[int, Any],
    refusals: tuple[type[CommerceError], ...] = (),
    access: Access = Access.PUBLIC,
    permission: Permission | None = None,
    also: tuple[Permission, ...] = (),
    idempotency: Idempotent = Idempotent.NO,
    resumable: bool = False,
    owner: Callable[[Mapping[str, Any]], object] | None = None,
    policy: Policy | None = None,
    units: Callable[[Any], int] | None = None,
    etag: bool = False,
    body_limit: int = BODY_LIMIT,
    body_type: str = "application/octet-stream",
) -> Callable[[Responder], Responder]:
    """Declare the responder below.

    `permission`, and `also` where one is not enough, are for readers, the core enforces them. `resumable`: running it
    again goes on where it stopped, so a key whose answer was lost runs it again; everything else runs once and then
    never. `owner` names, from the responder's arguments, the capability to which an anonymous caller's idempotency key
    belongs; a `cart_id` in the path is found without it. `policy` says how often somebody may ask, where it does not
    follow from who may call; `units`, how many units of goods a body asks to be held. `etag` answers 304 to a client
    that has these very bytes.
    `body_type` tells readers what a raw body is.
    """

    def declare(responder: Responder) -> Responder:
        declared = Operation(
            summary=summary,
            description=inspect.getdoc(responder) or "",
            answers=answers,
            refusals=refusals,
            access=access,
            permission=permission,
            also=also,
            idempotency=idempotency,
            resumable=resumable,
            owner=owner,
            policy=policy or _policy(access, responder.__name__),
            units=units,
            etag=etag,
            body_limit=body_limit,
            body_type=body_type,
            parameters=_parameters(responder),
        )
        if ("actor" in declared.parameters) > (access is not Access.PUBLIC):
            raise TypeError(f"{responder.__qualname__} wants an actor, but is not declared for staff or customers")
        if ("shopper" in declared.parameters) > (access is Access.PUBLIC):
            raise TypeError(f"{responder.__qualname__} wants a shopper, but not everybody may call it")
        setattr(responder, _MARK, declared)
        return responder

    return declare


def operation_of(responder: Callable[..., Any]) -> Operation:
    """What was declared above a responder. Raises `TypeError` when nothing was."""
    declared = getattr(responder, _MARK, None)
    if not isinstance(declared, Operation):
        raise TypeError(f"{responder.__qualname__} has no @operation above it")
    return declared


def _policy(access: Access, name: str) -> Policy:
    """What follows from who may call. Where everybody may write, a strict one: what is less dangerous says so."""
    if access is Access.PUBLIC:
        return Policy.BROWSE if name == "on_get" else Policy.TOKEN
    return Policy.STAFF if access is Access.STAFF else Policy.ACCOUNT


def _parameters(responder: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(responder, include_extras=True)
    names = [name for name in inspect.signature(responder).parameters if name != "self"]
    if missing := [name for name in names if name not in hints]:
        raise TypeError(f"{responder.__qualname__}: {', '.join(missing)} needs an annotation")
    if {hints.get("actor", Actor), hints.get("shopper", Actor)} != {Actor} or not issubclass(
        hints.get("request", falcon.Request), falcon.Request
    ):
        raise TypeError(f"{responder.__qualname__}: actor and shopper are an Actor, request a falcon.Request")
    return {name: hints[name] for name in names}
