"""What has happened about the staff. Never who it is about: these rows outlive them."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class StaffResetRequested:
    """Somebody wants another password for an address.

    Written for known and unknown addresses alike, so that neither the answer nor the time it takes tells which it is.
    """

    type: ClassVar[str] = "staff_reset_requested"
    reset_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """What was asked for."""
        return self.reset_id
