"""Who asks: a person who has logged in, or a program with a key."""

from attrs import frozen

from commerce_core.access.model import Actor, Origin
from commerce_core.keys.model import MARK
from commerce_core.keys.service import KeyService
from commerce_core.staff.service import StaffService


@frozen
class OperatorDoor:
    """The one door of operators; the token itself says which of the two it is."""

    staff: StaffService
    keys: KeyService

    def authenticate(self, token: str, origin: Origin) -> Actor:
        """Who holds this token and what they may do at this moment. Raises `SessionInvalid` or `KeyInvalid`."""
        door = self.keys if token.startswith(MARK) else self.staff
        return door.authenticate(token, origin)
