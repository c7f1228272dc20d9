"""Refusals about keys."""

from uuid import UUID

from attrs import frozen

from commerce_core.kernel.errors import NotFound, Unauthenticated


@frozen
class KeyInvalid(Unauthenticated):
    """The key opens nothing: unknown, expired, revoked, or its maker was disabled. Which of these is not told."""

    code = "api-key-invalid"
    detail = "The API key is wrong or no longer valid."


@frozen
class KeyNotFound(NotFound):
    """There is no key with this id."""

    code = "api-key-not-found"
    detail = "There is no API key {key_id}."
    key_id: UUID
