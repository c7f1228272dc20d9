"""What has happened to customers. Never who they are: these rows outlive them."""

from typing import ClassVar
from uuid import UUID

from attrs import frozen


@frozen
class ProofRequested:
    """Somebody wants something that only the owner of an address may have; a mail has to go there.

    Written for known and unknown addresses alike, so that neither the answer nor the time it takes tells which it is.
    """

    type: ClassVar[str] = "customer_proof_requested"
    proof_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The proof."""
        return self.proof_id


@frozen
class CustomerRegistered:
    """Somebody has proved their address and has an account from now on."""

    type: ClassVar[str] = "customer_registered"
    customer_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The customer."""
        return self.customer_id


@frozen
class CustomerErasedForGood:
    """Nobody is behind this customer any more."""

    type: ClassVar[str] = "customer_erased"
    customer_id: UUID

    @property
    def aggregate_id(self) -> UUID:
        """The customer."""
        return self.customer_id
