"""Another password, another address: what an account is opened by."""

from datetime import datetime
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.access.model import Actor, Origin
from commerce_core.customers.accounts import REALM, AccountService, locked_proof, proof_of
from commerce_core.customers.errors import CustomerEmailTaken, ProofInvalid
from commerce_core.customers.events import ProofRequested
from commerce_core.customers.merge import merged
from commerce_core.customers.model import AccountPolicy, Customer, Proof, ProofPurpose, self_of
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.views import AccountSession, CustomerReader
from commerce_core.emails.consent import Consent, ConsentSource
from commerce_core.emails.model import Locale, PasswordChanged, QueuedMail
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.text import email_error, normalise_email
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.staff.model import NewPassword
from commerce_core.staff.ports import PasswordHasher

_ENDS = (ProofPurpose.EMAIL_CHANGE_OLD, ProofPurpose.EMAIL_CHANGE_NEW)


@frozen
class CredentialService:
    """Changes what opens an account. Every change ends all sessions that were open before."""

    begin: Begin[CustomersWork]
    new_id: NewId
    read: CustomerReader
    hasher: PasswordHasher
    guard: LoginGuard
    accounts: AccountService
    secret: SecretKey
    policy: AccountPolicy = field(factory=AccountPolicy)

    @retried
    def ask_reset(self, email: str, locale: Locale) -> None:
        """Send the way to another password there, if the address has an account; the answer never tells.

        Raises `InvalidInput` for what is no address.
        """
        must_be_email("/email", email)
        with self.begin() as work:
            self._ask(work, ProofPurpose.PASSWORD_RESET, email, locale, work.now + self.policy.reset_lifetime)

    def reset(self, token: str, password: str, origin: Origin) -> None:
        """The password is another one from now on, and nobody is logged in. Raises `ProofInvalid` or `InvalidInput`.

        Whoever reads the mail of the account is its owner: a client that they use is known to it from then on.
        """
        proof = proof_of(self.read, self.secret, ProofPurpose.PASSWORD_RESET, token)
        self._reset(proof.id, self.hasher.hash(NewPassword(password, proof.email).value))
        self.guard.welcome(REALM, proof.email_key, origin.address)

    @retried
    def _reset(self, proof_id: UUID, password_hash: str) -> None:
        with self.begin() as work:
            proof = locked_proof(work, proof_id)
            customer = work.customers.lock_address(proof.email_key)
            if customer is None or not customer.has_account:
                raise ProofInvalid
            self._replace(work, customer, password_hash)

    def change_password(self, actor: Actor, current: str, new: str, origin: Origin) -> AccountSession:
        """Another password, for whoever knows the one until now. All sessions end, and a new one begins.

        Raises `InvalidCredentials`, `LoginLocked`, `InvalidInput` or `SessionInvalid`; then nothing has changed.
        """
        customer = self._confirmed(actor, current, origin)
        password_hash = self.hasher.hash(NewPassword(new, customer.email).value)
        changed = self._change_password(customer, password_hash)
        return self.accounts.open_session(changed, None)

    @retried
    def _change_password(self, verified: Customer, password_hash: str) -> Customer:
        with self.begin() as work:
            return self._replace(work, _still(work, verified), password_hash)

    def ask_email_change(self, actor: Actor, email: str, password: str, origin: Origin) -> None:
        """Move the account to another address, once both ends have agreed. What the new end is, is not told.

        Raises `InvalidInput`, `InvalidCredentials`, `LoginLocked` or `SessionInvalid`.
        """
        must_be_email("/email", email)
        customer = self._confirmed(actor, password, origin)
        if normalise_email(email) == customer.email_key:
            raise InvalidInput.at("/email", "unchanged", "Is the address of this account already.")
        self._ask_email_change(customer, email)

    @retried
    def _ask_email_change(self, customer: Customer, email: str) -> None:
        ids = (self.new_id(), self.new_id())
        with self.begin() as work:
            _still(work, customer)
            until = work.now + self.policy.link_lifetime
            for purpose, address, own, other in zip(_ENDS, (customer.email, email), ids, ids[::-1], strict=True):
                proof = Proof(own, purpose, address, customer.locale, until, customer.id, partner_id=other)
                work.customer_proofs.add(proof)
            for proof_id in ids:
                work.outbox.append(ProofRequested(proof_id))

    def confirm_email_change(self, token: str) -> bool:
        """One end agrees. True when the other one had: then the account has moved, and everybody is logged out.

        Raises `ProofInvalid`, or `CustomerEmailTaken` when the new address has got an account meanwhile.
        """
        for purpose in _ENDS:
            if self.secret.subject_of(purpose.token, token) is not None:
                proof = proof_of(self.read, self.secret, purpose, token)
                return self._agree(proof)
        raise ProofInvalid

    @retried
    def _agree(self, asked: Proof) -> bool:
        if asked.partner_id is None or asked.customer_id is None:
            raise ProofInvalid
        with self.begin() as work:
            ends = {proof_id: work.customer_proofs.lock(proof_id) for proof_id in sorted((asked.id, asked.partner_id))}
            proof, partner = ends[asked.id], ends[asked.partner_id]
            if proof is None or partner is None or not proof.opens(work.now) or partner.expires_at <= work.now:
                raise ProofInvalid
            work.customer_proofs.use(proof.id)
            if partner.used_at is None:
                return False
            new, old = (proof, partner) if proof.purpose is ProofPurpose.EMAIL_CHANGE_NEW else (partner, proof)
            self._move(work, asked.customer_id, old, new)
        return True

    def _move(self, work: CustomersWork, customer_id: UUID, old: Proof, new: Proof) -> None:
        there = work.customers.lock_address(new.email_key)
        if there and there.has_account:
            raise CustomerEmailTaken
        customer = work.customers.lock(customer_id)
        if customer.email_key != old.email_key or not customer.has_account:
            raise ProofInvalid
        if there:
            customer = merged(work, there, customer)
        moved = evolve(customer, email=new.email, email_verified_at=work.now, version=customer.version + 1)
        work.customers.save(moved)
        work.customers.leave_email(moved.id, old.email_key)
        work.customers.claim_orders(moved)
        if work.consents.allows(old.email_key):
            version = self.policy.marketing_text
            work.consents.record(Consent(new.email, ConsentSource.ACCOUNT, version, granted=True))
            work.consents.record(Consent(old.email, ConsentSource.ACCOUNT, version, granted=False))
        work.customer_sessions.close_all(customer.id)

    def _replace(self, work: CustomersWork, customer: Customer, password_hash: str) -> Customer:
        changed = evolve(customer, password_hash=password_hash, version=customer.version + 1)
        work.customers.save(changed)
        work.customer_sessions.close_all(customer.id)
        work.customer_proofs.drop(customer)
        key = f"{PasswordChanged.template}:{customer.id}:{changed.version}"
        work.emails.queue(QueuedMail(key, customer.email, customer.locale, PasswordChanged(customer.name)))
        return changed

    def _confirmed(self, actor: Actor, password: str, origin: Origin) -> Customer:
        """Who asks, after they have given their password once more."""
        customer = self.read.customer(self_of(actor))
        if customer is None or not customer.has_account:
            raise SessionInvalid
        with self.guard.attempt(REALM, customer.email_key, origin.address):
            if not self.hasher.verify(customer.password_hash, password):
                raise InvalidCredentials
        return customer

    def _ask(self, work: CustomersWork, purpose: ProofPurpose, email: str, locale: Locale, until: datetime) -> None:
        proof = Proof(self.new_id(), purpose, email, locale, until)
        work.customer_proofs.add(proof)
        work.outbox.append(ProofRequested(proof.id))


def _still(work: CustomersWork, verified: Customer) -> Customer:
    """The customer, locked. Raises `InvalidCredentials` when the password that they gave was replaced meanwhile."""
    current = work.customers.lock(verified.id)
    if current.password_hash != verified.password_hash:
        raise InvalidCredentials
    return current


def must_be_email(pointer: str, email: str) -> None:
    """Raises `InvalidInput`."""
    if error := email_error(pointer, email):
        raise InvalidInput((error,))
