"""Refusals about who may do what."""

from attrs import frozen

from commerce_core.kernel.errors import Forbidden


@frozen
class PermissionDenied(Forbidden):
    """The actor is known and may not."""

    code = "permission-denied"
    detail = "This needs the permission {permission}."
    permission: str
