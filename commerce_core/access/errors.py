"""Refusals about who may do what."""

from typing import ClassVar

from attrs import frozen

from commerce_core.kernel.errors import Forbidden, TooMany


@frozen
class PermissionDenied(Forbidden):
    """The actor is known and may not."""

    code = "permission-denied"
    detail = "This needs the permission {permission}."
    permission: str


@frozen
class LoginLocked(TooMany):
    """Too many wrong passwords lately, for this account or from this client. The next one is not even looked at."""

    code = "login-locked"
    detail = "Too many attempts to log in. Try again in a quarter of an hour."
    retry_after: ClassVar[int] = 900
