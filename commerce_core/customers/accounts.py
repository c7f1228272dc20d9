"""Having an account: asking for one, proving the address, logging in and out."""

import logging
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.access.model import Actor, ActorKind, Origin
from commerce_core.cart.service import CartService
from commerce_core.customers.errors import ProofInvalid
from commerce_core.customers.events import CustomerRegistered, ProofRequested
from commerce_core.customers.model import AccountPolicy, Customer, NewAccount, Proof, ProofPurpose, self_of
from commerce_core.customers.ports import CustomersWork
from commerce_core.customers.views import AccountSession, CustomerReader
from commerce_core.emails.consent import Consent, ConsentSource
from commerce_core.emails.model import (
    AccountExists,
    EmailChangeApproval,
    EmailChangeConfirmation,
    EmailVerification,
    Mail,
    MailToken,
    PasswordReset,
    QueuedMail,
)
from commerce_core.kernel.errors import CommerceError
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.text import email_error, masked_email, normalise_email
from commerce_core.kernel.token import SecretKey, hash_token, new_token
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.staff.ports import PasswordHasher

REALM = "customer"
_log = logging.getLogger(__name__)


@frozen
class AccountService:
    """Accounts. Nothing here tells a stranger whether an address has one.

    An account begins when the address is proved, by the token of a mail *and* the password of the registration it
    belongs to: who registers somebody else's address in the hope that they click gets nothing by it.
    """

    begin: Begin[CustomersWork]
    new_id: NewId
    read: CustomerReader
    hasher: PasswordHasher
    guard: LoginGuard
    carts: CartService
    secret: SecretKey
    policy: AccountPolicy = field(factory=AccountPolicy)

    def register(self, new: NewAccount) -> None:
        """Ask for an account; a mail goes to the address. The same work and no answer, whether it has one or not.

        Raises `InvalidInput`; `NewAccount` has done so already.
        """
        password_hash = self.hasher.hash(new.password)
        self._ask_registration(new, password_hash)

    @retried
    def _ask_registration(self, new: NewAccount, password_hash: str) -> None:
        with self.begin() as work:
            proof = Proof(
                self.new_id(),
                ProofPurpose.REGISTRATION,
                new.email,
                new.locale,
                work.now + self.policy.link_lifetime,
                password_hash=password_hash,
                name=new.name,
                marketing=new.marketing,
            )
            work.customer_proofs.add(proof)
            work.outbox.append(ProofRequested(proof.id))

    @retried
    def send_proof(self, proof_id: UUID) -> None:
        """Write the mail that a request asked for, now that nobody waits for an answer. Twice is once."""
        with self.begin() as work:
            proof = work.customer_proofs.lock(proof_id)
            if proof is None or not proof.opens(work.now):
                return
            partner = work.customer_proofs.lock(proof.partner_id) if proof.partner_id else None
            mail = _mail_of(proof, partner, work.customers.lock_address(proof.email_key))
            if mail is None or work.customer_proofs.mailed_lately(proof, self.policy.mail_pause):
                work.customer_proofs.forget(proof_id)
                return
            work.emails.queue(QueuedMail(f"{mail.template}:{proof.id}", proof.email, proof.locale, mail))

    def verify(self, token: str, password: str, origin: Origin) -> AccountSession:
        """The address is theirs: the account begins, orders of this address are in it, and its owner is logged in.

        Raises `ProofInvalid`, `InvalidCredentials` for another password than that of the registration, and
        `LoginLocked`; then nothing has changed.
        """
        proof = proof_of(self.read, self.secret, ProofPurpose.REGISTRATION, token)
        with self.guard.attempt(REALM, proof.email_key, origin.address):
            if not self.hasher.verify(proof.password_hash, password):
                raise InvalidCredentials
        return self._begin_account(proof.id)

    @retried
    def _begin_account(self, proof_id: UUID) -> AccountSession:
        token = new_token()
        with self.begin() as work:
            proof = locked_proof(work, proof_id)
            known = work.customers.lock_address(proof.email_key)
            if known and known.has_account:
                raise ProofInvalid
            customer = self._account_of(work, proof, known)
            work.customers.claim_orders(customer)
            work.customer_proofs.use(proof.id)
            if proof.marketing:
                version = self.policy.marketing_text
                work.consents.record(Consent(proof.email, ConsentSource.REGISTRATION, version, proof.id, granted=True))
            work.outbox.append(CustomerRegistered(customer.id))
            expires_at = work.now + self.policy.session_lifetime
            work.customer_sessions.open(hash_token(token), customer.id, work.now, expires_at)
        return AccountSession(token, expires_at, self.read.account(customer.id))

    def _account_of(self, work: CustomersWork, proof: Proof, known: Customer | None) -> Customer:
        if known is None:
            customer = Customer(
                self.new_id(), proof.email, proof.name, proof.locale, (), proof.password_hash, work.now,
                merged_into_id=None, erased_at=None, version=1, created_at=work.now,
            )  # fmt: skip
            work.customers.add(customer)
            return customer
        customer = evolve(
            known,
            email=proof.email,
            name=proof.name or known.name,
            locale=proof.locale,
            password_hash=proof.password_hash,
            email_verified_at=work.now,
            version=known.version + 1,
        )
        work.customers.save(customer)
        return customer

    def log_in(self, email: str, password: str, origin: Origin, cart_id: UUID | None = None) -> AccountSession:
        """Open a session, and bring the cart along that was filled before.

        Raises `InvalidCredentials`, after the same work whatever the reason is, and `LoginLocked`. A cart that cannot
        be brought along keeps nobody out: the session says why, and the cart is as it was.
        """
        email_key = "" if email_error("/email", email) else normalise_email(email)
        try:
            with self.guard.attempt(REALM, email_key or "?", origin.address):
                known = self._known(email_key, password)
        except InvalidCredentials:
            _log.warning("customer login failed", extra={"email": masked_email(email), "address": origin.address})
            raise
        stronger = self.hasher.hash(password) if self.hasher.outdated(known.password_hash or "") else None
        session = self.open_session(known, stronger)
        return session if cart_id is None else self._with_cart(session, cart_id)

    def _known(self, email_key: str, password: str) -> Customer:
        known = self.read.credentials(email_key) if email_key else None
        correct = self.hasher.verify(known.password_hash if known else None, password)
        if known is None or not correct:
            raise InvalidCredentials
        return known

    def _with_cart(self, session: AccountSession, cart_id: UUID) -> AccountSession:
        try:
            merged = self.carts.merge(_actor(session.customer.id, Origin()), cart_id)
        except CommerceError as refused:
            return evolve(session, cart_refused=refused.code)
        return evolve(session, cart=merged, customer=self.read.account(session.customer.id))

    @retried
    def open_session(self, verified: Customer, stronger: str | None) -> AccountSession:
        """A session for whoever has just proved `verified`'s password, unless it was replaced meanwhile."""
        token = new_token()
        with self.begin() as work:
            current = work.customers.lock(verified.id)
            if current.password_hash is None or current.password_hash != verified.password_hash:
                raise InvalidCredentials
            if stronger:
                work.customers.save(evolve(current, password_hash=stronger))
            expires_at = work.now + self.policy.session_lifetime
            work.customer_sessions.open(hash_token(token), current.id, work.now, expires_at)
        return AccountSession(token, expires_at, self.read.account(verified.id))

    @retried
    def refresh(self, actor: Actor, token: str) -> AccountSession:
        """Another token for the session of this one, which opens nothing from now on. Raises `SessionInvalid`.

        Only so long after the login; then the password has to be given again. The account is locked before the session,
        as everywhere: what ends all sessions at this moment ends the new one too.
        """
        customer_id, fresh = self_of(actor), new_token()
        with self.begin() as work:
            work.customers.lock(customer_id)
            session = work.customer_sessions.lock(hash_token(token))
            if session is None or session[0] != customer_id:
                raise SessionInvalid
            _, logged_in_at = session
            work.customer_sessions.close(hash_token(token), customer_id)
            expires_at = min(work.now + self.policy.session_lifetime, logged_in_at + self.policy.session_limit)
            work.customer_sessions.open(hash_token(fresh), customer_id, logged_in_at, expires_at)
        return AccountSession(fresh, expires_at, self.read.account(customer_id))

    @retried
    def log_out(self, actor: Actor, token: str) -> None:
        """End the session of this token. One that is not the actor's, or over already, is left alone."""
        if actor.kind is ActorKind.CUSTOMER and actor.id is not None:
            with self.begin() as work:
                work.customer_sessions.close(hash_token(token), actor.id)

    def authenticate(self, token: str, origin: Origin) -> Actor:
        """Who holds this token. Raises `SessionInvalid`."""
        customer_id = self.read.session_owner(hash_token(token))
        if customer_id is None:
            raise SessionInvalid
        return _actor(customer_id, origin)


def proof_of(read: CustomerReader, secret: SecretKey, purpose: ProofPurpose, token: str) -> Proof:
    """What a mail's token stands for; whether it is still good is decided under its lock. Raises `ProofInvalid`."""
    subject = secret.subject_of(purpose.token, token)
    proof = read.proof(UUID(subject)) if subject else None
    if proof is None:
        raise ProofInvalid
    return proof


def locked_proof(work: CustomersWork, proof_id: UUID) -> Proof:
    """A proof that still opens something, ours until the transaction ends. Raises `ProofInvalid`."""
    proof = work.customer_proofs.lock(proof_id)
    if proof is None or not proof.opens(work.now):
        raise ProofInvalid
    return proof


def _actor(customer_id: UUID, origin: Origin) -> Actor:
    return Actor(ActorKind.CUSTOMER, customer_id, "customer", origin=origin)


def _mail_of(proof: Proof, partner: Proof | None, owner: Customer | None) -> Mail | None:
    """What to write to the owner of the address; None when nobody there should hear of it."""
    token = MailToken(proof.purpose.token, str(proof.id))
    account = owner if owner and owner.has_account else None
    match proof.purpose:
        case ProofPurpose.REGISTRATION:
            return AccountExists(account.name) if account else EmailVerification(proof.name, token)
        case ProofPurpose.PASSWORD_RESET:
            return PasswordReset(account.name, token) if account else None
        case ProofPurpose.EMAIL_CHANGE_OLD:
            there = masked_email(partner.email if partner else "")
            return EmailChangeApproval(account.name, there, token) if account else None
        case ProofPurpose.EMAIL_CHANGE_NEW:
            return AccountExists(account.name) if account else EmailChangeConfirmation("", token)
