"""Logging in and out of the back office."""

from typing import Any, ClassVar

import falcon
from attrs import field, frozen

from adapters_http.endpoint import client_address
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Origin
from commerce_core.kernel.errors import Busy
from commerce_core.staff.errors import InvalidCredentials
from commerce_core.staff.service import StaffService
from commerce_core.staff.views import StaffSession, StaffView


@frozen
class LogIn:
    """Who one is and the proof of it."""

    example: ClassVar[dict[str, Any]] = {"email": "admin@example.com", "password": "correct horse battery"}
    email: str
    password: str = field(repr=False)


@frozen
class StaffLogin:
    """`/v1/admin/auth/login`."""

    staff: StaffService
    trusted_proxies: int

    @operation("Log in", answers={200: StaffSession}, refusals=(InvalidCredentials, Busy))
    def on_post(self, body: LogIn, request: falcon.Request) -> Answer:
        """The token belongs into the `Authorization` header. It is shown once and holds until `expires_at`."""
        origin = Origin(request.context.request_id, client_address(request, self.trusted_proxies))
        return Answer(self.staff.log_in(body.email, body.password, origin))


@frozen
class StaffLogout:
    """`/v1/admin/auth/logout`."""

    staff: StaffService

    @operation("Log out", answers={204: None}, access=Access.STAFF)
    def on_post(self, actor: Actor, request: falcon.Request) -> Answer:
        """From now on the token opens nothing. Other sessions of the same person go on."""
        _, _, token = (request.auth or "").partition(" ")
        self.staff.log_out(actor, token.strip())
        return Answer.nothing()


@frozen
class StaffMe:
    """`/v1/admin/auth/me`."""

    staff: StaffService

    @operation("Who am I?", answers={200: StaffView}, access=Access.STAFF)
    def on_get(self, actor: Actor) -> Answer:
        """The account behind the token and what it may do now."""
        return Answer(self.staff.me(actor))
