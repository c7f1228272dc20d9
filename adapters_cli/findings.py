"""What a doctor can find."""

from enum import StrEnum

from attrs import frozen


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"  # Works, but somebody should look at it.
    BROKEN = "broken"  # Needed, and does not work.
    UNSET = "not set"


@frozen
class Finding:
    """One part and how it is. Holds no secret."""

    part: str
    state: State
    detail: str
